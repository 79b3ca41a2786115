//! Where it cannot matter who is served first.
//!
//! Decides that by a run: where there are never two of which one is chosen, another
//! discipline is the same run, step by step. Of processors that is not said: some
//! disciplines take cores away, or serve all at once.

use crate::ids::ResourceDefId;
use crate::scenario::Model;
use crate::trace::{Kind, ResourceKind, Trace, WaitFor};
use std::collections::{BTreeMap, BTreeSet};

/// The resources for which there are never two in line in this run.
pub(super) fn never_two(trace: &Trace, model: &Model) -> BTreeSet<ResourceDefId> {
    let mut lines: BTreeMap<(u32, u64), u32> = BTreeMap::new();
    let mut waits: Vec<Option<(u32, u64)>> = vec![None; trace.header.process_count()];
    let mut crowded: BTreeSet<u32> = BTreeSet::new();
    for event in &trace.events {
        let mine = &mut waits[event.process.index()];
        if let Some(left) = mine.take() {
            lines.entry(left).and_modify(|line| *line -= 1);
        }
        if event.kind == Kind::Block && event.value != WaitFor::Core as u64 {
            let line = (event.subject, event.value);
            *mine = Some(line);
            let length = lines.entry(line).or_default();
            *length += 1;
            if *length > 1 {
                crowded.insert(event.subject);
            }
        }
    }
    let is_crowded = |name: &str| {
        let info = trace.header.resources.iter().find(|info| info.name == name);
        info.is_none_or(|info| crowded.range(info.first.0..info.first.0 + info.count).next().is_some())
    };
    let defs = model.resources.iter().enumerate();
    let quiet = defs.filter(|(_, def)| def.spec.kind != ResourceKind::Processor && !is_crowded(&def.name));
    quiet.map(|(number, _)| ResourceDefId::from_index(number)).collect()
}
