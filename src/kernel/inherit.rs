//! Mutexes whose owner inherits priority: as long as others wait for one, its owner has
//! at least the priority of the first among them, and so has whoever it waits for in
//! turn (L. Sha, R. Rajkumar and J. P. Lehoczky, "Priority inheritance protocols: an
//! approach to real-time synchronization", 1990).
//!
//! A priority counts where processes are chosen by it: in the queues of the discipline
//! `priority`, on processors, and among those that go on at one instant.

use super::machine::op_of;
use super::step::{Context, Done, Kernel, Scheduler};
use super::waiters;
use crate::ids::{ProcessId, ResourceId};
use crate::program::{BoundProgram, Op, frame, resource};
use crate::trace::{Discipline, Fault, Sink};
use crate::value::Word;

/// Where the priority of a process lies in its link.
pub(super) const PRIORITY_AT: u32 = 56;

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// Takes a mutex, be it such a one, or waits for it.
    pub(super) fn lock_inheriting(&mut self, arena: &mut [Word], at: Context, header: usize) -> Done {
        let done = self.lock(arena, at, header);
        if let (Done::Wait, 1..) = (&done, arena[header + resource::INHERITS]) {
            self.hand_priority_on(arena, at.process(), header);
        }
        done
    }

    /// Gives back a mutex, be it such a one.
    pub(super) fn unlock_any(
        &mut self,
        arena: &mut [Word],
        at: Context,
        header: usize,
    ) -> Result<(), Box<Fault>> {
        self.unlock(arena, at, header)?;
        if arena[header + resource::INHERITS] == 0 {
            return Ok(());
        }
        self.adjust(arena, at.process());
        if let Some(next) = arena[header + resource::OWNER].checked_sub(1) {
            self.adjust(arena, ProcessId(next as u32));
        }
        Ok(())
    }

    /// Gives the owner of a mutex for which this process waits at least its priority,
    /// and whoever that one waits for.
    fn hand_priority_on(&mut self, arena: &mut [Word], process: ProcessId, mutex: usize) {
        let mut mutex = mutex;
        let mine = self.priority(arena, process);
        while let Some(owner) = arena[mutex + resource::OWNER].checked_sub(1) {
            let owner = ProcessId(owner as u32);
            if self.priority(arena, owner) <= mine {
                return;
            }
            self.set_priority(arena, owner, mine);
            match self.inheriting_awaited(arena, owner) {
                Some(next) => mutex = next,
                None => return,
            }
        }
    }

    /// After a process has left the line for a mutex, be it of this kind: its owner, and
    /// whoever that one waits for, have no more priority than they have a right to.
    pub(super) fn take_priority_back(&mut self, arena: &mut [Word], mutex: usize) {
        let mut mutex = mutex;
        while arena[mutex + resource::INHERITS] != 0
            && let Some(owner) = arena[mutex + resource::OWNER].checked_sub(1)
        {
            let owner = ProcessId(owner as u32);
            let priority = self.due_priority(arena, owner);
            // Nobody further on has less by it.
            if self.priority(arena, owner) == priority {
                return;
            }
            self.set_priority(arena, owner, priority);
            self.stand_back(arena, owner);
            match self.inheriting_awaited(arena, owner) {
                Some(next) => mutex = next,
                None => return,
            }
        }
    }

    /// The mutex of this kind for which a process waits.
    fn inheriting_awaited(&self, arena: &[Word], process: ProcessId) -> Option<usize> {
        let frame = self.program.frames[process.index()] as usize;
        if frame::state_in(arena[frame + frame::STATE]) != super::machine::State::Blocked as u8 {
            return None;
        }
        let at = Context::new(process, frame, op_of(arena, frame));
        match self.program.plain[at.op()] {
            Op::LockInheriting { mutex } => {
                Some(self.header(arena, mutex, at)).filter(|header| arena[header + resource::INHERITS] != 0)
            }
            _ => None,
        }
    }

    /// Gives a process the priority that it has by itself, and by those who wait for
    /// the mutexes of this kind that it owns.
    pub(super) fn adjust(&mut self, arena: &mut [Word], process: ProcessId) {
        let waiting = self.waiting_for(arena, process).into_iter();
        let first = waiting.map(|waiter| self.priority(arena, waiter)).min();
        let own = self.own_priority(arena, process);
        let priority = own.min(first.unwrap_or(own));
        if priority != self.priority(arena, process) {
            self.set_priority(arena, process, priority);
        }
    }

    /// The same priority from what each has by itself who waits for it, or for one who does: owners that wait for each
    /// other in a circle must not inherit from themselves what one has had who waits no longer.
    pub(super) fn due_priority(&self, arena: &[Word], process: ProcessId) -> u8 {
        let mut all = vec![process];
        let mut next = 0;
        while let Some(&owner) = all.get(next) {
            next += 1;
            for waiter in self.waiting_for(arena, owner) {
                if !all.contains(&waiter) {
                    all.push(waiter);
                }
            }
        }
        let own = all.into_iter().map(|process| self.own_priority(arena, process)).min();
        own.expect("it is one of them")
    }

    /// Who waits for the mutexes of this kind that a process owns.
    fn waiting_for(&self, arena: &[Word], owner: ProcessId) -> Vec<ProcessId> {
        let mut waiting = Vec::new();
        for info in self.program.resources.iter().filter(|info| info.kind.is_owned()) {
            for id in info.first.0..info.first.0 + info.count {
                let header = self.program.resource_at(ResourceId(id));
                let is_its_own = arena[header + resource::OWNER] == u64::from(owner.0) + 1;
                if is_its_own && arena[header + resource::INHERITS] != 0 {
                    waiting.extend(waiters::all(arena, &self.program.frames, header + resource::TAKERS));
                }
            }
        }
        waiting
    }

    /// The priority that a process has by itself.
    pub(super) fn own_priority(&self, arena: &[Word], process: ProcessId) -> u8 {
        own_priority(self.program, arena, process)
    }

    fn priority(&self, arena: &[Word], process: ProcessId) -> u8 {
        frame::priority_in(arena[self.program.frames[process.index()] as usize + frame::LINK])
    }

    /// Changes a priority, and the place in the queue in which the process stands.
    fn set_priority(&mut self, arena: &mut [Word], process: ProcessId, priority: u8) {
        let program = self.program;
        let frame = program.frames[process.index()] as usize;
        let change = |arena: &mut [Word]| {
            let link = &mut arena[frame + frame::LINK];
            *link = *link & (u64::MAX >> (Word::BITS - PRIORITY_AT)) | Word::from(priority) << PRIORITY_AT;
        };
        if frame::state_in(arena[frame + frame::STATE]) != super::machine::State::Blocked as u8 {
            return change(arena);
        }
        let at = Context::new(process, frame, op_of(arena, frame));
        if let Op::WorkOn { state, .. } = program.plain[at.op()] {
            return self.change_rank(arena, at, state, change);
        }
        let op = program.plain[at.op()];
        if let Op::Request { .. } = op {
            // Until it leaves the line it has the priority by which it asks.
            return;
        }
        let Some((used, code)) = program.accesses(&op).next() else { return change(arena) };
        let header = self.header(arena, code, at);
        let discipline = arena[header + resource::IDENTITY] >> 32 & 0xff;
        if discipline != Discipline::Priority as u64 {
            return change(arena);
        }
        let is_put = used.waits_for() == Some(crate::trace::WaitFor::Put);
        let queue = if is_put { resource::PUTTERS } else { resource::TAKERS };
        self.remove(arena, header, queue, process);
        change(arena);
        self.enqueue(arena, header, queue, process);
        if matches!(used.waits_for(), Some(crate::trace::WaitFor::Put | crate::trace::WaitFor::Get)) {
            self.serve(arena, header, process);
        }
    }
}

/// The priority that a process has by itself, plus 128.
pub(super) fn own_priority(program: &BoundProgram, arena: &[Word], process: ProcessId) -> u8 {
    let frame = program.frames[process.index()] as usize;
    let def = program.definition(process);
    let number = def.index.map_or(0, |slot| arena[slot.at(frame)]);
    // It was found when the process came, so there is no fault.
    let by_number = def.by_number.first_priority(&program.params, number).ok().flatten();
    by_number.unwrap_or_else(|| frame::priority_in(program.arena.word(frame + frame::LINK)))
}
