//! The typed `config` blocks: how they are decoded from HCL, JSON and msgpack, and the small syntaxes inside them.
//! What an option means for the container is decided in `rules`, never here.

pub mod decode;
pub mod descriptor;
pub mod json_schema;
pub mod option;
pub mod sources;
pub mod syntax;
pub mod wire;

pub use crate::generated::config::*;
pub use sources::Sources;
