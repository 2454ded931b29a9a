//! Unknown names: the option that was probably meant, the podman name of a docker option, or that there is none yet.

use crate::config::option::OptionInfo;
use crate::diagnostic::Diagnostic;
use crate::generated::{diagnostics as ids, options};
use crate::value::Entry;

/// The diagnostic for a name that is no option here. `table` is the whole config that the body belongs to.
pub(super) fn unknown(
    entry: &Entry,
    known: &'static [OptionInfo],
    around: &str,
    table: &'static [OptionInfo],
) -> Diagnostic {
    let name = entry.key.as_str();
    let path = super::join(around, name);
    let message = format!("Invalid label: No argument or block type is named \"{name}\".");
    let plain = |id| {
        Diagnostic::error(id, message.clone()).at(path.as_str()).spanned(entry.key_span.or(entry.node.span))
    };
    // `auth.server` and the like: docker's names of nested options are written with their block.
    let docker_path =
        |option: &OptionInfo| option.docker.is_some_and(|docker| docker == path || docker == name);
    if let Some(option) = known.iter().find(|option| docker_path(option)) {
        return plain(ids::DOCKER_OPTION)
            .suggest(format!("The docker driver's `{name}` is called `{}` here.", option.name));
    }
    if let Some(docker) = options::DOCKER_ONLY.iter().find(|docker| docker.name == path) {
        return plain(ids::DOCKER_OPTION).suggest(docker.instead);
    }
    if let Some(near) = nearest(name, known.iter().map(|option| option.name)) {
        return plain(ids::UNKNOWN_OPTION).suggest(format!("Did you mean `{near}`?"));
    }
    if let Some(elsewhere) = elsewhere(name, around, table) {
        return plain(ids::UNKNOWN_OPTION).suggest(format!("`{name}` belongs into {elsewhere}."));
    }
    plain(ids::UNKNOWN_OPTION).suggest("`podman-driver-render docs` lists all options.")
}

/// The known name that a person most probably meant: few letters differ, or only the order of words does.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.len() {
        // Comparing takes time and memory that grow with the length, and so long a name is near to nothing.
        65.. => return None,
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Where an option of this name stands, if it is only in the wrong body.
fn elsewhere(name: &str, around: &str, table: &'static [OptionInfo]) -> Option<String> {
    if !around.is_empty() && table.iter().any(|option| option.name == name) {
        return Some("the config block itself, one level up".to_owned());
    }
    let block = table.iter().find(|option| option.options.iter().any(|inner| inner.name == name))?;
    Some(format!("the block `{}`", block.name))
}
