//! `render --format facts`: what the translation was made of besides the job, in the form that `--facts` takes.
//! A job and this file are a complete bug report, so secrets are left out of it.

use podman_driver_engine::config::PluginConfig;
use podman_driver_engine::generated::options;
use podman_driver_engine::secret::{redact_environment, redact_option};
use serde_json::{Value, json};

use crate::render::job::TranslatedTask;
use crate::render::settings::Settings;

/// Nomad's facts belong to one task; of several only host and plugin are printed.
pub(in crate::render) fn print(tasks: &[&TranslatedTask], settings: &Settings) -> String {
    let mut facts = json!({ "host": settings.host, "plugin": plugin(&settings.plugin) });
    if let ([one], Value::Object(members)) = (tasks, &mut facts) {
        let mut nomad = serde_json::to_value(&one.nomad).unwrap_or_default();
        if let Some(Value::Object(env)) = nomad.get_mut("env") {
            redact_environment(env);
        }
        members.insert("nomad".to_owned(), nomad);
    }
    let mut text = serde_json::to_string_pretty(&facts).unwrap_or_default();
    text.push('\n');
    text
}

fn plugin(config: &PluginConfig) -> Value {
    let mut value = serde_json::to_value(config).unwrap_or_default();
    for option in options::PLUGIN {
        if let Some(value) = value.get_mut(option.name) {
            redact_option(option, value);
        }
    }
    value
}
