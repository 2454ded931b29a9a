//! Events of Podman 4 and 5, as they were seen, and what they say of an image.

use super::super::mark::Mark;
use super::*;

const NAME: &str = "quay.io/team/app:1";
const OURS: History = History::Ours { mounts: false, mounted: false };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn image(marks: &[i64]) -> Marked {
    let marks = marks.iter().map(|second| Mark::new(NAME, at(*second))).collect();
    Marked { id: "ab".to_owned(), names: vec![NAME.to_owned()], marks }
}

fn told(action: Action, id: &str, name: &str, second: i64) -> Told {
    Told { action, id: id.to_owned(), name: name.to_owned(), at: second * 1_000_000_000 }
}

fn marked(second: i64) -> Told {
    told(Action::Tag, "ab", &Mark::new(NAME, at(second)).name(), second)
}

fn pull(id: &str, name: &str, second: i64) -> Told {
    told(Action::Pull, id, name, second)
}

fn own(from: i64, to: i64) -> Own {
    Own { name: NAME.to_owned(), from: at(from), to: at(to) }
}

#[test]
fn an_image_is_ours_until_somebody_else_pulls_it() {
    let before = [pull("ab", NAME, 9), marked(10)];
    assert_eq!(history(&image(&[10]), &before, &[]), OURS, "the pull that the mark is of");
    for theirs in [
        pull("ab", NAME, 11),
        pull("", NAME, 11),
        pull("", "app", 11),
        pull("", "docker://quay.io/team/app:1", 11),
        pull("", "ab", 11),
    ] {
        let told = [before[0].clone(), marked(10), theirs.clone()];
        assert_eq!(history(&image(&[10]), &told, &[]), History::Others(theirs.name));
    }
    for harmless in [
        pull("cd", NAME, 11),
        pull("", "quay.io/other/app:1", 11),
        pull("", "app:2", 11),
        told(Action::Load, "", "/x.tar", 11),
    ] {
        assert_eq!(history(&image(&[10]), &[marked(10), harmless], &[]), OURS);
    }
}

#[test]
fn the_order_counts_and_not_the_time() {
    // Podman 4 dates a pull by its beginning, and tells of it at its end.
    let told = [marked(10), pull("", NAME, 4)];
    assert_eq!(history(&image(&[10]), &told, &[]), History::Others(NAME.to_owned()));
}

#[test]
fn events_that_do_not_reach_back_to_the_mark_say_nothing() {
    assert_eq!(history(&image(&[10]), &[], &[]), History::Unknown);
    assert_eq!(history(&image(&[10]), &[pull("cd", "x", 50)], &[]), History::Unknown);
    assert_eq!(history(&image(&[10, 20]), &[marked(20)], &[]), History::Unknown, "the oldest one counts");
}

#[test]
fn a_pull_of_our_own_explains_one_event() {
    let told = [marked(10), pull("ab", NAME, 22)];
    assert_eq!(history(&image(&[10, 25]), &told, &[own(20, 24)]), OURS);
    assert_eq!(history(&image(&[10, 25]), &told, &[own(30, 34)]), History::Others(NAME.to_owned()));
    let twice = [marked(10), pull("ab", NAME, 22), pull("ab", NAME, 23)];
    assert_eq!(history(&image(&[10]), &twice, &[own(20, 24)]), History::Others(NAME.to_owned()));
    assert_eq!(history(&image(&[10]), &twice, &[own(20, 24), own(21, 25)]), OURS);
    let loaded = [marked(10), self::told(Action::Load, "ab", "/x.tar", 22)];
    assert_eq!(history(&image(&[10]), &loaded, &[own(20, 24)]), OURS);
    assert_eq!(history(&image(&[10]), &loaded, &[]), History::Others("/x.tar".to_owned()));
}

#[test]
fn mounts_are_seen() {
    let mount = |second| told(Action::Mount, "ab", "", second);
    let unmount = |second| told(Action::Unmount, "ab", "", second);
    let of = |events: &[Told]| history(&image(&[10]), &[&[marked(10)], events].concat(), &[]);
    assert_eq!(of(&[mount(11)]), History::Ours { mounts: true, mounted: true });
    assert_eq!(of(&[mount(11), unmount(12), unmount(13)]), History::Ours { mounts: true, mounted: false });
    assert_eq!(of(&[told(Action::Mount, "cd", "", 11)]), OURS);
}
