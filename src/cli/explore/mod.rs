//! `tempolane explore`: what holds in every schedule of a scenario?
//!
//! Decides budgets, which schedules are written and drawn, and the exit code.
//! What is found is decided by [`crate::explore`].

mod json;
mod shrink;
mod text;
mod witness;

use super::execute::unchecked;
use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_all};
use super::options::{Format, RunOptions, ScenarioOptions, whole};
use super::progress::ProgressLine;
use super::report::{counted, so_many};
use super::run::with_done;
use super::{console, interrupt};
use crate::analysis::Monitors;
use crate::explore::{
    self, Cancellation, BlockedForEver, Budget, Cut, Exploration, Mode, Options, Reduce, Undecided,
};
use crate::scenario::parse_duration;
use crate::trace::Header;
use clap::{Args, ValueEnum};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
pub use text::by_clock;
use witness::Shown;

/// Explore every schedule of scenarios: prove what holds, or show the shortest schedule in which it does not
///
/// All states that a scenario can be in are visited, breadth first, with the same transition
/// relation that runs it. With time (the default), only events at the same time may swap; without,
/// every order is tried, as if a delay could take any time. Reported are every deadlock and fault
/// with a shortest schedule, the least and the greatest total time with a schedule for each, and the
/// contents of memories at the end. Schedules are written to DIR/<scenario name>/ with a timeline
/// each; `tempolane run FILE --schedule SCHEDULE` follows one.
#[derive(Debug, Args)]
pub struct ExploreArguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
    #[command(flatten)]
    run: RunOptions,
    /// Which orders to try
    #[arg(long, value_name = "MODE", default_value = "timed")]
    mode: ModeOption,
    /// The same as --mode untimed
    #[arg(long, conflicts_with = "mode")]
    untimed: bool,
    /// Leave out schedules that differ from others only in the order of independent steps (order;
    /// without time only), or in which of several instances that nothing tells apart does what or
    /// stands where in a ring (symmetry), or both. Finds every deadlock and every result, often in
    /// far fewer states; looks for no races and no partial deadlocks, and does not check what is expected
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_missing_value = "both", require_equals = true)]
    reduce: Option<ReduceOption>,
    /// Make the parameters as small as the first finding allows (the fewest processes and items
    /// that still show it), and report that scenario
    #[arg(long)]
    shrink: bool,
    /// Stop after so many states
    #[arg(long, value_name = "N", default_value_t = 50_000_000, allow_hyphen_values = true, value_parser = whole::<u64>(1, u64::MAX))]
    max_states: u64,
    /// Stop when the states take so much memory, in MB
    #[arg(long, value_name = "MB", default_value_t = 4_000, allow_hyphen_values = true, value_parser = whole::<u64>(1, u64::MAX))]
    max_memory: u64,
    /// Stop after so long, such as 30s; --shrink takes no longer than that again
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = parse_duration)]
    max_time: Option<u64>,
    /// How many threads work [default: as many as the machine has cores]. The result is the same
    /// with any number
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u16>(1, 256))]
    workers: Option<u16>,
}

/// Which orders are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeOption {
    /// Only events at the same time may swap
    Timed,
    /// Every order
    Untimed,
}

/// Which schedules may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReduceOption {
    /// Independent steps in one order only
    Order,
    /// Instances that nothing tells apart in one order only
    Symmetry,
    /// Both
    Both,
}

/// Who waits for ever while others go on, if that was found out.
type BlockedSome = Result<Option<BlockedForEver>, Undecided>;

/// An exploration with what was made of it.
struct Explored<'a> {
    loaded: &'a Loaded,
    header: Header,
    exploration: Exploration<'a>,
    overview: explore::Overview,
    shown: Vec<Shown>,
    interrupted: bool,
    out_of_time: bool,
    mode: Mode,
    /// The lines of what is expected of times, which there are none of.
    timeless: Vec<u32>,
    blocked: BlockedSome,
    budget: Budget,
}

impl Explored<'_> {
    /// Why not every state was visited, if so, and what to do about it.
    fn cut(&self) -> Option<String> {
        let option = |name: &str| format!("--{name}");
        Some(match self.exploration.cut()? {
            Cut::Clock(lines) => by_clock(lines) + "; explore it with time",
            Cut::Control if self.interrupted => "it was interrupted".to_owned(),
            Cut::Control if self.out_of_time => {
                format!("the time was up; go further with {}", option("max-time"))
            }
            cut => cut.told(&self.budget, option),
        })
    }

    /// Whether something was found that the user must know, or the search
    /// could not be finished.
    fn is_finding(&self) -> bool {
        !self.exploration.is_complete()
            || !self.exploration.lines_undecided().is_empty()
            || self.shown.iter().any(|shown| shown.is_finding)
    }
}

pub fn run(arguments: &ExploreArguments) -> Result<Exit, Failure> {
    let loaded = load_all(&arguments.scenarios)?;
    interrupt::watch();
    let mut exit = Exit::Fine;
    let mut done = Vec::new();
    for scenario in &loaded {
        let found =
            one(scenario, arguments, arguments.shrink).map_err(|failure| with_done(failure, &done))?;
        if interrupt::requested() {
            // What was found until then has been told.
            return Ok(Exit::Interrupted);
        }
        if found {
            exit = Exit::Finding;
        }
        done.push(scenario.label.clone());
    }
    Ok(exit)
}

/// How long something may take, from when on.
struct TimeLimit {
    began: Instant,
    limit: Option<Duration>,
}

impl TimeLimit {
    fn from_now(arguments: &ExploreArguments) -> TimeLimit {
        let limit = arguments.max_time.map(Duration::from_nanos);
        TimeLimit { began: crate::backend::threads::wall(), limit }
    }

    fn is_up(&self) -> bool {
        self.limit.is_some_and(|limit| self.began.elapsed() >= limit)
    }
}

/// How long the schedules that were found are put together for somebody who
/// has stopped the search.
const GRACE: Duration = Duration::from_secs(2);

/// When to stop: a search when its time is up or the user says so; what comes
/// behind it when the user says so, and a little later if that ended the search.
struct Patience {
    limit: TimeLimit,
    behind_search: OnceLock<TimeLimit>,
}

impl Patience {
    fn from_now(arguments: &ExploreArguments) -> Patience {
        Patience { limit: TimeLimit::from_now(arguments), behind_search: OnceLock::new() }
    }

    fn is_over(&self) -> bool {
        match self.behind_search.get() {
            None => interrupt::requested() || self.limit.is_up(),
            Some(grace) => interrupt::requested() && grace.is_up(),
        }
    }

    /// Takes note that the search is over.
    fn end_search(&self) {
        let grace = if interrupt::requested() { GRACE } else { Duration::ZERO };
        let began = crate::backend::threads::wall();
        self.behind_search.get_or_init(|| TimeLimit { began, limit: Some(grace) });
    }
}

/// Whether time counts.
fn mode_of(arguments: &ExploreArguments) -> Mode {
    match (arguments.untimed, arguments.mode) {
        (false, ModeOption::Timed) => Mode::Timed,
        _ => Mode::Untimed,
    }
}

/// Which schedules are left out.
fn reduce_of(arguments: &ExploreArguments) -> Reduce {
    match arguments.reduce {
        None => Reduce::NONE,
        Some(ReduceOption::Order) => Reduce { order: true, symmetry: false },
        Some(ReduceOption::Symmetry) => Reduce { order: false, symmetry: true },
        Some(ReduceOption::Both) => Reduce::ALL,
    }
}

/// Explores and tells one scenario, or a smaller one if it is to shrink; whether
/// something was found.
fn one(loaded: &Loaded, arguments: &ExploreArguments, shrinks: bool) -> Result<bool, Failure> {
    let patience = Patience::from_now(arguments);
    let is_over = || patience.is_over();
    let asked = Cancellation::by(&is_over);
    let program = loaded.program()?;
    let mode = mode_of(arguments);
    if arguments.reduce == Some(ReduceOption::Order) && mode == Mode::Timed {
        return Err(Failure::usage("--reduce=order is for exploring without time; add --untimed"));
    }
    let seed = arguments.run.seed.unwrap_or(loaded.scenario.model.seed);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let budget = Budget {
        states: arguments.max_states.max(1),
        bytes: arguments.max_memory.saturating_mul(1_000_000),
        workers: arguments.workers.map_or_else(cores, usize::from),
    };
    let header = program.header(seed);
    let expected = &loaded.scenario.model.expect;
    let reduce = reduce_of(arguments);
    let watched = unchecked(loaded).is_empty() && reduce == Reduce::NONE;
    let monitors = watched.then(|| match mode {
        Mode::Timed => Monitors::new(expected, &header),
        Mode::Untimed => Monitors::untimed(expected, &header),
    });
    let mut progress = ProgressLine::new(&loaded.label);
    let options =
        Options { mode, seed, budget, learns: true, monitors: monitors.as_ref(), reduce, code: None };
    let exploration = explore::explore_cancellable(&program, options, cancellation, &mut |reached| {
        progress.say(|seconds| {
            let explore::Progress { states, transitions, depth, open, bytes } = reached;
            let rate = transitions as f64 / seconds / 1e6;
            let megabytes = bytes / 1_000_000;
            format!(
                "{}, {} of them open, depth {}, {} MB, {rate:.1} million transitions/s",
                so_many(states, "state"),
                counted(open),
                counted(depth),
                counted(megabytes)
            )
        });
        if patience.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    drop(progress);
    let (interrupted, out_of_time) = (interrupt::requested(), patience.limit.is_up());
    patience.end_search();
    let label = console::printable(&loaded.label);
    if exploration.lacks_threads() {
        console::warn(format_args!(
            "{label}: the system makes no more threads; fewer than --workers says have worked, with the same result"
        ));
    }
    let overview = exploration.overview();
    let blocked = exploration.blocked_for_ever();
    let shown = witness::show(loaded, &program, &exploration, &blocked, (mode, seed), cancellation, arguments)?;
    if shrinks {
        let shrunk = shrink::shrink(loaded, &shown, arguments, &TimeLimit::from_now(arguments))?;
        if let Some(remark) = shrunk.remark {
            console::warn(format_args!("{label}: {remark}"));
        }
        if let Some((smaller, kind)) = shrunk.smaller {
            let settings: Vec<String> =
                smaller.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let settings = settings.join(", ");
            console::warn(format_args!("{label}: the {} is there with {settings} too", kind.name()));
            return one(&smaller, arguments, false);
        }
    }
    let timeless = match mode {
        Mode::Untimed if watched => Monitors::lines_left_out(expected),
        _ => Vec::new(),
    };
    let explored = Explored {
        loaded,
        header,
        exploration,
        overview,
        shown,
        interrupted,
        out_of_time,
        mode,
        timeless,
        blocked,
        budget,
    };
    let told = match arguments.scenarios.format {
        Format::Json => json::line(&explored),
        Format::Text => text::text(&explored, arguments),
    };
    console::print(&told)?;
    Ok(explored.is_finding())
}
