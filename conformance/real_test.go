package conformance

// The tests on real Podmans: one service of each version, whose tests run side by side. What they are is in the files
// real_*_test.go; a test has to be in the table here to run, or in that of images_test.go or real_split_test.go.

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/nomad/client/lib/fifo"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

var realTests = map[string]func(*testing.T, *harness.Podman){
	"a task from start to end":                         testLife,
	"exit codes":                                       testExitCodes,
	"an outside kill is no OOM kill":                   testKilledFromOutside,
	"several wait for one task":                        testSeveralWait,
	"a cancelled wait leaves the task":                 testCancelledWait,
	"stop with the job's signal":                       testStopWithSignal,
	"stop kills when the time is over":                 testStopKills,
	"stop of a container that is gone":                 testStopOfGone,
	"destroy":                                          testDestroy,
	"destroy that keeps the container":                 testDestroyKeeps,
	"a second start of one ID":                         testSecondStart,
	"failing starts leave nothing":                     testFailingStarts,
	"inspect":                                          testInspect,
	"signals":                                          testSignals,
	"exec":                                             testExec,
	"exec streaming as Nomad tests it":                 testExecStreamingSuite,
	"exec streaming, message by message":               testExecStreamingMessages,
	"exec of a client that went away":                  testExecOfAClientThatWent,
	"exec with a terminal that changes its size":       testExecResize,
	"exit codes of exec":                               testExecExitCodes,
	"many exec sessions at once":                       testManyExecs,
	"exec streaming is safe for any byte":              testExecStreamingBinary,
	"statistics":                                       testStats,
	"statistics without a topology":                    testStatsWithoutTopology,
	"events":                                           testEvents,
	"recovery of a known task":                         testRecoverKnown,
	"recovery after the plugin was killed":             testRecoverAfterKill,
	"recovery of a task that ended meanwhile":          testRecoverEnded,
	"recovery of a container that is gone":             testRecoverGone,
	"recovery from the Go driver's state":              testRecoverGoState,
	"the state is in the Go driver's form":             testStateForm,
	"long calls hold up nobody":                        testLongCalls,
	"a plugin that ends leaves tasks and nothing else": testShutdownLeavesTasks,
	"an agent that comes back":                         testReattachWithTasks,
	"fingerprint":                                      testFingerprint,
	"a running namesake is taken over":                 testAdoption,
	"a dead namesake is removed":                       testDeadNamesake,
	"a restart in place":                               testRestartInPlace,
	"ports":                                            testPorts,
	"DNS":                                              testDNS,
	"recovery that starts again what stopped":          testRecoverStopped,
	"times that make no sense":                         testOddTimes,
	"folders and mounts":                               testSharedFolders,
	"a task's output arrives whole":                    testOutput,
}

// versions are the Podmans to test on. PODMAN_TEST_WITHOUT leaves some out, by the words that podman-service takes.
func versions() []string {
	without := strings.FieldsFunc(os.Getenv("PODMAN_TEST_WITHOUT"), func(r rune) bool { return r == ',' || r == ' ' })
	return slices.DeleteFunc([]string{"distribution", "forky"}, func(which string) bool {
		return slices.Contains(without, which)
	})
}

func TestRealPodman(t *testing.T) {
	t.Parallel()
	for _, which := range versions() {
		t.Run(which, func(t *testing.T) {
			t.Parallel()
			podman := harness.Serve(t, which)
			t.Logf("Podman %s", podman.Version())
			for _, table := range []map[string]func(*testing.T, *harness.Podman){realTests, imageTests, splitTests} {
				for name, test := range table {
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						test(t, podman)
					})
				}
			}
		})
	}
}

// scene is a plugin that uses a Podman.
type scene struct {
	*harness.Host
	t      *testing.T
	podman *harness.Podman
	// journal is what the plugin takes for the machine's, if it is to have one.
	journal *harness.Journal
}

func newScene(t *testing.T, podman *harness.Podman, environment ...string) *scene {
	t.Helper()
	s := &scene{Host: harness.Launch(t, environment...), t: t, podman: podman}
	s.Configure(t, podmanConfig(podman))
	return s
}

func newSceneBeside(t *testing.T, podman *harness.Podman, journal *harness.Journal) *scene {
	t.Helper()
	s := &scene{t: t, podman: podman, journal: journal}
	s.launch()
	return s
}

// launch starts a plugin, which has the place of the one before from now on.
func (s *scene) launch() {
	s.t.Helper()
	if s.journal != nil {
		s.Host = s.journal.LaunchBeside(s.t)
	} else {
		s.Host = harness.Launch(s.t)
	}
	s.Configure(s.t, podmanConfig(s.podman))
}

func podmanConfig(podman *harness.Podman) map[string]any {
	return map[string]any{"socket_path": "unix://" + podman.Socket}
}

// task is one that runs a script, not started yet, with readers on its pipes.
type task struct {
	*drivers.TaskConfig
	scene          *scene
	stdout, stderr *lines
	handle         *drivers.TaskHandle
	network        *drivers.DriverNetwork
}

func (s *scene) task(script string, options map[string]any) *task {
	s.t.Helper()
	config := taskIn(s.t, s.podman.Folder)
	config.StdoutPath = filepath.Join(config.AllocDir, "alloc/logs/.web.stdout.fifo")
	config.StderrPath = filepath.Join(config.AllocDir, "alloc/logs/.web.stderr.fifo")
	all := map[string]any{
		"image": harness.Image, "command": "/bin/sh", "args": []any{"-c", script}, "network_mode": "none", "init": false,
	}
	for name, value := range options {
		all[name] = value
	}
	s.SetDriverConfig(s.t, config, all)
	k := &task{TaskConfig: config, scene: s}
	k.stdout, k.stderr = readPipe(s.t, config.StdoutPath), readPipe(s.t, config.StderrPath)
	s.t.Cleanup(func() { _, _ = s.podman.Do("DELETE", "/libpod/containers/"+k.container()+"?force=true&timeout=0", nil) })
	return k
}

// container is the name that a task's container has.
func (k *task) container() string { return k.Name + "-" + k.AllocID }

func (k *task) start() *task {
	k.scene.t.Helper()
	handle, network, err := k.scene.StartTask(k.TaskConfig)
	must.NoError(k.scene.t, err)
	k.handle, k.network = handle, network
	return k
}

// forever is a script that ends when it is told to, and at once.
const forever = "trap 'exit 143' TERM; echo up; sleep 1000 & wait"

// run starts a script that is there when it says "up", which it does at once unless it says it later itself.
func (s *scene) run(script string, options map[string]any) *task {
	s.t.Helper()
	if !strings.Contains(script, "echo up") {
		script = "echo up; " + script
	}
	k := s.task(script, options).start()
	k.stdout.await(s.t, "up")
	return k
}

func (k *task) inspect() harness.Container {
	k.scene.t.Helper()
	container, err := k.scene.podman.Inspect(k.container())
	must.NoError(k.scene.t, err)
	return container
}

// killed ends the task's process from the outside, and gives the moment.
func (k *task) killed() time.Time {
	k.scene.t.Helper()
	pid := k.inspect().State.Pid
	moment := time.Now()
	must.NoError(k.scene.t, syscall.Kill(pid, syscall.SIGKILL))
	return moment
}

func (k *task) wait() <-chan *drivers.ExitResult { return waitFor(k.scene.t, k.scene.Host, k.ID) }

func waitFor(t *testing.T, host *harness.Host, id string) <-chan *drivers.ExitResult {
	t.Helper()
	result, err := host.WaitTask(t.Context(), id)
	must.NoError(t, err)
	return result
}

// ends waits for the task's end, and says how it came.
func (k *task) ends() *drivers.ExitResult {
	k.scene.t.Helper()
	return within(k.scene.t, slow, "the task's end", k.wait())
}

// slow is how long a test waits for what a real Podman does on a machine where many tests run.
const slow = time.Minute

func (k *task) gone() {
	k.scene.t.Helper()
	harness.Eventually(k.scene.t, slow, "no container", func() error {
		if slices.Contains(k.scene.podman.Containers(), k.container()) {
			return fmt.Errorf("%s is there", k.container())
		}
		return nil
	})
}

// lines is what came out of a pipe.
type lines struct {
	lock  sync.Mutex
	lines []string
	// first is when the first line came.
	first time.Time
	more  chan struct{}
}

// readPipe makes a pipe and reads it as Nomad's logmon does: it opens it for reading, and again when all writers went.
func readPipe(t *testing.T, path string) *lines {
	t.Helper()
	open, err := fifo.CreateAndRead(path)
	must.NoError(t, err)
	l := &lines{more: make(chan struct{}, 1)}
	done := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			pipe, err := open()
			if err != nil {
				return
			}
			select {
			case <-done:
				pipe.Close()
				return
			default:
			}
			scanner := bufio.NewScanner(pipe)
			for scanner.Scan() {
				l.add(scanner.Text())
			}
			pipe.Close()
		}
	})
	t.Cleanup(func() {
		close(done)
		// An opening for both directions wakes a reader that waits for a writer.
		if writer, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
			writer.Close()
		}
		_ = os.Remove(path)
	})
	return l
}

func (l *lines) add(line string) {
	l.lock.Lock()
	if len(l.lines) == 0 {
		l.first = time.Now()
	}
	l.lines = append(l.lines, line)
	l.lock.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
}

// all are the lines, without the prefix that Podman's log format has: time, stream, and F for a full line or the last
// part of one, P for a part.
func (l *lines) all() []string {
	l.lock.Lock()
	defer l.lock.Unlock()
	var texts []string
	var begun string
	for _, line := range l.lines {
		parts := strings.SplitN(line, " ", 4)
		switch {
		case len(parts) < 4:
			texts = append(texts, line)
		case parts[2] == "P":
			begun += parts[3]
		default:
			texts = append(texts, begun+parts[3])
			begun = ""
		}
	}
	return texts
}

// await waits for a line.
func (l *lines) await(t *testing.T, line string) {
	t.Helper()
	deadline := time.After(slow)
	for !slices.Contains(l.all(), line) {
		select {
		case <-l.more:
		case <-deadline:
			t.Fatalf("no line %q, only %q", line, l.all())
		}
	}
}
