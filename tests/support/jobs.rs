//! Job files in tests: a file with its setting (facts, plugin config, values of variables) becomes the spec and the
//! diagnostics of each podman task in it. What Nomad would add is assumed as the render tool documents it.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use podman_driver_engine::config::decode::{self, Decoded};
use podman_driver_engine::config::option::{Kind, OptionInfo};
use podman_driver_engine::config::{PluginConfig, TaskConfig};
use podman_driver_engine::diagnostic::Diagnostic;
use podman_driver_engine::facts::{HostFacts, NomadTask};
use podman_driver_engine::generated::{diagnostics, options};
use podman_driver_engine::jobspec::{self, Group, Input, Job, Surroundings, Task};
use podman_driver_engine::settings;
use podman_driver_engine::source::{FileId, Files, Span};
use podman_driver_engine::translate::{Request, Translation, translate};
use podman_driver_engine::value::{Node, Value};
use serde_json::{Map, Value as Json, json};

/// What a job file is looked at with.
#[derive(Debug, Default, Clone)]
pub struct Setting {
    /// `{"host": …, "nomad": …}` above what is assumed.
    pub facts: Json,
    /// The agent's file with the plugin's block.
    pub plugin: Option<PathBuf>,
    /// Values of `-var`.
    pub variables: Vec<(String, String)>,
    /// Files of `-var-file`.
    pub variable_files: Vec<PathBuf>,
}

/// A job file that was looked at.
pub struct Checked {
    pub files: Files,
    /// What is wrong with the file, before any task.
    pub problems: Vec<Diagnostic>,
    pub tasks: Vec<CheckedTask>,
}

/// One of its podman tasks.
pub struct CheckedTask {
    pub group: String,
    pub name: String,
    /// Paths of the options that it sets.
    pub options: BTreeSet<&'static str>,
    pub translation: Translation,
    /// Those of decoding, then those of the translation.
    pub problems: Vec<Diagnostic>,
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files right in a folder with one of these endings, in order.
pub fn files_in(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} has no such file");
    found
}

/// The file's name without its folder and endings.
pub fn short_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().split('.').next().unwrap().to_owned()
}

/// The name of a diagnostic in the data.
pub fn id_name(diagnostic: &Diagnostic) -> &'static str {
    diagnostics::ALL.iter().find(|entry| entry.id == diagnostic.id).expect("every id is in the data").name
}

/// Looks at a job file.
pub fn check_file(path: &Path, setting: &Setting) -> Checked {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    check_bytes(path, &bytes, setting)
}

/// Looks at a job file that is already read.
pub fn check_bytes(path: &Path, bytes: &[u8], setting: &Setting) -> Checked {
    let mut files = Files::default();
    let variable_files: Vec<FileId> = setting
        .variable_files
        .iter()
        .map(|path| files.add(path.to_string_lossy(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let folder = path.parent().unwrap().to_string_lossy().into_owned();
    let input = Input {
        variables: &setting.variables,
        variable_files: &variable_files,
        environment: &[],
        folder: &folder,
        surroundings: &Disk,
    };
    let name = path.file_name().unwrap().to_string_lossy();
    let (_, parsed) = jobspec::parse_bytes(&mut files, &name, bytes, &input);
    let plugin = setting.plugin.as_deref().map_or_else(no_plugin, |path| decode_plugin(path).0);
    let mut tasks = Vec::new();
    if let Some(job) = &parsed.job {
        for group in &job.groups {
            let sidecars = group.services.iter().filter_map(|service| service.sidecar_task.as_ref());
            for task in group.tasks.iter().chain(sidecars) {
                if task.driver.as_ref().is_some_and(|driver| driver.value == "podman") {
                    tasks.push(check_task(job, group, task, &plugin, &setting.facts));
                }
            }
        }
    }
    Checked { files, problems: parsed.diagnostics, tasks }
}

fn check_task(
    job: &Job,
    group: &Group,
    task: &Task,
    plugin: &Decoded<PluginConfig>,
    facts: &Json,
) -> CheckedTask {
    let Decoded { config, sources, diagnostics: mut problems }: Decoded<TaskConfig> =
        decode::task(&task.config, task.config_span.or(task.span));
    let mut nomad = serde_json::to_value(nomad_task(job, group, task)).unwrap();
    merge(&mut nomad, &facts["nomad"]);
    let mut host = serde_json::to_value(HostFacts::default()).unwrap();
    merge(&mut host, &facts["host"]);
    let translation = translate(&Request {
        task: &config,
        plugin: &plugin.config,
        nomad: &serde_json::from_value(nomad).unwrap(),
        host: &serde_json::from_value(host).unwrap(),
        task_sources: &sources,
        plugin_sources: &plugin.sources,
    });
    problems.extend(translation.diagnostics.iter().cloned());
    let mut used = BTreeSet::new();
    used_options(options::TASK, &task.config, &mut used);
    CheckedTask {
        group: group.name.value.clone(),
        name: task.name.value.clone(),
        options: used,
        translation,
        problems,
    }
}

/// The paths of all options that a config sets, those in blocks too.
pub fn used_options(table: &'static [OptionInfo], config: &Node, used: &mut BTreeSet<&'static str>) {
    let entries = match &config.value {
        Value::Object(entries) => entries,
        Value::List(items) => return items.iter().for_each(|item| used_options(table, item, used)),
        _ => return,
    };
    for entry in entries {
        if let Some(option) = table.iter().find(|option| option.name == entry.key) {
            used.insert(option.path);
            if matches!(option.kind, Kind::Block | Kind::BlockList) {
                used_options(option.options, &entry.node, used);
            }
        }
    }
}

/// The plugin's config out of an agent's file: the `config` of its only `plugin` block. The block is read as if it
/// were a task's, on the same lines.
pub fn plugin_config(path: &Path) -> (Node, Option<Span>) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let head = "plugin \"nomad-driver-podman\" {";
    assert_eq!(text.matches(head).count(), 1, "{} has one block {head} … }}", path.display());
    let text = text.replace(head, "job \"j\" { group \"g\" { task \"t\" {").replace("\n}\n", "\n}}}\n");
    let text = text
        .replace("job \"j\" { group \"g\" { task", "job \"j\" {\ngroup \"g\" {\ntask")
        .replace("\n}}}\n", "\n}\n}\n}\n");
    let mut files = Files::default();
    let file = files.add(path.to_string_lossy(), text);
    let parsed = jobspec::parse(&mut files, file, &Input::nothing());
    assert_eq!(parsed.diagnostics, [], "{}", path.display());
    let task = parsed.job.unwrap().groups.remove(0).tasks.remove(0);
    (task.config, task.config_span)
}

/// The decoded plugin config of an agent's file, and all that is wrong with it before any task.
pub fn decode_plugin(path: &Path) -> (Decoded<PluginConfig>, Vec<Diagnostic>) {
    let (config, span) = plugin_config(path);
    let decoded = decode::plugin(&config, span);
    let mut problems = decoded.diagnostics.clone();
    problems.extend(settings::check(&decoded.config, &decoded.sources));
    (decoded, problems)
}

fn no_plugin() -> Decoded<PluginConfig> {
    decode::plugin(&Node::from(Value::Object(Vec::new())), None)
}

/// What the render tool assumes of Nomad's part: a zero allocation in its usual folder, ports from 20000 in order.
fn nomad_task(job: &Job, group: &Group, task: &Task) -> NomadTask {
    let alloc_id = "00000000-0000-0000-0000-000000000000";
    let alloc = format!("/var/lib/nomad/alloc/{alloc_id}");
    let (name, task_dir) = (&task.name.value, format!("{alloc}/{}", task.name.value));
    let mut env: Map<String, Json> =
        task.env.iter().map(|pair| (pair.name.value.clone(), json!(pair.value.value))).collect();
    for (name, value) in
        [("NOMAD_ALLOC_DIR", "/alloc"), ("NOMAD_TASK_DIR", "/local"), ("NOMAD_SECRETS_DIR", "/secrets")]
    {
        env.insert(name.to_owned(), json!(value));
    }
    let network = group.networks.first();
    let mode = network.and_then(|network| network.mode.as_ref()).map_or("host", |mode| mode.value.as_str());
    let isolated = mode == "bridge" || mode.starts_with("cni/");
    let resources = &task.resources;
    let number = |it: &Option<jobspec::Spanned<i64>>, unset: i64| it.as_ref().map_or(unset, |it| it.value);
    let old = resources.networks.iter().map(|network| {
        let (dynamic, reserved): (Vec<_>, Vec<_>) =
            ports(network).into_iter().partition(|port| port["dynamic"] == true);
        let plain = |ports: Vec<Json>| ports.into_iter().map(without_dynamic).collect::<Vec<_>>();
        json!({"ip": "127.0.0.1", "reserved_ports": plain(reserved), "dynamic_ports": plain(dynamic)})
    });
    let mounts = task.volume_mounts.iter().map(|mount| {
        let text =
            |it: &Option<jobspec::Spanned<String>>| it.as_ref().map_or(String::new(), |it| it.value.clone());
        json!({
            "task_path": text(&mount.destination),
            "host_path": format!("/var/lib/nomad/volumes/{}", text(&mount.volume)),
            "readonly": mount.read_only.as_ref().is_some_and(|it| it.value),
            "propagation_mode": text(&mount.propagation_mode),
            "selinux_label": text(&mount.selinux_label),
        })
    });
    let texts =
        |list: &[jobspec::Spanned<String>]| list.iter().map(|it| it.value.clone()).collect::<Vec<_>>();
    let facts = json!({
        "task_name": name,
        "task_id": format!("{alloc_id}/{name}/00000000"),
        "job_id": job.id.value,
        "job_name": job.name.as_ref().unwrap_or(&job.id).value,
        "group_name": group.name.value,
        "user": task.user.as_ref().map_or("", |user| &user.value),
        "env": env,
        "memory_mb": number(&resources.memory, 300),
        "memory_max_mb": number(&resources.memory_max, 0),
        "cpu_shares": number(&resources.cpu, 100),
        "percent_ticks": number(&resources.cpu, 100) as f64 / 4000.0,
        "shared_alloc_dir": format!("{alloc}/alloc"),
        "task_dir": task_dir,
        "task_local_dir": format!("{task_dir}/local"),
        "task_secrets_dir": format!("{task_dir}/secrets"),
        "stdout_path": format!("{alloc}/alloc/logs/.{name}.stdout.fifo"),
        "stderr_path": format!("{alloc}/alloc/logs/.{name}.stderr.fifo"),
        "mounts": mounts.collect::<Vec<_>>(),
        "dns": network.and_then(|network| network.dns.as_ref()).map(|dns| json!({
            "servers": texts(&dns.servers), "searches": texts(&dns.searches), "options": texts(&dns.options),
        })),
        "ports": network.map(|network| ports(network).into_iter().map(without_dynamic).collect::<Vec<_>>()),
        "networks": old.collect::<Vec<_>>(),
        "netns_path": if isolated { format!("/var/run/netns/{alloc_id}") } else { String::new() },
        "netns_mode": if isolated { "group" } else { "" },
    });
    serde_json::from_value(facts).unwrap()
}

fn ports(network: &jobspec::Network) -> Vec<Json> {
    let mut next = 20_000;
    let ports = network.ports.iter().map(|port| {
        let value = port.static_port.as_ref().map_or_else(
            || {
                next += 1;
                next - 1
            },
            |port| port.value,
        );
        let to = port.to.as_ref().map_or(0, |to| to.value);
        json!({"label": port.label.value, "value": value, "to": to, "host_ip": "", "dynamic": port.is_dynamic()})
    });
    ports.collect()
}

fn without_dynamic(mut port: Json) -> Json {
    port.as_object_mut().unwrap().remove("dynamic");
    port
}

/// Puts an object's members above another's.
fn merge(base: &mut Json, above: &Json) {
    for (key, value) in above.as_object().into_iter().flatten() {
        base[key] = value.clone();
    }
}

/// Real files; chance and home folder are none.
struct Disk;

impl Surroundings for Disk {
    fn read_file(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(path).map_err(|_| format!("no file exists at {path}"))
    }

    fn file_exists(&self, path: &str) -> Result<bool, String> {
        Ok(Path::new(path).is_file())
    }

    fn list_files(&self, folder: &str) -> Result<Vec<String>, String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        Ok(entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect())
    }

    fn working_folder(&self) -> Result<String, String> {
        Ok("/".to_owned())
    }

    fn home_folder(&self) -> Option<String> {
        None
    }

    fn random(&self) -> [u8; 16] {
        [0; 16]
    }
}
