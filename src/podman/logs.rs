//! A container's output, as Podman keeps it.

use super::Client;
use super::error::Error;
use super::names::{Query, escaped};
use super::stream::Frames;
use super::transport::Ask;

/// Which output.
#[derive(Clone, Debug)]
pub struct LogsQuery {
    /// Go on with what comes, until the container ends.
    pub follow: bool,
    /// Later than this: RFC 3339 with nanoseconds.
    pub since: Option<String>,
    /// Before this.
    pub until: Option<String>,
    /// Put the time before each frame.
    pub timestamps: bool,
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
    /// Only so many lines of what is there.
    pub tail: Option<u64>,
}

impl Default for LogsQuery {
    fn default() -> Self {
        Self {
            follow: false,
            since: None,
            until: None,
            timestamps: false,
            stdout: true,
            stderr: true,
            tail: None,
        }
    }
}

impl Client {
    /// Opens the stream. Up to Podman 5.2 not even this answers before there is a line.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Deadline`].
    pub async fn logs(&self, id: &str, query: &LogsQuery) -> Result<Frames, Error> {
        let path = Query::of(format!("/containers/{}/logs", escaped(id)))
            .with("follow", query.follow)
            .with_some("since", query.since.as_ref())
            .with_some("until", query.until.as_ref())
            .with("timestamps", query.timestamps)
            .with("stdout", query.stdout)
            .with("stderr", query.stderr)
            .with_some("tail", query.tail)
            .done();
        let ask = Ask::get(&path, self.deadlines.open_ended());
        Ok(Frames::new(self.streamed(ask).await?))
    }
}
