//! What the binaries of this project are made of: the driver with its two wires, `plugin` to Nomad and `podman` to
//! Podman, and the render tool. The translation itself is the engine's, a crate of its own.

pub mod driver;
mod host_facts;
pub mod plugin;
pub mod podman;
pub mod render;
