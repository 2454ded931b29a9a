//! `schema task|plugin`: the JSON Schema of a `config` block, or the descriptor that Nomad's client gets.

use podman_driver_engine::generated::descriptors;

use crate::render::answer::{Answer, Failure};
use crate::render::cli::{ConfigOf, Schema, SchemaFormat};
use crate::render::schema;

pub(in crate::render) fn run(arguments: &Schema) -> Result<Answer, Failure> {
    Ok(Answer::clean(match (arguments.format, arguments.of) {
        (SchemaFormat::JsonSchema, ConfigOf::Task) => schema::text(&schema::task()),
        (SchemaFormat::JsonSchema, ConfigOf::Plugin) => schema::text(&schema::plugin()),
        (SchemaFormat::HclspecJson, ConfigOf::Task) => schema::text(&descriptors::task()),
        (SchemaFormat::HclspecJson, ConfigOf::Plugin) => schema::text(&descriptors::plugin()),
    }))
}
