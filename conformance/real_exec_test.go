package conformance

// Commands in a running task.

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	driverproto "github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/hashicorp/nomad/plugins/drivers/testutils"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"nomad-driver-podman/conformance/harness"
)

func testExec(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	sh := func(script string) []string { return []string{"/bin/sh", "-c", script} }

	result, err := s.ExecTask(k.ID, sh("echo out; echo err >&2; exit 5"), slow)
	must.NoError(t, err)
	must.Eq(t, "out\n", string(result.Stdout))
	must.Eq(t, "err\n", string(result.Stderr))
	must.Eq(t, 5, result.ExitResult.ExitCode)

	result, err = s.ExecTask(k.ID, sh("true"), slow)
	must.NoError(t, err)
	must.True(t, result.ExitResult.Successful())

	// Checks keep what came last.
	result, err = s.ExecTask(k.ID, sh("i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done"), slow)
	must.NoError(t, err)
	must.StrHasSuffix(t, "4998\n4999\n", string(result.Stdout))

	start := time.Now()
	_, err = s.ExecTask(k.ID, sh("sleep 1000"), time.Second)
	must.Error(t, err)
	must.Eq(t, codes.Unknown, status.Code(err), must.Sprint(err))
	must.Less(t, 20*time.Second, time.Since(start))

	result, err = s.ExecTask(k.ID, []string{"/nowhere/command"}, slow)
	must.True(t, err != nil || result.ExitResult.ExitCode != 0, must.Sprint("a command that is not there does not succeed"))
	if err != nil {
		must.Eq(t, codes.Unknown, status.Code(err))
	}
	_, err = s.ExecTask(k.ID, nil, slow)
	must.Error(t, err)
	must.True(t, k.inspect().State.Running)
}

// Nomad's own cases for drivers. Its case of isolation is not among them: it demands the control groups of Nomad's own
// executor or of Docker.
func testExecStreamingSuite(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	driver := testutils.NewDriverHarness(t, s.DriverPlugin)
	t.Cleanup(driver.Kill)
	must.NoError(t, driver.WaitUntilStarted(k.ID, slow))
	testutils.TestExecTaskStreamingBasicResponses(t, driver, k.ID)
}

// session is an exec session whose messages the test sends and reads itself.
type session struct {
	driverproto.Driver_ExecTaskStreamingClient
	t              *testing.T
	stdout, stderr bytes.Buffer
	order          []string
	result         *driverproto.ExitResult
}

func (k *task) session(tty bool, command ...string) *session {
	k.scene.t.Helper()
	return k.sessionOn(k.scene.t.Context(), dialHost(k.scene.t, k.scene.Host), tty, command...)
}

// sessionOn is a session over a connection that may have others, until the context ends.
func (k *task) sessionOn(ctx context.Context, connection *grpc.ClientConn, tty bool, command ...string) *session {
	t := k.scene.t
	t.Helper()
	stream, err := driverproto.NewDriverClient(connection).ExecTaskStreaming(ctx)
	must.NoError(t, err)
	must.NoError(t, stream.Send(&driverproto.ExecTaskStreamingRequest{
		Setup: &driverproto.ExecTaskStreamingRequest_Setup{TaskId: k.ID, Command: command, Tty: tty},
	}))
	return &session{Driver_ExecTaskStreamingClient: stream, t: t}
}

func (s *session) input(data string, close bool) {
	s.t.Helper()
	must.NoError(s.t, s.send([]byte(data), close))
}

// send is input for a goroutine of its own, which must not fail the test itself.
func (s *session) send(data []byte, close bool) error {
	operation := &driverproto.ExecTaskStreamingIOOperation{Data: data, Close: close}
	return s.Send(&driverproto.ExecTaskStreamingRequest{Stdin: operation})
}

func (s *session) resize(height, width int32) {
	s.t.Helper()
	size := &driverproto.ExecTaskStreamingRequest_TerminalSize{Height: height, Width: width}
	must.NoError(s.t, s.Send(&driverproto.ExecTaskStreamingRequest{TtySize: size}))
}

// finish reads all answers to the end of the stream.
func (s *session) finish() error {
	for {
		answer, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for name, part := range map[string]*driverproto.ExecTaskStreamingIOOperation{"stdout": answer.Stdout, "stderr": answer.Stderr} {
			if part != nil && part.Close {
				s.order = append(s.order, name+" closes")
			}
		}
		s.stdout.Write(answer.GetStdout().GetData())
		s.stderr.Write(answer.GetStderr().GetData())
		if answer.Exited {
			s.order = append(s.order, "exit")
			s.result = answer.Result
		}
	}
}

func testExecStreamingMessages(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)

	// Nobody ends the requests: the answers end all the same.
	plain := k.session(false, "/bin/sh", "-c", "cat; echo err >&2; exit 9")
	must.NoError(t, plain.Send(&driverproto.ExecTaskStreamingRequest{})) // a heartbeat
	plain.input("one ", false)
	must.NoError(t, plain.Send(&driverproto.ExecTaskStreamingRequest{}))
	plain.input("two", false)
	plain.input("", true)
	must.NoError(t, plain.finish())
	must.Eq(t, "one two", plain.stdout.String())
	must.Eq(t, "err\n", plain.stderr.String())
	must.Eq(t, 9, int(plain.result.ExitCode))
	must.Eq(t, "exit", plain.order[len(plain.order)-1], must.Sprint(plain.order))
	must.SliceContainsAll(t, []string{"stdout closes", "stderr closes", "exit"}, plain.order)

	terminal := k.session(true, "/bin/sh", "-c", "read line; echo err >&2")
	terminal.input("go\n", false)
	must.NoError(t, terminal.finish())
	must.StrContains(t, terminal.stdout.String(), "err\r\n", must.Sprint("a terminal has one output"))
	must.Eq(t, "", terminal.stderr.String())
	must.SliceContainsAll(t, []string{"stdout closes", "stderr closes", "exit"}, terminal.order)

	again := k.session(false, "/bin/sh", "-c", "sleep 1")
	must.NoError(t, again.Send(&driverproto.ExecTaskStreamingRequest{
		Setup: &driverproto.ExecTaskStreamingRequest_Setup{TaskId: k.ID, Command: []string{"true"}},
	}))
	err := again.finish()
	must.Error(t, err)
	must.Eq(t, codes.Unknown, status.Code(err))
	must.StrContains(t, status.Convert(err).Message(), "unexpected message type: ")
	must.Nil(t, again.result)

	for _, tty := range []bool{false, true} {
		missing := k.session(tty, "/nowhere/command")
		err := missing.finish()
		must.True(t, err != nil || missing.result.GetExitCode() != 0, must.Sprint("a command that is not there does not succeed"))
	}
}

func testExecStreamingBinary(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	all := make([]byte, 10<<20)
	rand.NewChaCha8([32]byte{7}).Read(all) // the same in each run, and every byte is in it
	echo := k.session(false, "cat")
	sent := make(chan error, 1)
	go func() {
		for rest := all; len(rest) > 0; {
			part := rest[:min(len(rest), 1<<15)]
			rest = rest[len(part):]
			if err := echo.send(part, false); err != nil {
				sent <- err
				return
			}
		}
		sent <- echo.send(nil, true)
	}()
	must.NoError(t, echo.finish())
	must.NoError(t, within(t, slow, "the end of the input", sent))
	must.True(t, bytes.Equal(all, echo.stdout.Bytes()), must.Sprintf("%d bytes of %d", echo.stdout.Len(), len(all)))
	must.Eq(t, 0, int(echo.result.ExitCode))
	must.Eq(t, "", strings.TrimSpace(echo.stderr.String()))
}
