package conformance

// The recorded translations of the Go driver, through the binary: each case is a task that is started before a stand-in
// for Podman which writes down what it is asked for. What has to come out the same is what Podman is asked to create and
// to pull, where the task can be reached, and at which stage a task is refused.

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
	"github.com/hashicorp/nomad/nomad/structs"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"

	"nomad-driver-podman/conformance/harness"
	"nomad-driver-podman/conformance/standin"
)

// differ are the cases that may differ and do, in what is compared here, with the reason. Each has a test of what happens instead, beside the rules.
var differ = map[string]string{
	"minimal on cgroup v1":        "swappiness is not sent where nobody set it",
	"apparmor":                    "swappiness is not sent where nobody set it",
	"nomad devices":               "devices of device plugins reach the container",
	"static address in host mode": "an address that cannot take effect is an error",
	"memory_swap bad unit":        "T is a unit",
}

type vector struct {
	Name      string        `json:"name"`
	Host      standin.Host  `json:"host"`
	World     standin.World `json:"world"`
	Plugin    string        `json:"plugin_config"`
	Task      string        `json:"task_config"`
	MayDiffer string        `json:"may_differ"`
	Nomad     struct {
		User         string            `json:"user"`
		Env          map[string]string `json:"env"`
		MemoryMB     int64             `json:"memory_mb"`
		MemoryMaxMB  int64             `json:"memory_max_mb"`
		CPUShares    int64             `json:"cpu_shares"`
		PercentTicks float64           `json:"percent_ticks"`
		Cpuset       string            `json:"cpuset"`
		Ports        []struct {
			Label  string `json:"label"`
			Value  int    `json:"value"`
			To     int    `json:"to"`
			HostIP string `json:"host_ip"`
		} `json:"ports"`
		Networks []struct {
			IP       string         `json:"ip"`
			Reserved map[string]int `json:"reserved"`
			Dynamic  map[string]int `json:"dynamic"`
		} `json:"networks"`
		Mounts  []*drivers.MountConfig  `json:"mounts"`
		Devices []*drivers.DeviceConfig `json:"devices"`
		DNS     *drivers.DNSConfig      `json:"dns"`
		NetMode string                  `json:"netns_mode"`
		NetPath string                  `json:"netns_path"`
	} `json:"nomad"`
	Result outcome `json:"result"`
}

// outcome is what a start came to.
type outcome struct {
	Stage   string                 `json:"stage"`
	Error   string                 `json:"error"`
	Network *drivers.DriverNetwork `json:"driver_network"`
	Create  any                    `json:"create"`
	Pull    *struct {
		Query map[string][]string `json:"query"`
		Auth  string              `json:"registry_auth"`
	} `json:"pull"`
}

func TestRecordedTranslations(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(harness.Root(), "tests/vectors/*.json"))
	must.NoError(t, err)
	var cases []vector
	for _, file := range files {
		if filepath.Base(file) == "expressions.json" {
			continue // for the parser of job files
		}
		raw, err := os.ReadFile(file)
		must.NoError(t, err)
		var some []vector
		must.NoError(t, json.Unmarshal(raw, &some))
		cases = append(cases, some...)
	}
	must.Eq(t, 158, len(cases), must.Sprint("all recorded cases are here"))
	var same, different atomic.Int64
	t.Run("cases", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				t.Parallel()
				difference := compare(c, c.Result, c.start(t))
				reason, known := differ[c.Name]
				switch {
				case known && c.MayDiffer == "":
					t.Fatal("only what is recorded as free to differ may differ")
				case known && difference == "":
					t.Fatalf("does not differ any more (%s): take it off the list", reason)
				case !known && difference != "":
					t.Fatal(difference)
				case known:
					different.Add(1)
				default:
					same.Add(1)
				}
			})
		}
	})
	must.Eq(t, 158, same.Load()+different.Load())
	must.Eq(t, int64(len(differ)), different.Load())
	t.Logf("%d come out as recorded, %d differ as they may", same.Load(), different.Load())
}

// start runs a case and gives what came of it.
func (c vector) start(t *testing.T) outcome {
	folder := shortFolder(t)
	podman := standin.Start(t, folder, c.Host, c.World)
	host := harness.Launch(t)
	failed := func(stage string, err error) outcome {
		return outcome{Stage: stage, Error: strings.ReplaceAll(err.Error(), folder, "DIR")}
	}

	plugin := c.Plugin
	if !strings.Contains(plugin, "SOCKET") {
		plugin += "\nsocket_path = \"unix://SOCKET\"\n"
	}
	schema, err := host.ConfigSchema()
	must.NoError(t, err)
	config := body(t, strings.ReplaceAll(plugin, "SOCKET", podman.Socket))
	if _, errors := harness.TryDecode(t, schema, config); len(errors) > 0 {
		return failed("plugin config parse", errors[0])
	}
	if err := host.TryConfigure(t, config); err != nil {
		return failed("set config", err)
	}

	schema, err = host.TaskConfigSchema()
	must.NoError(t, err)
	value, errors := harness.TryDecode(t, schema, body(t, c.Task))
	if len(errors) > 0 {
		return failed("task config parse", errors[0])
	}
	task := c.task(t, folder)
	must.NoError(t, task.EncodeDriverConfig(value))
	_, network, err := host.StartTask(task)
	result := outcome{Network: network}
	for _, call := range podman.Calls() {
		switch call.Path {
		case "/containers/create":
			result.Create = scrubbed(call.Body, folder)
		case "/images/pull":
			result.Pull = &struct {
				Query map[string][]string `json:"query"`
				Auth  string              `json:"registry_auth"`
			}{call.Query, call.Auth}
		}
	}
	if err != nil {
		failure := failed("start", err)
		failure.Create, failure.Pull = result.Create, result.Pull
		return failure
	}
	must.NoError(t, host.DestroyTask(task.ID, true))
	if !strings.Contains(c.Plugin, "gc") {
		must.Eq(t, 0, len(podman.Containers()), must.Sprint("a task that is destroyed leaves no container"))
	}
	return result
}

// body is the tree of an HCL body, as Nomad's parser of jobs and agents makes it.
func body(t *testing.T, text string) map[string]any {
	t.Helper()
	file, err := hcl.Parse("config {\n" + text + "\n}")
	must.NoError(t, err)
	var tree map[string]any
	must.NoError(t, hcl.DecodeObject(&tree, file.Node.(*ast.ObjectList).Items[0].Val))
	return tree
}

// task is the case's task as a client describes it.
func (c vector) task(t *testing.T, folder string) *drivers.TaskConfig {
	n := c.Nomad
	const allocation = "f8b2e5a0-1c3d-4e5f-8a9b-0c1d2e3f4a5b"
	alloc := filepath.Join(folder, "alloc")
	for _, part := range []string{"alloc", "web/local", "web/secrets"} {
		must.NoError(t, os.MkdirAll(filepath.Join(alloc, part), 0o755))
	}
	env := map[string]string{
		"NOMAD_TASK_NAME": "web", "NOMAD_ALLOC_ID": allocation,
		"NOMAD_ALLOC_DIR": "/alloc", "NOMAD_TASK_DIR": "/local", "NOMAD_SECRETS_DIR": "/secrets",
	}
	for name, value := range n.Env {
		env[name] = value
	}
	resources := &drivers.Resources{
		NomadResources: &structs.AllocatedTaskResources{
			Cpu:    structs.AllocatedCpuResources{CpuShares: n.CPUShares},
			Memory: structs.AllocatedMemoryResources{MemoryMB: n.MemoryMB, MemoryMaxMB: n.MemoryMaxMB},
		},
		LinuxResources: &drivers.LinuxResources{
			CPUShares: n.CPUShares, PercentTicks: n.PercentTicks, CpusetCpus: n.Cpuset, MemoryLimitBytes: n.MemoryMB << 20,
		},
	}
	for _, network := range n.Networks {
		resources.NomadResources.Networks = append(resources.NomadResources.Networks, &structs.NetworkResource{
			IP: network.IP, ReservedPorts: ports(network.Reserved), DynamicPorts: ports(network.Dynamic),
		})
	}
	if n.Ports != nil {
		mapped := structs.AllocatedPorts{}
		for _, port := range n.Ports {
			mapped = append(mapped, structs.AllocatedPortMapping{Label: port.Label, Value: port.Value, To: port.To, HostIP: port.HostIP})
		}
		resources.Ports = &mapped
	}
	task := &drivers.TaskConfig{
		ID: allocation + "/web/6a1c2b3d", Name: "web", AllocID: allocation, AllocDir: alloc,
		JobName: "shop", JobID: "shop-id", TaskGroupName: "front", Namespace: "default",
		NodeName: "node-1", NodeID: "0b7f3c9e-2222-4444-8888-aaaaaaaaaaaa",
		Env: env, User: n.User, Resources: resources, Mounts: n.Mounts, Devices: n.Devices, DNS: n.DNS,
		StdoutPath: filepath.Join(folder, ".web.stdout.fifo"), StderrPath: filepath.Join(folder, ".web.stderr.fifo"),
	}
	for _, pipe := range []string{task.StdoutPath, task.StderrPath} {
		must.NoError(t, os.WriteFile(pipe, nil, 0o600))
	}
	if n.NetMode != "" || n.NetPath != "" {
		task.NetworkIsolation = &drivers.NetworkIsolationSpec{Mode: drivers.NetIsolationMode(n.NetMode), Path: n.NetPath}
	}
	return task
}

func ports(numbers map[string]int) []structs.Port {
	var all []structs.Port
	for label, number := range numbers {
		all = append(all, structs.Port{Label: label, Value: number})
	}
	slices.SortFunc(all, func(a, b structs.Port) int { return strings.Compare(a.Label, b.Label) })
	return all
}

// compare says in what an outcome is another than the recorded one.
func compare(c vector, want, got outcome) string {
	if want.Stage != got.Stage {
		return fmt.Sprintf("recorded: stage %q %q; here: stage %q %q", want.Stage, want.Error, got.Stage, got.Error)
	}
	if want.Stage != "" {
		return ""
	}
	if shown(want.Network) != shown(got.Network) {
		return fmt.Sprintf("network: recorded %s; here %s", shown(want.Network), shown(got.Network))
	}
	if a, b := pruned(want.Create), pruned(unmarked(got.Create)); !reflect.DeepEqual(a, b) {
		return fmt.Sprintf("create: recorded\n%s\nhere\n%s", shown(a), shown(b))
	}
	if (want.Pull == nil) != (got.Pull == nil) {
		return fmt.Sprintf("pull: recorded %s; here %s", shown(want.Pull), shown(got.Pull))
	}
	if want.Pull == nil {
		return ""
	}
	verified := want.Pull.Query["tlsVerify"]
	if !strings.Contains(c.Task, "tls_verify") {
		verified = []string{"true"} // the recorded driver verifies nothing unless it is told to
	}
	switch {
	case want.Pull.Auth != got.Pull.Auth:
		return "pull: other credentials are sent"
	case !slices.Equal(want.Pull.Query["reference"], got.Pull.Query["reference"]):
		return fmt.Sprintf("pull: recorded %s; here %s", shown(want.Pull.Query), shown(got.Pull.Query))
	case !slices.Equal(verified, got.Pull.Query["tlsVerify"]):
		return fmt.Sprintf("pull: tlsVerify is %v and should be %v", got.Pull.Query["tlsVerify"], verified)
	}
	return ""
}

func shown(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

// scrubbed has the folder's name taken out, and lists in order whose order means nothing.
func scrubbed(value any, folder string) any {
	switch value := value.(type) {
	case string:
		return strings.ReplaceAll(value, folder, "DIR")
	case []any:
		for i, item := range value {
			value[i] = scrubbed(item, folder)
		}
	case map[string]any:
		for key, item := range value {
			value[key] = scrubbed(item, folder)
		}
		for _, key := range []string{"r_limits", "portmappings"} {
			if list, is := value[key].([]any); is {
				sort.Slice(list, func(i, j int) bool { return shown(list[i]) < shown(list[j]) })
			}
		}
	}
	return value
}

// pruned lacks what Podman reads as absent: null, empty, false. A zero is not absent.
func pruned(value any) any {
	switch value := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for key, item := range value {
			if item = pruned(item); item != nil {
				kept[key] = item
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	case []any:
		if len(value) == 0 {
			return nil
		}
		kept := make([]any, len(value))
		for i, item := range value {
			kept[i] = pruned(item)
		}
		return kept
	case string:
		if value == "" {
			return nil
		}
	case bool:
		if !value {
			return nil
		}
	}
	return value
}

// unmarked lacks the annotations by which the driver knows its own containers.
func unmarked(create any) any {
	spec, is := create.(map[string]any)
	if !is {
		return create
	}
	if annotations, is := spec["annotations"].(map[string]any); is {
		for name := range annotations {
			if strings.HasPrefix(name, "io.nomad.driver.podman/") {
				delete(annotations, name)
			}
		}
	}
	return spec
}
