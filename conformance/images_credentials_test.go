package conformance

// Who may pull: the task's own credentials, the plugin's file, helpers. Registries check them with htpasswd; what came
// to which registry, a front before it wrote down.

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
)

func testTaskCredentials(t *testing.T, podman *harness.Podman) {
	d := newDepot(t, podman, nil)
	name, image := d.pushed(0)
	good, wrong := d.FirstUsers["user0"], "wrong-"+d.FirstUsers["user1"]
	front, direct, bad := d.First.Front(t, nil), d.First.Front(t, nil), d.First.Front(t, nil)

	d.secretly([]string{good}, func() string {
		d.of(front.Image(name), lax("user0", good)).runs(image)
		return ""
	})
	must.Eq(t, []string{"user0"}, usersOf(front))

	// Without credentials, and with wrong ones: once, and with advice.
	must.Error(t, podman.Pull(direct.Image(name)))
	says(t, d.of(bad.Image(name), lax()).refused(), "failed to create image: "+bad.Image(name)+": ", "`auth`")
	must.Eq(t, direct.Manifests(), bad.Manifests())
	d.secretly([]string{wrong}, func() string {
		text := d.of(bad.Image(name), lax("user0", wrong)).refused()
		says(t, text, "failed to create image: "+bad.Image(name)+": ", "`auth`")
		return text
	})
}

// usersOf are the users whose credentials came to a front, in the order of their coming.
func usersOf(front *harness.Front) []string {
	var users []string
	for _, asked := range front.Asked() {
		if asked.User != "" && !slices.Contains(users, asked.User) {
			users = append(users, asked.User)
		}
	}
	return users
}

// authFile writes a file of credentials and gives its path: users by index, and what else there is.
func authFile(t *testing.T, auths map[string][2]string, rest map[string]any) string {
	t.Helper()
	entries := map[string]any{}
	for index, login := range auths {
		entries[index] = map[string]any{"auth": base64.StdEncoding.EncodeToString([]byte(login[0] + ":" + login[1]))}
	}
	file := map[string]any{"auths": entries}
	for name, value := range rest {
		file[name] = value
	}
	text, err := json.Marshal(file)
	must.NoError(t, err)
	path := filepath.Join(t.TempDir(), "auth.json")
	must.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

func asAuth(auth map[string]any) map[string]any { return map[string]any{"auth": []any{auth}} }

func testAuthFile(t *testing.T, podman *harness.Podman) {
	r := podman.Registries(t)
	first, second := r.First.Front(t, nil), r.Second.Front(t, nil)
	user := func(n int) [2]string {
		name := fmt.Sprintf("user%d", n)
		return [2]string{name, r.FirstUsers[name]}
	}
	file := authFile(t, map[string][2]string{
		first.Address:               user(0),
		first.Address + "/team":     user(1),
		first.Address + "/team/web": user(2),
		first.Address + "/team2":    user(3),
		first.Address + "/te":       user(4),
		second.Address:              {"other", r.SecondUsers["other"]},
	}, nil)
	d := newDepot(t, podman, asAuth(map[string]any{"config": file}))
	image := d.built(0)
	var secrets []string
	for _, password := range d.FirstUsers {
		secrets = append(secrets, password)
	}
	d.secretly(append(secrets, d.SecondUsers["other"]), func() string {
		for _, c := range []struct {
			front      *harness.Front
			name, user string
		}{
			{first, "solo:1", "user0"},
			{first, "team/api:1", "user1"},
			{first, "team/web/part:1", "user2"},
			{first, "team/web2:1", "user1"},
			{first, "team2/web:1", "user3"},
			{first, "team22/web:1", "user0"},
			{second, "team/web:1", "other"},
		} {
			d.Plain.Push(t, c.name, image)
			before := len(c.front.Asked())
			d.of(c.front.Image(c.name), lax()).runs(image)
			for _, asked := range c.front.Asked()[before:] {
				if asked.Path != "/v2/" {
					must.Eq(t, c.user, asked.User, must.Sprintf("%s: %v", c.name, asked.Path))
				}
			}
		}
		return ""
	})

	// A password that was changed in the file counts at once; the task's own comes first.
	file2, err := os.ReadFile(authFile(t, map[string][2]string{first.Address: user(5)}, nil))
	must.NoError(t, err)
	must.NoError(t, os.WriteFile(file, file2, 0o600))
	d.Plain.Push(t, "team/later:1", image)
	before := len(first.Asked())
	d.of(first.Image("team/later:1"), lax()).runs(image)
	d.Plain.Push(t, "team/own:1", image)
	d.of(first.Image("team/own:1"), lax("user6", d.FirstUsers["user6"])).runs(image)
	var users []string
	for _, asked := range first.Asked()[before:] {
		if asked.User != "" && !slices.Contains(users, asked.User) {
			users = append(users, asked.User)
		}
	}
	must.Eq(t, []string{"user5", "user6"}, users)

	says(t, d.of(second.Image("team/web:2"), lax()).refused(), "`auth`")
}

// helpers is a folder of credential helpers of the test's own, which write down how they were called.
type helpers struct{ folder string }

func newHelpers(t *testing.T) helpers { return helpers{shortFolder(t)} }

// add makes a helper that runs a script after it wrote down how it was called.
func (h helpers) add(t *testing.T, name, script string) {
	t.Helper()
	text := fmt.Sprintf(`#!/bin/sh
server=$(cat)
{ echo "arguments=$*"; echo "server=$server"; env; echo; } >>%s
%s
`, h.log(name), script)
	must.NoError(t, os.WriteFile(filepath.Join(h.folder, "docker-credential-"+name), []byte(text), 0o755))
}

// answering is a script that has these credentials.
func answering(user, secret string) string {
	return fmt.Sprintf(`printf '{"ServerURL":"%%s","Username":"%s","Secret":"%s"}\n' "$server"`, user, secret)
}

func (h helpers) log(name string) string { return filepath.Join(h.folder, name+".log") }

// called is what a helper wrote down, an entry for each call.
func (h helpers) called(name string) []string {
	text, err := os.ReadFile(h.log(name))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n\n"), "\n\n")
}

// environment is what the plugin needs to find the helpers, and a secret that is none of theirs.
func (h helpers) environment() []string {
	return []string{"PATH=" + h.folder + ":" + os.Getenv("PATH"), "NOMAD_TOKEN=token-of-the-agent", "VAULT_TOKEN=another-one"}
}

func (h helpers) depot(t *testing.T, podman *harness.Podman, auth map[string]any) *depot {
	return newDepot(t, podman, asAuth(auth), h.environment()...)
}

// askedFor checks the calls of a helper: as Docker's protocol has them, and each for this server.
func (h helpers) askedFor(t *testing.T, name, server string, calls int) {
	t.Helper()
	called := h.called(name)
	must.Len(t, calls, called, must.Sprint(name))
	for _, call := range called {
		must.StrHasPrefix(t, "arguments=get\nserver="+server+"\n", call)
		must.StrNotContains(t, call, "token-of-the-agent")
		must.StrNotContains(t, call, "another-one")
	}
}

func testCredentialHelper(t *testing.T, podman *harness.Podman) {
	r, h := podman.Registries(t), newHelpers(t)
	h.add(t, "good", answering("user1", r.FirstUsers["user1"]))
	d := h.depot(t, podman, map[string]any{"helper": "good"})
	front := d.First.Front(t, nil)
	name, image := d.pushed(0)
	d.secretly([]string{d.FirstUsers["user1"]}, func() string {
		d.of(front.Image(name), lax()).runs(image)
		return ""
	})
	must.Eq(t, []string{"user1"}, usersOf(front))
	h.askedFor(t, "good", front.Address, 1)

	// An image that is there needs no credentials; the task's own come first.
	d.of(front.Image(name), lax()).runs(image)
	name, image = d.pushed(0)
	d.of(front.Image(name), lax("user2", d.FirstUsers["user2"])).runs(image)
	h.askedFor(t, "good", front.Address, 1)
}

func testHelpersOfFile(t *testing.T, podman *harness.Podman) {
	r, h := podman.Registries(t), newHelpers(t)
	first, second, unknown := r.First.Front(t, nil), r.Second.Front(t, nil), r.Plain.Front(t, nil)
	h.add(t, "named", answering("user3", r.FirstUsers["user3"]))
	h.add(t, "store", fmt.Sprintf(`case $server in
	%s) %s ;;
	*) echo "credentials not found in native keychain"; exit 1 ;;
	esac`, second.Address, answering("other", r.SecondUsers["other"])))
	file := authFile(t, nil, map[string]any{
		"credHelpers": map[string]any{first.Address: "named"}, "credsStore": "store",
	})
	d := h.depot(t, podman, map[string]any{"config": file})
	name, image := d.pushed(0)
	d.secretly([]string{d.FirstUsers["user3"], d.SecondUsers["other"]}, func() string {
		d.of(first.Image(name), lax()).runs(image)
		d.of(second.Image(name), lax()).runs(image)
		// Nobody has any for this one: it is asked without.
		d.of(unknown.Image(name), lax()).runs(image)
		return ""
	})
	must.Eq(t, []string{"user3"}, usersOf(first))
	must.Eq(t, []string{"other"}, usersOf(second))
	must.SliceEmpty(t, usersOf(unknown))
	h.askedFor(t, "named", first.Address, 1)
	must.Len(t, 2, h.called("store"))
	must.StrHasPrefix(t, "arguments=get\nserver="+second.Address+"\n", h.called("store")[0])
}

// asksForToken is a registry that takes only what its own service of tokens gave for an identity token. The real one has no
// such service, so this one is a fake.
func asksForToken(identity string) harness.Meddle {
	const access = "access-for-a-while"
	return func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		switch {
		case r.URL.Path == "/token" && r.FormValue("grant_type") == "refresh_token" && r.FormValue("refresh_token") == identity:
			_, _ = fmt.Fprintf(w, `{"access_token":%q,"token":%q,"expires_in":300}`, access, access)
		case r.Header.Get("Authorization") == "Bearer "+access:
			r.Header.Del("Authorization")
			pass.ServeHTTP(w, r)
		default:
			harness.Answer(http.StatusUnauthorized, "WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="test"`)(w, r, pass)
		}
	}
}

func testIdentityToken(t *testing.T, podman *harness.Podman) {
	const identity = "identity-token-of-somebody"
	r, h := podman.Registries(t), newHelpers(t)
	front := r.Plain.Front(t, asksForToken(identity))
	file := authFile(t, nil, map[string]any{"auths": map[string]any{front.Address: map[string]any{"auth": "", "identitytoken": identity}}})
	h.add(t, "token", answering("<token>", identity))
	for _, auth := range []map[string]any{{"config": file}, {"helper": "token"}} {
		d := h.depot(t, podman, auth)
		name, image := d.pushed(0)
		d.secretly([]string{identity}, func() string {
			d.of(front.Image(name), lax()).runs(image)
			return ""
		})
	}
	d := newDepot(t, podman, nil)
	name, _ := d.pushed(0)
	says(t, d.of(front.Image(name), lax()).refused(), "`auth`")
}

// A helper of the distribution's: docker-credential-pass, with a key that needs no passphrase.
func testPassHelper(t *testing.T, podman *harness.Podman) {
	r, home := podman.Registries(t), shortFolder(t)
	environment := []string{"HOME=" + home, "GNUPGHOME=" + filepath.Join(home, "gnupg"), "PASSWORD_STORE_DIR=" + filepath.Join(home, "store"), "PATH=" + os.Getenv("PATH")}
	must.NoError(t, os.Mkdir(filepath.Join(home, "gnupg"), 0o700))
	command := func(input, name string, arguments ...string) {
		t.Helper()
		command := exec.Command(name, arguments...)
		command.Env, command.Stdin = environment, strings.NewReader(input)
		output, err := command.CombinedOutput()
		must.NoError(t, err, must.Sprint(string(output)))
	}
	t.Cleanup(func() {
		stop := exec.Command("gpgconf", "--kill", "all")
		stop.Env = environment
		_ = stop.Run()
	})
	command("", "gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-generate-key", "test@example.com", "default", "default", "never")
	command("", "pass", "init", "test@example.com")
	front := r.First.Front(t, nil)
	command(fmt.Sprintf(`{"ServerURL":%q,"Username":"user4","Secret":%q}`, front.Address, r.FirstUsers["user4"]), "docker-credential-pass", "store")

	d := newDepot(t, podman, asAuth(map[string]any{"helper": "pass"}), environment...)
	name, image := d.pushed(0)
	d.secretly([]string{d.FirstUsers["user4"]}, func() string {
		d.of(front.Image(name), lax()).runs(image)
		return ""
	})
	must.Eq(t, []string{"user4"}, usersOf(front))
	// One that it does not know is asked without credentials.
	name, image = d.pushed(0)
	other := d.Plain.Front(t, nil)
	d.of(other.Image(name), lax()).runs(image)
	must.SliceEmpty(t, usersOf(other))
}

// mostOfMemory is by how much the plugin may grow, in bytes, while something large passes by.
const mostOfMemory = 2 << 20

// patience of the driver with a helper, and what a busy machine adds.
const helperLimit = 10*time.Second + 20*time.Second

func testFailingHelpers(t *testing.T, podman *harness.Podman) {
	for name, c := range map[string]struct {
		script string
		says   []string
	}{
		"hangs":   {"sleep 1000 & wait", []string{"10s"}},
		"garbage": {`printf '\000\377{{{ no JSON of mine: secret-in-garbage'`, []string{"JSON"}},
		"flood":   {"head -c 1000000000 /dev/zero", []string{"too much"}},
		"fails":   {"echo secret-in-failure; echo secret-in-error >&2; exit 3", []string{"3"}},
		"killed":  {"kill -9 $$", []string{"signal"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHelpers(t)
			h.add(t, name, c.script)
			d := h.depot(t, podman, map[string]any{"helper": name})
			front := d.Plain.Front(t, nil)
			image, built := d.pushed(0)
			// What any task costs.
			usual := peak(t, d.pid(), func() { d.of(front.Image(image), lax("user", "any")).runs(built) })
			image, _ = d.pushed(0)
			began := time.Now()
			manifests := front.Manifests()
			most := peak(t, d.pid(), func() {
				d.secretly([]string{"secret-in-garbage", "secret-in-failure", "secret-in-error"}, func() string {
					text := d.of(front.Image(image), lax()).refused()
					must.Less(t, helperLimit, time.Since(began))
					says(t, text, "failed to create image: "+front.Image(image)+": ", "credential-helper", `"`+name+`"`)
					says(t, text, c.says...)
					return text
				})
			})
			must.LessEq(t, usual+mostOfMemory, most, must.Sprint("the plugin grew"))
			must.Eq(t, manifests, front.Manifests(), must.Sprint("nothing was asked of the registry"))
			harness.Eventually(t, slow, "no helper is left", func() error {
				for _, line := range commandLines() {
					if strings.Contains(line, h.folder) && strings.Contains(line, "docker-credential") {
						return fmt.Errorf("%s", line)
					}
				}
				return nil
			})
		})
	}
	t.Run("is not there", func(t *testing.T) {
		t.Parallel()
		d := newDepot(t, podman, asAuth(map[string]any{"helper": "of-nobody"}))
		says(t, d.of(d.First.Front(t, nil).Image("x:1"), lax()).refused(), "credential-helper", "of-nobody", "no such file")
	})
}

// With auth_soft_fail, a source that cannot be asked counts as one that has nothing.
func testSoftFail(t *testing.T, podman *harness.Podman) {
	h := newHelpers(t)
	h.add(t, "fails", "exit 3")
	options := lax()
	options["auth_soft_fail"] = true
	d := h.depot(t, podman, map[string]any{"helper": "fails", "config": "/nowhere/auth.json"})
	name, image := d.pushed(0)
	front := d.Plain.Front(t, nil)
	says(t, d.of(front.Image(name), lax()).refused(), "credential-helper", `"fails"`)
	d.of(front.Image(name), options).runs(image)
	must.Len(t, 2, h.called("fails"))
	file := newDepot(t, podman, asAuth(map[string]any{"config": "/nowhere/auth.json"}))
	name, image = d.pushed(0)
	says(t, file.of(front.Image(name), lax()).refused(), "/nowhere/auth.json", "no such file")
	file.of(front.Image(name), options).runs(image)

	// A source that can be asked is asked, whatever the others do.
	h.add(t, "fails", answering("user7", d.FirstUsers["user7"]))
	first := d.First.Front(t, nil)
	d.of(first.Image(name), options).runs(image)
	must.Eq(t, []string{"user7"}, usersOf(first))

	// A registry that says no is no source that fails.
	text := d.of(d.First.Front(t, harness.OnManifests(harness.Answer(http.StatusForbidden))).Image(name), options).refused()
	says(t, text, "auth")
}
