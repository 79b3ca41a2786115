//! A validation as text and as JSON.

use super::threads::Validation;
use crate::analysis::validation::{Excess, SpanDeviation};
use crate::backend::threads::Work;
use crate::cli::console::printable;
use crate::cli::report::{
    Finished, GREEN, PLAIN, RED, and_more, duration, files, heading, json_object, noun, on_one_line, section,
    signed, table, told, unchecked_note,
};
use crate::figure::format_figure;
use crate::figure::so_many;
use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{Activity, Header, WaitFor};
use serde::Serialize;
use std::fmt::Write;

/// How many processes, deviating spans or ties are shown.
const SHOWN: usize = 40;
const SHOWN_SPANS: usize = 3;
const SHOWN_TIES: usize = 5;

/// The whole report.
pub fn text(validation: &Validation) -> String {
    let mut text = headline(validation);
    let header = &validation.virtual_run.header;
    section(&mut text, "Processes", &processes(validation));
    section(&mut text, "Largest deviations", &spans(validation, header));
    section(&mut text, "Ties resolved otherwise", &ties(validation, header));
    section(&mut text, "Other steps in another order", &reordered(validation, header));
    section(&mut text, "Files", &files(&validation.written));
    text.push('\n');
    text
}

fn headline(validation: &Validation) -> String {
    let otherwise = ended_otherwise(validation);
    let (colour, word) = match (validation.agrees(), otherwise.is_empty(), validation.is_ok()) {
        (false, ..) => (RED, "not validated"),
        (true, false, _) => (RED, "the model allows what the threads did, but they ended otherwise"),
        (true, true, false) => (RED, "the threads did what the model says, but that is not fine"),
        (true, true, true) => (GREEN, "validated"),
    };
    let mut text = heading(&validation.virtual_run.label, colour, word) + "\n";
    if !otherwise.is_empty() {
        let _ = writeln!(
            text,
            "  {RED}{} in virtual time, but on threads {}{PLAIN}: it depends on the order of simultaneous steps",
            validation.virtual_run.outcome.name(),
            otherwise.join(", "),
        );
    }
    if let Some(trouble) = &validation.trouble {
        let _ = writeln!(text, "  {RED}{}{PLAIN}", printable(trouble));
    }
    if !validation.runs.is_empty() {
        text.push_str(&counts(validation));
    }
    for run in [Some(&validation.virtual_run), validation.threads_run.as_ref()].into_iter().flatten() {
        text.push_str(&told_run(run));
    }
    text
}

/// What is not fine about a run, and whether it was not looked at; nothing if all is.
pub fn told_run(run: &Finished) -> String {
    let mut text = String::new();
    if run.is_finding() {
        let _ = writeln!(text, "  {}: {} at {}", printable(&run.label), run.outcome.name(), run.end);
        text.push_str(&told(run));
    }
    for failed in &run.failed {
        let _ = writeln!(text, "  not as expected: {}", printable(&failed.message));
    }
    text + &unchecked_note(&run.unchecked)
}

/// The outcomes on threads that are not that of virtual time: `deadlock in
/// run 2`.
fn ended_otherwise(validation: &Validation) -> Vec<String> {
    let expected = validation.virtual_run.outcome.name();
    let runs = validation.runs.iter().enumerate().filter(|(_, run)| run.outcome != expected);
    runs.map(|(number, run)| format!("{} in run {}", run.outcome, number + 1)).collect()
}

/// The three counts, one a line.
fn counts(validation: &Validation) -> String {
    let (runs, verdict) = (&validation.runs, &validation.verdict);
    let mut text = String::new();
    let illegal: Vec<&String> = runs.iter().filter_map(|run| run.illegal.as_ref()).collect();
    match illegal.first() {
        None => {
            let all = if runs.len() == 1 { "the run" } else { &format!("all of {} runs", runs.len()) };
            let _ = writeln!(text, "  order: legal in {all}");
        }
        Some(first) => {
            let count = illegal.len();
            let _ = writeln!(
                text,
                "  {RED}order: not one that the model allows{PLAIN} in {count} of {} {}",
                runs.len(),
                noun(runs.len(), "run")
            );
            let _ = writeln!(text, "    {}", printable(first));
        }
    }
    if validation.tolerance.times == u64::MAX {
        text.push_str("  times: no time passes in the model, so only the order was compared\n");
    } else if let Some(error) = verdict.total_time_error {
        let virtual_total = validation.virtual_run.statistics.total_time;
        let seen = validation.threads_run.as_ref().map_or(Time::ZERO, |run| run.statistics.total_time);
        let sign = if error < 0.0 { "" } else { "+" };
        let _ = writeln!(
            text,
            "  times: {virtual_total} in virtual time, {} on threads ({sign}{}%, the median); tolerance {}",
            duration(seen.as_nanos()),
            format_figure(error * 100.0, 2),
            duration(validation.tolerance.times),
        );
        for excess in &verdict.excesses {
            let _ = writeln!(
                text,
                "    {RED}beyond it{PLAIN}: {}",
                told_excess(excess, &validation.virtual_run.header)
            );
        }
        if !verdict.excesses.is_empty() {
            let _ = writeln!(text, "    {}", if_busy(validation.work));
        }
    }
    let _ = writeln!(text, "  ties: {} resolved otherwise", validation.ties());
    text.push_str(&conditions(validation));
    text
}

fn conditions(validation: &Validation) -> String {
    let Validation { speed, steps, sleep_error, shown, .. } = validation;
    let micros = |duration: std::time::Duration| duration.as_nanos() as f64 / 1e3;
    let mut text = format!(
        "  {speed}x as fast as real time{}; sleep error {:.0} us (9 of 10 below {:.0} us), up to {} a process; run {shown} is shown\n",
        if validation.speed_chosen { "" } else { ", chosen for this machine" },
        micros(sleep_error.mean),
        micros(sleep_error.high),
        so_many(*steps, "step"),
    );
    let _ = writeln!(
        text,
        "  virtual time took {}{}",
        duration(u64::try_from(validation.virtual_wall.as_nanos()).unwrap_or(u64::MAX)),
        faster(validation)
    );
    text
}

/// What to do where times are beyond their tolerance, and it may not be the
/// model's fault.
fn if_busy(work: Work) -> &'static str {
    match work {
        Work::Spin => {
            "with `--work spin` each process that works needs a core for itself: if this machine is busy, or has too few, try `--work sleep`, or allow for it with `--tolerance`"
        }
        Work::Sleep => {
            "if this machine is busy: try it again, with a lower `--speed`, or allow for it with `--tolerance`"
        }
    }
}

/// How many times faster virtual time is than the threads were.
fn faster(validation: &Validation) -> String {
    match speed_up(validation) {
        Some(factor) => format!(", {factor:.0} times faster than a run on threads"),
        None => String::new(),
    }
}

fn threads_wall(validation: &Validation) -> Option<f64> {
    Some(validation.threads_run.as_ref()?.end.as_secs_f64() / validation.speed)
}

fn speed_up(validation: &Validation) -> Option<f64> {
    let virtual_wall = validation.virtual_wall.as_secs_f64();
    (virtual_wall > 0.0).then_some(threads_wall(validation)? / virtual_wall)
}

fn told_excess(excess: &Excess, header: &Header) -> String {
    let name = |process: usize| header.process_name(ProcessId::from_index(process));
    match *excess {
        Excess::Total(by) => format!("the total time, by {}", signed(by)),
        Excess::Finish(process, by) => format!("the finish of '{}', by {}", name(process), signed(by)),
        Excess::Blocked(process, by) => {
            format!("the blocking time of '{}', by {}", name(process), signed(by))
        }
    }
}

fn processes(validation: &Validation) -> String {
    let header = &validation.virtual_run.header;
    let all = &validation.verdict.processes;
    let instant = |time: Option<Time>| time.map_or_else(|| "–".to_owned(), |time| duration(time.as_nanos()));
    // Only processors have any.
    let is_ready = all.iter().any(|process| process.times.model_ready + process.times.seen_ready > 0);
    let rows = all.iter().take(SHOWN).enumerate().map(|(index, process)| {
        let times = &process.times;
        let ready = [duration(times.model_ready), duration(times.seen_ready)];
        let cells = [
            header.process_name(ProcessId::from_index(index)),
            instant(times.model_finish),
            instant(times.seen_finish),
            process.finish_deviation.map_or_else(|| "–".to_owned(), signed),
            duration(times.model_blocked),
            duration(times.seen_blocked),
            signed(process.blocked_deviation),
        ];
        cells.into_iter().chain(ready.into_iter().filter(|_| is_ready)).collect()
    });
    if all.is_empty() {
        return String::new();
    }
    let heads = [
        "process",
        "finished",
        "on threads",
        "median",
        "blocked",
        "on threads",
        "median",
        "ready",
        "on threads",
    ];
    let heads = if is_ready { &heads[..] } else { &heads[..7] };
    table(heads, &[], rows) + &and_more("  ", all.len(), SHOWN)
}

fn typical_spans(validation: &Validation) -> &[SpanDeviation] {
    let typical = validation.verdict.typical.and_then(|number| validation.runs[number].times.as_ref());
    typical.map_or(&[], |times| &times.worst)
}

fn spans(validation: &Validation, header: &Header) -> String {
    let shown = typical_spans(validation).iter().take(SHOWN_SPANS);
    shown
        .map(|span| {
            let SpanDeviation { model, seen } = span;
            let line = header.line(model.op).map_or_else(String::new, |line| format!(", line {line}"));
            format!(
                " '{}' {} for {} instead of {}, from {} on{line} ({})\n",
                header.process_name(model.process),
                was(model.activity, header),
                duration(seen.nanos()),
                duration(model.nanos()),
                duration(model.start.as_nanos()),
                signed(span.deviation()),
            )
        })
        .collect()
}

fn was(activity: Activity, header: &Header) -> String {
    match activity {
        Activity::New => "was new".to_owned(),
        Activity::Delayed => "was delayed".to_owned(),
        Activity::Running => "worked".to_owned(),
        Activity::Ready { processor } => {
            format!("was ready for '{}'", header.resource_name(processor))
        }
        Activity::Blocked { resource, wait_for } => {
            let purpose = match wait_for {
                WaitFor::Notify => "to be notified by",
                _ => wait_for.purpose(),
            };
            format!("waited {purpose} '{}'", header.resource_name(resource))
        }
    }
}

fn ties(validation: &Validation, header: &Header) -> String {
    told_reorderings(validation, header, true)
}

fn reordered(validation: &Validation, header: &Header) -> String {
    told_reorderings(validation, header, false)
}

fn told_reorderings(validation: &Validation, header: &Header, ties: bool) -> String {
    let mut text = String::new();
    for (number, run) in validation.runs.iter().enumerate() {
        let all: Vec<_> = run.reorderings.iter().filter(|one| one.tie == ties).collect();
        let Some(first) = all.first() else { continue };
        let more = match all.len() {
            1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        let _ = writeln!(
            text,
            " run {}: at {} '{}' went before '{}' at '{}'{more}",
            number + 1,
            duration(first.time.as_nanos()),
            header.process_name(first.other),
            header.process_name(first.first),
            header.resource_name(first.resource),
        );
        if number + 1 == SHOWN_TIES && validation.runs.len() > SHOWN_TIES {
            let more = so_many((validation.runs.len() - SHOWN_TIES) as u64, "more run");
            let _ = writeln!(text, " and in {more} at most");
            break;
        }
    }
    text
}

/// The object on one line, with the line's end: that of the run in virtual
/// time, and the verdict.
pub fn json_line(validation: &Validation) -> String {
    let verdict = &validation.verdict;
    let header = &validation.virtual_run.header;
    let object = Object {
        run: json_object(&validation.virtual_run),
        ok: validation.is_ok(),
        runs: validation.runs.len(),
        order_legal: verdict.order_legal && !validation.runs.is_empty(),
        total_time_error: verdict.total_time_error,
        details: Validated {
            validation: Details {
                agrees: validation.agrees(),
                trouble: validation.trouble.as_deref(),
                speed: validation.speed,
                tolerance_ns: Some(validation.tolerance.times).filter(|&times| times != u64::MAX),
                tolerance_per_wait_ns: validation.tolerance.per_wait,
                tolerance_given: validation.tolerance_chosen,
                sleep_error_ns: validation.sleep_error.mean.as_nanos() as u64,
                sleep_error_high_ns: validation.sleep_error.high.as_nanos() as u64,
                steps: validation.steps,
                virtual_wall_ns: validation.virtual_wall.as_nanos() as u64,
                threads_wall_ns: threads_wall(validation).map(|seconds| (seconds * 1e9) as u64),
                times_faster: speed_up(validation),
                ties: validation.ties(),
                beyond_tolerance: verdict.excesses.iter().map(|excess| told_excess(excess, header)).collect(),
                worst_span: typical_spans(validation).first().map(|span| JsonSpan::of(span, header)),
                processes: verdict
                    .processes
                    .iter()
                    .enumerate()
                    .map(|(index, process)| JsonProcess {
                        process: header.process_name(ProcessId::from_index(index)),
                        model_finished_ns: process.times.model_finish.map(Time::as_nanos),
                        finished_ns: process.times.seen_finish.map(Time::as_nanos),
                        finish_deviation_ns: process.finish_deviation,
                        model_ready_ns: process.times.model_ready,
                        ready_ns: process.times.seen_ready,
                        model_blocked_ns: process.times.model_blocked,
                        blocked_ns: process.times.seen_blocked,
                        blocked_deviation_ns: process.blocked_deviation,
                    })
                    .collect(),
                each: validation
                    .runs
                    .iter()
                    .map(|run| JsonRun {
                        outcome: run.outcome,
                        total_time_ns: run.total_time.as_nanos(),
                        order_legal: run.illegal.is_none(),
                        disagreement: run.illegal.as_deref(),
                        model_total_time_ns: run.times.as_ref().map(|times| times.model_total.as_nanos()),
                        ties: run.reorderings.iter().filter(|one| one.tie).count(),
                        other_reorderings: run.reorderings.iter().filter(|one| !one.tie).count(),
                    })
                    .collect(),
            },
        },
    };
    object.line()
}

/// What every validation is as an object: that of the run in virtual time, and
/// the verdict.
#[derive(Serialize)]
pub struct Object<R: Serialize, D: Serialize> {
    #[serde(flatten)]
    pub run: R,
    pub ok: bool,
    pub runs: usize,
    pub order_legal: bool,
    pub total_time_error: Option<f64>,
    /// One key for the way of validation, with all that only it knows.
    #[serde(flatten)]
    pub details: D,
}

impl<R: Serialize, D: Serialize> Object<R, D> {
    /// On one line, with the line's end.
    pub fn line(&self) -> String {
        on_one_line(self)
    }
}

#[derive(Serialize)]
struct Validated<'a> {
    validation: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    /// The model is confirmed, even if what it says is not fine.
    agrees: bool,
    trouble: Option<&'a str>,
    speed: f64,
    /// None if there are no times to compare.
    tolerance_ns: Option<u64>,
    tolerance_per_wait_ns: u64,
    tolerance_given: bool,
    sleep_error_ns: u64,
    sleep_error_high_ns: u64,
    steps: u64,
    virtual_wall_ns: u64,
    threads_wall_ns: Option<u64>,
    times_faster: Option<f64>,
    ties: usize,
    beyond_tolerance: Vec<String>,
    worst_span: Option<JsonSpan>,
    processes: Vec<JsonProcess>,
    each: Vec<JsonRun<'a>>,
}

#[derive(Serialize)]
struct JsonProcess {
    process: String,
    model_finished_ns: Option<u64>,
    finished_ns: Option<u64>,
    finish_deviation_ns: Option<i64>,
    model_ready_ns: u64,
    ready_ns: u64,
    model_blocked_ns: u64,
    blocked_ns: u64,
    blocked_deviation_ns: i64,
}

#[derive(Serialize)]
struct JsonRun<'a> {
    outcome: &'static str,
    total_time_ns: u64,
    model_total_time_ns: Option<u64>,
    order_legal: bool,
    disagreement: Option<&'a str>,
    ties: usize,
    other_reorderings: usize,
}

#[derive(Serialize)]
struct JsonSpan {
    process: String,
    line: Option<u32>,
    activity: String,
    start_ns: u64,
    model_ns: u64,
    seen_ns: u64,
}

impl JsonSpan {
    fn of(span: &SpanDeviation, header: &Header) -> JsonSpan {
        JsonSpan {
            process: header.process_name(span.model.process),
            line: header.line(span.model.op),
            activity: was(span.model.activity, header),
            start_ns: span.model.start.as_nanos(),
            model_ns: span.model.nanos(),
            seen_ns: span.seen.nanos(),
        }
    }
}
