//! `tempolane calibrate`: parameters of scenarios, fitted to measurements.

mod arguments;
mod charts;
mod explanations;
mod fitted;
mod json;
mod predictions;
mod report;

pub use arguments::CalibrateArguments;

use super::columns;
use super::console;
use super::failure::{Exit, Failure};
use super::inputs::load_variants;
use super::interrupt;
use super::options::Format;
use super::output::Folder;
use super::progress::ProgressLine;
use super::report::on_one_line;
use super::sweep::processors;
use crate::figure::counted;
use crate::ids::ParamId;
use crate::scenario::{folder_name, with_values};
use crate::sweep::{Calibrated, CalibrationModel, CalibrationRuns, NoRows, calibrate};
use crate::value::Value;
use arguments::Calibration;
use fitted::{Fitted, FittedRuns};
use std::path::PathBuf;

/// The name of the fitted scenario's file.
const FITTED: &str = "fitted.yaml";

pub fn run(arguments: &CalibrateArguments) -> Result<Exit, Failure> {
    let loaded = load_variants(&arguments.scenarios)?;
    let table = columns::read(&arguments.data, "measurements")?;
    let calibrations = arguments.read(&loaded, &table)?;
    interrupt::watch();
    let mut all = Vec::new();
    for calibration in calibrations {
        let fitted = fit(calibration, arguments)?;
        match arguments.scenarios.format {
            Format::Json => console::print(&on_one_line(&json::object(&fitted)))?,
            Format::Text => console::print(&report::text(&fitted, all.is_empty()))?,
        }
        all.push(fitted);
    }
    if let (Format::Text, true) = (arguments.scenarios.format, all.len() > 1) {
        console::print(&explanations::text(&all))?;
    }
    Ok(if all.iter().any(Fitted::is_finding) { Exit::Finding } else { Exit::Fine })
}

fn fit<'l>(calibration: Calibration<'l>, arguments: &CalibrateArguments) -> Result<Fitted<'l>, Failure> {
    let loaded = calibration.loaded;
    let mut progress = ProgressLine::new(&loaded.label);
    let mut tell = |runs: u64| {
        progress.say(|seconds| format!("{} runs, {:.0} a second", counted(runs), runs as f64 / seconds));
    };
    let runs = CalibrationRuns {
        scenario: &loaded.scenario,
        settings: &loaded.settings,
        measurements: &calibration.measurements,
        parameters: &calibration.parameters,
        error: arguments.error,
        replications: arguments.replications,
        seed: arguments.seed.unwrap_or(loaded.scenario.model.seed),
        workers: arguments.workers.unwrap_or_else(processors),
        stop: &interrupt::requested,
    };
    let mut model = CalibrationModel::new(runs, &mut tell).map_err(Failure::usage)?;
    let calibrated = calibrate(&mut model).map_err(failure)?;
    let is_random = model.is_random();
    let made = FittedRuns { is_random, replications: runs.replications, seed: runs.seed, error: runs.error };
    drop(progress);
    let folder = Folder::open(arguments.output.join(folder_name(&loaded.label)).join("calibrate"))?;
    let written = write_fitted(&calibration, &calibrated, &folder)?;
    let mut fitted = Fitted { calibration, runs: made, calibrated, written };
    if !arguments.no_charts {
        fitted.written.extend(charts::write(&fitted, &folder)?);
    }
    Ok(fitted)
}

fn failure(why: NoRows) -> Failure {
    match why {
        NoRows::Interrupted => Failure { exit: Exit::Interrupted, message: "interrupted".to_owned() },
        NoRows::Invalid(why) => Failure::usage(format!("{why}; leave such values out of the range of --fit")),
    }
}

/// Writes the scenario with the fitted values, and with those that are set.
fn write_fitted(
    calibration: &Calibration<'_>,
    calibrated: &Calibrated,
    folder: &Folder,
) -> Result<Vec<PathBuf>, Failure> {
    let (loaded, source) = (calibration.loaded, &calibration.loaded.scenario.source);
    let params = &loaded.scenario.model.params;
    let place = |name: &String| params.iter().position(|param| param.name == *name);
    let set = loaded.settings.iter().filter_map(|(name, _)| place(name));
    let set = set.map(|place| (ParamId::from_index(place), loaded.scenario.params[place]));
    let fitted = calibration.parameters.iter().zip(&calibrated.parameters);
    let fitted = fitted.map(|(parameter, fitted)| (parameter.param, fitted.value));
    let values: Vec<(ParamId, Value)> = set.chain(fitted).collect();
    let Some(text) = with_values(&source.label, &source.text, &values) else {
        console::warn(format_args!(
            "warning: {}: {FITTED} is not written, since a value in the file stands on several lines",
            console::printable(&loaded.label)
        ));
        return Ok(Vec::new());
    };
    Ok(vec![folder.write(FITTED, text.as_bytes())?])
}
