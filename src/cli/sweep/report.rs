//! What a sweep says at its end: the table of points, findings, files.
//!
//! Decides which points are shown and in which order, and how sure a number is said to
//! be: with half of its interval behind it.

use super::charts::{MOST_FIGURES, check_larger};
use super::collect::Collected;
use super::names::{command_of_run, is_named, settings, shown_name};
use super::report_options::ReportOptions;
use super::row_format;
use super::summary_table::{LEVEL, level_of_differences};
use crate::analysis::FigureRequest;
use crate::cli::console::{self, printable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::Loaded;
use crate::cli::options::Format;
use crate::cli::report::{
    GREEN, RED, YELLOW, counted, files, heading, interval, on_one_line, section, so_many, table,
};
use crate::scenario::suggestion;
use crate::sweep::{Estimate, Plan, PointSummary};
use crate::trace::Outcome;
use serde_json::{Map, Value as Json, json};
use std::fmt::Write;
use std::path::PathBuf;

/// How many figures the table has room for; the files have all.
const FIGURES: usize = 4;

/// Says what came of a sweep.
///
/// # Errors
/// If something cannot be written.
pub fn tell(
    loaded: &Loaded,
    plan: &Plan<'_>,
    collected: &Collected,
    written: &[PathBuf],
    options: &ReportOptions,
) -> Result<Exit, Failure> {
    match options.format {
        Format::Json => {
            for point in &collected.points {
                console::print(&on_one_line(&object(loaded, plan, point)))?;
            }
        }
        Format::Text => console::print(&text(loaded, plan, collected, written, options))?,
    }
    if !collected.is_whole {
        return Err(interrupted(plan, collected));
    }
    Ok(if collected.findings.is_empty() { Exit::Fine } else { Exit::Finding })
}

fn interrupted(plan: &Plan<'_>, collected: &Collected) -> Failure {
    let message = format!(
        "interrupted after {} of {} runs; they are in '{}', and the same command goes on from there",
        counted(collected.runs),
        counted(plan.runs()),
        console::shown(&collected.table)
    );
    Failure { exit: Exit::Interrupted, message }
}

fn text(
    loaded: &Loaded,
    plan: &Plan<'_>,
    collected: &Collected,
    written: &[PathBuf],
    options: &ReportOptions,
) -> String {
    let (colour, verdict) = verdict(plan, collected);
    let mut text = heading(&loaded.label, colour, &verdict) + "\n";
    section(&mut text, "Points", &points_table(plan, collected, options));
    for note in notes(plan, collected, options) {
        let _ = writeln!(text, " {note}");
    }
    section(&mut text, "Findings", &findings(loaded, plan, collected));
    section(&mut text, "Files", &files(written));
    text
}

fn verdict(plan: &Plan<'_>, collected: &Collected) -> (&'static str, String) {
    let points = collected.points.len() as u64 + collected.left_out;
    let mut verdict = format!("{}, {}", so_many(points, "point"), so_many(collected.runs, "run"));
    if collected.reused > 0 {
        let _ = write!(verdict, ", {} of them made before", counted(collected.reused));
    }
    let colour = match (collected.is_whole, collected.findings.is_empty()) {
        (false, _) => YELLOW,
        (true, true) => GREEN,
        (true, false) => RED,
    };
    if plan.is_shard() {
        verdict.push_str("; a part, to be put together by `merge`");
    }
    (colour, verdict)
}

/// The points that are shown, in the order that is asked for.
fn shown<'c>(plan: &Plan<'_>, collected: &'c Collected, options: &ReportOptions) -> Vec<&'c PointSummary> {
    let mut points: Vec<&PointSummary> = collected.points.iter().collect();
    if let Some(sort) = &options.sort {
        let (name, down) = sort.strip_prefix('-').map_or((sort.as_str(), false), |name| (name, true));
        let figure = plan.requests().iter().position(|request| is_named(request, name));
        let param = plan.design().names().position(|known| known == name);
        let key = |point: &PointSummary| match (figure, param) {
            (Some(figure), _) => Some(point.estimates[figure].mean()).filter(|mean| mean.is_finite()),
            (None, Some(param)) => Some(point.varied[param].as_f64()),
            (None, None) => None,
        };
        // Points without a number are last, in whichever direction.
        points.sort_by(|one, other| match (key(one), key(other)) {
            (Some(one), Some(other)) if down => other.total_cmp(&one),
            (Some(one), Some(other)) => one.total_cmp(&other),
            (one, other) => other.is_some().cmp(&one.is_some()),
        });
    }
    points.truncate(options.top);
    points
}

/// Whether a sweep can be reported like this.
///
/// # Errors
/// If an option names what the sweep does not have.
pub fn check(plan: &Plan<'_>, options: &ReportOptions) -> Result<(), Failure> {
    row_format::check(&options.rows)?;
    check_sort(plan, options.sort.as_deref())?;
    check_larger(plan, &options.larger)
}

/// Whether points can be sorted by this name: a figure that is collected or a parameter
/// that is varied.
fn check_sort(plan: &Plan<'_>, sort: Option<&str>) -> Result<(), Failure> {
    let Some(sort) = sort else { return Ok(()) };
    let name = sort.strip_prefix('-').unwrap_or(sort);
    let figures = plan.requests().iter().map(|request| request.name.as_str());
    let names: Vec<&str> = figures.chain(plan.design().names()).collect();
    if plan.requests().iter().any(|request| is_named(request, name)) || names.contains(&name) {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "points cannot be sorted by '{name}'{}: they have {}",
        suggestion(name, names.iter().copied()),
        names.join(", ")
    )))
}

fn points_table(plan: &Plan<'_>, collected: &Collected, options: &ReportOptions) -> String {
    let mut heads: Vec<String> = plan.design().names().map(str::to_owned).collect();
    let has_findings = !collected.findings.is_empty();
    if has_findings {
        heads.push("outcome".to_owned());
    }
    let figures = plan.requests().len().min(FIGURES);
    for request in &plan.requests()[..figures] {
        heads.push(shown_name(request).to_owned());
        heads.extend(collected.base.map(|_| "against base".to_owned()));
    }
    let level = level_of_differences(plan);
    let row = |point: &PointSummary| {
        let mut cells: Vec<String> = point.varied.iter().map(|value| printable(&value.to_string())).collect();
        if has_findings {
            cells.push(outcomes(point));
        }
        for (place, request) in plan.requests()[..figures].iter().enumerate() {
            cells.push(told(request, &point.estimates[place], LEVEL, false));
            if let Some(base) = collected.base {
                cells.push(match point.differences.get(place) {
                    _ if point.point == base => "base".to_owned(),
                    Some(difference) => told(request, difference, level, true),
                    None => "–".to_owned(),
                });
            }
        }
        cells
    };
    let texts = if has_findings { vec![plan.design().names().count()] } else { Vec::new() };
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    table(&heads, &texts, shown(plan, collected, options).into_iter().map(row))
}

/// How the runs of a point ended.
fn outcomes(point: &PointSummary) -> String {
    match point.outcomes.iter().collect::<Vec<_>>().as_slice() {
        [(outcome, _)] => (**outcome).to_owned(),
        several => {
            let each = several.iter().map(|(outcome, count)| format!("{outcome} {count}"));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A mean with half of its interval, signed if it is a difference.
fn told(request: &FigureRequest, estimate: &Estimate, level: f64, is_signed: bool) -> String {
    if estimate.count() == 0 {
        return "–".to_owned();
    }
    let sign = if is_signed && estimate.mean() >= 0.0 { "+" } else { "" };
    format!("{sign}{}", interval(estimate.mean(), estimate.half_width(level), request.is_time))
}

fn notes(plan: &Plan<'_>, collected: &Collected, options: &ReportOptions) -> Vec<String> {
    let mut notes = Vec::new();
    let points = collected.points.len() as u64 + collected.left_out;
    if points > options.top as u64 {
        notes.push(format!(
            "{} of {} points; --top shows more, --sort others, summary.csv has all",
            counted(options.top),
            counted(points)
        ));
    }
    if plan.requests().len() > FIGURES {
        notes.push(format!("{FIGURES} of {} figures; summary.csv has all", plan.requests().len()));
    }
    if plan.requests().len() > MOST_FIGURES && !options.no_charts {
        notes.push(format!("charts of {MOST_FIGURES} of {} figures", plan.requests().len()));
    }
    notes.extend(cut_note(plan, collected));
    if let Some(base) = collected.base {
        notes.push(format!("base: {}", settings(plan, &plan.design().varied(base), ", ")));
    }
    if !plan.is_random() {
        notes.push("nothing is drawn, so that one run says all of a point".to_owned());
    } else if plan.replications() > 1 {
        notes.push(format!(
            "±: half of the 95% interval of the mean; {} replications a point{}, seed {}",
            counted(plan.replications()),
            if plan.precision().is_some() { " at most" } else { "" },
            plan.seed()
        ));
        notes.extend(missed_precision(plan, collected));
        if collected.base.is_some() && plan.points() > 2 {
            notes.push(
                "against base: paired differences (common random numbers); their intervals hold all together with 95%"
                    .to_owned(),
            );
        }
    } else {
        notes.push("one replication says nothing of how sure a figure is; --replications 30 does".to_owned());
    }
    notes
}

/// At how many points the figure is not as sure as was asked for, after as many replications as
/// there may be.
fn missed_precision(plan: &Plan<'_>, collected: &Collected) -> Option<String> {
    let precision = plan.precision()?;
    let misses = |point: &&PointSummary| {
        let estimate = &point.estimates[precision.figure];
        // Without a half-width nothing is known of it.
        !estimate.half_width(LEVEL).is_some_and(|half| half <= precision.share * estimate.mean().abs())
    };
    let missing: Vec<&PointSummary> = collected.points.iter().filter(misses).collect();
    let first = missing.first()?;
    let at = match first.varied.is_empty() {
        true => String::new(),
        false => format!(", first at {}", settings(plan, &first.varied, ", ")),
    };
    Some(format!(
        "the precision of {}% for {} was missed at {} of {}{at}; --replications allows more",
        precision.share * 100.0,
        shown_name(&plan.requests()[precision.figure]),
        counted(missing.len()),
        so_many(collected.points.len() as u64, "point"),
    ))
}

/// That total times are those of a horizon, where it is that which ended runs.
fn cut_note(plan: &Plan<'_>, collected: &Collected) -> Option<String> {
    let horizon = Outcome::Horizon.name();
    let cut: u64 = collected.points.iter().filter_map(|point| point.outcomes.get(horizon)).sum();
    told_cut(plan, cut)
}

/// That total times are those of a horizon which ended so many runs, if they are asked for.
pub fn told_cut(plan: &Plan<'_>, cut: u64) -> Option<String> {
    let asks_time = plan.requests().iter().any(|request| is_named(request, "total_time"));
    (cut > 0 && asks_time).then(|| {
        format!("a horizon ended {}: total_time says when it did, not how long it takes", so_many(cut, "run"))
    })
}

/// What must be known: by outcome, how many points and the first, with its command.
fn findings(loaded: &Loaded, plan: &Plan<'_>, collected: &Collected) -> String {
    let mut text = String::new();
    for (outcome, count, first) in &collected.findings {
        let runs = first.outcomes.get(outcome).copied().unwrap_or_default();
        let of_runs =
            if first.runs > 1 { format!(" ({runs} of {} runs)", counted(first.runs)) } else { String::new() };
        let _ = writeln!(
            text,
            " {outcome} at {}, first at {}{of_runs}: {}",
            so_many(*count, "point"),
            settings(plan, &first.varied, ", "),
            command(loaded, plan, first)
        );
    }
    text
}

/// The command that repeats the first run of a point that is a finding.
fn command(loaded: &Loaded, plan: &Plan<'_>, point: &PointSummary) -> String {
    let replication = point.finding.map_or(0, |(replication, _)| replication);
    command_of_run(loaded, plan, &point.varied, replication)
}

/// A point for programs.
fn object(loaded: &Loaded, plan: &Plan<'_>, point: &PointSummary) -> Json {
    let finite = |number: f64| number.is_finite().then_some(number);
    let varied: Map<String, Json> = plan
        .design()
        .names()
        .zip(&point.varied)
        .map(|(name, value)| (name.to_owned(), value.to_json()))
        .collect();
    let mut figures = Map::new();
    for (place, request) in plan.requests().iter().enumerate() {
        let estimate = &point.estimates[place];
        let mut figure = json!({
            "count": estimate.count(),
            "mean": finite(estimate.mean()),
            "half_width": estimate.half_width(LEVEL).and_then(finite),
            "deviation": estimate.deviation(),
            "smallest": finite(estimate.smallest()),
            "largest": finite(estimate.largest()),
        });
        if let Some(difference) = point.differences.get(place) {
            figure["difference"] = json!({
                "mean": finite(difference.mean()),
                "half_width": difference.half_width(level_of_differences(plan)).and_then(finite),
            });
        }
        figures.insert(request.name.clone(), figure);
    }
    json!({
        "scenario": loaded.label,
        "seed": plan.seed(),
        "point": varied,
        "runs": point.runs,
        "outcomes": point.outcomes,
        "figures": figures,
    })
}
