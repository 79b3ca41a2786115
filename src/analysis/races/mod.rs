//! Races: two processes touch the same slot of a memory, one of them writes,
//! and no synchronisation orders the two.
//!
//! Decides what orders what ([`RaceSink`]), and what is remembered of a run to
//! find races while it goes on, without its trace. Does not decide whether a
//! race is a mistake, nor how it is told.

mod clocks;
mod found;
mod slots;
mod tokens;

pub use found::{ObservedRace, Races, RacingAccess};

use crate::ids::{ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::{ChosenItems, Event, Header, Kind, ResourceInfo, ResourceKind, Sink, Trace};
use crate::value::{Item, Word};
use clocks::{Clocks, NOTHING, Row};
use found::Found;
use slots::{Access, Knower, Slots};
use std::collections::BTreeMap;
use tokens::Tokens;

/// So many words of clocks take as long as an event.
const WORDS_A_UNIT: u64 = 16;

/// Finds races while a run goes on.
///
/// What is ordered before what, besides the steps of one process:
///
/// - Mutex: a release before the next acquire.
/// - Semaphore: of n permits from the start, release number k before acquire
///   number k + n. So the first permits order nothing, and each permit carries
///   what its releaser knew to the one who takes it, first in, first out.
/// - Buffer: the put of an item before its get; and with capacity c, get
///   number k before put number k + c, which takes the place that became free.
/// - Where items are chosen, the put of an item is that of its value.
/// - A buffer that is closed: every close before what those do who find it closed.
/// - Condition: a notify before what those do whose waits it ends. A notify
///   that finds nobody orders nothing.
/// - Barrier: what all did before they came before what all do after they went on.
/// - Several things that are waited for: what all others did before they changed any of them
///   before what those do who go on; a write or an end counts if somebody may wait for it.
/// - Atomic blocks exclude each other: an access in one before all later ones
///   in others, as if all were done with one mutex.
///
/// Nothing else. In particular time orders nothing: two accesses an hour apart
/// race all the same if nothing but their times keeps them apart. And
/// processes start unordered. A waiter that is given what it waits for by
/// another is no special case: its acquire follows the release.
///
/// For semaphores and buffers this is the order of Go's channels (The Go
/// Memory Model, 2022, "Channel communication"). It is sound for a semaphore:
/// in whatever order the steps come that respects it, an acquire number above
/// n comes after a release of its own, so there is a permit for it.
///
/// Found are, of each slot, at least the first race, and only races: later
/// ones on the same slot may hide behind it (see `slots`). An access takes
/// constant time, or time linear in the processes that read at once; a
/// synchronisation constant time if its clock brings nothing new, otherwise
/// time linear in the processes that touch memories. The memory is bounded:
/// when it runs out, no more races are looked for, and [`Races::until`] says so.
#[derive(Debug)]
pub struct RaceSink {
    /// Gone when it ended early, or if there can be no races.
    detector: Option<Detector>,
    found: Found,
    /// When it ended early.
    until: Option<Time>,
}

#[derive(Debug)]
struct Detector {
    clocks: Clocks,
    /// By resource.
    shadows: Vec<Shadow>,
    /// By buffer, what those hand on who close it.
    closers: BTreeMap<u32, Vec<Row>>,
    /// What the last access in an atomic block hands on.
    block: Row,
    /// What each process hands on by its last change of anything that others share, to those
    /// who wait for several resources; empty if nobody does.
    changed: Vec<Row>,
    /// Bytes of all but the clocks.
    bytes: usize,
    room: usize,
    /// Events about resources so far.
    events: u64,
    most_work: u64,
}

/// What is remembered of a resource.
#[derive(Debug, Clone)]
enum Shadow {
    /// A mutex or semaphore.
    Permits(Tokens),
    /// The items in a buffer and, if it is bounded, its free places.
    Buffer(Box<(Tokens, Option<Tokens>)>),
    /// The same of a buffer whose items are chosen.
    Chosen(Box<(ChosenItems<Row>, Option<Tokens>)>),
    /// The item that is handed over in a buffer for none, and who puts it.
    Rendezvous(Tokens, ProcessId),
    Memory(Slots),
    /// What the last notify hands on.
    Condition(Row),
    /// What those hand on who wait, and what the last round did.
    Barrier(Vec<(ProcessId, Row)>, Row),
    /// Who was served before hands on nothing: sharing a core orders nothing that
    /// another run would have to keep.
    Processor,
    /// Who starts a process hands on to it, and who joins it learns from it.
    Life,
    /// Who goes on saw all that was done before to what others share.
    Watch,
}

impl Shadow {
    fn new(info: &ResourceInfo) -> Shadow {
        match info.kind {
            ResourceKind::Mutex | ResourceKind::Semaphore | ResourceKind::Rwlock | ResourceKind::Writers => {
                Shadow::Permits(Tokens::new(info.initial))
            }
            ResourceKind::Buffer if info.capacity == Some(0) => {
                Shadow::Rendezvous(Tokens::new(0), ProcessId(0))
            }
            ResourceKind::Buffer => {
                let places = info.capacity.map(|capacity| Tokens::new(capacity - info.initial));
                if let Some(chosen) = info.chosen {
                    return Shadow::Chosen(Box::new((ChosenItems::new(chosen), places)));
                }
                Shadow::Buffer(Box::new((Tokens::new(info.initial), places)))
            }
            ResourceKind::Memory => Shadow::Memory(Slots::default()),
            ResourceKind::Condition => Shadow::Condition(NOTHING),
            ResourceKind::Barrier => Shadow::Barrier(Vec::new(), NOTHING),
            ResourceKind::Processor => Shadow::Processor,
            ResourceKind::Process | ResourceKind::Flag | ResourceKind::Latch | ResourceKind::Readers => {
                Shadow::Life
            }
            ResourceKind::Watch => Shadow::Watch,
        }
    }
}

impl RaceSink {
    /// The bytes that a sink uses for what it remembers, unless told otherwise.
    pub const DEFAULT_ROOM: usize = 64 << 20;

    /// For a run with the names of `header`.
    pub fn new(header: &Header) -> RaceSink {
        RaceSink::with_room(header, Self::DEFAULT_ROOM)
    }

    /// Looks no further than this much work goes: each event about a resource
    /// is 1, and so are 16 words of clocks, which there are many
    /// of where many processes touch memories.
    pub fn up_to(mut self, work: u64) -> RaceSink {
        if let Some(detector) = &mut self.detector {
            detector.most_work = work;
        }
        self
    }

    /// For a run with the names of `header`, with so many bytes for what it remembers.
    pub fn with_room(header: &Header, room: usize) -> RaceSink {
        let found = Found::new(header);
        let (processes, resources) = (header.process_count(), header.resource_count());
        let memories = header.resources.iter().any(|info| info.kind.has_slots());
        if !memories || processes < 2 {
            return RaceSink { detector: None, found, until: None };
        }
        let bytes = processes * Clocks::PROCESS_BYTES + resources * size_of::<Shadow>();
        if bytes > room {
            return RaceSink { detector: None, found, until: Some(Time::ZERO) };
        }
        let shadows = header.resources.iter();
        let shadows = shadows.flat_map(|info| std::iter::repeat_n(Shadow::new(info), info.count as usize));
        let watches = header.resources.iter().any(|info| info.kind == ResourceKind::Watch);
        let changed = vec![NOTHING; if watches { processes } else { 0 }];
        let (clocks, shadows) = (Clocks::new(processes), shadows.collect());
        let detector = Detector {
            clocks,
            shadows,
            closers: BTreeMap::new(),
            block: NOTHING,
            changed,
            bytes,
            room,
            events: 0,
            most_work: u64::MAX,
        };
        RaceSink { detector: Some(detector), found, until: None }
    }

    /// The races of the run.
    pub fn finish(self) -> Races {
        self.found.finish(self.until)
    }
}

impl Detector {
    /// Counts what an event hands on as long as nobody has touched a memory, and so nobody has
    /// anything to know of; false if there is more to be done. Many runs touch their memories late.
    #[inline]
    fn count(&mut self, event: &Event) -> bool {
        let is_quiet = self.clocks.are_untouched() && self.changed.is_empty();
        // The first event is for whoever looks whether there is room.
        if !is_quiet || self.events == 0 || self.events >= self.most_work {
            return false;
        }
        match (event.kind, &mut self.shadows[event.subject as usize]) {
            (Kind::Acquire, Shadow::Permits(permits)) => permits.take_untouched(),
            (Kind::Release, Shadow::Permits(permits)) => permits.give_untouched(),
            (Kind::Put, Shadow::Buffer(buffer)) => {
                buffer.1.iter_mut().for_each(Tokens::take_untouched);
                buffer.0.give_untouched();
            }
            (Kind::Get, Shadow::Buffer(buffer)) => {
                buffer.0.take_untouched();
                buffer.1.iter_mut().for_each(Tokens::give_untouched);
            }
            (Kind::Block | Kind::Grant, Shadow::Permits(_) | Shadow::Buffer(_) | Shadow::Condition(_)) => {}
            (Kind::Level, Shadow::Buffer(_)) | (Kind::Notify, Shadow::Condition(_)) => {}
            _ => return false,
        }
        self.events += 1;
        true
    }

    /// Takes note of an event about a resource; false if that is too much.
    #[inline]
    fn take_note(&mut self, event: &Event, rest: &[Word], found: &mut Found) -> bool {
        if self.events + self.clocks.words_moved() / WORDS_A_UNIT >= self.most_work {
            return false;
        }
        self.events += 1;
        let is_access = matches!(event.kind, Kind::Read | Kind::Write);
        let is_atomic = is_access && found.header.is_atomic(event.op);
        if is_atomic {
            self.clocks.learn(event.process, self.block);
        }
        if !self.changed.is_empty() {
            let is_unseen = match event.kind {
                Kind::Write => !found.header.resource(ResourceId(event.subject)).watched,
                Kind::Done => !ends_watched(&found.header, event.process),
                _ => false,
            };
            let shadow = &self.shadows[event.subject as usize];
            pass_on(&mut self.clocks, &mut self.changed, event, (!is_unseen).then_some(shadow));
        }
        let (process, clocks) = (event.process, &mut self.clocks);
        self.bytes += match (event.kind, &mut self.shadows[event.subject as usize]) {
            (Kind::Acquire, Shadow::Permits(permits)) => {
                permits.take(clocks, process);
                0
            }
            (Kind::Release, Shadow::Permits(permits)) => permits.give(clocks, process),
            (Kind::Put, Shadow::Buffer(buffer)) => {
                if let Some(places) = &mut buffer.1 {
                    places.take(clocks, process);
                }
                buffer.0.give(clocks, process)
            }
            (Kind::Get, Shadow::Buffer(buffer)) => {
                buffer.0.take(clocks, process);
                buffer.1.as_mut().map_or(0, |places| places.give(clocks, process))
            }
            (Kind::Put, Shadow::Chosen(buffer)) => {
                if let Some(places) = &mut buffer.1 {
                    places.take(clocks, process);
                }
                buffer.0.put(Item::told(event.value, rest), clocks.hand_on(process));
                size_of::<(Item, Row)>()
            }
            (Kind::Get, Shadow::Chosen(buffer)) => {
                if let Some(row) = buffer.0.get(Item::told(event.value, rest)) {
                    clocks.learn(process, row);
                    clocks.let_go(row);
                }
                buffer.1.as_mut().map_or(0, |places| places.give(clocks, process))
            }
            (Kind::Put, Shadow::Rendezvous(items, putter)) => {
                *putter = process;
                items.give(clocks, process)
            }
            // The put is over only now: each knows of the other.
            (Kind::Get, Shadow::Rendezvous(items, putter)) => {
                items.take(clocks, process);
                let row = clocks.hand_on(process);
                clocks.learn(*putter, row);
                clocks.let_go(row);
                0
            }
            (Kind::Close, _) => {
                self.closers.entry(event.subject).or_default().push(clocks.hand_on(process));
                size_of::<Row>()
            }
            (Kind::Ended, _) => {
                let closers = self.closers.get(&event.subject).into_iter().flatten();
                closers.for_each(|&row| clocks.learn(process, row));
                0
            }
            (Kind::Notify, Shadow::Condition(notified)) => {
                let before = std::mem::replace(notified, clocks.hand_on(process));
                clocks.let_go(before);
                0
            }
            (Kind::Block, Shadow::Barrier(waiting, _)) => {
                waiting.push((process, clocks.hand_on(process)));
                0
            }
            // Who gives up has not come.
            (Kind::Timeout, Shadow::Barrier(waiting, _)) => {
                let place = waiting.iter().position(|&(other, _)| other == process);
                place.into_iter().for_each(|place| clocks.let_go(waiting.remove(place).1));
                0
            }
            (Kind::Notify, Shadow::Barrier(waiting, round)) => {
                for (_, row) in waiting.drain(..) {
                    clocks.learn(process, row);
                    clocks.let_go(row);
                }
                let before = std::mem::replace(round, clocks.hand_on(process));
                clocks.let_go(before);
                0
            }
            (Kind::Grant, Shadow::Condition(notified) | Shadow::Barrier(_, notified)) => {
                clocks.learn(process, *notified);
                0
            }
            (Kind::Launch | Kind::Interrupt, Shadow::Life) => {
                let row = clocks.hand_on(process);
                clocks.learn(ProcessId(event.value as u32), row);
                clocks.let_go(row);
                0
            }
            (Kind::Join, Shadow::Life) => {
                let row = clocks.hand_on(ProcessId(event.value as u32));
                clocks.learn(process, row);
                clocks.let_go(row);
                0
            }
            (Kind::Read, Shadow::Memory(slots)) => {
                let access = Access::now(clocks.touch(process), event);
                let racing = &mut |earlier, wrote| found.add(clocks, earlier, wrote, event);
                slots.read(event.extra, access, Knower { process, clocks }, racing)
            }
            (Kind::Write, Shadow::Memory(slots)) => {
                let access = Access::now(clocks.touch(process), event);
                let racing = &mut |earlier, wrote| found.add(clocks, earlier, wrote, event);
                slots.write(event.extra, access, Knower { process, clocks }, racing)
            }
            _ => 0,
        };
        if is_atomic {
            let before = std::mem::replace(&mut self.block, self.clocks.hand_on(process));
            self.clocks.let_go(before);
        }
        self.bytes + self.clocks.bytes() <= self.room
    }
}

/// Who goes on that waited for several resources knows of all changes of any before.
fn pass_on(clocks: &mut Clocks, changed: &mut [Row], event: &Event, shadow: Option<&Shadow>) {
    let Some(shadow) = shadow else { return };
    match (event.kind, shadow) {
        (Kind::Level | Kind::Grant, Shadow::Watch) => {
            changed.iter().for_each(|&row| clocks.learn(event.process, row));
        }
        (
            Kind::Acquire
            | Kind::Release
            | Kind::Put
            | Kind::Get
            | Kind::Write
            | Kind::Done
            | Kind::Block
            | Kind::Notify,
            _,
        ) => {
            let own = &mut changed[event.process.index()];
            let before = std::mem::replace(own, clocks.hand_on(event.process));
            clocks.let_go(before);
        }
        _ => {}
    }
}

/// Whether somebody may wait for the end of this process by its condition.
fn ends_watched(header: &Header, process: ProcessId) -> bool {
    let is_its_life = |info: &&ResourceInfo| info.kind == ResourceKind::Process && info.watched;
    header.resources.iter().filter(is_its_life).any(|info| {
        let def = header.processes.iter().find(|def| def.name == info.name);
        def.is_some_and(|def| (def.first.0..def.first.0 + def.count).contains(&process.0))
    })
}

impl Sink for RaceSink {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        if let Some(detector) = &mut self.detector
            && (event.kind.is_about_resource() || event.kind == Kind::Done && !detector.changed.is_empty())
            && !detector.count(event)
            && !detector.take_note(event, args, &mut self.found)
        {
            self.detector = None;
            self.until = Some(event.time);
        }
    }
}

impl Trace {
    /// The races in this trace.
    pub fn races(&self) -> Races {
        let mut sink = RaceSink::new(&self.header);
        self.replay(&mut sink);
        sink.finish()
    }
}
