//! Tempolane and other discrete-event engines on the same workloads: arguments to exit code, nothing else.
//!
//! Exit codes: 0 fine, 1 an engine did not do what the workload says, 2 wrong usage, 3 the environment failed.

mod check;
mod compare;
mod engines;
mod exponential;
mod hand;
mod memory;
mod run;
mod table;
mod workload;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tempolane beside other discrete-event engines, on the same workloads.
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
