//! Tempolane beside other engines on the same workloads: arguments to exit code, nothing else.
//!
//! Exit codes: 0 fine, 1 an engine did not do what the workload says, 2 wrong usage, 3 the environment failed.

mod check;
mod compare;
mod engines;
mod explore;
mod explorers;
mod exponential;
mod growth;
mod hand;
mod memory;
mod run;
mod small;
mod stopwatch;
mod summary;
mod table;
mod theory;
mod turns;
mod workload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tempolane beside other discrete-event engines and explorers, on the same workloads.
#[derive(Parser)]
#[command(name = "peers", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run one workload on one engine and print one line of JSON
    Run(run::Arguments),
    /// Run ours and theirs in turn, check that all agree, and print tables with ratios
    Compare(compare::Arguments),
    /// Print what an event of ours costs against what there is much of
    Growth(growth::Arguments),
    /// Print what a small run of ours costs, in a process and as one
    Small(small::Arguments),
    /// Explore every schedule of the same systems with ours and theirs, in turn, and print tables with ratios
    Explore(explore::Arguments),
    /// Explore one system with one explorer in this process
    #[command(hide = true)]
    ExploreOnce { engine: String, system: String },
    /// Print when a wake-up of W2 happens, in nanoseconds
    #[command(hide = true)]
    LastWakeUp { processes: u32, wake_ups: u64 },
}

/// What ends the program other than well.
#[derive(Debug)]
pub enum Failure {
    /// An engine did not do what the workload says.
    Finding(String),
    /// The arguments make no sense together.
    Usage(String),
    /// A process could not be started, a file not be read.
    Environment(String),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Growth(arguments) => growth::growth(&arguments),
        Command::Small(arguments) => small::small(&arguments),
        Command::Explore(arguments) => explore::explore(&arguments),
        Command::ExploreOnce { engine, system } => explore::once(&engine, &system),
        Command::LastWakeUp { processes, wake_ups } => {
            println!("{}", engines::ours::last_wake_up(processes, wake_ups).as_nanos());
            Ok(())
        }
    };
    let (code, message) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Finding(message)) => (1, message),
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Environment(message)) => (3, message),
    };
    eprintln!("peers: {message}");
    ExitCode::from(code)
}
