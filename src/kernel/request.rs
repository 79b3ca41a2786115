//! What an op asks of a resource, for a driver that answers itself.
//!
//! Real threads have primitives of their own, so that they can be compared
//! with the kernel's. But which resource an op means, how many items it wants
//! and where they go is no business of a primitive: it is read here.

use super::machine::{Machine, State, op_of, state_word};
use super::step::{Context, Kernel, Scheduler};
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::program::{
    BoundProgram, Glance, Manner, Op, RequestOps, ResourceCode, Slot, Source, frame, resource, work,
};
use crate::trace::{Fault, Sink};
use crate::value::{Item, Word};

/// What is asked of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Take a mutex.
    Lock,
    /// Give a mutex back.
    Unlock,
    /// Take one permit.
    Acquire,
    /// Take one permit, by a priority of its own.
    AcquireBy {
        /// The priority plus 128: lower goes first.
        priority: u8,
        /// Whether it takes one from who has it by a larger number.
        preempts: bool,
        /// Whether it had one before, which was taken from it.
        again: bool,
        /// The word that says whether it has one, if others may take it.
        place: Option<Slot>,
    },
    /// Take permits before all who wait: those that are free at once.
    Seize {
        /// How many.
        count: u64,
        /// Whether it takes them from who has them.
        preempts: bool,
    },
    /// Give one permit back.
    Release,
    /// Put `count` such items, all at once.
    Put {
        /// How many; at least 1, and no more than ever fit.
        count: u64,
        /// What each is.
        item: Item,
    },
    /// Get `count` items, all at once.
    Get {
        /// How many; at least 1, and no more than ever fit.
        count: u64,
        /// Whether the scenario says what is done where the buffer is closed.
        may_end: bool,
    },
    /// Close a buffer, or be one of those who have to.
    Close,
    /// Write a slot, which is there.
    Write {
        /// Which slot.
        slot: u64,
        /// The value that is written.
        value: Word,
    },
    /// Wait until a condition is notified, giving `mutex` back meanwhile.
    Wait {
        /// Which mutex.
        mutex: Option<ResourceId>,
    },
    /// Notify one process that waits at a condition.
    Notify,
    /// Notify all that wait at a condition.
    NotifyAll,
    /// Do what can be of a region, or wait until it can.
    Await,
    /// Come to a barrier.
    Arrive,
    /// Work on a processor.
    Serve {
        /// For how many nanoseconds.
        length: u64,
        /// In how many nanoseconds it is to end.
        deadline: u64,
    },
    /// Take cores from a processor, and from whom they serve.
    TakeCores {
        /// How many.
        count: u64,
    },
    /// Give cores back to a processor.
    GiveCores {
        /// How many.
        count: u64,
    },
    /// Start the process with this life.
    Launch,
    /// Start an instance that is not alive.
    Admit,
    /// Wait until the process with this life is done.
    Join,
    /// Wait for the first instance to be done that nobody has joined.
    JoinAny,
    /// Be done, which others may wait for.
    End,
    /// End the process with this life.
    Stop {
        /// Whether nobody gets what it holds.
        lost: bool,
    },
    /// Interrupt the process with this life.
    Interrupt,
    /// Say the level of a resource.
    Level,
    /// Say what is to be seen of a resource at a glance.
    Glance(Glance),
    /// Say what is in a slot, which is there, at a glance.
    GlanceAt {
        /// Which slot.
        slot: u64,
    },
    /// Read consecutive slots, which are there.
    Read {
        /// The first.
        first: u64,
        /// How many.
        count: u64,
    },
}

/// A request, and to whom it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceRequest {
    /// Of which resource.
    pub resource: ResourceId,
    /// What is asked of it.
    pub request: Request,
    /// The op that asks.
    pub op: OpId,
}

impl<Q: Scheduler, S: Sink> Kernel<'_, Q, S> {
    /// What the op in front of which `process` rests asks of a resource;
    /// `None` if it is not about one. Nothing is done yet.
    ///
    /// # Errors
    /// [`Fault`] if the arguments of the op break a rule.
    pub fn asked(&self, process: ProcessId) -> Result<Option<ResourceRequest>, Box<Fault>> {
        let at = self.context(process);
        let Some((header, request)) = self.request_at(at, self.program.plain[at.op()])? else {
            return Ok(None);
        };
        Ok(Some(ResourceRequest {
            resource: ResourceId(self.resource_id(self.arena, header)),
            request,
            op: OpId(at.op() as u32),
        }))
    }

    fn request_at(&self, at: Context, op: Op) -> Result<Option<(usize, Request)>, Box<Fault>> {
        let Some((_, code)) = self.program.accesses(&op).next() else { return Ok(None) };
        let header = |code: ResourceCode| self.header(self.arena, code, at);
        let word = |source: Source| self.read(self.arena, source, at.frame());
        let resource = header(code);
        let request = match op {
            Op::Lock { .. } | Op::LockInheriting { .. } => Request::Lock,
            Op::Unlock { .. } | Op::UnlockInheriting { .. } => Request::Unlock,
            Op::Acquire { .. } | Op::AcquireMany { .. } => Request::Acquire,
            Op::Request { words, preempts, manner, .. } => Request::AcquireBy {
                priority: self.asked_priority(self.arena, at, (words, manner))?,
                preempts: word(preempts) != 0,
                again: manner.again,
                place: manner.may_be_lost.then_some(RequestOps::place_of(words)),
            },
            Op::Seize { left, preempts, .. } => Request::Seize { count: word(left.source()), preempts },
            Op::Release { .. } | Op::ReleaseMany { .. } => Request::Release,
            Op::Put { value, .. } => Request::Put { count: 1, item: Item::from(word(value)) },
            Op::PutMany { many } => {
                let code = self.program.many[many as usize];
                let count = self.request(self.arena, at, resource, word(code.count))?;
                let first = code.operand.at(at.frame());
                Request::Put { count, item: Item::of(&self.arena[first..first + usize::from(code.fields)]) }
            }
            Op::Take { .. } | Op::Get { .. } => {
                Request::Get { count: 1, may_end: self.program.ending(at.op()).is_some() }
            }
            Op::GetMany { many } => {
                let count = self.request_to_get(self.arena, at, resource, many)?;
                Request::Get { count, may_end: self.program.ending(at.op()).is_some() }
            }
            Op::Close { .. } => Request::Close,
            Op::Write { at: slot, value, .. } => {
                let slot = word(slot);
                self.slot_at(self.arena, at, resource, slot)?;
                Request::Write { slot, value: word(value) }
            }
            Op::Read { at: slot, .. } => {
                let first = word(slot);
                self.slot_at(self.arena, at, resource, first)?;
                Request::Read { first, count: 1 }
            }
            Op::ReadMany { many } => {
                let first = word(self.program.many[many as usize].operand);
                let count = self.request_to_read(self.arena, at, many)?;
                for number in 0..count {
                    self.slot_at(self.arena, at, resource, first.wrapping_add(number))?;
                }
                Request::Read { first, count }
            }
            Op::Wait { mutex, .. } => {
                let id = |code| ResourceId(self.resource_id(self.arena, header(code)));
                Request::Wait { mutex: mutex.map(id) }
            }
            Op::Notify { .. } => Request::Notify,
            Op::NotifyAll { .. } => Request::NotifyAll,
            Op::Await { .. } => Request::Await,
            Op::Arrive { .. } => Request::Arrive,
            Op::WorkOn { wait, state, .. } => {
                let (length, deadline) = self.job(self.arena, at, wait, state.at(at.frame()))?;
                Request::Serve { length, deadline }
            }
            Op::TakeCores { left, .. } => Request::TakeCores { count: word(left.source()) },
            Op::GiveCores { left, .. } => Request::GiveCores { count: word(left.source()) },
            Op::Launch { .. } => Request::Launch,
            Op::Admit { .. } => Request::Admit,
            Op::Join { .. } => Request::Join,
            Op::JoinAny { .. } => Request::JoinAny,
            Op::Done { .. } => Request::End,
            Op::Stop { lost, .. } => Request::Stop { lost },
            Op::Interrupt { .. } => Request::Interrupt,
            Op::Level { .. } => Request::Level,
            Op::Peek { glance, .. } => Request::Glance(glance),
            Op::PeekSlot { at: slot, .. } => {
                let slot = word(slot);
                self.slot_at(self.arena, at, resource, slot)?;
                Request::GlanceAt { slot }
            }
            other => unreachable!("{other:?} asks nothing of a resource"),
        };
        Ok(Some((resource, request)))
    }

    /// Checks that what the process waits for by the op in front of which it rests can be.
    ///
    /// # Errors
    /// [`Fault`] if it never can.
    pub fn check_awaited(&self, process: ProcessId) -> Result<(), Box<Fault>> {
        self.check_wanted(self.arena, self.context(process))
    }

    /// What was asked has been done: `values`, if any were asked for, go where
    /// the op says, and the process stands behind what is done of the op.
    pub fn answer(&mut self, process: ProcessId, values: &[Word]) {
        let at = self.context(process);
        let mut next = at.op() + 1;
        match self.program.plain[at.op()] {
            Op::Get { into, .. }
            | Op::Read { into, .. }
            | Op::Level { into, .. }
            | Op::Peek { into, .. }
            | Op::PeekSlot { into, .. }
            | Op::JoinAny { into: Some(into), .. } => {
                let value = *values.first().expect("one value was asked for");
                self.arena[into.at(at.frame())] = value;
            }
            Op::GetMany { many } | Op::ReadMany { many } => {
                let code = self.program.many[many as usize];
                if let Some(array) = code.array() {
                    let (start, _) = self.array(self.arena, at.frame(), array);
                    self.arena[start..start + values.len()].copy_from_slice(values);
                }
                for (slot, &value) in code.record().zip(values) {
                    self.arena[slot.at(at.frame())] = value;
                }
            }
            Op::AcquireMany { left, .. } | Op::ReleaseMany { left, .. } => {
                let rest = self.read(self.arena, left.source(), at.frame()) - 1;
                self.arena[left.at(at.frame())] = rest;
                next -= usize::from(rest > 0);
            }
            Op::Seize { left, .. } => {
                let taken = *values.first().expect("it was told how many it has got");
                let rest = self.read(self.arena, left.source(), at.frame()) - taken;
                self.arena[left.at(at.frame())] = rest;
                next -= usize::from(rest > 0);
            }
            Op::TakeCores { left, .. } | Op::GiveCores { left, .. } => self.arena[left.at(at.frame())] = 0,
            Op::Request { words, manner: Manner { may_be_lost: true, .. }, .. } => {
                self.arena[RequestOps::place_of(words).at(at.frame())] = 1;
            }
            Op::Await { .. } => next = *values.first().expect("it was told where it goes on") as usize,
            Op::WorkOn { state, .. } => {
                let start = state.at(at.frame());
                self.arena[start..start + work::WORDS].fill(0);
            }
            _ => {}
        }
        self.arena[at.frame() + frame::STATE] = state_word(next, State::Ready);
    }

    /// The op with which a process goes on that is served at the one in front of which it rests: the same
    /// if more is to be taken by that.
    pub fn served_at(&self, process: ProcessId) -> OpId {
        let at = self.context(process);
        let stays = match self.program.plain[at.op()] {
            Op::AcquireMany { left, .. } => self.read(self.arena, left.source(), at.frame()) > 1,
            Op::WorkOn { .. } | Op::Done { .. } => true,
            _ => false,
        };
        OpId::from_index(at.op() + usize::from(!stays))
    }

    /// That `process` released a mutex which is not its own.
    pub fn not_owner_fault(
        &self,
        asked: &ResourceRequest,
        process: ProcessId,
        owner: Option<ProcessId>,
    ) -> Box<Fault> {
        self.not_owner(self.context(process), asked.resource, owner)
    }

    /// That `process` gave a semaphore more permits than can be counted.
    pub fn permits_fault(&self, semaphore: ResourceId, process: ProcessId) -> Box<Fault> {
        self.too_many_permits(self.context(process), semaphore)
    }

    /// That `process` asks for a life what cannot be.
    pub fn life_fault(&self, asked: &ResourceRequest, process: ProcessId) -> Box<Fault> {
        let at = self.context(process);
        let header = self.program.resource_at(asked.resource);
        let other = ProcessId(self.arena[header + resource::PROCESS] as u32);
        match asked.request {
            Request::Launch => self.is_alive(at, other),
            Request::Join => self.never_started(at, other),
            Request::Admit => self.no_place(at, header, self.arena),
            Request::Stop { .. } => self.stops_itself(at),
            Request::Interrupt => self.interrupts_itself(at),
            other => unreachable!("{other:?} of a life is always granted"),
        }
    }

    fn context(&self, process: ProcessId) -> Context {
        let frame = self.program.frames[process.index()] as usize;
        Context::new(process, frame, op_of(self.arena, frame))
    }
}

/// For a driver with primitives of its own: its state as a machine.
impl Machine {
    /// Puts `process` on `op`, in this state.
    pub fn set_state(&mut self, program: &BoundProgram, process: ProcessId, op: OpId, state: State) {
        self.arena[program.frames[process.index()] as usize + frame::STATE] = state_word(op.index(), state);
    }

    /// Counts those who are not done and no daemons, as the states say.
    pub fn count_live(&mut self, program: &BoundProgram) {
        let processes = (0..program.process_count()).map(ProcessId::from_index);
        let is_awaited =
            |&process: &ProcessId| self.state(program, process) != State::Done && !program.is_daemon(process);
        self.live = processes.filter(is_awaited).count() as u32;
    }

    /// Takes over where `process` stands in `other`, with its variables but
    /// for its private arrays.
    pub fn take_frame(&mut self, program: &BoundProgram, process: ProcessId, other: &Machine) {
        let frame = program.frame_of(process);
        self.arena[frame.clone()].copy_from_slice(&other.arena[frame]);
    }

    /// Makes `owner` the owner of a mutex.
    pub fn set_owner(&mut self, program: &BoundProgram, mutex: ResourceId, owner: Option<ProcessId>) {
        let header = program.resource_at(mutex);
        self.arena[header + resource::OWNER] = owner.map_or(0, |owner| u64::from(owner.0) + 1);
        self.arena[header + resource::LEVEL] = u64::from(owner.is_none());
    }

    /// Says how much there is of a resource: free permits, or those who wait at a barrier.
    pub fn set_level(&mut self, program: &BoundProgram, id: ResourceId, level: u64) {
        self.arena[program.resource_at(id) + resource::LEVEL] = level;
    }

    /// All words of the state but the clock, to tell states apart.
    pub fn words(&self) -> &[Word] {
        &self.arena
    }

    /// Fills a memory.
    pub fn set_memory(&mut self, program: &BoundProgram, memory: ResourceId, content: &[Word]) {
        let start = self.arena[program.resource_at(memory) + resource::CONTENT] as usize;
        self.arena[start..start + content.len()].copy_from_slice(content);
    }
}
