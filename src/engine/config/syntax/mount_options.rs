//! The option words behind the destination of a volume or tmpfs mount, and which of them Podman knows.
//! A word that Podman does not know is kept: a newer Podman may know it, so it is worth a warning and no more.

use super::nearest::nearest;

/// Words for every kind of mount.
const COMMON: &[&str] = &[
    "ro",
    "rw",
    "exec",
    "noexec",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "U",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "unbindable",
    "runbindable",
];
/// Words for bind mounts only.
const BIND: &[&str] = &["bind", "rbind", "z", "Z", "O", "idmap", "copy", "nocopy", "no-dereference"];
/// Words for tmpfs only.
const TMPFS: &[&str] = &["tmpcopyup", "notmpcopyup", "noswap", "noatime"];

/// Splits at commas and leaves out empty words.
pub(super) fn split(text: &str) -> Vec<String> {
    text.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether Podman knows the word for a bind mount.
pub(super) fn known_for_bind(word: &str) -> bool {
    COMMON.contains(&word) || BIND.contains(&word) || word.starts_with("idmap=")
}

/// Whether Podman knows the word for a tmpfs.
pub(super) fn known_for_tmpfs(word: &str) -> bool {
    COMMON.contains(&word) || TMPFS.contains(&word) || word.starts_with("size=") || word.starts_with("mode=")
}

/// The known word for a bind mount that comes nearest.
pub(super) fn nearest_for_bind(word: &str) -> Option<&'static str> {
    nearest(word, COMMON.iter().chain(BIND).copied())
}

/// The known word for a tmpfs that comes nearest.
pub(super) fn nearest_for_tmpfs(word: &str) -> Option<&'static str> {
    nearest(word, COMMON.iter().chain(TMPFS).copied())
}
