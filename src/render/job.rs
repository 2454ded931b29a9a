//! One job file, translated: its podman tasks with their specs, and everything that is wrong, each with its place.
//! Tests of examples and all commands that read jobs go through here; printing is not.

use std::path::Path;

use podman_driver_engine::config::{Sources, TaskConfig, decode};
use podman_driver_engine::diagnostic::Diagnostic;
use podman_driver_engine::facts::NomadTask;
use podman_driver_engine::generated::diagnostics as ids;
use podman_driver_engine::jobspec::{self, Group, Input, Job, Nothing, Surroundings, Task};
use podman_driver_engine::source::Files;
use podman_driver_engine::task_facts;
use podman_driver_engine::translate::{Request, Translation, translate};

use super::input;
use super::settings::Settings;
use super::surroundings::Machine;

/// The driver whose tasks are translated.
const DRIVER: &str = "podman";

/// What became of a job file.
#[derive(Debug)]
pub struct Translated {
    /// The file's name, as a user knows it.
    pub name: String,
    /// The texts that places point into.
    pub files: Files,
    /// ID of the job; empty where the file has none that can be read.
    pub job: String,
    /// Its podman tasks, in the order of the file; side-cars come behind the tasks of their group.
    pub tasks: Vec<TranslatedTask>,
    /// How many tasks of other drivers there are.
    pub others: usize,
    /// What is wrong with the file itself.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the file could not even be read.
    pub unreadable: bool,
}

/// What became of one task.
#[derive(Debug)]
pub struct TranslatedTask {
    /// Name of its group.
    pub group: String,
    /// Its name.
    pub task: String,
    /// Its `config`, decoded.
    pub config: TaskConfig,
    /// Where the config's values are written.
    pub sources: Sources,
    /// Nomad's facts.
    pub nomad: NomadTask,
    /// The spec, who set what in it, and the pull plan.
    pub translation: Translation,
    /// Everything that is wrong with the task.
    pub diagnostics: Vec<Diagnostic>,
}

/// Translates a job file from disk, or from standard input where the path is `-`. Functions of the job may read files
/// beside it.
pub fn translate_file(path: &Path, settings: &Settings) -> Translated {
    let folder = path.parent().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
    let name = input::name(path);
    match input::bytes(path) {
        Ok(bytes) => translated(&name, &bytes, settings, &folder, &Machine),
        Err(error) => unreadable(name, &error),
    }
}

/// Translates a text. Functions of the job find no files.
pub fn translate_text(name: &str, text: &str, settings: &Settings) -> Translated {
    translated(name, text.as_bytes(), settings, "", &Nothing)
}

/// What is wrong with the plugin's config, in the shape of a file without tasks; `None` where nothing is.
pub(super) fn plugin(settings: &Settings) -> Option<Translated> {
    let diagnostics = settings.diagnostics.clone();
    let first = diagnostics.first()?;
    let name = first.span.map_or("the plugin's config", |span| settings.files.name(span.file)).to_owned();
    let files = settings.files.clone();
    Some(Translated {
        name,
        files,
        job: String::new(),
        tasks: Vec::new(),
        others: 0,
        diagnostics,
        unreadable: false,
    })
}

fn unreadable(name: String, error: &std::io::Error) -> Translated {
    let mut files = Files::default();
    let file = files.add(name.as_str(), "");
    let place = podman_driver_engine::source::Span::new(file, 0..0);
    let problem =
        Diagnostic::error(ids::FILE_UNREADABLE, format!("The file cannot be read: {error}.")).spanned(place);
    Translated {
        name,
        files,
        job: String::new(),
        tasks: Vec::new(),
        others: 0,
        diagnostics: vec![problem],
        unreadable: true,
    }
}

fn translated(
    name: &str,
    bytes: &[u8],
    settings: &Settings,
    folder: &str,
    surroundings: &dyn Surroundings,
) -> Translated {
    let mut files = settings.files.clone();
    let input = Input {
        variables: &settings.variables,
        variable_files: &settings.variable_files,
        environment: &settings.environment,
        folder,
        surroundings,
    };
    let (_, parsed) = jobspec::parse_bytes(&mut files, name, bytes, &input);
    let mut found = Translated {
        name: name.to_owned(),
        files,
        job: parsed.job.as_ref().map(|job| job.id.value.clone()).unwrap_or_default(),
        tasks: Vec::new(),
        others: 0,
        diagnostics: parsed.diagnostics,
        unreadable: false,
    };
    if let Some(job) = &parsed.job {
        for group in &job.groups {
            tasks(job, group, settings, &mut found);
        }
    }
    found
}

fn tasks(job: &Job, group: &Group, settings: &Settings, found: &mut Translated) {
    let sidecars = group.services.iter().filter_map(|service| service.sidecar_task.as_ref());
    for each in group.tasks.iter().chain(sidecars) {
        if each.driver.as_ref().is_some_and(|driver| driver.value == DRIVER) {
            found.tasks.push(task(job, group, each, settings));
        } else {
            found.others += 1;
        }
    }
}

fn task(job: &Job, group: &Group, task: &Task, settings: &Settings) -> TranslatedTask {
    let decoded = decode::task(&task.config, task.config_span.or(task.span));
    let nomad = settings.overruled(task_facts::nomad_task(job, group, task, &settings.host));
    let translation = translate(&Request {
        task: &decoded.config,
        plugin: &settings.plugin,
        nomad: &nomad,
        host: &settings.host,
        task_sources: &decoded.sources,
        plugin_sources: &settings.plugin_sources,
    });
    let mut diagnostics = decoded.diagnostics;
    diagnostics.extend(translation.diagnostics.iter().cloned());
    // In the order of the file, as a person reads it; what has no place comes first.
    diagnostics.sort_by_key(|problem| problem.span);
    TranslatedTask {
        group: group.name.value.clone(),
        task: task.name.value.clone(),
        config: decoded.config,
        sources: decoded.sources,
        nomad,
        translation,
        diagnostics,
    }
}

impl Translated {
    /// All problems, those of the file first, each with the task that it belongs to.
    pub fn problems(&self) -> impl Iterator<Item = (Option<&TranslatedTask>, &Diagnostic)> {
        let own = self.diagnostics.iter().map(|problem| (None, problem));
        let tasks = self.tasks.iter();
        own.chain(tasks.flat_map(|task| task.diagnostics.iter().map(move |problem| (Some(task), problem))))
    }

    /// Whether anything cannot start like this.
    pub fn has_errors(&self) -> bool {
        self.problems().any(|(_, problem)| problem.is_error())
    }
}

impl TranslatedTask {
    /// What the translation was made of.
    pub fn request<'a>(&'a self, settings: &'a Settings) -> Request<'a> {
        Request {
            task: &self.config,
            plugin: &settings.plugin,
            nomad: &self.nomad,
            host: &settings.host,
            task_sources: &self.sources,
            plugin_sources: &settings.plugin_sources,
        }
    }
}
