//! What a calibration says: the values, how sure they are, what they make of each figure.

use super::fitted::{Fitted, FittedRuns};
use super::predictions::Prediction;
use crate::cli::console::printable;
use crate::cli::report::{GREEN, RED, YELLOW, and_more, files, heading, quantity, section, so_many, table};
use crate::cli::sweep::shown_name;
use crate::figure::{format_share, verb};
use crate::sweep::{Calibrated, ErrorScale, FitParameter, FittedParameter, number_of};
use crate::trace::shell_word;
use crate::value::{Type, Value};
use std::fmt::Write;

/// How many figures a table shows; JSON has all.
const ROWS: usize = 40;

/// All of one scenario; the first one is not parted from one before.
pub fn text(fitted: &Fitted<'_>, is_first: bool) -> String {
    let (colour, verdict) = verdict(fitted);
    let mut text = if is_first { String::new() } else { "\n".to_owned() };
    text += &(heading(&fitted.calibration.loaded.label, colour, &verdict) + "\n");
    section(&mut text, "Parameters", &parameters(fitted));
    for note in notes(fitted) {
        let _ = writeln!(text, " {note}");
    }
    let (held_out, fits): (Vec<Prediction>, Vec<Prediction>) =
        fitted.predictions().into_iter().partition(|prediction| prediction.is_held_out);
    section(&mut text, "Fitted figures", &figures(fitted, &fits, false));
    section(&mut text, "Held out", &figures(fitted, &held_out, true));
    section(&mut text, "Findings", &finding(fitted));
    section(&mut text, "Files", &files(&fitted.written));
    text
}

/// The fitted values: `startup=1.025s, serial=0.12`.
pub fn values(fitted: &Fitted<'_>) -> String {
    let each = fitted.calibration.parameters.iter().zip(&fitted.calibrated.parameters);
    settings_of(each.map(|(parameter, fitted)| (parameter.name.as_str(), fitted.value)))
}

fn settings_of<'n>(values: impl Iterator<Item = (&'n str, Value)>) -> String {
    let each = values.map(|(name, value)| printable(&format!("{name}={value}")));
    each.collect::<Vec<_>>().join(", ")
}

/// A share of 1 in percent, of which no digits are told that are not there.
pub fn percent(share: f64) -> String {
    if libm::fabs(share) < 1e-6 { "0.0%".to_owned() } else { format_share(share) }
}

fn signed_percent(share: f64) -> String {
    let sign = if share < 0.0 || libm::fabs(share) < 1e-6 { "" } else { "+" };
    format!("{sign}{}", percent(share))
}

fn verdict(fitted: &Fitted<'_>) -> (&'static str, String) {
    let calibrated = &fitted.calibrated;
    let figures = so_many(calibrated.figures as u64, "figure");
    let fits = verb(calibrated.figures, "fit");
    let off =
        fitted.root_mean_square(false).map(|share| format!(", off by {} (root mean square)", percent(share)));
    let text = format!("{figures} {fits} best with {}{}", values(fitted), off.unwrap_or_default());
    if calibrated.modelled.finding.is_some() {
        return (RED, text);
    }
    match undetermined(fitted) {
        names if calibrated.is_determined() && names.is_empty() => (GREEN, text),
        names => (YELLOW, format!("the data do not determine {}; {text}", names.join(", "))),
    }
}

/// The names of the parameters that the data do not bound; of all, if there are fewer
/// figures than parameters.
fn undetermined<'f>(fitted: &'f Fitted<'_>) -> Vec<&'f str> {
    let calibrated = &fitted.calibrated;
    let are_few = calibrated.figures < calibrated.parameters.len();
    let each = fitted.calibration.parameters.iter().zip(&calibrated.parameters);
    each.filter(|(_, fitted)| are_few || !fitted.is_determined())
        .map(|(parameter, _)| parameter.name.as_str())
        .collect()
}

fn parameters(fitted: &Fitted<'_>) -> String {
    let each = fitted.calibration.parameters.iter().zip(&fitted.calibrated.parameters);
    let row = |(parameter, fitted): (&FitParameter, &FittedParameter)| {
        let (low, high) = parameter.range;
        let [from, to] = fitted.interval.map(|(value, is_bound)| match is_bound {
            true => told(parameter, number_of(value)),
            false => "not bounded".to_owned(),
        });
        let range = format!("{} to {}", told(parameter, low), told(parameter, high));
        vec![printable(&parameter.name), fitted.value.to_string(), from, to, range]
    };
    table(&["parameter", "fitted", "95% from", "to", "looked for in"], &[4], each.map(row))
}

/// A value of a parameter, rounded for a reader.
fn told(parameter: &FitParameter, number: f64) -> String {
    quantity(number, parameter.ty == Type::Duration)
}

fn notes(fitted: &Fitted<'_>) -> Vec<String> {
    let calibrated = &fitted.calibrated;
    let mut notes = vec![scale(calibrated, &fitted.runs)];
    if fitted.runs.is_random {
        let FittedRuns { replications, seed, .. } = fitted.runs;
        notes.push(format!(
            "figures are means of {}, seed {seed}, with the same random numbers for all values",
            so_many(replications, "replication")
        ));
    }
    if calibrated.figures < calibrated.parameters.len() {
        let parameters = calibrated.parameters.len() as u64;
        notes.push(format!(
            "{} cannot determine {}",
            so_many(calibrated.figures as u64, "figure"),
            so_many(parameters, "parameter")
        ));
    }
    let each = fitted.calibration.parameters.iter().zip(&calibrated.parameters);
    notes.extend(each.flat_map(|(parameter, one)| open_ends(fitted, parameter, one)));
    for (one, other) in &calibrated.trade_offs {
        let name = |place: usize| printable(&fitted.calibration.parameters[place].name);
        notes.push(format!(
            "{} and {} trade off: what one adds the other can take away",
            name(*one),
            name(*other)
        ));
    }
    notes
}

/// How it is known how far figures may be off.
fn scale(calibrated: &Calibrated, runs: &FittedRuns) -> String {
    let error = percent(runs.error.unwrap_or(calibrated.error));
    match (calibrated.scale, runs.error) {
        (ErrorScale::Given, Some(_)) => {
            format!("intervals hold with 95% if figures are off by {error}, as given")
        }
        (ErrorScale::Given, None) => "intervals hold with 95% if figures are off as given".to_owned(),
        (ErrorScale::Residual, _) => {
            let more = calibrated.figures - calibrated.parameters.len();
            format!(
                "intervals hold with 95%; figures are off by {error}, as {} more than parameters say",
                so_many(more as u64, "figure")
            )
        }
        (ErrorScale::Assumed, _) => format!(
            "intervals hold with 95% if figures are off by {error}; that is assumed, since there are no \
             more figures than parameters: say otherwise with --error"
        ),
    }
}

/// Where the data do not bound a parameter.
fn open_ends(fitted: &Fitted<'_>, parameter: &FitParameter, one: &FittedParameter) -> Vec<String> {
    let name = printable(&parameter.name);
    if !one.has_effect {
        return vec![format!("no measured figure depends on {name}")];
    }
    let names = || fitted.calibration.parameters.iter().map(|parameter| parameter.name.as_str());
    let end = |end: usize| {
        let with = settings_of(names().zip(one.at_ends[end].iter().copied()));
        format!("{name} is not bounded: with {with} the figures fit as well")
    };
    (0..2).filter(|end| !one.interval[*end].1).map(end).collect()
}

fn figures(fitted: &Fitted<'_>, predictions: &[Prediction], is_held_out: bool) -> String {
    if predictions.is_empty() {
        return String::new();
    }
    let measurements = &fitted.calibration.measurements;
    let mut heads: Vec<String> = measurements.settings.iter().map(|axis| printable(&axis.name)).collect();
    let settings = heads.len();
    let others: &[&str] = match is_held_out {
        true => &["figure", "measured", "predicted", "from", "to", "deviation", ""],
        false => &["figure", "measured", "model", "deviation"],
    };
    heads.extend(others.iter().map(|head| (*head).to_owned()));
    let row = |prediction: &Prediction| {
        let request = &measurements.figures[prediction.figure];
        let number =
            |number: Option<f64>| number.map_or("–".to_owned(), |number| quantity(number, request.is_time));
        let mut cells: Vec<String> =
            fitted.setting(prediction.row).map(|(_, value)| printable(&value.to_string())).collect();
        cells.push(printable(shown_name(request)));
        cells.push(number(Some(prediction.measured)));
        cells.push(number(prediction.modelled));
        if is_held_out {
            cells.push(number(prediction.range.map(|range| range.0)));
            cells.push(number(prediction.range.map(|range| range.1)));
        }
        cells.push(prediction.deviation().map_or("–".to_owned(), signed_percent));
        if is_held_out {
            cells.push(if prediction.agrees { "agrees" } else { "does not agree" }.to_owned());
        }
        cells
    };
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let texts = [settings, settings + 6];
    table(&heads, &texts, predictions.iter().take(ROWS).map(row)) + &and_more(" ", predictions.len(), ROWS)
}

/// The first run with the fitted values that came to no regular end.
fn finding(fitted: &Fitted<'_>) -> String {
    let Some((row, replication, outcome)) = fitted.calibrated.modelled.finding else { return String::new() };
    let loaded = fitted.calibration.loaded;
    let names = fitted.calibration.parameters.iter().map(|parameter| parameter.name.as_str());
    let values = names.zip(fitted.calibrated.parameters.iter().map(|fitted| fitted.value));
    let set = loaded.settings.iter().map(|(name, value)| format!("{name}={value}"));
    let all = set.chain(fitted.setting(row).chain(values).map(|(name, value)| format!("{name}={value}")));
    let settings: String = all.map(|one| format!(" --set {}", shell_word(&one))).collect();
    let random = match fitted.runs.is_random {
        true => format!(" --seed {} --replication {replication}", fitted.runs.seed),
        false => String::new(),
    };
    format!(
        " {outcome} with the fitted values: tempolane run {}{settings}{random}\n",
        shell_word(&loaded.path)
    )
}
