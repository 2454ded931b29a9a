//! How far a task's output was carried, for those who want to know whether it goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How long nothing has to move until nobody waits for the rest.
const STUCK: Duration = Duration::from_secs(1);

/// Told by the one who carries, seen by everybody else.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    state: Arc<watch::Sender<State>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Bytes that were given to Nomad's pipes.
    given: u64,
    finished: bool,
}

impl Progress {
    /// So many bytes were given by now.
    pub(super) fn reached(&self, given: u64) {
        self.state.send_if_modified(|state| std::mem::replace(&mut state.given, given) != given);
    }

    /// There will be no more.
    pub(super) fn finished(&self) {
        self.state.send_modify(|state| state.finished = true);
    }

    /// How many bytes were given.
    pub(super) fn given(&self) -> u64 {
        self.state.borrow().given
    }

    /// Waits until everything is carried, or nothing moves for a second: a reader that does not read holds up its own
    /// output and nobody else.
    pub async fn settled(&self) {
        let mut seen = self.state.subscribe();
        while !seen.borrow_and_update().finished {
            match timeout(STUCK, seen.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::time::{Instant, advance};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_waits_for_the_end_and_not_for_what_is_stuck() {
        let progress = Progress::default();
        let started = Instant::now();
        progress.settled().await;
        assert_eq!(started.elapsed(), STUCK);

        let waiting = progress.clone();
        let waiting = tokio::spawn(async move { waiting.settled().await });
        for given in 1..20 {
            advance(STUCK / 2).await;
            progress.reached(given);
            tokio::task::yield_now().await;
        }
        assert!(!waiting.is_finished(), "it moves");
        progress.finished();
        waiting.await.expect("no panic");
        assert_eq!(progress.settled().now_or_never(), Some(()));
        assert_eq!(progress.given(), 19);
    }
}
