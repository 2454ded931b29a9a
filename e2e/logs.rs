//! What tasks said, as the agent gives it out, held against what they were told to say: no line lost, none twice.

use std::io::BufRead;
use std::thread;
use std::time::{Duration, Instant};

use crate::allocation::Allocation;
use crate::api::PATIENCE;
use crate::jobs::LAST;

impl Allocation<'_> {
    /// Reads what a task has written, from its first line, until a line for which `last` is true has come.
    /// Each line is without the prefix that Podman puts before it; where output is split, it has none.
    pub fn said_until(&self, task: &str, last: impl Fn(&str) -> bool) -> Vec<String> {
        self.said_up_to(task, 1, last)
    }

    /// The same, until so many such lines have come.
    fn said_up_to(&self, task: &str, count: usize, last: impl Fn(&str) -> bool) -> Vec<String> {
        let started = Instant::now();
        loop {
            let said = self.read_up_to(task, count, &last);
            if said.iter().filter(|line| last(line)).count() == count {
                return said;
            }
            // The agent ends an answer where the task has ended, and its last lines may still be on their way then.
            let tail = &said[said.len().saturating_sub(10)..];
            assert!(
                started.elapsed() < PATIENCE,
                "{}: {task} says last {tail:?}\n{}",
                self.job,
                self.story(task)
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn read_up_to(&self, task: &str, count: usize, last: impl Fn(&str) -> bool) -> Vec<String> {
        let path = format!(
            "/v1/client/fs/logs/{}?task={task}&type=stdout&origin=start&offset=0&plain=true&follow=true",
            self.id
        );
        let mut said = Vec::new();
        // An agent that has just come back does not know its client yet, and a task that has just started has no log.
        let Ok(answer) = self.cluster.api.send("GET", &path, None) else { return said };
        if answer.status != 200 {
            return said;
        }
        let (mut missing, mut unprefixed) = (count, Unprefixed::default());
        for line in BufRead::lines(answer.body) {
            let Ok(line) = line else { break };
            let text = match self.split {
                true => line,
                false => match unprefixed.take(&line) {
                    Some((_, text)) => text,
                    None => continue,
                },
            };
            missing -= usize::from(last(&text));
            said.push(text);
            if missing == 0 {
                break;
            }
        }
        said
    }

    /// Holds that a task said its numbered lines, first to last and each once, as often as it ran.
    pub fn said_all(&self, task: &str, count: u32, runs: usize) {
        let said = self.said_up_to(task, runs, |line| line == LAST);
        for (run, one) in said.split_inclusive(|line| line == LAST).enumerate() {
            assert_numbered(one, count, &format!("{}: {task}, run {}", self.job, run + 1));
        }
    }
}

/// Takes Podman's prefixes (`2026-11-23T20:39:13.264816683+00:00 stdout F`) off the lines of a log, and puts together
/// what they say belongs together: a line that did not come whole stands in the log in pieces, all but the last with `P`.
#[derive(Default)]
pub struct Unprefixed {
    /// What has come of a line, of standard output and of standard error.
    begun: [String; 2],
}

impl Unprefixed {
    /// Takes a line of the log. Gives the stream and the line that ends with it, unless more is to come.
    pub fn take<'a>(&mut self, line: &'a str) -> Option<(&'a str, String)> {
        let parts: Vec<_> = line.splitn(4, ' ').collect();
        let [time, stream @ ("stdout" | "stderr"), whole @ ("F" | "P"), text] = parts[..] else {
            panic!("a line without a prefix: {line:?}")
        };
        assert!(time.contains('T'), "{line:?}");
        let begun = &mut self.begun[usize::from(stream == "stderr")];
        begun.push_str(text);
        (whole == "F").then(|| (stream, std::mem::take(begun)))
    }
}

/// Holds that lines are numbered from 1 to a number, each is there once, and all are in order.
pub fn assert_numbered(said: &[String], count: u32, whose: &str) {
    let numbers: Vec<u32> = said.iter().filter_map(|line| line.strip_prefix("line ")?.parse().ok()).collect();
    if let Some(at) = (0..).zip(1..=count).position(|(at, number)| numbers.get(at) != Some(&number)) {
        let (from, to) = (at.saturating_sub(2), said.len().min(at + 3));
        panic!(
            "{whose}: {} of {count} lines, wrong where it says {:?}",
            numbers.len(),
            &said[from.min(to)..to]
        );
    }
    assert_eq!(numbers.len(), count as usize, "{whose}: lines come twice");
}
