//! The checked, read-only picture of `schema/` that every output is made from.
//! Reading it is `load`'s business, whether it holds together is `check`'s; outputs only look.

use std::fmt;
use std::path::PathBuf;

/// Everything that `schema/` says.
#[derive(Debug, Default)]
pub struct Model {
    /// Options of a task's `config` block, in the order of the file.
    pub task: Vec<Opt>,
    /// Options of the plugin's `config` block.
    pub plugin: Vec<Opt>,
    /// Options of the docker driver that this driver does not have.
    pub docker_only: Vec<DockerOnly>,
    /// SpecGenerator members, in the order of the file.
    pub members: Vec<Member>,
    /// Objects of the spec that hold dotted members.
    pub objects: Vec<NamedType>,
    /// Named types of the spec and the facts.
    pub models: Vec<NamedType>,
    /// What a translation may know.
    pub facts: Vec<Fact>,
    /// Diagnostics by id.
    pub diagnostics: Vec<DiagnosticEntry>,
}

/// Where something stands in the data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// File, relative to the project's root.
    pub file: PathBuf,
    /// Line from 1.
    pub line: usize,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// Something in the data that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{at}: {message}")]
pub struct Problem {
    /// Where.
    pub at: At,
    /// What, as one sentence.
    pub message: String,
}

/// The type of an option, a member or a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// A number of HCL (options only; `width` says which integers).
    Number,
    /// `true` or `false`.
    Bool,
    /// Text or a list (options only).
    Any,
    /// A signed integer.
    Int64,
    /// An unsigned integer.
    Uint64,
    /// A floating-point number.
    Float,
    /// A named type.
    Model(String),
    /// A list.
    List(Box<Type>),
    /// A map with text keys.
    Map(Box<Type>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::String => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::Any => f.write_str("any"),
            Type::Int64 => f.write_str("int64"),
            Type::Uint64 => f.write_str("uint64"),
            Type::Float => f.write_str("float"),
            Type::Model(name) => f.write_str(name),
            Type::List(inner) => write!(f, "list({inner})"),
            Type::Map(inner) => write!(f, "map({inner})"),
        }
    }
}

/// How an option is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `key = value`.
    Attribute,
    /// `key { … }`, at most once, with nested options.
    Block,
    /// `key { … }`, any number of times, with nested options.
    BlockList,
    /// `key "label" { … }`, any number of times with different labels, with nested options.
    BlockMap,
    /// `key { … }` with free keys.
    BlockAttrs,
}

/// A constant of the data.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Nothing.
    Null,
    /// Text.
    String(String),
    /// A number, as written.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// A list.
    List(Vec<Literal>),
    /// An object, in order of writing.
    Object(Vec<(String, Literal)>),
}

/// What becomes of an option: exactly one of three.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// The value goes to these members as it is.
    Mapped(Vec<String>),
    /// A rule decides, and may set these members because of the option.
    Decided {
        /// `topic.function`.
        rule: String,
        /// Members.
        affects: Vec<String>,
    },
    /// It never reaches the spec, for this reason.
    NotInSpec(String),
    /// A block: its nested options have fates of their own.
    Nested,
}

/// One option.
#[derive(Debug, Clone)]
pub struct Opt {
    /// Its name.
    pub name: String,
    /// Its name with those of the blocks around it: `auth.username`.
    pub path: String,
    /// Attribute or a kind of block.
    pub kind: Kind,
    /// Type of an attribute; of a block with free keys, the type of its values in a map.
    pub ty: Type,
    /// Whether a config without it is refused.
    pub required: bool,
    /// Which integers a number may be.
    pub width: Option<String>,
    /// What is taken where nobody writes it.
    pub default: Option<Literal>,
    /// Name of its small syntax.
    pub syntax: Option<String>,
    /// The accepted texts, where the list is closed.
    pub enumeration: Vec<String>,
    /// Documentation: sentences.
    pub doc: String,
    /// Further sentences for the reference page.
    pub notes: Vec<String>,
    /// A value that a user would write.
    pub example: Option<Literal>,
    /// A secret: never shown.
    pub sensitive: bool,
    /// The Go driver has nothing like it.
    pub own: bool,
    /// Our version that brought it.
    pub since: String,
    /// The docker driver's name for the same thing.
    pub docker: Option<String>,
    /// The successor of a deprecated option.
    pub deprecated: Option<String>,
    /// Options that it cannot stand beside.
    pub conflicts: Vec<String>,
    /// First Podman that can do it, where later than 4.3.
    pub podman: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
    /// Nested options of a block.
    pub options: Vec<Opt>,
    /// Where it stands.
    pub at: At,
}

/// An option that only the docker driver has.
#[derive(Debug, Clone)]
pub struct DockerOnly {
    /// The docker driver's name.
    pub name: String,
    /// What to do instead, as a sentence.
    pub instead: String,
    /// Where it stands.
    pub at: At,
}

/// One member of the SpecGenerator; dotted for members of objects.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its JSON name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its unit.
    pub unit: Option<String>,
    /// First Podman that knows it.
    pub since: String,
    /// Last Podman that knows it.
    pub until: Option<String>,
    /// Whether losing it on a Podman that does not know it is an error (else a warning).
    pub lost_is_error: bool,
    /// Documentation.
    pub doc: String,
    /// The rules that own it, in the order of their elements; none where a mapping does.
    pub rules: Vec<String>,
    /// Owned by element: several rules may add elements.
    pub each: bool,
    /// The setter of its Rust type takes the bare value and no option.
    pub bare: bool,
    /// Where it stands.
    pub at: At,
}

/// A named type, written in Rust by hand.
#[derive(Debug, Clone)]
pub struct NamedType {
    /// Name in the data.
    pub name: String,
    /// Path of the Rust type.
    pub rust: String,
    /// Documentation.
    pub doc: String,
    /// Where it stands.
    pub at: At,
}

/// Something that a translation may know besides the config.
#[derive(Debug, Clone)]
pub struct Fact {
    /// `host.…` or `nomad.…`.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Unit.
    pub unit: Option<String>,
    /// May be unknown: the type is an option.
    pub optional: bool,
    /// What is assumed without knowledge.
    pub default: Option<Literal>,
    /// Documentation.
    pub doc: String,
    /// Where it stands.
    pub at: At,
}

/// One diagnostic.
#[derive(Debug, Clone)]
pub struct DiagnosticEntry {
    /// Name of its constant, lower case.
    pub name: String,
    /// Number of its id.
    pub id: u16,
    /// Error, or else warning.
    pub error: bool,
    /// One line.
    pub title: String,
    /// Long text.
    pub doc: String,
    /// Where it stands.
    pub at: At,
}

impl Model {
    /// Every rule by name, in the order in which members and options name them.
    pub fn rules(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        let of_members = self.members.iter().flat_map(|member| member.rules.iter().map(String::as_str));
        let options = walk(&self.task).into_iter().chain(walk(&self.plugin));
        let of_options = options.filter_map(|option| match &option.fate {
            Fate::Decided { rule, .. } => Some(rule.as_str()),
            _ => None,
        });
        for name in of_members.chain(of_options) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The Rust path of a named type.
    pub fn rust_model(&self, name: &str) -> Option<&str> {
        self.models.iter().find(|model| model.name == name).map(|model| model.rust.as_str())
    }
}

/// All options of a tree, blocks before what they hold.
pub fn walk(options: &[Opt]) -> Vec<&Opt> {
    options.iter().flat_map(|option| std::iter::once(option).chain(walk(&option.options))).collect()
}
