//! The Q–Q plot of a fitted distribution: its quantiles against the measured values.

use super::report::Fits;
use crate::analysis::DistributionFit;
use crate::cli::console::printable;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::cli::pictures::write_chart;
use crate::figure::so_many;
use crate::render::{AgreementChart, AgreementPoint, ChartQuantity, agreement_chart};
use std::path::PathBuf;

/// Of more values so many are drawn, evenly spread.
const MOST_VALUES: usize = 500;

/// Writes the plot of the best one.
///
/// # Errors
/// If it cannot be drawn or written.
pub fn write(fits: &Fits<'_>, best: &DistributionFit, folder: &Folder) -> Result<[PathBuf; 2], Failure> {
    let name = format!("quantiles-{}", best.name());
    write_chart(folder, &name, agreement_chart(&quantiles(fits, best)))
}

fn quantiles(fits: &Fits<'_>, best: &DistributionFit) -> AgreementChart {
    let values = fits.measured.sample.values();
    let shown = values.len().min(MOST_VALUES);
    let point = |nth: usize| {
        let place = nth * (values.len() - 1) / (shown - 1);
        let share = (place as f64 + 0.5) / values.len() as f64;
        let label = format!("{:.1}% are below", share * 100.0);
        AgreementPoint { label, at: (best.quantile(share), values[place]), range: None }
    };
    let quantity = |name: &str| ChartQuantity { name: name.to_owned(), is_time: fits.measured.is_time };
    let left_out =
        || format!("{shown} of {} are drawn, evenly spread.", so_many(values.len() as u64, "value"));
    AgreementChart {
        title: format!("Quantiles of {}", printable(&fits.measured.name)),
        about: format!("{} · {}", so_many(values.len() as u64, "value"), fits.best_parameters(best)),
        axes: [quantity(best.name()), quantity("measured")],
        groups: vec![("values".to_owned(), (0..shown).map(point).collect())],
        notes: (shown < values.len()).then(left_out).into_iter().collect(),
    }
}
