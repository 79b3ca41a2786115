//! `tempolane completions`: what a shell needs to complete this command line.

use super::console;
use super::failure::{Exit, Failure};
use clap::{Args, Command};
use clap_complete::Shell;

/// Print a completion script for a shell
///
/// For bash: tempolane completions bash > ~/.local/share/bash-completion/completions/tempolane
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// For which shell
    shell: Shell,
}

/// Prints the script of the whole command line.
pub fn run(arguments: &CompletionsArguments, mut command: Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "tempolane", &mut script);
    console::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
