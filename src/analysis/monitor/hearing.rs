//! Which expectations an event may mean something to.
//!
//! Decides how they are found: of a few, all that hear events of its kind; of many, those that are about its process or
//! its subject, so that a run with thousands of them does not ask each at every event.

use crate::trace::{Event, Kind};
use std::collections::BTreeMap;

/// What of an event an expectation looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// It may be any.
    Any,
    /// Those of this process.
    Process(u32),
    /// Those with this subject.
    Subject(u32),
}

/// So many are asked one by one.
const FEW: usize = 8;

/// The monitors that hear events of one kind, by their numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Hearing {
    /// Those that are asked at every event.
    always: Vec<usize>,
    by_process: BTreeMap<u32, Vec<usize>>,
    by_subject: BTreeMap<u32, Vec<usize>>,
}

impl Hearing {
    /// The monitors that hear each kind, by kind.
    pub(super) fn of_all(hears: impl Fn(Kind) -> Vec<(About, usize)>) -> Vec<Hearing> {
        Kind::ALL.into_iter().map(|kind| Hearing::of(hears(kind))).collect()
    }

    fn of(mut all: Vec<(About, usize)>) -> Hearing {
        let mut hearing = Hearing::default();
        if all.len() <= FEW {
            all.sort_unstable_by_key(|&(_, monitor)| monitor);
            all.dedup_by_key(|&mut (_, monitor)| monitor);
            all.iter_mut().for_each(|(about, _)| *about = About::Any);
        }
        for (about, monitor) in all {
            match about {
                About::Any => &mut hearing.always,
                About::Process(process) => hearing.by_process.entry(process).or_default(),
                About::Subject(subject) => hearing.by_subject.entry(subject).or_default(),
            }
            .push(monitor);
        }
        hearing
    }

    /// Whether nobody hears it.
    pub(super) fn is_empty(&self) -> bool {
        self.always.is_empty() && self.by_process.is_empty() && self.by_subject.is_empty()
    }

    /// Those to whom this event may mean something, each once.
    #[inline]
    pub(super) fn of_event(&self, event: &Event) -> impl Iterator<Item = usize> + '_ {
        let of_process = Hearing::found(&self.by_process, event.process.0);
        let of_subject = Hearing::found(&self.by_subject, event.subject);
        self.always.iter().chain(of_process).chain(of_subject).copied()
    }

    #[inline]
    fn found(many: &BTreeMap<u32, Vec<usize>>, key: u32) -> &[usize] {
        if many.is_empty() { &[] } else { many.get(&key).map_or(&[], Vec::as_slice) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::fixture::{A, event};

    /// However many there are, an event asks those that it concerns.
    #[test]
    fn an_event_asks_those_that_it_concerns() {
        let asked = |count: usize, subject: u32| {
            let about = |kind: Kind| match kind {
                Kind::Mark => (0..count).map(|monitor| (About::Subject(monitor as u32), monitor)).collect(),
                Kind::Done => vec![(About::Any, 7)],
                _ => Vec::new(),
            };
            let all = Hearing::of_all(about);
            assert!(all[Kind::Put as usize].is_empty() && !all[Kind::Done as usize].is_empty());
            all[Kind::Mark as usize].of_event(&event(0, A, Kind::Mark, subject, 0)).collect::<Vec<_>>()
        };
        assert_eq!(asked(3, 1), [0, 1, 2]);
        assert_eq!(asked(10_000, 1), [1]);
        assert_eq!(asked(10_000, 20_000), [0; 0]);
    }
}
