package conformance

// Calls that no task answers to, and messages that no client ought to send. Each is an answer, and the plugin goes on.

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers"
	driverproto "github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

	"nomad-driver-podman/conformance/harness"
)

const notFound = "task not found for given id"

func TestAnUnknownTask(t *testing.T) {
	t.Parallel()
	connection := unreachable(t)
	client := driverproto.NewDriverClient(connection)
	ctx := harness.Context(t)
	calls := map[string]func(id string) error{
		"WaitTask": func(id string) error {
			_, err := client.WaitTask(ctx, &driverproto.WaitTaskRequest{TaskId: id})
			return err
		},
		"StopTask": func(id string) error {
			_, err := client.StopTask(ctx, &driverproto.StopTaskRequest{TaskId: id})
			return err
		},
		"DestroyTask": func(id string) error {
			_, err := client.DestroyTask(ctx, &driverproto.DestroyTaskRequest{TaskId: id, Force: true})
			return err
		},
		"InspectTask": func(id string) error {
			_, err := client.InspectTask(ctx, &driverproto.InspectTaskRequest{TaskId: id})
			return err
		},
		"TaskStats": func(id string) error {
			stream, err := client.TaskStats(ctx, &driverproto.TaskStatsRequest{TaskId: id})
			must.NoError(t, err)
			_, err = stream.Recv()
			return err
		},
		"SignalTask": func(id string) error {
			_, err := client.SignalTask(ctx, &driverproto.SignalTaskRequest{TaskId: id, Signal: "SIGHUP"})
			return err
		},
		"ExecTask": func(id string) error {
			_, err := client.ExecTask(ctx, &driverproto.ExecTaskRequest{TaskId: id, Command: []string{"true"}})
			return err
		},
		"ExecTaskStreaming": func(id string) error {
			stream, err := client.ExecTaskStreaming(ctx)
			must.NoError(t, err)
			must.NoError(t, stream.Send(&driverproto.ExecTaskStreamingRequest{
				Setup: &driverproto.ExecTaskStreamingRequest_Setup{TaskId: id, Command: []string{"true"}},
			}))
			_, err = stream.Recv()
			return err
		},
	}
	must.MapLen(t, 8, calls)
	for name, call := range calls {
		for _, id := range []string{"", "nobody", strings.Repeat("long", 10000), "a/b/c\x00"} {
			harness.WantStatus(t, call(id), codes.Unknown, notFound)
			if t.Failed() {
				t.Fatalf("%s(%.20q)", name, id)
			}
		}
	}
}

// Nomad's own client gives the same text to its callers.
func TestAnUnknownTaskAsNomadSeesIt(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix:///nowhere/podman.sock"})
	must.ErrorContains(t, host.StopTask("nobody", time.Second, ""), drivers.ErrTaskNotFound.Error())
	wait, err := host.WaitTask(harness.Context(t), "nobody")
	must.NoError(t, err)
	must.ErrorContains(t, within(t, harness.Patience, "the result", wait).Err, drivers.ErrTaskNotFound.Error())
}

// A Go plugin dies of some of these.
func TestMessagesThatLackWhatTheyNeed(t *testing.T) {
	t.Parallel()
	connection := unreachable(t)
	client := driverproto.NewDriverClient(connection)
	ctx := harness.Context(t)
	config := msgpackMap(entry("image", str("localhost/x")))
	startTask := func(task *driverproto.TaskConfig) func() error {
		return func() error {
			_, err := client.StartTask(ctx, &driverproto.StartTaskRequest{Task: task})
			return err
		}
	}
	recover := func(handle *driverproto.TaskHandle) func() error {
		return func() error {
			_, err := client.RecoverTask(ctx, &driverproto.RecoverTaskRequest{Handle: handle})
			return err
		}
	}
	named := &driverproto.TaskConfig{Id: "a/b/c", Name: "b", AllocId: "a"}
	for name, call := range map[string]func() error{
		"StartTask without a task":                     startTask(nil),
		"StartTask of an empty task":                   startTask(&driverproto.TaskConfig{}),
		"StartTask without resources":                  startTask(&driverproto.TaskConfig{Id: "a/b/c", Name: "b", AllocId: "a", MsgpackDriverConfig: config}),
		"StartTask with empty resources":               startTask(&driverproto.TaskConfig{Id: "a/b/c", Name: "b", AllocId: "a", MsgpackDriverConfig: config, Resources: &driverproto.Resources{}}),
		"RecoverTask without a handle":                 recover(nil),
		"RecoverTask of an empty handle":               recover(&driverproto.TaskHandle{}),
		"RecoverTask without a state":                  recover(&driverproto.TaskHandle{Version: 1, Config: named}),
		"RecoverTask of nil":                           recover(&driverproto.TaskHandle{Version: 1, Config: named, DriverState: absent}),
		"RecoverTask of an empty state":                recover(&driverproto.TaskHandle{Version: 1, Config: named, DriverState: msgpackMap()}),
		"RecoverTask of a state without TaskConfig":    recover(&driverproto.TaskHandle{Version: 1, Config: named, DriverState: msgpackMap(entry("ContainerID", str("abc")))}),
		"RecoverTask of a state without ContainerID":   recover(&driverproto.TaskHandle{Version: 1, Config: named, DriverState: msgpackMap(entry("TaskConfig", config))}),
		"RecoverTask of nonsense":                      recover(&driverproto.TaskHandle{Version: 1, Config: named, DriverState: []byte{0xc1, 0xff}}),
		"RecoverTask of a state without task's config": recover(&driverproto.TaskHandle{Version: 1, DriverState: msgpackMap(entry("TaskConfig", config), entry("ContainerID", str("abc")))}),
	} {
		err := call()
		must.Error(t, err, must.Sprint(name))
		// What is worth a retry, as an absent Podman is, has Nomad's own form.
		must.SliceContains(t, []codes.Code{codes.Unknown, codes.FailedPrecondition}, status.Code(err), must.Sprintf("%s: %v", name, err))
		must.NotEq(t, "", status.Convert(err).Message(), must.Sprint(name))
	}
	harness.WantStatus(t, recover(&driverproto.TaskHandle{Version: 1, Config: named})(), codes.Unknown, "failed to decode task state from handle: EOF")
	pluginInfo(t, connection)
}

func TestBytesThatAreNoMessage(t *testing.T) {
	t.Parallel()
	connection := unreachable(t)
	whole, err := proto.Marshal(protoadapt.MessageV2Of(&driverproto.StartTaskRequest{Task: &driverproto.TaskConfig{Id: "a/b/c", Name: "b", Env: map[string]string{"A": "b"}}}))
	must.NoError(t, err)
	methods := []string{
		"StartTask", "RecoverTask", "WaitTask", "StopTask", "DestroyTask", "InspectTask", "SignalTask", "ExecTask",
	}
	for _, nonsense := range [][]byte{
		whole[:len(whole)-1],           // cut off
		{0x0a, 0xff, 0xff, 0xff, 0xff}, // a length beyond the end
		{0x0b},                         // a group that nobody closes
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, // a number without end
		{0x0a, 0x02, 0xff, 0xfe}, // text that is no UTF-8, or a message that is none
	} {
		for _, method := range methods {
			_, err := harness.Call(harness.Context(t), connection, harness.Driver+method, nonsense)
			must.Error(t, err, must.Sprintf("%s of %x", method, nonsense))
			must.NotEq(t, codes.Unavailable, status.Code(err), must.Sprintf("%s of %x: %v", method, nonsense, err))
			must.NotEq(t, codes.Canceled, status.Code(err), must.Sprintf("%s of %x: %v", method, nonsense, err))
		}
	}
	pluginInfo(t, connection)
}

// A later client may say more than this plugin knows.
func TestUnknownFieldsAreSkipped(t *testing.T) {
	t.Parallel()
	connection := harness.Start(t, harness.Options{}).Dial()
	answer, err := harness.Call(harness.Context(t), connection, harness.Base+"PluginInfo", []byte{0xfa, 0x07, 3, 'n', 'e', 'w', 0xf8, 0x07, 5})
	must.NoError(t, err)
	must.Positive(t, len(answer))
}

func TestAnExecSessionThatDoesNotBeginWithItsSetup(t *testing.T) {
	t.Parallel()
	connection := unreachable(t)
	for name, first := range map[string]*driverproto.ExecTaskStreamingRequest{
		"a heartbeat": {},
		"input":       {Stdin: &driverproto.ExecTaskStreamingIOOperation{Data: []byte("x")}},
		"a size":      {TtySize: &driverproto.ExecTaskStreamingRequest_TerminalSize{Height: 1, Width: 1}},
	} {
		stream, err := driverproto.NewDriverClient(connection).ExecTaskStreaming(harness.Context(t))
		must.NoError(t, err)
		must.NoError(t, stream.Send(first))
		_, err = stream.Recv()
		harness.WantStatus(t, err, codes.Unknown, "first message should always be setup")
		must.False(t, t.Failed(), must.Sprint(name))
	}
}

// What Podman's absence is to a client: an error of the task's start, in words, and worth no guess at the transport.
func TestStartingWithoutPodman(t *testing.T) {
	t.Parallel()
	err := start(t, unreachable(t), msgpackMap(entry("image", str("localhost/x"))))
	must.Error(t, err)
	must.SliceContains(t, []codes.Code{codes.Unknown, codes.FailedPrecondition}, status.Code(err))
	must.StrContains(t, err.Error(), "/nowhere/podman.sock")
}

func TestASocketThatNobodyDefined(t *testing.T) {
	t.Parallel()
	err := start(t, unreachable(t), msgpackMap(entry("image", str("localhost/x")), entry("socket", str("other"))))
	must.Error(t, err)
	must.Eq(t, codes.Unknown, status.Code(err))
	must.StrContains(t, err.Error(), "other")
}
