//! Job files as scenarios need them: one group, tasks whose whole program is a line of shell that says numbered lines.
//! What becomes of a job on the node is `allocation.rs`'s.

use std::fmt::Write;

use crate::support::IMAGE;

/// What a task says last, so that a reader knows that it has everything.
pub const LAST: &str = "that was all";

/// The option that gives Nomad a task's output as it was written, in two streams.
pub const SPLIT: &str = "logging {\n split = true\n }";

/// Shell that says `count` numbered lines, the first of them `line 1`.
pub fn lines(count: u32) -> String {
    format!("i=0; while [ $i -lt {count} ]; do i=$((i+1)); echo line $i; done")
}

/// A job, piece by piece.
pub struct Job {
    /// Its ID, and the name of its group.
    pub name: String,
    kind: &'static str,
    group: String,
    tasks: String,
}

impl Job {
    /// A job whose tasks run until they are stopped.
    pub fn service(name: &str) -> Self {
        Self::of(name, "service")
    }

    /// A job whose tasks end by themselves.
    pub fn batch(name: &str) -> Self {
        Self::of(name, "batch")
    }

    fn of(name: &str, kind: &'static str) -> Self {
        // What fails is not tried again, unless the scenario says so: each start is one that it asked for.
        let group = "reschedule {\n attempts = 0\n unlimited = false\n }\n".to_owned();
        Self { name: name.to_owned(), kind, group, tasks: String::new() }
    }

    /// Adds to the group: `network`, `service`, `count` and their like.
    pub fn group(mut self, block: &str) -> Self {
        writeln!(self.group, "{block}").expect("writing to a string");
        self
    }

    /// No task is started a second time.
    pub fn without_restarts(self) -> Self {
        self.group("restart {\n attempts = 0\n mode = \"fail\"\n }")
    }

    /// Adds a task that runs a line of shell.
    pub fn task(self, name: &str, shell: &str) -> Self {
        self.task_with(name, shell, "", "")
    }

    /// The same with more options of the driver, and with more blocks of the task.
    pub fn task_with(mut self, name: &str, shell: &str, options: &str, blocks: &str) -> Self {
        // HCL's own interpolation keeps out of the shell's.
        let shell = serde_json::Value::from(shell).to_string().replace("${", "$${").replace("%{", "%%{");
        let resources =
            if blocks.contains("resources") { "" } else { "resources {\n cpu = 20\n memory = 32\n }" };
        // A shell that waits or a `sleep` as first process does not mind SIGTERM: nobody waits long for it.
        let kill_timeout = if blocks.contains("kill_timeout") { "" } else { "kill_timeout = \"1s\"" };
        let written = write!(
            self.tasks,
            r#"
    task "{name}" {{
      driver = "podman"
      config {{
        image   = "{IMAGE}"
        command = "sh"
        args    = ["-c", {shell}]
        {options}
      }}
      {resources}
      {kill_timeout}
      {blocks}
    }}
"#
        );
        written.expect("writing to a string");
        self
    }

    /// Whether its tasks say that their output is to be split.
    pub fn is_split(&self) -> bool {
        self.tasks.contains(SPLIT)
    }

    /// The job file.
    pub fn hcl(&self) -> String {
        let Self { name, kind, group, tasks } = self;
        format!("job \"{name}\" {{\n  type = \"{kind}\"\n  group \"{name}\" {{\n{group}{tasks}  }}\n}}\n")
    }
}
