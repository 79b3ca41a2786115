//! Exit codes, and the failures that end a command before it is done.

use std::fmt;
use std::process::ExitCode;

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

    /// A file cannot be read or written.
    pub fn environment(message: impl fmt::Display) -> Failure {
        Failure { exit: Exit::Environment, message: message.to_string() }
    }

    /// A failure about which everything has been said already.
    pub fn said(exit: Exit) -> Failure {
        Failure { exit, message: String::new() }
    }
}
