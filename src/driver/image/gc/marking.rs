//! Marks are given when something of ours was pulled, renewed while it stays ours, and taken when it is not any more.
//! Each step leaves something that the next process understands, wherever this one ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::facts::{self, Facts};
use super::history::History;
use super::mark::{Mark, Marked, REPOSITORY};
use super::uses::Uses;
use crate::driver::errors::Failure;
use crate::podman::{Client, Error, ListedImage};

/// Pulls or loads, which is `work`, and marks what came of it if it is new, or ours already. `name` is what is asked for.
/// Without image gc, nothing but the work is done.
///
/// # Errors
/// Those of the work. Where an image cannot be marked it stays, which the log says.
pub async fn bring(
    uses: Arc<Uses>,
    podman: Client,
    name: String,
    work: impl Future<Output = Result<String, Failure>>,
) -> Result<String, Failure> {
    if !uses.is_on() {
        return work.await;
    }
    let before = facts::images(&podman).await;
    let outcome = {
        let _own = uses.own(&name);
        work.await
    };
    if let Ok(id) = &outcome {
        let marked = async { mark(&uses, &podman, &before?, &name, id).await };
        if let Err(error) = marked.await {
            tracing::warn!(image = name, error = %error, "an image cannot be marked as pulled by this driver, and stays");
        }
    }
    outcome
}

async fn mark(
    uses: &Uses,
    podman: &Client,
    before: &[ListedImage],
    name: &str,
    id: &str,
) -> Result<(), Error> {
    let after = facts::images(podman).await?;
    let Some(image) = after.iter().find(|image| image.id == id) else { return Ok(()) };
    let now = Timestamp::now();
    let mut marks = BTreeSet::new();
    let known = before.iter().find(|image| image.id == id);
    match known.map(Marked::of) {
        // Somebody had it before us.
        Some(None) => return Ok(()),
        Some(Some(marked)) => marks.extend(marked.renewed(now)),
        None => {}
    }
    let had = |name: &String| known.is_some_and(|image| image.names.contains(name));
    let new = image.names.iter().filter(|name| !had(name) && Mark::read(name).is_none());
    marks.extend(new.map(|name| Mark::new(name, now)));
    if marks.is_empty() {
        // It has no name at all.
        marks.insert(Mark::new(name, now));
    }
    for mark in &marks {
        podman.tag_image(id, REPOSITORY, &mark.tag()).await?;
    }
    uses.pulled(id);
    if known.is_some() {
        // Before anybody takes this pull for somebody else's.
        let own = uses.own_pulls();
        let facts = facts::ask(podman, &own).await?;
        if let Some(image) = facts.image(id) {
            settle(podman, &facts, image, &facts.history(image, &own)).await?;
        }
    }
    Ok(())
}

/// Gives an image newer marks. The old ones stay until it is known what happened between the two.
pub(super) async fn renew(podman: &Client, image: &Marked) -> Result<(), Error> {
    for mark in image.renewed(Timestamp::now()) {
        podman.tag_image(&image.id, REPOSITORY, &mark.tag()).await?;
    }
    Ok(())
}

/// Takes the marks that do not count any more: all of an image that somebody else pulled, and those that newer ones have
/// taken the place of, where all since is known. Whether the image is still ours.
pub(super) async fn settle(
    podman: &Client,
    facts: &Facts,
    image: &Marked,
    history: &History,
) -> Result<bool, Error> {
    match history {
        History::Others(name) => {
            tracing::info!(
                image = image.id,
                names = ?image.names,
                pulled = name,
                "somebody else pulled an image that this driver had pulled; it is theirs from now on"
            );
            untag(podman, image, &image.marks.iter().collect::<Vec<_>>()).await?;
            Ok(false)
        }
        // What mounts it is known by an event that the old mark's is needed for.
        History::Ours { mounts, mounted } if *mounted || (*mounts && facts.container(image).is_some()) => {
            Ok(true)
        }
        History::Ours { .. } => untag(podman, image, &image.outdated()).await.map(|()| true),
        History::Unknown => Ok(true),
    }
}

async fn untag(podman: &Client, image: &Marked, marks: &[&Mark]) -> Result<(), Error> {
    for mark in marks {
        podman.untag_image(&image.id, REPOSITORY, &mark.tag()).await?;
    }
    Ok(())
}
