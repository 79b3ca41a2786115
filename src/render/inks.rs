//! Which span of a picture has which look.
//!
//! Decides what the colours of a picture tell, which names get a look of their own, and
//! what the legend says of it. Does not decide the looks: see [`super::palette`].

use super::ink_table::Inks;
use super::input::GanttInput;
use super::palette::{Class, OWN_SLOTS, SLOTS};
use crate::ids::{ProcessId, ResourceId};
use crate::look::ColourBy;
use crate::trace::{Activity, Span};
use std::collections::BTreeMap;

impl Inks {
    /// Gives out the looks for a picture of these runs. Where nothing is said of it, they
    /// tell activities, if any have names, and states otherwise.
    pub fn of(runs: &[GanttInput<'_>], colour_by: Option<ColourBy>) -> Inks {
        let is_named = || runs.iter().any(|run| !run.header.labels.is_empty());
        let by_default = || if is_named() { ColourBy::Activity } else { ColourBy::State };
        let colour_by = colour_by.unwrap_or_else(by_default);
        let ready = colour_by == ColourBy::Resource;
        let instances = waiting(runs, false, ready);
        let by_family = instances.len() > SLOTS;
        let waited = instances.keys().cloned().collect();
        let waiting = if by_family { waiting(runs, true, ready) } else { instances };
        let (names, others) = match colour_by {
            ColourBy::Process => (Vec::new(), false),
            _ => longest(waiting, SLOTS),
        };
        let own = match colour_by {
            ColourBy::Activity => longest(activities(runs), OWN_SLOTS).0,
            ColourBy::Process => processes(runs),
            // Of lanes none, but of locks those who hold them.
            ColourBy::State | ColourBy::Resource => {
                let instances = holders(runs, false);
                let by_family = instances.len() > OWN_SLOTS;
                longest(if by_family { holders(runs, true) } else { instances }, OWN_SLOTS).0
            }
        };
        Inks { colour_by, names, waited, by_family, others, own }
    }

    /// The looks that these runs bring with them, or else new ones for a picture of them.
    pub(super) fn given_or_of(runs: &[GanttInput<'_>], colour_by: Option<ColourBy>) -> Inks {
        let given = runs.first().and_then(|run| run.inks);
        given.cloned().unwrap_or_else(|| Inks::of(runs, colour_by))
    }

    /// What the lanes of `run` show.
    pub(super) fn classes(&self, run: &GanttInput<'_>) -> Classes {
        let resource = |resource: usize| {
            place(&ink_name(run, ResourceId(resource as u32), self.by_family), &self.names, SLOTS)
        };
        let own = match self.colour_by {
            ColourBy::State => Own::Nothing,
            ColourBy::Resource => Own::Waits,
            ColourBy::Process => self.by_process(run),
            ColourBy::Activity => {
                let slots = by_op(run).into_iter();
                Own::Ops(slots.map(|name| name.map(|name| place(name, &self.own, OWN_SLOTS))).collect())
            }
        };
        Classes { slots: (0..run.header.resource_count()).map(resource).collect(), own }
    }

    /// What the lanes of locks show of the process that holds one: its colour, where no
    /// activities have them.
    pub(super) fn holder_classes(&self, run: &GanttInput<'_>) -> Classes {
        let own = match self.colour_by {
            ColourBy::Activity => Own::Waits,
            _ => self.by_process(run),
        };
        Classes { slots: Vec::new(), own }
    }

    fn by_process(&self, run: &GanttInput<'_>) -> Own {
        let slot = |process: ProcessId| match place(&run.process_name(process), &self.own, OWN_SLOTS) {
            slot if usize::from(slot) < OWN_SLOTS => slot,
            _ => place(&run.header.process(process).name, &self.own, OWN_SLOTS),
        };
        Own::Processes((0..run.process_count()).map(|id| slot(ProcessId::from_index(id))).collect())
    }
}

/// The slot of a name, or that of all others.
fn place(name: &str, known: &[String], others: usize) -> u8 {
    known.iter().position(|known| *known == *name).unwrap_or(others) as u8
}

/// The looks that pictures drawn one after the other have given to names.
///
/// A name keeps its look in all of them, as long as no other name of one picture has it; then
/// one of both has another look there, since within a picture they have to differ.
#[derive(Debug, Default)]
pub struct GivenLooks {
    waits: BTreeMap<String, usize>,
    own: BTreeMap<String, usize>,
}

impl GivenLooks {
    /// The looks of the next picture: the same names as given out for it alone, each with the
    /// look that it has had, or with one that no name has had if there is one.
    pub fn next(&mut self, inks: Inks) -> Inks {
        let names = settle(&mut self.waits, &inks.names, SLOTS);
        let own = settle(&mut self.own, &inks.own, OWN_SLOTS);
        Inks { names, own, ..inks }
    }
}

/// The names by slot, those that have had one in theirs; a slot without a name is empty.
fn settle(given: &mut BTreeMap<String, usize>, names: &[String], slots: usize) -> Vec<String> {
    let mut settled = vec![String::new(); slots];
    let mut others = Vec::new();
    for name in names {
        match given.get(name).filter(|&&slot| settled[slot].is_empty()) {
            Some(&slot) => settled[slot].clone_from(name),
            None => others.push(name),
        }
    }
    for name in others {
        let is_new = |slot: &usize| !given.values().any(|taken| taken == slot);
        let free = || (0..slots).filter(|&slot| settled[slot].is_empty());
        let Some(slot) = free().find(is_new).or_else(|| free().next()) else { break };
        settled[slot].clone_from(name);
        given.entry(name.clone()).or_insert(slot);
    }
    let used = settled.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    settled.truncate(used);
    settled
}

/// What is coloured otherwise than by state.
#[derive(Debug, Clone)]
enum Own {
    Nothing,
    /// Delays and works that are called something: by op, the slot.
    Ops(Vec<Option<u8>>),
    /// What is no wait, by process.
    Processes(Vec<u8>),
    /// Waits alone.
    Waits,
}

/// The class of every span of one run; tables, since it is asked for each of a million
/// spans.
#[derive(Debug, Clone)]
pub struct Classes {
    slots: Vec<u8>,
    own: Own,
}

impl Classes {
    /// For a run without resources.
    #[cfg(test)]
    pub fn none() -> Classes {
        Classes { slots: Vec::new(), own: Own::Nothing }
    }

    /// What a span shows.
    pub fn of(&self, span: &Span) -> Class {
        let by_state = match span.activity {
            Activity::New => return Class::New,
            Activity::Blocked { resource, .. } => return self.waits(resource),
            Activity::Ready { processor } => match self.own {
                Own::Waits => return self.waits(processor),
                _ => return Class::Ready,
            },
            Activity::Delayed => Class::Delayed,
            Activity::Running => Class::Running,
        };
        match &self.own {
            Own::Nothing => by_state,
            Own::Ops(slots) => slots.get(span.op.index()).copied().flatten().map_or(by_state, Class::Own),
            Own::Processes(slots) => {
                Class::Own(slots.get(span.process.index()).copied().unwrap_or(OWN_SLOTS as u8))
            }
            Own::Waits => Class::Busy,
        }
    }

    fn waits(&self, resource: ResourceId) -> Class {
        Class::Blocked(self.slots.get(resource.index()).copied().unwrap_or(SLOTS as u8))
    }
}

/// Names, each with how long in all, and its place in the first run that has it.
type Lengths = BTreeMap<String, (u128, usize)>;

/// The names with the greatest lengths, in the order of the scenario, which reads best in
/// the legend; and whether there are more.
fn longest(lengths: Lengths, most: usize) -> (Vec<String>, bool) {
    let mut ranked: Vec<(u128, usize, String)> =
        lengths.into_iter().map(|(name, (nanos, order))| (nanos, order, name)).collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let others = ranked.len() > most;
    ranked.truncate(most);
    ranked.sort_by_key(|entry| entry.1);
    (ranked.into_iter().map(|entry| entry.2).collect(), others)
}

/// How long processes waited for each resource, and, if wanted, were ready for it.
fn waiting(runs: &[GanttInput<'_>], by_family: bool, ready: bool) -> Lengths {
    let mut waiting = Lengths::new();
    let mut order = 0;
    for run in runs {
        let mut nanos = vec![0u128; run.header.resource_count()];
        for span in run.spans {
            let resource = match span.activity {
                Activity::Blocked { resource, .. } => resource,
                Activity::Ready { processor } if ready => processor,
                _ => continue,
            };
            if let Some(sum) = nanos.get_mut(resource.index()) {
                *sum += u128::from(span.nanos());
            }
        }
        for (resource, nanos) in nanos.into_iter().enumerate().filter(|(_, nanos)| *nanos > 0) {
            let name = ink_name(run, ResourceId(resource as u32), by_family);
            waiting.entry(name).or_insert((0, order)).0 += nanos;
            order += 1;
        }
    }
    waiting
}

/// How long each activity took that has a name.
fn activities(runs: &[GanttInput<'_>]) -> Lengths {
    let mut lengths = Lengths::new();
    let mut order = 0;
    for run in runs {
        let mut nanos = vec![0u128; run.header.lines.len()];
        let passes = |span: &&Span| matches!(span.activity, Activity::Delayed | Activity::Running);
        for span in run.spans.iter().filter(passes) {
            if let Some(sum) = nanos.get_mut(span.op.index()) {
                *sum += u128::from(span.nanos());
            }
        }
        for (op, name) in &run.header.labels {
            let nanos = nanos.get(op.index()).copied().unwrap_or(0);
            if nanos > 0 {
                lengths.entry(name.clone()).or_insert((0, order)).0 += nanos;
                order += 1;
            }
        }
    }
    lengths
}

/// The first processes that are shown, by name.
fn processes(runs: &[GanttInput<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for run in runs {
        for lane in 0..run.lane_count() {
            let name = &run.header.process(run.lane(lane)).name;
            if names.len() < OWN_SLOTS && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// How long each process held locks.
fn holders(runs: &[GanttInput<'_>], by_family: bool) -> Lengths {
    let mut lengths = Lengths::new();
    for run in runs {
        let mut nanos = vec![0u128; run.process_count()];
        for holding in run.holdings {
            for holder in &holding.holders {
                if let Some(sum) = nanos.get_mut(holder.index()) {
                    *sum += u128::from(holding.end.since(holding.start));
                }
            }
        }
        for (process, nanos) in nanos.into_iter().enumerate().filter(|(_, nanos)| *nanos > 0) {
            let process = ProcessId::from_index(process);
            let family = || run.header.process(process).name.clone();
            let name = if by_family { family() } else { run.process_name(process) };
            let order = lengths.len();
            lengths.entry(name).or_insert((0, order)).0 += nanos;
        }
    }
    lengths
}

/// By op, what its delay or work is called.
fn by_op<'a>(run: &GanttInput<'a>) -> Vec<Option<&'a str>> {
    let mut names = vec![None; run.header.lines.len()];
    for (op, name) in &run.header.labels {
        if let Some(slot) = names.get_mut(op.index()) {
            *slot = Some(name.as_str());
        }
    }
    names
}

fn ink_name(run: &GanttInput<'_>, resource: ResourceId, by_family: bool) -> String {
    if by_family { run.family_name(resource) } else { run.resource_name(resource) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_looks() {
        let mut given = BTreeMap::new();
        let mut next = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            settle(&mut given, &names, 3)
        };
        assert_eq!(next(&["a", "b"]), ["a", "b"]);
        // The new one gets what nobody has had, though it comes first.
        assert_eq!(next(&["c", "b"]), ["", "b", "c"]);
        assert_eq!(next(&["a"]), ["a"]);
        // All are given: it gets what is free here, and keeps it.
        assert_eq!(next(&["d", "b"]), ["d", "b"]);
        // `a` and `d` have the same one: in one picture one of both has another.
        assert_eq!(next(&["a", "b", "d"]), ["a", "b", "d"]);
        assert_eq!(next(&["d"]), ["d"]);
    }
}
