//! A state in a few words: the number of every part's value, packed.
//!
//! A part that never changes takes no room, one with three values two bits.
//! Values are numbered as they turn up; when one no longer fits the room of
//! its part, the layout is made anew, and all packed states with it. Nothing
//! is lost: a packed state is the whole state.

use super::interner::{Interner, MOST_WORDS};
use super::parts::{Parts, World};
use super::relation::{Probe, Relation};
use super::symmetry::Symmetry;
use crate::analysis::Monitors;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::kernel::{Draws, Kernel, Request, State};
use crate::program::{Image, Op};
use crate::time::Time;
use crate::trace::NoTrace;
use crate::value::Word;

/// Where the number of a part's value lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) word: u32,
    pub(super) shift: u32,
    pub(super) width: u32,
    mask: u32,
}

impl Field {
    fn new(word: u32, shift: u32, width: u32) -> Field {
        Field { word, shift, width, mask: ((1u64 << width) - 1) as u32 }
    }

    /// The number in this field.
    #[inline(always)]
    pub(super) fn of<const W: usize>(self, state: &[Word; W]) -> u32 {
        (state[self.word as usize % W] >> self.shift) as u32 & self.mask()
    }

    #[inline(always)]
    pub(super) fn mask(self) -> u32 {
        self.mask
    }

    /// The bits of this field in its word.
    pub(super) fn bits(self) -> Word {
        u64::from(self.mask()) << self.shift
    }

    /// What to add to its word to change the number in it from `old` to `new`.
    pub(super) fn change(self, old: u32, new: u32) -> Word {
        (u64::from(new).wrapping_sub(u64::from(old))) << self.shift
    }

    pub(super) fn put<const W: usize>(self, state: &mut [Word; W], number: u32) {
        state[self.word as usize] |= u64::from(number) << self.shift;
    }
}

/// What a process is about to do in a state, as far as that depends on its own
/// part alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// It rests in front of a step.
    Able,
    /// It waits for others, or for time to pass.
    Waits,
    /// It is done.
    Done,
}

/// An access to a memory that a process is about to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) memory: ResourceId,
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) writes: bool,
    pub(super) op: OpId,
    /// It is part of an `atomic` block.
    pub(super) atomic: bool,
}

impl Access {
    /// Whether the order of the two matters, and nothing but luck decides it.
    pub(super) fn races_with(&self, other: &Access) -> bool {
        self.memory == other.memory
            && (self.writes || other.writes)
            && !(self.atomic && other.atomic)
            && self.first < other.first.saturating_add(other.count)
            && other.first < self.first.saturating_add(self.count)
    }
}

/// The access that `process` is about to make.
fn access(image: &Image, world: &World, process: ProcessId) -> Option<Access> {
    if world.machine.state(image, process) != State::Ready {
        return None;
    }
    let mut op = world.machine.op(image, process);
    if matches!(image.plain[op.index()], Op::Atomic { .. }) {
        // In front of a block it is in front of the first op of the block.
        op = OpId::from_index(op.index() + 1);
    }
    if !image.accesses(&image.plain[op.index()]).any(|(used, _)| used.is_of_memory()) {
        return None;
    }
    let mut machine = world.machine.clone();
    machine.stand(image, process, op, State::Ready);
    let (mut draws, mut probe) = (Draws::new(image, 0, 0), Probe::default());
    let mut no_trace = NoTrace;
    let kernel = Kernel::new(image, &mut machine, &mut draws, &mut probe, &mut no_trace);
    let asked = kernel.asked(process).ok()??;
    let (first, count, writes) = match asked.request {
        Request::Write { slot, .. } => (slot, 1, true),
        Request::Read { first, count } => (first, count, false),
        _ => return None,
    };
    let atomic = image.atomic[op.index()];
    Some(Access { memory: asked.resource, first, count, writes, op, atomic })
}

/// Fields of these widths, none of which lies in two words.
fn fields_of(widths: impl Iterator<Item = u32>) -> Vec<Field> {
    let (mut word, mut used) = (0, 0);
    let fields = widths.map(|width| {
        if used + width > u64::BITS {
            (word, used) = (word + 1, 0);
        }
        used += width;
        Field::new(word, (used - width) % u64::BITS, width)
    });
    fields.collect()
}

/// How many words such fields take.
fn words_of(fields: &[Field]) -> usize {
    fields.last().map_or(0, |field| field.word as usize) + 1
}

/// A value was met that has no number yet, in a place where none can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown;

/// Numbers for the values of all parts, and their places in packed states.
#[derive(Debug, Clone)]
pub(super) struct Codec<'a> {
    image: &'a Image,
    pub(super) parts: Parts<'a>,
    tables: Vec<Interner>,
    /// By part: whose table its numbers are from. Instances that nothing tells
    /// apart have one together.
    shared: Vec<usize>,
    pub(super) fields: Vec<Field>,
    /// Words of a packed state.
    pub(super) words: usize,
    /// A value has a number that its field cannot hold.
    pub(super) outgrown: bool,
    /// By process and number: what the process is about to do, and on which op
    /// it stands.
    stands: Vec<Vec<(Stand, u32)>>,
    /// By process and number: the access that it is about to make.
    accesses: Vec<Vec<Option<Access>>>,
    /// By number of what the monitors have seen: the expectations that are
    /// broken, by their places among all.
    pub(super) broken: Vec<Vec<usize>>,
    monitors: Option<&'a Monitors>,
    buffer: Vec<Word>,
}

impl<'a> Codec<'a> {
    /// Of states in which who stands in a ring may have any place, if it `rotates`.
    pub(super) fn new(relation: &Relation<'a>, rotates: bool) -> Codec<'a> {
        let watched = relation.monitors.is_some_and(|monitors| !monitors.start().is_empty());
        let symmetry = Symmetry::new(relation, rotates);
        let rotation = symmetry.as_ref().and_then(Symmetry::rotation);
        let parts = Parts::new(relation.image, relation.clock(), watched, rotation);
        let count = parts.len();
        let mut shared: Vec<usize> = (0..parts.processes()).collect();
        symmetry.iter().for_each(|symmetry| symmetry.share(&mut shared));
        shared.extend(shared.len()..count);
        let stands = vec![Vec::new(); parts.processes()];
        Codec {
            image: relation.image,
            parts,
            tables: vec![Interner::new(); count],
            shared,
            fields: vec![Field::default(); count],
            words: 1,
            outgrown: false,
            accesses: stands.iter().map(|_| Vec::new()).collect(),
            stands,
            broken: Vec::new(),
            monitors: relation.monitors.filter(|_| watched),
            buffer: Vec::new(),
        }
    }

    /// Gives numbers to all values of this world.
    pub(super) fn learn(&mut self, world: &World) -> Vec<u32> {
        (0..self.parts.len()).map(|part| self.learn_part(world, part)).collect()
    }

    /// The number of a part's value, a new one if need be.
    pub(super) fn learn_part(&mut self, world: &World, part: usize) -> u32 {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.parts.read(world, part, &mut buffer);
        let table = self.shared[part];
        let number = self.tables[table].intern(&buffer);
        self.buffer = buffer;
        if part < self.stands.len() && number as usize == self.stands[table].len() {
            let op = world.machine.op(self.image, ProcessId::from_index(part));
            let stand = match world.machine.state(self.image, ProcessId::from_index(part)) {
                State::Ready => Stand::Able,
                State::Done => Stand::Done,
                _ => Stand::Waits,
            };
            self.stands[table].push((stand, op.0));
            self.accesses[table].push(access(self.image, world, ProcessId::from_index(part)));
        }
        if let Some(monitors) = self.monitors
            && part + 1 == self.parts.len()
            && number as usize == self.broken.len()
        {
            self.broken.push(monitors.all_violated(&world.watch));
        }
        self.outgrown |= u64::from(number) >> self.fields[part].width != 0;
        number
    }

    /// Whether a part of `world` still has the value with this number.
    pub(super) fn is_same(&self, world: &World, part: usize, number: u32, buffer: &mut Vec<Word>) -> bool {
        buffer.clear();
        self.parts.read(world, part, buffer);
        self.tables[self.shared[part]].get(number) == buffer.as_slice()
    }

    /// The packed state of this world.
    pub(super) fn encode<const W: usize>(
        &self,
        world: &World,
        buffer: &mut Vec<Word>,
    ) -> Result<[Word; W], Unknown> {
        let mut state = [0; W];
        for (part, field) in self.fields.iter().enumerate() {
            buffer.clear();
            self.parts.read(world, part, buffer);
            let number = self.tables[self.shared[part]].find(buffer).ok_or(Unknown)?;
            if u64::from(number) >> field.width != 0 {
                return Err(Unknown);
            }
            field.put(&mut state, number);
        }
        Ok(state)
    }

    /// The words of a part's value.
    pub(super) fn words_of(&self, part: usize, number: u32) -> &[Word] {
        self.tables[self.shared[part]].get(number)
    }

    /// The number of a part's value, if it has one.
    pub(super) fn number_of(&self, part: usize, words: &[Word]) -> Option<u32> {
        self.tables[self.shared[part]].find(words)
    }

    /// Gives a number to a resource's value.
    pub(super) fn learn_words(&mut self, part: usize, words: &[Word]) -> u32 {
        let number = self.tables[self.shared[part]].intern(words);
        self.outgrown |= u64::from(number) >> self.fields[part].width != 0;
        number
    }

    /// Packs numbers; `None` if one does not fit.
    pub(super) fn pack<const W: usize>(&self, numbers: &[u32]) -> Option<[Word; W]> {
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
    pub(super) fn stand(&self, process: usize, number: u32) -> (Stand, u32) {
        self.stands[self.shared[process]][number as usize]
    }

    /// The access that a process with this number is about to make.
    pub(super) fn access(&self, process: usize, number: u32) -> Option<Access> {
        self.accesses[self.shared[process]][number as usize]
    }

    /// What is known of how the process with each number stands, in order.
    pub(super) fn stands_of(&self, process: usize) -> &[(Stand, u32)] {
        &self.stands[self.shared[process]]
    }

    /// Who owns the mutex that is this part.
    pub(super) fn owner<const W: usize>(&self, state: &[Word; W], part: usize) -> Option<u32> {
        let words = self.words_of(part, self.fields[part].of(state));
        self.parts.owner(part, words)
    }

    /// The numbers in a packed state.
    pub(super) fn numbers<const W: usize>(&self, state: &[Word; W]) -> Vec<u32> {
        self.fields.iter().map(|field| field.of(state)).collect()
    }

    /// Makes `world` that of this packed state.
    pub(super) fn decode<const W: usize>(&self, state: &[Word; W], world: &mut World) {
        for (part, field) in self.fields.iter().enumerate() {
            self.parts.write(world, part, self.words_of(part, field.of(state)));
        }
        let processes = (0..self.parts.processes()).map(ProcessId::from_index);
        let machine = &mut world.machine;
        if self.parts.is_relative() {
            machine.now = Time::ZERO;
        }
        machine.live =
            processes.filter(|&process| machine.state(self.image, process) != State::Done).count() as u32;
    }

    /// Makes room for all numbers that there are, and for as many that may yet
    /// come as fit without a word more; the fields from before.
    pub(super) fn lay_out(&mut self) -> Vec<Field> {
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
    pub(super) fn most_bytes(&self) -> usize {
        let most = MOST_WORDS.saturating_sub(2 * self.image.arena.len() as u64);
        usize::try_from(8 * most).unwrap_or(usize::MAX)
    }

    /// The memory that the values take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.tables.iter().map(Interner::bytes).sum()
    }
}
