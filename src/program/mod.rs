//! From a checked model to something that a kernel can run.
//!
//! [`compile`] turns each process into a vector of small ops once; [`Program::bind`]
//! puts parameter values in and lays out the initial state, so that a sweep
//! binds again and never compiles again. Decides which op does what a step
//! says and where each value lives; does not decide what an op means: that is
//! the kernel's business.

mod access;
mod attended;
mod bind;
mod bound;
mod by_number;
mod choosing;
mod code;
mod compile;
mod constants;
mod emit;
mod endings;
mod expressions;
mod initial;
mod interruptible;
mod item_term;
mod items;
mod layout;
mod lines;
mod liveness;
mod lock_elision;
mod measures;
mod meddling;
mod noticed;
mod op;
mod optimise;
mod permit_request;
mod processor;
mod rebind;
mod region;
mod rwlock;
mod sharing;
mod stand_ins;
mod state;
mod values;
mod watches;
mod within;

pub use access::Use;
pub use bound::{BoundProgram, ProcessInstances};
pub use by_number::NoFirstValue;
pub use code::{Interruption, Program, RequestOps};
pub use compile::compile;
pub use constants::Constants;
pub use item_term::{ItemKey, ItemTerm, OrderCode};
pub use layout::{FRAME_WORDS, RESOURCE_WORDS, array_in, closing, frame, request, resource, shared, work};
pub use lines::lines_of;
pub use liveness::{LiveWords, may_end, may_go_round, next_ops, ops_of, read, written};
pub use op::{DistributionCode, Glance, LogArgCode, Manner, Op, ResourceCode, Sampler, Slot, Source};
pub use optimise::{
    Argument, CLOCK, Chance, Draw, DrawKind, FRAME, FROM_FLOAT, FROM_INT, Fast, Function, KNOWN, Local, MASK,
    unshortened,
};
pub use processor::{Chain, Processor};
pub use rebind::{Binding, Rebound};
pub use values::BindError;
