//! The client against real Podmans: the life of a container, commands in it, its output, events, statistics, images.
//! One service of each version for all of it, since a service takes seconds to start.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/podman.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use nomad_driver_podman::podman::{
    Channel, Client, Deadlines, Done, Error, EventFilters, EventsQuery, ExecConfig, ExecStream, Filters,
    FrameDecoder, LogsQuery, Method, PullEvent, PullQuery, RemoveOptions, Status, TtySize,
};
use serde_json::{Value, json};
use support::{IMAGE, Podman, Service, on, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);
const GONE: RemoveOptions = RemoveOptions { force: true, volumes: true, timeout: Some(0), depend: false };

#[test]
fn on_the_distributions_podman() {
    on(Podman::Distribution, all);
}

#[test]
fn on_the_podman_of_forky() {
    on(Podman::Forky, all);
}

#[test]
fn on_the_podman_of_trixie() {
    on(Podman::Trixie, all);
}

fn all(service: &Service) {
    let client = Client::new(service.socket(), Deadlines::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let checks = async {
            life(&client).await;
            states(&client).await;
            commands(&client).await;
            terminal(&client).await;
            output(&client).await;
            events(&client).await;
            cancelled(&client, service).await;
            statistics(&client).await;
            images(&client).await;
            cost(&client, service).await;
        };
        timeout(3 * PATIENCE, checks).await.expect("done in time");
    });
}

/// Makes a container that runs a script and starts it.
async fn running(client: &Client, name: &str, script: &str) -> String {
    let id = client.create_container(&spec(name, script)).await.unwrap().id;
    assert_eq!(client.start_container(&id).await.unwrap(), Done::Changed);
    id
}

fn spec(name: &str, script: &str) -> Value {
    json!({
        "name": name, "image": IMAGE, "command": ["/bin/sh", "-c", script], "netns": {"nsmode": "none"},
        "labels": {"of": name}, "annotations": {"io.test/a": "b"}, "stop_signal": 15,
        "log_configuration": {"driver": "k8s-file"},
    })
}

async fn life(client: &Client) {
    let made = client
        .create_container(&spec("life", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done"))
        .await
        .unwrap();
    let again = client.create_container(&spec("life", "true")).await.unwrap_err();
    assert!(again.is_name_in_use() && !again.is_unreachable(), "{again}");
    let created = client.inspect_container("life").await.unwrap().unwrap();
    assert_eq!(
        (created.id.as_str(), created.name.as_str(), created.state.status),
        (&*made.id, "life", Status::Created)
    );
    assert!(created.created.is_some() && created.state.started_at.is_none() && created.state.pid.is_none());
    assert_eq!(created.config.annotations.get("io.test/a").map(String::as_str), Some("b"));
    assert_eq!(created.config.labels.get("of").map(String::as_str), Some("life"));
    assert!(matches!(created.config.stop_signal.as_deref(), Some("15" | "SIGTERM")), "{:?}", created.config);
    assert_eq!(
        (created.host_config.network_mode.as_str(), &*created.host_config.cgroup_manager),
        ("none", "cgroupfs")
    );
    assert_eq!(created.host_config.log_config.driver, "k8s-file");
    assert!(created.host_config.log_config.path.is_some(), "{:?}", created.host_config);

    assert_eq!(client.start_container("life").await.unwrap(), Done::Changed);
    assert_eq!(client.start_container("life").await.unwrap(), Done::Already);
    assert_eq!(client.wait_for(&made.id, &["running"]).await.unwrap(), Some(-1));
    let runs = client.inspect_container(&made.id).await.unwrap().unwrap().state;
    assert!(runs.running && runs.pid.is_some() && runs.started_at.is_some(), "{runs:?}");
    assert!(runs.cgroup_path.as_deref().is_some_and(|path| path.contains(&made.id)), "{runs:?}");
    let filters = Filters { labels: vec!["of=life".to_owned()], ..Filters::default() };
    let listed = client.list_containers(false, &filters).await.unwrap();
    assert_eq!((listed.len(), listed[0].id.as_str(), listed[0].state.as_str()), (1, &*made.id, "running"));

    // A first process does not hear of a signal before it has set its trap.
    let mut output =
        client.logs(&made.id, &LogsQuery { follow: true, ..LogsQuery::default() }).await.unwrap();
    assert_eq!(output.next().await.unwrap().expect("a line").data, "ready\n");
    drop(output);

    client.rename_container("life", "renamed").await.unwrap();
    let (code, stopped) =
        tokio::join!(client.wait_container(&made.id), client.stop_container("renamed", 20, PATIENCE));
    assert_eq!((code.unwrap(), stopped.unwrap()), (Some(5), Done::Changed));
    assert_eq!(client.stop_container("renamed", 20, PATIENCE).await.unwrap(), Done::Already);
    let ended = client.inspect_container("renamed").await.unwrap().unwrap().state;
    assert!(ended.status.has_ended() && ended.finished_at > ended.started_at, "{ended:?}");
    assert_eq!((ended.exit_code, ended.pid, ended.cgroup_path), (5, None, None));

    let late = client.kill_container("renamed", "SIGHUP").await.unwrap_err();
    assert!(late.is_wrong_state() && !late.is_absent(), "{late}");
    assert_eq!(client.remove_container("renamed", &GONE).await.unwrap(), Done::Changed);
    assert_eq!(client.remove_container("renamed", &GONE).await.unwrap(), Done::Already);
    assert!(client.inspect_container("renamed").await.unwrap().is_none());
    assert_eq!(client.wait_container("renamed").await.unwrap(), None);
    assert!(client.start_container("renamed").await.unwrap_err().is_absent());
}

async fn states(client: &Client) {
    let id = running(client, "states", "exec sleep 1000").await;
    let refused = client.remove_container(&id, &RemoveOptions::default()).await.unwrap_err();
    assert!(refused.is_wrong_state() && !refused.is_paused(), "{refused}");
    client.pause_container(&id).await.unwrap();
    assert_eq!(client.inspect_container(&id).await.unwrap().unwrap().state.status, Status::Paused);
    let stop = client.stop_container(&id, 1, PATIENCE).await;
    let command = client.create_exec(&id, &command("true")).await;
    let again = client.pause_container(&id).await;
    for refused in [stop.map(drop), command.map(drop), again] {
        let refused = refused.unwrap_err();
        assert!(refused.is_paused(), "{refused:?}");
    }
    client.unpause_container(&id).await.unwrap();
    client.kill_container(&id, "KILL").await.unwrap();
    assert_eq!(client.wait_container(&id).await.unwrap(), Some(137));
    let ended = client.create_exec(&id, &self::command("true")).await.unwrap_err();
    assert!(ended.is_wrong_state(), "{ended:?}");
    client.remove_container(&id, &GONE).await.unwrap();
}

fn command(script: &str) -> ExecConfig {
    ExecConfig {
        command: ["/bin/sh", "-c", script].map(str::to_owned).into(),
        attach_stdin: true,
        attach_stdout: true,
        attach_stderr: true,
        env: vec!["A=b c".to_owned()],
        working_dir: "/tmp".to_owned(),
        ..ExecConfig::default()
    }
}

async fn read_all(stream: &mut ExecStream) -> (Vec<u8>, Vec<u8>) {
    let (mut out, mut err, mut decoder) = (Vec::new(), Vec::new(), FrameDecoder::default());
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        if read == 0 {
            assert!(!decoder.is_cut());
            return (out, err);
        }
        decoder.push(&buffer[..read]);
        while let Some(frame) = decoder.take().unwrap() {
            if frame.channel == Channel::Stdout { &mut out } else { &mut err }.extend_from_slice(&frame.data);
        }
    }
}

async fn commands(client: &Client) {
    let id = running(client, "commands", "exec sleep 1000").await;
    let exec = client.create_exec(&id, &command("cat; echo \"$A\" $PWD >&2; exit 7")).await.unwrap();
    let stream = client.start_exec(&exec, false, None).await.unwrap();
    let input: Vec<u8> = (0..300_000_u32).map(|number| (number % 251) as u8).collect();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let sent = input.clone();
    let writing = async move {
        writer.write_all(&sent).await.unwrap();
        writer.shutdown().await.unwrap();
        writer
    };
    let reading = async {
        let mut raw = Vec::new();
        reader.read_to_end(&mut raw).await.unwrap();
        raw
    };
    let (_writer, raw) = tokio::join!(writing, reading);
    let mut decoder = FrameDecoder::default();
    decoder.push(&raw);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    while let Some(frame) = decoder.take().unwrap() {
        if frame.channel == Channel::Stdout { &mut out } else { &mut err }.extend_from_slice(&frame.data);
    }
    assert!(out == input, "{} of {} bytes came back", out.len(), input.len());
    assert_eq!(err, b"b c /tmp\n", "after its input's end it went on");
    let state = client.inspect_exec(&exec).await.unwrap().unwrap();
    assert_eq!((state.running, state.exit_code), (false, 7), "known as soon as the stream has ended");
    client.remove_exec(&exec).await.unwrap();

    let missing = ExecConfig { command: vec!["/no/such".to_owned()], ..command("") };
    // Podman says it before it hands the connection over, or among the output. On a busy machine runc at times only says
    // that it lost its own child, which is no answer to this question: it is asked again.
    for attempt in 1.. {
        let exec = client.create_exec(&id, &missing).await.unwrap();
        let mut told = String::new();
        if let Ok(mut stream) = client.start_exec(&exec, false, None).await {
            stream.shutdown().await.unwrap();
            told = String::from_utf8_lossy(&read_all(&mut stream).await.1).into_owned();
        }
        if told.contains("connection reset by peer") && attempt < 5 {
            continue;
        }
        assert!(told.is_empty() || told.contains("no such file"), "{told}");
        assert_eq!(client.inspect_exec(&exec).await.unwrap().unwrap().exit_code, 127);
        break;
    }
    assert!(client.inspect_exec(&"0".repeat(64)).await.unwrap().is_none());
    let none = client.start_exec(&"0".repeat(64), false, None).await.unwrap_err();
    assert!(none.is_absent(), "{none:?}");
    client.remove_container(&id, &GONE).await.unwrap();
}

async fn terminal(client: &Client) {
    let id = running(client, "terminal", "exec sleep 1000").await;
    let script = "stty size; trap 'stty size; exit 3' WINCH; while :; do sleep 0.1; done";
    let exec = client.create_exec(&id, &ExecConfig { tty: true, ..command(script) }).await.unwrap();
    let size = |height, width| TtySize { height, width };
    let mut stream = client.start_exec(&exec, true, Some(size(33, 77))).await.unwrap();
    let mut shown = String::new();
    let mut resized = false;
    let mut buffer = [0; 1024];
    loop {
        let read = stream.read(&mut buffer).await.unwrap();
        if read == 0 {
            break;
        }
        shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
        if shown.contains("33 77") && !resized {
            resized = true;
            // The command may show something before Podman has written down that it runs.
            while let Err(early) = client.resize_exec(&exec, size(44, 99)).await {
                assert!(early.is_wrong_state(), "{early:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    assert_eq!(shown, "33 77\r\n44 99\r\n");
    assert_eq!(client.inspect_exec(&exec).await.unwrap().unwrap().exit_code, 3);
    let late = client.resize_exec(&exec, size(1, 1)).await.unwrap_err();
    assert!(late.is_wrong_state(), "{late:?}");
    client.remove_container(&id, &GONE).await.unwrap();
}

async fn output(client: &Client) {
    let script = "for i in 1 2 3; do echo out$i; echo err$i >&2; sleep 0.2; done; printf end";
    let id = running(client, "output", script).await;
    let query = LogsQuery { follow: true, ..LogsQuery::default() };
    let read = async |query: LogsQuery| {
        let mut frames = client.logs(&id, &query).await.unwrap();
        let (mut out, mut err) = (String::new(), String::new());
        while let Some(frame) = frames.next().await.unwrap() {
            let into = if frame.channel == Channel::Stderr { &mut err } else { &mut out };
            into.push_str(&String::from_utf8_lossy(&frame.data));
        }
        (out, err)
    };
    let expected = ("out1\nout2\nout3\nend".to_owned(), "err1\nerr2\nerr3\n".to_owned());
    assert_eq!(read(query.clone()).await, expected, "to the container's end");
    assert_eq!(client.wait_container(&id).await.unwrap(), Some(0));
    assert_eq!(read(query).await, expected, "a container that has ended");
    let only = LogsQuery { stdout: false, tail: Some(100), timestamps: true, ..LogsQuery::default() };
    let (out, err) = read(only).await;
    assert!(out.is_empty() && err.lines().all(|line| line.starts_with("20")), "{err}");
    client.remove_container(&id, &GONE).await.unwrap();
    assert!(client.logs(&id, &LogsQuery::default()).await.unwrap_err().is_absent());
}

async fn events(client: &Client) {
    let filters = EventFilters { kinds: vec!["container".to_owned()], ..EventFilters::default() };
    let mut events =
        client.events(&EventsQuery { filters: filters.clone(), ..EventsQuery::default() }).await.unwrap();
    let id = running(client, "events", "exit 9").await;
    let mut seen = Vec::new();
    let died = loop {
        let event = events.next().await.unwrap().expect("the stream goes on");
        if event.id != id {
            continue;
        }
        if event.action == "died" {
            break event;
        }
        assert_eq!(event.exit_code, None, "{event:?}");
        seen.push(event.action);
    };
    assert!(seen.contains(&"start".to_owned()), "{seen:?}");
    assert_eq!((died.exit_code, died.kind.as_str()), (Some(9), "container"));
    assert_eq!(died.attributes.get("of").map(String::as_str), Some("events"), "{died:?}");
    client.remove_container(&id, &GONE).await.unwrap();

    // The same once more, from the past.
    let since = Some(format!("{}.{:09}", died.time_nano / 1_000_000_000 - 1, died.time_nano % 1_000_000_000));
    let query = EventsQuery {
        since,
        filters: EventFilters { actions: vec!["died".to_owned()], ..filters },
        until: None,
    };
    let mut past = client.past_events(&query).await.unwrap();
    let mut found = false;
    while let Some(event) = past.next().await.unwrap() {
        found |= event == died;
    }
    assert!(found, "the stream of the past ends, and has it");
}

/// The service's ends of its connections, by their inodes. They count to the network namespace of who connected.
fn connections(service: &Service) -> BTreeSet<String> {
    let (table, socket) = (fs::read_to_string("/proc/self/net/unix").unwrap(), service.socket());
    let fields = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let connected =
        fields.filter(|fields| fields.get(7).is_some_and(|path| *path == socket.to_string_lossy()));
    connected.filter(|fields| fields[5] == "03").map(|fields| fields[6].to_owned()).collect()
}

async fn cancelled(client: &Client, service: &Service) {
    let id = running(client, "cancelled", "exec sleep 1000").await;
    let fresh = Client::new(service.socket(), Deadlines::default());
    let before = connections(service);
    let events = fresh.events(&EventsQuery::default()).await.unwrap();
    let ours = connections(service).difference(&before).cloned().collect();
    drop(events);
    ended("the events", service, &ours).await;

    let before = connections(service);
    let waiting = fresh.wait_container(&id);
    assert!(timeout(Duration::from_secs(1), waiting).await.is_err(), "it runs");
    let ours = connections(service).difference(&before).cloned().collect();
    // Podman does not look at its client while it waits: only the container's end ends that.
    client.remove_container(&id, &GONE).await.unwrap();
    ended("a wait for a container that has gone", service, &ours).await;
}

async fn ended(what: &str, service: &Service, ours: &BTreeSet<String>) {
    assert_eq!(ours.len(), 1, "{what}");
    let began = Instant::now();
    while !connections(service).is_disjoint(ours) {
        assert!(began.elapsed() < PATIENCE, "Podman goes on with {what} for nobody");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    say(&format!("Podman {} ends {what} {:.0?} after its client", service.version(), began.elapsed()));
}

async fn statistics(client: &Client) {
    let id = running(client, "statistics", "while :; do :; done").await;
    let once = client.stats_once(std::slice::from_ref(&id)).await.unwrap();
    assert_eq!((once.len(), once[0].id.as_str()), (1, &*id));
    assert!(
        once[0].cpu_nanos > 0 && once[0].at_nanos > 1_700_000_000_000_000_000 && once[0].pids >= 1,
        "{once:?}"
    );
    let mut stream = client.stats_stream(1).await.unwrap();
    let (first, second) = (stream.next().await.unwrap().unwrap(), stream.next().await.unwrap().unwrap());
    assert!(
        second[0].cpu_nanos > first[0].cpu_nanos && second[0].at_nanos > first[0].at_nanos,
        "{first:?} {second:?}"
    );
    let single = client.stats_of(&id).await.unwrap().unwrap();
    assert!(single.cpu_nanos > 0 && single.at_nanos > 1_700_000_000_000_000_000, "{single:?}");
    assert!(client.stats_once(&["0".repeat(64)]).await.is_err());
    client.kill_container(&id, "9").await.unwrap();
    client.wait_container(&id).await.unwrap();
    assert_eq!(client.stats_of(&id).await.unwrap().map(|stats| stats.pids).unwrap_or_default(), 0);
    client.remove_container(&id, &GONE).await.unwrap();
    assert_eq!(client.stats_of(&id).await.unwrap(), None);
}

async fn images(client: &Client) {
    assert!(client.image_exists(IMAGE).await.unwrap());
    assert!(!client.image_exists("localhost/none:1").await.unwrap());
    let query = PullQuery {
        reference: "127.0.0.1:1/none:1".to_owned(),
        tls_verify: Some(false),
        ..PullQuery::default()
    };
    let mut pull = client.pull(&query, None, Deadlines::default()).await.unwrap();
    let refused = loop {
        match pull.next().await {
            Ok(Some(PullEvent::Progress(_))) => {}
            other => break other,
        }
    };
    let Err(Error::Podman { cause, .. }) = &refused else { panic!("{refused:?}") };
    assert!(cause.contains("connection refused"), "{cause}");

    let path = format!("/images/{IMAGE}/get?format=docker-archive");
    let archive = client.send(Method::GET, &path, None).await.unwrap();
    assert!(archive.is_success() && archive.body.len() > 100_000, "{} bytes", archive.body.len());
    client.tag_image(IMAGE, "localhost/second", "1").await.unwrap();
    client.remove_image("localhost/second:1").await.unwrap();
    client.remove_image("localhost/second:1").await.unwrap();
    untagging(client).await;
    let body = archive.body;
    let pieces: Vec<_> = body.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let names = client.load(stream::iter(pieces), Deadlines::default()).await.unwrap();
    assert_eq!(names, [IMAGE]);
    let listed = client.list_images().await.unwrap();
    assert!(listed.iter().any(|image| image.names.contains(&IMAGE.to_owned())), "{listed:?}");
    let garbage = stream::iter([Ok(Bytes::from_static(b"no archive"))]);
    let refused = client.load(garbage, Deadlines::default()).await.unwrap_err();
    assert!(refused.to_string().contains("image format"), "{refused}");

    let id = client.create_container(&spec("images", "true")).await.unwrap().id;
    let used = client.remove_image(IMAGE).await.unwrap_err();
    assert!(used.is_conflict(), "{used:?}");
    client.remove_container(&id, &GONE).await.unwrap();
    let mut spec = spec("images", "true");
    spec["image"] = json!("localhost/none:1");
    let unknown = client.create_container(&spec).await.unwrap_err();
    assert!(unknown.is_absent(), "whatever its status: {unknown:?}");
    assert_eq!(client.remove_volume("none", false).await.unwrap(), Done::Already);
    assert!(client.network_exists("podman").await.unwrap() && !client.network_exists("none").await.unwrap());
}

/// A name is taken from the image that has it, and from no other.
async fn untagging(client: &Client) {
    let id = client.image(IMAGE).await.unwrap().unwrap().id;
    client.tag_image(IMAGE, "localhost/third", "1").await.unwrap();
    let names = async || {
        let all = client.list_all_images().await.unwrap();
        all.into_iter().find(|image| image.id == id).unwrap().names
    };
    assert!(names().await.contains(&"localhost/third:1".to_owned()));
    for _ in 0..2 {
        client.untag_image(&id, "localhost/third", "1").await.unwrap();
        assert_eq!(names().await, [IMAGE]);
    }
    let container = client.create_container(&spec("everybody", "true")).await.unwrap().id;
    let all = client.list_everybodys_containers().await.unwrap();
    assert!(all.iter().any(|listed| listed.id == container && listed.image_id == id), "{all:?}");
    client.remove_container(&container, &GONE).await.unwrap();
}

/// Prints what calls cost; nothing is asserted of a machine that does other things as well.
async fn cost(client: &Client, service: &Service) {
    let began = Instant::now();
    for _ in 0..100 {
        client.ping().await.unwrap();
    }
    let ping = began.elapsed() / 100;
    let id = running(client, "cost", "exec sleep 1000").await;
    let began = Instant::now();
    for _ in 0..20 {
        client.inspect_container(&id).await.unwrap();
    }
    let inspect = began.elapsed() / 20;
    client.remove_container(&id, &GONE).await.unwrap();
    say(&format!("Podman {}: a ping takes {ping:.1?}, an inspect {inspect:.1?}", service.version()));
}
