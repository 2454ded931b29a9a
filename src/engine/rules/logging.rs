//! Where the output goes: the task's `logging` block, or else the plugin's, and whether the plugin collects at all.
//! Reading the journal and passing lines on to Nomad happens elsewhere.

use std::collections::BTreeMap;

use crate::config::syntax::nearest::nearest;
use crate::diagnostic::Diagnostic;
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;
use crate::paths;
use crate::spec::LogConfiguration;

/// The file in the task's folder that Podman writes a task's output to where it is split. No task sees that folder as a
/// whole, unless its job mounts it.
const SPLIT_FILE: &str = ".output.log";
/// A size that no file reaches: a file that Podman begins anew would lose what was not carried yet. The host's own limit,
/// if containers.conf has one, is not meant for this file, whose carried part takes no space.
const NEVER_ANEW: i64 = 1 << 60;
const DRIVERS: &str = "\"nomad\" or \"journald\"";
/// What other drivers and tools call that which is `nomad` here.
const LIKE_NOMAD: [&str; 3] = ["json-file", "k8s-file", "local"];

/// Chooses the log driver. Options go on whatever the driver is, as they always did.
pub fn log_configuration(cx: &Inputs<'_>, out: &mut Draft<'_>) {
    let asked = Asked::of(cx);
    let mut log =
        LogConfiguration { options: asked.options.cloned().unwrap_or_default(), ..Default::default() };
    match asked.driver {
        _ if asked.is_open(cx) => log.driver = Some(asked.driver.to_owned()),
        "" | "nomad" if cx.plugin.disable_log_collection() => {
            // Podman's own driver then counts, which may know the options: they are not judged.
            if asked.by_task && (asked.driver == "nomad" || asked.split) {
                let part = if asked.driver.is_empty() { "split" } else { "driver" };
                out.report(asked.place(cx, part, nothing_is_collected()));
            }
        }
        "" | "nomad" => {
            judge_options_of_nomad(cx, &asked, out);
            log.driver = Some("k8s-file".to_owned());
            if asked.split {
                log.path = Some(split_file(cx.nomad.task_dir()));
                log.size = Some(NEVER_ANEW);
            } else {
                log.path = Some(cx.nomad.stdout_path()).filter(|path| !path.is_empty()).map(str::to_owned);
            }
        }
        "journald" => {
            for key in asked.keys().filter(|key| *key != "tag") {
                out.report(asked.place(cx, &format!("options.{key}"), not_of_journald(key)));
            }
            if asked.split {
                out.report(asked.place(cx, "split", split_anyway()));
            }
            log.driver = Some("journald".to_owned());
        }
        other => out.report(asked.place(cx, "driver", no_driver(other, asked.by_task))),
    }
    out.set_log_configuration(log);
}

/// The file that Podman writes the output to where it is split, in a task's folder.
pub fn split_file(task_dir: &str) -> String {
    paths::join(task_dir, SPLIT_FILE)
}

/// The block that counts.
struct Asked<'a> {
    driver: &'a str,
    split: bool,
    options: Option<&'a BTreeMap<String, String>>,
    by_task: bool,
}

impl<'a> Asked<'a> {
    /// The task's block replaces the plugin's as a whole, unless it is empty.
    fn of(cx: &Inputs<'a>) -> Self {
        let (driver, options) = (cx.task.logging_driver(), cx.task.logging_options());
        let split = cx.task.logging_split();
        if driver.is_empty() && options.is_none_or(BTreeMap::is_empty) && !split {
            let (driver, options) = (cx.plugin.logging_driver(), Some(cx.plugin.logging_options()));
            return Self { driver, split: cx.plugin.logging_split(), options, by_task: false };
        }
        Self { driver, split, options, by_task: true }
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.options.into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    fn is_open(&self, cx: &Inputs<'_>) -> bool {
        self.by_task && cx.is_open(self.driver)
    }

    fn place(&self, cx: &Inputs<'_>, part: &str, diagnostic: Diagnostic) -> Diagnostic {
        let path = format!("logging.{part}");
        if self.by_task { cx.at(&path, diagnostic) } else { cx.at_plugin(&path, diagnostic) }
    }
}

/// The driver `nomad` has no options. A block without a driver did not mean that one if the plugin has another.
fn judge_options_of_nomad(cx: &Inputs<'_>, asked: &Asked<'_>, out: &mut Draft<'_>) {
    if asked.keys().next().is_none() {
        return;
    }
    let of_plugin = cx.plugin.logging_driver();
    let refused = asked.keys().any(|key| key == "tag") && cx.host.podman_version().major() >= 6;
    if refused {
        let message = "Podman 6 refuses the log option `tag` unless the driver is `journald`.";
        let diagnostic = Diagnostic::error(ids::LOG_TAG_REFUSED, message)
            .suggest("Leave the tag away, or write `driver = \"journald\"`.");
        out.report(asked.place(cx, "options.tag", diagnostic));
    }
    if asked.by_task && asked.driver.is_empty() && !matches!(of_plugin, "" | "nomad") {
        let message = format!(
            "The block has options and no driver, so that the driver is `nomad` and not the plugin's `{of_plugin}`."
        );
        let diagnostic = Diagnostic::warning(ids::LOG_DRIVER_NOT_INHERITED, message)
            .suggest(format!("Add `driver = {of_plugin:?}`."));
        out.report(asked.place(cx, "options", diagnostic));
    } else if asked.keys().any(|key| key != "tag" || !refused) {
        let message = "The log driver `nomad` has no options.";
        let diagnostic = Diagnostic::warning(ids::LOG_OPTIONS_WITHOUT_EFFECT, message)
            .suggest("Use the task's `logs` block for sizes, or the driver `journald` for a tag.");
        out.report(asked.place(cx, "options", diagnostic));
    }
}

fn nothing_is_collected() -> Diagnostic {
    let message = "The plugin on this client collects no output, so that Nomad shows none of this task.";
    Diagnostic::warning(ids::LOG_COLLECTION_OFF, message)
        .suggest("Use `journald`, or have `disable_log_collection` switched off.")
}

fn split_anyway() -> Diagnostic {
    let message = "The log driver `journald` gives Nomad two streams of clean lines anyway.";
    Diagnostic::warning(ids::SPLIT_WITHOUT_EFFECT, message)
        .suggest("Leave `split` away, or use `driver = \"nomad\"`.")
}

fn not_of_journald(key: &str) -> Diagnostic {
    let message = format!("The log driver `journald` does not know the option {key:?}.");
    let diagnostic = Diagnostic::warning(ids::UNKNOWN_LOG_OPTION, message).accepts("`tag`");
    match nearest(key, ["tag"]) {
        Some(_) => diagnostic.suggest("Did you mean `tag`?"),
        None => diagnostic,
    }
}

fn no_driver(driver: &str, by_task: bool) -> Diagnostic {
    let (id, text) = match by_task {
        true => (ids::BAD_LOG_DRIVER, "Invalid task logging.driver option"),
        false => (ids::BAD_PLUGIN_LOG_DRIVER, "Invalid plugin logging.driver option"),
    };
    let diagnostic =
        Diagnostic::error(id, format!("{text}. There is no log driver {driver:?}.")).accepts(DRIVERS);
    match nearest(driver, ["nomad", "journald"]) {
        Some(word) => diagnostic.suggest(format!("Did you mean `{word}`?")),
        None if LIKE_NOMAD.contains(&driver) => {
            diagnostic.suggest(format!("`nomad` is what {driver} is elsewhere."))
        }
        None => diagnostic,
    }
}

#[cfg(test)]
#[path = "logging/tests.rs"]
pub(crate) mod tests;
