//! `explain SUBJECT JOB`: what an option or a member is in a certain job, who set it, and what that depended on.
//! Without a job, `explain` answers from the data alone.

use std::path::Path;

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
    explained::some(job, task, settings, |origin| members.contains(&origin.path()) || depends(origin))
}

fn prefix(group: Group) -> &'static str {
    match group {
        Group::Task => "config",
        Group::Plugin => "plugin",
        Group::Host => "host",
        Group::Nomad => "nomad",
    }
}
