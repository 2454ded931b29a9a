//! One piece of work for all who want the same at the same time. It is not kept alive from here: it ends when the last
//! one who waits for it has gone, and nothing is remembered of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

/// Work, and what it comes to.
pub(super) type Work<T> = BoxFuture<'static, T>;

/// All work of a kind that is under way, by what makes two wishes the same. Each piece may have something beside it.
pub(super) struct Together<K, T: Clone, X> {
    under_way: Mutex<BTreeMap<K, (WeakShared<Work<T>>, X)>>,
}

impl<K: Ord, T: Clone, X: Clone> Together<K, T, X> {
    pub(super) const fn new() -> Self {
        Self { under_way: Mutex::new(BTreeMap::new()) }
    }

    /// Joins the work of this key, or begins it.
    pub(super) fn join(&self, key: K, begin: impl FnOnce() -> (Work<T>, X)) -> (Shared<Work<T>>, X) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((work, beside)) = under_way.get(&key)
            && let Some(work) = work.upgrade().filter(|work| work.peek().is_none())
        {
            return (work, beside.clone());
        }
        under_way.retain(|_, (work, _)| work.upgrade().is_some());
        let (work, beside) = begin();
        let work = work.shared();
        if let Some(weak) = work.downgrade() {
            under_way.insert(key, (weak, beside.clone()));
        }
        (work, beside)
    }
}
