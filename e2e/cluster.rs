//! A Nomad agent, server and client in one, with our plugin, beside a Podman of its own and in the same namespaces:
//! it starts, ends in several ways and starts again on the same data. What runs on it is `allocation.rs`'s.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::api::Api;
use crate::inside::Inside;
use crate::support::{Service, within};

/// The plugin's file name, and with it the label of its block in the agent's configuration.
const PLUGIN: &str = "nomad-driver-podman";

/// The plugins of the distribution's `containernetworking-plugins` that a group's bridge needs.
const CNI: [&str; 5] = ["bridge", "firewall", "host-local", "loopback", "portmap"];

/// An agent and its Podman.
pub struct Cluster<'a> {
    /// The Podman that the plugin talks to.
    pub service: &'a Service,
    /// The agent's API.
    pub api: Api,
    agent: Mutex<Option<Child>>,
}

impl<'a> Cluster<'a> {
    /// Starts an agent and waits until its node may run tasks.
    pub fn start(service: &'a Service) -> Self {
        let api = Api::new(Inside::of(service.process()));
        let cluster = Self { service, api, agent: Mutex::new(None) };
        cluster.prepare();
        cluster.start_agent();
        cluster.wait_until_ready();
        cluster
    }

    fn prepare(&self) {
        let folder = self.service.folder();
        for (from, to) in [
            (nomad(), "nomad"),
            (PathBuf::from(env!("CARGO_BIN_EXE_nomad-driver-podman")), "plugins/nomad-driver-podman"),
        ] {
            put(&from, &folder.join(to));
        }
        for plugin in CNI {
            put(&Path::new("/usr/lib/cni").join(plugin), &folder.join("cni").join(plugin));
        }
        fs::write(folder.join("agent.hcl"), configuration(self.service)).expect("the agent's configuration");
    }

    /// Starts the agent. It does not wait for anything.
    pub fn start_agent(&self) {
        let folder = self.service.folder();
        let log = File::options().create(true).append(true).open(self.log()).expect("the agent's log");
        let mut command = self.api.inside().command(&self.nomad());
        command.arg("agent").arg("-config").arg(folder.join("agent.hcl"));
        command.stdin(std::process::Stdio::null());
        command.stdout(log.try_clone().expect("a second handle")).stderr(log);
        // A group of its own, as if it was a service: a Ctrl-C for the test is none for the agent.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let agent = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        *self.agent.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent);
    }

    /// Sends the agent a signal, by name.
    pub fn signal_agent(&self, signal: &str) {
        let id = self.agent.lock().unwrap_or_else(PoisonError::into_inner).as_ref().expect("an agent").id();
        send_signal(id, signal);
    }

    /// Sends the agent a signal that it ends by, and waits until it has.
    pub fn end_agent(&self, signal: &str) {
        self.signal_agent(signal);
        let agent = self.agent.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut agent = agent.expect("an agent");
        let ended = within(crate::api::PATIENCE, || matches!(agent.try_wait(), Ok(Some(_))));
        assert!(ended, "the agent does not end by {signal}: {}", self.log_tail());
    }

    /// Waits until the node is ready and its driver healthy. Gives the node.
    pub fn wait_until_ready(&self) -> Value {
        let id = self.node_id();
        self.wait_for_node(&id, "the node is ready and its driver healthy", |node| {
            node["Status"] == "ready"
                && node["SchedulingEligibility"] == "eligible"
                && node["Drivers"]["podman"]["Healthy"] == true
        })
    }

    /// The ID of the only node.
    pub fn node_id(&self) -> String {
        self.api
            .wait("a node has registered", "/v1/nodes", |nodes| nodes[0]["ID"].as_str().map(str::to_owned))
    }

    /// Waits until the node is as asked. Gives the node.
    pub fn wait_for_node(&self, id: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.api.wait(what, &format!("/v1/node/{id}"), |node| is_so(node).then(|| node.clone()))
    }

    /// Runs the command line of Nomad, no longer than a minute.
    pub fn cli(&self, args: &[&str], input: &[u8]) -> Output {
        self.api.inside().run(&self.nomad(), args, input)
    }

    /// Runs the command line of Nomad as a person does, on a terminal. What it reads is typed.
    pub fn cli_on_terminal(&self, args: &str, input: &[u8]) -> Output {
        let line = format!("{} {args}", self.nomad());
        self.api.inside().run("script", &["--quiet", "--return", "--command", &line, "/dev/null"], input)
    }

    /// The processes of the plugin: one, unless an agent starts or ends just now.
    pub fn plugins(&self) -> Vec<u32> {
        let path = self.service.folder().join("plugins").join(PLUGIN);
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let is_plugin = |id: &u32| {
            let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            command.split(|byte| *byte == 0).next() == Some(path.as_os_str().as_encoded_bytes())
        };
        processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_plugin).collect()
    }

    /// The one process of the plugin, once there is exactly one.
    pub fn plugin(&self) -> u32 {
        within(crate::api::PATIENCE, || self.plugins().len() == 1);
        let all = self.plugins();
        assert_eq!(all.len(), 1, "one plugin serves all tasks: {all:?}\n{}", self.log_tail());
        all[0]
    }

    /// The last lines of what the agent says.
    pub fn log_tail(&self) -> String {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().filter(|line| !line.contains(" http: request complete")).collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    fn log(&self) -> PathBuf {
        self.service.folder().join("agent.log")
    }

    fn nomad(&self) -> String {
        self.service.folder().join("nomad").display().to_string()
    }
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        // The Podman's script ends whatever an agent leaves, and does so as well when this test is killed.
        if let Some(mut agent) = self.agent.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = agent.kill();
            let _ = agent.wait();
        }
        if std::thread::panicking()
            && let Ok(keep) = std::env::var("E2E_KEEP_LOG")
        {
            let _ =
                fs::copy(self.log(), Path::new(&keep).join(format!("agent-{}.log", self.service.podman())));
        }
    }
}

/// Sends a process of ours a signal.
pub fn send_signal(process: u32, signal: &str) {
    let status = Command::new("kill").args([format!("-{signal}"), process.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "kill -{signal} {process}");
}

/// Where the binary of Nomad is: `.ci/nomad` builds it.
fn nomad() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/nomad");
    let output = Command::new(&script).arg("--where").output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", script.display()));
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    assert!(path.is_file(), "there is no Nomad at '{}': run .ci/nomad, or set NOMAD_BIN", path.display());
    path
}

/// Makes a program visible inside of the namespaces, which share no more than this folder.
fn put(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
    fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).expect("the permissions of our file");
}

fn configuration(service: &Service) -> String {
    let folder = service.folder().display();
    let second = service.users_socket().map(|(user, socket)| {
        format!("socket {{\n name = \"{user}\"\n socket_path = \"unix://{}\"\n }}", socket.display())
    });
    let second = second.unwrap_or_default();
    format!(
        r#"
data_dir             = "{folder}/data"
plugin_dir           = "{folder}/plugins"
bind_addr            = "127.0.0.1"
disable_update_check = true
leave_on_terminate   = false
log_level            = "DEBUG"
advertise {{
  http = "127.0.0.1"
  rpc  = "127.0.0.1"
  serf = "127.0.0.1"
}}
server {{
  enabled          = true
  bootstrap_expect = 1
}}
client {{
  enabled           = true
  network_interface = "lo"
  cpu_total_compute = 4000
  cni_path          = "{folder}/cni"
  # What ended is looked at afterwards, however full the disk of the machine is.
  gc_disk_usage_threshold  = 100
  gc_inode_usage_threshold = 100
  gc_max_allocs            = 1000
  options = {{
    "driver.allowlist"     = "podman"
    "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean,consul,vault"
  }}
}}
# Without it the agent does not ask for the statistics of tasks at all.
telemetry {{
  publish_allocation_metrics = true
}}
plugin "{PLUGIN}" {{
  config {{
    volumes {{
      enabled = true
    }}
    socket {{
      name        = "default"
      socket_path = "unix://{folder}/podman.sock"
    }}
    {second}
  }}
}}
"#
    )
}
