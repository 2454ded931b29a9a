package conformance

// What a start finds, what it gives back, and what it leaves to the container.

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/nomad/nomad/structs"
	"github.com/hashicorp/nomad/plugins/drivers"
	driverproto "github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/hashicorp/nomad/plugins/drivers/testutils"
	"github.com/shoenig/test/must"
	"google.golang.org/protobuf/types/known/durationpb"

	"nomad-driver-podman/conformance/harness"
)

// byHand makes a container of the task's name, as somebody else would have.
func (k *task) byHand(script string, running bool) harness.Container {
	t := k.scene.t
	t.Helper()
	answer, err := k.scene.podman.Do("POST", "/libpod/containers/create", map[string]any{
		"name": k.container(), "image": harness.Image, "netns": map[string]any{"nsmode": "none"},
		"command":           []string{"/bin/sh", "-c", script},
		"log_configuration": map[string]any{"driver": "k8s-file", "path": k.StdoutPath},
	})
	must.NoError(t, err)
	var made struct{ Id string }
	must.NoError(t, json.Unmarshal(answer, &made))
	if running {
		_, err = k.scene.podman.Do("POST", "/libpod/containers/"+made.Id+"/start", nil)
		must.NoError(t, err)
	}
	return k.inspect()
}

// A container of the task's name that runs and that nobody marked is the Go driver's: it is taken over as it is.
func testAdoption(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("exit 99", nil)
	before := k.byHand("trap 'exit 17' TERM; echo up; sleep 1000 & wait", true)
	k.stdout.await(t, "up")
	k.start()
	after := k.inspect()
	must.Eq(t, before.ID, after.ID)
	must.Eq(t, before.State, after.State)
	must.NoError(t, s.StopTask(k.ID, time.Minute, ""))
	must.Eq(t, 17, k.ends().ExitCode)
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.gone()
}

// One that does not run is in the way, and goes.
func testDeadNamesake(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("exit 18", nil)
	before := k.byHand("exit 99", false)
	k.start()
	must.NotEq(t, before.ID, k.inspect().ID)
	must.Eq(t, 18, k.ends().ExitCode)
}

// The second start of a task in its allocation has another ID, and the same name of its container.
func testRestartInPlace(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("exit 19", nil).start()
	must.Eq(t, 19, k.ends().ExitCode)
	first := k.inspect().ID
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.ID += "2"
	k.start()
	must.NotEq(t, first, k.inspect().ID)
	must.Eq(t, 19, k.ends().ExitCode)
}

func testPorts(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task(`echo "port=$NOMAD_PORT_http user=$GREETING"; `+forever, map[string]any{
		"network_mode": "bridge", "port_map": []any{map[string]any{"http": 8080}},
	})
	k.Env["GREETING"] = "hello"
	k.Resources.NomadResources.Networks = structs.Networks{{
		IP: "127.0.0.1", DynamicPorts: []structs.Port{{Label: "http", Value: 28080}},
	}}
	k.start()
	k.stdout.await(t, "port=8080 user=hello")
	must.Eq(t, map[string]int{"http": 8080}, k.network.PortMap)
	must.NotEq(t, "", k.network.IP)
	must.Eq(t, "8080", k.handle.Config.Env["NOMAD_PORT_http"])
	must.Eq(t, "hello", k.handle.Config.Env["GREETING"])
}

// Nomad's own test of what a task's resolv.conf says.
func testDNS(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task(forever, map[string]any{"network_mode": "bridge"})
	k.DNS = &drivers.DNSConfig{Servers: []string{"192.0.2.53"}, Searches: []string{"example.test"}, Options: []string{"ndots:3"}}
	k.start().stdout.await(t, "up")
	driver := testutils.NewDriverHarness(t, s.DriverPlugin)
	t.Cleanup(driver.Kill)
	testutils.TestTaskDNSConfig(t, driver, k.ID, k.DNS)
}

func testRecoverStopped(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	// A shell that begins to wait in the moment of a signal would wait on; this one looks ten times a second.
	k := s.run("trap 'exit 143' TERM; echo up; while :; do sleep 0.1; done", nil)
	s.Client.Kill()
	_, err := podman.Do("POST", "/libpod/containers/"+k.container()+"/stop?timeout=60", nil)
	must.NoError(t, err)
	before := k.inspect()
	must.False(t, before.State.Running)

	s.Host = harness.Launch(t)
	config := podmanConfig(podman)
	config["recover_stopped"] = true
	s.Configure(t, config)
	must.NoError(t, s.RecoverTask(k.handle))
	harness.Eventually(t, slow, "the same container runs again", func() error {
		now := k.inspect()
		must.Eq(t, before.ID, now.ID)
		if !now.State.Running {
			return fmt.Errorf("it is %s", now.State.Status)
		}
		return catches(now.State.Pid, syscall.SIGTERM)
	})
	must.NoError(t, s.StopTask(k.ID, time.Minute, ""))
	must.Eq(t, 143, k.ends().ExitCode)
}

// catches is nil once a container's shell has a handler for a signal; the first process does not get it before. Until it
// runs the shell, it is the runtime's, which handles every signal.
func catches(pid int, signal syscall.Signal) error {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(status), "Name:\tsh\n") {
		return fmt.Errorf("%d is no shell yet", pid)
	}
	_, rest, _ := strings.Cut(string(status), "\nSigCgt:\t")
	mask, _, _ := strings.Cut(rest, "\n")
	caught, err := strconv.ParseUint(mask, 16, 64)
	if err == nil && caught&(1<<(signal-1)) == 0 {
		err = fmt.Errorf("%d has no handler for %v yet", pid, signal)
	}
	return err
}

// Times that a client left out, or that make no sense.
func testOddTimes(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	client := driverproto.NewDriverClient(dialHost(t, s.Host))
	for name, odd := range map[string]*durationpb.Duration{
		"absent": nil, "zero": {}, "negative": {Seconds: -5}, "not canonical": {Seconds: 1, Nanos: -1},
		"endless": {Seconds: 1 << 40},
	} {
		k := s.run(forever, nil)
		stats, err := client.TaskStats(harness.Context(t), &driverproto.TaskStatsRequest{TaskId: k.ID, CollectionInterval: odd})
		must.NoError(t, err)
		sample, err := stats.Recv()
		must.NoError(t, err, must.Sprint(name))
		must.NotNil(t, sample.GetStats().GetAggResourceUsage().GetCpu())
		must.NotNil(t, sample.GetStats().GetAggResourceUsage().GetMemory())
		must.NotNil(t, sample.GetStats().GetTimestamp())
		_, err = client.StopTask(harness.Context(t), &driverproto.StopTaskRequest{TaskId: k.ID, Timeout: odd})
		must.NoError(t, err, must.Sprint(name))
		// No time at all kills at once; else the task ends as it wants to.
		must.SliceContains(t, []int{137, 143}, k.ends().ExitCode)
		must.NoError(t, s.DestroyTask(k.ID, true))
	}
}

func testSharedFolders(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("cat /local/in; echo shared > /alloc/data/out; echo secret > /secrets/out; cat /host/in; touch /host/no 2>/dev/null || echo readonly", nil)
	write(t, k.AllocDir+"/web/local/in", "from the client\n")
	host := s.podman.Folder + "/" + k.AllocID + "-host"
	must.NoError(t, os.Mkdir(host, 0o755))
	write(t, host+"/in", "from a volume\n")
	k.Mounts = []*drivers.MountConfig{{TaskPath: "/host", HostPath: host, Readonly: true}}
	k.start()
	must.Eq(t, 0, k.ends().ExitCode)
	for _, line := range []string{"from the client", "from a volume", "readonly"} {
		k.stdout.await(t, line)
	}
	must.FileContains(t, k.AllocDir+"/alloc/data/out", "shared")
	must.FileContains(t, k.AllocDir+"/web/secrets/out", "secret")
}
