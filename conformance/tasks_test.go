package conformance

// Tasks as a Nomad client describes them.

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/nomad/helper/uuid"
	"github.com/hashicorp/nomad/nomad/structs"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/shoenig/test/must"
)

// newTask is a task that needs no Podman: its folders are nobody's.
func newTask(t *testing.T) *drivers.TaskConfig {
	t.Helper()
	return taskIn(t, t.TempDir())
}

// shortFolder is a folder of the test's own whose path leaves room for the socket of a plugin or a service below it: a
// test's usual one has the test's whole name in it.
func shortFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/tmp", "test")
	must.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// taskIn is a task whose allocation's folder lies in this folder, laid out as a client does.
func taskIn(t *testing.T, folder string) *drivers.TaskConfig {
	t.Helper()
	allocation := uuid.Generate()
	task := &drivers.TaskConfig{
		ID:            allocation + "/web/" + uuid.Short(),
		Name:          "web",
		AllocID:       allocation,
		AllocDir:      filepath.Join(folder, allocation),
		JobName:       "job",
		JobID:         "job",
		TaskGroupName: "group",
		Namespace:     "default",
		NodeName:      "node",
		NodeID:        uuid.Generate(),
		Env: map[string]string{
			"NOMAD_TASK_NAME": "web", "NOMAD_ALLOC_ID": allocation,
			"NOMAD_ALLOC_DIR": "/alloc", "NOMAD_TASK_DIR": "/local", "NOMAD_SECRETS_DIR": "/secrets",
		},
		Resources: &drivers.Resources{
			NomadResources: &structs.AllocatedTaskResources{
				Memory: structs.AllocatedMemoryResources{MemoryMB: 64},
				Cpu:    structs.AllocatedCpuResources{CpuShares: 200},
			},
			LinuxResources: &drivers.LinuxResources{CPUShares: 200, MemoryLimitBytes: 64 << 20, PercentTicks: 0.05},
		},
	}
	for _, part := range []string{"alloc/logs", "alloc/tmp", "alloc/data", "web/local", "web/secrets", "web/tmp"} {
		must.NoError(t, os.MkdirAll(filepath.Join(task.AllocDir, part), 0o777))
	}
	return task
}
