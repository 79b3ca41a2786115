//! A table that gives equal sequences of words equal numbers, from 0 in the
//! order in which they came.

use crate::value::Word;

/// The multiplier of FxHash (rustc's), a fixed odd number of good spread.
const MULTIPLIER: u64 = 0x517c_c1b7_2722_0a95;

/// Mixes words into one number, of which every bit depends on every word.
#[inline(always)]
pub(crate) fn hash_words(words: &[Word]) -> u64 {
    let mut hash = 0u64;
    for &word in words {
        let product = u128::from((hash ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15)) * u128::from(MULTIPLIER);
        hash = (product as u64) ^ (product >> 64) as u64;
    }
    hash
}

/// The most words that all sequences of a table may have together.
pub(super) const MOST_WORDS: u64 = u32::MAX as u64;

/// From so many words on a table is given room for a quarter more of them at a
/// time, and not for as many again: it counts against the budget.
const MANY_WORDS: usize = 1 << 20;

/// Sequences of words with their numbers. Nothing is ever taken out.
#[derive(Debug, Clone)]
pub(crate) struct Interner {
    words: Vec<Word>,
    /// Where each sequence begins, and where the last one ends.
    starts: Vec<u32>,
    /// Numbers + 1 in open addressing, 0 where there is none; at most half full.
    table: Vec<u32>,
}

impl Interner {
    pub(crate) fn new() -> Interner {
        Interner { words: Vec::new(), starts: vec![0], table: vec![0; 8] }
    }

    /// How many sequences there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The sequence with this number.
    pub(crate) fn get(&self, number: u32) -> &[Word] {
        let at = number as usize;
        &self.words[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// The number of a sequence, or the place in the table for it.
    fn locate(&self, sequence: &[Word]) -> Result<u32, usize> {
        let mask = self.table.len() - 1;
        let mut place = hash_words(sequence) as usize & mask;
        loop {
            match self.table[place] {
                0 => return Err(place),
                entry if self.get(entry - 1) == sequence => return Ok(entry - 1),
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// The number of a sequence, if it has one.
    pub(crate) fn find(&self, sequence: &[Word]) -> Option<u32> {
        self.locate(sequence).ok()
    }

    /// The number of a sequence, a new one if need be.
    pub(crate) fn intern(&mut self, sequence: &[Word]) -> u32 {
        match self.locate(sequence) {
            Ok(number) => number,
            Err(place) => {
                self.make_room(sequence.len());
                self.words.extend_from_slice(sequence);
                let end = u32::try_from(self.words.len()).expect("the budget of memory ends a search before");
                self.starts.push(end);
                let number = self.len() as u32 - 1;
                self.table[place] = number + 1;
                if 2 * self.len() > self.table.len() {
                    self.grow();
                }
                number
            }
        }
    }

    fn make_room(&mut self, more: usize) {
        let needed = self.words.len() + more;
        if needed > self.words.capacity() && needed > MANY_WORDS {
            self.words.reserve_exact(more.max(self.words.len() / 4));
        }
    }

    fn grow(&mut self) {
        let mask = 2 * self.table.len() - 1;
        let mut table = vec![0; mask + 1];
        for number in 0..self.len() as u32 {
            let mut place = hash_words(self.get(number)) as usize & mask;
            while table[place] != 0 {
                place = (place + 1) & mask;
            }
            table[place] = number + 1;
        }
        self.table = table;
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        8 * self.words.capacity() + 4 * (self.starts.capacity() + self.table.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sequences_have_equal_numbers() {
        let mut interner = Interner::new();
        let sequences: Vec<Vec<Word>> = (0..1_000u64).map(|n| vec![n / 7; (n % 4) as usize]).collect();
        let numbers: Vec<u32> = sequences.iter().map(|sequence| interner.intern(sequence)).collect();
        for (sequence, &number) in sequences.iter().zip(&numbers) {
            assert_eq!(interner.get(number), sequence.as_slice());
            assert_eq!(interner.find(sequence), Some(number));
        }
        assert_eq!(numbers[0], 0);
        assert_eq!(interner.find(&[u64::MAX]), None);
        assert!(interner.len() < sequences.len());
    }
}
