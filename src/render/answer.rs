//! What a command answers: text for standard output, text for standard error, and how the process ends.
//! Only this file writes to the two streams; a reader that has gone away is no reason to complain.

use std::io::{self, Write};
use std::process::ExitCode;

/// How a run ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Exit code 0: nothing is wrong, or there are only warnings.
    #[default]
    Clean,
    /// Exit code 1: a task has problems.
    Problems,
    /// Exit code 2: the command could not run, for instance since a file cannot be read.
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Problems => 1,
            Exit::CouldNotRun => 2,
        })
    }
}

/// Why a command could not run, as one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

/// What a command answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub err: String,
    /// How the process ends.
    pub exit: Exit,
}

impl Answer {
    /// Text for standard output, and nothing is wrong.
    pub fn clean(out: impl Into<String>) -> Self {
        Self { out: out.into(), ..Self::default() }
    }

    /// Writes both texts and gives the process's exit code.
    pub fn write(self) -> ExitCode {
        let err = io::stderr().lock().write_all(self.err.as_bytes());
        let mut stdout = io::stdout().lock();
        let out = stdout.write_all(self.out.as_bytes()).and_then(|()| stdout.flush());
        match out.and(err) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let _ = writeln!(io::stderr(), "error: the output cannot be written: {error}");
                Exit::CouldNotRun.into()
            }
            _ => self.exit.into(),
        }
    }
}

impl From<Failure> for Answer {
    fn from(failure: Failure) -> Self {
        Self { out: String::new(), err: format!("error: {failure}\n"), exit: Exit::CouldNotRun }
    }
}
