//! The mark on an image that we pulled: a further name, which says when, and which of the image's names came with it.
//! Everything that outlives this process is in it.

use jiff::Timestamp;

use super::names::may_mean;
use crate::driver::digest::sha256;
use crate::podman::ListedImage;

/// The repository of all marks. Nobody pushes or pulls it: it is no registry's.
pub const REPOSITORY: &str = "localhost/nomad-driver-podman/pulled";

/// How many digits of a name's digest a mark has.
const DIGITS: usize = 16;

/// A mark: its tag is `MILLISECONDS-DIGEST`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When it was made, in milliseconds since 1970.
    pub at: i64,
    /// Which name of the image it stands for: the first digits of the name's SHA-256.
    pub stands_for: String,
}

impl Mark {
    /// A mark of this moment for a name.
    pub fn new(name: &str, now: Timestamp) -> Self {
        Self { at: now.as_millisecond(), stands_for: digest(name) }
    }

    /// The same at another moment.
    pub fn renewed(&self, now: Timestamp) -> Self {
        Self { at: now.as_millisecond(), stands_for: self.stands_for.clone() }
    }

    /// What stands after the repository.
    pub fn tag(&self) -> String {
        format!("{}-{}", self.at, self.stands_for)
    }

    /// The whole name.
    pub fn name(&self) -> String {
        format!("{REPOSITORY}:{}", self.tag())
    }

    /// The mark that a name is, if it is one.
    pub fn read(name: &str) -> Option<Self> {
        let (at, stands_for) = name.strip_prefix(REPOSITORY)?.strip_prefix(':')?.split_once('-')?;
        let hex = stands_for.len() == DIGITS && stands_for.bytes().all(|byte| byte.is_ascii_hexdigit());
        let at = at.parse().ok().filter(|at| hex && *at > 0)?;
        Some(Self { at, stands_for: stands_for.to_owned() })
    }
}

fn digest(name: &str) -> String {
    sha256(name.as_bytes()).chars().take(DIGITS).collect()
}

/// An image that carries our mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its ID.
    pub id: String,
    /// Its names, without the marks.
    pub names: Vec<String>,
    /// Its marks, oldest first. There is at least one.
    pub marks: Vec<Mark>,
}

impl Marked {
    /// The image, if it carries a mark.
    pub fn of(image: &ListedImage) -> Option<Self> {
        let mut marks: Vec<Mark> = image.names.iter().filter_map(|name| Mark::read(name)).collect();
        marks.sort();
        let names = image.names.iter().filter(|name| Mark::read(name).is_none()).cloned().collect();
        (!marks.is_empty()).then(|| Self { id: image.id.clone(), names, marks })
    }

    /// A name that did not come with a pull of ours.
    pub fn name_of_others(&self) -> Option<&str> {
        let ours = |name: &str| {
            let digest = digest(name);
            self.marks.iter().any(|mark| mark.stands_for == digest)
        };
        self.names.iter().map(String::as_str).find(|name| !ours(name))
    }

    /// Whether what somebody wrote for an image may be this one.
    pub fn may_be(&self, written: &str) -> bool {
        let id = written.trim_start_matches("sha256:");
        let by_id = !id.is_empty() && self.id.starts_with(id);
        by_id || self.names.iter().any(|name| may_mean(written, name))
    }

    /// Marks whose place newer ones have taken.
    pub fn outdated(&self) -> Vec<&Mark> {
        let newer =
            |mark: &Mark| self.marks.iter().any(|other| other.stands_for == mark.stands_for && other > mark);
        self.marks.iter().filter(|mark| newer(mark)).collect()
    }

    /// One mark for each name that there was, of this moment.
    pub fn renewed(&self, now: Timestamp) -> Vec<Mark> {
        let mut marks: Vec<Mark> = self.marks.iter().map(|mark| mark.renewed(now)).collect();
        marks.sort();
        marks.dedup();
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(names: &[&str]) -> Option<Marked> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Marked::of(&ListedImage { id: "ab".to_owned(), names, ..ListedImage::default() })
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_and_nothing_else_is_one() {
        let now = Timestamp::from_millisecond(1_795_527_216_123).unwrap();
        let mark = Mark::new("quay.io/team/app:1", now);
        assert_eq!(mark.name(), "localhost/nomad-driver-podman/pulled:1795527216123-a565e85a61bbd515");
        assert_eq!(Mark::read(&mark.name()), Some(mark));
        for name in [
            "quay.io/team/app:1",
            "localhost/nomad-driver-podman/pulled",
            "localhost/nomad-driver-podman/pulled:latest",
            "localhost/nomad-driver-podman/pulled:1-2",
            "localhost/nomad-driver-podman/pulled:x-0123456789abcdef",
            "localhost/nomad-driver-podman/pulled2:1-0123456789abcdef",
            "localhost/nomad-driver-podman/pulled@sha256:0123456789abcdef",
        ] {
            assert_eq!(Mark::read(name), None, "{name}");
        }
    }

    #[test]
    fn names_without_a_mark_are_somebody_elses() {
        let now = Timestamp::from_second(1_795_527_216).unwrap();
        let mark = Mark::new("quay.io/app:1", now).name();
        assert_eq!(image(&["quay.io/app:1"]), None, "without a mark it is not ours");
        assert_eq!(image(&["quay.io/app:1", &mark]).unwrap().name_of_others(), None);
        assert_eq!(image(&[&mark]).unwrap().name_of_others(), None, "the name went to a newer image");
        let named = image(&[&mark, "localhost/mine:1", "quay.io/app:1"]).unwrap();
        assert_eq!(named.name_of_others(), Some("localhost/mine:1"));
        let digest = "quay.io/app@sha256:11d766cc0049d573f498234242937ef0288f4c1449182f9f3ce86e818b61e2ad";
        assert_eq!(image(&[&mark, digest]).unwrap().name_of_others(), Some(digest));
    }

    #[test]
    fn newer_marks_take_the_place_of_older_ones_for_the_same_name() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let [old, new, other] =
            [Mark::new("a/b:1", at(1)), Mark::new("a/b:1", at(5)), Mark::new("a/c:1", at(2))];
        let image = image(&[&new.name(), &other.name(), &old.name()]).unwrap();
        assert_eq!(image.marks, [old.clone(), other.clone(), new]);
        assert_eq!(image.outdated(), [&old]);
        let mut renewed = [old.renewed(at(9)), other.renewed(at(9))];
        renewed.sort();
        assert_eq!(image.renewed(at(9)), renewed);
    }
}
