//! What a fit of distributions says: which one is the best, how far the values are from
//! each, and what to write in a scenario.
//!
//! Decides that a best distribution is no answer if values of it are hardly ever as far
//! from it as these are.

use super::arguments::MeasuredValues;
use crate::analysis::{DistributionFit, GoodnessOfFit, NotFitted};
use crate::cli::console::printable;
use crate::cli::report::{GREEN, YELLOW, counted, files, heading, quantity, section, so_many, table};
use crate::figure::{format_figure, trimmed};
use crate::value::Value;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;
use std::path::PathBuf;

/// A distribution is refuted if distances as large are less probable than that.
const REFUTED: f64 = 0.05;
/// Digits of parameters.
const DIGITS: i32 = 5;

/// All that was fitted, the best first.
pub struct Fits<'f> {
    pub measured: &'f MeasuredValues,
    pub fits: Vec<DistributionFit>,
    pub left_out: Vec<(&'static str, NotFitted)>,
    pub seed: u64,
    pub written: Vec<PathBuf>,
}

impl Fits<'_> {
    /// Whether no distribution can be had, or the best is refuted.
    pub fn is_finding(&self) -> bool {
        self.fits.first().is_none_or(is_refuted)
    }

    pub fn text(&self) -> String {
        let (colour, verdict) = self.verdict();
        let mut text = heading(&self.measured.name, colour, &verdict) + "\n";
        section(&mut text, "Values", &self.values());
        section(&mut text, "Distributions", &self.distributions());
        for note in self.notes() {
            let _ = writeln!(text, " {note}");
        }
        let written = self.fits.first().map(|best| format!(" {}\n", snippet(best, self.measured.is_time)));
        section(&mut text, "In a scenario", &written.unwrap_or_default());
        section(&mut text, "Files", &files(&self.written));
        text
    }

    /// The parameters of the best one, in words.
    pub fn best_parameters(&self, best: &DistributionFit) -> String {
        format!("{} with {}", best.name(), parameters(best, self.measured.is_time, "="))
    }

    fn verdict(&self) -> (&'static str, String) {
        let values = so_many(self.measured.sample.values().len() as u64, "value");
        match self.fits.first() {
            None => (YELLOW, format!("no distribution fits {values}")),
            Some(best) if is_refuted(best) => (
                YELLOW,
                format!(
                    "no distribution fits {values}; {} is nearest, and they are hardly from it",
                    best.name()
                ),
            ),
            Some(best) => (GREEN, format!("{} fits {values} best", best.name())),
        }
    }

    fn values(&self) -> String {
        let sample = &self.measured.sample;
        let told = |number: f64| quantity(number, self.measured.is_time);
        let values = sample.values();
        let row = vec![
            counted(values.len()),
            told(sample.mean()),
            told(sample.deviation()),
            told(values[0]),
            told(values[(values.len() - 1) / 2]),
            told(values[values.len() - 1]),
        ];
        table(&["count", "mean", "deviation", "smallest", "median", "largest"], &[], std::iter::once(row))
    }

    fn distributions(&self) -> String {
        let Some(best) = self.fits.first() else { return String::new() };
        let row = |fit: &DistributionFit| {
            let more = fit.akaike() - best.akaike();
            let number = |number: f64, decimals| format_figure(number, decimals);
            let squares = fit.anderson_darling;
            vec![
                fit.name().to_owned(),
                parameters(fit, self.measured.is_time, "="),
                if more == 0.0 { "best".to_owned() } else { format!("+{}", number(more, 1)) },
                number(fit.kolmogorov_smirnov.statistic, 3),
                probability(Some(fit.kolmogorov_smirnov)),
                squares.map_or("–".to_owned(), |test| number(test.statistic, 2)),
                probability(squares),
            ]
        };
        table(&["distribution", "parameters", "AIC", "KS", "p", "AD", "p"], &[1], self.fits.iter().map(row))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(best) = self.fits.first() {
            notes.push("AIC: how much Akaike's information criterion is above the best one".to_owned());
            notes.push(format!(
                "KS, AD: distances of Kolmogorov and Smirnov, and of Anderson and Darling; p: the share of {} \
                 that are as far away, drawn from the fitted distribution and fitted again (seed {})",
                so_many(best.samples, "sample"),
                self.seed
            ));
        }
        let empty = self.measured.empty as u64;
        if empty > 0 {
            notes.push(format!("{} left out", so_many(empty, "empty cell")));
        }
        notes.extend(
            self.left_out.iter().map(|(name, why)| format!("{name} is left out: {}", self.why(*why))),
        );
        notes
    }

    fn why(&self, why: NotFitted) -> String {
        match why {
            NotFitted::Outside(1) => "it cannot have 1 of the values, which is not above 0".to_owned(),
            NotFitted::Outside(count) => {
                format!("it cannot have {} of the values, which are not above 0", counted(count))
            }
            NotFitted::NoLikeliest | NotFitted::Stopped => "none of it is the most likely one".to_owned(),
        }
    }

    pub fn object(&self) -> Json {
        let sample = &self.measured.sample;
        let values = sample.values();
        let best = self.fits.first().map(DistributionFit::akaike);
        let fits: Vec<Json> = self.fits.iter().map(|fit| of_fit(fit, self.measured.is_time, best)).collect();
        let left_out: Map<String, Json> =
            self.left_out.iter().map(|(name, why)| ((*name).to_owned(), self.why(*why).into())).collect();
        json!({
            "column": self.measured.name,
            "unit": if self.measured.is_time { "ns" } else { "" },
            "values": values.len(),
            "empty": self.measured.empty,
            "mean": sample.mean(),
            "deviation": sample.deviation(),
            "smallest": values[0],
            "largest": values[values.len() - 1],
            "seed": self.seed,
            "refuted": self.is_finding(),
            "distributions": fits,
            "left_out": left_out,
        })
    }
}

/// Whether values of the distribution are hardly ever as far from it.
fn is_refuted(fit: &DistributionFit) -> bool {
    fit.anderson_darling.unwrap_or(fit.kolmogorov_smirnov).p < REFUTED
}

fn probability(test: Option<GoodnessOfFit>) -> String {
    test.map_or("–".to_owned(), |test| format_figure(test.p, 3))
}

/// With as many digits as anybody needs.
fn rounded(number: f64) -> f64 {
    if number == 0.0 {
        return 0.0;
    }
    let places = DIGITS - 1 - libm::floor(libm::log10(libm::fabs(number))) as i32;
    let scale = libm::exp10(f64::from(places.abs()));
    match places {
        _ if !scale.is_finite() => number,
        places if places >= 0 => libm::round(number * scale) / scale,
        _ => libm::round(number / scale) * scale,
    }
}

/// A parameter, as it is written in a scenario.
fn argument(number: f64, is_measure: bool, is_time: bool, name: &str) -> String {
    match (is_measure && is_time, name) {
        (true, _) => Value::Duration(libm::round(rounded(number)) as i64).to_string(),
        (false, "shape") if number == libm::floor(number) => trimmed(&format!("{number:.1}")).to_owned(),
        (false, _) => Value::Float(rounded(number)).to_string(),
    }
}

fn parameters(fit: &DistributionFit, is_time: bool, between: &str) -> String {
    let each = fit.parameters().map(|(name, number, is_measure)| {
        printable(&format!("{name}{between}{}", argument(number, is_measure, is_time, name)))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What to write in a scenario.
fn snippet(fit: &DistributionFit, is_time: bool) -> String {
    format!("{{{}: {{{}}}}}", fit.name(), parameters(fit, is_time, ": "))
}

fn of_fit(fit: &DistributionFit, is_time: bool, best: Option<f64>) -> Json {
    let parameters: Map<String, Json> =
        fit.parameters().map(|(name, number, _)| (name.to_owned(), number.into())).collect();
    let test = |test: GoodnessOfFit| json!({"statistic": test.statistic, "p": test.p});
    json!({
        "distribution": fit.name(),
        "parameters": parameters,
        "yaml": snippet(fit, is_time),
        "log_likelihood": fit.log_likelihood,
        "aic": fit.akaike(),
        "aic_difference": best.map(|best| fit.akaike() - best),
        "kolmogorov_smirnov": test(fit.kolmogorov_smirnov),
        "anderson_darling": fit.anderson_darling.map(test),
        "samples": fit.samples,
        "refuted": is_refuted(fit),
    })
}
