//! The objects of Podman that this client reads: networks and images. Only the members that somebody uses are kept.

use serde::Deserialize;

use super::lenient::{lenient, list};

/// A network that containers can join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Network {
    /// Its name, such as `podman` for the default one.
    #[serde(deserialize_with = "lenient")]
    pub name: String,
    /// Its ID, which Podman takes in place of the name.
    #[serde(deserialize_with = "lenient")]
    pub id: String,
}

/// An image in Podman's storage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Image {
    /// Its ID: 64 hexadecimal digits, without `sha256:`.
    #[serde(rename = "Id", deserialize_with = "lenient")]
    pub id: String,
    /// Its operating system, such as `linux`; empty where Podman does not say.
    #[serde(rename = "Os", deserialize_with = "lenient")]
    pub os: String,
    /// Its architecture in Go's spelling; empty where Podman does not say.
    #[serde(rename = "Architecture", deserialize_with = "lenient")]
    pub architecture: String,
    /// Variant of that. Podman does not say it up to 5.8.
    #[serde(rename = "Variant", deserialize_with = "lenient")]
    pub variant: String,
}

/// An image as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ListedImage {
    /// Its ID.
    #[serde(rename = "Id", deserialize_with = "lenient")]
    pub id: String,
    /// Its names, with their tags.
    #[serde(rename = "Names", deserialize_with = "list")]
    pub names: Vec<String>,
    /// How many containers use it.
    #[serde(rename = "Containers", deserialize_with = "lenient")]
    pub containers: u64,
}
