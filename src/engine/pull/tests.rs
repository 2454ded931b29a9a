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
            "a checksum is one of SHA-256",
            archive(json!({ "image_checksum": "md5:0" })),
            json!({}),
            image(),
            &[
                "bad_image_checksum at image_checksum: image_checksum \"md5:0\" is no checksum: it does not begin with sha256:",
            ],
        ),
        row(
            "an image of a registry is not verified by one",
            json!({ "image_checksum": format!("sha256:{}", "5b".repeat(32)) }),
            json!({}),
            json!({}),
            &[
                "checksum_without_file at image_checksum: `image_checksum` is that of an archive, and the image comes from none. | An image in a registry is verified by its digest: `NAME@sha256:…`.",
            ],
        ),
        row(
            "a folder has none",
            json!({ "image": "oci:/srv/layout", "image_checksum": format!("sha256:{}", "5b".repeat(32)) }),
            json!({}),
            json!({ "image": "oci:/srv/layout" }),
            &[
                "checksum_without_file at image_checksum: `image_checksum` is that of an archive, and the image comes from none. | An image in a registry is verified by its digest: `NAME@sha256:…`.",
            ],
        ),
        row(
            "a relative path stays in the task's folder",
            json!({ "image": "oci-archive:local/../../a.tar" }),
            json!({}),
            json!({ "image": "oci-archive:local/../../a.tar" }),
            &[
                "image_outside_task_folder at image: The path \"../a.tar\" of the image leads out of the task's folder. | In a job, the allocation's folder is `${NOMAD_ALLOC_DIR}`.",
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
        activity_timeout: None,
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
    assert_eq!(plan(json!({ "force_pull": true }), json!({})), Some(always));
    let platform = Platform { os: "linux".to_owned(), arch: "arm64".to_owned(), variant: "v8".to_owned() };
    assert_eq!(
        plan(json!({ "arch": "arm64", "os": "linux", "variant": "v8" }), json!({})),
        Some(PullPlan { platform, ..usual() })
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
fn the_plugin_has_limits_and_registries_of_its_own() {
    let plan =
        |image: &str, plugin: Json| plan(json!({ "image": image }), json!({ "plugin": plugin })).unwrap();
    let activity = |text: &str| plan("redis", json!({ "pull_activity_timeout": text })).activity_timeout;
    assert_eq!(activity("2m"), Some(Duration::from_secs(120)));
    assert_eq!((activity(""), activity("0s")), (None, None));
    let registries = json!({ "registry": {
        "registry.example.com:5000": { "tls_verify": false },
        "quay.io": {},
        "docker.io": { "tls_verify": false },
    } });
    for (image, verified) in [
        ("registry.example.com:5000/team/app:1", false),
        ("registry.example.com/team/app:1", true),
        ("quay.io/team/app", true),
        ("docker://redis", false),
        // Where a short name comes from is for Podman to find out.
        ("redis", true),
        ("oci-archive:/registry.example.com:5000/a.tar", true),
    ] {
        assert_eq!(plan(image, registries.clone()).tls_verify, verified, "{image}");
    }
}

#[test]
fn archives_are_loaded_from_where_the_task_can_put_them() {
    let facts = || json!({ "nomad": { "task_dir": "/a/web" } });
    let inside =
        |path: &str| SourceLocation::InTaskFolder { folder: "/a/web".to_owned(), path: path.to_owned() };
    let hex = "5b".repeat(32);
    for (image, format, location, member) in [
        ("docker-archive:local/app.tar:app:1", ArchiveFormat::Docker, inside("local/app.tar"), Some("app:1")),
        ("oci-archive:./a/../image.tar", ArchiveFormat::Oci, inside("image.tar"), None),
        (
            "oci-archive:/srv//image.tar",
            ArchiveFormat::Oci,
            SourceLocation::Absolute("/srv/image.tar".to_owned()),
            None,
        ),
        (
            "oci-archive:https://example.com/a.tar",
            ArchiveFormat::Oci,
            SourceLocation::Url("https://example.com/a.tar".to_owned()),
            None,
        ),
        ("oci:local/layout:v1", ArchiveFormat::OciLayout, inside("local/layout"), Some("v1")),
        ("dir:/srv/image", ArchiveFormat::Dir, SourceLocation::Absolute("/srv/image".to_owned()), None),
    ] {
        let task = json!({
            "image": image, "force_pull": true, "arch": "arm64", "image_checksum": format!("sha256:{hex}"),
        });
        let plan = plan(task, facts()).unwrap();
        assert_eq!(plan.reference(), image);
        let source = ArchiveSource {
            reference: image.to_owned(),
            format,
            location,
            member: member.map(str::to_owned),
            checksum: format.is_file().then(|| hex.clone()),
        };
        assert_eq!(
            (plan.source, plan.policy, plan.platform),
            (ImageSource::Archive(source), PullPolicy::Always, Platform::default())
        );
    }
    let calm = plan(json!({ "image": "oci-archive:/srv/a.tar", "arch": "arm64" }), facts()).unwrap();
    assert_eq!(calm.policy, PullPolicy::IfMissing);
}
