package conformance

// What only a Podman that misbehaves can show, or one that writes down what it was asked: the stand-in.

import (
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
	"nomad-driver-podman/conformance/standin"
)

// usualHost is what a stand-in says of itself where nothing depends on it.
var usualHost = standin.Host{Version: "5.4.2", CgroupVersion: "v2", CgroupManager: "systemd"}

// standIn serves a stand-in with one image, and a plugin that uses it and has additions to its environment.
func standIn(t *testing.T, environment ...string) (*standin.Server, *harness.Host) {
	t.Helper()
	server := standin.Start(t, t.TempDir(), usualHost, standin.World{Images: map[string]string{"localhost/x": "aa11"}})
	host := harness.Launch(t, environment...)
	host.Configure(t, map[string]any{"socket_path": "unix://" + server.Socket})
	return server, host
}

func TestASocketThatHangsDoesNotHoldUpTheFingerprint(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "podman.sock"))
	must.NoError(t, err)
	defer listener.Close() // it takes connections into its queue, and nobody ever answers
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix://" + listener.Addr().String()})
	start := time.Now()
	fingerprint := firstFingerprint(t, host)
	must.Less(t, 5*time.Second, time.Since(start))
	must.Eq(t, drivers.HealthStateUndetected, fingerprint.Health)
}

func TestFingerprintOnlyReads(t *testing.T) {
	t.Parallel()
	server, host := standIn(t)
	must.Eq(t, drivers.HealthStateHealthy, firstFingerprint(t, host).Health)
	calls := server.Calls()
	must.Positive(t, len(calls))
	for _, call := range calls {
		must.Eq(t, http.MethodGet, call.Method, must.Sprint(call.Path))
	}
}

// Five hundred tasks start at once on a slow Podman, and all of them are waited for twice: calls of others are answered
// meanwhile, and every wait is answered in the end.
func TestManyTasksAtOnce(t *testing.T) {
	const count = 500
	server, host := standIn(t)
	for _, step := range []string{"create", "start"} {
		server.Break(step, standin.Slow)
	}
	waits := make(chan (<-chan *drivers.ExitResult), 2*count)
	var starts sync.WaitGroup
	for range count {
		task := newTask(t)
		host.SetDriverConfig(t, task, map[string]any{"image": "localhost/x"})
		starts.Go(func() {
			if _, _, err := host.StartTask(task); err != nil {
				t.Errorf("StartTask: %v", err)
				return
			}
			for range 2 {
				wait, err := host.WaitTask(t.Context(), task.ID)
				must.NoError(t, err)
				waits <- wait
			}
		})
	}
	all := make(chan struct{})
	go func() {
		starts.Wait()
		close(all)
	}()
	slowest := time.Duration(0)
	for begun := true; begun; {
		start := time.Now()
		_, err := host.PluginInfo()
		must.NoError(t, err)
		must.ErrorContains(t, host.SignalTask("nobody", "SIGHUP"), notFound)
		slowest = max(slowest, time.Since(start))
		select {
		case <-all:
			begun = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	must.Less(t, 2*time.Second, slowest)
	must.False(t, t.Failed())
	containers := server.Containers()
	must.Len(t, count, containers)
	for i, container := range containers {
		go server.End(container.ID, 1+i%100)
	}
	for range 2 * count {
		result := within(t, slow, "an answer to each wait", <-waits)
		must.NoError(t, result.Err)
		must.Between(t, 1, result.ExitCode, 100)
	}
}
