//! `peers growth`: what an event of ours costs, against what there is much of.
//!
//! No operation may be linear in what merely exists. Each line grows one thing by powers of ten and leaves all
//! others as they are; every point is measured in a process of its own. A point is run twice, to its full length and
//! cut off right after the start, and the difference is divided by the events that lie between, so that the start of
//! a million processes is not taken for the cost of an event.

use std::process::Command;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tempolane::backend::BoundProgram;
use tempolane::backend::virtual_time::Simulation;
use tempolane::scenario::load_str;
use tempolane::time::Time;
use tempolane::trace::{Event, Kind, NoTrace, Sink};
use tempolane::value::Word;

use crate::Failure;
use crate::engines::ours::{program_of, run_with};
use crate::memory::Resident;
use crate::table::{figure, figure_or_dash, markdown, median, number};

#[derive(clap::Args)]
pub struct Arguments {
    /// How often each point is run; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Leave out points with more than this many
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    most: u32,
    /// Measure one point in this process and print it as JSON
    #[arg(long, hide = true, num_args = 2, value_names = ["LINE", "N"])]
    point: Option<Vec<String>>,
}

/// Something there can be much of.
struct Line {
    name: &'static str,
    what: &'static str,
    sizes: &'static [u32],
    /// The scenario for so many, which takes its stop time as the parameter `span`.
    scenario: fn(u32) -> String,
    /// A span of simulated seconds with enough events to measure, and no more than there are.
    span_s: fn(u32) -> f64,
}

/// About as many events as a point is measured by.
const EVENTS: f64 = 1e6;
/// Everything that happens at the start has happened by then; nothing else has.
const STARTED_NS: u64 = 2;
/// Three processes that keep the clock going while others merely exist.
const ACTIVE: &str = "active: {count: 3, do: [{while: true, do: [{delay: {exponential: {mean: 1s}}}]}]}";
const POWERS: &[u32] = &[3, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

const LINES: &[Line] = &[
    Line {
        name: "pending",
        what: "pending events (hold)",
        sizes: POWERS,
        scenario: |n| {
            let holder = format!("holder: {{count: {n}, do: [{{while: true, do: [{HOLD}]}}]}}");
            scenario("{}", &[&holder])
        },
        span_s: |n| EVENTS.max(2.0 * f64::from(n)) / f64::from(n),
    },
    Line {
        name: "blocked",
        what: "processes that are blocked for ever",
        sizes: POWERS,
        scenario: |n| {
            let blocked = format!("blocked: {{count: {n}, do: [{{acquire: never}}]}}");
            scenario("{never: {kind: semaphore, permits: 0}}", &[ACTIVE, &blocked])
        },
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "done",
        what: "processes that are done",
        sizes: POWERS,
        scenario: |n| scenario("{}", &[ACTIVE, &format!("done: {{count: {n}, do: [{{delay: 1ns}}]}}")]),
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "ending",
        what: "processes that end one after the other",
        sizes: &[1_000, 10_000, 100_000, 1_000_000],
        scenario: |n| {
            let ending = format!("ending: {{count: {n}, do: [{{delay: 1s * (index + 1)}}]}}");
            scenario("{}", &[ACTIVE, &ending])
        },
        span_s: |n| f64::from(n) + 1.0,
    },
    Line {
        name: "waiters",
        what: "waiters on one semaphore, which is handed on",
        sizes: POWERS,
        scenario: |n| {
            let steps = "[{acquire: one}, {delay: 1s}, {release: one}]";
            let waiter = format!("waiter: {{count: {n}, do: [{{while: true, do: {steps}}}]}}");
            scenario("{one: {kind: semaphore, permits: 1}}", &[&waiter])
        },
        span_s: |_| EVENTS,
    },
    Line {
        name: "priorities",
        what: "waiters on one semaphore by priority",
        sizes: POWERS,
        scenario: |n| {
            let steps = "[{acquire: one}, {delay: 1s}, {release: one}]";
            let waiter = format!(
                "waiter: {{count: {n}, priority: (index * 7) % 200 - 100, do: [{{while: true, do: {steps}}}]}}"
            );
            scenario("{one: {kind: semaphore, permits: 1, discipline: priority}}", &[&waiter])
        },
        span_s: |_| EVENTS,
    },
    Line {
        name: "limits",
        what: "waiters on one semaphore, three of whom give up again and again",
        sizes: POWERS,
        scenario: |n| giving_up(n, "acquire: never"),
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "watchers",
        what: "waiters for a level, three of whom give up again and again",
        sizes: POWERS,
        scenario: |n| giving_up(n, "until: level(never) > 0"),
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "choosers",
        what: "waiters for one of two buffers, others than those in which something happens",
        sizes: POWERS,
        scenario: |n| {
            let wait = "{select: [{get: 'idle[index % 40]'}, {get: 'idle[(index + 1) % 40]'}]}";
            let waiter = format!("waiter: {{count: {n}, do: [{wait}]}}");
            let maker = format!("maker: {{do: [{{while: true, do: [{HOLD}, {{put: busy}}]}}]}}");
            let taker = "taker: {do: [{while: true, do: [{select: [{get: busy}, {get: 'idle[0]'}]}]}]}";
            let resources = "{idle: {count: 40, kind: buffer, capacity: 1}, busy: {kind: buffer, capacity: 1}}";
            scenario(resources, &[&waiter, &maker, taker])
        },
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "ordered",
        what: "items in a buffer that gives them by a key",
        sizes: POWERS,
        scenario: |n| {
            let put = "{draw: {into: x, from: {uniform_int: {low: 1, high: 1000000000}}}}, {put: {to: b, value: x}}";
            let steps = format!("{{repeat: {n}, do: [{put}]}}, {{while: true, do: [{HOLD}, {put}, {{get: b}}]}}");
            let process = format!("keeper: {{vars: {{x: 0}}, do: [{steps}]}}");
            scenario("{b: {kind: buffer, capacity: unbounded, of: int, order: {by: item}}}", &[&process])
        },
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "preempted",
        what: "places of those who arrive for a permit that may be lost",
        sizes: &[100, 1_000, 10_000, 100_000],
        scenario: |n| {
            let serve = "do: [{delay: {uniform: {low: 0s, high: 1s}}}], then: resume";
            let process = |name: &str, every: &str, request: &str| {
                let arrivals = format!("arrivals: {{every: {{exponential: {{mean: {every}}}}}, most: {n}}}");
                format!("{name}: {{{arrivals}, do: [{{with: cpu, {request}, {serve}}}]}}")
            };
            let high = process("high", "2s", "priority: 0, preempt: true");
            let low = process("low", "5s", "priority: 1");
            scenario("{cpu: {kind: semaphore, permits: 1, discipline: priority}}", &[&high, &low])
        },
        span_s: |_| EVENTS / 3.0,
    },
    Line {
        name: "ops",
        what: "ops in a program, one delay each",
        sizes: &[1, 10, 100, 1_000, 10_000, 30_000],
        scenario: |n| {
            let steps = vec!["{delay: 1s}"; n as usize].join(", ");
            scenario("{}", &[&format!("walker: {{do: [{{while: true, do: [{steps}]}}]}}")])
        },
        span_s: |_| EVENTS,
    },
];

/// So many wait for ever, and three for a while between two delays.
fn giving_up(n: u32, wait: &str) -> String {
    let waiter = format!("waiter: {{count: {n}, do: [{{{wait}, within: 1000000h, else: []}}]}}");
    let steps = format!("[{{delay: {{exponential: {{mean: 1s}}}}}}, {{{wait}, within: 1ms, else: []}}]");
    let hasty = format!("hasty: {{count: 3, do: [{{while: true, do: {steps}}}]}}");
    scenario("{never: {kind: semaphore, permits: 0}}", &[&waiter, &hasty])
}

const HOLD: &str = "{delay: {exponential: {mean: 1s}}}";

/// A scenario with these resources and processes.
fn scenario(resources: &str, processes: &[&str]) -> String {
    let processes: String = processes.iter().map(|process| format!("  {process}\n")).collect();
    format!(
        "version: 1\nname: growth\nseed: 1\nparams: {{span: 1s}}\nresources: {resources}\nprocesses:\n{processes}\
         horizon: span\n"
    )
}

/// What was measured with so many of something.
#[derive(Serialize, Deserialize)]
struct Point {
    events: u64,
    /// Per event, after the start.
    nanos: f64,
    /// The start, per process.
    start_nanos: f64,
    processes: usize,
    peak_bytes: Option<u64>,
}

/// Counts what happens after the start: delays that begin and processes that end, of which every wake-up gives one.
struct WakeUps(u64);

impl Sink for WakeUps {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let counts = matches!(event.kind, Kind::Delay | Kind::Done);
        self.0 += u64::from(counts && event.time.as_nanos() > STARTED_NS);
    }
}

/// Prints the table, or one point of it.
///
/// # Errors
/// A point that cannot be measured.
pub fn growth(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(point) = &arguments.point {
        let line = LINES.iter().find(|line| line.name == point[0]);
        let (Some(line), Ok(n)) = (line, point[1].parse()) else {
            return Err(Failure::Usage(format!("no point {point:?}")));
        };
        println!(
            "{}",
            serde_json::to_string(&measure(line, n, arguments.runs)).expect("a point is plain data")
        );
        return Ok(());
    }
    println!("Nanoseconds per event, ours alone, from YAML, without a trace.\n");
    let header =
        ["", "how many", "ns an event", "ns to start a process", "bytes a process", "events measured"];
    let mut rows = Vec::new();
    for line in LINES {
        for &n in line.sizes.iter().filter(|n| **n <= arguments.most) {
            eprintln!("{}: {n}", line.what);
            let point = measure_elsewhere(line, n, arguments.runs)?;
            let many = point.processes >= 10_000;
            let bytes = point.peak_bytes.filter(|_| many).map(|bytes| bytes as f64 / point.processes as f64);
            rows.push(vec![
                line.what.to_owned(),
                number(u64::from(n)),
                figure(point.nanos),
                figure_or_dash(many.then_some(point.start_nanos)),
                figure_or_dash(bytes),
                number(point.events),
            ]);
        }
    }
    println!("{}", markdown(&header, rows));
    Ok(())
}

/// Measures a point in a process of its own.
fn measure_elsewhere(line: &Line, n: u32, runs: u32) -> Result<Point, Failure> {
    let cannot = |what: String| Failure::Environment(format!("{}, {n}: {what}", line.what));
    let program = std::env::current_exe().map_err(|error| cannot(error.to_string()))?;
    let mut command = Command::new(program);
    command.args(["growth", "--runs", &runs.to_string(), "--point", line.name, &n.to_string()]);
    let output = command.output().map_err(|error| cannot(error.to_string()))?;
    if !output.status.success() {
        return Err(cannot(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| cannot(error.to_string()))
}

fn measure(line: &Line, n: u32, runs: u32) -> Point {
    let text = (line.scenario)(n);
    let before = Resident::now();
    let full = program_until(&text, &format!("{:.0}s", (line.span_s)(n).ceil()));
    let long = seconds(&full, runs);
    let growth = before.zip(Resident::now()).map(|(before, after)| before.growth(after));

    let mut counter = WakeUps(0);
    run_with(&mut Simulation::new(&full, full.seed, 0), &mut counter);
    let start = program_until(&text, &format!("{STARTED_NS}ns"));
    let short = seconds(&start, runs);
    Point {
        events: counter.0,
        nanos: (long - short).max(0.0) * 1e9 / counter.0 as f64,
        start_nanos: short * 1e9 / full.process_count() as f64,
        processes: full.process_count(),
        peak_bytes: growth,
    }
}

fn program_until(text: &str, span: &str) -> BoundProgram {
    let overrides = [("span".to_owned(), span.to_owned())];
    program_of(
        &load_str("growth", text, &overrides).unwrap_or_else(|error| panic!("{}", error.render(false))),
    )
}

/// The median time of a run to the end, in seconds.
fn seconds(program: &BoundProgram, runs: u32) -> f64 {
    let mut simulation = Simulation::new(program, program.seed, 0);
    let mut last = Time::ZERO;
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        last = run_with(&mut simulation, &mut NoTrace).end;
        start.elapsed().as_secs_f64()
    });
    let median = median(times).expect("there is at least one run");
    assert!(Some(last) == program.horizon, "the run went on to its stop time");
    median
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_measured() {
        for line in LINES {
            let point = measure(line, line.sizes[1].min(100), 1);
            assert!(point.events >= 100, "{}: {} events", line.name, point.events);
        }
    }
}
