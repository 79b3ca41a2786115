//! Texts that are told by number, each kept once.

use crate::trace::printable;
use std::collections::BTreeMap;

/// The texts of a run, in the order in which they came up.
#[derive(Debug, Default)]
pub(super) struct Texts {
    places: BTreeMap<String, u64>,
}

impl Texts {
    /// The number of a text. What would be obeyed in it is replaced.
    pub fn number(&mut self, text: &str) -> u64 {
        let next = self.places.len() as u64;
        let text = printable(text);
        match self.places.get(&text) {
            Some(&number) => number,
            None => *self.places.entry(text).or_insert(next),
        }
    }

    /// All of them, by number.
    pub fn into_list(self) -> Vec<String> {
        let mut list: Vec<(String, u64)> = self.places.into_iter().collect();
        list.sort_unstable_by_key(|&(_, number)| number);
        list.into_iter().map(|(text, _)| text).collect()
    }
}
