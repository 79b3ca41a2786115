//! What a search for a schedule may spend, and what comes of it.

/// What came of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// The model has a schedule with these points in this order.
    Allowed,
    /// It has none: no schedule that begins with the first `reached` points
    /// goes on with the next.
    Refused {
        /// How many points can be passed in order.
        reached: usize,
        /// The points that the model has next in their place; some of them, if
        /// they are many.
        instead: Vec<String>,
    },
    /// It was given up before that was known.
    GaveUp {
        /// How many points were passed in order at most.
        reached: usize,
        /// How many states were looked at.
        states: usize,
        /// What was spent.
        why: Spent,
    },
}

/// Why a search was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// There are more states than are to be looked at.
    States,
    /// More steps were made than are to be.
    Steps,
    /// The state and the way back take more memory than they may.
    Memory,
    /// The caller wanted it.
    Stopped,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchProgress {
    /// How many points were passed in order at most.
    pub reached: usize,
    /// States that were looked at.
    pub states: usize,
    /// Steps that were made, on all ways together.
    pub steps: u64,
}

/// How much may be spent on a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchBudget {
    /// States to look at.
    pub states: usize,
    /// Steps to make, on all ways together.
    pub steps: u64,
    /// Memory for the state where the search is, and for the way back from it, in
    /// bytes. A state that was looked at takes some 50 more.
    pub bytes: usize,
}

impl Default for SearchBudget {
    /// Some seconds to a minute, and half a gigabyte.
    fn default() -> SearchBudget {
        SearchBudget { states: 1_000_000, steps: 100_000_000, bytes: 512 << 20 }
    }
}
