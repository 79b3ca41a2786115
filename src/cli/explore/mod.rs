//! `tempolane explore`: what holds in every schedule of a scenario?
//!
//! Decides budgets, which schedules are written and drawn, and the exit code.
//! What is found is decided by [`crate::explore`].

mod arguments;
mod explored;
mod json;
mod patience;
mod shrink;
mod text;
mod witness;

pub use arguments::ExploreArguments;
pub use explored::by_clock;

use super::execute::unchecked;
use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_all};
use super::options::Format;
use super::progress::ProgressLine;
use super::report::{counted, so_many};
use super::run::with_done;
use super::view::views;
use super::{console, interrupt};
use crate::analysis::Monitors;
use crate::explore::{self, Budget, Cancellation, Mode, Options, Reduce};
use crate::render::GivenLooks;
use arguments::ReduceOption;
use explored::Explored;
use patience::{Patience, TimeLimit};
use std::ops::ControlFlow;

/// The most processes of which a state is made at all: who never comes to do anything takes no
/// bit of it, and so many others take more than there are.
const MOST_PROCESSES: u64 = 100_000;

pub fn run(arguments: &ExploreArguments) -> Result<Exit, Failure> {
    let loaded = load_all(&arguments.scenarios)?;
    // A picture that cannot be is no reason to explore first.
    views(&arguments.run.look, &loaded)?;
    interrupt::watch();
    let mut exit = Exit::Fine;
    let mut done = Vec::new();
    let mut given = GivenLooks::default();
    for scenario in &loaded {
        let found = one(scenario, arguments, &mut given, arguments.shrink)
            .map_err(|failure| with_done(failure, &done))?;
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

/// Explores and tells one scenario, or a smaller one if it is to shrink; whether
/// something was found.
fn one(
    loaded: &Loaded,
    arguments: &ExploreArguments,
    given: &mut GivenLooks,
    shrinks: bool,
) -> Result<bool, Failure> {
    loaded.at_most(MOST_PROCESSES, "a state is at most 8,192 bits long; explore it with fewer processes")?;
    let patience = Patience::from_now(arguments);
    let is_over = || patience.is_over();
    let cancellation = Cancellation::by(&is_over);
    let program = loaded.program()?;
    let mode = arguments.orders();
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
    let reduce = arguments.left_out();
    let watched = unchecked(loaded).is_empty() && reduce == Reduce::NONE;
    let monitors = watched.then(|| match mode {
        Mode::Timed => Monitors::new(expected, &header),
        Mode::Untimed => Monitors::untimed(expected, &header),
    });
    let mut progress = ProgressLine::new(&loaded.label);
    let options = Options {
        mode,
        seed,
        budget,
        learns: true,
        monitors: monitors.as_ref(),
        reduce,
        spurious: arguments.spurious,
        code: None,
    };
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
    let shown = witness::show(
        loaded,
        &program,
        &exploration,
        &blocked,
        (mode, seed),
        cancellation,
        (arguments, given),
    )?;
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
            return one(&smaller, arguments, given, false);
        }
    }
    let timeless = match mode {
        Mode::Untimed if watched => {
            let mut lines = Monitors::lines_left_out(expected);
            lines.sort_unstable();
            lines.dedup();
            lines
        }
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
        races_left_open: program.shares_memory() && (mode == Mode::Timed || reduce != Reduce::NONE),
    };
    let told = match arguments.scenarios.format {
        Format::Json => json::line(&explored),
        Format::Text => text::text(&explored, arguments),
    };
    console::print(&told)?;
    Ok(explored.is_finding())
}
