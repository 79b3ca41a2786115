//! The search itself: states in the order in which they are reached, and where
//! they are kept.

mod any_width;
mod breadth_first;
mod components;
mod expand;
mod first;
mod frontier;
mod put_off;
mod state_graph;
mod store;
mod work;

pub(crate) use any_width::{AnySearch, MAX_WORDS, with};
pub(crate) use breadth_first::{Start, TooNarrow, is_too_large_for};
pub(crate) use components::each_component;
pub(crate) use first::First;
pub use first::Race;
pub(crate) use state_graph::{StateGraph, Way};
pub(crate) use store::StateId;
pub(crate) use work::Batch;
