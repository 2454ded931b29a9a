//! A tree of values with spans: what a `config` block, a variable or a JSON job holds after evaluation.
//! It knows HCL's values and the one thing that Nomad adds, text that is completed only at run time.
//! Types of options are not judged here; `config::decode` does that.

use crate::source::Span;

/// A value and where it is written. Comparing nodes compares values and ignores spans.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value itself.
    pub value: Value,
    /// Where it is written; `None` for what was computed or has no text.
    pub span: Option<Span>,
}

/// The values of HCL, as far as a job file can hold them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Set to nothing: the same as left out.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; HCL has one kind of number, kept exactly where it is an integer.
    Number(Number),
    /// Text that is complete.
    Text(String),
    /// Text that Nomad completes on the client, with its `${…}` parts as written.
    Template(String),
    /// A list or tuple.
    List(Vec<Node>),
    /// An object, map or body: entries in order of appearance. A repeated block has one entry each.
    Object(Vec<Entry>),
}

/// A number of HCL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Anything else.
    Float(f64),
}

/// One member of an object.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Option<Span>,
    /// The value.
    pub node: Node,
    /// Written as a block (`key { … }`), not as an attribute (`key = …`).
    pub block: bool,
}

impl Node {
    /// A value with a place.
    pub fn new(value: Value, span: Option<Span>) -> Self {
        Self { value, span }
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self { value, span: None }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.block == other.block && self.node == other.node
    }
}

impl Value {
    /// What a person calls this kind of value, with an article: `a string`, `a list`.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a bool",
            Value::Number(_) => "a number",
            Value::Text(_) | Value::Template(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

impl std::fmt::Display for Number {
    /// As HCL writes a number into a text: no exponent, no trailing zeros.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Int(n) => write!(f, "{n}"),
            Number::Float(n) => write!(f, "{n}"),
        }
    }
}
