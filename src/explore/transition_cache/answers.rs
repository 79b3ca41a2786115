//! All that is known of the step of one process that stands in one way: the
//! kernel's answers, and the tables in which they are found again.

use super::entry::{Code, Effect, Entry, Several};
use crate::explore::state::{Codec, Field, hash_words};
use crate::value::Word;

/// What comes of one way to make a step.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Layout with their new numbers.
    pub(crate) parts: Vec<(u32, u32)>,
    pub(crate) inside: bool,
    pub(crate) stopped: Option<u32>,
}

/// An answer of the kernel.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The numbers of the parts that the step touches.
    pub(crate) seen: Vec<u32>,
    pub(crate) changes: Vec<Change>,
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

/// The most fields that make up the number of a combination in states of `W`
/// words: short states are looked up faster than fields are put together.
const fn picks<const W: usize>() -> usize {
    if W <= 2 { 1 } else { PICKS }
}

/// The most bits of the number of a combination; with more, combinations are
/// looked up in a table.
const DIRECT_BITS: u32 = 12;

/// The most places by number for each that is taken; with more, combinations
/// are looked up in a table.
const SPARSE: usize = 8;

/// All that is known of the step of one process that stands in one way.
#[derive(Debug, Clone)]
pub(crate) struct Known<const W: usize> {
    /// How many of the picks count.
    picked: u32,
    /// Where answers stand by the number of the combination, if there are few
    /// combinations; otherwise by a table of masked states.
    picks: [Pick; PICKS],
    /// By number; empty if answers are looked up.
    direct: Vec<Entry<W>>,
    /// Of entries with several ways: all.
    pub(crate) several: Several<W>,
    /// The bits of the parts that the step touches.
    mask: [Word; W],
    /// In open addressing: the masked state, and its answer; empty if there are numbers.
    table: Vec<([Word; W], Entry<W>)>,
    /// The other parts that the step touches, ascending.
    pub(crate) touches: Vec<u32>,
    pub(crate) answers: Vec<Answer>,
}

impl<const W: usize> Known<W> {
    pub(crate) fn new(able: bool, touches: Vec<u32>, answers: Vec<Answer>) -> Known<W> {
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
    pub(crate) fn find(&self, state: &[Word; W]) -> &Entry<W> {
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

    /// Makes the tables anew from the answers, in the packing that the codec has.
    ///
    /// Few combinations of values get a number each, put together from the
    /// fields that the step touches; of many, or where most numbers would be
    /// empty, the masked states are hashed.
    pub(crate) fn rebuild(&mut self, codec: &Codec<'_>, own: usize, own_number: u32) {
        let fields: Vec<Field> = self.touches.iter().map(|&part| codec.fields[part as usize]).collect();
        // The bits that tell the combinations apart.
        self.mask = [0; W];
        fields.iter().for_each(|field| self.mask[field.word as usize] |= field.bits());
        // A part that has one value takes no room and decides nothing.
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
        // The answers are entered in their order, so that in every packing there are
        // the same lists.
        self.several = Several::NONE;
        for number in 0..self.answers.len() {
            self.enter(codec, own, own_number, number);
        }
    }

    /// Whether there is room for one answer more.
    pub(crate) fn has_room(&self) -> bool {
        !self.direct.is_empty() || 2 * self.answers.len() <= self.table.len()
    }

    /// Enters the answer with this number, of the process `own` whose part has
    /// the number `own_number`.
    pub(crate) fn enter(&mut self, codec: &Codec<'_>, own: usize, own_number: u32, number: usize) {
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
