package conformance

// Images that the driver pulled and that nobody uses any more.

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/nomad/helper/uuid"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// Those who remove images share the Podman, and each counts only its own starts: so there is one of them at a time.
func testImageGC(t *testing.T, podman *harness.Podman) {
	for name, test := range map[string]func(*testing.T, *harness.Podman){
		"unused ones are removed":       testImageGCUnused,
		"ones that are used stay":       testImageGCUsed,
		"ones of others stay":           testImageGCOthers,
		"namesakes are not one":         testImageGCNamesakes,
		"the one who removes is killed": testImageGCKilled,
		"a start while one is removed":  testImageGCRace,
	} {
		t.Run(name, func(t *testing.T) { test(t, podman) })
	}
}

// gcDelay is how long an image is unused before it is removed.
const gcDelay = 2 * time.Second

// gcLater is when an image would surely be gone that should stay.
const gcLater = 2*gcDelay + time.Second

func sweeping() map[string]any {
	return map[string]any{"gc": []any{map[string]any{"image": true, "image_delay": gcDelay.String()}}}
}

// removed waits until an image is gone, whatever its names.
func (d *depot) removed(image *harness.BuiltImage) {
	d.t.Helper()
	harness.Eventually(d.t, slow, "the image is gone", func() error {
		if d.podman.HasImage(image.ID()) {
			return fmt.Errorf("%s is there", image.ID())
		}
		return nil
	})
}

// stays waits for as long as a removal would take, and some more.
func (d *depot) stays(names ...string) {
	d.t.Helper()
	for end := time.Now().Add(gcLater); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		for _, name := range names {
			must.True(d.t, d.podman.HasImage(name), must.Sprint(name))
		}
	}
}

func testImageGCUnused(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, sweeping())
	name, image := d.pushed(0)
	k := d.of(d.Plain.Address+"/"+name, lax()).start()
	must.Eq(t, 0, k.ends().ExitCode)
	must.Eq(t, image.ID(), k.inspect().Image)
	ended := time.Now()
	k.destroyed()
	d.removed(image)
	must.GreaterEq(t, gcDelay, time.Since(ended), must.Sprint("it was removed before its time"))
	// It can be had again, and goes again.
	d.of(d.Plain.Address+"/"+name, lax()).runs(image)
	d.removed(image)

	// Off unless somebody wants it.
	other := newDepot(t, podman, nil)
	name, image = other.pushed(0)
	other.of(other.Plain.Address+"/"+name, lax()).runs(image)
	other.stays(other.Plain.Address + "/" + name)
}

func testImageGCUsed(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, sweeping())
	name, image := d.pushed(0)
	full := d.Plain.Address + "/" + name
	long := lax()
	long["image"] = full
	k := d.run(forever, long)
	d.of(full, lax()).runs(image)
	d.stays(full, image.ID())
	must.NoError(t, d.StopTask(k.ID, time.Minute, ""))
	must.Eq(t, 143, k.ends().ExitCode)
	// A container that has ended is a use as well.
	d.stays(full, image.ID())
	k.destroyed()
	d.removed(image)
}

func testImageGCOthers(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, sweeping())
	do := func(method, path string, body any) {
		t.Helper()
		_, err := podman.Do(method, path, body)
		must.NoError(t, err)
	}
	run := func() (string, *harness.BuiltImage) {
		name, image := d.pushed(0)
		d.of(d.Plain.Address+"/"+name, lax()).runs(image)
		return d.Plain.Address + "/" + name, image
	}

	// Pulled by somebody else before the task.
	name, before := d.pushed(0)
	pulled := d.Plain.Address + "/" + name
	must.NoError(t, podman.Pull(pulled))
	d.of(pulled, lax()).runs(before)
	// Named by somebody else afterwards.
	_, named := run()
	do("POST", "/libpod/images/"+named.ID()+"/tag?repo=localhost/mine-"+named.ID()[:8]+"&tag=1", nil)
	// Used by somebody else's container.
	used, inUse := run()
	do("POST", "/libpod/containers/create", map[string]any{"name": "mine-" + inUse.ID()[:8], "image": used, "netns": map[string]any{"nsmode": "none"}})
	t.Cleanup(func() { _, _ = podman.Do("DELETE", "/libpod/containers/mine-"+inUse.ID()[:8]+"?force=true", nil) })
	// A name that is another image's by now.
	moved, first := run()
	second := d.built(0)
	d.Plain.Push(t, moved[len(d.Plain.Address)+1:], second)
	must.NoError(t, podman.Pull(moved))

	d.stays(pulled, before.ID(), "localhost/mine-"+named.ID()[:8]+":1", named.ID(), used, inUse.ID(), moved, second.ID())
	d.removed(first)
}

// Somebody pulls another image whose name ends in the same word.
func testImageGCNamesakes(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, sweeping())
	ours, theirs := d.built(0), d.built(0)
	word := uuid.Short() + ":1"
	d.Plain.Push(t, "ours/"+word, ours)
	d.Plain.Push(t, "theirs/"+word, theirs)
	k := d.of(d.Plain.Address+"/ours/"+word, lax()).start()
	must.Eq(t, 0, k.ends().ExitCode)
	must.NoError(t, podman.Pull(d.Plain.Address+"/theirs/"+word))
	k.destroyed()
	d.removed(ours)
	must.True(t, podman.HasImage(theirs.ID()))
}

func testImageGCKilled(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, sweeping())
	name, image := d.pushed(0)
	long := lax()
	long["image"] = d.Plain.Address + "/" + name
	k := d.run(forever, long)
	short, unused := d.pushed(0)
	d.of(d.Plain.Address+"/"+short, lax()).runs(unused)
	// The one plugin is killed while one image is used and the other one waits for its end.
	must.NoError(t, syscall.Kill(d.pid(), syscall.SIGKILL))
	must.True(t, podman.HasImage(image.ID()))

	d = newDepot(t, podman, sweeping())
	d.removed(unused)
	must.True(t, podman.HasImage(image.ID()))
	must.NoError(t, d.RecoverTask(k.handle))
	d.stays(image.ID())
	must.NoError(t, d.StopTask(k.ID, time.Minute, ""))
	must.NoError(t, d.DestroyTask(k.ID, true))
	d.removed(image)
}

// Starts that come again and again at the very moment when an image is removed: each has it, be it pulled once more.
func testImageGCRace(t *testing.T, podman *harness.Podman) {
	const rounds = 4
	d := newDepot(t, podman, map[string]any{"gc": []any{map[string]any{"image": true, "image_delay": "200ms"}}})
	name, image := d.pushed(0)
	var all sync.WaitGroup
	errs := make(chan error, 2*rounds)
	for n := range 2 {
		tasks := []*task{}
		for range rounds {
			tasks = append(tasks, d.of(d.Plain.Address+"/"+name, lax()))
		}
		all.Go(func() {
			for round, k := range tasks {
				_, _, err := d.StartTask(k.TaskConfig)
				if err == nil {
					err = d.DestroyTask(k.ID, true)
				}
				errs <- err
				time.Sleep(time.Duration(150+20*round+30*n) * time.Millisecond)
			}
		})
	}
	all.Wait()
	for range 2 * rounds {
		must.NoError(t, <-errs)
	}
	d.removed(image)
	// No name of the driver's own is left for it.
	answer, err := podman.Do("GET", "/libpod/images/json?filters="+url.QueryEscape(`{"reference":["localhost/nomad-driver-podman/pulled"]}`), nil)
	must.NoError(t, err)
	must.False(t, strings.Contains(string(answer), image.ID()))
}
