//! Behaviours of the rule of labels, as rows. Patterns that fit nothing are tested with the plugin's config.

use serde_json::json;

use crate::rules::testing::{Row, check, row};

const ALLOC: &str = "com.hashicorp.nomad.alloc_id";

/// What a task says and gets of labels.
pub(crate) fn rows() -> Vec<Row> {
    let facts = |patterns: serde_json::Value| {
        json!({
            "plugin": { "extra_labels": patterns },
            "nomad": { "alloc_id": "f8b2", "task_name": "web", "group_name": "front", "job_id": "shop-id", "job_name": "shop",
                "namespace": "default", "node_id": "0b7f", "node_name": "node-1" },
        })
    };
    let name = "web-f8b2";
    vec![
        row(
            "labels of the task are set",
            json!({ "labels": { "tier": "cache", "com.example/owner": "a b" } }),
            json!({}),
            json!({ "labels": { "tier": "cache", "com.example/owner": "a b" } }),
            &[],
        ),
        row(
            "a star asks for all labels about the job",
            json!({}),
            facts(json!(["*"])),
            json!({ "name": name, "labels": {
            ALLOC: "f8b2", "com.hashicorp.nomad.job_id": "shop-id", "com.hashicorp.nomad.job_name": "shop",
            "com.hashicorp.nomad.namespace": "default", "com.hashicorp.nomad.node_id": "0b7f", "com.hashicorp.nomad.node_name": "node-1",
            "com.hashicorp.nomad.task_group_name": "front", "com.hashicorp.nomad.task_name": "web" } }),
            &[],
        ),
        row(
            "patterns choose",
            json!({}),
            facts(json!(["task*", "node_id"])),
            json!({ "name": name, "labels": {
            ALLOC: "f8b2", "com.hashicorp.nomad.node_id": "0b7f", "com.hashicorp.nomad.task_group_name": "front",
            "com.hashicorp.nomad.task_name": "web" } }),
            &[],
        ),
        row(
            "a pattern that fits nothing brings the allocation's ID",
            json!({}),
            facts(json!(["nothing"])),
            json!({ "name": name, "labels": { ALLOC: "f8b2" } }),
            &[],
        ),
        row(
            "a label about the job wins, and is told",
            json!({ "labels": { ALLOC: "mine", "tier": "cache" } }),
            facts(json!(["x"])),
            json!({ "name": name, "labels": { ALLOC: "f8b2", "tier": "cache" } }),
            &[
                "label_overwritten at labels.com.hashicorp.nomad.alloc_id: The plugin's `extra_labels` sets the label \"com.hashicorp.nomad.alloc_id\" too, and its value wins. | Call the label something else.",
            ],
        ),
    ]
}

#[test]
fn labels_are_those_of_the_task_and_about_the_job() {
    check(&rows());
}
