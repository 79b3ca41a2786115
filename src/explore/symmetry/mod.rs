//! Which processes nothing tells apart, read off the program and its first state.

mod interchangeable;
mod ring;

pub(crate) use interchangeable::{Group, Symmetry};
pub(crate) use ring::{Ring, RingSymmetry};
