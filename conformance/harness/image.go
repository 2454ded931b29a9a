package harness

import (
	"archive/tar"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Media types of the Open Container Initiative.
const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	indexType    = "application/vnd.oci.image.index.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

// Blob is some content that is named by its digest.
type Blob struct {
	Type string
	Data []byte
}

// Hex is the digest, 64 digits.
func (b Blob) Hex() string {
	sum := sha256.Sum256(b.Data)
	return hex.EncodeToString(sum[:])
}

// Digest is the digest with the name of its function.
func (b Blob) Digest() string { return "sha256:" + b.Hex() }

func (b Blob) descriptor() map[string]any {
	return map[string]any{"mediaType": b.Type, "digest": b.Digest(), "size": len(b.Data)}
}

// BuiltImage is one that the test made: busybox, and a layer that no other image has.
type BuiltImage struct {
	Manifest, Config Blob
	// Layers are tars as they are, so that a layer's digest is also that of its content. The last one is the image's own.
	Layers []Blob
	// Architecture is what the image says of itself.
	Architecture string
}

// ID is what Podman calls the image.
func (i *BuiltImage) ID() string { return i.Config.Hex() }

// Own is the layer that no other image has.
func (i *BuiltImage) Own() Blob { return i.Layers[len(i.Layers)-1] }

// BuildImage makes an image whose own layer has so many bytes that cannot be compressed. It runs where the architecture
// is this machine's.
func BuildImage(t testing.TB, architecture string, size int) *BuiltImage {
	t.Helper()
	base, err := busybox()
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, max(size, 16))
	_, _ = rand.Read(noise)
	own, err := tarOf([]tar.Header{{Name: "noise", Typeflag: tar.TypeReg, Mode: 0o644}}, noise)
	if err != nil {
		t.Fatal(err)
	}
	i := &BuiltImage{Architecture: architecture, Layers: []Blob{{layerType, base}, {layerType, own}}}
	i.Config = i.with(i.diffs())
	i.Manifest = Blob{manifestType, encoded(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType, "config": i.Config.descriptor(),
		"layers": []any{i.Layers[0].descriptor(), i.Layers[1].descriptor()},
	})}
	return i
}

// diffs are the digests of the layers.
func (i *BuiltImage) diffs() []string {
	var digests []string
	for _, layer := range i.Layers {
		digests = append(digests, layer.Digest())
	}
	return digests
}

// with is the config of the image if it had these layers.
func (i *BuiltImage) with(diffs []string) Blob {
	return Blob{configType, encoded(map[string]any{
		"architecture": i.Architecture, "os": "linux",
		"config": map[string]any{"Env": []string{"PATH=/bin"}, "Cmd": []string{"/bin/sh"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffs},
	})}
}

// Index is a list of images, one for each platform.
func Index(images ...*BuiltImage) Blob {
	var manifests []any
	for _, image := range images {
		entry := image.Manifest.descriptor()
		entry["platform"] = map[string]any{"architecture": image.Architecture, "os": "linux"}
		manifests = append(manifests, entry)
	}
	return Blob{indexType, encoded(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": manifests})}
}

// busybox is a layer with a static busybox and its applets.
var busybox = sync.OnceValues(func() ([]byte, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	applets, err := exec.Command(path, "--list").Output()
	if err != nil {
		return nil, err
	}
	headers := []tar.Header{{Name: "bin/busybox", Typeflag: tar.TypeReg, Mode: 0o755}}
	for _, name := range []string{"bin", "etc", "tmp"} {
		headers = append(headers, tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755})
	}
	for _, applet := range strings.Fields(string(applets)) {
		if applet != "busybox" {
			headers = append(headers, tar.Header{Name: "bin/" + applet, Typeflag: tar.TypeSymlink, Linkname: "busybox"})
		}
	}
	return tarOf(headers, program)
})

// tarOf is an archive of these members; those that are files all have this content.
func tarOf(headers []tar.Header, content []byte) ([]byte, error) {
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	for _, header := range headers {
		if header.Typeflag == tar.TypeReg {
			header.Size = int64(len(content))
		}
		if err := writer.WriteHeader(&header); err != nil {
			return nil, err
		}
		if header.Typeflag == tar.TypeReg {
			if _, err := writer.Write(content); err != nil {
				return nil, err
			}
		}
	}
	err := writer.Close()
	return buffer.Bytes(), err
}

// TarFolder is an archive of a folder's files, with paths relative to it.
func TarFolder(t testing.TB, folder string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := tar.NewWriter(&buffer)
	err := writer.AddFS(os.DirFS(folder))
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// WriteFiles writes files below a folder, folders included.
func WriteFiles(t testing.TB, folder string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		path := filepath.Join(folder, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, data, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// DockerArchive are the members of what `docker save` writes, with one name for each image; an empty name is none.
func DockerArchive(names []string, images ...*BuiltImage) map[string][]byte {
	files := map[string][]byte{}
	var list []any
	for n, image := range images {
		var layers, tags []string
		for _, layer := range image.Layers {
			layers = append(layers, layer.Hex()+".tar")
			files[layer.Hex()+".tar"] = layer.Data
		}
		if names[n] != "" {
			tags = []string{names[n]}
		}
		files[image.ID()+".json"] = image.Config.Data
		list = append(list, map[string]any{"Config": image.ID() + ".json", "RepoTags": tags, "Layers": layers})
	}
	files["manifest.json"] = encoded(list)
	return files
}

// DockerArchiveWith are the members of an archive of the image with a layer more, which has this digest and lies in
// another file; and the ID of that image.
func DockerArchiveWith(image *BuiltImage, name, digest, file string) (files map[string][]byte, id string) {
	more := image.with(append(image.diffs(), digest))
	files = DockerArchive([]string{name}, image)
	delete(files, image.ID()+".json")
	files[more.Hex()+".json"] = more.Data
	layers := []string{file}
	for n := range image.Layers {
		layers = append(layers, image.Layers[len(image.Layers)-1-n].Hex()+".tar")
	}
	slices.Reverse(layers)
	files["manifest.json"] = encoded([]any{map[string]any{"Config": more.Hex() + ".json", "RepoTags": []string{name}, "Layers": layers}})
	return files, more.Hex()
}

// Layout are the files of an OCI image layout, with one name for each image; an empty name is none.
func Layout(names []string, images ...*BuiltImage) map[string][]byte {
	files := map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	var manifests []any
	for n, image := range images {
		for _, blob := range append([]Blob{image.Config, image.Manifest}, image.Layers...) {
			files["blobs/sha256/"+blob.Hex()] = blob.Data
		}
		entry := image.Manifest.descriptor()
		if names[n] != "" {
			entry["annotations"] = map[string]any{"org.opencontainers.image.ref.name": names[n]}
		}
		manifests = append(manifests, entry)
	}
	files["index.json"] = encoded(map[string]any{"schemaVersion": 2, "manifests": manifests})
	return files
}

// Directory are the files of what Podman's `dir:` writes.
func Directory(image *BuiltImage) map[string][]byte {
	files := map[string][]byte{"version": []byte("Directory Transport Version: 1.1\n"), "manifest.json": image.Manifest.Data}
	for _, blob := range append([]Blob{image.Config}, image.Layers...) {
		files[blob.Hex()] = blob.Data
	}
	return files
}

func encoded(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("a value of the tests' own is no JSON: %v", err))
	}
	return data
}
