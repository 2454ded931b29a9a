//! What a watcher asks a service for while it holds the contact, and by what else it sees that the contact is lost.
//! How the contact is held, and what follows from its loss, is the watcher's.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::inotify::WatchFlags;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Contact, Known, Shared, debts};
use crate::driver::inotify::{Gone, Watch};
use crate::host_facts;
use crate::podman::{Client, Error, Filters, Phase};

/// How often a service that answers is asked for its facts, which also notices one that hangs.
const REFRESH: Duration = Duration::from_secs(30);
/// How long it may take to say that it is there. That is no work for a Podman, however busy it is.
const PING: Duration = Duration::from_secs(10);
/// How long it may take to show that it was never away.
const GLANCE: Duration = Duration::from_millis(500);
/// How often it is looked whether the socket's file is still the same one, where the kernel does not tell.
const FILE: Duration = Duration::from_millis(250);
/// The changes of a folder by which a file of it may be gone, or another one.
const CHANGES: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF);
/// How often a service without events is asked whether it is there.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often what is owed is tried again.
const DEBTS: Duration = Duration::from_secs(5);

/// How old the facts are of a contact that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// They were asked for just now.
    Fresh,
    /// They are those of the contact before.
    Old,
}

/// What the service says of itself.
pub(super) async fn ask(podman: &Client) -> Result<Known, Error> {
    podman.reach().await?;
    let (version, mut info) = tokio::try_join!(ping(podman), podman.info())?;
    info.version.get_or_insert_with(|| version.clone());
    Ok(Known { version, facts: host_facts::of(&info), info, events: true })
}

/// The same, at once, of a service that was known before: one of the same version is what it was until it says otherwise,
/// which has to be asked soon. What it says of its host takes Podman a while.
pub(super) async fn ask_again(podman: &Client, before: &Known) -> Result<Option<Known>, Error> {
    podman.reach().await?;
    let version = ping(podman).await?;
    Ok((before.events && before.version == version).then(|| before.clone()))
}

/// A second opinion, in a short time: one that takes connections and answers is not away.
pub(super) async fn glance(podman: &Client) -> Option<Result<(), Error>> {
    let asking = async {
        podman.reach().await?;
        podman.ping().await.map(drop)
    };
    timeout(GLANCE, asking).await.ok()
}

/// Asks for the facts now and then, pays what is owed, and ends with the error that says that the contact is lost.
/// `age`: how old the facts are that are known.
pub(super) async fn upkeep(podman: &Client, shared: &Shared, age: Age) -> Error {
    let mut refresh_at = match age {
        Age::Fresh => Instant::now() + REFRESH,
        Age::Old => Instant::now(),
    };
    // A service that hangs is told as such by its next ping, which this must not hold up.
    let _ = timeout(PING, debts::sweep(podman)).await;
    loop {
        shared.debts.pay(podman).await;
        let next = if shared.debts.len() > 0 { Instant::now() + DEBTS } else { refresh_at };
        tokio::select! {
            () = sleep_until(next.min(refresh_at)) => {}
            () = shared.nudge.notified() => continue,
        }
        if Instant::now() < refresh_at {
            continue;
        }
        refresh_at = Instant::now() + REFRESH;
        match ask(podman).await {
            Ok(known) => {
                shared.contact.send_modify(|contact| {
                    let events = !matches!(contact, Contact::Up(known) if !known.events);
                    *contact = Contact::Up(Arc::new(Known { events, ..known }));
                });
                reconcile(podman, shared).await;
            }
            Err(error) => return error,
        }
    }
}

/// Podman loses events when its file of them is full. So those are told now and then whose containers do not run: one
/// request for all.
async fn reconcile(podman: &Client, shared: &Shared) {
    if shared.exits.is_empty() {
        return;
    }
    match podman.list_containers(false, &Filters::default()).await {
        Ok(running) => {
            shared.exits.tell_others_than(&running.into_iter().map(|container| container.id).collect());
        }
        Err(error) => tracing::debug!(error = %error, "the containers that run cannot be listed"),
    }
}

/// For a service without a stream whose end would show it: asks every second whether it is there.
pub(super) async fn heartbeat(podman: &Client) -> Error {
    loop {
        sleep(HEARTBEAT).await;
        if let Err(error) = ping(podman).await {
            return error;
        }
    }
}

/// Ends when the socket's file is gone, or another one. A service that is told to end takes the file away first and
/// may keep what is connected for seconds. Nobody is asked for it: the kernel tells of the folder.
pub(super) async fn moved(podman: &Client) -> Error {
    let mut folders = folders(podman.socket());
    let file = identity(podman.socket());
    while file.is_some() && identity(podman.socket()) == file {
        match &mut folders {
            Ok((own, linked)) => {
                let changed = async {
                    tokio::select! {
                        changed = own.changed() => changed,
                        changed = of(linked.as_mut()) => changed,
                    }
                };
                if let Err(gone) = changed.await {
                    folders = Err(std::io::Error::other(gone));
                }
            }
            Err(_) => sleep(FILE).await,
        }
    }
    lost(podman, "the socket's file is gone, or another one")
}

/// Watches the folder that the socket's file is in, and that of the file which it is a link to.
fn folders(socket: &Path) -> std::io::Result<(Watch, Option<Watch>)> {
    let watch = |file: &Path| {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Watch::new(folder.unwrap_or(Path::new(".")), CHANGES)
    };
    let linked = std::fs::read_link(socket).is_ok();
    let linked = if linked { Some(watch(&std::fs::canonicalize(socket)?)?) } else { None };
    let watches = watch(socket).map(|own| (own, linked));
    watches.inspect_err(|error| tracing::debug!(%error, "the kernel does not tell of the socket's file"))
}

async fn of(watch: Option<&mut Watch>) -> Result<(), Gone> {
    match watch {
        Some(watch) => watch.changed().await,
        None => std::future::pending().await,
    }
}

/// The contact is lost for a reason that no call met.
pub(super) fn lost(podman: &Client, reason: &str) -> Error {
    Error::Transport { socket: podman.socket().to_owned(), reason: reason.to_owned(), before_answer: false }
}

async fn ping(podman: &Client) -> Result<String, Error> {
    match timeout(PING, podman.ping()).await {
        Ok(answer) => answer,
        Err(_) => {
            Err(Error::Deadline { socket: podman.socket().to_owned(), phase: Phase::FirstByte, limit: PING })
        }
    }
}

/// Device, inode and time of change: a new file may get the inode of the old one.
fn identity(socket: &Path) -> Option<(u64, u64, i64, i64)> {
    // A look at a folder in memory, which is no reason for another thread.
    let file = std::fs::metadata(socket).ok()?;
    Some((file.dev(), file.ino(), file.mtime(), file.mtime_nsec()))
}
