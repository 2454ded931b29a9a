package conformance

// What happens before the first call: cookie, arguments, environment, socket, handshake.

import (
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

func TestStartedByHandSaysWhatItIsAndEnds(t *testing.T) {
	t.Parallel()
	key, _, _ := strings.Cut(harness.Cookie, "=")
	for name, environment := range map[string][]string{
		"absent":       nil,
		"empty":        {key + "="},
		"wrong":        {key + "=secret"},
		"with a space": {harness.Cookie + " "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			p := harness.Run(t, harness.Options{Bare: true, Environment: append(environment, "TMPDIR="+folder)})
			must.Eq(t, 1, p.ExitCode(harness.Patience))
			must.Eq(t, "", string(p.AwaitPipes(harness.Patience)))
			text := strings.Join(p.Stderr(), "")
			must.StrContains(t, text, "plugin")
			must.StrContains(t, text, "Nomad")
			must.SliceEmpty(t, entries(t, folder))
		})
	}
}

func TestTheCookieIsCheckedBeforeArguments(t *testing.T) {
	t.Parallel()
	p := harness.Run(t, harness.Options{Bare: true, Arguments: []string{"--bogus"}})
	must.Eq(t, 1, p.ExitCode(harness.Patience))
	must.Eq(t, "", string(p.AwaitPipes(harness.Patience)))
}

func TestUnknownArgumentsAreAccepted(t *testing.T) {
	t.Parallel()
	p := harness.Start(t, harness.Options{Arguments: []string{"-x", "--bogus=1", "word", "", "--", "-"}})
	must.Len(t, 6, p.Fields())
}

func TestVersionAndHelpForAPerson(t *testing.T) {
	t.Parallel()
	for _, argument := range []string{"--version", "--help"} {
		p := harness.Run(t, harness.Options{Bare: true, Arguments: []string{argument}})
		must.Eq(t, 0, p.ExitCode(harness.Patience), must.Sprint(argument))
		must.StrContains(t, string(p.AwaitPipes(harness.Patience)), harness.BinaryName)
	}
}

func TestHandshakeLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environment []string
		fields      int
	}{
		"as Nomad asks":              {nil, 6},
		"multiplexing empty":         {[]string{"PLUGIN_MULTIPLEX_GRPC="}, 6},
		"multiplexing asked for":     {[]string{"PLUGIN_MULTIPLEX_GRPC=true"}, 7},
		"multiplexing asked not for": {[]string{"PLUGIN_MULTIPLEX_GRPC=false"}, 7},
		"ports are for Windows":      {[]string{"PLUGIN_MIN_PORT=10000", "PLUGIN_MAX_PORT=25000"}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := harness.Start(t, harness.Options{Environment: c.environment})
			fields := p.Fields()
			must.Len(t, c.fields, fields)
			must.Eq(t, []string{"1", "2", "unix"}, fields[:3])
			must.Eq(t, []string{"grpc", ""}, fields[4:6])
			must.True(t, filepath.IsAbs(fields[3]))
			shutDown(t, p)
			must.Eq(t, "", string(p.AwaitPipes(harness.Patience)), must.Sprint("nothing follows the handshake"))
		})
	}
}

func TestProtocolVersions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environment string
		complains   bool
	}{
		"the one":        {"PLUGIN_PROTOCOL_VERSIONS=2", false},
		"among others":   {"PLUGIN_PROTOCOL_VERSIONS=3,1,2", false},
		"only others":    {"PLUGIN_PROTOCOL_VERSIONS=3", false},
		"empty":          {"PLUGIN_PROTOCOL_VERSIONS=", false},
		"with no number": {"PLUGIN_PROTOCOL_VERSIONS=two,2", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environment := []string{harness.Cookie, "TMPDIR=" + t.TempDir(), c.environment}
			p := harness.Start(t, harness.Options{Bare: true, Environment: environment})
			must.StrHasPrefix(t, "1|2|unix|", p.Handshake)
			if c.complains {
				harness.Eventually(t, harness.Patience, "the item is named", func() error {
					return contains(strings.Join(p.Stderr(), ""), "two")
				})
			}
		})
	}
}

func TestSocketPlace(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^plugin[0-9]+$`)
	check := func(t *testing.T, p *harness.Process, folder string) os.FileInfo {
		t.Helper()
		must.Eq(t, folder, filepath.Dir(p.Socket()))
		must.RegexMatch(t, name, filepath.Base(p.Socket()))
		info, err := os.Lstat(p.Socket())
		must.NoError(t, err)
		must.Eq(t, os.ModeSocket, info.Mode().Type())
		return info
	}

	t.Run("TMPDIR", func(t *testing.T) {
		folder := t.TempDir()
		p := harness.Start(t, harness.Options{Environment: []string{"TMPDIR=" + folder}})
		info := check(t, p, folder)
		umask := syscall.Umask(0)
		syscall.Umask(umask)
		must.Eq(t, os.FileMode(0o777&^umask), info.Mode().Perm())
	})
	t.Run("PLUGIN_UNIX_SOCKET_DIR wins", func(t *testing.T) {
		folder := t.TempDir()
		check(t, harness.Start(t, harness.Options{Environment: []string{"PLUGIN_UNIX_SOCKET_DIR=" + folder}}), folder)
	})
	t.Run("neither", func(t *testing.T) {
		check(t, harness.Start(t, harness.Options{Bare: true, Environment: []string{harness.Cookie}}), "/tmp")
	})
	t.Run("two in one folder", func(t *testing.T) {
		folder := t.TempDir()
		options := harness.Options{Environment: []string{"TMPDIR=" + folder}}
		must.NotEq(t, harness.Start(t, options).Socket(), harness.Start(t, options).Socket())
	})

	nogroup, err := user.LookupGroup("nogroup")
	must.NoError(t, err)
	for _, group := range []string{nogroup.Gid, nogroup.Name} {
		t.Run("PLUGIN_UNIX_SOCKET_GROUP "+group, func(t *testing.T) {
			folder := t.TempDir()
			environment := []string{"PLUGIN_UNIX_SOCKET_DIR=" + folder, "PLUGIN_UNIX_SOCKET_GROUP=" + group}
			info := check(t, harness.Start(t, harness.Options{Environment: environment}), folder)
			must.Eq(t, 0o660, info.Mode().Perm())
			must.Eq(t, nogroup.Gid, fmt.Sprint(info.Sys().(*syscall.Stat_t).Gid))
		})
	}
}

func TestSocketThatCannotBe(t *testing.T) {
	t.Parallel()
	long := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	must.NoError(t, os.Mkdir(long, 0o755))
	for name, environment := range map[string]string{
		"no such folder": "PLUGIN_UNIX_SOCKET_DIR=/nowhere/at/all",
		"too long":       "PLUGIN_UNIX_SOCKET_DIR=" + long,
		"no such group":  "PLUGIN_UNIX_SOCKET_GROUP=group-that-nobody-has",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := harness.Run(t, harness.Options{Environment: []string{environment}})
			p.AwaitExit(harness.Patience)
			must.Eq(t, "", string(p.AwaitPipes(harness.Patience)))
			_, value, _ := strings.Cut(environment, "=")
			must.StrContains(t, strings.Join(p.Stderr(), ""), value)
		})
	}
}

// A client that asks for TLS would take a server without it for broken; so it is told at once, and in words.
func TestAClientCertificateIsRefusedLoudly(t *testing.T) {
	t.Parallel()
	p := harness.Run(t, harness.Options{Environment: []string{"PLUGIN_CLIENT_CERT=-----BEGIN CERTIFICATE-----"}})
	must.NotEq(t, 0, p.ExitCode(harness.Patience))
	must.Eq(t, "", string(p.AwaitPipes(harness.Patience)))
	must.StrContains(t, strings.Join(p.Stderr(), ""), "PLUGIN_CLIENT_CERT")
}

// An agent starts the binary three times in a row before it serves anybody.
func TestHandshakeComesAtOnce(t *testing.T) {
	t.Parallel()
	for range 5 {
		start := time.Now()
		p := harness.Start(t, harness.Options{})
		must.Less(t, 2*time.Second, time.Since(start))
		pluginInfo(t, p.Dial())
	}
}

// The launches in which an agent only looks at a plugin, and tries a config on it, touch nothing.
func TestNothingIsTouchedBeforeTheFirstFingerprint(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(folder, "podman.sock"))
	must.NoError(t, err)
	defer listener.Close()
	contact := make(chan struct{}, 100)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connection.Close()
			contact <- struct{}{}
		}
	}()

	own := filepath.Join(folder, "own")
	must.NoError(t, os.Mkdir(own, 0o755))
	host := harness.Launch(t, "TMPDIR="+own)
	config := map[string]any{"socket_path": "unix://" + listener.Addr().String()}
	host.Configure(t, config)
	host.Configure(t, config)
	_, err = host.Capabilities()
	must.NoError(t, err)
	must.Len(t, 1, entries(t, own), must.Sprint("the socket, and nothing else"))
	select {
	case <-contact:
		t.Fatal("Podman was asked something before anybody called Fingerprint")
	case <-time.After(500 * time.Millisecond):
	}

	_, err = host.Fingerprint(harness.Context(t))
	must.NoError(t, err)
	select {
	case <-contact:
	case <-time.After(harness.Patience):
		t.Fatal("Fingerprint asks nobody: the test would have proved nothing")
	}
}

func entries(t *testing.T, folder string) []string {
	t.Helper()
	list, err := os.ReadDir(folder)
	must.NoError(t, err)
	var names []string
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return names
}

func contains(text, part string) error {
	if strings.Contains(text, part) {
		return nil
	}
	return fmt.Errorf("%q is not in %q", part, text)
}
