//! `render JOB…`: the specs of the podman tasks, in the form that is asked for. With problems nothing is printed on
//! standard output, so that nobody posts half a container.

use podman_driver_engine::config::syntax::nearest::nearest;

use crate::render::answer::{Answer, Exit, Failure};
use crate::render::cli::{Color, Pick, Render, RenderFormat};
use crate::render::colour;
use crate::render::format::{explained, facts, json, problems_text, summary, yaml};
use crate::render::job::{Translated, TranslatedTask, plugin, translate_file};
use crate::render::settings::Settings;
use crate::render::spec::{redacted, specs};

pub(in crate::render) fn run(arguments: &Render, color: Color) -> Result<Answer, Failure> {
    let settings = Settings::of(&arguments.known)?;
    let mut jobs: Vec<Translated> = plugin(&settings).into_iter().collect();
    jobs.extend(arguments.jobs.iter().map(|path| translate_file(path, &settings)));
    let names = names(&jobs);
    for job in &mut jobs {
        pick(job, &arguments.pick);
    }
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
        return Err(nothing(&arguments.pick, &names));
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

/// Leaves only those tasks of a job that are asked for.
pub(in crate::render) fn pick(job: &mut Translated, pick: &Pick) {
    let wanted = |name: &Option<String>, own: &str| name.as_deref().is_none_or(|name| name == own);
    job.tasks.retain(|task| wanted(&pick.task, &task.task) && wanted(&pick.group, &task.group));
}

/// Groups and names of all podman tasks.
fn names(jobs: &[Translated]) -> Vec<(String, String)> {
    let tasks = jobs.iter().flat_map(|job| &job.tasks);
    tasks.map(|task| (task.group.clone(), task.task.clone())).collect()
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
        RenderFormat::Facts => {
            let tasks: Vec<&TranslatedTask> = tasks.iter().map(|(_, task)| *task).collect();
            Ok(facts::print(&tasks, settings))
        }
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
    let prints_specs =
        !arguments.explain && matches!(arguments.format, RenderFormat::Json | RenderFormat::Yaml);
    let hidden = |task: &TranslatedTask| {
        redacted(&task.translation.spec, false) != redacted(&task.translation.spec, true)
    };
    if prints_specs && !arguments.show_secrets && tasks.iter().any(|(_, task)| hidden(task)) {
        text.push_str("note: secrets are <redacted>; a spec that is to be posted needs --show-secrets\n");
    }
    text
}

/// Why there is nothing to print, with the likely fix.
fn nothing(pick: &Pick, names: &[(String, String)]) -> Failure {
    let groups: Vec<&str> = names.iter().map(|(group, _)| group.as_str()).collect();
    let tasks: Vec<&str> = names.iter().map(|(_, task)| task.as_str()).collect();
    let wrong = |what: &str, name: &str, known: &[&str]| {
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is {}.", known.join(", ")),
        };
        Failure(format!("There is no {what} `{name}`; {hint}"))
    };
    if names.is_empty() {
        return Failure("There is no task with driver \"podman\".".to_owned());
    }
    match (&pick.task, &pick.group) {
        (Some(task), _) if !tasks.contains(&task.as_str()) => wrong("podman task", task, &tasks),
        (_, Some(group)) if !groups.contains(&group.as_str()) => {
            wrong("group with podman tasks called", group, &groups)
        }
        _ => Failure("No podman task has both this name and this group.".to_owned()),
    }
}
