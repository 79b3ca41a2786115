//! Keeping a run's events in memory, with a bound.
//!
//! Decides how many events are kept and what a trace looks like that was cut.
//! A long run keeps its complete trace in a file instead, see
//! [`super::JsonlSink`].

use super::event::Event;
use super::events::Events;
use super::events::{base, is_usual};
use super::header::Header;
use super::outcome::Outcome;
use super::sink::{Sink, Trace};
use super::table::Entry;
use crate::time::Time;
use crate::value::Word;

/// Collects the events of a run into a [`Trace`].
///
/// Invariant: what is kept is a prefix of the run. Once one event was left
/// out, so is every later one.
#[derive(Debug, Clone)]
pub struct RecordingSink {
    events: Events,
    log_args: Vec<Word>,
    cap: usize,
    left_out: u64,
    first_left_out: Option<Time>,
}

impl RecordingSink {
    /// How many events (and as many log arguments) a sink keeps unless told
    /// otherwise: 20 million, which take next to nothing if they come in rounds,
    /// and 300 MB if none is like another.
    pub const DEFAULT_CAP: usize = 20_000_000;

    /// A sink that keeps up to [`Self::DEFAULT_CAP`] events.
    pub fn new() -> RecordingSink {
        RecordingSink::with_cap(Self::DEFAULT_CAP)
    }

    /// A sink that keeps up to `cap` events, and up to `cap` log arguments.
    pub fn with_cap(cap: usize) -> RecordingSink {
        let mut events = Events::new();
        events.set_most(cap);
        RecordingSink { events, log_args: Vec::new(), cap, left_out: 0, first_left_out: None }
    }

    /// The number of events that were not kept.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The trace of a run that ended with `outcome` at `end`.
    ///
    /// If events were left out, the trace ends at the first of them, with the
    /// outcome `limit`: what is not in it cannot be drawn or summed up.
    pub fn finish(self, header: Header, outcome: Outcome, end: Time) -> Trace {
        let (outcome, end) = match self.first_left_out {
            None => (outcome, end),
            Some(cut) => {
                let kept = self.events.len();
                (Outcome::Limit { message: format!("the trace was cut after {kept} events") }, cut)
            }
        };
        Trace { header, events: self.events, log_args: self.log_args, outcome, end }
    }
}

impl RecordingSink {
    #[cold]
    fn leave_out(&mut self) {
        self.events.set_most(self.events.len());
        self.left_out += 1;
        self.first_left_out.get_or_insert(self.events.time());
    }

    /// Keeps an event without value and slot. By value, and a function of its
    /// own that calls no other: events are made where registers are scarce.
    #[inline(never)]
    fn keep_plain(&mut self, entry: Entry) {
        if !self.events.push_plain(entry) {
            self.keep_rare(entry, 0, None);
        }
    }

    /// Keeps an event with a value and without a slot.
    #[inline(never)]
    fn keep_valued(&mut self, entry: Entry, value: Word) {
        match self.events.push_valued(entry, value) {
            Ok(()) => {}
            Err(Some(place)) => self.keep_told(entry, value, place),
            Err(None) => self.keep_rare(entry, value, None),
        }
    }

    /// Keeps an event of which all but the value is as expected, in this place.
    #[inline(never)]
    fn keep_told(&mut self, entry: Entry, value: Word, place: usize) {
        if !self.events.push_told(place, value) {
            self.keep_rare(entry, value, None);
        }
    }

    /// Keeps an event with a value and a slot.
    #[inline(never)]
    fn keep_access(&mut self, entry: Entry, value: Word, slot: u16) {
        if !self.events.push_access(entry, value, slot) {
            self.keep_rare(entry, value, Some(slot));
        }
    }

    /// Keeps an event that is not the expected one.
    #[inline(never)]
    fn keep_rare(&mut self, entry: Entry, value: Word, slot: Option<u16>) {
        if self.events.is_full() {
            self.leave_out();
        } else {
            self.events.push_unexpected(entry, value, slot);
        }
    }

    /// Keeps any event, if there is room.
    #[cold]
    #[inline(never)]
    fn keep_whole(&mut self, event: Event, args: &[Word]) {
        if !self.events.is_full() && self.log_args.len() + args.len() <= self.cap {
            self.events.push_now(&event);
            self.log_args.extend_from_slice(args);
        } else {
            self.leave_out();
        }
    }
}

impl Default for RecordingSink {
    fn default() -> Self {
        RecordingSink::new()
    }
}

impl Sink for RecordingSink {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.clock(event.time);
        self.happens(event, args);
    }

    #[inline(always)]
    fn clock(&mut self, time: Time) {
        // Once an event was left out, no time needs to pass either.
        if self.left_out == 0 {
            self.events.set_time(time);
        }
    }

    #[inline(always)]
    fn happens(&mut self, event: &Event, args: &[Word]) {
        if !args.is_empty() || !is_usual(event) {
            // A copy, so that only what is rare has the event in memory.
            return self.keep_whole(Event { ..*event }, args);
        }
        let entry = Entry::of(event);
        let value = event.value.wrapping_sub(base(event.kind, self.events.time()));
        if event.kind.has_slot() {
            self.keep_access(entry, value, event.extra as u16);
        } else if event.kind.has_value() {
            self.keep_valued(entry, value);
        } else {
            self.keep_plain(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::two_stage_trace;

    #[test]
    fn keeps_what_the_run_did() {
        let trace = two_stage_trace();
        let mut sink = RecordingSink::new();
        trace.replay(&mut sink);
        assert_eq!(sink.left_out(), 0);
        assert_eq!(sink.finish(trace.header.clone(), trace.outcome.clone(), trace.end), trace);
    }

    #[test]
    fn a_full_sink_keeps_a_prefix_and_says_so() {
        let trace = two_stage_trace();
        let mut sink = RecordingSink::with_cap(4);
        trace.replay(&mut sink);
        assert_eq!(sink.left_out(), trace.events.len() as u64 - 4);
        let cut = sink.finish(trace.header.clone(), trace.outcome.clone(), trace.end);
        let events: Vec<Event> = trace.events.iter().collect();
        assert_eq!(cut.events, Events::from(events[..4].to_vec()));
        assert_eq!(cut.end, events[4].time);
        assert_eq!(cut.outcome.name(), "limit");
    }
}
