//! `tempolane test`: every scenario is a test of its own expectations.
//!
//! Decides which scenarios are run, on how many threads, and what the exit code
//! is. What passes is decided in `case`, what a schedule is compared with in
//! `snapshot`, how all that is told in `report` and `junit`.

mod case;
mod junit;
mod report;
mod snapshot;

use super::failure::{Exit, Failure};
use super::inputs::{self, Attempt, hold_each};
use super::options::{Format, ScenarioOptions};
use super::whole_number::whole;
use super::{console, interrupt};
use case::{Case, CaseVerdict};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

/// Test scenarios: each must come out as it expects
///
/// Runs every scenario once, in parallel, and checks its `expect`. A deadlock, a fault or a limit
/// fails a test, unless it is what the scenario expects. Where a file NAME.snapshot stands beside
/// NAME.yaml, the schedule must be the one in it; --update writes these files.
#[derive(Debug, Args)]
pub struct TestArguments {
    #[command(flatten)]
    scenarios: ScenarioOptions,
    /// Test only scenarios with TEXT in their names
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How many scenarios run at the same time [default: as many as there are cores]
    #[arg(short, long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>(1, 10_000))]
    jobs: Option<usize>,
    /// Also write the results to FILE, as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the schedule of every scenario that passes otherwise to NAME.snapshot, beside its file
    #[arg(long, conflicts_with = "settings")]
    update: bool,
}

#[allow(clippy::disallowed_methods)] // How long it took is for the eye only and part of no result.
pub fn run(arguments: &TestArguments) -> Result<Exit, Failure> {
    let began = Instant::now();
    let all = hold_each(&arguments.scenarios)?;
    interrupt::watch();
    let named: Vec<(String, Attempt)> =
        all.into_iter().map(|attempt| (name(&attempt.0, &arguments.scenarios.paths), attempt)).collect();
    let found = named.len();
    let wanted = |name: &str| arguments.filter.as_ref().is_none_or(|text| name.contains(text.as_str()));
    let chosen: Vec<_> = named.into_iter().filter(|(name, _)| wanted(name)).collect();
    let is_text = arguments.scenarios.format == Format::Text;
    if is_text {
        console::print(&report::heading(chosen.len()))?;
    }
    let mut exit = Exit::Fine;
    let mut cases = Vec::new();
    in_order(&chosen, arguments, |case| {
        console::print(&if is_text { report::line(&case) } else { report::json(&case) })?;
        if let CaseVerdict::Invalid(error) = &case.verdict {
            inputs::tell(error);
            exit = exit.max(inputs::exit(error));
        } else if case.failed() {
            exit = exit.max(Exit::Finding);
        }
        cases.push(case.told());
        interrupt::check()
    })?;
    if let Some(file) = &arguments.junit {
        junit::write(file, &cases)?;
    }
    if is_text {
        console::print(&report::closing(&cases, found - cases.len(), began.elapsed()))?;
    }
    Ok(exit)
}

/// Runs every case, several at a time, and hands them to `take` in their order.
fn in_order<'a>(
    chosen: &'a [(String, Attempt)],
    arguments: &TestArguments,
    mut take: impl FnMut(Case<'a>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = arguments.jobs.unwrap_or(cores).min(chosen.len());
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((name, (path, attempt))) = chosen.get(index) else { return };
                    let case = Case::run(name, path, attempt, arguments.update);
                    // Nobody listens any more once something went wrong.
                    if send.send((index, case)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut waiting: Vec<Option<Case<'a>>> = chosen.iter().map(|_| None).collect();
        let mut told = 0;
        let mut result = Ok(());
        for (index, case) in receive {
            result = case.map(|case| waiting[index] = Some(case));
            while let Some(case) = waiting.get_mut(told).and_then(Option::take)
                && result.is_ok()
            {
                told += 1;
                result = take(case);
            }
            if result.is_err() {
                // The others stop with the case at which they are.
                next.store(chosen.len(), Ordering::Relaxed);
                break;
            }
        }
        result
    })
}

/// What a test is called: its path without its ending; below the folder, if
/// one folder was given and nothing else.
fn name(path: &Path, given: &[PathBuf]) -> String {
    let below = match given {
        [folder] => path.strip_prefix(folder).ok(),
        _ => None,
    };
    let inside = below.filter(|inside| !inside.as_os_str().is_empty()).unwrap_or(path);
    inside.with_extension("").to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_called_by_its_path_below_what_was_given() {
        let given = [PathBuf::from("scenarios/"), PathBuf::from("other/x.yaml")];
        assert_eq!(name(Path::new("scenarios/lab5/one.yaml"), &given[..1]), "lab5/one");
        assert_eq!(name(Path::new("other/x.yaml"), &given[1..]), "other/x");
        assert_eq!(name(Path::new("scenarios/lab5/one.yaml"), &given), "scenarios/lab5/one");
        assert_eq!(name(Path::new("-"), &[PathBuf::from("-")]), "-");
    }
}
