package harness

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// firstPort is the first of those that tests listen on beside a Podman: below those that the kernel gives away, and
// above those that containers of other tests use.
const firstPort = 5000

// inside does something in the Podman's network namespace: a socket that is made there stays there.
func (p *Podman) inside(do func() error) error {
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", p.command.Process.Pid))
	if err != nil {
		return err
	}
	defer namespace.Close()
	done := make(chan error, 1)
	go func() {
		// Never unlocked: the thread ends with this function, and with it the only one in the namespace.
		runtime.LockOSThread()
		if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- do()
	}()
	return <-done
}

// address is a free one on the loopback device of the Podman's network namespace, the same one never twice.
func (p *Podman) address() string { return fmt.Sprintf("127.0.0.1:%d", firstPort+p.ports.Add(1)) }

// Listen listens on the loopback device of the Podman's network namespace, until the test ends.
func (p *Podman) Listen(t testing.TB) net.Listener {
	t.Helper()
	var listener net.Listener
	err := p.inside(func() (err error) {
		listener, err = net.Listen("tcp", p.address())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// Dial connects from within the Podman's network namespace to an address of numbers.
func (p *Podman) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	var connection net.Conn
	err := p.inside(func() (err error) {
		connection, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return connection, err
}

// Transport sends HTTP requests from within the Podman's network namespace.
func (p *Podman) Transport() *http.Transport { return &http.Transport{DialContext: p.Dial} }

// WriteFile writes a file as the Podman sees it, folders included; it is gone with the Podman.
func (p *Podman) WriteFile(t testing.TB, path, text string) {
	t.Helper()
	path = filepath.Join(fmt.Sprintf("/proc/%d/root", p.command.Process.Pid), path)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
