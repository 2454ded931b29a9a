//! Why a call of the driver failed, as the client and the task's user read it.

use std::fmt;

/// The text that clients of Nomad compare with for a task that is not there.
pub const TASK_NOT_FOUND: &str = "task not found for given id";

/// A call that failed. The first sentence is the one that the Go driver has for the same failure, where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    message: String,
    recoverable: Option<bool>,
}

impl Failure {
    /// A failure whose retry is not the client's business.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), recoverable: None }
    }

    /// A task that is not in the store.
    pub fn task_not_found() -> Self {
        Self::new(TASK_NOT_FOUND)
    }

    /// The same with a mark: whether the client's restart policy is to try the start again.
    pub fn recoverable(self, recoverable: bool) -> Self {
        Self { recoverable: Some(recoverable), ..self }
    }

    /// The text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The mark, if there is one.
    pub fn is_recoverable(&self) -> Option<bool> {
        self.recoverable
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
