//! The Go driver's binary is replaced by ours while its tasks run. No Go driver runs here: a container is made by hand
//! as that driver asks for it, from a recorded request, and its handle is the one that was recorded with it, with the
//! ID of the real container put in.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};

use nomad_driver_podman::plugin::generated::base::{SetConfigRequest, SetConfigResponse};
use nomad_driver_podman::plugin::generated::driver::{
    DestroyTaskRequest, DestroyTaskResponse, FingerprintRequest, FingerprintResponse, InspectTaskRequest,
    InspectTaskResponse, RecoverTaskRequest, RecoverTaskResponse, StopTaskRequest, StopTaskResponse,
    TaskConfig, TaskHandle, TaskState, TaskStatsRequest, TaskStatsResponse, WaitTaskRequest,
    WaitTaskResponse,
};
use prost::Message;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::allocation::Identity;
use crate::api::PATIENCE;
use crate::cluster::Cluster;
use crate::jobs::LAST;
use crate::launched::Plugin;
use crate::logs::{Unprefixed, assert_numbered};
use crate::support::{IMAGE, Service, within};
use crate::vectors;
use crate::wire::Wire;

const DRIVER: &str = "/hashicorp.nomad.plugins.drivers.proto.Driver";

/// Lines, until somebody says that it is enough: by a file, or by a signal.
const SHELL: &str = "trap 'echo that was all; exit 6' TERM; i=0; \
                     until [ $i -ge 20 ] && [ -e /local/finish ]; do i=$((i+1)); echo line $i; usleep 20000; done; \
                     echo that was all; exit 5";

/// A task that the Go driver has started.
struct GoTask<'a> {
    service: &'a Service,
    folder: PathBuf,
    container: Identity,
    handle: TaskHandle,
    /// What Nomad reads from the pipe.
    log: Option<JoinHandle<Vec<String>>>,
}

/// Our plugin as a client has it, when it has been configured.
struct Client {
    runtime: Runtime,
    wire: Wire,
    _plugin: Plugin,
}

pub fn a_task_of_the_go_driver_is_taken_over(cluster: &Cluster<'_>) {
    let service = cluster.service;
    let (mut runs, mut stopped) = (GoTask::start(service, "runs"), GoTask::start(service, "stopped"));
    let mut left = GoTask::start(service, "left");
    left.finish();
    let gone = format!("/proc/{}", left.container.pid);
    assert!(within(PATIENCE, || fs::metadata(&gone).is_err()), "{gone} goes on");

    let client = Client::launch(service);
    for task in [&runs, &stopped, &left] {
        client.recover(task);
    }
    assert_eq!(client.wait(&left), (5, String::new()), "it ended when there was no driver");
    for task in [&runs, &stopped] {
        assert_eq!(task.identity(), task.container, "the same run of the same container");
        assert_eq!(client.state(task), TaskState::Running);
        assert!(client.memory(task) > 0);
    }

    client.stop(&stopped, "SIGTERM");
    assert_eq!(client.wait(&stopped), (6, String::new()));
    assert_eq!(runs.identity(), runs.container);
    runs.finish();
    assert_eq!(client.wait(&runs), (5, String::new()));
    for task in [&mut runs, &mut stopped, &mut left] {
        task.said_everything();
        client.destroy(task);
        let (status, _) = service.request("GET", &format!("/containers/{}/json", task.container.id), None);
        assert_eq!(status, 404, "the container is removed");
    }
}

impl<'a> GoTask<'a> {
    fn start(service: &'a Service, name: &str) -> Self {
        let folder = service.folder().join("go").join(name);
        for part in ["alloc/alloc", "alloc/web/local", "alloc/web/secrets"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        let pipe = folder.join(".web.stdout.fifo");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let log = Some(read(&pipe));

        let case = vectors::case("basics: minimal");
        let id = service.create(&request(&case.json["result"]["create"], &folder, name));
        service.start_container(&id);
        let config = TaskConfig {
            id: format!("{name}/web/1"),
            name: "web".to_owned(),
            alloc_id: name.to_owned(),
            alloc_dir: folder.join("alloc").display().to_string(),
            stdout_path: pipe.display().to_string(),
            ..TaskConfig::default()
        };
        let state = with_id(case.driver_state().unwrap(), &id);
        let handle = TaskHandle {
            version: 1,
            config: Some(config),
            state: TaskState::Running.into(),
            driver_state: state.into(),
        };
        let container = identity(service, &id);
        Self { service, folder, container, handle, log }
    }

    fn id(&self) -> String {
        self.handle.config.as_ref().unwrap().id.clone()
    }

    fn identity(&self) -> Identity {
        identity(self.service, &self.container.id)
    }

    fn finish(&self) {
        fs::write(self.folder.join("alloc/web/local/finish"), "").unwrap();
    }

    /// Holds that the pipe brought every line once.
    fn said_everything(&mut self) {
        let said = self.log.take().unwrap().join().unwrap();
        let count = said.iter().filter(|line| line.starts_with("line ")).count();
        assert!(count > 0, "{said:?}");
        assert_numbered(&said, u32::try_from(count).unwrap(), "a task of the Go driver");
    }
}

impl Client {
    fn launch(service: &Service) -> Self {
        let plugin = Plugin::launch();
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let wire = runtime.block_on(Wire::connect(&plugin.socket));
        let client = Self { runtime, wire, _plugin: plugin };
        let socket = format!("unix://{}", service.socket().display());
        let config = json!({"socket": [{"name": "default", "socket_path": socket}]});
        let config = SetConfigRequest {
            msgpack_config: rmp_serde::to_vec(&config).unwrap().into(),
            ..Default::default()
        };
        client.call::<SetConfigResponse>("/hashicorp.nomad.plugins.base.proto.BasePlugin/SetConfig", &config);
        client.first::<FingerprintResponse>("Fingerprint", &FingerprintRequest {});
        client
    }

    fn call<A: Message + Default>(&self, path: &str, request: &impl Message) -> A {
        let answer = self.runtime.block_on(self.wire.call(path, request));
        answer.unwrap_or_else(|refused| panic!("{path}: {refused:?}"))
    }

    fn ask<A: Message + Default>(&self, method: &str, request: &impl Message) -> A {
        self.call(&format!("{DRIVER}/{method}"), request)
    }

    /// The first answer of a stream.
    fn first<A: Message + Default>(&self, method: &str, request: &impl Message) -> A {
        self.runtime.block_on(async {
            let mut call = self.wire.open(&format!("{DRIVER}/{method}"), Some(request), true).await;
            call.next().await.unwrap_or_else(|| panic!("{method} says nothing"))
        })
    }

    fn recover(&self, task: &GoTask<'_>) {
        let request = RecoverTaskRequest { task_id: String::new(), handle: Some(task.handle.clone()) };
        self.ask::<RecoverTaskResponse>("RecoverTask", &request);
    }

    fn wait(&self, task: &GoTask<'_>) -> (i32, String) {
        let answer: WaitTaskResponse = self.ask("WaitTask", &WaitTaskRequest { task_id: task.id() });
        (answer.result.unwrap().exit_code, answer.err)
    }

    fn state(&self, task: &GoTask<'_>) -> TaskState {
        let answer: InspectTaskResponse = self.ask("InspectTask", &InspectTaskRequest { task_id: task.id() });
        TaskState::try_from(answer.task.unwrap().state).unwrap()
    }

    fn memory(&self, task: &GoTask<'_>) -> u64 {
        let second = prost_types::Duration { seconds: 1, nanos: 0 };
        let request = TaskStatsRequest { task_id: task.id(), collection_interval: Some(second) };
        let answer: TaskStatsResponse = self.first("TaskStats", &request);
        answer.stats.unwrap().agg_resource_usage.unwrap().memory.unwrap().rss
    }

    fn stop(&self, task: &GoTask<'_>, signal: &str) {
        let timeout = Some(prost_types::Duration { seconds: 20, nanos: 0 });
        let request = StopTaskRequest { task_id: task.id(), timeout, signal: signal.to_owned() };
        self.ask::<StopTaskResponse>("StopTask", &request);
    }

    fn destroy(&self, task: &GoTask<'_>) {
        self.ask::<DestroyTaskResponse>(
            "DestroyTask",
            &DestroyTaskRequest { task_id: task.id(), force: true },
        );
    }
}

/// The recorded request with an image, a program and folders that are there. Its cgroup's parent is systemd's, which
/// does not rule here.
fn request(recorded: &Value, folder: &Path, name: &str) -> Value {
    let text = recorded.to_string().replace("\"DIR/", &format!("\"{}/", folder.display()));
    let mut request: Value = serde_json::from_str(&text).unwrap();
    request.as_object_mut().unwrap().remove("cgroup_parent");
    request["name"] = format!("web-{name}").into();
    request["image"] = IMAGE.into();
    request["command"] = json!(["sh", "-c", SHELL]);
    request
}

/// The recorded state with another container's ID, which is as long.
fn with_id(mut state: Vec<u8>, id: &str) -> Vec<u8> {
    let key = b"ContainerID";
    let at = state.windows(key.len()).position(|part| part == key).expect("the key") + key.len();
    // A string of 64 bytes, with its length in two bytes.
    assert_eq!(state[at..at + 3], [0xda, 0, 64]);
    state[at + 3..at + 67].copy_from_slice(id.as_bytes());
    state
}

fn identity(service: &Service, id: &str) -> Identity {
    Identity::of(&service.inspect(id))
}

/// Reads a pipe as Nomad does, which has it open before the container starts, until the task's last line.
fn read(pipe: &Path) -> JoinHandle<Vec<String>> {
    let pipe = File::options().read(true).write(true).open(pipe).unwrap();
    thread::spawn(move || {
        let lines = BufReader::new(pipe).lines().map(|line| line.unwrap());
        let mut said = Vec::new();
        let mut unprefixed = Unprefixed::default();
        for line in lines {
            said.extend(unprefixed.take(&line).map(|(_, text)| text));
            if said.last().is_some_and(|text| text == LAST) {
                break;
            }
        }
        said
    })
}
