//! Images that are loaded, not pulled: from archives and folders of the client and from archives behind an address. They
//! stream into Podman piece by piece, unless the image is there already.
//!
//! `place` opens what a job names and nothing else; `files`, `identity` and `member` find out which image is meant;
//! `passage` and `body` are the way of an archive's bytes, `layout` makes an archive of a folder, `download` fetches one.

mod address;
mod body;
mod download;
mod files;
mod identity;
mod layout;
mod load;
mod member;
mod passage;
mod place;
mod source;

use std::time::Instant;

use podman_driver_engine::pull::{ArchiveSource, PullPlan, PullPolicy, SourceLocation};
use tokio::time::timeout;

pub(super) use self::address::shown;
use self::load::Load;
use self::place::Place;
use self::source::{Source, Wanted};
use super::flight::{self, Key};
use super::{gc, present, refusal};
use crate::driver::errors::Failure;
use crate::driver::socket::Socket;
use crate::podman::Client;

/// The image of the archive or folder.
pub(super) async fn ensure(
    socket: &Socket,
    plan: &PullPlan,
    source: &ArchiveSource,
    tell: &impl Fn(String),
) -> Result<String, Failure> {
    let wanted = Wanted::of(source);
    let too_long = |progress: &str| wrapped(load::too_long(&wanted, plan.timeout, progress));
    let began = Instant::now();
    let found = timeout(plan.timeout, find(&socket.podman, plan, source, &wanted)).await;
    let from = match found.unwrap_or_else(|_| Err(too_long("the client's file was being read")))? {
        Found::Present(id) => return Ok(id),
        Found::Missing(from) => from,
    };
    tell(format!("Loading image {}", wanted.shown));
    let (podman, images) = (socket.podman.clone(), socket.images.clone());
    let silence = plan.activity_timeout;
    let flight = flight::join(Key::of_archive(socket, source), |progress| {
        let load = Load { podman: podman.clone(), wanted: wanted.clone(), silence, progress };
        Box::pin(gc::bring(images, podman, wanted.shown.clone(), load.run(from)))
    });
    let loaded = flight.within(plan.timeout.saturating_sub(began.elapsed())).await;
    loaded.map_or_else(|progress| Err(too_long(&progress)), |loaded| loaded.map_err(wrapped))
}

/// Where the bytes come from.
#[derive(Debug)]
enum From {
    Client(Source),
    Address(String),
}

/// What is known before anything is loaded.
enum Found {
    Present(String),
    Missing(From),
}

/// Looks whether the image is there: by the name that its checksum gives it, or by the ID that the file says.
async fn find(
    podman: &Client,
    plan: &PullPlan,
    source: &ArchiveSource,
    wanted: &Wanted,
) -> Result<Found, Failure> {
    let if_missing = plan.policy == PullPolicy::IfMissing;
    if if_missing
        && let Some((repository, tag)) = wanted.mark()
        && let Some(id) = present(podman, &format!("{repository}:{tag}")).await?
    {
        return Ok(Found::Present(id));
    }
    let place = match &source.location {
        SourceLocation::Url(url) => return Ok(Found::Missing(From::Address(url.clone()))),
        SourceLocation::Absolute(path) => Place::Absolute(path.clone()),
        SourceLocation::InTaskFolder { folder, path } => {
            Place::InTaskFolder { folder: folder.clone(), path: path.clone() }
        }
    };
    let opened = source::opened(place, wanted.format).await.map_err(wrapped)?;
    if !if_missing {
        return Ok(Found::Missing(From::Client(opened)));
    }
    let (id, opened) = source::identified(opened, wanted.clone()).await.map_err(wrapped)?;
    if let Some(id) = id
        && let Some(id) = present(podman, &id).await?
    {
        source::verified(opened, wanted.clone()).await.map_err(wrapped)?;
        load::mark(podman, wanted, &id).await;
        return Ok(Found::Present(id));
    }
    Ok(Found::Missing(From::Client(opened)))
}

/// In the Go driver's words.
fn wrapped(failure: Failure) -> Failure {
    refusal::with_prefix("error while loading image: ", failure)
}
