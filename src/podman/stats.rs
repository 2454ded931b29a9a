//! What containers use, by Podman's own account.

use hyper::Method;
use hyper::body::Bytes;
use serde::Deserialize;

use super::Client;
use super::error::Error;
use super::lenient::{lenient, list};
use super::names::{Query, escaped};
use super::stream::JsonLines;
use super::transport::Ask;

/// What one container uses.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Stats {
    /// Its ID.
    #[serde(rename = "ContainerID", deserialize_with = "lenient")]
    pub id: String,
    /// Processor time since its start, in nanoseconds.
    #[serde(rename = "CPUNano", deserialize_with = "lenient")]
    pub cpu_nanos: u64,
    /// The kernel's part of it, in nanoseconds.
    #[serde(rename = "CPUSystemNano", deserialize_with = "lenient")]
    pub cpu_system_nanos: u64,
    /// The time of the sample, in nanoseconds since 1970.
    #[serde(rename = "SystemNano", deserialize_with = "lenient")]
    pub at_nanos: u64,
    /// Memory in bytes; what exactly counts differs between versions.
    #[serde(rename = "MemUsage", deserialize_with = "lenient")]
    pub memory: u64,
    /// Number of processes.
    #[serde(rename = "PIDs", deserialize_with = "lenient")]
    pub pids: u64,
}

/// A stream of samples of many containers.
#[derive(Debug)]
pub struct StatsStream {
    lines: JsonLines,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    #[serde(rename = "Error")]
    error: Option<serde_json::Value>,
    #[serde(rename = "Stats", deserialize_with = "list")]
    stats: Vec<Stats>,
}

impl Client {
    /// One sample of these containers, or of all that run. One unknown ID spoils the whole answer.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn stats_once(&self, ids: &[String]) -> Result<Vec<Stats>, Error> {
        let mut query = Query::of("/containers/stats").with("stream", false);
        for id in ids {
            query = query.with("containers", id);
        }
        let path = query.done();
        self.get::<Report>(&path).await?.samples(&path)
    }

    /// Samples of all containers that run, every so many seconds.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn stats_stream(&self, seconds: u64) -> Result<StatsStream, Error> {
        let path =
            Query::of("/containers/stats").with("stream", true).with("interval", seconds.max(1)).done();
        let ask = Ask::get(&path, self.deadlines.open_ended());
        Ok(StatsStream { lines: JsonLines::new(self.streamed(ask).await?) })
    }

    /// One sample of one container, in Docker's form. `None` if it does not run.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn stats_of(&self, id: &str) -> Result<Option<Stats>, Error> {
        let path = Query::of(format!("/containers/{}/stats", escaped(id))).with("stream", false).done();
        let answer = self.whole(Method::GET, &path, Bytes::new(), self.deadlines).await?;
        let refused = || answer.refusal(&path);
        match answer.status {
            200 if answer.body.is_empty() => Ok(None),
            200 => Ok(Some(answer.decode::<Docker>(&path)?.into_stats(id))),
            404 | 409 => Ok(None),
            _ if refused().is_wrong_state() => Ok(None),
            _ => Err(refused()),
        }
    }
}

impl StatsStream {
    /// The next samples; `None` when the service ends the stream.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn next(&mut self) -> Result<Option<Vec<Stats>>, Error> {
        match self.lines.next::<Report>().await? {
            Some(report) => report.samples("/containers/stats").map(Some),
            None => Ok(None),
        }
    }
}

impl Report {
    /// Go's errors become an empty object, so that an error is anything but nothing.
    fn samples(self, path: &str) -> Result<Vec<Stats>, Error> {
        match self.error {
            Some(error) if self.stats.is_empty() => {
                Err(Error::Answer { path: path.to_owned(), reason: format!("statistics failed: {error}") })
            }
            _ => Ok(self.stats),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Docker {
    #[serde(deserialize_with = "lenient")]
    read: String,
    #[serde(deserialize_with = "lenient")]
    cpu_stats: DockerCpu,
    #[serde(deserialize_with = "lenient")]
    memory_stats: DockerMemory,
    #[serde(deserialize_with = "lenient")]
    pids_stats: DockerPids,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DockerCpu {
    #[serde(deserialize_with = "lenient")]
    cpu_usage: DockerUsage,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DockerUsage {
    #[serde(deserialize_with = "lenient")]
    total_usage: u64,
    #[serde(deserialize_with = "lenient")]
    usage_in_kernelmode: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DockerMemory {
    #[serde(deserialize_with = "lenient")]
    usage: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DockerPids {
    #[serde(deserialize_with = "lenient")]
    current: u64,
}

impl Docker {
    fn into_stats(self, id: &str) -> Stats {
        let at = self.read.parse::<jiff::Timestamp>().map(|at| at.as_nanosecond()).unwrap_or_default();
        Stats {
            id: id.to_owned(),
            cpu_nanos: self.cpu_stats.cpu_usage.total_usage,
            cpu_system_nanos: self.cpu_stats.cpu_usage.usage_in_kernelmode,
            at_nanos: u64::try_from(at).unwrap_or_default(),
            memory: self.memory_stats.usage,
            pids: self.pids_stats.current,
        }
    }
}
