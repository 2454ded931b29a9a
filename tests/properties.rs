//! What holds for every config, tried on configs made at random from the option table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support {
    pub mod configs;
    pub mod hcl;
}

use std::sync::LazyLock;

use nomad_driver_podman::render::schema;
use podman_driver_engine::config::option::{OptionInfo, Type};
use podman_driver_engine::config::{PluginConfig, Sources, TaskConfig, decode};
use podman_driver_engine::diagnostic::Diagnostic;
use podman_driver_engine::facts::{HostFacts, NomadTask};
use podman_driver_engine::generated::options;
use podman_driver_engine::translate::{Request, Translation, translate};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::{configs, hcl};

fn errors(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(ToString::to_string).collect()
}

fn translated(task: &TaskConfig, plugin: &PluginConfig, host: &HostFacts, sources: &Sources) -> Translation {
    let nomad = NomadTask { task_name: "t".to_owned(), ..NomadTask::default() };
    translate(&Request {
        task,
        plugin,
        nomad: &nomad,
        host,
        task_sources: sources,
        plugin_sources: &Sources::default(),
    })
}

fn hosts() -> impl Strategy<Value = HostFacts> {
    let version = prop::sample::select(vec!["3.4.4", "4.3.1", "4.9.4-rhel", "5.4.2", "5.8.6", "6.0.0-dev"]);
    let known = prop_oneof![Just(Value::Null), Just(json!([])), Just(json!(["backend"]))];
    (version, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), known).prop_map(
        |(version, rootless, v1, systemd, apparmor, networks)| {
            serde_json::from_value(json!({
                "podman_version": version,
                "rootless": rootless,
                "cgroup_version": if v1 { "v1" } else { "v2" },
                "cgroup_manager": if systemd { "systemd" } else { "cgroupfs" },
                "cgroup_controllers": if systemd { json!(["cpu", "memory"]) } else { json!(["cpuset", "cpu", "io", "memory", "pids"]) },
                "apparmor": apparmor,
                "selinux": !apparmor,
                "networks": networks,
            }))
            .unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// HCL, a job in JSON and the msgpack of a client say the same.
    #[test]
    fn all_forms_of_a_config_decode_to_the_same(config in configs::config(options::TASK, true)) {
        let from_hcl = decode::task(&hcl::config_of_job(&configs::as_hcl(options::TASK, &config)), None);
        let from_json = decode::task(&hcl::config_of_job(&configs::as_json_job(&config)), None);
        prop_assert_eq!(errors(&from_hcl.diagnostics), errors(&from_json.diagnostics));
        prop_assert_eq!(&from_hcl.config, &from_json.config);
        let from_msgpack = decode::task_from_msgpack(&configs::as_msgpack(options::TASK, &config));
        if errors(&from_hcl.diagnostics).is_empty() {
            prop_assert_eq!(from_msgpack.as_ref(), Ok(&from_hcl.config));
        }
    }

    /// The same for the plugin's config, in the forms that it has.
    #[test]
    fn all_forms_of_a_plugin_config_decode_to_the_same(config in configs::config(options::PLUGIN, true)) {
        let from_hcl = decode::plugin(&hcl::config_of_job(&configs::as_hcl(options::PLUGIN, &config)), None);
        let from_json = decode::plugin(&hcl::config_of_job(&configs::as_json_job(&config)), None);
        prop_assert_eq!(errors(&from_hcl.diagnostics), errors(&from_json.diagnostics));
        prop_assert_eq!(&from_hcl.config, &from_json.config);
        if errors(&from_hcl.diagnostics).is_empty() {
            let from_msgpack = decode::plugin_from_msgpack(&configs::as_msgpack(options::PLUGIN, &config));
            prop_assert_eq!(from_msgpack.as_ref(), Ok(&from_hcl.config));
        }
    }

    /// A typed config that is written as msgpack or JSON comes back as it was.
    #[test]
    fn a_config_survives_being_written(config in configs::config(options::TASK, false)) {
        let typed = decode::task(&hcl::config_of_job(&configs::as_json_job(&config)), None).config;
        let bytes = rmp_serde::to_vec_named(&typed).unwrap();
        prop_assert_eq!(decode::task_from_msgpack(&bytes), Ok(typed.clone()));
        let text = serde_json::to_string(&typed).unwrap();
        prop_assert_eq!(serde_json::from_str::<TaskConfig>(&text).unwrap(), typed);
    }

    /// Translation is total and gives the same bytes for the same input, whatever is wrong with the config.
    #[test]
    fn translation_is_total_and_deterministic(
        config in configs::config(options::TASK, false),
        plugin in configs::config(options::PLUGIN, false),
        host in hosts(),
    ) {
        let task = decode::task(&hcl::config_of_job(&configs::as_json_job(&config)), None);
        let plugin = decode::plugin(&hcl::config_of_job(&configs::as_json_job(&plugin)), None);
        let once = translated(&task.config, &plugin.config, &host, &task.sources);
        let again = translated(&task.config, &plugin.config, &host, &task.sources);
        prop_assert_eq!(&once, &again);
        prop_assert_eq!(serde_json::to_string(&once.spec).unwrap(), serde_json::to_string(&again.spec).unwrap());
        prop_assert!(once.clashes.is_empty(), "{:?}", once.clashes);
        // What a name is that Nomad replaces at run time is not known yet: no image is looked for by it.
        let is_open = task.config.image.contains("${");
        if let Some(pull) = once.pull.as_ref().filter(|_| !once.has_errors() && !is_open) {
            let mut host = host.clone();
            host.images.insert(pull.reference(), "sha256:1d".to_owned());
            let knowing = translated(&task.config, &plugin.config, &host, &task.sources);
            prop_assert_eq!(once.spec_with_image("sha256:1d"), knowing.spec);
        }
    }

    /// The JSON Schema accepts just what decodes without an error. Texts outside of a closed list and
    /// values of free type decode, since the rule that reads them reports them in the Go driver's words; the schema
    /// refuses them.
    #[test]
    fn json_schema_and_decoding_agree(config in configs::config(options::TASK, false)) {
        agree(&TASK_SCHEMA, options::TASK, &config, errors(&decode::task(&hcl::config_of_job(&configs::as_json_job(&config)), None).diagnostics))?;
    }

    /// The same for the plugin's config.
    #[test]
    fn plugin_json_schema_and_decoding_agree(config in configs::config(options::PLUGIN, false)) {
        agree(&PLUGIN_SCHEMA, options::PLUGIN, &config, errors(&decode::plugin(&hcl::config_of_job(&configs::as_json_job(&config)), None).diagnostics))?;
    }
}

fn agree(
    schema: &jsonschema::Validator,
    table: &'static [OptionInfo],
    config: &Map<String, Value>,
    errors: Vec<String>,
) -> Result<(), TestCaseError> {
    let value = Value::Object(config.clone());
    let good = errors.is_empty() && !refused_by_a_rule(table, config);
    prop_assert_eq!(
        schema.is_valid(&value),
        good,
        "{:#}\nschema: {:?}\ndecoding: {:?}",
        value,
        schema.validate(&value).err(),
        errors
    );
    Ok(())
}

/// Whether some text is not in the closed list of its option, or a value of free type is neither text nor list.
fn refused_by_a_rule(table: &'static [OptionInfo], config: &Map<String, Value>) -> bool {
    let plain = |item: &Value| !item.is_array() && !item.is_object();
    table.iter().any(|option| match config.get(option.name) {
        Some(Value::Array(items)) if option.ty == Type::Any => !items.iter().all(plain),
        Some(Value::String(_) | Value::Null) | None if option.ty == Type::Any => false,
        Some(_) if option.ty == Type::Any => true,
        Some(Value::Object(inner)) => refused_by_a_rule(option.options, inner),
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_object).any(|inner| refused_by_a_rule(option.options, inner))
        }
        Some(Value::String(text)) if !option.enumeration.is_empty() => {
            !text.is_empty() && !text.contains("${") && !option.enumeration.contains(&text.as_str())
        }
        Some(Value::Bool(_) | Value::Number(_)) => !option.enumeration.is_empty(),
        _ => false,
    })
}

static TASK_SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| validator(&schema::task()));
static PLUGIN_SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| validator(&schema::plugin()));

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::validator_for(schema).unwrap()
}

/// Every example of the reference decodes and is valid by the schema.
#[test]
fn examples_of_the_options_are_good() {
    let (task, plugin) = (&*TASK_SCHEMA, &*PLUGIN_SCHEMA);
    for option in options::TASK {
        let mut config = Map::from_iter([("image".to_owned(), json!("redis:7"))]);
        config.insert(option.name.to_owned(), configs::example(option));
        let decoded = decode::task(&hcl::config_of_job(&configs::as_json_job(&config)), None);
        assert_eq!(errors(&decoded.diagnostics), Vec::<String>::new(), "{}", option.name);
        assert!(task.is_valid(&Value::Object(config)), "{}", option.name);
    }
    for option in options::PLUGIN {
        let config = Map::from_iter([(option.name.to_owned(), configs::example(option))]);
        let decoded = decode::plugin(&hcl::config_of_job(&configs::as_json_job(&config)), None);
        assert_eq!(errors(&decoded.diagnostics), Vec::<String>::new(), "{}", option.name);
        assert!(plugin.is_valid(&Value::Object(config)), "{}", option.name);
    }
}
