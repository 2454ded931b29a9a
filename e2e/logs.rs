//! What tasks said, as the agent gives it out, held against what they were told to say: no line lost, none twice.

use std::io::BufRead;
use std::thread;
use std::time::{Duration, Instant};

use crate::allocation::Allocation;
use crate::api::PATIENCE;
use crate::jobs::LAST;

impl Allocation<'_> {
    /// Reads what a task has written, from its first line, until a line for which `last` is true has come.
    /// Each line is without the prefix that Podman puts before it.
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
        let mut missing = count;
        for line in BufRead::lines(answer.body) {
            let Ok(line) = line else { break };
            let Some((_, text)) = parts(&line) else { panic!("{}: {task} said {line:?}", self.job) };
            said.push(text.to_owned());
            missing -= usize::from(last(text));
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
            assert_eq!(
                numbers(one),
                (1..=count).collect::<Vec<_>>(),
                "{}: {task}, run {}",
                self.job,
                run + 1
            );
        }
    }
}

/// Podman's prefix (`2026-11-23T20:39:13.264816683+00:00 stdout F`), as the stream that it names, and the text.
pub fn parts(line: &str) -> Option<(&str, &str)> {
    let mut parts = line.splitn(4, ' ');
    let (time, stream, whole, text) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let known = time.contains('T') && matches!(stream, "stdout" | "stderr") && matches!(whole, "F" | "P");
    known.then_some((stream, text))
}

/// The numbers of numbered lines.
pub fn numbers(said: &[String]) -> Vec<u32> {
    said.iter().filter_map(|line| line.strip_prefix("line ")?.parse().ok()).collect()
}
