//! What becomes of an image that carries our mark: a pure decision of what is known of it.

use std::fmt;
use std::time::Duration;

use super::history::History;
use super::mark::Marked;

/// All that counts.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The image.
    pub image: &'a Marked,
    /// What happened to it.
    pub history: &'a History,
    /// How many tasks and starts of this process use it.
    pub users: usize,
    /// A container that was made of it, or mounts it, whoever made that.
    pub container: Option<&'a str>,
    /// How long no task or start has used it.
    pub unused: Duration,
    /// How long that has to be.
    pub delay: Duration,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is removed.
    Remove,
    /// It may be removed after this time.
    Wait(Duration),
    /// It stays for now.
    Keep(Why),
    /// It stays, and is not ours any more: somebody pulled it under this name.
    Disown(String),
}

/// Why an image stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// A task or a start uses it.
    Users,
    /// A container does.
    Container(String),
    /// Somebody gave it this name.
    Named(String),
    /// It is mounted, perhaps by hand.
    Mounted,
    /// It cannot be told whether somebody else pulled it.
    Unknown,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Users => f.write_str("a task uses it"),
            Why::Container(id) => write!(f, "the container {id} uses it"),
            Why::Named(name) => {
                write!(f, "it has the name {name}, which did not come with a pull of this driver")
            }
            Why::Mounted => f.write_str("it is mounted"),
            Why::Unknown => f.write_str("Podman's events do not reach back to when this driver pulled it"),
        }
    }
}

/// Decides. What others did goes before everything else.
pub fn decide(situation: &Situation<'_>) -> Verdict {
    let Situation { image, history, users, container, unused, delay } = *situation;
    let mounted = match history {
        History::Others(name) => return Verdict::Disown(name.clone()),
        History::Ours { mounted, .. } => *mounted,
        History::Unknown => false,
    };
    if let Some(name) = image.name_of_others() {
        return Verdict::Keep(Why::Named(name.to_owned()));
    }
    if users > 0 {
        return Verdict::Keep(Why::Users);
    }
    if let Some(container) = container {
        return Verdict::Keep(Why::Container(container.to_owned()));
    }
    if mounted {
        return Verdict::Keep(Why::Mounted);
    }
    if *history == History::Unknown {
        return Verdict::Keep(Why::Unknown);
    }
    match delay.checked_sub(unused).filter(|rest| !rest.is_zero()) {
        Some(rest) => Verdict::Wait(rest),
        None => Verdict::Remove,
    }
}

/// How long after an attempt that left an image where it is there is another: the delay, and twice as long each time.
/// Never less than a second, never more than `most`.
pub fn again(delay: Duration, tries: u32, most: Duration) -> Duration {
    let factor = 1_u32.checked_shl(tries).unwrap_or(u32::MAX);
    delay.max(Duration::from_secs(1)).saturating_mul(factor).min(most)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::mark::Mark;
    use super::*;

    const OURS: History = History::Ours { mounts: false, mounted: false };
    const DELAY: Duration = Duration::from_secs(180);

    fn image(names: &[&str]) -> Marked {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Marked { id: "ab".to_owned(), names, marks: vec![Mark::new("quay.io/app:1", Timestamp::UNIX_EPOCH)] }
    }

    fn verdict(image: &Marked, history: &History, change: impl FnOnce(&mut Situation<'_>)) -> Verdict {
        let unused = Duration::from_secs(200);
        let mut situation = Situation { image, history, users: 0, container: None, unused, delay: DELAY };
        change(&mut situation);
        decide(&situation)
    }

    #[test]
    fn only_what_nobody_uses_goes_and_only_after_the_delay() {
        let image = image(&["quay.io/app:1"]);
        assert_eq!(verdict(&image, &OURS, |_| ()), Verdict::Remove);
        let rest = |secs| Verdict::Wait(Duration::from_secs(secs));
        assert_eq!(verdict(&image, &OURS, |now| now.unused = Duration::from_secs(20)), rest(160));
        assert_eq!(verdict(&image, &OURS, |now| now.unused = DELAY), Verdict::Remove);
        assert_eq!(
            verdict(&image, &OURS, |now| (now.unused, now.delay) = Default::default()),
            Verdict::Remove
        );
        assert_eq!(verdict(&image, &OURS, |now| now.users = 1), Verdict::Keep(Why::Users));
        let container = Verdict::Keep(Why::Container("c1".to_owned()));
        assert_eq!(verdict(&image, &OURS, |now| now.container = Some("c1")), container);
        let mounted = History::Ours { mounts: true, mounted: true };
        assert_eq!(verdict(&image, &mounted, |_| ()), Verdict::Keep(Why::Mounted));
        let unmounted = History::Ours { mounts: true, mounted: false };
        assert_eq!(verdict(&image, &unmounted, |_| ()), Verdict::Remove);
    }

    #[test]
    fn what_others_pulled_or_named_stays() {
        let theirs = History::Others("app".to_owned());
        let disowned = Verdict::Disown("app".to_owned());
        assert_eq!(verdict(&image(&["quay.io/app:1"]), &theirs, |_| ()), disowned);
        assert_eq!(verdict(&image(&["quay.io/app:1"]), &theirs, |now| now.users = 3), disowned, "at once");
        let named = Verdict::Keep(Why::Named("localhost/mine:1".to_owned()));
        assert_eq!(verdict(&image(&["quay.io/app:1", "localhost/mine:1"]), &OURS, |_| ()), named);
        assert_eq!(verdict(&image(&[]), &OURS, |_| ()), Verdict::Remove, "its name went to a newer image");
        assert_eq!(verdict(&image(&[]), &History::Unknown, |_| ()), Verdict::Keep(Why::Unknown));
    }

    #[test]
    fn attempts_become_rarer() {
        let most = Duration::from_secs(3600);
        let secs = |delay, tries| again(Duration::from_secs(delay), tries, most).as_secs();
        assert_eq!(
            [secs(180, 0), secs(180, 1), secs(180, 2), secs(180, 9), secs(180, 99)],
            [180, 360, 720, 3600, 3600]
        );
        assert_eq!([secs(0, 0), secs(0, 3), secs(7200, 0)], [1, 8, 3600]);
    }
}
