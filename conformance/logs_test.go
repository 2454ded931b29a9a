package conformance

// What the plugin writes on standard error: each line is read by its host, and a line that is wrong may end the host.

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// wantRecord holds a line to what the host's parser takes for granted.
func wantRecord(line string) error {
	if len(line) >= 64<<10 {
		return fmt.Errorf("a line of %d bytes is read in pieces", len(line))
	}
	if !strings.HasSuffix(line, "\n") {
		return fmt.Errorf("not a whole line")
	}
	var record map[string]any
	if err := json.Unmarshal([]byte(line), &record); err != nil {
		return err
	}
	for _, key := range []string{"@level", "@message", "@timestamp", "@module"} {
		if _, is := record[key].(string); !is {
			return fmt.Errorf("%s is no string", key)
		}
	}
	module := record["@module"].(string)
	if module != "podman" && !strings.HasPrefix(module, "podman.") {
		return fmt.Errorf("@module is %q", module)
	}
	switch record["@level"] {
	case "trace", "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("@level is %q", record["@level"])
	}
	// The host takes six digits of a second, no more and no fewer.
	stamp, err := time.Parse("2006-01-02T15:04:05.000000Z07:00", record["@timestamp"].(string))
	if err == nil && time.Since(stamp).Abs() > time.Hour {
		err = fmt.Errorf("%v is not now", stamp)
	}
	return err
}

func TestLogLinesAreRecords(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{})
	connection := p.Dial()
	host := harness.Reattach(t, reattach(p))
	for _, text := range []string{"<&>", "\"\\\n\r\x00\x1b[31m", "ä€😀\u2028", strings.Repeat("long", 50000)} {
		_ = host.TryConfigure(t, map[string]any{"client_http_timeout": text, "socket": []any{
			map[string]any{"name": text, "socket_path": text},
		}})
	}
	refuse(t, connection)
	p.Signal(syscall.SIGINT)
	_ = host.StopTask("nobody", 0, "")
	shutDown(t, p)
	p.AwaitPipes(harness.Patience)
	must.Positive(t, len(p.Stderr()))
	for _, line := range p.Stderr() {
		must.NoError(t, wantRecord(line), must.Sprint(line))
	}
}

// Through go-plugin's own parser, which adds the plugin's time to what it could read.
func TestTheHostReadsEveryLine(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	for range 20 {
		_ = host.TryConfigure(t, map[string]any{"socket": []any{map[string]any{"name": "", "socket_path": "nonsense"}}})
	}
	host.Client.Kill()
	must.Positive(t, len(host.Logs.FromPlugin()))
	for _, record := range host.Logs.FromPlugin() {
		must.True(t, record.Structured(), must.Sprintf("%v", record))
	}
}

// The host parses every line, so a plugin that has nothing to say says nothing.
func TestAnIdlePluginIsSilent(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix:///nowhere/podman.sock"})
	fingerprints, err := host.Fingerprint(harness.Context(t))
	must.NoError(t, err)
	within(t, harness.Patience, "the first fingerprint", fingerprints)
	time.Sleep(time.Second)
	before := len(host.Logs.FromPlugin())
	time.Sleep(4 * time.Second)
	must.Eq(t, before, len(host.Logs.FromPlugin()), must.Sprint(host.Logs))
}

// Names and values that are secret by their option never reach a log or an answer.
func TestNoSecretsAreLogged(t *testing.T) {
	t.Parallel()
	const secret = "xyzzy-secret"
	p := harness.Start(t, harness.Options{})
	host := harness.Reattach(t, reattach(p))
	host.Configure(t, map[string]any{"socket_path": "unix:///nowhere/podman.sock"})
	task := newTask(t)
	task.Env = map[string]string{"PASSWORD": secret, "API_TOKEN": secret}
	host.SetDriverConfig(t, task, map[string]any{
		"image": "localhost/x", "force_pull": true, "auth": []any{map[string]any{"username": "me", "password": secret}},
	})
	_, _, err := host.StartTask(task)
	must.Error(t, err)
	must.StrNotContains(t, err.Error(), secret)
	shutDown(t, p)
	p.AwaitPipes(harness.Patience)
	must.StrNotContains(t, strings.Join(p.Stderr(), ""), secret)
}
