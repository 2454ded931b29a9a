package standin

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
)

// command is an exec session: it gives back what is typed into it, says one word if nobody can, and ends well.
type command struct {
	id      string
	typed   bool // whether there is an input
	tty     bool
	running bool
}

// command finds the one that the path names.
func (s *Server) command(handler func(http.ResponseWriter, *http.Request, *command)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		s.mu.Lock()
		c := s.commands[id]
		s.mu.Unlock()
		if c == nil {
			refuse(w, 404, "no such exec session", fmt.Sprintf("no exec session with ID %s found: no such exec session", id))
			return
		}
		handler(w, r, c)
	}
}

func (s *Server) createCommand(w http.ResponseWriter, r *http.Request, c *Container) {
	body := bodyOf(r)
	typed, _ := body["AttachStdin"].(bool)
	tty, _ := body["Tty"].(bool)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.State != "running" {
		refuse(w, 409, "container state improper", "can only create exec sessions on running containers: container state improper")
		return
	}
	s.lastCommand++
	made := &command{id: fmt.Sprintf("%064x", s.lastCommand), typed: typed, tty: tty}
	s.commands[made.id] = made
	answer(w, 201, map[string]any{"Id": made.id})
}

func (s *Server) startCommand(w http.ResponseWriter, _ *http.Request, c *command) {
	connection, input, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	s.run(c, true)
	defer s.run(c, false)
	_, _ = io.WriteString(connection, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
	if !c.typed {
		_ = c.show(connection, []byte("word\n"))
		return
	}
	piece := make([]byte, 4096)
	for {
		n, err := input.Read(piece)
		if c.show(connection, piece[:n]) != nil || err != nil {
			return
		}
	}
}

// show writes output, in the frames that tell standard output from error unless it is a terminal's.
func (c *command) show(w io.Writer, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if !c.tty {
		header := [8]byte{1}
		binary.BigEndian.PutUint32(header[4:], uint32(len(data)))
		data = append(header[:], data...)
	}
	_, err := w.Write(data)
	return err
}

func (s *Server) run(c *command, running bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.running = running
}

func (s *Server) inspectCommand(w http.ResponseWriter, _ *http.Request, c *command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[string]any{"ID": c.id, "Running": c.running, "ExitCode": 0, "Pid": 0}
	if c.running {
		state["Pid"] = os.Getpid() // there is such a process, and it is not the container's
	}
	answer(w, 200, state)
}

func (s *Server) removeCommand(w http.ResponseWriter, _ *http.Request, c *command) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.commands, c.id)
	w.WriteHeader(200)
}
