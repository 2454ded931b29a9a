package conformance

// How the plugin ends, and what does not end it.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

	baseproto "github.com/hashicorp/nomad/plugins/base/proto"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc"

	"nomad-driver-podman/conformance/harness"
)

// limit is how long the plugin may take to be gone. Its client waits for two seconds, and kills it then.
const limit = time.Second

func TestShutdownEndsAtOnceWithOpenStreams(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	ctx := harness.Context(t)
	for _, method := range []string{
		harness.StreamStdio, harness.Driver + "Fingerprint", harness.Driver + "TaskEvents", "/grpc.health.v1.Health/Watch",
	} {
		_, err := harness.Subscribe(ctx, connection, method)
		must.NoError(t, err)
	}
	_, err := harness.Open(ctx, connection, harness.StartStream)
	must.NoError(t, err)
	idle := p.Dial()
	pluginInfo(t, idle)
	silent := p.Connect()
	defer silent.Close()

	start := time.Now()
	_, _ = harness.Call(ctx, idle, harness.ControllerShutdown, nil)
	must.Eq(t, 0, p.ExitCode(limit))
	must.Eq(t, "", string(p.AwaitPipes(limit-time.Since(start))))
	_, err = os.Lstat(p.Socket())
	must.True(t, errors.Is(err, fs.ErrNotExist), must.Sprint("the socket's file is gone"))
}

func TestShutdownHasADeadline(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, _ = harness.Call(ctx, p.Dial(), harness.ControllerShutdown, nil)
	must.Eq(t, 0, p.ExitCode(limit))
}

// As go-plugin's client ends it: it kills what is not gone after two seconds, and says so.
func TestTheClientNeedNotKill(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix:///nowhere/podman.sock"})
	_, err := host.TaskEvents(harness.Context(t))
	must.NoError(t, err)
	start := time.Now()
	host.Client.Kill()
	must.Less(t, 2*time.Second, time.Since(start))
	must.True(t, host.Client.Exited())
	must.StrNotContains(t, host.Logs.String(), "plugin failed to exit gracefully")
}

// Ctrl-C on an agent in a terminal reaches its plugins too.
func TestInterruptsAreIgnored(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	for range 50 {
		p.Signal(syscall.SIGINT)
	}
	connection := p.Dial()
	pluginInfo(t, connection)
	p.Signal(syscall.SIGINT)
	pluginInfo(t, connection)
}

func TestTerminationEnds(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		p := harness.Start(t, harness.Options{})
		pluginInfo(t, p.Dial())
		p.Signal(signal)
		p.AwaitExit(limit)
		must.Eq(t, "", string(p.AwaitPipes(limit)))
	}
}

// An agent that was killed comes back: over a new connection, and without a new SetConfig.
func TestAKilledAgentReattaches(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	first := p.Dial()
	socket := func(name string) shape {
		return msgpackMap(entry("name", str(name)), entry("socket_path", str("unix:///nowhere/"+name+".sock")))
	}
	config := msgpackMap(entry("socket", list(socket("default"), socket("mine"))))
	_, err := baseproto.NewBasePluginClient(first).SetConfig(harness.Context(t), &baseproto.SetConfigRequest{MsgpackConfig: config})
	must.NoError(t, err)
	for _, method := range []string{harness.StreamStdio, harness.Driver + "TaskEvents", harness.Driver + "Fingerprint"} {
		_, err := harness.Subscribe(harness.Context(t), first, method)
		must.NoError(t, err)
	}
	must.NoError(t, first.Close())

	again := harness.Reattach(t, reattach(p))
	info, err := again.PluginInfo()
	must.NoError(t, err)
	must.Eq(t, "podman", info.Name)
	must.MapContainsKey(t, firstFingerprint(t, again).Attributes, "driver.podman.mine.health")
	must.True(t, p.Running())
}

// The reader of standard error goes with the agent, and the plugin has things to log.
func TestABrokenStandardErrorIsSurvived(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	must.NoError(t, err)
	p := harness.Start(t, harness.Options{Stderr: writer})
	must.NoError(t, writer.Close())
	must.NoError(t, reader.Close())
	for range 100 {
		p.Signal(syscall.SIGINT)
		refuse(t, p.Dial())
	}
	pluginInfo(t, p.Dial())
	must.True(t, p.Running())
	shutDown(t, p)
}

// Nobody reads standard error, and the pipe is full.
func TestAFullStandardErrorBlocksNothing(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	must.NoError(t, err)
	defer reader.Close()
	p := harness.Start(t, harness.Options{Stderr: writer})
	must.NoError(t, writer.Close())
	connection := p.Dial()
	for range 2000 {
		refuse(t, connection)
	}
	pluginInfo(t, connection)
	shutDown(t, p)
}

// refuse makes the plugin log something: a config that it cannot take.
func refuse(t *testing.T, connection *grpc.ClientConn) {
	t.Helper()
	message := append([]byte{0x0a, 4}, 0x81, 0xa1, 'x', 0xc1)
	_, err := harness.Call(harness.Context(t), connection, harness.Base+"SetConfig", message)
	must.Error(t, err)
}

// A process that inherited standard error would keep the agent waiting for the plugin's end.
func TestNoChildrenAreLeft(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	harness.Reattach(t, reattach(p)).Configure(t, map[string]any{"socket_path": "unix:///nowhere/podman.sock"})
	must.SliceEmpty(t, p.Children())
}

// Only what the host gave, the socket and the runtime's own are open: nothing of the parent's is passed on by mistake.
func TestOpenFilesAtTheStart(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	folder := fmt.Sprintf("/proc/%d/fd", p.Command.Process.Pid)
	list, err := os.ReadDir(folder)
	must.NoError(t, err)
	for _, file := range list {
		target, err := os.Readlink(folder + "/" + file.Name())
		must.NoError(t, err)
		if info, err := os.Stat(target); err == nil {
			must.False(t, info.Mode().IsRegular(), must.Sprintf("%s is open", target))
		}
	}
}
