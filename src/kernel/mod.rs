//! What acquire, release, put, get and every other op mean: the transition
//! relation, and the only place that says so.
//!
//! Decides how one process goes on from where it stands until it waits or is
//! done, whom that wakes, and what is recorded of it. Does not decide which
//! process goes next or how time passes: that is a driver's business, behind
//! [`Scheduler`]. Knows no YAML, no threads, no clock on the wall, no printing.
//!
//! Hand-off: a release gives the permit to the first waiter and that waiter's
//! op is thereby done; a latecomer cannot barge in.

mod buffer;
mod call;
mod choices;
mod choosing;
mod closing;
mod condition;
mod core_hours;
mod deadlock;
mod defect;
mod draw;
mod events;
mod execute;
mod fast;
mod faults;
mod holders;
mod inherit;
mod interrupt;
mod invariants;
mod keyed;
mod lives;
mod lock;
mod machine;
mod memory;
mod observed;
mod own;
mod places;
mod preempt;
mod probe;
mod processor;
mod request;
mod served;
mod sharing;
mod step;
mod stepwise;
mod stop;
mod streams;
mod timeout;
mod waiters;
mod watch;
mod watchers;

pub use call::{Call, Code, NoCode};
pub use choices::Choices;
pub use deadlock::{
    find_deadlock, find_deadlock_of, find_end, find_stuck, find_stuck_beside_daemons, find_waiting,
    may_free_waiters, stuck_by_owners, waits_for_horizon,
};
#[cfg(all(test, feature = "cli"))]
pub(crate) use defect::{Defect, with_defect};
pub use machine::{Machine, State};
pub use probe::Probe;
pub use request::{Request, ResourceRequest};
pub use served::Origin;
pub use step::{Kernel, Scheduler};
pub use stepwise::Rest;
pub use stop::{Yield, Yielded};
pub use streams::Draws;
