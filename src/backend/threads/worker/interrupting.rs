//! Interrupting another thread, and hearing of it.
//!
//! Who does it has the gate for itself, so nobody makes a step meanwhile. The other one is taken
//! out of what it stands at if an interrupt ends that, and finds a notice that says where it
//! goes on, and with what left; else it finds one by which its next stand in the block ends.

use super::{Leave, Worker};
use crate::backend::threads::native::{Client, Withdrawn};
use crate::backend::threads::primitives::{Fact, Observer, Requester};
use crate::backend::threads::seat::{Notice, Position};
use crate::ids::ProcessId;
use crate::kernel::ResourceRequest;
use crate::program::Interruption;
use crate::trace::{INTERRUPTED, Kind};
use crate::value::Word;

impl Worker<'_> {
    /// Interrupts the process with the life that is asked for, if it is inside of a block in
    /// which that may be.
    pub(super) fn interrupt_other(&mut self, asked: &ResourceRequest) -> Result<(), Leave> {
        let shared = self.shared;
        let (lives, place, other) = self.another_life(asked)?;
        if !lives.is_alive(place) {
            return Ok(());
        }
        self.let_settle(other)?;
        let position = self.position_of(other);
        let op = position.op.index();
        let Some(block) = shared.program.interruptible_around(op) else { return Ok(()) };
        let told = lives.about(&self.me, place, Kind::Interrupt);
        match shared.program.interruption(op, block.pending) {
            Some(&interruption) => {
                self.cut(other, &position, (told, interruption), &self.me.clone());
            }
            None => {
                self.record.note(&[told]);
                shared.seats[other.index()].leave(Notice::Sign(block.pending, true));
            }
        }
        Ok(())
    }

    /// Where another thread stands, or with which op it goes on that has been served or interrupted in the step at
    /// hand.
    pub(super) fn position_of(&self, other: ProcessId) -> Position {
        let position = self.shared.seats[other.index()].position();
        match position.is_settled || self.shared.natives[position.resource.index()].keeps(other) {
            true => position,
            false => Position { op: position.next, until: None, ..position },
        }
    }

    /// Ends what another thread stands at, as `told` says: `by` whom, who may stand in line. It is roused
    /// behind all that happens in the step.
    pub(super) fn cut(
        &mut self,
        other: ProcessId,
        position: &Position,
        (told, interruption): (Fact, Interruption),
        by: &Requester,
    ) {
        let shared = self.shared;
        let due = self.me.due;
        let waits = self.wait_for(position.op).map(|wait_for| Fact {
            resource: position.resource,
            process: other,
            op: position.op,
            kind: Kind::Timeout,
            value: (wait_for as Word).into(),
            slot: INTERRUPTED,
        });
        let facts: Vec<Fact> = std::iter::once(told).chain(waits).collect();
        let by = Requester { due, ..by.clone() };
        self.record.about(shared.program.resource_info(position.resource).ty);
        let client = Client { me: &by, census: &shared.census, record: &mut self.record };
        let native = &shared.natives[position.resource.index()];
        let found = native.withdraw(other, &facts, client);
        let was_in_line = found.is_some() && native.as_semaphore().is_some();
        if found.is_some() {
            self.settle_priorities(position.resource);
        }
        let withdrawn = match found {
            Some(withdrawn) => {
                // The census counts who waits for a while.
                if !withdrawn.is_awake && shared.program.timeout(position.op.index()).is_none() {
                    shared.census.join();
                }
                withdrawn
            }
            None => {
                self.record.note(&[told]);
                let left = position.until.map_or(0, |until| until.saturating_sub(due));
                Withdrawn { left, ..Withdrawn::default() }
            }
        };
        let left = withdrawn.left;
        if shared.program.tells_left_of(position.op.index(), interruption.of) {
            self.readings.push(left);
        }
        shared.seats[other.index()].leave(Notice::Cut { interruption, left, due });
        self.taken_out.push((other, position.resource, withdrawn));
        if was_in_line {
            self.take_for_first(position.resource, &by);
        }
    }

    /// Hears which words say something else now, before it goes on with what it was served.
    pub(super) fn hear_signs(&mut self) {
        let (shared, process) = (self.shared, self.me.process);
        let Some(seat) = shared.seats.get(process.index()) else { return };
        for notice in seat.hear_signs() {
            if let Notice::Sign(word, is_so) = notice {
                self.with_kernel(|kernel| kernel.note_sign(process, word, is_so));
            }
        }
    }

    /// Hears what interrupts have done to it. Whether it is out of what it stood at: then it stands
    /// where it goes on.
    pub(super) fn hear(&mut self) -> bool {
        let (shared, process) = (self.shared, self.me.process);
        let Some(seat) = shared.seats.get(process.index()) else { return false };
        let mut is_cut = false;
        for notice in seat.hear() {
            match notice {
                Notice::Sign(word, is_so) => {
                    self.with_kernel(|kernel| kernel.note_sign(process, word, is_so));
                }
                Notice::Cut { interruption, left, due } => {
                    self.with_kernel(|kernel| kernel.interrupted(process, interruption, left));
                    if due > self.planned {
                        self.fuel = shared.program.limits.zero_time_steps;
                    }
                    self.planned = self.planned.max(due);
                    is_cut = true;
                }
            }
        }
        is_cut
    }
}
