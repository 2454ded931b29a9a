//! The JSON Schemas of the options' types: what Nomad's decoder takes for each, not only the exact type.
//! Numbers and bools may stand for texts and the other way round, and a text with `${…}` may stand for anything,
//! since its value is known only at run time.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A pattern of texts that are completed at run time.
const OPEN: &str = r"\$\{";

macro_rules! schemas {
    ($($(#[$about:meta])* $name:ident => $schema:expr;)*) => {$(
        $(#[$about])*
        pub struct $name;
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

schemas! {
    /// A text; Nomad turns numbers and bools into texts.
    Text => json_schema!({ "type": ["string", "number", "boolean", "null"] });
    /// A text that has to be given.
    GivenText => json_schema!({ "type": ["string", "number", "boolean"] });
    /// A text from a closed list, or one that is completed at run time; the list comes with the option.
    OpenText => json_schema!({ "type": ["string", "null"] });
    /// `true`, `false`, or a text that says so.
    Flag => json_schema!({ "anyOf": [
        { "type": ["boolean", "null"] },
        { "enum": ["true", "false", "1", "0"] },
        { "type": "string", "pattern": OPEN },
    ]});
    /// An integer, or a text that holds one.
    Integer => integer(i64::MIN.into(), i64::MAX.into(), r"^[+-]?[0-9]+(\.0*)?$");
    /// An integer that is not negative, or a text that holds one.
    Unsigned => integer(0.into(), u64::MAX.into(), r"^\+?[0-9]+(\.0*)?$");
    /// An integer of 16 bits, or a text that holds one.
    Short => integer((-32768).into(), 32767.into(), r"^[+-]?[0-9]{1,5}(\.0*)?$");
    /// A text or a list of texts.
    TextOrList => json_schema!({ "anyOf": [
        { "type": ["string", "null"] },
        { "type": "array", "items": scalar() },
    ]});
    /// A list of texts.
    TextList => json_schema!({ "anyOf": [
        { "type": ["array", "null"], "items": scalar() },
        { "type": "string", "pattern": OPEN },
    ]});
    /// A map of texts.
    TextMap => json_schema!({ "anyOf": [
        { "type": ["object", "null"], "additionalProperties": scalar() },
        { "type": "array", "items": { "type": ["object", "null"], "additionalProperties": scalar() } },
        { "type": "string", "pattern": OPEN },
    ]});
    /// A map of texts, or several that are merged.
    TextMaps => maps(scalar());
    /// A map of integers, or several that are merged.
    NumberMaps => maps(serde_json::json!({ "anyOf": [
        { "type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX },
        { "type": "string", "pattern": r"^[+-]?[0-9]+(\.0*)?$" },
        { "type": "string", "pattern": OPEN },
    ]}));
}

fn scalar() -> serde_json::Value {
    serde_json::json!({ "type": ["string", "number", "boolean", "null"] })
}

fn integer(minimum: serde_json::Number, maximum: serde_json::Number, pattern: &str) -> Schema {
    json_schema!({ "anyOf": [
        { "type": ["integer", "null"], "minimum": minimum, "maximum": maximum },
        { "type": "string", "pattern": pattern },
        { "type": "string", "pattern": OPEN },
    ]})
}

fn maps(value: serde_json::Value) -> Schema {
    json_schema!({ "anyOf": [
        { "type": ["object", "null"], "additionalProperties": value.clone() },
        { "type": "array", "items": { "type": ["object", "null"], "additionalProperties": value } },
        { "type": "string", "pattern": OPEN },
    ]})
}

macro_rules! blocks {
    ($($(#[$about:meta])* $name:ident => |$body:ident| $schema:expr;)*) => {$(
        $(#[$about])*
        pub struct $name<T>(PhantomData<T>);
        impl<T: JsonSchema> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let $body = generator.subschema_for::<T>();
                $schema
            }
        }
    )*};
}

blocks! {
    /// A block that stands at most once: an object, or a list that holds one.
    Block => |body| json_schema!({
        "anyOf": [body, { "type": "array", "maxItems": 1, "items": body }, { "type": "null" }]
    });
    /// A block that may be repeated: an object, or a list of them.
    Blocks => |body| json_schema!({ "anyOf": [body, { "type": "array", "items": body }, { "type": "null" }] });
    /// A block that may be repeated with other labels: an object of bodies by label.
    LabelledBlocks => |body| {
        let bodies = json_schema!({ "anyOf": [body, { "type": "array", "maxItems": 1, "items": body }] });
        let labelled = json_schema!({ "type": "object", "additionalProperties": bodies });
        json_schema!({ "anyOf": [labelled, { "type": "array", "items": labelled }, { "type": "null" }] })
    };
}
