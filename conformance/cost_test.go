package conformance

// What a driver costs: perf/run has this measure ours and any other, in one run. Among the other tests it runs for two
// seconds with a handful of tasks, so that it works when somebody needs it; its times decide nothing.

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// plan is what is measured, as perf/run says it by the environment.
type plan struct {
	// drivers are binaries by the names that they have in the table.
	drivers [][2]string
	// standIn and real are numbers of tasks before the stand-in, and on each Podman.
	standIn, real []int
	podmans       []string
	// window is how long tasks run and are looked at.
	window time.Duration
	// exits are how many tasks end: one half each in its own time, the others one right after the other.
	exits int
}

// apart is what a Podman needs after a container's end until it does nothing more for it.
const apart = 500 * time.Millisecond

func thePlan(t *testing.T) plan {
	t.Helper()
	text := func(name, usual string) string {
		if text, set := os.LookupEnv("PERF_" + name); set {
			return text
		}
		return usual
	}
	numbers := func(name, usual string) (list []int) {
		for _, word := range strings.Fields(text(name, usual)) {
			number, err := strconv.Atoi(word)
			must.NoError(t, err)
			list = append(list, number)
		}
		return list
	}
	window, err := time.ParseDuration(text("WINDOW", "2s"))
	must.NoError(t, err)
	p := plan{
		drivers: [][2]string{{"this driver", harness.Binary(t)}},
		standIn: numbers("STAND_IN", "1 10"), real: numbers("REAL", "2"),
		podmans: strings.Fields(text("PODMANS", strings.Join(versions(), " "))),
		window:  window, exits: numbers("EXITS", "3")[0],
	}
	if other := text("OTHER", ""); other != "" {
		p.drivers = append(p.drivers, [2]string{"the other one", other})
	}
	return p
}

// measuresOurs tells whether it is the turn of this driver, of which more is known than of another.
func (p plan) measuresOurs(t *testing.T) bool { return harness.Binary(t) == p.drivers[0][1] }

// cost is a row of the table.
type cost struct {
	starts, lines   []time.Duration
	exits, inARow   []time.Duration // each in its own time, and one right after the other
	driver, podman  time.Duration   // processor in the window
	perStart        time.Duration   // the driver's processor for each start
	requests        int             // in the window; -1 where nobody counts them
	resident        int64
	samples, wanted int
}

func TestWhatItCosts(t *testing.T) {
	// Not beside others: what they use would be counted.
	p := thePlan(t)
	rows := []string{
		"| Podman | tasks | driver | driver's processor, % of a core | Podman's | requests/s | memory, MB | processor/start, ms | start, ms | first line, ms | exit, ms | exits in a row, ms |",
		"|---|---|---|---|---|---|---|---|---|---|---|---|",
	}
	add := func(podman string, tasks int, driver string, c cost) {
		share := func(used time.Duration) string { return fmt.Sprintf("%.2f", 100*used.Seconds()/p.window.Seconds()) }
		requests, ofPodman := "-", "-"
		if c.requests >= 0 {
			requests = fmt.Sprintf("%.1f", float64(c.requests)/p.window.Seconds())
		} else {
			ofPodman = share(c.podman)
		}
		if c.samples < c.wanted {
			driver += fmt.Sprintf(" (%d of %d samples)", c.samples, c.wanted)
		}
		rows = append(rows, fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %.1f | %.2f | %s | %s | %s | %s |", podman, tasks, driver,
			share(c.driver), ofPodman, requests, float64(c.resident)/1e6, milliseconds(c.perStart),
			quantiles(c.starts), quantiles(c.lines), quantiles(c.exits), quantiles(c.inARow)))
	}
	for _, tasks := range p.standIn {
		for _, driver := range p.drivers {
			t.Setenv("NOMAD_DRIVER_PODMAN_BIN", driver[1])
			t.Run(fmt.Sprintf("stand-in, %d, %s", tasks, driver[0]), func(t *testing.T) {
				add("stand-in", tasks, driver[0], costBeforeStandIn(t, p, tasks))
			})
		}
	}
	for _, which := range p.podmans {
		for _, tasks := range p.real {
			for _, driver := range p.drivers {
				t.Setenv("NOMAD_DRIVER_PODMAN_BIN", driver[1])
				t.Run(fmt.Sprintf("%s, %d, %s", which, tasks, driver[0]), func(t *testing.T) {
					podman := harness.Serve(t, which)
					add("Podman "+podman.Version(), tasks, driver[0], costOnPodman(t, p, podman, tasks))
				})
			}
		}
	}
	must.Len(t, 2+len(p.drivers)*(len(p.standIn)+len(p.podmans)*len(p.real)), rows, must.Sprint("something was not measured"))
	rows = append(rows, "", "| Podman | driver | exit, ms after the process's end, which the driver does not see | ms after Podman's event |", "|---|---|---|---|")
	for _, which := range p.podmans {
		for _, driver := range p.drivers {
			t.Setenv("NOMAD_DRIVER_PODMAN_BIN", driver[1])
			t.Run(fmt.Sprintf("%s, unseen, %s", which, driver[0]), func(t *testing.T) {
				podman := harness.Serve(t, which)
				u := costUnseen(t, p, podman)
				if p.measuresOurs(t) {
					must.Len(t, p.exits, u.sinceEvent)
				}
				rows = append(rows, fmt.Sprintf("| Podman %s | %s | %s | %s |", podman.Version(), driver[0], quantiles(u.sinceEnd), quantiles(u.sinceEvent)))
			})
		}
	}
	table := strings.Join(rows, "\n") + "\n"
	t.Logf("\n%s", table)
	if path := os.Getenv("PERF_TABLE"); path != "" {
		must.NoError(t, os.WriteFile(path, []byte(table), 0o666))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quantiles are the median and what 99 of 100 stay below.
func quantiles(times []time.Duration) string {
	if len(times) == 0 {
		return "-"
	}
	slices.Sort(times)
	at := func(part float64) float64 {
		return milliseconds(times[min(len(times)-1, int(part*float64(len(times))))])
	}
	return fmt.Sprintf("%.1f / %.1f", at(0.5), at(0.99))
}

// costOf runs tasks, eight starts at once, and looks at the plugin while they run. `ended` lets a task end and gives
// the moment.
func costOf(t *testing.T, p plan, host *harness.Host, tasks []*drivers.TaskConfig, started func(int, time.Time), podman func() (time.Duration, int), ended func(int) time.Time) cost {
	t.Helper()
	pid := host.ReattachConfig().Pid
	must.NotNil(t, firstFingerprint(t, host))
	before, err := harness.UsageOf(pid)
	must.NoError(t, err)

	c := cost{}
	var lock sync.Mutex
	var starts sync.WaitGroup
	turns := make(chan struct{}, 8)
	for i, task := range tasks {
		starts.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			begun := time.Now()
			if _, _, err := host.StartTask(task); err != nil {
				t.Errorf("StartTask: %v", err)
				return
			}
			took := time.Since(begun)
			started(i, begun)
			lock.Lock()
			c.starts = append(c.starts, took)
			lock.Unlock()
		})
	}
	starts.Wait()
	must.False(t, t.Failed())
	after, err := harness.UsageOf(pid)
	must.NoError(t, err)
	c.perStart = (after.CPU - before.CPU) / time.Duration(len(tasks))

	var samples atomic.Int64
	waits := make([]<-chan *drivers.ExitResult, len(tasks))
	for i, task := range tasks {
		waits[i], err = host.WaitTask(t.Context(), task.ID)
		must.NoError(t, err)
		stats, err := host.TaskStats(t.Context(), task.ID, time.Second)
		must.NoError(t, err)
		go func() {
			for range stats {
				samples.Add(1)
			}
		}()
	}
	// The first sample of each comes at once.
	time.Sleep(1500 * time.Millisecond)
	before, err = harness.UsageOf(pid)
	must.NoError(t, err)
	usedBefore, _ := podman()
	samplesBefore := samples.Load()
	time.Sleep(p.window)
	after, err = harness.UsageOf(pid)
	must.NoError(t, err)
	used, requests := podman()
	c.driver, c.podman, c.requests, c.resident = after.CPU-before.CPU, used-usedBefore, requests, after.Resident
	c.samples = int(samples.Load() - samplesBefore)
	c.wanted = len(tasks) * max(1, int(p.window/time.Second)-1)

	exits := min(p.exits, len(tasks))
	for i := range exits {
		moment := ended(i)
		result := within(t, slow, "the task's end", waits[i])
		took := time.Since(moment)
		must.NoError(t, result.Err)
		if i < (exits+1)/2 {
			c.exits = append(c.exits, took)
			time.Sleep(apart)
		} else {
			c.inARow = append(c.inARow, took)
		}
	}
	if p.measuresOurs(t) {
		// How another one ends its tasks is its own matter: the Go driver may take for ever over it.
		for _, task := range tasks {
			must.NoError(t, host.DestroyTask(task.ID, true))
		}
	}
	return c
}

func costBeforeStandIn(t *testing.T, p plan, count int) cost {
	server, host := standIn(t)
	var tasks []*drivers.TaskConfig
	for range count {
		task := newTask(t)
		host.SetDriverConfig(t, task, map[string]any{"image": "localhost/x"})
		tasks = append(tasks, task)
	}
	ids := map[string]string{}
	c := costOf(t, p, host, tasks, func(int, time.Time) {}, func() (time.Duration, int) {
		// What was asked since the last time.
		return 0, len(server.Calls())
	}, func(i int) time.Time {
		for _, container := range server.Containers() {
			ids[container.Name] = container.ID
		}
		moment := time.Now()
		server.End(ids[tasks[i].Name+"-"+tasks[i].AllocID], 3)
		return moment
	})
	if p.measuresOurs(t) {
		must.SliceEmpty(t, server.Containers())
	}
	return c
}

func costOnPodman(t *testing.T, p plan, podman *harness.Podman, count int) cost {
	s := newScene(t, podman)
	var all []*task
	var configs []*drivers.TaskConfig
	for range count {
		k := s.task("echo up; exec sleep 100000", nil)
		all, configs = append(all, k), append(configs, k.TaskConfig)
	}
	var lock sync.Mutex
	var lines []time.Duration
	var readers sync.WaitGroup
	c := costOf(t, p, s.Host, configs, func(i int, begun time.Time) {
		readers.Go(func() {
			all[i].stdout.await(t, "up")
			lock.Lock()
			defer lock.Unlock()
			lines = append(lines, all[i].stdout.first.Sub(begun))
		})
	}, func() (time.Duration, int) {
		used, err := harness.CPUWithNamespace(podman.Pid())
		must.NoError(t, err)
		return used, -1
	}, func(i int) time.Time { return all[i].killed() })
	readers.Wait()
	c.lines = lines
	return c
}
