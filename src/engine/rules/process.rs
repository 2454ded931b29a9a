//! The process: its name, command, entrypoint, init, user and environment. Working directory, host name and terminal
//! are declared mappings in the data; what `port_map` adds to the environment belongs to the rule of the ports.

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::{Inputs, port_variable};

/// What is accepted as an entrypoint.
const ENTRYPOINT: &str = "a list of texts such as [\"/bin/sh\", \"-c\"]";

/// Names the container after task and allocation: Nomad and `task:NAME` of other tasks find it by that.
pub fn name(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let task = cx.nomad.task_name();
    if !cx.is_open(task) && !can_begin_a_name(task) {
        out.report(
            Diagnostic::error(
                ids::BAD_CONTAINER_NAME,
                format!("The container cannot be named after the task {task:?}."),
            )
            .accepts("letters, digits, `_`, `.` and `-`, with a letter or digit first")
            .suggest("Rename the task."),
        );
    }
    out.set_name(format!("{task}-{}", cx.nomad.alloc_id()));
}

/// Puts the command before its arguments; arguments alone replace the image's command.
pub fn command(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let command = Some(cx.task.command()).filter(|command| !command.is_empty());
    let words: Vec<String> =
        command.into_iter().chain(cx.task.args().iter().map(String::as_str)).map(str::to_owned).collect();
    if !words.is_empty() {
        out.set_command(words);
    }
}

/// Takes the entrypoint as a list; a text is a list of one, and an empty list takes the image's away.
pub fn entrypoint(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    match cx.task.entrypoint() {
        None | Some(Json::Null) => {}
        Some(Json::String(program)) => {
            out.report(cx.at("entrypoint", text_instead_of_list(program)));
            out.set_entrypoint(vec![program.clone()]);
        }
        Some(Json::Array(words)) => {
            if words.is_empty() && !cx.is_deferred("entrypoint") {
                out.report(cx.at("entrypoint", taken_away()));
            }
            let words = words.iter().enumerate().filter_map(|(index, word)| {
                let text = scalar(word);
                if text.is_none() {
                    out.report(cx.at(&format!("entrypoint[{index}]"), bad_entrypoint(word)));
                }
                text
            });
            let words = words.collect();
            out.set_entrypoint(words);
        }
        Some(other) => out.report(cx.at("entrypoint", bad_entrypoint(other))),
    }
}

/// Asks for an init process, and says where it lies.
pub fn init(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let init = cx.task.init();
    if init {
        out.set_init(true);
    }
    out.next_decision();
    let path = cx.task.init_path();
    if path.is_empty() {
        return;
    }
    out.set_init_path(path);
    if !init && !cx.is_deferred("init") {
        let message = "`init_path` has no effect, since `init` is not true.";
        let diagnostic = Diagnostic::warning(ids::INIT_PATH_WITHOUT_INIT, message)
            .suggest("Add `init = true`, or leave `init_path` away.");
        out.report(cx.at("init_path", diagnostic));
    }
}

/// Passes the task's user on.
pub fn user(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let user = cx.nomad.user();
    if !user.is_empty() {
        out.set_user(user);
    }
}

/// Passes Nomad's environment on, without the variables that `port_map` gives another value.
pub fn environment(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let redefined: Vec<String> = cx.task.port_map().keys().map(|label| port_variable(label)).collect();
    for (key, value) in cx.nomad.env().iter().filter(|(key, _)| !redefined.contains(key)) {
        out.insert_env(key, value.clone());
    }
}

fn text_instead_of_list(program: &str) -> Diagnostic {
    let words: Vec<String> = program.split_whitespace().map(|word| format!("{word:?}")).collect();
    Diagnostic::warning(ids::ENTRYPOINT_STRING, "`entrypoint` as a text is deprecated; it names one program.")
        .accepts(ENTRYPOINT)
        .suggest(format!("Write `entrypoint = [{}]`.", words.join(", ")))
}

fn taken_away() -> Diagnostic {
    Diagnostic::warning(ids::ENTRYPOINT_EMPTY, "The empty list takes the image's entrypoint away.")
        .suggest("Leave `entrypoint` away for the image's own.")
}

fn bad_entrypoint(value: &Json) -> Diagnostic {
    let message = format!("invalid entrypoint type {}", go_type(value));
    Diagnostic::error(ids::BAD_ENTRYPOINT, message).accepts(ENTRYPOINT)
}

/// The type's name in the Go driver's message.
fn go_type(value: &Json) -> &'static str {
    match value {
        Json::Null => "nil",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float64",
        Json::Number(_) => "int64",
        Json::String(_) => "string",
        Json::Array(_) => "[]interface {}",
        Json::Object(_) => "map[string]interface {}",
    }
}

/// A word of the list as text; the Go driver prints numbers and bools too.
fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Whether Podman takes a name that begins like this and goes on with a dash.
fn can_begin_a_name(task: &str) -> bool {
    task.starts_with(|c: char| c.is_ascii_alphanumeric())
        && task.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

#[cfg(test)]
#[path = "process/tests.rs"]
pub(crate) mod tests;
