package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Journal is what a journald of one Podman keeps.
type Journal struct{ log string }

// The daemon has folders of its own where the machine's would be, and takes all that it is sent.
const journald = `mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal /run/systemd/journald.conf.d
mount --bind "$1" /run/systemd/journal
mount --bind "$2" /run/log/journal
printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' >/run/systemd/journald.conf.d/all.conf
exec /lib/systemd/systemd-journald`

// KeepJournal starts a journald that this Podman's containers can write to. It ends with the test.
func (p *Podman) KeepJournal(t testing.TB) *Journal {
	t.Helper()
	sockets, log := filepath.Join(p.Folder, "journal"), filepath.Join(p.Folder, "log")
	for _, folder := range []string{sockets, log} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	daemon := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-ec", journald, "sh", sockets, log)
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	Eventually(t, 20*time.Second, "journald listens", func() error {
		_, err := os.Stat(filepath.Join(sockets, "socket"))
		return err
	})
	// Where Podman and conmon look for it.
	systemd := filepath.Join("/proc", strconv.Itoa(p.Pid()), "root/run/systemd")
	if err := os.MkdirAll(systemd, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(sockets, filepath.Join(systemd, "journal")); err != nil {
		t.Fatal(err)
	}
	return &Journal{log: log}
}

// LaunchBeside is Launch where this journal is the machine's.
func (j *Journal) LaunchBeside(t testing.TB) *Host {
	t.Helper()
	script := fmt.Sprintf("mount -t tmpfs tmpfs /var/log\nmkdir /var/log/journal\nmount --bind %q /var/log/journal\nexec %q", j.log, Binary(t))
	command := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-ec", script)
	command.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	return connect(t, command, nil)
}
