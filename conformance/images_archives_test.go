package conformance

// Images from archives and folders, at a path or behind an address.

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/nomad/helper/uuid"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

// local is the part of the task's folder where an `artifact` block puts things.
func (k *task) local(name string) string { return filepath.Join(k.AllocDir, k.Name, "local", name) }

// archive makes an archive of files.
func archive(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	folder := t.TempDir()
	harness.WriteFiles(t, folder, files)
	return harness.TarFolder(t, folder)
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	must.NoError(t, os.WriteFile(path, data, 0o644))
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func testArchives(t *testing.T, podman *harness.Podman) {
	recorder := podman.Record(t, filepath.Join(shortFolder(t), "podman.sock"))
	d := newDepot(t, podman, map[string]any{"socket_path": "unix://" + recorder.Socket})
	for reference, files := range map[string]func(string, *harness.BuiltImage) map[string][]byte{
		"docker-archive:local/image.tar": func(name string, image *harness.BuiltImage) map[string][]byte {
			return harness.DockerArchive([]string{name}, image)
		},
		"oci-archive:local/image.tar": func(name string, image *harness.BuiltImage) map[string][]byte {
			return harness.Layout([]string{name}, image)
		},
		"oci:local/image": func(name string, image *harness.BuiltImage) map[string][]byte {
			return harness.Layout([]string{name}, image)
		},
		"dir:local/image": func(_ string, image *harness.BuiltImage) map[string][]byte { return harness.Directory(image) },
	} {
		image := d.built(64 << 10)
		all := files("localhost/"+uuid.Short()+":1", image)
		data := archive(t, all)
		options := map[string]any{}
		place := func(k *task) *task {
			if strings.HasSuffix(reference, ".tar") {
				writeFile(t, k.local("image.tar"), data)
			} else {
				harness.WriteFiles(t, k.local("image"), all)
			}
			return k
		}
		if strings.HasSuffix(reference, ".tar") {
			options["image_checksum"] = checksum(data)
		}
		place(d.of(reference, options)).runs(image)
		_, loads := present(recorder.Asked())
		must.Positive(t, loads, must.Sprint(reference))

		// What is there is not loaded again, unless the job says so.
		place(d.of(reference, options)).runs(image)
		_, loads = present(recorder.Asked())
		must.Eq(t, 0, loads, must.Sprint(reference))
		options["force_pull"] = true
		place(d.of(reference, options)).runs(image)
		_, loads = present(recorder.Asked())
		must.Positive(t, loads, must.Sprint(reference))

		// An absolute path is anywhere on the client.
		image = d.built(0)
		all = files("localhost/"+uuid.Short()+":1", image)
		elsewhere := shortFolder(t)
		transport, path, _ := strings.Cut(reference, ":local/")
		if strings.HasSuffix(reference, ".tar") {
			writeFile(t, filepath.Join(elsewhere, path), archive(t, all))
		} else {
			harness.WriteFiles(t, filepath.Join(elsewhere, path), all)
		}
		d.of(transport+":"+filepath.Join(elsewhere, path), nil).runs(image)
		recorder.Asked()
	}

	// What Podman itself saves.
	for format, transport := range map[string]string{"docker-archive": "docker-archive", "oci-archive": "oci-archive"} {
		name, image := d.pushed(0)
		must.NoError(t, podman.Pull(d.Plain.Address+"/"+name))
		saved, err := podman.Do("GET", "/libpod/images/"+d.Plain.Address+"/"+name+"/get?format="+format, nil)
		must.NoError(t, err)
		_, err = podman.Do("DELETE", "/libpod/images/"+image.ID()+"?force=true", nil)
		must.NoError(t, err)
		k := d.of(transport+":local/saved.tar", nil)
		writeFile(t, k.local("saved.tar"), saved)
		k.start()
		must.Eq(t, 0, k.ends().ExitCode, must.Sprint(format))
		k.destroyed()
	}
}

func testArchiveMembers(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	forms := map[string]func([]string, ...*harness.BuiltImage) map[string][]byte{
		"docker-archive:local/image.tar": harness.DockerArchive,
		"oci-archive:local/image.tar":    harness.Layout,
		"oci:local/image":                harness.Layout,
	}
	for reference, files := range forms {
		base := "localhost/" + uuid.Short()
		var names []string
		var images []*harness.BuiltImage
		for n := range 4 {
			names, images = append(names, fmt.Sprintf("%s:%d", base, n)), append(images, d.built(0))
		}
		all := files(names, images...)
		with := func(member string) *task {
			k := d.of(reference+member, nil)
			if strings.HasSuffix(reference, ".tar") {
				writeFile(t, k.local("image.tar"), archive(t, all))
			} else {
				harness.WriteFiles(t, k.local("image"), all)
			}
			return k
		}
		with(":" + names[1]).runs(images[1])
		with(":@2").runs(images[2])
		says(t, with(":"+base+":9").refused(), "failed to create image: "+reference, base+":9", names[0])
		says(t, with(":@4").refused(), "failed to create image: "+reference, "@4")
		if !strings.HasPrefix(reference, "docker-archive:") {
			says(t, with("").refused(), "failed to create image: "+reference, names[0], names[3])
		}
		// Nothing but what was asked for is in the storage.
		for n, there := range []bool{false, true, true, false} {
			must.Eq(t, there, podman.HasImage(images[n].ID()), must.Sprintf("%s: image %d", reference, n))
		}
	}
}

func testBadArchives(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	options := map[string]any{"image_pull_timeout": "20s"}
	image := d.built(512 << 10)
	name := "localhost/" + uuid.Short() + ":1"
	for transport, whole := range map[string][]byte{
		"docker-archive": archive(t, harness.DockerArchive([]string{name}, image)),
		"oci-archive":    archive(t, harness.Layout([]string{name}, image)),
	} {
		for what, data := range map[string][]byte{
			"truncated": whole[:len(whole)/2], "empty": nil, "noise": image.Own().Data, "text": []byte("no archive at all\n"),
			"one of nothing": archive(t, map[string][]byte{"x": nil}), "cut in its first header": whole[:100],
		} {
			k := d.of(transport+":local/image.tar", options)
			writeFile(t, k.local("image.tar"), data)
			says(t, k.refused(), "failed to create image: "+transport+":local/image.tar: ")
			must.False(t, podman.HasImage(image.ID()), must.Sprint(transport, what))
		}
		with := maps.Clone(options)
		with["image_checksum"] = checksum([]byte("another"))
		k := d.of(transport+":local/image.tar", with)
		writeFile(t, k.local("image.tar"), whole)
		says(t, k.refused(), "failed to create image: "+transport+":local/image.tar: ", "checksum", checksum(whole)[len("sha256:"):])
		must.False(t, podman.HasImage(image.ID()), must.Sprint("what is not what it should be is not loaded"))

		says(t, d.of(transport+":local/absent.tar", options).refused(), "absent.tar", "no such file or directory")
		k = d.of(transport+":local/folder", options)
		must.NoError(t, os.Mkdir(k.local("folder"), 0o755))
		says(t, k.refused(), "failed to create image: "+transport+":local/folder: ")
		// Files without an end, and ones that nobody writes to.
		k = d.of(transport+":local/pipe", options)
		must.NoError(t, syscall.Mkfifo(k.local("pipe"), 0o600))
		says(t, k.refused(), "failed to create image: "+transport+":local/pipe: ")
		says(t, d.of(transport+":/dev/zero", options).refused(), "failed to create image: "+transport+":/dev/zero: ")
	}
	for _, transport := range []string{"oci", "dir"} {
		says(t, d.of(transport+":local/absent", options).refused(), "absent", "no such file or directory")
		k := d.of(transport+":local/folder", options)
		must.NoError(t, os.Mkdir(k.local("folder"), 0o755))
		says(t, k.refused(), "failed to create image: "+transport+":local/folder: ")
		// A layer that is missing, and one that is another.
		files := harness.Layout([]string{name}, image)
		own := "blobs/sha256/" + image.Own().Hex()
		if transport == "dir" {
			files, own = harness.Directory(image), image.Own().Hex()
		}
		for what, change := range map[string]func(){
			"absent":  func() { delete(files, own) },
			"another": func() { files[own] = bytes.Repeat([]byte{7}, len(image.Own().Data)) },
		} {
			k := d.of(transport+":local/image", options)
			change()
			harness.WriteFiles(t, k.local("image"), files)
			says(t, k.refused(), "failed to create image: "+transport+":local/image: ")
			must.False(t, podman.HasImage(image.ID()), must.Sprint(transport, what))
		}
	}
}

func testArchiveEscapes(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	image := d.built(0)
	name := "localhost/" + uuid.Short() + ":1"
	data, files := archive(t, harness.DockerArchive([]string{name}, image)), harness.Layout([]string{name}, image)
	outside := shortFolder(t)
	writeFile(t, filepath.Join(outside, "image.tar"), data)
	harness.WriteFiles(t, filepath.Join(outside, "image"), files)
	link := func(target, path string) {
		t.Helper()
		must.NoError(t, os.Symlink(target, path))
	}
	refused := func(reference string, prepare func(*task)) {
		t.Helper()
		k := d.of(reference, nil)
		prepare(k)
		text := k.refused()
		must.False(t, podman.HasImage(image.ID()), must.Sprint(reference))
		says(t, text, "folder")
	}
	up := strings.Repeat("../", 12)
	for _, path := range []string{up + outside[1:] + "/image.tar", "local/" + up + outside[1:] + "/image.tar"} {
		refused("docker-archive:"+path, func(*task) {})
	}
	refused("docker-archive:../alloc/data/image.tar", func(k *task) { writeFile(t, filepath.Join(k.AllocDir, "alloc/data/image.tar"), data) })
	refused("docker-archive:local/link.tar", func(k *task) { link(filepath.Join(outside, "image.tar"), k.local("link.tar")) })
	refused("docker-archive:local/link/image.tar", func(k *task) { link(outside, k.local("link")) })
	refused("oci:local/link", func(k *task) { link(filepath.Join(outside, "image"), k.local("link")) })
	refused("oci:local/image", func(k *task) {
		harness.WriteFiles(t, k.local("image"), files)
		blob := filepath.Join("blobs/sha256", image.Own().Hex())
		must.NoError(t, os.Remove(filepath.Join(k.local("image"), blob)))
		link(filepath.Join(outside, "image", blob), filepath.Join(k.local("image"), blob))
	})
	refused("dir:local/image", func(k *task) {
		harness.WriteFiles(t, k.local("image"), harness.Directory(image))
		blob := filepath.Join(k.local("image"), image.Own().Hex())
		must.NoError(t, os.Remove(blob))
		link(filepath.Join(outside, "image/blobs/sha256", image.Own().Hex()), blob)
	})

	// A link that stays within is none of these.
	k := d.of("docker-archive:local/link.tar", nil)
	writeFile(t, k.local("image.tar"), data)
	link("image.tar", k.local("link.tar"))
	k.runs(image)
}

// depotOfFiles serves archives over TLS, by an authority that the plugin knows, and counts the requests.
func depotOfFiles(t *testing.T, podman *harness.Podman, handler http.HandlerFunc) (d *depot, address string, count *atomic.Int32) {
	t.Helper()
	authority := podman.Registries(t).Authority
	count = new(atomic.Int32)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.Add(1)
		handler(w, r)
	}))
	server.TLS = authority.Server(t)
	server.StartTLS()
	t.Cleanup(server.Close)
	certificates := filepath.Join(t.TempDir(), "authorities.crt")
	writeFile(t, certificates, []byte(authority.PEM))
	return newDepot(t, podman, nil, "SSL_CERT_FILE="+certificates), server.URL, count
}

func testArchiveURLs(t *testing.T, podman *harness.Podman) {
	image := harness.BuildImage(t, runtime.GOARCH, 512<<10)
	name := "localhost/" + uuid.Short() + ":1"
	data := archive(t, harness.DockerArchive([]string{name}, image))
	const token = "token-in-an-address"
	d, address, count := depotOfFiles(t, podman, func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		switch r.URL.Path {
		case "/image.tar":
			_, _ = w.Write(data)
		case "/cut.tar":
			_, _ = w.Write(data[:len(data)/2])
			panic(http.ErrAbortHandler)
		case "/stalls.tar":
			_, _ = w.Write(data[:len(data)/2])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/secret.tar":
			if password == token && r.URL.Query().Get("token") == token {
				_, _ = w.Write(data)
				return
			}
			w.Header().Del("Content-Length")
			w.WriteHeader(http.StatusForbidden)
		default:
			w.Header().Del("Content-Length")
			http.NotFound(w, r)
		}
	})
	absent := func() { must.False(t, podman.HasImage(image.ID())) }
	refused := func(path string, options map[string]any, parts ...string) {
		t.Helper()
		began := time.Now()
		text := d.of("docker-archive:"+address+path, options).refused()
		must.Less(t, slow, time.Since(began))
		says(t, text, append(parts, "failed to create image: docker-archive:"+address+path+": ")...)
		absent()
	}
	refused("/absent.tar", nil, "failed to download image archive "+address+"/absent.tar: unexpected status 404")
	refused("/cut.tar", map[string]any{"image_pull_timeout": "20s"})
	refused("/stalls.tar", map[string]any{"image_pull_timeout": "3s"}, "image_pull_timeout", "3s")
	refused("/image.tar", map[string]any{"image_checksum": checksum(nil)}, "checksum")
	// An authority that the plugin does not know.
	stranger := newDepot(t, podman, nil, "SSL_CERT_FILE=/nowhere/authorities.crt")
	says(t, stranger.of("docker-archive:"+address+"/image.tar", nil).refused(), "certificate")
	absent()

	// With its checksum it is fetched once.
	options := map[string]any{"image_checksum": checksum(data)}
	count.Store(0)
	d.of("docker-archive:"+address+"/image.tar", options).runs(image)
	d.of("docker-archive:"+address+"/image.tar", options).runs(image)
	must.Eq(t, 1, count.Load())

	// What is secret in an address shows nowhere.
	host := strings.TrimPrefix(address, "https://")
	d.secretly([]string{token}, func() string {
		d.of("docker-archive:https://user:"+token+"@"+host+"/secret.tar?token="+token, nil).runs(image)
		return d.of("docker-archive:https://user:"+token+"@"+host+"/secret.tar?token=x"+token, nil).refused()
	})
}

// sparse writes a docker-archive whose one layer has a file of that many zeros, which take no room on the disk.
func sparse(t *testing.T, path, name string, zeros int64) (id string) {
	t.Helper()
	header := func(name string, size int64) []byte {
		var buffer bytes.Buffer
		must.NoError(t, tar.NewWriter(&buffer).WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: size}))
		return buffer.Bytes()
	}
	base := harness.BuildImage(t, runtime.GOARCH, 0)
	inner := header("zeros", zeros)
	sum := sha256.New()
	sum.Write(inner)
	_, err := io.CopyN(sum, zeroes{}, zeros+1024)
	must.NoError(t, err)
	files, id := harness.DockerArchiveWith(base, name, "sha256:"+hex.EncodeToString(sum.Sum(nil)), "large.tar")

	file, err := os.Create(path)
	must.NoError(t, err)
	defer file.Close()
	write := func(data []byte) {
		_, err := file.Write(data)
		must.NoError(t, err)
	}
	write(header("large.tar", int64(len(inner))+zeros+1024))
	write(inner)
	_, err = file.Seek(zeros+1024, io.SeekCurrent)
	must.NoError(t, err)
	rest := archive(t, files)
	write(rest)
	return id
}

type zeroes struct{}

func (zeroes) Read(data []byte) (int, error) {
	clear(data)
	return len(data), nil
}

func testLargeArchive(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	// What any load costs, whichever of the plugin's threads work on it.
	usual := 0
	for range 3 {
		image := d.built(8 << 20)
		k := d.of("docker-archive:local/small.tar", nil)
		writeFile(t, k.local("small.tar"), archive(t, harness.DockerArchive([]string{"localhost/" + uuid.Short() + ":1"}, image)))
		usual = max(usual, peak(t, d.pid(), func() { k.start() }))
		must.Eq(t, 0, k.ends().ExitCode)
		must.Eq(t, image.ID(), k.inspect().Image)
		k.destroyed()
	}

	// Once is enough for what it costs to store it.
	size := int64(64 << 20)
	if podman.Which == "forky" {
		size = 500 << 20
	}
	options := map[string]any{"image_pull_timeout": "3m"}
	k := d.of("docker-archive:local/large.tar", options)
	id := sparse(t, k.local("large.tar"), "localhost/"+uuid.Short()+":1", size)
	most := peak(t, d.pid(), func() { k.start() })
	t.Logf("%d MB of archive: %d KiB at most, and %d KiB of small ones", size>>20, most>>10, usual>>10)
	must.Eq(t, 0, k.ends().ExitCode)
	must.Eq(t, id, k.inspect().Image)
	k.destroyed()
	_, err := podman.Do("DELETE", "/libpod/images/"+id+"?force=true", nil)
	must.NoError(t, err)
	must.LessEq(t, usual+mostOfMemory, most, must.Sprint("the plugin grew"))
}
