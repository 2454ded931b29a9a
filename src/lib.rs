//! What the binaries of this project are made of: the render tool, and the client of Podman's REST API.
//! The translation itself is the engine's, a crate of its own.

pub mod podman;
pub mod render;
