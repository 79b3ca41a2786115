//! YAML text to a checked [`Model`], and every diagnostic with line and column.

mod evaluate;
mod model;

pub use evaluate::*;
pub use model::*;
