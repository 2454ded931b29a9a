//! From the files of `schema/` to the model: each block becomes what it describes, word by word.
//! Whether the pieces fit together is left to `check`.

use std::path::Path;

use crate::model::{
    DiagnosticEntry, DockerOnly, Fact, Fate, Kind, Member, Model, NamedType, Opt, Problem, Type,
};
use crate::read::{DataFile, Words};

/// The files of the data, relative to the project's root.
pub const FILES: [&str; 5] =
    ["schema/task.hcl", "schema/plugin.hcl", "schema/spec.hcl", "schema/facts.hcl", "schema/diagnostics.hcl"];

/// Reads all of [`FILES`] below `root`. All problems come at once.
pub fn load(root: &Path) -> Result<Model, Vec<Problem>> {
    let mut texts = Vec::new();
    let mut problems = Vec::new();
    for name in FILES {
        match std::fs::read_to_string(root.join(name)) {
            Ok(text) => texts.push((name, text)),
            Err(error) => problems.push(Problem {
                at: crate::model::At { file: name.into(), line: 1 },
                message: format!("cannot be read: {error}"),
            }),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    load_texts(texts.iter().map(|(name, text)| (*name, text.as_str())))
}

/// The same from texts under the names that they would have below the root.
pub fn load_texts<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Model, Vec<Problem>> {
    let mut model = Model::default();
    let mut problems = Vec::new();
    for (name, text) in texts {
        load_file(Path::new(name), text, &mut model, &mut problems);
    }
    if problems.is_empty() { Ok(model) } else { Err(problems) }
}

fn load_file(path: &Path, text: &str, model: &mut Model, problems: &mut Vec<Problem>) {
    let file = match DataFile::parse(path, text) {
        Ok(file) => file,
        Err(problem) => return problems.push(problem),
    };
    for words in file.blocks(problems) {
        let plugin = path.ends_with("plugin.hcl");
        match words.keyword() {
            "option" => {
                let options = if plugin { &mut model.plugin } else { &mut model.task };
                options.push(option(words, "", problems));
            }
            "docker" => model.docker_only.push(docker_only(words, problems)),
            "member" => model.members.push(member(words, problems)),
            "object" => model.objects.push(named_type(words, problems)),
            "model" => model.models.push(named_type(words, problems)),
            "fact" => model.facts.push(fact(words, problems)),
            "diagnostic" => model.diagnostics.push(diagnostic(words, problems)),
            other => problems.push(words.problem(format!(
                "`{other}` is no word of the data; it knows option, docker, member, object, model, fact and diagnostic"
            ))),
        }
    }
}

fn option(mut words: Words<'_>, around: &str, problems: &mut Vec<Problem>) -> Opt {
    let name = words.label(problems);
    let path = if around.is_empty() { name.clone() } else { format!("{around}.{name}") };
    let kind = kind(&mut words, problems);
    let ty = words.ty("type", problems);
    if ty.is_none() && kind == Kind::Attribute {
        problems.push(words.problem(format!("option `{path}` has no type")));
    }
    let options: Vec<Opt> = words
        .blocks()
        .into_iter()
        .filter_map(|inner| {
            if inner.keyword() == "option" {
                return Some(option(inner, &path, problems));
            }
            problems.push(inner.problem(format!("an option holds options, not `{}`", inner.keyword())));
            None
        })
        .collect();
    let option = Opt {
        kind,
        ty: ty.unwrap_or(Type::Map(Box::new(Type::String))),
        required: words.flag("required", problems),
        width: words.text("width", problems),
        default: words.literal("default", problems),
        syntax: words.text("syntax", problems),
        enumeration: words.texts("enum", problems).unwrap_or_default(),
        doc: words.text("doc", problems).unwrap_or_default(),
        notes: words.texts("notes", problems).unwrap_or_default(),
        example: words.literal("example", problems),
        sensitive: words.flag("sensitive", problems),
        own: words.flag("own", problems),
        since: words.text("since", problems).unwrap_or_default(),
        docker: docker(&mut words, &path, problems),
        deprecated: words.text("deprecated", problems),
        conflicts: words.texts("conflicts", problems).unwrap_or_default(),
        podman: words.text("podman", problems),
        fate: fate(&mut words, &path, !options.is_empty(), problems),
        options,
        at: words.at(),
        name,
        path,
    };
    words.finish(problems);
    option
}

fn kind(words: &mut Words<'_>, problems: &mut Vec<Problem>) -> Kind {
    match words.text("kind", problems).as_deref() {
        None | Some("attribute") => Kind::Attribute,
        Some("block") => Kind::Block,
        Some("block_list") => Kind::BlockList,
        Some("block_map") => Kind::BlockMap,
        Some("block_attrs") => Kind::BlockAttrs,
        Some(other) => {
            problems.push(crate::model::Problem {
                at: words.at_word("kind"),
                message: format!(
                    "`{other}` is no kind; kinds are attribute, block, block_list, block_map and block_attrs"
                ),
            });
            Kind::Attribute
        }
    }
}

/// `docker` must be written, so that nobody forgets to look: `null` where docker has nothing like it.
fn docker(words: &mut Words<'_>, path: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let before = problems.len();
    let docker = words.text_or_null("docker", problems);
    if docker.is_none() && problems.len() == before {
        problems
            .push(words.problem(format!(
                "option `{path}` does not say `docker`: the docker driver's name, or null"
            )));
    }
    docker.flatten()
}

fn fate(words: &mut Words<'_>, path: &str, block: bool, problems: &mut Vec<Problem>) -> Fate {
    let sets = words.texts("sets", problems);
    let rule = words.text("rule", problems);
    let affects = words.texts("affects", problems);
    let reason = words.text("not_in_spec", problems);
    if affects.is_some() && rule.is_none() {
        problems.push(words.problem(format!("option `{path}` has `affects` without a rule")));
    }
    match (sets, rule, reason) {
        (Some(sets), None, None) => Fate::Mapped(sets),
        (None, Some(rule), None) => Fate::Decided { rule, affects: affects.unwrap_or_default() },
        (None, None, Some(reason)) => Fate::NotInSpec(reason),
        (None, None, None) if block => Fate::Nested,
        (None, None, None) => {
            problems.push(words.problem(format!(
                "option `{path}` is neither mapped (`sets`) nor decided (`rule`) nor marked as not in the spec (`not_in_spec`)"
            )));
            Fate::Nested
        }
        _ => {
            problems.push(
                words.problem(format!(
                    "option `{path}` has more than one of `sets`, `rule` and `not_in_spec`"
                )),
            );
            Fate::Nested
        }
    }
}

fn member(mut words: Words<'_>, problems: &mut Vec<Problem>) -> Member {
    let name = words.label(problems);
    let ty = words.ty("type", problems);
    if ty.is_none() {
        problems.push(words.problem(format!("member `{name}` has no type")));
    }
    let lost = words.text("lost", problems);
    if let Some(other) = lost.as_deref().filter(|lost| !["error", "warning"].contains(lost)) {
        problems.push(words.problem(format!("`lost` is error or warning, not `{other}`")));
    }
    let member = Member {
        ty: ty.unwrap_or(Type::String),
        unit: words.text("unit", problems),
        since: words.text("since", problems).unwrap_or_default(),
        until: words.text("until", problems),
        lost_is_error: lost.as_deref() == Some("error"),
        doc: words.text("doc", problems).unwrap_or_default(),
        rules: rules(&mut words, &name, problems),
        each: words.flag("each", problems),
        bare: words.flag("bare", problems),
        at: words.at(),
        name,
    };
    words.finish(problems);
    member
}

/// `rule = "a"` or, for members whose elements several rules add, `rules = ["a", "b"]`.
fn rules(words: &mut Words<'_>, name: &str, problems: &mut Vec<Problem>) -> Vec<String> {
    match (words.text("rule", problems), words.texts("rules", problems)) {
        (Some(_), Some(_)) => {
            problems.push(words.problem(format!("member `{name}` has both `rule` and `rules`")));
            Vec::new()
        }
        (rule, rules) => rule.into_iter().chain(rules.unwrap_or_default()).collect(),
    }
}

fn docker_only(mut words: Words<'_>, problems: &mut Vec<Problem>) -> DockerOnly {
    let only = DockerOnly {
        name: words.label(problems),
        instead: words.text("instead", problems).unwrap_or_default(),
        at: words.at(),
    };
    words.finish(problems);
    only
}

fn named_type(mut words: Words<'_>, problems: &mut Vec<Problem>) -> NamedType {
    let named = NamedType {
        name: words.label(problems),
        rust: words.text("rust", problems).unwrap_or_default(),
        doc: words.text("doc", problems).unwrap_or_default(),
        at: words.at(),
    };
    words.finish(problems);
    named
}

fn fact(mut words: Words<'_>, problems: &mut Vec<Problem>) -> Fact {
    let name = words.label(problems);
    let ty = words.ty("type", problems);
    if ty.is_none() {
        problems.push(words.problem(format!("fact `{name}` has no type")));
    }
    let fact = Fact {
        ty: ty.unwrap_or(Type::String),
        unit: words.text("unit", problems),
        optional: words.flag("optional", problems),
        default: words.literal("default", problems),
        doc: words.text("doc", problems).unwrap_or_default(),
        at: words.at(),
        name,
    };
    words.finish(problems);
    fact
}

fn diagnostic(mut words: Words<'_>, problems: &mut Vec<Problem>) -> DiagnosticEntry {
    let name = words.label(problems);
    let id = match words.literal("id", problems) {
        Some(crate::model::Literal::Number(number)) => number.parse().ok(),
        _ => None,
    };
    if id.is_none() {
        problems.push(words.problem(format!("diagnostic `{name}` has no id: a whole number from 1 to 9999")));
    }
    let severity = words.text("severity", problems);
    if !matches!(severity.as_deref(), Some("error" | "warning")) {
        problems.push(words.problem(format!("diagnostic `{name}` has no severity: error or warning")));
    }
    let entry = DiagnosticEntry {
        id: id.unwrap_or(0),
        error: severity.as_deref() == Some("error"),
        title: words.text("title", problems).unwrap_or_default(),
        doc: words.text("doc", problems).unwrap_or_default(),
        at: words.at(),
        name,
    };
    words.finish(problems);
    entry
}
