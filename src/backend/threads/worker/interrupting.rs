//! Interrupting another thread, and hearing of it.
//!
//! Who does it has the gate for itself, so nobody makes a step meanwhile. The other one is taken
//! out of what it stands at if an interrupt ends that, and finds a notice that says where it
//! goes on, and with what left; else it finds one by which its next stand in the block ends.

use super::{Leave, Worker};
use crate::backend::threads::native::{Client, Withdrawn};
use crate::backend::threads::primitives::{Fact, Observer};
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
        let position = self.position_of(other);
        let op = position.op.index();
        let Some(block) = shared.program.interruptible_around(op) else { return Ok(()) };
        let told = lives.about(&self.me, place, Kind::Interrupt);
        match shared.program.interruption(op, block.pending) {
            Some(&interruption) => {
                let left = self.cut(other, &position, told, interruption);
                if block.tells.is_some() {
                    self.readings.push(left);
                }
            }
            None => {
                self.record.note(&[told]);
                shared.seats[other.index()].leave(Notice::Pending(block.pending));
            }
        }
        Ok(())
    }

    /// Where another thread stands, or with which op it goes on that has been served but has not gone on
    /// yet. What it does by itself before its next step takes it into no block and out of none.
    fn position_of(&self, other: ProcessId) -> Position {
        let position = self.shared.seats[other.index()].position();
        match position.is_settled || self.shared.natives[position.resource.index()].keeps(other) {
            true => position,
            false => Position { op: position.next, until: None, ..position },
        }
    }

    /// Ends what another thread stands at, as `told` says; what is left of that.
    fn cut(&mut self, other: ProcessId, position: &Position, told: Fact, interruption: Interruption) -> u64 {
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
        let Worker { me, record, .. } = self;
        record.about(shared.program.resource_info(position.resource).ty);
        let client = Client { me, census: &shared.census, record };
        let native = &shared.natives[position.resource.index()];
        let withdrawn = match native.withdraw(other, &facts, client) {
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
        shared.seats[other.index()].leave(Notice::Cut { interruption, left, due });
        self.rouse(other, withdrawn);
        left
    }

    /// Hears what interrupts have done to it. Whether it is out of what it stood at: then it stands
    /// where it goes on.
    pub(super) fn hear(&mut self) -> bool {
        let (shared, process) = (self.shared, self.me.process);
        let Some(seat) = shared.seats.get(process.index()) else { return false };
        let mut is_cut = false;
        for notice in seat.hear() {
            match notice {
                Notice::Pending(word) => {
                    self.with_kernel(|kernel| kernel.note_interrupt(process, word));
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
