//! Native blocking primitives: the second implementation of semaphore, mutex,
//! buffer, memory, condition, processor and the lives of processes, which shares nothing with the kernel's; and the gate by which some steps are made alone.
//!
//! Each has one lock of its own and hands over directly: whoever gives back
//! passes on to the first waiter, under the lock, so nobody can come between.
//! A primitive decides who gets what in which order, and tells an [`Observer`]
//! under its lock, at the instant when the operation takes effect. It knows no
//! scenario, no clock and no trace.
//!
//! Everything that can wait or be raced comes from the module `sync` beside
//! this one: the standard library's, or that of a concurrency checker (see
//! `tests/primitives`, which compiles these very files against one).

mod buffer;
mod condition;
mod core_hours;
mod dispatch;
mod fact;
mod gate;
mod item;
mod life;
mod lock;
mod locked;
mod memory;
mod permit_holders;
mod processor;
mod processor_group;
mod processor_rules;
mod shares;
mod wait_queue;
mod watch_line;

pub use buffer::{Buffer, Closed, Wanted};
pub use condition::Condition;
pub use fact::{Fact, Observer, Response};
pub use gate::{Gate, Pass};
pub use item::{Asks, NativeOrder};
pub use life::{LifeRules, Lives, Untimely};
pub use lock::{Mutex, NotOwner, Semaphore, TooMany};
pub use memory::Memory;
pub use permit_holders::PermitHolder;
pub use processor::{CoreChange, CoresChanged, Processors, TakenOff, WorkTurns};
pub use processor_group::{Demand, WorkTurn};
pub use processor_rules::ProcessorRules;
pub use wait_queue::{Census, Grant, Order, Parker, Requester, WaitLimit, WaitQueue};
pub use watch_line::WatchLine;
