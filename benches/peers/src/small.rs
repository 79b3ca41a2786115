//! `peers small`: what a small run costs, as a sweep runs lab 5 a million times with other parameters.
//!
//! Within a process the scenario is loaded and compiled once; each run then puts parameters in, runs, and reads
//! figures out, with the memory of the run before; the last row of these does it with everything made anew. As a
//! process, `tempolane run` pays for all of it, reading YAML and writing results included.

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use tempolane::analysis::StatisticsSink;
use tempolane::backend::Rerun;
use tempolane::backend::virtual_time::Simulation;
use tempolane::backend::{Binding, BoundProgram, Program, compile};
use tempolane::scenario::LoadedScenario;
use tempolane::time::Time;
use tempolane::trace::NoTrace;
use tempolane::value::Value;

use crate::Failure;
use crate::engines::ours::{in_repository, load, run_with};
use crate::table::{figure, markdown, median};

#[derive(clap::Args)]
pub struct Arguments {
    /// How often the runs within a process are repeated
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(10..))]
    runs: u32,
    /// How often `tempolane run` is started as a process
    #[arg(long, default_value_t = 50)]
    processes: u32,
    /// The program to start as a process
    #[arg(long, value_name = "FILE", default_value_os_t = in_repository("target/release/tempolane"))]
    program: PathBuf,
}

/// Lab 5 as it is in the repository, with its log.
const LAB_5: &str = "scenarios/lab5/two-memories.yaml";

/// Prints the table.
///
/// # Errors
/// The program fails.
pub fn small(arguments: &Arguments) -> Result<(), Failure> {
    let mut rows = in_process(arguments.runs);
    rows.extend(as_process(arguments)?);
    println!("{}", markdown(&["lab 5, two memories, 15 items", "median", "fastest", "runs"], rows));
    Ok(())
}

/// Everything that a run needs and that a sweep makes once.
struct Lab {
    scenario: LoadedScenario,
    compiled: Program,
    load_time: usize,
}

impl Lab {
    fn new() -> Self {
        let scenario = load(LAB_5, &[]);
        let compiled = compile(&scenario.model);
        let load_time = scenario.model.params.iter().position(|param| param.name == "load_time");
        Self { compiled, load_time: load_time.expect("lab 5 has a load time"), scenario }
    }

    /// A new program, with a load time that differs from run to run.
    fn program(&mut self, number: u32) -> BoundProgram {
        self.scenario.params[self.load_time] = load_time(number);
        self.compiled.bind(&self.scenario.model, &self.scenario.params).expect("any load time is good")
    }
}

fn load_time(number: u32) -> Value {
    Value::Duration(1_000_000_000 + i64::from(number % 1000) * 1000)
}

fn in_process(runs: u32) -> Vec<Vec<String>> {
    let mut lab = Lab::new();
    let program = lab.program(0);
    let mut simulation = Simulation::new(&program, program.seed, 0);
    let again = time(runs, |_| {
        let end = run_with(&mut simulation, &mut NoTrace);
        assert_eq!(end.end, Time::from_secs(30), "lab 5 takes 30 s");
    });
    let anew = time(runs, |number| {
        let program = lab.program(number);
        let mut sink = StatisticsSink::with_log_cap(&program.header(program.seed), 0);
        let end = run_with(&mut Simulation::new(&program, program.seed, 0), &mut sink);
        black_box(sink.finish(end.end));
    });
    let mut rows = vec![row("the same again: reset, run, total time out", again, 1e6, "µs", runs)];
    rows.extend(again_with_others(&lab, runs));
    rows.push(row("all made anew (program, memory, header), run, all figures out", anew, 1e6, "µs", runs));
    rows
}

/// One [`Rerun`] with other parameters each time.
fn again_with_others(lab: &Lab, runs: u32) -> Vec<Vec<String>> {
    let mut params = lab.scenario.params.clone();
    let binding = Binding::new(&lab.compiled, &lab.scenario.model, &params).expect("lab 5 can be bound");
    let mut rerun = Rerun::new(binding);
    let header = rerun.program().header(rerun.program().seed);
    let go_on = |_| ControlFlow::Continue(());
    let total = time(runs, |number| {
        params[lab.load_time] = load_time(number);
        rerun.set(&params).expect("any load time is good");
        let end = rerun.run(&mut NoTrace, &mut { go_on }).expect("nobody interrupts");
        black_box(end.end);
    });
    let mut with_figures = |log_cap| {
        let mut sink = StatisticsSink::with_log_cap(&header, log_cap);
        time(runs, |number| {
            params[lab.load_time] = load_time(number);
            rerun.set(&params).expect("any load time is good");
            let program = rerun.program();
            sink.reset(program.process_infos(), &program.resources, &program.measures);
            let end = rerun.run(&mut sink, &mut { go_on }).expect("nobody interrupts");
            black_box(sink.take_figures(end.end));
        })
    };
    let (figures, with_log) = (with_figures(0), with_figures(StatisticsSink::DEFAULT_LOG_CAP));
    vec![
        row("parameters in, reset, run, total time out", total, 1e6, "µs", runs),
        row("parameters in, reset, run, all figures out", figures, 1e6, "µs", runs),
        row("the same with the text of the log", with_log, 1e6, "µs", runs),
    ]
}

/// The median and the least of ten portions, in seconds a run.
fn time(runs: u32, mut run: impl FnMut(u32)) -> (f64, f64) {
    let portion = runs / 10;
    let portions: Vec<f64> = (0..10)
        .map(|number| {
            let start = Instant::now();
            (number * portion..(number + 1) * portion).for_each(&mut run);
            start.elapsed().as_secs_f64() / f64::from(portion)
        })
        .collect();
    of_all(&portions)
}

fn of_all(times: &[f64]) -> (f64, f64) {
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    (median(times.iter().copied()).unwrap_or(f64::NAN), least)
}

fn row(what: &str, (median, least): (f64, f64), scale: f64, unit: &str, runs: u32) -> Vec<String> {
    let with_unit = |seconds: f64| format!("{} {unit}", figure(seconds * scale));
    vec![what.to_owned(), with_unit(median), with_unit(least), runs.to_string()]
}

/// The files that `tempolane run` is told to write, and what the row is called.
const WRITTEN: [(&str, &str); 3] = [
    ("none", "`tempolane run` as a process, no files"),
    ("trace,result", "`tempolane run` as a process, trace and result"),
    ("all", "`tempolane run` as a process, pictures too"),
];

fn as_process(arguments: &Arguments) -> Result<Vec<Vec<String>>, Failure> {
    if !arguments.program.is_file() {
        println!(
            "`tempolane run` is not timed: build it with `cargo build --release`, or give --program FILE.\n"
        );
        return Ok(Vec::new());
    }
    let folder = std::env::temp_dir().join(format!("tempolane-small-{}", std::process::id()));
    let mut rows = Vec::new();
    for (written, what) in WRITTEN {
        let times = (0..arguments.processes).map(|_| start_once(&arguments.program, &folder, written));
        let times = times.collect::<Result<Vec<_>, _>>();
        // Where nothing was written there is nothing to remove.
        let _ = fs::remove_dir_all(&folder);
        rows.push(row(what, of_all(&times?), 1e3, "ms", arguments.processes));
    }
    Ok(rows)
}

/// The seconds from the start of the process to its end.
fn start_once(program: &Path, folder: &Path, written: &str) -> Result<f64, Failure> {
    let mut command = Command::new(program);
    command.arg("run").arg(in_repository(LAB_5)).args(["--write", written]).arg("-o").arg(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status();
    let seconds = start.elapsed().as_secs_f64();
    match status {
        Ok(status) if status.success() => Ok(seconds),
        Ok(status) => Err(Failure::Finding(format!("`tempolane run` on lab 5 ended with {status}"))),
        Err(error) => Err(Failure::Environment(format!("cannot start {}: {error}", program.display()))),
    }
}
