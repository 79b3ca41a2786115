//! The automaton of an invariant.
//!
//! Decides when the condition is looked at: at the start and after every event, of an atomic
//! block only once others could go on. Its first word says how it stands, [`OPEN`] or
//! [`BROKEN`] or 0; the others are what it observes, in order.

use super::automaton::BROKEN;
use super::hearing::About;
use crate::trace::{Event, Header, Invariant, Kind, Observed, changes_level, level_after};
use crate::value::Word;

/// The first word where something has changed in an atomic block that was not over then.
const OPEN: Word = 1;

impl Invariant {
    /// Which events of this kind may change what it observes.
    pub(super) fn about(&self, kind: Kind) -> Vec<About> {
        let changes = |observed: &&Observed| match observed {
            Observed::Level(_) => changes_level(kind),
            Observed::Slot { .. } => kind == Kind::Write,
        };
        let mut about: Vec<About> = self
            .observed
            .iter()
            .filter(changes)
            .map(|observed| About::Subject(observed.resource().0))
            .collect();
        about.sort_unstable();
        about.dedup();
        about
    }

    /// Its words at the start of a run; `words` are zeros.
    pub(super) fn start(&self, words: &mut [Word], header: &Header) {
        words[1..].copy_from_slice(&self.initial(header));
        self.look(words);
    }

    /// What it observes at the start.
    pub(super) fn initial(&self, header: &Header) -> Vec<Word> {
        let initial = |observed: &Observed| match *observed {
            Observed::Level(resource) => header.resource(resource).initial,
            Observed::Slot { initial, .. } => initial.to_word(),
        };
        self.observed.iter().map(initial).collect()
    }

    /// Takes an event, which came `inside` of an atomic block or not.
    pub(super) fn step(&self, words: &mut [Word], event: &Event, inside: bool) {
        match (self.observe(&mut words[1..], event), inside) {
            (false, _) => {}
            (true, true) => words[0] = OPEN,
            (true, false) => {
                words[0] = 0;
                self.look(words);
            }
        }
    }

    /// Changes what is observed by an event; whether that changed anything.
    pub(super) fn observe(&self, observed: &mut [Word], event: &Event) -> bool {
        let mut changed = false;
        for (observed, word) in self.observed.iter().zip(observed) {
            let now = match *observed {
                Observed::Level(resource) if event.subject == resource.0 => level_after(*word, event),
                Observed::Slot { memory, slot, .. }
                    if event.kind == Kind::Write && (event.subject, event.extra) == (memory.0, slot) =>
                {
                    event.value
                }
                _ => continue,
            };
            changed |= std::mem::replace(word, now) != now;
        }
        changed
    }

    /// Looks at the condition, if something has changed in an atomic block that is over now;
    /// whether it did.
    pub(super) fn close(&self, words: &mut [Word]) -> bool {
        let is_open = words[0] == OPEN;
        if is_open {
            words[0] = 0;
            self.look(words);
        }
        is_open
    }

    /// Whether it is broken, also where the block at hand is over only now.
    pub(super) fn is_broken(&self, words: &[Word]) -> bool {
        words[0] == BROKEN || words[0] == OPEN && self.holds(&words[1..]) != Ok(true)
    }

    fn look(&self, words: &mut [Word]) {
        if self.holds(&words[1..]) != Ok(true) {
            words.fill(0);
            words[0] = BROKEN;
        }
    }
}
