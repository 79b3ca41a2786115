//! How much later things could end without a figure being later.
//!
//! Decides that as to the recorded order: who is served after whom stays as it was, and
//! so does what each process does. What does not lead to the figure has no bound.

use super::graph::{Edge, Graph, Node};
use super::path::PathEnd;
use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{Activity, Header, Span, Trace};
use std::collections::BTreeMap;

/// Runs of more events are too long for it: it takes some 100 bytes for each.
const MOST_EVENTS: usize = 10_000_000;

/// The slack of a run: of every delay, every work and the end of every process.
///
/// A slack is in nanoseconds; `None` where the figure does not depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slack {
    /// Of every delay and work that takes time and was ended, in the order of their ends.
    pub spans: Vec<(Span, Option<u64>)>,
    /// By process, of its last end; `None` also if it did not end.
    pub ends: Vec<Option<u64>>,
}

/// The delays or works of one process on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepSlack {
    /// Which process.
    pub process: ProcessId,
    /// What it did.
    pub activity: Activity,
    /// The line of the scenario on which it stood.
    pub line: Option<u32>,
    /// How many there are.
    pub spans: u64,
    /// Their lengths together, in nanoseconds.
    pub nanos: u64,
    /// The least slack of one of them.
    pub least: Option<u64>,
}

impl Trace {
    /// The slack as to this event; `None` if it did not come, or if the run has too many
    /// events.
    pub fn slack(&self, of: PathEnd) -> Option<Slack> {
        if self.events.len() > MOST_EVENTS {
            return None;
        }
        let path = self.critical_path(of).filter(|path| !path.is_cut)?;
        let mut graph = Graph::new(&self.header);
        self.replay(&mut graph);
        let ends = awaited(&self.header, of);
        let ends = ends.filter_map(|process| graph.done[process.index()]);
        let slack = backwards(graph.times.as_slice(), &mut graph.edges, ends, path.end);
        let known = |node: Node| Some(slack[node as usize]).filter(|&slack| slack < u64::MAX);
        Some(Slack {
            spans: graph.spans.iter().map(|&(span, node)| (span, known(node))).collect(),
            ends: graph.done.iter().map(|done| done.and_then(known)).collect(),
        })
    }
}

/// The processes whose ends make a figure.
fn awaited(header: &Header, of: PathEnd) -> impl Iterator<Item = ProcessId> {
    let is_awaited = move |info: &&crate::trace::ProcessInfo| match of {
        PathEnd::TotalTime => !info.daemon,
        PathEnd::Finished(_) => true,
    };
    let ids =
        header.processes.iter().filter(is_awaited).flat_map(|info| info.first.0..info.first.0 + info.count);
    ids.map(ProcessId).filter(move |&process| match of {
        PathEnd::TotalTime => true,
        PathEnd::Finished(who) => who.contains(process),
    })
}

/// By event, how much later it could come for these ends to come at `figure` at the latest;
/// the largest number if they do not depend on it.
fn backwards(times: &[Time], edges: &mut [Edge], ends: impl Iterator<Item = Node>, figure: Time) -> Vec<u64> {
    let mut slack = vec![u64::MAX; times.len()];
    for end in ends {
        slack[end as usize] = figure.since(times[end as usize]);
    }
    // What comes after an event is settled before what comes before it.
    edges.sort_by_key(|edge| edge.to);
    for edge in edges.iter().rev() {
        let wait = times[edge.to as usize].since(times[edge.from as usize]);
        let most = slack[edge.to as usize].saturating_add(if edge.may_shrink { wait } else { 0 });
        let of_from = &mut slack[edge.from as usize];
        *of_from = most.min(*of_from);
    }
    slack
}

impl Slack {
    /// By process, activity and line, in the order of processes and lines.
    pub fn by_step(&self, header: &Header) -> Vec<StepSlack> {
        let mut steps: BTreeMap<(ProcessId, Option<u32>, Activity), StepSlack> = BTreeMap::new();
        for &(span, slack) in &self.spans {
            let (process, activity, line) = (span.process, span.activity, header.line(span.op));
            let empty = StepSlack { process, activity, line, spans: 0, nanos: 0, least: None };
            let step = steps.entry((process, line, activity)).or_insert(empty);
            step.spans += 1;
            step.nanos += span.nanos();
            step.least = step.least.into_iter().chain(slack).min();
        }
        steps.into_values().collect()
    }
}
