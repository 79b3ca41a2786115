//! What came of an exploration: the findings with their witnesses, and what only
//! the graph of all states tells.

mod doomed;
mod endless;
mod exploration;
mod findings;
mod order;
mod path;

pub use exploration::{DecisiveTie, Exploration, FinalMemories, Overview, Witness};
pub(crate) use findings::Findings;
