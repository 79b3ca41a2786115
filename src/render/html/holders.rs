//! Who holds which lock as columns.

use super::super::held::look;
use super::super::inks::Classes;
use super::super::input::HeldLock;
use super::telling::Telling;
use serde::Serialize;

/// For so many holdings of one lock a page has room; a lock with more is left out.
const MOST_HOLDINGS: usize = 1 << 16;

/// The lane of a lock.
#[derive(Serialize)]
pub(super) struct Holders {
    lock: u64,
    holdings: usize,
}

impl Telling<'_, '_> {
    /// The locks that are held for some time, and how many are left out. Columns of each: when
    /// each holding begins, how long it lasts, and who holds, in short and in full, as texts, with the
    /// look of the holder.
    pub fn holders(&mut self, classes: &Classes) -> (Vec<Holders>, usize) {
        let run = self.run;
        let input = &run.timeline;
        let (mut locks, _) = input.held_locks(usize::MAX);
        let all = locks.len();
        locks.retain(|held| held.holdings.len() <= MOST_HOLDINGS);
        for held in &locks {
            let ticks = self.ticks;
            self.numbers.ascending(held.holdings.iter().map(|one| ticks.at(one.start)));
            self.numbers.column(held.holdings.iter().map(|one| ticks.at(one.end) - ticks.at(one.start)));
            for holding in held.holdings {
                let short = self.texts.number(&input.holder_names(holding).swap_remove(0));
                let full = self.texts.number(&input.held_by(holding));
                self.numbers.column([short, full, look(holding, classes).index() as u64]);
            }
        }
        let told =
            |held: &HeldLock<'_>| Holders { lock: u64::from(held.lock.0), holdings: held.holdings.len() };
        (locks.iter().map(told).collect(), all - locks.len())
    }
}
