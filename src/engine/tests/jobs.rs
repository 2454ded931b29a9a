//! What a job file says, in HCL, in HCL written as JSON and in the API's JSON: the same job comes out of all three,
//! with the place of every part.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use podman_driver_engine::jobspec::{Input, Job, Surroundings, Task, looks_like_job, parse};
use podman_driver_engine::source::{Files, Span};
use podman_driver_engine::value::{Node, Value};

const HCL: &str = r#"
variable "tag" { default = "7" }
locals { image = "redis:${var.tag}" }
job "cache" {
  type        = "service"
  namespace   = "prod"
  datacenters = ["dc1"]
  group "g" {
    count = 2
    network {
      mode = "bridge"
      port "db" { to = 6379 }
      port "web" {
        static       = 8080
        host_network = "public"
      }
      dns { servers = ["10.0.0.1"] }
    }
    volume "data" {
      type   = "host"
      source = "redis"
    }
    task "redis" {
      driver       = "podman"
      user         = "999"
      kill_timeout = "1m30s"
      config {
        image = local.image
        args  = ["--port", "${NOMAD_PORT_db}"]
        logging {
          driver = "journald"
        }
      }
      env {
        MODE = "x"
        SIZE = 5
      }
      resources {
        cpu    = 500
        memory = "256"
        device "nvidia/gpu" { count = 1 }
      }
      volume_mount {
        volume      = "data"
        destination = "/data"
      }
    }
    service {
      name = "api"
      connect {
        sidecar_service {}
        sidecar_task {
          driver = "podman"
          config { image = "envoy" }
        }
      }
    }
  }
}
"#;

const JSON: &str = r#"{
  "variable": {"tag": {"default": "7"}},
  "locals": {"image": "redis:${var.tag}"},
  "job": {"cache": {"type": "service", "namespace": "prod", "datacenters": ["dc1"],
    "group": {"g": {"count": 2,
      "network": {"mode": "bridge", "dns": {"servers": ["10.0.0.1"]},
        "port": {"db": {"to": 6379}, "web": {"static": 8080, "host_network": "public"}}},
      "volume": {"data": {"type": "host", "source": "redis"}},
      "task": [{"redis": {"driver": "podman", "user": "999", "kill_timeout": "1m30s",
        "config": {"image": "${local.image}", "args": ["--port", "${NOMAD_PORT_db}"],
          "logging": {"driver": "journald"}},
        "env": {"MODE": "x", "SIZE": 5},
        "resources": {"cpu": 500, "memory": "256", "device": {"nvidia/gpu": {"count": 1}}},
        "volume_mount": {"volume": "data", "destination": "/data"}}}],
      "service": {"name": "api", "connect": {"sidecar_service": {},
        "sidecar_task": {"driver": "podman", "config": {"image": "envoy"}}}}}}}}
}"#;

const API: &str = r#"{"Job": {"ID": "cache", "Type": "service", "Namespace": "prod", "Datacenters": ["dc1"],
  "TaskGroups": [{"Name": "g", "Count": 2,
    "Networks": [{"Mode": "bridge", "DNS": {"Servers": ["10.0.0.1"]},
      "DynamicPorts": [{"Label": "db", "Value": 0, "To": 6379}],
      "ReservedPorts": [{"Label": "web", "Value": 8080, "To": 0, "HostNetwork": "public"}]}],
    "Volumes": {"data": {"Name": "data", "Type": "host", "Source": "redis"}},
    "Tasks": [{"Name": "redis", "Driver": "podman", "User": "999", "KillTimeout": 90000000000,
      "Config": {"image": "redis:7", "args": ["--port", "${NOMAD_PORT_db}"], "logging": {"driver": "journald"}},
      "Env": {"MODE": "x", "SIZE": "5"},
      "Resources": {"CPU": 500, "MemoryMB": 256, "Devices": [{"Name": "nvidia/gpu", "Count": 1}]},
      "VolumeMounts": [{"Volume": "data", "Destination": "/data"}]}],
    "Services": [{"Name": "api", "Connect": {"SidecarService": {},
      "SidecarTask": {"Driver": "podman", "Config": {"image": "envoy"}}}}]}]}}"#;

fn job(text: &str) -> (Files, Job) {
    job_with(text, &Input::nothing())
}

fn job_with(text: &str, input: &Input<'_>) -> (Files, Job) {
    let mut files = Files::default();
    let file = files.add("job.nomad.hcl", text);
    let parsed = parse(&mut files, file, input);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    (files, parsed.job.unwrap())
}

fn option<'t>(task: &'t Task, name: &str) -> &'t Node {
    let Value::Object(entries) = &task.config.value else { panic!("config is no object") };
    &entries.iter().find(|entry| entry.key == name).unwrap().node
}

#[test]
fn all_three_shapes_say_the_same_job() {
    for text in [HCL, JSON, API] {
        let (_, job) = job(text);
        let said = |it: &Option<podman_driver_engine::jobspec::Spanned<String>>| {
            it.as_ref().map(|it| it.value.clone())
        };
        assert_eq!(job.id.value, "cache");
        assert_eq!(said(&job.job_type).as_deref(), Some("service"));
        assert_eq!(said(&job.namespace).as_deref(), Some("prod"));
        assert_eq!(job.datacenters[0].value, "dc1");
        let group = &job.groups[0];
        assert_eq!((group.name.value.as_str(), group.count.as_ref().unwrap().value), ("g", 2));
        let network = &group.networks[0];
        assert_eq!(said(&network.mode).as_deref(), Some("bridge"));
        assert_eq!(network.dns.as_ref().unwrap().servers[0].value, "10.0.0.1");
        let ports: Vec<_> = network
            .ports
            .iter()
            .map(|port| {
                let number = |port: &Option<podman_driver_engine::jobspec::Spanned<i64>>| {
                    port.as_ref().map(|port| port.value)
                };
                (port.label.value.as_str(), number(&port.static_port), number(&port.to), port.is_dynamic())
            })
            .collect();
        assert_eq!(ports, [("db", None, Some(6379), true), ("web", Some(8080), None, false)]);
        assert_eq!(said(&group.volumes[0].source).as_deref(), Some("redis"));
        let task = &group.tasks[0];
        assert_eq!((task.name.value.as_str(), said(&task.user).as_deref()), ("redis", Some("999")));
        assert_eq!(task.kill_timeout.as_ref().unwrap().value.as_secs(), 90);
        assert_eq!(option(task, "image").value, Value::Text("redis:7".into()));
        let Value::List(args) = &option(task, "args").value else { panic!() };
        assert_eq!(args[1].value, Value::Template("${NOMAD_PORT_db}".into()));
        let env: Vec<_> =
            task.env.iter().map(|pair| (pair.name.value.as_str(), pair.value.value.as_str())).collect();
        assert_eq!(env, [("MODE", "x"), ("SIZE", "5")]);
        assert_eq!(task.resources.cpu.as_ref().unwrap().value, 500);
        assert_eq!(task.resources.memory.as_ref().unwrap().value, 256);
        assert_eq!(task.resources.devices[0].name.value, "nvidia/gpu");
        assert_eq!(said(&task.volume_mounts[0].destination).as_deref(), Some("/data"));
        let sidecar = group.services[0].sidecar_task.as_ref().unwrap();
        assert_eq!((sidecar.name.value.as_str(), sidecar.sidecar), ("connect-proxy-api", true));
        assert_eq!(option(sidecar, "image").value, Value::Text("envoy".into()));
    }
}

#[test]
fn parts_know_where_they_are_written() {
    for (text, image) in [(HCL, "local.image"), (JSON, "\"${local.image}\""), (API, "\"redis:7\"")] {
        let (files, job) = job(text);
        let task = &job.groups[0].tasks[0];
        let shown = |span: Option<Span>| files.snippet(span.unwrap()).to_owned();
        assert_eq!(shown(option(task, "image").span), image);
        let Value::List(args) = &option(task, "args").value else { panic!() };
        assert_eq!(shown(args[1].span), "\"${NOMAD_PORT_db}\"");
        assert!(shown(task.resources.cpu.as_ref().unwrap().span).contains("500"));
        assert!(shown(task.span).contains("kill_timeout") || shown(task.span).contains("KillTimeout"));
    }
}

#[test]
fn blocks_and_attributes_of_config_are_told_apart() {
    let text = "job \"a\" {\n task \"t\" {\n config {\n logging { driver = \"x\" }\n sysctl = { a = 1 }\n x \"y\" { z = 1 }\n }\n }\n}\n";
    let (_, block) = job(text);
    let Value::Object(entries) = &block.groups[0].tasks[0].config.value else { panic!() };
    let told: Vec<_> = entries.iter().map(|entry| (entry.key.as_str(), entry.block)).collect();
    assert_eq!(told, [("logging", true), ("sysctl", false), ("x", true)]);
    let (_, attribute) = job("job \"a\" {\n task \"t\" {\n config = { image = \"x\" }\n }\n}\n");
    assert_eq!(option(&attribute.groups[0].tasks[0], "image").value, Value::Text("x".into()));
}

#[test]
fn dynamic_blocks_are_expanded() {
    let text = r#"
job "a" {
  group "g" {
    network {
      dynamic "port" {
        for_each = { http = 80, ssh = 22 }
        labels   = [port.key]
        content { to = port.value }
      }
    }
    dynamic "task" {
      for_each = ["x", "y"]
      iterator = it
      labels   = ["t-${it.value}"]
      content {
        driver = "podman"
        config { args = [it.key, "${it.value}-${NOMAD_DC}"] }
      }
    }
  }
}"#;
    let (_, job) = job(text);
    let group = &job.groups[0];
    let ports: Vec<_> = group.networks[0]
        .ports
        .iter()
        .map(|port| (port.label.value.as_str(), port.to.as_ref().unwrap().value))
        .collect();
    assert_eq!(ports, [("http", 80), ("ssh", 22)]);
    let names: Vec<_> = group.tasks.iter().map(|task| task.name.value.as_str()).collect();
    assert_eq!(names, ["t-x", "t-y"]);
    let Value::List(args) = &option(&group.tasks[1], "args").value else { panic!() };
    assert_eq!(args[1].value, Value::Template("y-${NOMAD_DC}".into()));
}

#[test]
fn stronger_values_of_variables_win() {
    let text =
        "variable \"v\" { default = \"d\" }\njob \"a\" {\n task \"t\" {\n config { x = var.v }\n }\n}\n";
    let given = |value: &str| vec![("v".to_owned(), value.to_owned())];
    let rows = [
        (vec![], None, vec![], "d"),
        (given("e"), None, vec![], "e"),
        (given("e"), Some("v = \"f\""), vec![], "f"),
        (given("e"), Some("{\"v\": \"j\"}"), vec![], "j"),
        (given("e"), Some("v = \"f\""), given("a"), "a"),
        (vec![], None, given("[1]"), "[1]"),
    ];
    for (environment, values, variables, want) in rows {
        let mut files = Files::default();
        let file = files.add("job.hcl", text);
        let variable_files: Vec<_> = values.into_iter().map(|text| files.add("values", text)).collect();
        let input = Input {
            variables: &variables,
            variable_files: &variable_files,
            environment: &environment,
            ..Input::nothing()
        };
        let parsed = parse(&mut files, file, &input);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let job = parsed.job.unwrap();
        assert_eq!(option(&job.groups[0].tasks[0], "x").value, Value::Text(want.into()));
    }
}

/// Two files in a folder.
struct Folder;

impl Surroundings for Folder {
    fn read_file(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "jobs/a.conf" => Ok(b"port ${PORT}\n".to_vec()),
            "/home/me/b.conf" => Ok(vec![0xff, 0x00]),
            _ => Err(format!("no file exists at {path}")),
        }
    }

    fn file_exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.read_file(path).is_ok())
    }

    fn list_files(&self, folder: &str) -> Result<Vec<String>, String> {
        Ok(if folder == "jobs" {
            vec!["a.conf".into(), "sub/b.conf".into(), "c.txt".into()]
        } else {
            Vec::new()
        })
    }

    fn working_folder(&self) -> Result<String, String> {
        Ok("/jobs".into())
    }

    fn home_folder(&self) -> Option<String> {
        Some("/home/me".into())
    }

    fn random(&self) -> [u8; 16] {
        [7; 16]
    }
}

#[test]
fn functions_on_files_start_from_the_jobs_folder() {
    for (expression, want) in [
        ("file(\"a.conf\")", "port ${PORT}\n"),
        ("file(\"./sub/../a.conf\")", "port ${PORT}\n"),
        ("filebase64(\"~/b.conf\")", "/wA="),
        ("fileexists(\"nothing\")", "false"),
        ("jsonencode(fileset(\".\", \"*.conf\"))", "[\"a.conf\"]"),
        ("jsonencode(fileset(\".\", \"**/*.conf\"))", "[\"a.conf\",\"sub/b.conf\"]"),
        ("abspath(\"x/../y\")", "/jobs/y"),
        ("pathexpand(\"~/x\")", "/home/me/x"),
        ("uuidv4()", "07070707-0707-4707-8707-070707070707"),
    ] {
        let text = format!(
            "job \"a\" {{\n task \"t\" {{\n config {{\n x = \"${{{expression}}}\"\n y = \"${{{expression}}}\"\n }}\n }}\n}}\n"
        );
        let (_, job) = job_with(&text, &Input { folder: "jobs", surroundings: &Folder, ..Input::nothing() });
        let got = match &option(&job.groups[0].tasks[0], "x").value {
            Value::Text(text) | Value::Template(text) => text.clone(),
            Value::Bool(it) => it.to_string(),
            other => panic!("{expression}: {other:?}"),
        };
        assert_eq!(got, want, "{expression}");
    }
}

#[test]
fn job_files_are_picked_out_of_a_folder() {
    for (text, want) in [
        (HCL, true),
        (JSON, true),
        (API, true),
        ("job a {}", true),
        ("job_name = \"x\"", false),
        ("# job\nvariable \"a\" {}", false),
        ("{\"a\": 1}", false),
        ("job = \"x\"", false),
    ] {
        assert_eq!(looks_like_job(text), want, "{text}");
    }
}
