package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Image is in the storage of every Podman that Serve starts: busybox, with a shell and its applets in /bin.
const Image = "localhost/busybox:test"

// Podman is a real Podman's service, with storage and network of its own.
type Podman struct {
	// Which is `distribution` or `forky`.
	Which string
	// Folder is the one folder that Podman and the test see under the same path.
	Folder string
	// Socket is the path of the service's socket.
	Socket string

	t       testing.TB
	command *exec.Cmd
	input   io.WriteCloser
	output  bytes.Buffer
	http    http.Client
	ports   atomic.Int32

	once       sync.Once
	images     string // the folder where its registries keep them
	registries *Registries
}

// Serve starts a Podman of its own; it ends, with all its containers, with the test.
func Serve(t testing.TB, which string) *Podman {
	t.Helper()
	return serveIn(t, which, newFolder(t))
}

// ServeSmall is Serve with a disk of so many bytes, written as `mount` takes them. What is in it lies in memory.
func ServeSmall(t testing.TB, which, size string) *Podman {
	t.Helper()
	folder := newFolder(t)
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Whoever still looks at it keeps it, and nobody else.
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Logf("left behind: %v", err)
		}
	})
	return serveIn(t, which, folder)
}

func newFolder(t testing.TB) string {
	t.Helper()
	// Short: the sockets that Podman and conmon make below it have paths of less than 108 bytes.
	folder, err := os.MkdirTemp("/tmp", "pod")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Logf("left behind: %v", err)
		}
	})
	return folder
}

func serveIn(t testing.TB, which, folder string) *Podman {
	t.Helper()
	p := &Podman{Which: which, Folder: folder, Socket: filepath.Join(folder, "podman.sock"), t: t}
	p.http.Transport = &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.Socket)
		},
	}
	t.Cleanup(p.stop)
	p.start()
	return p
}

func (p *Podman) start() {
	p.t.Helper()
	p.command = exec.Command(filepath.Join(Root(), ".ci", "podman-service"), p.Which, p.Folder)
	p.command.Stdout, p.command.Stderr = &p.output, &p.output
	input, err := p.command.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	p.input = input
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.answers()
}

func (p *Podman) answers() {
	p.t.Helper()
	Eventually(p.t, 90*time.Second, "Podman "+p.Which+" answers", func() error {
		_, err := p.Do(http.MethodGet, "/libpod/_ping", nil)
		return err
	})
}

func (p *Podman) stop() {
	_ = p.input.Close()
	if err := p.command.Wait(); err != nil || p.t.Failed() {
		p.t.Logf("Podman %s: %v\n%s", p.Which, err, p.output.String())
	}
}

// Pid is the number of a process that lives in the Podman's namespaces.
func (p *Podman) Pid() int { return p.command.Process.Pid }

// Kill ends the service alone, as a crash would. Containers go on.
func (p *Podman) Kill() {
	p.t.Helper()
	lists, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, list := range lists {
		line, err := os.ReadFile(list)
		words := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
		if err != nil || filepath.Base(words[0]) != "podman" || words[len(words)-1] != "unix://"+p.Socket {
			continue
		}
		number, err := strconv.Atoi(filepath.Base(filepath.Dir(list)))
		if err == nil {
			err = syscall.Kill(number, syscall.SIGKILL)
		}
		if err != nil {
			p.t.Fatal(err)
		}
		return
	}
	p.t.Fatalf("no service on %s runs", p.Socket)
}

// Revive starts the service again that Kill ended, beside the same containers, and returns when it answers.
func (p *Podman) Revive() {
	p.t.Helper()
	pid := strconv.Itoa(p.command.Process.Pid)
	environment, err := os.ReadFile("/proc/" + pid + "/environ")
	if err != nil {
		p.t.Fatal(err)
	}
	command := exec.Command("nsenter", "--target", pid, "--mount", "--net", "--root", "--wd",
		"podman", "system", "service", "--time=0", "unix://"+p.Socket)
	command.Env = strings.Split(strings.TrimRight(string(environment), "\x00"), "\x00")
	if err := command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	p.answers()
}

// LogEventsTo has the service begin anew beside the same containers, and keep events there: `file`, `journald` or
// `none`. No journal runs where these services do.
func (p *Podman) LogEventsTo(where string) {
	p.t.Helper()
	p.Settle("engine", "events_logger", fmt.Sprintf("%q", where))
}

// Settle has the service begin anew beside the same containers, with another value of an option of containers.conf.
func (p *Podman) Settle(table, option, value string) {
	p.t.Helper()
	path := filepath.Join(p.Folder, "containers.conf")
	text, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Kill()
	line := []byte(option + " = " + value)
	head := []byte("[" + table + "]\n")
	if old := regexp.MustCompile("(?m)^" + option + " = .*$"); old.Match(text) {
		text = old.ReplaceAllLiteral(text, line)
	} else if bytes.Contains(text, head) {
		text = bytes.Replace(text, head, slices.Concat(head, line, []byte("\n")), 1)
	} else {
		p.t.Fatalf("no table %q in\n%s", table, text)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.Revive()
}

// Restart serves again on the same storage, without the containers that there were, and returns when it answers.
func (p *Podman) Restart() {
	p.t.Helper()
	p.stop()
	p.start()
}

// Version is what the service says of itself.
func (p *Podman) Version() string {
	p.t.Helper()
	answer, err := p.Do(http.MethodGet, "/libpod/version", nil)
	var version struct{ Version string }
	if err == nil {
		err = json.Unmarshal(answer, &version)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return version.Version
}

// Do sends a request to the service's REST API and gives the answer's body; an answer of 400 and more is an error.
func (p *Podman) Do(method, path string, body any) ([]byte, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(data)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://podman/v4.0.0"+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 400 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	return answer, err
}

// Container is what the tests read of a container.
type Container struct {
	ID    string `json:"Id"`
	Name  string
	Image string
	State struct {
		Status    string
		Running   bool
		Pid       int
		ExitCode  int
		OOMKilled bool
		StartedAt string
	}
	Config struct {
		Labels      map[string]string
		Annotations map[string]string
		Env         []string
	}
}

// HasImage tells whether there is an image of this name or ID.
func (p *Podman) HasImage(name string) bool {
	_, err := p.Do(http.MethodGet, "/libpod/images/"+name+"/exists", nil)
	return err == nil
}

// Pull has the service pull an image by itself, without anything of the driver.
func (p *Podman) Pull(name string) error {
	answer, err := p.Do(http.MethodPost, "/libpod/images/pull?tlsVerify=false&reference="+url.QueryEscape(name), nil)
	if err == nil && bytes.Contains(answer, []byte(`"error"`)) {
		err = fmt.Errorf("%s", answer)
	}
	return err
}

// Inspect gives a container, by name or ID.
func (p *Podman) Inspect(name string) (Container, error) {
	var container Container
	answer, err := p.Do(http.MethodGet, "/libpod/containers/"+name+"/json", nil)
	if err == nil {
		err = json.Unmarshal(answer, &container)
	}
	return container, err
}

// Containers are the names of all containers, running or not.
func (p *Podman) Containers() []string {
	p.t.Helper()
	answer, err := p.Do(http.MethodGet, "/libpod/containers/json?all=true", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	var list []struct{ Names []string }
	if err := json.Unmarshal(answer, &list); err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, container := range list {
		names = append(names, container.Names...)
	}
	return names
}

// Eventually tries until there is no error, and fails the test with the last one when the time is over.
func Eventually(t testing.TB, within time.Duration, what string, try func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s: %v", within, what, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
