package harness

import (
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/nomad/plugins/base"
	"github.com/hashicorp/nomad/plugins/drivers"
)

// Host is what a Nomad client has of a driver plugin: Nomad's own client of it, and go-plugin's hold on the process.
type Host struct {
	drivers.DriverPlugin
	Client *plugin.Client
	Logs   *Logs
}

// Raw is the driver's interface for exec sessions whose messages are passed through.
func (h *Host) Raw() drivers.ExecTaskStreamingRawDriver {
	return h.DriverPlugin.(drivers.ExecTaskStreamingRawDriver)
}

// ReattachConfig is what an agent stores of the plugin, to find it again after its own restart.
func (h *Host) ReattachConfig() *plugin.ReattachConfig { return h.Client.ReattachConfig() }

// Launch starts the plugin as a Nomad client does, and ends it with the test. Additions to the environment win.
func Launch(t testing.TB, environment ...string) *Host {
	t.Helper()
	command := exec.Command(Binary(t))
	command.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	command.Env = append(command.Env, environment...)
	return connect(t, command, nil)
}

// hider starts a plugin in a namespace of its own. The host's logger takes it for the plugin.
const hider = "unshare"

// LaunchHidden is Launch in a namespace of processes of its own: no process of a container can be seen from there.
func LaunchHidden(t testing.TB) *Host {
	t.Helper()
	command := exec.Command(hider, "--pid", "--fork", "--kill-child", Binary(t))
	command.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	return connect(t, command, nil)
}

// Reattach connects to a plugin that runs, as an agent does that was started again.
func Reattach(t testing.TB, config *plugin.ReattachConfig) *Host {
	t.Helper()
	return connect(t, nil, config)
}

func connect(t testing.TB, command *exec.Cmd, reattach *plugin.ReattachConfig) *Host {
	t.Helper()
	logs := newLogs(t)
	logger := hclog.NewInterceptLogger(&hclog.LoggerOptions{Name: "host", Level: hclog.Trace, Output: io.Discard})
	logger.RegisterSink(logs)
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: base.Handshake,
		Plugins: map[string]plugin.Plugin{
			base.PluginTypeBase:   &base.PluginBase{},
			base.PluginTypeDriver: drivers.NewDriverPlugin(nil, logger),
		},
		Cmd:              command,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Logger:           logger,
		Reattach:         reattach,
		// It is in the command's already, before what a test adds.
		SkipHostEnv: true,
	})
	t.Cleanup(client.Kill)
	connection, err := client.Client()
	if err != nil {
		t.Fatalf("the plugin does not come up: %v\n%s", err, logs)
	}
	dispensed, err := connection.Dispense(base.PluginTypeDriver)
	if err != nil {
		t.Fatalf("the plugin serves no driver: %v", err)
	}
	return &Host{DriverPlugin: dispensed.(drivers.DriverPlugin), Client: client, Logs: logs}
}
