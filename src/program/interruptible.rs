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
use super::emit::{Compiler, Interruptible, Signal, Stand, Undo};
use super::op::{Op, ResourceCode, Slot, Source};
use crate::arithmetic::BinaryOp;
use crate::ids::OpId;
use crate::scenario::{AfterInterrupt, Expr, Handling, InterruptibleSteps, ResourceRef, Step};

impl Compiler<'_> {
    /// Steps during which the process may be interrupted, and what is done then. In a block
    /// of which nothing of others happens in between, nobody interrupts.
    pub(super) fn interruptible(&mut self, block: &InterruptibleSteps) {
        if self.atomic {
            return self.steps(&block.body);
        }
        let site = self.site;
        let start = self.place_to_rest();
        let pending = self.frame.permanent();
        let left = self.frame.permanent();
        let (from, zero) = (self.here(), self.constant(0));
        self.emit(Op::Copy { into: pending, from: zero });
        let inside = self.inside(Signal::Raised(pending), left, &block.body, &block.handling);
        self.site = site;
        let (to, end) = (self.here(), self.emit(Op::Jump { to: OpId(0) }));
        let (which, tells) = self.pads(&inside, &block.handling);
        self.program.interruptible.push(InterruptibleOps { from, to, pending, tells });
        self.frame.free_temporaries();
        self.steps(&block.handling.steps);
        self.site = site;
        match block.handling.then {
            AfterInterrupt::Leave => {}
            AfterInterrupt::Restart => drop(self.emit(Op::Jump { to: start })),
            AfterInterrupt::Resume => self.resume(&inside, which),
        }
        self.land(end);
    }

    /// The steps of a block, and the place to rest behind them.
    pub(super) fn inside(
        &mut self,
        signal: Signal,
        left: Slot,
        body: &[Step],
        handling: &Handling,
    ) -> Interruptible {
        let site = self.site;
        let asks_left = handling.then == AfterInterrupt::Resume || handling.left.is_some();
        let (undo, stands) = (Vec::new(), Vec::new());
        self.interruptible.push(Interruptible { signal, left, asks_left, undo, stands });
        // The limits of the block outlast what is done when it is interrupted.
        let until = self.until.take();
        self.steps(body);
        self.until = until;
        self.site = site;
        self.place_to_rest();
        self.interruptible.pop().expect("it was put there")
    }

    /// What leads from each stand of a block to what is done when it is interrupted: the word
    /// that says from which, and the op that tells what is left, if anybody asks.
    pub(super) fn pads(
        &mut self,
        inside: &Interruptible,
        handling: &Handling,
    ) -> (Option<Slot>, Option<OpId>) {
        let resumes = handling.then == AfterInterrupt::Resume;
        let which = (resumes && inside.stands.len() > 1).then(|| self.frame.permanent());
        let pads: Vec<OpId> =
            (0..inside.stands.len()).map(|number| self.pad(inside, number, which, resumes)).collect();
        pads.into_iter().for_each(|pad| self.land(pad));
        let tells = handling.left.map(|var| {
            let into = self.frame.var(var);
            self.emit(Op::Copy { into, from: inside.left.source() })
        });
        (which, tells)
    }

    /// An op at which a process rests in front of what follows, whatever goes step by step.
    pub(super) fn place_to_rest(&mut self) -> OpId {
        let end = OpId::from_index(self.here().index() + 1);
        self.emit(Op::Atomic { end })
    }

    /// Where a process goes on that was interrupted at one of its stands; the jump to what
    /// is done then.
    fn pad(&mut self, inside: &Interruptible, number: usize, which: Option<Slot>, resumes: bool) -> OpId {
        let (stand, here) = (&inside.stands[number], self.here());
        self.program.interruptions[stand.interruption].otherwise = here;
        self.land(stand.check);
        if let Signal::Raised(pending) = inside.signal {
            let zero = self.constant(0);
            self.emit(Op::Copy { into: pending, from: zero });
        }
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
                Undo::GiveUnlessLost { resource, kept, place } if !resumes => {
                    self.give_unless_lost(resource, *kept, *place);
                }
                _ => {}
            }
            self.frame.free_temporaries();
        }
        self.emit(Op::Jump { to: OpId(0) })
    }

    /// Goes on where the process was interrupted.
    pub(super) fn resume(&mut self, inside: &Interruptible, which: Option<Slot>) {
        self.place_to_rest();
        for (number, stand) in inside.stands.iter().enumerate() {
            let skip = which.map(|which| {
                let (number, is_this) = (self.constant(number as i64), self.frame.temporary());
                self.emit(Op::Binary { op: BinaryOp::EqualInt, into: is_this, a: which.source(), b: number });
                self.emit(Op::JumpIfFalse { condition: is_this.source(), to: OpId(0) })
            });
            if let Some(into) = stand.takes.filter(|&takes| takes != inside.left) {
                self.emit(Op::Copy { into, from: inside.left.source() });
            }
            self.emit(Op::Jump { to: stand.again });
            skip.into_iter().for_each(|skip| self.land(skip));
        }
    }

    /// Takes a mutex that was given back for a wait: without a limit, and whatever comes.
    pub(super) fn take_back(&mut self, mutex: &ResourceRef, code: ResourceCode) {
        let (limit, blocks) = (self.limit.take(), std::mem::take(&mut self.interruptible));
        self.take(mutex, code);
        (self.limit, self.interruptible) = (limit, blocks);
    }

    /// Takes note that something is done which is undone if a block around is left from now on.
    pub(super) fn undo_if_interrupted(&mut self, undo: Undo) {
        self.interruptible.iter_mut().for_each(|block| block.undo.push(undo.clone()));
    }

    /// That it is done no more.
    pub(super) fn nothing_to_undo(&mut self) {
        self.interruptible.iter_mut().for_each(|block| drop(block.undo.pop()));
    }

    /// Emits an op that lets so much time pass, maybe less if it is interrupted.
    pub(super) fn emit_passing(
        &mut self,
        wait: Source,
        deadline: Option<(&Expr, Slot)>,
        op: impl FnOnce(Source) -> Op,
    ) {
        let left = self.say_left(wait);
        let again = self.here();
        if let Some((deadline, into)) = deadline {
            self.expr_into(deadline, into);
        }
        self.emit_stand(op(left.map_or(wait, Slot::source)), again, left);
    }

    /// Emits an op that waits for a resource.
    pub(super) fn emit_wait_at(&mut self, op: Op) -> OpId {
        if waits(op) && self.interruptible.iter().any(|block| block.asks_left) {
            let zero = self.constant(0);
            self.say_left(zero);
        }
        let again = self.here();
        self.emit_stand(op, again, None)
    }

    /// Emits what says how much is left before anything of it is done, in the words of those
    /// blocks that ask; the word of the innermost of them.
    fn say_left(&mut self, all: Source) -> Option<Slot> {
        let asks = |block: &&Interruptible| block.asks_left && !self.atomic;
        let asked: Vec<Slot> = self.interruptible.iter().filter(asks).map(|block| block.left).collect();
        for &into in &asked {
            self.emit(Op::Copy { into, from: all });
        }
        asked.last().copied()
    }

    /// Emits an op at which the process stands for a while, and may be interrupted if it is
    /// inside of such blocks; then it may go on at `again`, with what is left in the word that
    /// the op `takes`.
    fn emit_stand(&mut self, op: Op, again: OpId, takes: Option<Slot>) -> OpId {
        let passes = matches!(op, Op::Delay { .. } | Op::Work { .. });
        if self.interruptible.is_empty() || self.atomic || !(passes || waits(op)) {
            return self.emit(op);
        }
        let rest = self.emit(Op::Atomic { end: OpId(0) });
        self.atomic = true;
        let signals: Vec<Signal> = self.interruptible.iter().map(|block| block.signal).collect();
        let checks: Vec<OpId> = signals.into_iter().map(|signal| self.check(signal)).collect();
        let at = self.emit(op);
        self.atomic = false;
        self.land(rest);
        // The end of a delay is nothing that others could notice, but for this.
        let stand = if passes { self.place_to_rest() } else { at };
        // It may be done again when others have used its words.
        self.frame.keep_temporaries();
        for (block, check) in self.interruptible.iter_mut().zip(checks).rev() {
            let interruption = self.program.interruptions.len();
            let (Signal::Raised(of) | Signal::Lowered(of)) = block.signal;
            self.program.interruptions.push(Interruption { stand, of, left: block.left, otherwise: OpId(0) });
            block.stands.push(Stand { check, interruption, again, takes, undo: block.undo.clone() });
        }
        at
    }

    /// Emits the op that looks whether a block was interrupted.
    fn check(&mut self, signal: Signal) -> OpId {
        self.emit(match signal {
            Signal::Raised(word) => Op::JumpIfTrue { condition: word.source(), to: OpId(0) },
            Signal::Lowered(word) => Op::JumpIfFalse { condition: word.source(), to: OpId(0) },
        })
    }
}

/// Whether an op may make its process wait for others.
fn waits(mut op: Op) -> bool {
    op.operands().iter().any(|operand| match operand {
        Operand::Access(used, _) | Operand::Many(used, _) => used.waits_for().is_some(),
        _ => false,
    })
}
