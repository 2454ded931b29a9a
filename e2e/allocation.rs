//! What a job has become: its allocation, the states of its tasks, their containers. What the tasks said is `logs.rs`'s.

use serde_json::{Value, json};

use crate::api::PATIENCE;
use crate::cluster::Cluster;
use crate::jobs::Job;
use crate::support::within;

/// One allocation of a job.
pub struct Allocation<'a> {
    /// Where it runs.
    pub cluster: &'a Cluster<'a>,
    /// Its ID.
    pub id: String,
    /// The job's.
    pub job: String,
    /// Whether its tasks' output comes as they wrote it.
    pub split: bool,
}

/// What tells one run of a container from every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Podman's ID.
    pub id: String,
    /// The process ID of its first process, on the host.
    pub pid: u64,
    /// When that began, as Podman writes it.
    pub started_at: String,
}

/// How a task ended, once, as its `Terminated` event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code.
    pub code: i64,
    /// Whether the out of memory killer did it.
    pub oom: bool,
    /// What the driver said of it.
    pub message: String,
}

impl Identity {
    /// What an `inspect` says.
    pub fn of(inspect: &Value) -> Self {
        Self {
            id: inspect["Id"].as_str().expect("an ID").to_owned(),
            pid: inspect["State"]["Pid"].as_u64().expect("a process ID"),
            started_at: inspect["State"]["StartedAt"].as_str().expect("a time").to_owned(),
        }
    }
}

impl Cluster<'_> {
    /// Hands a job to the agent. Gives the ID of the evaluation.
    pub fn submit(&self, job: &Job) -> String {
        let parsed =
            self.api.ask("POST", "/v1/jobs/parse", Some(&json!({"JobHCL": job.hcl(), "Canonicalize": true})));
        let answer = self.api.ask("POST", "/v1/jobs", Some(&json!({"Job": parsed})));
        answer["EvalID"].as_str().expect("an evaluation").to_owned()
    }

    /// Hands a job to the agent and waits until it has an allocation.
    pub fn run(&self, job: &Job) -> Allocation<'_> {
        self.submit(job);
        Allocation { split: job.is_split(), ..self.allocations(&job.name, 1).remove(0) }
    }

    /// Waits until a job has this many allocations that are to run.
    pub fn allocations(&self, job: &str, count: usize) -> Vec<Allocation<'_>> {
        let path = format!("/v1/job/{job}/allocations");
        self.api.wait(&format!("{job} has {count} allocations"), &path, |all| {
            let wanted = all.as_array()?.iter().filter(|one| one["DesiredStatus"] == "run");
            let ids: Vec<_> = wanted.filter_map(|one| one["ID"].as_str()).collect();
            let allocation = |id: &&str| Allocation {
                cluster: self,
                id: (*id).to_owned(),
                job: job.to_owned(),
                split: false,
            };
            (ids.len() == count).then(|| ids.iter().map(allocation).collect())
        })
    }

    /// Stops a job, waits until its allocations have ended, and holds that no container is left of it.
    pub fn purge(&self, job: &str) {
        self.api.ask("DELETE", &format!("/v1/job/{job}"), None);
        let allocations = self.api.get(&format!("/v1/job/{job}/allocations"));
        for allocation in allocations.as_array().expect("allocations") {
            let id = allocation["ID"].as_str().expect("an ID");
            let what = format!("the allocation of {job} has ended");
            self.api.wait(&what, &format!("/v1/allocation/{id}"), |allocation| {
                matches!(allocation["ClientStatus"].as_str(), Some("complete" | "failed" | "lost"))
                    .then_some(())
            });
            self.without_containers(id, job);
        }
        // The agent forgets the allocations together with the job.
        self.api.ask("DELETE", &format!("/v1/job/{job}?purge=true"), None);
    }

    /// Waits until no container is left of a job's allocation: the agent tells the end of a task before it destroys it.
    pub fn without_containers(&self, allocation: &str, job: &str) {
        within(PATIENCE, || self.containers(allocation).is_empty());
        assert_eq!(self.containers(allocation), Vec::<String>::new(), "{job} leaves a container behind");
    }

    /// The names of containers, running or not, that contain a text.
    pub fn containers(&self, part: &str) -> Vec<String> {
        let (status, all) = self.service.request("GET", "/containers/json?all=true", None);
        assert_eq!(status, 200, "{all}");
        let all = all.as_array().map(Vec::as_slice).unwrap_or_default();
        let names = all.iter().filter_map(|one| one["Names"][0].as_str());
        names.filter(|name| name.contains(part)).map(str::to_owned).collect()
    }
}

impl Allocation<'_> {
    /// What the agent says of it.
    pub fn get(&self) -> Value {
        self.cluster.api.get(&format!("/v1/allocation/{}", self.id))
    }

    /// Waits until it is as asked.
    pub fn wait<T>(&self, what: &str, found: impl FnMut(&Value) -> Option<T>) -> T {
        self.cluster.api.wait(&format!("{}: {what}", self.job), &format!("/v1/allocation/{}", self.id), found)
    }

    /// Waits until a task is as asked.
    pub fn wait_for_task<T>(&self, task: &str, what: &str, found: impl Fn(&Value) -> Option<T>) -> T {
        self.wait(&format!("task {task} {what}"), |allocation| found(&allocation["TaskStates"][task]))
    }

    /// Waits until a task runs. Gives its container.
    pub fn running(&self, task: &str) -> Identity {
        self.wait_for_task(task, "runs", |state| {
            assert!(state["State"] != "dead", "{}: task {task} has ended: {}", self.job, story(state));
            (state["State"] == "running").then_some(())
        });
        self.container(task)
    }

    /// Waits until a task has ended for good. Gives its ends, first to last.
    pub fn dead(&self, task: &str) -> Vec<Exit> {
        let state =
            self.wait_for_task(task, "has ended", |state| (state["State"] == "dead").then(|| state.clone()));
        exits(&state)
    }

    /// Waits until the client says that all is over, and how: `complete` or `failed`.
    pub fn ended(&self) -> String {
        self.wait("has ended", |allocation| {
            let status = allocation["ClientStatus"].as_str()?;
            matches!(status, "complete" | "failed" | "lost").then(|| status.to_owned())
        })
    }

    /// The ends of a task so far, first to last.
    pub fn exits(&self, task: &str) -> Vec<Exit> {
        exits(&self.get()["TaskStates"][task])
    }

    /// The kinds and texts of a task's events.
    pub fn story(&self, task: &str) -> String {
        story(&self.get()["TaskStates"][task])
    }

    /// The name that a task's container has.
    pub fn container_name(&self, task: &str) -> String {
        format!("{task}-{}", self.id)
    }

    /// The container of a task.
    pub fn container(&self, task: &str) -> Identity {
        Identity::of(&self.cluster.service.inspect(&self.container_name(task)))
    }

    /// `nomad alloc exec` of a line of shell, without a terminal.
    pub fn exec(&self, task: &str, shell: &str, input: &[u8]) -> std::process::Output {
        self.cluster
            .cli(&["alloc", "exec", "-i=true", "-t=false", "-task", task, &self.id, "sh", "-c", shell], input)
    }

    /// Stops the job, and holds that nothing is left.
    pub fn purge(&self) {
        self.cluster.purge(&self.job);
    }
}

fn exits(state: &Value) -> Vec<Exit> {
    let events = state["Events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ended = events.iter().filter(|event| event["Type"] == "Terminated").map(|event| Exit {
        code: event["ExitCode"].as_i64().unwrap_or(-1),
        oom: event["Details"]["oom_killed"] == "true",
        message: event["DisplayMessage"].as_str().unwrap_or_default().to_owned(),
    });
    ended.collect()
}

fn story(state: &Value) -> String {
    let events = state["Events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let told = events.iter().map(|event| {
        format!(
            "{}: {}",
            event["Type"].as_str().unwrap_or_default(),
            event["DisplayMessage"].as_str().unwrap_or_default()
        )
    });
    told.collect::<Vec<_>>().join("\n")
}
