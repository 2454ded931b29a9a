package conformance

// Exec sessions that are many, that somebody resizes, and that nobody waits for any more.

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	driverproto "github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"nomad-driver-podman/conformance/harness"
)

// processes are the command lines of those in a task's container, as Podman lists them.
func (k *task) processes() []string {
	t := k.scene.t
	t.Helper()
	answer, err := k.scene.podman.Do(http.MethodGet, "/libpod/containers/"+k.container()+"/top?stream=false", nil)
	must.NoError(t, err)
	var top struct{ Processes [][]string }
	must.NoError(t, json.Unmarshal(answer, &top))
	var lines []string
	for _, columns := range top.Processes {
		lines = append(lines, columns[len(columns)-1])
	}
	return lines
}

// hasProcess tells whether a process of the container has this in its command line.
func (k *task) hasProcess(part string) bool {
	k.scene.t.Helper()
	return strings.Contains(strings.Join(k.processes(), "\n"), part)
}

func unless(holds bool, format string, values ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, values...)
}

// Each of fifty sessions at once gets its own input back, and its own exit code; none of them leaves anything open.
func testManyExecs(t *testing.T, podman *harness.Podman) {
	const count = 50
	s := newScene(t, podman)
	k := s.run(forever, nil)
	connection := dialHost(t, s.Host)
	must.NoError(t, k.sessionOn(t.Context(), connection, false, "true").finish())
	before := len(openFiles(t, s.ReattachConfig().Pid))

	var sessions []*session
	for n := range count {
		// One in five has a terminal, whose input does not end.
		sessions = append(sessions, k.sessionOn(t.Context(), connection, n%5 == 0, "/bin/sh", "-c", fmt.Sprintf("read line; echo got $line; exit %d", n+1)))
	}
	// All of them run before the first one gets what it waits for.
	harness.Eventually(t, slow, "all commands run", func() error {
		now := strings.Count(strings.Join(k.processes(), "\n"), "read line")
		return unless(now == count, "%d", now)
	})
	var all sync.WaitGroup
	failures := make(chan error, 2*count)
	for n, session := range sessions {
		all.Go(func() {
			err := session.send(fmt.Appendf(nil, "line %d\n", n), false)
			if err == nil && n%5 != 0 {
				err = session.send(nil, true)
			}
			failures <- err
		})
		all.Go(func() { failures <- session.finish() })
	}
	all.Wait()
	close(failures)
	for err := range failures {
		must.NoError(t, err)
	}
	for n, session := range sessions {
		must.StrContains(t, session.stdout.String(), fmt.Sprintf("got line %d", n))
		must.Eq(t, n+1, int(session.result.GetExitCode()))
	}
	// What is pooled of the connections to Podman is closed when nobody has used it for a while.
	harness.Eventually(t, slow, "as many open files as before", func() error {
		now := len(openFiles(t, s.ReattachConfig().Pid))
		return unless(now <= before, "%d, before %d", now, before)
	})
	must.Len(t, 2, k.processes(), must.Sprint("the task's own"))
}

// However a command ends, its exit code comes.
func testExecExitCodes(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	connection := dialHost(t, s.Host)
	for script, code := range map[string]int32{
		"exit 0": 0, "exit 255": 255, "kill -KILL $$": 137, "kill -TERM $$": 143,
		"exec /nowhere/command":       127,
		"cat >/dev/null & exit 3":     3, // its input is not ended
		"sleep 1000 & echo x; exit 4": 4, // its output is held open
		"exec >&- 2>&-; exit 5":       5, // its output ends first
	} {
		for _, tty := range []bool{false, true} {
			session := k.sessionOn(t.Context(), connection, tty, "/bin/sh", "-c", script)
			must.NoError(t, session.finish(), must.Sprint(script, tty))
			must.Eq(t, code, session.result.GetExitCode(), must.Sprint(script, tty))
		}
	}
}

var sizeShown = regexp.MustCompile(`(?m)^(\d+ \d+)\r?$`)

// awaitSize asks the terminal for its size until it is this one: a size is applied some time, and nobody says when.
func (s *session) awaitSize(want string) {
	s.t.Helper()
	harness.Eventually(s.t, slow, "the size "+want, func() error {
		s.input("\n", false)
		for s.stdout.Reset(); !sizeShown.Match(s.stdout.Bytes()); {
			answer, err := s.Recv()
			must.NoError(s.t, err)
			s.stdout.Write(answer.GetStdout().GetData())
		}
		got := string(sizeShown.FindSubmatch(s.stdout.Bytes())[1])
		return unless(got == want, "%s", got)
	})
}

func testExecResize(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.run(forever, nil)
	terminal := k.session(true, "/bin/sh", "-c", "while read line && test -z \"$line\"; do stty size; done; exit 6")
	terminal.resize(33, 77)
	terminal.awaitSize("33 77")
	terminal.resize(50, 132)
	terminal.awaitSize("50 132")
	for size := int32(1); size <= 20; size++ {
		terminal.resize(20+size, 100+size)
	}
	terminal.awaitSize("40 120") // the last one, whatever became of those before
	terminal.input("done\n", false)
	must.NoError(t, terminal.finish())
	must.Eq(t, 6, int(terminal.result.GetExitCode()))
}

// The command of a client that went away ends, though it neither reads its input nor listens to signals, and so do those
// that it started. The task goes on.
func testExecOfAClientThatWent(t *testing.T, podman *harness.Podman) {
	const deaf = "trap '' HUP INT TERM PIPE; echo here; sleep 1001 & sleep 1002; sleep 1003"
	s := newScene(t, podman)
	k := s.run(forever, nil)
	runs := func() bool { return k.hasProcess("echo here") || k.hasProcess("sleep 1002") }
	before := len(openFiles(t, s.ReattachConfig().Pid))
	for _, way := range []string{"cancels", "closes the connection", "cancels at once"} {
		for _, tty := range []bool{false, true} {
			connection := dialHost(t, s.Host)
			ctx, cancel := context.WithCancel(t.Context())
			session := k.sessionOn(ctx, connection, tty, "/bin/sh", "-c", deaf)
			if way != "cancels at once" {
				answer, err := session.Recv()
				must.NoError(t, err)
				must.StrContains(t, string(answer.GetStdout().GetData()), "here")
				must.True(t, runs())
			}
			if way == "closes the connection" {
				must.NoError(t, connection.Close())
			}
			cancel()
			must.Eq(t, codes.Canceled, status.Code(session.finish()))
			_ = connection.Close() // it may be already
			harness.Eventually(t, slow, "the command is gone when its client "+way, func() error {
				return unless(!runs(), "%q run", k.processes())
			})
		}
	}
	// The same of a command that nobody types into.
	ctx, cancel := context.WithCancel(t.Context())
	connection := dialHost(t, s.Host)
	ended := make(chan error, 1)
	go func() {
		_, err := driverproto.NewDriverClient(connection).ExecTask(ctx, &driverproto.ExecTaskRequest{TaskId: k.ID, Command: []string{"/bin/sh", "-c", deaf}})
		ended <- err
	}()
	harness.Eventually(t, slow, "it runs", func() error { return unless(runs(), "not yet") })
	cancel()
	must.Eq(t, codes.Canceled, status.Code(within(t, slow, "the end of the call", ended)))
	harness.Eventually(t, slow, "it is gone", func() error { return unless(!runs(), "it runs") })
	must.NoError(t, connection.Close())

	harness.Eventually(t, slow, "as many open files as before", func() error {
		now := len(openFiles(t, s.ReattachConfig().Pid))
		return unless(now <= before, "%d, before %d", now, before)
	})
	must.True(t, k.inspect().State.Running)
}
