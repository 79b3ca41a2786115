//! What keeps the steps of an atomic block together on real threads.
//!
//! Whoever is inside a block has the gate for itself; whoever makes a single
//! step passes together with all others who do, so they still meet at the
//! resources and nowhere else. Nobody waits for anything else, and no time
//! passes, while it has the gate, but that one which was served or interrupted comes to where it stands
//! next. Who takes others out of what they stand at, or wakes those who wait for several
//! things, has it for that step, too. A scenario without any of these has no gate.

use super::primitives::Gate;
pub(super) use super::primitives::Pass;

/// The gate of a run.
#[derive(Debug)]
pub(super) struct AtomicGate(Option<Gate>);

impl AtomicGate {
    /// For a run in which somebody must have it alone at times, or not.
    pub(super) fn new(is_kept: bool) -> AtomicGate {
        AtomicGate(is_kept.then(Gate::default))
    }

    /// Whether anybody has to pass it.
    pub(super) fn is_kept(&self) -> bool {
        self.0.is_some()
    }

    /// Passes with others, or as a guest.
    pub(super) fn single(&self, is_guest: impl Fn() -> bool) -> Pass<'_> {
        self.0.as_ref().map_or(Pass::None, |gate| gate.single(is_guest))
    }

    /// Passes alone, or as a guest.
    pub(super) fn block(&self, is_guest: impl Fn() -> bool) -> Pass<'_> {
        self.0.as_ref().map_or(Pass::None, |gate| gate.block(is_guest))
    }

    /// Lets those look who wait at it whether one of them is a guest.
    pub(super) fn ring(&self) {
        self.0.iter().for_each(Gate::ring);
    }
}
