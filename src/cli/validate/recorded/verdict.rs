//! What a recording shows: is its order one that the model allows, are its times
//! those of the model?

use crate::backend::recorded::{Recorded, Search};
use crate::cli::report::Finished;
use crate::trace::Ties;
use std::path::PathBuf;

/// What a recording shows.
pub(super) struct Verdict<'a> {
    pub label: &'a str,
    pub virtual_run: &'a Finished,
    pub rows: usize,
    /// Rows without a time, and without a value, where there is a column for it.
    pub gaps: [usize; 2],
    pub search: Search,
    /// The lines that depend on the clock, which the search does not know.
    pub clock_lines: Vec<u32>,
    /// The row (from 1) with the largest deviation from virtual time, and that.
    pub worst: Option<(usize, i64)>,
    /// The order of simultaneous events with whose run the times are compared.
    pub ties: Ties,
    /// That of the last row that has a time, as a share of the total time.
    pub total_time_error: Option<f64>,
    pub tolerance: u64,
    /// The first row that the model does not allow, if there is one.
    pub next: Option<&'a Recorded>,
    /// The files that were written.
    pub written: Vec<PathBuf>,
}

impl Verdict<'_> {
    pub fn times_ok(&self) -> bool {
        self.worst.is_none_or(|(_, deviation)| deviation.unsigned_abs() <= self.tolerance)
    }

    /// Whether the search has an answer.
    pub fn is_decided(&self) -> bool {
        self.clock_lines.is_empty() && !matches!(self.search, Search::GaveUp { .. })
    }

    /// Whether a schedule of the model has the rows in this order.
    pub fn order_legal(&self) -> bool {
        self.is_decided() && self.search == Search::Allowed
    }

    /// Whether the recording is one that the model allows, and in time.
    pub fn agrees(&self) -> bool {
        self.order_legal() && self.times_ok()
    }

    /// Whether nothing was found at all: the exit code, and the first word of the report.
    pub fn is_ok(&self) -> bool {
        self.agrees() && !self.virtual_run.is_finding()
    }
}
