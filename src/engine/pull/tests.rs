//! What a task says of its pull, and the plan that comes of it. What the image is called in the spec is tested with the
//! rule of the image.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::*;
use crate::rules::testing::{Row, Setting, check, row};

/// What a task says of its pull. The spec does not change by it.
pub(crate) fn rows() -> Vec<Row> {
    let time = |text: &str| json!({ "image_pull_timeout": text });
    let auth = |auth: Json| json!({ "auth": auth });
    let archive = |mut options: Json| {
        options["image"] = json!("oci-archive:/srv/a.tar");
        options
    };
    let image = || json!({ "image": "oci-archive:/srv/a.tar" });
    vec![
        row(
            "a time-out is a duration",
            time("soon"),
            json!({}),
            json!({}),
            &[
                "bad_pull_timeout at image_pull_timeout: failed to parse image_pull_timeout: time: invalid duration \"soon\"",
            ],
        ),
        row(
            "it is not empty",
            time(""),
            json!({}),
            json!({}),
            &[
                "bad_pull_timeout at image_pull_timeout: failed to parse image_pull_timeout: time: invalid duration \"\"",
            ],
        ),
        row(
            "it is longer than zero",
            time("-5m"),
            json!({}),
            json!({}),
            &[
                "bad_pull_timeout at image_pull_timeout: failed to parse image_pull_timeout: \"-5m\" is not longer than zero",
            ],
        ),
        row(
            "a time-out that is known only at run time is not judged",
            time("${meta.patience}"),
            json!({}),
            json!({}),
            &[],
        ),
        row(
            "a certificate that is not verified is told",
            auth(json!({ "tls_verify": false })),
            json!({}),
            json!({}),
            &[
                "tls_verify_off at auth.tls_verify: The registry's certificate is not verified: others can send another image. | Give the client the certificate of your authority instead.",
            ],
        ),
        row(
            "half credentials are told, and not shown",
            auth(json!({ "password": "hunter2" })),
            json!({}),
            json!({}),
            &[
                "incomplete_credentials at auth: The credentials have no username. | Add `username`, or leave the `auth` block away for the plugin's credentials.",
            ],
        ),
        row(
            "the other half too",
            auth(json!({ "username": "ci" })),
            json!({}),
            json!({}),
            &[
                "incomplete_credentials at auth: The credentials have no password. | Add `password`, or leave the `auth` block away for the plugin's credentials.",
            ],
        ),
        row(
            "an archive has its own platform",
            archive(json!({ "arch": "arm64" })),
            json!({}),
            image(),
            &[
                "platform_without_effect at arch: `arch` has no effect: an archive holds the platform that it was made with. | Leave it away, or use one archive for each platform.",
            ],
        ),
        row(
            "nobody is asked for credentials of an archive",
            archive(auth(json!({ "username": "ci", "password": "hunter2" }))),
            json!({}),
            image(),
            &[
                "credentials_without_effect at auth: The credentials are not used: nobody is asked for any when an archive is loaded. | Leave the `auth` block away; an `artifact` block can fetch a protected file.",
            ],
        ),
    ]
}

fn plan(task: Json, facts: Json) -> Option<PullPlan> {
    Setting::new(&task, &facts).translate().pull
}

fn usual() -> PullPlan {
    PullPlan {
        source: ImageSource::Registry("docker.io/library/redis:7".to_owned()),
        policy: PullPolicy::IfMissing,
        platform: Platform::default(),
        timeout: Duration::from_secs(300),
        tls_verify: true,
        login: None,
        auth_file: None,
        helper: None,
        soft_fail: false,
    }
}

#[test]
fn what_is_doubtful_about_a_pull_is_told() {
    check(&rows());
}

#[test]
fn an_image_is_pulled_where_it_is_missing_over_verified_tls() {
    assert_eq!(plan(json!({}), json!({})), Some(usual()));
    assert_eq!(plan(json!({ "image": "Nginx" }), json!({})), None);
}

#[test]
fn options_of_the_task_change_the_plan() {
    let always = PullPlan { policy: PullPolicy::Always, ..usual() };
    assert_eq!(plan(json!({ "force_pull": true }), json!({})), Some(always.clone()));
    let platform = Platform { os: "linux".to_owned(), arch: "arm64".to_owned(), variant: "v8".to_owned() };
    assert_eq!(
        plan(json!({ "arch": "arm64", "os": "linux", "variant": "v8" }), json!({})),
        Some(PullPlan { platform, ..always })
    );
    assert_eq!(
        plan(json!({ "image_pull_timeout": "1h30m", "auth_soft_fail": true }), json!({})),
        Some(PullPlan { timeout: Duration::from_secs(5400), soft_fail: true, ..usual() })
    );
    assert_eq!(
        plan(json!({ "auth": { "username": "u", "password": "p", "tls_verify": false } }), json!({})),
        Some(PullPlan {
            login: Some(Login { username: "u".to_owned(), password: Secret::new("p") }),
            tls_verify: false,
            ..usual()
        })
    );
}

#[test]
fn credentials_of_the_plugin_are_for_registries() {
    let facts = json!({ "plugin": { "auth": { "config": "/etc/auth.json", "helper": "ecr-login" } } });
    let of_plugin = PullPlan {
        auth_file: Some("/etc/auth.json".to_owned()),
        helper: Some("ecr-login".to_owned()),
        ..usual()
    };
    assert_eq!(plan(json!({}), facts.clone()), Some(of_plugin));
    let archive = plan(json!({ "image": "oci-archive:/srv/a.tar" }), facts).unwrap();
    assert_eq!((archive.auth_file, archive.helper), (None, None));
}

#[test]
fn a_password_does_not_print() {
    let plan = plan(json!({ "auth": { "username": "u", "password": "hunter2" } }), json!({}));
    assert!(!format!("{plan:?}").contains("hunter2"));
}

#[test]
fn archives_are_loaded_from_where_the_task_can_put_them() {
    let facts = || json!({ "nomad": { "task_dir": "/a/web" } });
    for (image, source) in [
        (
            "docker-archive:local/app.tar:app:1",
            ImageSource::ArchiveFile {
                reference: "docker-archive:local/app.tar:app:1".to_owned(),
                path: "/a/web/local/app.tar".to_owned(),
            },
        ),
        (
            "oci-archive:image.tar",
            ImageSource::ArchiveFile {
                reference: "oci-archive:image.tar".to_owned(),
                path: "/a/web/image.tar".to_owned(),
            },
        ),
        (
            "oci-archive:https://example.com/a.tar",
            ImageSource::ArchiveUrl {
                reference: "oci-archive:https://example.com/a.tar".to_owned(),
                url: "https://example.com/a.tar".to_owned(),
            },
        ),
    ] {
        let plan = plan(json!({ "image": image, "force_pull": true, "arch": "arm64" }), facts()).unwrap();
        assert_eq!(plan.reference(), image);
        assert_eq!(
            (plan.source, plan.policy, plan.platform),
            (source, PullPolicy::Always, Platform::default())
        );
    }
    let calm = plan(json!({ "image": "oci-archive:/srv/a.tar", "arch": "arm64" }), facts()).unwrap();
    assert_eq!(calm.policy, PullPolicy::IfMissing);
}
