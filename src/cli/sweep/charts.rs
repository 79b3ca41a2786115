//! Which charts a sweep has, and what they are made from.
//!
//! Decides by how many parameters vary: none, the distribution of the one point; one,
//! lines; two, lines and a map; more, the first against the second at the base. With
//! two figures there is their front, too.

use super::collect::Collected;
use super::names::{is_named, settings, shown_name};
use super::store::RUNS;
use super::summary_table::LEVEL;
use crate::analysis::FigureRequest;
use crate::cli::console::printable;
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::output::Folder;
use crate::cli::pictures::write_chart;
use crate::figure::{counted, so_many, verb};
use crate::render::{
    AxisValue, ChartQuantity, DistributionChart, FINE_BINS, FrontChart, FrontPoint, RenderError, SweepAxis,
    SweepChart, SweepPoint, distribution_chart, front_chart, sweep_lines, sweep_map,
};
use crate::scenario::{folder_name, suggestion};
use crate::sweep::{Axis, Plan, PointSummary};
use crate::value::{Type, Value};
use std::path::PathBuf;

/// The most figures that have charts.
pub const MOST_FIGURES: usize = 6;
/// Fewer runs of one point have no distribution worth a picture.
const LEAST_RUNS: u64 = 10;
const OTHER_OUTCOMES: [&str; 3] = ["deadlock", "fault", "limit"];

/// Whether these are figures of the front.
///
/// # Errors
/// If one of them is not collected, or there are no two figures.
pub fn check_larger(plan: &Plan<'_>, larger: &[String]) -> Result<(), Failure> {
    let unknown = |name: &&String| !plan.requests().iter().any(|request| is_named(request, name));
    if let Some(name) = larger.iter().find(unknown) {
        let names = || plan.requests().iter().map(shown_name);
        return Err(Failure::usage(format!(
            "--larger {name}: no figure of --of{}: there {} {}",
            suggestion(name, names()),
            verb(plan.requests().len(), "are"),
            names().collect::<Vec<_>>().join(", ")
        )));
    }
    if !larger.is_empty() && plan.requests().len() != 2 {
        return Err(Failure::usage("--larger is for the front of two figures; give two with --of"));
    }
    Ok(())
}

/// Writes the charts of a sweep; where they are.
///
/// # Errors
/// If they cannot be drawn or written.
pub fn write(
    loaded: &Loaded,
    plan: &Plan<'_>,
    collected: &Collected,
    folder: &Folder,
    larger: &[String],
) -> Result<Vec<PathBuf>, Failure> {
    let charts = Charts { loaded, plan, collected, folder };
    let names = file_names(plan.requests());
    if let ([point], 0) = (collected.points.as_slice(), collected.left_out) {
        return charts.distributions(point, &names);
    }
    let mut written = Vec::new();
    for (figure, name) in names.iter().enumerate() {
        let Some(chart) = charts.figure(figure) else { break };
        written.extend(charts.picture(name, sweep_lines(&chart))?);
        if chart.axes.len() == 2 {
            written.extend(charts.picture(&format!("{name}-map"), sweep_map(&chart))?);
        }
    }
    if let ([_, _], true) = (plan.requests(), collected.points.len() > 1) {
        written.extend(charts.picture("front", front_chart(&charts.front(larger)))?);
    }
    Ok(written)
}

/// What the files of figures are called: different figures differently.
fn file_names(requests: &[FigureRequest]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for request in requests.iter().take(MOST_FIGURES) {
        let name = folder_name(shown_name(request));
        let is_taken = names.contains(&name);
        names.push(if is_taken { format!("{name}-{}", names.len() + 1) } else { name });
    }
    names
}

fn quantity(request: &FigureRequest) -> ChartQuantity {
    ChartQuantity { name: printable(shown_name(request)), is_time: request.is_time }
}

/// The parameters of a group as one axis: several that change together stand one
/// beside the other, by all of their values.
fn axis(group: &[Axis]) -> SweepAxis {
    let of = |parts: Vec<String>| parts.join(" / ");
    let value = |place: usize| AxisValue {
        number: match group[0].values[place] {
            // A figure is in nanoseconds, too.
            Value::Duration(nanos) => nanos as f64,
            other => other.as_f64(),
        },
        label: of(group.iter().map(|axis| axis.values[place].to_string()).collect()),
    };
    let ty = group[0].values[0].ty();
    SweepAxis {
        quantity: ChartQuantity {
            name: of(group.iter().map(|axis| axis.name.clone()).collect()),
            is_time: ty == Type::Duration,
        },
        is_numeric: group.len() == 1 && ty != Type::Bool,
        values: (0..group[0].values.len()).map(value).collect(),
    }
}

/// How runs of a point ended that count for no figure.
fn finding(point: &PointSummary) -> Option<String> {
    let names: Vec<&str> =
        OTHER_OUTCOMES.into_iter().filter(|name| point.outcomes.contains_key(name)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

struct Charts<'a> {
    loaded: &'a Loaded,
    plan: &'a Plan<'a>,
    collected: &'a Collected,
    folder: &'a Folder,
}

impl Charts<'_> {
    fn picture(&self, name: &str, document: Result<String, RenderError>) -> Result<[PathBuf; 2], Failure> {
        write_chart(self.folder, name, document)
    }

    /// What was run, in one line.
    fn about(&self) -> String {
        let set = self.loaded.settings.iter().map(|(name, value)| format!("{name}={value}"));
        let mut parts: Vec<String> = std::iter::once(printable(&self.loaded.label)).collect();
        parts.extend(set);
        let points = self.collected.points.len() as u64 + self.collected.left_out;
        let runs = so_many(self.collected.runs, "run");
        let points = if points > 1 { format!("{} with ", so_many(points, "point")) } else { String::new() };
        let seed = if self.plan.is_random() { format!(", seed {}", self.plan.seed()) } else { String::new() };
        format!("{} · {points}{runs}{seed}", parts.join(", "))
    }

    fn left_out(&self) -> Vec<String> {
        let (kept, left_out) = (self.collected.points.len(), self.collected.left_out);
        let note = || {
            let all = counted(kept as u64 + left_out);
            format!("Only the first {} of {all} points are considered.", counted(kept))
        };
        (left_out > 0).then(note).into_iter().collect()
    }

    /// A figure over the first two groups of parameters; `None` if nothing varies.
    fn figure(&self, figure: usize) -> Option<SweepChart> {
        let (design, points) = (self.plan.design(), &self.collected.points);
        let axes: Vec<SweepAxis> = design.groups().iter().take(2).map(|group| axis(group)).collect();
        if axes.is_empty() {
            return None;
        }
        let mut notes = self.left_out();
        // Of further parameters the base decides, or the first point if that is left out.
        let base = design.places(design.base(&self.plan.scenario().model));
        let places: Vec<Vec<usize>> = points.iter().map(|point| design.places(point.point)).collect();
        let rest = |places: &[usize]| places.get(2..).unwrap_or(&[]).to_vec();
        let is_there = places.iter().any(|places| rest(places) == rest(&base));
        let fixed = if is_there { rest(&base) } else { places.first().map(|first| rest(first))? };
        if !fixed.is_empty() {
            let value = |(group, place): (&Vec<Axis>, &usize)| {
                let axis = axis(group);
                format!("{} = {}", axis.quantity.name, axis.values[*place].label)
            };
            let values: Vec<String> = design.groups()[2..].iter().zip(&fixed).map(value).collect();
            notes.push(format!("Only points with {}; summary.csv has all.", values.join(", ")));
        }
        let point = |(point, places): (&PointSummary, Vec<usize>)| {
            let estimate = &point.estimates[figure];
            let is_base = self.collected.base == Some(point.point);
            (rest(&places) == fixed).then(|| SweepPoint {
                places: places[..axes.len()].to_vec(),
                mean: Some(estimate.mean()).filter(|mean| mean.is_finite()),
                half_width: estimate.half_width(LEVEL).filter(|half| half.is_finite()),
                is_base,
                finding: finding(point),
            })
        };
        let points = points.iter().zip(places).filter_map(point).collect();
        let figure = quantity(&self.plan.requests()[figure]);
        Some(SweepChart { about: self.about(), figure, axes, points, notes })
    }

    fn front(&self, larger: &[String]) -> FrontChart {
        let [first, second] = [0, 1].map(|place| &self.plan.requests()[place]);
        let is_larger = |request: &FigureRequest| larger.iter().any(|name| is_named(request, name));
        let mut notes = self.left_out();
        let point = |point: &PointSummary| {
            let means = [0, 1].map(|figure| point.estimates[figure].mean());
            let is_regular = finding(point).is_none() && means.iter().all(|mean| mean.is_finite());
            is_regular.then(|| FrontPoint {
                label: settings(self.plan, &point.varied, ", "),
                means,
                is_base: self.collected.base == Some(point.point),
            })
        };
        let points: Vec<FrontPoint> = self.collected.points.iter().filter_map(point).collect();
        let left_out = self.collected.points.len() - points.len();
        if left_out > 0 {
            let (points, are) = (so_many(left_out as u64, "point"), verb(left_out, "are"));
            notes.push(format!("{points} with runs without a regular end {are} left out."));
        }
        FrontChart {
            about: self.about(),
            figures: [quantity(first), quantity(second)],
            larger_is_better: [is_larger(first), is_larger(second)],
            points,
            notes,
        }
    }

    /// The distribution of each figure of the only point, counted in the table of runs.
    fn distributions(&self, point: &PointSummary, names: &[String]) -> Result<Vec<PathBuf>, Failure> {
        if point.estimates.iter().all(|estimate| estimate.count() < LEAST_RUNS) {
            return Ok(Vec::new());
        }
        let counts = self.counts(point, names.len())?;
        let mut written = Vec::new();
        for ((figure, name), counts) in names.iter().enumerate().zip(counts) {
            let estimate = &point.estimates[figure];
            if estimate.count() < LEAST_RUNS {
                continue;
            }
            let missing = point.runs - estimate.count();
            let note = || format!("{} without this figure are left out.", so_many(missing, "run"));
            let chart = DistributionChart {
                about: self.about(),
                figure: quantity(&self.plan.requests()[figure]),
                range: (estimate.smallest(), estimate.largest()),
                mean: (estimate.mean(), estimate.half_width(LEVEL)),
                counts,
                notes: (missing > 0).then(note).into_iter().collect(),
            };
            written.extend(self.picture(&format!("{name}-distribution"), distribution_chart(&chart))?);
        }
        Ok(written)
    }

    /// By figure, how many values are in each bin.
    fn counts(&self, point: &PointSummary, figures: usize) -> Result<Vec<Vec<u64>>, Failure> {
        let failure = |error: csv::Error| self.folder.failure(RUNS, &std::io::Error::other(error));
        let mut counts = vec![vec![0; FINE_BINS]; figures];
        let outcome = self.plan.design().names().count() + 1;
        let mut reader = csv::Reader::from_path(&self.collected.table).map_err(failure)?;
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(failure)? {
            if record.get(outcome).is_some_and(|outcome| OTHER_OUTCOMES.contains(&outcome)) {
                continue;
            }
            for (figure, counts) in counts.iter_mut().enumerate() {
                let value = record.get(outcome + 1 + figure).and_then(|cell| cell.parse::<f64>().ok());
                let (low, high) = (point.estimates[figure].smallest(), point.estimates[figure].largest());
                let Some(value) = value else { continue };
                let share = (value * 0.5 - low * 0.5) / (high * 0.5 - low * 0.5);
                counts[((share * FINE_BINS as f64) as usize).min(FINE_BINS - 1)] += 1;
            }
        }
        Ok(counts)
    }
}
