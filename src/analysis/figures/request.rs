//! Figures that are asked for by name, of one run after another.
//!
//! Decides how a figure is written: by its path in JSON (`resources.cpu.utilization`),
//! `total_time` for short, or of the values of a mark (`response.p95`,
//! `request.response.mean`). And that what a run does not have is no number, and no
//! error.

use super::number::FigureValue;
use super::path::{Place, check_path, is_duration, number_at, place_of};
use super::tally::{MarkTallies, OfMark};
use crate::analysis::statistics::Statistics;
use crate::ids::MarkId;
use crate::trace::{Event, Header, Instances, MarkFigure, MarkInfo, NameTable, REPORT_HEADS, Sink};
use crate::value::{Type, Word};

/// A figure that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureRequest {
    /// What it is called in tables.
    pub name: String,
    /// Whether it is a number of nanoseconds.
    pub is_time: bool,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// The path in JSON.
    Path(String),
    /// Of the values of a mark, of all or of one process.
    OfMark { process: Option<String>, mark: String, of: MarkFigure },
}

impl FigureRequest {
    /// Reads how a figure is written, for runs with the names of `header`. Whether a
    /// path leads to a number is known when there is a run ([`FigureCollector::check`]).
    ///
    /// # Errors
    /// If it is no figure; why, where there is more to say.
    pub fn read(text: &str, header: &Header) -> Result<FigureRequest, Option<String>> {
        let name = if text == "total_time" { "total_time_ns" } else { text };
        let head = name.split('.').next().unwrap_or_default();
        if REPORT_HEADS.contains(&head) {
            let what = What::Path(name.to_owned());
            return Ok(FigureRequest { name: name.to_owned(), is_time: is_duration(header, name), what });
        }
        let (process, mark, of) = of_mark(name, header).ok_or(None)?;
        let info = mark_info(header, mark).ok_or_else(|| Some(format!("there is no mark '{mark}'")))?;
        if info.ty.is_none() && of != MarkFigure::Count {
            return Err(Some(format!("the mark '{mark}' carries no value; it has a `count` alone")));
        }
        let is_time = info.ty == Some(Type::Duration) && of != MarkFigure::Count;
        let what = What::OfMark { process: process.map(str::to_owned), mark: mark.to_owned(), of };
        Ok(FigureRequest { name: name.to_owned(), is_time, what })
    }

    /// Whether the scenario measures it.
    fn is_measured(&self) -> bool {
        matches!(&self.what, What::Path(path) if path.starts_with("measures."))
    }

    /// What can be asked for, as examples of what may have been meant: with each name
    /// of the scenario once.
    pub fn candidates(header: &Header) -> Vec<String> {
        let of_run = super::path::OF_RUN.iter().map(|(key, _)| (*key).to_owned());
        let mut all: Vec<String> = std::iter::once("total_time".to_owned()).chain(of_run).collect();
        let processes =
            header.processes.iter().map(|info| format!("processes.{}", shown(&info.name, info.indexed)));
        let keys = super::entries::OF_PROCESS.iter().map(|(key, _)| *key);
        all.extend(processes.flat_map(|process| keys.clone().map(move |key| format!("{process}.{key}"))));
        let declared = header.resources.iter().filter(|info| info.kind.is_declared());
        let resources = declared.map(|info| format!("resources.{}", shown(&info.name, info.indexed)));
        let keys = super::entries::OF_RESOURCE.iter().map(|(key, _)| *key);
        all.extend(resources.flat_map(|resource| keys.clone().map(move |key| format!("{resource}.{key}"))));
        for measure in &header.measures {
            let figures = measure.what.kind().figures().iter();
            all.extend(figures.map(|figure| format!("measures.{}.{figure}", measure.name)));
        }
        for mark in &header.marks {
            all.push(format!("{}.count", mark.name));
            let figures = ["mean", "smallest", "largest", "p50", "p95", "p99"];
            all.extend(figures.iter().filter(|_| mark.ty.is_some()).map(|of| format!("{}.{of}", mark.name)));
        }
        all
    }
}

fn shown(name: &str, indexed: bool) -> String {
    if indexed { format!("{name}[0]") } else { name.to_owned() }
}

fn mark_info<'h>(header: &'h Header, mark: &str) -> Option<&'h MarkInfo> {
    header.marks.iter().find(|info| info.name == mark)
}

/// `mark.p95`, `process.mark.p99.9`: the point of a quantile is none between names.
fn of_mark<'t>(text: &'t str, header: &Header) -> Option<(Option<&'t str>, &'t str, MarkFigure)> {
    let points = text.match_indices('.').map(|(at, _)| at);
    let splits = points.filter_map(|at| Some((&text[..at], MarkFigure::named(&text[at + 1..])?)));
    splits.into_iter().find_map(|(names, of)| match names.rsplit_once('.') {
        None => Some((None, names, of)),
        Some((process, mark)) => {
            let base = process.split('[').next().unwrap_or(process);
            header.processes.iter().any(|info| info.name == base).then_some((Some(process), mark, of))
        }
    })
}

/// Finds the figures that were asked for, of runs of one scenario, whatever its parameters.
#[derive(Debug)]
pub struct FigureCollector {
    requests: Vec<FigureRequest>,
    found: Vec<Found>,
    tallies: MarkTallies,
}

/// Where a figure comes from, for runs with the same names.
#[derive(Debug, Clone, Copy)]
enum Found {
    Place(Place),
    OfMark(OfMark),
    /// With these parameters there is no such thing.
    Nowhere,
}

impl FigureCollector {
    /// For runs with the names of `header`.
    pub fn new(requests: Vec<FigureRequest>, header: &Header) -> FigureCollector {
        let mut collector = FigureCollector { requests, found: Vec::new(), tallies: MarkTallies::default() };
        collector.rename(header);
        collector
    }

    /// From now on for runs with these names: parameters may have changed how many
    /// instances there are.
    pub fn rename(&mut self, header: &Header) {
        self.found = self.requests.iter().map(|request| found(request, header)).collect();
        let of_marks = self.found.iter().filter_map(|found| match found {
            Found::OfMark(asked) => Some(*asked),
            _ => None,
        });
        self.tallies = MarkTallies::new(of_marks, header);
    }

    /// What is asked for, in the order of the numbers.
    pub fn requests(&self) -> &[FigureRequest] {
        &self.requests
    }

    /// Whether the events of a run are needed to find them all: the values of marks,
    /// of some processes alone or for quantiles.
    pub fn takes_events(&self) -> bool {
        !self.tallies.is_empty()
    }

    /// Whether more is needed to find them all than the end of a run, what the scenario
    /// measures of it and the values of marks.
    pub fn needs_statistics(&self) -> bool {
        self.found.iter().zip(&self.requests).any(|(found, request)| match found {
            Found::Place(place) => *place != Place::TOTAL_TIME && !request.is_measured(),
            _ => false,
        })
    }

    /// Whether what the scenario measures is needed to find them all.
    pub fn needs_measures(&self) -> bool {
        self.requests.iter().any(FigureRequest::is_measured)
    }

    /// Forgets the run, for another one.
    pub fn reset(&mut self) {
        self.tallies.reset();
    }

    /// The numbers of the run that has ended, in the order of the requests; `None`
    /// where it has none.
    pub fn numbers(&mut self, header: &Header, statistics: &Statistics) -> Vec<Option<FigureValue>> {
        self.tallies.settle();
        let number = |(found, request): (&Found, &FigureRequest)| match (found, &request.what) {
            (Found::Place(Place::Report), What::Path(path)) => {
                number_at(header, statistics, path).ok().flatten()
            }
            (Found::Place(place), _) => place.number(statistics),
            (Found::OfMark(asked), _) => self.tallies.figure(*asked).ok().map(FigureValue::of),
            (Found::Nowhere, _) => None,
        };
        let finite = |number: &FigureValue| number.as_f64().is_finite();
        self.found.iter().zip(&self.requests).map(|both| number(both).filter(finite)).collect()
    }

    /// Whether every path leads to a place for a number, in runs with these names.
    ///
    /// # Errors
    /// The first that does not, and why.
    pub fn check(&self, header: &Header) -> Result<(), (String, String)> {
        for request in &self.requests {
            if let What::Path(path) = &request.what {
                check_path(header, path).map_err(|why| (request.name.clone(), why))?;
            }
        }
        Ok(())
    }
}

fn found(request: &FigureRequest, header: &Header) -> Found {
    match &request.what {
        What::Path(path) => Found::Place(place_of(header, path)),
        What::OfMark { process, mark, of } => {
            let mark = header.marks.iter().position(|info| info.name == *mark).map(MarkId::from_index);
            let who = process.as_deref().map(|process| instances(process, header));
            match (mark, who) {
                (Some(mark), None) => Found::OfMark((None, mark, *of)),
                (Some(mark), Some(Some(who))) => Found::OfMark((Some(who), mark, *of)),
                _ => Found::Nowhere,
            }
        }
    }
}

/// `worker` for all of its instances, `worker[2]` for one.
fn instances(process: &str, header: &Header) -> Option<Instances> {
    if let Some(info) = header.processes.iter().find(|info| info.name == process) {
        return Some(Instances { first: info.first, count: info.count });
    }
    NameTable::new(header).process(process).ok().map(Instances::one)
}

impl Sink for FigureCollector {
    #[inline]
    fn event(&mut self, event: &Event, args: &[Word]) {
        self.tallies.event(event, args);
    }
}
