package standin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// Fault is a way to fail.
type Fault int

const (
	// None answers as it should be.
	None Fault = iota
	// Hang takes the request and never answers.
	Hang
	// Refuse answers 500, as Podman does.
	Refuse
	// Cut does what is asked, and breaks off in the middle of the answer.
	Cut
	// Garbage does what is asked, and answers what is no JSON.
	Garbage
	// Slow does what is asked, and takes its time.
	Slow
)

// Faults are all of them.
var Faults = map[string]Fault{"hang": Hang, "refuse": Refuse, "cut": Cut, "garbage": Garbage, "slow": Slow}

// SlowBy is how long a slow answer takes.
const SlowBy = 300 * time.Millisecond

// Break makes every request of a step fail, from now on. None mends it.
func (s *Server) Break(step string, fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[step] = fault
}

// Mend makes everything work again, and lets go of requests that hang.
func (s *Server) Mend() {
	s.mu.Lock()
	s.faults = map[string]Fault{}
	s.mu.Unlock()
	s.Release()
}

// Release breaks the connections of requests that hang.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.released)
	s.released = make(chan struct{})
}

// fail answers as the fault says. With act, what is asked is done first: a container may have been made although
// nobody was told.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, fault Fault, act bool, handler http.HandlerFunc) {
	s.mu.Lock()
	released := s.released
	s.mu.Unlock()
	record := httptest.NewRecorder()
	switch fault {
	case Refuse:
		refuse(w, 500, "stand-in failure", "the stand-in fails here: stand-in failure")
		return
	case Slow:
		select {
		case <-time.After(SlowBy):
		case <-r.Context().Done():
			return
		}
		handler(w, r)
		return
	case Hang, Cut, Garbage:
		if act {
			handler(record, r)
		}
	}
	switch fault {
	case Hang:
		select {
		case <-released:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case Cut:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(success(record.Code))
		_, _ = w.Write([]byte(`{"Id":"`))
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
		panic(http.ErrAbortHandler)
	case Garbage:
		w.WriteHeader(success(record.Code))
		_, _ = w.Write([]byte("\x00\xff<html>" + strings.Repeat("no JSON ", 8)))
	}
}

// success is the status of an answer that was not 204, which has no body to be broken.
func success(code int) int {
	if code == http.StatusCreated {
		return code
	}
	return http.StatusOK
}

type bodyKey struct{}

func withBody(ctx context.Context, body any) context.Context {
	return context.WithValue(ctx, bodyKey{}, body)
}

func bodyOf(r *http.Request) map[string]any {
	body, _ := r.Context().Value(bodyKey{}).(map[string]any)
	return body
}
