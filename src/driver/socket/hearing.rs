//! Whether a stream of events tells anything. Podman opens one also where it cannot read what it keeps its events in (a
//! journal that nobody runs or that it may not read, a file that is gone), and never says so. It shows when something
//! happened that the stream has to tell. Pure: the clock is an argument.

use std::time::Duration;

use tokio::time::Instant;

/// How much later than it happened something is told at the latest. Podman looks into its file of events four times a
/// second, and has other work.
const LATEST: Duration = Duration::from_secs(5);
/// How long it is listened at least for what happened some time ago, for one that had no time to listen before.
const LISTEN: Duration = Duration::from_secs(1);

/// What a service's streams of events have told so far.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    opened: Option<Instant>,
    heard: Option<Instant>,
    due: Option<Instant>,
    deaf: bool,
}

impl Hearing {
    /// A stream is listened to from now on. What was found out by the one before holds until this one tells something.
    pub(super) fn open(&mut self, now: Instant) {
        self.opened = Some(now);
        self.due = None;
    }

    /// Nobody listens.
    pub(super) fn close(&mut self) {
        self.opened = None;
        self.due = None;
    }

    /// Something is told, whatever it is. Whether that is news of the stream.
    pub(super) fn hear(&mut self, now: Instant) -> bool {
        self.heard = Some(now);
        self.due = None;
        std::mem::take(&mut self.deaf)
    }

    /// Something happened at `at` that the stream has to tell.
    pub(super) fn expect(&mut self, at: Instant, now: Instant) {
        let is_open = self.opened.is_some_and(|opened| opened <= at);
        let is_told = self.heard.is_some_and(|heard| heard >= at);
        if is_open && !is_told && !self.deaf {
            let due = (at + LATEST).max(now + LISTEN);
            self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
        }
    }

    /// When it is to be looked whether it was told.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether the stream turns out to tell nothing.
    pub(super) fn judge(&mut self, now: Instant) -> bool {
        let over = self.due.is_some_and(|due| due <= now);
        if over {
            self.due = None;
            self.deaf = true;
        }
        over
    }

    /// Whether the streams tell nothing, as far as is known.
    pub(super) fn is_deaf(&self) -> bool {
        self.deaf
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that listens from second 100 on, and a clock in seconds.
    fn listening() -> (Hearing, impl Fn(u64) -> Instant) {
        let start = Instant::now();
        let at = move |second| start + Duration::from_secs(second);
        let mut hearing = Hearing::default();
        hearing.open(at(100));
        (hearing, at)
    }

    #[test]
    fn what_is_told_in_time_proves_the_stream() {
        let (mut hearing, at) = listening();
        hearing.expect(at(110), at(110));
        assert!(!hearing.judge(at(114)));
        assert!(!hearing.hear(at(114)), "that is as it should be");
        assert_eq!(hearing.due(), None);
        assert!(!hearing.judge(at(1000)));
    }

    #[test]
    fn what_is_not_told_in_time_shows_that_it_is_deaf_once() {
        let (mut hearing, at) = listening();
        hearing.expect(at(110), at(110));
        hearing.expect(at(112), at(112));
        assert_eq!(hearing.due(), Some(at(115)), "the first one counts");
        assert!(hearing.judge(at(115)));
        assert!(hearing.is_deaf());
        hearing.expect(at(120), at(120));
        assert_eq!(hearing.due(), None, "that is known");
        assert!(hearing.hear(at(130)), "it tells something after all");
        assert!(!hearing.is_deaf());
        hearing.expect(at(131), at(131));
        assert!(hearing.judge(at(136)), "and may cease to again");
    }

    #[test]
    fn an_event_that_came_before_it_was_expected_counts() {
        let (mut hearing, at) = listening();
        hearing.hear(at(111));
        hearing.expect(at(110), at(112));
        assert_eq!(hearing.due(), None);
        hearing.expect(at(112), at(113));
        assert_eq!(hearing.due(), Some(at(117)), "but not one from before it happened");
    }

    #[test]
    fn what_happened_long_ago_is_listened_for_all_the_same() {
        let (mut hearing, at) = listening();
        hearing.expect(at(110), at(130));
        assert_eq!(hearing.due(), Some(at(131)));
    }

    #[test]
    fn nobody_is_deaf_to_what_happened_before_they_listened() {
        let (mut hearing, at) = listening();
        hearing.expect(at(99), at(101));
        assert_eq!(hearing.due(), None);
        hearing.expect(at(110), at(110));
        hearing.close();
        hearing.expect(at(111), at(111));
        assert!(!hearing.judge(at(200)));
    }

    #[test]
    fn a_new_stream_is_believed_when_it_tells_something() {
        let (mut hearing, at) = listening();
        hearing.expect(at(110), at(110));
        assert!(hearing.judge(at(115)));
        hearing.close();
        hearing.open(at(120));
        assert!(hearing.is_deaf());
        assert!(hearing.hear(at(121)));
    }
}
