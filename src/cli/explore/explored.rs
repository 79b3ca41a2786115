//! An exploration that has ended: what its reports are made of.
//!
//! Decides why it is not complete, if it is not, and whether it has a finding.

use super::arguments::ExploreArguments;
use super::witness::Shown;
use crate::cli::inputs::Loaded;
use crate::cli::report::{counted, noun, so_many};
use crate::explore::{Exploration, Mode, Overview, Stop};
use crate::trace::Header;

/// An exploration with what was made of it.
pub struct Explored<'a> {
    pub loaded: &'a Loaded,
    pub header: Header,
    pub exploration: Exploration<'a>,
    pub overview: Overview,
    pub shown: Vec<Shown>,
    pub interrupted: bool,
    pub out_of_time: bool,
    pub mode: Mode,
    /// The lines of what is expected of times, which there are none of.
    pub timeless: Vec<u32>,
}

impl Explored<'_> {
    /// Why not every state was visited, if so, and what to do about it.
    pub fn cut(&self, arguments: &ExploreArguments) -> Option<String> {
        let budget = |what: String, option: &str| format!("{what}; go further with {option}");
        Some(match self.exploration.stop {
            Stop::Complete if self.exploration.is_complete() => return None,
            Stop::Complete if self.exploration.lines_by_clock().is_empty() => {
                "a process was not followed beyond a limit, see below".to_owned()
            }
            Stop::Complete => by_clock(self.exploration.lines_by_clock()) + "; explore it with time",
            Stop::States => {
                let states = so_many(arguments.max_states, "state");
                budget(format!("the budget of {states} is spent"), "--max-states")
            }
            Stop::Memory if self.exploration.progress().states == 0 => {
                let megabytes = counted(arguments.max_memory);
                let what = format!("one state takes too large a part of the budget of {megabytes} MB");
                budget(what, "fewer slots of memories and arrays, or with a larger --max-memory")
            }
            Stop::Memory => {
                let megabytes = counted(arguments.max_memory);
                budget(format!("the budget of {megabytes} MB is spent"), "--max-memory")
            }
            Stop::TooLarge => {
                "one state takes more than 8,192 bits; explore it with fewer processes".to_owned()
            }
            Stop::Control if self.interrupted => "it was interrupted".to_owned(),
            Stop::Control if self.out_of_time => budget("the time was up".to_owned(), "--max-time"),
            Stop::Control => "it was stopped".to_owned(),
        })
    }

    /// Whether something was found that the user must know, or the search
    /// could not be finished.
    pub fn is_finding(&self) -> bool {
        !self.exploration.is_complete()
            || !self.exploration.lines_undecided().is_empty()
            || self.shown.iter().any(|shown| shown.is_finding)
    }
}

/// Lines that are named.
const LINES: usize = 5;

/// `line 8`, `lines 8, 9`.
pub fn named_lines(lines: &[u32]) -> String {
    let shown: Vec<String> = lines.iter().take(LINES).map(ToString::to_string).collect();
    let more = if lines.len() > LINES { " …" } else { "" };
    format!("{} {}{more}", noun(lines.len(), "line"), shown.join(", "))
}

/// Why a search without time is no proof.
pub fn by_clock(lines: &[u32]) -> String {
    let verb = if lines.len() == 1 { "depends" } else { "depend" };
    let lines = named_lines(lines);
    format!("{lines} {verb} on what the clock shows, which nobody knows without time")
}
