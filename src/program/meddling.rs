//! Which steps take others out of what they stand at.
//!
//! Decides by which ops that may be, before a run: by ending or interrupting another process, or by taking a permit
//! or a core from one. Whom it meets is known in the run only.

use super::bound::BoundProgram;
use super::code::RequestOps;
use super::op::{Op, Slot};
use crate::ids::OpId;

impl BoundProgram {
    /// A request for a permit that may be taken from who has it in the step at `at`: for itself, or for others that it
    /// serves or that have stood behind it, or behind whom it ends or interrupts, in a line.
    pub fn permit_taken(&self, at: usize) -> Option<&RequestOps> {
        match self.plain[at] {
            Op::Stop { .. } | Op::Interrupt { .. } => self.requests.first(),
            Op::Request { semaphore, .. }
            | Op::Acquire { semaphore }
            | Op::AcquireMany { semaphore, .. }
            | Op::Seize { semaphore, .. }
            | Op::Release { semaphore }
            | Op::ReleaseMany { semaphore, .. } => {
                let of = |at: usize, code| self.definition_named(at, code);
                let named = of(at, semaphore);
                self.requests
                    .iter()
                    .find(|ops| named.is_none() || of(ops.from.index(), ops.semaphore) == named)
            }
            _ => None,
        }
    }

    /// Whether permits may be taken from others in the step at `at`.
    pub fn takes_permits(&self, at: usize) -> bool {
        self.permit_taken(at).is_some()
    }

    /// Whether the step at `at` may take others out of what they stand at: by ending or interrupting them, by taking
    /// permits or cores from them, or by changing their priorities. To give cores back is one as well: it may leave no
    /// event, and a replay has to know when it was.
    pub fn meddles(&self, at: usize) -> bool {
        let op = &self.plain[at];
        matches!(op, Op::Stop { .. } | Op::Interrupt { .. } | Op::TakeCores { .. } | Op::GiveCores { .. })
            || self.takes_permits(at)
            || self.changes_priorities(at)
    }

    /// Whether priorities may change in the step at `at`, other than by ending or interrupting: since its process waits for
    /// a mutex whose owner inherits, or gives one back.
    fn changes_priorities(&self, at: usize) -> bool {
        let op = &self.plain[at];
        let gives = matches!(op, Op::UnlockInheriting { .. } | Op::Wait { mutex: Some(_), .. });
        (gives || matches!(op, Op::LockInheriting { .. })) && self.has_inheritance()
    }

    /// Whether others may lose their cores in the step at `at`, or when it is ended by a limit, since priorities change: one
    /// that is ready has a better one, or one that is served a worse one.
    pub fn takes_cores_by_priority(&self, at: usize) -> bool {
        let op = &self.plain[at];
        let changes = matches!(op, Op::Stop { .. } | Op::Interrupt { .. } | Op::LockInheriting { .. });
        (changes || self.takes_permits(at)) && self.has_inheritance()
    }

    /// Whether the scenario asks what is left of what a process stands at on the op `at`, where the block
    /// with this word is interrupted.
    pub fn tells_left_of(&self, at: usize, of: Slot) -> bool {
        let is_inside = |from: OpId, to: OpId| (from.index()..to.index()).contains(&at);
        let mut blocks = self.interruptible.iter().filter(|block| is_inside(block.from, block.to));
        let mut requests = self.requests.iter().filter(|ops| is_inside(ops.from, ops.to));
        blocks.any(|block| block.pending == of && block.tells.is_some())
            || requests.any(|ops| ops.place() == of && ops.tells.is_some())
    }
}
