//! An answer of the kernel in the form in which it is applied: what to add to
//! the words of a packed state.

use crate::value::Word;

/// A change as it is applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effect<const W: usize> {
    pub(crate) add: [Word; W],
    /// The process is inside an `atomic` block and goes on.
    pub(crate) inside: bool,
    /// The run ends; which of the ends that are known.
    pub(crate) stopped: Option<u32>,
}

impl<const W: usize> Effect<W> {
    /// The state that the effect makes of this one.
    #[inline(always)]
    pub(crate) fn apply(&self, state: &[Word; W]) -> [Word; W] {
        added(state, &self.add)
    }
}

/// The answer for one combination of values, with what is most often needed
/// at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<const W: usize> {
    pub(crate) code: Code,
    /// What to add, if there is one way; of several, where they are (see
    /// [`Several`]), so that an entry is short.
    pub(crate) add: [Word; W],
}

/// What an [`Entry`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// The kernel was not cancellation.
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
    pub(crate) const UNKNOWN: Entry<W> = Entry { code: Code::Unknown, add: [0; W] };
    pub(crate) const STUCK: Entry<W> = Entry { code: Code::Stuck, add: [0; W] };

    /// The state that the one way leads to.
    #[inline(always)]
    pub(crate) fn apply(&self, state: &[Word; W]) -> [Word; W] {
        added(state, &self.add)
    }
}

/// What an effect that adds this makes of a state.
#[inline(always)]
pub(crate) fn added<const W: usize>(state: &[Word; W], add: &[Word; W]) -> [Word; W] {
    std::array::from_fn(|word| state[word].wrapping_add(add[word]))
}

/// The ways of entries that have several, one list behind the other.
#[derive(Debug, Clone)]
pub(crate) struct Several<const W: usize> {
    /// Of those that all lead to another state: what each adds, so that they
    /// are short.
    go: Vec<[Word; W]>,
    mixed: Vec<Effect<W>>,
}

impl<const W: usize> Several<W> {
    pub(crate) const NONE: Several<W> = Several { go: Vec::new(), mixed: Vec::new() };

    pub(crate) fn enter(&mut self, effects: &[Effect<W>]) -> Entry<W> {
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
    pub(crate) fn all_go(&self, entry: &Entry<W>) -> &[[Word; W]] {
        &self.go[Self::range(entry)]
    }

    /// The ways of a [`Code::List`].
    #[inline(always)]
    pub(crate) fn mixed(&self, entry: &Entry<W>) -> &[Effect<W>] {
        &self.mixed[Self::range(entry)]
    }
}
