//! What can be asked of a validation.

use crate::backend::threads::Work;
use crate::cli::failure::Failure;
use crate::cli::options::{Artifact, RunOptions, ScenarioOptions};
use crate::cli::whole_number::whole;
use crate::scenario::parse_duration;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// The most runs on threads for one scenario.
const MOST_RUNS: u32 = 10_000;

/// What it writes besides all and none.
const FILES: [Artifact; 7] = [
    Artifact::Svg,
    Artifact::Png,
    Artifact::Pdf,
    Artifact::Tikz,
    Artifact::Html,
    Artifact::Trace,
    Artifact::Result,
];

const WRITE_HELP: &str = "Which files to write, separated by commas: svg, png, pdf and tikz (both timelines), html \
                          (validation.html, a page to explore), trace (threads.jsonl), result (validation.json; with --recorded \
                          the only one), all, none [default: svg, png, trace, result]";

/// Run scenarios on real threads too, and say how far apart the two are
///
/// Each scenario runs once in virtual time and several times on real OS threads, with native
/// blocking primitives and real sleeping. The verdict: is the order of every run one that the
/// model allows; are the times those of the model, within a tolerance; which ties were resolved
/// otherwise. Writes validation.svg, validation.png, threads.jsonl (the trace of a typical run)
/// and validation.json to DIR/<scenario name>/.
///
/// With --recorded, the event log of a real program takes the place of the threads. It is a CSV
/// file in UTF-8 with a head line and the columns `process`, `event` and, if they are known, `time`
/// (from the start, in seconds or as 250ms) and `value`; no others, and no row longer or shorter than
/// the head. `event` is the name of a `mark` of that process, with `value` as its value, or a line as a
/// `log` step would write it; floats and durations are measurements and may differ. Marks and log
/// texts that never occur in the file are not looked for, and the file may end early. The order is fine if the model has any schedule with it; times are
/// compared with virtual time, with a tolerance of 2% of the total time unless told otherwise. Writes
/// validation.json to DIR/<scenario name>/.
#[derive(Debug, Args)]
#[command(
    mut_arg("write", |write| write.help(WRITE_HELP)),
    mut_arg("replication", |replication| replication.hide(true)),
)]
pub struct ValidateArguments {
    #[command(flatten)]
    pub scenarios: ScenarioOptions,
    #[command(flatten)]
    pub run: RunOptions,
    /// Validate the recorded log of a real program instead of running threads; for one scenario
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["runs", "speed", "work", "timeout"])]
    pub recorded: Option<PathBuf>,
    /// How often to run each scenario on threads
    #[arg(long, value_name = "N", default_value_t = 3, allow_hyphen_values = true, value_parser = whole::<u32>(1, MOST_RUNS.into()))]
    pub runs: u32,
    /// How many times as fast as the scenario says, such as 20x or 0.5 [default: so fast that a
    /// run takes 1.5 s, or slower where this machine's sleep error would matter]
    #[arg(long, value_name = "X", allow_hyphen_values = true, value_parser = parse_speed)]
    pub speed: Option<f64>,
    /// How `work` passes on threads
    #[arg(long, value_name = "HOW", default_value = "sleep")]
    pub work: WorkOption,
    /// By how much times may deviate, in scenario time, such as 100ms [default: 1.5% of the total
    /// time, plus up to 2% for the sleep error, which is measured before the first run]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = parse_duration)]
    pub tolerance: Option<u64>,
    /// How long one run may take in real time [default: a minute longer than planned]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, value_parser = parse_duration)]
    pub timeout: Option<u64>,
}

impl ValidateArguments {
    /// Refuses options of a run that say nothing here.
    ///
    /// # Errors
    /// If there is one.
    pub fn check(&self) -> Result<(), Failure> {
        match self.recorded {
            Some(_) => self.run.writes_only("validate --recorded", &[Artifact::Result])?,
            None => self.run.writes_only("validate", &FILES)?,
        }
        self.run.takes_no_replication("validate")
    }

    /// How long one run may take, which is planned to take so long.
    pub fn patience(&self, planned: Duration) -> Duration {
        const PATIENCE: Duration = Duration::from_secs(60);
        self.timeout.map_or(planned.saturating_mul(2).saturating_add(PATIENCE), Duration::from_nanos)
    }
}

/// How `work` passes on threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WorkOption {
    /// As a delay does
    Sleep,
    /// By keeping a core busy
    Spin,
}

impl From<WorkOption> for Work {
    fn from(option: WorkOption) -> Work {
        match option {
            WorkOption::Sleep => Work::Sleep,
            WorkOption::Spin => Work::Spin,
        }
    }
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches(['x', '×']);
    match number.parse::<f64>() {
        Ok(speed) if (1e-6..=1e9).contains(&speed) => Ok(speed),
        _ => Err("expected a factor such as 20x or 0.5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds() {
        assert_eq!(parse_speed("20x"), Ok(20.0));
        assert_eq!(parse_speed(" 0.5 "), Ok(0.5));
        for bad in ["", "x", "0", "-1", "nan", "inf", "1e99"] {
            assert!(parse_speed(bad).is_err(), "{bad}");
        }
    }
}
