//! Several scenarios that were fitted to the same measurements: explanations of them.
//!
//! Decides which of them are left: those that agree with all figures that were held out.

use super::fitted::Fitted;
use super::report::{percent, values};
use crate::cli::console::printable;
use crate::cli::report::{section, table};
use std::fmt::Write;

/// Which explanations are left, after each was told of.
pub fn text(all: &[Fitted<'_>]) -> String {
    let mut text = String::new();
    let row = |fitted: &Fitted<'_>| {
        let share = |is_held_out| fitted.root_mean_square(is_held_out).map_or("–".to_owned(), percent);
        let standing = match (has_held_out(fitted), agrees(fitted)) {
            (false, _) => "",
            (true, true) => "agrees",
            (true, false) => "does not agree",
        };
        let label = printable(&fitted.calibration.loaded.label);
        vec![label, values(fitted), share(false), share(true), standing.to_owned()]
    };
    let heads = ["explanation", "fitted", "fit off by", "held out off by", ""];
    section(&mut text, "Explanations", &table(&heads, &[1, 4], all.iter().map(row)));
    let _ = writeln!(text, " {}", conclusion(all));
    text
}

fn has_held_out(fitted: &Fitted<'_>) -> bool {
    fitted.predictions().iter().any(|prediction| prediction.is_held_out)
}

fn agrees(fitted: &Fitted<'_>) -> bool {
    fitted.predictions().iter().all(|prediction| !prediction.is_held_out || prediction.agrees)
}

fn conclusion(all: &[Fitted<'_>]) -> String {
    let held_out = all
        .first()
        .map_or(0, |fitted| fitted.predictions().iter().filter(|prediction| prediction.is_held_out).count());
    let left: Vec<String> = all
        .iter()
        .filter(|fitted| agrees(fitted))
        .map(|fitted| printable(&fitted.calibration.loaded.label))
        .collect();
    let figures =
        if held_out == 1 { "the figure that was held out" } else { "the figures that were held out" };
    match (held_out, left.as_slice()) {
        (0, _) => {
            "nothing was held out, so nothing chooses between the explanations but their fit".to_owned()
        }
        (1, []) => format!("{figures} speaks against all of them"),
        (_, []) => format!("{figures} speak against all of them"),
        (_, [one]) => format!("of {} explanations only {one} agrees with {figures}", all.len()),
        (_, several) => format!(
            "{} of {} explanations agree with {figures}, which cannot choose between them: {}",
            several.len(),
            all.len(),
            several.join(", ")
        ),
    }
}
