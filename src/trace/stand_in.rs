//! What those wait for who wait for something that no scenario declares.
//!
//! Decides to which resource of the scenario a wait belongs: `wait: f` for a flag waits for
//! `f`, and whoever comes to read under a read-write lock waits for the lock, whatever that
//! is made of. Figures, expectations and pictures go by it; messages say what the wait is
//! called.

use super::header::ResourceInfo;
use super::resource_kind::ResourceKind;
use super::stands_for::StandsFor;
use crate::ids::ResourceId;

/// The resources of a run that no scenario declares, with what they stand for.
#[derive(Debug, Clone, Default)]
pub struct StandIns {
    /// In the order of ids.
    parts: Vec<Part>,
}

/// One of them, with its instances.
#[derive(Debug, Clone)]
struct Part {
    kind: ResourceKind,
    first: ResourceId,
    count: u32,
    stands_for: Vec<StandsFor>,
}

impl StandIns {
    /// The ones among these resources that stand for others.
    pub fn new(resources: &[ResourceInfo]) -> StandIns {
        let stand_ins = resources.iter().filter(|info| !info.stands_for.is_empty());
        let part = |info: &ResourceInfo| Part {
            kind: info.kind,
            first: info.first,
            count: info.count,
            stands_for: info.stands_for.clone(),
        };
        StandIns { parts: stand_ins.map(part).collect() }
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn part(&self, resource: ResourceId) -> Option<&Part> {
        let after = self.parts.partition_point(|part| part.first <= resource);
        let part = self.parts[..after].last()?;
        (resource.0 - part.first.0 < part.count).then_some(part)
    }

    /// What a resource stands for; nothing if a scenario declares it.
    pub fn of(&self, resource: ResourceId) -> impl Iterator<Item = (ResourceId, StandsFor)> {
        self.part(resource).into_iter().flat_map(move |part| {
            let index = resource.0 - part.first.0;
            part.stands_for.iter().map(move |one| {
                let index = if one.by_index { index } else { 0 };
                (ResourceId(one.first.0 + index), *one)
            })
        })
    }

    /// The resource of the scenario to which a wait belongs: the only one for which a
    /// resource stands, or itself if it stands for several or for none.
    #[inline]
    pub fn named(&self, resource: ResourceId) -> ResourceId {
        if self.is_empty() { resource } else { self.named_among(resource) }
    }

    fn named_among(&self, resource: ResourceId) -> ResourceId {
        let mut of = self.of(resource);
        match (of.next(), of.next()) {
            (Some((named, _)), None) => named,
            _ => resource,
        }
    }

    /// Whether those wait here who are to write under a read-write lock, before they wait
    /// until nobody reads: both are one wait.
    pub fn is_line(&self, resource: ResourceId) -> bool {
        self.part(resource).is_some_and(|part| part.kind == ResourceKind::Writers)
    }
}
