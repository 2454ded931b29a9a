package conformance

// Failures of Podman at each step of a start. They come from a stand-in, since a real Podman fails when it wants to; what
// is asserted is the driver's: an error in bounded time that says what failed, and nothing left behind.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
	"nomad-driver-podman/conformance/standin"
)

// firstWords is what the error of a start begins with that fails at a step.
var firstWords = map[string]string{
	"namesake": "failed to inspect container: ",
	"image":    "failed to create image: ",
	"pull":     "failed to create image: ",
	"create":   "failed to start task, could not create container: ",
	"start":    "failed to start task, could not start container: ",
	"inspect":  "failed to start task, could not inspect container : ",
}

// lenient are failures that a start gets over, with the reason.
var lenient = map[string]string{
	"image refuse":  "an image that cannot be looked for is pulled, as the Go driver does",
	"image garbage": "an image that cannot be looked for is pulled, as the Go driver does",
	"start garbage": "the status says that it was done, and nothing is read from the body",
}

// soon is how long a start may take that meets a failure: the time-out of the test's configuration, and some more.
const soon = 10 * time.Second

func TestFaultsAtEachStepOfAStart(t *testing.T) {
	cases := 0
	for step := range standin.Steps {
		for name, fault := range standin.Faults {
			cases++
			t.Run(step+" "+name, func(t *testing.T) {
				t.Parallel()
				faultOf(t, step, name, fault)
			})
		}
	}
	must.Eq(t, len(standin.Steps)*len(standin.Faults), cases)
	must.Eq(t, 30, cases, must.Sprint("six steps, five faults"))
}

func faultOf(t *testing.T, step, name string, fault standin.Fault) {
	folder := shortFolder(t)
	image := "docker.io/library/redis:7"
	world := standin.World{Images: map[string]string{image: "aa11"}}
	if step == "pull" || step == "image" {
		world.Images = nil
	}
	podman := standin.Start(t, folder, usualHost, world)
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix://" + podman.Socket, "client_http_timeout": "1s"})
	config := map[string]any{"image": image, "image_pull_timeout": "2s"}

	podman.Break(step, fault)
	task := taskIn(t, folder)
	host.SetDriverConfig(t, task, config)
	began := time.Now()
	_, _, err := host.StartTask(task)
	took := time.Since(began)
	must.Less(t, soon, took)

	_, passes := lenient[step+" "+name]
	if fault == standin.Slow || passes {
		must.NoError(t, err)
		must.Eq(t, 1, len(podman.Containers()))
		must.NoError(t, host.DestroyTask(task.ID, true))
	} else {
		must.Error(t, err)
		must.StrContains(t, err.Error(), firstWords[step])
		must.False(t, strings.Contains(err.Error(), "panic"))
		// The ID is free again, and nobody supervises what is not there.
		must.ErrorContains(t, host.StopTask(task.ID, time.Second, ""), "task not found for given id")
	}

	podman.Mend()
	harness.Eventually(t, soon, "no container is left", func() error { return none(podman) })
	again := *task
	again.ID += "2"
	_, _, err = host.StartTask(&again)
	must.NoError(t, err, must.Sprint("with Podman well again the same task starts"))
	must.Eq(t, 1, len(podman.Containers()))
	must.NoError(t, host.DestroyTask(again.ID, true))
	must.NoError(t, none(podman))
}

// onWire is the part of a task that a start needs, as Nomad's client sends it.
func onWire(t *testing.T, host *harness.Host, task *drivers.TaskConfig, config map[string]any) *proto.TaskConfig {
	schema, err := host.TaskConfigSchema()
	must.NoError(t, err)
	return &proto.TaskConfig{
		Id: task.ID, Name: task.Name, AllocId: task.AllocID, AllocDir: task.AllocDir, Env: task.Env,
		MsgpackDriverConfig: harness.Encode(t, harness.Decode(t, schema, config)),
		Resources: &proto.Resources{AllocatedResources: &proto.AllocatedTaskResources{
			Cpu: &proto.AllocatedCpuResources{CpuShares: 100}, Memory: &proto.AllocatedMemoryResources{MemoryMb: 64},
		}},
	}
}

// asked is no error once a step was asked for.
func asked(podman *standin.Server, step string) error {
	paths := map[string]string{"pull": "/images/pull", "create": "/containers/create", "start": "/start", "inspect": "/json"}
	for _, call := range podman.Calls() {
		if strings.HasSuffix(call.Path, paths[step]) && (step != "inspect" || len(call.Path) > 64) {
			return nil
		}
	}
	return fmt.Errorf("%s has not been asked for", step)
}

func none(podman *standin.Server) error {
	if left := podman.Containers(); len(left) > 0 {
		return fmt.Errorf("%d containers are left", len(left))
	}
	return nil
}

// TestAClientThatGoesAwayLeavesNothing cancels a start in the middle: the container that was being made is taken away.
func TestAClientThatGoesAwayLeavesNothing(t *testing.T) {
	for _, step := range []string{"pull", "create", "start", "inspect"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			folder := shortFolder(t)
			world := standin.World{}
			if step != "pull" {
				world.Images = map[string]string{"redis": "aa11"}
			}
			podman := standin.Start(t, folder, usualHost, world)
			process := harness.Start(t, harness.Options{})
			host := harness.Reattach(t, reattach(process))
			host.Configure(t, map[string]any{"socket_path": "unix://" + podman.Socket, "client_http_timeout": "2s"})
			task := taskIn(t, folder)
			config := map[string]any{"image": "redis"}
			host.SetDriverConfig(t, task, config)
			request := &proto.StartTaskRequest{Task: onWire(t, host, task, config)}

			podman.Break(step, standin.Hang)
			podman.Calls()
			ctx, cancel := withCancel(t)
			done := make(chan error, 1)
			go func() {
				_, err := proto.NewDriverClient(process.Dial()).StartTask(ctx, request)
				done <- err
			}()
			harness.Eventually(t, soon, "the step is asked for", func() error { return asked(podman, step) })
			cancel()
			must.Error(t, within(t, soon, "the call ends", done))
			podman.Mend()
			harness.Eventually(t, soon, "no container is left", func() error { return none(podman) })

			harness.Eventually(t, soon, "the ID is free again", func() error {
				_, _, err := host.StartTask(task)
				return err
			})
			must.NoError(t, host.DestroyTask(task.ID, true))
		})
	}
}
