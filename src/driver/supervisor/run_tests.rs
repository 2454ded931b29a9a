//! What a defect in a supervisor comes to. The defect is a test's own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use podman_driver_engine::lifecycle::Policy;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::super::supervise;
use super::*;
use crate::driver::Driver;
use crate::driver::events::Ident;
use crate::driver::socket::Socket;
use crate::driver::task::{Status, Task};
use crate::podman::Deadlines;

#[tokio::test]
async fn a_panic_ends_the_task_and_nothing_else() {
    let driver = Arc::new(Driver::default());
    let mut told = driver.events.subscribe();
    let socket =
        Arc::new(Socket::new("default", Path::new("/nonexistent/podman.sock"), true, Deadlines::default()));
    let ident = Ident { task_id: "a/web/1".to_owned(), ..Ident::default() };
    let life = Life::running();
    let status = Status { phase: phase(&life), started_at: None, pid: None, cgroup_path: None };
    let (sender, receiver) = watch::channel(status);
    let (commands, queue) = mpsc::channel(1);
    let task = Arc::new(Task {
        ident: ident.clone(),
        container_id: "c1".to_owned(),
        socket: socket.clone(),
        image: None,
        status: receiver,
        commands,
        output: None,
    });
    driver.store.reserve(&ident.task_id).unwrap().fill(task.clone());
    let policy = Policy { stop_signal: "SIGTERM".to_owned(), remove: false, container_id: "c1".to_owned() };
    let post = Post {
        driver: driver.clone(),
        ident,
        container_id: "c1".to_owned(),
        socket: socket.clone(),
        policy,
        status: sender,
    };
    let supervisor = Supervisor::new(post, life, Found::default(), None);
    supervisor.work.push(Box::pin(async { panic!("a defect of the test's own") }));
    let worker = tokio::spawn(supervise(supervisor, queue));

    let limit = Duration::from_secs(30);
    let exit = timeout(limit, task.wait()).await.expect("nobody waits for ever");
    assert!(exit.error.starts_with("the driver met a defect"), "{exit:?}");
    assert!(told.recv().await.unwrap().message.starts_with("the driver met a defect"));
    assert!(driver.store.contains("a/web/1"), "it is there to be destroyed");
    timeout(limit, task.destroy(false)).await.expect("an answer").unwrap();
    assert!(!driver.store.contains("a/web/1"));
    assert_eq!(socket.owed(), 1, "its container is removed once Podman is there, whatever `gc` says");
    worker.await.unwrap();
}
