//! The client against a service that fails in ways that no Podman can be asked for: it hangs, is slow, answers garbage,
//! hangs up in the middle, closes connections that were kept. Each gives an error of its kind in bounded time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/peer.rs"]
mod peer;

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use nomad_driver_podman::podman::{
    Client, Deadlines, Error, EventsQuery, ExecConfig, LogsQuery, Phase, PullQuery, RemoveOptions,
};
use peer::{Connection, PATIENCE, Peer, answer, patient, run};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixSocket;

const LIMIT: Duration = Duration::from_millis(300);

/// What has to happen within `LIMIT` may take this long on a busy machine.
const SLACK: Duration = Duration::from_secs(5);

fn missed(result: Result<impl std::fmt::Debug, Error>, expected: Phase) {
    match result {
        Err(Error::Deadline { phase, limit, .. }) => assert_eq!((phase, limit), (expected, LIMIT)),
        other => panic!("{expected:?}: {other:?}"),
    }
}

fn serve_all(connection: &mut Connection) {
    while connection.request().is_some() && connection.answer(200, "{}") {}
}

#[test]
fn a_connection_is_used_again() {
    let peer = Peer::new(serve_all);
    let client = peer.client(patient());
    run(async {
        for _ in 0..3 {
            client.ping().await.unwrap();
            client.clone().info().await.unwrap();
        }
    });
    assert_eq!(peer.lines().iter().map(|(connection, _)| *connection).max(), Some(0), "{:?}", peer.lines());
}

/// Serves this many requests on each of the first connections and hangs up on the next one without a byte.
fn closing(connections: usize, after: usize) -> Peer {
    let together = Arc::new(Barrier::new(connections));
    Peer::new(move |connection| {
        if connection.number >= connections {
            return serve_all(connection);
        }
        for _ in 0..after {
            assert!(connection.request().is_some());
            together.wait();
            connection.answer(200, "{}");
        }
        connection.request();
    })
}

#[test]
fn what_only_reads_is_asked_once_more_where_a_kept_connection_closes() {
    let peer = closing(1, 1);
    let client = peer.client(patient());
    run(async {
        client.ping().await.unwrap();
        client.info().await.unwrap();
    });
    let info = "GET /info".to_owned();
    assert_eq!(peer.lines(), [(0, "GET /_ping".to_owned()), (0, info.clone()), (1, info)]);
}

#[test]
fn the_second_time_is_not_lost_to_another_kept_connection() {
    let peer = closing(2, 1);
    let client = peer.client(patient());
    run(async {
        let (one, two) = tokio::join!(client.ping(), client.ping());
        assert_eq!(one.unwrap(), two.unwrap());
        client.info().await.unwrap();
    });
    assert_eq!(peer.lines().last(), Some(&(2, "GET /info".to_owned())), "{:?}", peer.lines());
}

#[test]
fn a_stream_is_opened_once_more_too() {
    let peer = closing(1, 1);
    let client = peer.client(patient());
    run(async {
        client.ping().await.unwrap();
        client.events(&EventsQuery::default()).await.unwrap();
    });
    assert_eq!(peer.lines().len(), 3, "{:?}", peer.lines());
}

#[test]
fn what_changes_something_is_asked_once() {
    let peer = closing(1, 1);
    let client = peer.client(patient());
    let result = run(async {
        client.ping().await.unwrap();
        client.start_container("c").await
    });
    assert!(matches!(result, Err(Error::Transport { before_answer: true, .. })), "{result:?}");
    assert_eq!(peer.lines().len(), 2, "{:?}", peer.lines());
}

#[test]
fn a_service_that_always_hangs_up_is_asked_twice_and_no_more() {
    let peer = Peer::new(|connection| drop(connection.request()));
    let result = run(peer.client(patient()).info());
    assert!(matches!(&result, Err(error) if error.is_unreachable()), "{result:?}");
    assert_eq!(peer.lines().len(), 2, "{:?}", peer.lines());
}

#[test]
fn silence_meets_the_limit_of_the_first_byte_and_the_connection_is_closed() {
    let peer = Peer::new(|connection| {
        connection.request();
        connection.until_closed();
    });
    let client = peer.client(Deadlines { first_byte: Some(LIMIT), ..patient() });
    let began = Instant::now();
    run(async {
        missed(client.info().await, Phase::FirstByte);
        missed(client.start_exec("e", false, None).await, Phase::FirstByte);
        let query = PullQuery { reference: "r".to_owned(), ..PullQuery::default() };
        let limits = Deadlines { first_byte: Some(LIMIT), ..patient() };
        missed(client.pull(&query, None, limits).await, Phase::FirstByte);
        assert_eq!(peer.closed(3).await, [0, 1, 2]);
    });
    assert!(began.elapsed() >= 3 * LIMIT && began.elapsed() < 3 * LIMIT + SLACK, "{:?}", began.elapsed());
    assert_eq!(peer.lines().len(), 3, "none was asked again: {:?}", peer.lines());
}

#[test]
fn a_body_that_stops_meets_the_limit_between_pieces() {
    let peer = Peer::new(|connection| {
        connection.request();
        connection.begin();
        connection.chunk("{\"host\":");
        connection.until_closed();
    });
    let client = peer.client(Deadlines { idle: Some(LIMIT), ..patient() });
    run(async {
        missed(client.info().await, Phase::Idle);
        assert_eq!(peer.closed(1).await, [0]);
    });
}

#[test]
fn a_trickle_meets_the_limit_of_the_whole() {
    let peer = Peer::new(|connection| {
        connection.request();
        connection.begin();
        while connection.chunk(" ") {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let limits = Deadlines { idle: Some(PATIENCE), total: Some(LIMIT), ..patient() };
    missed(run(peer.client(limits).info()), Phase::Whole);
    run(async { missed(peer.client(patient()).stop_container("c", 1, LIMIT).await, Phase::Whole) });
}

#[test]
fn what_may_take_for_ever_has_no_limit() {
    let peer = Peer::new(|connection| {
        let asked = connection.request().unwrap();
        thread::sleep(3 * LIMIT);
        match asked.line().contains("/wait") {
            true => connection.answer(200, "7\n"),
            false => connection.send(peer::stream("\x01\0\0\0\0\0\0\x02hi")),
        };
    });
    let short = Some(LIMIT);
    let client = peer.client(Deadlines { connect: PATIENCE, first_byte: short, idle: short, total: short });
    run(async {
        assert_eq!(client.wait_container("c").await.unwrap(), Some(7));
        let mut logs = client.logs("c", &LogsQuery::default()).await.unwrap();
        assert_eq!(logs.next().await.unwrap().unwrap().data, "hi");
    });
}

#[test]
fn a_service_that_takes_no_connection_meets_the_limit_of_connecting() {
    run(async {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("full.sock");
        let socket = UnixSocket::new_stream().unwrap();
        socket.bind(&path).unwrap();
        let listener = socket.listen(1).unwrap();
        let mut queue = Vec::new();
        while let Ok(waiting) = tokio::net::UnixStream::connect(&path).await {
            queue.push(waiting);
        }
        let client = Client::new(&path, Deadlines { connect: LIMIT, ..patient() });
        missed(client.ping().await, Phase::Connect);
        missed(client.reach().await, Phase::Connect);
        missed(client.start_exec("e", false, None).await, Phase::Connect);

        // As soon as there is room, it goes on.
        let client = Client::new(&path, patient());
        let serving = async {
            tokio::time::sleep(LIMIT).await;
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                if stream.read(&mut request).await.unwrap() > 0 {
                    stream.write_all(answer(200, "OK").as_bytes()).await.unwrap();
                    return stream;
                }
            }
        };
        drop(queue);
        let (version, _) = tokio::join!(client.ping(), serving);
        assert_eq!(version.unwrap(), "5.0.0");
    });
}

#[test]
fn dropping_a_call_closes_its_connection() {
    let peer = Peer::new(|connection| {
        let asked = connection.request().unwrap();
        if ["/events", "/logs", "/stats", "/pull"].iter().any(|path| asked.line().contains(path)) {
            connection.begin();
        }
        connection.until_closed();
    });
    let client = peer.client(patient());
    let query = PullQuery { reference: "r".to_owned(), ..PullQuery::default() };
    let (events, logs, config) = (EventsQuery::default(), LogsQuery::default(), ExecConfig::default());
    run(async {
        tokio::select! {
            biased;
            _ = client.wait_container("c") => panic!("an answer"),
            _ = client.start_exec("e", false, None) => panic!("an answer"),
            _ = client.create_exec("c", &config) => panic!("an answer"),
            () = asked(&peer, 3) => {}
        }
        drop(client.events(&events).await.unwrap());
        drop(client.logs("c", &logs).await.unwrap());
        drop(client.stats_stream(1).await.unwrap());
        drop(client.pull(&query, None, patient()).await.unwrap());
        assert_eq!(peer.closed(7).await, [0, 1, 2, 3, 4, 5, 6]);
    });
}

async fn asked(peer: &Peer, count: usize) {
    while peer.asked().len() < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_body_that_breaks_off_is_no_answer_and_not_asked_for_again() {
    for cut in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    ] {
        let peer = Peer::answering(cut);
        let result = run(peer.client(patient()).info());
        assert!(matches!(result, Err(Error::Transport { before_answer: false, .. })), "{cut:?}: {result:?}");
        assert_eq!(peer.lines().len(), 1, "{cut:?}");
    }
}

#[test]
fn garbage_is_told_apart_from_refusals() {
    let info = |answer: String| run(Peer::answering(answer).client(patient()).info());
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    for garbage in ["\0\0\0\0\r\n\r\n".to_owned(), "HTTP/3 yes\r\n\r\n".to_owned(), endless] {
        assert!(matches!(info(garbage), Err(Error::Transport { .. })));
    }
    for garbage in ["[", "\"text\"", "<html>", "", "{}{}"] {
        assert!(matches!(info(answer(200, garbage)), Err(Error::Answer { .. })), "{garbage}");
    }
    let deep = format!("{{\"host\":{}", "[".repeat(100_000));
    assert!(matches!(info(answer(200, &deep)), Err(Error::Answer { .. })), "nested without end");
    for (body, expected) in [
        (r#"{"cause":"why","message":"what: why","response":500}"#, "why"),
        (r#"{"cause":null,"message":"what"}"#, "what"),
        (r#"{"cause":["why"],"response":"x"}"#, "it does not say why"),
        ("", "it does not say why"),
        (" <html>busy</html>\n", "<html>busy</html>"),
    ] {
        let Err(Error::Podman { status, cause, .. }) = info(answer(500, body)) else { panic!("{body}") };
        assert_eq!((status, cause.as_str()), (500, expected));
    }
    let Err(Error::Podman { cause, .. }) = info(answer(500, &"ä".repeat(100_000))) else { panic!() };
    assert!(cause.len() < 10_000 && cause.ends_with('…'), "an error is something to read");
    let moved = info("HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n".to_owned());
    assert!(matches!(moved, Err(Error::Podman { status: 301, .. })), "never followed: {moved:?}");
}

#[test]
fn what_is_too_long_is_refused() {
    let endless = |piece: Vec<u8>, first: &'static [u8]| {
        Peer::new(move |connection| {
            connection.request();
            connection.begin();
            let mut more = first.is_empty() || connection.chunk(first);
            while more {
                more = connection.chunk(&piece);
            }
        })
    };
    let refused = |result: Result<(), Error>, what: &str| match result {
        Err(Error::Answer { reason, .. }) => assert!(reason.contains(what), "{reason}"),
        other => panic!("{other:?}"),
    };
    run(async {
        let peer = endless(vec![b'x'; 1 << 16], b"");
        let client = peer.client(patient());
        refused(client.info().await.map(drop), "longer than 67108864 bytes");
        let mut events = client.events(&EventsQuery::default()).await.unwrap();
        refused(events.next().await.map(drop), "longer than 4194304 bytes");
        let peer = endless(vec![b'x'; 1 << 16], b"\x01\0\0\0\xff\xff\xff\xff");
        let mut logs = peer.client(patient()).logs("c", &LogsQuery::default()).await.unwrap();
        refused(logs.next().await.map(drop), "a frame of 4294967295 bytes");
    });
}

#[test]
fn an_upload_may_take_its_time_as_long_as_it_moves() {
    let peer = Peer::new(|connection| {
        connection.request();
        connection.answer(200, r#"{"Names":["a:1",7,"b:2"]}"#);
        connection.until_closed();
    });
    let limits = Deadlines { first_byte: Some(LIMIT), ..patient() };
    let client = peer.client(patient());
    run(async {
        let slow = stream::iter(0..8).then(|_| async {
            tokio::time::sleep(LIMIT / 4).await;
            io::Result::Ok(Bytes::from_static(b"piece"))
        });
        assert_eq!(client.load(slow, limits).await.unwrap(), ["a:1", "b:2"]);
        assert_eq!(peer.asked()[0].body, b"piece".repeat(8));
        missed(client.load(stream::pending(), limits).await, Phase::FirstByte);
        let broken = stream::iter([Ok(Bytes::from_static(b"a")), Err(io::Error::other("the disk fails"))]);
        match client.load(broken, limits).await {
            Err(Error::Request { reason, .. }) => assert_eq!(reason, "the disk fails"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn an_upload_is_taken_piece_by_piece_and_may_be_refused_early() {
    for stays in [true, false] {
        let given = Arc::new(AtomicUsize::new(0));
        let peer = Peer::new(move |connection| {
            connection.head();
            connection.answer(500, r#"{"cause":"no space left on device"}"#);
            if stays {
                // It reads nothing and does not hang up.
                thread::sleep(SLACK);
            }
        });
        let counted = given.clone();
        let endless = stream::repeat_with(move || {
            counted.fetch_add(1 << 16, Ordering::SeqCst);
            Ok(Bytes::from(vec![0; 1 << 16]))
        });
        let result = run(peer.client(patient()).load(endless, patient()));
        assert!(
            matches!(&result, Err(Error::Podman { cause, .. }) if cause.contains("no space")),
            "{result:?}"
        );
        let given = given.load(Ordering::SeqCst);
        assert!(given < 64 << 20, "{given} bytes were taken for a service that reads none");
    }
}

#[test]
fn a_command_has_a_connection_of_its_own() {
    let peer = Peer::new(|connection| {
        let asked = connection.request().unwrap();
        if asked.line().contains("/exec/good/") {
            assert!(asked.head.to_lowercase().contains("connection: upgrade"), "{}", asked.head);
            connection.send("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly");
            let input = connection.until_closed();
            connection.send(input);
        } else if asked.line().contains("/exec/plain/") {
            connection.send("HTTP/1.1 200 OK\r\n\r\nraw");
        } else {
            connection.answer(409, r#"{"cause":"container state improper","message":"x is not running"}"#);
        }
    });
    let client = peer.client(patient());
    run(async {
        let mut command = client.start_exec("good", false, None).await.unwrap();
        command.write_all(b"\0\xff input").await.unwrap();
        command.shutdown().await.unwrap();
        let mut output = Vec::new();
        command.read_to_end(&mut output).await.unwrap();
        assert_eq!(output, b"early\0\xff input", "what comes with the answer's head is not lost");

        let refused = client.start_exec("bad", false, None).await.unwrap_err();
        assert!(refused.is_wrong_state() && refused.is_conflict(), "{refused}");
        let plain = client.start_exec("plain", false, None).await;
        assert!(matches!(plain, Err(Error::Answer { .. })), "{plain:?}");
    });
}

#[test]
fn names_are_escaped() {
    let peer = Peer::new(serve_all);
    let client = peer.client(patient());
    run(async {
        client.inspect_container("a/../b?c#d%20 é").await.unwrap();
        client
            .remove_container("x", &RemoveOptions { force: true, ..RemoveOptions::default() })
            .await
            .unwrap();
        client.kill_container("x", "SIGUSR1&all=true").await.unwrap();
        client.image("reg:5000/a/b@sha256:0f").await.unwrap();
    });
    let lines: Vec<_> = peer.lines().into_iter().map(|(_, line)| line).collect();
    assert_eq!(
        lines,
        [
            "GET /containers/a/../b%3Fc%23d%2520%20%C3%A9/json",
            "DELETE /containers/x?force=true&volumes=false",
            "POST /containers/x/kill?signal=SIGUSR1%26all%3Dtrue",
            "GET /images/reg:5000/a/b@sha256:0f/json",
        ]
    );
}
