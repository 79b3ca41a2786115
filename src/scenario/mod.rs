//! YAML text to a checked [`Model`], and every diagnostic with line and column.

mod model;

pub use model::*;
