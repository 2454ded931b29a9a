//! What many tasks want at once is done once: they join the work that is under way, each with its own time limit, and
//! get the same answer. The work belongs to all of them: it ends when the last one has gone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use podman_driver_engine::pull::{ArchiveSource, SourceLocation};
use sha2::{Digest, Sha256};

use super::Failure;
use crate::driver::socket::Socket;
use crate::podman::{AuthHeader, PullQuery};

type Work = BoxFuture<'static, Result<String, Failure>>;

/// What makes two wishes the same. Credentials stand in it as a digest: whoever has others is asked for them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    socket: PathBuf,
    what: Vec<String>,
    tls_verify: Option<bool>,
    credentials: Option<[u8; 32]>,
}

impl Key {
    /// A pull.
    pub(super) fn of_pull(socket: &Socket, query: &PullQuery, auth: Option<&AuthHeader>) -> Self {
        let PullQuery { reference, tls_verify, os, arch, variant } = query;
        Self {
            socket: socket.path.clone(),
            what: [reference, os, arch, variant].map(Clone::clone).into(),
            tls_verify: *tls_verify,
            credentials: auth.map(|auth| Sha256::digest(auth.expose()).into()),
        }
    }

    /// A load. An address may have credentials in it.
    pub(super) fn of_archive(socket: &Socket, source: &ArchiveSource) -> Self {
        let ArchiveSource { reference: _, format, location, member, checksum } = source;
        let optional = |text: &Option<String>| format!("{text:?}");
        let (folder, path, credentials) = match location {
            SourceLocation::InTaskFolder { folder, path } => (folder.as_str(), path.as_str(), None),
            SourceLocation::Absolute(path) => ("", path.as_str(), None),
            SourceLocation::Url(url) => ("", "", Some(Sha256::digest(url.as_bytes()).into())),
        };
        let what = vec![
            format.prefix().to_owned(),
            folder.to_owned(),
            path.to_owned(),
            optional(member),
            optional(checksum),
        ];
        Self { socket: socket.path.clone(), what, tls_verify: None, credentials }
    }
}

/// The last line that was told of the work.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress(Arc<Mutex<String>>);

impl Progress {
    /// Keeps a line.
    pub(super) fn tell(&self, line: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }

    fn last(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A share in the work.
pub(super) struct Flight {
    work: Shared<Work>,
    progress: Progress,
}

impl Flight {
    /// Its outcome, or how far it came within the limit.
    pub(super) async fn within(self, limit: Duration) -> Result<Result<String, Failure>, String> {
        let Self { work, progress } = self;
        tokio::time::timeout(limit, work).await.map_err(|_| progress.last())
    }
}

/// All work that is under way. It is not kept alive from here.
static FLIGHTS: Mutex<BTreeMap<Key, (WeakShared<Work>, Progress)>> = Mutex::new(BTreeMap::new());

/// Joins the work of this key, or begins it.
pub(super) fn join(key: Key, begin: impl FnOnce(Progress) -> Work) -> Flight {
    let mut flights = FLIGHTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((work, progress)) = flights.get(&key)
        && let Some(work) = work.upgrade().filter(|work| work.peek().is_none())
    {
        return Flight { work, progress: progress.clone() };
    }
    flights.retain(|_, (work, _)| work.upgrade().is_some());
    let progress = Progress::default();
    let work = begin(progress.clone()).shared();
    if let Some(weak) = work.downgrade() {
        flights.insert(key, (weak, progress.clone()));
    }
    Flight { work, progress }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    fn key(name: &str) -> Key {
        Key { socket: "/s".into(), what: vec![name.to_owned()], tls_verify: None, credentials: None }
    }

    #[tokio::test]
    async fn many_share_one_piece_of_work_and_the_first_one_may_leave() {
        let begun = Arc::new(AtomicUsize::new(0));
        let go = Arc::new(Notify::new());
        let join = || {
            let (begun, go) = (begun.clone(), go.clone());
            join(key("shared"), move |progress| {
                begun.fetch_add(1, Ordering::SeqCst);
                Box::pin(async move {
                    progress.tell("half".to_owned());
                    go.notified().await;
                    Ok("id".to_owned())
                })
            })
        };
        // The first one, whose limit is short, is the one that drives the work until then.
        let first = join().within(Duration::from_millis(50));
        let others: Vec<_> = (0..50).map(|_| tokio::spawn(join().within(Duration::from_secs(60)))).collect();
        assert_eq!(first.await, Err("half".to_owned()));
        go.notify_one();
        for other in others {
            assert_eq!(other.await.unwrap(), Ok(Ok("id".to_owned())));
        }
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        // What has ended is not joined.
        go.notify_one();
        assert_eq!(join().within(Duration::from_secs(1)).await, Ok(Ok("id".to_owned())));
        assert_eq!(begun.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn the_work_ends_when_nobody_waits() {
        struct Gone(Arc<Notify>);
        impl Drop for Gone {
            fn drop(&mut self) {
                self.0.notify_one();
            }
        }
        let gone = Arc::new(Notify::new());
        let guard = Gone(gone.clone());
        let flight = join(key("abandoned"), |_| {
            Box::pin(async move {
                let _guard = guard;
                std::future::pending().await
            })
        });
        assert!(flight.within(Duration::from_millis(1)).await.is_err());
        gone.notified().await;
        let failed = join(key("abandoned"), |_| Box::pin(async { Err(Failure::new("no")) }));
        assert_eq!(failed.within(Duration::from_secs(1)).await, Ok(Err(Failure::new("no"))));
    }
}
