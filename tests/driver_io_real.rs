//! Commands in real containers, and what real containers use: `ExecTask`, `ExecTaskStreaming` and `TaskStats` against
//! both Podmans. One service serves all of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/supervised.rs"]
mod supervised;
#[path = "support/podman.rs"]
mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use nomad_driver_podman::driver::Driver;
use nomad_driver_podman::driver::socket::Socket;
use nomad_driver_podman::driver::task::Task;
use nomad_driver_podman::driver::{exec, exec_stream, stats};
use nomad_driver_podman::plugin::generated::driver::exec_task_streaming_request::{Setup, TerminalSize};
use nomad_driver_podman::plugin::generated::driver::{
    ExecTaskResponse, ExecTaskStreamingIoOperation, ExecTaskStreamingRequest, ExecTaskStreamingResponse,
    TaskStats,
};
use nomad_driver_podman::podman::Method;
use serde_json::json;
use supervised::{socket, supervised};
use support::{IMAGE, Podman, Service, on};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

#[test]
fn on_the_distributions_podman() {
    on(Podman::Distribution, everything);
}

#[test]
fn on_the_podman_of_forky() {
    on(Podman::Forky, everything);
}

/// A container that does nothing, as a task.
struct Place {
    driver: Arc<Driver>,
    socket: Arc<Socket>,
    task: Arc<Task>,
    id: String,
}

fn everything(service: &Service) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let sleeping = |name: &str| {
        let id = service.create(&json!({
            "image": IMAGE, "name": name, "command": ["sleep", "600"], "netns": {"nsmode": "none"}
        }));
        service.start_container(&id);
        let cgroup = service.inspect(&id)["State"]["CgroupPath"].as_str().unwrap().to_owned();
        (id, cgroup)
    };
    let (id, cgroup) = sleeping("busy");
    let (other, other_cgroup) = sleeping("short");
    let place = runtime.block_on(async {
        let (driver, socket) = (Arc::new(Driver::default()), socket(&service.socket()));
        let task = supervised(&driver, &socket, "task", &id, Some(&cgroup));
        let place = Place { driver, socket, task, id };
        // The socket's watcher has its connections by then.
        place.exec(&["true"]).await.unwrap();
        let before = open_files();
        output_and_exit_code(&place).await;
        time_limits(&place).await;
        killed_from_inside(&place).await;
        refusals(&place).await;
        typed_input(&place).await;
        terminals(&place).await;
        broken_rules(&place).await;
        clients_that_leave(&place).await;
        slow_sides(&place).await;
        statistics(&place).await;
        statistics_end(&place, &other, &other_cgroup).await;
        // Eight connections may be kept for the next request.
        eventually("all files are closed", || open_files() <= before + 8).await;
        place
    });
    service.remove(&place.id);
    runtime.block_on(async {
        place.task.wait().await;
        let failure = place.exec(&["true"]).await.unwrap_err();
        assert_eq!(failure, "cannot create exec session: the task has ended");
    });
}

impl Place {
    async fn exec(&self, command: &[&str]) -> Result<ExecTaskResponse, String> {
        self.exec_within(command, Duration::ZERO).await
    }

    async fn exec_within(&self, command: &[&str], limit: Duration) -> Result<ExecTaskResponse, String> {
        let command = command.iter().map(|&word| word.to_owned()).collect();
        exec::run(&self.task, command, Some(limit)).await.map_err(|failure| failure.to_string())
    }

    /// The processes of the container, whoever started them.
    fn processes(&self) -> Vec<String> {
        let folder = PathBuf::from("/sys/fs/cgroup/pids/libpod_parent").join(format!("libpod-{}", self.id));
        let folder = if folder.exists() { folder } else { panic!("{}", folder.display()) };
        let all = std::fs::read_to_string(folder.join("cgroup.procs")).unwrap();
        let command = |id| std::fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        all.lines().map(command).collect()
    }

    async fn only_its_own(&self, after: &str) {
        let started = Instant::now();
        while self.processes().len() > 1 {
            assert!(started.elapsed() < Duration::from_secs(20), "{after} still run: {:?}", self.processes());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn open(&self) -> Exec {
        let (requests, stream) = mpsc::channel(1);
        let answers = exec_stream::stream(self.driver.store.clone(), ReceiverStream::new(stream));
        Exec { requests, answers: Box::pin(answers) }
    }

    async fn start(&self, tty: bool, command: &[&str]) -> Exec {
        let exec = self.open();
        let command = command.iter().map(|&word| word.to_owned()).collect();
        let setup = Setup { task_id: "task".to_owned(), command, tty };
        exec.send(ExecTaskStreamingRequest { setup: Some(setup), ..Default::default() }).await;
        exec
    }
}

async fn eventually(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(20), "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

async fn output_and_exit_code(place: &Place) {
    let answer = place.exec(&["sh", "-c", "echo out; echo err >&2; exit 7"]).await.unwrap();
    let result = answer.result.unwrap();
    assert_eq!((&answer.stdout[..], &answer.stderr[..]), (&b"out\n"[..], &b"err\n"[..]));
    assert_eq!((result.exit_code, result.signal, result.oom_killed), (7, 0, false));

    for (command, code, says) in [("no-such-program", 127, "not found"), ("/etc/passwd", 126, "denied")] {
        let answer = place.exec(&[command]).await.unwrap();
        assert_eq!(answer.result.unwrap().exit_code, code, "{command}");
        let text = String::from_utf8_lossy(&answer.stderr).to_lowercase();
        assert!(text.contains(says), "{command}: {text}");
    }

    let answer = place.exec(&["seq", "1", "50000"]).await.unwrap();
    let whole: String = (1..=50_000).map(|number| format!("{number}\n")).collect();
    assert!(answer.stdout == whole.as_bytes()[whole.len() - exec::LONGEST..], "the last 64 KiB");

    let many = (0..20).map(|number| async move {
        let answer = place.exec(&["sh", "-c", &format!("echo {number}; exit {number}")]).await.unwrap();
        (answer.result.unwrap().exit_code, String::from_utf8(answer.stdout.to_vec()).unwrap())
    });
    let answers = futures_util::future::join_all(many).await;
    let expected: Vec<_> = (0..20).map(|number| (number, format!("{number}\n"))).collect();
    assert_eq!(answers, expected);
}

async fn time_limits(place: &Place) {
    let started = Instant::now();
    let sleeping = &["sh", "-c", "sleep 300 & sleep 300"];
    let failure = place.exec_within(sleeping, Duration::from_secs(1)).await.unwrap_err();
    let expected = "context deadline exceeded: the command \"sh -c sleep 300 & sleep 300\" did not end within 1s, and it was killed";
    assert_eq!(failure, expected);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    place.only_its_own("a time limit").await;

    let answer = place.exec_within(&["sh", "-c", "sleep 1; echo slept"], Duration::ZERO).await.unwrap();
    assert_eq!(&answer.stdout[..], b"slept\n", "no limit");

    // Whoever asked has gone, at any moment.
    for patience in [0, 1, 5, 20, 100, 400] {
        let _ = tokio::time::timeout(Duration::from_millis(patience), place.exec(sleeping)).await;
    }
    place.only_its_own("callers that left").await;
}

/// By its name the container's processes cannot be told from others here, as if Podman were in a namespace of its own.
async fn killed_from_inside(place: &Place) {
    let named = supervised(&place.driver, &place.socket, "named", "busy", None);
    let command = vec!["sleep".to_owned(), "300".to_owned()];
    let failure = exec::run(&named, command, Some(Duration::from_secs(1))).await.unwrap_err();
    assert!(failure.message().ends_with("did not end within 1s, and it was killed"), "{failure}");
    place.only_its_own("a kill from inside").await;
}

async fn refusals(place: &Place) {
    let failure = place.exec(&[]).await.unwrap_err();
    assert!(failure.starts_with("cannot create exec session, status code: "), "{failure}");
    assert!(failure.contains("non-empty command"), "{failure}");
    let exec = place.open();
    let setup = Setup { task_id: "unknown".to_owned(), ..Setup::default() };
    exec.send(ExecTaskStreamingRequest { setup: Some(setup), ..Default::default() }).await;
    assert_eq!(exec.failure().await, "task not found for given id");
}

fn typed(data: &[u8], close: bool) -> ExecTaskStreamingRequest {
    let stdin = Some(ExecTaskStreamingIoOperation { data: data.to_vec().into(), close });
    ExecTaskStreamingRequest { stdin, ..Default::default() }
}

/// A stream of requests and answers.
struct Exec {
    requests: mpsc::Sender<Result<ExecTaskStreamingRequest, Status>>,
    answers:
        std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<ExecTaskStreamingResponse, Status>> + Send>>,
}

/// All that a command said.
#[derive(Default)]
struct Said {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// The last messages, each in a word.
    end: Vec<&'static str>,
    code: Option<i32>,
}

impl Exec {
    async fn send(&self, request: ExecTaskStreamingRequest) {
        self.requests.send(Ok(request)).await.expect("somebody reads");
    }

    async fn size(&self, height: i32, width: i32) {
        let tty_size = Some(TerminalSize { height, width });
        self.send(ExecTaskStreamingRequest { tty_size, ..Default::default() }).await;
    }

    async fn input(&self, data: &[u8], close: bool) {
        self.send(typed(data, close)).await;
    }

    /// Reads to the end. The way to the command stays open, as a client leaves it.
    async fn finish(mut self) -> Said {
        let mut said = Said::default();
        while let Some(answer) = self.answers.next().await {
            said.add(answer.unwrap());
        }
        said
    }

    /// The error that it ends with.
    async fn failure(mut self) -> String {
        loop {
            match self.answers.next().await.expect("it ends with an error") {
                Ok(answer) => assert!(!answer.exited),
                Err(status) => {
                    assert_eq!(status.code(), tonic::Code::Unknown);
                    assert!(self.answers.next().await.is_none(), "the error is the end");
                    return status.message().to_owned();
                }
            }
        }
    }

    /// Reads until this text was in the output.
    async fn until(&mut self, text: &str) {
        let mut said = Said::default();
        while !String::from_utf8_lossy(&said.stdout).contains(text) {
            said.add(self.answers.next().await.expect("more").unwrap());
        }
    }
}

impl Said {
    fn add(&mut self, answer: ExecTaskStreamingResponse) {
        let ExecTaskStreamingResponse { stdout, stderr, exited, result } = answer;
        for (operation, all, close) in
            [(stdout, &mut self.stdout, "stdout closed"), (stderr, &mut self.stderr, "stderr closed")]
        {
            let Some(ExecTaskStreamingIoOperation { data, close: closed }) = operation else { continue };
            assert!(data.len() <= 32 << 10, "a chunk of {} bytes", data.len());
            assert!(data.is_empty() == closed && self.code.is_none());
            all.extend_from_slice(&data);
            if closed {
                self.end.push(close);
            }
        }
        if exited {
            self.end.push("exited");
            self.code = Some(result.unwrap().exit_code);
        }
    }

    #[track_caller]
    fn ended_with(&self, code: i32) -> String {
        assert_eq!(self.end, ["stdout closed", "stderr closed", "exited"]);
        assert_eq!(self.code, Some(code), "{}", String::from_utf8_lossy(&self.stdout));
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

async fn typed_input(place: &Place) {
    let exec = place.start(false, &["sh", "-c", "echo out; echo err >&2; exit 3"]).await;
    let said = exec.finish().await;
    assert_eq!(said.ended_with(3), "out\n");
    assert_eq!(said.stderr, b"err\n");

    let all: Vec<u8> = (0..10u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let exec = place.start(false, &["cat"]).await;
    let (requests, sent) = (exec.requests.clone(), all.clone());
    let typist = tokio::spawn(async move {
        for piece in sent.chunks(50_000) {
            requests.send(Ok(typed(piece, false))).await.unwrap();
            requests.send(Ok(ExecTaskStreamingRequest::default())).await.unwrap();
        }
        requests.send(Ok(typed(b"ignored", true))).await.unwrap();
    });
    let said = exec.finish().await;
    typist.await.unwrap();
    said.ended_with(0);
    assert!(said.stdout == all, "{} bytes came back", said.stdout.len());

    let exec = place.start(false, &["no-such-program"]).await;
    let said = exec.finish().await;
    said.ended_with(127);
    assert!(String::from_utf8_lossy(&said.stderr).contains("not found"));
}

async fn terminals(place: &Place) {
    let exec = place.start(true, &["sh", "-c", "stty size; echo err >&2; exit 4"]).await;
    exec.size(33, 77).await;
    let text = exec.finish().await.ended_with(4);
    assert!(text.ends_with("err\r\n"), "{text:?}: all output is that of the terminal");

    let mut exec = place.start(true, &["sh", "-c", "echo ready; until [ \"$(stty size)\" = '40 100' ]; do sleep 0.05; done; echo seen; read line; echo \"<$line>\""]).await;
    exec.until("ready").await;
    exec.size(40, 100).await;
    exec.until("seen").await;
    exec.input(b"hello\n", false).await;
    let text = exec.finish().await.ended_with(0);
    assert!(text.contains("<hello>"), "{text:?}");

    // What stays behind with the terminal open is no reason to wait.
    let started = Instant::now();
    for tty in [true, false] {
        let exec = place.start(tty, &["sh", "-c", "sleep 30 & echo hi; exit 5"]).await;
        assert_eq!(exec.finish().await.ended_with(5).trim(), "hi");
    }
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    place
        .exec(&[
            "sh",
            "-c",
            "for p in /proc/[0-9]*; do grep -qs '^sleep.30.$' $p/cmdline && kill ${p#/proc/}; done; true",
        ])
        .await
        .unwrap();
    place.only_its_own("commands that left something").await;
}

async fn broken_rules(place: &Place) {
    let exec = place.open();
    exec.input(b"text", false).await;
    assert_eq!(exec.failure().await, "first message should always be setup");

    let mut exec = place.start(false, &["sh", "-c", "echo ready; sleep 300"]).await;
    exec.until("ready").await;
    exec.send(ExecTaskStreamingRequest { setup: Some(Setup::default()), ..Default::default() }).await;
    assert_eq!(exec.failure().await, "unexpected message type: setup");
    place.only_its_own("a second setup").await;
}

async fn clients_that_leave(place: &Place) {
    for tty in [true, false] {
        let mut exec = place.start(tty, &["sh", "-c", "echo ready; sleep 300 & sleep 300"]).await;
        exec.until("ready").await;
        drop(exec);
        place.only_its_own("a client that left").await;
    }
    // Before the command is there.
    drop(place.start(false, &["sleep", "300"]).await);
    place.only_its_own("a client that left early").await;
}

async fn slow_sides(place: &Place) {
    // A command that does not read: no more is taken from the client than pipes and sockets hold.
    let exec = place.start(false, &["sleep", "2"]).await;
    let (requests, taken) = (exec.requests.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = taken.clone();
    tokio::spawn(async move {
        while requests.send(Ok(typed(&[0; 64 << 10], false))).await.is_ok() {
            counted.fetch_add(64 << 10, Ordering::Relaxed);
        }
    });
    exec.finish().await.ended_with(0);
    let taken = taken.load(Ordering::Relaxed);
    assert!(taken < 4 << 20, "{taken} bytes were taken");

    // A client that does not read at first gets everything nevertheless.
    let exec = place.start(false, &["head", "-c", "20000000", "/dev/zero"]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let said = exec.finish().await;
    said.ended_with(0);
    assert_eq!(said.stdout.len(), 20_000_000);
}

async fn statistics(place: &Place) {
    // A tenth of a core for two programs, and 20 MB in memory.
    let quota = json!({"cpu": {"quota": 10_000, "period": 100_000}});
    let podman = &place.socket.podman;
    let path = format!("/containers/{}/update", place.id);
    assert_eq!(podman.send(Method::POST, &path, Some(&quota)).await.unwrap().status, 201);
    let busy = "head -c 20000000 /dev/zero > /tmp/zeros; (while :; do :; done) & while :; do :; done";
    let mut working = place.start(false, &["sh", "-c", &format!("echo ready; {busy}")]).await;
    working.until("ready").await;

    let interval = Duration::from_millis(600);
    let seen = watch(place, &place.task, interval, 6).await;
    check_samples(&seen, interval);
    let last = seen[5].agg_resource_usage.clone().unwrap();
    let (cpu, memory) = (last.cpu.unwrap(), last.memory.unwrap());
    assert!(cpu.throttled_periods > 1 && cpu.throttled_time > 0, "{cpu:?}");
    assert!(memory.cache >= 20_000_000 && memory.usage >= 20_000_000, "{memory:?}");
    assert!(memory.max_usage >= memory.usage, "{memory:?}");
    assert_eq!((cpu.measured_fields, &memory.measured_fields[..2]), (vec![0, 1, 5, 3, 4], &[5, 2][..]));

    // The same where its control group cannot be seen.
    let hidden = supervised(&place.driver, &place.socket, "hidden", &place.id, None);
    let seen = watch(place, &hidden, interval, 3).await;
    check_samples(&seen, interval);
    drop(working);
    eventually("no sampler is left", || place.driver.samplers.is_idle()).await;
    place.only_its_own("statistics").await;
}

/// The stream ends with the task, seen from here or by Podman.
async fn statistics_end(place: &Place, other: &str, cgroup: &str) {
    let seen = supervised(&place.driver, &place.socket, "seen", other, Some(cgroup));
    let hidden = supervised(&place.driver, &place.socket, "unseen", other, None);
    let mut streams = [seen, hidden]
        .map(|task| Box::pin(stats::stream(place.driver.clone(), &task, Some(Duration::from_millis(300)))));
    for stream in &mut streams {
        stream.next().await.unwrap();
    }
    place.socket.podman.kill_container(other, "KILL").await.unwrap();
    for stream in &mut streams {
        while stream.next().await.is_some() {}
    }
    eventually("no sampler is left", || place.driver.samplers.is_idle()).await;
}

async fn watch(place: &Place, task: &Task, interval: Duration, count: usize) -> Vec<TaskStats> {
    let started = Instant::now();
    let mut stream = Box::pin(stats::stream(place.driver.clone(), task, Some(interval)));
    let mut seen = vec![stream.next().await.unwrap().stats.unwrap()];
    assert!(started.elapsed() < interval, "the first comes at once, not after {:?}", started.elapsed());
    while seen.len() < count {
        seen.push(stream.next().await.unwrap().stats.unwrap());
    }
    seen
}

fn check_samples(seen: &[TaskStats], interval: Duration) {
    let times: Vec<_> = seen
        .iter()
        .map(|stats| stats.timestamp.as_ref().unwrap())
        .map(|time| time.seconds as f64 + f64::from(time.nanos) / 1e9)
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    // A busy Podman may answer late, and then just before the next answer is due: what holds is that there are not more
    // of them than intervals.
    let intervals = (times[times.len() - 1] - times[0]) / interval.as_secs_f64();
    assert!(intervals > times.len() as f64 - 2.5, "{times:?}");
    let cpus: Vec<_> =
        seen.iter().map(|stats| stats.agg_resource_usage.clone().unwrap().cpu.unwrap()).collect();
    assert_eq!(cpus[0].percent, 0.0);
    // A tenth of a core is allowed, which the kernel gives in pieces: it shows over all of the time.
    let pieces = times.windows(2).zip(&cpus[1..]).map(|(pair, cpu)| (pair[1] - pair[0]) * cpu.percent);
    let percent = pieces.sum::<f64>() / (times[times.len() - 1] - times[0]);
    assert!((1.0..25.0).contains(&percent), "{percent}: {cpus:?}");
    for cpu in &cpus {
        assert!((cpu.user_mode + cpu.system_mode - cpu.percent).abs() < 12.0, "{cpu:?}");
    }
}
