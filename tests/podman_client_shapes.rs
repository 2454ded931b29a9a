//! Answers in the shapes of all Podmans from 4.3 to 6.0, and in shapes that none has yet: what is known is read, what is
//! unknown, missing or odd does no harm, and an error inside of an answer that says 200 is an error.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/http.rs"]
mod http;
#[path = "support/peer.rs"]
mod peer;

use std::fmt::Debug;

use nomad_driver_podman::podman::{
    AuthHeader, Channel, Client, Done, Error, Event, EventFilters, EventsQuery, Filters, FrameDecoder, Layer,
    LogsQuery, PullEvent, PullQuery, RemoveOptions, Telling,
};
use peer::{Peer, answer, patient, run, stream};

/// What a call makes of an answer.
fn made<T, F: Future<Output = T>>(answer: impl Into<Vec<u8>>, call: impl FnOnce(Client) -> F) -> T {
    run(call(Peer::answering(answer).client(patient())))
}

fn events(body: &str) -> Vec<Result<Event, Error>> {
    made(stream(body), async |client| {
        let mut events = client.events(&EventsQuery::default()).await.unwrap();
        let mut all = Vec::new();
        while let Some(event) = events.next().await.transpose() {
            let failed = event.is_err();
            all.push(event);
            if failed {
                break;
            }
        }
        all
    })
}

#[test]
fn events_of_all_versions() {
    let old = r#"{"status":"died","id":"ab","from":"i","Type":"container","Action":"died","Actor":{"ID":"ab",
        "Attributes":{"containerExitCode":"137","name":"c","podId":""}},"scope":"local","time":1,"timeNano":1000000001}"#;
    let start =
        r#"{"Type":"container","Action":"start","Actor":{"ID":"ab","Attributes":{"containerExitCode":"0"}}}"#;
    let new = r#"{"Type":"container","Action":"exec_died","Actor":{"ID":"ab","Attributes":{"containerExitCode":"3",
        "oomKilled":true,"x":null}},"HealthStatus":"","new":[1]}"#;
    let odd = r#"{"Type":"container","Action":"died","Actor":null,"timeNano":"soon"}"#;
    let body = [old, start, new, odd].map(|event| event.replace('\n', "")).join("\n\n") + "\r\n";
    let all: Vec<Event> = events(&body).into_iter().map(Result::unwrap).collect();
    let codes: Vec<_> = all.iter().map(|event| (event.action.as_str(), event.exit_code)).collect();
    assert_eq!(codes, [("died", Some(137)), ("start", None), ("exec_died", Some(3)), ("died", None)]);
    assert_eq!(
        (all[0].kind.as_str(), all[0].id.as_str(), all[0].time_nano),
        ("container", "ab", 1_000_000_001)
    );
    assert_eq!(all[0].attributes["name"], "c");
    assert_eq!(all[2].attributes.len(), 1, "odd attributes do not take the others with them: {:?}", all[2]);
}

#[test]
fn an_error_among_the_events_is_an_error() {
    let all =
        events(r#"{"cause":"cannot read events with the \"none\" backend","message":"m","response":500}"#);
    let [Err(Error::Podman { status: 500, cause, .. })] = &all[..] else { panic!("{all:?}") };
    assert!(cause.contains("none"));
    let all = events("{\"Type\":\"container\"}\nnot json\n");
    assert!(matches!(&all[..], [Ok(_), Err(Error::Answer { .. })]), "{all:?}");
}

#[test]
fn events_that_come_in_pieces() {
    let peer = Peer::new(|connection| {
        connection.request();
        connection.begin();
        for byte in b"{\"Action\":\"a\"}\n\n{\"Action\":\"b\"}\n{\"Action\":\"c\"}" {
            connection.chunk([*byte]);
        }
        connection.end();
    });
    let filters = EventFilters { kinds: vec!["container".to_owned()], ..EventFilters::default() };
    let query = EventsQuery { since: Some("2026-01-02T03:04:05.6+01:00".to_owned()), until: None, filters };
    let actions = run(async {
        let mut events = peer.client(patient()).past_events(&query).await.unwrap();
        let mut actions = String::new();
        while let Some(event) = events.next().await.unwrap() {
            actions.push_str(&event.action);
        }
        actions
    });
    assert_eq!(actions, "abc", "the last line needs no end");
    let since = "since=2026%2D01%2D02T03%3A04%3A05%2E6%2B01%3A00";
    let filters = "filters=%7B%22type%22%3A%5B%22container%22%5D%7D";
    assert_eq!(peer.lines()[0].1, format!("GET /events?stream=false&{since}&{filters}"));
}

fn pulled(answer: String) -> Result<Vec<PullEvent>, Error> {
    pulled_as(Telling::Lines, answer)
}

fn pulled_as(telling: Telling, answer: String) -> Result<Vec<PullEvent>, Error> {
    let query = PullQuery { reference: "localhost/a:1".to_owned(), telling, ..PullQuery::default() };
    made(answer, async |client| {
        let mut pull = client.pull(&query, None, patient()).await?;
        let mut all = Vec::new();
        while let Some(event) = pull.next().await? {
            all.push(event);
        }
        assert_eq!(pull.next().await?, None, "the end stays the end");
        Ok(all)
    })
}

#[test]
fn pulls_of_all_versions() {
    let done = || PullEvent::Done("ab".to_owned());
    let told = |text: &str| PullEvent::Progress(text.to_owned());
    let old = "{\"stream\":\"Trying to pull a...\\n\"}\n{\"images\":[\"ab\"],\"id\":\"ab\"}\n";
    assert_eq!(pulled(stream(old)).unwrap(), [told("Trying to pull a..."), done()]);
    assert_eq!(pulled(answer(200, "{\"images\":[\"ab\"],\"id\":\"ab\"}")).unwrap(), [done()], "it was there");
    let new =
        "{\"status\":\"pulling\",\"pullProgress\":{\"current\":1}}\n{\"status\":\"success\",\"id\":\"ab\"}\n";
    assert_eq!(pulled(stream(new)).unwrap(), [done()]);
    for refused in [
        "{\"stream\":\"Trying\"}\n{\"error\":\"manifest unknown\"}\n",
        "{\"status\":\"error\",\"error\":\"manifest unknown\"}\n",
        "{\"id\":\"ab\",\"error\":\"manifest unknown\"}\n",
    ] {
        let result = pulled(stream(refused));
        let Err(Error::Podman { status: 200, cause, .. }) = &result else { panic!("{refused}: {result:?}") };
        assert_eq!(cause, "manifest unknown");
    }
    let early = pulled(answer(401, r#"{"cause":"unauthorized"}"#));
    assert!(matches!(early, Err(Error::Podman { status: 401, .. })), "{early:?}");
    for broken_off in ["{\"stream\":\"Trying\"}\n", "", "null\n"] {
        let result = pulled(stream(broken_off));
        assert!(matches!(result, Err(Error::Answer { .. })), "{broken_off}: {result:?}");
    }
}

#[test]
fn pulls_that_tell_bytes() {
    let layer =
        |id: &str, current, total, done| PullEvent::Layer(Layer { id: id.to_owned(), current, total, done });
    let docker = "{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"aa\"}\n\
                  {\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":3},\"progress\":\"[=>]\",\"id\":\"aa\"}\n\
                  {\"status\":\"Already exists\",\"progressDetail\":{},\"id\":\"bb\"}\n\
                  {\"status\":\"Download complete\",\"progressDetail\":{},\"id\":\"cc\"}\n";
    let expected = [
        layer("aa", None, None, false),
        layer("aa", Some(1), Some(3), false),
        layer("bb", None, None, true),
        layer("cc", None, None, true),
        PullEvent::Done("cc".to_owned()),
    ];
    assert_eq!(pulled_as(Telling::Docker, stream(docker)).unwrap(), expected);
    for refused in [
        "{\"progressDetail\":{},\"errorDetail\":{\"message\":\"no\"},\"error\":\"no\"}\n",
        "{\"progressDetail\":{},\"errorDetail\":{\"message\":\"no\"}}\n",
    ] {
        let result = pulled_as(Telling::Docker, stream(refused));
        assert!(matches!(&result, Err(Error::Podman { cause, .. }) if cause == "no"), "{result:?}");
    }
    // As the sources of 6.0 have it; there is no such Podman to be asked yet.
    let bytes = "{\"status\":\"pulling\",\"stream\":\"Trying\\n\"}\n\
                 {\"status\":\"pulling\",\"stream\":\"x\",\"pullProgress\":{\"status\":\"pulling\",\"current\":1,\"total\":-1,\"progressComponentID\":\"sha256:aa\"}}\n\
                 {\"status\":\"pulling\",\"stream\":\"x\",\"pullProgress\":{\"status\":\"skipped\",\"progressComponentID\":\"sha256:bb\"}}\n\
                 {\"status\":\"success\",\"images\":[\"cc\"],\"id\":\"cc\"}\n";
    let expected = [
        PullEvent::Progress("Trying".to_owned()),
        layer("sha256:aa", Some(1), None, false),
        layer("sha256:bb", None, None, true),
        PullEvent::Done("cc".to_owned()),
    ];
    assert_eq!(pulled_as(Telling::Bytes, stream(bytes)).unwrap(), expected);
}

#[test]
fn credentials_are_sent_and_never_shown() {
    let peer = Peer::answering(stream("{\"error\":\"no\"}\n"));
    let secret = AuthHeader::new("c2VjcmV0");
    let query = PullQuery { reference: "r:1".to_owned(), arch: "arm64".to_owned(), ..PullQuery::default() };
    let (pull, client) = run(async {
        let client = peer.client(patient());
        (client.pull(&query, Some(&secret), patient()).await.unwrap(), client)
    });
    let shown = format!("{secret:?} {pull:?} {client:?}");
    assert!(!shown.contains("c2VjcmV0"), "{shown}");
    let asked = &peer.asked()[0];
    assert!(asked.head.to_lowercase().contains("x-registry-auth: c2vjcmv0"), "{}", asked.head);
    assert_eq!(asked.line(), "POST /v4.0.0/libpod/images/pull?reference=r%3A1&Arch=arm64");
    let bad = AuthHeader::new("c2VjcmV0\n");
    let error = run(client.pull(&query, Some(&bad), patient())).unwrap_err();
    assert!(matches!(error, Error::Request { .. }) && !error.to_string().contains("c2V"), "{error}");
}

#[test]
fn statistics_of_all_versions() {
    let once =
        |body: &str| made(answer(200, body), async |client| client.stats_once(&["ab".to_owned()]).await);
    let old = r#"{"Error":null,"Stats":[{"ContainerID":"ab","CPUNano":5,"CPUSystemNano":2,"SystemNano":1,"MemUsage":7,
        "PIDs":3,"PerCPU":[1,2],"NetInput":1,"NetOutput":2,"CPU":0.5}]}"#;
    let new = r#"{"Error":null,"Stats":[7,{"ContainerID":"ab","CPUNano":5,"CPUSystemNano":2,"SystemNano":1,"MemUsage":7,
        "PIDs":3,"Network":{"eth0":{"RxBytes":1}}}]}"#;
    for body in [old, new] {
        let stats = once(body).unwrap();
        assert_eq!(stats.len(), 1);
        let one = &stats[0];
        assert_eq!((one.id.as_str(), one.cpu_nanos, one.cpu_system_nanos), ("ab", 5, 2));
        assert_eq!((one.at_nanos, one.memory, one.pids), (1, 7, 3));
    }
    let stopped =
        once(r#"{"Error":null,"Stats":[{"ContainerID":"ab","PerCPU":null,"CPUNano":-1}]}"#).unwrap();
    assert_eq!(stopped[0].cpu_nanos, 0);
    assert_eq!(once(r#"{"Stats":null}"#).unwrap().len(), 0);
    let unknown = once(r#"{"Error":{},"Stats":null}"#);
    assert!(matches!(unknown, Err(Error::Answer { .. })), "{unknown:?}");

    let of = |answer: String| made(answer, async |client| client.stats_of("ab").await);
    let docker = r#"{"read":"1970-01-01T00:00:01.5Z","cpu_stats":{"cpu_usage":{"total_usage":9,"usage_in_kernelmode":4}},
        "memory_stats":{"usage":8,"stats":null},"pids_stats":{"current":2},"networks":null}"#;
    let one = of(answer(200, docker)).unwrap().unwrap();
    assert_eq!((one.cpu_nanos, one.cpu_system_nanos, one.memory, one.pids), (9, 4, 8, 2));
    assert_eq!(one.at_nanos, 1_500_000_000);
    assert_eq!(of(answer(200, "")).unwrap(), None);
    assert_eq!(of(answer(409, r#"{"cause":"container state improper"}"#)).unwrap(), None);
    assert!(of(answer(500, r#"{"cause":"disk"}"#)).is_err());
}

#[test]
fn exit_codes_of_a_wait() {
    let wait = |answer: String| made(answer, async |client| client.wait_container("ab").await);
    assert_eq!(wait(answer(200, "137\n")).unwrap(), Some(137));
    assert_eq!(wait(answer(200, "-1\n")).unwrap(), Some(-1));
    assert_eq!(wait(answer(404, r#"{"cause":"no such container"}"#)).unwrap(), None);
    assert_eq!(wait(answer(500, r#"{"message":"container x: no such container"}"#)).unwrap(), None);
    assert!(matches!(wait(answer(200, "soon")), Err(Error::Answer { .. })));
    assert!(matches!(wait(answer(500, r#"{"cause":"disk"}"#)), Err(Error::Podman { .. })));
}

#[test]
fn lists_and_objects() {
    let listed = r#"[{"Id":"ab","Names":["c"],"State":"running","Labels":null,"Ports":null},{"Id":null,"Names":null}]"#;
    let list = |answer: String| {
        made(answer, async |client| {
            let labels = vec!["a=b".to_owned()];
            client.list_containers(true, &Filters { labels, ..Filters::default() }).await
        })
    };
    let all = list(answer(200, listed)).unwrap();
    assert_eq!((all[0].id.as_str(), all[0].names[0].as_str(), all[0].state.as_str()), ("ab", "c", "running"));
    assert_eq!((all.len(), all[1].id.as_str()), (2, ""));
    assert_eq!(list(answer(200, "null")).unwrap().len(), 0);

    let networks =
        made(answer(200, r#"[{"name":"a"},{"name":null,"id":7}]"#), async |client| client.networks().await);
    assert_eq!(networks.unwrap()[0].name, "a");
    let images = r#"[{"Id":"ab","Names":null},{"Id":"cd","Names":["x:1"],"Containers":2}]"#;
    let images = made(answer(200, images), async |client| client.list_images().await).unwrap();
    assert_eq!((images[0].names.len(), images[1].names[0].as_str(), images[1].containers), (0, "x:1", 2));
    let made_by = |body: &str| made(answer(201, body), async |client| client.create_container(&()).await);
    let all = r#"[{"Id":"ab","ImageID":"cd","Mounts":["/x",null]},{"Id":"ef","ImageID":null,"Mounts":null}]"#;
    let all = made(answer(200, all), async |client| client.list_everybodys_containers().await).unwrap();
    assert_eq!((all[0].image_id.as_str(), &all[0].mounts[..]), ("cd", &["/x".to_owned()][..]));
    assert_eq!((all[1].image_id.as_str(), all[1].mounts.len()), ("", 0));
    let untag = |answer| made(answer, async |client| client.untag_image("ab", "localhost/x", "1").await);
    untag(answer(200, "")).unwrap();
    untag(answer(500, r#"{"cause":"tag not known"}"#)).unwrap();
    untag(answer(404, r#"{"cause":"no such image"}"#)).unwrap();
    assert!(untag(answer(500, r#"{"cause":"invalid reference format"}"#)).is_err());
    let created = made_by(r#"{"Id":"ab","Warnings":["w",null]}"#).unwrap();
    assert_eq!((created.id.as_str(), &created.warnings[..]), ("ab", &["w".to_owned()][..]));
    assert!(matches!(made_by(r#"{"Warnings":null}"#), Err(Error::Answer { .. })));
    let command = r#"{"Running":false,"ExitCode":3,"Pid":0,"ProcessConfig":null}"#;
    let state = made(answer(200, command), async |client| client.inspect_exec("e").await).unwrap().unwrap();
    assert_eq!((state.running, state.exit_code, state.pid), (false, 3, 0));
}

#[test]
fn removing_what_somebody_else_removes() {
    let remove = |answer: String| {
        made(answer, async |client| client.remove_container("c", &RemoveOptions::default()).await)
    };
    assert_eq!(remove(answer(200, r#"[{"Id":"ab","Err":null}]"#)).unwrap(), Done::Changed);
    assert_eq!(remove(answer(204, "")).unwrap(), Done::Changed);
    for gone in [
        answer(404, r#"{"cause":"no such container"}"#),
        answer(500, r#"{"cause":"container ab has already been removed"}"#),
    ] {
        assert_eq!(remove(gone).unwrap(), Done::Already);
    }
    let running = "cannot remove container ab as it is running - running or paused containers cannot be removed without \
                   force: container state improper";
    let refused =
        remove(answer(500, &format!("{{\"cause\":\"container state improper\",\"message\":\"{running}\"}}")));
    let refused = refused.unwrap_err();
    assert!(refused.is_wrong_state() && !refused.is_paused() && !refused.is_absent(), "{refused}");
}

fn frames(bytes: &[u8], cut: usize) -> Vec<(Channel, Vec<u8>)> {
    let mut decoder = FrameDecoder::default();
    let mut all = Vec::new();
    for piece in bytes.chunks(cut) {
        decoder.push(piece);
        while let Some(frame) = decoder.take().unwrap() {
            all.push((frame.channel, frame.data.to_vec()));
        }
    }
    assert!(!decoder.is_cut());
    all
}

#[test]
fn frames_wherever_they_are_cut() {
    let bytes =
        b"\x01\0\0\0\0\0\0\x03a\nb\x02\0\0\0\0\0\0\0\x03\x09\x09\x09\0\0\0\x01\xff\0\0\0\0\0\0\0\x01i";
    let expected: Vec<(Channel, Vec<u8>)> = vec![
        (Channel::Stdout, b"a\nb".to_vec()),
        (Channel::Stderr, Vec::new()),
        (Channel::Failure, vec![0xff]),
        (Channel::Stdin, b"i".to_vec()),
    ];
    for cut in 1..=bytes.len() {
        assert_eq!(frames(bytes, cut), expected, "cut after {cut} bytes");
    }
    let mut unknown = FrameDecoder::default();
    unknown.push(b"plain te");
    assert!(unknown.take().is_err());
}

#[test]
fn logs_that_end_in_the_middle_of_a_frame() {
    let logs = |body: &str| {
        made(stream(body), async |client| {
            let mut frames = client.logs("c", &LogsQuery::default()).await?;
            let mut all = Vec::new();
            while let Some(frame) = frames.next().await? {
                all.extend_from_slice(&frame.data);
            }
            Ok::<_, Error>(all)
        })
    };
    assert_eq!(logs("\x01\0\0\0\0\0\0\x01a\x02\0\0\0\0\0\0\x01b").unwrap(), b"ab");
    for cut in ["\x01\0\0", "\x01\0\0\0\0\0\0\x02a"] {
        refused(logs(cut));
    }
}

fn refused(result: Result<impl Debug, Error>) {
    assert!(matches!(result, Err(Error::Answer { .. })), "{result:?}");
}
