//! What the rules make of a program. Decides nothing.

use super::draws::{Chance, Draw};
use super::op::Fast;
use crate::program::layout::resource;
use crate::value::Word;

/// What runs in virtual time go by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Optimised {
    /// The ops of runs with a trace.
    pub(super) code: Vec<Fast>,
    /// The ops of runs without one.
    pub(super) quiet: Vec<Fast>,
    /// By distribution.
    pub draws: Vec<Draw>,
    /// What the draws that are choices choose from.
    pub chances: Vec<Chance>,
    /// What is calculated before the run.
    pub(super) settled: SettledWords,
    /// The headers of buffers that begin with a ring; see [`Optimised::settle`].
    pub(super) buffers: Vec<u32>,
    /// Whether it is listed who may be concerned by what happens, so that the kernel need not look at all.
    pub lists: bool,
}

/// So many items have room in a buffer at the start, unless it takes fewer.
const FIRST_RING: Word = 16;

/// The values of a program.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SettledWords {
    /// By their numbers: whether all instances have one, and nobody calculates it any more.
    pub(super) known: Vec<bool>,
    /// Words of the state, and what they are.
    pub(super) words: Vec<(u32, Word)>,
}

impl Optimised {
    /// Of so many ops none is optimised; the waits on `limited` may run out.
    pub(in crate::program) fn none(ops: usize, limited: impl Iterator<Item = usize>) -> Optimised {
        let mut plain = vec![Fast::Plain; ops];
        limited.for_each(|op| plain[op] = Fast::Limited);
        Optimised { code: plain.clone(), quiet: plain, ..Optimised::default() }
    }

    /// The ops of runs with events, or without.
    pub fn ops(&self, with_events: bool) -> &[Fast] {
        if with_events { &self.code } else { &self.quiet }
    }

    /// Puts into the state at the start of a run what was calculated before, and rings into
    /// some buffers: that they are missing would interrupt the first puts of every run.
    pub fn settle(&self, arena: &mut Vec<Word>) {
        for &(word, value) in &self.settled.words {
            arena[word as usize] = value;
        }
        for header in self.buffers.iter().map(|&header| header as usize) {
            let ring = arena[header + resource::CAPACITY].min(FIRST_RING);
            if arena[header + resource::RING] >= ring {
                continue;
            }
            let words = ring as usize * resource::place_words(arena[header + resource::IDENTITY]);
            arena[header + resource::CONTENT] = arena.len() as Word;
            arena[header + resource::RING] = ring;
            arena.resize(arena.len() + words, 0);
        }
    }
}
