//! Every schedule of a scenario: all states that it can be in, by breadth-first
//! search with the kernel's own transition relation.
//!
//! Decides which transitions there are ([`relation`](self)), what makes two
//! states equal, how states are stored, and what is reported with a shortest
//! witness. Does not decide what a step does: the kernel says so, here as in a
//! run; an explorer with semantics of its own would prove nothing about it.

mod asked;
mod clock;
mod code;
mod codec;
mod effects;
mod endless;
mod expand;
mod exploration;
mod findings;
mod follow;
mod graph;
mod interner;
mod notes;
mod parts;
mod passing;
mod reached;
mod reduce;
mod relation;
mod rotation;
mod schedule;
mod schedule_text;
mod search;
mod store;
mod symmetry;

pub use asked::Asked;
pub use clock::recorded_by_clock;
pub use code::NumberedCode;
pub use exploration::{
    DecisiveTie, Exploration, FinalMemories, Mode, Options, Overview, Witness, explore, explore_asking,
};
pub use findings::Race;
pub use follow::{Followed, Mismatch, ProcessNames, follow, follow_asking, follow_calling};
pub use notes::{notes, notes_asking};
pub use relation::{End, Stopped};
pub use schedule::Turn;
pub use schedule_text::{Schedule, ScheduleError, one_line};
pub use search::{Budget, Progress, Reduce, Stop};
