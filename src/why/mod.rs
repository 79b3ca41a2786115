//! Why a figure is what it is, and what would help: by running the scenario again, each
//! time with one thing changed.
//!
//! Decides what is tried and in which order, and what is told of it. A change is made to
//! the scenario ([`crate::scenario::factors`]), never to a run, so that what is told of it
//! is what a run of the changed scenario gives. The path of a run, its slack and its bounds
//! are found in [`crate::analysis`].

mod curve;
mod done_work;
mod effects;
mod pairs;
mod subject;
mod version;
mod waiting;

pub use curve::{Curve, speed_up_curve};
pub use effects::{Bottleneck, Effect, Effects, effects, slight_changes};
pub use pairs::{PairEffect, pair_effects};
pub use subject::{Subject, SubjectError};
pub use version::{Edit, Version, VersionRuns};
