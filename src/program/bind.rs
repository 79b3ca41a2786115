//! How a program gets its parameter values: what of it they change, and what stays.

use super::access::Operand;
use super::bound::{BoundProgram, Names, ProcessInstances};
use super::by_number::ByNumber;
use super::code::{ProcessCode, Program};
use super::initial::Initial;
use super::layout::{FRAME_WORDS, RESOURCE_WORDS};
use super::lock_elision::sections;
use super::noticed::noticed;
use super::op::{Op, ResourceCode, Sampler, Slot};
use super::optimise::made::Optimised;
use super::optimise::{Scope, optimise};
use super::state::{Size, State};
use super::values::BindError;
use super::watches::Watches;
use crate::ids::{ProcessDefId, ResourceId};
use crate::scenario::{Model, ProcessDef, ResourceDef};
use crate::trace::{ProcessInfo, ResourceInfo};
use crate::value::{Value, Word};
use std::collections::BTreeSet;
use std::ops::Range;

impl Program {
    /// Puts parameter values in. `params` are by [`crate::ids::ParamId`].
    ///
    /// # Errors
    /// [`BindError`] if an expression over the parameters has no good value:
    /// permits below zero, a count that is too large, a stop time that is
    /// negative. A scenario that was checked with the same values has none.
    pub fn bind(&self, model: &Model, params: &[Value]) -> Result<BoundProgram, BindError> {
        let mut state = State::default();
        let (mut program, scopes) = self.bind_plain(model, params, &mut state)?;
        (program.optimised, _) = optimise(&program, &scopes);
        Ok(program)
    }

    /// A program that is not optimised yet, with what it takes for that. The initial
    /// state is moved out of `state`, which keeps where everything is.
    pub(super) fn bind_plain(
        &self,
        model: &Model,
        params: &[Value],
        state: &mut State,
    ) -> Result<(BoundProgram, Vec<Scope>), BindError> {
        state.lay_out(self, model, params)?;
        let processes = self.definitions(model, state);
        let mut program = BoundProgram {
            plain: self.code.clone(),
            optimised: Optimised::default(),
            sections: Vec::new(),
            never_taken: BTreeSet::new(),
            sites: self.sites.clone(),
            atomic: self.atomic.clone(),
            noticed: Vec::new(),
            params: params.to_vec(),
            arena: Initial::new(std::mem::take(&mut state.arena), &state.blocks),
            frames: std::mem::take(&mut state.frames),
            resource_base: state.resource_base,
            contents_base: state.contents_base,
            distributions: self.distributions.clone(),
            many: self.many.clone(),
            held: self.held.clone(),
            timeouts: self.timeouts.clone(),
            interruptions: self.interruptions.clone(),
            interruptible: self.interruptible.clone(),
            requests: self.requests.clone(),
            has_requests: self.code.iter().any(|op| matches!(op, Op::Request { .. } | Op::Seize { .. })),
            inherits: false,
            endings: self.endings.clone(),
            divisors: self.divisors.clone(),
            watches: Watches::default(),
            choices: self.choices.clone(),
            orders: self.orders.clone(),
            settled: self.settled.clone(),
            logs: self.logs.clone(),
            instances: state.instances.clone(),
            horizon: state.horizon,
            measures: std::mem::take(&mut state.measures),
            limits: model.limits,
            has_priorities: state.has_priorities,
            has_daemons: false,
            processors: std::mem::take(&mut state.processors),
            seed: model.seed,
            names: names(model, &processes),
            processes,
            resources: infos(model, state),
        };
        program.patch_resources();
        program.watches = program.find_watches();
        program.note_watched();
        program.note_stand_ins(model);
        let scopes = self.scopes(&program);
        program.noticed = noticed(&model.expect, &program.plain, self.ranges(&program));
        program.leave_out();
        program.share_python_generators();
        program.note_lives();
        program.note_inheritance();
        Ok((program, scopes))
    }

    /// The process definitions, with how many instances there are of each.
    fn definitions(&self, model: &Model, state: &State) -> Vec<ProcessInstances> {
        let instances = state.processes.iter().zip(&state.daemons);
        let of_each = self.processes.iter().zip(&model.processes).zip(instances);
        let program = |((code, def), (&(first, count), &daemon)): ((&ProcessCode, &ProcessDef), _)| {
            let arrays = def.vars.iter().zip(&code.vars).filter(|(var, _)| var.len.is_some());
            ProcessInstances {
                name: def.name.clone(),
                first,
                count,
                streams: code.streams,
                index: code.index,
                manual: def.manual,
                daemon,
                arrays: arrays.map(|(_, slot)| *slot).collect(),
                drawn: Vec::new(),
                by_number: ByNumber::of(code, def),
                template: Vec::new(),
                life: code.life,
            }
        };
        of_each.map(program).collect()
    }

    /// Where the ops of each process definition are.
    fn ranges<'i>(
        &self,
        program: &'i BoundProgram,
    ) -> impl Iterator<Item = (&'i ProcessInstances, Range<usize>)> {
        let entries = self.processes.iter().map(|process| process.entry.index());
        let ends = entries.clone().skip(1).chain([self.code.len()]);
        program.processes.iter().zip(entries.zip(ends).map(|(start, end)| start..end))
    }

    /// The ops of each process definition.
    fn scopes(&self, program: &BoundProgram) -> Vec<Scope> {
        let scope = |(code, (_, range)): (&ProcessCode, (&ProcessInstances, Range<usize>))| Scope {
            end: range.end,
            temporaries: FRAME_WORDS + code.vars.len() as u32,
        };
        self.processes.iter().zip(self.ranges(program)).map(scope).collect()
    }
}

fn names(model: &Model, processes: &[ProcessInstances]) -> Names {
    let infos = processes.iter().zip(&model.processes).map(|(program, def)| ProcessInfo {
        name: def.name.clone(),
        first: program.first,
        count: program.count,
        indexed: def.count.is_some(),
        daemon: program.daemon,
        manual: def.manual,
    });
    Names {
        scenario: model.name.clone(),
        processes: infos.collect(),
        marks: model.marks.clone(),
        logs: model.logs.clone(),
        labels: model.labels.clone(),
        tables: model.tables.clone(),
    }
}

fn infos(model: &Model, state: &State) -> Vec<ResourceInfo> {
    let mut next = 0;
    let of_each = model.resources.iter().zip(&state.sizes).zip(&state.instances);
    let info = |((def, size), &(_, count)): ((&ResourceDef, &Size), &(u32, u32))| {
        let first = ResourceId(next);
        next += count;
        ResourceInfo {
            name: def.name.clone(),
            kind: def.spec.kind,
            first,
            count,
            indexed: def.count.is_some(),
            capacity: size.capacity,
            initial: size.initial,
            ty: size.ty,
            fields: def.spec.fields.clone(),
            chosen: def.spec.chosen(),
            watched: false,
            stands_for: Vec::new(),
        }
    };
    of_each.map(info).collect()
}

impl BoundProgram {
    /// Turns resource definitions in ops into headers.
    fn patch_resources(&mut self) {
        let instances = &self.instances;
        let bound = |code: &mut ResourceCode| {
            if let Ok(def) = code.resolve() {
                *code = ResourceCode::fixed(instances[def].0);
            }
        };
        for operand in self.plain.iter_mut().flat_map(Op::operands) {
            if let Operand::Access(_, code) | Operand::Named(code) = operand {
                bound(code);
            }
        }
        for many in &mut self.many {
            bound(&mut many.resource);
        }
        for held in &mut self.held {
            bound(&mut held.resource);
        }
        for request in &mut self.requests {
            bound(&mut request.semaphore);
            bound(&mut request.life);
        }
    }

    /// Finds the mutexes that are never found taken.
    fn leave_out(&mut self) {
        let by_index: Vec<Range<usize>> = self
            .plain
            .iter()
            .filter_map(|op| match op {
                Op::Find { def, .. } => {
                    let (first, count) = self.instances[*def as usize];
                    Some(first as usize..first as usize + count as usize * RESOURCE_WORDS)
                }
                _ => None,
            })
            .collect();
        let is_seen =
            |header| self.watches.names(header) || by_index.iter().any(|range| range.contains(&header));
        self.sections = sections(&self.plain, is_seen);
        self.never_taken = self.sections.iter().map(|section| section.header).collect();
    }

    /// Draws of one process with an equal seed share one generator, as the
    /// calls of a Python program do: they count on in the same word.
    pub(super) fn share_python_generators(&mut self) {
        let mut known: Vec<(ProcessDefId, Word, Slot)> = Vec::new();
        for code in &mut self.distributions {
            let Sampler::CpythonRandint { seed, .. } = code.sampler else { continue };
            let Some(global) = seed.global_index() else { continue };
            let seed = self.arena[global as usize];
            match known.iter().find(|(process, other, _)| *process == code.process && *other == seed) {
                Some((_, _, position)) => code.position = *position,
                None => known.push((code.process, seed, code.position)),
            }
        }
    }
}
