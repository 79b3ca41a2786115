//! What a search for the first value that will do says: the value, and all that was
//! tried.

use super::arguments::SearchArguments;
use super::told::Told;
use crate::cli::console::{self, printable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::Format;
use crate::cli::report::{GREEN, RED, YELLOW, counted, heading, interval, on_one_line, section, table};
use crate::cli::sweep::told_cut;
use crate::sweep::{Threshold, Trial, TrialVerdict, Trials};
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;

/// Says what was found.
///
/// # Errors
/// If it cannot be written.
pub fn tell(
    told: &Told<'_>,
    trials: &Trials<'_>,
    found: &Threshold,
    arguments: &SearchArguments,
) -> Result<Exit, Failure> {
    match arguments.format {
        Format::Json => console::print(&on_one_line(&object(told, trials, found, arguments)))?,
        Format::Text => console::print(&text(told, trials, found, arguments))?,
    }
    Ok(if found.first.is_some() { Exit::Fine } else { Exit::Finding })
}

fn text(told: &Told<'_>, trials: &Trials<'_>, found: &Threshold, arguments: &SearchArguments) -> String {
    let answer = found.first.and_then(|place| trials.get(place));
    let (colour, verdict) = verdict(told, answer, found, arguments);
    let mut text = heading(&told.loaded.label, colour, &verdict) + "\n";
    section(&mut text, "Tried", &tried(told, trials, found, arguments));
    for note in notes(told, trials, found, arguments) {
        let _ = writeln!(text, " {note}");
    }
    if let Some(answer) = answer {
        let _ = writeln!(text, " to see it: {}", told.command(answer));
    }
    text
}

fn condition(arguments: &SearchArguments) -> String {
    printable(arguments.such_that.as_deref().unwrap_or_default())
}

fn verdict(
    told: &Told<'_>,
    answer: Option<&Trial>,
    found: &Threshold,
    arguments: &SearchArguments,
) -> (&'static str, String) {
    let which = if arguments.largest { "largest" } else { "smallest" };
    let condition = condition(arguments);
    match (answer, found.broken()) {
        (Some(answer), None) if found.open_before().next().is_some() => {
            let further = if arguments.largest { "larger" } else { "smaller" };
            let told = format!(
                "{} is the {which} that is known to do: {condition}; of {further} ones that were tried it cannot be told",
                told.settings(answer)
            );
            (YELLOW, told)
        }
        (Some(answer), None) => {
            (GREEN, format!("{} is the {which} for which {condition}", told.settings(answer)))
        }
        (Some(answer), Some(_)) => {
            (YELLOW, format!("{} is the {which} that was tried for which {condition}", told.settings(answer)))
        }
        (None, _) => (RED, format!("none of the values that were tried is one for which {condition}")),
    }
}

fn word(verdict: TrialVerdict) -> &'static str {
    match verdict {
        TrialVerdict::Holds => "holds",
        TrialVerdict::Fails => "does not",
        TrialVerdict::Open => "cannot be told",
    }
}

/// The trials in the order of the values, whatever the direction of the search.
fn in_order<'t>(
    trials: &'t Trials<'_>,
    found: &Threshold,
    arguments: &SearchArguments,
) -> Vec<(&'t Trial, TrialVerdict)> {
    let each = found.tried.iter().filter_map(|(place, verdict)| Some((trials.get(*place)?, *verdict)));
    let mut all: Vec<(&Trial, TrialVerdict)> = each.collect();
    if arguments.largest {
        all.reverse();
    }
    all
}

fn tried(told: &Told<'_>, trials: &Trials<'_>, found: &Threshold, arguments: &SearchArguments) -> String {
    let mut heads: Vec<&str> = told.plan.design().names().collect();
    heads.extend(["condition", "outcome"]);
    if trials.is_random() {
        heads.push("runs");
    }
    heads.extend(told.plan.requests().iter().map(|one| one.name.strip_suffix("_ns").unwrap_or(&one.name)));
    let level = told.search.rules.confidence;
    let row = |(trial, verdict): (&Trial, TrialVerdict)| {
        let mut cells: Vec<String> =
            trial.point.varied.iter().map(|value| printable(&value.to_string())).collect();
        cells.push(word(verdict).to_owned());
        cells.push(trial.finding.map_or("regular", |(_, outcome)| outcome).to_owned());
        if trials.is_random() {
            cells.push(counted(trial.runs));
        }
        cells.extend(told.plan.requests().iter().zip(&trial.figures).map(|(request, estimate)| {
            if estimate.count() == 0 {
                return "–".to_owned();
            }
            interval(estimate.mean(), estimate.half_width(level), request.is_time)
        }));
        cells
    };
    table(&heads, &[1, 2], in_order(trials, found, arguments).into_iter().map(row))
}

fn notes(
    told: &Told<'_>,
    trials: &Trials<'_>,
    found: &Threshold,
    arguments: &SearchArguments,
) -> Vec<String> {
    let mut notes: Vec<String> =
        told_cut(told.plan, trials.all().map(|trial| trial.cut).sum()).into_iter().collect();
    let name = |place: u64| trials.get(place).map(|trial| told.settings(trial)).unwrap_or_default();
    if let Some((holds, fails)) = found.broken() {
        notes.push(format!(
            "not monotone: it holds at {}, and not at {}; there may be others between those that were tried",
            name(holds),
            name(fails)
        ));
    } else if found.first.is_some() && (found.tried.len() as u64) < told.plan.points() {
        notes.push(format!(
            "bisection: {} of {} values were tried, and none speaks against a condition that holds from one value on",
            found.tried.len(),
            counted(told.plan.points())
        ));
    }
    let open = found.tried.iter().filter(|(_, verdict)| **verdict == TrialVerdict::Open);
    let open: Vec<String> = open.map(|(place, _)| name(*place)).collect();
    if !open.is_empty() {
        notes.push(format!(
            "cannot be told with {} replications: {}; --replications allows more",
            counted(arguments.replications),
            open.join("; ")
        ));
    }
    if trials.is_random() {
        let percent = told.search.rules.confidence * 100.0;
        notes.push(format!(
            "a comparison of numbers is one of means over replications, told apart with {percent}%; \
             anything else must hold in each; seed {}",
            told.plan.seed()
        ));
    }
    notes
}

fn object(told: &Told<'_>, trials: &Trials<'_>, found: &Threshold, arguments: &SearchArguments) -> Json {
    let level = told.search.rules.confidence;
    let finite = |number: f64| number.is_finite().then_some(number);
    let one = |(trial, verdict): (&Trial, TrialVerdict)| {
        let figures = told.plan.requests().iter().zip(&trial.figures).map(|(request, estimate)| {
            let figure = json!({
                "mean": finite(estimate.mean()),
                "half_width": estimate.half_width(level).and_then(finite),
            });
            (request.name.clone(), figure)
        });
        json!({
            "point": told.point(trial),
            "verdict": match verdict { TrialVerdict::Holds => "holds", TrialVerdict::Fails => "fails", TrialVerdict::Open => "open" },
            "runs": trial.runs,
            "finding": trial.finding.map(|(_, outcome)| outcome),
            "figures": figures.collect::<Map<_, _>>(),
        })
    };
    let answer = found.first.and_then(|place| trials.get(place));
    let point = |place: u64| trials.get(place).map(|trial| told.point(trial));
    json!({
        "scenario": told.loaded.label,
        "seed": told.plan.seed(),
        "find": arguments.find,
        "such_that": arguments.such_that,
        "largest": arguments.largest,
        "answer": answer.map(|trial| trial.point.varied[0].to_json()),
        "command": answer.map(|trial| told.command(trial)),
        "undecided": found.open_before().filter_map(point).collect::<Vec<_>>(),
        "monotone": found.broken().is_none(),
        "not_monotone": found.broken().map(|(holds, fails)| json!({"holds": point(holds), "fails": point(fails)})),
        "runs": trials.runs(),
        "tried": in_order(trials, found, arguments).into_iter().map(one).collect::<Vec<_>>(),
    })
}
