//! The decisions, one file a topic. A rule reads through recorded accessors, writes through generated setters, reports
//! every problem and goes on. No rule calls another, and none depends on the order in which they run.

pub mod devices;
pub mod image;
pub mod labels;
pub mod logging;
pub mod memory;
mod mount_options;
pub mod mounts;
pub mod namespaces;
pub mod network;
pub mod ports;
pub mod process;
pub mod resources;
pub mod security;
mod shared;
#[cfg(test)]
pub(crate) mod testing;
pub mod userns;
#[cfg(test)]
mod whole;
