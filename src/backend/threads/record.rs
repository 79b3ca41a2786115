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
use crate::value::{Type, Word};
use std::sync::atomic::{AtomicU64, Ordering};

/// A run on threads may leave so many events: about 1.5 GB while they are sorted.
pub(super) const MOST_EVENTS: u64 = 20_000_000;

/// The events that one thread has recorded, also those of others whose wait it
/// ended.
#[derive(Debug)]
pub(super) struct Record<'a> {
    entries: Vec<Entry>,
    /// The numbers of its steps that left no event, among those of the events.
    silent: Vec<u64>,
    /// The number, among those of the events, of where a resource refused what would break a rule.
    refused: Option<u64>,
    sequence: &'a AtomicU64,
    clock: &'a Clock,
    /// Of which type the items of the next facts are.
    items: Type,
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
        Record { entries: Vec::new(), silent: Vec::new(), refused: None, sequence, clock, items: Type::Int }
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
        self.entries.len()
    }

    /// A step has taken place that left no event.
    pub(super) fn silent_step(&mut self) {
        self.silent.push(self.sequence.fetch_add(1, Ordering::Relaxed));
    }

    /// The events, the numbers of the steps that left none, and of what was refused.
    pub(super) fn into_parts(self) -> (Vec<Entry>, Vec<u64>, Option<u64>) {
        (self.entries, self.silent, self.refused)
    }
}

/// The events of a thread's own steps, as the kernel gives them, at the time
/// that it really is.
impl Sink for Record<'_> {
    fn event(&mut self, event: &Event, args: &[Word]) {
        let event = Event { time: self.clock.now(), ..*event };
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        self.entries.push(Entry { number, event, args: args.into() });
    }
}

impl Observer for Record<'_> {
    fn note(&mut self, facts: &[Fact]) {
        let time = self.clock.now();
        let first = self.sequence.fetch_add(facts.len() as u64, Ordering::Relaxed);
        self.entries.extend(facts.iter().zip(first..).map(|(fact, number)| {
            let Fact { resource, process, op, kind, value, slot } = *fact;
            let has_item = matches!(kind, Kind::Put | Kind::Get | Kind::Write | Kind::Read);
            let ty = if has_item { self.items } else { Type::Int };
            let (value, rest) = (value[0], &value[1..]);
            let extra = if rest.is_empty() { slot } else { rest.len() as u32 };
            let event = Event { time, value, process, subject: resource.0, extra, op, kind, ty };
            Entry { number, event, args: rest.into() }
        }));
    }

    fn refuse(&mut self) {
        self.refused = Some(self.sequence.fetch_add(1, Ordering::Relaxed));
    }
}

/// A step that left no event: how many events there were before it, and whose it was.
pub type SilentStep = (usize, ProcessId);

/// One trace of all records; where among its events the steps were that left none, and what was refused first:
/// these are numbered as events are.
///
/// Two threads may read the clock in one order and get their numbers in the
/// other, a few microseconds apart. The number counts: a time that is before
/// the one above it is set to that. No time is after `latest`.
pub(super) fn merge(
    header: Header,
    records: impl Iterator<Item = Vec<Entry>>,
    mut silent: Vec<(u64, ProcessId)>,
    refused: Option<u64>,
    outcome: Outcome,
    latest: Option<Time>,
) -> (Trace, Vec<SilentStep>, Option<usize>) {
    let mut entries: Vec<Entry> = records.flatten().collect();
    entries.sort_unstable_by_key(|entry| entry.number);
    silent.sort_unstable();
    let before = |number| entries.partition_point(|entry| entry.number < number);
    let refused = refused.map(before);
    let silent = silent.iter().map(|&(number, process)| (before(number), process)).collect();
    let (mut events, mut log_args) = (Vec::with_capacity(entries.len()), Vec::new());
    let mut now = Time::ZERO;
    for entry in entries {
        now = now.max(entry.event.time).min(latest.unwrap_or(Time::MAX));
        events.push(Event { time: now, ..entry.event });
        log_args.extend_from_slice(&entry.args);
    }
    let end = if outcome == Outcome::Horizon { latest.unwrap_or(now) } else { now };
    (Trace { header, events: events.into(), log_args, outcome, end }, silent, refused)
}
