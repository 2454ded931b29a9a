//! A client of Podman's REST API on its unix socket: transport, endpoints, streams, errors.
//! It says what Podman answered and leaves it to its callers what that means; it knows nothing of Nomad.

mod answer;
mod body;
mod connector;
mod container;
mod containers;
mod deadlines;
mod error;
mod events;
mod exec;
mod frames;
mod images;
mod info;
mod lenient;
mod logs;
mod names;
mod objects;
mod pull;
mod stats;
mod stream;
mod system;
mod transport;

pub use answer::Answer;
pub use container::{
    Config, Container, Endpoint, HostConfig, LogConfig, Mounted, NetworkSettings, State, Status,
};
pub use containers::{Created, Done, Filters, Listed, RemoveOptions};
pub use deadlines::{Deadlines, Phase};
pub use error::Error;
pub use events::{Event, EventFilters, Events, EventsQuery};
pub use exec::{ExecConfig, ExecState, ExecStream, TtySize};
pub use frames::{Channel, Frame, FrameDecoder};
pub use hyper::Method;
pub use info::Info;
pub use logs::LogsQuery;
pub use objects::{Image, ListedImage, Network};
pub use pull::{AuthHeader, Layer, Pull, PullEvent, PullQuery, Telling};
pub use stats::{Stats, StatsStream};
pub use stream::{Chunks, Frames, JsonLines};
pub use transport::Client;
