package conformance

// How soon an end is told where the plugin sees no process of the container, and Podman's event is the first that it hears.

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// unseen are the times of exits that were told, from the process's end and from Podman's event.
type unseen struct {
	sinceEnd, sinceEvent []time.Duration
}

// costUnseen has tasks end, each when Podman has done with the one before. A driver that reads no events has no times since
// them.
func costUnseen(t *testing.T, p plan, podman *harness.Podman) unseen {
	socket, told := overhear(t, podman)
	s := &scene{Host: harness.LaunchHidden(t), t: t, podman: podman}
	s.Configure(t, map[string]any{"socket_path": "unix://" + socket})
	var u unseen
	for range p.exits {
		k := s.task("echo up; exec sleep 100000", nil).start()
		k.stdout.await(t, "up")
		waits := k.wait()
		pid := k.inspect().State.Pid
		time.Sleep(apart)
		for len(told) > 0 {
			<-told
		}
		moment := time.Now()
		must.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		must.NoError(t, within(t, slow, "the task's end", waits).Err)
		known := time.Now()
		u.sinceEnd = append(u.sinceEnd, known.Sub(moment))
		select {
		case event := <-told:
			u.sinceEvent = append(u.sinceEvent, known.Sub(event))
		default:
		}
	}
	return u
}

// overhear gives another way to a Podman, and when Podman told there that a container has died.
func overhear(t *testing.T, podman *harness.Podman) (socket string, told chan time.Time) {
	socket = filepath.Join(podman.Folder, "overheard.sock")
	listener, err := net.Listen("unix", socket)
	must.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	told = make(chan time.Time, 16)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			service, err := net.Dial("unix", podman.Socket)
			if err != nil {
				_ = client.Close()
				continue
			}
			go carry(service, client, io.Discard)
			go carry(client, service, ends(told))
		}
	}()
	return socket, told
}

// carry moves what comes from one end to the other, and tells a third.
func carry(to, from net.Conn, told io.Writer) {
	_, _ = io.Copy(to, io.TeeReader(from, told))
	_ = to.(*net.UnixConn).CloseWrite()
}

// ends notes when it is told of an end. Podman writes each event as a whole.
type ends chan<- time.Time

func (e ends) Write(piece []byte) (int, error) {
	if bytes.Contains(piece, []byte(`"died"`)) {
		select {
		case e <- time.Now():
		default:
		}
	}
	return len(piece), nil
}
