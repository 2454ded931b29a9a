//! l

pub mod podman;
