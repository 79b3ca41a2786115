//! The command that repeats a run.
//!
//! Decides what stands in it: the parameters, those that are varied behind those that are
//! the same everywhere, and where something is drawn the seed and the replication.

use crate::trace::shell_word;
use crate::value::Value;
use std::fmt::Write;

/// How the runs of a scenario are repeated with the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunCommand {
    /// All but what differs from run to run.
    beginning: String,
}

impl RunCommand {
    /// For a command line that runs the scenario with all that is the same everywhere.
    pub fn new(beginning: String) -> RunCommand {
        RunCommand { beginning }
    }

    /// For the run with these values of what is varied; where something is `drawn`, with
    /// that seed and replication.
    pub fn of_run<'n>(
        &self,
        varied: impl Iterator<Item = (&'n str, Value)>,
        drawn: Option<(u64, u64)>,
    ) -> String {
        let mut command = self.beginning.clone();
        for (name, value) in varied {
            command.push_str(" --set ");
            command.push_str(&shell_word(&format!("{name}={value}")));
        }
        if let Some((seed, replication)) = drawn {
            let _ = write!(command, " --seed {seed} --replication {replication}");
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_part_is_quoted() {
        let command = RunCommand::new("tempolane run 'my lab.yaml'".to_owned());
        // Durations of several units have blanks between them.
        let varied = || [("room", Value::Int(3)), ("rest", Value::Duration(210_000_000_000))].into_iter();
        let expected = "tempolane run 'my lab.yaml' --set room=3 --set 'rest=3min 30s'";
        assert_eq!(command.of_run(varied(), None), expected);
        assert_eq!(command.of_run(varied(), Some((7, 2))), format!("{expected} --seed 7 --replication 2"));
    }
}
