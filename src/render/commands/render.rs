//! `render JOB…`: the specs of the podman tasks, in the form that is asked for. With problems nothing is printed on
//! standard output, so that nobody posts half a container.

use std::path::PathBuf;

use podman_driver_engine::config::syntax::nearest::nearest;

use crate::render::answer::{Answer, Exit, Failure};
use crate::render::cli::{Color, Pick, Render, RenderFormat};
use crate::render::colour;
use crate::render::format::{explained, json, problems_text, summary, yaml};
use crate::render::job::{Translated, TranslatedTask, plugin, translate_file};
use crate::render::settings::Settings;
use crate::render::spec::{redacted, specs};

pub(in crate::render) fn run(arguments: &Render, color: Color) -> Result<Answer, Failure> {
    let settings = Settings::of(&arguments.known)?;
    let mut jobs: Vec<Translated> = plugin(&settings).into_iter().collect();
    jobs.extend(translated(&arguments.jobs, &arguments.pick, &settings));
    let mut err = String::new();
    let failed = jobs.iter().any(|job| job.unreadable || job.has_errors());
    if failed || !arguments.quiet {
        err = problems_text::report(&jobs, colour::of_stderr(color));
    }
    if failed {
        let unreadable = jobs.iter().any(|job| job.unreadable);
        let exit = if unreadable { Exit::CouldNotRun } else { Exit::Problems };
        return Ok(Answer { out: String::new(), err, exit });
    }
    let tasks: Vec<(&Translated, &TranslatedTask)> =
        jobs.iter().flat_map(|job| job.tasks.iter().map(move |task| (job, task))).collect();
    if tasks.is_empty() {
        return Err(nothing(arguments, &settings));
    }
    let out = print(arguments, &tasks, &settings)?;
    if !arguments.quiet {
        err.push_str(&notes(arguments, &tasks));
    }
    match &arguments.output {
        None => Ok(Answer { out, err, exit: Exit::Clean }),
        Some(path) => {
            std::fs::write(path, out)
                .map_err(|error| Failure(format!("{} cannot be written: {error}.", path.display())))?;
            Ok(Answer { out: String::new(), err, exit: Exit::Clean })
        }
    }
}

/// Job files with only those tasks that are asked for.
pub(in crate::render) fn translated(paths: &[PathBuf], pick: &Pick, settings: &Settings) -> Vec<Translated> {
    let wanted = |name: &Option<String>, own: &str| name.as_deref().is_none_or(|name| name == own);
    paths
        .iter()
        .map(|path| {
            let mut job = translate_file(path, settings);
            job.tasks.retain(|task| wanted(&pick.task, &task.task) && wanted(&pick.group, &task.group));
            job
        })
        .collect()
}

fn print(
    arguments: &Render,
    tasks: &[(&Translated, &TranslatedTask)],
    settings: &Settings,
) -> Result<String, Failure> {
    if arguments.explain {
        let texts: Vec<String> =
            tasks.iter().map(|(job, task)| explained::all(job, task, settings)).collect();
        return Ok(texts.join("\n"));
    }
    let specs = || specs(tasks.iter().copied(), arguments.show_secrets);
    match arguments.format {
        RenderFormat::Json => Ok(json::print(&specs())),
        RenderFormat::Yaml => yaml::print(&specs()),
        RenderFormat::Summary => {
            let texts: Vec<String> = tasks.iter().map(|(job, task)| summary::print(job, task)).collect();
            Ok(texts.join("\n"))
        }
    }
}

/// What a reader of the output should know: what is not in it.
fn notes(arguments: &Render, tasks: &[(&Translated, &TranslatedTask)]) -> String {
    let mut text = String::new();
    for (_, task) in tasks {
        for (path, written) in task.sources.deferred() {
            let (group, task) = (&task.group, &task.task);
            text.push_str(&format!(
                "note: {path} of task {task} in group {group} is known only at run time ({written}) and left out\n"
            ));
        }
    }
    let prints_specs = !arguments.explain && arguments.format != RenderFormat::Summary;
    let hidden = |task: &TranslatedTask| {
        redacted(&task.translation.spec, false) != redacted(&task.translation.spec, true)
    };
    if prints_specs && !arguments.show_secrets && tasks.iter().any(|(_, task)| hidden(task)) {
        text.push_str("note: secrets are <redacted>; a spec that is to be posted needs --show-secrets\n");
    }
    text
}

/// Why there is nothing to print, with the likely fix.
fn nothing(arguments: &Render, settings: &Settings) -> Failure {
    let all = translated(&arguments.jobs, &Pick::default(), settings);
    let tasks = || all.iter().flat_map(|job| job.tasks.iter());
    let wrong = |what: &str, name: &str, names: Vec<&str>| {
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is {}.", names.join(", ")),
        };
        Failure(format!("There is no podman {what} `{name}`; {hint}"))
    };
    if tasks().next().is_none() {
        return Failure("The job has no task with driver \"podman\".".to_owned());
    }
    match (&arguments.pick.task, &arguments.pick.group) {
        (Some(task), _) if tasks().all(|own| own.task != *task) => {
            wrong("task", task, tasks().map(|own| own.task.as_str()).collect())
        }
        (_, Some(group)) if tasks().all(|own| own.group != *group) => {
            wrong("task in group", group, tasks().map(|own| own.group.as_str()).collect())
        }
        _ => Failure("No podman task has both this name and this group.".to_owned()),
    }
}
