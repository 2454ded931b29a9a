//! A client of Podman's REST API on its unix socket: transport, the few endpoints that this project asks, errors.
//! It says what Podman answered and leaves it to its callers what that means; it knows nothing of Nomad.

mod client;
mod connector;
mod error;
mod info;
mod objects;

pub use client::{Answer, Client, Deadlines};
pub use error::Error;
pub use hyper::Method;
pub use info::Info;
pub use objects::{Image, Network};
