//! Judges the option words of a mount: words that Podman is not known to have, and words that exclude each other.
//! The words themselves are the syntax's; what the mount is for does not matter here.

use crate::diagnostic::{Diagnostic, Id};
use crate::draft::Draft;
use crate::generated::diagnostics as ids;
use crate::inputs::Inputs;

/// Of each group, Podman takes one word once.
const EXCLUSIVE: [&[&str]; 9] = [
    &["ro", "rw"],
    &["exec", "noexec"],
    &["suid", "nosuid"],
    &["dev", "nodev"],
    &["z", "Z"],
    &["U"],
    &["bind", "rbind"],
    &["tmpcopyup", "notmpcopyup"],
    &["private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable"],
];

/// What other tools call a word.
const OTHER_NAMES: [(&str, &str); 4] =
    [("readonly", "ro"), ("read-only", "ro"), ("readwrite", "rw"), ("relabel=shared", "z")];

/// Reports every word that Podman is not known to have, with the likely one.
pub(super) fn report_unknown<'a>(
    cx: &Inputs<'_>,
    path: &str,
    id: Id,
    words: impl Iterator<Item = (&'a str, Option<&'static str>)>,
    out: &mut Draft<'_>,
) {
    for (word, near) in words.filter(|(word, _)| !cx.is_open(word)) {
        let meant = OTHER_NAMES.iter().find(|(other, _)| *other == word).map(|(_, meant)| *meant).or(near);
        let diagnostic =
            Diagnostic::warning(id, format!("Podman is not known to have the mount option {word:?}."));
        let diagnostic = match meant {
            Some(meant) => diagnostic.suggest(format!("Did you mean `{meant}`?")),
            None => diagnostic,
        };
        out.report(cx.at(path, diagnostic));
    }
}

/// Reports words that exclude each other, once for each pair of neighbours in a group.
pub(super) fn report_conflicts(cx: &Inputs<'_>, path: &str, options: &[String], out: &mut Draft<'_>) {
    for group in EXCLUSIVE {
        let given: Vec<&String> = options.iter().filter(|word| group.contains(&word.as_str())).collect();
        for pair in given.windows(2) {
            let [first, second] = pair else { continue };
            let message = match first == second {
                true => format!("The mount option {first:?} is given twice."),
                false => format!("The mount options {first:?} and {second:?} exclude each other."),
            };
            let diagnostic = Diagnostic::error(ids::CONFLICTING_MOUNT_OPTIONS, message)
                .suggest("Keep the one that is meant.");
            out.report(cx.at(path, diagnostic));
        }
    }
}
