package conformance

// The schemas, as Nomad converts and applies them: every option, its type, its default, and what they refuse.

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/nomad/helper/pluginutils/hclspecutils"
	"github.com/hashicorp/nomad/plugins/shared/hclspec"
	"github.com/shoenig/test/must"
	"github.com/zclconf/go-cty/cty"

	"nomad-driver-podman/conformance/harness"
)

// schemas asks the plugin once for both.
func schemas(t *testing.T) (plugin, task *hclspec.Spec) {
	t.Helper()
	host := harness.Launch(t)
	plugin, err := host.ConfigSchema()
	must.NoError(t, err)
	task, err = host.TaskConfigSchema()
	must.NoError(t, err)
	return plugin, task
}

// examples are all options that the project documents, each with a value that a user would write. The JSON Schemas are
// made from the same data as the schemas that the plugin serves, by another way.
func examples(t *testing.T, name string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "schema", name))
	must.NoError(t, err)
	var schema struct {
		Properties map[string]struct{ Examples []any }
	}
	must.NoError(t, json.Unmarshal(text, &schema))
	found := map[string]any{}
	for option, property := range schema.Properties {
		must.Positive(t, len(property.Examples), must.Sprintf("%s has no example", option))
		found[option] = property.Examples[0]
	}
	must.Positive(t, len(found))
	return found
}

// parsed is a value as Nomad's job parser hands it on: it wraps every `name { … }` and `name = { … }` into a list.
func parsed(value any, kind cty.Type) any {
	object, is := value.(map[string]any)
	switch {
	case is && kind.IsListType() && kind.ElementType().IsMapType():
		return []any{object}
	case is && kind.IsListType() && kind.ElementType().IsObjectType():
		return []any{parsed(value, kind.ElementType())}
	case is && kind.IsObjectType():
		wrapped := map[string]any{}
		for name, member := range object {
			wrapped[name] = parsed(member, kind.AttributeType(name))
		}
		return wrapped
	default:
		return value
	}
}

func implied(t *testing.T, schema *hclspec.Spec) cty.Type {
	t.Helper()
	spec, diagnostics := hclspecutils.Convert(schema)
	must.False(t, diagnostics.HasErrors(), must.Sprint(diagnostics))
	return hcldec.ImpliedType(spec)
}

func TestSchemasHaveEveryOption(t *testing.T) {
	t.Parallel()
	plugin, task := schemas(t)
	for documentation, schema := range map[string]*hclspec.Spec{"plugin.json": plugin, "task.json": task} {
		var documented, served []string
		for name := range examples(t, documentation) {
			documented = append(documented, name)
		}
		for name := range implied(t, schema).AttributeTypes() {
			served = append(served, name)
		}
		must.SliceContainsAll(t, documented, served)
	}
}

func TestDefaultsOfThePlugin(t *testing.T) {
	t.Parallel()
	schema, _ := schemas(t)
	config := harness.Decode(t, schema, map[string]any{})
	for _, name := range []string{"disable_log_collection", "recover_stopped"} {
		must.True(t, config.GetAttr(name).False(), must.Sprint(name))
	}
	for _, name := range []string{"socket_path", "extra_labels", "auth"} {
		must.True(t, config.GetAttr(name).IsNull(), must.Sprint(name))
	}
	must.Eq(t, "nomad", config.GetAttr("logging").GetAttr("driver").AsString())
	must.True(t, config.GetAttr("gc").GetAttr("container").True())
	must.True(t, config.GetAttr("volumes").GetAttr("enabled").True())
}

func TestEveryOptionThroughItsSchema(t *testing.T) {
	t.Parallel()
	plugin, task := schemas(t)
	for documentation, schema := range map[string]*hclspec.Spec{"plugin.json": plugin, "task.json": task} {
		kind := implied(t, schema)
		for name, example := range examples(t, documentation) {
			config := map[string]any{name: parsed(example, kind.AttributeType(name))}
			if schema == task && name != "image" {
				config["image"] = "localhost/x"
			}
			value := harness.Decode(t, schema, config)
			must.False(t, value.GetAttr(name).IsNull(), must.Sprintf("%s is lost", name))
			must.Positive(t, len(harness.Encode(t, value)))
		}
	}
}

// What the schemas let through, the plugin itself reads. Without a Podman nothing gets further than that.
func TestEveryOptionIsRead(t *testing.T) {
	t.Parallel()
	host := harness.Launch(t)
	host.Configure(t, map[string]any{"socket_path": "unix:///nowhere/podman.sock"})
	schema, err := host.TaskConfigSchema()
	must.NoError(t, err)
	kind := implied(t, schema)
	for name, example := range examples(t, "task.json") {
		task := newTask(t)
		host.SetDriverConfig(t, task, map[string]any{"image": "localhost/x", name: parsed(example, kind.AttributeType(name))})
		_, _, err := host.StartTask(task)
		must.Error(t, err)
		must.StrNotContains(t, err.Error(), "failed to decode driver config", must.Sprint(name))
	}
	plugin, err := host.ConfigSchema()
	must.NoError(t, err)
	kind = implied(t, plugin)
	for name, example := range examples(t, "plugin.json") {
		err := host.TryConfigure(t, map[string]any{name: parsed(example, kind.AttributeType(name))})
		must.NoError(t, err, must.Sprint(name))
	}
}

func TestWhatSchemasRefuse(t *testing.T) {
	t.Parallel()
	plugin, task := schemas(t)
	for name, c := range map[string]struct {
		schema *hclspec.Spec
		config map[string]any
		text   string
	}{
		"a task without image":       {task, map[string]any{}, `"image" is required`},
		"an unknown option":          {task, map[string]any{"image": "x", "imgae": "y"}, "Invalid label"},
		"text for a list":            {task, map[string]any{"image": "x", "args": "a"}, "list of string required"},
		"text for a number":          {task, map[string]any{"image": "x", "pids_limit": "many"}, "a number is required"},
		"a bare map for labels":      {task, map[string]any{"image": "x", "labels": map[string]any{"a": "b"}}, "list of map of string required"},
		"an unknown option's block":  {task, map[string]any{"image": "x", "logging": map[string]any{"drvier": "x"}}, "Invalid label"},
		"an unknown plugin option":   {plugin, map[string]any{"sokcet_path": "x"}, "Invalid label"},
		"a socket without its path":  {plugin, map[string]any{"socket": []any{map[string]any{"name": "x"}}}, `"socket_path" is required`},
		"a switch that is no switch": {plugin, map[string]any{"disable_log_collection": "maybe"}, "a bool is required"},
	} {
		t.Run(name, func(t *testing.T) {
			_, errors := harness.TryDecode(t, c.schema, c.config)
			must.Positive(t, len(errors))
			must.RegexMatch(t, regexp.MustCompile(regexp.QuoteMeta(c.text)), errors[0].Error())
		})
	}
}
