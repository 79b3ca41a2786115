//! What a step does, learnt from the kernel once and applied many times.
//!
//! What a step of a process does depends on the parts of the state that it
//! touches, and on nothing else. So the kernel is asked once for each
//! combination of values in them; what it changed is kept as one addition to
//! each word of a packed state. This is a memory of the kernel's answers, not
//! a second semantics: nothing here knows what an op means.
//!
//! Invariant: an answer is found again only if all parts that the kernel had
//! touched to give it have the values that they had then. If a step turns out
//! to touch more parts than known, what was kept of it before is forgotten.

use super::codec::{Codec, Field, Stand};
use super::interner::hash_words;
use super::parts::World;
use super::relation::{BLOCK_STEPS, Relation, Scratch, Stopped, Went};
use crate::ids::ProcessId;
use crate::kernel::Choices;
use crate::program::resource;
use crate::trace::NoTrace;
use crate::value::Word;

/// What comes of one way to make a step.
#[derive(Debug, Clone)]
struct Change {
    /// Parts with their new numbers.
    parts: Vec<(u32, u32)>,
    inside: bool,
    stopped: Option<u32>,
}

/// An answer of the kernel.
#[derive(Debug, Clone)]
struct Answer {
    /// The numbers of the parts that the step touches.
    seen: Vec<u32>,
    changes: Vec<Change>,
}

/// A change as it is applied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect<const W: usize> {
    add: [Word; W],
    /// The process is inside an `atomic` block and goes on.
    pub(super) inside: bool,
    /// The run ends; which of the ends that are known.
    pub(super) stopped: Option<u32>,
}

impl<const W: usize> Effect<W> {
    /// The state that the effect makes of this one.
    #[inline(always)]
    pub(super) fn apply(&self, state: &[Word; W]) -> [Word; W] {
        added(state, &self.add)
    }
}

/// The answer for one combination of values, with what is most often needed
/// at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<const W: usize> {
    pub(super) code: Code,
    /// What to add, if there is one way; of several, where they are (see
    /// [`Several`]), so that an entry is short.
    add: [Word; W],
}

/// What an [`Entry`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// The kernel was not asked.
    Unknown,
    /// The process cannot go on.
    Stuck,
    /// There is one way, to another state.
    Goes,
    /// There is one way, and the process is inside an `atomic` block then.
    Enters,
    /// There are several ways, all of them to another state.
    Several,
    /// There are ways of several kinds, or one that ends the run.
    List,
}

impl<const W: usize> Entry<W> {
    const UNKNOWN: Entry<W> = Entry { code: Code::Unknown, add: [0; W] };
    const STUCK: Entry<W> = Entry { code: Code::Stuck, add: [0; W] };

    /// The state that the one way leads to.
    #[inline(always)]
    pub(super) fn apply(&self, state: &[Word; W]) -> [Word; W] {
        added(state, &self.add)
    }
}

/// What an effect that adds this makes of a state.
#[inline(always)]
pub(super) fn added<const W: usize>(state: &[Word; W], add: &[Word; W]) -> [Word; W] {
    std::array::from_fn(|word| state[word].wrapping_add(add[word]))
}

/// The ways of entries that have several, one list behind the other.
#[derive(Debug, Clone)]
pub(super) struct Several<const W: usize> {
    /// Of those that all lead to another state: what each adds, so that they
    /// are short.
    go: Vec<[Word; W]>,
    mixed: Vec<Effect<W>>,
}

impl<const W: usize> Several<W> {
    const NONE: Several<W> = Several { go: Vec::new(), mixed: Vec::new() };

    fn enter(&mut self, effects: &[Effect<W>]) -> Entry<W> {
        let all_go = effects.iter().all(|effect| !effect.inside && effect.stopped.is_none());
        let (code, first) = if all_go {
            self.go.extend(effects.iter().map(|effect| effect.add));
            (Code::Several, self.go.len() - effects.len())
        } else {
            self.mixed.extend_from_slice(effects);
            (Code::List, self.mixed.len() - effects.len())
        };
        let mut add = [0; W];
        add[0] = (first as u64) << 32 | effects.len() as u64;
        Entry { code, add }
    }

    /// Where the ways of an entry stand among all of its kind.
    #[inline(always)]
    fn range(entry: &Entry<W>) -> std::ops::Range<usize> {
        let (first, count) = (entry.add[0] >> 32, entry.add[0] & u64::from(u32::MAX));
        first as usize..(first + count) as usize
    }

    /// What each way of a [`Code::Several`] adds.
    #[inline(always)]
    pub(super) fn all_go(&self, entry: &Entry<W>) -> &[[Word; W]] {
        &self.go[Self::range(entry)]
    }

    /// The ways of a [`Code::List`].
    #[inline(always)]
    pub(super) fn mixed(&self, entry: &Entry<W>) -> &[Effect<W>] {
        &self.mixed[Self::range(entry)]
    }
}

/// A field of the state that decides what a step does, and its place in the
/// number of the combination.
#[derive(Debug, Clone, Copy, Default)]
struct Pick {
    word: u32,
    shift: u32,
    mask: u32,
    at: u32,
}

/// The most fields that make up the number of a combination.
const PICKS: usize = 4;

/// The same for states of `W` words: short ones are looked up faster than
/// fields are put together.
const fn picks<const W: usize>() -> usize {
    if W <= 2 { 1 } else { PICKS }
}

/// The most bits of such a number; with more, combinations are looked up.
const DIRECT_BITS: u32 = 12;

/// As many places by number there may be for one that is taken; with more,
/// too, combinations are looked up.
const SPARSE: usize = 8;

/// All that is known of the step of one process that stands in one way.
#[derive(Debug, Clone)]
struct Known<const W: usize> {
    /// How many of the picks count.
    picked: u32,
    /// Where answers stand by the number of the combination, if there are few
    /// combinations; otherwise by a table of masked states.
    picks: [Pick; PICKS],
    /// By number; empty if answers are looked up.
    direct: Vec<Entry<W>>,
    /// Of entries with several ways: all.
    several: Several<W>,
    /// The bits of the parts that the step touches.
    mask: [Word; W],
    /// In open addressing: the masked state, and its answer; empty if there are numbers.
    table: Vec<([Word; W], Entry<W>)>,
    /// The other parts that the step touches, ascending.
    touches: Vec<u32>,
    answers: Vec<Answer>,
}

impl<const W: usize> Known<W> {
    fn new(able: bool, touches: Vec<u32>, answers: Vec<Answer>) -> Known<W> {
        let only = if able { Entry::UNKNOWN } else { Entry::STUCK };
        Known {
            picked: 0,
            picks: [Pick::default(); PICKS],
            direct: vec![only],
            several: Several::NONE,
            mask: [0; W],
            table: Vec::new(),
            touches,
            answers,
        }
    }

    #[inline(always)]
    fn find(&self, state: &[Word; W]) -> &Entry<W> {
        if let Some(entry) = self.direct.get(self.number(state)) {
            return entry;
        }
        let key = self.key(state);
        let last = self.table.len() - 1;
        let mut place = hash_words(&key) as usize & last;
        loop {
            let (other, entry) = &self.table[place];
            if *other == key || entry.code == Code::Unknown {
                return entry;
            }
            place = (place + 1) & last;
        }
    }

    /// The number of the combination of values that the step touches.
    #[inline(always)]
    fn number(&self, state: &[Word; W]) -> usize {
        let part =
            |pick: &Pick| ((state[pick.word as usize % W] >> pick.shift) as u32 & pick.mask) << pick.at;
        if picks::<W>() == 1 {
            // Without any there is one combination, and the mask is empty.
            return part(&self.picks[0]) as usize;
        }
        let picks = &self.picks[..self.picked as usize % (PICKS + 1)];
        picks.iter().fold(0, |number, pick| number | part(pick)) as usize
    }

    #[inline(always)]
    fn key(&self, state: &[Word; W]) -> [Word; W] {
        std::array::from_fn(|word| state[word] & self.mask[word])
    }

    /// Makes everything anew from the answers.
    fn rebuild(&mut self, codec: &Codec<'_>, own: usize, own_number: u32) {
        let fields: Vec<Field> = self.touches.iter().map(|&part| codec.fields[part as usize]).collect();
        self.mask = [0; W];
        fields.iter().for_each(|field| self.mask[field.word as usize] |= field.bits());
        let moving: Vec<Field> = fields.into_iter().filter(|field| field.width > 0).collect();
        let bits: u32 = moving.iter().map(|field| field.width).sum();
        self.picked = 0;
        self.picks = [Pick::default(); PICKS];
        (self.direct, self.table) = (Vec::new(), Vec::new());
        if moving.len() <= picks::<W>() && bits <= DIRECT_BITS && 1 << bits <= SPARSE * self.answers.len() {
            let mut at = 0;
            for (pick, field) in self.picks.iter_mut().zip(&moving) {
                *pick = Pick { word: field.word, shift: field.shift, mask: field.mask(), at };
                at += field.width;
            }
            self.picked = moving.len() as u32;
            self.direct = vec![Entry::UNKNOWN; 1 << bits];
        } else {
            self.table = vec![([0; W], Entry::UNKNOWN); (2 * self.answers.len()).next_power_of_two()];
        }
        self.several = Several::NONE;
        for number in 0..self.answers.len() {
            self.enter(codec, own, own_number, number);
        }
    }

    /// Whether there is room for one answer more.
    fn has_room(&self) -> bool {
        !self.direct.is_empty() || 2 * self.answers.len() <= self.table.len()
    }

    fn enter(&mut self, codec: &Codec<'_>, own: usize, own_number: u32, number: usize) {
        let answer = &self.answers[number];
        let mut key = [0; W];
        for (&part, &seen) in self.touches.iter().zip(&answer.seen) {
            codec.fields[part as usize].put(&mut key, seen);
        }
        let mut effects: Vec<Effect<W>> = Vec::with_capacity(answer.changes.len());
        for change in &answer.changes {
            let mut add: [Word; W] = [0; W];
            for &(part, new) in &change.parts {
                let old = match self.touches.binary_search(&part) {
                    Ok(at) => answer.seen[at],
                    Err(_) => own_number,
                };
                debug_assert!(part as usize == own || self.touches.contains(&part));
                let field = codec.fields[part as usize];
                let word = &mut add[field.word as usize];
                *word = word.wrapping_add(field.change(old, new));
            }
            effects.push(Effect { add, inside: change.inside, stopped: change.stopped });
        }
        let entry = match effects.as_slice() {
            [] => Entry::STUCK,
            &[Effect { add, inside, stopped: None }] => {
                Entry { code: if inside { Code::Enters } else { Code::Goes }, add }
            }
            several => self.several.enter(several),
        };
        if !self.direct.is_empty() {
            let number = self.number(&key);
            self.direct[number] = entry;
            return;
        }
        let last = self.table.len() - 1;
        let mut place = hash_words(&key) as usize & last;
        while self.table[place].1.code != Code::Unknown {
            place = (place + 1) & last;
        }
        self.table[place] = (key, entry);
    }
}

/// What is known of all steps.
#[derive(Debug)]
pub(super) struct Effects<const W: usize> {
    /// By process and the number of its value.
    known: Vec<Vec<Known<W>>>,
    /// The ends that effects refer to.
    pub(super) ends: Vec<Stopped>,
    /// About how much memory the answers take, in bytes.
    pub(super) bytes: usize,
}

/// About how many bytes an answer takes with its places in tables, besides what
/// it changes.
const ANSWER_BYTES: usize = 160;

/// Steps of a block in one answer.
const STEPS: u32 = 16;

impl<const W: usize> Effects<W> {
    pub(super) fn new(processes: usize) -> Effects<W> {
        Effects { known: vec![Vec::new(); processes], ends: Vec::new(), bytes: 0 }
    }

    /// The same for another layout, or for states of other length.
    pub(super) fn repacked<const V: usize>(self, codec: &Codec<'_>) -> Effects<V> {
        let known = self.known.into_iter().enumerate().map(|(process, known)| {
            let repacked = known.into_iter().enumerate().map(|(number, known)| {
                let able = codec.stands_of(process)[number].0 == Stand::Able;
                let mut repacked = Known::new(able, known.touches, known.answers);
                if !repacked.answers.is_empty() {
                    repacked.rebuild(codec, process, number as u32);
                }
                repacked
            });
            repacked.collect()
        });
        Effects { known: known.collect(), ends: self.ends, bytes: self.bytes }
    }

    /// How `process` can go on in this state.
    #[inline(always)]
    pub(super) fn of(&self, codec: &Codec<'_>, state: &[Word; W], process: usize) -> &Entry<W> {
        self.with_several(codec, state, process).0
    }

    /// How `process` can go on in this state, with where the ways are if there
    /// are several.
    #[inline(always)]
    pub(super) fn with_several(
        &self,
        codec: &Codec<'_>,
        state: &[Word; W],
        process: usize,
    ) -> (&Entry<W>, &Several<W>) {
        let number = codec.fields[process].of(state) as usize;
        match self.known[process].get(number) {
            None => (&Entry::UNKNOWN, const { &Several::NONE }),
            Some(known) => (known.find(state), &known.several),
        }
    }

    /// Asks the kernel how `process` can go on in this state, and how it goes on
    /// then in the same block. New values get numbers, so the layout may be
    /// outgrown afterwards.
    pub(super) fn learn(
        &mut self,
        relation: &Relation<'_>,
        codec: &mut Codec<'_>,
        scratch: &mut Scratch,
        state: &[Word; W],
        process: usize,
    ) {
        let mut open = vec![*state];
        for _ in 0..BLOCK_STEPS {
            let Some(state) = open.pop().filter(|_| !codec.outgrown) else { return };
            // Many workers ask the same, so this comes first.
            if self.of(codec, &state, process).code != Code::Unknown {
                continue;
            }
            self.follow(codec);
            if self.of(codec, &state, process).code != Code::Unknown {
                // Its state alone says that it cannot go on.
                continue;
            }
            self.learn_one(relation, codec, scratch, &state, process);
            if codec.outgrown {
                return;
            }
            let (entry, several) = self.with_several(codec, &state, process);
            match entry.code {
                Code::Enters => open.push(entry.apply(&state)),
                Code::List => {
                    let inside = several.mixed(entry).iter().filter(|effect| effect.inside);
                    open.extend(inside.map(|effect| effect.apply(&state)));
                }
                Code::Unknown | Code::Stuck | Code::Goes | Code::Several => {}
            }
        }
    }

    fn learn_one(
        &mut self,
        relation: &Relation<'_>,
        codec: &mut Codec<'_>,
        scratch: &mut Scratch,
        state: &[Word; W],
        process: usize,
    ) {
        let numbers = codec.numbers(state);
        let own = numbers[process];
        let mut touched = self.known[process][own as usize].touches.clone();
        let before = touched.len();
        let mut changes = Vec::new();
        codec.decode(state, &mut scratch.world);
        let base = scratch.world.clone();
        let id = ProcessId::from_index(process);
        scratch.probe.choices = Choices::default();
        loop {
            scratch.world.clone_from(&base);
            let mut went = relation.part(scratch, id, &mut NoTrace);
            note_touched(codec, scratch, &base, &mut touched);
            let inside = went == Went::On && {
                touched.extend(differing(codec, scratch, (&base, &numbers)));
                go_on_inside(relation, codec, scratch, (id, &touched), (&base, &numbers), &mut went)
            };
            match went {
                Went::Nowhere => {}
                Went::Stopped(stopped) => changes.push(Change {
                    parts: Vec::new(),
                    inside: false,
                    stopped: Some(self.number_of(stopped)),
                }),
                Went::On => {
                    let changed = differing(codec, scratch, (&base, &numbers));
                    let numbered = changed
                        .into_iter()
                        .map(|part| (part, codec.learn_part(&scratch.world, part as usize)));
                    changes.push(Change { parts: numbered.collect(), inside, stopped: None });
                }
            }
            if !scratch.probe.choices.advance() {
                break;
            }
        }
        touched.retain(|&part| part as usize != process);
        touched.sort_unstable();
        touched.dedup();
        self.follow(codec);
        let changed: usize = changes.iter().map(|change: &Change| 8 * change.parts.len() + 8 * W + 48).sum();
        self.bytes += ANSWER_BYTES + 4 * touched.len() + changed;
        let known = &mut self.known[process][own as usize];
        if touched.len() > before {
            known.answers.clear();
            known.touches = touched;
        }
        let seen = known.touches.iter().map(|&part| numbers[part as usize]).collect();
        known.answers.push(Answer { seen, changes });
        if codec.outgrown {
            return;
        }
        if known.answers.len() == 1 || !known.has_room() {
            known.rebuild(codec, process, own);
        } else {
            let last = known.answers.len() - 1;
            known.enter(codec, process, own, last);
        }
    }

    /// Makes a place for every value of a process.
    fn follow(&mut self, codec: &Codec<'_>) {
        for (process, known) in self.known.iter_mut().enumerate() {
            let new = codec.stands_of(process)[known.len()..]
                .iter()
                .map(|&(stand, _)| Known::new(stand == Stand::Able, Vec::new(), Vec::new()));
            known.extend(new);
        }
    }

    fn number_of(&mut self, stopped: Stopped) -> u32 {
        let known = self.ends.iter().position(|other| *other == stopped);
        known.unwrap_or_else(|| {
            self.ends.push(stopped);
            self.ends.len() - 1
        }) as u32
    }
}

/// The parts that the transition at hand was about: resources that ops named
/// with those who stood in line for them, and processes that were woken.
fn note_touched(codec: &Codec<'_>, scratch: &Scratch, base: &World, touched: &mut Vec<u32>) {
    let arena = base.machine.words();
    for &header in scratch.probe.touched.borrow().iter() {
        let part = codec.parts.of_header(header);
        touched.push(part as u32);
        if codec.parts.is_buffer(part)
            && arena[header + resource::TAKERS] | arena[header + resource::PUTTERS] != 0
        {
            // How many items those in line want stands in their frames.
            touched.extend(0..codec.parts.processes() as u32);
        }
    }
    if scratch.heard {
        touched.extend(codec.parts.of_watch().map(|part| part as u32));
    }
    if scratch.probe.called {
        touched.extend(codec.parts.of_code().map(|part| part as u32));
    }
    touched.extend(scratch.probe.woken.iter().map(|process| process.0));
}

/// The parts of the world that are other than in `base`, where they have these
/// numbers.
fn differing(codec: &Codec<'_>, scratch: &Scratch, (base, numbers): (&World, &[u32])) -> Vec<u32> {
    let mut buffer = Vec::new();
    let world = &scratch.world;
    let differ = numbers.iter().enumerate().filter(|&(part, &number)| {
        !codec.parts.is_untouched(world, base, part) && !codec.is_same(world, part, number, &mut buffer)
    });
    differ.map(|(part, _)| part as u32).collect()
}

/// Goes on in a block as far as what comes depends on nothing but what is
/// touched already, so that it is the same answer; whether the process is still
/// inside then. `went` becomes what ends the block, if something does.
fn go_on_inside(
    relation: &Relation<'_>,
    codec: &Codec<'_>,
    scratch: &mut Scratch,
    (process, touched): (ProcessId, &[u32]),
    from: (&World, &[u32]),
    went: &mut Went,
) -> bool {
    let is_touched = |part: u32| part == process.0 || touched.contains(&part);
    for _ in 0..STEPS {
        if !relation.goes_on(scratch, process) {
            return false;
        }
        let before = scratch.world.clone();
        let choices = scratch.probe.choices.clone();
        let next = relation.part(scratch, process, &mut NoTrace);
        let mut touches = Vec::new();
        note_touched(codec, scratch, &before, &mut touches);
        if next == Went::On {
            touches.extend(differing(codec, scratch, from));
        }
        if scratch.probe.choices != choices || !touches.into_iter().all(is_touched) {
            (scratch.world, scratch.probe.choices) = (before, choices);
            return true;
        }
        match next {
            Went::On => {}
            // It has to wait in the middle.
            Went::Nowhere => {
                scratch.world = before;
                return false;
            }
            Went::Stopped(_) => {
                *went = next;
                return false;
            }
        }
    }
    relation.goes_on(scratch, process)
}
