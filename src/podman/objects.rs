//! The objects of Podman that this client reads: networks and images. Only the members that somebody uses are kept.

use serde::Deserialize;

/// A network that containers can join.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Network {
    /// Its name, such as `podman` for the default one.
    pub name: String,
    /// Its ID, which Podman takes in place of the name.
    pub id: String,
}

/// An image in Podman's storage.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// Its ID: 64 hexadecimal digits, without `sha256:`.
    #[serde(rename = "Id")]
    pub id: String,
}
