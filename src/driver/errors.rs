//! Why a call of the driver failed, as the client and the task's user read it.

use std::fmt;

use bytes::Bytes;
use prost::Message;
use tonic::{Code, Status};

use crate::plugin::generated::rpc_status;
use crate::plugin::generated::structs::RecoverableError;

/// The text that clients of Nomad compare with for a task that is not there.
pub const TASK_NOT_FOUND: &str = "task not found for given id";

/// By which clients know the detail that says whether trying again may help.
const RECOVERABLE_ERROR: &str = "type.googleapis.com/hashicorp.nomad.plugins.shared.structs.RecoverableError";

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

    /// The same with another text.
    pub fn with_message(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
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

/// Clients look at the mark in the first detail, and take an error without one as final.
impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let Failure { message, recoverable } = failure;
        let Some(recoverable) = recoverable else { return Self::unknown(message) };
        let mark = prost_types::Any {
            type_url: RECOVERABLE_ERROR.to_owned(),
            value: RecoverableError { recoverable }.encode_to_vec(),
        };
        let code = Code::FailedPrecondition;
        let details = rpc_status::Status { code: code.into(), message: message.clone(), details: vec![mark] };
        Self::with_details(code, message, Bytes::from(details.encode_to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_the_first_detail() {
        let status = Status::from(Failure::new("no").recoverable(true));
        assert_eq!((status.code(), status.message()), (Code::FailedPrecondition, "no"));
        let details = rpc_status::Status::decode(status.details()).unwrap();
        assert_eq!((details.code, details.message.as_str()), (9, "no"));
        assert_eq!(details.details[0].type_url, RECOVERABLE_ERROR);
        assert_eq!(
            RecoverableError::decode(&*details.details[0].value),
            Ok(RecoverableError { recoverable: true })
        );
    }

    #[test]
    fn other_failures_are_of_the_unknown_kind() {
        let status = Status::from(Failure::task_not_found());
        assert_eq!((status.code(), status.message()), (Code::Unknown, TASK_NOT_FOUND));
        assert!(status.details().is_empty());
    }
}
