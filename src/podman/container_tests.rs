//! The shapes in which Podman has shown containers since 4.3.

use super::*;

fn container(json: &str) -> Container {
    serde_json::from_str(json).expect("decodes")
}

#[test]
fn the_shapes_of_all_versions_are_read() {
    let old = container(
        r#"{"Id":"ab","Name":"c","Config":{"StopSignal":15,"Entrypoint":"/bin/sh -c","Annotations":null},
            "State":{"Status":"running","Running":true,"Pid":7,"Health":{"Status":""},
                     "StartedAt":"2026-01-02T03:04:05.000000001+01:00","FinishedAt":"0001-01-01T00:00:00Z"}}"#,
    );
    assert_eq!(old.config.stop_signal.as_deref(), Some("15"));
    assert_eq!((old.state.status, old.state.pid), (Status::Running, Some(7)));
    assert_eq!(
        old.state.started_at.map(|time| time.to_string()).as_deref(),
        Some("2026-01-02T02:04:05.000000001Z")
    );
    assert_eq!(old.state.finished_at, None, "Go's zero time is never");

    let new = container(
        r#"{"Id":"ab","Config":{"StopSignal":"SIGINT","Entrypoint":["/bin/sh"],"Annotations":{"a":"b"}},
            "State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"Pid":0},
            "HostConfig":{"MemorySwappiness":null},"NewMember":[1,2]}"#,
    );
    assert_eq!(new.config.stop_signal.as_deref(), Some("SIGINT"));
    assert_eq!(new.config.annotations.get("a").map(String::as_str), Some("b"));
    assert!(new.state.status.has_ended() && new.state.oom_killed);
    assert_eq!((new.state.exit_code, new.state.pid), (137, None));
}

#[test]
fn members_of_another_shape_are_absent() {
    let odd = container(
        r#"{"Id":7,"Name":null,"Image":["x"],"State":"gone","Config":null,"HostConfig":[],
            "NetworkSettings":{"IPAddress":{},"Networks":{"a":{"IPAddress":"10.0.0.2"}}},"RestartCount":"many"}"#,
    );
    assert_eq!((odd.id.as_str(), odd.state.status, odd.restart_count), ("", Status::Unknown, 0));
    assert_eq!(odd.network.ip, None);
    assert_eq!(odd.network.networks.get("a").and_then(|joined| joined.ip.as_deref()), Some("10.0.0.2"));
}

#[test]
fn unknown_words_are_kept() {
    let status = container(r#"{"State":{"Status":"hibernating"}}"#).state.status;
    assert_eq!(status, Status::Other("hibernating".to_owned()));
}
