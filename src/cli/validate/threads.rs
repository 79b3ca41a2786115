//! One scenario in virtual time and on threads, compared.

use super::arguments::ValidateArguments;
use crate::analysis::validation::{
    ComparedRun, Tolerance, Verdict, compare_times, judge, longest_way, reorderings,
};
use crate::backend::replay::{Disagreement, ReplayedRun, replay};
use crate::backend::threads::{self, Recording, SleepError, ThreadOptions, Trouble, Work, default_speed};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::interrupt;
use crate::cli::report::Finished;
use crate::program::BoundProgram;
use crate::trace::Trace;
use std::path::PathBuf;
use std::time::Duration;

/// A scenario that was validated, with everything that can be said about it.
pub struct Validation {
    /// The run in virtual time.
    pub virtual_run: Finished,
    /// How long that took in real time.
    pub virtual_wall: Duration,
    /// The typical run on threads, if one came to an end.
    pub threads_run: Option<Finished>,
    /// Its number, from 1.
    pub shown: usize,
    /// Every run on threads.
    pub runs: Vec<ComparedRun>,
    /// What they say.
    pub verdict: Verdict,
    /// How many times as fast as the wall's clock.
    pub speed: f64,
    /// Whether the user chose the speed.
    pub speed_chosen: bool,
    /// How work passed.
    pub work: Work,
    /// By how much times may deviate.
    pub tolerance: Tolerance,
    /// Whether the user chose the tolerance.
    pub tolerance_chosen: bool,
    /// The most sleeps and waits of one process.
    pub steps: u64,
    /// By how much this machine oversleeps.
    pub sleep_error: SleepError,
    /// Why the scenario could not be compared at all, or a run did not end.
    pub trouble: Option<String>,
    /// The files that were written.
    pub written: Vec<PathBuf>,
}

/// Runs `loaded` on threads as often as `arguments` say, and compares each run
/// with the model.
///
/// # Errors
/// If the user stops it, or the system does not start threads.
pub fn validate(
    loaded: &Loaded,
    arguments: &ValidateArguments,
    virtual_run: Finished,
    sleep_error: SleepError,
) -> Result<Validation, Failure> {
    let program = loaded.program()?;
    let total = virtual_run.statistics.total_time;
    let steps = virtual_run.trace.as_ref().map_or(0, longest_way);
    let speed = arguments.speed.unwrap_or_else(|| default_speed(total, steps, sleep_error));
    let (mean, high) = (sleep_error.mean.as_nanos() as u64, sleep_error.high.as_nanos() as u64);
    let tolerance = match arguments.tolerance {
        Some(nanos) => Tolerance::exactly(nanos),
        None => Tolerance::derived(total, steps, mean, high, speed),
    };
    let mut validation = Validation {
        virtual_run,
        virtual_wall: Duration::ZERO,
        threads_run: None,
        shown: 0,
        runs: Vec::new(),
        verdict: judge(&[], tolerance),
        speed,
        speed_chosen: arguments.speed.is_some(),
        work: arguments.work.into(),
        tolerance,
        tolerance_chosen: arguments.tolerance.is_some(),
        steps,
        sleep_error,
        trouble: None,
        written: Vec::new(),
    };
    if let Some(reason) = incomparable(&validation.virtual_run) {
        validation.trouble = Some(reason);
        return Ok(validation);
    }
    let planned = Duration::try_from_secs_f64(validation.virtual_run.end.as_secs_f64() / speed);
    let options = ThreadOptions {
        seed: validation.virtual_run.header.seed,
        speed,
        work: arguments.work.into(),
        timeout: arguments.patience(planned.unwrap_or(Duration::MAX)),
    };
    let recordings = validation.record(&program, &options, arguments.runs)?;
    validation.verdict = judge(&validation.runs, tolerance);
    let shown = validation.verdict.typical.unwrap_or(0);
    validation.shown = shown + 1;
    if let Some(recording) = recordings.into_iter().nth(shown) {
        let label = format!("{} on threads", loaded.label);
        validation.threads_run = Some(finished(&validation.virtual_run, label, recording));
    }
    Ok(validation)
}

/// Why a virtual run is nothing to compare with.
fn incomparable(run: &Finished) -> Option<String> {
    match &run.trace {
        Some(trace) if trace.outcome == run.outcome && run.outcome.name() != "limit" => None,
        _ => Some("the run in virtual time has no end that threads could reach too".to_owned()),
    }
}

impl Validation {
    /// Whether the model is confirmed.
    pub fn agrees(&self) -> bool {
        self.trouble.is_none() && self.verdict.is_ok()
    }

    /// Whether nothing was found at all: the exit code, and the first word of
    /// the report.
    pub fn is_ok(&self) -> bool {
        let fine = |run: &Finished| !run.is_finding();
        let expected = self.virtual_run.outcome.name();
        self.agrees()
            && fine(&self.virtual_run)
            && self.threads_run.as_ref().is_none_or(fine)
            && self.runs.iter().all(|run| run.outcome == expected)
    }

    /// How many ties were resolved otherwise, all runs together.
    pub fn ties(&self) -> usize {
        self.runs.iter().flat_map(|run| &run.reorderings).filter(|reordering| reordering.tie).count()
    }

    /// Runs on threads and compares; stops at the first run that does not end.
    fn record(
        &mut self,
        program: &BoundProgram,
        options: &ThreadOptions,
        runs: u32,
    ) -> Result<Vec<Recording>, Failure> {
        let mut recordings = Vec::new();
        for _ in 0..runs {
            match threads::run(program, options, &interrupt::requested) {
                Ok(recording) => {
                    let run = compared(program, &recording, self.virtual_run.trace.as_ref());
                    self.runs.push(run);
                    // The memories were compared, and no report of a run on threads shows them.
                    recordings.push(Recording { memories: Vec::new(), ..recording });
                }
                Err(trouble @ Trouble::TimedOut(_)) => {
                    self.trouble = Some(trouble.to_string());
                    break;
                }
                Err(Trouble::Interrupted) => {
                    let message = format!("'{}' was interrupted on threads", self.virtual_run.label);
                    return Err(Failure { exit: Exit::Interrupted, message });
                }
                Err(Trouble::TooLarge(message)) => return Err(Failure::usage(message)),
                Err(trouble) => return Err(Failure::environment(trouble)),
            }
        }
        Ok(recordings)
    }
}

/// What a run on threads shows beside the model.
pub fn compared(program: &BoundProgram, recording: &Recording, virtual_run: Option<&Trace>) -> ComparedRun {
    let seen = &recording.trace;
    let replayed = replay(program, recording);
    let illegal = replayed.as_ref().err().map(|found| explained(program, found));
    let times = replayed.ok().map(|ReplayedRun { model, reached, .. }| {
        let mut times = compare_times(&model, seen);
        // Threads that do not keep up are cut at the horizon all the same.
        times.model_total = times.model_total.min(reached);
        times
    });
    ComparedRun {
        outcome: seen.outcome.name(),
        total_time: seen.statistics().total_time,
        illegal,
        times,
        reorderings: virtual_run.map_or_else(Vec::new, |trace| reorderings(trace, seen)),
    }
}

/// A disagreement with its time and the line that the process stood on.
fn explained(program: &BoundProgram, found: &Disagreement) -> String {
    let line = found.op.map_or_else(String::new, |op| format!(", line {}", program.site(op).line));
    let time = crate::time::format_nanos_short(found.time.as_nanos(), 3);
    format!("event {} at {time}{line}: {found}", found.event + 1)
}

/// A run on threads in the form in which runs are told and drawn.
fn finished(virtual_run: &Finished, label: String, recording: Recording) -> Finished {
    let Finished { file, source, reproduction, settings, view, .. } = virtual_run;
    let origin = [file, source, reproduction].map(String::clone);
    Finished {
        settings: settings.clone(),
        view: view.clone(),
        ..Finished::of_trace(recording.trace, label, origin)
    }
}
