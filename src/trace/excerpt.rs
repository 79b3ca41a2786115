//! The spans around one moment of a run of any length.
//!
//! Decides how much is kept: so many spans before the moment, and what happens
//! in so many events after it. Takes constant memory per process besides.

use super::event::Event;
use super::header::Header;
use super::sink::Sink;
use super::span::{Span, SpanBuilder};
use super::stand_in::StandIns;
use crate::time::Time;
use crate::value::Word;
use std::collections::VecDeque;

/// How many spans are kept.
const MOST_SPANS: usize = 4096;

/// How many events after the moment are looked at.
const MOST_AFTER: usize = 1024;

/// Keeps the spans around one moment.
#[derive(Debug, Clone)]
pub struct Excerpt {
    moment: Time,
    builder: SpanBuilder,
    stand_ins: StandIns,
    spans: VecDeque<Span>,
    /// How many events came after the moment.
    after: usize,
    /// The time of the first event that was not looked at.
    stopped: Option<Time>,
}

impl Excerpt {
    /// For a run with the names of `header`.
    pub fn new(moment: Time, header: &Header) -> Excerpt {
        let builder = SpanBuilder::new(header.process_count());
        let stand_ins = StandIns::new(&header.resources);
        Excerpt { moment, builder, stand_ins, spans: VecDeque::new(), after: 0, stopped: None }
    }

    /// The spans, by process and then by start, of a run that ended at `end`.
    pub fn finish(mut self, end: Time) -> Vec<Span> {
        let end = self.stopped.unwrap_or(end);
        let mut spans: Vec<Span> = self.spans.into_iter().chain(self.builder.finish(end)).collect();
        spans.retain(|span| span.start < span.end);
        spans.iter_mut().for_each(|span| span.activity = span.activity.of_named(&self.stand_ins));
        spans.sort_unstable_by_key(|span| (span.process, span.start));
        spans
    }
}

impl Sink for Excerpt {
    fn event(&mut self, event: &Event, _: &[Word]) {
        if self.stopped.is_some() {
            return;
        }
        if event.time > self.moment {
            self.after += 1;
            if self.after > MOST_AFTER {
                self.stopped = Some(event.time);
                return;
            }
        }
        if let Some(span) = self.builder.event(event).filter(|span| span.start < span.end) {
            self.spans.push_back(span);
            if self.spans.len() > MOST_SPANS {
                self.spans.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{arbitrary_trace, two_stage_trace};
    use crate::trace::spans;
    use proptest::prelude::*;

    #[test]
    fn a_long_run_is_cut_on_both_sides() {
        let trace = two_stage_trace();
        let mut excerpt = Excerpt::new(Time::from_secs(8), &two_stage_trace().header);
        for round in 0..MOST_SPANS as u64 {
            for event in &trace.events {
                let time = Time::from_secs(8 * round + event.time.as_nanos() / 1_000_000_000);
                let until = event.value + 8_000_000_000 * round;
                let value = if event.value > 1_000_000_000 { until } else { event.value };
                excerpt.event(&Event { time, value, ..event }, &[]);
            }
        }
        let kept = excerpt.finish(Time::MAX);
        let last = kept.iter().map(|span| span.end).max().expect("there are some");
        assert!(kept.len() < MOST_AFTER && last < Time::from_secs(8 * 60), "{} until {last}", kept.len());
    }

    proptest! {
        #[test]
        fn a_short_run_is_kept_whole(trace in arbitrary_trace()) {
            let mut excerpt = Excerpt::new(trace.end, &trace.header);
            trace.replay(&mut excerpt);
            prop_assert_eq!(excerpt.finish(trace.end), spans(&trace));
        }
    }
}
