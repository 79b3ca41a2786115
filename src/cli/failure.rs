//! Exit codes, and the failures that end a command before it is done.

use crate::figure::so_many;
use std::fmt;
use std::process::ExitCode;

/// How many problems of one kind of input are told: who sees so many looks at the first.
const MOST_PROBLEMS: usize = 20;

/// How a command ended, in the order of weight: of several, the heaviest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything is fine.
    Fine,
    /// Something was found out about a scenario: a deadlock, a fault, a limit,
    /// a failed expectation.
    Finding,
    /// Wrong usage, or an invalid scenario.
    Usage,
    /// A file cannot be read or written.
    Environment,
    /// The user stopped it.
    Interrupted,
}

impl Exit {
    /// The code that the shell gets.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Finding => 1,
            Exit::Usage => 2,
            Exit::Environment => 3,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    /// How it ends.
    pub exit: Exit,
    /// What to say on standard error; empty if everything has been said.
    pub message: String,
}

impl Failure {
    /// Wrong usage or an invalid scenario.
    pub fn usage(message: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Usage, message: message.to_string() }
    }

    /// Wrong usage in several ways, of which the first are told.
    pub fn problems(mut problems: Vec<String>) -> Failure {
        let more = problems.len().saturating_sub(MOST_PROBLEMS);
        if more > 0 {
            problems.truncate(MOST_PROBLEMS);
            problems.push(so_many(more as u64, "more problem"));
        }
        Failure::usage(problems.join("\nerror: "))
    }

    /// A file cannot be read or written.
    pub fn environment(message: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Environment, message: message.to_string() }
    }

    /// A failure about which everything has been said already.
    pub fn said(exit: Exit) -> Failure {
        Failure { exit, message: String::new() }
    }
}
