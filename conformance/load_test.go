package conformance

// Tasks that come and go for a long time, and what the plugin has left of them afterwards: nothing.

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/nomad/helper/uuid"
	"github.com/hashicorp/nomad/plugins/drivers"
	driverproto "github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/shoenig/test/must"
	"google.golang.org/grpc"

	"nomad-driver-podman/conformance/harness"
)

const (
	// rounds are how often all tasks come to their end, and the plugin is looked at. The first one is to warm up.
	rounds = 4
	// draining is what a round needs beside its churn: connections that nobody uses are kept for some seconds.
	draining = 5 * time.Second
	// noise is how much more memory the plugin may hold for no reason of a task's, in bytes: an allocator gives back by
	// pages, and its floor moves by a megabyte or two with how the tasks of a round fell together.
	noise = 3 << 20
	// forEach is how much more it may hold, in bytes, for each task that came and went: less than anything that could be
	// left of one, be it a supervisor (12 KB) or the smallest of the runtime's own tasks.
	forEach = 128
	// comeAndGo is how many threads more there may be: the runtime keeps those for work that waits for some seconds. One
	// that is left of each task would be more.
	comeAndGo = 4
	// oneArena makes the C library's allocator keep one heap, not one for each thread: less of what is free is kept, and
	// what is kept says more.
	oneArena = "MALLOC_ARENA_MAX=1"
)

// soakTime is how long each of the tests takes: SOAK, or long enough to see that a descriptor or a supervisor is left of each task.
func soakTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("SOAK")
	if text == "" {
		return 24 * time.Second
	}
	soak, err := time.ParseDuration(text)
	must.NoError(t, err)
	return soak
}

// It runs beside no other test: it would slow them all down.
func TestTasksThatComeAndGo(t *testing.T) {
	t.Run("stand-in", func(t *testing.T) {
		t.Parallel()
		server, host := standIn(t, oneArena)
		c := &churn{t: t, host: host, samples: 4}
		for range 200 {
			task := newTask(t)
			host.SetDriverConfig(t, task, map[string]any{"image": "localhost/x"})
			c.tasks = append(c.tasks, task)
		}
		// What it wrote down would fill the memory of a long test.
		forgotten, stop := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(forgotten)
			for {
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
					c.requests.Add(int64(len(server.Calls())))
				}
			}
		}()
		c.soak()
		close(stop)
		<-forgotten
		must.SliceEmpty(t, server.Containers())
		must.Eq(t, map[string]int{"events": 1}, server.Open())
	})
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, harness.Serve(t, which), oneArena)
			c := &churn{t: t, host: s.Host, samples: 2}
			for range 20 {
				c.tasks = append(c.tasks, s.task("trap 'exit 143' TERM; while :; do sleep 1000 & wait; done", nil).TaskConfig)
			}
			c.soak()
			must.SliceEmpty(t, s.podman.Containers())
		})
	}
}

// churn is a number of places, in each of which one task follows another.
type churn struct {
	t     *testing.T
	host  *harness.Host
	tasks []*drivers.TaskConfig
	// samples are how many statistics each task lives for.
	samples int

	done, requests atomic.Int64
}

// floor is what the plugin uses when all that it was asked is done.
type floor struct {
	harness.Usage
	tasks int64
}

func (c *churn) soak() {
	pid := c.host.ReattachConfig().Pid
	must.NotNil(c.t, firstFingerprint(c.t, c.host))
	_, before := c.peak(pid, func() {})
	var floors []floor
	length := max(soakTime(c.t)/rounds-draining, time.Second)
	for round := range rounds {
		highest, _ := c.peak(pid, func() { c.round(length) })
		f := floor{c.drained(pid, before.Descriptors), c.done.Load()}
		c.t.Logf("round %d: %d tasks so far, %d requests; %d descriptors (highest %d, before the first task %d), %d threads (%d, %d), %d KB anonymous (%d, %d)",
			round+1, f.tasks, c.requests.Load(), f.Descriptors, highest.Descriptors, before.Descriptors,
			f.Threads, highest.Threads, before.Threads, f.Anonymous>>10, highest.Anonymous>>10, before.Anonymous>>10)
		floors = append(floors, f)
	}
	first, last := floors[0], floors[rounds-1]
	came := last.tasks - first.tasks
	must.GreaterEq(c.t, int64(len(c.tasks)), came, must.Sprint("too few tasks came and went to tell anything"))
	grown := last.Anonymous - first.Anonymous
	c.t.Logf("%d bytes more after %d more tasks", grown, came)
	must.LessEq(c.t, noise+forEach*came, grown)
	must.LessEq(c.t, first.Threads+comeAndGo, last.Threads)
}

// peak does something, and says what the plugin used at most meanwhile, and what it uses afterwards.
func (c *churn) peak(pid int, do func()) (highest, after harness.Usage) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	for going := true; going; {
		select {
		case <-done:
			going = false
		case <-time.After(50 * time.Millisecond):
		}
		now, err := harness.UsageOf(pid)
		must.NoError(c.t, err)
		highest.Descriptors = max(highest.Descriptors, now.Descriptors)
		highest.Threads = max(highest.Threads, now.Threads)
		highest.Anonymous = max(highest.Anonymous, now.Anonymous)
		after = now
	}
	must.False(c.t, c.t.Failed())
	return highest, after
}

// drained waits until the plugin has no more open than before the first task: whatever was open for one is closed.
func (c *churn) drained(pid, descriptors int) harness.Usage {
	var now harness.Usage
	harness.Eventually(c.t, slow, "as many descriptors as before the first task", func() (err error) {
		now, err = harness.UsageOf(pid)
		if err == nil {
			err = unless(now.Descriptors <= descriptors, "%d, before %d", now.Descriptors, descriptors)
		}
		return err
	})
	return now
}

// round has tasks come and go in all places, and returns when the last one is gone.
func (c *churn) round(length time.Duration) {
	deadline := time.Now().Add(length)
	connection := dialHost(c.t, c.host)
	var places sync.WaitGroup
	for n, task := range c.tasks {
		places.Go(func() {
			for turn := n; ; turn++ {
				if err := c.turn(connection, task, turn); err != nil {
					c.t.Errorf("a task that was to end in way %d: %v", turn%ways, err)
					return
				}
				c.done.Add(1)
				if time.Now().After(deadline) {
					return
				}
			}
		})
	}
	places.Wait()
	must.NoError(c.t, connection.Close())
}

// ways are how many ways to end a task there are.
const ways = 4

// turn is one task's life: it is started, waited for, looked at, and has a command run in it; then it ends in one of the
// ways, and is destroyed.
func (c *churn) turn(connection *grpc.ClientConn, place *drivers.TaskConfig, turn int) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), slow)
	defer cancel()
	task := place.Copy()
	task.AllocID = uuid.Generate()
	task.ID = task.AllocID + "/web/" + uuid.Short()
	if _, _, err := c.host.StartTask(task); err != nil {
		return fmt.Errorf("StartTask: %w", err)
	}
	wait, err := c.host.WaitTask(ctx, task.ID)
	if err != nil {
		return fmt.Errorf("WaitTask: %w", err)
	}
	looking, look := context.WithCancel(ctx)
	defer look()
	stats, err := c.host.TaskStats(looking, task.ID, 250*time.Millisecond)
	if err != nil {
		return fmt.Errorf("TaskStats: %w", err)
	}
	for range c.samples {
		if sample := <-stats; sample == nil {
			return fmt.Errorf("its statistics end: %w", context.Cause(ctx))
		}
	}
	if turn%2 == 0 {
		look() // one half of the streams is left by its reader, the other ends with the task
	}
	result, err := c.host.ExecTask(task.ID, []string{"/bin/echo", "word"}, slow)
	if err != nil || string(result.Stdout) != "word\n" || !result.ExitResult.Successful() {
		return fmt.Errorf("ExecTask: %+v, %w", result, err)
	}
	if turn%5 == 0 {
		if err := typed(ctx, connection, task.ID); err != nil {
			return err
		}
	}
	switch turn % ways {
	case 0:
		err = c.host.SignalTask(task.ID, "SIGTERM") // it ends by itself
	case 1:
		err = c.host.StopTask(task.ID, slow, "SIGTERM")
	case 2:
		err = c.host.StopTask(task.ID, 0, "SIGTERM")
	case 3:
		err = c.host.DestroyTask(task.ID, true)
	}
	if err != nil {
		return fmt.Errorf("its end: %w", err)
	}
	select {
	case result := <-wait:
		if turn%ways != 3 && (result.Err != nil || result.ExitCode != 137 && result.ExitCode != 143) {
			return fmt.Errorf("WaitTask: %+v", result)
		}
	case <-ctx.Done():
		return fmt.Errorf("nobody tells of its end: %w", ctx.Err())
	}
	if turn%ways != 3 {
		err = c.host.DestroyTask(task.ID, false)
	}
	return err
}

// typed is a session that gives back what is typed into it.
func typed(ctx context.Context, connection *grpc.ClientConn, id string) error {
	stream, err := driverproto.NewDriverClient(connection).ExecTaskStreaming(ctx)
	if err != nil {
		return err
	}
	for _, request := range []*driverproto.ExecTaskStreamingRequest{
		{Setup: &driverproto.ExecTaskStreamingRequest_Setup{TaskId: id, Command: []string{"cat"}}},
		{Stdin: &driverproto.ExecTaskStreamingIOOperation{Data: []byte("typed")}},
		{Stdin: &driverproto.ExecTaskStreamingIOOperation{Close: true}},
	} {
		if err := stream.Send(request); err != nil {
			return fmt.Errorf("a session: %w", err)
		}
	}
	var output []byte
	for {
		answer, err := stream.Recv()
		if err != nil {
			return fmt.Errorf("a session: %w", err)
		}
		output = append(output, answer.GetStdout().GetData()...)
		if answer.Exited {
			return unless(string(output) == "typed" && answer.Result.GetExitCode() == 0, "a session: %q, %v", output, answer.Result)
		}
	}
}
