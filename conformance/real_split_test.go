package conformance

// Tasks whose output the driver carries, with `logging { split = true }` and from the journal: every byte that a task
// writes comes out of the pipe of its stream once, whatever becomes of the plugin, of Podman's service and of the reader
// meanwhile.

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/nomad/client/lib/fifo"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

var splitTests = map[string]func(*testing.T, *harness.Podman){
	"split output is what the task wrote":                  testSplitOutput,
	"split output for all tasks of the plugin":             testSplitByPlugin,
	"split output comes once, however often it is killed":  testSplitKilled,
	"split output waits for its reader":                    testSplitReader,
	"split output without a reader ends":                   testSplitNobody,
	"split output whatever size Podman's files may have":   testSplitLogSize,
	"the journal's comes once, however often it is killed": testJournalKilled,
}

// copied is what came out of a pipe, read as Nomad's logmon does it: opened once, and read until there is no writer.
type copied struct {
	lock   sync.Mutex
	data   bytes.Buffer
	paused sync.Mutex
	ended  chan struct{}
}

func copyPipe(t *testing.T, path string) *copied {
	t.Helper()
	_ = os.Remove(path)
	open, err := fifo.CreateAndRead(path)
	must.NoError(t, err)
	c := &copied{ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		pipe, err := open()
		if err != nil {
			return
		}
		defer pipe.Close()
		_, _ = io.Copy(c, pipe)
	}()
	t.Cleanup(func() {
		// An opening for both directions wakes a reader that waits for its first writer.
		if writer, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
			writer.Close()
		}
	})
	return c
}

// Write makes it an io.Writer.
func (c *copied) Write(data []byte) (int, error) {
	c.paused.Lock()
	defer c.paused.Unlock()
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.data.Write(data)
}

func (c *copied) length() int {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.data.Len()
}

// is waits for the end of the writers, and holds that this came and nothing else.
func (c *copied) is(t *testing.T, sent []byte) {
	t.Helper()
	select {
	case <-c.ended:
	case <-time.After(slow):
		t.Fatalf("the pipe does not end; %d of %d bytes came", c.length(), len(sent))
	}
	received := c.data.Bytes()
	same := 0
	for same < min(len(received), len(sent)) && received[same] == sent[same] {
		same++
	}
	around := func(data []byte) []byte { return data[max(0, min(same-60, len(data))):min(same+60, len(data))] }
	if len(received) != len(sent) || same < len(sent) {
		t.Fatalf("%d of %d bytes, and from %d on other ones: %q instead of %q",
			len(received), len(sent), same, around(received), around(sent))
	}
}

// splitTask is a task whose pipes are copied, not started yet.
func (s *scene) splitTask(script string, options map[string]any) (k *task, stdout, stderr *copied) {
	s.t.Helper()
	k = s.task(script, options)
	// Names of their own: the usual ones have readers that begin anew when a writer has gone.
	k.StdoutPath, k.StderrPath = k.StdoutPath+".once", k.StderrPath+".once"
	return k, copyPipe(s.t, k.StdoutPath), copyPipe(s.t, k.StderrPath)
}

var split = map[string]any{"logging": map[string]any{"split": true}}

// leftNothing holds that nothing of a task's output is left in its folder.
func (k *task) leftNothing() {
	k.scene.t.Helper()
	harness.Eventually(k.scene.t, slow, "no file of the output is left", func() error {
		left, err := filepath.Glob(filepath.Join(k.AllocDir, k.Name, ".output.*"))
		if err == nil && len(left) > 0 {
			err = fmt.Errorf("there are %v", left)
		}
		return err
	})
}

func testSplitOutput(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	script := `i=0; while [ $i -lt 2000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done
		head -c 1000000 /dev/zero | tr '\0' x; echo; printf 'half '; sleep 0.2; echo whole; printf '\377\000\r\n\001' >&2
		echo 2026-11-24T12:00:00.000000000+00:00 stdout P no prefix of ours; printf 'no end'`
	k, stdout, stderr := s.splitTask(script, split)
	k.start()
	must.Eq(t, 0, k.ends().ExitCode)
	var out, err bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&out, "out %d\n", i)
		fmt.Fprintf(&err, "err %d\n", i)
	}
	out.Write(bytes.Repeat([]byte("x"), 1_000_000))
	out.WriteString("\nhalf whole\n2026-11-24T12:00:00.000000000+00:00 stdout P no prefix of ours\nno end")
	err.WriteString("\377\000\r\n\001")
	stdout.is(t, out.Bytes())
	stderr.is(t, err.Bytes())
	k.leftNothing()

	// A second start in the same folder begins anew.
	must.NoError(t, s.DestroyTask(k.ID, true))
	k.gone()
	stdout, stderr = copyPipe(t, k.StdoutPath), copyPipe(t, k.StderrPath)
	k.ID += "-2"
	k.start()
	must.Eq(t, 0, k.ends().ExitCode)
	stdout.is(t, out.Bytes())
	stderr.is(t, err.Bytes())
	k.leftNothing()
}

func testSplitByPlugin(t *testing.T, podman *harness.Podman) {
	s := &scene{Host: harness.Launch(t), t: t, podman: podman}
	config := podmanConfig(podman)
	config["logging"] = map[string]any{"split": true}
	s.Configure(t, config)
	k, stdout, stderr := s.splitTask("echo out; echo err >&2; exit 3", nil)
	k.start()
	must.Eq(t, 3, k.ends().ExitCode)
	stdout.is(t, []byte("out\n"))
	stderr.is(t, []byte("err\n"))
	k.leftNothing()

	// A task's own block counts as a whole.
	plain := s.run("exit 0", map[string]any{"logging": map[string]any{"driver": "nomad"}})
	must.Eq(t, 0, plain.ends().ExitCode)
	must.StrContains(t, plain.stdout.lines[0], " stdout F up")
}

func testSplitKilled(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	const bursts, last, kills = 80, 20_000, 12
	burst := fmt.Sprintf("for i in $(seq %d); do seq %d; usleep 50000; done", bursts, last)
	k, stdout, stderr := s.splitTask(burst+" & ("+burst+") >&2; wait", split)
	k.start()
	for round := range kills {
		// Somewhere within a burst, or between two: that is the point of it.
		time.Sleep(time.Duration(50+rand.IntN(200)) * time.Millisecond)
		s.kill()
		if round == kills/2 {
			time.Sleep(time.Second)
		}
		must.NoError(t, s.RecoverTask(k.handle))
	}
	must.Eq(t, 0, k.ends().ExitCode)
	all := bytes.Repeat(numbers(last), bursts)
	stdout.is(t, all)
	stderr.is(t, all)
	k.leftNothing()
}

// testSplitLogSize has a Podman of its own, whose containers begin their files of output anew at a size.
func testSplitLogSize(t *testing.T, beside *harness.Podman) {
	podman := harness.Serve(t, beside.Which)
	podman.Settle("containers", "log_size_max", "20000")
	s := newScene(t, podman)
	k, stdout, stderr := s.splitTask("seq 50000; seq 3 >&2", split)
	k.start()
	must.Eq(t, 0, k.ends().ExitCode)
	stdout.is(t, numbers(50000))
	stderr.is(t, numbers(3))
}

func numbers(last int) []byte {
	var all bytes.Buffer
	for number := range last {
		fmt.Fprintf(&all, "%d\n", number+1)
	}
	return all.Bytes()
}

func testJournalKilled(t *testing.T, beside *harness.Podman) {
	podman := harness.Serve(t, beside.Which)
	s := newSceneBeside(t, podman, podman.KeepJournal(t))
	const bursts, last, kills = 60, 100, 8
	burst := fmt.Sprintf("for i in $(seq %d); do seq %d; usleep 50000; done", bursts, last)
	k, stdout, stderr := s.splitTask(burst+" & ("+burst+") >&2; wait", map[string]any{"logging": map[string]any{"driver": "journald"}})
	k.start()
	for range kills {
		time.Sleep(time.Duration(50+rand.IntN(300)) * time.Millisecond)
		s.kill()
		must.NoError(t, s.RecoverTask(k.handle))
	}
	must.Eq(t, 0, k.ends().ExitCode)
	all := bytes.Repeat(numbers(last), bursts)
	stdout.is(t, all)
	stderr.is(t, all)
}

func testSplitReader(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	const size = 60_000_000
	line := strings.Repeat("x", 99) + "\n"
	k, stdout, _ := s.splitTask(fmt.Sprintf("yes %s | head -c %d; echo done >&2", line[:99], size), split)
	stdout.paused.Lock()
	before := memory(t, s.pid())
	k.start()
	// The task ends, although nobody reads what it wrote, and so does the wait for it.
	must.Eq(t, 0, k.ends().ExitCode)
	must.Less(t, before+8<<20, memory(t, s.pid()), must.Sprint("what waits is in the file, not in memory"))
	// A plugin that is killed meanwhile changes nothing.
	s.kill()
	must.NoError(t, s.RecoverTask(k.handle))
	must.Eq(t, 0, k.ends().ExitCode)
	must.Less(t, size, stdout.length())
	stdout.paused.Unlock()
	stdout.is(t, bytes.Repeat([]byte(line), size/len(line)))
	k.leftNothing()
}

func testSplitNobody(t *testing.T, podman *harness.Podman) {
	s := newScene(t, podman)
	k := s.task("i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i+1)); done", split)
	k.StdoutPath, k.StderrPath = k.StdoutPath+".nobody", k.StderrPath+".nobody"
	pipe(t, k.StdoutPath)
	pipe(t, k.StderrPath)
	k.start()
	must.Eq(t, 0, k.ends().ExitCode)
	k.leftNothing()
}
