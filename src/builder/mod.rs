//! Scenarios made in code, for `#[test]` functions of Rust developers.
//!
//! The same scenarios as in files, with the same checks and the same runs: a
//! [`Scenario`] is filled with parameters, resources and processes, and
//! run in virtual time; a [`Run`] is asked whether it was as it should be.
//! Values may be expressions, and mean what `docs/language.md` says.
//!
//! Decides how a scenario is written in Rust, what code a step may call, and
//! what a failed assertion prints. Everything else is decided where it is for
//! files.
//!
//! # The pipeline of the lab
//!
//! A loader fills two queues, a trainer takes three items at a time out of
//! one, an inferer one at a time out of the other:
//!
//! ```
//! use tempolane::builder::Scenario;
//!
//! let mut lab = Scenario::new("pipeline");
//! lab.param("items", 15).param("chunk", 3);
//! lab.buffer("to_trainer", 15).buffer("to_inferer", 15);
//! lab.process("loader", |p| {
//!     p.repeat("items", |p| {
//!         p.delay("1s").put(["to_trainer", "to_inferer"]).mark("added");
//!     });
//! });
//! lab.process("trainer", |p| {
//!     p.repeat("items / chunk", |p| {
//!         p.get_many("to_trainer", "chunk").mark("read").delay("5s");
//!     });
//! });
//! lab.process("inferer", |p| {
//!     p.repeat("items", |p| {
//!         p.get("to_inferer").delay("2s");
//!     });
//! });
//!
//! let run = lab.run();
//! run.assert_completed()
//!     .assert_total_time_within("28s", "32s")
//!     .assert_finished("loader", "15s")
//!     .assert_before("loader.added[3]", "trainer.read[1]")
//!     .assert_level_within("to_inferer", 0, 15);
//! ```
//!
//! # Code
//!
//! What the language does not say, a step may do in Rust: it changes a state
//! that all processes share, and the variables of its own process. A call is
//! one step and takes no time. The state is a plain value, so that a run can be
//! repeated and its states told apart.
//!
//! ```
//! use tempolane::builder::Scenario;
//!
//! let mut stock = Scenario::with_state("stock", Vec::<i64>::new());
//! stock.mutex("door");
//! stock.process("clerk", |p| {
//!     p.count(3).var("bill", "10 * index").start("index * 1s");
//!     p.with("door", |p| {
//!         p.call(|bills, ctx| {
//!             let bill = ctx.int("bill");
//!             bills.push(bill);
//!             if bill > 1_000 {
//!                 ctx.fail("nobody pays that");
//!             }
//!             ctx.set("bill", bill + 1);
//!         });
//!         p.delay("2s").mark_value("billed", "bill");
//!     });
//! });
//!
//! let run = stock.run();
//! run.assert_completed().assert_total_time("6s").assert("values: {'clerk[2].billed': [21]}");
//! assert_eq!(run.state, [0, 10, 20]);
//! ```
//!
//! # Scenarios that are files
//!
//! [`Scenario::from_file`] reads a scenario in YAML, and [`Scenario::from_yaml`] one whose text is at
//! hand; all that is said here of runs and schedules holds for them too, and
//! [`Run::assert_expectations`] and [`Scenario::assert_expectations_in_every_schedule`] check what
//! such a text expects itself. Problems have its lines and columns.
//!
//! ```
//! use tempolane::builder::Scenario;
//!
//! let mut lab = Scenario::from_file("scenarios/lab5/two-memories.yaml")?;
//! lab.run().assert_expectations().assert_finished("loader", "15s");
//! lab.set("train_time", "1s").run().assert_completed();
//! # Ok::<(), tempolane::builder::Problems>(())
//! ```
//!
//! # Every schedule
//!
//! One run shows one order. A scenario can be held to what is expected in all
//! of them:
//!
//! ```
//! use tempolane::builder::{Mode, Scenario};
//!
//! let mut counter = Scenario::new("counter");
//! counter.memory("total", 1).mutex("lock");
//! counter.process("adder", |p| {
//!     p.count(3).var("seen", 0).with("lock", |p| {
//!         p.read("total", 0, "seen").write("total", 0, "seen + 1");
//!     });
//! });
//! counter.assert_every_schedule(Mode::Untimed, "memories: {total: [3]}");
//! ```
//!
//! The state that code works on is a part of what is told apart, and can be
//! looked at wherever a run ends. Without a lock, the last to write wins:
//!
//! ```
//! use tempolane::builder::{Mode, Scenario};
//!
//! let mut careless = Scenario::with_state("careless", 0);
//! careless.process("adder", |p| {
//!     p.count(2).var("seen", 0);
//!     p.call(|total, ctx| ctx.set("seen", *total));
//!     p.call(|total, ctx| *total = ctx.int("seen") + 1);
//! });
//!
//! let every = careless.assert_every_schedule(Mode::Untimed, "outcome: completed");
//! assert_eq!(every.schedules, Some(6));
//! let lost = every.finals.iter().find(|end| end.state == 1).expect("an update can get lost");
//! assert_eq!(lost.schedules, Some(4));
//! let failure = careless.check_every_end(Mode::Untimed, "", |&total| total == 2).unwrap_err();
//! assert!(failure.starts_with("careless: the state is 1 at the end in a schedule (untimed)"));
//! ```
//!
//! A schedule that never ends is a failure as well, unless [`Explore::may_never_end`] says
//! that there may be some; [`Explore`] also says how much may be spent. That something
//! *can* go wrong is what [`Scenario::assert_some_schedule`] asserts.
//!
//! # When an assertion fails
//!
//! The panic shows the timeline, where it went wrong and how to see it again:
//! an assertion of a scenario without code leaves the scenario, with what was
//! expected, as a file, and beside it the schedule if it was one of all, which
//! [`Scenario::follow`] takes; its message ends with the command that takes them:
//!
//! ```text
//! to see it again: run this test; it comes to the same every time (seed 0)
//! or where the program is installed `tempolane run target/tmp/tempolane/locks-1f2e3d4c.yaml --schedule target/tmp/tempolane/locks-1f2e3d4c.schedule` (version 0.1.0)
//! ```
//!
//! They are in the folder that `TEMPOLANE_FAILURES` names, or in
//! `tmp/tempolane` of Cargo's target folder; if that variable is empty, or
//! there is no such folder, the message has both texts in it, as the message of
//! `check` and `check_every_schedule` always has.
//!
//! # What is wrong, and where
//!
//! ```
//! use tempolane::builder::Scenario;
//!
//! let mut wrong = Scenario::new("wrong");
//! wrong.process("loader", |p| {
//!     p.var("i", 0).delay("1s").set("i", "j + 1");
//! });
//! let problems = wrong.check().expect_err("there is no j");
//! assert!(problems.items[0].place().starts_with("step 2 of process 'loader' ("));
//! assert_eq!(problems.items[0].message, "unknown parameter or variable 'j'");
//! ```

mod choices;
mod code;
mod expect;
mod explore;
mod figures;
mod followed;
mod found;
mod from_yaml;
mod job;
mod problem;
mod records;
mod reproduction;
mod resource;
mod run;
mod rwlocks;
mod scenario;
mod schedules;
mod source_map;
mod state;
mod steps;
mod term;
mod written;

pub use crate::explore::{Mode, Reduce};
pub use crate::scenario::{AfterInterrupt, Discipline};
pub use crate::time::Time;
pub use crate::value::{Type, Value};
pub use code::Ctx;
pub use explore::Explore;
pub use found::{Final, Schedules};
pub use job::Job;
pub use problem::{Problem, Problems};
pub use resource::Resource;
pub use run::{Predicate, Run};
pub use scenario::{Process, Scenario};
pub use state::CodeState;
pub use steps::Steps;
pub use term::{Distribution, IntoNames, Term};
