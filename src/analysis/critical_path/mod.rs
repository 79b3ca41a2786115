//! Why a run took as long as it did: the chain of spans and hand-offs that its end hangs on.
//!
//! Decides what is on the path. It is followed backwards from the event that a figure is
//! the time of: through the spans of a process, and where a wait of it was ended by
//! another process, on through the spans of that one. So a wait is on the path only if
//! nobody ended it. A wait that took no time leads nowhere else: the process itself was
//! there just as late. The lengths of the spans add up to the figure, to the nanosecond.

mod bounds;
mod chain;
mod charges;
mod demand;
mod graph;
mod path;
mod sink;
mod slack;
mod trails;

pub use bounds::{BoundOf, LowerBound};
pub use charges::Charge;
pub use path::{CriticalPath, HandOff, HandedOn, PathEnd, PathSpan, PathStep};
pub use sink::CriticalPathSink;
pub use slack::{Slack, StepSlack};
