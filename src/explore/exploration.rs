//! One exploration from beginning to end, whatever the size of its states.

use super::codec::Codec;
use super::findings::Findings;
use super::relation::{End, Relation, Scratch, Stopped};
use super::schedule::{Turn, turn_into, turns_to};
use super::search::{Budget, Progress, Search, Stop, TooNarrow};
use super::store::StateId;
use crate::program::Image;
use crate::time::Time;
use crate::trace::NoTrace;
use std::ops::ControlFlow;

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
pub struct Options {
    /// Whether time counts.
    pub mode: Mode,
    /// The seed of random draws.
    pub seed: u64,
    /// When to stop at the latest.
    pub budget: Budget,
    /// Whether to remember what steps do. The result is the same without, and
    /// much later: for tests.
    pub learns: bool,
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
    fn widened(self, words: usize) -> AnySearch<'a> {
        with!(self, search => match words {
            ..=1 => AnySearch::W1(search.widened()),
            2 => AnySearch::W2(search.widened()),
            3..=4 => AnySearch::W4(search.widened()),
            5..=8 => AnySearch::W8(search.widened()),
            9..=16 => AnySearch::W16(search.widened()),
            17..=32 => AnySearch::W32(search.widened()),
            33..=64 => AnySearch::W64(search.widened()),
            _ => AnySearch::W128(search.widened()),
        })
    }
}

/// What came of an exploration.
#[derive(Debug)]
pub struct Exploration<'a> {
    image: &'a Image,
    options: Options,
    /// None if already the first state could not be reached.
    search: Option<AnySearch<'a>>,
    findings: Findings,
    /// How the run ends before its first state, if it does.
    stillborn: Option<Stopped>,
    /// Why it is over.
    pub stop: Stop,
}

/// Explores all schedules of `image`. `control` is asked now and then whether
/// to go on.
pub fn explore<'a>(
    image: &'a Image,
    options: Options,
    control: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Exploration<'a> {
    let relation = Relation::new(image, options.mode == Mode::Timed);
    let mut scratch = Scratch::new(image, options.seed);
    let mut findings = Findings::new(image);
    if let Err(stopped) = relation.start(&mut scratch, &mut NoTrace) {
        let stillborn = Some(stopped);
        return Exploration { image, options, search: None, findings, stillborn, stop: Stop::Complete };
    }
    let mut codec = Codec::new(&relation);
    codec.learn(&scratch.world);
    codec.lay_out();
    // A step without time is learnt once; with time hardly one is like another.
    let learns = options.learns && options.mode == Mode::Untimed;
    let mut any = AnySearch::W1(Search::new(relation, codec, scratch, options.seed, learns));
    let stop = loop {
        let (result, words) = with!(&mut any, search => {
            let result = search.run(&options.budget, control, &mut |search, batch| {
                findings.look(search, batch);
                ControlFlow::Continue(())
            });
            (result, search.codec.words)
        });
        match result {
            Ok(stop) => break stop,
            Err(TooNarrow) if words > MAX_WORDS => break Stop::TooLarge,
            Err(TooNarrow) => any = any.widened(words),
        }
    };
    Exploration { image, options, search: Some(any), findings, stillborn: None, stop }
}

impl Exploration<'_> {
    /// Whether every reachable state was seen.
    pub fn is_complete(&self) -> bool {
        self.stop == Stop::Complete
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

    /// The turns to the first deadlock.
    pub fn deadlock(&self) -> Option<Vec<Turn>> {
        self.findings.ends.get(&End::Deadlock).map(|first| self.turns_to(first.state))
    }

    /// The least and the greatest total time of a completed run, with the
    /// turns to each; only if time counts.
    pub fn total_times(&self) -> Option<[(Time, Vec<Turn>); 2]> {
        let times = self.findings.times.filter(|_| self.options.mode == Mode::Timed)?;
        Some(times.map(|(time, state)| (time, self.turns_to(state))))
    }

    fn turns_to(&self, state: StateId) -> Vec<Turn> {
        let mut scratch = Scratch::new(self.image, self.options.seed);
        match &self.search {
            None => Vec::new(),
            Some(any) => with!(any, search => turns_to(search, state, &mut scratch)),
        }
    }

    /// Every way in which a run ends in the middle of a transition, with the
    /// number of states from which that happens and the turns to the first.
    pub fn stops(&self) -> Vec<(Stopped, u64, Vec<Turn>)> {
        let mut scratch = Scratch::new(self.image, self.options.seed);
        let Some(any) = &self.search else {
            return self.stillborn.iter().map(|stopped| (stopped.clone(), 1, Vec::new())).collect();
        };
        let stops = self.findings.stops.iter().map(|(stopped, first)| {
            let mut turns = self.turns_to(first.state);
            turns.extend(with!(any, search => turn_into(search, first.state, stopped, &mut scratch)));
            (stopped.clone(), first.count, turns)
        });
        stops.collect()
    }
}
