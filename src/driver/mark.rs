//! How a container says that it is ours, whose, and what it was made from: annotations that stand beside the job's own.
//! Labels stay the job's alone, and nothing of it depends on which of a task's starts it was.

use std::collections::BTreeMap;

use podman_driver_engine::generated::spec::ContainerSpec;

use super::digest::sha256;
use crate::plugin::generated::driver::TaskConfig;

/// Annotation: Nomad's allocation.
pub const ALLOC_ID: &str = "io.nomad.driver.podman/alloc-id";
/// Annotation: the start that made the container.
pub const TASK_ID: &str = "io.nomad.driver.podman/task-id";
/// Annotation: digest of the spec that it was made from.
pub const DIGEST: &str = "io.nomad.driver.podman/spec-digest";

/// Our mark on a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The allocation's ID.
    pub alloc_id: String,
    /// ID of the start.
    pub task_id: String,
    /// Digest of the spec.
    pub digest: String,
}

impl Mark {
    /// The mark of a container that is to be made. The spec names the image as the job does: an image that was pulled
    /// anew does not make a running container another one.
    pub fn of(task: &TaskConfig, spec: &ContainerSpec) -> Self {
        Self { alloc_id: task.alloc_id.clone(), task_id: task.id.clone(), digest: digest(spec) }
    }

    /// The mark that a container carries, if it carries one.
    pub fn read(annotations: &BTreeMap<String, String>) -> Option<Self> {
        let text = |name: &str| annotations.get(name).cloned();
        Some(Self {
            alloc_id: text(ALLOC_ID)?,
            task_id: text(TASK_ID).unwrap_or_default(),
            digest: text(DIGEST).unwrap_or_default(),
        })
    }

    /// Adds it to a spec.
    pub fn write(&self, spec: &mut ContainerSpec) {
        for (name, value) in [(ALLOC_ID, &self.alloc_id), (TASK_ID, &self.task_id), (DIGEST, &self.digest)] {
            spec.annotations.insert(name.to_owned(), value.clone());
        }
    }
}

/// SHA-256 of the spec's JSON, whose members and keys have one order.
fn digest(spec: &ContainerSpec) -> String {
    let json = serde_json::to_vec(spec).unwrap_or_default();
    format!("sha256:{}", sha256(&json))
}
