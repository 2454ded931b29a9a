package standin

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// container finds the one that the path names.
func (s *Server) container(handler func(http.ResponseWriter, *http.Request, *Container)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		c := s.find(name)
		if c == nil {
			refuse(w, 404, "no such container", fmt.Sprintf("no container with name or ID %q found: no such container", name))
			return
		}
		handler(w, r, c)
	}
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	spec := bodyOf(r)
	name, _ := spec["name"].(string)
	if s.find(name) != nil {
		refuse(w, 500, "that name is already in use", fmt.Sprintf("creating container storage: the container name %q is already in use: that name is already in use", name))
		return
	}
	s.mu.Lock()
	c := s.add(name, "created", spec)
	s.mu.Unlock()
	s.emit("create", c)
	answer(w, 201, map[string]any{"Id": c.ID, "Warnings": []string{}})
}

func (s *Server) start(w http.ResponseWriter, _ *http.Request, c *Container) {
	s.mu.Lock()
	running := c.State == "running"
	c.State = "running"
	s.mu.Unlock()
	if running {
		w.WriteHeader(304)
		return
	}
	s.emit("start", c)
	w.WriteHeader(204)
}

func (s *Server) inspect(w http.ResponseWriter, _ *http.Request, c *Container) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := map[string]any{"Status": c.State, "Running": c.State == "running", "ExitCode": c.Code, "Pid": 0, "OOMKilled": false,
		"StartedAt": "2026-01-02T03:04:05.678901234Z"}
	if c.State == "exited" {
		state["FinishedAt"] = time.Now().Format(time.RFC3339Nano)
	}
	network := map[string]any{"IPAddress": "10.88.0.7"}
	networks := map[string]any{"podman": network}
	for _, name := range s.world.Networks {
		networks[name] = map[string]any{"IPAddress": "10.89.0.7"}
	}
	answer(w, 200, map[string]any{
		"Id": c.ID, "Name": c.Name, "Image": PulledID, "State": state,
		"Config":          map[string]any{"Annotations": c.annotations, "Labels": c.labels, "StopSignal": 15},
		"HostConfig":      map[string]any{},
		"NetworkSettings": map[string]any{"IPAddress": "10.88.0.7", "Networks": networks},
	})
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	for _, c := range s.Containers() {
		if c.State == "running" || r.URL.Query().Get("all") == "true" {
			list = append(list, map[string]any{"Id": c.ID, "Names": []string{c.Name}, "State": c.State, "ExitCode": c.Code, "Exited": c.State == "exited"})
		}
	}
	answer(w, 200, list)
}

func (s *Server) stats(w http.ResponseWriter, r *http.Request) {
	list := []any{}
	wanted := r.URL.Query()["containers"]
	now := time.Now().UnixNano()
	for _, c := range s.Containers() {
		if c.State == "running" && (len(wanted) == 0 || slices.Contains(wanted, c.ID)) {
			list = append(list, map[string]any{"ContainerID": c.ID, "Name": c.Name, "CPUNano": 1_000_000, "CPUSystemNano": 400_000, "SystemNano": now, "MemUsage": 4 << 20, "PIDs": 1})
		}
	}
	answer(w, 200, map[string]any{"Error": nil, "Stats": list})
}

// statsOfOne answers in Docker's form, as older drivers ask for it.
func (s *Server) statsOfOne(w http.ResponseWriter, _ *http.Request, c *Container) {
	s.mu.Lock()
	state := c.State
	s.mu.Unlock()
	if state != "running" {
		refuse(w, 409, "container is stopped", "container is stopped")
		return
	}
	answer(w, 200, map[string]any{
		"id": c.ID, "name": c.Name, "read": time.Now().Format(time.RFC3339Nano),
		"cpu_stats": map[string]any{
			"cpu_usage":        map[string]any{"total_usage": 1_000_000, "usage_in_kernelmode": 400_000, "usage_in_usermode": 600_000},
			"system_cpu_usage": time.Now().UnixNano(), "online_cpus": 1, "cpu": 0.1,
		},
		"memory_stats": map[string]any{"usage": 4 << 20, "max_usage": 4 << 20, "limit": 64 << 20},
		"pids_stats":   map[string]any{"current": 1},
	})
}

func (s *Server) wait(w http.ResponseWriter, r *http.Request, c *Container) {
	s.mu.Lock()
	state := c.State
	s.mu.Unlock()
	if state != "running" {
		_, _ = fmt.Fprintf(w, "%d\n", c.Code)
		return
	}
	if slices.Contains(r.URL.Query()["condition"], "running") {
		// So it is, and has no code yet.
		_, _ = fmt.Fprintln(w, -1)
		return
	}
	select {
	case <-c.ended:
		_, _ = fmt.Fprintf(w, "%d\n", c.Code)
	case <-r.Context().Done():
	}
}

// kill ends a container at once, whatever the signal: its process is none. One that is deaf hears only the last of all.
func (s *Server) kill(w http.ResponseWriter, r *http.Request, c *Container) {
	signal := strings.ToUpper(r.URL.Query().Get("signal"))
	switch last := strings.HasSuffix(signal, "KILL") || signal == "9"; {
	case last:
		s.End(c.ID, 137)
	case !s.isDeaf():
		s.End(c.ID, 143)
	}
	w.WriteHeader(204)
}

// stop ends a container at once, and one that is deaf when its time is over.
func (s *Server) stop(w http.ResponseWriter, r *http.Request, c *Container) {
	code := 143
	if s.isDeaf() {
		code = 137
		seconds, _ := strconv.Atoi(r.URL.Query().Get("timeout"))
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-c.ended:
		case <-r.Context().Done():
			return
		}
	}
	s.End(c.ID, code)
	w.WriteHeader(204)
}

// Deafen makes containers end by no signal but SIGKILL.
func (s *Server) Deafen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = true
}

func (s *Server) isDeaf() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deaf
}

func (s *Server) remove(w http.ResponseWriter, _ *http.Request, c *Container) {
	s.End(c.ID, 137)
	s.mu.Lock()
	delete(s.containers, c.ID)
	s.mu.Unlock()
	s.emit("remove", c)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, fmt.Sprintf("[{\"Id\":%q}]\n", c.ID))
}
