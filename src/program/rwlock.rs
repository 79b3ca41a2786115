//! Read-write locks: what of them is taken when something is so.
//!
//! ```text
//! write:  Lock line                the first of those who are to write
//!         Await: nobody reads      Lock lock
//! read:   Await: nobody writes, or is to where they are preferred     Acquire a permit
//! ```
//!
//! Who takes it with others at once stands in no line: its region looks whether all of that is so.

use super::emit::Compiler;
use super::op::{Glance, Op, ResourceCode, Source};
use crate::ids::OpId;
use crate::scenario::{ResourceRef, Rwlock};
use crate::trace::ResourceKind;

impl Compiler<'_> {
    /// The lock that a resource is, or of whose readers it is the permits.
    fn rwlock_of(&self, resource: &ResourceRef) -> Option<(Rwlock, ResourceKind)> {
        let kind = self.model.resources[resource.def.index()].spec.kind;
        let lock = || *Rwlock::among(&self.model.rwlocks, resource.def).expect("each part belongs to a lock");
        matches!(kind, ResourceKind::Rwlock | ResourceKind::Readers).then(|| (lock(), kind))
    }

    /// Of what permits have to be free, and how many if not one, before somebody takes what is a
    /// read-write lock, or the permit of who reads under one; itself if it is neither.
    pub(super) fn free_before(&mut self, resource: &ResourceRef) -> (ResourceCode, Option<Source>) {
        let Some((lock, kind)) = self.rwlock_of(resource) else { return (self.resource(resource), None) };
        let (looked_at, number) = match (kind, lock.prefers_writers) {
            (ResourceKind::Rwlock, _) => (lock.readers(resource), Some(lock.nobody_reads(self.site))),
            (_, true) => (lock.line(resource), None),
            (_, false) => (lock.itself(resource), None),
        };
        (self.resource(&looked_at), number.map(|number| self.expr(&number)))
    }

    /// Waits until what is a read-write lock, or the permit of who reads under one, can be taken,
    /// and takes it; whether it is one.
    pub(super) fn take_of_rwlock(&mut self, resource: &ResourceRef, code: ResourceCode) -> bool {
        let Some((lock, kind)) = self.rwlock_of(resource) else { return false };
        let take = match kind {
            ResourceKind::Rwlock => Op::Lock { mutex: code },
            _ => Op::Acquire { semaphore: code },
        };
        if self.looks {
            self.emit(take);
            return true;
        }
        let (looked_at, number) = self.free_before(resource);
        let watch = if kind == ResourceKind::Rwlock { lock.write } else { lock.read };
        let watch = self.watch(watch, Some(resource));
        let again = self.emit_wait(Op::Await { watch, end: OpId(0) });
        let condition = self.enough(looked_at, Glance::Level, number);
        self.emit(Op::JumpIfFalse { condition, to: again });
        // What was seen is so: nothing of it waits, or is interrupted.
        self.emit(take);
        self.land(again);
        true
    }
}
