//! Many runs of one scenario: design points, replications, and what they come to.
//!
//! A [`Design`] says which values the parameters take, a [`Plan`] how often each point
//! is run and which figures are collected. [`Execution`] runs a plan on all cores and
//! hands its runs on in the order of the plan, so that nothing depends on the number
//! of threads; [`Summaries`] adds them up, point after point.
//!
//! Replication r of every point has the same random numbers: the streams of a process
//! depend on the seed and the replication, and on nothing that a parameter changes.
//! So differences between points are those of pairs (common random numbers).
//!
//! [`Trials`] runs points as a [`Question`] about them needs: [`optimum`] finds the best,
//! and [`threshold`] the first for which conditions hold, over expressions that
//! [`Figures`] reads.
//!
//! [`calibrate`] fits parameters to [`Measurements`] of a real system.
//!
//! ```
//! use tempolane::{scenario, sweep::{Axis, Design, Execution, Plan, Summaries}};
//!
//! let text = "
//! version: 1
//! params: {workers: 1}
//! resources: {desk: {kind: semaphore, permits: workers}}
//! processes:
//!   customer: {count: 4, do: [{with: desk, do: [{delay: 1s}]}]}
//! ";
//! let loaded = scenario::load_str("desk", text, &[]).map_err(|error| error.to_string())?;
//! let axis = Axis::read(&loaded.model, "workers=1..4")?;
//! let design = Design::new(&loaded.model, &[])?.vary(vec![axis])?;
//! let plan = Plan::new(&loaded, design, &["total_time"])?;
//! let mut summaries = Summaries::new(&plan, None);
//! let mut totals = Vec::new();
//! Execution::new(&plan, 2).run(&|| false, &mut |job| {
//!     totals.extend(summaries.add(job).map(|point| point.estimates[0].mean()));
//!     std::ops::ControlFlow::Continue(())
//! })?;
//! totals.extend(summaries.finish().map(|point| point.estimates[0].mean()));
//! assert_eq!(totals, [4e9, 2e9, 2e9, 1e9]);
//! # Ok::<(), String>(())
//! ```

mod axis;
mod calibration;
mod columns;
mod command;
mod design;
mod estimate;
mod execute;
mod objective;
mod optimum;
mod pattern;
mod plan;
mod row;
mod runner;
mod selection;
mod shard;
mod student;
mod summary;
mod threshold;
mod trials;

pub use crate::table::DataColumn;
pub use axis::{Axis, MOST_VALUES, cell_place, constant};
pub use calibration::{
    ASSUMED_ERROR, CALIBRATION_LEVEL, Calibrated, CalibrationModel, CalibrationRuns, ErrorScale,
    FitParameter, FittedParameter, MOST_FITTED, MeasuredFigure, MeasuredRow, Measurements, Modelled,
    calibrate, number_of,
};
pub use columns::Columns;
pub use command::RunCommand;
pub use design::{Design, DesignPoint, MOST_POINTS};
pub use estimate::Estimate;
pub use execute::{Ended, Execution};
pub use objective::{Figures, Objective, RunCondition};
pub use optimum::{Optimum, optimum};
pub use plan::{Batch, KnownRuns, Plan, Precision, figure_request};
pub use row::{RunRow, key as key_of_run};
pub use runner::{NoRows, Runner, StopCheck};
pub use selection::{FIRST_STAGE, Indifference, Selection, SelectionRules};
pub use student::two_sided;
pub use summary::{BaseNumbers, PointSummary, Summaries, numbers};
pub use threshold::{Threshold, threshold};
pub use trials::{Question, Trial, TrialVerdict, Trials};
