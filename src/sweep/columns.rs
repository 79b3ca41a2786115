//! What is found out of each run besides its figures.

use super::command::RunCommand;

/// Which columns a row has besides parameters, replication, outcome and figures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// The fingerprint of the run.
    pub fingerprint: bool,
    /// Whether simultaneous events in reverse order come to the same outcome and
    /// figures: `same` or `differ`.
    pub ties: bool,
    /// How many races there are.
    pub races: bool,
    /// What is the same in all rows, as the seed and the version, each with its name.
    pub constants: Vec<(String, String)>,
    /// The command that repeats a run.
    pub command: Option<RunCommand>,
}
