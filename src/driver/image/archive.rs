//! Images from archives on the client's disk: loaded into Podman as a stream, unless the image is there already.

use std::fs::Metadata;
use std::io;

use podman_driver_engine::pull::{ArchiveSource, PullPlan, PullPolicy, SourceLocation};
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::flight::{self, Key};
use super::{gc, identity, present, refusal};
use crate::driver::errors::Failure;
use crate::driver::socket::Socket;
use crate::podman::{Client, Deadlines};

/// How much of the file is read at once, in bytes.
const PIECE: usize = 256 << 10;

/// The image of the archive at `path`.
pub(super) async fn ensure(
    socket: &Socket,
    plan: &PullPlan,
    source: &ArchiveSource,
    tell: &impl Fn(String),
) -> Result<String, Failure> {
    let path = &match &source.location {
        SourceLocation::Absolute(path) => path.clone(),
        SourceLocation::InTaskFolder { folder, path } => format!("{folder}/{path}"),
        SourceLocation::Url(url) => {
            return Err(Failure::new(format!("no archive is fetched from {url} yet")));
        }
    };
    let wrapped = |failure| refusal::with_prefix("error while loading image: ", failure);
    check(path).await.map_err(wrapped)?;
    if plan.policy == PullPolicy::IfMissing
        && let Some(id) = identity::of(path).await
        && let Some(id) = present(&socket.podman, &id).await?
    {
        return Ok(id);
    }
    tell(format!("Loading image {path}"));
    let (podman, images, file) = (socket.podman.clone(), socket.images.clone(), path.to_owned());
    let flight = flight::join(Key::of_load(socket, path), |_| {
        Box::pin(gc::bring(images, podman.clone(), file.clone(), load(podman, file)))
    });
    let loaded = flight.within(plan.timeout).await.unwrap_or_else(|_| {
        Err(Failure::new(format!(
            "context deadline exceeded: Podman had not loaded {path} after {:?}. Raise image_pull_timeout",
            plan.timeout
        ))
        .recoverable(true))
    });
    loaded.map_err(wrapped)
}

/// Opening a pipe or a device could take for ever; so only a file is opened.
async fn check(path: &str) -> Result<(), Failure> {
    match tokio::fs::metadata(path).await.as_ref().map(Metadata::is_file) {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_opened(path, "is no file")),
        Err(error) => Err(not_opened(path, &refusal::go_text(error))),
    }
}

fn not_opened(path: &str, reason: &str) -> Failure {
    Failure::new(format!(
        "open {path}: {reason}. The path is one of the client's; a relative one starts in the task's folder"
    ))
}

async fn load(podman: Client, path: String) -> Result<String, Failure> {
    let opened: io::Result<File> = File::open(&path).await;
    let file = opened.map_err(|error| not_opened(&path, &refusal::go_text(&error)))?;
    let stream = ReaderStream::with_capacity(file, PIECE);
    let deadlines = Deadlines::default().open_ended();
    let names = podman.load(stream, deadlines).await.map_err(|error| refusal::of_load(&error))?;
    let empty = || Failure::new("unknown error: image load successful but reply empty");
    let name = names.into_iter().next().ok_or_else(empty)?;
    // An image without a name goes by its ID.
    let name = name.strip_prefix("sha256:").unwrap_or(&name);
    match podman.image(name).await {
        Ok(Some(image)) => Ok(image.id),
        Ok(None) => {
            Err(Failure::new(format!("Podman loaded {name} and does not have it any more")).recoverable(true))
        }
        Err(error) => Err(refusal::of_load(&error)),
    }
}
