//! The side of the program that a host of go-plugin talks to: launch, handshake, the services that every plugin has,
//! log lines. It knows nothing of Podman; what a driver answers is passed in.

mod broker;
pub mod child;
pub mod codec;
mod controller;
#[rustfmt::skip]
pub mod generated;
pub mod hclog;
mod health;
pub mod launch;
pub mod listener;
pub mod panics;
mod reflection;
mod run;
pub mod server;
mod stdio;

pub use run::{Identity, run};
pub use server::{MAX_MESSAGE, Routes};
