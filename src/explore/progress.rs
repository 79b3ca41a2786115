//! How far an exploration has come, and why it is over.

/// How far an exploration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Distinct states reached so far.
    pub states: u64,
    /// Transitions made so far.
    pub transitions: u64,
    /// Transitions from the first state to those at hand.
    pub depth: u64,
    /// States whose successors are not known yet.
    pub open: u64,
    /// Memory for states, in bytes.
    pub bytes: u64,
}

/// Why an exploration is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Every reachable state was expanded.
    Complete,
    /// The budget of states is spent.
    States,
    /// The budget of memory is spent.
    Memory,
    /// The control said to stop.
    Control,
    /// One state takes more room than can be handled.
    TooLarge,
}
