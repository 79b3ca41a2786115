//! What is asked on the command line.

use crate::cli::look_options::LookOptions;
use crate::cli::options::{Format, parse_setting};
use crate::cli::whole_number::whole;
use clap::Args;
use std::path::PathBuf;

/// Say why a run takes as long as it does, and what would help
///
/// The critical path is the chain of delays and works that the figure hangs on, with what one
/// process handed on to the next; its lengths add up to the figure. Slack is how much later something
/// could end without the figure being later, and bounds are what no order of events can beat.
///
/// What would help is tried: the scenario is run again with each duration 10% shorter and gone, one
/// more and one less of everything that is counted, and other disciplines, one change at a time. What
/// is told of a change is what a run with it gives. Where random numbers are drawn, all of them are
/// run --replications times with common random numbers, and the path is that of the first.
#[derive(Debug, Args)]
pub struct WhyArguments {
    /// The scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a parameter; may be repeated for other parameters
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub settings: Vec<(String, String)>,
    /// Of which figure: total_time, trainer.finished, p95(latency), or another path or expression over
    /// figures as of `search`; only the first two are the time of an event, to which a path leads
    #[arg(long, value_name = "FIGURE", default_value = "total_time")]
    pub of: String,
    /// The seed of all random streams [default: the scenario's, or 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>(0, u64::MAX))]
    pub seed: Option<u64>,
    /// How often each change is run where random numbers are drawn
    #[arg(long, value_name = "N", default_value = "20", value_parser = whole::<u64>(2, 1_000_000))]
    pub replications: u64,
    /// Only the path, slack and bounds of the run: nothing is changed and run again
    #[arg(long)]
    pub path_only: bool,
    /// Write the timeline with the critical path in it as why.svg and why.png; each scenario gets a
    /// folder of its name in DIR
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// How many rows the tables show
    #[arg(long, value_name = "N", default_value = "10", value_parser = whole::<usize>(1, 100_000))]
    pub top: usize,
    /// How to print results; JSON is one object
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[command(flatten)]
    pub look: LookOptions,
}
