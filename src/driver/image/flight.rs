//! What many tasks want at once is done once: they join the work that is under way, each with its own time limit, are told
//! how far it is, and get the same answer. The work belongs to all of them: it ends when the last one has gone.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::Shared;
use podman_driver_engine::pull::{ArchiveSource, SourceLocation};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep_until};

use super::Failure;
use super::progress::{Progress, Standing};
use super::together::{Together, Work};
use crate::driver::socket::Socket;
use crate::podman::{AuthHeader, PullQuery};

/// A waiter is told of progress no more often.
const PACE: Duration = Duration::from_secs(10);

/// What makes two wishes the same. Credentials stand in it as a digest: whoever has others is asked for them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    socket: PathBuf,
    what: Vec<String>,
    tls_verify: Option<bool>,
    credentials: Option<[u8; 32]>,
}

impl Key {
    /// A pull. In which form it is told belongs to the socket.
    pub(super) fn of_pull(socket: &Socket, query: &PullQuery, auth: Option<&AuthHeader>) -> Self {
        let PullQuery { reference, tls_verify, os, arch, variant, telling: _ } = query;
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

/// A share in the work.
pub(super) struct Flight {
    work: Shared<Work<Result<String, Failure>>>,
    progress: Progress,
}

impl Flight {
    /// Its outcome, or how far it came within the limit.
    pub(super) async fn within(self, limit: Duration) -> Result<Result<String, Failure>, String> {
        let Self { work, progress } = self;
        tokio::time::timeout(limit, work).await.map_err(|_| progress.standing().line().to_owned())
    }

    /// Its outcome, or how far it is at `until`; and meanwhile its waiter is told of it: notices at once, progress at
    /// its pace. While nothing changes, nothing wakes up.
    pub(super) async fn followed(
        self,
        until: Option<Instant>,
        tell: &impl Fn(Told<'_>),
    ) -> Result<(Result<String, Failure>, Standing), Standing> {
        let Self { mut work, progress } = self;
        let mut changes = progress.follow();
        let mut teller = Teller::new(tell, changes.borrow_and_update().notices.len());
        teller.see(&progress.standing());
        loop {
            tokio::select! {
                biased;
                outcome = &mut work => {
                    let standing = progress.standing();
                    teller.notices(&standing);
                    return Ok((outcome, standing));
                }
                // The sender is held here, so that this fails never.
                Ok(()) = changes.changed() => teller.see(&changes.borrow_and_update()),
                () = sleep_until(teller.next), if teller.pending.is_some() => teller.tell(),
                () = at(until) => return Err(progress.standing()),
            }
        }
    }
}

async fn at(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// What a waiter is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told<'a> {
    /// How far it is.
    Progress(&'a str),
    /// Something that is worth a word of its own.
    Notice(&'a str),
}

/// Tells one waiter.
struct Teller<'a, F> {
    out: &'a F,
    next: Instant,
    pending: Option<String>,
    last: String,
    noticed: usize,
}

impl<'a, F: Fn(Told<'_>)> Teller<'a, F> {
    /// Of what was noticed before a waiter came, it is not told.
    fn new(out: &'a F, noticed: usize) -> Self {
        Self { out, next: Instant::now() + PACE, pending: None, last: String::new(), noticed }
    }

    fn see(&mut self, standing: &Standing) {
        self.notices(standing);
        let text = standing.to_string();
        self.pending = Some(text).filter(|text| !text.is_empty() && *text != self.last);
    }

    fn notices(&mut self, standing: &Standing) {
        for notice in standing.notices.iter().skip(self.noticed) {
            (self.out)(Told::Notice(notice));
        }
        self.noticed = standing.notices.len();
    }

    fn tell(&mut self) {
        let Some(text) = self.pending.take() else { return };
        (self.out)(Told::Progress(&text));
        self.next = Instant::now() + PACE;
        self.last = text;
    }
}

static FLIGHTS: Together<Key, Result<String, Failure>, Progress> = Together::new();

/// Joins the work of this key, or begins it.
pub(super) fn join(key: Key, begin: impl FnOnce(Progress) -> Work<Result<String, Failure>>) -> Flight {
    let (work, progress) = FLIGHTS.join(key, || {
        let progress = Progress::default();
        (begin(progress.clone()), progress)
    });
    Flight { work, progress }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

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

    /// What a waiter is told until the work ends.
    async fn told(flight: Flight) -> Vec<String> {
        let told = Mutex::new(Vec::new());
        let tell = |what: Told<'_>| told.lock().unwrap().push(format!("{what:?}"));
        let (outcome, _) = flight.followed(None, &tell).await.unwrap();
        assert_eq!(outcome, Ok("id".to_owned()));
        told.into_inner().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn progress_is_told_to_every_waiter_and_not_often() {
        let join = || {
            join(key("told"), |progress| {
                Box::pin(async move {
                    for number in 0..250 {
                        progress.tell(format!("Copying blob {number}"));
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    progress.again("trouble".to_owned());
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    progress.tell("WARNING: odd".to_owned());
                    Ok("id".to_owned())
                })
            })
        };
        let first = tokio::spawn(told(join()));
        tokio::time::sleep(Duration::from_secs(12)).await;
        let second = told(join()).await;
        let notices = ["Notice(\"trouble\")", "Notice(\"WARNING: odd\")"];
        let first = first.await.unwrap();
        let [one, two, rest @ ..] = first.as_slice() else { panic!("{first:?}") };
        assert!(one.starts_with("Progress(\"10") && one.ends_with(" layers begun\")"), "{one}");
        assert!(two.starts_with("Progress(\"20") && two.ends_with(" layers begun\")"), "{two}");
        assert_eq!(rest, notices, "nothing is told where nothing happens");
        let [one, rest @ ..] = second.as_slice() else { panic!("{second:?}") };
        assert!(one.starts_with("Progress(\"22"), "{one}");
        assert_eq!(rest, notices);
    }

    #[tokio::test(start_paused = true)]
    async fn each_waiter_has_its_own_time() {
        let flight = join(key("late"), |progress| {
            progress.tell("Copying blob a".to_owned());
            Box::pin(std::future::pending())
        });
        let until = Instant::now() + Duration::from_secs(5);
        let standing = flight.followed(Some(until), &|_| {}).await.unwrap_err();
        assert_eq!((standing.to_string(), Instant::now()), ("1 layer begun".to_owned(), until));
    }
}
