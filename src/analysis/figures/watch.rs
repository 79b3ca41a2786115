//! A sink that checks what is expected of figures, at the end of a run.
//!
//! Decides what is kept of the values of marks: sums always, the values themselves
//! where a quantile is asked for, up to a bound in bytes. Beyond that bound no
//! quantile is guessed: the expectation fails and says so.

use super::number::FigureValue;
use super::path::number_at;
use crate::analysis::marks::{MarkStatistics, MarkTally, MarkValues};
use crate::analysis::monitor::FailedExpectation;
use crate::analysis::statistics::Statistics;
use crate::figure::{format_figure, so_many, trimmed};
use crate::ids::MarkId;
use crate::trace::{Event, Figure, FigureExpectation, Header, Instances, Kind, MarkFigure, Sink};
use crate::value::{Value, Word};

/// How many bytes of values are kept for quantiles, of all marks together.
const QUANTILE_BYTES: usize = 64 << 20;

/// Takes the values of marks of which figures are expected.
#[derive(Debug)]
pub struct FigureWatch<'e> {
    expected: &'e [FigureExpectation],
    tallies: Vec<ValueTally>,
    /// How many more values there is room for.
    room: usize,
}

/// The values of one mark, of those who count.
#[derive(Debug)]
struct ValueTally {
    who: Option<Instances>,
    mark: MarkId,
    carries_value: bool,
    sums: MarkTally,
    /// For quantiles; `None` if nobody asks for one, or there are too many.
    values: Option<Vec<Value>>,
}

impl<'e> FigureWatch<'e> {
    /// For a run with these names.
    pub fn new(expected: &'e [FigureExpectation], header: &Header) -> FigureWatch<'e> {
        FigureWatch::with_room(expected, header, QUANTILE_BYTES / size_of::<Value>())
    }

    fn with_room(expected: &'e [FigureExpectation], header: &Header, room: usize) -> FigureWatch<'e> {
        let mut tallies: Vec<ValueTally> = Vec::new();
        for one in expected {
            let Figure::OfMark { who, mark, of, .. } = &one.figure else { continue };
            let place = tallies.iter().position(|tally| (tally.who, tally.mark) == (*who, *mark));
            let place = place.unwrap_or_else(|| {
                let carries_value = header.marks[mark.index()].ty.is_some();
                let sums = MarkTally::default();
                tallies.push(ValueTally { who: *who, mark: *mark, carries_value, sums, values: None });
                tallies.len() - 1
            });
            if matches!(of, MarkFigure::Quantile(_)) {
                tallies[place].values.get_or_insert_default();
            }
        }
        FigureWatch { expected, tallies, room }
    }

    /// What a run with these figures does not meet.
    pub fn finish(self, header: &Header, statistics: &Statistics) -> Vec<FailedExpectation> {
        let mut tallies = self.tallies;
        for values in tallies.iter_mut().filter_map(|tally| tally.values.as_mut()) {
            values.sort_unstable_by(|one, other| match (one, other) {
                (Value::Float(one), Value::Float(other)) => one.total_cmp(other),
                (one, other) => (one.to_word() as i64).cmp(&(other.to_word() as i64)),
            });
        }
        let failure = |one: &FigureExpectation| {
            let seen = match &one.figure {
                Figure::Path(path) => number_at(header, statistics, path).and_then(|number| match number {
                    Some(FigureValue::Whole(whole)) => Ok((FigureValue::Whole(whole), whole.to_string())),
                    Some(FigureValue::Float(float)) => Ok((FigureValue::Float(float), told_float(float))),
                    None => Err("it was null".to_owned()),
                }),
                Figure::OfMark { who, mark, of, .. } => {
                    let tally = tallies.iter().find(|tally| (tally.who, tally.mark) == (*who, *mark));
                    tally.expect("there is one for each").figure(*of)
                }
            };
            let but = match seen {
                Ok((number, _)) if number.is_within(one.range) => return None,
                Ok((_, told)) => format!("it was {told}"),
                Err(why) => why,
            };
            let what = match &one.figure {
                Figure::Path(path) => format!("'{path}'"),
                Figure::OfMark { of, name, .. } => format!("the {of} of '{name}'"),
            };
            let message = format!("expected {what} to be {}, but {but}", one.range);
            Some(FailedExpectation { message, line: one.line, seen: None })
        };
        self.expected.iter().filter_map(failure).collect()
    }
}

/// A float to compare with what is written, with all its digits where those are few.
fn told_float(float: f64) -> String {
    let exact = format!("{float:?}");
    if exact.len() <= 12 { exact } else { format!("about {}", trimmed(&format_figure(float, 6))) }
}

impl ValueTally {
    /// A figure, and how it is told.
    fn figure(&self, of: MarkFigure) -> Result<(FigureValue, String), String> {
        let MarkStatistics { count, values } = self.sums.finish();
        let value = match (of, values) {
            (MarkFigure::Count, _) => return Ok((FigureValue::Whole(count.into()), count.to_string())),
            (_, None) => return Err("it was never passed".to_owned()),
            (MarkFigure::Mean, Some(MarkValues { mean, .. })) => mean,
            (MarkFigure::Smallest, Some(MarkValues { min, .. })) => min,
            (MarkFigure::Largest, Some(MarkValues { max, .. })) => max,
            (MarkFigure::Quantile(thousandths), Some(_)) => {
                let Some(values) = &self.values else {
                    let most = (QUANTILE_BYTES / size_of::<Value>()) as u64;
                    return Err(format!("no more than {} are kept for quantiles", so_many(most, "value")));
                };
                // The nearest rank, from 1.
                let rank = (values.len() as u128 * u128::from(thousandths)).div_ceil(1000).max(1);
                values[rank as usize - 1]
            }
        };
        let told = match value {
            Value::Float(float) => told_float(float),
            other => other.to_string(),
        };
        Ok((FigureValue::of(value), told))
    }
}

impl Sink for FigureWatch<'_> {
    #[inline]
    fn event(&mut self, event: &Event, _: &[Word]) {
        if event.kind != Kind::Mark {
            return;
        }
        let is_meant = |tally: &&mut ValueTally| {
            tally.mark.0 == event.subject && tally.who.is_none_or(|who| who.contains(event.process))
        };
        for tally in self.tallies.iter_mut().filter(is_meant) {
            tally.sums.add(event, tally.carries_value);
            let Some(values) = &mut tally.values else { continue };
            match self.room.checked_sub(1) {
                Some(room) => {
                    self.room = room;
                    values.push(Value::from_word(event.ty, event.value));
                }
                None => tally.values = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::FigureRange;
    use crate::trace::fixture::{A, event, header};
    use crate::value::Type;

    /// Of 1, 2, … 20 the 95th percentile is 19: 95 % of them are no more.
    #[test]
    fn quantiles_by_hand_and_their_bound() {
        let header = header();
        let expect = |thousandths, value| FigureExpectation {
            figure: Figure::OfMark {
                who: None,
                mark: MarkId(0),
                of: MarkFigure::Quantile(thousandths),
                name: "m".to_owned(),
            },
            range: FigureRange::exactly(Value::Duration(value)),
            line: 0,
        };
        let expected = [expect(950, 19), expect(951, 20), expect(500, 10), expect(1, 1), expect(999, 20)];
        let failed = |room| {
            let mut watch = FigureWatch::with_room(&expected, &header, room);
            for value in (1..=20).rev() {
                let mark = Event { ty: Type::Duration, value, ..event(0, A, Kind::Mark, 0, 0) };
                watch.event(&mark, &[]);
            }
            watch.finish(&header, &crate::trace::fixture::two_stage_trace().statistics())
        };
        assert_eq!(failed(20), []);
        assert_eq!(failed(19).len(), expected.len());
        assert!(failed(19)[0].message.contains("are kept for quantiles"), "{:?}", failed(19));
    }
}
