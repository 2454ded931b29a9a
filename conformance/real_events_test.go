package conformance

// How the plugin learns of ends where it sees no process of a container, from each of Podman's ways to keep events.

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// noticed is how long it takes at most until it is known that a stream of events tells nothing.
const noticed = 5 * time.Second

// It runs beside no other test, since it holds times.
func TestExitsWhereNoProcessIsSeen(t *testing.T) {
	loggers := map[string]string{
		"file":     "",
		"none":     "Podman tells no events",
		"journald": "Podman says that it tells events, and tells none",
	}
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			podman := harness.Serve(t, which)
			for logger, warning := range loggers {
				t.Run(logger, func(t *testing.T) {
					podman.LogEventsTo(logger)
					s := &scene{Host: harness.LaunchHidden(t), t: t, podman: podman}
					s.Configure(t, podmanConfig(podman))

					// Ends after the first look at it, and before it can be known that there are no events.
					early := s.task("sleep 2; exit 3", nil)
					begun := time.Now()
					result := within(t, slow, "the early end", early.start().wait())
					must.Eq(t, 3, result.ExitCode)
					t.Logf("Podman %s, %s: the first end is known %v after the start began", podman.Version(), logger, time.Since(begun))
					must.Less(t, 4*noticed, time.Since(begun))

					for range 3 {
						k := s.task("echo up; read line < /local/go; exit 16", nil)
						pipe(t, k.AllocDir+"/web/local/go")
						k.start().stdout.await(t, "up")
						waits := k.wait()
						write(t, k.AllocDir+"/web/local/go", "now\n")
						told := time.Now()
						must.Eq(t, 16, within(t, slow, "the end", waits).ExitCode)
						t.Logf("Podman %s, %s: an end is known %v after it was asked for", podman.Version(), logger, time.Since(told))
						must.Less(t, 2*noticed, time.Since(told))
						must.NoError(t, s.DestroyTask(k.ID, true))
					}
					told := warnings(s.Host)
					if warning == "" {
						must.SliceEmpty(t, told)
					} else {
						must.Len(t, 1, told)
						must.StrHasPrefix(t, warning, told[0])
					}
				})
			}
		})
	}
}

// cleanup is how long Podman is made to hold a container after its end was told.
const cleanup = 4 * time.Second

// Podman answers nobody about a container while it cleans up after it, which a hook makes last here. A restart looks like an
// end, and is none.
func TestEndsThatPodmanTellsBeforeItAnswers(t *testing.T) {
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			podman := harness.Serve(t, which)
			s := &scene{Host: harness.LaunchHidden(t), t: t, podman: podman}
			s.Configure(t, podmanConfig(podman))

			k := s.task("echo up; sleep 100000", nil).start()
			k.stdout.await(t, "up")
			waits := k.wait()
			first := k.inspect()
			_, err := podman.Do("POST", "/libpod/containers/"+first.ID+"/restart?t=0", nil)
			must.NoError(t, err)
			// Long enough for Podman's events, which it reads four times a second.
			select {
			case result := <-waits:
				t.Fatalf("a restart by hand is no end: %+v", result)
			case <-time.After(time.Second):
			}
			must.NotEq(t, first.State.Pid, k.inspect().State.Pid)

			hooks := filepath.Join(podman.Folder, "hooks")
			podman.WriteFile(t, filepath.Join(hooks, "slow.json"), fmt.Sprintf(
				`{"version":"1.0.0","hook":{"path":"/bin/sleep","args":["sleep","%v"]},"when":{"always":true},"stages":["poststop"]}`,
				cleanup.Seconds()))
			podman.Settle("engine", "hooks_dir", fmt.Sprintf("[%q]", hooks))
			k.killed()
			must.Eq(t, 137, within(t, slow, "the end of the restarted task", waits).ExitCode)
			must.NoError(t, s.DestroyTask(k.ID, true))

			for _, end := range []struct {
				script string
				code   int
				oom    bool
			}{{"exit 16", 16, false}, {"tail /dev/zero; exit 17", 17, true}} {
				// It is asleep when the first look at it is over.
				k := s.task("echo up; read line < /local/go; sleep 1; "+end.script, nil)
				k.Resources.LinuxResources.MemoryLimitBytes = 16 << 20
				pipe(t, k.AllocDir+"/web/local/go")
				k.start().stdout.await(t, "up")
				waits := k.wait()
				write(t, k.AllocDir+"/web/local/go", "now\n")
				asked := time.Now()
				result := within(t, slow, "the end", waits)
				known := time.Since(asked)
				state := k.inspect().State
				answered := time.Since(asked)
				t.Logf("Podman %s: %q is known after %v, and Podman answers after %v", podman.Version(), end.script, known, answered)
				must.Eq(t, end.code, result.ExitCode)
				must.Eq(t, state.OOMKilled, result.OOMKilled)
				// The distribution's conmon does not notice it on cgroup v1.
				must.Eq(t, end.oom && which != "distribution", state.OOMKilled)
				must.Greater(t, cleanup, answered, must.Sprint("the hook has held the container"))
				must.Less(t, answered-cleanup/2, known)
				must.NoError(t, s.DestroyTask(k.ID, true))
			}
		})
	}
}

// warnings are the plugin's that are about events.
func warnings(host *harness.Host) []string {
	var found []string
	for _, record := range host.Logs.FromPlugin() {
		if record.Level == hclog.Warn && strings.Contains(record.Message, "events") {
			found = append(found, record.Message)
		}
	}
	return found
}
