//! Every schedule of a scenario: all states that it can be in, by breadth-first
//! search with the kernel's own transition relation.
//!
//! Decides which transitions there are, what makes two states equal, how states
//! are stored, and what is reported with a shortest witness. Does not decide
//! what a step does: the kernel says so, here as in a run; an explorer with
//! semantics of its own would prove nothing about it.
//!
//! Each module knows only those above it, and no two files know each other:
//!
//! | module | decides |
//! |---|---|
//! | `options`, `cancellation`, `progress`, `ends`, `code` | what goes in and out of an exploration, and when it is given up |
//! | `symmetry` | which processes may change places, read off the program |
//! | `state` | which states are the same, and how one is packed into a few words |
//! | `transition` | what one transition is, and when time passes |
//! | `transition_cache` | what is remembered of the kernel's answers |
//! | `reduction` | which transitions and states may be left out: stubborn sets, representatives |
//! | `search` | the order in which states are reached, in batches and on several threads |
//! | `result` | what is found, and what the graph of all states tells |
//! | `driver` | one exploration from beginning to end |
//! | `schedule` | schedules as files, replayed, and in words |

mod cancellation;
mod code;
mod driver;
mod ends;
mod options;
mod progress;
mod reduction;
mod result;
mod schedule;
mod search;
mod state;
mod symmetry;
mod transition;
mod transition_cache;

pub use cancellation::Cancellation;
pub use code::NumberedCode;
pub use driver::{explore, explore_cancellable};
pub use ends::{End, Stopped};
pub use options::{Budget, Mode, Options, Reduce};
pub use progress::{Progress, Stop};
pub use result::{
    BlockedForEver, Cut, DecisiveTie, Exploration, FinalMemories, Overview, Round, TotalTimes, Undecided,
    Witness,
};
pub use schedule::{
    AGAIN_AND_AGAIN, Following, GoesOn, Mismatch, ProcessNames, Replayed, Schedule, ScheduleError, Turn,
    narrate, narrate_cancellable, one_line, replay, replay_calling, replay_cancellable,
};
pub use search::Race;
pub use transition::recorded_by_clock;
