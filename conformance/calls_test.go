package conformance

// Helpers that several files use.

import (
	"context"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-plugin"
	baseproto "github.com/hashicorp/nomad/plugins/base/proto"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"nomad-driver-podman/conformance/harness"
)

func pluginInfo(t *testing.T, connection *grpc.ClientConn) *baseproto.PluginInfoResponse {
	t.Helper()
	info, err := baseproto.NewBasePluginClient(connection).PluginInfo(harness.Context(t), &baseproto.PluginInfoRequest{})
	must.NoError(t, err)
	return info
}

// shutDown ends a plugin as its client does. The answer does not matter: the connection may be cut before it comes.
func shutDown(t *testing.T, p *harness.Process) {
	t.Helper()
	_, _ = harness.Call(harness.Context(t), p.Dial(), harness.ControllerShutdown, nil)
	must.Eq(t, 0, p.ExitCode(harness.Patience))
}

// within fails the test unless something arrives in time.
func within[T any](t *testing.T, limit time.Duration, what string, channel <-chan T) T {
	t.Helper()
	select {
	case value := <-channel:
		return value
	case <-time.After(limit):
		t.Fatalf("not within %v: %s", limit, what)
		panic("unreachable")
	}
}

func withCancel(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(harness.Context(t))
}

// reattach is what an agent would have stored of a process that a test started itself.
func reattach(p *harness.Process) *plugin.ReattachConfig {
	return &plugin.ReattachConfig{
		Protocol:        plugin.ProtocolGRPC,
		ProtocolVersion: 2,
		Addr:            &net.UnixAddr{Net: "unix", Name: p.Socket()},
		Pid:             p.Command.Process.Pid,
	}
}

// dialHost opens a connection of its own to the plugin of a host.
func dialHost(t *testing.T, host *harness.Host) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient("unix:"+host.ReattachConfig().Addr.String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must.NoError(t, err)
	t.Cleanup(func() { connection.Close() })
	return connection
}

// pipe makes a pipe for a task to wait at.
func pipe(t *testing.T, path string) {
	t.Helper()
	must.NoError(t, syscall.Mkfifo(path, 0o666))
}

// write gives a task that waits at a pipe what it waits for.
func write(t *testing.T, path, text string) {
	t.Helper()
	must.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}
