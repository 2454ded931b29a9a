package conformance

// What only a Podman that misbehaves can show, or one that writes down what it was asked: the stand-in.

import (
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
	"nomad-driver-podman/conformance/standin"
)

// standIn serves a stand-in with one image, and a plugin that uses it.
func standIn(t *testing.T) (*standin.Server, *harness.Host) {
	t.Helper()
	server := standin.Start(t, t.TempDir(), standin.Host{
		Version: "5.4.2", CgroupVersion: "v2", CgroupManager: "systemd",
	}, standin.World{Images: map[string]string{"localhost/x": "aa11"}})
	host := harness.Launch(t)
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
