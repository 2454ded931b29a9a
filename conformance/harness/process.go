package harness

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/nomad/plugins/base"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Patience is how long a test waits for what ought to come at once, on a machine that is busy.
const Patience = 20 * time.Second

// Cookie is the variable that makes the binary a plugin.
var Cookie = base.Handshake.MagicCookieKey + "=" + base.Handshake.MagicCookieValue

// Options change how a bare process is started.
type Options struct {
	// Environment is added to Cookie, TMPDIR and PATH, or replaces it when Bare is set.
	Environment []string
	// Bare leaves out the magic cookie and all else.
	Bare bool
	// Arguments follow the binary's path.
	Arguments []string
	// Stderr replaces the pipe that the test reads.
	Stderr *os.File
}

// Process is a plugin with nothing between it and the test.
type Process struct {
	Command *exec.Cmd
	// Handshake is the first line on its standard output, without the line's end.
	Handshake string

	t       testing.TB
	stdout  *bufio.Reader
	lock    sync.Mutex
	stderr  []string
	rest    chan []byte
	closed  chan struct{}
	exited  chan struct{}
	outcome error
}

// Run starts the binary and does not wait for a handshake. The process ends with the test.
func Run(t testing.TB, options Options) *Process {
	t.Helper()
	command := exec.Command(Binary(t), options.Arguments...)
	if !options.Bare {
		command.Env = []string{Cookie, "PLUGIN_PROTOCOL_VERSIONS=2", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir()}
	}
	command.Env = append(command.Env, options.Environment...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{
		Command: command, t: t, stdout: bufio.NewReader(stdout),
		rest: make(chan []byte, 1), closed: make(chan struct{}), exited: make(chan struct{}),
	}
	var stderr io.Reader
	if options.Stderr != nil {
		command.Stderr = options.Stderr
	} else if stderr, err = command.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go p.collect(stderr)
	go func() {
		// Not Command.Wait: it closes the pipes under their readers.
		state, err := command.Process.Wait()
		if err == nil && !state.Success() {
			err = &exec.ExitError{ProcessState: state}
		}
		p.outcome = err
		close(p.exited)
	}()
	t.Cleanup(p.end)
	return p
}

// Start is Run, and waits for the handshake.
func Start(t testing.TB, options Options) *Process {
	t.Helper()
	p := Run(t, options)
	line := make(chan string, 1)
	go func() {
		text, _ := p.stdout.ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		if !strings.HasSuffix(text, "\n") {
			t.Fatalf("no handshake, only %q; standard error: %q", text, p.Stderr())
		}
		p.Handshake = strings.TrimSuffix(text, "\n")
	case <-time.After(Patience):
		t.Fatalf("no handshake after %v; standard error: %q", Patience, p.Stderr())
	}
	return p
}

// Fields are the parts of the handshake.
func (p *Process) Fields() []string { return strings.Split(p.Handshake, "|") }

// Socket is the path that the handshake names.
func (p *Process) Socket() string {
	p.t.Helper()
	fields := p.Fields()
	if len(fields) < 4 {
		p.t.Fatalf("the handshake %q names no socket", p.Handshake)
	}
	return fields[3]
}

// Connect opens a bare connection.
func (p *Process) Connect() net.Conn {
	p.t.Helper()
	connection, err := net.Dial("unix", p.Socket())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { connection.Close() })
	return connection
}

// Dial opens a gRPC connection of its own.
func (p *Process) Dial(options ...grpc.DialOption) *grpc.ClientConn {
	p.t.Helper()
	socket := p.Socket()
	options = append([]grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) { return net.Dial("unix", socket) }),
	}, options...)
	connection, err := grpc.NewClient("passthrough:///unused", options...)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { connection.Close() })
	return connection
}

// Stderr are the lines on standard error so far.
func (p *Process) Stderr() []string {
	p.lock.Lock()
	defer p.lock.Unlock()
	return append([]string(nil), p.stderr...)
}

// AwaitExit waits for the end of the process and says how it ended.
func (p *Process) AwaitExit(within time.Duration) *os.ProcessState {
	p.t.Helper()
	select {
	case <-p.exited:
	case <-time.After(within):
		p.t.Fatalf("the process still runs after %v; standard error: %q", within, p.Stderr())
	}
	if exit, is := p.outcome.(*exec.ExitError); is {
		return exit.ProcessState
	}
	if p.outcome != nil {
		p.t.Fatal(p.outcome)
	}
	return nil
}

// ExitCode waits for the end of the process.
func (p *Process) ExitCode(within time.Duration) int {
	p.t.Helper()
	if state := p.AwaitExit(within); state != nil {
		return state.ExitCode()
	}
	return 0
}

// AwaitPipes waits until nobody holds standard output and error open any more, and gives what was on standard output
// after the handshake.
func (p *Process) AwaitPipes(within time.Duration) []byte {
	p.t.Helper()
	deadline := time.After(within)
	go func() {
		rest, _ := io.ReadAll(p.stdout)
		p.rest <- rest
	}()
	select {
	case <-p.closed:
	case <-deadline:
		p.t.Fatalf("somebody still holds standard error after %v", within)
	}
	select {
	case rest := <-p.rest:
		return rest
	case <-deadline:
		p.t.Fatalf("somebody still holds standard output after %v", within)
	}
	return nil
}

// Running tells whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Signal sends a signal to the process.
func (p *Process) Signal(signal syscall.Signal) {
	p.t.Helper()
	if err := p.Command.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
}

// Context is one that ends before a test would hang.
func Context(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	t.Cleanup(cancel)
	return ctx
}

// Children are the processes that the process started and that still run.
func (p *Process) Children() []string {
	p.t.Helper()
	lists, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.Command.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	var found []string
	for _, thread := range lists {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", p.Command.Process.Pid, thread.Name()))
		if err == nil {
			found = append(found, strings.Fields(string(text))...)
		}
	}
	return found
}

func (p *Process) collect(stderr io.Reader) {
	defer close(p.closed)
	if stderr == nil {
		return
	}
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			p.lock.Lock()
			p.stderr = append(p.stderr, line)
			p.lock.Unlock()
		}
		if err != nil {
			return
		}
	}
}

func (p *Process) end() {
	if p.Running() {
		_ = p.Command.Process.Kill()
		<-p.exited
	}
	if p.t.Failed() {
		p.t.Logf("standard error of the plugin:\n%s", strings.Join(p.Stderr(), ""))
	}
}
