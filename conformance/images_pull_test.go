package conformance

// Pulls from a registry, and what registries do wrong. The registry is real; what it cannot be made to show, a front
// before it shows.

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/drivers/proto"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
	"nomad-driver-podman/conformance/standin"
)

func testPullTLS(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(0)
	front := d.Plain.Front(t, nil)

	// No TLS at all.
	k := d.of(front.Image(name), nil)
	says(t, k.refused(), "failed to create image: "+front.Image(name)+": ", "tls_verify")
	must.Eq(t, 0, front.Manifests())
	d.of(front.Image(name), lax()).runs(image)

	// TLS by an authority that nobody knows, until the node is told.
	name, image = d.pushed(0)
	secure := d.TLS.Address + "/" + name
	says(t, d.of(secure, nil).refused(), "failed to create image: "+secure+": ", "certs.d", "tls_verify")
	d.of(secure, lax()).runs(image)
	name, image = d.pushed(0)
	podman.WriteFile(t, "/etc/containers/certs.d/"+d.TLS.Address+"/ca.crt", d.Authority.PEM)
	d.of(d.TLS.Address+"/"+name, nil).runs(image)
}

// trusted is the plugin's block for a registry without TLS.
func trusted(hosts ...string) map[string]any {
	blocks := []any{}
	for _, host := range hosts {
		blocks = append(blocks, map[string]any{host: []any{map[string]any{"tls_verify": false}}})
	}
	return map[string]any{"registry": blocks}
}

func testPullTrusted(t *testing.T, podman *harness.Podman) {
	registries := podman.Registries(t)
	front, other := registries.Plain.Front(t, nil), registries.Plain.Front(t, nil)
	d := newDepot(t, podman, trusted(front.Address, "registry.example.com"))
	name, image := d.pushed(0)
	d.of(front.Image(name), nil).runs(image)
	says(t, d.of(other.Image(name), nil).refused(), "tls_verify")
	must.Eq(t, 0, other.Manifests())
}

func testPullPlatforms(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	front := d.Plain.Front(t, nil)
	amd, arm := harness.BuildImage(t, "amd64", 0), harness.BuildImage(t, "arm64", 0)
	name := "team/" + amd.ID()[:8] + ":1"
	d.Plain.PushIndex(t, name, amd, arm)
	with := func(arch string) *task {
		options := lax()
		if arch != "" {
			options["arch"] = arch
		}
		return d.of(front.Image(name), options)
	}
	image := func() string {
		answer, err := podman.Do("GET", "/libpod/images/"+front.Image(name)+"/json", nil)
		must.NoError(t, err)
		for _, one := range []*harness.BuiltImage{amd, arm} {
			if strings.Contains(string(answer), `"Id":"`+one.ID()) {
				return one.Architecture
			}
		}
		return string(answer)
	}
	// A container of the other platform can be made, and what is in it happens to be this machine's busybox.
	with("arm64").runs(arm)
	must.Eq(t, "arm64", image())
	// It is not taken for the host's, neither by its name nor without one.
	with("amd64").runs(amd)
	with("").runs(amd)
	with("arm64").runs(arm)
	says(t, with("s390x").refused(), "platform", "arch")
	// One that is there and of the right platform is not pulled again.
	before := len(front.Asked())
	with("arm64").runs(arm)
	must.Eq(t, before, len(front.Asked()))
}

func testOnePull(t *testing.T, podman *harness.Podman) {
	tasks := 50
	if podman.Which != "forky" {
		tasks = 10 // Fifty real containers are enough once, for what they cost.
	}
	d := newDepot(t, podman, nil)
	alone, crowd := d.Plain.Front(t, nil), d.Plain.Front(t, nil)
	name, image := d.pushed(256 << 10)
	d.of(alone.Image(name), lax()).runs(image)

	name, image = d.pushed(256 << 10)
	released := make(chan struct{})
	crowd.Meddle(harness.OnBlob(image.Own(), harness.Stall(16<<10, released)))
	var all sync.WaitGroup
	errs := make(chan error, tasks)
	var started []*task
	for range tasks {
		k := d.of(crowd.Image(name), lax())
		started = append(started, k)
		all.Go(func() {
			_, _, err := d.StartTask(k.TaskConfig)
			errs <- err
		})
	}
	harness.Eventually(t, slow, "the pull is under way", func() error { return blobAsked(crowd, image) })
	close(released)
	all.Wait()
	for range tasks {
		must.NoError(t, <-errs)
	}
	must.Eq(t, alone.Manifests(), crowd.Manifests(), must.Sprintf("%v", crowd.Asked()))
	for _, k := range started {
		must.Eq(t, image.ID(), k.inspect().Image)
		k.destroyed()
	}
}

// blobAsked is no error once somebody asked for the image's own layer.
func blobAsked(front *harness.Front, image *harness.BuiltImage) error {
	for _, asked := range front.Asked() {
		if strings.HasSuffix(asked.Path, image.Own().Digest()) {
			return nil
		}
	}
	return fmt.Errorf("only %v", front.Asked())
}

func testPullsOfEachUser(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(64 << 10)
	// Nobody gets a manifest before all have asked for one: so all pulls are under way at the same time.
	front := d.First.Front(t, nil)
	everybody := make(chan struct{})
	front.Meddle(harness.OnManifests(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		select {
		case <-everybody:
		case <-r.Context().Done():
			return
		}
		pass.ServeHTTP(w, r)
	}))
	users := func() []string {
		var found []string
		for _, asked := range front.Asked() {
			if asked.Manifest() && !slices.Contains(found, asked.User) {
				must.Eq(t, d.FirstUsers[asked.User], asked.Password)
				found = append(found, asked.User)
			}
		}
		return found
	}
	var all sync.WaitGroup
	errs := make(chan error, harness.Users)
	var started []*task
	for user, password := range d.FirstUsers {
		k := d.of(front.Image(name), lax(user, password))
		started = append(started, k)
		all.Go(func() {
			_, _, err := d.StartTask(k.TaskConfig)
			errs <- err
		})
	}
	harness.Eventually(t, slow, "each user pulls", func() error {
		if found := users(); len(found) < harness.Users {
			return fmt.Errorf("only %v", found)
		}
		return nil
	})
	close(everybody)
	all.Wait()
	for range harness.Users {
		must.NoError(t, <-errs)
	}
	for _, k := range started {
		must.Eq(t, image.ID(), k.inspect().Image)
		k.destroyed()
	}
}

// startOn is a start that can be cancelled, on a connection of its own.
func (d *depot) startOn(ctx context.Context, k *task, config map[string]any) <-chan error {
	d.t.Helper()
	request := &proto.StartTaskRequest{Task: onWire(d.t, d.Host, k.TaskConfig, config)}
	request.Task.StdoutPath, request.Task.StderrPath = k.StdoutPath, k.StderrPath
	client := proto.NewDriverClient(dialHost(d.t, d.Host))
	done := make(chan error, 1)
	go func() {
		_, err := client.StartTask(ctx, request)
		done <- err
	}()
	return done
}

func testCancelledPull(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(256 << 10)
	released := make(chan struct{})
	stall := harness.OnBlob(image.Own(), harness.Stall(16<<10, released))
	front, gone := d.Plain.Front(t, stall), make(chan struct{}, 1)
	config := lax()
	config["image"], config["command"], config["network_mode"] = front.Image(name), "/bin/true", "none"

	// The one who came first goes away; the other one's pull goes on.
	leaves, leave := context.WithCancel(t.Context())
	defer leave()
	first := d.startOn(leaves, d.of(front.Image(name), nil), config)
	harness.Eventually(t, slow, "the pull is under way", func() error { return blobAsked(front, image) })
	stays := d.of(front.Image(name), nil)
	second := d.startOn(t.Context(), stays, config)
	time.Sleep(500 * time.Millisecond) // Nothing shows that it waits; if it is late, the test asks for less.
	leave()
	must.Error(t, within(t, slow, "the end of the cancelled start", first))
	close(released)
	must.NoError(t, within(t, slow, "the start of the other", second))
	must.Eq(t, image.ID(), stays.inspect().Image)
	must.NoError(t, d.DestroyTask(stays.ID, true))
	stays.gone()
	blobs := 0
	for _, asked := range front.Asked() {
		if strings.HasSuffix(asked.Path, image.Own().Digest()) {
			blobs++
		}
	}
	must.Eq(t, 1, blobs, must.Sprint("the layer came once"))

	// The last one goes away: the pull ends.
	name, image = d.pushed(256 << 10)
	last := d.Plain.Front(t, harness.OnBlob(image.Own(), func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		defer func() { gone <- struct{}{} }()
		harness.Stall(16<<10, nil)(w, r, pass)
	}))
	config["image"] = last.Image(name)
	leaves, leave = context.WithCancel(t.Context())
	defer leave()
	third := d.startOn(leaves, d.of(last.Image(name), nil), config)
	harness.Eventually(t, slow, "the pull is under way", func() error { return blobAsked(last, image) })
	leave()
	must.Error(t, within(t, slow, "the end of the cancelled start", third))
	within(t, slow, "the end of the pull that nobody waits for", gone)
	must.False(t, podman.HasImage(last.Image(name)))
}

func testFailedPullIsForgotten(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(0)
	front := d.Plain.Front(t, harness.OnManifests(harness.Answer(http.StatusForbidden)))
	d.of(front.Image(name), lax()).refused()
	front.Meddle(nil)
	d.of(front.Image(name), lax()).runs(image)
}

func testPullProgress(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	events := d.told()
	name, image := d.pushed(2 << 20)
	front := d.Plain.Front(t, harness.OnBlob(image.Own(), harness.Trickle(20*time.Millisecond)))
	d.of(front.Image(name), lax()).runs(image)
	harness.Eventually(t, slow, "the end of the pull is told", func() error {
		if told := events.mentioning(name); len(told) < 2 {
			return fmt.Errorf("only %q", told)
		}
		return nil
	})
	told := events.mentioning(name)
	must.StrHasPrefix(t, "Pulling image "+front.Image(name), told[0])
	must.Less(t, 20, len(told), must.Sprintf("a flood: %q", told))
	must.Eq(t, len(told), len(slices.Compact(told)), must.Sprintf("nothing is said twice: %q", told))
}

func testStalledPull(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, map[string]any{"pull_activity_timeout": "8s"})
	stalls := func(front *harness.Front, name string) string {
		t.Helper()
		began := time.Now()
		text := d.of(front.Image(name), lax()).refused()
		must.Between(t, 8*time.Second, time.Since(began), slow)
		says(t, text, "failed to create image: "+front.Image(name)+": ", "pull_activity_timeout", "8s")
		return text
	}
	name, image := d.pushed(512 << 10)
	stalls(d.Plain.Front(t, harness.OnManifests(harness.Stall(0, nil))), name)
	// In the middle of a layer: Podman tells how much of it is there since 4.8; before, only the whole limit counts.
	if podman.Which != "distribution" {
		front := d.Plain.Front(t, harness.OnBlob(image.Own(), harness.Stall(128<<10, nil)))
		says(t, stalls(front, name), "of 2 layers")
		must.NoError(t, blobAsked(front, image))
	}
	// One that takes longer than that and goes on is none of these.
	front := d.Plain.Front(t, harness.OnBlob(image.Own(), harness.Trickle(400*time.Millisecond)))
	d.of(front.Image(name), lax()).runs(image)
}

func testLongPull(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(512 << 10)
	front := d.Plain.Front(t, harness.OnBlob(image.Own(), harness.Stall(128<<10, nil)))
	options := lax()
	options["image_pull_timeout"] = "3s"
	began := time.Now()
	text := d.of(front.Image(name), options).refused()
	must.Between(t, 3*time.Second, time.Since(began), slow)
	says(t, text, "failed to create image: "+front.Image(name)+": ", "image_pull_timeout", "3s", "layers")
	// The next start is not held up by what there was.
	front.Meddle(nil)
	d.of(front.Image(name), lax()).runs(image)
}

func testPullRetries(t *testing.T, podman *harness.Podman) {
	for what, meddle := range map[string]func(*harness.BuiltImage) harness.Meddle{
		"500 twice": func(*harness.BuiltImage) harness.Meddle {
			return harness.OnManifests(harness.Times(2, harness.Answer(http.StatusInternalServerError)))
		},
		"503 twice": func(*harness.BuiltImage) harness.Meddle {
			return harness.OnManifests(harness.Times(2, harness.Answer(http.StatusServiceUnavailable)))
		},
		"429": func(*harness.BuiltImage) harness.Meddle {
			return harness.OnManifests(harness.Times(2, harness.Answer(http.StatusTooManyRequests, "Retry-After", "1")))
		},
		"cut": func(image *harness.BuiltImage) harness.Meddle {
			return harness.OnBlob(image.Own(), harness.Times(2, harness.BreakOff(64<<10)))
		},
		"no answer": func(*harness.BuiltImage) harness.Meddle {
			return harness.OnManifests(harness.Times(2, func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }))
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := newDepot(t, podman, nil)
			name, image := d.pushed(256 << 10)
			d.of(d.Plain.Front(t, meddle(image)).Image(name), lax()).runs(image)
		})
	}
}

// What is not worth another try costs as many requests as Podman itself makes when it is asked to pull.
func testPullGivesUp(t *testing.T, podman *harness.Podman) {
	for what, c := range map[string]struct {
		meddle harness.Meddle
		advice []string
	}{
		"not there":    {nil, []string{"check name and tag"}},
		"no right to":  {harness.OnManifests(harness.Answer(http.StatusForbidden)), []string{"auth"}},
		"nobody known": {harness.OnManifests(harness.Answer(http.StatusUnauthorized, "WWW-Authenticate", `Basic realm="test"`)), []string{"auth"}},
		"not found":    {harness.OnManifests(harness.Answer(http.StatusNotFound)), []string{"image"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := newDepot(t, podman, nil)
			name, _ := d.pushed(0)
			if c.meddle == nil {
				name = strings.TrimSuffix(name, "1") + "absent"
			}
			direct, front := d.Plain.Front(t, c.meddle), d.Plain.Front(t, c.meddle)
			must.Error(t, podman.Pull(direct.Image(name)))
			text := d.of(front.Image(name), lax()).refused()
			must.Eq(t, direct.Manifests(), front.Manifests(), must.Sprintf("%v", front.Asked()))
			says(t, text, "failed to create image: "+front.Image(name)+": ")
			says(t, text, c.advice...)
		})
	}
	t.Run("always 500", func(t *testing.T) {
		t.Parallel()
		d := newDepot(t, podman, nil)
		name, _ := d.pushed(0)
		front := d.Plain.Front(t, harness.OnManifests(harness.Answer(http.StatusInternalServerError)))
		options := lax()
		options["image_pull_timeout"] = "45s"
		began := time.Now()
		text := d.of(front.Image(name), options).refused()
		says(t, text, "failed to create image: "+front.Image(name)+": ")
		must.Less(t, slow, time.Since(began))
		must.Less(t, 60, front.Manifests(), must.Sprint("tries come with more and more time between them"))
	})
}

func testWrongDigest(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(64 << 10)
	front := d.Plain.Front(t, harness.OnBlob(image.Own(), harness.Flip))
	says(t, d.of(front.Image(name), lax()).refused(), "failed to create image: "+front.Image(name)+": ", "digest")
	must.False(t, podman.HasImage(front.Image(name)))
	must.False(t, podman.HasImage(image.ID()))
}

// present tells what a start asked of Podman for its image.
func present(asked []harness.Asked) (looks, others int) {
	for _, one := range asked {
		switch {
		case !strings.Contains(one.Path, "/images/"):
		case one.Method == http.MethodGet:
			looks++
		default:
			others++
		}
	}
	return looks, others
}

func testPresentImage(t *testing.T, podman *harness.Podman) {
	registries := podman.Registries(t)
	front := registries.Plain.Front(t, nil)
	recorder := podman.Record(t, filepath.Join(shortFolder(t), "podman.sock"))
	d := newDepot(t, podman, map[string]any{"socket_path": "unix://" + recorder.Socket})
	name, image := d.pushed(0)
	d.of(front.Image(name), lax()).runs(image)
	before := len(front.Asked())
	recorder.Asked()
	for range 3 {
		k := d.of(front.Image(name), lax()).start()
		looks, others := present(recorder.Asked())
		must.Eq(t, 1, looks, must.Sprint("one look whether it is there"))
		must.Eq(t, 0, others)
		must.Eq(t, 0, k.ends().ExitCode)
		k.destroyed()
	}
	must.Eq(t, before, len(front.Asked()), must.Sprint("nothing is asked of the registry"))
}

// TestManyStartsOfAPresentImage counts what is asked of a stand-in, which writes everything down.
func TestManyStartsOfAPresentImage(t *testing.T) {
	t.Parallel()
	const image, starts = "docker.io/library/redis:7", 50
	folder := shortFolder(t)
	podman := standin.Start(t, folder, usualHost, standin.World{Images: map[string]string{image: "aa11"}})
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix://" + podman.Socket})
	start := func() error {
		task := taskIn(t, folder)
		host.SetDriverConfig(t, task, map[string]any{"image": image})
		_, _, err := host.StartTask(task)
		return err
	}
	must.NoError(t, start())
	counted := func() (images, requests int) {
		for _, call := range podman.Calls() {
			switch {
			case strings.HasPrefix(call.Path, "/images/"):
				images++
				requests++
			case strings.HasPrefix(call.Path, "/containers/") && !strings.HasSuffix(call.Path, "/containers/json") && !strings.HasSuffix(call.Path, "/stats"):
				// What the contact itself asks, in its own rhythm, is no start's.
				requests++
			}
		}
		return images, requests
	}
	images, _ := counted()
	must.Eq(t, 1, images)
	var all sync.WaitGroup
	errs := make(chan error, starts)
	for range starts {
		all.Go(func() { errs <- start() })
	}
	all.Wait()
	for range starts {
		must.NoError(t, <-errs)
	}
	images, many := counted()
	must.Eq(t, starts, images, must.Sprint("one look for each start"))
	// Of each: the name, the image, create, start, inspect, and its supervisor's first look, which the answer to the start
	// does not wait for; that of the start before is among them.
	must.LessEq(t, (starts+1)*6, many)
}

// testFullDisk has a Podman of its own, whose storage is small.
func testFullDisk(t *testing.T, beside *harness.Podman) {
	podman := harness.ServeSmall(t, beside.Which, "32m")
	d := newDepot(t, podman, nil)
	name, image := d.pushed(40 << 20)
	full := d.Plain.Address + "/" + name
	says(t, d.of(full, lax()).refused(), "failed to create image: "+full+": ", "no space left on device", "podman image prune")
	must.False(t, podman.HasImage(full))
	must.False(t, podman.HasImage(image.ID()))
	elsewhere := shortFolder(t)
	writeFile(t, filepath.Join(elsewhere, "image.tar"), archive(t, harness.DockerArchive([]string{"localhost/large:1"}, image)))
	says(t, d.of("docker-archive:"+elsewhere+"/image.tar", nil).refused(), "failed to create image: docker-archive:"+elsewhere+"/image.tar: ", "no space left on device", "podman image prune")
	must.False(t, podman.HasImage(image.ID()))
	// What was begun is gone: there is room for a small one.
	name, image = d.pushed(4 << 20)
	d.of(d.Plain.Address+"/"+name, lax()).runs(image)
}
