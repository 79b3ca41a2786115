//! A calendar that resolves ties otherwise than first come, first served.
//!
//! Decides who goes on among those that can go on at the same time with the
//! same priority, and whom a notify reaches where the scenario leaves it open.
//! An entry costs time in proportion to the logarithm of the number of entries.

use super::calendar::{Calendar, Key, PROCESS_BITS, SEQUENCE_BITS, entry, key};
use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::random::{Streams, distributions};
use crate::time::Time;
use crate::trace::Ties;
use arrivals::Arrivals;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

mod arrivals;

/// The future event list of a run with other ties.
#[derive(Debug, Clone)]
pub struct TieCalendar {
    due: Due,
    ties: Ties,
    /// The one stream that choices are drawn from, and how far.
    streams: Streams,
    position: u64,
    choices: u64,
    /// Who waits no longer than until then.
    deadlines: BTreeMap<ProcessId, Time>,
}

/// Who can go on at a time, with a priority.
#[derive(Debug, Clone)]
enum Due {
    /// Whoever is the last in the file goes first: an order like any other, in which
    /// nobody has to be looked for.
    LastInFile(BinaryHeap<Reverse<Key>>),
    /// Anyone may go first, and is numbered in the order of coming.
    ByArrival(BTreeMap<(Time, u8), Arrivals>),
}

/// The bits of a key that tell the process.
const PROCESS: u32 = SEQUENCE_BITS + PROCESS_BITS;

/// A key that sorts those of one time and priority by the file, from its end.
fn from_the_last(time: Time, priority: u8, process: ProcessId) -> Key {
    key(time, priority, u32::MAX - process.0, process)
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
        let due = match ties {
            Ties::Reversed => Due::LastInFile(BinaryHeap::new()),
            Ties::Fifo | Ties::Seeded(_) => Due::ByArrival(BTreeMap::new()),
        };
        TieCalendar { due, ties, streams, position: 0, choices: 0, deadlines: BTreeMap::new() }
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
        let first = self.pop_any()?;
        if !self.deadlines.is_empty() {
            self.deadlines.remove(&first.1);
        }
        Some(first)
    }

    fn clear(&mut self) {
        match &mut self.due {
            Due::LastInFile(keys) => keys.clear(),
            Due::ByArrival(due) => due.clear(),
        }
        self.deadlines.clear();
        (self.position, self.choices) = (0, 0);
    }
}

impl TieCalendar {
    fn pop_any(&mut self) -> Option<(Time, ProcessId)> {
        let options = match &mut self.due {
            Due::LastInFile(keys) => {
                let first = keys.pop()?.0;
                let is_tied = keys.peek().is_some_and(|next| next.0 >> PROCESS == first >> PROCESS);
                self.choices += u64::from(is_tied);
                return Some(entry(first));
            }
            Due::ByArrival(due) => due.first_key_value()?.1.len(),
        };
        let place = self.one_of(options);
        let Due::ByArrival(due) = &mut self.due else { return None };
        let mut due = due.first_entry()?;
        let process = due.get_mut().remove(place);
        let time = due.key().0;
        if options == 1 {
            due.remove();
        }
        Some((time, process))
    }

    fn enter(&mut self, time: Time, priority: u8, process: ProcessId) {
        match &mut self.due {
            Due::LastInFile(keys) => keys.push(Reverse(from_the_last(time, priority, process))),
            Due::ByArrival(due) => due.entry((time, priority)).or_default().push(process),
        }
    }

    fn take_back(&mut self, time: Time, process: ProcessId) {
        match &mut self.due {
            Due::LastInFile(keys) => keys.retain(|due| entry(due.0) != (time, process)),
            Due::ByArrival(due) => {
                let mut at_time = due.range_mut((time, 0)..=(time, u8::MAX));
                let emptied = at_time.find_map(|(key, due)| due.take(process).then_some((*key, due.len())));
                if let Some((key, 0)) = emptied {
                    due.remove(&key);
                }
            }
        }
    }
}

impl Scheduler for TieCalendar {
    fn cancel(&mut self, time: Time, process: ProcessId) {
        self.deadlines.remove(&process);
        self.take_back(time, process);
    }

    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        if !self.deadlines.is_empty()
            && let Some(until) = self.deadlines.remove(&process)
        {
            self.take_back(until, process);
        }
        self.enter(time, priority, process);
    }

    fn wake_by(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.deadlines.insert(process, time);
        self.enter(time, priority, process);
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
