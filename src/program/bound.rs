//! A compiled program with parameter values: code, and the initial state of a run.

use super::access::{Operand, Use};
use super::by_number::ByNumber;
use super::code::{Ending, Held, InterruptibleOps, Interruption, RequestOps, Settled, Timeout};
use super::initial::Initial;
use super::item_term::{Choice, ItemTerm, OrderCode};
use super::layout::{RESOURCE_WORDS, closing, frame, resource};
use super::lock_elision::Section;
use super::op::{DistributionCode, LogArgCode, ManyCode, Op, ResourceCode, Slot};
use super::optimise::made::Optimised;
use super::processor::{Chain, Processor};
use super::values::InstanceRanges;
use super::watches::Watches;
use crate::ids::{MarkId, OpId, ProcessDefId, ProcessId, ResourceDefId, ResourceId, Site};
use crate::scenario::Limits;
use crate::time::Time;
use crate::trace::{
    Discipline, Header, LogTemplate, MarkInfo, MeasureInfo, ProcessInfo, ResourceInfo, ResourceKind,
    StandIns, TableInfo, Ties, instance_name,
};
use crate::value::{Type, Value, Word};
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

/// A program that is ready to run: code, and the initial state of everything.
#[derive(Debug, Clone)]
pub struct BoundProgram {
    /// All ops, by [`OpId`]: what a process does, and what it waits on.
    pub plain: Vec<Op>,
    /// What runs in virtual time go by instead.
    pub optimised: Optimised,
    /// Where that leaves a mutex out, and only notes it in runs with events.
    pub sections: Vec<Section>,
    /// The headers of these mutexes.
    pub never_taken: BTreeSet<usize>,
    /// The place in the scenario of every op.
    pub sites: Vec<Site>,
    /// What divisions divide by that has a name, in the order of ops.
    pub divisors: Vec<(OpId, String)>,
    /// By op: whether it belongs to an atomic block; see `Op::Atomic`.
    pub atomic: Vec<bool>,
    /// By op: whether an expectation is about its order among the ops of others,
    /// although it concerns nobody else.
    pub noticed: Vec<bool>,
    /// The values of the parameters, by [`crate::ids::ParamId`].
    pub params: Vec<Value>,
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
    /// What processes hold because of a `with`, of processes that others may end.
    pub held: Vec<Held>,
    /// The waits that may run out, in the order of ops.
    pub timeouts: Vec<Timeout>,
    /// Where processes may be interrupted, in the order of ops.
    pub interruptions: Vec<Interruption>,
    /// The blocks inside of which they may, the inner ones first.
    pub interruptible: Vec<InterruptibleOps>,
    /// The blocks inside of which they have a permit that may be taken from them, likewise.
    pub requests: Vec<RequestOps>,
    /// Whether permits are asked for by priorities of their own, may be taken from others, or are taken before all who
    /// wait.
    pub has_requests: bool,
    /// See [`BoundProgram::has_inheritance`].
    pub(super) inherits: bool,
    /// The gets that end where their buffer is closed, in the order of ops.
    pub endings: Vec<Ending>,
    /// Who waits for what can come of several resources.
    pub(super) watches: Watches,
    /// The gets that ask something of the item that they take, in the order of ops.
    pub choices: Vec<Choice>,
    /// In which order buffers give their items, by resource definition.
    pub orders: Vec<Option<OrderCode>>,
    /// What is the same whenever an instance comes to it, in the order of ops.
    pub settled: Vec<Settled>,
    /// The arguments of the log texts.
    pub logs: Vec<Vec<LogArgCode>>,
    /// The first header and the number of instances, by resource definition.
    pub instances: InstanceRanges,
    /// The stop time.
    pub horizon: Option<Time>,
    /// What is measured of its runs.
    pub measures: Vec<MeasureInfo>,
    /// Budgets.
    pub limits: Limits,
    /// Whether any process has a priority other than 0, or a quantum ends after all
    /// else that happens at its instant.
    pub has_priorities: bool,
    /// Whether a run is completed without the end of some processes.
    pub has_daemons: bool,
    /// By the number that their headers tell; see [`resource::PROCESSOR`].
    pub processors: Vec<Processor>,
    /// The seed that the scenario gives.
    pub seed: u64,
    pub(super) names: Names,
}

/// What only reports need.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) scenario: String,
    pub(super) processes: Vec<ProcessInfo>,
    pub(super) marks: Vec<MarkInfo>,
    pub(super) logs: Vec<LogTemplate>,
    /// What pictures call steps, by where these stand; ascending.
    pub(super) labels: Vec<(Site, String)>,
    pub(super) tables: Vec<TableInfo>,
}

/// The instances of one process definition.
#[derive(Debug, Clone)]
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
    /// Whether it does not start before another process starts it.
    pub manual: bool,
    /// Whether a run is completed without its end.
    pub daemon: bool,
    /// The words with the descriptors of its private arrays.
    pub arrays: Vec<Slot>,
    /// The words that count what was drawn: they outlive a process, but not one that
    /// arrives.
    pub drawn: Vec<Slot>,
    /// What of one that arrives hangs on its number.
    pub by_number: ByNumber,
    /// The first words of an instance that arrives, but for its link and
    /// [`ProcessInstances::life`]; empty of all others.
    pub template: Vec<Word>,
    /// The word that holds where its own life is, of one whose instances arrive.
    pub life: Option<Slot>,
}

impl BoundProgram {
    /// The same program, of which runs in virtual time go by the plain ops too: the reference
    /// that the optimised ones are compared with.
    #[doc(hidden)]
    pub fn unoptimised(&self) -> BoundProgram {
        let limited = self.timeouts.iter().map(|timeout| timeout.wait.index());
        BoundProgram { optimised: Optimised::none(self.plain.len(), limited), ..self.clone() }
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

    /// The processor with this header.
    #[inline]
    pub fn processor(&self, arena: &[Word], header: usize) -> &Processor {
        &self.processors[arena[header + resource::PROCESSOR] as usize]
    }

    /// Whether priorities change, since owners of mutexes inherit those of who waits.
    #[inline]
    pub fn has_inheritance(&self) -> bool {
        self.inherits
    }

    /// Takes note of [`BoundProgram::has_inheritance`], which is asked for each life of a process.
    pub(super) fn note_inheritance(&mut self) {
        let mut owned = self.resources.iter().filter(|info| info.kind.is_owned() && info.count > 0);
        self.inherits = owned.any(|info| self.header_words(info.first)[resource::INHERITS] != 0);
    }

    /// Whether processes start, end or wait for each other.
    pub fn has_lives(&self) -> bool {
        self.resources.iter().any(|info| info.kind == ResourceKind::Process)
    }

    /// Whether processes are started by others, so that one that is done may begin anew.
    pub fn has_launches(&self) -> bool {
        self.plain.iter().any(|op| matches!(op, Op::Launch { .. } | Op::Admit { .. }))
    }

    /// The processor with this header, from what no run changes.
    pub fn processor_at(&self, header: usize) -> &Processor {
        &self.processors[self.arena[header + resource::PROCESSOR] as usize]
    }

    /// As [`Self::processor_chain`], likewise.
    pub fn processor_chain_at(&self, header: usize) -> Chain {
        Chain::from(header, |header| self.processor_at(header).outer)
    }

    /// Whether all processors of a chain serve whoever comes first to the end. Only of
    /// these is anything known without time.
    pub fn serves_in_order(&self, chain: &Chain) -> bool {
        (0..chain.len()).all(|level| {
            let processor = self.processor_at(chain.at(level));
            processor.discipline == Discipline::Fifo && !processor.has_hours
        })
    }

    /// Whether without time nobody knows how many cores of the resource with this header
    /// are free: it is a processor whose cores serve work that ends whenever it likes.
    pub fn level_needs_time(&self, header: usize) -> bool {
        let stands_on = |processor: &Processor| {
            let chain = self.processor_chain_at(processor.outer? as usize);
            let is_in_order = processor.discipline == Discipline::Fifo && !processor.has_hours;
            let in_order = is_in_order && self.serves_in_order(&chain);
            chain.level_of(header).map(|_| in_order)
        };
        self.is_processor(header)
            && (!self.serves_in_order(&self.processor_chain_at(header))
                || self.processors.iter().filter_map(stands_on).any(|in_order| !in_order))
    }

    /// Whether the resource with this header is a processor.
    pub fn is_processor(&self, header: usize) -> bool {
        !self.processors.is_empty()
            && self.resource_info(self.resource_of(header)).kind == ResourceKind::Processor
    }

    /// The processors on which the one with this header stands, itself first.
    pub fn processor_chain(&self, arena: &[Word], header: usize) -> Chain {
        Chain::from(header, |header| self.processor(arena, header).outer)
    }

    /// Whether what a process does may take back when another one goes on.
    pub fn has_cancellations(&self) -> bool {
        self.processors
            .iter()
            .any(|processor| processor.preempts || processor.has_hours || processor.is_shared())
            || !self.requests.is_empty()
            || self.may_serve_itself()
            || self.plain.iter().any(|op| matches!(op, Op::Stop { .. } | Op::Interrupt { .. }))
    }

    /// Where a process goes on that is interrupted while it stands on the op `at`, by block,
    /// the innermost first.
    pub fn interruptions(&self, at: usize) -> &[Interruption] {
        let from = self.interruptions.partition_point(|interruption| interruption.stand.index() < at);
        let count = self.interruptions[from..].iter().take_while(|other| other.stand.index() == at).count();
        &self.interruptions[from..from + count]
    }

    /// Where a process goes on that is interrupted while it stands on the op `at`, in the block with this word.
    pub fn interruption(&self, at: usize, of: Slot) -> Option<&Interruption> {
        self.interruptions(at).iter().find(|interruption| interruption.of == of)
    }

    /// The innermost block around the op `at` inside of which a process may be interrupted.
    pub fn interruptible_around(&self, at: usize) -> Option<&InterruptibleOps> {
        self.interruptible.iter().find(|block| (block.from.index()..block.to.index()).contains(&at))
    }

    /// The ops that tell how much is left of a delay or work that was interrupted.
    pub fn tells_left(&self) -> impl Iterator<Item = OpId> {
        let of_requests = self.requests.iter().filter_map(|request| request.tells);
        self.interruptible.iter().filter_map(|block| block.tells).chain(of_requests)
    }

    /// What is to be known of the op `at` if it waits and that may run out.
    pub fn timeout(&self, at: usize) -> Option<&Timeout> {
        let number = self.timeouts.binary_search_by_key(&at, |timeout| timeout.wait.index()).ok()?;
        Some(&self.timeouts[number])
    }

    /// Where a process goes on whose get at `at` finds its buffer closed, if that is no fault.
    pub fn ending(&self, at: usize) -> Option<usize> {
        let number = self.endings.binary_search_by_key(&at, |ending| ending.get.index()).ok()?;
        Some(self.endings[number].otherwise.index())
    }

    /// Where a process goes on that does not get what it wants at the op `at`, and leaves it.
    pub fn otherwise(&self, at: usize) -> Option<usize> {
        self.timeout(at).map(|timeout| timeout.otherwise.index()).or_else(|| self.ending(at))
    }

    /// What a get at `at` asks of the item that it takes, if it does.
    pub fn choice(&self, at: usize) -> Option<&ItemTerm> {
        let number = self.choices.binary_search_by_key(&at, |choice| choice.get.index()).ok()?;
        Some(&self.choices[number].accepts)
    }

    /// Whether items are chosen somewhere.
    pub fn has_choices(&self) -> bool {
        !self.choices.is_empty() || self.orders.iter().any(Option::is_some)
    }

    /// Whether puts or gets at this place are about a buffer that can be closed, or whose
    /// items are chosen.
    pub fn is_special(&self, at: usize, buffer: ResourceCode) -> bool {
        let Some(def) = self.definition_named(at, buffer) else { return false };
        let info = &self.resources[def.index()];
        let identity = || self.header_words(info.first)[resource::IDENTITY];
        info.count > 0 && (closing::is_possible(identity()) || resource::is_chosen(identity()))
    }

    /// Whether any wait may run out.
    #[inline]
    pub fn has_timeouts(&self) -> bool {
        !self.timeouts.is_empty()
    }

    /// The number of process instances.
    pub fn process_count(&self) -> usize {
        self.frames.len()
    }

    /// The processes with their instances, for reports.
    pub fn process_infos(&self) -> &[ProcessInfo] {
        &self.names.processes
    }

    /// Takes note of what begins anew with each life of a process.
    pub(super) fn note_lives(&mut self) {
        self.has_daemons = self.processes.iter().any(|def| def.daemon && def.count > 0);
        for number in 0..self.processes.len() {
            let def = ProcessDefId::from_index(number);
            let codes = || self.distributions.iter().filter(|code| code.process == def);
            let mut drawn: Vec<Slot> = codes().flat_map(|code| [code.position, code.ahead]).collect();
            drawn.sort_unstable_by_key(|slot| slot.0);
            drawn.dedup();
            let of_streams = codes().filter(|code| code.sampler.reads_words());
            let positions = of_streams.map(|code| code.position).collect();
            let def = &mut self.processes[number];
            match def.life {
                None => def.drawn = drawn,
                Some(_) => def.by_number.positions = positions,
            }
        }
        self.note_templates();
    }

    /// Takes note of the first words of those who arrive, which parameters change.
    pub(super) fn note_templates(&mut self) {
        for number in 0..self.processes.len() {
            let def = &self.processes[number];
            if def.life.is_some() && def.count > 0 {
                let words = self.frame_of(def.first).map(|word| self.arena.word(word));
                self.processes[number].template = words.collect();
            }
        }
    }

    /// The op at which a process is done that stands on this one.
    pub fn last_op(&self, op: usize) -> usize {
        let last = self.plain[op..].iter().position(|op| matches!(op, Op::Done { .. }));
        op + last.expect("every process has an end")
    }

    /// How many processes start by themselves.
    pub fn starting_count(&self) -> usize {
        self.processes.iter().filter(|def| !def.manual).map(|def| def.count as usize).sum()
    }

    /// How many of them there are for whose end a run waits.
    pub fn awaited_count(&self) -> usize {
        let awaited = self.processes.iter().filter(|def| !def.manual && !def.daemon);
        awaited.map(|def| def.count as usize).sum()
    }

    /// Whether the level of a resource is how many have arrived, and no value of theirs hangs on which number they have.
    pub fn number_of_arrivals_is_unused(&self, header: usize) -> bool {
        let info = self.resource_info(self.resource_of(header));
        if info.kind != ResourceKind::Process {
            return false;
        }
        let first = ProcessId(self.arena[header + resource::PROCESS] as u32);
        let def = self.definition(first);
        let life = |slot: Slot| self.arena[slot.at(self.frames[first.index()] as usize)] as usize;
        let arrives = !def.template.is_empty() && def.life.is_some_and(|slot| life(slot) != header);
        arrives && def.index.is_none() && !def.by_number.matters()
    }

    /// Whether a run is completed without the end of this process.
    pub fn is_daemon(&self, process: ProcessId) -> bool {
        self.definition(process).daemon
    }

    /// The number of resource instances.
    pub fn resource_count(&self) -> usize {
        self.resources.last().map_or(0, |info| info.first.index() + info.count as usize)
    }

    /// The definition that `process` is an instance of.
    #[inline]
    pub fn definition(&self, process: ProcessId) -> &ProcessInstances {
        // Definitions without instances share their first id with the next.
        &self.processes[self.definition_index(process).index()]
    }

    /// The number of the definition that `process` is an instance of.
    #[inline]
    pub fn definition_index(&self, process: ProcessId) -> ProcessDefId {
        ProcessDefId::from_index(self.processes.partition_point(|def| def.first <= process) - 1)
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
    pub fn mark_type(&self, mark: MarkId) -> Option<Type> {
        self.names.marks[mark.index()].ty
    }

    /// The text of a log step, by its number.
    pub fn log_template(&self, log: u32) -> &LogTemplate {
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

    /// The headers of the resources that the op at `at` may mean by this, if that is known.
    pub fn may_mean(&self, at: usize, code: ResourceCode) -> Option<Range<usize>> {
        if let Ok(header) = code.resolve() {
            return Some(header..header + RESOURCE_WORDS);
        }
        let (first, count) = self.instances[self.definition_named(at, code)?.index()];
        Some(first as usize..first as usize + count as usize * RESOURCE_WORDS)
    }

    /// Of which definition a resource is an instance.
    pub fn definition_of(&self, resource: ResourceId) -> ResourceDefId {
        ResourceDefId::from_index(self.resources.partition_point(|info| info.first <= resource) - 1)
    }

    /// `mutex1`, or `forks[2]` for an instance.
    pub fn resource_name(&self, resource: ResourceId) -> String {
        let info = self.resource_info(resource);
        instance_name(&info.name, info.indexed, resource.0 - info.first.0)
    }

    /// The name of the resource of the scenario that this one is, or is a part of.
    pub fn declared_name(&self, resource: ResourceId) -> String {
        self.resource_name(StandIns::new(&self.resources).named(resource))
    }

    /// `loader`, or `worker[2]` for an instance.
    pub fn process_name(&self, process: ProcessId) -> String {
        let after = self.names.processes.partition_point(|info| info.first <= process);
        let info = &self.names.processes[after - 1];
        instance_name(&info.name, info.indexed, process.0 - info.first.0)
    }

    /// The scenario's name.
    pub fn name(&self) -> &str {
        &self.names.scenario
    }

    /// The words of a resource definition's name, for messages.
    pub fn definition_name(&self, def: ResourceDefId) -> &str {
        &self.resources[def.index()].name
    }

    /// The names that a trace of this program needs.
    pub fn header(&self, seed: u64) -> Header {
        Header {
            scenario: self.names.scenario.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            replication: 0,
            ties: Ties::Fifo,
            processes: self.names.processes.clone(),
            resources: self.resources.clone(),
            marks: self.names.marks.clone(),
            logs: self.names.logs.clone(),
            lines: self.sites.iter().map(|site| site.line).collect(),
            atomic: stretches(&self.atomic),
            waits: self.waits_for_several(),
            measures: self.measures.clone(),
            labels: self.labels(),
            tables: self.names.tables.clone(),
        }
    }

    /// What pictures call the ops that let time pass.
    fn labels(&self) -> Vec<(OpId, String)> {
        let labels = &self.names.labels;
        let passes = |op: &Op| matches!(op, Op::Delay { .. } | Op::Work { .. } | Op::WorkOn { .. });
        let label = |(index, (_, site)): (usize, (&Op, &Site))| {
            let found = labels.binary_search_by_key(site, |(site, _)| *site).ok()?;
            Some((OpId::from_index(index), labels[found].1.clone()))
        };
        let ops = self.plain.iter().zip(&self.sites).enumerate();
        ops.filter(|(_, (op, _))| passes(op)).filter_map(label).collect()
    }

    /// What the division of an op divides by, if that has a name.
    pub fn divisor(&self, op: usize) -> Option<&str> {
        let at = self.divisors.binary_search_by_key(&op, |(op, _)| op.index()).ok()?;
        Some(&self.divisors[at].1)
    }

    /// The place in the scenario of an op.
    pub fn site(&self, op: OpId) -> Site {
        self.sites[op.index()]
    }
}

impl fmt::Display for BoundProgram {
    /// One op a line, with its number and scenario line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (op, site)) in self.plain.iter().zip(&self.sites).enumerate() {
            writeln!(f, "{number:5}  line {:4}  {op:?}", site.line)?;
        }
        Ok(())
    }
}

/// The stretches of ops for which `atomic` is true.
fn stretches(atomic: &[bool]) -> Vec<(OpId, OpId)> {
    let mut stretches = Vec::new();
    let mut first = None;
    for (op, &inside) in atomic.iter().chain([&false]).enumerate() {
        match (first, inside) {
            (None, true) => first = Some(OpId::from_index(op)),
            (Some(from), false) => {
                stretches.push((from, OpId::from_index(op)));
                first = None;
            }
            _ => {}
        }
    }
    stretches
}
