//! What one thread saw, and how the records of all become one trace.
//!
//! Events are numbered by one counter, at the instant when they take effect:
//! under the lock of the resource they are about. So the numbers are an order
//! of all events that agrees with what each resource and each thread saw.

use super::clock::Clock;
use super::primitives::{Fact, Observer};
use crate::ids::{OpId, ProcessId};
use crate::time::Time;
use crate::trace::{Event, Header, Kind, Outcome, Sink, Trace};
use crate::value::{Item, Type, Word};
use std::sync::atomic::{AtomicU64, Ordering};

/// A run on threads may leave so many events: about 1.5 GB while they are sorted.
pub(super) const MOST_EVENTS: u64 = 20_000_000;

/// The events that one thread has recorded, also those of others whose wait it
/// ended.
#[derive(Debug)]
pub(super) struct Record<'a> {
    noted: Noted,
    sequence: &'a AtomicU64,
    clock: &'a Clock,
    /// Of which type the items of the next facts are.
    items: Type,
}

/// What one thread has noted; what is no event has a number among those of the events.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// The events.
    entries: Vec<Entry>,
    /// Its steps that left no event.
    silent: Vec<u64>,
    /// Where a resource refused what would break a rule.
    refused: Option<u64>,
    /// For how many nanoseconds those were served who have lost their cores, by the number of the event that says
    /// that they are ready again.
    served: Vec<(u64, u64)>,
}

/// An event with its place in the order of all.
#[derive(Debug)]
pub(super) struct Entry {
    number: u64,
    event: Event,
    args: Box<[Word]>,
}

impl<'a> Record<'a> {
    pub(super) fn new(sequence: &'a AtomicU64, clock: &'a Clock) -> Record<'a> {
        Record { noted: Noted::default(), sequence, clock, items: Type::Int }
    }

    /// The next facts are about items of this type.
    pub(super) fn about(&mut self, items: Type) {
        self.items = items;
    }

    /// Whether there are too many events.
    pub(super) fn is_full(&self) -> bool {
        self.sequence.load(Ordering::Relaxed) >= MOST_EVENTS
    }

    /// A delay or work of `process`, on the op `op`, ended just now.
    pub(super) fn wake(&mut self, process: ProcessId, op: OpId) {
        let time = Time::ZERO;
        let event =
            Event { time, value: 0, process, subject: 0, extra: 0, op, kind: Kind::Wake, ty: Type::Int };
        self.event(&event, &[]);
    }

    /// How many events it has recorded.
    pub(super) fn len(&self) -> usize {
        self.noted.entries.len()
    }

    /// A step has taken place that left no event.
    pub(super) fn silent_step(&mut self) {
        self.noted.silent.push(self.sequence.fetch_add(1, Ordering::Relaxed));
    }

    /// All that it has noted.
    pub(super) fn into_noted(self) -> Noted {
        self.noted
    }
}

/// The events of a thread's own steps, as the kernel gives them, at the time
/// that it really is.
impl Sink for Record<'_> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        let event = Event { time: self.clock.now(), ..*event };
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        self.noted.entries.push(Entry { number, event, args: args.into() });
    }
}

impl Observer for Record<'_> {
    fn note(&mut self, facts: &[Fact]) {
        let time = self.clock.now();
        let first = self.sequence.fetch_add(facts.len() as u64, Ordering::Relaxed);
        let lost = facts.iter().zip(first..).filter(|(fact, _)| fact.kind == Kind::Block);
        self.noted.served.extend(lost.filter_map(|(fact, number)| Some((number, *fact.value.get(1)?))));
        self.noted.entries.extend(facts.iter().zip(first..).map(|(fact, number)| {
            let Fact { resource, process, op, kind, value, slot } = *fact;
            let value = if kind == Kind::Block { Item::from(value[0]) } else { value };
            let has_item = matches!(kind, Kind::Put | Kind::Get | Kind::Write | Kind::Read);
            let ty = if has_item { self.items } else { Type::Int };
            let (value, rest) = (value[0], &value[1..]);
            let extra = if rest.is_empty() { slot } else { rest.len() as u32 };
            let event = Event { time, value, process, subject: resource.0, extra, op, kind, ty };
            Entry { number, event, args: rest.into() }
        }));
    }

    fn refuse(&mut self) {
        self.noted.refused = Some(self.sequence.fetch_add(1, Ordering::Relaxed));
    }
}

/// A step that left no event: how many events there were before it, and whose it was.
pub type SilentStep = (usize, ProcessId);

/// All that is known beside the events of a run, by how many events came before.
#[derive(Debug, Clone, Default)]
pub struct BesideEvents {
    /// Where the steps were that left no event, if others can tell whether they were made.
    pub silent: Vec<SilentStep>,
    /// Where a buffer was to be closed for which somebody waits, if one was: the fault is of whoever waits, who may go on
    /// behind it, before all threads are stopped.
    pub refused: Option<usize>,
    /// For how many nanoseconds of its work each was served who has lost its core, where it is ready again. It follows
    /// from when threads come, and decides whether another stretch is needed.
    pub served: Vec<(usize, u64)>,
}

/// One trace of all that was noted, and what is known beside.
///
/// Two threads may read the clock in one order and get their numbers in the
/// other, a few microseconds apart. The number counts: a time that is before
/// the one above it is set to that. No time is after `latest`.
pub(super) fn merge(
    header: Header,
    noted: Vec<(ProcessId, Noted)>,
    outcome: Outcome,
    latest: Option<Time>,
) -> (Trace, BesideEvents) {
    let (mut entries, mut silent, mut refused, mut served) = (Vec::new(), Vec::new(), None, Vec::new());
    for (process, noted) in noted {
        entries.extend(noted.entries);
        silent.extend(noted.silent.into_iter().map(|number| (number, process)));
        refused = refused.into_iter().chain(noted.refused).min();
        served.extend(noted.served);
    }
    entries.sort_unstable_by_key(|entry| entry.number);
    silent.sort_unstable();
    served.sort_unstable();
    let before = |number| entries.partition_point(|entry| entry.number < number);
    let beside = BesideEvents {
        silent: silent.iter().map(|&(number, process)| (before(number), process)).collect(),
        refused: refused.map(before),
        served: served.iter().map(|&(number, nanos)| (before(number), nanos)).collect(),
    };
    let (mut events, mut log_args) = (Vec::with_capacity(entries.len()), Vec::new());
    let mut now = Time::ZERO;
    for entry in entries {
        now = now.max(entry.event.time).min(latest.unwrap_or(Time::MAX));
        events.push(Event { time: now, ..entry.event });
        log_args.extend_from_slice(&entry.args);
    }
    let end = if outcome == Outcome::Horizon { latest.unwrap_or(now) } else { now };
    (Trace { header, events: events.into(), log_args, outcome, end }, beside)
}
