//! Behaviours of the rule of the image, as rows. The pull plan has its own.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

const DIGEST: &str = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

/// What a task says and gets of its image.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = references();
    rows.extend(refused());
    rows
}

fn references() -> Vec<Row> {
    let known = |name: &str| json!({ "host": { "images": { name: "aa11" } } });
    let image = |name: &str| json!({ "image": name });
    vec![
        row(
            "a known image goes by its ID",
            image("docker://docker.io/library/alpine"),
            known("docker.io/library/alpine:latest"),
            image("aa11"),
            &[],
        ),
        row("a short name stays as written", image("nginx"), json!({}), image("nginx"), &[]),
        row(
            "a full name is completed",
            image("quay.io/team/app"),
            json!({}),
            image("quay.io/team/app:latest"),
            &[],
        ),
        row(
            "docker:// means a name of docker.io",
            image("docker://busybox"),
            json!({}),
            image("docker.io/library/busybox:latest"),
            &[],
        ),
        row(
            "a digest makes the tag needless",
            image(&format!("quay.io/a/b:1@{DIGEST}")),
            json!({}),
            image(&format!("quay.io/a/b@{DIGEST}")),
            &[],
        ),
        row(
            "an image that is completed later is not judged",
            image("quay.io/A/${meta.image}"),
            json!({}),
            image("quay.io/A/${meta.image}"),
            &[],
        ),
        row(
            "an archive is known by what is written",
            image("oci-archive:/srv/a.tar"),
            known("oci-archive:/srv/a.tar"),
            image("aa11"),
            &[],
        ),
    ]
}

fn refused() -> Vec<Row> {
    let gone = || json!({ "image": null });
    let image = |name: &str| json!({ "image": name });
    vec![
        row(
            "there must be an image",
            image(""),
            json!({}),
            gone(),
            &["image_empty at image: image name required"],
        ),
        row(
            "a malformed name is refused in the known words",
            image("docker.io/UPPER/case:bad tag"),
            json!({}),
            gone(),
            &[
                "bad_image_reference at image: failed to create image: docker.io/UPPER/case:bad tag: invalid image reference docker.io/UPPER/case:bad tag: unsupported transport docker.io/UPPER/case. It is no transport and no image name either: invalid reference format: repository name must be lowercase",
            ],
        ),
        row(
            "other transports are refused",
            image("docker-daemon:/srv/x"),
            json!({}),
            gone(),
            &[
                "unsupported_transport at image: failed to create image: docker-daemon:/srv/x: invalid image reference docker-daemon:/srv/x: unsupported transport docker-daemon. An image comes from a registry, as a file with docker-archive: or oci-archive: before its path or URL, or as a folder with oci: or dir: before its path",
            ],
        ),
        row(
            "an archive has a path",
            image("oci-archive:"),
            json!({}),
            gone(),
            &[
                "bad_image_reference at image: failed to create image: oci-archive:: invalid image reference oci-archive:: it names no file",
            ],
        ),
    ]
}

#[test]
fn the_image_goes_by_its_id_or_its_name() {
    check(&references());
}

#[test]
fn what_names_no_image_is_refused() {
    check(&refused());
}
