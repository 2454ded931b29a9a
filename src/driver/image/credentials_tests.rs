//! Where credentials are found, and which source comes first.

use std::time::Duration;

use base64::engine::general_purpose::STANDARD;
use podman_driver_engine::pull::{ImageSource, Login, Platform, PullPolicy};
use serde_json::{Value, json};

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
fn helpers_are_asked_for_the_registry() {
    let servers = |name: &str| Name::of(name).servers().join(" ");
    assert_eq!(servers("quay.io/team/app:1"), "quay.io");
    assert_eq!(servers("registry.example.com:5000/app@sha256:5b"), "registry.example.com:5000");
    assert_eq!(servers("localhost/app"), "localhost");
    assert_eq!(servers("docker.io/library/redis:7"), "https://index.docker.io/v1/ docker.io");
    // A short name may come from any registry, and credentials for one are not for all.
    assert_eq!((servers("redis:7"), servers("team/app")), (String::new(), String::new()));
}

#[tokio::test]
async fn the_tasks_own_credentials_come_first_and_are_sent_as_podman_wants_them() {
    // File and helper are not there: they must not be asked.
    let plan = |login| PullPlan {
        login,
        auth_file: Some("/nowhere/auth.json".to_owned()),
        helper: Some("is-not-there".to_owned()),
        ..plan()
    };
    let header = async |login| match header(&plan(login), "quay.io/a").await {
        Ok(header) => shown(header),
        Err(error) => Value::String(error),
    };
    assert_eq!(header(login("u", "p")).await, json!({ "username": "u", "password": "p" }));
    assert_eq!(header(login("u", "")).await, json!({ "username": "u" }));
    assert_eq!(header(login("", "p")).await, json!({ "password": "p" }));
    assert_eq!(header(login("ü?>", "ÿ~?>")).await, json!({ "username": "ü?>", "password": "ÿ~?>" }));
    assert!(header(login("", "")).await.is_string(), "empty ones are none, and the next source is asked");
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
    for empty in
        ["{}", "{\"auths\": null, \"credsStore\": null, \"credHelpers\": {}}", "{\"HttpHeaders\": 1}"]
    {
        assert!(ask(path("empty", empty), false).await.expect("nothing in it").is_none(), "{empty}");
    }
    let good = path("good", &json!({ "auths": { "quay.io/team": auth("ci:hunter2") } }).to_string());
    assert_eq!(
        shown(ask(good, false).await.expect("a header")),
        json!({ "username": "ci", "password": "hunter2" })
    );
}

#[test]
fn a_token_of_the_registrys_own_is_sent_as_such() {
    let sent = |found: Option<Found>| shown(found.as_ref().map(encoded));
    assert_eq!(sent(Found::new("<token>", "t")), json!({ "identitytoken": "t" }));
    let both = Found::with_token("0000", "", "t");
    assert_eq!(sent(both.clone()), json!({ "username": "0000", "identitytoken": "t" }));
    assert!(!format!("{both:?}").contains("\"t\""));
    assert_eq!(sent(Found::with_token("", "", "")), Value::Null);
}

#[tokio::test]
async fn a_helper_comes_before_the_file_and_a_name_that_is_a_path_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("auth.json");
    std::fs::write(&path, json!({ "auths": { "quay.io": auth("file:1") } }).to_string()).expect("written");
    let auth_file = Some(path.to_string_lossy().into_owned());
    let helper = Some("../../bin/sh".to_owned());
    let both = PullPlan { auth_file, helper, ..plan() };
    let error = header(&both, "quay.io/a").await.expect_err("the helper is asked first");
    assert!(
        error.starts_with("failed to run credential-helper \"../../bin/sh\": that is no name"),
        "{error}"
    );
    let soft = PullPlan { soft_fail: true, ..both.clone() };
    let found = shown(header(&soft, "quay.io/a").await.expect("passed over"));
    assert_eq!(found, json!({ "username": "file", "password": "1" }));
    let absent = PullPlan { helper: Some("is-not-there".to_owned()), ..both };
    let error = header(&absent, "quay.io/a").await.expect_err("the helper is asked first");
    assert!(error.contains("\"is-not-there\": no such file or directory"), "{error}");
}
