//! `docs [PAGE]`: the reference, the same pages that are generated into `docs/`.

use crate::render::answer::{Answer, Failure};
use crate::render::cli::{Docs, DocsPage};

const TASK: &str = include_str!("../../../docs/task-options.md");
const PLUGIN: &str = include_str!("../../../docs/plugin-options.md");
const MEMBERS: &str = include_str!("../../../docs/spec-members.md");
const DIAGNOSTICS: &str = include_str!("../../../docs/diagnostics.md");

pub(in crate::render) fn run(arguments: &Docs) -> Result<Answer, Failure> {
    Ok(Answer::clean(match arguments.page {
        None => format!("{}\n{}", page(TASK), page(PLUGIN)),
        Some(DocsPage::Task) => page(TASK).to_owned(),
        Some(DocsPage::Plugin) => page(PLUGIN).to_owned(),
        Some(DocsPage::Members) => page(MEMBERS).to_owned(),
        Some(DocsPage::Diagnostics) => page(DIAGNOSTICS).to_owned(),
    }))
}

/// The page without the line that warns of editing it: what is printed is nobody's generated file.
fn page(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("<!--") => rest.trim_start_matches('\n'),
        _ => text,
    }
}
