//! What a rule is given: views of both configs, of the host and of Nomad's task, whose accessors record what is read.
//! Rules that name an option in a diagnostic get its place from here; nothing else in a translation knows of places.

use std::cell::Cell;

use crate::config::Sources;
use crate::diagnostic::Diagnostic;
use crate::generated::inputs::{HostView, Input, NomadView, PluginOptions, TaskOptions};
use crate::source::Span;

/// Whose value it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The task's `config` block.
    Task,
    /// The plugin's `config` block.
    Plugin,
    /// The host.
    Host,
    /// Nomad's own part of the task.
    Nomad,
}

/// A set of inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadSet([u64; 4]);

impl ReadSet {
    /// Whether the input is in it.
    pub fn contains(&self, input: Input) -> bool {
        let (word, bit) = place(input);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Everything in it, in the order of the data.
    pub fn iter(&self) -> impl Iterator<Item = Input> + '_ {
        Input::ALL.iter().copied().filter(|input| self.contains(*input))
    }

    fn insert(&mut self, input: Input) {
        let (word, bit) = place(input);
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }
}

/// `Input` has at most 256 entries, since it is one byte.
fn place(input: Input) -> (usize, u64) {
    let number = input as u8;
    (usize::from(number >> 6), 1 << (number & 63))
}

/// What the current rule has read so far.
#[derive(Debug, Default)]
pub struct ReadLog {
    seen: Cell<ReadSet>,
}

impl ReadLog {
    /// Notes a read.
    pub fn note(&self, input: Input) {
        let mut seen = self.seen.get();
        seen.insert(input);
        self.seen.set(seen);
    }

    /// What was read since the last [`ReadLog::clear`].
    pub fn seen(&self) -> ReadSet {
        self.seen.get()
    }

    /// Forgets all reads: the next rule begins.
    pub fn clear(&self) {
        self.seen.set(ReadSet::default());
    }
}

/// Everything that a rule may look at.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The task's options.
    pub task: TaskOptions<'a>,
    /// The plugin's options.
    pub plugin: PluginOptions<'a>,
    /// What is known of the host.
    pub host: HostView<'a>,
    /// What Nomad says of the task.
    pub nomad: NomadView<'a>,
    pub(crate) task_sources: &'a Sources,
    pub(crate) plugin_sources: &'a Sources,
}

impl Inputs<'_> {
    /// Puts a diagnostic on an option of the task: `volumes[1]`, `auth.username`, `labels.web`.
    pub fn at(&self, path: &str, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.at(path).spanned(self.task_sources.span(path))
    }

    /// Where an option of the task is written, for a related place.
    pub fn place(&self, path: &str) -> Option<Span> {
        self.task_sources.span(path)
    }

    /// Puts a diagnostic on an option of the plugin.
    pub fn at_plugin(&self, path: &str, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.at(path).spanned(self.plugin_sources.span(path))
    }

    /// Whether a text may still hold what Nomad fills in at run time: rules send it on and do not judge it.
    pub fn is_open(&self, text: &str) -> bool {
        self.task_sources.is_open(text)
    }

    /// Whether an option, or a part of it, is known only at run time and therefore missing here.
    pub fn is_deferred(&self, path: &str) -> bool {
        self.task_sources.is_deferred(path)
    }
}

/// The environment variable in which a task finds the port with this label. What cannot stand in a name becomes an
/// underscore, byte by byte, as Nomad has it.
pub(crate) fn port_variable(label: &str) -> String {
    let plain = |byte: u8| if byte.is_ascii_alphanumeric() || byte == b'.' { char::from(byte) } else { '_' };
    label.bytes().map(plain).fold("NOMAD_PORT_".to_owned(), |mut name, letter| {
        name.push(letter);
        name
    })
}
