package harness

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Registry is a real one, Debian's docker-registry, on the loopback device beside a Podman. All registries of a Podman
// serve the same images.
type Registry struct {
	// Address is host and port.
	Address string

	podman *Podman
	client http.Client
	secure bool
}

// RegistryOptions are how a registry is reached; without any, by whoever asks, over plain HTTP.
type RegistryOptions struct {
	// Users are names and passwords; without any nobody needs one.
	Users map[string]string
	// Authority signs the certificate; without one there is no TLS.
	Authority *Authority
}

// StartRegistry starts a registry beside the Podman. It ends with the Podman.
func StartRegistry(t testing.TB, podman *Podman, options RegistryOptions) *Registry {
	t.Helper()
	r := &Registry{Address: podman.address(), podman: podman, secure: options.Authority != nil}
	r.client.Transport = podman.Transport()
	folder, err := os.MkdirTemp("", "registry")
	if err != nil {
		t.Fatal(err)
	}
	podman.t.Cleanup(func() { _ = os.RemoveAll(folder) })
	config := filepath.Join(folder, "config.yml")
	WriteFiles(t, folder, r.files(t, folder, options))
	command := exec.Command("nsenter", "--net", "--target", strconv.Itoa(podman.command.Process.Pid), "docker-registry", "serve", config)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	podman.t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if podman.t.Failed() {
			podman.t.Logf("the registry on %s:\n%s", r.Address, output.String())
		}
	})
	Eventually(t, Patience, "the registry listens", func() error {
		connection, err := podman.Dial(t.Context(), "tcp", r.Address)
		if err == nil {
			connection.Close()
		}
		return err
	})
	return r
}

// files are the registry's own, with the images in a folder that all registries of the Podman share.
func (r *Registry) files(t testing.TB, folder string, options RegistryOptions) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	var config strings.Builder
	fmt.Fprintf(&config, "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n")
	fmt.Fprintf(&config, "storage: {filesystem: {rootdirectory: %q}}\n", r.podman.images)
	fmt.Fprintf(&config, "http:\n  addr: %s\n", r.Address)
	if options.Authority != nil {
		certificate, key := options.Authority.Certificate(t)
		files["tls.crt"], files["tls.key"] = []byte(certificate), []byte(key)
		fmt.Fprintf(&config, "  tls: {certificate: %q, key: %q}\n", filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"))
	}
	if options.Users != nil {
		var users strings.Builder
		for name, password := range options.Users {
			// The lowest cost: what is tested is who asks with what, not how hard it is to guess.
			hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&users, "%s:%s\n", name, hash)
		}
		files["htpasswd"] = []byte(users.String())
		fmt.Fprintf(&config, "auth: {htpasswd: {realm: test, path: %q}}\n", filepath.Join(folder, "htpasswd"))
	}
	files["config.yml"] = []byte(config.String())
	return files
}

// Push uploads an image under a name without the registry, such as `team/web:1`.
func (r *Registry) Push(t testing.TB, name string, image *BuiltImage) {
	t.Helper()
	repository, tag, _ := strings.Cut(name, ":")
	for _, blob := range append([]Blob{image.Config}, image.Layers...) {
		r.upload(t, repository, blob)
	}
	r.tag(t, repository, tag, image.Manifest)
}

// PushIndex uploads images and a list of them.
func (r *Registry) PushIndex(t testing.TB, name string, images ...*BuiltImage) {
	t.Helper()
	repository, tag, _ := strings.Cut(name, ":")
	for _, image := range images {
		r.Push(t, repository+":"+image.Architecture, image)
	}
	r.tag(t, repository, tag, Index(images...))
}

func (r *Registry) tag(t testing.TB, repository, tag string, manifest Blob) {
	t.Helper()
	r.do(t, http.MethodPut, fmt.Sprintf("/v2/%s/manifests/%s", repository, tag), manifest, http.StatusCreated)
}

func (r *Registry) upload(t testing.TB, repository string, blob Blob) {
	t.Helper()
	answer := r.do(t, http.MethodPost, fmt.Sprintf("/v2/%s/blobs/uploads/", repository), Blob{}, http.StatusAccepted)
	where, err := answer.Location()
	if err != nil {
		t.Fatal(err)
	}
	query := where.Query()
	query.Set("digest", blob.Digest())
	r.do(t, http.MethodPut, where.Path+"?"+query.Encode(), Blob{"application/octet-stream", blob.Data}, http.StatusCreated)
}

func (r *Registry) do(t testing.TB, method, path string, body Blob, status int) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+r.Address+path, bytes.NewReader(body.Data))
	if err != nil {
		t.Fatal(err)
	}
	if body.Type != "" {
		request.Header.Set("Content-Type", body.Type)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if answer.StatusCode != status {
		t.Fatalf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	return answer
}

// Registries are those beside a Podman.
type Registries struct {
	// Plain is for everybody, over plain HTTP.
	Plain *Registry
	// First and Second have users of their own, over plain HTTP.
	First, Second *Registry
	// TLS is for everybody, with a certificate that Authority signed.
	TLS *Registry
	// FirstUsers and SecondUsers are names and passwords.
	FirstUsers, SecondUsers map[string]string
	Authority               *Authority
}

// Users is how many users First has; Second has one.
const Users = 10

// Registries are started when a test asks for them first.
func (p *Podman) Registries(t testing.TB) *Registries {
	t.Helper()
	p.once.Do(func() {
		began := time.Now()
		p.images = p.t.TempDir()
		r := &Registries{Authority: NewAuthority(t), FirstUsers: map[string]string{}, SecondUsers: map[string]string{"other": "other-" + secret()}}
		for n := range Users {
			r.FirstUsers[fmt.Sprintf("user%d", n)] = "first-" + secret()
		}
		r.Plain = StartRegistry(t, p, RegistryOptions{})
		r.First = StartRegistry(t, p, RegistryOptions{Users: r.FirstUsers})
		r.Second = StartRegistry(t, p, RegistryOptions{Users: r.SecondUsers})
		r.TLS = StartRegistry(t, p, RegistryOptions{Authority: r.Authority})
		p.registries = r
		t.Logf("registries are there after %v", time.Since(began).Round(time.Millisecond))
	})
	if p.registries == nil {
		t.Fatal("there are no registries")
	}
	return p.registries
}
