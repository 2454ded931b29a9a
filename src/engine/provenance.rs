//! Why each member of a spec has its value: which rule set it, and what that rule had read, recorded as it ran.
//! Values and places are looked up only when somebody asks, so that a translation does not pay for them.

use serde::Serialize;

use crate::config::option;
use crate::draft::{Claim, RuleIndex};
use crate::generated::inputs::Input;
use crate::generated::options;
use crate::generated::rules::RULES;
use crate::generated::spec::Member;
use crate::inputs::{Group, ReadSet};
use crate::source::Source;
use crate::translate::Request;

/// Which part of a member an origin speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// All of it.
    Whole,
    /// One element of a list.
    Index(usize),
    /// One entry of a map.
    Entry(Box<str>),
}

/// Who set one member, or one element of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The member.
    pub member: Member,
    /// The part of it.
    pub key: Key,
    rule: RuleIndex,
    reads: ReadSet,
}

impl Origin {
    pub(crate) fn new(member: Member, key: Key, claim: Claim) -> Self {
        Self { member, key, rule: claim.rule, reads: claim.reads }
    }

    /// The member's path: `mounts[2]`, `resource_limits.memory.limit`.
    pub fn path(&self) -> String {
        let name = self.member.info().name;
        match &self.key {
            Key::Whole => name.to_owned(),
            Key::Index(index) => format!("{name}[{index}]"),
            Key::Entry(key) => format!("{name}.{key}"),
        }
    }

    pub(crate) fn rule_index(&self) -> RuleIndex {
        self.rule
    }

    /// Name of the rule: `memory.limit`, or `mapped.hostname` for a declared mapping.
    pub fn rule(&self) -> &'static str {
        RULES.get(usize::from(self.rule)).map_or("", |rule| rule.name)
    }

    /// What the rule had read when it set the member.
    pub fn inputs(&self) -> impl Iterator<Item = Input> + '_ {
        self.reads.iter()
    }
}

/// The origins of everything that is set, in the order of the spec's members.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// One for each member or element.
    pub origins: Vec<Origin>,
}

/// A value that a rule read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Read {
    /// `config.memory_swap`, `plugin.volumes.enabled`, `nomad.memory_mb`, `host.rootless`.
    pub path: String,
    /// The value as JSON; `<redacted>` for secrets.
    pub value: serde_json::Value,
    /// Who gave it.
    #[serde(skip)]
    pub source: Source,
}

impl Provenance {
    /// The origins of a path, and of everything below it. For a path inside a member that is set as a whole
    /// (`env.HOME`), the member's origin.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Origin> {
        self.origins.iter().filter(move |origin| {
            let own = origin.path();
            is_inside(path, &own) || is_inside(&own, path)
        })
    }
}

fn is_inside(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Looks up what an input was in a request, and who gave it.
pub fn read(request: &Request<'_>, input: Input) -> Read {
    let path = input.path();
    let (prefix, value, default) = match input.group() {
        Group::Task => ("config", json(request.task), json(&crate::generated::config::TaskConfig::default())),
        Group::Plugin => {
            ("plugin", json(request.plugin), json(&crate::generated::config::PluginConfig::default()))
        }
        Group::Nomad => ("nomad", json(request.nomad), serde_json::Value::Null),
        Group::Host => ("host", json(request.host), serde_json::Value::Null),
    };
    let (value, default) = (lookup(&value, path), lookup(&default, path));
    let source = match input.group() {
        Group::Task => request.task_sources.source(path, Source::TaskConfig, value != default),
        Group::Plugin => request.plugin_sources.source(path, Source::PluginConfig, value != default),
        Group::Nomad => Source::Nomad,
        Group::Host => Source::Host,
    };
    let value = match request.deferred_text(input) {
        Some(text) => serde_json::Value::String(text.to_owned()),
        None => redact(input, value),
    };
    Read { path: format!("{prefix}.{path}"), value, source }
}

/// Secrets never leave: options that are marked so, and those inside a block. Environment is redacted by key.
fn redact(input: Input, mut value: serde_json::Value) -> serde_json::Value {
    let table = match input.group() {
        Group::Task => options::TASK,
        Group::Plugin => options::PLUGIN,
        Group::Nomad | Group::Host => {
            if let serde_json::Value::Object(entries) = &mut value {
                crate::secret::redact_environment(entries);
            }
            return value;
        }
    };
    if let Some(option) = option::find(table, input.path()) {
        crate::secret::redact_option(option, &mut value);
    }
    value
}

fn json<T: Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn lookup(value: &serde_json::Value, path: &str) -> serde_json::Value {
    path.split('.').try_fold(value, |value, part| value.get(part)).cloned().unwrap_or_default()
}
