//! `peers run`: one workload on one engine, in this process, with one machine-readable line as the result.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::engines::{self, Engine, How, Script};
use crate::memory::Resident;
use crate::workload::{Finished, Record, Workload};

#[derive(clap::Args)]
pub struct Arguments {
    /// The engine, one of those that `peers compare --help` lists
    engine: String,
    /// W1 to W10
    workload: String,
    /// The number of processes of W2
    processes: Option<u32>,
    /// Make the workload shorter by this factor, to try things out
    #[arg(long, default_value_t = 1)]
    divide: u64,
}

/// Runs what the arguments say and prints the [`Record`].
///
/// # Errors
/// An unknown engine or workload, or one that is not written for it; a program that is not there.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let engine = engines::named(&arguments.engine).map_err(Failure::Usage)?;
    let workload = Workload::named(&arguments.workload, arguments.processes, arguments.divide)
        .map_err(Failure::Usage)?;
    let missing = || Failure::Usage(format!("{} is not written for {}", workload.name(), engine.name));
    let line = match engine.how {
        How::Here(run) => {
            let run = run(workload).ok_or_else(missing)?;
            serde_json::to_string(&measure(engine, workload, run)).expect("a record is plain data")
        }
        How::Script(script) if (script.knows)(workload) => interpret(script, workload, arguments.divide)?,
        How::Script(_) => return Err(missing()),
    };
    println!("{line}");
    Ok(())
}

/// Runs it once, with the memory it takes.
pub fn measure(engine: &Engine, workload: Workload, run: impl FnOnce() -> Finished) -> Record {
    let before = Resident::now();
    let finished = run();
    let growth = before.zip(Resident::now()).map(|(before, after)| before.growth(after));
    Record::new(engine.name, workload, finished, growth)
}

/// Hands the script to its program on the standard input, so that it is found wherever this program stands.
fn interpret(script: Script, workload: Workload, divide: u64) -> Result<String, Failure> {
    let program = script.program;
    let cannot = |error: std::io::Error| Failure::Environment(format!("cannot run {program}: {error}"));
    let mut command = Command::new(program);
    command.args(script.arguments).arg(workload.name()).args(workload.processes().map(|n| n.to_string()));
    command.args(["--divide", &divide.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(cannot)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(script.text.as_bytes()).map_err(cannot)?;
    }
    let output = child.wait_with_output().map_err(cannot)?;
    if !output.status.success() {
        return Err(Failure::Environment(format!("{program} failed: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Why an engine cannot run here, if it cannot.
pub fn missing(engine: &Engine) -> Option<String> {
    let How::Script(script) = engine.how else { return None };
    let mut command = Command::new(script.program);
    command.args(script.question).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = command.status().is_ok_and(|status| status.success());
    (!is_there).then(|| format!("there is no {}", script.needs))
}
