//! The one entrance: config and facts in, the container's spec out, with who set what and everything that is wrong.
//! All rules run, also after a problem, and none depends on another; the order of the table orders list elements only.

use crate::config::Sources;
use crate::diagnostic::Diagnostic;
use crate::draft::{Draft, RuleIndex};
use crate::facts::{HostFacts, NomadTask};
use crate::generated::config::{PluginConfig, TaskConfig};
use crate::generated::inputs::{HostView, Input, NomadView, PluginOptions, TaskOptions};
use crate::generated::rules::RULES;
use crate::generated::spec::{ContainerSpec, Member};
use crate::inputs::{Group, Inputs, ReadLog};
use crate::provenance::Provenance;
use crate::pull::{self, PullPlan};
use crate::settings;
use crate::versions;

/// A rule of the table.
#[derive(Debug)]
pub struct Rule {
    /// `topic.function`, or `mapped.option`.
    pub name: &'static str,
    /// The decision.
    pub run: fn(&Inputs<'_>, &mut Draft<'_>),
}

/// What a translation is made of.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The task's `config` block.
    pub task: &'a TaskConfig,
    /// The plugin's `config` block.
    pub plugin: &'a PluginConfig,
    /// Nomad's part of the task.
    pub nomad: &'a NomadTask,
    /// The host.
    pub host: &'a HostFacts,
    /// Where the task's options are written.
    pub task_sources: &'a Sources,
    /// Where the plugin's options are written.
    pub plugin_sources: &'a Sources,
}

impl<'a> Request<'a> {
    /// The text of an option that is known only at run time and therefore missing in the typed config.
    pub fn deferred_text(&self, input: Input) -> Option<&'a str> {
        let sources = match input.group() {
            Group::Task => self.task_sources,
            Group::Plugin => self.plugin_sources,
            Group::Host | Group::Nomad => return None,
        };
        sources.deferred().find(|(path, _)| *path == input.path()).map(|(_, text)| text)
    }
}

/// What came of it. With errors among the diagnostics, the spec is what could be made and must not be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    /// What Podman is to be asked for.
    pub spec: ContainerSpec,
    /// How the image is to be had; `None` where the reference is unusable.
    pub pull: Option<PullPlan>,
    /// Who set what.
    pub provenance: Provenance,
    /// Errors and warnings, all of them.
    pub diagnostics: Vec<Diagnostic>,
    /// Members that two rules wanted to set: always empty, or the rules are defective.
    pub clashes: Vec<Member>,
}

impl Translation {
    /// Whether the task cannot start.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The spec with the ID of its image, of a translation that did not know that yet. It is the spec of one whose
    /// facts have the ID under [`PullPlan::reference`]. At run time, that is: a name that Nomad still has to fill in
    /// names no image.
    pub fn spec_with_image(&self, id: &str) -> ContainerSpec {
        ContainerSpec { image: Some(id.to_owned()), ..self.spec.clone() }
    }
}

/// Translates. The same request gives the same answer, to the byte.
pub fn translate(request: &Request<'_>) -> Translation {
    run(request, 0..RULES.len())
}

/// The same with the rules in another order, for the test that order does not matter. Indices outside of the table
/// are passed over.
pub fn translate_in_order(request: &Request<'_>, order: &[usize]) -> Translation {
    run(request, order.iter().copied())
}

fn run(request: &Request<'_>, order: impl Iterator<Item = usize>) -> Translation {
    let log = ReadLog::default();
    let inputs = Inputs {
        task: TaskOptions::new(request.task, &log),
        plugin: PluginOptions::new(request.plugin, &log),
        host: HostView::new(request.host, &log),
        nomad: NomadView::new(request.nomad, &log),
        task_sources: request.task_sources,
        plugin_sources: request.plugin_sources,
    };
    let mut draft = Draft::new(&log);
    for index in order {
        if let Some(rule) = RULES.get(index) {
            draft.begin(RuleIndex::try_from(index).unwrap_or(RuleIndex::MAX));
            (rule.run)(&inputs, &mut draft);
        }
    }
    draft.begin(RuleIndex::MAX);
    pull::plan(&inputs, &mut draft);
    settings::socket_of_task(&inputs, &mut draft);
    let mut finished = draft.finish();
    versions::fit(&mut finished, request);
    let echo = |problem: &Diagnostic| {
        request.task_sources.is_echo(problem) || request.plugin_sources.is_echo(problem)
    };
    finished.problems.retain(|problem| !echo(problem));
    Translation {
        spec: finished.spec,
        pull: finished.pull,
        provenance: Provenance { origins: finished.origins },
        diagnostics: finished.problems,
        clashes: finished.clashes,
    }
}
