package harness

import (
	"crypto/rand"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Front stands before a real registry: it writes down what is asked, and meddles where a test says so. Failures that a
// real registry shows only when it wants to are its own, and so are fakes.
type Front struct {
	// Address is host and port.
	Address string

	pass   http.Handler
	lock   sync.Mutex
	asked  []Asked
	meddle Meddle
}

// Asked is a request that came to a front.
type Asked struct {
	Method, Path string
	// User and Password are what the request has for credentials.
	User, Password string
}

// Manifest tells whether the request is for a manifest, by whatever method.
func (a Asked) Manifest() bool { return strings.Contains(a.Path, "/manifests/") }

// Meddle answers a request itself, or gives it to the registry.
type Meddle func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// Front puts a front before the registry, until the test ends.
func (r *Registry) Front(t testing.TB, meddle Meddle) *Front {
	t.Helper()
	target := &url.URL{Scheme: "http", Host: r.Address}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(request *httputil.ProxyRequest) { request.SetURL(target) },
		Transport:     r.podman.Transport(),
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
	}
	listener := r.podman.Listen(t)
	f := &Front{Address: listener.Addr().String(), pass: proxy, meddle: meddle}
	serve(t, listener, f)
	return f
}

func serve(t testing.TB, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

// ServeHTTP makes the front a handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	f.lock.Lock()
	f.asked = append(f.asked, Asked{r.Method, r.URL.Path, user, password})
	meddle := f.meddle
	f.lock.Unlock()
	if meddle == nil {
		f.pass.ServeHTTP(w, r)
		return
	}
	meddle(w, r, f.pass)
}

// Meddle changes what the front does, from now on; with nil everything passes.
func (f *Front) Meddle(meddle Meddle) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.meddle = meddle
}

// Asked are the requests so far.
func (f *Front) Asked() []Asked {
	f.lock.Lock()
	defer f.lock.Unlock()
	return slices.Clone(f.asked)
}

// Manifests is how often a manifest was asked for, by whatever method.
func (f *Front) Manifests() int {
	count := 0
	for _, asked := range f.Asked() {
		if asked.Manifest() {
			count++
		}
	}
	return count
}

// Image is the full name of an image that the registry has under this one.
func (f *Front) Image(name string) string { return f.Address + "/" + name }

// OnBlob meddles with the requests for one blob.
func OnBlob(blob Blob, meddle Meddle) Meddle {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, blob.Digest()) {
			meddle(w, r, pass)
			return
		}
		pass.ServeHTTP(w, r)
	}
}

// OnManifests meddles with the requests for manifests.
func OnManifests(meddle Meddle) Meddle {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if strings.Contains(r.URL.Path, "/manifests/") {
			meddle(w, r, pass)
			return
		}
		pass.ServeHTTP(w, r)
	}
}

// Times meddles so often, and then lets pass.
func Times(n int, meddle Meddle) Meddle {
	var lock sync.Mutex
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		lock.Lock()
		n--
		left := n >= 0
		lock.Unlock()
		if left {
			meddle(w, r, pass)
			return
		}
		pass.ServeHTTP(w, r)
	}
}

// registryCodes are the words that registries have for a status.
var registryCodes = map[int]string{
	http.StatusUnauthorized: "UNAUTHORIZED", http.StatusForbidden: "DENIED", http.StatusNotFound: "MANIFEST_UNKNOWN",
	http.StatusTooManyRequests: "TOOMANYREQUESTS",
}

// Answer answers with a status and the body that registries have for it, and headers in pairs.
func Answer(status int, headers ...string) Meddle {
	code, has := registryCodes[status]
	if !has {
		code = "UNKNOWN"
	}
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "application/json")
		for n := 0; n+1 < len(headers); n += 2 {
			w.Header().Set(headers[n], headers[n+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write(encoded(map[string]any{"errors": []any{map[string]any{"code": code, "message": "the front of a test answers"}}}))
	}
}

// part is a body of which only a part goes on: `after` is called with each piece before it goes, and says whether it may.
type part struct {
	http.ResponseWriter
	piece func([]byte) bool
}

func (p part) Write(data []byte) (int, error) {
	for rest := data; len(rest) > 0; {
		piece := rest[:min(len(rest), 16<<10)]
		rest = rest[len(piece):]
		if !p.piece(piece) {
			return 0, errors.New("the front breaks off")
		}
		if _, err := p.ResponseWriter.Write(piece); err != nil {
			return 0, err
		}
		p.Flush()
	}
	return len(data), nil
}

func (p part) Flush() {
	if flusher, is := p.ResponseWriter.(http.Flusher); is {
		flusher.Flush()
	}
}

// Unwrap is for who takes the connection over, as Podman's sessions do.
func (p part) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// Trickle lets a body come in pieces of 16 KiB, with this time between them.
func Trickle(every time.Duration) Meddle {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		pass.ServeHTTP(part{w, func([]byte) bool {
			select {
			case <-time.After(every):
				return true
			case <-r.Context().Done():
				return false
			}
		}}, r)
	}
}

// Stall lets so many bytes of a body pass, and nothing more until it is released or the client goes away.
func Stall(after int, released <-chan struct{}) Meddle {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		left := after
		pass.ServeHTTP(part{w, func(piece []byte) bool {
			if left -= len(piece); left >= 0 {
				return true
			}
			select {
			case <-released:
				return true
			case <-r.Context().Done():
				return false
			}
		}}, r)
	}
}

// BreakOff lets so many bytes of a body pass, and closes the connection.
func BreakOff(after int) Meddle {
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		left := after
		pass.ServeHTTP(part{w, func(piece []byte) bool {
			if left -= len(piece); left < 0 {
				panic(http.ErrAbortHandler)
			}
			return true
		}}, r)
	}
}

// Flip changes a body's bytes on the way, not their number.
func Flip(w http.ResponseWriter, r *http.Request, pass http.Handler) {
	pass.ServeHTTP(part{w, func(piece []byte) bool {
		for n := range piece {
			piece[n] ^= 0x55
		}
		return true
	}}, r)
}

// Recorder stands before a Podman's socket and writes down what is asked.
type Recorder struct {
	// Socket is where it listens.
	Socket string

	lock  sync.Mutex
	asked []Asked
}

// Record puts a recorder before the service, until the test ends.
func (p *Podman) Record(t testing.TB, socket string) *Recorder {
	t.Helper()
	return p.Overhear(t, socket, func([]byte) {})
}

// Overhear is Record, and hears each piece of an answer before the client gets it.
func (p *Podman) Overhear(t testing.TB, socket string, hear func([]byte)) *Recorder {
	t.Helper()
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	r := &Recorder{Socket: socket}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(request *httputil.ProxyRequest) { request.SetURL(&url.URL{Scheme: "http", Host: "podman"}) },
		Transport:     p.http.Transport,
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0),
	}
	serve(t, listener, http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		path := request.URL.Path
		if _, rest, found := strings.Cut(path, "/libpod"); found {
			path = rest
		}
		r.lock.Lock()
		r.asked = append(r.asked, Asked{Method: request.Method, Path: path})
		r.lock.Unlock()
		proxy.ServeHTTP(part{w, func(piece []byte) bool {
			hear(piece)
			return true
		}}, request)
	}))
	return r
}

// Asked are the requests since the last call of it.
func (r *Recorder) Asked() []Asked {
	r.lock.Lock()
	defer r.lock.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

// secret is a text that occurs nowhere else.
func secret() string { return "secret-" + rand.Text() }
