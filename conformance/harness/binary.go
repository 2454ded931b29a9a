package harness

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// BinaryName is the name of the file that an agent's `plugin` block names.
const BinaryName = "nomad-driver-podman"

// Root is the folder of the checkout.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// Binary is the plugin under test: NOMAD_DRIVER_PODMAN_BIN, or what Cargo built last. A test without one fails.
func Binary(t testing.TB) string {
	t.Helper()
	path := os.Getenv("NOMAD_DRIVER_PODMAN_BIN")
	if path == "" {
		target := os.Getenv("CARGO_TARGET_DIR")
		if target == "" {
			target = filepath.Join(Root(), "target")
		}
		path = filepath.Join(target, "debug", BinaryName)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no plugin to test (%v): run `cargo build --bin %s`, or set NOMAD_DRIVER_PODMAN_BIN", err, BinaryName)
	}
	return path
}
