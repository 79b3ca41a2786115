//! `tempolane completions`: what a shell needs to complete this command line.

use super::console;
use super::failure::{Exit, Failure};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a completion script for a shell
///
/// For bash: tempolane completions bash > ~/.local/share/bash-completion/completions/tempolane
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// For which shell
    shell: Shell,
}

pub fn run(arguments: &CompletionsArguments) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Cli::command(), "tempolane", &mut script);
    console::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
