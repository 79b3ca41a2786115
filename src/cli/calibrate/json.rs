//! A calibration for programs: one object a scenario. Times are nanoseconds.

use super::fitted::Fitted;
use super::predictions::Prediction;
use crate::sweep::{ErrorScale, FitParameter, FittedParameter};
use serde_json::{Map, Value as Json, json};

/// All that there is to say of one scenario.
pub fn object(fitted: &Fitted<'_>) -> Json {
    let calibrated = &fitted.calibrated;
    let each = fitted.calibration.parameters.iter().zip(&calibrated.parameters);
    let parameters: Map<String, Json> =
        each.map(|(parameter, one)| (parameter.name.clone(), of_parameter(parameter, one))).collect();
    let figures: Vec<Json> = fitted.predictions().iter().map(|one| of_figure(fitted, one)).collect();
    let settings = fitted.calibration.loaded.settings.iter();
    let settings: Map<String, Json> =
        settings.map(|(name, text)| (name.clone(), Json::from(text.as_str()))).collect();
    let name = |place: &usize| fitted.calibration.parameters[*place].name.as_str();
    let trade_offs: Vec<[&str; 2]> =
        calibrated.trade_offs.iter().map(|(one, other)| [name(one), name(other)]).collect();
    let finding = calibrated.modelled.finding.map(|(row, replication, outcome)| {
        json!({"settings": setting(fitted, row), "replication": replication, "outcome": outcome})
    });
    json!({
        "scenario": fitted.calibration.loaded.label,
        "settings": settings,
        "seed": fitted.runs.seed,
        "replications": if fitted.runs.is_random { fitted.runs.replications } else { 1 },
        "runs": calibrated.runs,
        "determined": calibrated.is_determined(),
        "parameters": parameters,
        "figures": figures,
        "fitted_figures": calibrated.figures,
        "error": {"from": scale(calibrated.scale), "share": share(fitted)},
        "loss": calibrated.losses.0,
        "loss_of_interval": calibrated.losses.1,
        "root_mean_square": fitted.root_mean_square(false),
        "held_out_root_mean_square": fitted.root_mean_square(true),
        "trade_offs": trade_offs,
        "finding": finding,
    })
}

fn scale(scale: ErrorScale) -> &'static str {
    match scale {
        ErrorScale::Given => "given",
        ErrorScale::Residual => "residuals",
        ErrorScale::Assumed => "assumed",
    }
}

/// How far all figures may be off, as a share; none where each has its own.
fn share(fitted: &Fitted<'_>) -> Option<f64> {
    let is_given = fitted.calibrated.scale == ErrorScale::Given;
    fitted.runs.error.or((!is_given).then_some(fitted.calibrated.error))
}

fn setting(fitted: &Fitted<'_>, row: usize) -> Map<String, Json> {
    fitted.setting(row).map(|(name, value)| (name.to_owned(), value.to_json())).collect()
}

fn of_parameter(parameter: &FitParameter, one: &FittedParameter) -> Json {
    let end = |end: usize| {
        Some(one.interval[end]).filter(|(_, is_bound)| *is_bound).map(|(value, _)| value.to_json())
    };
    json!({
        "value": one.value.to_json(),
        "low": end(0),
        "high": end(1),
        "range": [parameter.value_of(parameter.range.0).to_json(), parameter.value_of(parameter.range.1).to_json()],
        "determined": one.is_determined(),
        "has_effect": one.has_effect,
        "profile": one.profile,
    })
}

fn of_figure(fitted: &Fitted<'_>, one: &Prediction) -> Json {
    json!({
        "settings": setting(fitted, one.row),
        "figure": fitted.calibration.measurements.figures[one.figure].name,
        "measured": one.measured,
        "modelled": one.modelled,
        "low": one.range.map(|range| range.0),
        "high": one.range.map(|range| range.1),
        "deviation": one.deviation(),
        "held_out": one.is_held_out,
        "agrees": one.agrees,
    })
}
