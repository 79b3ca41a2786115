//! What a state is, and its packed form.

mod access;
mod codec;
mod field;
mod interner;
mod layout;
mod world;

pub(crate) use access::Access;
pub(crate) use codec::{Codec, ProcessStatus, Unknown};
pub(crate) use field::Field;
pub(crate) use interner::hash_words;
pub(crate) use world::{Clock, World};
