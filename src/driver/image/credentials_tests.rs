//! Where credentials are found, and which source comes first.

use std::time::Duration;

use podman_driver_engine::pull::{ImageSource, Login, Platform, PullPolicy};
use serde_json::json;

use super::*;

/// Decodes a header again, as Podman does.
fn shown(header: Option<AuthHeader>) -> Value {
    let Some(header) = header else { return Value::Null };
    serde_json::from_slice(&URL_SAFE.decode(header.expose()).expect("base64 with padding")).expect("JSON")
}

fn plan() -> PullPlan {
    PullPlan {
        source: ImageSource::Registry("quay.io/team/app:1".to_owned()),
        policy: PullPolicy::IfMissing,
        platform: Platform::default(),
        timeout: Duration::from_secs(300),
        activity_timeout: None,
        tls_verify: true,
        login: None,
        auth_file: None,
        helper: None,
        soft_fail: false,
    }
}

fn login(username: &str, password: &str) -> Option<Login> {
    Some(Login { username: username.to_owned(), password: Secret::new(password) })
}

fn auth(text: &str) -> Value {
    json!({ "auth": STANDARD.encode(text) })
}

#[test]
fn the_longest_index_that_a_name_lies_below_wins() {
    let auths = json!({
        "quay.io": auth("registry:0"),
        "quay.io/team": auth("team:1"),
        "quay.io/team/app/": auth("app:2"),
        "https://index.docker.io/v1/": auth("hub:3"),
        "https://registry.example.com:5000": auth("port:4"),
        "example.com": auth("example:5"),
        "quay.io/empty": { "auth": "" },
        "quay.io/odd": { "auth": "no base64!" },
        "quay.io/team/null": null,
        "localhost/x": { "auth": STANDARD.encode("without a colon") },
        "padded.example.com": auth("user:secret\0\0"),
        "colon.example.com": auth("user:a:b"),
    });
    let auths = auths.as_object().expect("an object");
    for (name, user) in [
        ("quay.io/other/app:1", Some("registry")),
        ("quay.io/team/other:1", Some("team")),
        ("quay.io/team", Some("team")),
        ("quay.io/team/app@sha256:5b0b", Some("app")),
        ("quay.io/team/app:1@sha256:5b0b", Some("app")),
        // Not below `quay.io/team`, though its text begins like that.
        ("quay.io/team2/app", Some("registry")),
        ("quay.io.evil.example/team/app", None),
        ("example.com.evil/x", None),
        ("sub.example.com/x", None),
        ("example.com/x", Some("example")),
        ("docker.io/library/redis:7", Some("hub")),
        ("registry.example.com:5000/a/b:1", Some("port")),
        ("registry.example.com/a/b", None),
        // What is not usable hides neither a shorter index nor the next source.
        ("quay.io/empty/app", Some("registry")),
        ("quay.io/odd/app", Some("registry")),
        ("quay.io/team/null/app", Some("team")),
        ("localhost/x", None),
        ("padded.example.com/x", Some("user")),
        // A short name may come from anywhere.
        ("redis", None),
    ] {
        let found = best(auths, repository(name));
        assert_eq!(found.as_ref().map(|found| found.username.as_str()), user, "{name}");
    }
    let secret = |name: &str| best(auths, name).expect(name).secret.expose().to_owned();
    assert_eq!(secret("padded.example.com/x"), "secret");
    assert_eq!(secret("colon.example.com/x"), "a:b");
}

#[test]
fn helpers_are_asked_for_the_registry() {
    let servers = |name: &str| servers(name).join(" ");
    assert_eq!(servers("quay.io/team/app:1"), "quay.io");
    assert_eq!(servers("registry.example.com:5000/app@sha256:5b"), "registry.example.com:5000");
    assert_eq!(servers("localhost/app"), "localhost");
    assert_eq!(servers("docker.io/library/redis:7"), "https://index.docker.io/v1/ docker.io");
    assert_eq!((servers("redis:7"), servers("team/app")), (String::new(), String::new()));
}

#[tokio::test]
async fn the_tasks_own_credentials_come_first_and_are_sent_as_podman_wants_them() {
    // The file is not there: it must not be looked at.
    let plan = |login| PullPlan { login, auth_file: Some("/nowhere/auth.json".to_owned()), ..plan() };
    let header = async |login| shown(header(&plan(login), "quay.io/a").await.expect("a header"));
    assert_eq!(header(login("u", "p")).await, json!({ "username": "u", "password": "p" }));
    assert_eq!(header(login("u", "")).await, json!({ "username": "u" }));
    assert_eq!(header(login("", "p")).await, json!({ "password": "p" }));
    assert_eq!(header(login("ü?>", "ÿ~?>")).await, json!({ "username": "ü?>", "password": "ÿ~?>" }));
    let encoded = encoded(&Found::new("u", "p").expect("some"));
    assert_eq!(encoded.expose(), "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6InAifQ==");
    assert!(!format!("{encoded:?}").contains("eyJ1"));
}

#[tokio::test]
async fn a_file_that_fails_ends_the_pull_unless_the_job_passes_over_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        Some(path.to_string_lossy().into_owned())
    };
    let ask = async |auth_file: Option<String>, soft_fail| {
        header(&PullPlan { auth_file, soft_fail, ..plan() }, "quay.io/team/app:1").await
    };
    let missing = Some("/nowhere/auth.json".to_owned());
    let error = ask(missing.clone(), false).await.expect_err("no file");
    assert_eq!(error, "open /nowhere/auth.json: no such file or directory");
    assert!(ask(missing, true).await.expect("passed over").is_none());
    let broken = path("broken", "{\"auths\": {\"quay.io\": {\"auth\": hunter2}}}");
    let error = ask(broken, false).await.expect_err("no JSON");
    assert!(error.contains("is not the JSON of an auth.json") && !error.contains("hunter2"), "{error}");
    let error = ask(Some(folder.path().to_string_lossy().into_owned()), false).await.expect_err("a folder");
    assert!(error.contains("no file of credentials"), "{error}");
    for empty in ["{}", "{\"auths\": null, \"credsStore\": \"x\"}"] {
        assert!(ask(path("empty", empty), false).await.expect("nothing in it").is_none(), "{empty}");
    }
    let good = path("good", &json!({ "auths": { "quay.io/team": auth("ci:hunter2") } }).to_string());
    assert_eq!(
        shown(ask(good, false).await.expect("a header")),
        json!({ "username": "ci", "password": "hunter2" })
    );
}
