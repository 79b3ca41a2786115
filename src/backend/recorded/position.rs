//! The state in which a search over a recording is, and the way back.
//!
//! There is one machine, however deep the search: of what a step changed, only
//! the words that it changed are kept, and undone one by one. Decides which
//! words those can be, so that a step takes time in proportion to what it
//! touches, and not to the memories and buffers of the scenario.
//!
//! Invariants:
//! 1. Between two steps `machine` and `shadow` are equal.
//! 2. `hash` is that of all words of the machine.

use crate::ids::{OpId, ProcessId, ResourceId};
use crate::kernel::{Choices, Draws, Kernel, Machine, Probe, Rest, State, Yield};
use crate::program::{BoundProgram, FRAME_WORDS, LiveWords, RESOURCE_WORDS, Slot, array_in, frame, resource};
use crate::trace::{Event, Kind, Sink};
use crate::value::Word;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_128;

/// Loop rounds of a process between two steps; then others get their turn.
const ROUNDS: u64 = 100_000;

/// Machines of more words are not compared as a whole, which is for tests.
const SMALL: usize = 4_096;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// The step in front of which the process rests; inside an atomic block a
    /// single op of it.
    Step,
    /// To come in front of the next step.
    Settle,
    /// To wait no longer, where a wait may run out.
    GiveUp,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepResult {
    /// The process can go on at once.
    Ready,
    /// It lets time pass.
    Delayed,
    /// It waits at the resource with this header.
    Blocked(usize),
    /// It is done.
    Done,
    /// A rule was broken, or a buffer outgrew the memory: there is no such step.
    Broken,
}

/// How to undo a change.
#[derive(Debug)]
enum Undo {
    Word {
        at: u32,
        old: Word,
    },
    Live(u32),
    /// The ring of a buffer was moved: the whole machine, and its hash.
    Grown(Box<Machine>, u128),
}

/// The marks and log lines of an attempt, and the places that it wrote to.
#[derive(Debug, Default)]
struct Seen {
    told: Vec<(Event, Vec<Word>)>,
    /// How many items each buffer was given.
    puts: Vec<(ResourceId, u64)>,
    /// The slots of memories that were written.
    writes: Vec<(ResourceId, u32)>,
}

impl Sink for Seen {
    fn event(&mut self, event: &Event, args: &[Word]) {
        let resource = ResourceId(event.subject);
        match event.kind {
            Kind::Mark | Kind::Log => self.told.push((*event, args.to_vec())),
            Kind::Write => self.writes.push((resource, event.extra)),
            Kind::Put => match self.puts.iter_mut().find(|(buffer, _)| *buffer == resource) {
                Some((_, count)) => *count += 1,
                None => self.puts.push((resource, 1)),
            },
            _ => {}
        }
    }
}

/// What is the same for all instances of a process.
#[derive(Debug)]
struct Frames {
    /// The first instance.
    first: ProcessId,
    live: LiveWords,
    /// The frame words that are cleared where they mean nothing any more.
    kept: Vec<u32>,
}

/// The memory that a machine and its shadow take at the beginning, in bytes.
pub(super) fn bytes_of_states(program: &BoundProgram) -> usize {
    2 * program.arena.len() * size_of::<Word>()
}

/// The one machine of a search, with the way back to where it was.
#[derive(Debug)]
pub(super) struct Position<'a> {
    program: &'a BoundProgram,
    pub(super) machine: Machine,
    shadow: Machine,
    draws: Draws,
    trail: Vec<Undo>,
    /// What the machines in the trail take.
    grown: usize,
    pub(super) hash: u128,
    /// By process definition.
    frames: Vec<Frames>,
    /// What the last attempt touched, until it is kept or taken back.
    dirty: Vec<Range<usize>>,
    seen: Seen,
}

impl<'a> Position<'a> {
    pub(super) fn new(program: &'a BoundProgram, seed: u64) -> Position<'a> {
        let machine = Machine::new(program);
        let defs = program.processes.iter().filter(|def| def.count > 0);
        let frames = defs.map(|def| {
            let at = program.frame_of(def.first);
            let live = LiveWords::new(program, machine.op(program, def.first), at.len());
            let kept = (FRAME_WORDS..at.len() as u32).filter(|&slot| def.index != Some(Slot(slot)));
            Frames { first: def.first, live, kept: kept.collect() }
        });
        Position {
            frames: frames.collect(),
            program,
            hash: hash_of(&machine),
            shadow: machine.clone(),
            machine,
            draws: Draws::new(program, seed, 0),
            trail: Vec::new(),
            grown: 0,
            dirty: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// How much is to be undone; see [`Self::undo`].
    pub(super) fn mark(&self) -> usize {
        self.trail.len()
    }

    /// The memory that the states and the way back take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        bytes_of_states(self.program) + self.trail.len() * size_of::<Undo>() + self.grown
    }

    /// The marks and log lines of the last attempt.
    pub(super) fn told(&mut self) -> Vec<(Event, Vec<Word>)> {
        std::mem::take(&mut self.seen.told)
    }

    /// Lets `process` do something, without time, and as far as can be said
    /// before it is kept ([`Self::keep`]) or taken back ([`Self::take_back`]).
    pub(super) fn attempt(&mut self, process: ProcessId, what: Attempt, choices: &mut Choices) -> StepResult {
        loop {
            self.seen = Seen::default();
            let choices_left = std::mem::take(choices);
            let mut probe = Probe { choices: choices_left, is_timeless: true, ..Probe::default() };
            let before = self.machine.op(self.program, process);
            let waits = self.state(process) == State::Blocked;
            let mut kernel =
                Kernel::new(self.program, &mut self.machine, &mut self.draws, &mut probe, &mut self.seen);
            kernel.own.fuel = ROUNDS;
            let rest = match what {
                Attempt::Step => kernel.step_op(process),
                Attempt::Settle => kernel.settle(process),
                Attempt::GiveUp if waits => kernel.time_out(process),
                Attempt::GiveUp => kernel.step_op(process).and_then(|_| kernel.time_out(process)),
            };
            *choices = std::mem::take(&mut probe.choices);
            if let Ok(Rest::Yielded(Yield::NeedsRoom { header, items })) = rest {
                self.note_dirty(process, &mut probe);
                self.take_back();
                if !self.lengthen(header, items) {
                    return StepResult::Broken;
                }
                continue;
            }
            let result = match rest {
                // What follows a step may break a rule; others could still
                // come between the two.
                Err(fault) if what != Attempt::Settle && fault.op != before => {
                    self.machine.set_state(self.program, process, fault.op, State::Ready);
                    StepResult::Ready
                }
                Err(_) => StepResult::Broken,
                Ok(rest) => {
                    let op = self.machine.op(self.program, process);
                    step_result(rest, || probe.waited_for(self.program, op).expect("whoever waits has asked"))
                }
            };
            self.note_dirty(process, &mut probe);
            return result;
        }
    }

    /// Keeps what the last attempt changed; hands every process whose state is
    /// another one, and every resource whose header is, to `each`.
    pub(super) fn keep(&mut self, mut each: impl FnMut(Changed)) {
        if self.machine.live != self.shadow.live {
            self.trail.push(Undo::Live(self.shadow.live));
            self.shadow.live = self.machine.live;
        }
        for range in std::mem::take(&mut self.dirty) {
            for at in range {
                let (old, new) = (self.shadow.arena[at], self.machine.arena[at]);
                if old != new {
                    self.trail.push(Undo::Word { at: at as u32, old });
                    self.hash = self.hash.wrapping_sub(mixed(at, old)).wrapping_add(mixed(at, new));
                    self.shadow.arena[at] = new;
                    changed(self.program, at).into_iter().for_each(&mut each);
                }
            }
        }
        if cfg!(debug_assertions) && self.machine.arena.len() <= SMALL {
            assert_eq!(self.machine, self.shadow, "invariant 1");
            assert_eq!(self.hash, hash_of(&self.machine), "invariant 2");
        }
    }

    /// Undoes the last attempt, which was not kept.
    pub(super) fn take_back(&mut self) {
        self.machine.live = self.shadow.live;
        for range in std::mem::take(&mut self.dirty) {
            self.machine.arena[range.clone()].copy_from_slice(&self.shadow.arena[range]);
        }
        if cfg!(debug_assertions) && self.machine.arena.len() <= SMALL {
            assert_eq!(self.machine, self.shadow, "invariant 1");
        }
    }

    /// Undoes what was kept since [`Self::mark`] gave `mark`; `each` as in
    /// [`Self::keep`].
    pub(super) fn undo(&mut self, mark: usize, mut each: impl FnMut(Changed)) {
        self.take_back();
        while self.trail.len() > mark {
            match self.trail.pop().expect("it is longer") {
                Undo::Word { at, old } => {
                    let at = at as usize;
                    let new = self.machine.arena[at];
                    self.hash = self.hash.wrapping_sub(mixed(at, new)).wrapping_add(mixed(at, old));
                    (self.machine.arena[at], self.shadow.arena[at]) = (old, old);
                    changed(self.program, at).into_iter().for_each(&mut each);
                }
                Undo::Live(live) => (self.machine.live, self.shadow.live) = (live, live),
                Undo::Grown(machine, hash) => {
                    self.grown -= machine.arena.len() * size_of::<Word>();
                    self.hash = hash;
                    self.machine.clone_from(&machine);
                    self.shadow = *machine;
                }
            }
        }
    }

    fn lengthen(&mut self, header: usize, items: u64) -> bool {
        let before = Box::new(self.shadow.clone());
        if !self.machine.lengthen(self.program, header, items) {
            return false;
        }
        self.grown += before.arena.len() * size_of::<Word>();
        self.trail.push(Undo::Grown(before, self.hash));
        self.hash = hash_of(&self.machine);
        self.shadow.clone_from(&self.machine);
        true
    }

    /// Takes note of all words that the last attempt of `process` can have changed,
    /// and clears those that mean nothing any more.
    fn note_dirty(&mut self, process: ProcessId, probe: &mut Probe) {
        self.dirty.clear();
        self.note_process(process);
        for woken in std::mem::take(&mut probe.woken) {
            self.note_process(woken);
        }
        let headers = probe.touched.get_mut();
        headers.sort_unstable();
        headers.dedup();
        for header in std::mem::take(headers) {
            self.dirty.push(header..header + RESOURCE_WORDS);
            self.note_queues(header);
            let content = self.machine.forget_served_last(self.program, header);
            self.dirty.extend(content);
            self.machine.settle_items(self.program, header);
            self.dirty.extend(self.machine.chosen_items(header));
        }
        for (buffer, count) in std::mem::take(&mut self.seen.puts) {
            self.note_puts(self.program.resource_at(buffer), count);
        }
        for (memory, slot) in std::mem::take(&mut self.seen.writes) {
            let content = self.machine.arena[self.program.resource_at(memory) + resource::CONTENT] as usize;
            self.dirty.push(content + slot as usize..content + slot as usize + 1);
        }
    }

    fn note_process(&mut self, process: ProcessId) {
        let own = self.program.frame_of(process);
        let def = self.frames.partition_point(|def| def.first <= process) - 1;
        let def = &self.frames[def];
        let arena = &mut self.machine.arena;
        for descriptor in &def.live.arrays {
            // Where an array lies never changes.
            let (start, len) = array_in(self.shadow.arena[own.start + descriptor.0 as usize]);
            self.dirty.push(start..start + len);
        }
        let op = frame::op_in(arena[own.start + frame::STATE]);
        for &slot in &def.kept {
            let is_array = def.live.arrays.contains(&Slot(slot));
            if !is_array && !def.live.matters(op, slot) {
                arena[own.start + slot as usize] = 0;
            }
        }
        // Nobody looks at when a delay ends, or how long work takes.
        if frame::state_in(arena[own.start + frame::STATE]) != State::Blocked as u8 {
            arena[own.start + frame::UNTIL] = 0;
        }
        self.machine.forget_work_times(self.program, process);
        self.dirty.push(own);
    }

    /// The links of all who wait at a resource, now and before, in both directions.
    fn note_queues(&mut self, header: usize) {
        if self.program.resource_info(self.program.resource_of(header)).kind.has_slots() {
            return;
        }
        for queue in [header + resource::TAKERS, header + resource::PUTTERS] {
            for machine in [&self.machine, &self.shadow] {
                for process in machine.queue(self.program, queue) {
                    let link = self.program.frames[process.index()] as usize + frame::LINK;
                    self.dirty.push(link..link + 1 + usize::from(self.program.has_timeouts()));
                }
            }
        }
    }

    /// The places of a ring behind its last item before `count` were put.
    fn note_puts(&mut self, header: usize, count: u64) {
        let words = &self.shadow.arena[header..header + RESOURCE_WORDS];
        let (content, ring) = (words[resource::CONTENT] as usize, words[resource::RING] as usize);
        let count = count as usize;
        if count >= ring {
            self.dirty.push(content..content + ring);
            return;
        }
        let first = (words[resource::HEAD] + words[resource::LEVEL]) as usize % ring;
        let behind = (first + count).saturating_sub(ring);
        self.dirty.push(content + first..content + first + count - behind);
        self.dirty.push(content..content + behind);
    }

    /// Whether the wait of a process may run out on the op on which it stands.
    pub(super) fn may_give_up(&self, process: ProcessId) -> bool {
        self.program.timeout(self.op(process).index()).is_some()
    }

    /// Where a process stands.
    pub(super) fn op(&self, process: ProcessId) -> OpId {
        self.machine.op(self.program, process)
    }

    /// What it is doing.
    pub(super) fn state(&self, process: ProcessId) -> State {
        self.machine.state(self.program, process)
    }
}

/// Who or what is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// Any word of the frame of a process.
    Process(ProcessId),
    /// The resource with this header.
    Header(usize),
}

/// What a rest says; `waited_for` gives the header of the resource that a wait hangs on.
fn step_result(rest: Rest, waited_for: impl FnOnce() -> usize) -> StepResult {
    match rest {
        Rest::Ready | Rest::Yielded(Yield::OutOfFuel) => StepResult::Ready,
        Rest::Yielded(Yield::Delayed(_)) => StepResult::Delayed,
        Rest::Yielded(Yield::Done) => StepResult::Done,
        Rest::Yielded(Yield::Blocked) => StepResult::Blocked(waited_for()),
        Rest::Yielded(Yield::NeedsRoom { .. }) => unreachable!("it was given room"),
    }
}

/// Whose word of a state this is; `None` for contents.
fn changed(program: &BoundProgram, at: usize) -> Option<Changed> {
    if at >= program.contents_base {
        return None;
    }
    if at >= program.frames.first().map_or(usize::MAX, |&first| first as usize) {
        let after = program.frames.partition_point(|&frame| frame as usize <= at);
        return Some(Changed::Process(ProcessId::from_index(after - 1)));
    }
    (at >= program.resource_base).then(|| Changed::Header(at - (at - program.resource_base) % RESOURCE_WORDS))
}

/// What a word adds to the hash of a state: a sum, so that it follows from what changed.
fn mixed(at: usize, word: Word) -> u128 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(at as u64).to_le_bytes());
    bytes[8..].copy_from_slice(&word.to_le_bytes());
    xxh3_128(&bytes)
}

fn hash_of(machine: &Machine) -> u128 {
    let words = machine.words().iter().enumerate();
    words.fold(0, |sum, (at, &word)| sum.wrapping_add(mixed(at, word)))
}
