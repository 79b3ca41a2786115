//! `peers run`: one workload on one engine, in this process, with one machine-readable line as the result.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::engines::{self, Engine, How};
use crate::memory::Resident;
use crate::workload::{Finished, Record, Workload};

#[derive(clap::Args)]
pub struct Arguments {
    /// The engine, one of those that `peers compare --help` lists
    engine: String,
    /// W1, W2 or W3
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
/// An unknown engine or workload; a SimPy that is not there.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let engine = engines::named(&arguments.engine).map_err(Failure::Usage)?;
    let workload = Workload::named(&arguments.workload, arguments.processes, arguments.divide)
        .map_err(Failure::Usage)?;
    let line = match engine.how {
        How::Here { queue, hold, buffer } => {
            let record = measure(engine, workload, || match workload {
                Workload::Queue { customers } => queue(customers),
                Workload::Hold { processes, wake_ups } => hold(processes, wake_ups),
                Workload::Buffer { items } => buffer(items),
            });
            serde_json::to_string(&record).expect("a record is plain data")
        }
        How::Python { script } => python(script, workload, arguments.divide)?,
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

/// Hands the script to `python3` on its standard input, so that it is found wherever this program stands.
fn python(script: &str, workload: Workload, divide: u64) -> Result<String, Failure> {
    let cannot = |error: std::io::Error| Failure::Environment(format!("cannot run python3: {error}"));
    let mut command = Command::new("python3");
    command.arg("-").arg(workload.name()).args(workload.processes().map(|n| n.to_string()));
    command.args(["--divide", &divide.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(cannot)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(script.as_bytes()).map_err(cannot)?;
    }
    let output = child.wait_with_output().map_err(cannot)?;
    if !output.status.success() {
        return Err(Failure::Environment(format!("python3 failed: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Why SimPy cannot run here, if it cannot.
pub fn simpy_is_missing() -> Option<String> {
    let mut command = Command::new("python3");
    command.args(["-c", "import simpy"]).stdout(Stdio::null()).stderr(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => None,
        Ok(_) => Some("python3 has no SimPy".into()),
        Err(error) => Some(format!("no python3: {error}")),
    }
}
