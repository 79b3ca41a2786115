//! Read-write locks: what of them is taken when something is so.
//!
//! ```text
//! write:  Lock line                the first of those who are to write
//!         Await: nobody reads      Lock lock
//! read:   Await: nobody writes, or is to where they are preferred     Acquire a permit
//! ```

use super::emit::Compiler;
use super::op::{Glance, Op, ResourceCode};
use crate::arithmetic::BinaryOp;
use crate::ids::OpId;
use crate::scenario::{ResourceRef, Rwlock};
use crate::trace::ResourceKind;

impl Compiler<'_> {
    /// Takes what is a read-write lock, or the permit of who reads under one; whether it is.
    pub(super) fn take_of_rwlock(&mut self, resource: &ResourceRef, code: ResourceCode) -> bool {
        let kind = self.model.resources[resource.def.index()].spec.kind;
        if !matches!(kind, ResourceKind::Rwlock | ResourceKind::Readers) {
            return false;
        }
        let lock = *Rwlock::among(&self.model.rwlocks, resource.def).expect("each part belongs to a lock");
        let writes = kind == ResourceKind::Rwlock;
        let (looked_at, watch) = match (writes, lock.prefers_writers) {
            (true, _) => (lock.readers(resource), lock.write),
            (false, true) => (lock.line(resource), lock.read),
            (false, false) => (lock.itself(resource), lock.read),
        };
        let looked_at = self.resource(&looked_at);
        let enough = match writes {
            true => self.expr(&lock.nobody_reads(self.site)),
            false => self.constant(1),
        };
        let watch = self.watch(watch, Some(resource));
        let again = self.emit_wait(Op::Await { watch, end: OpId(0) });
        let (there, is_free) = (self.frame.temporary(), self.frame.temporary());
        self.emit(Op::Peek { into: there, resource: looked_at, glance: Glance::Level });
        self.emit(Op::Binary { op: BinaryOp::EqualInt, into: is_free, a: there.source(), b: enough });
        self.emit(Op::JumpIfFalse { condition: is_free.source(), to: again });
        // What was seen is so: nothing of it waits, or is interrupted.
        self.emit(match writes {
            true => Op::Lock { mutex: code },
            false => Op::Acquire { semaphore: code },
        });
        self.land(again);
        true
    }
}
