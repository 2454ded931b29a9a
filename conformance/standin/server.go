// Package standin is a Podman service without containers: it answers the requests of a task driver, writes them down,
// and fails where a test says so. It exists for what a real Podman cannot be made to show: what exactly was asked, and
// failures at a chosen step. What containers do is proved on the real one.
package standin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Host is what the service says of itself.
type Host struct {
	Version       string `json:"version"`
	Rootless      bool   `json:"rootless"`
	CgroupVersion string `json:"cgroup_version"`
	CgroupManager string `json:"cgroup_manager"`
	AppArmor      bool   `json:"apparmor"`
	SELinux       bool   `json:"selinux"`
}

// World is what is there before the first task.
type World struct {
	Images     map[string]string `json:"images,omitempty"`     // reference to ID
	Containers map[string]string `json:"containers,omitempty"` // name to state
	Networks   []string          `json:"networks,omitempty"`
	PullError  string            `json:"pull_error,omitempty"`
}

// Call is a request as it came.
type Call struct {
	Method string
	Path   string // without version and /libpod, unescaped
	Query  url.Values
	Auth   string // X-Registry-Auth
	Body   any
}

// Container is one that the service believes in.
type Container struct {
	ID    string
	Name  string
	State string
	Code  int
	// annotations and labels are its own: whoever looks at the request that made it may change that.
	annotations, labels map[string]any
	ended               chan struct{}
}

// Server is the service.
type Server struct {
	// Socket is where it listens.
	Socket string

	host  Host
	world World
	http  *http.Server

	mu         sync.Mutex
	calls      []Call
	containers map[string]*Container // by ID
	commands   map[string]*command   // by ID
	deaf       bool
	// lastCommand counts them.
	lastCommand int
	// open are requests that are not answered yet, by step.
	open      map[string]int
	listeners map[chan any]bool
	faults    map[string]Fault // by step
	released  chan struct{}
}

// PulledID is the ID of every image that is pulled or loaded.
const PulledID = "5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"

// Start begins to serve in a folder, until the test ends.
func Start(t testing.TB, folder string, host Host, world World) *Server {
	t.Helper()
	s := &Server{
		Socket: filepath.Join(folder, "podman.sock"), host: host, world: world,
		containers: map[string]*Container{}, commands: map[string]*command{}, open: map[string]int{}, listeners: map[chan any]bool{}, faults: map[string]Fault{}, released: make(chan struct{}),
	}
	images := map[string]string{}
	for reference, id := range world.Images {
		images[reference] = id
	}
	s.world.Images = images
	for name, state := range world.Containers {
		s.add(name, state, nil)
	}
	listener, err := net.Listen("unix", s.Socket)
	if err != nil {
		t.Fatalf("the stand-in cannot listen: %v", err)
	}
	s.http = &http.Server{Handler: s.routes()}
	go func() { _ = s.http.Serve(listener) }()
	t.Cleanup(func() {
		s.Release()
		_ = s.http.Close()
	})
	return s
}

// Calls gives the requests since the last call of it.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// Open are how many requests are not answered yet, by step.
func (s *Server) Open() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.open)
}

// Containers gives copies of all containers that there are.
func (s *Server) Containers() []Container {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Container
	for _, c := range s.containers {
		all = append(all, *c)
	}
	return all
}

// End lets a container's process end.
func (s *Server) End(id string, code int) {
	s.mu.Lock()
	c := s.containers[id]
	if c == nil || c.State != "running" {
		s.mu.Unlock()
		return
	}
	c.State, c.Code = "exited", code
	close(c.ended)
	s.mu.Unlock()
	s.emit("died", c)
}

func (s *Server) add(name, state string, spec map[string]any) *Container {
	sum := sha256.Sum256([]byte(name))
	annotations, _ := spec["annotations"].(map[string]any)
	labels, _ := spec["labels"].(map[string]any)
	c := &Container{
		ID: hex.EncodeToString(sum[:]), Name: name, State: state,
		annotations: maps.Clone(annotations), labels: maps.Clone(labels), ended: make(chan struct{}),
	}
	s.containers[c.ID] = c
	return c
}

func (s *Server) find(name string) *Container {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.containers[name]; c != nil {
		return c
	}
	for _, c := range s.containers {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func (s *Server) emit(action string, c *Container) {
	now := time.Now()
	event := map[string]any{
		"Type": "container", "Action": action, "status": action, "id": c.ID, "scope": "local",
		"time": now.Unix(), "timeNano": now.UnixNano(),
		"Actor": map[string]any{"ID": c.ID, "Attributes": map[string]string{"name": c.Name, "containerExitCode": strconv.Itoa(c.Code)}},
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for listener := range s.listeners {
		select {
		case listener <- event:
		default: // a listener that does not read misses it, as with Podman's file backend
		}
	}
}

// step writes a request down, and fails it where the test says so. It says whether the handler is to go on.
func (s *Server) step(name string, act bool, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var body any
		if len(raw) > 0 && json.Unmarshal(raw, &body) != nil {
			body = fmt.Sprintf("%d bytes", len(raw))
		}
		s.mu.Lock()
		s.calls = append(s.calls, Call{Method: r.Method, Path: pathOf(r), Query: r.URL.Query(), Auth: r.Header.Get("X-Registry-Auth"), Body: body})
		fault := s.faults[name]
		s.open[name]++
		s.mu.Unlock()
		defer func() {
			s.mu.Lock()
			if s.open[name]--; s.open[name] == 0 {
				delete(s.open, name)
			}
			s.mu.Unlock()
		}()
		w.Header().Set("Libpod-Api-Version", s.host.Version)
		r = r.WithContext(withBody(r.Context(), body))
		if fault == None {
			handler(w, r)
			return
		}
		s.fail(w, r, fault, act, handler)
	}
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if value != nil {
		_ = json.NewEncoder(w).Encode(value)
	}
}

func refuse(w http.ResponseWriter, status int, cause, message string) {
	answer(w, status, map[string]any{"cause": cause, "message": message, "response": status})
}
