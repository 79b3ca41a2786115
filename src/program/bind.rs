//! A compiled program with parameter values: the initial state of a run.

use super::compile::{ProcessCode, Program};
use super::expressions::Global;
use super::fuse::{Scope, fuse};
use super::initial::Initial;
use super::layout::{FRAME_WORDS, Frames, RESOURCE_WORDS, frame, resource};
use super::op::{DistributionCode, ManyCode, Op, ResourceCode, RunEntry, Sampler, Slot};
use super::quiet::{Section, sections, without};
use super::specialise::specialise;
use crate::ids::{OpId, ProcessDefId, ProcessId, ResourceDefId, ResourceId, Site};
use crate::scenario::{Discipline, Expr, Limits, Model, ProcessDef, ResourceDef, ResourceSpec, evaluate_for};
use crate::time::Time;
use crate::trace::{ProcessInfo, ResourceInfo};
use crate::value::{Type, Value, Word};

/// The most words that the initial state may have: 800 MB.
const MAX_WORDS: usize = 100_000_000;

/// From this number of instances on, memory is reserved for exactly so many,
/// and what their frames have in common is kept once.
const MANY_INSTANCES: u32 = 1_000;

/// For each resource definition, where the header of its first instance lies in
/// the arena, and how many instances there are.
pub type Instances = Vec<(u32, u32)>;

/// Why a program cannot be bound to these parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindError {
    /// Where the expression stands that has no good value.
    pub site: Site,
    /// What is wrong with it.
    pub message: String,
}

/// A program that is ready to run: code, and the initial state of everything.
#[derive(Debug, Clone)]
pub struct Image {
    /// All ops, by [`OpId`], with fused ones in front of those they stand for.
    pub code: Vec<Op>,
    /// All ops without the fused ones: what a process waits on.
    pub plain: Vec<Op>,
    /// As `code`, without what only events tell of; see [`Section`].
    pub quiet: Vec<Op>,
    /// Where `quiet` leaves a mutex out.
    pub sections: Vec<Section>,
    /// The place in the scenario of every op.
    pub sites: Vec<Site>,
    /// By op: whether it belongs to an atomic block; see [`Op::Atomic`].
    pub atomic: Vec<bool>,
    /// The initial state.
    pub arena: Initial,
    /// Where the frame of each process begins, by [`ProcessId`].
    pub frames: Vec<u32>,
    /// By [`ProcessDefId`].
    pub processes: Vec<DefImage>,
    /// The first resource header; all others follow.
    pub resource_base: usize,
    /// Where the contents begin, behind the last frame.
    pub contents_base: usize,
    /// The resources with their instances, for reports.
    pub resources: Vec<ResourceInfo>,
    /// Distributions with everything known filled in.
    pub distributions: Vec<DistributionCode>,
    /// See [`ManyCode`].
    pub many: Vec<ManyCode>,
    /// What the fused runs of ops take and give.
    pub runs: Vec<RunEntry>,
    /// The arguments of the log texts.
    pub logs: Vec<Vec<super::LogArgCode>>,
    /// The first header and the number of instances, by resource definition.
    pub instances: Instances,
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
pub struct DefImage {
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
    pub fn bind(&self, model: &Model, params: &[Value]) -> Result<Image, BindError> {
        let mut binder =
            Binder { params, arena: Vec::with_capacity(256), contents: Vec::new(), blocks: Vec::new() };
        binder.globals(self)?;
        let resource_base = binder.arena.len();
        let (resources, instances) = binder.resources(model)?;
        let (frames, processes, has_priorities) = binder.processes(self, model)?;
        let contents_base = binder.arena.len();
        binder.append_contents()?;
        let mut image = Image {
            code: self.code.clone(),
            plain: Vec::new(),
            quiet: Vec::new(),
            sections: Vec::new(),
            sites: self.sites.clone(),
            atomic: self.atomic.clone(),
            arena: Initial::new(binder.arena, &binder.blocks),
            frames,
            resource_base,
            contents_base,
            distributions: self.distributions.clone(),
            many: self.many.clone(),
            runs: Vec::new(),
            logs: self.logs.clone(),
            instances,
            horizon: None,
            limits: model.limits,
            has_priorities,
            seed: model.seed,
            names: names(model, &processes),
            processes,
            resources,
        };
        if let Some(expr) = &model.horizon {
            let nanos = u64::try_from(int(expr, params)?).ok();
            image.horizon = Some(
                nanos.and_then(Time::from_nanos).ok_or_else(|| error(expr, "the stop time is negative"))?,
            );
        }
        image.patch_resources();
        image.plain = image.code.clone();
        let scopes = self.scopes(&image);
        fuse(&image.plain, &mut image.code, &scopes, &image.distributions, &mut image.runs);
        image.make_quiet(&scopes);
        let (mut code, mut quiet) = (std::mem::take(&mut image.code), std::mem::take(&mut image.quiet));
        specialise(&image, &mut code, &scopes, false);
        specialise(&image, &mut quiet, &scopes, true);
        (image.code, image.quiet) = (code, quiet);
        image.share_python_generators();
        Ok(image)
    }

    /// The ops of each process definition.
    fn scopes(&self, image: &Image) -> Vec<Scope> {
        let ends =
            self.processes.iter().skip(1).map(|process| process.entry.index()).chain([self.code.len()]);
        let scope = |((code, def), end): ((&ProcessCode, &DefImage), usize)| Scope {
            end,
            frame: (def.count == 1).then(|| image.frames[def.first.index()]),
            temporaries: FRAME_WORDS + code.vars.len() as u32,
        };
        self.processes.iter().zip(&image.processes).zip(ends).map(scope).collect()
    }
}

fn names(model: &Model, processes: &[DefImage]) -> Names {
    let infos = processes.iter().zip(&model.processes).map(|(image, def)| ProcessInfo {
        name: def.name.clone(),
        first: image.first,
        count: image.count,
        indexed: def.count.is_some(),
    });
    Names {
        scenario: model.name.clone(),
        processes: infos.collect(),
        marks: model.marks.clone(),
        logs: model.logs.clone(),
    }
}

fn error(expr: &Expr, message: impl Into<String>) -> BindError {
    BindError { site: expr.site, message: message.into() }
}

fn value_of(expr: &Expr, params: &[Value], index: Option<u32>) -> Result<Value, BindError> {
    evaluate_for(expr, params, index)
        .map_err(|problem| BindError { site: problem.site, message: problem.to_string() })
}

fn int(expr: &Expr, params: &[Value]) -> Result<i64, BindError> {
    Ok(value_of(expr, params, None)?.to_word() as i64)
}

/// An integer between `low` and `high`.
fn bounded(expr: &Expr, params: &[Value], low: i64, high: i64, what: &str) -> Result<i64, BindError> {
    let number = int(expr, params)?;
    if (low..=high).contains(&number) {
        return Ok(number);
    }
    Err(error(expr, format!("{what} is {number}, but must be from {low} to {high}")))
}

struct Binder<'a> {
    params: &'a [Value],
    arena: Vec<Word>,
    /// What comes behind the frames: the word that must point to it, how
    /// often it is repeated, and the word that is repeated.
    contents: Vec<Content>,
    /// The frames of processes with many instances.
    blocks: Vec<Frames>,
}

struct Content {
    /// The arena word that gets the place of the content in its low half.
    pointer: usize,
    len: usize,
    initial: Word,
}

impl Binder<'_> {
    fn globals(&mut self, program: &Program) -> Result<(), BindError> {
        self.arena.extend(self.params.iter().map(|value| value.to_word()));
        for global in program.globals.rest() {
            self.arena.push(match global {
                Global::Constant(word) => *word,
                Global::Derived(expr) => value_of(expr, self.params, None)?.to_word(),
            });
        }
        let padded = self.arena.len().next_multiple_of(RESOURCE_WORDS);
        self.arena.resize(padded, 0);
        Ok(())
    }

    /// The resource headers; gives the infos, and the first header and count
    /// by definition.
    fn resources(&mut self, model: &Model) -> Result<(Vec<ResourceInfo>, Instances), BindError> {
        let mut infos: Vec<ResourceInfo> = Vec::new();
        let mut instances = Vec::new();
        let mut next = 0u32;
        for def in &model.resources {
            let count = match &def.count {
                Some(expr) => bounded(expr, self.params, 0, 10_000_000, "the number of instances")? as u32,
                None => 1,
            };
            let info = self.resource_info(def, ResourceId(next), count)?;
            instances.push((self.arena.len() as u32, count));
            for id in next..next + count {
                self.resource_header(def, &info, id)?;
            }
            next += count;
            self.check_size(def.site)?;
            infos.push(info);
        }
        Ok((infos, instances))
    }

    fn resource_info(
        &self,
        def: &ResourceDef,
        first: ResourceId,
        count: u32,
    ) -> Result<ResourceInfo, BindError> {
        let (capacity, initial, ty) = match &def.spec {
            ResourceSpec::Mutex => (Some(1), 1, Type::Int),
            ResourceSpec::Condition => (None, 0, Type::Int),
            ResourceSpec::Semaphore { permits } => (
                None,
                bounded(permits, self.params, 0, i64::MAX / 2, "the number of permits")? as u64,
                Type::Int,
            ),
            ResourceSpec::Buffer { capacity: None, ty } => (None, 0, *ty),
            ResourceSpec::Buffer { capacity: Some(capacity), ty } => {
                (Some(bounded(capacity, self.params, 1, i64::MAX / 2, "the capacity")? as u64), 0, *ty)
            }
            ResourceSpec::Memory { slots, initial } => (
                Some(bounded(slots, self.params, 1, MAX_WORDS as i64, "the number of slots")? as u64),
                0,
                initial.ty,
            ),
        };
        let indexed = def.count.is_some();
        let kind = def.spec.kind();
        Ok(ResourceInfo { name: def.name.clone(), kind, first, count, indexed, capacity, initial, ty })
    }

    fn resource_header(&mut self, def: &ResourceDef, info: &ResourceInfo, id: u32) -> Result<(), BindError> {
        let base = self.arena.len();
        let discipline = match def.discipline {
            Discipline::Fifo => 0,
            Discipline::Priority => 1,
            Discipline::Lifo => 2,
            Discipline::Any => 3,
        };
        let mut header = [0; RESOURCE_WORDS];
        header[resource::IDENTITY] = u64::from(id) | discipline << 32 | (info.ty as u64) << 40;
        header[resource::CAPACITY] = info.capacity.unwrap_or(u64::MAX);
        match &def.spec {
            ResourceSpec::Semaphore { .. } | ResourceSpec::Mutex => header[resource::LEVEL] = info.initial,
            ResourceSpec::Memory { initial, .. } => {
                let initial = value_of(initial, self.params, None)?.to_word();
                self.content(base + resource::CONTENT, info.capacity.unwrap_or(0) as usize, initial);
            }
            ResourceSpec::Buffer { .. } | ResourceSpec::Condition => {}
        }
        self.arena.extend(header);
        Ok(())
    }

    fn content(&mut self, pointer: usize, len: usize, initial: Word) {
        self.contents.push(Content { pointer, len, initial });
    }

    fn processes(
        &mut self,
        program: &Program,
        model: &Model,
    ) -> Result<(Vec<u32>, Vec<DefImage>, bool), BindError> {
        let mut frames = Vec::new();
        let mut images = Vec::new();
        let mut has_priorities = false;
        for (code, def) in program.processes.iter().zip(&model.processes) {
            let count = match &def.count {
                Some(expr) => bounded(expr, self.params, 0, 10_000_000, "the number of instances")? as u32,
                None => 1,
            };
            images.push(DefImage {
                name: def.name.clone(),
                first: ProcessId::from_index(frames.len()),
                count,
                streams: code.streams,
                index: code.index,
            });
            let words = count as usize * code.frame_words as usize;
            // Of many instances not a word more than they need.
            if count >= MANY_INSTANCES && words <= MAX_WORDS {
                let (start, words) = (self.arena.len(), code.frame_words as usize);
                self.blocks.push(Frames { start, words, count: count as usize });
                frames.reserve_exact(count as usize);
                self.arena.reserve_exact(words);
            }
            for index in 0..count {
                frames.push(self.arena.len() as u32);
                has_priorities |= self.frame(code, def, index)? != 0;
            }
            self.check_size(def.site)?;
        }
        Ok((frames, images, has_priorities))
    }

    /// One frame; gives the priority.
    fn frame(&mut self, code: &ProcessCode, def: &ProcessDef, index: u32) -> Result<i64, BindError> {
        let base = self.arena.len();
        self.arena.resize(base + code.frame_words as usize, 0);
        let priority = match &def.priority {
            None => 0,
            Some(expr) => value_of(expr, self.params, Some(index))?.to_word() as i64,
        };
        if !(-128..=127).contains(&priority) {
            let message = format!("the priority is {priority}, but must be from -128 to 127");
            return Err(BindError { site: def.site, message });
        }
        self.arena[base + frame::STATE] = u64::from(code.entry.0);
        self.arena[base + frame::LINK] = ((priority + 128) as u64) << 56;
        if let Some(slot) = code.index {
            self.arena[slot.at(base)] = u64::from(index);
        }
        for (var, slot) in def.vars.iter().zip(&code.vars) {
            let initial = value_of(&var.initial, self.params, Some(index))?.to_word();
            match &var.len {
                None => self.arena[slot.at(base)] = initial,
                Some(len) => {
                    let len =
                        bounded(len, self.params, 0, MAX_WORDS as i64, "the length of the array")? as usize;
                    self.arena[slot.at(base)] = (len as u64) << 32;
                    self.content(slot.at(base), len, initial);
                }
            }
        }
        Ok(priority)
    }

    fn append_contents(&mut self) -> Result<(), BindError> {
        let total =
            self.contents.iter().fold(self.arena.len(), |sum, content| sum.saturating_add(content.len));
        if total > MAX_WORDS {
            return Err(too_large(Site::default()));
        }
        self.arena.reserve_exact(total - self.arena.len());
        for content in std::mem::take(&mut self.contents) {
            self.arena[content.pointer] |= self.arena.len() as u64;
            self.arena.resize(self.arena.len() + content.len, content.initial);
        }
        Ok(())
    }

    fn check_size(&self, site: Site) -> Result<(), BindError> {
        if self.arena.len() > MAX_WORDS { Err(too_large(site)) } else { Ok(()) }
    }
}

fn too_large(site: Site) -> BindError {
    let message = format!("the scenario needs more than {MAX_WORDS} words of state");
    BindError { site, message }
}

impl Image {
    /// Turns resource definitions in ops into headers.
    fn patch_resources(&mut self) {
        let instances = &self.instances;
        let bound = |code: &mut ResourceCode| {
            if let Ok(def) = code.resolve() {
                *code = ResourceCode::fixed(instances[def].0);
            }
        };
        for op in &mut self.code {
            match op {
                Op::Lock { mutex } | Op::Unlock { mutex } => bound(mutex),
                Op::Acquire { semaphore }
                | Op::AcquireMany { semaphore, .. }
                | Op::Release { semaphore }
                | Op::ReleaseMany { semaphore, .. } => bound(semaphore),
                Op::Put { buffer, .. } | Op::Take { buffer } | Op::Get { buffer, .. } => bound(buffer),
                Op::Write { memory, .. } | Op::Read { memory, .. } => bound(memory),
                Op::Wait { condition, mutex } => {
                    bound(condition);
                    mutex.iter_mut().for_each(bound);
                }
                Op::Notify { condition } | Op::NotifyAll { condition } => bound(condition),
                Op::Level { resource, .. } | Op::Capacity { buffer: resource, .. } => bound(resource),
                _ => {}
            }
        }
        for many in &mut self.many {
            bound(&mut many.resource);
        }
    }

    /// Makes the ops for runs without a trace.
    fn make_quiet(&mut self, scopes: &[Scope]) {
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
        if self.sections.is_empty() {
            self.quiet = self.code.clone();
            return;
        }
        let shorter = without(&self.plain, &self.sections);
        self.quiet = shorter.clone();
        fuse(&shorter, &mut self.quiet, scopes, &self.distributions, &mut self.runs);
    }

    /// Draws of one process with an equal seed share one generator, as the
    /// calls of a Python program do: they count on in the same word.
    fn share_python_generators(&mut self) {
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

    /// The number of process instances.
    pub fn process_count(&self) -> usize {
        self.frames.len()
    }

    /// The number of resource instances.
    pub fn resource_count(&self) -> usize {
        self.resources.last().map_or(0, |info| info.first.index() + info.count as usize)
    }

    /// The definition that `process` is an instance of.
    pub fn definition(&self, process: ProcessId) -> &DefImage {
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

    /// The initial words of the header of a resource.
    pub fn header_words(&self, id: ResourceId) -> &[Word] {
        let header = self.resource_at(id);
        self.arena.content(header..header + RESOURCE_WORDS)
    }

    /// The type of a marked value, if the mark carries one.
    pub fn mark_type(&self, mark: crate::ids::MarkId) -> Option<Type> {
        self.names.marks[mark.index()].ty
    }

    /// The info of the definition that `resource` is an instance of.
    pub fn resource_info(&self, resource: ResourceId) -> &ResourceInfo {
        let after = self.resources.partition_point(|info| info.first <= resource);
        &self.resources[after - 1]
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
