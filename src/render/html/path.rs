//! The critical path as columns.
//!
//! Decides how it is told: a step is a hand-off, or one of the spans, by how far its
//! number is from that of the span before it on the path, or, of what is no whole span,
//! who did what for how long.

use super::columns::folded;
use super::telling::Telling;
use crate::analysis::{HandOff, PathSpan, PathStep};
use crate::ids::OpId;
use crate::trace::Span;

/// What stands for a step that is no span.
const HAND_OFF: u64 = 0;
const PART: u64 = 1;
/// From here on, spans.
const SPANS: u64 = 2;

impl Telling<'_, '_> {
    /// How many steps and how many hand-offs. Columns: the steps; of the parts of spans
    /// processes, lengths and what was done; of the hand-offs who handed on, who went on,
    /// what, and on which lines they stood, 0 for none.
    pub fn path(&mut self) -> (usize, usize) {
        let steps = self.run.timeline.path;
        let mut last = 0;
        let mut parts = Vec::new();
        for step in steps {
            let PathStep::Span(span) = step else {
                self.numbers.number(HAND_OFF);
                continue;
            };
            match self.whole_span(span) {
                Some(place) => {
                    let away = place - last;
                    self.numbers.number(SPANS + folded(away));
                    last = place;
                }
                None => {
                    self.numbers.number(PART);
                    parts.push(span);
                }
            }
        }
        let hand_offs = steps.iter().filter_map(|step| match step {
            PathStep::HandOff(hand_off) => Some(hand_off),
            PathStep::Span(_) => None,
        });
        let hand_offs: Vec<&HandOff> = hand_offs.collect();
        self.parts(&parts);
        self.hand_offs(&hand_offs);
        (steps.len(), hand_offs.len())
    }

    /// The number of the span that this is.
    fn whole_span(&self, part: &PathSpan) -> Option<i64> {
        let spans = self.run.timeline.spans;
        let key = (part.process, part.start);
        let place = spans.binary_search_by_key(&key, |span| (span.process, span.start)).ok()?;
        let Span { end, activity, op, .. } = spans[place];
        let is_whole = end == part.end && Some(activity) == part.activity && op == part.op;
        is_whole.then_some(place as i64)
    }

    fn parts(&mut self, parts: &[&PathSpan]) {
        let ticks = self.ticks;
        self.numbers.column(parts.iter().map(|part| u64::from(part.process.0)));
        self.numbers.column(parts.iter().map(|part| ticks.at(part.end) - ticks.at(part.start)));
        for part in parts {
            let PathSpan { process, start, end, op, .. } = **part;
            let span = part.activity.map(|activity| Span {
                process,
                activity,
                start,
                end,
                op,
                granted_by: None,
                ran_out: false,
            });
            let doing = match span {
                Some(span) => self.doing(&span),
                None => self.nothing(),
            };
            self.numbers.number(doing);
        }
    }

    fn hand_offs(&mut self, hand_offs: &[&HandOff]) {
        let run = self.run;
        let header = run.timeline.header;
        let line = |op: OpId| u64::from(header.line(op).unwrap_or(0));
        self.numbers.column(hand_offs.iter().map(|hand_off| u64::from(hand_off.from.0)));
        self.numbers.column(hand_offs.iter().map(|hand_off| u64::from(hand_off.to.0)));
        for hand_off in hand_offs {
            let what = hand_off.what.told(|resource| run.timeline.resource_name(resource));
            let number = self.texts.number(&what);
            self.numbers.number(number);
        }
        self.numbers.column(hand_offs.iter().map(|hand_off| line(hand_off.from_op)));
        self.numbers.column(hand_offs.iter().map(|hand_off| line(hand_off.to_op)));
    }
}
