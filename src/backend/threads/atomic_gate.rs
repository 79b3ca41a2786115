//! What keeps the steps of an atomic block together on real threads.
//!
//! Whoever is inside a block has the gate for itself; whoever makes a single
//! step passes together with all others who do, so they still meet at the
//! resources and nowhere else. Nobody waits for anything else, and no time
//! passes, while it has the gate. Who takes others out of what they stand at, or wakes those who wait for several
//! things, has it for that step, too. A scenario without any of these has no gate.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The gate of a run.
#[derive(Debug)]
pub(super) struct AtomicGate(Option<RwLock<()>>);

/// What a thread has of the gate.
#[derive(Debug, Default)]
pub(super) enum Pass<'g> {
    /// Nothing.
    #[default]
    None,
    /// A place among others, for one step.
    Single(#[expect(dead_code, reason = "held for its end")] RwLockReadGuard<'g, ()>),
    /// All of it, for a block.
    Block(#[expect(dead_code, reason = "held for its end")] RwLockWriteGuard<'g, ()>),
}

impl AtomicGate {
    /// For a run in which somebody must have it alone at times, or not.
    pub(super) fn new(is_kept: bool) -> AtomicGate {
        AtomicGate(is_kept.then(RwLock::default))
    }

    /// Whether anybody has to pass it.
    pub(super) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Passes with others.
    pub(super) fn single(&self) -> Pass<'_> {
        let pass = |gate| Pass::Single(RwLock::read(gate).unwrap_or_else(PoisonError::into_inner));
        self.0.as_ref().map_or(Pass::None, pass)
    }

    /// Passes alone.
    pub(super) fn block(&self) -> Pass<'_> {
        let pass = |gate| Pass::Block(RwLock::write(gate).unwrap_or_else(PoisonError::into_inner));
        self.0.as_ref().map_or(Pass::None, pass)
    }
}
