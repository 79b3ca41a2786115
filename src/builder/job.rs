//! Work that says where it is done, or by when, in a scenario made in code.

use super::term::{Distribution, Term, key};

/// A piece of work: how long it takes if nothing comes in between, on which
/// processor, and by when it is to have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    keys: Vec<(&'static str, String)>,
}

impl Job {
    /// Of this length.
    pub fn lasting(duration: impl Into<Term>) -> Job {
        Job { keys: vec![("for", duration.into().yaml())] }
    }

    /// Of a random length.
    pub fn drawn(from: &Distribution) -> Job {
        Job { keys: vec![("for", from.to_string())] }
    }

    /// On this processor instead of that of the process.
    #[must_use]
    pub fn on(mut self, processor: &str) -> Job {
        self.keys.push(("on", key(processor)));
        self
    }

    /// After how long it is to have ended, on a processor where the earliest deadline
    /// goes first.
    #[must_use]
    pub fn deadline(mut self, after: impl Into<Term>) -> Job {
        self.keys.push(("deadline", after.into().yaml()));
        self
    }

    pub(super) fn yaml(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        format!("{{{}}}", keys.join(", "))
    }
}
