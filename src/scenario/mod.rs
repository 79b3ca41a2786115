//! YAML text to a checked [`Model`], and every diagnostic with line and column.
//!
//! Decides what a scenario may say: its keys, names, types and limits. Does not
//! decide what any of it does: that is the program's and the kernel's business.
//! The way of a scenario through this wing:
//!
//! text (`load`, `source`) → tree with positions (`prescan`, `yaml`, `node`) →
//! checks (`check` and the modules of its parts, over the keys in `tables`, `kinds`,
//! `steps` and `distributions`) → [`Model`].
//!
//! Expressions are split in `lexer`, parsed in `syntax`, typed in `typing` and
//! evaluated in `evaluate`. Problems are collected in `diagnostics` and drawn in
//! `snippet`. No input panics, recurses without bound or takes more memory than
//! a small multiple of its size; each bound stands where it is kept.

mod after_interrupt;
mod arguments;
mod arrivals;
mod assignment;
mod beside;
mod blame;
mod blocks;
mod buffers;
mod check;
mod choosing;
mod closing;
mod context;
mod data;
mod diagnostics;
mod distributions;
mod drawn;
mod evaluate;
mod expect;
mod expected_figures;
mod expr;
mod factors;
mod fields;
mod folder;
mod foreign;
mod functions;
mod held;
mod hours;
mod invariants;
mod invisible;
mod kinds;
mod labels;
mod lexer;
mod load;
mod lock_order;
mod loops;
mod measured;
mod measures;
mod mend;
mod misfits;
mod model;
mod names;
mod node;
mod number;
mod open_order;
mod params;
mod prescan;
mod processes;
mod processors;
mod records;
mod references;
mod resource_spec;
mod resources;
mod rewrite;
mod rwlocks;
mod samples;
mod schema;
mod scope;
mod snippet;
mod source;
mod steps;
mod style;
mod syntax;
mod tables;
mod typed;
mod typing;
mod unknown;
mod warnings;
mod watched;
mod yaml;
mod yaml_error;
mod yaml_layout;

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod tests;

pub use beside::read_expression;
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use evaluate::{EvalCause, EvalError, evaluate, evaluate_for, evaluate_params};
pub use factors::{Changed, Factor, FactorKind, FactorLevel, changed, factors};
pub use folder::{folder_name, numbered};
pub use load::{LoadError, LoadedScenario, MOST_BYTES, load_amended, load_file, load_reader, load_str};
pub use lock_order::circular_locking;
pub use model::*;
pub use names::suggestion;
pub use number::parse_duration;
pub use open_order::hangs_on_order;
pub use params::set_twice;
pub use processors::MOST_LEVELS;
pub use rewrite::with_values;
pub use schema::schema;
pub use source::SourceFile;
pub use style::load_style;
