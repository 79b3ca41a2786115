//! What a primitive tells: what took effect, and what a request came to.

use crate::ids::OpId;
use crate::ids::{ProcessId, ResourceId};
use crate::trace::Kind;
use crate::value::Item;

/// Something that took effect, told under the lock of its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// At which resource.
    pub resource: ResourceId,
    /// To whom.
    pub process: ProcessId,
    /// The op on which it stands.
    pub op: OpId,
    /// What.
    pub kind: Kind,
    /// As in a trace: an item, or a word that says who granted, what is waited for; behind that, of one who has
    /// lost its core, for how many nanoseconds it was served.
    pub value: Item,
    /// The slot of a memory; 0 otherwise.
    pub slot: u32,
}

/// Takes note of what took effect.
pub trait Observer {
    /// All this took effect at once, in this order. Called under the lock of
    /// the resource, so for each resource in the order in which it happened.
    fn note(&mut self, facts: &[Fact]);

    /// Here, under the lock of the resource, a rule is broken by which the run ends.
    fn refuse(&mut self);
}

/// What a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response<T> {
    /// It was served.
    Served(T),
    /// The requester must wait on its parker.
    Waits {
        /// Nobody is left who could end any wait: see [`Census`](super::Census).
        last: bool,
    },
    /// It would have to wait, for which the requester has no patience.
    RanOut,
    /// It cannot be served any more: the buffer is closed.
    Ended,
}
