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

use podman_driver_engine::pull::{ArchiveSource, PullPlan, PullPolicy, SourceLocation};

pub(super) use self::address::shown;
use self::load::Load;
use self::place::Place;
use self::source::{Source, Wanted};
use super::flight::{self, Key};
use super::{present, refusal};
use crate::driver::errors::Failure;
use crate::driver::socket::Socket;

/// The image of the archive or folder.
pub(super) async fn ensure(
    socket: &Socket,
    plan: &PullPlan,
    source: &ArchiveSource,
    tell: &impl Fn(String),
) -> Result<String, Failure> {
    let wanted = Wanted::of(source);
    let wrapped = |failure| refusal::with_prefix("error while loading image: ", failure);
    if plan.policy == PullPolicy::IfMissing
        && let Some((repository, tag)) = wanted.mark()
        && let Some(id) = present(&socket.podman, &format!("{repository}:{tag}")).await?
    {
        return Ok(id);
    }
    let from = match &source.location {
        SourceLocation::Url(url) => From::Address(url.clone()),
        SourceLocation::Absolute(path) => local(Place::Absolute(path.clone()), &wanted).await.map_err(wrapped)?,
        SourceLocation::InTaskFolder { folder, path } => {
            let place = Place::InTaskFolder { folder: folder.clone(), path: path.clone() };
            local(place, &wanted).await.map_err(wrapped)?
        }
    };
    let from = match from {
        From::Client(opened) if plan.policy == PullPolicy::IfMissing => {
            let (id, opened) = source::identified(opened, wanted.clone()).await.map_err(wrapped)?;
            if let Some(id) = id
                && let Some(id) = present(&socket.podman, &id).await?
            {
                source::verified(opened, wanted.clone()).await.map_err(wrapped)?;
                load::mark(&socket.podman, &wanted, &id).await;
                return Ok(id);
            }
            From::Client(opened)
        }
        from => from,
    };
    tell(format!("Loading image {}", wanted.shown));
    let podman = socket.podman.clone();
    let silence = plan.activity_timeout;
    let flight = flight::join(Key::of_archive(socket, source), |progress| {
        Box::pin(Load { podman, wanted: wanted.clone(), silence, progress }.run(from))
    });
    let loaded = flight.within(plan.timeout).await;
    loaded.unwrap_or_else(|progress| Err(load::too_long(&wanted, plan.timeout, &progress))).map_err(wrapped)
}

/// Where the bytes come from.
#[derive(Debug)]
enum From {
    Client(Source),
    Address(String),
}

async fn local(place: Place, wanted: &Wanted) -> Result<From, Failure> {
    source::opened(place, wanted.format).await.map(From::Client)
}
