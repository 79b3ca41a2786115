//! The longest chain of what cannot but follow on each other.
//!
//! Decides what follows in every order: the steps of a process; a start and what is
//! started; a join and the end of the only instance; and where one process gives and one
//! takes, the n-th taking and the n-th giving.

use super::demand::OwnTime;
use crate::ids::ProcessId;
use crate::trace::{Event, Header, Kind, Level, Sink};
use crate::value::Word;
use std::collections::VecDeque;

/// What was given, each when it can be there at the earliest.
#[derive(Debug, Default)]
struct Given {
    untouched: u64,
    earliest: VecDeque<u64>,
}

impl Given {
    fn new(untouched: u64) -> Given {
        Given { untouched, earliest: VecDeque::new() }
    }

    fn take(&mut self) -> u64 {
        if self.untouched > 0 {
            self.untouched -= 1;
            return 0;
        }
        self.earliest.pop_front().unwrap_or(0)
    }
}

/// A resource between two processes: what goes to and fro.
#[derive(Debug, Default)]
struct Flow {
    items: Given,
    /// Free places, if there is a bound.
    places: Option<Given>,
}

/// By process, the length of the longest chain up to where it is.
#[derive(Debug)]
pub(super) struct Chain {
    time: OwnTime,
    lengths: Vec<u64>,
    /// By resource; `None` where not the same follows on the same in every order.
    flows: Vec<Option<Flow>>,
    /// By process, whether it is the only instance.
    alone: Vec<bool>,
}

impl Chain {
    /// For a run with the names of `header`; by resource, whether one process gives to it
    /// and one takes from it.
    pub fn new(header: &Header, is_between_two: Vec<bool>) -> Chain {
        let processes = header.process_count();
        let infos = header.resources.iter().flat_map(|info| (0..info.count).map(move |_| info));
        let flow = |(info, is_between): (&crate::trace::ResourceInfo, bool)| {
            let (items, places) = match info.kind.level() {
                Some(Level::Permits) if !info.kind.is_owned() => (info.initial, None),
                // Which item is got of those that are chosen hangs on the order.
                Some(Level::Items) if info.chosen.is_some() => return None,
                Some(Level::Items) => (0, info.capacity.filter(|&capacity| capacity > 0).map(Given::new)),
                _ => return None,
            };
            is_between.then(|| Flow { items: Given::new(items), places })
        };
        let alone = header.processes.iter();
        let alone = alone.flat_map(|info| std::iter::repeat_n(info.count == 1, info.count as usize));
        Chain {
            time: OwnTime::new(processes),
            lengths: vec![0; processes],
            flows: infos.zip(is_between_two).map(flow).collect(),
            alone: alone.collect(),
        }
    }

    /// By process, in nanoseconds.
    pub fn lengths(&self) -> &[u64] {
        &self.lengths
    }

    fn not_before(&mut self, process: ProcessId, earliest: u64) {
        let length = &mut self.lengths[process.index()];
        *length = earliest.max(*length);
    }

    /// Puts or gets of the event, or takes or gives a permit.
    fn flow(&mut self, event: &Event) {
        let length = self.lengths[event.process.index()];
        let Some(flow) = &mut self.flows[event.subject as usize] else { return };
        let earliest = match event.kind {
            Kind::Acquire => flow.items.take(),
            Kind::Get => {
                let earliest = flow.items.take();
                if let Some(places) = &mut flow.places {
                    places.earliest.push_back(earliest.max(length));
                }
                earliest
            }
            Kind::Release => {
                flow.items.earliest.push_back(length);
                0
            }
            _ => {
                let earliest = flow.places.as_mut().map_or(0, Given::take);
                flow.items.earliest.push_back(earliest.max(length));
                earliest
            }
        };
        self.not_before(event.process, earliest);
    }
}

impl Sink for Chain {
    fn event(&mut self, event: &Event, _: &[Word]) {
        let (process, other) = (event.process, ProcessId(event.value as u32));
        let (nanos, _) = self.time.event(event);
        self.lengths[process.index()] += nanos;
        let length = self.lengths[process.index()];
        match event.kind {
            Kind::Acquire | Kind::Release | Kind::Put | Kind::Get => self.flow(event),
            Kind::Launch => self.not_before(other, length),
            Kind::Join if self.alone[other.index()] => {
                self.not_before(process, self.lengths[other.index()]);
            }
            _ => {}
        }
    }
}
