//! **Tempolane** is a discrete-event co-simulation engine. A scenario in YAML
//! describes concurrent processes and what they share; Tempolane runs it in
//! deterministic virtual time and draws what happened.
//!
//! # The house
//!
//! Data flows one way, and each module knows only those before it:
//!
//! ```text
//! text → scenario → program → kernel under a backend → trace → analysis → render → cli
//! ```
//!
//! | module | decides | and does not decide |
//! |---|---|---|
//! | [`time`], `figure`, [`ids`], [`value`], `arithmetic`, `random`, `look` | how time, names, values and random numbers are represented and printed, what may be wished of a picture: the ground floor | anything about a scenario |
//! | [`trace`] | what an event is, where events go, how a run ended | why it happened |
//! | `table` | what a CSV file that a user wrote says, and what is malformed in it | what stands in its cells |
//! | [`scenario`] | what a YAML text says, and every diagnostic with line and column | how it is run |
//! | `program` | which ops a process is made of, and where its state lies | what an op means |
//! | `kernel` | what acquire, release, put, get … mean: the one transition relation | who goes next, and how time passes |
//! | [`explore`] | which states are the same, which schedules there are, and the shortest to a finding | what a step does: the kernel says so |
//! | [`backend`] | who goes next, and how time passes | what happens then |
//! | [`analysis`] | what the events of a run add up to | how it looks |
//! | [`sweep`] | which points and replications are run, what their figures add up to, and which values fit what was measured | what a figure means, how a chart looks |
//! | [`why`] | what of a scenario is changed to see what would help, and what comes of it | what a change means, how a report looks |
//! | [`render`] | how it looks: Gantt timelines and charts, as SVG, PNG and text | what it means |
//! | [`live`] | what a page that runs a scenario again asks and gets | what the page does with it |
//! | [`builder`] | how a scenario is written in Rust, and what a failed assertion prints | what either means |
//! | `cli` | arguments, files, exit codes | everything else |
//!
//! Who may import whom, and that no two files import each other, is held by the
//! test `tests/house_rules.rs`:
//!
//! ```text
//! ground floor : nothing above it        analysis : trace, ground floor
//! trace        : ground floor            render   : trace, analysis, ground floor
//! table        : trace, ground floor
//! scenario     : table, trace, ground floor
//! program      : scenario, trace, ground floor
//! kernel       : program, trace, ground floor
//! backend      : kernel, program, scenario, table, trace, ground floor
//! explore      : kernel, program, trace, analysis, ground floor
//! sweep        : table, scenario, program, kernel, backend, trace, analysis, ground floor
//! why          : sweep and what it may import
//! live         : scenario, program, kernel, backend, trace, analysis, render, ground floor
//! builder      : everything but cli
//! cli          : everything; nobody imports cli
//! ```
//!
//! `explore` imports from `analysis` the monitors of expectations, which it
//! carries in its states, and `backend` from `table` and `scenario` how a recording is read. `analysis`
//! and `render` work from a trace alone, so a saved trace draws the same picture. `scenario` and `program` import from `trace` only the names
//! that a trace carries (kinds of resources and what there is to say of them,
//! disciplines, templates of log texts).
//!
//! # Words
//!
//! The words of the field, as they are used here. Those of the scenario language
//! are explained in `docs/language.md`.
//!
//! | word | meaning |
//! |---|---|
//! | process, instance | a sequential program of a scenario; one of several processes that share their steps |
//! | resource | what processes wait for or share: a mutex, semaphore, buffer, memory, processor, condition … |
//! | event, trace | an instantaneous record of what a process did; all of one run, in order ([`trace::Event`], [`trace::Trace`]) |
//! | calendar | the future event list, in the order (time, priority, insertion sequence) |
//! | scheduler | what decides which process goes on next, and when ([`kernel::Scheduler`]) |
//! | tie, tie sensitivity | simultaneous events whose order the scenario leaves open; whether the answer of a run depends on such orders |
//! | schedule, witness | the order in which processes take turns; the schedule that demonstrates a finding ([`explore::Schedule`], [`explore::Witness`]) |
//! | outcome | how a run ended ([`trace::Outcome`]) |
//! | span | an interval of one process in one state, with its cause ([`trace::Span`]) |
//! | state predicate | what is true of a process for a while: it runs, it is ready, it is blocked, it holds a mutex, it is between two marks ([`trace::StatePredicate`]) |
//! | milestone | what happens to a process at most once in a run: it starts, it finishes, it passes a mark for the n-th time ([`trace::Milestone`]) |
//! | claim, monitor | what an expectation says of a run; what watches whether it holds ([`trace::Claim`], [`analysis::monitor`]) |
//! | invariant | a condition over levels and slots that holds in every state ([`trace::Invariant`]) |
//! | measure, sojourn | a figure that a scenario declares; how long it takes from one mark to another ([`trace::Measured`]) |
//! | warm-up | the start of a run that measures leave out |
//! | failure window | the part of the timeline around the moment at which an expectation failed |
//! | reproduction | what it takes to see a failure again: a command, and the files that it needs |
//! | source map | which line of a scenario was written where in the Rust code ([`builder`]) |
//! | liveness | which words of a process can still be read before they are written; the others tell no states apart |
//! | lock elision | leaving out the locks of mutexes that are never found taken |
//! | design point, replication | one setting of the parameters; one run of it with its own random numbers ([`sweep`]) |
//! | common random numbers | the numbers that replication r of every point has, so that points are compared in pairs |
//! | half-width | half of a confidence interval |
//! | ranking and selection, indifference zone | choosing the best of random systems with a stated probability, and the differences that do not matter in it ([`sweep`]) |
//! | optimised op | what runs in virtual time go by instead of a plain op, or of several; the plain ops are the reference |
//! | home | of an optimised op: the place of the plain op that does what it leaves undone |
//! | calibration, loss, profile | fitting parameters to measured figures; how far the model is from them; the smallest loss by the value of one parameter ([`sweep`]) |
//! | critical path, hand-off | the chain of spans that a figure hangs on, and what one process let another go on with, where it changes from one to the other ([`analysis::CriticalPath`]) |
//! | slack, bound | how much later a span could end without a figure being later; what no order of events can beat ([`analysis::Slack`], [`analysis::LowerBound`]) |
//! | factor, level | something of a scenario that could be another, and what it is changed to ([`scenario::Factor`]) |
//! | held out | of a measured figure: predicted, and not fitted |
//! | wait queue, parker | those who wait at a primitive of real threads, in the order in which they are served; where one of them sleeps |
//! | atomic gate | the lock that keeps the steps of an atomic block together on real threads |
//! | time scale | how many times faster than real time a scenario runs on threads |
//!
//! # Features
//!
//! `cli` (default) is the program and its module, `render` (default) are charts and
//! pictures as PNG. Without them Tempolane needs 41 other crates instead of 96; timelines as SVG and
//! as text are always there.
//!
//! # What everything relies on
//!
//! - Time is whole nanoseconds; additions are checked; no floats in the clock.
//! - Events are in the total order (time, priority, insertion sequence).
//! - A release hands the permit to the first waiter: no barging.
//! - All the state of a run is plain words in one array: a clone of it goes on
//!   exactly as the original.
//! - A run ends in an [`trace::Outcome`], which is a value and not an error.
//! - A random draw is a function of (seed, replication, process, purpose, n).
//! - No map iteration, wall clock or platform maths takes part in a result.
//!   The same scenario, parameters and seed give the same bytes everywhere.
//!
//! # From a text to a figure
//!
//! ```
//! use std::ops::ControlFlow;
//! use tempolane::{backend::{compile, virtual_time}, scenario, trace::NoTrace};
//!
//! let text = "
//! version: 1
//! processes:
//!   sleeper: {do: [{repeat: 3, do: [{delay: 10s}]}]}
//! ";
//! let loaded = scenario::load_str("sleeper", text, &[]).map_err(|error| error.to_string())?;
//! let program = compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
//! let (end, _) = virtual_time::run(&program, 0, &mut NoTrace, &mut |_| ControlFlow::Continue(())).expect("not interrupted");
//! assert_eq!(end.outcome.name(), "completed");
//! assert_eq!(end.end.to_string(), "30s");
//! # Ok::<(), String>(())
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
mod arithmetic;
pub mod backend;
pub mod builder;
#[cfg(feature = "cli")]
pub mod cli;
pub mod explore;
mod figure;
pub mod ids;
mod kernel;
pub mod live;
mod look;
mod program;
mod random;
pub mod render;
pub mod scenario;
pub mod sweep;
mod table;
pub mod time;
pub mod trace;
pub mod value;
pub mod why;
