//! What is known besides the job file: the host, the plugin's config, facts that a user gives, values of variables.
//! Later ones overrule earlier ones: defaults, a real Podman, the file of facts, flags.

use podman_driver_engine::config::{PluginConfig, Sources, decode};
use podman_driver_engine::diagnostic::Diagnostic;
use podman_driver_engine::facts::{CgroupVersion, HostFacts, NomadTask};
use podman_driver_engine::jobspec::{self, PLUGIN};
use podman_driver_engine::settings;
use podman_driver_engine::source::{FileId, Files};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::Failure;
use super::cli::{Cgroup, JobArgs};
use super::{host, input};

/// Everything that a translation depends on besides the job file.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The host. Defaults: Podman 5.4.2, rootful, cgroups v2 by systemd.
    pub host: HostFacts,
    /// The plugin's config. Defaults: as without any `config` block.
    pub plugin: PluginConfig,
    /// Where the plugin's config is written.
    pub plugin_sources: Sources,
    /// Facts of Nomad that overrule those of every task.
    pub nomad: Map<String, Value>,
    /// Texts that are there before the job file: plugin config, files of variables.
    pub files: Files,
    /// Files with values of variables, among `files`.
    pub variable_files: Vec<FileId>,
    /// `-var name=value`, in order.
    pub variables: Vec<(String, String)>,
    /// `NOMAD_VAR_name`, without the prefix.
    pub environment: Vec<(String, String)>,
    /// What is wrong with the plugin's config.
    pub diagnostics: Vec<Diagnostic>,
}

/// The file of `--facts`. Members that are left out keep what is known otherwise.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct FactsFile {
    /// Facts of the host, as in `schema/facts.hcl`.
    host: Map<String, Value>,
    /// Facts of Nomad for every task.
    nomad: Map<String, Value>,
    /// The plugin's config, decoded.
    plugin: Option<PluginConfig>,
}

impl Settings {
    /// The settings that the command line asks for.
    pub(super) fn of(arguments: &JobArgs) -> Result<Self, Failure> {
        let mut settings = Self::default();
        if let Some(address) = &arguments.host {
            settings.host = host::facts(address)?;
        }
        settings.facts_file(arguments)?;
        settings.flags(arguments)?;
        settings.plugin_file(arguments)?;
        for path in &arguments.var_file {
            let id = settings.files.add(input::name(path), input::text(path)?);
            settings.variable_files.push(id);
        }
        settings.variables = arguments.var.iter().map(|text| variable(text)).collect::<Result<_, _>>()?;
        settings.environment = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name.to_str()?.strip_prefix("NOMAD_VAR_")?.to_owned();
                Some((name, value.into_string().ok()?))
            })
            .collect();
        settings.environment.sort();
        Ok(settings)
    }

    fn facts_file(&mut self, arguments: &JobArgs) -> Result<(), Failure> {
        let Some(path) = &arguments.facts else { return Ok(()) };
        let wrong =
            |error: serde_json::Error| Failure(format!("{} holds no facts: {error}.", input::name(path)));
        let facts: FactsFile = serde_json::from_str(&input::text(path)?).map_err(wrong)?;
        self.host = merged(&self.host, &facts.host).map_err(wrong)?;
        merged(&NomadTask::default(), &facts.nomad).map_err(wrong)?;
        self.nomad = facts.nomad;
        if let Some(plugin) = facts.plugin {
            self.plugin = plugin;
        }
        Ok(())
    }

    fn flags(&mut self, arguments: &JobArgs) -> Result<(), Failure> {
        if let Some(version) = &arguments.podman_version {
            self.host.podman_version =
                version.parse().map_err(|error| Failure(format!("--podman-version: {error}.")))?;
        }
        if let Some(cgroup) = arguments.cgroup {
            self.host.cgroup_version = match cgroup {
                Cgroup::V1 => CgroupVersion::V1,
                Cgroup::V2 => CgroupVersion::V2,
            };
        }
        if arguments.rootless {
            self.host.rootless = true;
            // What systemd gives to ordinary users; of the first version they get nothing.
            let delegated: &[&str] = match self.host.cgroup_version {
                CgroupVersion::V1 => &[],
                CgroupVersion::V2 => &["cpu", "memory", "pids"],
            };
            self.host.cgroup_controllers = delegated.iter().map(|&name| name.to_owned()).collect();
        }
        Ok(())
    }

    fn plugin_file(&mut self, arguments: &JobArgs) -> Result<(), Failure> {
        let Some(path) = &arguments.plugin_config else { return Ok(()) };
        let file = self.files.add(input::name(path), input::text(path)?);
        let agent = jobspec::parse_agent(&self.files, file);
        let readable = agent.diagnostics.is_empty();
        self.diagnostics = agent.diagnostics;
        match agent.config {
            Some(config) => {
                let decoded = decode::plugin(&config, config.span);
                self.plugin = decoded.config;
                self.plugin_sources = decoded.sources;
                self.diagnostics.extend(decoded.diagnostics);
                self.diagnostics.extend(settings::check(&self.plugin, &self.plugin_sources));
            }
            None if readable => {
                return Err(Failure(format!("{} has no block `plugin \"{PLUGIN}\"`.", input::name(path))));
            }
            None => {}
        }
        Ok(())
    }

    /// Nomad's facts of a task, with those that a user gave instead.
    pub(super) fn overruled(&self, facts: NomadTask) -> NomadTask {
        // That the given ones fit was checked when they were read.
        if self.nomad.is_empty() { facts } else { merged(&facts, &self.nomad).unwrap_or(facts) }
    }
}

fn merged<T: Serialize + DeserializeOwned>(
    base: &T,
    over: &Map<String, Value>,
) -> Result<T, serde_json::Error> {
    let mut value = serde_json::to_value(base)?;
    if let Value::Object(members) = &mut value {
        members.extend(over.clone());
    }
    serde_json::from_value(value)
}

fn variable(text: &str) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.to_owned())),
        None => Err(Failure(format!("-var {text}: a variable is given as `name=value`."))),
    }
}
