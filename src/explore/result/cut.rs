//! Why an exploration proves nothing of what it did not find, and what to do
//! about it: for whoever tells it, however options are spelled there.

use super::exploration::Exploration;
use crate::explore::options::Budget;
use crate::explore::progress::Stop;
use crate::figure::{counted, so_many};

/// Why an exploration is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut<'e> {
    /// A process was not followed beyond a limit.
    Limit,
    /// These lines depend on what the clock shows, and time does not count.
    Clock(&'e [u32]),
    /// What is expected on these lines is about how long something lasts, and time does
    /// not count.
    Lasting(&'e [u32]),
    /// The budget of states is spent.
    States,
    /// The budget of memory is spent.
    Memory,
    /// The budget of memory is too small for one state.
    OneState,
    /// One state takes more room than can be handled.
    TooLarge,
    /// The control said to stop.
    Control,
}

impl Exploration<'_> {
    /// Why it is no proof; `None` if it is one.
    pub fn cut(&self) -> Option<Cut<'_>> {
        Some(match self.stop {
            Stop::Complete if self.is_complete() => return None,
            Stop::Complete if self.lines_by_clock().is_empty() => Cut::Limit,
            Stop::Complete if self.lines_by_clock() == self.lasting => Cut::Lasting(&self.lasting),
            Stop::Complete => Cut::Clock(self.lines_by_clock()),
            Stop::States => Cut::States,
            Stop::Memory if self.progress().states == 0 => Cut::OneState,
            Stop::Memory => Cut::Memory,
            Stop::TooLarge => Cut::TooLarge,
            Stop::Control => Cut::Control,
        })
    }
}

impl Cut<'_> {
    /// In words, with what to do about it; `option` spells an option that is called so.
    pub fn told(self, budget: &Budget, option: impl Fn(&str) -> String) -> String {
        let megabytes = counted(budget.bytes / 1_000_000);
        match self {
            Cut::Limit => "a process was not followed beyond a limit, see below".to_owned(),
            Cut::Clock(_) => "something depends on what the clock shows; explore it with time".to_owned(),
            Cut::Lasting(_) => "it is expected how long something lasts; explore it with time".to_owned(),
            Cut::States => {
                let states = so_many(budget.states, "state");
                format!("the budget of {states} is spent; go further with {}", option("max-states"))
            }
            Cut::OneState => format!(
                "one state takes too large a part of the budget of {megabytes} MB; go further with fewer slots \
                 of memories and arrays, or with a larger {}",
                option("max-memory")
            ),
            Cut::Memory => {
                format!("the budget of {megabytes} MB is spent; go further with {}", option("max-memory"))
            }
            Cut::TooLarge => {
                "one state takes more than 8,192 bits; explore it with fewer processes".to_owned()
            }
            Cut::Control => "it was stopped".to_owned(),
        }
    }
}
