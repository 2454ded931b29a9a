package conformance

// Tasks that do not listen, stopped all at once. The bound is a promise, so that no other tests run beside these.

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// over is how much longer than the longest of their kill timeouts a stop of many tasks may take.
const over = time.Second

func TestManyDeafTasksAreStoppedAtOnce(t *testing.T) {
	t.Run("stand-in", func(t *testing.T) {
		server, host := standIn(t)
		server.Deafen()
		var ids []string
		for range 100 {
			task := newTask(t)
			host.SetDriverConfig(t, task, map[string]any{"image": "localhost/x"})
			_, _, err := host.StartTask(task)
			must.NoError(t, err)
			ids = append(ids, task.ID)
		}
		stopAll(t, host, ids, 3*time.Second)
	})
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			s := newScene(t, harness.Serve(t, which))
			var ids []string
			for range 20 {
				ids = append(ids, s.run("trap '' TERM; echo up; while :; do sleep 0.2; done", nil).ID)
			}
			stopAll(t, s.Host, ids, 3*time.Second)
		})
	}
}

// stopAll stops tasks with kill timeouts from a second up to the longest, and waits for them.
func stopAll(t *testing.T, host *harness.Host, ids []string, longest time.Duration) {
	t.Helper()
	type end struct {
		which   string
		timeout time.Duration
		after   time.Duration
		err     error
	}
	ends := make(chan end, 2*len(ids))
	var waits []<-chan *drivers.ExitResult
	for _, id := range ids {
		waits = append(waits, waitFor(t, host, id))
	}
	began := time.Now()
	for n, id := range ids {
		timeout := time.Second + time.Duration(n)*(longest-time.Second)/time.Duration(len(ids)-1)
		go func() {
			err := host.StopTask(id, timeout, "SIGTERM")
			ends <- end{"stop", timeout, time.Since(began), err}
		}()
		go func() {
			var err error
			if result := <-waits[n]; result.Err != nil || result.ExitCode != 137 {
				err = fmt.Errorf("it ended with %+v", result)
			}
			ends <- end{"wait", timeout, time.Since(began), err}
		}()
	}
	late, last := time.Duration(0), time.Duration(0)
	for range 2 * len(ids) {
		end := within(t, longest+slow, "the end of a stop", ends)
		must.NoError(t, end.err, must.Sprint(end.which))
		must.GreaterEq(t, end.timeout, end.after, must.Sprint("nobody is killed early"))
		late, last = max(late, end.after-end.timeout), max(last, end.after)
	}
	t.Logf("%d tasks: all stopped after %v, none later than %v after its own kill timeout", len(ids), last.Round(time.Millisecond), late.Round(time.Millisecond))
	must.LessEq(t, longest+over, last)
}
