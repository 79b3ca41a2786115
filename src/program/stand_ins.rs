//! Which resources of the scenario those stand for that no scenario declares.
//!
//! Decides it by the ops alone: what a region looks at and takes is what is waited for, and
//! the parts of a read-write lock are the lock.

use super::access::{Operand, Use};
use super::bound::BoundProgram;
use super::op::{Op, ResourceCode};
use crate::ids::{OpId, ResourceId};
use crate::scenario::{Model, Rwlock};
use crate::trace::{ResourceInfo, ResourceKind, StandsFor, WaitFor};

impl BoundProgram {
    /// Takes note of what each resource stands for.
    pub(super) fn note_stand_ins(&mut self, model: &Model) {
        for lock in &model.rwlocks {
            let first = self.resources[lock.lock.index()].first;
            for info in &mut self.resources[lock.lock.index() + 1..] {
                if !matches!(info.kind, ResourceKind::Writers | ResourceKind::Readers) {
                    break;
                }
                let is_taken = info.kind == ResourceKind::Readers;
                info.stands_for =
                    vec![StandsFor { first, by_index: true, wait_for: WaitFor::Acquire, is_taken }];
            }
        }
        for at in 0..self.plain.len() {
            let Op::Await { watch, .. } = self.plain[at] else { continue };
            if !self.may_wait(at) {
                continue;
            }
            let known = self.watch_of(at, watch);
            let mut stands_for = std::mem::take(&mut self.resources[known].stands_for);
            for (used, id, count) in self.awaited_by(at) {
                let count_of_watch = self.resources[known].count;
                if let Some(one) = self.stood_for(model, used, id, (count, count_of_watch)) {
                    add(&mut stands_for, one);
                }
            }
            self.resources[known].stands_for = stands_for;
        }
    }

    /// Whether the region of an op may say that it cannot be yet: a flag is put up at once.
    fn may_wait(&self, at: usize) -> bool {
        let to_wait = |op: &mut Op| {
            op.operands()
                .into_iter()
                .any(|operand| matches!(operand, Operand::Target(to) if *to == OpId(at as u32)))
        };
        self.region(at).any(|at| to_wait(&mut self.plain[at].clone()))
    }

    /// The number of the definition of what an op waits for.
    fn watch_of(&self, at: usize, watch: ResourceCode) -> usize {
        match watch.resolve() {
            Ok(header) => self.definition_of(self.resource_of(header)).index(),
            Err(_) => self.definition_named(at, watch).expect("a watch is found by its index").index(),
        }
    }

    /// What is waited for by who uses one of so many resources from this one on; `of` are how
    /// many there are, and of what stands for them.
    fn stood_for(&self, model: &Model, used: Use, id: ResourceId, of: (u32, u32)) -> Option<StandsFor> {
        let wait_for = match used {
            Use::Take => WaitFor::Acquire,
            Use::Put => WaitFor::Put,
            Use::Get => WaitFor::Get,
            Use::Observe => WaitFor::Change,
            _ => return None,
        };
        let def = self.definition_of(id);
        let part = def.index();
        let lock = Rwlock::among(&model.rwlocks, def).map(|lock| lock.lock.index());
        let info: &ResourceInfo = &self.resources[lock.unwrap_or(part)];
        let is_told = info.kind.is_declared() && info.kind.level().is_some();
        let is_all = info.indexed && of.0 == info.count && id == self.resources[part].first;
        // Of several it is not known which, unless what waits is told apart in the same way.
        let by_index = is_all && of.0 == of.1 && of.1 > 0;
        let is_known = by_index || of.0 == 1;
        let instance = id.0 - self.resources[part].first.0;
        (is_told && is_known).then_some(StandsFor {
            first: ResourceId(info.first.0 + if by_index { 0 } else { instance }),
            by_index,
            wait_for,
            is_taken: wait_for != WaitFor::Change,
        })
    }
}

/// Adds one to those that are known: who takes what it looks at waits to take it.
fn add(stands_for: &mut Vec<StandsFor>, one: StandsFor) {
    match stands_for.iter_mut().find(|known| (known.first, known.by_index) == (one.first, one.by_index)) {
        Some(known) if known.is_taken => {}
        Some(known) => *known = one,
        None => stands_for.push(one),
    }
}
