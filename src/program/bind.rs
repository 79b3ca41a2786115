//! A compiled program with parameter values: code, and the initial state of a run.

use super::access::{Operand, Use};
use super::compile::{ProcessCode, Program};
use super::fuse::{Scope, fuse};
use super::initial::Initial;
use super::layout::{FRAME_WORDS, RESOURCE_WORDS, frame};
use super::lock_elision::{Section, noting, sections, without};
use super::noticed::noticed;
use super::op::{DistributionCode, ManyCode, Op, ResourceCode, RunEntry, Sampler, Slot};
use super::specialise::specialise;
use super::state::{BindError, InstanceRanges, Size, State};
use crate::ids::{OpId, ProcessDefId, ProcessId, ResourceDefId, ResourceId, Site};
use crate::scenario::{Limits, Model, ProcessDef, ResourceDef};
use crate::time::Time;
use crate::trace::{ProcessInfo, ResourceInfo};
use crate::value::{Type, Value, Word};
use std::ops::Range;

/// A program that is ready to run: code, and the initial state of everything.
#[derive(Debug, Clone)]
pub struct BoundProgram {
    /// All ops, by [`OpId`], with fused ones in front of those they stand for.
    pub code: Vec<Op>,
    /// All ops without the fused ones: what a process waits on.
    pub plain: Vec<Op>,
    /// As `code`, without what only events tell of; see `Section`.
    pub quiet: Vec<Op>,
    /// Where `quiet` leaves a mutex out, and `code` only notes it.
    pub sections: Vec<Section>,
    /// The place in the scenario of every op.
    pub sites: Vec<Site>,
    /// By op: whether it belongs to an atomic block; see `Op::Atomic`.
    pub atomic: Vec<bool>,
    /// By op: whether an expectation is about its order among the ops of others,
    /// although it concerns nobody else.
    pub noticed: Vec<bool>,
    /// The initial state.
    pub arena: Initial,
    /// Where the frame of each process begins, by [`ProcessId`].
    pub frames: Vec<u32>,
    /// By [`ProcessDefId`].
    pub processes: Vec<ProcessInstances>,
    /// The first resource header; all others follow.
    pub resource_base: usize,
    /// Where the contents begin, behind the last frame.
    pub contents_base: usize,
    /// The resources with their instances, for reports.
    pub resources: Vec<ResourceInfo>,
    /// Distributions with everything known filled in.
    pub distributions: Vec<DistributionCode>,
    /// See `ManyCode`.
    pub many: Vec<ManyCode>,
    /// What the fused runs of ops take and give.
    pub runs: Vec<RunEntry>,
    /// The arguments of the log texts.
    pub logs: Vec<Vec<super::LogArgCode>>,
    /// The first header and the number of instances, by resource definition.
    pub instances: InstanceRanges,
    /// The stop time.
    pub horizon: Option<Time>,
    /// Budgets.
    pub limits: Limits,
    /// Whether any process has a priority other than 0.
    pub has_priorities: bool,
    /// The seed that the scenario gives.
    pub seed: u64,
    pub(super) names: Names,
}

/// What only reports need.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) scenario: String,
    pub(super) processes: Vec<ProcessInfo>,
    pub(super) marks: Vec<crate::trace::MarkInfo>,
    pub(super) logs: Vec<crate::trace::LogTemplate>,
}

/// The instances of one process definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessInstances {
    /// The name in the scenario: it names the random streams.
    pub name: String,
    /// The first instance.
    pub first: ProcessId,
    /// How many.
    pub count: u32,
    /// How many random streams each instance has.
    pub streams: u32,
    /// The frame word that holds the number of the instance, if it is used.
    pub index: Option<Slot>,
}

impl Program {
    /// Puts parameter values in. `params` are by [`crate::ids::ParamId`].
    ///
    /// # Errors
    /// [`BindError`] if an expression over the parameters has no good value:
    /// permits below zero, a count that is too large, a stop time that is
    /// negative. A scenario that was checked with the same values has none.
    pub fn bind(&self, model: &Model, params: &[Value]) -> Result<BoundProgram, BindError> {
        let mut state = State::default();
        let (mut program, scopes) = self.bind_general(model, params, &mut state)?;
        program.specialise(&scopes);
        Ok(program)
    }

    /// A program whose ops are not special to the values of parameters yet, with
    /// what it takes to make them so; see [`BoundProgram::specialise`]. The initial
    /// state is moved out of `state`, which keeps where everything is.
    pub(super) fn bind_general(
        &self,
        model: &Model,
        params: &[Value],
        state: &mut State,
    ) -> Result<(BoundProgram, Vec<Scope>), BindError> {
        state.lay_out(self, model, params)?;
        let processes = self.definitions(model, state);
        let mut program = BoundProgram {
            code: self.code.clone(),
            plain: Vec::new(),
            quiet: Vec::new(),
            sections: Vec::new(),
            sites: self.sites.clone(),
            atomic: self.atomic.clone(),
            noticed: Vec::new(),
            arena: Initial::new(std::mem::take(&mut state.arena), &state.blocks),
            frames: std::mem::take(&mut state.frames),
            resource_base: state.resource_base,
            contents_base: state.contents_base,
            distributions: self.distributions.clone(),
            many: self.many.clone(),
            runs: Vec::new(),
            logs: self.logs.clone(),
            instances: state.instances.clone(),
            horizon: state.horizon,
            limits: model.limits,
            has_priorities: state.has_priorities,
            seed: model.seed,
            names: names(model, &processes),
            processes,
            resources: infos(model, state),
        };
        program.patch_resources();
        program.plain = program.code.clone();
        let scopes = self.scopes(&program);
        program.noticed = noticed(&model.expect, &program.plain, self.ranges(&program));
        program.fuse(&scopes);
        program.share_python_generators();
        Ok((program, scopes))
    }

    /// The process definitions, with how many instances there are of each.
    fn definitions(&self, model: &Model, state: &State) -> Vec<ProcessInstances> {
        let of_each = self.processes.iter().zip(&model.processes).zip(&state.processes);
        let program = |((code, def), &(first, count)): ((&ProcessCode, &ProcessDef), &(ProcessId, u32))| {
            ProcessInstances {
                name: def.name.clone(),
                first,
                count,
                streams: code.streams,
                index: code.index,
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
        let ends =
            self.processes.iter().skip(1).map(|process| process.entry.index()).chain([self.code.len()]);
        let scope = |((code, def), end): ((&ProcessCode, &ProcessInstances), usize)| Scope {
            end,
            frame: (def.count == 1).then(|| program.frames[def.first.index()]),
            temporaries: FRAME_WORDS + code.vars.len() as u32,
        };
        self.processes.iter().zip(&program.processes).zip(ends).map(scope).collect()
    }
}

fn names(model: &Model, processes: &[ProcessInstances]) -> Names {
    let infos = processes.iter().zip(&model.processes).map(|(program, def)| ProcessInfo {
        name: def.name.clone(),
        first: program.first,
        count: program.count,
        indexed: def.count.is_some(),
    });
    Names {
        scenario: model.name.clone(),
        processes: infos.collect(),
        marks: model.marks.clone(),
        logs: model.logs.clone(),
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
        for operand in self.code.iter_mut().flat_map(Op::operands) {
            if let Operand::Access(_, code) | Operand::Named(code) = operand {
                bound(code);
            }
        }
        for many in &mut self.many {
            bound(&mut many.resource);
        }
    }

    /// Makes the ops for runs with a trace, and for those without, of the plain ones.
    fn fuse(&mut self, scopes: &[Scope]) {
        let by_index: Vec<std::ops::Range<usize>> = self
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
        self.sections = sections(&self.plain, |header| by_index.iter().any(|range| range.contains(&header)));
        let noting = noting(&self.plain, &self.sections);
        self.code.clone_from(&noting);
        fuse(&noting, &mut self.code, scopes, &self.distributions, &mut self.runs);
        if self.sections.is_empty() {
            self.quiet = self.code.clone();
            return;
        }
        let shorter = without(&self.plain, &self.sections);
        self.quiet = shorter.clone();
        fuse(&shorter, &mut self.quiet, scopes, &self.distributions, &mut self.runs);
    }

    /// Puts what is known by the values of parameters into ops that do not have
    /// it in them yet.
    pub(super) fn specialise(&mut self, scopes: &[Scope]) {
        let (mut code, mut quiet) = (std::mem::take(&mut self.code), std::mem::take(&mut self.quiet));
        specialise(self, &mut code, scopes, false);
        specialise(self, &mut quiet, scopes, true);
        (self.code, self.quiet) = (code, quiet);
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

    /// The resources that a plain op is about, as it names them, and in which
    /// way: first the one that it is for, which alone may make a process wait.
    pub fn accesses(&self, op: &Op) -> impl Iterator<Item = (Use, ResourceCode)> + use<> {
        let mut op = *op;
        let accesses = op.operands().map(|operand| match operand {
            Operand::Access(used, resource) => Some((used, *resource)),
            Operand::Many(used, many) => Some((used, self.many[many as usize].resource)),
            _ => None,
        });
        accesses.into_iter().flatten()
    }

    /// The number of process instances.
    pub fn process_count(&self) -> usize {
        self.frames.len()
    }

    /// The number of resource instances.
    pub fn resource_count(&self) -> usize {
        self.resources.last().map_or(0, |info| info.first.index() + info.count as usize)
    }

    /// The definition that `process` is an instance of.
    pub fn definition(&self, process: ProcessId) -> &ProcessInstances {
        let after = self.processes.partition_point(|def| def.first <= process);
        // Definitions without instances share their first id with the next.
        &self.processes[after - 1]
    }

    /// The number of the first random stream of a process definition, in the
    /// order of definitions, instances and purposes.
    pub fn first_stream(&self, def: ProcessDefId) -> u32 {
        self.processes[..def.index()].iter().map(|def| def.count * def.streams).sum()
    }

    /// The header of a resource in the arena.
    pub fn resource_at(&self, id: ResourceId) -> usize {
        self.resource_base + id.index() * RESOURCE_WORDS
    }

    /// The resource whose header this is.
    #[inline]
    pub fn resource_of(&self, header: usize) -> ResourceId {
        ResourceId::from_index((header - self.resource_base) / RESOURCE_WORDS)
    }

    /// The words of the state that are the frame of a process.
    pub fn frame_of(&self, process: ProcessId) -> Range<usize> {
        let next = self.frames.get(process.index() + 1);
        let end = next.map_or(self.contents_base, |&next| next as usize);
        self.frames[process.index()] as usize..end
    }

    /// The first op of the processes of a definition, which has instances.
    pub fn entry(&self, def: &ProcessInstances) -> OpId {
        // The frames of many instances are held once, so a word of one is asked for.
        let state = self.arena.word(self.frames[def.first.index()] as usize + frame::STATE);
        OpId::from_index(frame::op_in(state))
    }

    /// The initial words of the header of a resource.
    pub fn header_words(&self, id: ResourceId) -> &[Word] {
        let header = self.resource_at(id);
        self.arena.content(header..header + RESOURCE_WORDS)
    }

    /// The type of a marked value, if the mark carries one.
    pub fn mark_type(&self, mark: crate::ids::MarkId) -> Option<Type> {
        self.names.marks[mark.index()].ty
    }

    /// The text of a log step, by its number.
    pub fn log_template(&self, log: u32) -> &crate::trace::LogTemplate {
        &self.names.logs[log as usize]
    }

    /// The info of the definition that `resource` is an instance of.
    pub fn resource_info(&self, resource: ResourceId) -> &ResourceInfo {
        let after = self.resources.partition_point(|info| info.first <= resource);
        &self.resources[after - 1]
    }

    /// The definition of the resource that the op at `at` names: if that is found
    /// at run time, the `Op::Find` before it says of which definition.
    pub fn definition_named(&self, at: usize, code: ResourceCode) -> Option<ResourceDefId> {
        match code.resolve() {
            Ok(header) => Some(self.definition_of(self.resource_of(header))),
            Err(found) => self.plain[..at].iter().rev().find_map(|op| match op {
                Op::Find { into, def, .. } if *into == found => Some(ResourceDefId(*def)),
                _ => None,
            }),
        }
    }

    /// Of which definition a resource is an instance.
    pub fn definition_of(&self, resource: ResourceId) -> ResourceDefId {
        ResourceDefId::from_index(self.resources.partition_point(|info| info.first <= resource) - 1)
    }

    /// `mutex1`, or `forks[2]` for an instance.
    pub fn resource_name(&self, resource: ResourceId) -> String {
        let info = self.resource_info(resource);
        crate::trace::instance_name(&info.name, info.indexed, resource.0 - info.first.0)
    }

    /// `loader`, or `worker[2]` for an instance.
    pub fn process_name(&self, process: ProcessId) -> String {
        let after = self.names.processes.partition_point(|info| info.first <= process);
        let info = &self.names.processes[after - 1];
        crate::trace::instance_name(&info.name, info.indexed, process.0 - info.first.0)
    }

    /// The scenario's name.
    pub fn name(&self) -> &str {
        &self.names.scenario
    }

    /// The words of a resource definition's name, for messages.
    pub fn definition_name(&self, def: ResourceDefId) -> &str {
        &self.resources[def.index()].name
    }

    /// The place in the scenario of an op.
    pub fn site(&self, op: OpId) -> Site {
        self.sites[op.index()]
    }

    /// The words of a frame before its variables, as a check of the layout.
    pub const FRAME_WORDS: u32 = FRAME_WORDS;
}
