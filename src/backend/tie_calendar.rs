//! A calendar that resolves ties otherwise than first come, first served.
//!
//! Decides who goes on among those that can go on at the same time with the
//! same priority, and whom a notify reaches where the scenario leaves it open.
//! Made to be right and short: runs with it look for what depends on ties, and
//! are not the ones that are measured. An entry costs time in proportion to the
//! logarithm of the number of entries.

use super::calendar::Calendar;
use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::random::{Streams, distributions};
use crate::time::Time;
use crate::trace::Ties;
use line::Line;
use std::collections::BTreeMap;

mod line;

/// The future event list of a run with other ties.
#[derive(Debug, Clone)]
pub struct TieCalendar {
    /// Who can go on at a time, with a priority, in the order of coming.
    due: BTreeMap<(Time, u8), Line>,
    ties: Ties,
    /// The one stream that choices are drawn from, and how far.
    streams: Streams,
    position: u64,
    choices: u64,
}

impl TieCalendar {
    /// An empty calendar. `seed` and `replication` are those of the run; the
    /// stream of the ties is not that of any draw in it.
    pub fn new(ties: Ties, seed: u64, replication: u64) -> TieCalendar {
        let mut streams = Streams::new(seed, replication);
        if let Ties::Seeded(number) = ties {
            // No process has an empty name. The last number has the stream of
            // the one before: a range has to end.
            let number = number.min(u32::MAX - 1);
            streams.add("", number..number + 1, 0..1);
        }
        TieCalendar { due: BTreeMap::new(), ties, streams, position: 0, choices: 0 }
    }

    /// How often there was a choice between several so far.
    pub fn choices(&self) -> u64 {
        self.choices
    }

    /// One of so many, each as likely as the others if ties are seeded.
    fn one_of(&mut self, options: usize) -> usize {
        if options < 2 {
            return 0;
        }
        self.choices += 1;
        match self.ties {
            Ties::Fifo => 0,
            Ties::Reversed => options - 1,
            Ties::Seeded(_) => {
                let mut words = self.streams.words(0, &mut self.position);
                let last = i64::try_from(options - 1).expect("processes are bounded");
                distributions::uniform_int(&mut words, 0, last).expect("0 is not above it") as usize
            }
        }
    }
}

impl Calendar for TieCalendar {
    fn pop(&mut self) -> Option<(Time, ProcessId)> {
        let options = self.due.first_key_value()?.1.len();
        let place = self.one_of(options);
        let mut due = self.due.first_entry()?;
        let process = due.get_mut().remove(place);
        let time = due.key().0;
        if options == 1 {
            due.remove();
        }
        Some((time, process))
    }

    fn clear(&mut self) {
        self.due.clear();
        (self.position, self.choices) = (0, 0);
    }
}

impl Scheduler for TieCalendar {
    fn cancel(&mut self, time: Time, process: ProcessId) {
        for (key, due) in self.due.range_mut((time, 0)..=(time, u8::MAX)) {
            if due.take(process) {
                if due.len() == 0 {
                    let key = *key;
                    self.due.remove(&key);
                }
                return;
            }
        }
    }

    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        // Of reversed ties the last in the order of the file comes first.
        let in_order = self.ties == Ties::Reversed;
        let due = self.due.entry((time, priority)).or_insert_with(|| Line::new(in_order));
        due.push(process);
    }

    fn choose(&mut self, options: u32) -> u32 {
        self.one_of(options as usize) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In which order processes 0 to `count` - 1 come, all due at once.
    fn order(ties: Ties, seed: u64, count: u32) -> Vec<u32> {
        let mut calendar = TieCalendar::new(ties, seed, 0);
        (0..count).for_each(|process| calendar.wake(Time::ZERO, 128, ProcessId(process)));
        std::iter::from_fn(|| calendar.pop()).map(|(_, process)| process.0).collect()
    }

    #[test]
    fn time_and_priority_come_first() {
        for ties in [Ties::Fifo, Ties::Reversed, Ties::Seeded(5)] {
            let mut calendar = TieCalendar::new(ties, 1, 0);
            let entries = [(2, 128), (1, 129), (1, 127), (3, 0), (1, 128)];
            for (process, (second, priority)) in (0..).zip(entries) {
                calendar.wake(Time::from_secs(second), priority, ProcessId(process));
            }
            let order: Vec<u32> =
                std::iter::from_fn(|| calendar.pop()).map(|(_, process)| process.0).collect();
            assert_eq!((order, calendar.choices()), (vec![2, 4, 1, 0, 3], 0), "{ties}");
        }
    }

    #[test]
    fn ties_go_as_they_are_asked_to() {
        assert_eq!(order(Ties::Fifo, 0, 4), [0, 1, 2, 3]);
        assert_eq!(order(Ties::Reversed, 0, 4), [3, 2, 1, 0]);
        // Also if they come in another order than that of the file.
        let mut calendar = TieCalendar::new(Ties::Reversed, 0, 0);
        [1, 0, 2].into_iter().for_each(|process| calendar.wake(Time::ZERO, 128, ProcessId(process)));
        assert_eq!(calendar.pop(), Some((Time::ZERO, ProcessId(2))));
        assert_eq!(calendar.pop(), Some((Time::ZERO, ProcessId(1))));
        assert_eq!(order(Ties::Seeded(0), 7, 20), order(Ties::Seeded(0), 7, 20));
        assert_ne!(order(Ties::Seeded(0), 7, 20), order(Ties::Seeded(1), 7, 20));
        assert_ne!(order(Ties::Seeded(0), 7, 20), order(Ties::Seeded(0), 8, 20));
    }

    /// Each of the 6 orders of 3 comes up about 1,000 times of 6,000: the
    /// statistic is chi-squared with 5 degrees of freedom, above 20.5 with a
    /// probability of 0.1%.
    #[test]
    fn every_order_is_equally_likely() {
        let mut counts: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for number in 0..6000 {
            *counts.entry(order(Ties::Seeded(number), 1, 3)).or_default() += 1.0;
        }
        assert_eq!(counts.len(), 6);
        let statistic: f64 = counts.values().map(|count| (count - 1000.0) * (count - 1000.0) / 1000.0).sum();
        assert!(statistic < 20.5, "{statistic}: {counts:?}");
    }

    #[test]
    fn a_run_again_is_the_same_run() {
        let mut calendar = TieCalendar::new(Ties::Seeded(0), 3, 0);
        let mut orders = (0..2).map(|_| {
            calendar.clear();
            (0..10).for_each(|process| calendar.wake(Time::ZERO, 128, ProcessId(process)));
            let order: Vec<_> = std::iter::from_fn(|| calendar.pop()).collect();
            (order, calendar.choices(), calendar.choose(100))
        });
        assert_eq!(orders.next(), orders.next());
    }
}
