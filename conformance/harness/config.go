package harness

import (
	"testing"

	"github.com/hashicorp/nomad/client/lib/idset"
	"github.com/hashicorp/nomad/client/lib/numalib"
	"github.com/hashicorp/nomad/client/lib/numalib/hw"
	"github.com/hashicorp/nomad/helper/pluginutils/hclspecutils"
	"github.com/hashicorp/nomad/helper/pluginutils/hclutils"
	"github.com/hashicorp/nomad/plugins/base"
	"github.com/hashicorp/nomad/plugins/drivers"
	"github.com/hashicorp/nomad/plugins/shared/hclspec"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// Decode runs a config, as a tree of plain values, through a schema that the plugin gave, as a Nomad client does.
func Decode(t testing.TB, schema *hclspec.Spec, config map[string]any) cty.Value {
	t.Helper()
	value, errors := TryDecode(t, schema, config)
	if len(errors) > 0 {
		t.Fatalf("the schema refuses the config %v: %v", config, errors)
	}
	return value
}

// TryDecode is Decode for a config that the schema may refuse.
func TryDecode(t testing.TB, schema *hclspec.Spec, config map[string]any) (cty.Value, []error) {
	t.Helper()
	spec, diagnostics := hclspecutils.Convert(schema)
	if diagnostics.HasErrors() {
		t.Fatalf("Nomad cannot convert the plugin's schema: %v", diagnostics)
	}
	value, _, errors := hclutils.ParseHclInterface(config, spec, nil)
	return value, errors
}

// Encode is the form in which a decoded config travels.
func Encode(t testing.TB, value cty.Value) []byte {
	t.Helper()
	data, err := msgpack.Marshal(value, value.Type())
	if err != nil {
		t.Fatalf("the config does not go into msgpack: %v", err)
	}
	return data
}

// Topology is a node with four cores of 1000 MHz.
func Topology() *numalib.Topology {
	topology := &numalib.Topology{}
	topology.SetNodes(idset.From[hw.NodeID]([]hw.NodeID{0}))
	for core := range 4 {
		topology.Cores = append(topology.Cores, numalib.Core{ID: hw.CoreID(core), BaseSpeed: 1000})
	}
	return topology
}

// AgentConfig is what an agent says of itself when a driver goes into use.
func AgentConfig() *base.AgentConfig {
	return &base.AgentConfig{Driver: &base.ClientDriverConfig{
		ClientMinPort: 14000,
		ClientMaxPort: 14512,
		Topology:      Topology(),
	}}
}

// Configure gives the plugin the config that an agent's `plugin` block holds.
func (h *Host) Configure(t testing.TB, config map[string]any) {
	t.Helper()
	if err := h.TryConfigure(t, config); err != nil {
		t.Fatalf("SetConfig refuses %v: %v", config, err)
	}
}

// TryConfigure is Configure for a config that the plugin may refuse.
func (h *Host) TryConfigure(t testing.TB, config map[string]any) error {
	t.Helper()
	schema, err := h.ConfigSchema()
	if err != nil {
		t.Fatalf("ConfigSchema: %v", err)
	}
	return h.SetConfig(&base.Config{
		PluginConfig: Encode(t, Decode(t, schema, config)),
		AgentConfig:  AgentConfig(),
		ApiVersion:   drivers.ApiVersion010,
	})
}

// SetDriverConfig puts a task's `config` block into a task, decoded and encoded as a Nomad client does.
func (h *Host) SetDriverConfig(t testing.TB, task *drivers.TaskConfig, config map[string]any) {
	t.Helper()
	schema, err := h.TaskConfigSchema()
	if err != nil {
		t.Fatalf("TaskConfigSchema: %v", err)
	}
	if err := task.EncodeDriverConfig(Decode(t, schema, config)); err != nil {
		t.Fatalf("the config does not go into msgpack: %v", err)
	}
}
