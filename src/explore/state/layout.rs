//! A state in parts: each process, each resource and the clock.
//!
//! Decides which words of a machine belong to which part, and in which form
//! two of them are the same: leftovers in frames are cleared (see
//! [`LiveWords`]), items of buffers stand in their order wherever the ring
//! happens to begin, and without time there is no clock, and a process that
//! could go on is just that. A part is read from a machine, and written into
//! one, as a sequence of words.

use super::world::{Clock, World};
use crate::explore::code::calls;
use crate::explore::symmetry::{Ring, RingSymmetry};
use crate::ids::{ProcessId, ResourceId};
use crate::kernel::{Machine, Origin, State};
use crate::program::{
    BoundProgram, FRAME_WORDS, LiveWords, Op, Slot, array_in, closing, frame, resource, work,
};
use crate::time::Time;
use crate::trace::Holds;
use crate::value::Word;

/// A private array of a process: its descriptor, and where its elements lie.
#[derive(Debug, Clone, Copy)]
struct Array {
    descriptor: u32,
    start: usize,
    len: usize,
}

#[derive(Debug, Clone)]
enum Part {
    Process {
        frame: usize,
        /// Which liveness table.
        def: usize,
        arrays: Vec<Array>,
    },
    /// A resource whose state is its header.
    Header(usize),
    /// A memory: its slots.
    Slots {
        header: usize,
        len: usize,
    },
    /// A buffer: its level and whether it is closed, its queues and its items.
    Buffer(usize),
    /// A processor: its level, its queues and whom it serves.
    Processor(usize),
    /// The state of the code that steps call.
    Code,
    Clock,
    /// What the monitors have seen.
    Watch,
}

/// The part of a process's link word that says who waits with it.
const LINKED: Word = 0x00ff_ffff_ffff_ffff;

/// The header words of a resource without contents that can change, but for
/// its queues.
const CHANGING: [usize; 2] = [resource::LEVEL, resource::OWNER];

/// Where the cores that are taken lie in the word of those that are free.
const TAKEN_AT: u32 = 32;

/// The queues of a resource.
const QUEUES: [usize; 2] = [resource::TAKERS, resource::PUTTERS];

/// The parts of the states of one scenario.
#[derive(Debug, Clone)]
pub(crate) struct Layout<'a> {
    program: &'a BoundProgram,
    clock: Clock,
    parts: Vec<Part>,
    /// By process definition.
    live: Vec<LiveWords>,
    /// By process definition: the ring in which the instances stand.
    rings: Vec<Option<Ring>>,
    /// By process definition: the variables that matter anywhere.
    kept: Vec<Vec<u32>>,
    /// By process definition: the first of the words of its work on processors.
    works: Vec<Option<u32>>,
    /// By process definition: the words that say when its waits run out, one for those that are not
    /// interruptible, and one for those of each interruptible block.
    untils: Vec<Vec<u32>>,
    /// By process definition: the variables that outlive a process.
    outliving: Vec<Vec<u32>>,
    /// Whether priorities change.
    moves_priorities: bool,
    /// By process definition.
    frame_words: Vec<usize>,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(
        program: &'a BoundProgram,
        clock: Clock,
        watched: bool,
        ring_symmetry: Option<&RingSymmetry>,
    ) -> Layout<'a> {
        let machine = Machine::new(program);
        let (rings, kept, works, frame_words) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let has_launches = program.has_launches();
        let moves_priorities = program.has_inheritance()
            || program.has_requests
            || program.processes.iter().any(|def| def.by_number.has_priority());
        let mut layout = Layout {
            program,
            clock,
            moves_priorities,
            parts: Vec::new(),
            live: Vec::new(),
            rings,
            kept,
            works,
            untils: Vec::new(),
            outliving: Vec::new(),
            frame_words,
        };
        for def in &program.processes {
            if def.count == 0 {
                continue;
            }
            let words = program.frame_of(def.first).len();
            let live = LiveWords::new(program, machine.op(program, def.first), words);
            let range = crate::program::ops_of(program, machine.op(program, def.first));
            // The priority by itself of one that arrives is found by its number.
            let sets_priority = |slot: u32| def.by_number.has_priority() && def.index == Some(Slot(slot));
            // The number of an instance never changes, unless it is that of an arrival. Where its
            // arrays are never does, and who arrives has to find them.
            let kept: Vec<u32> = (FRAME_WORDS..words as u32)
                .filter(|&slot| def.index != Some(Slot(slot)) || def.life.is_some())
                .filter(|&slot| !def.arrays.contains(&Slot(slot)))
                .filter(|&slot| sets_priority(slot) || range.clone().any(|op| live.matters(op, slot)))
                .collect();
            let outlives =
                |slot: &&u32| has_launches && (def.drawn.contains(&Slot(**slot)) || sets_priority(**slot));
            layout.outliving.push(kept.iter().filter(outlives).copied().collect());
            for process in def.first.0..def.first.0 + def.count {
                let frame = program.frames[process as usize] as usize;
                let arrays = live.arrays.iter().map(|&Slot(descriptor)| {
                    let (start, len) = array_in(machine.words()[frame + descriptor as usize]);
                    Array { descriptor, start, len }
                });
                let arrays = arrays.collect();
                layout.parts.push(Part::Process { frame, def: layout.live.len(), arrays });
            }
            let rings = ring_symmetry.into_iter().flat_map(|ring_symmetry| &ring_symmetry.groups);
            layout.rings.push(rings.into_iter().find(|ring| ring.first == def.first.index()).cloned());
            layout.live.push(live);
            layout.kept.push(kept);
            let own = program.timeouts.iter().filter(|timeout| range.contains(&timeout.wait.index()));
            let mut untils: Vec<u32> = own.map(|timeout| timeout.until.0).collect();
            untils.sort_unstable();
            untils.dedup();
            layout.untils.push(untils);
            let work = program.plain[range].iter().find_map(|op| match op {
                Op::WorkOn { state, .. } => Some(state.0),
                _ => None,
            });
            layout.works.push(work);
            layout.frame_words.push(words);
        }
        for id in (0..program.resource_count()).map(ResourceId::from_index) {
            let header = program.resource_at(id);
            layout.parts.push(match program.resource_info(id).kind.descriptor().holds {
                _ if program.is_processor(header) => Part::Processor(header),
                Holds::Slots => {
                    Part::Slots { header, len: machine.words()[header + resource::CAPACITY] as usize }
                }
                Holds::Items => Part::Buffer(header),
                Holds::Nothing => Part::Header(header),
            });
        }
        if calls(program) {
            layout.parts.push(Part::Code);
        }
        if clock == Clock::Absolute {
            layout.parts.push(Part::Clock);
        }
        if watched {
            layout.parts.push(Part::Watch);
        }
        layout
    }

    /// How many parts there are: processes, resources, the state of code, the
    /// clock if time counts, and what the monitors have seen, in this order.
    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }

    pub(crate) fn processes(&self) -> usize {
        self.program.process_count()
    }

    /// Hands every process that a resource mentions to `each`, with the place
    /// where; where the order says nothing all have one place.
    pub(crate) fn each_process(&self, part: usize, words: &[Word], mut each: impl FnMut(usize, usize)) {
        if let Some(owner) = self.owner(part, words) {
            each(0, owner as usize);
        }
        let unordered = self.is_unordered(part);
        for queue in self.queues(part, words) {
            for place in queue {
                each(if unordered { 1 } else { place }, words[place] as usize);
            }
        }
        if let (Part::Processor(header), rest) = (&self.parts[part], self.behind_queues(part, words)) {
            let first = rest.start;
            let each = |place, process| each(first + place, process);
            Machine::each_served(self.program, (*header, self.is_timed()), &words[rest], each);
        }
    }

    /// Changes every process that a resource mentions to where it goes.
    pub(crate) fn rename_processes(&self, part: usize, words: &mut [Word], places: &[usize]) {
        if let Some(owner) = self.owner(part, words) {
            let place = CHANGING.iter().position(|&word| word == resource::OWNER);
            words[place.expect("an owner stands there")] = places[owner as usize] as Word + 1;
        }
        for queue in self.queues(part, words) {
            for place in queue.clone() {
                words[place] = places[words[place] as usize] as Word;
            }
            if self.is_unordered(part) {
                words[queue].sort_unstable();
            }
        }
        if let (Part::Processor(header), rest) = (&self.parts[part], self.behind_queues(part, words)) {
            Machine::rename_served(self.program, (*header, self.is_timed()), &mut words[rest], places);
        }
    }

    /// Where the items of a buffer stand among its words.
    pub(crate) fn items(&self, part: usize, words: &[Word]) -> std::ops::Range<usize> {
        if self.is_buffer(part) { self.behind_queues(part, words) } else { 0..0 }
    }

    fn behind_queues(&self, part: usize, words: &[Word]) -> std::ops::Range<usize> {
        let [_, putters] = self.queues(part, words);
        putters.end..words.len()
    }

    fn is_timed(&self) -> bool {
        self.clock != Clock::None
    }

    /// From when on the times in a state are counted.
    fn origin(&self, machine: &Machine) -> Origin {
        match self.clock {
            Clock::None => None,
            Clock::Absolute => Some(0),
            Clock::Relative => Some(machine.now.as_nanos()),
        }
    }

    /// What the clock must show at least, so that no time in a part of these words,
    /// which count from then, lies before the start: work may have begun long ago.
    pub(crate) fn passed(&self, part: usize, words: &[Word]) -> Word {
        let Part::Process { def, .. } = self.parts[part] else { return 0 };
        let is_alive = frame::state_in(words[0]) != State::Done as u8;
        let Some(first) = self.works[def].filter(|_| is_alive) else { return 0 };
        let place = self.kept[def].binary_search(&first).expect("it matters at work");
        let own = &words[2 + place..];
        let passed = |word: usize| (own[word] as i64).min(0).unsigned_abs();
        if own[work::STAGE] == 0 { 0 } else { passed(work::SINCE).max(passed(work::DEADLINE)) }
    }

    /// Where those who wait stand among the words of a resource.
    fn queues(&self, part: usize, words: &[Word]) -> [std::ops::Range<usize>; 2] {
        let first = match self.parts[part] {
            Part::Header(_) => CHANGING.len(),
            Part::Buffer(_) | Part::Processor(_) => 1,
            _ => return [0..0, 0..0],
        };
        let takers = first + 1..first + 1 + words[first] as usize;
        let second = takers.end;
        [takers, second + 1..second + 1 + words[second] as usize]
    }

    /// Whether the order in which processes wait for a resource means nothing.
    fn is_unordered(&self, part: usize) -> bool {
        match self.parts[part] {
            Part::Header(header) => Machine::waits_in_no_order(self.program, header),
            _ => false,
        }
    }

    /// Who owns the mutex whose part has these words.
    pub(crate) fn owner(&self, part: usize, words: &[Word]) -> Option<u32> {
        let Part::Header(_) = self.parts[part] else { return None };
        let place = CHANGING.iter().position(|&word| word == resource::OWNER)?;
        words[place].checked_sub(1).map(|owner| owner as u32)
    }

    /// Whether states do not know what the clock shows.
    pub(crate) fn is_relative(&self) -> bool {
        self.clock == Clock::Relative
    }

    /// Whether a part is a buffer.
    pub(crate) fn is_buffer(&self, part: usize) -> bool {
        matches!(self.parts[part], Part::Buffer(_))
    }

    /// The part that is the state of the code that steps call.
    pub(crate) fn of_code(&self) -> Option<usize> {
        self.parts.iter().position(|part| matches!(part, Part::Code))
    }

    /// The part that is what the monitors have seen.
    pub(crate) fn of_watch(&self) -> Option<usize> {
        self.parts.iter().position(|part| matches!(part, Part::Watch))
    }

    /// The part of the resource with this header.
    pub(crate) fn of_header(&self, header: usize) -> usize {
        self.processes() + self.program.resource_of(header).index()
    }

    /// Appends the words of a part of `world` to `out`.
    pub(crate) fn read(&self, world: &World, part: usize, out: &mut Vec<Word>) {
        let machine = &world.machine;
        let arena = machine.words();
        match &self.parts[part] {
            Part::Process { frame, def, arrays } => {
                self.read_process(machine, part, *frame, *def, arrays, out)
            }
            Part::Header(header) => {
                let first = out.len();
                out.extend(CHANGING.map(|word| arena[header + word]));
                if self.program.number_of_arrivals_is_unused(*header) {
                    out[first] = 0;
                }
                self.read_queues(machine, *header, out);
            }
            Part::Slots { header, len } => {
                let start = arena[header + resource::CONTENT] as usize;
                out.extend_from_slice(&arena[start..start + len]);
            }
            Part::Buffer(header) => {
                let level = arena[header + resource::LEVEL];
                out.push(level | machine.closing(*header));
                self.read_queues(machine, *header, out);
                machine.item_words(self.program, *header).for_each(|item| out.extend_from_slice(item));
            }
            Part::Processor(header) => {
                out.push(arena[header + resource::LEVEL] | arena[header + resource::TAKEN] << TAKEN_AT);
                self.read_queues(machine, *header, out);
                machine.service(self.program, *header, self.origin(machine), out);
            }
            Part::Code => out.push(world.code),
            Part::Clock => out.push(machine.now.as_nanos()),
            Part::Watch => out.extend_from_slice(&world.watch),
        }
    }

    /// Whether a part is a process of which no word differs in two worlds, so
    /// that its values in both are the same.
    pub(crate) fn is_untouched(&self, one: &World, other: &World, part: usize) -> bool {
        let Part::Process { frame, def, arrays } = &self.parts[part] else { return false };
        let same = |start: usize, len: usize| {
            one.machine.words()[start..start + len] == other.machine.words()[start..start + len]
        };
        (!self.is_timed() || one.machine.now == other.machine.now)
            && same(*frame, self.frame_words[*def])
            && arrays.iter().all(|array| same(array.start, array.len))
    }

    /// Who stands in the queues, in order: how many, and their ids.
    fn read_queues(&self, machine: &Machine, header: usize, out: &mut Vec<Word>) {
        for queue in QUEUES {
            let place = out.len();
            out.push(0);
            out.extend(
                machine.queue(self.program, header + queue).iter().map(|process| u64::from(process.0)),
            );
            out[place] = (out.len() - place - 1) as u64;
        }
    }

    /// Makes the queues anew from `words`; gives what stands behind them.
    fn write_queues<'w>(&self, machine: &mut Machine, header: usize, words: &'w [Word]) -> &'w [Word] {
        let mut rest = words;
        for queue in QUEUES {
            let (waiters, behind) = rest[1..].split_at(rest[0] as usize);
            machine.set_queue(self.program, header + queue, waiters);
            rest = behind;
        }
        rest
    }

    fn read_process(
        &self,
        machine: &Machine,
        part: usize,
        frame: usize,
        def: usize,
        arrays: &[Array],
        out: &mut Vec<Word>,
    ) {
        let process = ProcessId::from_index(part);
        let arena = machine.words();
        let state = machine.state(self.program, process);
        let op = machine.op(self.program, process).index();
        out.push(arena[frame + frame::STATE]);
        if state == State::Done {
            // It may live again.
            out.extend(self.outliving[def].iter().map(|&slot| arena[frame + slot as usize]));
            return;
        }
        if self.is_timed() {
            let waits = matches!(state, State::Delayed | State::New);
            let until = if waits { arena[frame + frame::UNTIL] } else { 0 };
            out.push(match self.clock {
                Clock::Relative => until.saturating_sub(machine.now.as_nanos()),
                _ => until,
            });
        }
        let live = &self.live[def];
        let is_fixed = |slot| self.rings[def].as_ref().is_some_and(|ring| ring.is_fixed(op, slot));
        let outlives = |slot| self.outliving[def].contains(&slot);
        let counts = |slot| (live.matters(op, slot) || outlives(slot)) && !is_fixed(slot);
        let kept = self.kept[def].iter();
        let first = out.len();
        out.extend(kept.map(|&slot| if counts(slot) { arena[frame + slot as usize] } else { 0 }));
        if let Some(own) = self.works[def].filter(|_| machine.is_at_work(self.program, process)) {
            let place = first + self.kept[def].binary_search(&own).expect("it matters at work");
            let origin = self.origin(machine);
            machine.work_words(self.program, process, origin, &mut out[place..place + work::WORDS]);
        }
        for (place, now) in self.moving_untils(def, op, self.origin(machine)) {
            out[first + place] = out[first + place].saturating_sub(now);
        }
        for array in arrays {
            if live.matters(op, array.descriptor) {
                out.extend_from_slice(&arena[array.start..array.start + array.len]);
            }
        }
        out.extend(self.moves_priorities.then(|| Word::from(machine.priority(self.program, process))));
    }

    /// The places, among the variables that matter, of those that say when waits run out and matter to a
    /// process on this op, and from when on they are counted, if that is not the start.
    fn moving_untils(&self, def: usize, op: usize, origin: Origin) -> impl Iterator<Item = (usize, Word)> {
        let now = origin.filter(|&origin| origin > 0);
        let (live, kept, untils) = (&self.live[def], &self.kept[def], &self.untils[def]);
        let place = move |until| kept.binary_search(until).expect("it matters to a wait");
        let places = untils.iter().filter(move |&&until| live.matters(op, until)).map(place);
        now.into_iter().flat_map(move |now| places.clone().map(move |place| (place, now)))
    }

    /// Writes `words`, which were read from this part, into `world`.
    pub(crate) fn write(&self, world: &mut World, part: usize, words: &[Word]) {
        let machine = &mut world.machine;
        match &self.parts[part] {
            Part::Process { frame, def, arrays } => {
                self.write_process(machine, part, *frame, *def, arrays, words)
            }
            Part::Header(header) => {
                for (word, &value) in CHANGING.iter().zip(words) {
                    machine.arena[header + word] = value;
                }
                self.write_queues(machine, *header, &words[CHANGING.len()..]);
            }
            Part::Slots { header, len } => {
                let start = machine.arena[header + resource::CONTENT] as usize;
                machine.arena[start..start + len].copy_from_slice(words);
            }
            Part::Buffer(header) => {
                let (closing, rest) = (words[0] & closing::BITS, &words[1..]);
                let level = words[0] ^ closing;
                machine.set_closing(*header, closing);
                if machine.arena[header + resource::RING] < level {
                    machine.arena[header + resource::LEVEL] = 0;
                    let longer = machine.lengthen(self.program, *header, level);
                    assert!(longer, "the state was reached within the limits of a run");
                }
                let items = self.write_queues(machine, *header, rest);
                machine.set_items(*header, items);
            }
            Part::Processor(header) => {
                let origin = self.origin(machine);
                let served = self.write_queues(machine, *header, &words[1..]);
                machine.arena[header + resource::LEVEL] = words[0] & ((1 << TAKEN_AT) - 1);
                machine.arena[header + resource::TAKEN] = words[0] >> TAKEN_AT;
                machine.set_service(self.program, *header, origin, served);
            }
            Part::Code => world.code = words[0],
            Part::Clock => machine.now = Time::from_nanos(words[0]).expect("it was a time"),
            Part::Watch => {
                world.watch.clear();
                world.watch.extend_from_slice(words);
            }
        }
    }

    fn write_process(
        &self,
        machine: &mut Machine,
        part: usize,
        frame: usize,
        def: usize,
        arrays: &[Array],
        words: &[Word],
    ) {
        let origin = self.origin(machine);
        let arena = &mut machine.arena;
        arena[frame + frame::STATE] = words[0];
        // Resources come behind, and link those who wait for them.
        arena[frame + frame::LINK] &= !LINKED;
        if frame::state_in(words[0]) == State::Done as u8 {
            for (&slot, &value) in self.outliving[def].iter().zip(&words[1..]) {
                arena[frame + slot as usize] = value;
            }
            return;
        }
        let mut rest = &words[1..];
        if let Some(origin) = origin {
            arena[frame + frame::UNTIL] = rest[0] + origin;
            rest = &rest[1..];
        }
        let (kept, mut rest) = rest.split_at(self.kept[def].len());
        for (&slot, &value) in self.kept[def].iter().zip(kept) {
            arena[frame + slot as usize] = value;
        }
        let op = words[0] as u32 as usize;
        for (slot, value) in self.rings[def].iter().flat_map(|ring| ring.fixed(part, op)) {
            arena[frame + slot as usize] = value;
        }
        if let Some(origin) = origin.filter(|&origin| origin > 0)
            && let Some(first) = self.works[def]
            && arena[frame + first as usize + work::STAGE] != 0
        {
            for word in [work::SINCE, work::DEADLINE].map(|word| frame + first as usize + word) {
                arena[word] = arena[word].wrapping_add(origin);
            }
        }
        for (place, now) in self.moving_untils(def, op, origin) {
            arena[frame + self.kept[def][place] as usize] += now;
        }
        for array in arrays {
            if self.live[def].matters(op, array.descriptor) {
                let (own, behind) = rest.split_at(array.len);
                arena[array.start..array.start + array.len].copy_from_slice(own);
                rest = behind;
            }
        }
        if self.moves_priorities {
            arena[frame + frame::LINK] = rest[0] << LINKED.count_ones();
        }
    }
}
