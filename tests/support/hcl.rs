//! `config` blocks in tests: a body of HCL becomes the tree that a job file gives, through the job parser itself.

#![allow(dead_code, reason = "each test binary uses a part of it")]
use podman_driver_engine::jobspec::{self, Input};
use podman_driver_engine::source::Files;
use podman_driver_engine::value::Node;

/// The `config` of a podman task with this body. Anything wrong with the HCL itself fails the test.
pub fn config_block(body: &str) -> Node {
    let job = format!(
        "job \"shop\" {{\ngroup \"front\" {{\ntask \"web\" {{\ndriver = \"podman\"\nconfig {{\n{body}\n}}\n}}\n}}\n}}\n"
    );
    config_of_job(&job)
}

/// The `config` of the only task of a job in HCL or JSON.
pub fn config_of_job(job: &str) -> Node {
    try_config_of_job(job).unwrap_or_else(|problems| panic!("{problems}\n{job}"))
}

/// The same, or what is wrong with the job.
pub fn try_config_of_job(job: &str) -> Result<Node, String> {
    let mut files = Files::default();
    let file = files.add("test.nomad", job);
    let parsed = jobspec::parse(&mut files, file, &Input::nothing());
    let errors: Vec<String> =
        parsed.diagnostics.iter().filter(|d| d.is_error()).map(ToString::to_string).collect();
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    let mut tasks = parsed.job.into_iter().flat_map(|job| job.groups).flat_map(|group| group.tasks);
    tasks.next().map(|task| task.config).ok_or_else(|| "the job has no task".to_owned())
}
