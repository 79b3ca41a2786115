//! A sink that checks what is expected of figures, at the end of a run.
//!
//! Decides what is said of a figure that is not as expected. Where its number comes
//! from is the business of `path` and `tally`.

use super::number::FigureValue;
use super::path::number_at;
use super::tally::{MarkTallies, OfMark};
use crate::analysis::monitor::FailedExpectation;
use crate::analysis::statistics::Statistics;
use crate::figure::{format_figure, trimmed};
use crate::trace::{Event, Figure, FigureExpectation, FigureRange, Header, Sink};
use crate::value::{Type, Value, Word};

/// Takes the values of marks of which figures are expected.
#[derive(Debug)]
pub struct FigureWatch<'e> {
    expected: &'e [FigureExpectation],
    tallies: MarkTallies,
}

/// The figures of marks among those that are expected.
fn of_marks(expected: &[FigureExpectation]) -> impl Iterator<Item = OfMark> {
    expected.iter().filter_map(|one| of_mark(&one.figure))
}

fn of_mark(figure: &Figure) -> Option<OfMark> {
    match figure {
        Figure::OfMark { who, mark, of, .. } => Some((*who, *mark, *of)),
        Figure::Path(_) => None,
    }
}

impl<'e> FigureWatch<'e> {
    /// For a run with these names.
    pub fn new(expected: &'e [FigureExpectation], header: &Header) -> FigureWatch<'e> {
        FigureWatch { expected, tallies: MarkTallies::new(of_marks(expected), header) }
    }

    /// Whether any event concerns it; if not, it need not be fed.
    pub fn hears(&self) -> bool {
        self.expected.iter().any(|one| of_mark(&one.figure).is_some())
    }

    /// What a run with these figures does not meet.
    pub fn finish(mut self, header: &Header, statistics: &Statistics) -> Vec<FailedExpectation> {
        self.tallies.settle();
        let failure = |one: &FigureExpectation| {
            let seen = match (&one.figure, of_mark(&one.figure)) {
                (_, Some(asked)) => {
                    self.tallies.figure(asked).map(|value| (FigureValue::of(value), told_value(value)))
                }
                (Figure::Path(path), _) => number_at(header, statistics, path).and_then(|number| {
                    let number = number.ok_or("it was null")?;
                    Ok((number, told_number(number, one.range)))
                }),
                (Figure::OfMark { .. }, None) => return None,
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

/// A number as what it is compared with is written: of nanoseconds, as a duration or not.
fn told_number(number: FigureValue, range: FigureRange) -> String {
    let is_time = [range.at_least, range.at_most].iter().flatten().any(|bound| bound.ty() == Type::Duration);
    match number {
        FigureValue::Whole(nanos) if is_time && i64::try_from(nanos).is_ok() => {
            Value::Duration(nanos as i64).to_string()
        }
        FigureValue::Whole(whole) => whole.to_string(),
        FigureValue::Float(float) => told_float(float),
    }
}

fn told_value(value: Value) -> String {
    match value {
        Value::Float(float) => told_float(float),
        other => other.to_string(),
    }
}

/// A float to compare with what is written, with all its digits where those are few.
fn told_float(float: f64) -> String {
    let exact = format!("{float:?}");
    if exact.len() <= 12 { exact } else { format!("about {}", trimmed(&format_figure(float, 6))) }
}

impl Sink for FigureWatch<'_> {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.tallies.event(event, args);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MarkId;
    use crate::trace::fixture::{A, event, header};
    use crate::trace::{Kind, MarkFigure};

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
            let tallies = MarkTallies::with_room(of_marks(&expected), &header, room);
            let mut watch = FigureWatch { expected: &expected, tallies };
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
