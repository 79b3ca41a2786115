//! `tempolane sweep`: a scenario with many values of its parameters, and `tempolane
//! merge`: its parts put together.

mod arguments;
mod charts;
mod collect;
mod estimate_time;
mod merge;
mod names;
mod report;
mod store;
mod summary_table;

pub use arguments::SweepArguments;
pub use charts::MOST_FIGURES;
pub use merge::{MergeArguments, merge};
pub use names::{settings, shown_name};
pub use report::run_command;

use super::failure::{Exit, Failure};
use super::inputs::{Loaded, load_one};
use super::output::Folder;
use super::{console, interrupt};
use crate::scenario::folder_name;
use crate::sweep::{KnownRuns, Plan};
use arguments::SweepRequest;
use collect::{From, collect};
use store::About;

pub fn run(arguments: &SweepArguments) -> Result<Exit, Failure> {
    let loaded = load_one(&arguments.file, &arguments.settings)?;
    let mut request = arguments.request.clone();
    request.read_points()?;
    let plan = request.plan(&loaded)?;
    report::check_sort(&plan, arguments.sort.as_deref())?;
    charts::check_larger(&plan, &arguments.larger)?;
    interrupt::watch();
    let workers = arguments.workers.unwrap_or_else(processors);
    if arguments.dry_run {
        console::print(&estimate_time::told(&plan, workers)?)?;
        return Ok(Exit::Fine);
    }
    let path = arguments.output.join(folder_name(&loaded.label)).join("sweep");
    let folder = Folder::open(path)?;
    let about = about(&loaded, &plan, &request);
    let from = From { workers, fresh: arguments.fresh, recorded: KnownRuns::new() };
    let collected = collect(&plan, &about, &loaded.scenario.source.text, &folder, from)?;
    report::tell(&loaded, &plan, &collected, &folder, arguments)
}

/// As many threads as work at once here.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn about(loaded: &Loaded, plan: &Plan<'_>, request: &SweepRequest) -> About {
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: loaded.label.clone(),
        path: loaded.path.to_string_lossy().into_owned(),
        hash: loaded.scenario.source.hash(),
        settings: loaded.settings.clone(),
        seed: plan.seed(),
        request: request.clone(),
    }
}
