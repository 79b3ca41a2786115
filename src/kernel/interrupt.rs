//! Interrupts: a process ends what another one waits for, or lets time pass with.
//!
//! Whoever stands at such a delay, work or wait is taken out of it as by a limit that has run
//! out, keeps what is left of its time, and goes on where its scenario says. Whoever
//! is inside of such a block but about to go on takes note, and is interrupted at the next
//! of them to which it comes. Nobody else is interrupted.

use super::lives;
use super::machine::{State, op_of, state_word};
use super::processor::{Worker, awaited, chain_of, stage};
use super::sharing::Shared;
use super::step::{Context, Done, Kernel, OpResult, Scheduler};
use crate::ids::ProcessId;
use crate::program::{Interruption, Op, ResourceCode, Slot, frame, work};
use crate::trace::{Fault, INTERRUPTED, Kind, Sink, WaitFor};
use crate::value::{Type, Word};

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Interrupts the process with this life, if it may be where it stands.
    pub(super) fn interrupt(&mut self, arena: &mut [Word], at: Context, life: ResourceCode) -> OpResult {
        self.acts(arena, at);
        let header = self.header(arena, life, at);
        let process = lives::of_life(arena, header);
        if process == at.process() {
            return Err(self.interrupts_itself(at));
        }
        let frame = self.program.frames[process.index()] as usize;
        let other = Context::new(process, frame, op_of(arena, frame));
        let state = frame::state_in(arena[frame + frame::STATE]);
        if state == State::New as u8 || state == State::Done as u8 {
            return Ok(Done::Next);
        }
        let id = self.resource_id(arena, header);
        if let Some(block) = self.program.interruptible_around(other.op()) {
            self.emit(at, Kind::Interrupt, id, u64::from(process.0));
            match self.program.interruption(other.op(), block.pending) {
                Some(&interruption) => self.cut(arena, other, at.process(), interruption),
                None => arena[block.pending.at(frame)] = 1,
            }
        }
        Ok(Done::Next)
    }

    /// Ends what a process stands at.
    pub(super) fn cut(
        &mut self,
        arena: &mut [Word],
        other: Context,
        by: ProcessId,
        interruption: Interruption,
    ) {
        let state = frame::state_in(arena[other.frame() + frame::STATE]);
        let by_clock = self.left_of(arena, other, state);
        let left = match self.program.tells_left_of(other.op(), interruption.of) {
            true => self.queue.left(by_clock),
            false => by_clock,
        };
        if let Some((header, wait_for)) = self.waits_in_line(arena, other, state) {
            let id = self.resource_id(arena, header);
            self.emit_typed(other, Kind::Timeout, id, wait_for as Word, Type::Int, INTERRUPTED);
        }
        let line = self.take_out(arena, other, by);
        arena[interruption.left.at(other.frame())] = left;
        arena[other.frame() + frame::STATE] = state_word(interruption.otherwise.index(), State::Ready);
        let priority = frame::priority_in(arena[other.frame() + frame::LINK]);
        self.queue.wake(*self.now, priority, other.process());
        self.preempt_behind(arena, by, line);
    }

    /// For a driver with primitives of its own, which has ended what a process stood at: it stands
    /// where it goes on, with so much left of its delay or work, in nanoseconds.
    pub fn interrupted(&mut self, process: ProcessId, interruption: Interruption, left: u64) {
        let frame = self.program.frames[process.index()] as usize;
        if let Op::WorkOn { state, .. } = self.program.plain[op_of(self.arena, frame)] {
            let words = state.at(frame);
            self.arena[words..words + work::WORDS].fill(0);
        }
        self.arena[interruption.left.at(frame)] = left;
        self.arena[frame + frame::STATE] = state_word(interruption.otherwise.index(), State::Ready);
    }

    /// For a driver with primitives of its own: notes in the word of a process that an interrupt has come inside of
    /// a block, or whether it has a permit.
    pub fn note_sign(&mut self, process: ProcessId, word: Slot, is_so: bool) {
        self.arena[word.at(self.program.frames[process.index()] as usize)] = Word::from(is_so);
    }

    /// What a word says that [`Kernel::note_sign`] sets.
    pub fn sign(&self, process: ProcessId, word: Slot) -> bool {
        self.arena[word.at(self.program.frames[process.index()] as usize)] != 0
    }

    /// In which queue a process waits, and for what, if it does.
    fn waits_in_line(&self, arena: &[Word], other: Context, state: u8) -> Option<(usize, WaitFor)> {
        if state != State::Blocked as u8 {
            return None;
        }
        let Some(worker) = self.worker_at(other) else { return Some(self.awaited(arena, other)) };
        let is_ready = worker.stage(arena).0 == stage::QUEUED;
        is_ready.then(|| (awaited(self.program, arena, worker), WaitFor::Core))
    }

    /// The process, if it is at work on a processor.
    fn worker_at(&self, at: Context) -> Option<Worker> {
        let Op::WorkOn { state, .. } = self.program.plain[at.op()] else { return None };
        Some(Worker { at, base: state.at(at.frame()) })
    }

    /// What is left of the delay or work of a process, in nanoseconds: of a wait nothing.
    fn left_of(&self, arena: &[Word], other: Context, state: u8) -> u64 {
        let now = self.now.as_nanos();
        if let Some(worker) = self.worker_at(other) {
            return arena[worker.base + work::LEFT].saturating_sub(self.served_since(arena, worker));
        }
        match state == State::Delayed as u8 {
            true => arena[other.frame() + frame::UNTIL].saturating_sub(now),
            false => 0,
        }
    }

    /// How much of its work has been done since that was counted last.
    fn served_since(&self, arena: &[Word], worker: Worker) -> u64 {
        let (stage, level) = worker.stage(arena);
        if stage != stage::SERVED {
            return 0;
        }
        let slice = arena[worker.base + work::SLICE];
        let header = chain_of(self.program, arena, worker).at(level);
        let processor = self.program.processor(arena, header);
        if processor.is_shared() {
            let left = Shared::of(arena, header).left_of(arena, processor, worker.id(), *self.now);
            return slice.saturating_sub(left);
        }
        self.now.as_nanos().saturating_sub(arena[worker.base + work::SINCE]).min(slice)
    }

    #[cold]
    pub(super) fn interrupts_itself(&self, at: Context) -> Box<Fault> {
        let message = format!("'{}' is to interrupt itself", self.program.process_name(at.process()));
        self.fault(
            at,
            message,
            "who is interrupted stands at a delay, a work or a wait, and does nothing else",
        )
    }
}
