//! Task states: the Go driver's own are read and written again to the byte, damaged ones are errors, and what is ours
//! alone does not keep the Go driver from reading the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "support/vectors.rs"]
mod vectors;

use jiff::Timestamp;
use nomad_driver_podman::driver::handle::{self, DriverNet, State};
use nomad_driver_podman::driver::request;
use nomad_driver_podman::plugin::generated::driver as wire;
use podman_driver_engine::config::{TaskAuth, TaskConfig};
use proptest::prelude::*;
use rmpv::Value;

fn recorded() -> Vec<(String, Vec<u8>)> {
    vectors::all().into_iter().filter_map(|case| Some((case.name.clone(), case.driver_state()?))).collect()
}

/// The same bytes with the entries of each map in order of their keys, and without a password. Codes stay as they are.
fn canonical(bytes: &[u8], at: &mut usize, password: bool) -> Vec<u8> {
    let take = |at: &mut usize, length: usize| {
        *at += length;
        bytes[*at - length..*at].to_vec()
    };
    let number = |bytes: &[u8]| bytes.iter().fold(0usize, |number, byte| number << 8 | usize::from(*byte));
    let code = bytes[*at];
    let mut out = take(at, 1);
    let mut length_of = |at: &mut usize, size: usize| {
        let length = take(at, size);
        out.extend(&length);
        number(&length)
    };
    match code {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0.. => {}
        0xcc | 0xd0 => out.extend(take(at, 1)),
        0xcd | 0xd1 => out.extend(take(at, 2)),
        0xce | 0xd2 => out.extend(take(at, 4)),
        0xcb | 0xcf | 0xd3 => out.extend(take(at, 8)),
        0xa0..=0xbf | 0xda | 0xdb => {
            let length = match code {
                0xda => length_of(at, 2),
                0xdb => length_of(at, 4),
                _ => usize::from(code & 0x1f),
            };
            let text = take(at, length);
            if password {
                return vec![0xa0];
            }
            out.extend(text);
        }
        0x90..=0x9f | 0xdc => {
            let items = if code == 0xdc { length_of(at, 2) } else { usize::from(code & 0xf) };
            for _ in 0..items {
                let item = canonical(bytes, at, false);
                out.extend(item);
            }
        }
        0x80..=0x8f | 0xde => {
            let entries = if code == 0xde { length_of(at, 2) } else { usize::from(code & 0xf) };
            let mut sorted = Vec::new();
            for _ in 0..entries {
                let key = canonical(bytes, at, false);
                let value = canonical(bytes, at, key.ends_with(b"password"));
                sorted.push((key, value));
            }
            sorted.sort();
            sorted.into_iter().for_each(|(key, value)| out.extend(key.into_iter().chain(value)));
        }
        other => panic!("the Go driver does not write {other:#x}"),
    }
    out
}

fn form(bytes: &[u8]) -> Vec<u8> {
    let mut at = 0;
    let form = canonical(bytes, &mut at, false);
    assert_eq!(at, bytes.len(), "bytes are left over");
    form
}

#[test]
fn every_state_of_the_go_driver_comes_out_as_it_went_in() {
    let recorded = recorded();
    assert_eq!(recorded.len(), 123, "the recorded cases that started");
    for (name, bytes) in recorded {
        let state = handle::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(state.version, None, "{name}");
        let again = handle::encode(&state);
        assert_eq!(hex(&form(&again)), hex(&form(&bytes)), "{name}");
        assert_eq!(handle::decode(&again).unwrap().container_id, state.container_id);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_a_state_says_is_read() {
    let bytes = vectors::case("network: port_map").driver_state().unwrap();
    let state = handle::decode(&bytes).unwrap();
    assert_eq!(state.container_id.len(), 64);
    assert_eq!(state.task_config.image, "docker.io/library/redis:7");
    assert_eq!(state.task_config.socket, "default");
    let net = state.net.unwrap();
    assert_eq!((net.ip.as_str(), net.auto_advertise), ("10.88.0.7", true));
    assert_eq!(net.port_map, state.task_config.port_map);
    assert!(!net.port_map.is_empty());
    let (earliest, latest): (Timestamp, Timestamp) =
        ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-12-31T00:00:00Z".parse().unwrap());
    assert!(earliest < state.started_at && state.started_at < latest, "{}", state.started_at);

    let bytes = vectors::case("logging: journald").driver_state().unwrap();
    assert!(handle::decode(&bytes).unwrap().log_streamer);
}

fn ours() -> State {
    State {
        task_config: TaskConfig {
            image: "docker.io/library/redis:7".to_owned(),
            args: vec!["a".repeat(31), "b".repeat(32), "c".repeat(255), "d".repeat(70_000)],
            entrypoint: Some(serde_json::json!(["/bin/sh", 200, -200, 70_000, 5_000_000_000i64, 1.5, null])),
            port_map: [("http".to_owned(), 80)].into(),
            auth: Some(TaskAuth {
                username: "ci".to_owned(),
                password: "hunter2".to_owned(),
                ..TaskAuth::default()
            }),
            ..TaskConfig::default()
        },
        container_id: "f0".repeat(32),
        started_at: "2026-07-01T10:00:00.123456789Z".parse().unwrap(),
        net: Some(DriverNet { ip: "10.88.0.7".to_owned(), ..DriverNet::default() }),
        log_streamer: true,
        log_file: None,
        version: Some(handle::STATE_VERSION),
    }
}

#[test]
fn our_own_state_comes_back_but_for_the_password() {
    let state = ours();
    let bytes = handle::encode(&state);
    assert!(!bytes.windows(7).any(|window| window == b"hunter2"), "a password stays out of the state");
    let again = handle::decode(&bytes).unwrap();
    let mut expected = state;
    expected.task_config.auth.as_mut().unwrap().password.clear();
    // The Go driver's form has a logging block always.
    expected.task_config.logging = Some(Default::default());
    // Its zeros cannot be told from what is unset.
    let config = &mut expected.task_config;
    (config.memory_swappiness, config.cpu_cfs_period) = (Some(0), Some(0));
    (config.pids_limit, config.oom_score_adj) = (Some(0), Some(0));
    assert_eq!(again.task_config, expected.task_config);
    assert_eq!(again, expected);
    assert!(!format!("{:?}", ours()).contains("hunter2"));
}

#[test]
fn our_version_is_a_key_beside_the_go_drivers_and_changes_none_of_them() {
    let with = ours();
    let without = State { version: None, ..with.clone() };
    let map = |state: &State| match rmpv::decode::read_value(&mut handle::encode(state).as_slice()).unwrap() {
        Value::Map(entries) => entries,
        other => panic!("{other}"),
    };
    let mut entries = map(&with);
    let own: Vec<_> = entries.extract_if(.., |(key, _)| key.as_str() == Some("StateVersion")).collect();
    assert_eq!(own, [(Value::from("StateVersion"), Value::from(1))]);
    assert_eq!(entries, map(&without));
    let keys: Vec<_> = entries.iter().map(|(key, _)| key.as_str().unwrap()).collect();
    assert_eq!(keys, ["ContainerID", "LogStreamer", "Net", "StartedAt", "TaskConfig"]);
}

/// A state as another writer would put it: other codes for the same values.
fn foreign(change: impl Fn(&mut Vec<(Value, Value)>)) -> Vec<u8> {
    let bytes = vectors::case("basics: minimal").driver_state().unwrap();
    let Value::Map(mut entries) = rmpv::decode::read_value(&mut bytes.as_slice()).unwrap() else { panic!() };
    change(&mut entries);
    let mut out = Vec::new();
    rmpv::encode::write_value(&mut out, &Value::Map(entries)).unwrap();
    out
}

fn set(entries: &mut Vec<(Value, Value)>, key: &str, value: Option<Value>) {
    entries.retain(|(name, _)| name.as_str() != Some(key));
    entries.extend(value.map(|value| (Value::from(key), value)));
}

fn config(entries: &mut [(Value, Value)]) -> &mut Vec<(Value, Value)> {
    match entries.iter_mut().find(|(key, _)| key.as_str() == Some("TaskConfig")) {
        Some((_, Value::Map(config))) => config,
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_codes_and_other_versions_of_the_go_driver_are_read() {
    // rmpv writes the newer codes: str8, unsigned numbers.
    let state = handle::decode(&foreign(|_| {})).unwrap();
    let binary = handle::decode(&foreign(|state| {
        set(state, "ContainerID", Some(Value::Binary(state_id(state).into_bytes())));
        set(config(state), "pids_limit", Some(Value::from(200)));
        set(config(state), "image", Some(Value::Binary(b"redis".to_vec())));
    }))
    .unwrap();
    assert_eq!(binary.container_id, state.container_id);
    assert_eq!((binary.task_config.pids_limit, binary.task_config.image.as_str()), (Some(200), "redis"));

    for socket in [None, Some(Value::Nil), Some(Value::from(""))] {
        let old = handle::decode(&foreign(|state| set(config(state), "socket", socket.clone()))).unwrap();
        assert_eq!(old.task_config.socket, "default", "{socket:?}");
    }
    let newer = handle::decode(&foreign(|state| {
        set(state, "StateVersion", Some(Value::from(9)));
        set(state, "Later", Some(Value::Array(vec![Value::Map(vec![(Value::Nil, Value::Nil)])])));
        set(config(state), "later", Some(Value::from(true)));
        set(state, "Net", Some(Value::Nil));
        set(state, "StartedAt", None);
        set(state, "LogStreamer", None);
    }))
    .unwrap();
    assert_eq!((newer.version, newer.net, newer.log_streamer), (Some(9), None, false));
    assert_eq!(newer.started_at.to_string(), "0001-01-01T00:00:00Z");
}

fn state_id(entries: &[(Value, Value)]) -> String {
    let (_, id) = entries.iter().find(|(key, _)| key.as_str() == Some("ContainerID")).unwrap();
    id.as_str().unwrap().to_owned()
}

#[test]
fn times_are_read_in_any_zone_and_precision() {
    let time = |bytes: Vec<u8>| {
        let bytes = foreign(|state| set(state, "StartedAt", Some(Value::Binary(bytes.clone()))));
        handle::decode(&bytes).map(|state| state.started_at.to_string())
    };
    let moment = |version: u8, nanoseconds: i32, offset: &[u8]| {
        let seconds = 63_918_403_200i64.to_be_bytes();
        [&[version][..], &seconds, &nanoseconds.to_be_bytes(), offset].concat()
    };
    assert_eq!(time(moment(1, 0, &[0xff, 0xff])).unwrap(), "2026-06-30T08:00:00Z");
    assert_eq!(time(moment(1, 5, &[0, 120])).unwrap(), "2026-06-30T08:00:00.000000005Z", "a zone");
    assert_eq!(time(moment(2, 0, &[0, 120, 30])).unwrap(), "2026-06-30T08:00:00Z", "a zone with seconds");
    for broken in [moment(3, 0, &[0, 0]), moment(1, -1, &[0, 0]), moment(1, 0, &[]), vec![], vec![1; 15]] {
        let error = time(broken).unwrap_err();
        assert!(error.message().contains("in StartedAt: these bytes are no time"), "{error}");
    }
}

#[test]
fn what_is_no_state_is_an_error() {
    let nothing: &[u8] = &[];
    let cases = [
        (nothing.to_vec(), "failed to decode task state from handle: EOF"),
        (vec![0xc1], "failed to decode task state from handle: msgpack decode error"),
        (vec![0x80], "failed to decode task state from handle: it has no TaskConfig"),
        (
            foreign(|state| set(state, "TaskConfig", Some(Value::Nil))),
            "failed to decode task state from handle: it has no TaskConfig",
        ),
        (
            foreign(|state| set(state, "ContainerID", Some(Value::from("")))),
            "failed to decode task state from handle: it has no ContainerID",
        ),
        (
            foreign(|state| set(config(state), "pids_limit", Some(Value::from(1.5)))),
            "failed to decode task state from handle: msgpack decode error in TaskConfig.pids_limit: ",
        ),
        // Arrays in arrays, without end.
        (
            [&[0x81, 0xa1, b'x'][..], &vec![0x91; 1 << 20]].concat(),
            "failed to decode task state from handle: msgpack decode error in x[0][0]",
        ),
        // A map that says it has four billion entries.
        (
            vec![0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1],
            "failed to decode task state from handle: msgpack decode error",
        ),
    ];
    for (bytes, expected) in cases {
        let error = handle::decode(&bytes).unwrap_err();
        assert!(error.message().starts_with(expected), "{error} and not {expected}");
    }
}

#[test]
fn a_config_without_end_is_no_overflow_at_a_start_either() {
    for code in [0x91, 0x81] {
        let bytes = [&[0x81, 0xaa][..], b"entrypoint", &vec![code; 1 << 20]].concat();
        let task = wire::TaskConfig { msgpack_driver_config: bytes.into(), ..Default::default() };
        let error = std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(move || request::config(&task).unwrap_err())
            .unwrap()
            .join()
            .unwrap();
        assert!(error.message().starts_with("failed to decode driver config: msgpack"), "{error}");
    }
}

#[test]
fn the_handle_of_a_new_task_holds_all_that_a_client_needs() {
    let task = wire::TaskConfig { id: "a/web/1".to_owned(), ..Default::default() };
    let handle = handle::of(task.clone(), &ours());
    assert_eq!((handle.version, handle.config), (1, Some(task)));
    assert_eq!(handle::decode(&handle.driver_state).unwrap().container_id, ours().container_id);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn damaged_states_are_no_panic(
        case in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        thread_local! {
            static SEEDS: Vec<(String, Vec<u8>)> = recorded();
        }
        let mut bytes = SEEDS.with(|seeds| seeds[case.index(seeds.len())].1.clone());
        for (at, byte, how) in damage {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        if let Ok(state) = handle::decode(&bytes) {
            // What could be read can be written, and reads as the same.
            let again = handle::decode(&handle::encode(&state)).unwrap();
            prop_assert_eq!(again.container_id, state.container_id);
            prop_assert_eq!(again.started_at, state.started_at);
        }
    }
}

#[test]
fn the_file_of_split_output_comes_back_and_is_not_there_otherwise() {
    let plain = handle::encode(&ours());
    let split = State { log_file: Some("/alloc/web/.output.log".to_owned()), ..ours() };
    let bytes = handle::encode(&split);
    assert_eq!(handle::decode(&bytes).unwrap().log_file, split.log_file);
    assert_eq!(handle::decode(&plain).unwrap().log_file, None);
    let names_it = |bytes: &[u8]| bytes.windows(7).any(|part| part == b"LogFile");
    assert!(names_it(&bytes) && !names_it(&plain));
}
