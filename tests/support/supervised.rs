//! Tasks of the driver over containers that a test has made by itself, each with its supervisor.

#![allow(dead_code)]

use std::path::Path;
use std::sync::Arc;

use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::ending::Found;
use nomad_driver_podman::driver::events::Ident;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::driver::supervisor::{self, Initial, Launch};
use nomad_driver_podman::driver::task::Task;
use nomad_driver_podman::podman::Deadlines;

/// A socket for such tasks.
pub fn socket(path: &Path) -> Arc<Socket> {
    Arc::new(Socket::new("default", path, true, Deadlines::default()))
}

/// A container that runs as a task of this ID. To be called on a runtime.
pub fn supervised(
    driver: &Arc<Driver>,
    socket: &Arc<Socket>,
    task_id: &str,
    container: &str,
    cgroup_path: Option<&str>,
) -> Arc<Task> {
    let launch = Launch {
        ident: Ident { task_id: task_id.to_owned(), ..Ident::default() },
        container_id: container.to_owned(),
        socket: socket.clone(),
        image: None,
        found: Found { cgroup_path: cgroup_path.map(str::to_owned), ..Found::default() },
        gc_container: false,
        initial: Initial::Running,
        seen: None,
        log: None,
    };
    supervisor::spawn(driver, driver.store.reserve(task_id).expect("it is new"), launch)
}
