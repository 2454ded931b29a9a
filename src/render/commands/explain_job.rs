//! `explain SUBJECT JOB`: what an option or a member is in a certain job, who set it, and what that depended on.
//! Without a job, `explain` answers from the data alone.

use std::path::Path;

use podman_driver_engine::config::option::{Fate, find};
use podman_driver_engine::generated::inputs::Input;
use podman_driver_engine::generated::options;
use podman_driver_engine::inputs::Group;
use podman_driver_engine::provenance::{Origin, read};
use podman_driver_engine::source::Source;

use crate::render::answer::{Answer, Exit, Failure};
use crate::render::cli::{Color, Explain};
use crate::render::colour;
use crate::render::commands::explain;
use crate::render::commands::render::pick;
use crate::render::format::{explained, problems_text};
use crate::render::job::{Translated, TranslatedTask, translate_file};
use crate::render::settings::Settings;

pub(super) fn run(subject: &str, job: &Path, arguments: &Explain, color: Color) -> Result<Answer, Failure> {
    if explain::manuals(subject).is_empty() {
        return Err(explain::unknown(subject));
    }
    let settings = Settings::of(&arguments.known)?;
    let mut job_file = translate_file(job, &settings);
    pick(&mut job_file, &arguments.pick);
    let jobs = [job_file];
    let mut out = String::new();
    for job in &jobs {
        for task in &job.tasks {
            out.push_str(&about(subject, job, task, &settings));
        }
    }
    let exit = match jobs.first() {
        Some(job) if job.unreadable => Exit::CouldNotRun,
        Some(job) if job.has_errors() => Exit::Problems,
        _ => Exit::Clean,
    };
    let err = if exit == Exit::Clean {
        String::new()
    } else {
        problems_text::report(&jobs, colour::of_stderr(color))
    };
    if out.is_empty() && exit == Exit::Clean {
        out = format!(
            "No podman task of {} sets `{subject}`, and nothing depends on it there.\n",
            job.display()
        );
    }
    Ok(Answer { out, err, exit })
}

/// The option of this name with its value, where the job sets it; and why that is nowhere in the spec, where it is not.
fn option(subject: &str, job: &Translated, task: &TranslatedTask, settings: &Settings) -> Option<String> {
    let name = subject.strip_prefix("config.").unwrap_or(subject);
    let input = Input::ALL.iter().find(|input| input.group() == Group::Task && input.path() == name)?;
    let read = read(&task.request(settings), *input);
    if read.source == Source::Default {
        return None;
    }
    let reason = match find(options::TASK, name)?.fate {
        Fate::NotInSpec(reason) => format!("  not in the spec: {reason}\n"),
        _ => String::new(),
    };
    let who = explained::source(&job.files, read.source);
    Some(format!("{} = {}  ({who})\n{reason}", read.path, read.value))
}

/// Members of this path, or those that an option or fact of this name led to.
fn about(subject: &str, job: &Translated, task: &TranslatedTask, settings: &Settings) -> String {
    let members: Vec<String> = task.translation.provenance.of(subject).map(Origin::path).collect();
    let request = task.request(settings);
    let depends = |origin: &Origin| {
        origin.inputs().any(|input| {
            let known = matches!(input.group(), Group::Task | Group::Plugin);
            let named =
                input.path() == subject || format!("{}.{}", prefix(input.group()), input.path()) == subject;
            // What nobody set explains nothing, unless it is asked for by its full name.
            named && known && (subject.contains('.') || read(&request, input).source != Source::Default)
        })
    };
    let members =
        explained::some(job, task, settings, |origin| members.contains(&origin.path()) || depends(origin));
    let option = option(subject, job, task, settings).unwrap_or_default();
    if members.is_empty() && option.is_empty() {
        return String::new();
    }
    let between = if members.is_empty() || option.is_empty() { "" } else { "\n" };
    format!("{}\n\n{option}{between}{members}", explained::head(job, task))
}

fn prefix(group: Group) -> &'static str {
    match group {
        Group::Task => "config",
        Group::Plugin => "plugin",
        Group::Host => "host",
        Group::Nomad => "nomad",
    }
}
