//! The lines that conmon writes to a file: `TIME STREAM TAG TEXT`, where the tag says whether the task ended its line
//! here (`F`) or has not yet (`P`). Pure: bytes in, bytes out.

use memchr::memchr;

/// The longest time and name of a stream, in bytes.
const LONGEST_HEAD: usize = 64;

/// What the task wrote, in one line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Whether it is of standard error.
    pub(super) stderr: bool,
    /// Its bytes, with the end of the line where the task wrote one.
    pub(super) text: &'a [u8],
}

/// The first line in these bytes, and how many of them it takes; `None` where its end is not there yet.
pub(super) fn first(bytes: &[u8]) -> Option<(Line<'_>, usize)> {
    let length = memchr(b'\n', bytes)? + 1;
    let line = bytes.get(..length)?;
    // What nobody understands is shown as it stands rather than lost.
    let shown = Line { stderr: false, text: line };
    Some((parse(line).unwrap_or(shown), length))
}

fn parse(line: &[u8]) -> Option<Line<'_>> {
    let head = line.get(..LONGEST_HEAD.min(line.len()))?;
    let time = memchr(b' ', head)?;
    let rest = line.get(time + 1..)?;
    let (stderr, rest) = match (rest.strip_prefix(b"stdout "), rest.strip_prefix(b"stderr ")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return None,
    };
    match (rest.strip_prefix(b"F "), rest.strip_prefix(b"P ")) {
        (Some(text), _) => Some(Line { stderr, text }),
        (None, Some(text)) => Some(Line { stderr, text: text.strip_suffix(b"\n")? }),
        (None, None) => None,
    }
}

/// A row of lines of one stream, and where in the file each of its bytes comes from.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) stderr: bool,
    pub(super) bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// One line of a run.
#[derive(Debug)]
struct Part {
    /// Where its bytes end in the run.
    end: usize,
    /// Where the line begins in the file.
    line: u64,
    /// How many bytes of the line's text were left out, since they were given before.
    skipped: usize,
    /// Where the next line begins in the file.
    next: u64,
}

impl Run {
    /// Takes lines from `input`, which begins at `offset` of the file: all of one stream, until there are about `enough`
    /// bytes. `within` bytes of the first line's text are left out. How many bytes of the input were taken.
    pub(super) fn take(&mut self, input: &[u8], offset: u64, within: usize, enough: usize) -> usize {
        self.bytes.clear();
        self.parts.clear();
        let mut taken = 0;
        while let Some((line, length)) = input.get(taken..).and_then(first) {
            if self.parts.is_empty() {
                self.stderr = line.stderr;
            } else if self.stderr != line.stderr || self.bytes.len() >= enough {
                break;
            }
            let skipped = if self.parts.is_empty() { within.min(line.text.len()) } else { 0 };
            self.bytes.extend_from_slice(line.text.get(skipped..).unwrap_or_default());
            let (line, next) = (offset + taken as u64, offset + (taken + length) as u64);
            self.parts.push(Part { end: self.bytes.len(), line, skipped, next });
            taken += length;
        }
        taken
    }

    /// Where one is in the file after so many bytes of the run: the beginning of a line, and how many bytes of its text
    /// are done.
    pub(super) fn place(&self, done: usize) -> (u64, usize) {
        let index = self.parts.partition_point(|part| part.end <= done);
        let before = index.checked_sub(1).and_then(|index| self.parts.get(index));
        let begun = before.map_or(0, |part| part.end);
        match (self.parts.get(index), before) {
            (_, Some(before)) if begun == done => (before.next, 0),
            (Some(part), _) => (part.line, part.skipped + done - begun),
            (None, before) => (before.map_or(0, |part| part.next), 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Run, first};

    const TIME: &str = "2026-11-24T12:00:00.123456789+00:00";

    #[track_caller]
    fn check(line: &str, stderr: bool, text: &str) {
        let text = text.as_bytes();
        assert_eq!(first(line.as_bytes()), Some((Line { stderr, text }, line.len())), "{line}");
    }

    #[test]
    fn a_line_is_what_the_task_wrote() {
        check(&format!("{TIME} stdout F hello world\n"), false, "hello world\n");
        check(&format!("{TIME} stderr F  two spaces\n"), true, " two spaces\n");
        check(&format!("{TIME} stdout P half\n"), false, "half");
        check(&format!("{TIME} stderr F \n"), true, "\n");
        check(&format!("{TIME} stdout P \n"), false, "");
    }

    #[test]
    fn what_is_no_such_line_is_shown_as_it_stands() {
        for line in ["\n", "nonsense\n", "2026 stdout\n", "2026 stdin F x\n", "2026 stdout X x\n", "a b c\n"]
        {
            check(line, false, line);
        }
    }

    #[test]
    fn half_a_line_waits_for_its_end() {
        for half in ["", "2026", &format!("{TIME} stdout F hello")] {
            assert_eq!(first(half.as_bytes()), None);
        }
    }

    #[test]
    fn a_run_has_one_stream_and_knows_where_its_bytes_are_from() {
        let (one, two, three) = ("T stdout F ab\n", "T stdout P c\n", "T stderr F x\n");
        let input = format!("{one}{two}{three}T stdout F unfinished");
        let mut run = Run::default();
        let offset = 1000;
        assert_eq!(run.take(input.as_bytes(), offset, 0, 99), one.len() + two.len());
        assert_eq!((run.stderr, &*run.bytes), (false, b"ab\nc".as_slice()));
        let (second, third) = (offset + one.len() as u64, offset + (one.len() + two.len()) as u64);
        let places: Vec<_> = (0..=4).map(|done| run.place(done)).collect();
        assert_eq!(places, [(offset, 0), (offset, 1), (offset, 2), (second, 0), (third, 0)]);
        // From every one of these places the rest comes out.
        for (done, (line, within)) in places.into_iter().take(4).enumerate() {
            let from = usize::try_from(line - offset).expect("small");
            run.take(&input.as_bytes()[from..], line, within, 99);
            assert_eq!(run.bytes, b"ab\nc"[done..]);
            assert_eq!(run.place(0), (line, within));
        }
        assert_eq!(run.take(&input.as_bytes()[one.len() + two.len()..], third, 0, 99), three.len());
        assert_eq!((run.stderr, &*run.bytes), (true, b"x\n".as_slice()));
    }

    #[test]
    fn a_run_is_long_enough_and_not_longer() {
        let input = "T stdout F 12345\n".repeat(10);
        let mut run = Run::default();
        run.take(input.as_bytes(), 0, 0, 13);
        assert_eq!(run.bytes.len(), 18, "three lines of six bytes");
        assert_eq!(run.take(b"T stdout P \nT stdout P \n", 0, 0, 13), 24, "empty pieces are taken, too");
        assert_eq!(run.place(0), (24, 0));
        assert_eq!(run.take(b"no end", 0, 0, 13), 0);
    }
}
