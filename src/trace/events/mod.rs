//! Many events in little memory.
//!
//! What happens mostly happens again, in the same order and with values that
//! grow in steps; see `Table`. Of what is expected only the number is kept, be
//! it an event or that time passes. The rest takes 2 bytes and as many as it
//! needs, in pairs, for value and slot. Fresh memory is most of what a trace
//! costs otherwise. Decides how events are packed; what they mean says
//! [`super::Event`].

mod code;
mod read;
mod store;
#[cfg(test)]
mod tests;

pub(super) use code::{base, is_usual};
pub use read::Iter;
pub use store::Events;
