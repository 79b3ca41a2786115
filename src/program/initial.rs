//! The initial state of a run, held in less room than the state itself.
//!
//! Decides how the frames of many instances of a process, which differ in few
//! words, are held once and laid out again; everything else is held as it is.

use super::layout::Frames;
use crate::value::Word;
use std::ops::{Index, Range};

/// The initial words of the arena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initial {
    /// All words but those of the groups.
    plain: Vec<Word>,
    /// In the order of their places.
    groups: Vec<Group>,
    len: usize,
}

/// The frames of all instances of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    place: Range<usize>,
    /// The first frame.
    frame: Vec<Word>,
    /// The words in which the others differ from it.
    columns: Vec<Column>,
}

/// A word of a frame that is not the same in all instances.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    /// It grows by the same from one instance to the next.
    Steps { word: usize, by: Word },
    /// By instance.
    Values { word: usize, values: Vec<Word> },
}

impl Initial {
    /// Holds `arena`, and each of these blocks of frames only once.
    pub(super) fn new(mut arena: Vec<Word>, blocks: &[Frames]) -> Initial {
        let len = arena.len();
        let groups: Vec<Group> = blocks.iter().map(|block| Group::of(&arena, block)).collect();
        if groups.is_empty() {
            return Initial { plain: arena, groups, len };
        }
        let left: usize = len - groups.iter().map(|group| group.place.len()).sum::<usize>();
        let mut plain = Vec::with_capacity(left);
        let mut from = 0;
        for group in &groups {
            plain.extend_from_slice(&arena[from..group.place.start]);
            from = group.place.end;
        }
        plain.extend(arena.drain(from..));
        Initial { plain, groups, len }
    }

    /// Exchanges the words with those of another initial state without blocks of
    /// frames, which is what this one must be, too.
    pub(super) fn swap(&mut self, arena: &mut Vec<Word>) {
        assert!(self.groups.is_empty(), "there are no words of blocks to exchange");
        std::mem::swap(&mut self.plain, arena);
        self.len = self.plain.len();
    }

    /// The words of the initial state.
    #[allow(clippy::len_without_is_empty, reason = "a state is never without words")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Replaces the content of `arena` by the initial state, without allocating
    /// if it has been that long.
    pub fn lay_out(&self, arena: &mut Vec<Word>) {
        arena.clear();
        arena.reserve_exact(self.len);
        let mut rest = self.plain.as_slice();
        for group in &self.groups {
            let (before, after) = rest.split_at(group.place.start - arena.len());
            arena.extend_from_slice(before);
            rest = after;
            group.lay_out(arena);
        }
        arena.extend_from_slice(rest);
    }

    /// Any word of the initial state, wherever it lies; takes as long as there are
    /// groups before it.
    pub fn word(&self, at: usize) -> Word {
        let before = self.groups.partition_point(|group| group.place.end <= at);
        match self.groups.get(before).filter(|group| group.place.contains(&at)) {
            Some(group) => group.word(at - group.place.start),
            None => {
                let left_out: usize = self.groups[..before].iter().map(|group| group.place.len()).sum();
                self.plain[at - left_out]
            }
        }
    }

    /// The initial content of a memory or an array: what lies in front of all
    /// frames or behind them.
    ///
    /// # Panics
    /// If it lies between.
    pub fn content(&self, range: Range<usize>) -> &[Word] {
        let before = self.groups.iter().filter(|group| group.place.end <= range.start);
        let left_out: usize = before.map(|group| group.place.len()).sum();
        &self.plain[range.start - left_out..range.end - left_out]
    }
}

/// The globals and the resource headers, which come before all frames.
impl Index<usize> for Initial {
    type Output = Word;

    #[inline]
    fn index(&self, word: usize) -> &Word {
        &self.plain[word]
    }
}

impl Group {
    fn of(arena: &[Word], block: &Frames) -> Group {
        let place = block.start..block.start + block.words * block.count;
        let frames = arena[place.clone()].chunks_exact(block.words);
        let frame = frames.clone().next().map_or(Vec::new(), <[Word]>::to_vec);
        let column = |word: usize| {
            let values = || frames.clone().map(move |frame| frame[word]);
            let by = values().nth(1).map_or(0, |second| second.wrapping_sub(frame[word]));
            let mut pairs = values().zip(values().skip(1));
            if !pairs.all(|(one, next)| next.wrapping_sub(one) == by) {
                return Some(Column::Values { word, values: values().collect() });
            }
            (by != 0).then_some(Column::Steps { word, by })
        };
        let columns = (0..block.words).filter_map(column).collect();
        Group { place, frame, columns }
    }

    /// A word of the group, counted from its first.
    fn word(&self, at: usize) -> Word {
        let (instance, at) = (at / self.frame.len(), at % self.frame.len());
        let is_here = |column: &&Column| match column {
            Column::Steps { word, .. } | Column::Values { word, .. } => *word == at,
        };
        match self.columns.iter().find(is_here) {
            Some(Column::Steps { by, .. }) => self.frame[at].wrapping_add(by.wrapping_mul(instance as u64)),
            Some(Column::Values { values, .. }) => values[instance],
            None => self.frame[at],
        }
    }

    fn lay_out(&self, arena: &mut Vec<Word>) {
        let count = self.place.len() / self.frame.len();
        for instance in 0..count {
            arena.extend_from_slice(&self.frame);
            for column in &self.columns {
                match column {
                    Column::Steps { word, by } => {
                        let added = by.wrapping_mul(instance as u64);
                        let to = self.place.start + instance * self.frame.len() + word;
                        arena[to] = arena[to].wrapping_add(added);
                    }
                    Column::Values { word, values } => {
                        arena[self.place.start + instance * self.frame.len() + word] = values[instance];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_laid_out_as_it_was() {
        // Two words before, four frames of three words, two words between, two
        // frames of one word, one word behind.
        let arena = vec![8, 9, 1, 5, 7, 1, 6, 2, 1, 7, 2, 1, 8, 9, 30, 31, 4, 2, 99];
        let blocks = [Frames { start: 2, words: 3, count: 4 }, Frames { start: 16, words: 1, count: 2 }];
        let initial = Initial::new(arena.clone(), &blocks);
        let mut again = vec![1; 40];
        initial.lay_out(&mut again);
        assert_eq!(again, arena);
        assert_eq!(initial.len(), arena.len());
        assert_eq!(initial.content(14..16), [30, 31]);
        assert_eq!(initial.content(18..19), [99]);
        assert_eq!(initial[1], 9);
        let words: Vec<Word> = (0..arena.len()).map(|at| initial.word(at)).collect();
        assert_eq!(words, arena);
        let steps = Column::Steps { word: 1, by: 1 };
        assert_eq!(initial.groups[0].columns, [steps, Column::Values { word: 2, values: vec![7, 2, 2, 9] }]);
        assert_eq!(Initial::new(arena.clone(), &[]).plain, arena);
    }
}
