//! All the state there is, as plain values.

use crate::ids::{OpId, ProcessId, ResourceId};
use crate::program::{BoundProgram, FRAME_WORDS, RESOURCE_WORDS, frame, resource};
use crate::time::Time;
use crate::value::{Type, Value, Word};

/// What a process is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Before its first step.
    New = 0,
    /// Letting time pass, with or without a processor.
    Delayed = 1,
    /// Waiting for a resource.
    Blocked = 2,
    /// Able to go on now.
    Ready = 3,
    /// Not alive: after its last step, or never started although others may start it.
    Done = 4,
}

impl State {
    const ALL: [State; 5] = [State::New, State::Delayed, State::Blocked, State::Ready, State::Done];
}

/// The complete state of a run. A clone of it goes on exactly as the original.
///
/// Invariants, asserted by [`Machine::check`]:
/// 1. A mutex that is free, a semaphore with permits, has no waiter.
/// 2. A process is in at most one queue of who waits, and in one exactly if it is
///    blocked; who shares a processor and does not end first is blocked in its heap.
/// 3. A buffer's level is at most its capacity.
/// 4. A mutex is free exactly if it has no owner.
/// 5. The level of a condition is the number of those who wait at it.
/// 6. The first who waits to put into a buffer has no room, and the first who
///    waits to get finds too few items.
/// 7. As many cores of a processor are free as serve nobody, and none if somebody is
///    ready for one.
/// 8. Whoever stands in the list of a life for any instance is not alive.
/// 9. Nobody waits for a buffer that is closed.
/// 10. Where items have keys, each is given before the two below it in the heap.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    /// See [`crate::program`]'s layout.
    pub(crate) arena: Vec<Word>,
    /// The clock.
    pub now: Time,
    /// Processes that are alive, or will be by themselves, and are no daemons.
    pub live: u32,
}

impl Clone for Machine {
    fn clone(&self) -> Machine {
        Machine { arena: self.arena.clone(), now: self.now, live: self.live }
    }

    /// Keeps the memory that it has: explorers do this all the time.
    fn clone_from(&mut self, source: &Machine) {
        self.arena.clone_from(&source.arena);
        (self.now, self.live) = (source.now, source.live);
    }
}

/// The word that says where a process stands and in which state.
#[inline(always)]
pub(super) fn state_word(op: usize, state: State) -> Word {
    frame::state_word(op, state as u8)
}

/// The words of a resource header, with one check of the bounds.
#[inline(always)]
pub(super) fn header_words(arena: &mut [Word], header: usize) -> &mut [Word; RESOURCE_WORDS] {
    (&mut arena[header..header + RESOURCE_WORDS]).try_into().expect("a header has that many words")
}

/// The type of what a buffer or memory holds, from the word that says which
/// resource it is.
#[inline(always)]
pub(super) fn item_type(identity: Word) -> Type {
    // Written out, the compiler sees that it is the number itself.
    match (identity >> 40) as u8 % 4 {
        0 => Type::Int,
        1 => Type::Float,
        2 => Type::Bool,
        _ => Type::Duration,
    }
}

/// The fixed words of a process frame, with one check of the bounds.
#[inline(always)]
pub(super) fn frame_words(arena: &mut [Word], frame: usize) -> &mut [Word; FRAME_WORDS as usize] {
    (&mut arena[frame..frame + FRAME_WORDS as usize]).try_into().expect("a frame has these words at least")
}

/// The op that the process with this frame executes next, or waits on.
#[inline(always)]
pub(super) fn op_of(arena: &[Word], frame: usize) -> usize {
    frame::op_in(arena[frame + frame::STATE])
}

/// Where a process stands and when, for messages.
#[cold]
pub(super) fn place(arena: &[Word], now: Time, program: &BoundProgram, process: ProcessId) -> String {
    let name = program.process_name(process);
    let op = op_of(arena, program.frames[process.index()] as usize);
    format!("at {now}, with process '{name}' on line {}", program.sites[op].line)
}

impl Machine {
    /// The initial state of a run.
    pub fn new(program: &BoundProgram) -> Machine {
        let mut machine = Machine { arena: Vec::new(), now: Time::ZERO, live: 0 };
        machine.reset(program);
        machine
    }

    /// Back to the initial state, without allocating.
    pub fn reset(&mut self, program: &BoundProgram) {
        program.arena.lay_out(&mut self.arena);
        self.now = Time::ZERO;
        self.live = program.awaited_count() as u32;
    }

    /// Puts into the initial state what only runs in virtual time go by.
    pub fn settle(&mut self, program: &BoundProgram) {
        program.optimised.settle(&mut self.arena);
        if program.optimised.lists {
            self.list_holders(program);
            self.list_watchers(program);
        }
    }

    /// What a process is doing.
    pub fn state(&self, program: &BoundProgram, process: ProcessId) -> State {
        let word = self.arena[program.frames[process.index()] as usize + frame::STATE];
        State::ALL[usize::from(frame::state_in(word))]
    }

    /// The op that a process executes next, or on which it waits.
    pub fn op(&self, program: &BoundProgram, process: ProcessId) -> OpId {
        OpId::from_index(op_of(&self.arena, program.frames[process.index()] as usize))
    }

    /// The priority of a process plus 128: lower goes first.
    pub fn priority(&self, program: &BoundProgram, process: ProcessId) -> u8 {
        frame::priority_in(self.arena[program.frames[process.index()] as usize + frame::LINK])
    }

    /// Where a process stands and when, for messages.
    pub fn place(&self, program: &BoundProgram, process: ProcessId) -> String {
        place(&self.arena, self.now, program, process)
    }

    /// The free permits of a semaphore, the items in a buffer, 1 or 0 for a
    /// mutex that is free or not.
    pub fn level(&self, program: &BoundProgram, id: ResourceId) -> u64 {
        self.arena[program.resource_at(id) + resource::LEVEL]
    }

    /// Who owns a mutex.
    pub fn owner(&self, program: &BoundProgram, id: ResourceId) -> Option<ProcessId> {
        let owner = self.arena[program.resource_at(id) + resource::OWNER];
        owner.checked_sub(1).map(|process| ProcessId(process as u32))
    }

    /// The mutexes that are owned by a process that is done, each with that process: nobody
    /// can give them back.
    pub fn abandoned(&self, program: &BoundProgram) -> Vec<(ResourceId, ProcessId)> {
        let is_done = |process: &ProcessId| self.state(program, *process) == State::Done;
        let abandoned = |id| self.owner(program, id).filter(is_done).map(|owner| (id, owner));
        let owned = program.resources.iter().filter(|info| info.kind.is_owned());
        owned
            .flat_map(|info| (info.first.0..info.first.0 + info.count).map(ResourceId))
            .filter_map(abandoned)
            .collect()
    }

    /// The items in a buffer that are no records, in the order in which they are given.
    pub fn items(&self, program: &BoundProgram, id: ResourceId) -> Vec<Value> {
        let ty = program.resource_info(id).ty;
        self.item_words(program, program.resource_at(id)).map(|item| Value::from_word(ty, item[0])).collect()
    }

    /// The content of a memory, slot by slot.
    pub fn memory(&self, program: &BoundProgram, id: ResourceId) -> Vec<Value> {
        self.first_slots(program, id, usize::MAX)
    }

    /// The first `most` slots of a memory, or all if there are fewer.
    pub fn first_slots(&self, program: &BoundProgram, id: ResourceId, most: usize) -> Vec<Value> {
        let header = program.resource_at(id);
        let content = self.arena[header + resource::CONTENT] as usize;
        let slots = most.min(self.arena[header + resource::CAPACITY] as usize);
        let ty = program.resource_info(id).ty;
        self.arena[content..content + slots].iter().map(|&word| Value::from_word(ty, word)).collect()
    }

    /// The contents of all memories, by resource.
    pub fn memories(&self, program: &BoundProgram) -> Vec<(ResourceId, Vec<Value>)> {
        let memories = program.resources.iter().filter(|info| info.kind.has_slots());
        memories
            .flat_map(|info| info.first.0..info.first.0 + info.count)
            .map(|id| (ResourceId(id), self.memory(program, ResourceId(id))))
            .collect()
    }

    /// The contents of the memories, no more than the first `most` values, and how
    /// many there are beyond them. A memory of which nothing is left is not listed.
    pub fn memories_up_to(
        &self,
        program: &BoundProgram,
        most: usize,
    ) -> (Vec<(ResourceId, Vec<Value>)>, u64) {
        let (mut kept, mut room, mut left_out) = (Vec::new(), most, 0);
        for info in program.resources.iter().filter(|info| info.kind.has_slots()) {
            let slots = info.capacity.unwrap_or(0);
            for number in 0..info.count {
                if room == 0 {
                    left_out += slots * u64::from(info.count - number);
                    break;
                }
                let id = ResourceId(info.first.0 + number);
                let values = self.first_slots(program, id, room);
                room -= values.len();
                left_out += slots - values.len() as u64;
                kept.push((id, values));
            }
        }
        (kept, left_out)
    }
}
