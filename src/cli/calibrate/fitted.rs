//! What came of fitting one scenario.
//!
//! Decides when that is a finding.

use super::arguments::Calibration;
use crate::sweep::Calibrated;
use std::path::PathBuf;

/// What came of one scenario.
pub struct Fitted<'l> {
    pub calibration: Calibration<'l>,
    pub runs: FittedRuns,
    pub calibrated: Calibrated,
    pub written: Vec<PathBuf>,
}

/// How its figures were made.
pub struct FittedRuns {
    pub is_random: bool,
    pub replications: u64,
    pub seed: u64,
    /// How far all figures may be off, as it was given.
    pub error: Option<f64>,
}

impl Fitted<'_> {
    /// Whether the data do not determine the parameters, or a run with the fitted ones
    /// came to no regular end.
    pub fn is_finding(&self) -> bool {
        !self.calibrated.is_determined() || self.calibrated.modelled.finding.is_some()
    }
}
