//! Tasks on a real Podman, looked after by supervisors as the driver's own are. Their containers are made by hand.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::ending::Found;
use nomad_driver_podman::driver::events::Ident;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::driver::supervisor::{self, Initial, Launch};
use nomad_driver_podman::driver::task::Task;
use nomad_driver_podman::podman::{Container, Deadlines};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::support::{IMAGE, Service};

/// How long anything may take here.
const PATIENCE: Duration = Duration::from_secs(90);

/// A driver on one Podman, and a runtime for it.
pub struct Tasks<'a> {
    pub service: &'a Service,
    pub driver: Arc<Driver>,
    pub runtime: Runtime,
    socket: Arc<Socket>,
    count: AtomicUsize,
}

impl<'a> Tasks<'a> {
    pub fn new(service: &'a Service) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let socket = Arc::new(Socket::new("default", &service.socket(), true, Deadlines::default()));
        Self { service, driver: Arc::default(), runtime, socket, count: AtomicUsize::new(0) }
    }

    /// Runs to the end, but not for ever.
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let limited = async { tokio::time::timeout(PATIENCE, work).await };
        self.runtime.block_on(limited).expect("something that takes no minute")
    }

    /// Waits until something is so.
    pub fn until(&self, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A container that is not started. `more` goes into its spec.
    pub fn make(&self, command: &[&str], more: Value) -> String {
        let mut spec = json!({"image": IMAGE, "command": command, "netns": {"nsmode": "none"}});
        for (member, value) in more.as_object().into_iter().flatten() {
            spec[member] = value.clone();
        }
        self.service.create(&spec)
    }

    /// A container that is started.
    pub fn container(&self, command: &[&str], more: Value) -> String {
        let id = self.make(command, more);
        self.service.start_container(&id);
        id
    }

    /// A task in a container of its own.
    pub fn start(&self, command: &[&str], more: Value) -> Arc<Task> {
        let id = self.container(command, more);
        self.take_up(&id, Initial::Running)
    }

    /// A task of a shell that has carried this out, and then sleeps in small steps, between which it minds its traps.
    pub fn start_ready(&self, script: &str, more: Value) -> Arc<Task> {
        let task = self
            .start(&["sh", "-c", &format!("{script}; touch /tmp/ready; while :; do sleep 0.1; done")], more);
        let path = format!("/containers/{}/archive?path=/tmp/ready", task.container_id);
        self.until(|| self.service.request("HEAD", &path, None).0 == 200);
        task
    }

    /// A supervisor for a container.
    pub fn take_up(&self, id: &str, initial: Initial) -> Arc<Task> {
        self.take_up_with(id, initial, true)
    }

    /// The same; `gc`: whether the container goes when the task is destroyed.
    pub fn take_up_with(&self, id: &str, initial: Initial, gc: bool) -> Arc<Task> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let task_id = format!("alloc/web/{number}");
        let (_, inspect) = self.service.request("GET", &format!("/containers/{id}/json"), None);
        let container: Container = serde_json::from_value(inspect).unwrap();
        let launch = Launch {
            ident: Ident {
                task_id: task_id.clone(),
                alloc_id: "alloc".to_owned(),
                task_name: "web".to_owned(),
            },
            container_id: id.to_owned(),
            socket: self.socket.clone(),
            image: Some(self.socket.images.take(&container.image)),
            found: Found::of(&container),
            gc_container: gc,
            initial,
            seen: None,
            log: None,
        };
        let _context = self.runtime.enter();
        let reservation = self.driver.store.reserve(&task_id).unwrap();
        supervisor::spawn(&self.driver, reservation, launch)
    }

    /// Lets go of a task without its container.
    pub fn forget(&self, task: &Task) {
        self.driver.store.remove(&task.ident.task_id);
    }
}
