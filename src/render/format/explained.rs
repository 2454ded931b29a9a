//! Why each member of a spec has its value: the value, the rule that set it, what the rule had read and who gave that.
//! The third of the project's walks: from a value to its line in the job, or to the rule's file.

use podman_driver_engine::provenance::{Key, Origin, Read, read};
use podman_driver_engine::source::{Files, Source};
use podman_driver_engine::translate::Request;
use serde_json::Value;

use super::manual::rule_place;
use crate::render::job::{Translated, TranslatedTask};
use crate::render::settings::Settings;
use crate::render::spec::redacted;

/// Everything that is set in a task's spec.
pub(in crate::render) fn all(job: &Translated, task: &TranslatedTask, settings: &Settings) -> String {
    format!("{}\n\n{}", head(job, task), some(job, task, settings, |_| true))
}

/// Which task it is about.
pub(in crate::render) fn head(job: &Translated, task: &TranslatedTask) -> String {
    format!("{} / {} / {} ({})", job.job, task.group, task.task, job.name)
}

/// The members that the choice takes; nothing where there is none.
pub(in crate::render) fn some(
    job: &Translated,
    task: &TranslatedTask,
    settings: &Settings,
    choose: impl Fn(&Origin) -> bool,
) -> String {
    let spec = redacted(&task.translation.spec, false);
    let request = task.request(settings);
    let chosen: Vec<&Origin> =
        task.translation.provenance.origins.iter().filter(|origin| choose(origin)).collect();
    let mut text = String::new();
    // What one rule set in one go, such as the environment, has one reason.
    for together in chosen.chunk_by(|one, next| one.rule() == next.rule() && one.inputs().eq(next.inputs())) {
        for origin in together {
            text.push_str(&format!("{} = {}\n", origin.path(), value(&spec, origin)));
        }
        if let Some(origin) = together.first() {
            text.push_str(&reason(job, &request, origin));
        }
    }
    text
}

/// The rule, and what it had read.
fn reason(job: &Translated, request: &Request<'_>, origin: &Origin) -> String {
    let mut text = format!("  set by  {}\n", rule_place(origin.rule()));
    let reads: Vec<Read> = origin.inputs().map(|input| read(request, input)).collect();
    let width = reads.iter().map(|read| read.path.len()).max().unwrap_or(0);
    for read in &reads {
        let value = shortened(&read.value, &read.path);
        let who = source(&job.files, read.source);
        text.push_str(&format!("  reads   {:width$}  {value}  ({who})\n", read.path));
    }
    text
}

/// The value as it stands in the spec. Members of objects have dotted names.
fn value(spec: &Value, origin: &Origin) -> Value {
    let member = origin.member.info().name;
    let whole = member.split('.').try_fold(spec, |value, part| value.get(part));
    let part = match (&origin.key, whole) {
        (Key::Whole, whole) => whole,
        (Key::Index(index), Some(list)) => list.get(*index),
        (Key::Entry(key), Some(map)) => map.get(&**key),
        (_, None) => None,
    };
    part.cloned().unwrap_or_default()
}

/// Environments are long, and every variable of them has a line of its own among the members.
fn shortened(value: &Value, path: &str) -> String {
    match value {
        Value::Object(entries) if path == "nomad.env" => format!("{} variables", entries.len()),
        other => other.to_string(),
    }
}

/// Who gave a value, as its author would say it.
pub(in crate::render) fn source(files: &Files, source: Source) -> String {
    match source {
        Source::File(span) => files.place(span).to_string(),
        Source::TaskConfig => "the task's config".to_owned(),
        Source::PluginConfig => "the plugin's config".to_owned(),
        Source::Nomad => "Nomad".to_owned(),
        Source::Host => "host".to_owned(),
        Source::Default => "default".to_owned(),
    }
}
