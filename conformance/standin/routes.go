package standin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Steps of a task's start, by the names that Break takes. The value says whether the step changes something.
var Steps = map[string]bool{
	"namesake": false, // GET containers/NAME/json before there is one
	"image":    false, // GET images/NAME/json
	"pull":     true,  // POST images/pull
	"create":   true,  // POST containers/create
	"start":    true,  // POST containers/ID/start
	"inspect":  false, // GET containers/ID/json of one that was made
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	route := func(pattern, step string, handler http.HandlerFunc) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /{version}/libpod"+path, s.step(step, Steps[step], handler))
	}
	mux.HandleFunc("GET /libpod/_ping", s.step("ping", false, s.ping))
	route("GET /_ping", "ping", s.ping)
	route("GET /info", "info", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, s.info()) })
	route("GET /events", "events", s.events)
	route("GET /networks/{name}/exists", "networks", s.networkExists)
	route("GET /networks/json", "networks", s.networks)
	// An image's name may have slashes in it, so that the rest of the path is taken apart by hand.
	route("GET /images/{rest...}", "image", s.image)
	route("POST /images/pull", "pull", s.pull)
	route("POST /images/load", "load", s.load)
	route("POST /containers/create", "create", s.create)
	route("GET /containers/json", "list", s.list)
	route("GET /containers/stats", "stats", s.stats)
	route("GET /containers/{name}/stats", "stats", s.container(s.statsOfOne))
	route("POST /containers/{name}/start", "start", s.container(s.start))
	route("POST /containers/{name}/wait", "wait", s.container(s.wait))
	route("POST /containers/{name}/stop", "stop", s.container(s.stop))
	route("POST /containers/{name}/kill", "stop", s.container(s.kill))
	route("POST /containers/{name}/exec", "exec", s.container(s.createCommand))
	route("POST /exec/{id}/start", "exec", s.command(s.startCommand))
	route("POST /exec/{id}/resize", "exec", s.command(func(w http.ResponseWriter, _ *http.Request, _ *command) { w.WriteHeader(201) }))
	route("GET /exec/{id}/json", "exec", s.command(s.inspectCommand))
	route("POST /exec/{id}/remove", "exec", s.command(s.removeCommand))
	route("DELETE /containers/{name}", "remove", s.container(s.remove))
	// One path, two steps: what is asked before a container is there, and after.
	namesake := s.step("namesake", false, s.container(s.inspect))
	inspect := s.step("inspect", false, s.container(s.inspect))
	mux.HandleFunc("GET /{version}/libpod/containers/{name}/json", func(w http.ResponseWriter, r *http.Request) {
		if len(r.PathValue("name")) == 64 {
			inspect(w, r)
		} else {
			namesake(w, r)
		}
	})
	mux.HandleFunc("/", s.step("unknown", false, http.NotFound))
	return mux
}

// pathOf is a request's path as Podman's documentation writes it.
func pathOf(r *http.Request) string {
	path := r.URL.EscapedPath()
	if _, rest, found := strings.Cut(path, "/libpod"); found {
		path = rest
	}
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}

func (s *Server) ping(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") }

func (s *Server) info() any {
	h := s.host
	return map[string]any{
		"host": map[string]any{
			"arch": "amd64", "os": "linux", "cpus": 2, "cgroupManager": h.CgroupManager, "cgroupVersion": h.CgroupVersion,
			"cgroupControllers": []string{"cpuset", "cpu", "io", "memory", "pids"}, "eventLogger": "file", "logDriver": "k8s-file",
			"ociRuntime":   map[string]any{"name": "crun", "path": "/usr/bin/crun"},
			"remoteSocket": map[string]any{"path": s.Socket, "exists": true},
			"security": map[string]any{"rootless": h.Rootless, "apparmorEnabled": h.AppArmor, "selinuxEnabled": h.SELinux,
				"seccompEnabled": true, "capabilities": "CAP_CHOWN,CAP_KILL"},
		},
		"version": map[string]any{"Version": h.Version, "APIVersion": h.Version},
	}
}

func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	listener := make(chan any, 4096)
	s.mu.Lock()
	s.listeners[listener] = true
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, listener)
		s.mu.Unlock()
	}()
	answer(w, 200, nil)
	flusher := w.(http.Flusher)
	flusher.Flush()
	for {
		select {
		case event := <-listener:
			if json.NewEncoder(w).Encode(event) != nil {
				return
			}
			flusher.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Server) networkExists(w http.ResponseWriter, r *http.Request) {
	if slices.Contains(s.world.Networks, r.PathValue("name")) {
		w.WriteHeader(204)
		return
	}
	refuse(w, 404, "no such network", "unable to find network with name or ID "+r.PathValue("name"))
}

func (s *Server) networks(w http.ResponseWriter, _ *http.Request) {
	list := []any{map[string]any{"name": "podman", "id": strings.Repeat("0", 64)}}
	for i, name := range s.world.Networks {
		list = append(list, map[string]any{"name": name, "id": fmt.Sprintf("%064x", i+1)})
	}
	answer(w, 200, list)
}

func (s *Server) image(w http.ResponseWriter, r *http.Request) {
	name, exists := strings.CutSuffix(r.PathValue("rest"), "/exists")
	name, inspect := strings.CutSuffix(name, "/json")
	if !exists && !inspect {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	id, found := s.world.Images[name]
	for _, known := range s.world.Images {
		if known == name || "sha256:"+known == name {
			id, found = known, true
		}
	}
	s.mu.Unlock()
	switch {
	case !found:
		refuse(w, 404, "no such image", "failed to find image "+name+": no such image")
	case exists:
		w.WriteHeader(204)
	default:
		answer(w, 200, map[string]any{"Id": id, "Config": map[string]any{}})
	}
}

func (s *Server) pull(w http.ResponseWriter, r *http.Request) {
	if s.world.PullError != "" {
		answer(w, 200, map[string]any{"error": s.world.PullError})
		return
	}
	s.mu.Lock()
	s.world.Images[r.URL.Query().Get("reference")] = PulledID
	s.mu.Unlock()
	answer(w, 200, map[string]any{"stream": "Trying to pull " + r.URL.Query().Get("reference") + "...\n"})
	_ = json.NewEncoder(w).Encode(map[string]any{"images": []string{PulledID}, "id": PulledID})
}

func (s *Server) load(w http.ResponseWriter, _ *http.Request) {
	const name = "localhost/loaded:latest"
	s.mu.Lock()
	s.world.Images[name] = PulledID
	s.mu.Unlock()
	answer(w, 200, map[string]any{"Names": []string{name}})
}
