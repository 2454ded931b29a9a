//! Behaviours of the rules of devices, as rows. The syntax of a device has tests of its own.

use serde_json::{Value as Json, json};

use crate::rules::testing::{Row, check, row};

fn named(path: &str) -> Json {
    json!({ "path": path, "major": 0, "minor": 0 })
}

/// What a task says and gets of devices.
pub(crate) fn rows() -> Vec<Row> {
    let reserved = || json!({ "nomad": { "devices": [{ "task_path": "/dev/nvidia0", "host_path": "/dev/nvidia0", "permissions": "rwm" }] } });
    vec![
        row(
            "devices go on as they are written",
            json!({ "devices": ["/dev/fuse", "/dev/sda1:/dev/xvda1:r", "nvidia.com/gpu=all"] }),
            json!({}),
            json!({ "devices": [named("/dev/fuse"), named("/dev/sda1:/dev/xvda1:r"), named("nvidia.com/gpu=all")] }),
            &[],
        ),
        row(
            "a device that is known only at run time is not judged",
            json!({ "devices": ["${meta.device}"] }),
            json!({}),
            json!({ "devices": [named("${meta.device}")] }),
            &[],
        ),
        row(
            "a relative path is no device",
            json!({ "devices": ["dev/fuse"] }),
            json!({}),
            json!({}),
            &[
                "bad_device at devices[0]: invalid device \"dev/fuse\": it is neither an absolute path nor a CDI name such as \"nvidia.com/gpu=all\"",
            ],
        ),
        row(
            "rights are out of rwm",
            json!({ "devices": ["/dev/a:/dev/b:rx"] }),
            json!({}),
            json!({}),
            &[
                "bad_device_rights at devices[0]: invalid device \"/dev/a:/dev/b:rx\": \"rx\" are no permissions of r, w and m",
            ],
        ),
        row(
            "one place has one device",
            json!({ "devices": ["/dev/a", "/dev/b:/dev/a"] }),
            json!({}),
            json!({ "devices": [named("/dev/a")] }),
            &[
                "device_given_twice at devices[1]: The device \"/dev/a\" is given twice; it is added once. | Leave this entry of `devices` away.",
            ],
        ),
        row(
            "devices that were reserved reach the container",
            json!({}),
            reserved(),
            json!({ "devices": [named("/dev/nvidia0:/dev/nvidia0:rwm")] }),
            &[],
        ),
        row(
            "where both name one, the task's counts",
            json!({ "devices": ["/dev/nvidia0:/dev/nvidia0:r"] }),
            reserved(),
            json!({ "devices": [named("/dev/nvidia0:/dev/nvidia0:r")] }),
            &[
                "device_given_twice at devices[0]: The device \"/dev/nvidia0\" is given twice; it is added once. | Leave this entry of `devices` away.",
            ],
        ),
    ]
}

#[test]
fn devices_are_the_tasks_and_the_reserved_ones() {
    check(&rows());
}
