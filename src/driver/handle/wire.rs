//! Reads a state. The decoder's types are those of the options, so that this is as tolerant of a handle as of a job's
//! config; nesting is limited, and damaged bytes are an error.

use std::fmt;

use jiff::Timestamp;
use podman_driver_engine::config::{TaskConfig, wire};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::form::YEAR_ONE;
use super::{DriverNet, State};

/// Deeper than any config.
const DEPTH: usize = 32;

/// The state, or why the bytes are none.
pub(super) fn read(bytes: &[u8]) -> Result<State, String> {
    if bytes.is_empty() {
        return Err("EOF".to_owned());
    }
    let state = parse(bytes)?;
    let task_config = state.task_config.ok_or("it has no TaskConfig")?;
    let container_id = Some(state.container_id).filter(|id| !id.is_empty()).ok_or("it has no ContainerID")?;
    Ok(State {
        task_config: on_a_socket(task_config),
        container_id,
        started_at: state.started_at.map_or_else(year_one, |time| time.0),
        net: state.net.map(|net| DriverNet {
            port_map: net.port_map.unwrap_or_default(),
            ip: net.ip,
            auto_advertise: net.auto_advertise,
        }),
        log_streamer: state.log_streamer,
        log_file: Some(state.log_file).filter(|file| !file.is_empty()),
        version: state.version,
    })
}

/// Which member is wrong costs time to know, so it is asked for only after a failure.
fn parse(bytes: &[u8]) -> Result<Wire, String> {
    let decoder = || {
        let mut decoder = rmp_serde::Deserializer::from_read_ref(bytes);
        decoder.set_max_depth(DEPTH);
        decoder
    };
    Wire::deserialize(&mut decoder()).or_else(|_| {
        serde_path_to_error::deserialize(&mut decoder()).map_err(|error| match error.path().to_string() {
            path if path == "." => format!("msgpack decode error: {}", error.inner()),
            path => format!("msgpack decode error in {path}: {}", error.inner()),
        })
    })
}

/// Handles from before there was the option `socket` say nothing of it.
fn on_a_socket(config: TaskConfig) -> TaskConfig {
    if config.socket.is_empty() {
        TaskConfig { socket: TaskConfig::default().socket, ..config }
    } else {
        config
    }
}

fn year_one() -> Timestamp {
    Timestamp::from_second(-YEAR_ONE).unwrap_or_default()
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "ContainerID", default, deserialize_with = "wire::text")]
    container_id: String,
    #[serde(rename = "LogStreamer", default, deserialize_with = "wire::flag")]
    log_streamer: bool,
    #[serde(rename = "LogFile", default, deserialize_with = "wire::text")]
    log_file: String,
    #[serde(rename = "Net", default)]
    net: Option<Net>,
    #[serde(rename = "StartedAt", default)]
    started_at: Option<GoTime>,
    #[serde(rename = "StateVersion", default)]
    version: Option<u64>,
    #[serde(rename = "TaskConfig", default)]
    task_config: Option<TaskConfig>,
}

#[derive(Deserialize)]
struct Net {
    #[serde(rename = "AutoAdvertise", default, deserialize_with = "wire::flag")]
    auto_advertise: bool,
    #[serde(rename = "IP", default, deserialize_with = "wire::text")]
    ip: String,
    #[serde(rename = "PortMap", default)]
    port_map: Option<std::collections::BTreeMap<String, i64>>,
}

/// A time in the binary form of Go's own, in whatever kind of text or bytes it comes.
struct GoTime(Timestamp);

impl GoTime {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (seconds, rest) = rest.split_first_chunk()?;
        let (nanoseconds, offset) = rest.split_first_chunk()?;
        // Version 2 has a byte more, for the seconds of an offset. No offset changes which moment it is.
        if !matches!((version, offset.len()), (1, 2) | (2, 3)) {
            return None;
        }
        let seconds = i64::from_be_bytes(*seconds).checked_sub(YEAR_ONE)?;
        let time = Timestamp::from_second(seconds).ok()?;
        let nanoseconds = i32::from_be_bytes(*nanoseconds);
        if !(0..1_000_000_000).contains(&nanoseconds) {
            return None;
        }
        let rest = jiff::SignedDuration::from_nanos(i64::from(nanoseconds));
        time.checked_add(rest).ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for GoTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TimeVisitor;
        impl Visitor<'_> for TimeVisitor {
            type Value = GoTime;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time in Go's binary form")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<GoTime, E> {
                self.visit_bytes(text.as_bytes())
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<GoTime, E> {
                GoTime::read(bytes).ok_or_else(|| E::custom("these bytes are no time in Go's binary form"))
            }
        }
        from.deserialize_bytes(TimeVisitor)
    }
}
