//! What a page is made of.

use super::super::input::{GanttInput, Window};
use crate::analysis::Statistics;
use crate::trace::Trace;

/// One run, ready for a page.
#[derive(Debug, Clone)]
pub struct PageRun<'a> {
    /// What is drawn of it. If it has a critical path, the page can show it.
    pub timeline: GanttInput<'a>,
    /// Which part of the time axis is shown at first.
    pub window: Window,
    /// What it adds up to.
    pub statistics: &'a Statistics,
    /// The name of the file with its scenario.
    pub file: &'a str,
    /// The text of this file.
    pub source: &'a str,
    /// What the reader is told of it besides, such as its seed: name and value.
    pub facts: Vec<(&'static str, String)>,
    /// Its events, to be stepped through.
    pub trace: Option<&'a Trace>,
}
