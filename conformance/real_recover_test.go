package conformance

// What outlives the plugin, the agent and Podman's service, and what a new plugin makes of it.

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/base"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"nomad-driver-podman/conformance/harness"
)

func testRecoverKnown(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	before := k.inspect()
	for range 3 {
		must.NoError(t, s.RecoverTask(k.handle))
	}
	must.Eq(t, before, k.inspect())
	must.NoError(t, s.StopTask(k.ID, 0, "SIGKILL"))
	must.Eq(t, 137, k.ends().ExitCode)
	must.NoError(t, s.RecoverTask(k.handle), must.Sprint("a known task that ended is known"))
	must.Eq(t, 137, k.ends().ExitCode)
}

// kill ends the plugin as nobody should, and puts a new one in its place.
func (s *scene) kill() {
	s.t.Helper()
	must.NoError(s.t, syscall.Kill(s.ReattachConfig().Pid, syscall.SIGKILL))
	harness.Eventually(s.t, slow, "the plugin's death is seen", func() error {
		if s.Client.Exited() {
			return nil
		}
		return fmt.Errorf("it lives")
	})
	s.launch()
}

func testRecoverAfterKill(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("trap 'exit 11' TERM; echo up; i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done", nil)
	k.stdout.await(t, "10")
	before := k.inspect()
	s.kill()
	must.ErrorContains(t, s.StopTask(k.ID, 0, ""), notFound)
	must.NoError(t, s.RecoverTask(k.handle))
	wait := k.wait()
	now, err := s.InspectTask(k.ID)
	must.NoError(t, err)
	must.Eq(t, drivers.TaskStateRunning, now.State)
	after := k.inspect()
	must.Eq(t, before.ID, after.ID)
	must.Eq(t, before.State, after.State)

	next := len(k.stdout.all()) + 20
	k.stdout.await(t, fmt.Sprint(next))
	output := k.stdout.all()
	must.SliceContainsSubset(t, output, []string{"up", "0", "1"})
	for i, line := range output[1:] {
		must.Eq(t, fmt.Sprint(i), line, must.Sprint("no line is lost, and none comes twice"))
	}
	result, err := s.ExecTask(k.ID, []string{"echo", "here"}, slow)
	must.NoError(t, err)
	must.Eq(t, "here\n", string(result.Stdout))
	stats, err := s.TaskStats(t.Context(), k.ID, time.Second)
	must.NoError(t, err)
	must.NotNil(t, within(t, slow, "a sample", stats))

	must.NoError(t, s.StopTask(k.ID, time.Minute, ""))
	must.Eq(t, 11, within(t, slow, "the end", wait).ExitCode)
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.gone()
}

func testRecoverEnded(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("trap 'exit 12' TERM; echo ready; while :; do sleep 0.1; done", nil)
	k.stdout.await(t, "ready")
	must.NoError(t, syscall.Kill(s.ReattachConfig().Pid, syscall.SIGKILL))
	_, err := podman.Do("POST", "/libpod/containers/"+k.container()+"/stop?timeout=60", nil)
	must.NoError(t, err)
	s.Host = harness.Launch(t)
	s.Configure(t, podmanConfig(podman))
	must.NoError(t, s.RecoverTask(k.handle))
	must.Eq(t, &drivers.ExitResult{ExitCode: 12}, k.ends())
	now, err := s.InspectTask(k.ID)
	must.NoError(t, err)
	must.Eq(t, drivers.TaskStateExited, now.State)
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.gone()
}

func testRecoverGone(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	must.NoError(t, s.DestroyTask(k.ID, true))
	err := s.RecoverTask(k.handle)
	must.Error(t, err)
	must.Eq(t, codes.Unknown, status.Code(err), must.Sprint(err))
	must.ErrorContains(t, s.DestroyTask(k.ID, true), notFound)
}

// recorded is a state that the Go driver wrote, decoded.
func recorded(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(harness.Root(), "tests/vectors/basics.json"))
	must.NoError(t, err)
	var cases []struct {
		Result struct {
			State string `json:"driver_state_hex"`
		}
	}
	must.NoError(t, json.Unmarshal(text, &cases))
	for _, c := range cases {
		if c.Result.State != "" {
			data, err := hex.DecodeString(c.Result.State)
			must.NoError(t, err)
			var state map[string]any
			must.NoError(t, base.MsgPackDecode(data, &state))
			return state
		}
	}
	t.Fatal("no state is recorded")
	return nil
}

func testRecoverGoState(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("", nil)
	// The container, as the Go driver would have made it.
	answer, err := podman.Do("POST", "/libpod/containers/create", map[string]any{
		"name": k.container(), "image": harness.Image, "netns": map[string]any{"nsmode": "none"},
		"command":           []string{"/bin/sh", "-c", "trap 'exit 13' TERM; echo up; while :; do sleep 0.1; done"},
		"log_configuration": map[string]any{"driver": "k8s-file", "path": k.StdoutPath},
	})
	must.NoError(t, err)
	var made struct{ Id string }
	must.NoError(t, json.Unmarshal(answer, &made))
	_, err = podman.Do("POST", "/libpod/containers/"+made.Id+"/start", nil)
	must.NoError(t, err)
	k.stdout.await(t, "up")
	before := k.inspect()

	state := recorded(t)
	state["ContainerID"] = made.Id
	handle := drivers.NewTaskHandle(1)
	handle.Config = k.TaskConfig
	must.NoError(t, handle.SetDriverState(state))
	must.NoError(t, s.RecoverTask(handle))
	after := k.inspect()
	must.Eq(t, before.ID, after.ID)
	must.Eq(t, before.State, after.State)

	wait := k.wait()
	stats, err := s.TaskStats(t.Context(), k.ID, time.Second)
	must.NoError(t, err)
	sample := within(t, slow, "a sample", stats)
	must.NotNil(t, sample)
	must.Positive(t, sample.ResourceUsage.MemoryStats.Usage)
	must.NoError(t, s.StopTask(k.ID, time.Minute, "SIGTERM"))
	must.Eq(t, 13, within(t, slow, "the end", wait).ExitCode)
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.gone()
}

// What the Go driver would read of a state that this one wrote.
func testStateForm(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, map[string]any{
		"labels": []any{map[string]any{"a": "b"}}, "pids_limit": 200, "cap_add": []any{"net_raw"},
	})
	var state struct {
		TaskConfig struct {
			Image     string              `codec:"image"`
			Args      []string            `codec:"args"`
			Labels    []map[string]string `codec:"labels"`
			PidsLimit int64               `codec:"pids_limit"`
			Socket    string              `codec:"socket"`
		}
		ContainerID string
		StartedAt   time.Time
		Net         *struct {
			PortMap       map[string]int
			IP            string
			AutoAdvertise bool
		}
		LogStreamer bool
	}
	must.NoError(t, k.handle.GetDriverState(&state))
	must.Eq(t, k.inspect().ID, state.ContainerID)
	must.Eq(t, harness.Image, state.TaskConfig.Image)
	must.Eq(t, "-c", state.TaskConfig.Args[0])
	must.Eq(t, []map[string]string{{"a": "b"}}, state.TaskConfig.Labels)
	must.Eq(t, 200, state.TaskConfig.PidsLimit)
	must.NotEq(t, "", state.TaskConfig.Socket, must.Sprint("the Go driver looks the client up by it"))
	must.Less(t, 5*time.Minute, time.Since(state.StartedAt).Abs())
	must.NotNil(t, state.Net)
	must.True(t, state.Net.AutoAdvertise)
	must.False(t, state.LogStreamer)

	var raw map[string]any
	must.NoError(t, k.handle.GetDriverState(&raw))
	want := recorded(t)
	must.SliceContainsSubset(t, keys(raw), keys(want))
	must.SliceContainsSubset(t, keys(raw["TaskConfig"]), keys(want["TaskConfig"]))
}

func keys(value any) []string {
	var names []string
	for name := range value.(map[string]any) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func testShutdownLeavesTasks(t *testing.T, podman *harness.Podman) {
	p := harness.Start(t, harness.Options{})
	s := &scene{Host: harness.Reattach(t, reattach(p)), t: t, podman: podman}
	s.Configure(t, podmanConfig(podman))
	k := s.run(forever, nil)
	k.wait()
	_, err := s.TaskStats(t.Context(), k.ID, time.Second)
	must.NoError(t, err)
	result, err := s.ExecTask(k.ID, []string{"true"}, slow)
	must.NoError(t, err)
	must.True(t, result.ExitResult.Successful())
	must.SliceEmpty(t, p.Children())

	before := k.inspect()
	connection := p.Dial()
	pluginInfo(t, connection)
	start := time.Now()
	_, _ = harness.Call(harness.Context(t), connection, harness.ControllerShutdown, nil)
	must.Eq(t, 0, p.ExitCode(limit))
	p.AwaitPipes(limit - time.Since(start))
	must.Eq(t, before, k.inspect())
	for _, line := range p.Stderr() {
		must.NoError(t, wantRecord(line), must.Sprint(line))
	}
}

func testReattachWithTasks(t *testing.T, podman *harness.Podman) {
	p := harness.Start(t, harness.Options{})
	s := &scene{Host: harness.Reattach(t, reattach(p)), t: t, podman: podman}
	s.Configure(t, podmanConfig(podman))
	k := s.run("trap 'exit 14' TERM; echo ready; while :; do sleep 0.1; done", nil)
	k.stdout.await(t, "ready")
	k.wait()

	// The connection probe of an agent that comes back, then its own.
	must.NoError(t, p.Connect().Close())
	again := harness.Reattach(t, reattach(p))
	must.NoError(t, again.RecoverTask(k.handle))
	wait := waitFor(t, again, k.ID)
	events, err := again.TaskEvents(t.Context())
	must.NoError(t, err)
	must.NotNil(t, events)
	must.NoError(t, again.StopTask(k.ID, time.Minute, ""))
	must.Eq(t, 14, within(t, slow, "the end", wait).ExitCode)
}

func testFingerprint(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	stream, err := s.Fingerprint(t.Context())
	must.NoError(t, err)
	// The first message waits a second for Podman, which is busy here with other tests.
	fingerprint := until(t, stream, drivers.HealthStateHealthy)
	must.StrHasPrefix(t, "All Podman sockets are responding.", fingerprint.HealthDescription)
	attributes := map[string]string{}
	for name, attribute := range fingerprint.Attributes {
		attributes[name] = attribute.GoString()
	}
	for name, want := range map[string]string{
		"driver.podman": "true", "driver.podman.health": "healthy", "driver.podman.socketName": "default",
		"driver.podman.version": podman.Version(), "driver.podman.rootless": "false", "driver.podman.defaultPodman": "true",
	} {
		must.StrContains(t, attributes[name], want, must.Sprint(name, attributes))
	}
	for _, name := range []string{"cgroupVersion", "seccompEnabled", "selinuxEnabled", "appArmor", "ociRuntime", "socket", "capabilities"} {
		must.MapContainsKey(t, attributes, "driver.podman."+name)
	}

	config := map[string]any{"socket": []any{
		map[string]any{"name": "default", "socket_path": "unix://" + podman.Socket},
		map[string]any{"name": "gone-1", "socket_path": "unix:///nowhere/podman.sock"},
	}}
	other := harness.Launch(t)
	other.Configure(t, config)
	stream, err = other.Fingerprint(t.Context())
	must.NoError(t, err)
	fingerprint = until(t, stream, drivers.HealthStateUnhealthy)
	must.StrHasPrefix(t, "Cannot fingerprint certain podman sockets: gone-1", fingerprint.HealthDescription)
	must.MapContainsKey(t, fingerprint.Attributes, "driver.podman.gone_1.health")
	must.MapContainsKey(t, fingerprint.Attributes, "driver.podman.version")
}

// until reads fingerprints until one has this health.
func until(t *testing.T, stream <-chan *drivers.Fingerprint, health drivers.HealthState) *drivers.Fingerprint {
	t.Helper()
	for {
		fingerprint := within(t, slow, "a fingerprint that is "+string(health), stream)
		must.NotNil(t, fingerprint)
		must.NoError(t, fingerprint.Err)
		if fingerprint.Health == health {
			return fingerprint
		}
	}
}

// Podman's service goes, and comes back: a client hears of it within a second. Since it is about time, it is not run
// beside others.
func TestPodmanGoesAndComesBack(t *testing.T) {
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			podman := harness.Serve(t, which)
			host := harness.Launch(t)
			host.Configure(t, podmanConfig(podman))
			stream, err := host.Fingerprint(t.Context())
			must.NoError(t, err)
			until(t, stream, drivers.HealthStateHealthy)

			start := time.Now()
			podman.Kill()
			gone := within(t, slow, "the news that it went", stream)
			must.Less(t, time.Second, time.Since(start))
			must.Eq(t, drivers.HealthStateUndetected, gone.Health)
			must.StrHasPrefix(t, "Cannot connect to any Podman socket.", gone.HealthDescription)

			podman.Restart()
			start = time.Now()
			// It has to say what it is before it counts as there, and that takes its time.
			_, err = podman.Do(http.MethodGet, "/libpod/info", nil)
			must.NoError(t, err)
			info := time.Since(start)
			back := until(t, stream, drivers.HealthStateHealthy)
			must.Less(t, time.Second+2*info, time.Since(start), must.Sprintf("Podman itself took %v", info))
			must.StrNotContains(t, strings.ToLower(back.HealthDescription), "cannot")
		})
	}
}

// Podman's service is killed and started again under tasks: they go on, what they do meanwhile is not missed, and no
// wait is answered before its time.
func TestPodmanIsRestartedUnderTasks(t *testing.T) {
	t.Parallel()
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			podman := harness.Serve(t, which)
			s := newScene(t, podman)
			stays := s.run("trap 'exit 15' TERM; echo up; sleep 1000 & wait", nil)
			ends := s.task("echo up; read line < /local/go; exit 16", nil)
			pipe(t, ends.AllocDir+"/web/local/go")
			ends.start().stdout.await(t, "up")
			before, exiting := stays.inspect(), ends.inspect().State.Pid
			waits := map[*task]<-chan *drivers.ExitResult{stays: stays.wait(), ends: ends.wait()}
			stream, err := s.Fingerprint(t.Context())
			must.NoError(t, err)
			until(t, stream, drivers.HealthStateHealthy)

			podman.Kill()
			until(t, stream, drivers.HealthStateUndetected)
			write(t, ends.AllocDir+"/web/local/go", "now\n")
			harness.Eventually(t, slow, "its process ends", func() error {
				if err := syscall.Kill(exiting, 0); err == nil {
					return fmt.Errorf("%d runs", exiting)
				}
				return nil
			})
			for _, wait := range waits {
				select {
				case result := <-wait:
					t.Fatalf("a wait is answered while nobody can know: %+v", result)
				default:
				}
			}
			err = s.SignalTask(stays.ID, "SIGHUP")
			must.Error(t, err)
			must.SliceContains(t, []codes.Code{codes.Unknown, codes.FailedPrecondition}, status.Code(err))

			podman.Revive()
			must.Eq(t, 16, within(t, slow, "the end that nobody saw", waits[ends]).ExitCode)
			after := stays.inspect()
			must.Eq(t, before.ID, after.ID)
			must.Eq(t, before.State, after.State)
			until(t, stream, drivers.HealthStateHealthy)
			must.NoError(t, s.StopTask(stays.ID, time.Minute, ""))
			must.Eq(t, 15, within(t, slow, "the end of the other", waits[stays]).ExitCode)
			for k := range waits {
				must.NoError(t, s.DestroyTask(k.ID, true))
				k.gone()
			}
		})
	}
}
