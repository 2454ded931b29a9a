//! What the data says of an option, as types: the generated tables are made of these.
//! Decoding, suggestions, `explain` and the CLI's `docs` look here; nothing about an option is written twice.

/// One option of a `config` block.
#[derive(Debug)]
pub struct OptionInfo {
    /// Its name.
    pub name: &'static str,
    /// Its name with those of the blocks around it: `auth.username`.
    pub path: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// Type of its value, or of the values of a block with free keys.
    pub ty: Type,
    /// Whether a config without it is refused.
    pub required: bool,
    /// Which integers a number may be.
    pub width: Option<Width>,
    /// What is taken where nobody writes it, as JSON.
    pub default: Option<&'static str>,
    /// Name of its small syntax.
    pub syntax: Option<&'static str>,
    /// Accepted texts, where the list is closed.
    pub enumeration: &'static [&'static str],
    /// Documentation.
    pub doc: &'static str,
    /// Further sentences of the reference.
    pub notes: &'static [&'static str],
    /// A value that a user would write, as HCL.
    pub example: &'static str,
    /// A secret: never shown.
    pub sensitive: bool,
    /// The Go driver has nothing like it, and a handle that it is to read holds it only where it is set.
    pub own: bool,
    /// Our version that brought it.
    pub since: &'static str,
    /// The docker driver's name for the same thing.
    pub docker: Option<&'static str>,
    /// The successor of a deprecated option.
    pub deprecated: Option<&'static str>,
    /// Options that it cannot stand beside.
    pub conflicts: &'static [&'static str],
    /// First Podman that can do it, where later than 4.3.
    pub podman: Option<&'static str>,
    /// What becomes of it.
    pub fate: Fate,
    /// The options of a block.
    pub options: &'static [OptionInfo],
}

/// An option of the docker driver that this driver does not have.
#[derive(Debug)]
pub struct DockerOnly {
    /// The docker driver's name.
    pub name: &'static str,
    /// What to do instead, as a sentence.
    pub instead: &'static str,
}

/// How an option is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `key = value`.
    Attribute,
    /// `key { … }`, at most once.
    Block,
    /// `key { … }`, any number of times.
    BlockList,
    /// `key "label" { … }`, any number of times with different labels.
    BlockMap,
    /// `key { … }` with free keys.
    BlockAttrs,
}

/// The type of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// An integer; the width says which.
    Number,
    /// `true` or `false`.
    Bool,
    /// A text or a list.
    Any,
    /// A list of texts.
    ListOfText,
    /// Maps of texts, merged in order.
    ListOfTextMaps,
    /// Maps of integers, merged in order.
    ListOfNumberMaps,
    /// A map of texts.
    TextMap,
}

impl Type {
    /// The type as Nomad's error texts name it, without an article: `list of string`.
    pub fn nomad_name(self) -> &'static str {
        match self {
            Type::Text => "string",
            Type::Number => "number",
            Type::Bool => "bool",
            Type::Any => "any value",
            Type::ListOfText => "list of string",
            Type::ListOfTextMaps => "list of map of string",
            Type::ListOfNumberMaps => "list of map of number",
            Type::TextMap => "map of string",
        }
    }
}

/// Which integers a number may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// −2⁶³ to 2⁶³−1.
    Int64,
    /// 0 to 2⁶⁴−1.
    Uint64,
    /// −32768 to 32767.
    Int16,
}

impl Width {
    /// Whether the integer is one of them.
    pub fn holds(self, number: i64) -> bool {
        match self {
            Width::Int64 => true,
            Width::Uint64 => number >= 0,
            Width::Int16 => i16::try_from(number).is_ok(),
        }
    }

    /// What is accepted, as a clause.
    pub fn accepted(self) -> &'static str {
        match self {
            Width::Int64 => "a whole number",
            Width::Uint64 => "a whole number that is not negative",
            Width::Int16 => "a whole number from -32768 to 32767",
        }
    }
}

/// What becomes of an option on its way to the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The value goes to these members as it is.
    Mapped(&'static [&'static str]),
    /// A rule decides.
    Decided {
        /// `topic.function`.
        rule: &'static str,
        /// Members that it may set because of the option.
        affects: &'static [&'static str],
    },
    /// It never reaches the spec, for this reason.
    NotInSpec(&'static str),
    /// A block whose options have fates of their own.
    Nested,
}

/// The option at a path such as `auth.username` or `registry["a.b"].tls_verify`; indices, labels and map keys are
/// passed over.
pub fn find(options: &'static [OptionInfo], path: &str) -> Option<&'static OptionInfo> {
    let mut level = options;
    let mut found = None;
    for name in names(path) {
        match level.iter().find(|option| option.name == name) {
            Some(option) => {
                found = Some(option);
                level = option.options;
            }
            None => return found.filter(|option: &&OptionInfo| option.options.is_empty()),
        }
    }
    found
}

/// The names in a path. A label may hold any character but ends with a quote and a bracket.
fn names(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, behind) = text.split_at(end);
        let behind = match behind.strip_prefix('[') {
            Some(inner) if inner.starts_with('"') => inner.find("\"]").and_then(|at| inner.get(at + 2..)),
            Some(inner) => inner.split_once(']').map(|(_, behind)| behind),
            None => Some(behind),
        };
        rest = behind.and_then(|behind| behind.strip_prefix('.'));
        Some(name)
    })
}
