//! What pictures say of locks and of those who hold them.
//!
//! Decides which locks are shown, and how their holders are called.

use super::inks::Classes;
use super::input::{GanttInput, HeldLock};
use super::palette::Class;
use crate::figure::so_many;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::{Activity, Holding, ResourceKind, Span};
use std::cmp::Reverse;

/// A holding as a span of who came first.
pub(super) fn as_span(holding: &Holding) -> Span {
    Span {
        process: holding.holders[0],
        start: holding.start,
        end: holding.end,
        activity: Activity::Running,
        op: holding.op,
        granted_by: None,
        ran_out: false,
    }
}

/// The look of a holding: that of the process that holds, and of several none of its own.
pub(super) fn look(holding: &Holding, classes: &Classes) -> Class {
    if holding.count == 1 { classes.of(&as_span(holding)) } else { Class::Busy }
}

impl GanttInput<'_> {
    /// The locks that are held for some time, at most `most`, those that processes waited for
    /// longest, in the order of resources; and how many more there are.
    pub(super) fn held_locks(&self, most: usize) -> (Vec<HeldLock<'_>>, usize) {
        let waited = self.waited();
        let of_lock = self.holdings.chunk_by(|one, next| one.lock == next.lock);
        let mut locks: Vec<HeldLock<'_>> =
            of_lock.map(|holdings| HeldLock { lock: holdings[0].lock, holdings }).collect();
        let left_out = locks.len().saturating_sub(most);
        locks.sort_by_key(|held| Reverse(waited.get(held.lock.index()).copied().unwrap_or(0)));
        locks.truncate(most);
        locks.sort_by_key(|held| held.lock);
        (locks, left_out)
    }

    /// The locks that are never held for any time, or how many they are; `None` if all are held.
    pub(super) fn never_held(&self) -> Option<String> {
        const MOST_NAMES: usize = 3;
        let is_held = |lock: ResourceId| self.holdings.binary_search_by_key(&lock, |one| one.lock).is_ok();
        let is_lock =
            |lock: &ResourceId| matches!(self.kind(*lock), Some(ResourceKind::Mutex | ResourceKind::Rwlock));
        let all = (0..self.header.resource_count()).map(ResourceId::from_index).filter(is_lock);
        let never: Vec<ResourceId> = all.filter(|&lock| !is_held(lock)).collect();
        let names = || never.iter().map(|&lock| self.resource_name(lock)).collect::<Vec<_>>().join(", ");
        match never.len() {
            0 => None,
            1 => Some(format!("{}, which is held for no time", names())),
            few if few <= MOST_NAMES => Some(format!("{}, which are held for no time", names())),
            many => Some(format!("{many} that are held for no time")),
        }
    }

    /// Who holds a lock, in a few words, the longest first: of those who read together also
    /// how many they are.
    pub(super) fn holder_names(&self, holding: &Holding) -> Vec<String> {
        let names = self.holders(holding).join(", ");
        let is_rwlock = self.kind(holding.lock) == Some(ResourceKind::Rwlock);
        match (holding.reads, holding.count) {
            (_, 1) if !is_rwlock => vec![names],
            (false, _) => vec![format!("{names} writes"), names],
            (true, 1) => vec![format!("{names} reads"), names],
            (true, count) => {
                let all = (count == holding.holders.len()).then(|| format!("{names} read"));
                let together = so_many(count as u64, "reader");
                all.into_iter().chain([together, count.to_string()]).collect()
            }
        }
    }

    /// `held by a`, `read by b, c`, or `read by b, c and 7 more`.
    pub(super) fn held_by(&self, holding: &Holding) -> String {
        let verb = if holding.reads { "read by" } else { "held by" };
        let more = match holding.count - holding.holders.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{verb} {}{more}", self.holders(holding).join(", "))
    }

    fn holders(&self, holding: &Holding) -> Vec<String> {
        holding.holders.iter().map(|&process: &ProcessId| self.process_name(process)).collect()
    }
}
