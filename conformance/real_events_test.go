package conformance

// How the plugin learns of ends where it sees no process of a container, from each of Podman's ways to keep events.

import (
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
