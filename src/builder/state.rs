//! What the code of a scenario works on.

use std::hash::Hash;

/// What code may work on: plain values, which can be kept and told apart.
pub trait State: Clone + Eq + Hash + 'static {}

impl<T: Clone + Eq + Hash + 'static> State for T {}
