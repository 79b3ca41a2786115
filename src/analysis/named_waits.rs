//! Waits for what the scenario names, where a step waits for something that is made of it.
//!
//! Decides what such a wait counts for: a wait and a request of each resource for which it stands,
//! and one wait where who is to write under a read-write lock waits in two parts.

use super::collect::StatisticsSink;
use super::resource_tally::ResourceTally;
use crate::ids::ResourceId;
use crate::trace::{Event, INTERRUPTED, Kind, Span, StandsFor, WaitFor};

impl StatisticsSink {
    /// Adds a wait to what the scenario names. Who is first in line of those who are to write
    /// goes on with the wait that it has begun there.
    pub(super) fn add_wait_to_named(&mut self, span: &Span, resource: ResourceId) {
        if self.stand_ins.is_empty() {
            return;
        }
        let (nanos, is_line) = (span.nanos(), self.stand_ins.is_line(resource));
        let goes_on = is_line && span.granted_by.is_some();
        let before = std::mem::replace(&mut self.in_line[span.process.index()], goes_on.then_some(nanos));
        self.add_to_named(resource, |tally, _| match before {
            Some(before) => tally.statistics.waits.go_on(before, nanos),
            None => tally.statistics.waits.add(nanos),
        });
    }

    /// Does this to what a resource stands for.
    pub(super) fn add_to_named(
        &mut self,
        resource: ResourceId,
        mut add: impl FnMut(&mut ResourceTally, StandsFor),
    ) {
        for (named, of) in self.stand_ins.of(resource) {
            add(&mut self.resources[named.index()], of);
        }
    }

    /// Takes an event that asks for what a resource stands for.
    pub(super) fn asks_for_named(&mut self, event: &Event) {
        if self.stand_ins.is_empty() {
            return;
        }
        let resource = ResourceId(event.subject);
        if event.kind == Kind::Acquire && !self.stand_ins.is_line(resource) {
            self.in_line[event.process.index()] = None;
        }
        let ran_out = event.kind == Kind::Timeout && event.extra != INTERRUPTED;
        let asks = |of: StandsFor| match event.kind {
            // It is taken behind that, which is an event of its own.
            Kind::Grant | Kind::Level => !of.is_taken && of.wait_for == WaitFor::Change,
            Kind::Acquire => of.is_taken,
            kind => kind == Kind::Timeout,
        };
        self.add_to_named(resource, |tally, of| {
            tally.statistics.requests += u64::from(asks(of));
            tally.statistics.timeouts += u64::from(ran_out);
        });
    }
}
