//! Functions on files and paths. Relative paths start from the job file's folder; what is at a path is the
//! surroundings' to say. Working on the path's text is done here, in the way of Unix.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Fault, Outcome, text_at};
use crate::jobspec::eval::Evaluator;
use crate::jobspec::val::Val;
use crate::paths::{clean, join};

/// A larger file is not read into a job.
const FILE: usize = 16 << 20;

pub(super) fn file(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    match String::from_utf8(read(cx, args)?) {
        Ok(text) => Ok(Val::text(text)),
        Err(_) => {
            Err(Fault::Argument(0, "the file is not text in UTF-8; filebase64 takes any file".to_owned()))
        }
    }
}

pub(super) fn filebase64(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(STANDARD.encode(read(cx, args)?)))
}

fn read(cx: &Evaluator<'_>, args: &[Val]) -> Result<Vec<u8>, Fault> {
    let path = located(cx, &text_at(args, 0)?);
    let bytes = cx.env.surroundings.read_file(&path).map_err(|why| Fault::Argument(0, why))?;
    if bytes.len() > FILE {
        return Err(Fault::Argument(0, format!("{path} is larger than {} MiB", FILE >> 20)));
    }
    cx.env.budget.charge_text(bytes.len())?;
    Ok(bytes)
}

pub(super) fn fileexists(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let path = located(cx, &text_at(args, 0)?);
    cx.env.surroundings.file_exists(&path).map(Val::Bool).map_err(|why| Fault::Argument(0, why))
}

pub(super) fn fileset(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let folder = beside(cx, &text_at(args, 0)?);
    let whole = join(&folder, &text_at(args, 1)?);
    // The part of the path before the first wildcard is a folder, and only that folder is looked through.
    let special = |part: &str| part.contains(['*', '?', '[', '{', '\\']);
    let split = whole.split('/').take_while(|part| !special(part)).map(|part| part.len() + 1).sum::<usize>();
    if split > whole.len() {
        let exists = cx.env.surroundings.file_exists(&whole).unwrap_or(false);
        let found = exists.then(|| Val::text(relative(&folder, &whole)));
        return Ok(Val::set(found.into_iter().collect()));
    }
    let (root, pattern) = whole.split_at_checked(split).unwrap_or(("", &whole));
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob
        .map_err(|why| Fault::Argument(1, format!("the pattern cannot be read: {why}")))?
        .compile_matcher();
    let files = cx.env.surroundings.list_files(&clean(root)).map_err(|why| Fault::Argument(0, why))?;
    cx.env.budget.charge(files.len() as u64)?;
    let found = files.iter().filter(|file| glob.is_match(file.as_str()));
    Ok(Val::set(found.map(|file| Val::text(relative(&folder, &join(root, file)))).collect()))
}

/// A file's path as seen from a folder.
fn relative(folder: &str, path: &str) -> String {
    let mut folder = folder.split('/').filter(|part| !part.is_empty() && *part != ".").peekable();
    let mut path = path.split('/').filter(|part| !part.is_empty() && *part != ".").peekable();
    while folder.peek().is_some() && folder.peek() == path.peek() {
        folder.next();
        path.next();
    }
    folder.map(|_| "..").chain(path).collect::<Vec<_>>().join("/")
}

pub(super) fn abspath(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let path = text_at(args, 0)?;
    if path.starts_with('/') {
        return Ok(Val::text(clean(&path)));
    }
    Ok(Val::text(join(&cx.env.surroundings.working_folder()?, &path)))
}

pub(super) fn pathexpand(cx: &Evaluator<'_>, args: &[Val]) -> Outcome {
    Ok(Val::text(expanded(cx, &text_at(args, 0)?)))
}

pub(super) fn basename(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let path = text_at(args, 0)?;
    if path.is_empty() {
        return Ok(Val::text("."));
    }
    let trimmed = path.trim_end_matches('/');
    let name = trimmed.rsplit('/').next().filter(|name| !name.is_empty());
    Ok(Val::text(name.unwrap_or("/")))
}

pub(super) fn dirname(_: &Evaluator<'_>, args: &[Val]) -> Outcome {
    let path = text_at(args, 0)?;
    let folder = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or("");
    Ok(Val::text(clean(folder)))
}

/// The path that a job file means: `~` for home, otherwise from the job file's folder.
fn located(cx: &Evaluator<'_>, path: &str) -> String {
    beside(cx, &expanded(cx, path))
}

fn beside(cx: &Evaluator<'_>, path: &str) -> String {
    join(cx.env.folder, path)
}

fn expanded(cx: &Evaluator<'_>, path: &str) -> String {
    match (path.strip_prefix('~'), cx.env.surroundings.home_folder()) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => clean(&format!("{home}{rest}")),
        _ => path.to_owned(),
    }
}
