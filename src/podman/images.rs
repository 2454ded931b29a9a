//! Images: whether they are there, loading them from archives, naming and removing them.

use std::io;

use futures_util::Stream;
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::Deserialize;

use super::body::Payload;
use super::error::Error;
use super::lenient::list;
use super::names::{Query, escaped};
use super::objects::{Image, ListedImage};
use super::transport::Ask;
use super::{Client, Deadlines};

impl Client {
    /// The image in Podman's storage that `name` names (a reference or an ID), or `None` if there is none.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn image(&self, name: &str) -> Result<Option<Image>, Error> {
        self.find(&format!("/images/{}/json", escaped(name))).await
    }

    /// Whether there is such an image.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn image_exists(&self, name: &str) -> Result<bool, Error> {
        self.exists(&format!("/images/{}/exists", escaped(name))).await
    }

    /// All images that have a name, and those without one that no other image is built on.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn list_images(&self) -> Result<Vec<ListedImage>, Error> {
        self.get::<Option<Vec<ListedImage>>>("/images/json").await.map(Option::unwrap_or_default)
    }

    /// All images in Podman's storage, those included that have no name and that others are built on.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn list_all_images(&self) -> Result<Vec<ListedImage>, Error> {
        self.get::<Option<Vec<ListedImage>>>("/images/json?all=true").await.map(Option::unwrap_or_default)
    }

    /// Loads an archive (docker-archive or oci-archive, not compressed) and gives the names of what was in it. The body
    /// is sent as it comes; the limit of the first byte counts from its last piece.
    ///
    /// # Errors
    /// Any [`Error`]; [`Error::Request`] where the archive cannot be read.
    pub async fn load(
        &self,
        archive: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
        deadlines: Deadlines,
    ) -> Result<Vec<String>, Error> {
        #[derive(Debug, Default, Deserialize)]
        #[serde(default, rename_all = "PascalCase")]
        struct Loaded {
            #[serde(deserialize_with = "list")]
            names: Vec<String>,
        }
        let path = "/images/load";
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-tar"));
        let payload = Payload::coming(archive);
        let ask = Ask { method: Method::POST, path, payload, headers, deadlines };
        let answer = self.opened(ask).await?.whole().await?;
        if !answer.is_success() {
            return Err(answer.refusal(path));
        }
        Ok(answer.decode::<Loaded>(path)?.names)
    }

    /// Gives an image a further name.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn tag_image(&self, name: &str, repository: &str, tag: &str) -> Result<(), Error> {
        let path = Query::of(format!("/images/{}/tag", escaped(name)))
            .with("repo", repository)
            .with("tag", tag)
            .done();
        self.successful(Method::POST, &path, Bytes::from_static(b"{}"), self.deadlines).await.map(drop)
    }

    /// Takes one name from the image of this ID, and leaves the image itself. That it does not have it is no error. Names
    /// with a digest cannot be taken so.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn untag_image(&self, id: &str, repository: &str, tag: &str) -> Result<(), Error> {
        let path = Query::of(format!("/images/{}/untag", escaped(id)))
            .with("repo", repository)
            .with("tag", tag)
            .done();
        match self.successful(Method::POST, &path, Bytes::from_static(b"{}"), self.deadlines).await {
            Err(error) if !error.is_absent() && !error.says_no_such_tag() => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes a name of an image, and with the last one the image, which is refused while a container was made of it. A
    /// container that mounts it is no reason for Podman. That it is gone already is no error.
    ///
    /// # Errors
    /// Any [`Error`].
    pub async fn remove_image(&self, name: &str) -> Result<(), Error> {
        let path = format!("/images/{}", escaped(name));
        match self.successful(Method::DELETE, &path, Bytes::new(), self.deadlines).await {
            Err(error) if !error.is_absent() => Err(error),
            _ => Ok(()),
        }
    }
}
