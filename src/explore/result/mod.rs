//! What came of an exploration: the findings with their witnesses, and what only
//! the graph of all states tells.

mod blocked;
mod cut;
mod doomed;
mod endless;
mod exploration;
mod findings;
mod for_ever;
mod order;
mod path;
mod total_time;

pub use cut::Cut;
pub use exploration::{DecisiveTie, Exploration, FinalMemories, Overview, TotalTimes, Undecided, Witness};
pub(crate) use findings::Findings;
pub use for_ever::{BlockedForEver, Round};
