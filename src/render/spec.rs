//! Specs as JSON values, ready to be printed: canonical, and without secrets unless somebody asks for them.
//! Which names are secret is the engine's knowledge.

use podman_driver_engine::secret::redact_environment;
use podman_driver_engine::spec::ContainerSpec;
use serde_json::{Value, json};

use super::job::{Translated, TranslatedTask};

/// A spec as JSON; its secrets are `<redacted>` unless they shall show.
pub fn redacted(spec: &ContainerSpec, show_secrets: bool) -> Value {
    let mut value = serde_json::to_value(spec).unwrap_or_default();
    if !show_secrets && let Some(Value::Object(env)) = value.get_mut("env") {
        redact_environment(env);
    }
    value
}

/// What `render` prints as JSON: of one task the spec itself, of several a list with job, group, task and spec.
pub fn specs<'a>(
    tasks: impl IntoIterator<Item = (&'a Translated, &'a TranslatedTask)>,
    show_secrets: bool,
) -> Value {
    let mut specs: Vec<Value> = tasks
        .into_iter()
        .map(|(job, task)| {
            let spec = redacted(&task.translation.spec, show_secrets);
            json!({ "job": job.job, "group": task.group, "task": task.task, "spec": spec })
        })
        .collect();
    match specs.as_mut_slice() {
        [one] => one.get_mut("spec").map(Value::take).unwrap_or_default(),
        _ => Value::Array(specs),
    }
}
