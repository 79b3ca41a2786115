//! Blocks inside of which a process may be interrupted.
//!
//! Decides where a process rests, so that all drivers agree on who is inside of a block; what
//! is undone where a block is left, which is what its `with` hold; and how it goes on with
//! what is left.
//!
//! ```text
//!         Atomic              a place to rest, outside
//! from:   pending = 0
//!         left = how long     if anybody asks
//!         Atomic              a place to rest
//!         pending? pad
//!         Delay left
//!         Atomic              here it stands meanwhile
//!         Atomic              a place to rest, still inside
//! to:     Jump end
//! pad:    undo; Jump handler  one for each place to stand
//! handler: the steps of `on_interrupt`; then end, or back
//! end:
//! ```

use super::access::Operand;
use super::code::{InterruptibleOps, Interruption};
use super::emit::{Compiler, Interruptible, Stand, Undo};
use super::op::{Op, ResourceCode, Slot, Source};
use crate::arithmetic::BinaryOp;
use crate::ids::OpId;
use crate::scenario::{AfterInterrupt, Expr, InterruptibleSteps, ResourceRef};

impl Compiler<'_> {
    /// Steps during which the process may be interrupted, and what is done then. In a block
    /// of which nothing of others happens in between, nobody interrupts.
    pub(super) fn interruptible(&mut self, block: &InterruptibleSteps) {
        if self.atomic {
            return self.steps(&block.body);
        }
        let (site, resumes) = (self.site, block.then == AfterInterrupt::Resume);
        let start = self.place_to_rest();
        let (pending, left) = (self.frame.permanent(), self.frame.permanent());
        let (from, zero) = (self.here(), self.constant(0));
        self.emit(Op::Copy { into: pending, from: zero });
        let asks_left = resumes || block.left.is_some();
        let (undo, stands) = (Vec::new(), Vec::new());
        let inside = Interruptible { pending, left, asks_left, undo, stands };
        let outside = self.interruptible.replace(inside);
        // The limits of the block outlast what is done when it is interrupted.
        let until = self.until.take();
        self.steps(&block.body);
        self.until = until;
        self.site = site;
        self.place_to_rest();
        let inside = std::mem::replace(&mut self.interruptible, outside).expect("it was put there");
        let (to, end) = (self.here(), self.emit(Op::Jump { to: OpId(0) }));
        let which = (resumes && inside.stands.len() > 1).then(|| self.frame.permanent());
        let pads: Vec<OpId> =
            (0..inside.stands.len()).map(|number| self.pad(&inside, number, which, resumes)).collect();
        pads.into_iter().for_each(|pad| self.land(pad));
        let tells = block.left.map(|var| {
            let into = self.frame.var(var);
            self.emit(Op::Copy { into, from: left.source() })
        });
        self.program.interruptible.push(InterruptibleOps { from, to, pending, tells });
        self.frame.free_temporaries();
        self.steps(&block.handler);
        self.site = site;
        match block.then {
            AfterInterrupt::Leave => {}
            AfterInterrupt::Restart => drop(self.emit(Op::Jump { to: start })),
            AfterInterrupt::Resume => self.resume(&inside.stands, which),
        }
        self.land(end);
    }

    /// An op at which a process rests in front of what follows, whatever goes step by step.
    fn place_to_rest(&mut self) -> OpId {
        let end = OpId::from_index(self.here().index() + 1);
        self.emit(Op::Atomic { end })
    }

    /// Where a process goes on that was interrupted at one of its stands; the jump to what
    /// is done then.
    fn pad(&mut self, inside: &Interruptible, number: usize, which: Option<Slot>, resumes: bool) -> OpId {
        let (stand, here) = (&inside.stands[number], self.here());
        self.program.interruptions[stand.interruption].otherwise = here;
        self.land(stand.check);
        let zero = self.constant(0);
        self.emit(Op::Copy { into: inside.pending, from: zero });
        if let Some(which) = which {
            let from = self.constant(number as i64);
            self.emit(Op::Copy { into: which, from });
        }
        for undo in stand.undo.iter().rev() {
            match undo {
                Undo::Take { mutex } => {
                    let code = self.resource(mutex);
                    self.take_back(mutex, code);
                }
                Undo::GiveHeld { resource, kept } if !resumes => {
                    let now = self.here();
                    self.give_held(resource, *kept, (here, now));
                }
                _ => {}
            }
            self.frame.free_temporaries();
        }
        self.emit(Op::Jump { to: OpId(0) })
    }

    /// Goes on where the process was interrupted.
    fn resume(&mut self, stands: &[Stand], which: Option<Slot>) {
        self.place_to_rest();
        for (number, stand) in stands.iter().enumerate() {
            let skip = which.map(|which| {
                let (number, is_this) = (self.constant(number as i64), self.frame.temporary());
                self.emit(Op::Binary { op: BinaryOp::EqualInt, into: is_this, a: which.source(), b: number });
                self.emit(Op::JumpIfFalse { condition: is_this.source(), to: OpId(0) })
            });
            self.emit(Op::Jump { to: stand.again });
            skip.into_iter().for_each(|skip| self.land(skip));
        }
    }

    /// Takes a mutex that was given back for a wait: without a limit, and whatever comes.
    pub(super) fn take_back(&mut self, mutex: &ResourceRef, code: ResourceCode) {
        let (limit, block) = (self.limit.take(), self.interruptible.take());
        self.take(mutex, code);
        (self.limit, self.interruptible) = (limit, block);
    }

    /// Takes note that something is done which is undone if the block is left from now on.
    pub(super) fn undo_if_interrupted(&mut self, undo: Undo) {
        if let Some(block) = &mut self.interruptible {
            block.undo.push(undo);
        }
    }

    /// That it is done no more.
    pub(super) fn nothing_to_undo(&mut self) {
        if let Some(block) = &mut self.interruptible {
            block.undo.pop();
        }
    }

    /// Emits an op that lets so much time pass, maybe less if it is interrupted.
    pub(super) fn emit_passing(
        &mut self,
        wait: Source,
        deadline: Option<(&Expr, Slot)>,
        op: impl FnOnce(Source) -> Op,
    ) {
        let left = self.asked_left();
        if let Some(left) = left {
            self.emit(Op::Copy { into: left, from: wait });
        }
        let again = self.here();
        if let Some((deadline, into)) = deadline {
            self.expr_into(deadline, into);
        }
        self.emit_stand(op(left.map_or(wait, Slot::source)), again);
    }

    /// The word for what is left, if anybody asks.
    fn asked_left(&self) -> Option<Slot> {
        self.interruptible.as_ref().filter(|block| block.asks_left && !self.atomic).map(|block| block.left)
    }

    /// Emits an op that waits for a resource.
    pub(super) fn emit_wait_at(&mut self, op: Op) -> OpId {
        if let Some(left) = self.asked_left().filter(|_| waits(op)) {
            let zero = self.constant(0);
            self.emit(Op::Copy { into: left, from: zero });
        }
        let again = self.here();
        self.emit_stand(op, again)
    }

    /// Emits an op at which the process stands for a while, and may be interrupted if it is
    /// inside of such a block; then it may go on at `again`.
    fn emit_stand(&mut self, op: Op, again: OpId) -> OpId {
        let passes = matches!(op, Op::Delay { .. } | Op::Work { .. });
        let block = self.interruptible.as_ref().filter(|_| !self.atomic && (passes || waits(op)));
        let Some((pending, left)) = block.map(|block| (block.pending, block.left)) else {
            return self.emit(op);
        };
        let rest = self.emit(Op::Atomic { end: OpId(0) });
        self.atomic = true;
        let check = self.emit(Op::JumpIfTrue { condition: pending.source(), to: OpId(0) });
        let at = self.emit(op);
        self.atomic = false;
        self.land(rest);
        // The end of a delay is nothing that others could notice, but for this.
        let stand = if passes { self.place_to_rest() } else { at };
        // It may be done again when others have used its words.
        self.frame.keep_temporaries();
        let interruption = self.program.interruptions.len();
        self.program.interruptions.push(Interruption { stand, left, otherwise: OpId(0) });
        if let Some(block) = &mut self.interruptible {
            block.stands.push(Stand { check, interruption, again, undo: block.undo.clone() });
        }
        at
    }
}

/// Whether an op may make its process wait for others.
fn waits(mut op: Op) -> bool {
    op.operands().iter().any(|operand| match operand {
        Operand::Access(used, _) | Operand::Many(used, _) => used.waits_for().is_some(),
        _ => false,
    })
}
