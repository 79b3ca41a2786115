//! The initial state of a run under given parameter values.
//!
//! Decides where globals, resources, frames and contents lie, and which values
//! no program can be bound to. What becomes of the ops is decided elsewhere.

use super::code::{Global, ProcessCode, Program};
use super::layout::{Frames, RESOURCE_WORDS, closing, frame, resource};
use super::measures::measures;
use super::processor::{MOST_CORES, Processor};
use super::values::{BindError, InstanceRanges, bounded, error, flag, int, value_of};
use crate::ids::{ProcessId, ResourceDefId, Site};
use crate::scenario::{
    Expr, ItemOrder, Model, ProcessDef, ProcessorSpec, ResourceDef, ResourceSpec, evaluate,
};
use crate::time::Time;
use crate::trace::{Discipline, Level, MeasureInfo, ResourceKind};
use crate::value::{Type, Value, Word};

/// The most words that the initial state may have: 800 MB.
const MAX_WORDS: usize = 100_000_000;

/// From this number of instances on, memory is reserved for exactly so many,
/// and what their frames have in common is kept once.
const MANY_INSTANCES: u32 = 1_000;

/// The value of an expression that is asked for only if all `guards` are true;
/// anything, if one of them is not and it has no value.
fn derived<'g>(
    expr: &Expr,
    mut guards: impl Iterator<Item = &'g Expr>,
    params: &[Value],
) -> Result<Word, BindError> {
    let mut is_asked = || guards.all(|guard| evaluate(guard, params) != Ok(Value::Bool(false)));
    match value_of(expr, params, None) {
        Err(error) if is_asked() => Err(error),
        value => Ok(value.map_or(0, Value::to_word)),
    }
}

/// The initial state, where everything is in it, and what the parameters say
/// besides. Its memory serves again when it is laid out again.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) arena: Vec<Word>,
    /// Where the frame of each process begins, by [`ProcessId`].
    pub(super) frames: Vec<u32>,
    /// The first resource header; all others follow.
    pub(super) resource_base: usize,
    /// The first frame, behind the globals and the headers.
    pub(super) frames_base: usize,
    /// Where the contents begin, behind the last frame.
    pub(super) contents_base: usize,
    /// By resource definition.
    pub(super) instances: InstanceRanges,
    /// By resource definition.
    pub(super) sizes: Vec<Size>,
    /// The first instance and the number of instances, by process definition.
    pub(super) processes: Vec<(ProcessId, u32)>,
    /// Whether a run does not wait for them, by process definition.
    pub(super) daemons: Vec<bool>,
    /// The frames of processes with many instances.
    pub(super) blocks: Vec<Frames>,
    /// Whether any process has a priority other than 0, or a quantum ends after all
    /// else that happens at its instant.
    pub(super) has_priorities: bool,
    /// By the number that their headers tell.
    pub(super) processors: Vec<Processor>,
    /// The stop time.
    pub(super) horizon: Option<Time>,
    /// What is measured.
    pub(super) measures: Vec<MeasureInfo>,
    /// What comes behind the frames.
    contents: Vec<Content>,
}

/// What all instances of a resource definition have in common, as in a
/// [`crate::trace::ResourceInfo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) capacity: Option<u64>,
    pub(super) initial: u64,
    pub(super) ty: Type,
}

/// A stretch of equal words behind the frames.
#[derive(Debug, Clone, Copy)]
struct Content {
    /// The arena word that gets the place of the content in its low half.
    pointer: usize,
    len: usize,
    initial: Word,
}

/// Whether the cores of a processor, in the end, are those of a shared one.
fn stands_on_shared(spec: &ProcessorSpec, model: &Model) -> bool {
    let def = |spec: &ProcessorSpec| spec.on.map(|on| &model.resources[on.index()]);
    let outer = |inner: &&ResourceDef| inner.spec.processor.as_ref().and_then(def);
    std::iter::successors(def(spec), outer).any(|outer| outer.discipline == Discipline::Sharing)
}

/// How many instances there are: `count`, or one if there is none.
fn instances_of(count: Option<&Expr>, params: &[Value]) -> Result<u32, BindError> {
    match count {
        Some(expr) => Ok(bounded(expr, params, 0, 10_000_000, "the number of instances")? as u32),
        None => Ok(1),
    }
}

impl Size {
    fn of(spec: &ResourceSpec, params: &[Value]) -> Result<Size, BindError> {
        // Each slot is a word of the state.
        let most = match spec.kind.level() {
            Some(Level::Cores) => MOST_CORES,
            _ if spec.kind.has_slots() => MAX_WORDS as i64,
            // All that can be counted, so that none can be given back that was not taken.
            _ if spec.kind == ResourceKind::Readers => i64::MAX,
            _ => i64::MAX / 2,
        };
        let number = match (&spec.number, &spec.kind.descriptor().number) {
            (Some(expr), Some(number)) => {
                Some(bounded(expr, params, number.least, most, number.called)? as u64)
            }
            _ => None,
        };
        let (capacity, initial) = spec.kind.size(number);
        Ok(Size { capacity, initial, ty: spec.ty })
    }
}

impl Program {
    /// How many instances each process of the scenario has.
    ///
    /// # Errors
    /// If that is no good number with these parameters.
    pub fn process_counts(&self, model: &Model, params: &[Value]) -> Result<Vec<u32>, BindError> {
        let processes = self.processes.iter().zip(&model.processes);
        processes.map(|(_, def)| instances_of(def.count.as_ref(), params)).collect()
    }
}

impl State {
    /// Makes the initial state for these parameters, in place of what was there.
    pub(super) fn lay_out(
        &mut self,
        program: &Program,
        model: &Model,
        params: &[Value],
    ) -> Result<(), BindError> {
        self.clear();
        self.globals(program, params)?;
        self.resource_base = self.arena.len();
        self.resources(model, params)?;
        self.processors(model, params)?;
        self.frames_base = self.arena.len();
        self.processes(program, model, params)?;
        self.contents_base = self.arena.len();
        self.processor_contents(model);
        self.lives(program, model);
        self.append_contents().ok_or_else(|| too_large(self.largest(model)))?;
        self.measures = measures(model, params, &self.instances)?;
        self.horizon = match &model.horizon {
            None => None,
            Some(expr) => {
                let time = u64::try_from(int(expr, params)?).ok().and_then(Time::from_nanos);
                Some(time.ok_or_else(|| error(expr, "the stop time is negative"))?)
            }
        };
        Ok(())
    }

    fn clear(&mut self) {
        self.arena.clear();
        self.frames.clear();
        self.instances.clear();
        self.sizes.clear();
        self.processes.clear();
        self.daemons.clear();
        self.blocks.clear();
        self.contents.clear();
        self.processors.clear();
        self.has_priorities = false;
    }

    fn globals(&mut self, program: &Program, params: &[Value]) -> Result<(), BindError> {
        self.arena.extend(params.iter().map(|value| value.to_word()));
        for global in program.globals.rest() {
            self.arena.push(match global {
                Global::Constant(word) => *word,
                Global::Derived { expr, guard } => derived(expr, program.globals.guards(*guard), params)?,
            });
        }
        let padded = self.arena.len().next_multiple_of(RESOURCE_WORDS);
        self.arena.resize(padded, 0);
        Ok(())
    }

    /// The resource headers.
    fn resources(&mut self, model: &Model, params: &[Value]) -> Result<(), BindError> {
        let mut next = 0u32;
        for def in &model.resources {
            let count = instances_of(def.count.as_ref(), params)?;
            let size = Size::of(&def.spec, params)?;
            self.instances.push((self.arena.len() as u32, count));
            for id in next..next + count {
                self.resource_header(def, size, id, params)?;
            }
            next += count;
            self.check_size(def.site)?;
            self.sizes.push(size);
        }
        Ok(())
    }

    fn resource_header(
        &mut self,
        def: &ResourceDef,
        size: Size,
        id: u32,
        params: &[Value],
    ) -> Result<(), BindError> {
        let base = self.arena.len();
        let mut header = [0; RESOURCE_WORDS];
        let closing = match &def.spec.closes {
            Some(closes) => closing::by(bounded(closes, params, 1, closing::MOST as i64, "`closes`")? as u64),
            None => 0,
        };
        header[resource::IDENTITY] =
            u64::from(id) | (def.discipline as u64) << 32 | (size.ty as u64) << 40 | closing;
        if def.spec.chosen().is_some() {
            if size.capacity == Some(0) {
                let message = format!("buffer '{}' holds no items of which one could be chosen", def.name);
                return Err(BindError { site: def.site, message });
            }
            header[resource::IDENTITY] |= resource::CHOSEN;
        }
        if matches!(def.spec.order, Some(ItemOrder::By(_))) {
            header[resource::IDENTITY] |= resource::KEYED;
        }
        let more_fields = def.spec.fields.len().saturating_sub(1);
        header[resource::IDENTITY] |= (more_fields as Word) << resource::FIELDS_AT;
        header[resource::CAPACITY] = size.capacity.unwrap_or(u64::MAX);
        header[resource::LEVEL] = size.initial;
        header[resource::INHERITS] = Word::from(flag(def.spec.inherit.as_ref(), params, false)?);
        // What is handed over at a rendezvous has room in the header, unless it is a record.
        if more_fields > 0 && size.capacity == Some(0) {
            header[resource::RING] = 1;
            self.content(base + resource::CONTENT, def.spec.fields.len(), 0);
        }
        if let Some(value) = &def.spec.value {
            let initial = value_of(value, params, None)?.to_word();
            self.content(base + resource::CONTENT, size.capacity.unwrap_or(0) as usize, initial);
        }
        self.arena.extend(header);
        Ok(())
    }

    /// What no run changes of the processors. Their contents follow when it is known
    /// how many processes there are.
    fn processors(&mut self, model: &Model, params: &[Value]) -> Result<(), BindError> {
        for (def, number) in model.resources.iter().zip(0..) {
            let Some(spec) = &def.spec.processor else { continue };
            let cores = self.sizes[number].capacity.unwrap_or(1);
            let processor = Processor::of(def, spec, cores, &self.instances, params)?;
            if (processor.preempts || processor.has_hours) && stands_on_shared(spec, model) {
                let message = format!("'{}' cannot take back what another processor shares", def.name);
                return Err(BindError { site: def.site, message });
            }
            self.has_priorities |= processor.quantum > 0;
            let (first, count) = self.instances[number];
            for header in (0..count as usize).map(|instance| first as usize + instance * RESOURCE_WORDS) {
                self.arena[header + resource::PROCESSOR] = self.processors.len() as Word;
            }
            self.processors.push(processor);
        }
        Ok(())
    }

    /// Which process each life is of, and how they find each other.
    fn lives(&mut self, program: &Program, model: &Model) {
        let of_each = model.lives.iter().zip(&program.processes).zip(&self.processes);
        for ((life, code), &(process, count)) in of_each {
            let header = |def: ResourceDefId| self.instances[def.index()].0 as usize;
            let Some(first) = life.each.map(header) else { continue };
            let any = life.any.map(header);
            for instance in 0..count as usize {
                let header = first + instance * RESOURCE_WORDS;
                self.arena[header + resource::PROCESS] = u64::from(process.0) + instance as u64;
                self.arena[header + resource::OTHER] = any.unwrap_or(0) as u64;
                let frame = self.frames[process.index() + instance] as usize;
                if let Some(slot) = code.life {
                    self.arena[slot.at(frame)] = header as u64;
                    let next = if instance + 1 < count as usize { process.index() + instance + 2 } else { 0 };
                    self.arena[frame + frame::LINK] |= next as u64;
                }
            }
            if let Some(any) = any {
                self.arena[any + resource::PROCESS] = u64::from(process.0);
                self.arena[any + resource::OTHER] = first as u64;
                if code.life.is_some() && count > 0 {
                    // All places are free.
                    let (first, last) = (u64::from(process.0) + 1, u64::from(process.0) + u64::from(count));
                    self.arena[any + resource::PUTTERS] = first | last << 32;
                }
            }
        }
    }

    /// Makes room for those whom processors serve.
    fn processor_contents(&mut self, model: &Model) {
        let processors = model.resources.iter().zip(0..).filter(|(def, _)| def.spec.processor.is_some());
        for (number, def) in processors.map(|(_, def)| def).enumerate() {
            let words = self.processors[number].words(self.frames.len());
            let (first, count) = self.instances[def];
            for instance in 0..count as usize {
                let header = first as usize + instance * RESOURCE_WORDS;
                self.content(header + resource::CONTENT, words, 0);
            }
        }
    }

    fn content(&mut self, pointer: usize, len: usize, initial: Word) {
        self.contents.push(Content { pointer, len, initial });
    }

    fn processes(&mut self, program: &Program, model: &Model, params: &[Value]) -> Result<(), BindError> {
        let counts = program.process_counts(model, params)?;
        for ((code, def), count) in program.processes.iter().zip(&model.processes).zip(counts) {
            self.processes.push((ProcessId::from_index(self.frames.len()), count));
            self.daemons.push(flag(def.daemon.as_ref(), params, false)?);
            self.has_priorities |= def.arrives && def.priority.is_some();
            let words = count as usize * code.frame_words as usize;
            // Of many instances not a word more than they need.
            if count >= MANY_INSTANCES && words <= MAX_WORDS {
                let (start, words) = (self.arena.len(), code.frame_words as usize);
                self.blocks.push(Frames { start, words, count: count as usize });
                self.frames.reserve_exact(count as usize);
                self.arena.reserve_exact(words);
            }
            for index in 0..count {
                self.frames.push(self.arena.len() as u32);
                self.has_priorities |= self.frame(code, def, index, params)? != 0;
            }
            self.check_size(def.site)?;
        }
        Ok(())
    }

    /// One frame; gives the priority.
    fn frame(
        &mut self,
        code: &ProcessCode,
        def: &ProcessDef,
        index: u32,
        params: &[Value],
    ) -> Result<i64, BindError> {
        let base = self.arena.len();
        // What hangs on the number of an arrival is calculated when it is there.
        let index = if def.arrives { 0 } else { index };
        self.arena.resize(base + code.frame_words as usize, 0);
        let priority = match &def.priority {
            None => 0,
            Some(expr) => value_of(expr, params, Some(index))?.to_word() as i64,
        };
        if !(-128..=127).contains(&priority) {
            let message = format!("the priority is {priority}, but must be from -128 to 127");
            return Err(BindError { site: def.site, message });
        }
        let state = if def.manual { frame::NOT_ALIVE } else { 0 };
        self.arena[base + frame::STATE] = frame::state_word(code.entry.index(), state);
        self.arena[base + frame::LINK] = ((priority + 128) as u64) << 56;
        if let Some(slot) = code.index {
            self.arena[slot.at(base)] = u64::from(index);
        }
        for (var, slot) in def.vars.iter().zip(&code.vars) {
            let initial = value_of(&var.initial, params, Some(index))?.to_word();
            match &var.len {
                None => self.arena[slot.at(base)] = initial,
                Some(len) => {
                    let len = bounded(len, params, 0, MAX_WORDS as i64, "the length of the array")? as usize;
                    self.arena[slot.at(base)] = (len as u64) << 32;
                    self.content(slot.at(base), len, initial);
                }
            }
        }
        Ok(priority)
    }

    /// Where the memory with most slots stands; without any, the first process,
    /// of which some have arrays then.
    fn largest(&self, model: &Model) -> Site {
        let slots = |at: usize| self.sizes[at].capacity.unwrap_or(0) * u64::from(self.instances[at].1);
        let memories = model.resources.iter().enumerate();
        let memories = memories.filter(|(_, def)| def.spec.kind.has_slots());
        let largest = memories.max_by_key(|&(at, _)| slots(at)).map(|(_, def)| def.site);
        largest.or(model.processes.first().map(|def| def.site)).unwrap_or_default()
    }

    /// `None` if that would be too much.
    fn append_contents(&mut self) -> Option<()> {
        let total =
            self.contents.iter().fold(self.arena.len(), |sum, content| sum.saturating_add(content.len));
        if total > MAX_WORDS {
            return None;
        }
        self.arena.reserve_exact(total - self.arena.len());
        for &content in &self.contents {
            self.arena[content.pointer] |= self.arena.len() as u64;
            self.arena.resize(self.arena.len() + content.len, content.initial);
        }
        Some(())
    }

    fn check_size(&self, site: Site) -> Result<(), BindError> {
        if self.arena.len() > MAX_WORDS { Err(too_large(site)) } else { Ok(()) }
    }
}

fn too_large(site: Site) -> BindError {
    let message = format!(
        "the scenario needs more than {MAX_WORDS} words of state, of 8 bytes each; give it fewer slots, elements or instances"
    );
    BindError { site, message }
}
