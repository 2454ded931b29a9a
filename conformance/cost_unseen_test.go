package conformance

// How soon an end is told where the plugin sees no process of the container, and Podman's event is the first that it hears.

import (
	"bytes"
	"path/filepath"
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
	told := make(chan time.Time, 16)
	recorder := podman.Overhear(t, filepath.Join(podman.Folder, "overheard.sock"), func(piece []byte) {
		// Podman writes each event as a whole.
		if bytes.Contains(piece, []byte(`"died"`)) {
			select {
			case told <- time.Now():
			default:
			}
		}
	})
	s := &scene{Host: harness.LaunchHidden(t), t: t, podman: podman}
	s.Configure(t, map[string]any{"socket_path": "unix://" + recorder.Socket})
	var u unseen
	for range p.exits {
		k := s.task("echo up; exec sleep 100000", nil).start()
		k.stdout.await(t, "up")
		waits := k.wait()
		time.Sleep(apart)
		for len(told) > 0 {
			<-told
		}
		moment := k.killed()
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
