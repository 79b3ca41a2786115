//! What came of an exploration, and the answers to all that can be asked of it.

use super::endless::Endless;
use super::findings::{Findings, content};
use super::order::{MOST_STATES, Order, later};
use super::path::{path_to, turn_between, turn_into, turns_along};
use super::total_time::{PathTimes, TimedPath};
use crate::analysis::Monitors;
use crate::explore::code::calls;
use crate::explore::ends::{End, Stopped};
use crate::explore::options::{Mode, Options};
use crate::explore::progress::{Progress, Stop};
use crate::explore::schedule::Turn;
use crate::explore::search::{AnySearch, Race, StateGraph, StateId, with};
use crate::explore::transition::Scratch;
use crate::ids::{ProcessId, ResourceId};
use crate::program::BoundProgram;
use crate::time::Time;
use crate::value::{Value, Word};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What came of an exploration.
#[derive(Debug)]
pub struct Exploration<'a> {
    pub(in crate::explore) program: &'a BoundProgram,
    pub(in crate::explore) options: Options<'a>,
    /// None if already the first state could not be reached.
    pub(in crate::explore) search: Option<AnySearch<'a>>,
    pub(in crate::explore) findings: Findings,
    /// How the run ends before its first state, if it does.
    pub(in crate::explore) stillborn: Option<Stopped>,
    /// The lines that depend on what the clock shows, although time does not count.
    pub(in crate::explore) clock: Vec<u32>,
    /// Those of them that are of expectations about how long something lasts.
    pub(in crate::explore) lasting: Vec<u32>,
    /// What is known of schedules that never end, once it was asked.
    pub(in crate::explore) endless: OnceLock<Endless>,
    /// How long completed runs take by the paths in the graph, once it was asked.
    pub(in crate::explore) path_times: OnceLock<Option<PathTimes>>,
    /// Why it is over.
    pub stop: Stop,
}

/// How long completed runs take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalTimes {
    /// The least total time, with a schedule.
    pub least: (Time, Witness),
    /// The greatest total time, with a schedule; `None` if there is none, since a run that completes may go
    /// round before that, as often as it likes.
    pub most: Option<(Time, Witness)>,
}

impl TotalTimes {
    /// The least and the greatest total time, if both are there.
    pub fn bounds(&self) -> Option<(Time, Time)> {
        Some((self.least.0, self.most.as_ref()?.0))
    }
}

/// A schedule that shows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Who goes on, from the start.
    pub turns: Vec<Turn>,
    /// The turn, from 0, behind which every run ends badly; `None` where that
    /// is no question, or was not found out.
    pub fatal: Option<usize>,
    /// Every run ends badly, whatever is chosen.
    pub unavoidable: bool,
    /// The turn, from 0, before which all but the clock is as it is behind the last one, so that from there on
    /// the turns can come again and again; `None` of a schedule that is told up to where it shows something.
    pub cycle: Option<usize>,
}

/// Something was not found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecided;

impl std::fmt::Display for Undecided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this was not found out")
    }
}

impl std::error::Error for Undecided {}

/// What completed runs leave in the memories.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalMemories {
    /// The contents.
    pub memories: Vec<(ResourceId, Vec<Value>)>,
    /// The number of the state of the code that steps call; `None` if they call none.
    pub code: Option<Word>,
    /// End states with these.
    pub states: u64,
    /// Schedules that lead there, if they can be counted.
    pub schedules: Option<u128>,
}

/// A tie that decides what the total time can still be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisiveTie {
    /// Its place among the turns of the fastest schedule.
    pub turn: usize,
    /// The time of the tie.
    pub time: Time,
    /// Who could go on, and the least and the greatest total time then.
    pub options: Vec<(ProcessId, Time, Time)>,
}

/// What only the whole graph tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overview {
    /// How many schedules there are; `None` if there is no end of them, or too
    /// many states to count.
    pub schedules: Option<u128>,
    /// They are so many that no number of 128 bits counts them.
    pub too_many: bool,
    /// What completed runs leave, in the order of their contents; empty if
    /// there are no memories and no code.
    pub finals: Vec<FinalMemories>,
    /// The ties on the way of the fastest schedule that the difference between
    /// the least and the greatest total time hangs on.
    pub ties: Vec<DecisiveTie>,
}

impl Exploration<'_> {
    /// Whether every reachable state was seen, so that what was not found is
    /// not there.
    pub fn is_complete(&self) -> bool {
        self.is_searched() && !self.gave_up()
    }

    /// Whether there may be no end of states because daemons go on, whoever else does not.
    pub fn daemons_may_go_on(&self) -> bool {
        self.options.mode == Mode::Timed && self.program.has_daemons && self.program.horizon.is_none()
    }

    /// Whether something hangs on what the clock shows, so that states at two times are never one.
    pub fn reads_clock(&self) -> bool {
        self.options.mode == Mode::Timed && !self.is_relative()
    }

    /// Whether time counts, and states do not know what the clock shows.
    fn is_relative(&self) -> bool {
        self.search
            .as_ref()
            .is_some_and(|any| with!(any, search => search.graph.space.codec.layout.is_relative()))
    }

    /// Whether all was expanded, and nothing depends on the clock where time
    /// does not count.
    fn is_searched(&self) -> bool {
        self.stop == Stop::Complete && self.clock.is_empty()
    }

    /// Whether a process was not followed any further, since it made more steps
    /// than are waited for: what comes behind them was not seen.
    pub fn gave_up(&self) -> bool {
        let stops = self.findings.stops.iter().map(|(stopped, _)| stopped);
        stops.chain(&self.stillborn).any(|stopped| matches!(stopped, Stopped::Limit(_)))
    }

    /// Whether some schedule never ends; `None` if that was not found out, as in
    /// a search that was cut or that leaves schedules out.
    pub fn is_endless(&self) -> Option<bool> {
        self.endless().some
    }

    /// Whether no schedule ends at all.
    pub fn never_ends(&self) -> bool {
        let found = &self.findings;
        self.is_endless() == Some(true) && found.ends.is_empty() && found.stops.is_empty()
    }

    /// The lines of expectations that are judged at the end of a schedule,
    /// where some schedule has none, or may have none: whether they hold is not
    /// decided. Ascending; empty if the search was cut, which decides nothing.
    pub fn lines_undecided(&self) -> Vec<u32> {
        let lines = self.lines_about_ends();
        let is_open = self.stop == Stop::Complete && !lines.is_empty() && self.is_endless() != Some(false);
        if is_open { lines } else { Vec::new() }
    }

    fn lines_about_ends(&self) -> Vec<u32> {
        self.options.monitors.map(Monitors::lines_about_ends).unwrap_or_default()
    }

    pub(super) fn endless(&self) -> &Endless {
        self.endless.get_or_init(|| match &self.search {
            None if self.stillborn.is_some() => Endless::NONE,
            None => Endless::default(),
            Some(any) => with!(any, search => self.endless_of(&search.graph)),
        })
    }

    fn endless_of<const W: usize>(&self, graph: &StateGraph<'_, W>) -> Endless {
        // In a large graph it takes long, so it is looked for only if something
        // hangs on it.
        let is_needed = self.options.mode == Mode::Timed
            || graph.store.len() <= MOST_STATES
            || !self.lines_about_ends().is_empty();
        match (self.stop == Stop::Complete, graph.space.stubborn.is_some()) {
            // Where orders are left out there is a circle if there is one at all, unless a
            // broken rule ends those schedules that come first.
            (true, true) => {
                let some = graph.goes_round.filter(|&some| some || self.findings.stops.is_empty());
                Endless { some, ..Endless::default() }
            }
            (true, false) if is_needed => graph.schedules_without_end(&mut self.scratch()),
            _ => Endless::default(),
        }
    }

    /// The scenario lines that do something else if the clock shows something
    /// else, although time does not count, and those of expectations about how
    /// long something lasts: they were tried with a clock that shows 0, and no
    /// more. Ascending; 0 where there is no text.
    pub fn lines_by_clock(&self) -> &[u32] {
        &self.clock
    }

    /// Whether the system did not make as many threads as were wanted. The
    /// result is the same.
    pub fn lacks_threads(&self) -> bool {
        self.search.as_ref().is_some_and(|any| with!(any, search => search.lacks_threads))
    }

    /// How far it came.
    pub fn progress(&self) -> Progress {
        match &self.search {
            None => Progress { states: 0, transitions: 0, depth: 0, open: 0, bytes: 0 },
            Some(any) => with!(any, search => search.progress()),
        }
    }

    /// How many states end a run so.
    pub fn ends(&self, end: End) -> u64 {
        self.findings.ends.get(&end).map_or(0, |first| first.count)
    }

    pub(super) fn scratch(&self) -> Scratch {
        Scratch::new(self.program, self.options.seed)
    }

    /// The shortest schedule into a state that ends a run so.
    pub fn witness(&self, end: End) -> Option<Witness> {
        let state = self.findings.ends.get(&end)?.state;
        let mut witness = self.witness_of(state)?;
        // A search that was stopped may have broken off a transition.
        if end == End::Deadlock && self.clock.is_empty() && self.stop != Stop::Control {
            let doomed = self.first_doomed(state);
            witness.fatal = doomed.and_then(|place| place.checked_sub(1));
            witness.unavoidable = doomed == Some(0);
        }
        Some(witness)
    }

    pub(super) fn witness_of(&self, state: StateId) -> Option<Witness> {
        self.witness_along(&with!(self.search.as_ref()?, search => path_to(&search.graph, state)))
    }

    /// The schedule that goes through these states.
    fn witness_along(&self, path: &[StateId]) -> Option<Witness> {
        let mut scratch = self.scratch();
        let turns = with!(self.search.as_ref()?, search => turns_along(&search.graph, path, &mut scratch));
        Some(Witness { turns, fatal: None, unavoidable: false, cycle: None })
    }

    /// Which state on the way to this one, which ends badly, is the first from
    /// which nothing helps.
    fn first_doomed(&self, state: StateId) -> Option<usize> {
        let mut scratch = self.scratch();
        with!(self.search.as_ref()?, search => match search.graph.is_whole() {
            true => search.graph.first_doomed(&path_to(&search.graph, state), &mut scratch),
            // Some states were not entered.
            false => None,
        })
    }

    /// How long completed runs take; only if time counts, and if some run completes. Of a search that is not
    /// [complete](Self::is_complete) this is so of the runs that it has come across. Where states do not know what the clock
    /// shows, it is known of at most 4,000,000 states, and of a search that was cut only as far as the first
    /// 500,000 tell.
    pub fn total_times(&self) -> Option<TotalTimes> {
        if self.options.mode != Mode::Timed {
            return None;
        }
        if !self.is_relative() {
            let [least, most] = self.findings.times?;
            let with_schedule = |(time, state)| Some((time, self.witness_of(state)?));
            return Some(TotalTimes { least: with_schedule(least)?, most: Some(with_schedule(most)?) });
        }
        let PathTimes { least, most } = self.path_times()?;
        let with_schedule = |(time, path): &TimedPath| Some((*time, self.witness_along(path)?));
        let most = match most {
            Some(most) => Some(with_schedule(most)?),
            None => None,
        };
        Some(TotalTimes { least: with_schedule(least)?, most })
    }

    /// How long completed runs take by the paths in the graph.
    fn path_times(&self) -> Option<&PathTimes> {
        let found = self.path_times.get_or_init(|| {
            let any = self.search.as_ref().filter(|_| !self.findings.results.is_empty())?;
            let is_cut = self.stop != Stop::Complete;
            with!(any, search => search.graph.path_times(is_cut, &mut self.scratch()))
        });
        found.as_ref()
    }

    /// Whether it was tried that somebody goes on at a condition without a notify.
    pub fn is_spurious(&self) -> bool {
        self.options.spurious
    }

    /// Every way in which a run ends in the middle of a transition, with the
    /// number of states from which that happens and a shortest schedule; and, with
    /// time, one in which steps without time passing have no end.
    pub fn stops(&self) -> Vec<(Stopped, u64, Witness)> {
        let mut scratch = self.scratch();
        let Some(any) = &self.search else {
            let witness = Witness { turns: Vec::new(), fatal: None, unavoidable: false, cycle: None };
            return self.stillborn.iter().map(|stopped| (stopped.clone(), 1, witness.clone())).collect();
        };
        let stops = self.findings.stops.iter().filter_map(|(stopped, first)| {
            let mut witness = self.witness_of(first.state)?;
            witness
                .turns
                .extend(with!(any, search => turn_into(&search.graph, first.state, stopped, &mut scratch)));
            Some((stopped.clone(), first.count, witness))
        });
        stops.chain(self.livelock()).collect()
    }

    /// The expectations, by their place among all, that some schedule does not
    /// meet, with the number of states that show it and a shortest schedule.
    pub fn failed(&self) -> Vec<(usize, u64, Witness)> {
        let failed = self.findings.failed.iter();
        let failed =
            failed.filter_map(|(&number, first)| Some((number, first.count, self.witness_of(first.state)?)));
        failed.collect()
    }

    /// Accesses to memories that nothing orders, one of each pair of ops, with
    /// the number of states in which both are about to be made and a shortest
    /// schedule to such a state.
    pub fn races(&self) -> Vec<(Race, u64, Witness)> {
        let races = self.findings.races.iter();
        let races = races
            .filter_map(|(race, first)| Some((race.clone(), first.count, self.witness_of(first.state)?)));
        races.collect()
    }

    /// A shortest schedule that leaves what the final memories of this number do,
    /// as [`Overview::finals`] has them.
    pub fn witness_of_final(&self, number: usize) -> Option<Witness> {
        self.witness_of(self.findings.results.values().nth(number)?.state)
    }

    /// How many different memory contents completed runs leave; `true` if
    /// there are more.
    pub fn results(&self) -> (usize, bool) {
        (self.findings.results.len(), self.findings.more_results)
    }

    /// What only the whole graph tells; of a search that was cut, nothing but
    /// the contents of memories.
    pub fn overview(&self) -> Overview {
        let Some(any) = &self.search else { return Overview::default() };
        with!(any, search => self.overview_of(&search.graph))
    }

    fn overview_of<const W: usize>(&self, graph: &StateGraph<'_, W>) -> Overview {
        let mut scratch = self.scratch();
        let whole = self.is_searched() && graph.is_whole();
        let order = if whole { graph.order(&mut scratch) } else { None };
        if order.is_some() {
            // What has an order has no circle.
            self.endless.get_or_init(|| Endless::NONE);
        }
        let mut schedules = order.as_ref().and_then(|order| order.stopped);
        let mut ways: BTreeMap<Vec<Word>, Option<u128>> = BTreeMap::new();
        for &leaf in order.iter().flat_map(|order| &order.leaves) {
            let own = order.as_ref().and_then(|order| order.ways[leaf as usize]);
            schedules = sum(schedules, own);
            let machine = graph.machine(leaf, &mut scratch);
            if graph.space.relation.end(machine) == End::Completed {
                let known = ways.entry(content(graph, leaf, machine)).or_insert(Some(0));
                *known = sum(*known, own);
            }
        }
        let finals = self.findings.results.iter().map(|(content, first)| FinalMemories {
            memories: graph.machine(first.state, &mut scratch).memories(self.program),
            code: calls(self.program).then_some(scratch.world.code),
            states: first.count,
            schedules: ways.get(content).copied().flatten(),
        });
        let finals = finals.filter(|end| !end.memories.is_empty() || end.code.is_some()).collect();
        let too_many = order.is_some() && schedules.is_none();
        let ties = order.map(|order| self.decisive_ties(graph, &order)).unwrap_or_default();
        Overview { schedules, too_many, finals, ties }
    }

    /// The least total time, the states of a run that takes so long, and the greatest total time, if both are
    /// known.
    fn fastest<const W: usize>(&self, graph: &StateGraph<'_, W>) -> Option<(Time, Vec<StateId>, Time)> {
        if self.options.mode != Mode::Timed {
            return None;
        }
        if !self.is_relative() {
            let [least, most] = self.findings.times?;
            return Some((least.0, path_to(graph, least.1), most.0));
        }
        let PathTimes { least, most } = self.path_times()?;
        Some((least.0, least.1.clone(), most.as_ref()?.0))
    }

    fn decisive_ties<const W: usize>(&self, graph: &StateGraph<'_, W>, order: &Order) -> Vec<DecisiveTie> {
        let Some((least, path, most)) = self.fastest(graph) else { return Vec::new() };
        if least == most {
            return Vec::new();
        }
        let mut scratch = self.scratch();
        let ranges = graph.ranges(order, &mut scratch);
        let mut ties = Vec::new();
        let mut now = graph.start(&mut scratch).unwrap_or(0);
        for (turn, pair) in path.windows(2).enumerate() {
            let next = graph.timed_next(pair[0], &mut scratch).states;
            let lasts = next.iter().find(|(to, _)| *to == pair[1]).map_or(0, |&(_, lasts)| lasts);
            if ranges[pair[0] as usize] != later(ranges[pair[1] as usize], lasts) {
                let mut options: Vec<(ProcessId, Time, Time)> = Vec::new();
                for (next, lasts) in next {
                    let process = turn_between(graph, pair[0], next, &mut scratch).process;
                    let Some((low, high)) = later(ranges[next as usize], now + lasts) else { continue };
                    if let (Some(low), Some(high)) = (Time::from_nanos(low), Time::from_nanos(high))
                        && !options.contains(&(process, low, high))
                    {
                        options.push((process, low, high));
                    }
                }
                let time = Time::from_nanos(now).unwrap_or(Time::MAX);
                ties.push(DecisiveTie { turn, time, options });
            }
            now += lasts;
        }
        ties
    }
}

fn sum(a: Option<u128>, b: Option<u128>) -> Option<u128> {
    a.zip(b).and_then(|(a, b)| a.checked_add(b))
}
