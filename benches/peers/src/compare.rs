//! `peers compare`: ours and theirs in turn, each run in a process of its own.
//!
//! Every run is checked; a run that did not do what the workload says makes the comparison fail.

use std::process::Stdio;

use crate::Failure;
use crate::check;
use crate::engines::{self, ENGINES, Engine, LIMIT, OURS};
use crate::run::missing;
use crate::summary::Summary;
use crate::table::{figure, figure_or_dash, markdown, median};
use crate::turns::{Rounds, Timed, Turns};
use crate::workload::{Record, Workload};

#[derive(clap::Args)]
#[command(after_help = engine_list())]
pub struct Arguments {
    #[command(flatten)]
    turns: Turns,
    /// The engines, separated by commas; all if left out
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    engines: Vec<String>,
    /// The workloads, separated by commas: W1, W2:K with K processes, W3 to W10
    #[arg(long, value_delimiter = ',', value_name = "NAME,…", default_values = Workload::COMPARED)]
    workloads: Vec<String>,
    /// Make the workloads shorter by this factor, to try things out; the figures mean little then
    #[arg(long, default_value_t = 1)]
    divide: u64,
}

fn engine_list() -> String {
    let lines = ENGINES.iter().map(|engine| format!("  {:<22} {}\n", engine.name, engine.what));
    format!("Engines:\n{}", lines.collect::<String>())
}

/// One engine with what it did.
struct Row {
    engine: &'static Engine,
    rounds: Rounds<Record>,
    faults: Vec<String>,
}

impl Timed for Record {
    fn seconds(&self) -> f64 {
        self.seconds
    }
}

/// Runs what the arguments say and prints a table for each workload.
///
/// # Errors
/// A run that fails its check; arguments that name nothing; a process that cannot be started.
pub fn compare(arguments: &Arguments) -> Result<(), Failure> {
    let mut workloads = Vec::new();
    for word in &arguments.workloads {
        workloads.push(Workload::parse(word, arguments.divide).map_err(Failure::Usage)?);
    }
    let chosen = choose(&arguments.engines)?;
    arguments.turns.announce();
    let mut faults = Vec::new();
    let mut summary = Summary::default();
    for workload in workloads {
        let takes: Vec<_> = chosen.iter().copied().filter(|engine| engine.takes(workload)).collect();
        let rows = run_in_turn(&takes, workload, arguments)?;
        summary.add(workload, |name| Some(&rows.iter().find(|row| row.engine.name == name)?.rounds));
        println!("### {}\n\n{}\n", workload.title(), render(&rows, workload));
        faults.extend(disagreements(&rows, workload));
        for row in &rows {
            faults
                .extend(row.faults.iter().map(|f| format!("{}, {}: {f}", row.engine.name, workload.title())));
        }
    }
    println!("{summary}");
    if faults.is_empty() {
        println!("All runs did what their workload says.");
        Ok(())
    } else {
        Err(Failure::Finding(format!("the engines do not agree:\n  {}", faults.join("\n  "))))
    }
}

/// The engines that were asked for, less those that are not there.
fn choose(names: &[String]) -> Result<Vec<&'static Engine>, Failure> {
    let mut chosen: Vec<&Engine> = if names.is_empty() {
        ENGINES.iter().collect()
    } else {
        names.iter().map(|name| engines::named(name)).collect::<Result<_, _>>().map_err(Failure::Usage)?
    };
    chosen.retain(|engine| match missing(engine) {
        Some(why) => {
            println!("{} is not run: {why}.\n", engine.name);
            false
        }
        None => true,
    });
    Ok(chosen)
}

/// Every engine on this workload, checked.
fn run_in_turn(
    engines: &[&'static Engine],
    workload: Workload,
    arguments: &Arguments,
) -> Result<Vec<Row>, Failure> {
    let names: Vec<&str> = engines.iter().map(|engine| engine.name).collect();
    let mut faults: Vec<Vec<String>> = vec![Vec::new(); engines.len()];
    let all = arguments.turns.take(&workload.title(), &names, |number| {
        let record = run_once(engines[number], workload, arguments)?;
        for fault in check::faults(&record, workload) {
            if !faults[number].contains(&fault) {
                faults[number].push(fault);
            }
        }
        Ok(record)
    })?;
    let rows = engines.iter().zip(all).zip(faults);
    Ok(rows.map(|((engine, rounds), faults)| Row { engine, rounds, faults }).collect())
}

/// What is wrong between engines that drew the same numbers.
fn disagreements(rows: &[Row], workload: Workload) -> Vec<String> {
    let alike = rows.iter().filter(|row| row.engine.same_draws).filter_map(|row| row.rounds.records().next());
    let records: Vec<&Record> = alike.collect();
    let pairs = records.iter().zip(records.iter().skip(1));
    pairs
        .filter_map(|(other, record)| check::disagreement(record, other))
        .map(|fault| format!("{}: {fault}", workload.title()))
        .collect()
}

/// Starts one process, which prints one record.
fn run_once(engine: &Engine, workload: Workload, arguments: &Arguments) -> Result<Record, Failure> {
    let cannot =
        |what: String| Failure::Environment(format!("{} on {}: {what}", engine.name, workload.title()));
    let program = std::env::current_exe().map_err(|error| cannot(error.to_string()))?;
    let mut command = arguments.turns.command(&program, true);
    command.args(["run", engine.name, workload.name()]).args(workload.processes().map(|n| n.to_string()));
    command.args(["--divide", &arguments.divide.to_string()]).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| cannot(error.to_string()))?;
    if !output.status.success() {
        return Err(cannot(output.status.to_string()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| cannot(format!("not a record: {error}")))
}

/// With fewer processes than this, whole pages of memory hide what one process takes.
const ENOUGH_FOR_BYTES: u32 = 10_000;

/// The table of one workload.
fn render(rows: &[Row], workload: Workload) -> String {
    let row_of = |name: &str| rows.iter().find(|row| row.engine.name == name);
    let rate = format!("M {}/s", workload.unit());
    let mut header = vec!["engine", &rate, "range", "runs", "time / ours", "of the limit's speed"];
    let many = workload.processes().filter(|processes| *processes >= ENOUGH_FOR_BYTES);
    if many.is_some() {
        header.push("bytes a process");
    }
    let body = rows.iter().map(|row| {
        let speeds: Vec<f64> =
            row.rounds.records().map(|record| record.count as f64 / record.seconds / 1e6).collect();
        let least = speeds.iter().copied().fold(f64::INFINITY, f64::min);
        let most = speeds.iter().copied().fold(0.0, f64::max);
        let mut cells = vec![
            format!("{} ({})", row.engine.name, row.engine.what),
            figure_or_dash(median(speeds.iter().copied())),
            format!("{}–{}", figure(least), figure(most)),
            speeds.len().to_string(),
            figure_or_dash(row_of(OURS).and_then(|ours| row.rounds.times_longer_than(&ours.rounds))),
            figure_or_dash(row_of(LIMIT).and_then(|limit| limit.rounds.times_longer_than(&row.rounds))),
        ];
        if let Some(processes) = many {
            let bytes = row.rounds.records().filter_map(|record| record.peak_bytes).map(|bytes| bytes as f64);
            cells.push(figure_or_dash(median(bytes).map(|bytes| bytes / f64::from(processes))));
        }
        cells
    });
    markdown(&header, body)
}
