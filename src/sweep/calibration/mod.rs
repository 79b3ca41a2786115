//! Parameters of a scenario, fitted to what was measured of the real system.
//!
//! [`Measurements`] are figures of several settings, [`FitParameter`]s have the ranges in
//! which values are looked for, a [`CalibrationModel`] runs the scenario with some of them, and
//! [`calibrate`] finds those that fit best, with how far each may be off.

mod calibrated;
mod data;
mod minimum;
mod model;
mod parameter;
mod profile;

pub use calibrated::{ASSUMED_ERROR, CALIBRATION_LEVEL, Calibrated, ErrorScale, FittedParameter, calibrate};
pub use data::{MeasuredFigure, MeasuredRow, Measurements};
pub use minimum::MOST_FITTED;
pub use model::{CalibrationModel, CalibrationRuns, Modelled};
pub use parameter::{FitParameter, number_of};
