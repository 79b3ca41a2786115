//! What `tempolane sweep` does, from its arguments to its report.

use super::about::About;
use super::arguments::{SweepArguments, SweepRequest};
use super::collect::{Making, RowSource, collect};
use super::report_options::ReportOptions;
use super::store::EarlierRuns;
use super::{estimate_time, products, report};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{Loaded, load_one};
use crate::cli::output::Folder;
use crate::cli::{console, interrupt};
use crate::scenario::folder_name;
use crate::sweep::Plan;

pub fn run(arguments: &SweepArguments) -> Result<Exit, Failure> {
    let loaded = load_one(&arguments.file, &arguments.settings)?;
    let mut request = arguments.request.clone();
    let lines = request.read_points()?;
    let plan = request.plan(&loaded, &lines)?;
    report::check(&plan, &arguments.report)?;
    interrupt::watch();
    let workers = arguments.workers.unwrap_or_else(processors);
    if arguments.dry_run {
        console::print(&estimate_time::told(&plan, workers)?)?;
        return Ok(Exit::Fine);
    }
    let folder = folder_of(&loaded, &arguments.report)?;
    let about = about(&loaded, &plan, &request);
    let earlier = EarlierRuns { are_used: !arguments.fresh, may_go: arguments.fresh };
    finish(&loaded, &plan, (&folder, &about), (&Making { workers }, earlier), &arguments.report)
}

/// The folder of a sweep, in that of its scenario.
pub const SWEEP: &str = "sweep";

/// As many threads as work at once here.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The folder of the sweeps of a scenario.
///
/// # Errors
/// If it cannot be made.
pub fn folder_of(loaded: &Loaded, options: &ReportOptions) -> Result<Folder, Failure> {
    Folder::open(options.output.join(folder_name(&loaded.label)).join(SWEEP))
}

fn about(loaded: &Loaded, plan: &Plan<'_>, request: &SweepRequest) -> About {
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: loaded.label.clone(),
        path: loaded.path.to_string_lossy().into_owned(),
        hash: loaded.scenario.hash(),
        settings: loaded.settings.clone(),
        seed: plan.seed(),
        request: request.clone(),
        products: Vec::new(),
    }
}

/// Adds up the rows of a source, makes files of them and tells what they come to. What is
/// in the folder is used, unless the sweep begins anew.
///
/// # Errors
/// If the scenario cannot be run at a point, or something cannot be written.
pub fn finish(
    loaded: &Loaded,
    plan: &Plan<'_>,
    (folder, about): (&Folder, &About),
    (source, earlier): (&dyn RowSource, EarlierRuns),
    options: &ReportOptions,
) -> Result<Exit, Failure> {
    let collected = collect(plan, about, &loaded.scenario.source.text, folder, (source, earlier))?;
    let mut written = vec![collected.table.clone(), collected.summary.clone()];
    if collected.is_whole {
        written.extend(products::write(loaded, plan, &collected, (folder, about), options)?);
    }
    report::tell(loaded, plan, &collected, &written, options)
}
