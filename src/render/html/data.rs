//! A run as the data of a page.
//!
//! Decides what of a run a page carries and in which form: what is small as JSON, and
//! spans, signs, levels, the critical path, the events, who holds locks and capacities as columns of numbers behind
//! it, in this order. Of runs of which there is too much, decides what is left out.

use super::super::gantt::{complaint, notices, total_and_outcome};
use super::super::ink_table::Inks;
use super::super::input::{GanttInput, PointKind, Window, process_id};
use super::columns::Columns;
use super::holders::Holders;
use super::levels::Level;
use super::run::PageRun;
use super::tables::{Table, tables};
use super::telling::{Doing, Telling};
use super::texts::Texts;
use super::ticks::Ticks;
use crate::figure::so_many;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::printable;
use serde::Serialize;
use std::collections::BTreeMap;

/// A page has room for so many signs of a run,
const MOST_POINTS: usize = 20_000;
/// for so many lines of its log,
const MOST_LINES: usize = 20_000;
/// and for so many bytes of them.
const MOST_LOG: usize = 1 << 20;

/// What a page is told of a run in JSON.
#[derive(Serialize)]
pub(super) struct RunData<'a> {
    title: String,
    summary: String,
    facts: Vec<(&'static str, String)>,
    settings: &'a [(String, String)],
    /// What went wrong, and whether it is more than a bound that was set.
    notices: Vec<String>,
    /// Who waits for what never comes, or broke a rule, and what stands at the end of its lane.
    complaints: Vec<(usize, String)>,
    notes: Vec<String>,
    file: String,
    source: Vec<String>,
    /// In nanoseconds.
    tick: u64,
    /// In ticks, as all times.
    end: u64,
    gap: &'static str,
    processes: Vec<String>,
    /// Which of them are shown, in this order.
    lanes: Vec<u32>,
    /// What is shown at first.
    window: (u64, u64),
    finished: Vec<Option<u64>>,
    resources: Vec<String>,
    doings: Vec<Doing>,
    tables: Vec<Table>,
    /// When, who, and what.
    log: Vec<(u64, u64, String)>,
    log_left_out: u64,
    levels: Vec<Level>,
    holders: Vec<Holders>,
    /// Of each process, how many spans it has.
    spans: Vec<usize>,
    points: usize,
    path: usize,
    hand_offs: usize,
    events: usize,
    texts: Vec<String>,
}

/// Tells a run; its columns go behind those in `numbers`.
pub(super) fn data<'r>(run: &PageRun<'r>, inks: &Inks, numbers: &mut Columns) -> RunData<'r> {
    let input = &run.timeline;
    let ticks = Ticks::of(run);
    let (classes, doings, texts) = (inks.classes(input), BTreeMap::new(), Texts::default());
    let mut telling = Telling { run, classes, ticks, doings, texts, numbers };
    let spans = telling.spans();
    let points = telling.points();
    let levels = telling.levels();
    let (path, hand_offs) = telling.path();
    let events = telling.events();
    let (holders, holders_left_out) = telling.holders(&inks.holder_classes(input));
    telling.capacities(&levels);
    let (log, log_left_out) = telling.log();
    let header = input.header;
    RunData {
        title: printable(&input.title),
        summary: total_and_outcome(input, Window::default()),
        facts: run.facts.iter().map(|(name, value)| (*name, printable(value))).collect(),
        settings: input.settings,
        notices: notices(input).iter().map(|notice| printable(notice)).collect(),
        complaints: complaints(input),
        notes: telling.notes(points, events, holders_left_out),
        file: printable(run.file),
        source: run.source.lines().map(printable).collect(),
        tick: telling.ticks.nanos,
        end: telling.ticks.at(input.end),
        gap: input.gap_name(),
        processes: (0..input.process_count())
            .map(|id| printable(&input.process_name(process_id(id))))
            .collect(),
        lanes: (0..input.lane_count()).map(|lane| input.lane(lane).0).collect(),
        window: window(run, telling.ticks),
        finished: (0..input.process_count())
            .map(|process| input.finish(process_id(process)).map(|time| telling.ticks.at(time)))
            .collect(),
        resources: (0..header.resource_count())
            .map(|id| printable(&input.resource_name(ResourceId::from_index(id))))
            .collect(),
        doings: telling.doings(),
        tables: run.statistics.map_or_else(Vec::new, |statistics| tables(header, statistics)),
        log,
        log_left_out,
        levels,
        holders,
        spans,
        points,
        path,
        hand_offs,
        events,
        texts: telling.texts.into_list(),
    }
}

fn window(run: &PageRun<'_>, ticks: Ticks) -> (u64, u64) {
    let (from, to) = run.window.on_axis(run.timeline.end);
    (ticks.at(from), ticks.at(to))
}

fn complaints(input: &GanttInput<'_>) -> Vec<(usize, String)> {
    let complaint =
        |process| complaint(input, process_id(process)).map(|(text, _)| (process, printable(&text)));
    (0..input.process_count()).filter_map(complaint).collect()
}

impl Telling<'_, '_> {
    /// By process, how many there are. Columns: how long after the one before it each
    /// begins, how long it is, what is done, and 1 more than who ended it, or 0.
    fn spans(&mut self) -> Vec<usize> {
        let (run, ticks) = (self.run, self.ticks);
        let spans = run.timeline.spans;
        let mut counts = vec![0; run.timeline.process_count()];
        let mut last = (None, 0);
        for span in spans {
            let before = if last.0 == Some(span.process) { last.1 } else { 0 };
            self.numbers.number(ticks.at(span.start) - before);
            last = (Some(span.process), ticks.at(span.end));
            counts[span.process.index()] += 1;
        }
        self.numbers.column(spans.iter().map(|span| ticks.at(span.end) - ticks.at(span.start)));
        for span in spans {
            let doing = self.doing(span);
            self.numbers.number(doing);
        }
        let by = |by: Option<ProcessId>| by.map_or(0, |by| u64::from(by.0) + 1);
        self.numbers.column(spans.iter().map(|span| by(span.granted_by)));
        counts
    }

    /// How many there are. Columns: times, processes, kinds and texts.
    fn points(&mut self) -> usize {
        let run = self.run;
        let all = run.timeline.points;
        let is_alarm = |kind: PointKind| matches!(kind, PointKind::Fatal | PointKind::Race);
        let every = all.len().div_ceil(MOST_POINTS).max(1);
        let kept = all.iter().enumerate().filter(|(place, point)| place % every == 0 || is_alarm(point.kind));
        let mut kept: Vec<_> = kept.map(|(_, point)| point).collect();
        kept.sort_by_key(|point| point.time);
        self.numbers.ascending(kept.iter().map(|point| self.ticks.at(point.time)));
        self.numbers.column(kept.iter().map(|point| u64::from(point.process.0)));
        self.numbers.column(kept.iter().map(|point| point.kind as u64));
        self.numbers.column(kept.iter().map(|point| self.texts.number(&point.text)));
        kept.len()
    }

    fn log(&self) -> (Vec<(u64, u64, String)>, u64) {
        let Some(statistics) = self.run.statistics else { return (Vec::new(), 0) };
        let end = self.run.timeline.end;
        let mut room = MOST_LOG;
        let fits = |line: &&crate::analysis::LogLine| {
            room = room.saturating_sub(line.text.len() + 1);
            room > 0 && line.time <= end
        };
        let lines = statistics.log.iter().take(MOST_LINES).take_while(fits);
        let told =
            lines.map(|line| (self.ticks.at(line.time), u64::from(line.process.0), printable(&line.text)));
        let told: Vec<_> = told.collect();
        let left_out = (statistics.log.len() - told.len()) as u64 + statistics.log_left_out;
        (told, left_out)
    }

    /// What the page does not show, or not exactly.
    fn notes(&self, points: usize, events: usize, holders: usize) -> Vec<String> {
        let input = &self.run.timeline;
        let mut notes: Vec<String> = Vec::new();
        notes.extend(self.ticks.note());
        if input.untimed {
            notes.push("Of an untimed schedule the order counts: a delay may take any time.".to_owned());
        }
        let left_out = (input.points.len() - points) as u64 + input.points_left_out;
        if left_out > 0 {
            notes.push(format!("{left_out} more marks and log lines have no sign."));
        }
        if holders > 0 {
            notes.push(format!("{} changed hands too often to be shown.", so_many(holders as u64, "lock")));
        }
        if events == 0 && self.run.statistics.is_some_and(|statistics| statistics.events > 0) {
            notes.push(
                "The run has too many events to step through; steps lead from span to span.".to_owned(),
            );
        }
        notes
    }
}
