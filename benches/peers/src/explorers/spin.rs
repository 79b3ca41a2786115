//! SPIN: it turns a Promela model into a C program, which the C compiler makes a searcher of just that model.
//!
//! Both are built before anything is measured. The searcher says itself what it found and how long it searched; its
//! memory is what the operating system counts while it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::{Explored, System};
use crate::Failure;
use crate::memory::Resident;
use crate::turns::is_there;

/// A way to use SPIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The model is one process whose state is packed by hand, else a process for each.
    pub packed: bool,
    /// It searches breadth first, else depth first.
    pub breadth_first: bool,
    /// It leaves out orders that make no difference, as it does by default.
    pub reduces: bool,
}

/// The models, by system and by whether they are packed.
const PHILOSOPHERS: [&str; 2] =
    [include_str!("promela/philosophers.pml"), include_str!("promela/philosophers-packed.pml")];
const QUEUE: [&str; 2] = [include_str!("promela/queue.pml"), include_str!("promela/queue-packed.pml")];

/// What a searcher is told: to go on behind an error, how deep it may go, how large its hash table is (two to the
/// power of this).
const ARGUMENTS: [&str; 3] = ["-c0", "-m2000000", "-w21"];

/// How often the memory of a searcher is looked at: the peak is kept by the operating system, so only what is
/// allocated at the very end can be missed.
const INTERVAL: Duration = Duration::from_millis(10);

/// Why SPIN cannot run here, if it cannot.
pub fn is_missing() -> Option<&'static str> {
    if !is_there("spin", "-V") {
        Some("there is no spin")
    } else if !is_there("cc", "--version") {
        Some("there is no C compiler")
    } else {
        None
    }
}

/// Builds the searcher of this system in `folder`, which is made.
///
/// # Errors
/// The folder cannot be written; SPIN or the compiler fails.
pub fn build(variant: Variant, system: System, folder: &Path) -> Result<PathBuf, Failure> {
    let cannot = |what: String| Failure::Environment(format!("{}: {what}", folder.display()));
    fs::create_dir_all(folder).map_err(|error| cannot(error.to_string()))?;
    let (models, sizes) = match system {
        System::Philosophers { count } => (PHILOSOPHERS, vec![format!("-DN={count}")]),
        System::Queue { producers, consumers, capacity } => {
            (QUEUE, vec![format!("-DP={producers}"), format!("-DC={consumers}"), format!("-DB={capacity}")])
        }
    };
    let model = models[usize::from(variant.packed)];
    fs::write(folder.join("model.pml"), model).map_err(|error| cannot(error.to_string()))?;
    let mut translate = Command::new("spin");
    translate.args(sizes).args(["-a", "model.pml"]);
    let mut compile = Command::new("cc");
    compile.args(["-O2", "-DSAFETY"]);
    compile.args((!variant.reduces).then_some("-DNOREDUCE"));
    compile.args(variant.breadth_first.then_some("-DBFS"));
    compile.args(["-o", "pan", "pan.c"]);
    for mut command in [translate, compile] {
        let output = command.current_dir(folder).output().map_err(|error| cannot(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            return Err(cannot(format!("{command:?} ended with {}: {said}", output.status)));
        }
    }
    Ok(folder.join("pan"))
}

/// Runs a searcher, which `command` starts.
///
/// # Errors
/// It cannot be started, or does not come to an end as it should.
pub fn search(mut command: Command) -> Result<Explored, Failure> {
    let cannot = |what: String| Failure::Environment(format!("SPIN's searcher: {what}"));
    command.args(ARGUMENTS).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| cannot(error.to_string()))?;
    let mut peak = None;
    // What it says fits into a pipe, so it need not be read before the end.
    while child.try_wait().map_err(|error| cannot(error.to_string()))?.is_none() {
        let seen = Resident::of_process(child.id()).map(Resident::allocated);
        peak = peak.max(seen);
        thread::sleep(INTERVAL);
    }
    let output = child.wait_with_output().map_err(|error| cannot(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || said.contains("search depth too small") {
        return Err(cannot(format!("{}: {said}", output.status)));
    }
    let read = || {
        Some(Explored {
            states: before(&said, " states, stored")?.parse().ok()?,
            // It counts the first state among its transitions.
            transitions: before(&said, " transitions (")?.parse::<u64>().ok()? - 1,
            deadlocks: behind(&said, "errors: ")?.parse().ok()?,
            // Given in hundredths of a second.
            seconds: behind(&said, "elapsed time ")?.parse::<f64>().ok()?.max(0.005),
            bytes: peak,
        })
    };
    read().ok_or_else(|| cannot(format!("it says what is not understood: {said}")))
}

/// The word in front of `mark`.
fn before<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.split_once(mark)?.0.split_whitespace().next_back()
}

/// The word behind `mark`.
fn behind<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.split_once(mark)?.1.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_searcher_says() {
        let said = "State-vector 20 byte, depth reached 9, errors: 3\n       48 states, stored\n      127 transitions (=";
        assert_eq!(before(said, " states, stored"), Some("48"));
        assert_eq!(before(said, " transitions ("), Some("127"));
        assert_eq!(behind(said, "errors: "), Some("3"));
    }
}
