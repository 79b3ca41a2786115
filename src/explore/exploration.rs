//! One exploration from beginning to end, whatever the size of its states.

use super::asked::Asked;
use super::clock::{decided_by_clock, lines_of};
use super::code::{NumberedCode, calls};
use super::codec::Codec;
use super::endless::Endless;
use super::findings::{Findings, Race, content};
use super::graph::{MOST_STATES, Order};
use super::relation::{End, Relation, Scratch, Stopped};
use super::schedule::{Turn, path_to, turn_between, turn_into, turns_along};
use super::search::{Budget, Progress, Reduce, Search, Start, Stop, TooNarrow, is_too_large_for};
use super::store::StateId;
use crate::analysis::Monitors;
use crate::ids::{ProcessId, ResourceId};
use crate::program::Image;
use crate::time::Time;
use crate::trace::NoTrace;
use crate::value::{Value, Word};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// Whether time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Only events at the same time, of the same priority, may swap.
    Timed,
    /// Every order: a delay may take any time.
    Untimed,
}

impl Mode {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Timed => "timed",
            Mode::Untimed => "untimed",
        }
    }
}

/// How to explore.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Whether time counts.
    pub mode: Mode,
    /// The seed of random draws.
    pub seed: u64,
    /// When to stop at the latest.
    pub budget: Budget,
    /// What is expected of every schedule.
    pub monitors: Option<&'a Monitors>,
    /// Which schedules may be left out.
    pub reduce: Reduce,
    /// The code that steps call.
    pub code: Option<&'a dyn NumberedCode>,
    /// Whether to remember what steps do. The result is the same without, and
    /// much later: for tests.
    pub learns: bool,
}

impl Options<'_> {
    /// Every schedule, on one thread, with nothing left out and without limits.
    pub const fn whole(mode: Mode) -> Self {
        let budget = Budget { states: u64::MAX, bytes: u64::MAX, workers: 1 };
        let reduce = Reduce::NONE;
        Options { mode, seed: 0, budget, monitors: None, reduce, code: None, learns: true }
    }
}

/// The search, by the length of its states in words.
#[derive(Debug)]
enum AnySearch<'a> {
    W1(Search<'a, 1>),
    W2(Search<'a, 2>),
    W4(Search<'a, 4>),
    W8(Search<'a, 8>),
    W16(Search<'a, 16>),
    W32(Search<'a, 32>),
    W64(Search<'a, 64>),
    W128(Search<'a, 128>),
}

/// The longest states, in words.
const MAX_WORDS: usize = 128;

macro_rules! with {
    ($any:expr, $search:ident => $body:expr) => {
        match $any {
            AnySearch::W1($search) => $body,
            AnySearch::W2($search) => $body,
            AnySearch::W4($search) => $body,
            AnySearch::W8($search) => $body,
            AnySearch::W16($search) => $body,
            AnySearch::W32($search) => $body,
            AnySearch::W64($search) => $body,
            AnySearch::W128($search) => $body,
        }
    };
}

impl<'a> AnySearch<'a> {
    /// Ready to search, with states of this many words.
    fn new(words: usize, start: Start<'a>) -> AnySearch<'a> {
        match words {
            ..=1 => AnySearch::W1(Search::new(start)),
            2 => AnySearch::W2(Search::new(start)),
            3..=4 => AnySearch::W4(Search::new(start)),
            5..=8 => AnySearch::W8(Search::new(start)),
            9..=16 => AnySearch::W16(Search::new(start)),
            17..=32 => AnySearch::W32(Search::new(start)),
            33..=64 => AnySearch::W64(Search::new(start)),
            _ => AnySearch::W128(Search::new(start)),
        }
    }

    /// The same search over states that are at least as long as the new layout
    /// of its codec. One length after the other: a search is compiled for each
    /// length, but not for each pair of them.
    fn widened(self) -> AnySearch<'a> {
        let mut any = self;
        loop {
            any = match any {
                AnySearch::W1(search) => AnySearch::W2(search.padded()),
                AnySearch::W2(search) => AnySearch::W4(search.padded()),
                AnySearch::W4(search) => AnySearch::W8(search.padded()),
                AnySearch::W8(search) => AnySearch::W16(search.padded()),
                AnySearch::W16(search) => AnySearch::W32(search.padded()),
                AnySearch::W32(search) => AnySearch::W64(search.padded()),
                AnySearch::W64(search) => AnySearch::W128(search.padded()),
                AnySearch::W128(_) => unreachable!("the longest states are long enough"),
            };
            if with!(&mut any, search => search.repack().is_ok()) {
                return any;
            }
        }
    }
}

/// What came of an exploration.
#[derive(Debug)]
pub struct Exploration<'a> {
    image: &'a Image,
    options: Options<'a>,
    /// None if already the first state could not be reached.
    search: Option<AnySearch<'a>>,
    findings: Findings,
    /// How the run ends before its first state, if it does.
    stillborn: Option<Stopped>,
    /// The lines that depend on what the clock shows, although time does not count.
    clock: Vec<u32>,
    /// What is known of schedules that never end, once it was asked.
    endless: OnceLock<Endless>,
    /// Why it is over.
    pub stop: Stop,
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
}

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
    /// When.
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

/// Explores all schedules of `image`. `control` is asked now and then whether
/// to go on.
pub fn explore<'a>(
    image: &'a Image,
    options: Options<'a>,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Exploration<'a> {
    explore_asking(image, options, Asked::NEVER, control)
}

/// As [`explore`]; `asked` is asked whether to stop where `control` is not: in
/// the preparation, in the middle of a transition, and while witnesses are put
/// together, which then end early. It has to say so from then on.
pub fn explore_asking<'a>(
    image: &'a Image,
    options: Options<'a>,
    asked: Asked<'a>,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Exploration<'a> {
    let mut exploration = Exploration {
        image,
        options,
        search: None,
        findings: Findings::new(),
        stillborn: None,
        clock: clock_of(image, &options),
        endless: OnceLock::new(),
        stop: Stop::Complete,
    };
    let start = match prepared(image, &options, asked) {
        Ok(prepared) => prepared,
        Err(Unprepared::Stop(stop)) => return Exploration { stop, ..exploration },
        Err(Unprepared::Ends(stopped)) => return Exploration { stillborn: Some(stopped), ..exploration },
    };
    let any = AnySearch::new(start.codec.words, start);
    let (any, stop) = run(any, &mut exploration.findings, &options.budget, control);
    Exploration { search: Some(any), stop, ..exploration }
}

/// The lines that depend on what the clock shows, if time does not count.
fn clock_of(image: &Image, options: &Options<'_>) -> Vec<u32> {
    if options.mode == Mode::Timed {
        return Vec::new();
    }
    let looks_at = |kind| options.monitors.is_some_and(|monitors| monitors.looks_at_values(kind));
    let mut lines = lines_of(image, decided_by_clock(image, looks_at).into_iter());
    lines.extend(options.monitors.iter().flat_map(|monitors| monitors.lines_about_time()));
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Why there is nothing to search.
enum Unprepared {
    /// Already the first state cannot be handled, or it was stopped before.
    Stop(Stop),
    /// The run ends before its first state.
    Ends(Stopped),
}

/// The search that stands in the first state, and how many words that has.
fn prepared<'a>(image: &'a Image, options: &Options<'a>, asked: Asked<'a>) -> Result<Start<'a>, Unprepared> {
    if image.process_count() > 64 * MAX_WORDS {
        // Each process takes a bit at least.
        return Err(Unprepared::Stop(Stop::TooLarge));
    }
    if is_too_large_for(image, &options.budget) {
        return Err(Unprepared::Stop(Stop::Memory));
    }
    let relation = Relation::new(image, options.mode == Mode::Timed, options.monitors, options.code);
    let relation = Relation { asked, ..relation };
    let mut scratch = Scratch::new(image, options.seed);
    let started = relation.start(&mut scratch, &mut NoTrace);
    let mut codec = Codec::new(&relation, options.reduce.symmetry);
    // What is said of a run that was broken off means nothing.
    if asked.is_over() {
        return Err(Unprepared::Stop(Stop::Control));
    }
    started.map_err(Unprepared::Ends)?;
    codec.learn(&scratch.world);
    codec.lay_out();
    // A step without time is learnt once; with time hardly one is like another.
    let learns = options.learns && options.mode == Mode::Untimed;
    Ok(Start { relation, codec, scratch, seed: options.seed, learns, reduce: options.reduce })
}

/// Searches until there is nothing more, or something is spent.
fn run<'a>(
    mut any: AnySearch<'a>,
    findings: &mut Findings,
    budget: &Budget,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> (AnySearch<'a>, Stop) {
    loop {
        let (result, words) = with!(&mut any, search => {
            let result = search.run(budget, control, &mut |search, batch| {
                findings.look(search, batch);
                search.found = findings.bytes;
                ControlFlow::Continue(())
            });
            (result, search.space.codec.words)
        });
        match result {
            Ok(stop) => return (any, stop),
            Err(TooNarrow) if words > MAX_WORDS => return (any, Stop::TooLarge),
            Err(TooNarrow) => any = any.widened(),
        }
    }
}

impl Exploration<'_> {
    /// Whether every reachable state was seen, so that what was not found is
    /// not there.
    pub fn is_complete(&self) -> bool {
        self.is_searched() && !self.gave_up()
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

    fn endless(&self) -> &Endless {
        self.endless.get_or_init(|| match &self.search {
            None if self.stillborn.is_some() => Endless::NONE,
            None => Endless::default(),
            Some(any) => with!(any, search => self.endless_of(search)),
        })
    }

    fn endless_of<const W: usize>(&self, search: &Search<'_, W>) -> Endless {
        // In a large graph it takes long, so it is looked for only if something
        // hangs on it.
        let is_needed = self.options.mode == Mode::Timed
            || search.store.len() <= MOST_STATES
            || !self.lines_about_ends().is_empty();
        match self.stop == Stop::Complete && search.is_whole() && is_needed {
            true => search.schedules_without_end(&mut self.scratch()),
            false => Endless::default(),
        }
    }

    /// A schedule that comes back to a state of its own without that time
    /// passes, with how many states there are in between.
    fn livelock(&self) -> Option<(Stopped, u64, Witness)> {
        let circle = self.endless().livelock.as_ref()?;
        with!(self.search.as_ref()?, search => {
            let mut scratch = self.scratch();
            let mut path = path_to(search, circle[0]);
            path.extend(circle[1..].iter().chain(&circle[..1]));
            let turns = turns_along(search, &path, &mut scratch);
            let process = turns.get(path.len() - 1 - circle.len())?.process;
            let place = search.machine(circle[0], &mut scratch).place(self.image, process);
            let message = format!("a zero-time livelock: no end of steps without time passing, {place}");
            let witness = Witness { turns, fatal: None, unavoidable: false };
            Some((Stopped::Limit(message), circle.len() as u64, witness))
        })
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

    fn scratch(&self) -> Scratch {
        Scratch::new(self.image, self.options.seed)
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

    fn witness_of(&self, state: StateId) -> Option<Witness> {
        let mut scratch = self.scratch();
        let turns = with!(self.search.as_ref()?, search => {
            turns_along(search, &path_to(search, state), &mut scratch)
        });
        Some(Witness { turns, fatal: None, unavoidable: false })
    }

    /// Which state on the way to this one, which ends badly, is the first from
    /// which nothing helps.
    fn first_doomed(&self, state: StateId) -> Option<usize> {
        let mut scratch = self.scratch();
        with!(self.search.as_ref()?, search => match search.is_whole() {
            true => search.first_doomed(&path_to(search, state), &mut scratch),
            // Some states were not entered.
            false => None,
        })
    }

    /// The least and the greatest total time of a completed run, each with a
    /// schedule; only if time counts, and if runs come to an end.
    pub fn total_times(&self) -> Option<[(Time, Witness); 2]> {
        let knows_time = self.options.mode == Mode::Timed
            && with!(self.search.as_ref()?, search => !search.space.codec.parts.is_relative());
        let [least, most] = self.findings.times.filter(|_| knows_time)?;
        Some([(least.0, self.witness_of(least.1)?), (most.0, self.witness_of(most.1)?)])
    }

    /// Every way in which a run ends in the middle of a transition, with the
    /// number of states from which that happens and a shortest schedule; and, with
    /// time, one in which steps without time passing have no end.
    pub fn stops(&self) -> Vec<(Stopped, u64, Witness)> {
        let mut scratch = self.scratch();
        let Some(any) = &self.search else {
            let witness = Witness { turns: Vec::new(), fatal: None, unavoidable: false };
            return self.stillborn.iter().map(|stopped| (stopped.clone(), 1, witness.clone())).collect();
        };
        let stops = self.findings.stops.iter().filter_map(|(stopped, first)| {
            let mut witness = self.witness_of(first.state)?;
            witness.turns.extend(with!(any, search => turn_into(search, first.state, stopped, &mut scratch)));
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
        with!(any, search => self.overview_of(search))
    }

    fn overview_of<const W: usize>(&self, search: &Search<'_, W>) -> Overview {
        let mut scratch = self.scratch();
        let whole = self.is_searched() && search.is_whole();
        let order = if whole { search.order(&mut scratch) } else { None };
        if order.is_some() {
            // What has an order has no circle.
            self.endless.get_or_init(|| Endless::NONE);
        }
        let mut schedules = order.as_ref().and_then(|order| order.stopped);
        let mut ways: BTreeMap<Vec<Word>, Option<u128>> = BTreeMap::new();
        for &leaf in order.iter().flat_map(|order| &order.leaves) {
            let own = order.as_ref().and_then(|order| order.ways[leaf as usize]);
            schedules = sum(schedules, own);
            let machine = search.machine(leaf, &mut scratch);
            if search.space.relation.end(machine) == End::Completed {
                let known = ways.entry(content(search, leaf, machine)).or_insert(Some(0));
                *known = sum(*known, own);
            }
        }
        let finals = self.findings.results.iter().map(|(content, first)| FinalMemories {
            memories: search.machine(first.state, &mut scratch).memories(self.image),
            code: calls(self.image).then_some(scratch.world.code),
            states: first.count,
            schedules: ways.get(content).copied().flatten(),
        });
        let finals = finals.filter(|end| !end.memories.is_empty() || end.code.is_some()).collect();
        let too_many = order.is_some() && schedules.is_none();
        let ties = order.map(|order| self.decisive_ties(search, &order)).unwrap_or_default();
        Overview { schedules, too_many, finals, ties }
    }

    fn decisive_ties<const W: usize>(&self, search: &Search<'_, W>, order: &Order) -> Vec<DecisiveTie> {
        let Some([least, most]) = self.findings.times else { return Vec::new() };
        if self.options.mode == Mode::Untimed || least.0 == most.0 {
            return Vec::new();
        }
        let mut scratch = self.scratch();
        let ranges = search.ranges(order, &mut scratch);
        let path = path_to(search, least.1);
        let mut ties = Vec::new();
        for (turn, pair) in path.windows(2).enumerate() {
            if ranges[pair[0] as usize] == ranges[pair[1] as usize] {
                continue;
            }
            let mut options: Vec<(ProcessId, Time, Time)> = Vec::new();
            for next in search.next(pair[0], &mut scratch).states {
                let process = turn_between(search, pair[0], next, &mut scratch).process;
                if let Some((low, high)) = ranges[next as usize]
                    && !options.contains(&(process, low, high))
                {
                    options.push((process, low, high));
                }
            }
            let time = search.machine(pair[0], &mut scratch).now;
            ties.push(DecisiveTie { turn, time, options });
        }
        ties
    }
}

fn sum(a: Option<u128>, b: Option<u128>) -> Option<u128> {
    a.zip(b).and_then(|(a, b)| a.checked_add(b))
}
