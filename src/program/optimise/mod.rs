//! The optimised tier: ops that are made of the plain ones, when parameters have values.
//!
//! Decides which op stands in the place of each plain op in runs in virtual time. The
//! plain ops define what a scenario does, and are what processes wait on and what
//! explorers and threads go by; an optimised op does the same, faster: it has in it
//! what is known (constants, parameters, where resources lie), it may do what several
//! plain ops do, and it leaves to them what is rare. What is made follows general
//! rules, each of which asks for the form of ops and never for a scenario:
//!
//! - an op that does nothing here is gone past ([`Rules::nothing`]): locks that are never
//!   found taken, and without a trace marks and logs;
//! - a truth value that only jumps ask for becomes a jump (`branches`);
//! - an operand that is known stands in the op, in every form of every operation;
//! - what is the same whenever an instance comes to it is calculated before the run (`settled`);
//! - two operations of which one alone asks for the other's result are one (`chains`);
//! - what concerns nobody but its process is a function of the state and three operands,
//!   chosen here once ([`Function`]), and so are draws with known arguments (`draws`).

mod branches;
mod chains;
mod draws;
mod forms;
pub(super) mod made;
mod op;
mod rules;
mod settled;

pub use draws::{Chance, Draw};
pub use forms::unshortened;
pub use op::{Argument, CLOCK, DrawKind, FRAME, FROM_FLOAT, FROM_INT, Fast, Function, KNOWN, Local, MASK};
pub(super) use rules::{Scope, Uses, optimise, renew};
