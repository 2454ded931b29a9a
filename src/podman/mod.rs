//! A client of Podman's REST API on its unix socket: transport, endpoints, streams, errors.
//! It says what Podman answered and leaves it to its callers what that means; it knows nothing of Nomad.

mod connector;
mod container;
mod containers;
mod deadlines;
mod error;
mod events;
mod exec;
mod images;
mod info;
mod logs;
mod names;
mod objects;
mod stats;
mod stream;
mod system;
mod transport;

pub use container::{Config, Container, Endpoint, HostConfig, LogConfig, NetworkSettings, State, Status};
pub use containers::{Created, Done, Filters, Listed, RemoveOptions};
pub use deadlines::{Deadlines, Phase};
pub use error::Error;
pub use events::{Event, EventFilters, Events, EventsQuery};
pub use exec::{ExecConfig, ExecState, ExecStream, TtySize};
pub use hyper::Method;
pub use images::{AuthHeader, Pull, PullEvent, PullQuery};
pub use info::Info;
pub use logs::LogsQuery;
pub use objects::{Image, Network};
pub use stats::{Stats, StatsStream};
pub use stream::{Channel, Chunks, Frame, FrameDecoder, Frames, JsonLines};
pub use transport::{Answer, Client};
