//! The side of the program that a host of go-plugin talks to: launch, handshake, the services that every plugin has,
//! log lines. It knows nothing of Podman; what a driver answers is passed in.

pub mod generated;
