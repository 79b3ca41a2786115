//! Tables of one run: processes, resources, marks.

use super::finished::Finished;
use super::parts::{DECIMALS, and_more, duration};
use crate::analysis::{
    MarkStatistics, MarkValues, ProcessGroup, ProcessStatistics, ResourceGroup, ResourceStatistics, Spread,
    Statistics, WholeSpread, process_groups, resource_groups, shown_value,
};
use crate::figure::{format_figure, format_share, trimmed};
use crate::ids::{ProcessId, ResourceId};
use crate::time::{Time, format_mean_nanos};
use crate::trace::{Header, MarkInfo, ResourceInfo};
use comfy_table::{CellAlignment, LineStyle, Table, presets};

/// How many entries of a table are shown.
pub(super) const ROWS: usize = 40;
/// How many entries are shown where every instance was asked for.
const INSTANCE_ROWS: usize = 10_000;

/// A table whose first column is text and whose others are numbers, but for
/// the columns `texts`.
pub fn table(heads: &[&str], texts: &[usize], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    let line = LineStyle::none().fill('─').junction('─');
    table.load_style(presets::NOTHING.header_separator(line)).set_header(heads);
    table.add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        let text = index == 0 || texts.contains(&index);
        column.set_cell_alignment(if text { CellAlignment::Left } else { CellAlignment::Right });
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

/// A mean of durations in a table.
fn mean_duration(nanos: f64) -> String {
    format_mean_nanos(nanos, DECIMALS)
}

/// A sum of durations in a table.
pub(super) fn long(nanos: u128) -> String {
    duration(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// What a table shows where there is no figure.
pub(super) fn nothing() -> String {
    "–".to_owned()
}

fn instant(time: Option<Time>) -> String {
    time.map_or_else(nothing, |time| duration(time.as_nanos()))
}

/// How each process spent its time: those with a count taken together, and each
/// of their instances too if `instances`.
pub fn process_table(header: &Header, statistics: &Statistics, instances: bool) -> String {
    let heads = ["process", "started", "finished", "running", "ready", "delayed", "blocked", "waiting for"];
    let left_out = (statistics.processes.iter().all(|process| process.ready == 0)).then_some(READY_COLUMN);
    let groups = process_groups(header, statistics);
    let infos = header.processes.iter().map(|info| (info.first.index(), info.count, info.indexed));
    let rows = |entry| {
        let rows = match entry {
            Entry::All(group) => process_group_rows(group).to_vec(),
            Entry::One(index) => {
                vec![process_row(header, ProcessId::from_index(index), &statistics.processes[index])]
            }
        };
        rows.into_iter().map(|row| without(left_out, row)).collect()
    };
    let heads = without(left_out, heads.to_vec());
    bounded(&heads, &[heads.len() - 1], entries(infos, groups.iter(), instances), rows, instances)
}

/// The place of "ready" among the columns of processes: only processors have it.
const READY_COLUMN: usize = 4;

/// The cells of a row without the one in this place, if one is left out.
pub(super) fn without<T>(left_out: Option<usize>, mut row: Vec<T>) -> Vec<T> {
    left_out.map(|place| row.remove(place));
    row
}

/// What a part of a table is about: instances taken together, or one of them.
enum Entry<'g, G> {
    All(&'g G),
    One(usize),
}

/// The entries of a table of processes or resources, each told by its first
/// id, its count and whether it has instances; `groups` are those with instances.
fn entries<'g, G: 'g>(
    infos: impl Iterator<Item = (usize, u32, bool)>,
    mut groups: impl Iterator<Item = &'g G>,
    instances: bool,
) -> impl Iterator<Item = Entry<'g, G>> {
    infos.flat_map(move |(first, count, indexed)| {
        let group = if indexed && count > 0 { groups.next() } else { None };
        let all = group.filter(|_| count > 1);
        let singles = if all.is_none() || instances { count as usize } else { 0 };
        all.map(Entry::All).into_iter().chain((first..first + singles).map(Entry::One))
    })
}

/// A table of the rows of some entries, and how many more entries there are.
fn bounded<E>(
    heads: &[&str],
    texts: &[usize],
    mut entries: impl Iterator<Item = E>,
    rows: impl Fn(E) -> Vec<Vec<String>>,
    instances: bool,
) -> String {
    let most = if instances { INSTANCE_ROWS } else { ROWS };
    let shown: Vec<Vec<String>> = entries.by_ref().take(most).flat_map(rows).collect();
    if shown.is_empty() {
        return String::new();
    }
    table(heads, texts, shown.into_iter()) + &and_more("  ", entries.count(), 0)
}

fn process_row(header: &Header, id: ProcessId, process: &ProcessStatistics) -> Vec<String> {
    let blocked = process.blocked.iter();
    let blocked = blocked.map(|&(resource, nanos)| (header.resource_name(resource), u128::from(nanos)));
    vec![
        header.process_name(id),
        instant(process.started),
        instant(process.finished),
        duration(process.running),
        duration(process.ready),
        duration(process.delayed),
        duration(process.blocked_in_all()),
        waited_for(blocked.collect()),
    ]
}

/// Four rows: the sums, the means, the least and the most.
fn process_group_rows(group: &ProcessGroup) -> [Vec<String>; 4] {
    let ProcessGroup { started, finished, running, ready, delayed, blocked, .. } = group;
    let some = |of: &Option<WholeSpread>| of.map_or(0, |spread| spread.count);
    let times = [running, ready, delayed, blocked];
    let row = |name: &str, instant: &dyn Fn(WholeSpread) -> String, time: &dyn Fn(&WholeSpread) -> String| {
        let instants = [started, finished].map(|of| of.map_or_else(nothing, instant));
        let name = format!("{} {name}", group.name);
        [name].into_iter().chain(instants).chain(times.map(time)).chain([String::new()]).collect::<Vec<_>>()
    };
    let mut sum = row(&format!("sum of {}", group.instances), &|_| String::new(), &|time| long(time.sum));
    sum[1] = format!("{} of {}", some(started), group.instances);
    sum[2] = format!("{} of {}", some(finished), group.instances);
    sum[7] = waited_for(group.blocked_by.clone());
    [
        sum,
        row("mean", &|at| mean_duration(at.mean()), &|time| mean_duration(time.mean())),
        row("least", &|at| duration(at.min), &|time| duration(time.min)),
        row("most", &|at| duration(at.max), &|time| duration(time.max)),
    ]
}

/// The resources that cost most, with their times.
fn waited_for(mut blocked: Vec<(String, u128)>) -> String {
    const NAMED: usize = 3;
    // A stable sort: of equal times, the first resource comes first.
    blocked.sort_by_key(|&(_, nanos)| std::cmp::Reverse(nanos));
    let named = blocked.iter().take(NAMED);
    let mut parts: Vec<String> = named.map(|(name, nanos)| format!("{name} {}", long(*nanos))).collect();
    if blocked.len() > NAMED {
        parts.push(format!("{} more", blocked.len() - NAMED));
    }
    parts.join(", ")
}

/// What each resource saw, those with a count taken together, and each of their
/// instances too if `instances`; memories have nothing to wait for and are left
/// out.
pub fn resource_table(header: &Header, statistics: &Statistics, instances: bool) -> String {
    let heads = [
        "resource",
        "kind",
        "in use",
        "requests",
        "waits",
        "ran out",
        "mean wait",
        "per request",
        "longest",
        "mean level",
        "highest",
        "end",
    ];
    let groups = resource_groups(header, statistics);
    let groups = groups.iter().filter(|group| group.info.kind.level().is_some());
    let is_told = |info: &&ResourceInfo| info.kind.level().is_some() && info.kind.is_declared();
    let waited_for = header.resources.iter().filter(is_told);
    let infos = waited_for.map(|info| (info.first.index(), info.count, info.indexed));
    let no_timeouts = statistics.resources.iter().all(|resource| resource.timeouts == 0);
    let left_out = no_timeouts.then_some(TIMEOUTS_COLUMN);
    let rows = |entry| {
        let rows = match entry {
            Entry::All(group) => resource_group_rows(group).to_vec(),
            Entry::One(index) => {
                vec![resource_row(header, ResourceId::from_index(index), &statistics.resources[index])]
            }
        };
        rows.into_iter().map(|row| without(left_out, row)).collect()
    };
    let heads = without(left_out, heads.to_vec());
    bounded(&heads, &[1], entries(infos, groups, instances), rows, instances)
}

/// The place of "ran out" among the columns of resources: seldom may a wait do that.
const TIMEOUTS_COLUMN: usize = 5;

fn resource_row(header: &Header, id: ResourceId, resource: &ResourceStatistics) -> Vec<String> {
    let waits = &resource.waits;
    vec![
        header.resource_name(id),
        header.resource(id).kind.name().to_owned(),
        resource.utilization.map_or_else(nothing, format_share),
        resource.requests.to_string(),
        waits.count.to_string(),
        resource.timeouts.to_string(),
        mean_duration(waits.mean()),
        mean_duration(resource.wait_per_request()),
        duration(waits.longest),
        format_figure(resource.level_mean, 2),
        resource.level_max.to_string(),
        resource.level_end.to_string(),
    ]
}

/// Four rows: the sums, the means, the least and the most.
fn resource_group_rows(group: &ResourceGroup) -> [Vec<String>; 4] {
    let row = |name: &str, figures: [String; 10]| {
        let first = [format!("{} {name}", group.name), group.info.kind.name().to_owned()];
        first.into_iter().chain(figures).collect::<Vec<_>>()
    };
    [
        row(&format!("sum of {}", group.instances), resource_sums(group)),
        row("mean", resource_means(group)),
        row("least", resource_extremes(group, |of| of.min, |of| of.min)),
        row("most", resource_extremes(group, |of| of.max, |of| of.max)),
    ]
}

/// What can be summed up, in the order of the columns.
fn resource_sums(group: &ResourceGroup) -> [String; 10] {
    [
        nothing(),
        group.requests.sum.to_string(),
        group.waits.sum.to_string(),
        group.timeouts.sum.to_string(),
        nothing(),
        nothing(),
        nothing(),
        format_figure(group.level_mean.sum, 2),
        nothing(),
        group.level_end.sum.to_string(),
    ]
}

/// The means; those of waits over all waits, whichever instance they were for.
fn resource_means(group: &ResourceGroup) -> [String; 10] {
    let mean = |of: &WholeSpread| trimmed(&format_figure(of.mean(), 2)).to_owned();
    [
        group.utilization.as_ref().map_or_else(nothing, |used| format_share(used.mean())),
        mean(&group.requests),
        mean(&group.waits),
        mean(&group.timeouts),
        mean_duration(group.wait_mean_of_all()),
        mean_duration(group.wait_per_request_of_all()),
        mean_duration(group.wait_longest.mean()),
        format_figure(group.level_mean.mean(), 2),
        mean(&group.level_max),
        mean(&group.level_end),
    ]
}

/// The least or the most of each column.
fn resource_extremes(
    group: &ResourceGroup,
    whole: fn(&WholeSpread) -> u64,
    float: fn(&Spread<f64>) -> f64,
) -> [String; 10] {
    [
        group.utilization.as_ref().map_or_else(nothing, |used| format_share(float(used))),
        whole(&group.requests).to_string(),
        whole(&group.waits).to_string(),
        whole(&group.timeouts).to_string(),
        mean_duration(float(&group.wait_mean)),
        mean_duration(float(&group.wait_per_request)),
        duration(whole(&group.wait_longest)),
        format_figure(float(&group.level_mean), 2),
        whole(&group.level_max).to_string(),
        whole(&group.level_end).to_string(),
    ]
}

/// How often each mark was passed, and with what.
pub fn mark_table(finished: &Finished) -> String {
    let marks = finished.header.marks.iter().zip(&finished.statistics.marks);
    let rows = |(info, mark): (&MarkInfo, &MarkStatistics)| {
        let (mean, min, max) = match mark.values {
            Some(MarkValues { mean, min, max }) => (shown_value(mean), shown_value(min), shown_value(max)),
            None => (nothing(), nothing(), nothing()),
        };
        vec![vec![info.name.clone(), mark.count.to_string(), mean, min, max]]
    };
    bounded(&["mark", "passed", "mean", "smallest", "largest"], &[], marks, rows, false)
}
