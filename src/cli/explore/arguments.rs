//! What can be asked of an exploration.

use crate::cli::failure::Failure;
use crate::cli::options::{Artifact, RunOptions, ScenarioOptions};
use crate::cli::whole_number::whole;
use crate::explore::{Mode, Reduce};
use crate::scenario::parse_duration;
use clap::{Args, ValueEnum};

/// What it writes besides all and none.
const FILES: [Artifact; 6] =
    [Artifact::Svg, Artifact::Png, Artifact::Pdf, Artifact::Tikz, Artifact::Html, Artifact::Schedule];

const WRITE_HELP: &str = "Which files to write of each schedule that shows something, separated by commas: svg, png, pdf and \
                          tikz (timelines), html (a page to explore), schedule (the schedule alone, which is beside all of \
                          these, too), all, none [default: svg, png]";

/// Explore every schedule of scenarios: prove what holds, or show the shortest schedule in which it does not
///
/// All states that a scenario can be in are visited, breadth first, with the same transition
/// relation that runs it. With time (the default), only events at the same time may swap; without,
/// every order is tried, as if a delay could take any time. Reported are every deadlock and fault
/// with a shortest schedule, the least and the greatest total time with a schedule for each, and the
/// contents of memories at the end. Schedules are written to DIR/<scenario name>/ with a timeline
/// each; `tempolane run FILE --schedule SCHEDULE` follows one.
#[derive(Debug, Args)]
#[command(
    mut_arg("write", |write| write.help(WRITE_HELP)),
    mut_arg("replication", |replication| replication.hide(true)),
    mut_arg("ties", |ties| ties.hide(true)),
)]
pub struct ExploreArguments {
    #[command(flatten)]
    pub scenarios: ScenarioOptions,
    #[command(flatten)]
    pub run: RunOptions,
    /// Which orders to try
    #[arg(long, value_name = "MODE", default_value = "timed")]
    pub mode: ModeOption,
    /// The same as --mode untimed
    #[arg(long, conflicts_with = "mode")]
    pub untimed: bool,
    /// Leave out schedules that differ from others only in the order of independent steps (order;
    /// without time only), or in which of several instances that nothing tells apart does what or
    /// stands where in a ring (symmetry), or both. Finds every deadlock and every result, often in
    /// far fewer states; looks for no races and no partial deadlocks, and does not check what is expected
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_missing_value = "both", require_equals = true)]
    pub reduce: Option<ReduceOption>,
    /// Try also that a process that waits at a condition goes on without a notify, once at each
    /// condition, as threads may (POSIX, Java, C++, Python)
    #[arg(long)]
    pub spurious: bool,
    /// Make the parameters as small as the first finding allows (the fewest processes and items
    /// that still show it), and report that scenario
    #[arg(long)]
    pub shrink: bool,
    /// Stop after so many states
    #[arg(long, value_name = "N", default_value_t = 50_000_000, allow_hyphen_values = true, value_parser = whole::<u64>(1, u64::MAX))]
    pub max_states: u64,
    /// Stop when the states take so much memory, in MB
    #[arg(long, value_name = "MB", default_value_t = 4_000, allow_hyphen_values = true, value_parser = whole::<u64>(1, u64::MAX))]
    pub max_memory: u64,
    /// Stop after so long, such as 30s; --shrink takes no longer than that again
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = parse_duration)]
    pub max_time: Option<u64>,
    /// How many threads work [default: as many as the machine has cores]. The result is the same
    /// with any number
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u16>(1, 256))]
    pub workers: Option<u16>,
}

impl ExploreArguments {
    /// Refuses options of a run that say nothing here.
    ///
    /// # Errors
    /// If there is one.
    pub fn check(&self) -> Result<(), Failure> {
        self.run.writes_only("explore", &FILES)?;
        self.run.takes_no_replication("explore")?;
        match self.run.ties.is_fifo() {
            true => Ok(()),
            false => Err(Failure::usage("`explore` tries every order of ties; leave --ties out")),
        }
    }

    /// Which orders are tried: whether time counts.
    pub fn orders(&self) -> Mode {
        match (self.untimed, self.mode) {
            (false, ModeOption::Timed) => Mode::Timed,
            _ => Mode::Untimed,
        }
    }

    /// Which schedules are left out.
    pub fn left_out(&self) -> Reduce {
        match self.reduce {
            None => Reduce::NONE,
            Some(ReduceOption::Order) => Reduce { order: true, symmetry: false },
            Some(ReduceOption::Symmetry) => Reduce { order: false, symmetry: true },
            Some(ReduceOption::Both) => Reduce::ALL,
        }
    }
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
