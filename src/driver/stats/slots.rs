//! When which account is read: everybody once an interval, counted from their own beginning, yet in few groups, so that
//! hundreds of streams cost a handful of timers. Pure: the clock is an argument.

use std::time::{Duration, Instant};

/// How many groups an interval has. A beginning is rounded to the nearest one, by an eighth of the interval at most: what
/// is told at once costs less than what is told one after the other.
const SLOTS: u32 = 4;

/// Members in groups.
#[derive(Debug)]
pub struct Slots<T> {
    start: Instant,
    interval: Duration,
    groups: Vec<Group<T>>,
}

#[derive(Debug)]
struct Group<T> {
    due: Instant,
    members: Vec<T>,
}

impl<T> Slots<T> {
    /// No members yet. `interval` is longer than zero.
    pub fn new(interval: Duration, start: Instant) -> Self {
        Self { start, interval, groups: Vec::new() }
    }

    /// When the next group is due; `None` without members.
    pub fn due(&self) -> Option<Instant> {
        self.groups.iter().map(|group| group.due).min()
    }

    /// A member that was read at `now`, and is to be read an interval later.
    pub fn add(&mut self, member: T, now: Instant) {
        let width = self.interval / SLOTS;
        let due = now + self.interval;
        let from_start = due.saturating_duration_since(self.start);
        let slot = (from_start + width / 2).as_nanos() / width.as_nanos().max(1);
        let due = u32::try_from(slot).map_or(due, |slot| self.start + width * slot);
        match self.groups.iter_mut().find(|group| group.due == due) {
            Some(group) => group.members.push(member),
            None => self.groups.push(Group { due, members: vec![member] }),
        }
    }

    /// Takes the members out that are due. They come back with [`Slots::put_back`].
    pub fn take_due(&mut self, now: Instant) -> Vec<(Instant, Vec<T>)> {
        let due = self.groups.extract_if(.., |group| group.due <= now);
        due.map(|group| (group.due, group.members)).collect()
    }

    /// Members that were due at `due` and have been read. Intervals that passed meanwhile are left out.
    pub fn put_back(&mut self, due: Instant, members: Vec<T>, now: Instant) {
        if members.is_empty() {
            return;
        }
        let late = now.saturating_duration_since(due).as_nanos() / self.interval.as_nanos().max(1);
        let steps = u32::try_from(late).unwrap_or(u32::MAX - 1) + 1;
        let due = self.interval.checked_mul(steps).and_then(|step| due.checked_add(step));
        let due = due.unwrap_or(now + self.interval);
        match self.groups.iter_mut().find(|group| group.due == due) {
            Some(group) => group.members.extend(members),
            None => self.groups.push(Group { due, members }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Slots;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn each_is_due_an_interval_after_its_own_beginning() {
        let start = Instant::now();
        let mut slots = Slots::new(ms(1000), start);
        for begun in [0, 30, 249, 251, 999] {
            slots.add(begun, start + ms(begun));
        }
        let dues: Vec<_> = std::iter::from_fn(|| {
            let due = slots.due()?;
            Some((due - start, slots.take_due(due).into_iter().flat_map(|(_, members)| members).collect()))
        })
        .collect();
        let expected = [(ms(1000), vec![0, 30]), (ms(1250), vec![249, 251]), (ms(2000), vec![999])];
        assert_eq!(dues, expected);
    }

    #[test]
    fn hundreds_of_streams_make_few_groups() {
        let start = Instant::now();
        let mut slots = Slots::new(ms(1000), start);
        for begun in 0..5000 {
            slots.add(begun, start + ms(begun));
            // The clock goes on, and with it the groups.
            for (due, members) in slots.take_due(start + ms(begun)) {
                slots.put_back(due, members, start + ms(begun));
            }
        }
        // Who began a moment ago may be rounded into the interval after the next.
        assert!((4..=5).contains(&slots.groups.len()), "{}", slots.groups.len());
        assert_eq!(slots.groups.iter().map(|group| group.members.len()).sum::<usize>(), 5000);
    }

    #[test]
    fn time_that_was_slept_through_is_left_out() {
        let start = Instant::now();
        let mut slots = Slots::new(ms(100), start);
        slots.add((), start);
        let (due, members) = slots.take_due(start + ms(1234)).remove(0);
        slots.put_back(due, members, start + ms(1234));
        assert_eq!(slots.due(), Some(start + ms(1300)));
        slots.put_back(start, Vec::new(), start);
        assert_eq!(slots.groups.len(), 1, "a group without members is none");
    }
}
