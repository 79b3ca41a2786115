//! What had to come before what in a run, in the order that was recorded.
//!
//! Decides which events hang on which: on the one before of the same process; a wait on
//! what ended it; who took a permit, an item or a free place on who gave it, the first
//! given being taken first; a join on the end; a start on who started, and what comes behind
//! an interrupt on who interrupted. Events that only
//! say something have no place in it.

use crate::ids::ProcessId;
use crate::time::Time;
use crate::trace::{Activity, ChosenItems, Event, Header, Kind, Level, Sink, Span, SpanBuilder};
use crate::value::{Item, Word};
use std::collections::VecDeque;

/// The number of an event in the graph.
pub(super) type Node = u32;

/// That `to` cannot come before `from` has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub from: Node,
    pub to: Node,
    /// Whether the time between them is a wait, which may be shorter.
    pub may_shrink: bool,
}

/// What was given and not taken yet.
#[derive(Debug, Default)]
struct Given {
    /// That was there from the start.
    untouched: u64,
    by: VecDeque<Node>,
}

/// What goes through a resource.
#[derive(Debug)]
enum Flow {
    Permits(Given),
    /// Items, and free places if there is a bound.
    Items(Given, Option<Given>),
    /// The same where items are chosen.
    Chosen(ChosenItems<Node>, Option<Given>),
    Nothing,
}

/// The last event of a process.
#[derive(Debug, Clone, Copy)]
struct Last {
    node: Node,
    waits: bool,
}

/// A [`Sink`] that makes the graph of a run.
#[derive(Debug)]
pub(super) struct Graph {
    pub times: Vec<Time>,
    pub edges: Vec<Edge>,
    /// The delays and works, each with the event that ended it.
    pub spans: Vec<(Span, Node)>,
    /// By process, its last end.
    pub done: Vec<Option<Node>>,
    builder: SpanBuilder,
    last: Vec<Option<Last>>,
    /// By process, the event that stopped it, if its end comes next.
    stopped: Vec<Option<Node>>,
    /// By process, the event that interrupted it, if it has done nothing since.
    interrupted: Vec<Option<Node>>,
    flows: Vec<Flow>,
}

impl Given {
    fn new(untouched: u64) -> Given {
        Given { untouched, by: VecDeque::new() }
    }

    /// Who gave the next one; `None` if nobody did.
    fn take(&mut self) -> Option<Node> {
        if self.untouched > 0 {
            self.untouched -= 1;
            return None;
        }
        self.by.pop_front()
    }
}

impl Graph {
    pub fn new(header: &Header) -> Graph {
        let processes = header.process_count();
        let flows = header.resources.iter().flat_map(|info| {
            (0..info.count).map(|_| match info.kind.level() {
                Some(Level::Permits | Level::Cores) => Flow::Permits(Given::new(info.initial)),
                Some(Level::Items) => {
                    // Where a put and a get meet there are no places.
                    let places = info.capacity.filter(|&capacity| capacity > 0).map(Given::new);
                    match info.chosen {
                        Some(chosen) => Flow::Chosen(ChosenItems::new(chosen), places),
                        None => Flow::Items(Given::default(), places),
                    }
                }
                Some(Level::Waiters) | None => Flow::Nothing,
            })
        });
        Graph {
            times: Vec::new(),
            edges: Vec::new(),
            spans: Vec::new(),
            done: vec![None; processes],
            builder: SpanBuilder::new(processes),
            last: vec![None; processes],
            stopped: vec![None; processes],
            interrupted: vec![None; processes],
            flows: flows.collect(),
        }
    }

    fn edge(&mut self, from: Option<Node>, to: Node, may_shrink: bool) {
        self.edges.extend(from.map(|from| Edge { from, to, may_shrink }));
    }

    fn last_of(&self, process: ProcessId) -> Option<Node> {
        self.last[process.index()].map(|last| last.node)
    }

    fn flow(&mut self, event: &Event, rest: &[Word], node: Node) {
        let from = match (event.kind, &mut self.flows[event.subject as usize]) {
            (Kind::Acquire, Flow::Permits(permits)) => permits.take(),
            (Kind::Release, Flow::Permits(permits)) => {
                permits.by.push_back(node);
                None
            }
            (Kind::Put, Flow::Items(items, places)) => {
                items.by.push_back(node);
                places.as_mut().and_then(Given::take)
            }
            (Kind::Put, Flow::Chosen(items, places)) => {
                items.put(Item::told(event.value, rest), node);
                places.as_mut().and_then(Given::take)
            }
            (Kind::Get, Flow::Chosen(items, places)) => {
                if let Some(places) = places {
                    places.by.push_back(node);
                }
                items.get(Item::told(event.value, rest))
            }
            (Kind::Get, Flow::Items(items, places)) => {
                if let Some(places) = places {
                    places.by.push_back(node);
                }
                items.take()
            }
            _ => None,
        };
        self.edge(from, node, true);
    }

    /// The edges of an event of process `event.process` besides those of permits and items.
    fn relate(&mut self, event: &Event, node: Node, waited: Option<&Span>, before: Option<Last>) {
        let (process, other) = (event.process, ProcessId(event.value as u32));
        match event.kind {
            Kind::Grant => {
                let by = self.last_of(other).filter(|_| other != process);
                self.edge(by, node, true);
                let counted = waited.is_some_and(|span| match span.activity {
                    Activity::Blocked { wait_for, .. } => wait_for.is_counted(),
                    _ => false,
                });
                // Who comes too late is not notified, and lets all others at a barrier wait.
                if let (true, Some(by), Some(before)) = (counted, by, before) {
                    self.edge(Some(before.node), by, true);
                }
            }
            Kind::Launch => {
                let done = self.done[other.index()];
                self.edge(done, node, true);
                self.last[other.index()] = Some(Last { node, waits: true });
            }
            Kind::Join => self.edge(self.done[other.index()], node, true),
            Kind::Stop => self.stopped[other.index()] = Some(node),
            Kind::Interrupt => self.interrupted[other.index()] = Some(node),
            Kind::Done => {
                let by = self.stopped[process.index()].take();
                self.edge(by, node, true);
                self.done[process.index()] = Some(node);
            }
            _ => {}
        }
    }
}

impl Sink for Graph {
    fn event(&mut self, event: &Event, args: &[Word]) {
        let only_says = matches!(
            event.kind,
            Kind::Write | Kind::Read | Kind::Draw | Kind::Log | Kind::Mark | Kind::Level | Kind::Ended
        );
        let ended = self.builder.event(event);
        if only_says && ended.is_none() {
            return;
        }
        let node = self.times.len() as Node;
        self.times.push(event.time);
        let process = event.process.index();
        let before = self.last[process].replace(Last { node, waits: event.kind == Kind::Block });
        if let Some(before) = before {
            let by = self.interrupted[process].take();
            self.edge(by, node, true);
            let is_cut = by.is_some() || self.stopped[process].is_some();
            // A wait that runs out lasts as long whenever it begins.
            let may_shrink = before.waits && event.kind != Kind::Timeout;
            self.edge(Some(before.node), node, may_shrink || is_cut);
        }
        let lasts = ended.filter(|span| matches!(span.activity, Activity::Delayed | Activity::Running));
        self.spans.extend(lasts.filter(|span| span.start < span.end).map(|span| (span, node)));
        match event.kind {
            Kind::Acquire | Kind::Release | Kind::Put | Kind::Get => self.flow(event, args, node),
            _ => self.relate(event, node, ended.as_ref(), before),
        }
    }
}
