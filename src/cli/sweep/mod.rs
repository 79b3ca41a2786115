//! `tempolane sweep`: a scenario with many values of its parameters, and `tempolane
//! merge`: its parts put together.

mod about;
mod arguments;
mod charts;
mod collect;
mod estimate_time;
mod merge;
mod names;
mod parts;
mod products;
mod report;
mod report_options;
mod row_format;
mod rows;
mod run;
mod store;
mod summary_table;
mod table;

pub use arguments::SweepArguments;
pub use charts::MOST_FIGURES;
pub use merge::{MergeArguments, merge};
pub use names::{command_of_run, settings, shown_name};
pub use report::told_cut;
pub use run::{processors, run};
