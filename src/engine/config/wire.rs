//! How the options' types are read from msgpack and JSON: as tolerant as the Go driver's decoder, and not more.
//! Nil stands for unset, text may come as bytes, maps come as a list of maps that are merged in order.
//! An integer field takes no fraction and no text: Nomad's client has converted before it sends.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A text; nil is empty.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(optional_text(from)?.unwrap_or_default())
}

/// A text, or nothing.
pub fn optional_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Text>::deserialize(from)?.map(|text| text.0))
}

/// `true` or `false`; nil is false.
pub fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(optional_flag(from)?.unwrap_or_default())
}

/// `true`, `false` or nothing.
pub fn optional_flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    Option::<bool>::deserialize(from)
}

/// An integer of the field's width, or nothing.
pub fn integer<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::<T>::deserialize(from)
}

/// A text or a list, or whatever else somebody wrote: the rule for it judges.
pub fn any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<serde_json::Value>, D::Error> {
    Option::<serde_json::Value>::deserialize(from)
}

/// A list of texts; nil is empty, and a nil inside is an empty text.
pub fn texts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let items = Option::<Vec<Option<Text>>>::deserialize(from)?.unwrap_or_default();
    Ok(items.into_iter().map(|item| item.map(|text| text.0).unwrap_or_default()).collect())
}

/// A map of texts; nil is empty.
pub fn text_map<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    Ok(Option::<BTreeMap<Text, Option<Text>>>::deserialize(from)?.map(plain).unwrap_or_default())
}

/// A list of maps of texts, merged: later keys win. A bare map is refused, as the Go driver refuses it.
pub fn text_maps<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let maps = Option::<Vec<Option<BTreeMap<Text, Option<Text>>>>>::deserialize(from)?.unwrap_or_default();
    Ok(maps.into_iter().flatten().flat_map(plain).collect())
}

/// A list of maps of integers, merged: later keys win.
pub fn number_maps<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, i64>, D::Error> {
    let maps = Option::<Vec<Option<BTreeMap<Text, Option<i64>>>>>::deserialize(from)?.unwrap_or_default();
    let entries = maps.into_iter().flatten().flatten();
    Ok(entries.map(|(key, value)| (key.0, value.unwrap_or_default())).collect())
}

/// A block that stands at most once; nil is absent.
pub fn block<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::<T>::deserialize(from)
}

/// Blocks that may be repeated; nil is none.
pub fn blocks<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(from)?.unwrap_or_default())
}

/// Blocks by their labels; nil is none.
pub fn labelled_blocks<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let blocks = Option::<BTreeMap<Text, T>>::deserialize(from)?.unwrap_or_default();
    Ok(blocks.into_iter().map(|(label, block)| (label.0, block)).collect())
}

/// Writes a merged map as the client sends it: a list with one map, nil where there is none.
pub fn maps_out<S: Serializer, V: Serialize>(map: &BTreeMap<String, V>, to: S) -> Result<S::Ok, S::Error> {
    if map.is_empty() { to.serialize_none() } else { to.collect_seq([map]) }
}

fn plain(map: BTreeMap<Text, Option<Text>>) -> BTreeMap<String, String> {
    map.into_iter().map(|(key, value)| (key.0, value.map(|text| text.0).unwrap_or_default())).collect()
}

/// A text that may come as bytes. What is not UTF-8 keeps its readable part.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Text, E> {
                Ok(Text(text))
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        from.deserialize_string(TextVisitor)
    }
}
