//! The figures of a report: what they are called, and whether they are as expected.
//!
//! Decides the keys that reports have in JSON (`entries`, `groups`,
//! `object`), how a figure is
//! found by its path (`path`), how those are written that somebody asks for
//! (`request`), and what is said of one that is not as expected (`watch`).

mod entries;
mod groups;
mod number;
mod object;
mod path;
mod request;
mod tally;
mod watch;

pub use entries::{Marks, Measures, Processes, Resources};
pub use groups::{ProcessGroups, ResourceGroups};
pub use number::FigureValue;
pub use object::named;
pub use path::{check_path, is_duration, number_at};
pub use request::{FigureCollector, FigureRequest};
pub use watch::FigureWatch;
