//! The charts of a calibration: the profile of each parameter, and what was measured
//! against what the fitted scenario says, figure by figure.

use super::fitted::Fitted;
use super::predictions::Prediction;
use super::report::values;
use crate::cli::console::printable;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::cli::pictures::write_chart;
use crate::cli::sweep::{MOST_FIGURES, shown_name};
use crate::figure::so_many;
use crate::render::{
    AgreementChart, AgreementPoint, ChartQuantity, ProfileChart, agreement_chart, profile_chart,
};
use crate::scenario::folder_name;
use crate::sweep::{FitParameter, FittedParameter, number_of};
use crate::value::{Type, Value};
use std::path::PathBuf;

/// Writes them all.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write(fitted: &Fitted<'_>, folder: &Folder) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for (parameter, one) in fitted.calibration.parameters.iter().zip(&fitted.calibrated.parameters) {
        let name = format!("profile-{}", folder_name(&parameter.name));
        written.extend(write_chart(folder, &name, profile_chart(&profile(fitted, parameter, one)))?);
    }
    let predictions = fitted.predictions();
    for figure in 0..fitted.calibration.measurements.figures.len().min(MOST_FIGURES) {
        let request = &fitted.calibration.measurements.figures[figure];
        let name = format!("measured-{}", folder_name(shown_name(request)));
        let chart = agreement(fitted, figure, &predictions);
        written.extend(write_chart(folder, &name, agreement_chart(&chart))?);
    }
    Ok(written)
}

/// What was fitted, in one line.
fn about(fitted: &Fitted<'_>) -> String {
    let figures = so_many(fitted.calibrated.figures as u64, "fitted figure");
    format!("{} · {figures}, {}", printable(&fitted.calibration.loaded.label), values(fitted))
}

fn profile(fitted: &Fitted<'_>, parameter: &FitParameter, one: &FittedParameter) -> ProfileChart {
    ProfileChart {
        about: about(fitted),
        parameter: ChartQuantity {
            name: printable(&parameter.name),
            is_time: parameter.ty == Type::Duration,
        },
        points: one.profile.clone(),
        best: number_of(one.value),
        losses: fitted.calibrated.losses,
        interval: one.interval.map(|(end, is_bound)| (number_of(end), is_bound)),
        notes: Vec::new(),
    }
}

fn agreement(fitted: &Fitted<'_>, figure: usize, predictions: &[Prediction]) -> AgreementChart {
    let request = &fitted.calibration.measurements.figures[figure];
    let quantity = |name: &str| ChartQuantity { name: name.to_owned(), is_time: request.is_time };
    let group = |name: &str, is_held_out: bool| {
        let of_group =
            predictions.iter().filter(|one| one.figure == figure && one.is_held_out == is_held_out);
        let points: Vec<AgreementPoint> = of_group.filter_map(|one| point(fitted, one)).collect();
        (name.to_owned(), points)
    };
    let mut groups = vec![group("fitted", false), group("held out", true)];
    groups.retain(|(_, points)| !points.is_empty());
    AgreementChart {
        title: format!("{}: measured, and by the fitted scenario", printable(shown_name(request))),
        about: about(fitted),
        axes: [quantity("measured"), quantity("fitted scenario")],
        groups,
        notes: vec!["Bars: what the intervals of the parameters allow.".to_owned()],
    }
}

fn point(fitted: &Fitted<'_>, prediction: &Prediction) -> Option<AgreementPoint> {
    let setting = |(name, value): (&str, Value)| printable(&format!("{name}={value}"));
    let label: Vec<String> = fitted.setting(prediction.row).map(setting).collect();
    Some(AgreementPoint {
        label: label.join(", "),
        at: (prediction.measured, prediction.modelled?),
        range: prediction.range,
    })
}
