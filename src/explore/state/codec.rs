//! A state in a few words: the number of every part's value, packed.
//!
//! A part that never changes takes no room, one with three values two bits.
//! Values are numbered as they turn up; when one no longer fits the room of
//! its part, the packing is made anew, and all packed states with it. Nothing
//! is lost: a packed state is the whole state.

use super::access::{Access, access};
use super::field::{Field, fields_of, words_of};
use super::interner::{Interner, MOST_WORDS};
use super::layout::Layout;
use super::world::{Clock, World};
use crate::analysis::Monitors;
use crate::explore::symmetry::Symmetry;
use crate::ids::ProcessId;
use crate::kernel::State;
use crate::program::BoundProgram;
use crate::time::Time;
use crate::value::Word;

/// What a process is about to do in a state, as far as that depends on its own
/// part alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProcessStatus {
    /// It rests in front of a step.
    Enabled,
    /// It waits for others, or for time to pass.
    Waiting,
    /// It is done.
    Done,
}

/// A value was met that has no number yet, in a place where none can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unknown;

/// Numbers for the values of all parts, and their places in packed states.
#[derive(Debug, Clone)]
pub(crate) struct Codec<'a> {
    program: &'a BoundProgram,
    pub(crate) layout: Layout<'a>,
    tables: Vec<Interner>,
    /// By part: whose table its numbers are from. Instances that nothing tells
    /// apart have one together.
    shared: Vec<usize>,
    pub(crate) fields: Vec<Field>,
    /// Words of a packed state.
    pub(crate) words: usize,
    /// A value has a number that its field cannot hold.
    pub(crate) outgrown: bool,
    /// By process and number: what the process is about to do, and on which op
    /// it stands.
    statuses: Vec<Vec<(ProcessStatus, u32)>>,
    /// By process and number: the access that it is about to make.
    accesses: Vec<Vec<Option<Access>>>,
    /// By number of what the monitors have seen: the expectations that are
    /// broken, by their places among all.
    pub(crate) broken: Vec<Vec<usize>>,
    monitors: Option<&'a Monitors>,
    buffer: Vec<Word>,
}

impl<'a> Codec<'a> {
    /// Of states in which time is such a part, which these monitors watch. Those
    /// whom symmetry makes alike have numbers in common.
    pub(crate) fn new(
        program: &'a BoundProgram,
        clock: Clock,
        monitors: Option<&'a Monitors>,
        symmetry: Option<&Symmetry>,
    ) -> Codec<'a> {
        let watched = monitors.is_some_and(|monitors| !monitors.start().is_empty());
        let ring_symmetry = symmetry.and_then(|symmetry| symmetry.ring_symmetry.as_ref());
        let layout = Layout::new(program, clock, watched, ring_symmetry);
        let count = layout.len();
        let mut shared: Vec<usize> = (0..layout.processes()).collect();
        symmetry.into_iter().for_each(|symmetry| symmetry.share(&mut shared));
        shared.extend(shared.len()..count);
        let statuses = vec![Vec::new(); layout.processes()];
        Codec {
            program,
            layout,
            tables: vec![Interner::new(); count],
            shared,
            fields: vec![Field::default(); count],
            words: 1,
            outgrown: false,
            accesses: statuses.iter().map(|_| Vec::new()).collect(),
            statuses,
            broken: Vec::new(),
            monitors: monitors.filter(|_| watched),
            buffer: Vec::new(),
        }
    }

    /// Gives numbers to all values of this world.
    pub(crate) fn learn(&mut self, world: &World) -> Vec<u32> {
        (0..self.layout.len()).map(|part| self.learn_part(world, part)).collect()
    }

    /// The number of a part's value, a new one if need be.
    pub(crate) fn learn_part(&mut self, world: &World, part: usize) -> u32 {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.layout.read(world, part, &mut buffer);
        let table = self.shared[part];
        let number = self.tables[table].intern(&buffer);
        self.buffer = buffer;
        if part < self.statuses.len() && number as usize == self.statuses[table].len() {
            let op = world.machine.op(self.program, ProcessId::from_index(part));
            let status = match world.machine.state(self.program, ProcessId::from_index(part)) {
                State::Ready => ProcessStatus::Enabled,
                // Its wait may run out.
                State::Blocked if self.program.timeout(op.index()).is_some() => ProcessStatus::Enabled,
                State::Done => ProcessStatus::Done,
                _ => ProcessStatus::Waiting,
            };
            self.statuses[table].push((status, op.0));
            self.accesses[table].push(access(self.program, world, ProcessId::from_index(part)));
        }
        if let Some(monitors) = self.monitors
            && part + 1 == self.layout.len()
            && number as usize == self.broken.len()
        {
            self.broken.push(monitors.all_violated(&world.watch));
        }
        self.outgrown |= u64::from(number) >> self.fields[part].width != 0;
        number
    }

    /// Whether a part of `world` still has the value with this number.
    pub(crate) fn is_same(&self, world: &World, part: usize, number: u32, buffer: &mut Vec<Word>) -> bool {
        buffer.clear();
        self.layout.read(world, part, buffer);
        self.tables[self.shared[part]].get(number) == buffer.as_slice()
    }

    /// The packed state of this world.
    pub(crate) fn encode<const W: usize>(
        &self,
        world: &World,
        buffer: &mut Vec<Word>,
    ) -> Result<[Word; W], Unknown> {
        let mut state = [0; W];
        for (part, field) in self.fields.iter().enumerate() {
            buffer.clear();
            self.layout.read(world, part, buffer);
            let number = self.tables[self.shared[part]].find(buffer).ok_or(Unknown)?;
            if u64::from(number) >> field.width != 0 {
                return Err(Unknown);
            }
            field.put(&mut state, number);
        }
        Ok(state)
    }

    /// The words of a part's value.
    pub(crate) fn words_of(&self, part: usize, number: u32) -> &[Word] {
        self.tables[self.shared[part]].get(number)
    }

    /// The number of a part's value, if it has one.
    pub(crate) fn number_of(&self, part: usize, words: &[Word]) -> Option<u32> {
        self.tables[self.shared[part]].find(words)
    }

    /// Gives a number to a resource's value.
    pub(crate) fn learn_words(&mut self, part: usize, words: &[Word]) -> u32 {
        let number = self.tables[self.shared[part]].intern(words);
        self.outgrown |= u64::from(number) >> self.fields[part].width != 0;
        number
    }

    /// Packs numbers; `None` if one does not fit.
    pub(crate) fn pack<const W: usize>(&self, numbers: &[u32]) -> Option<[Word; W]> {
        let mut state = [0; W];
        for (field, &number) in self.fields.iter().zip(numbers) {
            if u64::from(number) >> field.width != 0 {
                return None;
            }
            field.put(&mut state, number);
        }
        Some(state)
    }

    /// What a process with this number is about to do, and on which op it stands.
    #[inline(always)]
    pub(crate) fn status(&self, process: usize, number: u32) -> (ProcessStatus, u32) {
        self.statuses[self.shared[process]][number as usize]
    }

    /// The access that a process with this number is about to make.
    pub(crate) fn access(&self, process: usize, number: u32) -> Option<Access> {
        self.accesses[self.shared[process]][number as usize]
    }

    /// What is known of how the process with each number stands, in order.
    pub(crate) fn statuses_of(&self, process: usize) -> &[(ProcessStatus, u32)] {
        &self.statuses[self.shared[process]]
    }

    /// Who owns the mutex that is this part.
    pub(crate) fn owner<const W: usize>(&self, state: &[Word; W], part: usize) -> Option<u32> {
        let words = self.words_of(part, self.fields[part].of(state));
        self.layout.owner(part, words)
    }

    /// The numbers in a packed state.
    pub(crate) fn numbers<const W: usize>(&self, state: &[Word; W]) -> Vec<u32> {
        self.fields.iter().map(|field| field.of(state)).collect()
    }

    /// Makes `world` that of this packed state.
    pub(crate) fn decode<const W: usize>(&self, state: &[Word; W], world: &mut World) {
        if self.layout.is_relative() {
            world.machine.now = self.now(state);
        }
        for (part, field) in self.fields.iter().enumerate() {
            self.layout.write(world, part, self.words_of(part, field.of(state)));
        }
        world.machine.count_live(self.program);
    }

    /// What the clock shows in the machine of a state that does not know it.
    fn now<const W: usize>(&self, state: &[Word; W]) -> Time {
        if self.program.processors.is_empty() {
            return Time::ZERO;
        }
        let processes = self.fields[..self.layout.processes()].iter().enumerate();
        let passed =
            processes.map(|(part, field)| self.layout.passed(part, self.words_of(part, field.of(state))));
        Time::from_nanos(passed.max().unwrap_or(0)).expect("it was a time")
    }

    /// Makes room for all numbers that there are, and for as many that may yet
    /// come as fit without a word more; the fields from before.
    pub(crate) fn lay_out(&mut self) -> Vec<Field> {
        self.outgrown = false;
        let width = |(part, field): (usize, &Field), more: u32| {
            let len = self.tables[self.shared[part]].len();
            let needed = usize::BITS - len.saturating_sub(1).leading_zeros();
            // What grows once grows again, and every time costs.
            if needed > field.width { needed + more } else { needed.max(field.width * more.min(1)) }
        };
        let widths = |more: u32| self.fields.iter().enumerate().map(move |field| width(field, more));
        let (tight, roomy) = (fields_of(widths(0)), fields_of(widths(1)));
        let fields = if words_of(&roomy) == words_of(&tight) { roomy } else { tight };
        self.words = words_of(&fields);
        std::mem::replace(&mut self.fields, fields)
    }

    /// How much that may be at most, whatever the budget says: so much that no
    /// table is full after one more value.
    pub(crate) fn most_bytes(&self) -> usize {
        let most = MOST_WORDS.saturating_sub(2 * self.program.arena.len() as u64);
        usize::try_from(8 * most).unwrap_or(usize::MAX)
    }

    /// The memory that the values take, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.tables.iter().map(Interner::bytes).sum()
    }
}
