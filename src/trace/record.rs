//! Keeping a run's events in memory, with a bound.
//!
//! Decides how many events are kept and what a trace looks like that was cut.
//! A long run keeps its complete trace in a file instead, see
//! [`super::JsonlSink`].

use super::table::Entry;
use super::what::What;
use super::{Event, Events, Header, Outcome, Sink, Trace};
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
    /// Events are kept up to this number: the cap, or 0 once one was left out.
    room: usize,
    left_out: u64,
    first_left_out: Option<Time>,
}

impl RecordingSink {
    /// How many events (and as many log arguments) a sink keeps unless told
    /// otherwise: 20 million, about 50 MB.
    pub const DEFAULT_CAP: usize = 20_000_000;

    /// A sink that keeps up to [`Self::DEFAULT_CAP`] events.
    pub fn new() -> RecordingSink {
        RecordingSink::with_cap(Self::DEFAULT_CAP)
    }

    /// A sink that keeps up to `cap` events, and up to `cap` log arguments.
    pub fn with_cap(cap: usize) -> RecordingSink {
        RecordingSink {
            events: Events::new(),
            log_args: Vec::new(),
            cap,
            room: cap,
            left_out: 0,
            first_left_out: None,
        }
    }

    /// Records from the start again, in the room of a trace that is not needed
    /// any more; which saves the time that new memory takes.
    pub fn reusing(self, trace: Trace) -> RecordingSink {
        let Trace { mut events, mut log_args, .. } = trace;
        events.clear();
        log_args.clear();
        RecordingSink { events, log_args, ..RecordingSink::with_cap(self.cap) }
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
        self.room = 0;
        self.left_out += 1;
        self.first_left_out.get_or_insert(self.events.time());
    }

    /// Keeps an event that fits. By value, and a function of its own that
    /// calls no other: events are made where registers are scarce.
    #[inline(never)]
    fn keep(&mut self, entry: Entry, value: Word, slot: u16) {
        if self.events.len() >= self.room || !self.events.push_expected(entry, value, slot) {
            self.keep_rare(entry, value, slot);
        }
    }

    /// The same, of one that is not expected.
    #[inline(never)]
    fn keep_rare(&mut self, entry: Entry, value: Word, slot: u16) {
        if self.events.len() < self.room {
            self.events.push_unexpected(entry, value, slot);
        } else {
            self.leave_out();
        }
    }

    /// The same, without a slot and a value.
    #[inline(never)]
    fn keep_plain(&mut self, entry: Entry) {
        if self.events.len() >= self.room || !self.events.push_plain(entry) {
            self.keep_rare(entry, 0, 0);
        }
    }

    /// Keeps any event, if there is room.
    #[inline(never)]
    fn keep_whole(&mut self, event: &Event, args: &[Word]) {
        if self.events.len() < self.room && self.log_args.len() + args.len() <= self.cap {
            self.events.push_now(event);
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
        let fits = event.process.0 < What::PROCESSES && event.extra <= u32::from(u16::MAX);
        if fits && args.is_empty() {
            let entry = Entry { what: What::of(event), op: event.op };
            if event.value == 0 && event.extra == 0 && !event.kind.lets_time_pass() {
                self.keep_plain(entry);
            } else {
                self.keep(entry, event.value, event.extra as u16);
            }
        } else {
            self.keep_whole(event, args);
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
