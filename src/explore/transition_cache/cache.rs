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

use super::answers::Known;
use super::entry::{Entry, Several};
use crate::explore::ends::Stopped;
use crate::explore::state::{Codec, ProcessStatus};
use crate::value::Word;

/// What is known of all steps.
#[derive(Debug)]
pub(crate) struct TransitionCache<const W: usize> {
    /// By process and the number of its value.
    pub(crate) known: Vec<Vec<Known<W>>>,
    /// The ends that effects refer to.
    pub(crate) ends: Vec<Stopped>,
    /// About how much memory the answers take, in bytes.
    pub(crate) bytes: usize,
}

impl<const W: usize> TransitionCache<W> {
    pub(crate) fn new(processes: usize) -> TransitionCache<W> {
        TransitionCache { known: vec![Vec::new(); processes], ends: Vec::new(), bytes: 0 }
    }

    /// All that is known, for a new packing of the packed states, or for longer
    /// ones.
    pub(crate) fn repacked<const V: usize>(self, codec: &Codec<'_>) -> TransitionCache<V> {
        let known = self.known.into_iter().enumerate().map(|(process, known)| {
            let repacked = known.into_iter().enumerate().map(|(number, known)| {
                let able = codec.statuses_of(process)[number].0 == ProcessStatus::Enabled;
                let mut repacked = Known::new(able, known.touches, known.answers);
                if !repacked.answers.is_empty() {
                    repacked.rebuild(codec, process, number as u32);
                }
                repacked
            });
            repacked.collect()
        });
        TransitionCache { known: known.collect(), ends: self.ends, bytes: self.bytes }
    }

    /// How `process` can go on in this state.
    #[inline(always)]
    pub(crate) fn of(&self, codec: &Codec<'_>, state: &[Word; W], process: usize) -> &Entry<W> {
        self.with_several(codec, state, process).0
    }

    /// How `process` can go on in this state, with where the ways are if there
    /// are several.
    #[inline(always)]
    pub(crate) fn with_several(
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

    /// Makes a place for every value of a process.
    pub(crate) fn make_places(&mut self, codec: &Codec<'_>) {
        for (process, known) in self.known.iter_mut().enumerate() {
            let new = codec.statuses_of(process)[known.len()..]
                .iter()
                .map(|&(status, _)| Known::new(status == ProcessStatus::Enabled, Vec::new(), Vec::new()));
            known.extend(new);
        }
    }

    pub(crate) fn number_of(&mut self, stopped: Stopped) -> u32 {
        let known = self.ends.iter().position(|other| *other == stopped);
        known.unwrap_or_else(|| {
            self.ends.push(stopped);
            self.ends.len() - 1
        }) as u32
    }
}
