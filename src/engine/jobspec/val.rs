//! Values while expressions are evaluated: HCL's, with the difference between list, tuple and set and between map
//! and object that its functions and conversions need. They share what they hold, so that copying one is cheap.
//! What leaves the module is a [`Node`], made by [`Val::to_node`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::text_units;
use crate::source::Span;
use crate::value::{Entry, Node, Number, Value};

/// One value of an evaluation.
#[derive(Debug, Clone)]
pub(crate) enum Val {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, with `${…}` for what is known only at run time.
    Text(Arc<str>),
    /// A sequence of one type.
    List(Arc<Items>),
    /// A sequence of any types: what `[…]` makes.
    Tuple(Arc<Items>),
    /// Unique values of one type, in order.
    Set(Arc<Items>),
    /// Values of one type by key.
    Map(Arc<Fields>),
    /// Values of any types by key: what `{…}` makes.
    Object(Arc<Fields>),
}

/// The elements of a sequence, with what walking over all of them costs.
#[derive(Debug, Default)]
pub(crate) struct Items {
    items: Vec<Val>,
    weight: u64,
    depth: u32,
}

/// The members of a map or object in order of their keys, with what walking over all of them costs.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    fields: BTreeMap<Arc<str>, Val>,
    weight: u64,
    depth: u32,
}

impl Items {
    fn new(items: Vec<Val>) -> Arc<Self> {
        let weight = items.iter().map(Val::weight).fold(1, u64::saturating_add);
        let depth = items.iter().map(Val::depth).max().unwrap_or(0) + 1;
        Arc::new(Self { items, weight, depth })
    }
}

impl Fields {
    fn new(fields: BTreeMap<Arc<str>, Val>) -> Arc<Self> {
        let weight = fields.iter().map(|(key, val)| text_units(key.len()).saturating_add(val.weight()));
        let weight = weight.fold(1, u64::saturating_add);
        let depth = fields.values().map(Val::depth).max().unwrap_or(0) + 1;
        Arc::new(Self { fields, weight, depth })
    }
}

impl std::ops::Deref for Items {
    type Target = [Val];

    fn deref(&self) -> &[Val] {
        &self.items
    }
}

impl std::ops::Deref for Fields {
    type Target = BTreeMap<Arc<str>, Val>;

    fn deref(&self) -> &Self::Target {
        &self.fields
    }
}

impl Val {
    /// A text as HCL keeps it: in normal form C.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
        let text = text.as_ref();
        if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            return Val::Text(Arc::from(text));
        }
        Val::Text(text.nfc().collect::<String>().into())
    }

    /// A whole number.
    pub(crate) fn int(number: i64) -> Self {
        Val::Number(Number::Int(number))
    }

    /// How many there are.
    pub(crate) fn count(number: usize) -> Self {
        Val::int(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// A list of values of one type.
    pub(crate) fn list(items: Vec<Val>) -> Self {
        Val::List(Items::new(items))
    }

    /// A tuple.
    pub(crate) fn tuple(items: Vec<Val>) -> Self {
        Val::Tuple(Items::new(items))
    }

    /// A set: sorted, without repetition.
    pub(crate) fn set(mut items: Vec<Val>) -> Self {
        items.sort_by(order);
        items.dedup_by(|a, b| a == b);
        Val::Set(Items::new(items))
    }

    /// A map of values of one type.
    pub(crate) fn map(fields: BTreeMap<Arc<str>, Val>) -> Self {
        Val::Map(Fields::new(fields))
    }

    /// An object.
    pub(crate) fn object(fields: BTreeMap<Arc<str>, Val>) -> Self {
        Val::Object(Fields::new(fields))
    }

    /// What making or walking over the value costs.
    pub(crate) fn weight(&self) -> u64 {
        match self {
            Val::Null | Val::Bool(_) | Val::Number(_) => 1,
            Val::Text(text) => text_units(text.len()),
            Val::List(items) | Val::Tuple(items) | Val::Set(items) => items.weight,
            Val::Map(fields) | Val::Object(fields) => fields.weight,
        }
    }

    /// How many lists and objects lie inside each other.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_) => 0,
            Val::List(items) | Val::Tuple(items) | Val::Set(items) => items.depth,
            Val::Map(fields) | Val::Object(fields) => fields.depth,
        }
    }

    /// The elements of a list, tuple or set.
    pub(crate) fn items(&self) -> Option<&[Val]> {
        match self {
            Val::List(items) | Val::Tuple(items) | Val::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The members of a map or object.
    pub(crate) fn fields(&self) -> Option<&BTreeMap<Arc<str>, Val>> {
        match self {
            Val::Map(fields) | Val::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// What a person calls this kind of value.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Val::Null => "null",
            Val::Bool(_) => "a bool",
            Val::Number(_) => "a number",
            Val::Text(_) => "a string",
            Val::List(_) => "a list",
            Val::Tuple(_) => "a tuple",
            Val::Set(_) => "a set",
            Val::Map(_) => "a map",
            Val::Object(_) => "an object",
        }
    }

    /// The value as the rest of the engine knows it, every part of it at the same place.
    pub(crate) fn to_node(&self, span: Option<Span>) -> Node {
        let value = match self {
            Val::Null => Value::Null,
            Val::Bool(it) => Value::Bool(*it),
            Val::Number(number) => Value::Number(*number),
            Val::Text(text) => text_value(text),
            Val::List(items) | Val::Tuple(items) | Val::Set(items) => {
                Value::List(items.iter().map(|item| item.to_node(span)).collect())
            }
            Val::Map(fields) | Val::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(key, val)| Entry {
                        key: key.to_string(),
                        key_span: span,
                        node: val.to_node(span),
                        block: false,
                    })
                    .collect(),
            ),
        };
        Node::new(value, span)
    }
}

/// A text, complete or not. Whatever still holds a `${` or `%{` is completed by the client when the task starts,
/// also where it was written with an escape, or read from a file: Nomad does not remember where a text came from.
pub(crate) fn text_value(text: &str) -> Value {
    if text.contains("${") || text.contains("%{") {
        Value::Template(text.to_owned())
    } else {
        Value::Text(text.to_owned())
    }
}

impl PartialEq for Val {
    /// As `==` of HCL: values of different kinds are different.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Val::Null, Val::Null) => true,
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Number(a), Val::Number(b)) => super::number::same(*a, *b),
            (Val::Text(a), Val::Text(b)) => a == b,
            (Val::List(a), Val::List(b)) | (Val::Tuple(a), Val::Tuple(b)) | (Val::Set(a), Val::Set(b)) => {
                a.items == b.items
            }
            (Val::Map(a), Val::Map(b)) | (Val::Object(a), Val::Object(b)) => a.fields == b.fields,
            _ => false,
        }
    }
}

/// The order of a set's elements: false before true, numbers by size, texts by their bytes.
pub(crate) fn order(a: &Val, b: &Val) -> std::cmp::Ordering {
    use std::cmp::Ordering;
    match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => a.cmp(b),
        (Val::Number(a), Val::Number(b)) => super::number::compare(*a, *b),
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::List(a) | Val::Tuple(a) | Val::Set(a), Val::List(b) | Val::Tuple(b) | Val::Set(b)) => {
            let different = a.iter().zip(b.iter()).map(|(a, b)| order(a, b)).find(|it| it.is_ne());
            different.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Val::Map(a) | Val::Object(a), Val::Map(b) | Val::Object(b)) => {
            let pairs =
                a.iter().zip(b.iter()).map(|((ak, av), (bk, bv))| ak.cmp(bk).then_with(|| order(av, bv)));
            pairs.into_iter().find(|it| it.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Val::Null, Val::Null) => Ordering::Equal,
        _ => rank(a).cmp(&rank(b)),
    }
}

fn rank(val: &Val) -> u8 {
    match val {
        Val::Bool(_) => 0,
        Val::Number(_) => 1,
        Val::Text(_) => 2,
        Val::List(_) | Val::Tuple(_) | Val::Set(_) => 3,
        Val::Map(_) | Val::Object(_) => 4,
        Val::Null => 5,
    }
}
