//! Labels: those of the task, and those about the job that the plugin's `extra_labels` asks for.
//! Annotations are another thing and belong to the security options.

use std::collections::BTreeMap;

use crate::config::syntax::Glob;
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;

/// The words that patterns are matched against.
pub(crate) const WORDS: [&str; 7] =
    ["job_name", "job_id", "task_group_name", "task_name", "namespace", "node_name", "node_id"];
const PREFIX: &str = "com.hashicorp.nomad.";

/// Sets both kinds of labels; one of Nomad's wins over one of the task, so that tools can trust it.
pub fn labels(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let about_the_job = about_the_job(cx);
    for (key, value) in cx.task.labels() {
        if about_the_job.contains_key(key) {
            let message =
                format!("The plugin's `extra_labels` sets the label {key:?} too, and its value wins.");
            let diagnostic = Diagnostic::warning(ids::LABEL_OVERWRITTEN, message)
                .suggest("Call the label something else.");
            out.report(cx.at(&format!("labels.{key}"), diagnostic));
        } else {
            out.insert_labels(key, value.clone());
        }
    }
    for (key, value) in about_the_job {
        out.insert_labels(key, value);
    }
}

/// The labels that `extra_labels` asks for. Any pattern, also one that fits nothing, brings the allocation's ID.
fn about_the_job(cx: &Inputs<'_>) -> BTreeMap<String, String> {
    let patterns: Vec<Glob> = cx.plugin.extra_labels().iter().filter_map(|text| text.parse().ok()).collect();
    if patterns.is_empty() {
        return BTreeMap::new();
    }
    let wanted = WORDS.iter().filter(|word| patterns.iter().any(|pattern| pattern.matches(word)));
    let mut labels: BTreeMap<_, _> =
        wanted.map(|word| (format!("{PREFIX}{word}"), value_of(cx, word).to_owned())).collect();
    labels.insert(format!("{PREFIX}alloc_id"), cx.nomad.alloc_id().to_owned());
    labels
}

fn value_of<'a>(cx: &Inputs<'a>, word: &str) -> &'a str {
    match word {
        "job_name" => cx.nomad.job_name(),
        "job_id" => cx.nomad.job_id(),
        "task_group_name" => cx.nomad.group_name(),
        "task_name" => cx.nomad.task_name(),
        "namespace" => cx.nomad.namespace(),
        "node_name" => cx.nomad.node_name(),
        "node_id" => cx.nomad.node_id(),
        _ => "",
    }
}

#[cfg(test)]
#[path = "labels/tests.rs"]
pub(crate) mod tests;
