//! Decoding that outlives Podman's changes: a member of another shape than expected counts as absent. Five upstream
//! changes of shape have shown that no member is worth failing for. Which members there are is the objects' own.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A value, or its default where it is missing, null, or of another shape.
pub(super) fn lenient<'de, D: Deserializer<'de>, T: Default + DeserializeOwned>(
    from: D,
) -> Result<T, D::Error> {
    Ok(read(Value::deserialize(from)?).unwrap_or_default())
}

/// A list. An entry of another shape is left out, and the others stay.
pub(super) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(entries(Value::deserialize(from)?).unwrap_or_default())
}

/// The same, where no list at all means something.
pub(super) fn some_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Option<Vec<T>>, D::Error> {
    Ok(entries(Value::deserialize(from)?))
}

/// A map. An entry of another shape is left out, and the others stay.
pub(super) fn map<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let Value::Object(members) = Value::deserialize(from)? else { return Ok(BTreeMap::new()) };
    Ok(members.into_iter().filter_map(|(name, value)| Some((name, read(value)?))).collect())
}

/// A text that says something.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(lenient::<D, String>(from)?).filter(|text| !text.is_empty()))
}

/// A time. Go's zero time means "never".
pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    let text = lenient::<D, String>(from)?;
    Ok(text.parse::<Timestamp>().ok().filter(|time| time.as_second() > 0))
}

fn entries<T: DeserializeOwned>(value: Value) -> Option<Vec<T>> {
    let Value::Array(entries) = value else { return None };
    Some(entries.into_iter().filter_map(read).collect())
}

fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}
