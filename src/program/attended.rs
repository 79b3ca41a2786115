//! What ops have to do with waits for several resources.
//!
//! Decides which ops may change what somebody waits for: those that change, in a way that
//! may end a wait, a resource that some region of ops names, and those that end a process or a wait of one.

use super::access::Use;
use super::bound::{BoundProgram, ProcessInstances};
use super::layout::RESOURCE_WORDS;
use super::liveness::ops_of;
use super::op::{Op, ResourceCode};
use super::watches::{Lookers, Watches};
use crate::ids::{OpId, ResourceId};
use crate::trace::{ResourceInfo, ResourceKind};
use std::ops::Range;

fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

impl BoundProgram {
    /// Finds out behind which ops those are looked after who wait for several things.
    pub(super) fn find_watches(&self) -> Watches {
        let mut regions = self.regions().peekable();
        if regions.peek().is_none() {
            return Watches::default();
        }
        let first = self.resources.iter().find(|info| info.kind == ResourceKind::Watch);
        let line = first.map_or(0, |info| self.resource_at(info.first));
        let mut inside = vec![false; self.plain.len()];
        let mut named: Vec<Range<usize>> = Vec::new();
        for region in regions {
            for at in region.clone() {
                let headers = self.accesses(&self.plain[at]);
                named.extend(headers.map(|(_, code)| self.headers_named(at, code)));
            }
            inside[region].fill(true);
        }
        named.sort_unstable_by_key(|range| (range.start, range.end));
        named.dedup();
        let is_named = |range: &Range<usize>| named.iter().any(|other| meet(range, other));
        let inherits = self.plain.iter().any(|op| matches!(op, Op::LockInheriting { .. }));
        let attends = |(at, op): (usize, &Op)| match op {
            _ if inside[at] => false,
            Op::Stop { .. } | Op::Interrupt { .. } => true,
            // Who loses its permit is taken out of what it waits for.
            Op::Request { .. } | Op::Seize { .. } | Op::Release { .. } | Op::ReleaseMany { .. }
                if !self.requests.is_empty() =>
            {
                true
            }
            // Whoever gets another priority by that may be served where it waits.
            Op::LockInheriting { .. } | Op::UnlockInheriting { .. } => true,
            Op::Wait { mutex: Some(_), .. } if inherits => true,
            // It is served by those on which its processor stands, too.
            Op::WorkOn { .. } | Op::TakeCores { .. } | Op::GiveCores { .. } => {
                named.iter().any(|range| self.is_processor(range.start))
            }
            Op::Await { end, .. } => (at + 1..end.index()).any(|at| self.changes(at)),
            _ => {
                self.changes(at) && self.accesses(op).any(|(_, code)| is_named(&self.headers_named(at, code)))
            }
        };
        let attended = self.plain.iter().enumerate().map(attends).collect();
        let lookers = self.find_lookers(&named);
        Watches { attended, line, named, lookers }
    }

    /// Finds out at how much those look who wait for several things.
    fn find_lookers(&self, named: &[Range<usize>]) -> Lookers {
        let first = named.first().map_or(0, |range| range.start);
        let headers = first..named.iter().map(|range| range.end).max().unwrap_or(first);
        let looks = |def: &ProcessInstances| {
            if def.count == 0 {
                return 0;
            }
            let regions = ops_of(self, self.entry(def)).map(|at| self.region(at));
            let named = regions.map(|region| region.map(|at| self.accesses(&self.plain[at]).count()).sum());
            named.max().unwrap_or(0)
        };
        Lookers { headers, looks: self.processes.iter().map(looks).collect() }
    }

    /// At how much those look who wait for several things.
    pub fn lookers(&self) -> &Lookers {
        &self.watches.lookers
    }

    /// Takes note of the memories and the ends of processes that are waited for: who goes on
    /// knows what was done before.
    pub(super) fn note_watched(&mut self) {
        let watched: Vec<ResourceId> = self.watched().collect();
        for info in self
            .resources
            .iter_mut()
            .filter(|info| info.kind.has_slots() || info.kind == ResourceKind::Process)
        {
            info.watched = watched.iter().any(|id| (info.first.0..info.first.0 + info.count).contains(&id.0));
        }
    }

    /// The ops that are tried by each [`Op::Await`].
    fn regions(&self) -> impl Iterator<Item = Range<usize>> {
        self.plain.iter().enumerate().filter_map(|(at, op)| match op {
            Op::Await { end, .. } => Some(at + 1..end.index()),
            _ => None,
        })
    }

    /// Each [`Op::Await`], with the first op behind those that it tries.
    pub(super) fn waits_for_several(&self) -> Vec<(OpId, OpId)> {
        let regions = self.regions().map(|region| (region.start - 1, region.end));
        regions.map(|(wait, end)| (OpId::from_index(wait), OpId::from_index(end))).collect()
    }

    /// The ops that are tried by the op `at`; none if it is no `Op::Await`.
    pub fn region(&self, at: usize) -> Range<usize> {
        match self.plain[at] {
            Op::Await { end, .. } => at + 1..end.index(),
            _ => at..at,
        }
    }

    /// Whether an op changes a resource that it is about.
    fn changes(&self, at: usize) -> bool {
        self.accesses(&self.plain[at]).any(|(used, _)| Use::Await.enabled_by().contains(&used))
    }

    /// Whether somebody may wait for what can come of several resources.
    #[inline]
    pub fn has_watches(&self) -> bool {
        !self.watches.attended.is_empty()
    }

    /// Whether a process may come to a wait that ends in the same step: whoever waits for several things may meet it.
    pub(super) fn may_serve_itself(&self) -> bool {
        let meets = |info: &ResourceInfo| info.kind == ResourceKind::Buffer && info.capacity == Some(0);
        self.has_watches() && self.resources.iter().any(meets)
    }

    /// Whether those who wait so are looked after behind the op `at`.
    #[inline]
    pub fn is_attended(&self, at: usize) -> bool {
        self.has_watches() && self.watches.attended[at]
    }

    /// Whether somebody may wait so for a change of the resource with this header.
    pub fn names_in_watches(&self, header: usize) -> bool {
        self.watches.names(header)
    }

    /// The header of the resource in whose line all those stand who wait so.
    pub fn watch_line(&self) -> usize {
        self.watches.line
    }

    /// The resources for a change of which somebody may wait so.
    pub fn watched(&self) -> impl Iterator<Item = ResourceId> {
        self.watches
            .named
            .iter()
            .flat_map(|range| range.clone().step_by(RESOURCE_WORDS))
            .map(|header| self.resource_of(header))
    }

    /// What the op at which a process waits so waits for: uses, each of one of so many
    /// resources from one on.
    pub fn awaited_by(&self, at: usize) -> impl Iterator<Item = (Use, ResourceId, u32)> {
        self.region(at).flat_map(move |at| {
            self.accesses(&self.plain[at]).map(move |(used, code)| {
                let headers = self.headers_named(at, code);
                (used, self.resource_of(headers.start), (headers.len() / RESOURCE_WORDS) as u32)
            })
        })
    }

    /// The headers of the resources that the op `at` may mean.
    fn headers_named(&self, at: usize, code: ResourceCode) -> Range<usize> {
        let all = self.resource_base..self.resource_base + self.resource_count() * RESOURCE_WORDS;
        self.may_mean(at, code).unwrap_or(all)
    }
}
