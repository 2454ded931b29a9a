//! What can be done with containers. Each method is one request; what it means for a task is left to the callers.

use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};

use super::Client;
use super::container::Container;
use super::error::Error;
use super::lenient::{lenient, list};
use super::names::{Query, escaped};

/// A container that was made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Created {
    /// Its ID.
    #[serde(deserialize_with = "lenient")]
    pub id: String,
    /// What Podman thinks of the spec.
    #[serde(deserialize_with = "list")]
    pub warnings: Vec<String>,
}

/// What a request changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It did what it says.
    Changed,
    /// It was so already: started, stopped, gone.
    Already,
}

/// How a container is removed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RemoveOptions {
    /// Also one that runs: it is killed.
    pub force: bool,
    /// Its anonymous volumes as well.
    pub volumes: bool,
    /// Seconds that it has to end before it is killed, with `force`; the container's own time where not given.
    pub timeout: Option<u64>,
    /// Containers that depend on it as well.
    pub depend: bool,
}

impl RemoveOptions {
    /// Whatever it does, with its anonymous volumes.
    pub const BY_FORCE: Self = Self { force: true, volumes: true, timeout: None, depend: false };
}

/// Which containers a list is to have. Empty members do not filter.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filters {
    /// `key=value`, all of them.
    #[serde(rename = "label", skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Any of these words, such as `running`.
    #[serde(rename = "status", skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    /// Any of these IDs.
    #[serde(rename = "id", skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Any of these names, as regular expressions.
    #[serde(rename = "name", skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// A container as a list shows it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Listed {
    /// Its ID.
    #[serde(deserialize_with = "lenient")]
    pub id: String,
    /// Its names.
    #[serde(deserialize_with = "list")]
    pub names: Vec<String>,
    /// Podman's word for where it stands.
    #[serde(deserialize_with = "lenient")]
    pub state: String,
    /// ID of its image.
    #[serde(rename = "ImageID", deserialize_with = "lenient")]
    pub image_id: String,
    /// Where something is mounted in it.
    #[serde(deserialize_with = "list")]
    pub mounts: Vec<String>,
}

impl Client {
    /// Makes a container from the body of libpod's SpecGenerator. Podman goes on with it whoever waits.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn create_container(&self, spec: &impl Serialize) -> Result<Created, Error> {
        let path = "/containers/create";
        let body = serde_json::to_vec(spec)
            .map_err(|error| Error::Request { path: path.to_owned(), reason: error.to_string() })?;
        let answer = self.successful(Method::POST, path, body.into(), self.deadlines).await?;
        let created: Created = answer.decode(path)?;
        if created.id.is_empty() {
            return Err(Error::Answer { path: path.to_owned(), reason: "it has no Id".to_owned() });
        }
        Ok(created)
    }

    /// Starts a container.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn start_container(&self, name: &str) -> Result<Done, Error> {
        self.change(Method::POST, &format!("/containers/{}/start", escaped(name))).await
    }

    /// What Podman says of a container; `None` if there is none of this name or ID.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn inspect_container(&self, name: &str) -> Result<Option<Container>, Error> {
        self.find(&format!("/containers/{}/json", escaped(name))).await
    }

    /// Waits, for as long as it takes, until a container has ended, and gives its exit code. `None` if there is none.
    /// A 0 is worth a look: Podman says so of some failures, too.
    /// Podman goes on waiting, and keeps its end of the connection, when the future is dropped.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Deadline`].
    pub async fn wait_container(&self, id: &str) -> Result<Option<i32>, Error> {
        self.wait_for(id, &[]).await
    }

    /// Waits, for as long as it takes, until a container is in one of these states (`exited`, `stopped`, `running`,
    /// `paused`, `created`, `initialized`, `removing`): the first two where none is given. `None` if there is no such
    /// container. The code is -1 for any other state. Podman 4.6 and later answer a 0 to a word that they do not know.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Deadline`].
    pub async fn wait_for(&self, id: &str, conditions: &[&str]) -> Result<Option<i32>, Error> {
        let mut query = Query::of(format!("/containers/{}/wait", escaped(id)));
        for condition in conditions {
            query = query.with("condition", condition);
        }
        let path = query.done();
        let limits = self.deadlines.open_ended();
        match self.successful(Method::POST, &path, Bytes::from_static(b"{}"), limits).await {
            Ok(answer) => {
                let text = String::from_utf8_lossy(&answer.body);
                let code = text.trim().parse().map_err(|_| Error::Answer {
                    path,
                    reason: format!("{:?} is no exit code", text.chars().take(40).collect::<String>()),
                })?;
                Ok(Some(code))
            }
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks a container to end, by its own signal, and kills it after these seconds. Answers when it has ended.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Deadline`] after `limit`.
    pub async fn stop_container(&self, name: &str, seconds: u64, limit: Duration) -> Result<Done, Error> {
        let path = Query::of(format!("/containers/{}/stop", escaped(name)))
            .with("timeout", seconds)
            .with("ignore", true)
            .done();
        let answer =
            self.whole(Method::POST, &path, Bytes::from_static(b"{}"), self.deadlines.within(limit)).await?;
        done(&answer, &path)
    }

    /// Sends a signal, by name or number, to a container's first process. Does not wait for what comes of it.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::is_wrong_state`] for one that does not run.
    pub async fn kill_container(&self, name: &str, signal: &str) -> Result<(), Error> {
        let path = Query::of(format!("/containers/{}/kill", escaped(name))).with("signal", signal).done();
        self.change(Method::POST, &path).await.map(drop)
    }

    /// Freezes a container's processes.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn pause_container(&self, name: &str) -> Result<(), Error> {
        self.change(Method::POST, &format!("/containers/{}/pause", escaped(name))).await.map(drop)
    }

    /// Lets a container's processes go on.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn unpause_container(&self, name: &str) -> Result<(), Error> {
        self.change(Method::POST, &format!("/containers/{}/unpause", escaped(name))).await.map(drop)
    }

    /// Removes a container. That it is gone already, or is being removed, is no error.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn remove_container(&self, name: &str, options: &RemoveOptions) -> Result<Done, Error> {
        let path = Query::of(format!("/containers/{}", escaped(name)))
            .with("force", options.force)
            .with("volumes", options.volumes)
            .with_some("timeout", options.timeout)
            .with_some("depend", Some(options.depend).filter(|depend| *depend))
            .done();
        match self.change(Method::DELETE, &path).await {
            // Somebody else, such as Podman itself after the container's end, was quicker.
            Err(error) if error.is_absent() || error.is_being_removed() => Ok(Done::Already),
            other => other,
        }
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::is_name_in_use`].
    pub async fn rename_container(&self, name: &str, to: &str) -> Result<(), Error> {
        let path = Query::of(format!("/containers/{}/rename", escaped(name))).with("name", to).done();
        self.change(Method::POST, &path).await.map(drop)
    }

    /// Lists containers; `all`: also those that do not run.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn list_containers(&self, all: bool, filters: &Filters) -> Result<Vec<Listed>, Error> {
        let filters = serde_json::to_string(filters).unwrap_or_default();
        let path = Query::of("/containers/json").with("all", all).with("filters", filters).done();
        self.get::<Option<Vec<Listed>>>(&path).await.map(Option::unwrap_or_default)
    }

    /// Lists all containers, those included that Podman did not make, such as those of builds.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn list_everybodys_containers(&self) -> Result<Vec<Listed>, Error> {
        let path = "/containers/json?all=true&external=true";
        self.get::<Option<Vec<Listed>>>(path).await.map(Option::unwrap_or_default)
    }

    /// A request without an answer that matters.
    async fn change(&self, method: Method, path: &str) -> Result<Done, Error> {
        let answer = self.whole(method, path, Bytes::from_static(b"{}"), self.deadlines).await?;
        done(&answer, path)
    }
}

fn done(answer: &super::Answer, path: &str) -> Result<Done, Error> {
    match answer.status {
        304 => Ok(Done::Already),
        _ if answer.is_success() => Ok(Done::Changed),
        _ => Err(answer.refusal(path)),
    }
}
