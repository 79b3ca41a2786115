//! Native blocking primitives: the second implementation of semaphore, mutex,
//! buffer, memory and condition, which shares nothing with the kernel's.
//!
//! Each has one lock of its own and hands over directly: whoever gives back
//! passes on to the first waiter, under the lock, so nobody can come between.
//! A primitive decides who gets what in which order, and tells an [`Observer`]
//! under its lock, at the instant when the operation takes effect. It knows no
//! scenario, no time and no trace.
//!
//! Everything that can wait or be raced comes from the module `sync` beside
//! this one: the standard library's, or that of a concurrency checker (see
//! `tests/primitives.rs`, which compiles these very files against one).

mod buffer;
mod condition;
mod lock;
mod memory;
mod wait_queue;

use super::sync;

pub use buffer::Buffer;
pub use condition::Condition;
pub use lock::{Mutex, NotOwner, Semaphore, TooMany};
pub use memory::Memory;
pub use wait_queue::{Census, Grant, Order, Parker, Requester, WaitQueue};

use crate::ids::OpId;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::Kind;
use crate::value::Word;

/// Something that took effect, told under the lock of its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// At which resource.
    pub resource: ResourceId,
    /// To whom.
    pub process: ProcessId,
    /// The op on which it stands.
    pub op: OpId,
    /// What took effect.
    pub kind: Kind,
    /// The value that an event of this kind has: an item, who granted, what is waited for.
    pub value: Word,
    /// The slot of a memory; 0 otherwise.
    pub slot: u32,
}

/// Takes note of what took effect.
pub trait Observer {
    /// All this took effect at once, in this order. Called under the lock of
    /// the resource, so for each resource in the order in which it happened.
    fn note(&mut self, facts: &[Fact]);
}

/// What a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came<T> {
    /// It was served.
    Served(T),
    /// The requester must wait on its parker.
    Waits {
        /// Nobody is left who could end any wait: see [`Census`].
        last: bool,
    },
}

/// The lock's content, also after a panic of somebody who held it: that one is
/// reported, and must not take others along.
fn locked<T>(mutex: &sync::Mutex<T>) -> sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
