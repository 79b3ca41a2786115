//! Tie sensitivity: whether the answer of a run depends on the order of
//! simultaneous events.
//!
//! Decides how many orders are tried, and what counts as another answer. A few
//! orders prove nothing if all agree; `explore` tries every one.

use super::inputs::Loaded;
use super::interrupt;
use super::report::{Difference, Finished, TieSensitivity};
use crate::backend::virtual_time::{RunEnd, RunProgress, Simulation};
use crate::ids::ResourceId;
use crate::program::BoundProgram;
use crate::time::Time;
use crate::trace::{DynSink, Event, Header, Kind, Sink, Ties};
use crate::value::{Value, Word};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Runs of more events are too long to be repeated for this.
pub const EVENTS: u64 = 100_000;

/// And states of more words too large.
const STATE_WORDS: usize = 1 << 20;

/// An order that leads this much further is given up.
const STEPS: u64 = 1_000_000;

/// How many random orders are tried besides the reversed one.
const SEEDED: u32 = 7;

/// How many random orders are tried at most where one in many is looked for, and how many
/// events these have together.
const FURTHER: u32 = 1000;
const FURTHER_EVENTS: u64 = 2_000_000;

/// What is compared of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    outcome: &'static str,
    total_time: Time,
    /// By process as written in the scenario, in order: which of its equal
    /// instances comes first is no other answer.
    finished: Vec<Vec<Option<Time>>>,
    memories: Vec<(ResourceId, Vec<Word>)>,
}

/// Tries a few other orders, if that takes no time worth mentioning and the
/// run was in the usual one.
pub fn tie_sensitivity(loaded: &Loaded, finished: &Finished) -> Option<TieSensitivity> {
    let header = &finished.header;
    if finished.statistics.events > EVENTS || !header.ties.is_fifo() {
        return None;
    }
    let program = loaded.program().ok().filter(|program| program.arena.len() <= STATE_WORDS)?;
    let times = finished.statistics.processes.iter().map(|process| process.finished).collect();
    let here = Answer::new(
        header,
        finished.outcome.name(),
        finished.statistics.total_time,
        times,
        &finished.memories,
    );
    let mut sensitivity = TieSensitivity::new(&here);
    for ties in other_orders() {
        let mut times = FinishTimes(vec![None; header.process_count()]);
        let random = (header.seed, header.replication);
        let Some((run, simulation)) = run_in(&program, random, ties, &mut times) else { continue };
        if simulation.choices() == Some(0) {
            // Without a tie there is but one order.
            return Some(sensitivity);
        }
        let total = times.0.iter().try_fold(Time::ZERO, |last, time| time.map(|time| last.max(time)));
        let memories = simulation.machine.memories(&program);
        let there = Answer::new(header, run.outcome.name(), total.unwrap_or(run.end), times.0, &memories);
        sensitivity.add(header, &here, &there, ties);
    }
    Some(sensitivity)
}

/// The orders of simultaneous events that are tried besides the usual one.
pub fn other_orders() -> impl Iterator<Item = Ties> {
    std::iter::once(Ties::Reversed).chain((0..SEEDED).map(Ties::Seeded))
}

/// Further random orders, for a run of so many events of which one order in many is looked for:
/// as many as take no time worth mentioning.
pub fn further_orders(events: u64) -> impl Iterator<Item = Ties> {
    let orders = u32::try_from(FURTHER_EVENTS / events.max(1)).unwrap_or(u32::MAX).min(FURTHER);
    (SEEDED..SEEDED + orders).map(Ties::Seeded)
}

/// A run in another order; `None` if it leads much further, or the user stops it.
pub fn run_in<'p>(
    program: &'p BoundProgram,
    (seed, replication): (u64, u64),
    ties: Ties,
    sink: &mut impl Sink,
) -> Option<(RunEnd, Simulation<'p>)> {
    let mut simulation = Simulation::with_ties(program, seed, replication, ties);
    let mut control = |reached: RunProgress| match reached.steps > STEPS || interrupt::requested() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let run = simulation.run(&mut DynSink::new(sink), &mut control).ok()?;
    Some((run, simulation))
}

/// When each process finished.
struct FinishTimes(Vec<Option<Time>>);

impl Sink for FinishTimes {
    #[inline]
    fn event(&mut self, event: &Event, _: &[Word]) {
        if event.kind == Kind::Done {
            self.0[event.process.index()] = Some(event.time);
        }
    }
}

impl Answer {
    fn new(
        header: &Header,
        outcome: &'static str,
        total_time: Time,
        times: Vec<Option<Time>>,
        memories: &[(ResourceId, Vec<Value>)],
    ) -> Answer {
        let of = |first: usize, count: usize| {
            let mut times = times[first..first + count].to_vec();
            times.sort_unstable();
            times
        };
        let finished = header.processes.iter().map(|info| of(info.first.index(), info.count as usize));
        let words = |values: &Vec<Value>| values.iter().map(|value| value.to_word()).collect();
        Answer {
            outcome,
            total_time,
            finished: finished.collect(),
            memories: memories.iter().map(|(id, values)| (*id, words(values))).collect(),
        }
    }

    /// What is not the same in `other`.
    fn differences(&self, other: &Answer, header: &Header) -> Vec<Difference> {
        let mut found = Vec::new();
        if self.outcome != other.outcome {
            found.push(Difference::Outcome);
        }
        if self.total_time != other.total_time {
            found.push(Difference::TotalTime);
        }
        let times = self.finished.iter().zip(&other.finished).zip(&header.processes);
        found.extend(
            times
                .filter(|((here, there), _)| here != there)
                .map(|(_, info)| Difference::Finished(info.name.clone())),
        );
        let memories = self.memories.iter().zip(&other.memories);
        found.extend(
            memories.filter(|(here, there)| here != there).map(|((id, _), _)| Difference::Memory(*id)),
        );
        found
    }
}

impl TieSensitivity {
    fn new(here: &Answer) -> TieSensitivity {
        let mut sensitivity = TieSensitivity {
            orders: 0,
            outcomes: BTreeMap::new(),
            total_time: None,
            differences: Vec::new(),
        };
        sensitivity.count(here, Ties::Fifo);
        sensitivity
    }

    fn count(&mut self, answer: &Answer, ties: Ties) {
        self.orders += 1;
        *self.outcomes.entry(answer.outcome).or_default() += 1;
        if answer.outcome != "completed" {
            return;
        }
        let time = (answer.total_time, ties);
        let [shortest, longest] = self.total_time.get_or_insert([time, time]);
        if time.0 < shortest.0 {
            *shortest = time;
        }
        if time.0 > longest.0 {
            *longest = time;
        }
    }

    fn add(&mut self, header: &Header, here: &Answer, there: &Answer, ties: Ties) {
        self.count(there, ties);
        for difference in here.differences(there, header) {
            if !self.differences.iter().any(|(known, _)| *known == difference) {
                self.differences.push((difference, ties));
            }
        }
    }
}
