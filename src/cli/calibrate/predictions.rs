//! What the fitted scenario makes of each measured figure, and whether that agrees.
//!
//! Decides when it does: if the measured figure is as near to the model's as what the
//! intervals of the parameters allow, and what the figure itself may be off, make together:
//! the root of the sum of their squares.

use super::fitted::Fitted;
use crate::sweep::{CALIBRATION_LEVEL, ErrorScale, MeasuredFigure, two_sided};
use crate::value::Value;

/// A measured figure beside the model's.
pub struct Prediction {
    pub row: usize,
    pub figure: usize,
    pub is_held_out: bool,
    pub measured: f64,
    /// `None` if no run has it.
    pub modelled: Option<f64>,
    /// From where to where the model's may be.
    pub range: Option<(f64, f64)>,
    /// Whether both agree.
    pub agrees: bool,
}

impl Prediction {
    /// How much more the model has, as a share of what was measured.
    pub fn deviation(&self) -> Option<f64> {
        let share = (self.modelled? - self.measured) / libm::fabs(self.measured);
        share.is_finite().then_some(share)
    }
}

impl Fitted<'_> {
    /// All figures, in the order of the table.
    pub fn predictions(&self) -> Vec<Prediction> {
        let measurements = &self.calibration.measurements;
        let prediction = |(row, figure, measured): (usize, usize, MeasuredFigure)| {
            let range = self.calibrated.ranges[row][figure];
            let modelled = self.calibrated.modelled.mean(row, figure);
            let away = |end: f64| modelled.map_or(0.0, |modelled| libm::fabs(end - modelled));
            let agrees = range.is_some_and(|(low, high)| {
                let end = if modelled.is_some_and(|modelled| measured.value > modelled) { high } else { low };
                away(measured.value) <= libm::hypot(away(end), self.reach(measured))
            });
            Prediction {
                row,
                figure,
                is_held_out: measurements.rows[row].is_held_out,
                measured: measured.value,
                modelled,
                range,
                agrees,
            }
        };
        measurements.cells().map(prediction).collect()
    }

    /// How far a measured figure may be from the true one.
    fn reach(&self, measured: MeasuredFigure) -> f64 {
        let calibrated = &self.calibrated;
        let share = self.runs.error.unwrap_or(calibrated.error);
        let error = measured.error.unwrap_or_else(|| share * libm::fabs(measured.value));
        let freedom = match calibrated.scale {
            ErrorScale::Residual => calibrated.figures.saturating_sub(calibrated.parameters.len()) as u64,
            _ => u64::MAX,
        };
        two_sided(CALIBRATION_LEVEL, freedom) * error
    }

    /// The root of the mean square of the deviations of what was fitted, or what was held
    /// out; `None` if there is nothing of it.
    pub fn root_mean_square(&self, is_held_out: bool) -> Option<f64> {
        let predictions = self.predictions().into_iter().filter(|one| one.is_held_out == is_held_out);
        let deviations: Vec<f64> = predictions.filter_map(|prediction| prediction.deviation()).collect();
        let squares: f64 = deviations.iter().map(|deviation| deviation * deviation).sum();
        (!deviations.is_empty()).then(|| libm::sqrt(squares / deviations.len() as f64))
    }

    /// The setting of a row, each parameter with its value.
    pub fn setting(&self, row: usize) -> impl Iterator<Item = (&str, Value)> {
        let settings = &self.calibration.measurements.settings;
        settings.iter().map(move |axis| (axis.name.as_str(), axis.values[row]))
    }
}
