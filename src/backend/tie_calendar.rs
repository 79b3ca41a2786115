//! A calendar that resolves ties otherwise than first come, first served.
//!
//! Decides who goes on among those that can go on at the same time with the
//! same priority, and whom a notify reaches where the scenario leaves it open.
//! An entry costs time in proportion to the logarithm of the number of entries, also
//! when it is taken back: a process has one at most.

use super::calendar::{Calendar, Key, PROCESS_BITS, SEQUENCE_BITS, entry, key};
use super::indexed_calendar::IndexedHeap;
use crate::ids::ProcessId;
use crate::kernel::Scheduler;
use crate::random::{Streams, distributions};
use crate::time::Time;
use crate::trace::Ties;
use arrivals::Arrivals;
use std::collections::BTreeMap;

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
}

/// Who can go on at a time, with a priority.
#[derive(Debug, Clone)]
enum Due {
    /// Whoever is the last in the file goes first: an order like any other, in which
    /// nobody has to be looked for.
    LastInFile(IndexedHeap),
    /// Anyone may go first.
    ByArrival(ByArrival),
}

/// Who can go on, by time and priority and then in the order of coming.
#[derive(Debug, Clone)]
struct ByArrival {
    due: BTreeMap<(Time, u8), Arrivals>,
    /// By process, where its entry is.
    entries: Vec<Option<Entry>>,
    /// How many have come.
    arrived: u64,
}

/// Where the entry of a process is.
#[derive(Debug, Clone, Copy)]
struct Entry {
    due: (Time, u8),
    arrival: u64,
}

impl ByArrival {
    fn enter(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.take(process);
        let entry = Entry { due: (time, priority), arrival: self.arrived };
        self.arrived += 1;
        self.due.entry(entry.due).or_default().push(process, entry.arrival);
        self.entries[process.index()] = Some(entry);
    }

    /// Takes the entry of a process out, if it has one.
    fn take(&mut self, process: ProcessId) {
        let Some(entry) = self.entries[process.index()].take() else { return };
        let Some(arrivals) = self.due.get_mut(&entry.due) else { return };
        arrivals.take(entry.arrival);
        if arrivals.len() == 0 {
            self.due.remove(&entry.due);
        }
    }
}

/// The bits of a key that tell the process.
const PROCESS: u32 = SEQUENCE_BITS + PROCESS_BITS;

/// A key that sorts those of one time and priority by the file, from its end.
fn from_the_last(time: Time, priority: u8, process: ProcessId) -> Key {
    key(time, priority, u32::MAX - process.0, process)
}

impl TieCalendar {
    /// An empty calendar for so many processes. `seed` and `replication` are those of
    /// the run; the stream of the ties is not that of any draw in it.
    pub fn new(processes: usize, ties: Ties, seed: u64, replication: u64) -> TieCalendar {
        let mut streams = Streams::new(seed, replication);
        if let Ties::Seeded(number) = ties {
            // No process has an empty name. The last number has the stream of
            // the one before: a range has to end.
            let number = number.min(u32::MAX - 1);
            streams.add("", number..number + 1, 0..1);
        }
        let due = match ties {
            Ties::Reversed => Due::LastInFile(IndexedHeap::new(processes)),
            Ties::Fifo | Ties::Seeded(_) => {
                Due::ByArrival(ByArrival { due: BTreeMap::new(), entries: vec![None; processes], arrived: 0 })
            }
        };
        TieCalendar { due, ties, streams, position: 0, choices: 0 }
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
        let options = match &mut self.due {
            Due::LastInFile(keys) => {
                let first = keys.pop()?;
                let is_tied = keys.first().is_some_and(|next| next >> PROCESS == first >> PROCESS);
                self.choices += u64::from(is_tied);
                return Some(entry(first));
            }
            Due::ByArrival(by_arrival) => by_arrival.due.first_key_value()?.1.len(),
        };
        let place = self.one_of(options);
        let Due::ByArrival(ByArrival { due, entries, .. }) = &mut self.due else { return None };
        let mut due = due.first_entry()?;
        let process = due.get_mut().remove(place);
        entries[process.index()] = None;
        let time = due.key().0;
        if options == 1 {
            due.remove();
        }
        Some((time, process))
    }

    fn clear(&mut self) {
        match &mut self.due {
            Due::LastInFile(keys) => keys.clear(),
            Due::ByArrival(ByArrival { due, entries, arrived }) => {
                due.clear();
                entries.fill(None);
                *arrived = 0;
            }
        }
        (self.position, self.choices) = (0, 0);
    }
}

impl Scheduler for TieCalendar {
    fn cancel(&mut self, _: Time, process: ProcessId) {
        match &mut self.due {
            Due::LastInFile(keys) => keys.take(process),
            Due::ByArrival(due) => due.take(process),
        }
    }

    fn wake(&mut self, time: Time, priority: u8, process: ProcessId) {
        match &mut self.due {
            Due::LastInFile(keys) => keys.enter(process, from_the_last(time, priority, process)),
            Due::ByArrival(due) => due.enter(time, priority, process),
        }
    }

    fn wake_by(&mut self, time: Time, priority: u8, process: ProcessId) {
        self.wake(time, priority, process);
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
        let mut calendar = TieCalendar::new(count as usize, ties, seed, 0);
        (0..count).for_each(|process| calendar.wake(Time::ZERO, 128, ProcessId(process)));
        std::iter::from_fn(|| calendar.pop()).map(|(_, process)| process.0).collect()
    }

    #[test]
    fn time_and_priority_come_first() {
        for ties in [Ties::Fifo, Ties::Reversed, Ties::Seeded(5)] {
            let mut calendar = TieCalendar::new(5, ties, 1, 0);
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
        let mut calendar = TieCalendar::new(3, Ties::Reversed, 0, 0);
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

    /// Against a list, whoever comes, is moved, is taken back and goes.
    #[test]
    fn entries_are_moved_and_taken_back() {
        const PROCESSES: u64 = 40;
        for ties in [Ties::Fifo, Ties::Reversed] {
            let mut noise = 5u64;
            let mut next = |below: u64| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (noise >> 33) % below
            };
            let mut calendar = TieCalendar::new(PROCESSES as usize, ties, 0, 0);
            let mut list: Vec<(Time, u8, i64, ProcessId)> = Vec::new();
            for number in 0..20_000 {
                let process = ProcessId(next(PROCESSES) as u32);
                let (time, priority) = (Time::from_secs(next(4)), next(3) as u8);
                match next(5) {
                    0 | 1 => {
                        list.sort_unstable();
                        let expected = (!list.is_empty()).then(|| list.remove(0));
                        assert_eq!(calendar.pop(), expected.map(|(time, .., process)| (time, process)));
                    }
                    2 => {
                        list.retain(|&(.., other)| other != process);
                        calendar.cancel(time, process);
                    }
                    how => {
                        list.retain(|&(.., other)| other != process);
                        let order = if ties == Ties::Fifo { number } else { -i64::from(process.0) };
                        list.push((time, priority, order, process));
                        match how {
                            3 => calendar.wake(time, priority, process),
                            _ => calendar.wake_by(time, priority, process),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_run_again_is_the_same_run() {
        let mut calendar = TieCalendar::new(10, Ties::Seeded(0), 3, 0);
        let mut orders = (0..2).map(|_| {
            calendar.clear();
            (0..10).for_each(|process| calendar.wake(Time::ZERO, 128, ProcessId(process)));
            let order: Vec<_> = std::iter::from_fn(|| calendar.pop()).collect();
            (order, calendar.choices(), calendar.choose(100))
        });
        assert_eq!(orders.next(), orders.next());
    }
}
