//! What the values of marks come to where the statistics do not say it: of some
//! processes alone, and quantiles.
//!
//! Decides what is kept of values: sums always, the values themselves where a quantile
//! is asked for, up to a bound in bytes. Beyond that bound no quantile is guessed.

use crate::analysis::marks::{MarkStatistics, MarkTally, MarkValues};
use crate::figure::so_many;
use crate::ids::MarkId;
use crate::trace::{Event, Header, Instances, Kind, MarkFigure, Sink};
use crate::value::{Value, Word};

/// How many bytes of values are kept for quantiles, of all marks together.
const QUANTILE_BYTES: usize = 64 << 20;

/// A figure of the values of a mark: of whom, of which mark, and what is asked.
pub(super) type OfMark = (Option<Instances>, MarkId, MarkFigure);

/// Takes the values of marks of which figures are asked.
#[derive(Debug, Default)]
pub(super) struct MarkTallies {
    tallies: Vec<ValueTally>,
    /// How many more values there is room for.
    room: usize,
    /// How many there is room for in all.
    most: usize,
}

/// The values of one mark, of those who count.
#[derive(Debug)]
struct ValueTally {
    who: Option<Instances>,
    mark: MarkId,
    carries_value: bool,
    sums: MarkTally,
    /// For quantiles; empty if nobody asks for one, or there were too many.
    values: Vec<Value>,
    /// Whether the values are all that there were.
    keeps: bool,
    asked: bool,
}

impl MarkTallies {
    /// For a run with these names, of which these figures are asked.
    pub(super) fn new(asked: impl Iterator<Item = OfMark>, header: &Header) -> MarkTallies {
        MarkTallies::with_room(asked, header, QUANTILE_BYTES / size_of::<Value>())
    }

    pub(super) fn with_room(
        asked: impl Iterator<Item = OfMark>,
        header: &Header,
        room: usize,
    ) -> MarkTallies {
        let mut tallies: Vec<ValueTally> = Vec::new();
        for (who, mark, of) in asked {
            let place = tallies.iter().position(|tally| (tally.who, tally.mark) == (who, mark));
            let place = place.unwrap_or_else(|| {
                let carries_value = header.marks[mark.index()].ty.is_some();
                let (sums, values) = (MarkTally::default(), Vec::new());
                tallies.push(ValueTally {
                    who,
                    mark,
                    carries_value,
                    sums,
                    values,
                    keeps: false,
                    asked: false,
                });
                tallies.len() - 1
            });
            tallies[place].asked |= matches!(of, MarkFigure::Quantile(_));
            tallies[place].keeps = tallies[place].asked;
        }
        MarkTallies { tallies, room, most: room }
    }

    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.tallies.is_empty()
    }

    /// Forgets the run, for another one.
    pub(super) fn reset(&mut self) {
        self.room = self.most;
        for tally in &mut self.tallies {
            tally.sums = MarkTally::default();
            tally.values.clear();
            tally.keeps = tally.asked;
        }
    }

    /// No more values come: figures can be asked for.
    pub(super) fn settle(&mut self) {
        for tally in &mut self.tallies {
            tally.values.sort_unstable_by(|one, other| match (one, other) {
                (Value::Float(one), Value::Float(other)) => one.total_cmp(other),
                (one, other) => (one.to_word() as i64).cmp(&(other.to_word() as i64)),
            });
        }
    }

    /// A figure of those that were asked for.
    ///
    /// # Errors
    /// Why there is none, after "but".
    pub(super) fn figure(&self, (who, mark, of): OfMark) -> Result<Value, String> {
        let tally = self.tallies.iter().find(|tally| (tally.who, tally.mark) == (who, mark));
        let tally = tally.ok_or("it was not asked for")?;
        let MarkStatistics { count, values } = tally.sums.finish();
        match (of, values) {
            (MarkFigure::Count, _) => Ok(Value::Int(count as i64)),
            (_, None) => Err("it was never passed".to_owned()),
            (MarkFigure::Mean, Some(MarkValues { mean, .. })) => Ok(mean),
            (MarkFigure::Smallest, Some(MarkValues { min, .. })) => Ok(min),
            (MarkFigure::Largest, Some(MarkValues { max, .. })) => Ok(max),
            (MarkFigure::Quantile(thousandths), Some(_)) if tally.keeps => {
                // The nearest rank, from 1.
                let rank = (tally.values.len() as u128 * u128::from(thousandths)).div_ceil(1000).max(1);
                Ok(tally.values[rank as usize - 1])
            }
            (MarkFigure::Quantile(_), Some(_)) => {
                let most = so_many(self.most as u64, "value");
                Err(format!("no more than {most} are kept for quantiles"))
            }
        }
    }
}

impl Sink for MarkTallies {
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
            if !tally.keeps {
                continue;
            }
            match self.room.checked_sub(1) {
                Some(room) => {
                    self.room = room;
                    tally.values.push(Value::from_word(event.ty, event.value));
                }
                None => {
                    tally.keeps = false;
                    tally.values = Vec::new();
                }
            }
        }
    }
}
