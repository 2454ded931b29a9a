//! What the kernel tells of changes of files, so that nobody has to look again and again. A user may have few instances
//! of inotify (128 by default) and many watches: so there is one instance for the whole process, and one thread, which
//! sleeps until something happens.

use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fd::OwnedFd;
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use tokio::sync::watch;

/// How long changes are gathered after some were told: a file that is written all the time wakes who waits for it a
/// thousand times a second, and not with each write.
const GATHER: Duration = Duration::from_millis(1);

/// The thread's stack in bytes. It does little.
const STACK: usize = 128 << 10;

/// What is asked for beside a caller's own flags: that others who watch the same file are not forgotten.
const SHARED: WatchFlags = WatchFlags::MASK_ADD;

/// Watches one file or folder. Dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    hub: Arc<Hub>,
    number: i32,
    /// `None` only while it is dropped.
    news: Option<watch::Receiver<()>>,
}

/// Nothing will be told any more: the file is gone, or what it lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was watched is gone")]
pub struct Gone;

impl Watch {
    /// Watches from now on for these changes. Others may watch the same file for other ones, of which this one may be
    /// told as well: who is told has to look.
    ///
    /// # Errors
    /// There is no such file, or it may not be read, or the user has as many instances or watches as they may have.
    pub fn new(path: &Path, flags: WatchFlags) -> io::Result<Self> {
        static HUB: Mutex<Option<Arc<Hub>>> = Mutex::new(None);
        let hub = {
            let mut hub = HUB.lock().unwrap_or_else(PoisonError::into_inner);
            match &*hub {
                Some(hub) => hub.clone(),
                None => hub.insert(Hub::start()?).clone(),
            }
        };
        Self::of(hub, path, flags)
    }

    /// Waits for a change. What came while nobody waited counts, all of it as one.
    ///
    /// # Errors
    /// There will be no change any more.
    pub async fn changed(&mut self) -> Result<(), Gone> {
        match &mut self.news {
            Some(news) => news.changed().await.map_err(|_| Gone),
            None => Err(Gone),
        }
    }

    fn of(hub: Arc<Hub>, path: &Path, flags: WatchFlags) -> io::Result<Self> {
        // Under the lock, so that nobody lets go of a watch that is being taken.
        let mut watched = hub.lock();
        let number = inotify::add_watch(&hub.instance, path, flags | SHARED)?;
        let news = watched.entry(number).or_default().subscribe();
        drop(watched);
        Ok(Self { hub, number, news: Some(news) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.news.take());
        let mut watched = self.hub.lock();
        if watched.get(&self.number).is_some_and(|news| news.receiver_count() == 0) {
            watched.remove(&self.number);
            // The kernel may have let go of it already.
            let _ = inotify::remove_watch(&self.hub.instance, self.number);
        }
    }
}

/// The instance, and who watches by which number.
#[derive(Debug)]
struct Hub {
    instance: OwnedFd,
    watched: Mutex<HashMap<i32, watch::Sender<()>>>,
}

impl Hub {
    fn start() -> io::Result<Arc<Self>> {
        let hub = Arc::new(Self {
            instance: inotify::init(CreateFlags::CLOEXEC)?,
            watched: Mutex::new(HashMap::new()),
        });
        let read = hub.clone();
        std::thread::Builder::new()
            .name("inotify".to_owned())
            .stack_size(STACK)
            .spawn(move || read.read())?;
        Ok(hub)
    }

    /// Tells what the kernel tells, for as long as it does.
    fn read(&self) {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut changes = Reader::new(&self.instance, &mut buffer);
        loop {
            match changes.next() {
                Ok(change) => self.tell(change.wd(), change.events()),
                Err(Errno::INTR) => continue,
                Err(error) => {
                    tracing::warn!(%error, "the kernel tells no changes of files any more");
                    return self.lock().clear();
                }
            }
            if changes.is_buffer_empty() {
                std::thread::sleep(GATHER);
            }
        }
    }

    fn tell(&self, number: i32, events: ReadFlags) {
        let mut watched = self.lock();
        if events.contains(ReadFlags::QUEUE_OVERFLOW) {
            // Some are lost, and nobody knows which.
            for news in watched.values() {
                news.send_replace(());
            }
        } else if events.contains(ReadFlags::IGNORED) {
            watched.remove(&number);
        } else if let Some(news) = watched.get(&number) {
            news.send_replace(());
        }
    }

    /// The lock is never held across an await.
    fn lock(&self) -> MutexGuard<'_, HashMap<i32, watch::Sender<()>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::fd::AsRawFd;

    use futures_util::FutureExt;
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);
    const NAMES: WatchFlags = WatchFlags::CREATE.union(WatchFlags::DELETE);

    async fn told(watch: &mut Watch) -> Result<(), Gone> {
        timeout(PATIENCE, watch.changed()).await.expect("it is told")
    }

    /// How many files the kernel watches for an instance.
    fn kept(hub: &Hub) -> usize {
        let path = format!("/proc/self/fdinfo/{}", hub.instance.as_raw_fd());
        fs::read_to_string(path).unwrap().lines().filter(|line| line.starts_with("inotify ")).count()
    }

    #[tokio::test]
    async fn who_watches_is_told_and_who_watches_another_folder_is_not() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut watch = Watch::new(folder.path(), NAMES).unwrap();
        let mut quiet = Watch::new(other.path(), NAMES).unwrap();
        fs::write(folder.path().join("new"), "").unwrap();
        told(&mut watch).await.unwrap();
        fs::remove_file(folder.path().join("new")).unwrap();
        told(&mut watch).await.unwrap();
        assert_eq!(quiet.changed().now_or_never(), None);
        assert!(Watch::new(&folder.path().join("new"), NAMES).is_err(), "there is nothing to watch");
    }

    #[tokio::test]
    async fn many_share_a_file_and_the_last_one_lets_go_of_it() {
        let hub = Hub::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "").unwrap();
        let of = |flags| Watch::of(hub.clone(), &path, flags).unwrap();
        let (mut writes, changes) = (of(WatchFlags::MODIFY), of(WatchFlags::ATTRIB));
        assert_eq!(kept(&hub), 1);
        fs::write(&path, "text").unwrap();
        told(&mut writes).await.unwrap();
        drop(changes);
        assert_eq!(kept(&hub), 1, "one still watches");
        fs::write(&path, "more text").unwrap();
        told(&mut writes).await.unwrap();
        drop(writes);
        assert_eq!((kept(&hub), hub.lock().len()), (0, 0));
    }

    #[tokio::test]
    async fn a_file_that_goes_is_the_end() {
        let hub = Hub::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inner");
        fs::create_dir(&path).unwrap();
        let mut watch = Watch::of(hub.clone(), &path, NAMES).unwrap();
        fs::remove_dir(&path).unwrap();
        while told(&mut watch).await.is_ok() {}
        assert_eq!(told(&mut watch).await, Err(Gone), "for ever");
        fs::create_dir(&path).unwrap();
        let mut anew = Watch::of(hub.clone(), &path, NAMES).unwrap();
        drop(watch);
        fs::write(path.join("new"), "").unwrap();
        told(&mut anew).await.unwrap();
    }

    #[tokio::test]
    async fn changes_while_nobody_waits_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(folder.path(), WatchFlags::CREATE).unwrap();
        for number in 0..2000 {
            fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        told(&mut watch).await.unwrap();
        // The last of them may come a little later.
        let mut times = 1;
        while timeout(Duration::from_millis(300), watch.changed()).await.is_ok() {
            times += 1;
        }
        assert!(times < 1000, "{times}");
    }
}
