//! What a search for the best point says: the point, how sure it is, those after it,
//! and what was not told apart.

use super::arguments::SearchArguments;
use super::told::Told;
use crate::cli::console::{self, printable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::Format;
use crate::cli::report::{
    GREEN, RED, YELLOW, and_more, counted, heading, interval, on_one_line, quantity, section, so_many, table,
};
use crate::cli::sweep::told_cut;
use crate::sweep::{Estimate, Optimum, Trial, Trials};
use crate::value::Type;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Says what was found.
///
/// # Errors
/// If it cannot be written.
pub fn tell(
    told: &Told<'_>,
    trials: &Trials<'_>,
    found: &Optimum,
    arguments: &SearchArguments,
) -> Result<Exit, Failure> {
    let report = Report { told, trials, found, arguments };
    match arguments.format {
        Format::Json => console::print(&on_one_line(&report.object()))?,
        Format::Text => console::print(&report.text())?,
    }
    let is_unsound = found.afresh.as_ref().is_some_and(|trial| trial.without.is_some());
    Ok(if found.feasible.is_empty() || is_unsound { Exit::Finding } else { Exit::Fine })
}

struct Report<'r, 't> {
    told: &'r Told<'r>,
    trials: &'r Trials<'t>,
    found: &'r Optimum,
    arguments: &'r SearchArguments,
}

impl Report<'_, '_> {
    fn is_time(&self) -> bool {
        let objective = self.told.search.question.objective.as_ref();
        objective.is_some_and(|objective| objective.ty() == Type::Duration)
    }

    fn objective(&self) -> &str {
        let arguments = self.arguments;
        arguments.minimize.as_ref().or(arguments.maximize.as_ref()).map_or("", String::as_str)
    }

    /// What was asked for, which is minimised if it was to be as small as possible.
    fn mean(&self, estimate: &Estimate) -> f64 {
        if self.told.search.question.maximize { -estimate.mean() } else { estimate.mean() }
    }

    fn value(&self, estimate: &Estimate) -> String {
        interval(self.mean(estimate), estimate.half_width(self.arguments.confidence), self.is_time())
    }

    fn trials_of(&self, numbers: &[u64]) -> Vec<&Trial> {
        numbers.iter().filter_map(|number| self.trials.get(*number)).collect()
    }

    fn text(&self) -> String {
        let (colour, verdict) = self.verdict();
        let mut text = heading(&self.told.loaded.label, colour, &verdict) + "\n";
        section(&mut text, "Points", &self.points());
        for note in self.notes() {
            let _ = writeln!(text, " {note}");
        }
        section(&mut text, "Not feasible", &self.left_out(&self.found.infeasible));
        section(&mut text, "Feasible or not: cannot be told", &self.left_out(&self.found.open));
        text
    }

    fn tried(&self) -> String {
        let tried = self.trials.all().count() as u64;
        match self.found.is_exhaustive {
            true => so_many(tried, "point"),
            false => format!("{} that were tried", so_many(tried, "point")),
        }
    }

    fn verdict(&self) -> (&'static str, String) {
        let Some(best) = self.trials_of(&self.found.feasible).first().copied() else {
            return (RED, format!("nothing feasible among {}", self.tried()));
        };
        let value = self.value(&self.found.afresh.as_ref().unwrap_or(best).estimate());
        let point = self.told.settings(best);
        let objective = printable(self.objective());
        match &self.found.selection {
            Some(selection) if !selection.is_sure => (
                YELLOW,
                format!(
                    "{} of {} cannot be told apart; {point} has {objective} {value}",
                    self.found.best,
                    self.tried()
                ),
            ),
            _ => (GREEN, format!("{point} is the best of {}, with {objective} {value}", self.tried())),
        }
    }

    fn points(&self) -> String {
        let mut heads: Vec<&str> = self.told.plan.design().names().collect();
        let columns = heads.len();
        heads.push(self.objective());
        if self.trials.is_random() {
            heads.push("runs");
        }
        heads.push("");
        let shown = self.trials_of(&self.found.feasible).into_iter().take(self.arguments.top).enumerate();
        let row = |(place, trial): (usize, &Trial)| {
            let mut cells: Vec<String> =
                trial.point.varied.iter().map(|value| printable(&value.to_string())).collect();
            cells.push(self.value(&trial.estimate()));
            if self.trials.is_random() {
                cells.push(counted(trial.runs));
            }
            cells.push(self.standing(place).to_owned());
            cells
        };
        let last = columns + 1 + usize::from(self.trials.is_random());
        let text = if self.found.feasible.is_empty() {
            String::new()
        } else {
            table(&heads, &[last], shown.map(row))
        };
        text + &and_more(" ", self.found.feasible.len(), self.arguments.top)
    }

    fn standing(&self, place: usize) -> &'static str {
        match (&self.found.selection, place) {
            (Some(selection), place) if !selection.is_sure && place < self.found.best => "not told apart",
            (_, 0) => "best",
            (Some(_), place) if place < self.found.best => "within the indifference",
            (None, place) if place < self.found.best => "as good",
            _ => "",
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.found.is_exhaustive {
            notes.push(format!(
                "{} of {} points were tried: a coarse grid, and from its best points a pattern search; \
                 another one may be better; --max-points allows more",
                counted(self.trials.all().count()),
                counted(self.told.plan.points())
            ));
        }
        if let Some(selection) = &self.found.selection {
            let percent = self.arguments.confidence * 100.0;
            let indifference = quantity(selection.indifference, self.is_time());
            notes.push(if selection.is_sure {
                format!("the best with {percent}%, unless another one is within {indifference} of it (the indifference)")
            } else {
                format!(
                    "{} replications do not tell apart what is more than {indifference} apart (the indifference) \
                     with {percent}%; --replications allows more, and a larger --indifference needs fewer",
                    counted(selection.replications)
                )
            });
        }
        if let Some(afresh) = &self.found.afresh {
            notes.push(format!(
                "its {} is from {} other replications, which had no part in the choice; seed {}",
                printable(self.objective()),
                counted(afresh.runs),
                self.told.plan.seed()
            ));
            if afresh.without.is_some() {
                notes.push(format!("not in all of them: {}", self.why(afresh)));
            }
        }
        notes.extend(told_cut(self.told.plan, self.trials.all().map(|trial| trial.cut).sum()));
        if let Some(best) = self.trials_of(&self.found.feasible).first() {
            notes.push(format!("to see it: {}", self.told.command(best)));
        }
        notes
    }

    fn left_out(&self, numbers: &[u64]) -> String {
        let line = |trial: &Trial| format!(" {}: {}\n", self.told.settings(trial), self.why(trial));
        let text: String = self.trials_of(numbers).into_iter().take(self.arguments.top).map(line).collect();
        text + &and_more(" ", numbers.len(), self.arguments.top)
    }

    /// Why a point is not feasible.
    fn why(&self, trial: &Trial) -> String {
        let at = |replication: u64| match self.trials.is_random() {
            true => format!(" in replication {replication}"),
            false => String::new(),
        };
        if let Some((replication, outcome)) = trial.finding {
            return format!("{outcome}{}", at(replication));
        }
        if let Some(replication) = trial.without {
            return format!("a figure has no value{}", at(replication));
        }
        let conditions = self.told.search.question.conditions.iter().enumerate();
        let failed = conditions.filter(|(place, _)| trial.failures[*place].is_some());
        let level = self.arguments.confidence;
        let each = failed.map(|(place, condition)| {
            let margin = &trial.margins[place];
            match condition.margin_type() {
                None => format!(
                    "'{}' is false{}",
                    printable(condition.text()),
                    at(trial.failures[place].unwrap_or(0))
                ),
                Some(ty) => {
                    let is_time = ty == Type::Duration;
                    let by = interval(margin.mean().abs(), margin.half_width(level), is_time);
                    let text = printable(condition.text());
                    let verb = if margin.mean() < 0.0 { "fails" } else { "holds" };
                    format!("'{text}' {verb} by {by}")
                }
            }
        });
        each.collect::<Vec<_>>().join("; ")
    }

    fn object(&self) -> Json {
        let finite = |number: f64| number.is_finite().then_some(number);
        let level = self.arguments.confidence;
        let estimate = |estimate: &Estimate| {
            json!({
                "mean": finite(self.mean(estimate)),
                "half_width": estimate.half_width(level).and_then(finite),
                "runs": estimate.count(),
            })
        };
        let point = |trial: &&Trial| {
            json!({
                "point": self.told.point(trial),
                "value": estimate(&trial.estimate()),
                "command": self.told.command(trial),
            })
        };
        let left_out = |trial: &&Trial| json!({"point": self.told.point(trial), "why": self.why(trial)});
        let feasible = self.trials_of(&self.found.feasible);
        let (best, others) = feasible.split_at(self.found.best.min(feasible.len()));
        let selection = self.found.selection.as_ref();
        json!({
            "scenario": self.told.loaded.label,
            "seed": self.told.plan.seed(),
            "objective": self.objective(),
            "direction": if self.told.search.question.maximize { "maximize" } else { "minimize" },
            "is_time_ns": self.is_time(),
            "points": self.told.plan.points(),
            "exhaustive": self.found.is_exhaustive,
            "runs": self.trials.runs(),
            "told_apart": selection.is_none_or(|selection| selection.is_sure),
            "confidence": selection.map(|_| level),
            "indifference": selection.map(|selection| selection.indifference),
            "best": best.iter().map(point).collect::<Vec<_>>(),
            "afresh": self.found.afresh.as_ref().map(|trial| estimate(&trial.estimate())),
            "others": others.iter().map(point).collect::<Vec<_>>(),
            "infeasible": self.trials_of(&self.found.infeasible).iter().map(left_out).collect::<Vec<_>>(),
            "open": self.trials_of(&self.found.open).iter().map(left_out).collect::<Vec<_>>(),
        })
    }
}
