//! Which entry of a file of credentials is an image's.

use std::fs;

use serde_json::json;

use super::*;

fn auth(text: &str) -> Value {
    json!({ "auth": STANDARD.encode(text) })
}

fn file(text: Value) -> AuthFile {
    serde_json::from_value(text).expect("a file")
}

#[test]
fn the_longest_index_that_a_name_lies_below_wins() {
    let file = file(json!({ "auths": {
        "quay.io": auth("registry:0"),
        "quay.io/team": auth("team:1"),
        "quay.io/team/app/": auth("app:2"),
        "quay.io/v1": auth("v1:9"),
        "https://index.docker.io/v1/": auth("hub:3"),
        "https://registry.example.com:5000": auth("port:4"),
        "http://old.example.com/v2/": auth("old:6"),
        "example.com": auth("example:5"),
        "quay.io/empty": { "auth": "" },
        "quay.io/odd": { "auth": "no base64!" },
        "quay.io/team/null": null,
        "localhost/x": { "auth": STANDARD.encode("without a colon") },
        "padded.example.com": auth("user:secret\0\0"),
        "colon.example.com": auth("user:a:b"),
        "redis": auth("short:7"),
    }}));
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
        // The version of an API belongs to an address only.
        ("old.example.com/a", Some("old")),
        ("quay.io/v1/app", Some("v1")),
        ("quay.io/v2/app", Some("registry")),
        // What is not usable hides neither a shorter index nor the next source.
        ("quay.io/empty/app", Some("registry")),
        ("quay.io/odd/app", Some("registry")),
        ("quay.io/team/null/app", Some("team")),
        ("localhost/x", None),
        ("padded.example.com/x", Some("user")),
        // A short name may come from anywhere.
        ("redis", None),
    ] {
        let found = file.best(&Name::of(name));
        assert_eq!(found.as_ref().map(|found| found.username.as_str()), user, "{name}");
    }
    let secret = |name: &str| file.best(&Name::of(name)).expect(name).password.expose().to_owned();
    assert_eq!(secret("padded.example.com/x"), "secret");
    assert_eq!(secret("colon.example.com/x"), "a:b");
}

#[test]
fn an_entry_may_have_a_token_or_members_of_its_own() {
    let token = json!({ "auth": STANDARD.encode("0000:"), "identitytoken": "t" });
    assert_eq!(decoded(&token), Found::with_token("0000", "", "t"));
    assert_eq!(decoded(&json!({ "identitytoken": "t" })), Found::with_token("", "", "t"));
    assert_eq!(decoded(&json!({ "username": "u", "password": "p" })), Found::new("u", "p"));
    let both = json!({ "auth": STANDARD.encode("a:b"), "username": "u", "password": "p" });
    assert_eq!(decoded(&both), Found::new("a", "b"), "as Docker reads it");
    assert_eq!(decoded(&json!({ "email": "x" })), None);
}

#[test]
fn a_registry_has_the_helper_of_its_own_name() {
    let file = file(json!({ "credHelpers": {
        "quay.io": "quay", "https://ghcr.io": "gh", "index.docker.io": "hub", "quay.io/team": "team", "none.io": "", "odd.io": 7
    }}));
    for (name, helper) in [
        ("quay.io/team/app:1", Some("quay")),
        ("ghcr.io/a", Some("gh")),
        ("docker.io/library/redis", Some("hub")),
        ("quay.io.evil.example/a", None),
        ("none.io/a", None),
        ("odd.io/a", None),
        ("redis", None),
    ] {
        assert_eq!(file.helper_of(&Name::of(name)), helper, "{name}");
    }
}

/// The helpers are not there: that they are asked shows in the error.
#[tokio::test]
async fn a_registrys_helper_comes_before_its_entry_and_the_store_after_all_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.json");
    let text = json!({
        "auths": { "quay.io": auth("q:1"), "own.example.com": auth("o:1"), "ghcr.io": {} },
        "credHelpers": { "own.example.com": "of-its-own", "evil.example.com": "x/../../../bin/sh" },
        "credsStore": "for-the-rest",
    });
    fs::write(&path, text.to_string()).expect("written");
    let path = path.to_string_lossy().into_owned();
    let look = async |name: &str| look(&path, &Name::of(name)).await;
    assert_eq!(look("quay.io/a").await, Ok(Found::new("q", "1")));
    let error = look("own.example.com/a").await.expect_err("its helper is asked");
    assert!(
        error
            .starts_with(&format!("`credHelpers` of {path}: failed to run credential-helper \"of-its-own\"")),
        "{error}"
    );
    let error = look("ghcr.io/a").await.expect_err("the store is asked");
    assert!(
        error.starts_with(&format!(
            "`credsStore` of {path}: failed to run credential-helper \"for-the-rest\""
        )),
        "{error}"
    );
    let error = look("evil.example.com/a").await.expect_err("a path is no name");
    assert!(error.contains("that is no name of a helper"), "{error}");
    assert_eq!(look("redis").await, Ok(None), "nobody is asked for a short name");
}
