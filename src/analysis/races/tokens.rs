//! What is handed on through a resource: permits, items, free places.

use super::clocks::{Clocks, NOTHING, Row};
use crate::ids::ProcessId;
use std::collections::VecDeque;

/// Permits, items or places in the order in which they are taken, each with
/// the clock of who gave it.
///
/// Equal ones next to each other are one entry, so a million permits that one
/// process releases at once take no more room than one.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    /// Those that are there from the start and come from nobody.
    untouched: u64,
    given: VecDeque<(Row, u64)>,
}

impl Tokens {
    pub fn new(untouched: u64) -> Tokens {
        Tokens { untouched, given: VecDeque::new() }
    }

    /// One is given by who knows of nobody; all that are there are such.
    #[inline]
    pub fn give_untouched(&mut self) {
        self.untouched += 1;
    }

    /// One is taken where all that are there were given by who knows of nobody.
    #[inline]
    pub fn take_untouched(&mut self) {
        self.untouched = self.untouched.saturating_sub(1);
    }

    /// `process` gives one. Gives the bytes by which this has grown.
    #[inline]
    pub fn give(&mut self, clocks: &mut Clocks, process: ProcessId) -> usize {
        let row = clocks.hand_on(process);
        match self.given.back_mut() {
            Some((last, count)) if *last == row => {
                *count += 1;
                clocks.let_go(row);
                0
            }
            None if row == NOTHING => {
                self.untouched += 1;
                0
            }
            _ => {
                let before = self.given.capacity();
                self.given.push_back((row, 1));
                (self.given.capacity() - before) * size_of::<(Row, u64)>()
            }
        }
    }

    /// `process` takes the next one. From a trace in which there is none it
    /// learns nothing.
    #[inline]
    pub fn take(&mut self, clocks: &mut Clocks, process: ProcessId) {
        if self.untouched > 0 {
            self.untouched -= 1;
            return;
        }
        let Some((row, count)) = self.given.front_mut() else { return };
        let row = *row;
        clocks.learn(process, row);
        *count -= 1;
        if *count == 0 {
            self.given.pop_front();
            clocks.let_go(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_given_is_taken_first_after_those_from_the_start() {
        let mut clocks = Clocks::new(4);
        let [p, q, r, s] = [0, 1, 2, 3].map(ProcessId);
        let (of_p, of_q) = (clocks.touch(p), clocks.touch(q));
        let mut tokens = Tokens::new(1);
        tokens.give(&mut clocks, p);
        tokens.give(&mut clocks, p);
        tokens.give(&mut clocks, q);
        assert_eq!(tokens.given.len(), 2);
        tokens.take(&mut clocks, r);
        assert!(!clocks.knows(r, of_p), "a permit from the start comes from nobody");
        tokens.take(&mut clocks, r);
        assert!(clocks.knows(r, of_p) && !clocks.knows(r, of_q));
        tokens.take(&mut clocks, s);
        tokens.take(&mut clocks, s);
        assert!(clocks.knows(s, of_p) && clocks.knows(s, of_q));
        assert!(tokens.given.is_empty());
        tokens.take(&mut clocks, s);
    }
}
