//! What Podman says of the images that carry our mark: their names, what happened to them, and which containers use them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::history::{Action, History, Own, Told, history};
use super::mark::{Mark, Marked};
use crate::podman::{Client, Error, EventFilters, EventsQuery, Listed, ListedImage};

/// How long a pull of somebody else may take that began before our mark and is told of after it.
const BEFORE: SignedDuration = SignedDuration::from_mins(10);
/// How long Podman may take to tell what has happened already.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a list is asked for that others' removals get in the way of.
const ATTEMPTS: usize = 5;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The images with our mark.
    pub(super) images: Vec<Marked>,
    /// What happened since the oldest mark; `None` where Podman keeps no events.
    pub(super) told: Option<Vec<Told>>,
    /// All containers, whoever made them.
    containers: Vec<Listed>,
    /// Which container mounts what, of images that were ever mounted.
    mounts: Vec<(String, String)>,
}

/// All images. Podman 4 cannot list them while somebody removes one, and says that this one is not known.
pub(super) async fn images(podman: &Client) -> Result<Vec<ListedImage>, Error> {
    for _ in 1..ATTEMPTS {
        match podman.list_all_images().await {
            Err(error) if error.is_absent() => {}
            answer => return answer,
        }
    }
    podman.list_all_images().await
}

/// Asks for everything. Where there is no image with our mark, that is the only question.
pub(super) async fn ask(podman: &Client, own: &[Own]) -> Result<Facts, Error> {
    let images: Vec<Marked> = images(podman).await?.iter().filter_map(Marked::of).collect();
    let Some(oldest) = images.iter().filter_map(|image| image.marks.first()).min() else {
        return Ok(Facts::default());
    };
    let told = match tokio::time::timeout(PATIENCE, told(podman, oldest)).await {
        Ok(Ok(told)) => Some(told),
        Ok(Err(error)) if error.is_unreachable() => return Err(error),
        Ok(Err(_)) | Err(_) => None,
    };
    let containers = podman.list_everybodys_containers().await?;
    let mut facts = Facts { images, told, containers, mounts: Vec::new() };
    let mounts = |image: &Marked| matches!(facts.history(image, own), History::Ours { mounts: true, .. });
    if facts.images.iter().any(mounts) {
        facts.mounts = image_mounts(podman, &facts.containers).await?;
    }
    Ok(facts)
}

async fn told(podman: &Client, oldest: &Mark) -> Result<Vec<Told>, Error> {
    let since = Timestamp::from_millisecond(oldest.at).and_then(|at| at.checked_sub(BEFORE));
    let filters = EventFilters {
        kinds: vec!["image".to_owned()],
        actions: Action::WORDS.map(str::to_owned).to_vec(),
        ..EventFilters::default()
    };
    let since = since.unwrap_or(Timestamp::UNIX_EPOCH).to_string();
    let query = EventsQuery { since: Some(since), until: None, filters };
    let mut events = podman.past_events(&query).await?;
    let mut told = Vec::new();
    while let Some(event) = events.next().await? {
        told.extend(Told::of(&event));
    }
    Ok(told)
}

/// A list says only where something is mounted. Podman itself removes an image that is mounted in a container.
async fn image_mounts(podman: &Client, containers: &[Listed]) -> Result<Vec<(String, String)>, Error> {
    let mut mounts = Vec::new();
    for listed in containers.iter().filter(|listed| !listed.mounts.is_empty()) {
        let Some(container) = podman.inspect_container(&listed.id).await? else { continue };
        let images = container.mounts.into_iter().filter(|mount| mount.kind == "image");
        mounts.extend(images.map(|mount| (listed.id.clone(), mount.source)));
    }
    Ok(mounts)
}

impl Facts {
    /// The image of this ID.
    pub(super) fn image(&self, id: &str) -> Option<&Marked> {
        self.images.iter().find(|image| image.id == id)
    }

    /// What happened to an image.
    pub(super) fn history(&self, image: &Marked, own: &[Own]) -> History {
        self.told.as_ref().map_or(History::Unknown, |told| history(image, told, own))
    }

    /// A container that was made of the image, or mounts it.
    pub(super) fn container(&self, image: &Marked) -> Option<&str> {
        let made_of = self.containers.iter().find(|listed| listed.image_id == image.id);
        let mounted_by =
            || self.mounts.iter().find(|(_, source)| image.may_be(source)).map(|(id, _)| id.as_str());
        made_of.map(|listed| listed.id.as_str()).or_else(mounted_by)
    }
}
