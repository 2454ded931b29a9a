package conformance

// A task's life: start, wait, stop, destroy, inspect, signal, statistics, events.

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/base"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"nomad-driver-podman/conformance/harness"
)

func testLife(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("echo out; echo err >&2; read line < /local/go; exit 3", nil)
	pipe(t, k.AllocDir+"/web/local/go")
	k.start()

	must.Eq(t, 1, k.handle.Version)
	must.Positive(t, len(k.handle.DriverState))
	must.Eq(t, drivers.TaskStateRunning, k.handle.State, must.Sprint("or unknown, as the Go driver leaves it"))
	must.Eq(t, k.ID, k.handle.Config.ID)
	must.Eq(t, k.AllocDir, k.handle.Config.AllocDir)
	must.Eq(t, k.StdoutPath, k.handle.Config.StdoutPath)
	must.Eq(t, k.Env, k.handle.Config.Env)
	must.Eq(t, k.Resources.LinuxResources, k.handle.Config.Resources.LinuxResources)
	var config map[string]any
	must.NoError(t, k.handle.Config.DecodeDriverConfig(&config))
	must.Eq[any](t, harness.Image, config["image"])
	must.NotNil(t, k.network, must.Sprint("the driver's network is always given"))
	must.True(t, k.network.AutoAdvertise)

	must.True(t, k.inspect().State.Running)
	wait := k.wait()
	write(t, k.AllocDir+"/web/local/go", "now\n")
	result := within(t, slow, "the task's end", wait)
	must.Eq(t, &drivers.ExitResult{ExitCode: 3}, result)
	k.stdout.await(t, "out")
	k.stdout.await(t, "err")

	must.NoError(t, s.DestroyTask(k.ID, false))
	k.gone()
	must.ErrorContains(t, within(t, slow, "an answer", k.wait()).Err, notFound)
}

func testExitCodes(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	for _, code := range []int{0, 1, 42, 127, 255} {
		k := s.task(fmt.Sprintf("exit %d", code), nil).start()
		must.Eq(t, &drivers.ExitResult{ExitCode: code}, k.ends())
		must.Eq(t, &drivers.ExitResult{ExitCode: code}, k.ends(), must.Sprint("and it is told again"))
		must.NoError(t, s.DestroyTask(k.ID, true))
	}
}

func testKilledFromOutside(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	_, err := podman.Do("POST", "/libpod/containers/"+k.container()+"/kill?signal=KILL", nil)
	must.NoError(t, err)
	result := k.ends()
	must.Eq(t, 137, result.ExitCode)
	must.False(t, result.OOMKilled)
	must.NoError(t, result.Err)
}

func testSeveralWait(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	var waits []<-chan *drivers.ExitResult
	for range 10 {
		waits = append(waits, k.wait())
	}
	must.NoError(t, s.StopTask(k.ID, 0, "SIGKILL"))
	for _, wait := range waits {
		must.Eq(t, &drivers.ExitResult{ExitCode: 137}, within(t, slow, "an answer to each", wait))
	}
}

func testCancelledWait(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("trap 'exit 6' TERM; echo up; while :; do sleep 0.1; done", nil)
	ctx, cancel := context.WithCancel(t.Context())
	first, err := s.WaitTask(ctx, k.ID)
	must.NoError(t, err)
	second := k.wait()
	cancel()
	must.Error(t, within(t, slow, "the end of a cancelled wait", first).Err)
	must.True(t, k.inspect().State.Running)
	must.NoError(t, s.StopTask(k.ID, 30*time.Second, ""))
	must.Eq(t, &drivers.ExitResult{ExitCode: 6}, within(t, slow, "the other wait", second))
}

func testStopWithSignal(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	const script = "trap 'exit 7' USR1; trap 'exit 8' TERM; trap 'exit 9' INT; echo trapped; while :; do sleep 0.1; done"
	for signal, code := range map[string]int{"SIGUSR1": 7, "": 8, "SIGTERM": 8, "SIGINT": 9, "INT": 9} {
		k := s.run(script, nil)
		k.stdout.await(t, "trapped")
		wait := k.wait()
		start := time.Now()
		must.NoError(t, s.StopTask(k.ID, time.Minute, signal), must.Sprint(signal))
		must.Eq(t, code, within(t, slow, "the end", wait).ExitCode, must.Sprint(signal))
		must.Less(t, 30*time.Second, time.Since(start))
		must.Eq(t, code, k.ends().ExitCode, must.Sprint("a wait after the stop is answered too"))
		must.NoError(t, s.DestroyTask(k.ID, true))
	}
}

func testStopKills(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("trap '' TERM; echo deaf; while :; do sleep 0.1; done", nil)
	k.stdout.await(t, "deaf")
	start := time.Now()
	must.NoError(t, s.StopTask(k.ID, 1500*time.Millisecond, ""))
	must.Eq(t, 137, k.ends().ExitCode)
	must.Between(t, 1400*time.Millisecond, time.Since(start), 20*time.Second)
	must.NoError(t, s.StopTask(k.ID, time.Minute, ""), must.Sprint("a stop of a task that ended is no error"))
}

func testStopOfGone(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	_, err := podman.Do("DELETE", "/libpod/containers/"+k.container()+"?force=true&timeout=0", nil)
	must.NoError(t, err)
	start := time.Now()
	must.NoError(t, s.StopTask(k.ID, time.Minute, ""))
	must.Less(t, 20*time.Second, time.Since(start))
	k.ends()
	must.NoError(t, s.DestroyTask(k.ID, true))
	must.ErrorContains(t, s.DestroyTask(k.ID, true), notFound)
}

func testDestroy(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	harness.WantStatus(t, s.DestroyTask(k.ID, false), codes.Unknown, "cannot destroy running task")
	must.True(t, k.inspect().State.Running)
	wait := k.wait()
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.gone()
	within(t, slow, "the wait of a destroyed task", wait)
	must.ErrorContains(t, s.DestroyTask(k.ID, true), notFound)
}

func testDestroyKeeps(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	config := podmanConfig(podman)
	config["gc"] = []any{map[string]any{"container": false}}
	s.Configure(t, config)
	k := s.run(forever, nil)
	must.NoError(t, s.StopTask(k.ID, 0, ""))
	k.ends()
	must.NoError(t, s.DestroyTask(k.ID, true))
	must.False(t, k.inspect().State.Running)
	must.ErrorContains(t, s.DestroyTask(k.ID, true), notFound)
}

func testSecondStart(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	before := k.inspect()
	_, _, err := s.StartTask(k.TaskConfig)
	harness.WantStatus(t, err, codes.Unknown, fmt.Sprintf("task with ID %q already started", k.ID))
	must.Eq(t, before, k.inspect())
}

func testFailingStarts(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	for name, c := range map[string]struct {
		options map[string]any
		texts   []string
	}{
		"no such command": {map[string]any{"command": "/nowhere/command"}, []string{"failed to start task, could not start container: ", "/nowhere/command"}},
		"no such image":   {map[string]any{"image": "localhost/nobody:here", "image_pull_timeout": "20s"}, []string{"failed to create image: localhost/nobody:here: "}},
		"no such network": {map[string]any{"network_mode": "nobodys"}, []string{"nobodys"}},
		"bad option":      {map[string]any{"shm_size": "many"}, []string{"shm_size"}},
		"bad volume":      {map[string]any{"volumes": []any{"/nowhere/at/all:/x"}}, []string{"/nowhere/at/all"}},
	} {
		k := s.task("true", c.options)
		_, _, err := s.StartTask(k.TaskConfig)
		must.Error(t, err, must.Sprint(name))
		must.SliceContains(t, []codes.Code{codes.Unknown, codes.FailedPrecondition}, status.Code(err), must.Sprint(name, err))
		for _, text := range c.texts {
			must.StrContains(t, err.Error(), text, must.Sprint(name))
		}
		k.gone()
		must.ErrorContains(t, s.DestroyTask(k.ID, true), notFound, must.Sprint(name))
	}
}

func testInspect(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("trap 'exit 4' TERM; echo ready; while :; do sleep 0.1; done", nil)
	k.stdout.await(t, "ready")
	running, err := s.InspectTask(k.ID)
	must.NoError(t, err)
	must.Eq(t, k.ID, running.ID)
	must.Eq(t, k.Name, running.Name)
	must.Eq(t, drivers.TaskStateRunning, running.State)
	must.Less(t, 5*time.Minute, time.Since(running.StartedAt))

	must.NoError(t, s.StopTask(k.ID, time.Minute, ""))
	k.ends()
	exited, err := s.InspectTask(k.ID)
	must.NoError(t, err)
	must.Eq(t, drivers.TaskStateExited, exited.State)
	must.Eq(t, 4, exited.ExitResult.ExitCode)
	must.False(t, exited.CompletedAt.Before(exited.StartedAt))
	must.Eq(t, running.StartedAt, exited.StartedAt)
}

func testSignals(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("trap 'echo hup' HUP; trap 'echo usr1' USR1; trap 'echo usr2' USR2; echo ready; while :; do sleep 0.1; done", nil)
	k.stdout.await(t, "ready")
	for signal, line := range map[string]string{"SIGHUP": "hup", "USR1": "usr1", "12": "usr2"} {
		must.NoError(t, s.SignalTask(k.ID, signal), must.Sprint(signal))
		k.stdout.await(t, line)
	}
	for _, signal := range []string{"SIGNOTHING", "", "9999", "SIGHUP&x=y"} {
		err := s.SignalTask(k.ID, signal)
		must.Error(t, err, must.Sprint(signal))
		must.Eq(t, codes.Unknown, status.Code(err), must.Sprint(signal, err))
	}
	must.True(t, k.inspect().State.Running)
	must.NoError(t, s.SignalTask(k.ID, "SIGKILL"))
	must.Eq(t, 137, k.ends().ExitCode)
}

func testStats(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run("while :; do :; done", nil)
	start := time.Now()
	stream, err := s.TaskStats(t.Context(), k.ID, time.Second)
	must.NoError(t, err)
	must.NotNil(t, within(t, 10*time.Second, "the first sample", stream))
	var busy bool
	var last int64
	for range 5 {
		sample := within(t, 10*time.Second, "a sample each second", stream)
		must.NotNil(t, sample)
		must.Greater(t, last, sample.Timestamp)
		last = sample.Timestamp
		cpu, memory := sample.ResourceUsage.CpuStats, sample.ResourceUsage.MemoryStats
		must.SliceContainsAll(t, cpu.Measured, measured(cpu.Measured, "System Mode", "User Mode", "Percent"))
		must.SliceContains(t, memory.Measured, "Usage")
		must.Positive(t, memory.Usage)
		must.Less(t, 64<<20+1, memory.Usage)
		must.Between(t, 0, cpu.Percent, 1000)
		busy = busy || cpu.Percent > 1 && cpu.TotalTicks > 0
	}
	must.True(t, busy, must.Sprint("a loop uses the processor"))
	must.Less(t, 30*time.Second, time.Since(start))

	// The stream of a task that ended ends.
	must.NoError(t, s.StopTask(k.ID, 0, "SIGKILL"))
	k.ends()
	deadline := time.After(slow)
	for open := true; open; {
		select {
		case _, open = <-stream:
		case <-deadline:
			t.Fatal("the statistics of a task that ended do not end")
		}
	}
}

// measured demands these words among those that are there.
func measured(got []string, want ...string) []string {
	for _, word := range want {
		if !slices.Contains(got, word) {
			return append(slices.Clone(got), word)
		}
	}
	return got
}

func testStatsWithoutTopology(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	schema, err := s.ConfigSchema()
	must.NoError(t, err)
	config := harness.Encode(t, harness.Decode(t, schema, podmanConfig(podman)))
	must.NoError(t, setConfig(s.Host, config))
	k := s.run("while :; do :; done", nil)
	stream, err := s.TaskStats(t.Context(), k.ID, 500*time.Millisecond)
	must.NoError(t, err)
	for range 4 {
		sample := within(t, 10*time.Second, "a sample", stream)
		must.NotNil(t, sample)
		cpu := sample.ResourceUsage.CpuStats
		for _, figure := range []float64{cpu.Percent, cpu.TotalTicks, cpu.SystemMode, cpu.UserMode} {
			must.False(t, math.IsNaN(figure) || math.IsInf(figure, 0), must.Sprintf("%+v", cpu))
		}
	}
}

func testEvents(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	var streams []<-chan *drivers.TaskEvent
	for range 2 {
		stream, err := s.TaskEvents(t.Context())
		must.NoError(t, err)
		streams = append(streams, stream)
	}
	k := s.task("true", map[string]any{"image": "localhost/nobody:here", "image_pull_timeout": "20s"})
	start := time.Now()
	_, _, err := s.StartTask(k.TaskConfig)
	must.Error(t, err)
	for _, stream := range streams {
		for {
			event := within(t, slow, "the event of a pull", stream)
			must.NoError(t, event.Err)
			must.Eq(t, k.ID, event.TaskID)
			must.Eq(t, k.AllocID, event.AllocID)
			must.Eq(t, k.Name, event.TaskName)
			must.False(t, event.Timestamp.Before(start.Add(-time.Minute)))
			if strings.Contains(event.Message, "localhost/nobody:here") {
				break
			}
		}
	}
}

func testLongCalls(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	deaf := s.run("trap '' TERM; echo deaf; while :; do sleep 0.1; done", nil)
	deaf.stdout.await(t, "deaf")
	other := s.run(forever, nil)
	wait := other.wait()
	stopped := make(chan error, 1)
	start := time.Now()
	go func() { stopped <- s.StopTask(deaf.ID, 8*time.Second, "") }()
	for range 5 {
		_, err := s.InspectTask(other.ID)
		must.NoError(t, err)
		result, err := s.ExecTask(other.ID, []string{"echo", "quick"}, slow)
		must.NoError(t, err)
		must.Eq(t, "quick\n", string(result.Stdout))
	}
	must.Less(t, 8*time.Second, time.Since(start), must.Sprint("the others were held up"))
	must.NoError(t, within(t, slow, "the end of the stop", stopped))
	must.NoError(t, s.StopTask(other.ID, 0, "SIGKILL"))
	within(t, slow, "the other's end", wait)
}

func testOutput(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	const count = 5000
	k := s.task(fmt.Sprintf("i=0; while [ $i -lt %d ]; do echo line $i; i=$((i+1)); done", count), nil).start()
	must.Eq(t, 0, k.ends().ExitCode)
	k.stdout.await(t, fmt.Sprintf("line %d", count-1))
	all := k.stdout.all()
	must.Len(t, count, all)
	for i, line := range all {
		must.Eq(t, fmt.Sprintf("line %d", i), line)
	}
}

func setConfig(host *harness.Host, config []byte) error {
	return host.SetConfig(&base.Config{PluginConfig: config})
}
