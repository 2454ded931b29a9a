//! What is asked of the service as a whole: whether it is there, what it says of its host, its networks and volumes.

use hyper::Method;
use hyper::body::Bytes;

use super::Client;
use super::containers::Done;
use super::error::Error;
use super::info::{Info, Wire};
use super::names::{Query, escaped};
use super::objects::Network;

impl Client {
    /// Whether somebody takes a new connection. Connections that are kept may outlive the socket they came from, so that
    /// a call that is answered does not show it. Nothing is asked.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::Deadline`].
    pub async fn reach(&self) -> Result<(), Error> {
        self.connected().await.map(drop)
    }

    /// Podman's version, from the headers of `GET /_ping`: the cheapest proof that it is there.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Answer`] where whoever answers is no Podman.
    pub async fn ping(&self) -> Result<String, Error> {
        let path = "/_ping";
        let answer = self.successful(Method::GET, path, Bytes::new(), self.deadlines).await?;
        let version = answer.headers.get("Libpod-Api-Version").and_then(|version| version.to_str().ok());
        version.map(str::to_owned).ok_or_else(|| Error::Answer {
            path: path.to_owned(),
            reason: "it has no Libpod-Api-Version header".to_owned(),
        })
    }

    /// What Podman says of itself and its host. It takes Podman up to 0.2 s.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn info(&self) -> Result<Info, Error> {
        self.get::<Wire>("/info").await.map(Info::from)
    }

    /// All networks, in no particular order.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn networks(&self) -> Result<Vec<Network>, Error> {
        self.get::<Option<Vec<Network>>>("/networks/json").await.map(Option::unwrap_or_default)
    }

    /// Whether there is a network of this name or ID.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn network_exists(&self, name: &str) -> Result<bool, Error> {
        self.exists(&format!("/networks/{}/exists", escaped(name))).await
    }

    /// Removes a volume; `force`: also one that containers use, together with them. That it is gone already is no error.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::is_conflict`] for one that is in use.
    pub async fn remove_volume(&self, name: &str, force: bool) -> Result<Done, Error> {
        let path = Query::of(format!("/volumes/{}", escaped(name))).with("force", force).done();
        match self.successful(Method::DELETE, &path, Bytes::new(), self.deadlines).await {
            Ok(_) => Ok(Done::Changed),
            Err(error) if error.is_absent() => Ok(Done::Already),
            Err(error) => Err(error),
        }
    }

    /// The answer of one of Podman's `exists` paths.
    pub(super) async fn exists(&self, path: &str) -> Result<bool, Error> {
        match self.successful(Method::GET, path, Bytes::new(), self.deadlines).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_absent() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
