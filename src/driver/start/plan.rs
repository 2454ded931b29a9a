//! What a start is going to do, before anything is done: the decoded config, the socket, the host's facts, and the
//! engine's translation. Only reading requests are made here, and none that the config does not call for.

use std::path::Path;
use std::sync::Arc;

use podman_driver_engine::config::{Sources, TaskConfig};
use podman_driver_engine::diagnostic::Diagnostic;
use podman_driver_engine::facts::{HostFacts, NomadTask};
use podman_driver_engine::generated::spec::ContainerSpec;
use podman_driver_engine::pull::PullPlan;
use podman_driver_engine::rules::logging::split_file;
use podman_driver_engine::translate::{Request, Translation, translate};

use super::links;
use super::refusal::{Step, refused_at};
use crate::driver::Driver;
use crate::driver::errors::Failure;
use crate::driver::events::Ident;
use crate::driver::fifo;
use crate::driver::logs;
use crate::driver::request;
use crate::driver::settings::Settings;
use crate::driver::socket::Socket;
use crate::plugin::generated::driver as wire;
use crate::podman::Container;

/// Everything that a start needs to know.
pub(super) struct Plan {
    pub(super) ident: Ident,
    pub(super) config: TaskConfig,
    pub(super) nomad: NomadTask,
    pub(super) socket: Arc<Socket>,
    pub(super) settings: Arc<Settings>,
    pub(super) host: HostFacts,
    /// Made while the image's ID was not known.
    pub(super) translation: Translation,
    pub(super) pull: PullPlan,
    pub(super) name: String,
    /// Where the driver has to carry the task's output from.
    pub(super) carried: Carried,
}

/// Where the driver has to carry a task's output from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Carried {
    /// From nowhere: Podman writes it where it belongs, or nobody collects it.
    Nothing,
    /// From the journal.
    Journal,
    /// From this file, which Podman writes.
    File(String),
}

impl Carried {
    fn of(spec: &ContainerSpec, nomad: &NomadTask) -> Self {
        let logs = spec.log_configuration.as_ref();
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        let driver = text(logs.and_then(|logs| logs.driver.as_ref()));
        Self::from(&driver, text(logs.and_then(|logs| logs.path.as_ref())), nomad)
    }

    /// Of a container that is adopted: what counts is where it writes to.
    pub(super) fn of_container(container: &Container, nomad: &NomadTask) -> Self {
        let logs = &container.host_config.log_config;
        Self::from(&logs.driver, logs.path.clone().unwrap_or_default(), nomad)
    }

    fn from(driver: &str, path: String, nomad: &NomadTask) -> Self {
        if driver == "journald" {
            Self::Journal
        } else if path == split_file(&nomad.task_dir) {
            Self::File(path)
        } else {
            Self::Nothing
        }
    }

    pub(super) fn file(&self) -> Option<&str> {
        match self {
            Self::File(path) => Some(path),
            Self::Journal | Self::Nothing => None,
        }
    }
}

impl Plan {
    pub(super) async fn make(driver: &Driver, task: &wire::TaskConfig) -> Result<Self, Failure> {
        let settings = driver.settings();
        let config = request::config(task)?;
        let nomad = request::nomad_task(task)?;
        let socket = socket(&settings, &config)?;
        let name = format!("{}-{}", nomad.task_name, nomad.alloc_id);
        // They are known since the last contact, so that usually nothing is asked for here.
        let host = socket.facts().await.map_err(|error| refused_at(Step::Facts, &name, &socket, &error))?;
        let mut host = host.facts.clone();
        let mut translation = translated(&config, &settings, &nomad, &host);
        if let Some(network) = custom_network(&translation.spec) {
            host.networks = Some(networks(&socket, network).await?);
            translation = translated(&config, &settings, &nomad, &host);
        }
        judge(&translation)?;
        links::check(&settings, &nomad, &translation.spec)?;
        let Some(pull) = translation.pull.clone() else {
            return Err(Failure::new("image name required"));
        };
        let carried = Carried::of(&translation.spec, &nomad);
        Ok(Self {
            ident: request::ident(task),
            config,
            nomad,
            socket,
            settings,
            host,
            translation,
            pull,
            name,
            carried,
        })
    }

    /// Lets a Podman of another user write the output into Nomad's pipe, where it does that by itself.
    pub(super) fn give_pipe(&self) -> Result<(), Failure> {
        let logs = self.translation.spec.log_configuration.as_ref();
        let pipe = logs.and_then(|logs| logs.path.as_deref()).filter(|path| *path == self.nomad.stdout_path);
        match pipe.filter(|path| self.host.rootless && !path.is_empty()) {
            Some(pipe) => fifo::give_to_owner(&self.socket.path, Path::new(pipe)),
            None => Ok(()),
        }
    }

    /// Makes the file that Podman writes the output to, where the driver carries it from there.
    pub(super) fn make_file(&self) -> Result<(), Failure> {
        let socket = self.host.rootless.then_some(self.socket.path.as_path());
        self.carried.file().map_or(Ok(()), |file| logs::split::make(Path::new(file), socket))
    }

    /// Tells the task's user what will surprise.
    pub(super) fn warn(&self, driver: &Driver) {
        for warning in self.translation.diagnostics.iter().filter(|problem| !problem.is_error()) {
            tracing::warn!(task_id = self.ident.task_id, id = %warning.id, "{warning}");
            driver.events.emit(&self.ident, warning.to_string());
        }
    }
}

fn socket(settings: &Settings, config: &TaskConfig) -> Result<Arc<Socket>, Failure> {
    if let Some(socket) = settings.socket(&config.socket) {
        return Ok(socket.clone());
    }
    let names: Vec<String> = settings.sockets.iter().map(|socket| format!("{:?}", socket.name)).collect();
    Err(Failure::new(format!(
        "podman client with name {:?} not found, check your podman driver config. The option `socket` takes {}",
        config.socket,
        names.join(", ")
    )))
}

fn translated(config: &TaskConfig, settings: &Settings, nomad: &NomadTask, host: &HostFacts) -> Translation {
    translate(&Request {
        task: config,
        plugin: &settings.plugin,
        nomad,
        host,
        task_sources: &Sources::default(),
        plugin_sources: &settings.sources,
    })
}

/// The network of Podman that the task names, if it names one.
fn custom_network(spec: &ContainerSpec) -> Option<&str> {
    spec.networks.keys().map(String::as_str).find(|name| *name != "default")
}

/// The network itself, if Podman knows it by name or ID; else those that there are, of which one may have been meant.
async fn networks(socket: &Socket, wanted: &str) -> Result<Vec<String>, Failure> {
    let exists = socket.podman.network_exists(wanted).await.map_err(|error| {
        Failure::new(format!("failed to check network {wanted:?}: {error}"))
            .recoverable(error.is_unreachable())
    })?;
    if exists {
        return Ok(vec![wanted.to_owned()]);
    }
    let known = socket.podman.networks().await.unwrap_or_default();
    Ok(known.into_iter().map(|network| network.name).collect())
}

/// All errors in one text, the first one's first.
fn judge(translation: &Translation) -> Result<(), Failure> {
    let errors: Vec<String> = translation
        .diagnostics
        .iter()
        .filter(|problem| problem.is_error())
        .map(Diagnostic::to_string)
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::new(errors.join("\n"))) }
}
