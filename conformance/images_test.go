package conformance

// Images on real Podmans: pulled from a real registry that stands beside each of them, or loaded from archives. The
// images are the test's own, each with a layer that no other has. What they are is in the files images_*_test.go; a test
// has to be in the table here to run.

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/nomad/helper/uuid"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

var imageTests = map[string]func(*testing.T, *harness.Podman){
	"images: TLS is verified":                       testPullTLS,
	"images: the operator trusts a registry":        testPullTrusted,
	"images: platforms":                             testPullPlatforms,
	"images: many tasks, one pull":                  testOnePull,
	"images: other credentials, another pull":       testPullsOfEachUser,
	"images: a waiter that is cancelled":            testCancelledPull,
	"images: a failed pull is not remembered":       testFailedPullIsForgotten,
	"images: progress is told":                      testPullProgress,
	"images: a pull that stalls":                    testStalledPull,
	"images: a pull that takes too long":            testLongPull,
	"images: what passes is tried again":            testPullRetries,
	"images: what does not pass is not tried again": testPullGivesUp,
	"images: a layer that is not what it says":      testWrongDigest,
	"images: one that is there costs one look":      testPresentImage,
	"images: a full disk":                           testFullDisk,
	"images: a task's own credentials":              testTaskCredentials,
	"images: a file of credentials":                 testAuthFile,
	"images: a credential helper":                   testCredentialHelper,
	"images: helpers by registry":                   testHelpersOfFile,
	"images: identity tokens":                       testIdentityToken,
	"images: a helper that others made":             testPassHelper,
	"images: helpers that fail":                     testFailingHelpers,
	"images: a source of credentials that may fail": testSoftFail,
	"images: archives and folders":                  testArchives,
	"images: one of several in an archive":          testArchiveMembers,
	"images: archives that are no good":             testBadArchives,
	"images: no way out of the task's folder":       testArchiveEscapes,
	"images: archives behind an address":            testArchiveURLs,
	"images: a large archive costs no memory":       testLargeArchive,
	"images: those that nobody uses are removed":    testImageGC,
}

// depot is a plugin that uses a Podman with registries beside it.
type depot struct {
	*scene
	*harness.Registries
}

// newDepot has additions to the plugin's config and environment.
func newDepot(t *testing.T, podman *harness.Podman, config map[string]any, environment ...string) *depot {
	t.Helper()
	d := &depot{&scene{Host: harness.Launch(t, environment...), t: t, podman: podman}, podman.Registries(t)}
	all := podmanConfig(podman)
	maps.Copy(all, config)
	d.Configure(t, all)
	return d
}

// built makes an image for this machine, with a layer of its own of so many bytes.
func (d *depot) built(size int) *harness.BuiltImage {
	d.t.Helper()
	return harness.BuildImage(d.t, runtime.GOARCH, size)
}

// pushed makes an image and uploads it under a name of its own, which it gives.
func (d *depot) pushed(size int) (string, *harness.BuiltImage) {
	d.t.Helper()
	name, image := "team/"+uuid.Short()+":1", d.built(size)
	d.Plain.Push(d.t, name, image)
	return name, image
}

// lax is what a task says for a registry without TLS, and for its credentials if it has some.
func lax(credentials ...string) map[string]any {
	auth := map[string]any{"tls_verify": false}
	if len(credentials) == 2 {
		auth["username"], auth["password"] = credentials[0], credentials[1]
	}
	return map[string]any{"auth": []any{auth}}
}

// of is a task that runs an image and ends well at once.
func (d *depot) of(image string, options map[string]any) *task {
	d.t.Helper()
	all := map[string]any{"image": image}
	maps.Copy(all, options)
	return d.task("exit 0", all)
}

// runs starts the task, sees it end well in a container of this image, and takes it away.
func (k *task) runs(image *harness.BuiltImage) {
	k.scene.t.Helper()
	k.start()
	must.Eq(k.scene.t, 0, k.ends().ExitCode)
	must.Eq(k.scene.t, image.ID(), k.inspect().Image)
	k.destroyed()
}

func (k *task) destroyed() {
	k.scene.t.Helper()
	must.NoError(k.scene.t, k.scene.DestroyTask(k.ID, true))
	k.gone()
}

// refused starts the task, which must fail and leave nothing, and gives the error's text.
func (k *task) refused() string {
	k.scene.t.Helper()
	_, _, err := k.scene.StartTask(k.TaskConfig)
	must.Error(k.scene.t, err)
	must.ErrorContains(k.scene.t, k.scene.StopTask(k.ID, time.Second, ""), "task not found for given id")
	must.SliceNotContains(k.scene.t, k.scene.podman.Containers(), k.container())
	return err.Error()
}

// says checks that a text has all of these parts.
func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		must.StrContains(t, strings.ToLower(text), strings.ToLower(part))
	}
}

// messages are those of all task events.
type messages struct {
	lock  sync.Mutex
	texts []string
}

// told collects them from now on.
func (d *depot) told() *messages {
	d.t.Helper()
	stream, err := d.TaskEvents(d.t.Context())
	must.NoError(d.t, err)
	m := &messages{}
	go func() {
		for event := range stream {
			m.lock.Lock()
			m.texts = append(m.texts, event.Message)
			m.lock.Unlock()
		}
	}()
	return m
}

// mentioning are the messages so far that name an image.
func (m *messages) mentioning(name string) []string {
	m.lock.Lock()
	defer m.lock.Unlock()
	return slices.DeleteFunc(slices.Clone(m.texts), func(text string) bool { return !strings.Contains(text, name) })
}

// pid is the plugin's process.
func (s *scene) pid() int { return s.ReattachConfig().Pid }

// watched are things that are looked at again and again until the test ends.
type watched struct {
	done chan struct{}
	over sync.WaitGroup
}

func watch(t *testing.T, every time.Duration, look func()) *watched {
	w := &watched{done: make(chan struct{})}
	w.over.Go(func() {
		for {
			look()
			select {
			case <-w.done:
				return
			case <-time.After(every):
			}
		}
	})
	t.Cleanup(w.stop)
	return w
}

func (w *watched) stop() {
	select {
	case <-w.done:
	default:
		close(w.done)
	}
	w.over.Wait()
}

// commandLines are those of all processes.
func commandLines() []string {
	var found []string
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		if line, err := os.ReadFile(path); err == nil && len(line) > 0 {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// secretly does something with secrets, and checks that they show nowhere: in what it gives back, in the plugin's log,
// in its events, in the command line of any process.
func (d *depot) secretly(secrets []string, do func() string) {
	d.t.Helper()
	var forms []string
	for _, secret := range secrets {
		forms = append(forms, secret, base64.StdEncoding.EncodeToString([]byte(secret))[:20])
	}
	var lock sync.Mutex
	var seen []string
	look := watch(d.t, 5*time.Millisecond, func() {
		for _, line := range commandLines() {
			if hasAny(line, forms) {
				lock.Lock()
				seen = append(seen, line)
				lock.Unlock()
			}
		}
	})
	events := d.told()
	text := do()
	look.stop()
	must.SliceEmpty(d.t, seen, must.Sprint("command lines with a secret"))
	for what, text := range map[string]string{
		"the error": text, "the log": d.Logs.String(), "events": strings.Join(events.mentioning(""), "\n"),
	} {
		must.False(d.t, hasAny(text, forms), must.Sprintf("a secret is in %s:\n%s", what, text))
	}
}

func hasAny(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// peak is the most memory that a process holds while something happens.
func peak(t *testing.T, pid int, do func()) int {
	t.Helper()
	most := memory(t, pid)
	look := watch(t, 10*time.Millisecond, func() { most = max(most, memory(t, pid)) })
	do()
	look.stop()
	return most
}

// memory is what the process holds in memory, in bytes. The pages of its program's file are left out: the kernel maps them
// and takes them back as it likes, and with a debug build they are most of it.
func memory(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	must.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		var kilobytes int
		if _, err := fmt.Sscanf(line, "Anonymous: %d kB", &kilobytes); err == nil {
			return kilobytes << 10
		}
	}
	t.Fatal("the kernel does not say how much memory the process holds")
	return 0
}
