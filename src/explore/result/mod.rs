//! What came of an exploration: the findings with their witnesses, and what only
//! the graph of all states tells.

mod blocked;
mod cut;
mod doomed;
mod endless;
mod exploration;
mod findings;
mod order;
mod path;
mod total_time;

pub use cut::Cut;
pub use exploration::{
    BlockedForEver, DecisiveTie, Exploration, FinalMemories, Overview, Round, TotalTimes, Undecided, Witness,
};
pub(crate) use findings::Findings;
