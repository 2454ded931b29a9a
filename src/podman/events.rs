//! Podman's stream of events. Events are hints: the state that `inspect` shows is the truth. The exception is an end of which
//! Podman does not answer yet: see `driver::ending`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Client;
use super::error::Error;
use super::lenient::{lenient, map};
use super::names::Query;
use super::stream::JsonLines;
use super::transport::Ask;

/// Which events, and from when.
#[derive(Clone, Debug, Default)]
pub struct EventsQuery {
    /// From then: RFC 3339, or seconds since 1970 with a fraction. Without it, from now.
    pub since: Option<String>,
    /// Until then. Without it, for ever.
    pub until: Option<String>,
    /// Which ones.
    pub filters: EventFilters,
}

/// Which events. Empty members do not filter.
#[derive(Clone, Debug, Default, Serialize)]
pub struct EventFilters {
    /// Of what: `container`, `image`, …
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// What happened: `died`, `start`, `remove`, …
    #[serde(rename = "event", skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// To which containers.
    #[serde(rename = "container", skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Of what: `container`, …
    pub kind: String,
    /// What: `died`, …
    pub action: String,
    /// To whom.
    pub id: String,
    /// The container's labels and what Podman adds to them.
    pub attributes: BTreeMap<String, String>,
    /// The exit code, on `died` and `exec_died`.
    pub exit_code: Option<i32>,
    /// When, in nanoseconds since 1970.
    pub time_nano: i64,
}

/// The stream. Dropping it ends it in Podman, too.
#[derive(Debug)]
pub struct Events {
    lines: JsonLines,
    path: String,
}

impl Client {
    /// Opens the stream. It may be silent for hours; only its beginning has a limit, which is the first byte's.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn events(&self, query: &EventsQuery) -> Result<Events, Error> {
        self.told(query, true).await
    }

    /// The same, of what has happened already: the stream ends there.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn past_events(&self, query: &EventsQuery) -> Result<Events, Error> {
        self.told(query, false).await
    }

    async fn told(&self, query: &EventsQuery, stream: bool) -> Result<Events, Error> {
        let filters = serde_json::to_string(&query.filters).unwrap_or_default();
        let path = Query::of("/events")
            .with("stream", stream)
            .with_some("since", query.since.as_ref())
            .with_some("until", query.until.as_ref())
            .with("filters", filters)
            .done();
        let deadlines = super::Deadlines { idle: None, total: None, ..self.deadlines };
        let chunks = self.streamed(Ask::get(&path, deadlines)).await?;
        Ok(Events { lines: JsonLines::new(chunks), path })
    }
}

impl Events {
    /// The next event; `None` when the service ends the stream.
    ///
    /// # Errors
    /// [`Error::Transport`] where the connection breaks; [`Error::Podman`] where Podman cannot read its events, which
    /// older versions say inside of the stream.
    pub async fn next(&mut self) -> Result<Option<Event>, Error> {
        let Some(wire) = self.lines.next::<Wire>().await? else { return Ok(None) };
        if wire.kind.is_empty() && (!wire.cause.is_empty() || !wire.message.is_empty()) {
            return Err(Error::Podman {
                path: self.path.clone(),
                status: wire.response.unwrap_or(500),
                cause: wire.cause,
                message: wire.message,
            });
        }
        Ok(Some(wire.into()))
    }
}

/// An event, or the error that stands in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wire {
    #[serde(rename = "Type", deserialize_with = "lenient")]
    kind: String,
    #[serde(rename = "Action", deserialize_with = "lenient")]
    action: String,
    #[serde(rename = "Actor", deserialize_with = "lenient")]
    actor: Actor,
    #[serde(rename = "timeNano", deserialize_with = "lenient")]
    time_nano: i64,
    #[serde(deserialize_with = "lenient")]
    cause: String,
    #[serde(deserialize_with = "lenient")]
    message: String,
    #[serde(deserialize_with = "lenient")]
    response: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Actor {
    #[serde(rename = "ID", deserialize_with = "lenient")]
    id: String,
    #[serde(rename = "Attributes", deserialize_with = "map")]
    attributes: BTreeMap<String, String>,
}

impl From<Wire> for Event {
    fn from(wire: Wire) -> Self {
        let Actor { id, attributes } = wire.actor;
        // Podman 4 has a code of 0 on every event.
        let means_something = matches!(wire.action.as_str(), "died" | "die" | "exec_died");
        let code = attributes.get("containerExitCode").or_else(|| attributes.get("exitCode"));
        let exit_code = code.filter(|_| means_something).and_then(|code| code.parse().ok());
        Self { kind: wire.kind, action: wire.action, id, attributes, exit_code, time_nano: wire.time_nano }
    }
}
