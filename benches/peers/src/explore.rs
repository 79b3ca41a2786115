//! `peers explore`: ours and other explorers in turn, each run in a process of its own.
//!
//! All explore the same systems, where a state and a transition are the same thing in each: so all have to find the
//! same number of states, of transitions and of deadlocks, or the comparison fails. Only a reduction may leave out
//! states and transitions, but no deadlock.

use std::path::PathBuf;
use std::process::Stdio;

use crate::Failure;
use crate::explorers::{self, EXPLORERS, Explored, Explorer, How, OURS, System, spin};
use crate::table::{figure_or_dash, markdown, median, number};
use crate::turns::{Rounds, Turns};

#[derive(clap::Args)]
#[command(after_help = explorer_list())]
pub struct Arguments {
    #[command(flatten)]
    turns: Turns,
    /// The explorers, separated by commas; all if left out
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    engines: Vec<String>,
    /// The systems, separated by commas: philosophers:N, queue:PRODUCERS:CONSUMERS:CAPACITY
    #[arg(long, value_delimiter = ',', value_name = "NAME,…", default_values = System::COMPARED)]
    systems: Vec<String>,
}

fn explorer_list() -> String {
    let lines = EXPLORERS.iter().map(|explorer| format!("  {:<16} {}\n", explorer.name, explorer.what));
    format!("Explorers:\n{}", lines.collect::<String>())
}

/// One explorer with what it did.
struct Row {
    explorer: &'static Explorer,
    rounds: Rounds<Explored>,
}

/// A folder for what SPIN and the compiler write, removed at the end.
struct Workshop(PathBuf);

impl Drop for Workshop {
    fn drop(&mut self) {
        // Without SPIN there is nothing to remove.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs what the arguments say and prints a table for each system.
///
/// # Errors
/// Explorers that do not agree; arguments that name nothing; a process that cannot be started.
pub fn explore(arguments: &Arguments) -> Result<(), Failure> {
    let systems = arguments.systems.iter().map(|word| System::parse(word));
    let systems = systems.collect::<Result<Vec<System>, _>>().map_err(Failure::Usage)?;
    let chosen = choose(&arguments.engines)?;
    arguments.turns.announce();
    let folder = format!("tempolane-explorers-{}", std::process::id());
    let workshop = Workshop(std::env::temp_dir().join(folder));
    let mut faults = Vec::new();
    for system in systems {
        let rows = run_in_turn(&chosen, system, arguments, &workshop)?;
        println!("### {}\n\n{}\n", system.title(), render(&rows));
        faults.extend(disagreements(&rows, system).into_iter().map(|f| format!("{}: {f}", system.title())));
    }
    if faults.is_empty() {
        println!("All agree on the states, the transitions and the deadlocks.");
        Ok(())
    } else {
        Err(Failure::Finding(format!("the explorers do not agree:\n  {}", faults.join("\n  "))))
    }
}

/// Explores in this process and prints one line of JSON.
///
/// # Errors
/// Names that mean nothing; an explorer that is another program.
pub fn once(engine: &str, system: &str) -> Result<(), Failure> {
    let explorer = explorers::named(engine).map_err(Failure::Usage)?;
    let system = System::parse(system).map_err(Failure::Usage)?;
    let How::Here(explored) = explorer.how else {
        return Err(Failure::Usage(format!("{engine} is a program of its own")));
    };
    println!("{}", serde_json::to_string(&explored(system)).expect("a record is plain data"));
    Ok(())
}

/// The explorers that were asked for, less SPIN if it is not there.
fn choose(names: &[String]) -> Result<Vec<&'static Explorer>, Failure> {
    let all: Vec<&Explorer> = if names.is_empty() {
        EXPLORERS.iter().collect()
    } else {
        names.iter().map(|name| explorers::named(name)).collect::<Result<_, _>>().map_err(Failure::Usage)?
    };
    let missing = spin::is_missing();
    let (chosen, left_out): (Vec<&Explorer>, Vec<&Explorer>) =
        all.into_iter().partition(|explorer| missing.is_none() || !matches!(explorer.how, How::Spin(_)));
    for (explorer, why) in left_out.iter().zip(missing) {
        println!("{} is not run: {why}.\n", explorer.name);
    }
    Ok(chosen)
}

fn run_in_turn(
    chosen: &[&'static Explorer],
    system: System,
    arguments: &Arguments,
    workshop: &Workshop,
) -> Result<Vec<Row>, Failure> {
    let here = std::env::current_exe().map_err(|error| Failure::Environment(error.to_string()))?;
    let programs = chosen.iter().map(|explorer| match explorer.how {
        How::Here(_) => Ok(here.clone()),
        How::Spin(variant) => {
            let folder = workshop.0.join(format!("{}-{system}", explorer.name).replace(':', "-"));
            spin::build(variant, system, &folder)
        }
    });
    let programs = programs.collect::<Result<Vec<PathBuf>, _>>()?;
    let names: Vec<&str> = chosen.iter().map(|explorer| explorer.name).collect();
    let all = arguments.turns.take(&system.title(), &names, |number| {
        let explorer = chosen[number];
        // What works on two processors must not be pinned to one.
        let mut command = arguments.turns.command(&programs[number], explorer.threads == 1);
        match explorer.how {
            How::Spin(_) => spin::search(command),
            How::Here(_) => {
                let cannot = |what: String| {
                    Failure::Environment(format!("{} on {}: {what}", explorer.name, system.title()))
                };
                command.args(["explore-once", explorer.name, &system.to_string()]).stderr(Stdio::inherit());
                let output = command.output().map_err(|error| cannot(error.to_string()))?;
                if !output.status.success() {
                    return Err(cannot(output.status.to_string()));
                }
                serde_json::from_slice(&output.stdout)
                    .map_err(|error| cannot(format!("not a record: {error}")))
            }
        }
    })?;
    Ok(chosen.iter().zip(all).map(|(explorer, rounds)| Row { explorer, rounds }).collect())
}

/// What is wrong between the explorers, or with what is known of the system.
fn disagreements(rows: &[Row], system: System) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(first) =
        rows.iter().find(|row| !row.explorer.reduces).and_then(|row| row.rounds.records().next())
    else {
        return faults;
    };
    let expected = [system.known_states().unwrap_or(first.states), first.transitions, first.deadlocks];
    for row in rows {
        for record in row.rounds.records() {
            let found = [record.states, record.transitions, record.deadlocks];
            let words = ["states", "transitions", "deadlocks"];
            for (place, (found, expected)) in found.into_iter().zip(expected).enumerate() {
                let agrees =
                    if row.explorer.reduces && place < 2 { found <= expected } else { found == expected };
                let fault = format!("{}: {found} {} instead of {expected}", row.explorer.name, words[place]);
                if !agrees && !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
    }
    faults
}

/// The table of one system.
fn render(rows: &[Row]) -> String {
    let ours = rows.iter().find(|row| row.explorer.name == OURS);
    let header = [
        "explorer",
        "states",
        "transitions",
        "deadlocks",
        "seconds",
        "M states/s",
        "M transitions/s",
        "runs",
        "bytes a state",
        "time / ours",
    ];
    let body = rows.iter().filter_map(|row| {
        let of = |what: fn(&Explored) -> Option<f64>| median(row.rounds.records().filter_map(what));
        let any = row.rounds.records().next()?;
        Some(vec![
            format!("{} ({})", row.explorer.name, row.explorer.what),
            number(any.states),
            number(any.transitions),
            number(any.deadlocks),
            figure_or_dash(of(|record| Some(record.seconds))),
            figure_or_dash(of(|record| Some(record.states as f64 / record.seconds / 1e6))),
            figure_or_dash(of(|record| Some(record.transitions as f64 / record.seconds / 1e6))),
            row.rounds.records().count().to_string(),
            figure_or_dash(of(|record| Some(record.bytes? as f64 / record.states as f64))),
            figure_or_dash(ours.and_then(|ours| row.rounds.times_longer_than(&ours.rounds))),
        ])
    });
    markdown(&header, body)
}
