//! The engine: from a Nomad task's `config` block to the container that Podman is asked for, as a pure function.
//! There is no I/O, no clock, no environment and no randomness in this crate, and its manifest has nothing that
//! could bring them in: whatever is known about host and task is passed in as facts.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod config;
pub mod diagnostic;
pub mod draft;
pub mod facts;
#[rustfmt::skip]
pub mod generated;
pub mod inputs;
pub mod jobspec;
pub mod lifecycle;
mod paths;
pub mod provenance;
pub mod pull;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod source;
pub mod spec;
pub mod task_facts;
pub mod translate;
pub mod value;
mod versions;
