//! The command line: arguments, files, tables, exit codes.
//!
//! One file for each subcommand; what several of them need (reading scenarios,
//! running one, reporting, writing files) stands beside them. Decides nothing
//! about scenarios: it glues the other modules together.

mod bounded_file;
mod calibrate;
mod check;
mod columns;
mod commands;
mod compare;
mod completions;
mod console;
mod execute;
mod explore;
mod exports;
mod failure;
mod failure_windows;
mod fit;
mod html_page;
mod inputs;
mod interrupt;
mod labels;
mod look_options;
mod options;
mod output;
mod pages;
mod pictures;
mod progress;
mod report;
mod run;
mod schema;
mod search;
mod sweep;
mod test;
mod tie_sensitivity;
mod unfinished;
mod validate;
mod variations;
mod view;
mod whole_number;
mod why;

pub use failure::Exit;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
use failure::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

const AFTER_HELP: &str = "\
Exit codes: 0 fine; 1 a finding (deadlock, fault, limit, failed expectation or test, failed validation; a search without an answer; \
parameters that measurements do not determine, or no distribution that fits them); 2 wrong usage or invalid \
scenario; 3 a file cannot be read or written; 130 interrupted.
Results go to standard output, diagnostics and progress to standard error. NO_COLOR is respected.";

/// Run scenarios of concurrent processes in deterministic virtual time, and draw what happened.
#[derive(Debug, Parser)]
#[command(name = "tempolane", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Check(check::CheckArguments),
    Compare(compare::CompareArguments),
    Validate(validate::ValidateArguments),
    Test(test::TestArguments),
    Explore(explore::ExploreArguments),
    Sweep(sweep::SweepArguments),
    Merge(sweep::MergeArguments),
    Search(search::SearchArguments),
    Calibrate(calibrate::CalibrateArguments),
    Why(why::WhyArguments),
    Fit(fit::FitArguments),
    Report(pages::ReportArguments),
    Schema(schema::SchemaArguments),
    Completions(completions::CompletionsArguments),
}

/// When to use colours.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    /// If the output is a terminal and `NO_COLOR` is not set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    match interrupt::listen() {
        Ok(()) => run_command(std::env::args_os()).into(),
        Err(failure) => told(failure).into(),
    }
}

/// Does what these arguments say, of which the first is the program's name, and
/// prints as the program does. Requests to stop are the caller's to hear.
pub fn run_command(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is wrong usage.
            return told_by_parser(&commands::explained(error, &Cli::command()));
        }
    };
    if repeats_color(&arguments) {
        console::warn("error: the argument '--color <WHEN>' cannot be used multiple times");
        return Exit::Usage;
    }
    match cli.color {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    obey(&cli.command).unwrap_or_else(told)
}

/// The exit code of a failure, after its message.
fn told(Failure { exit, message }: Failure) -> Exit {
    if !message.is_empty() {
        console::warn(format_args!("error: {message}"));
    }
    exit
}

/// Whether `--color` is given before and behind the subcommand: the parser
/// takes the one behind it then, and says nothing.
fn repeats_color(arguments: &[OsString]) -> bool {
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let is_color = |text: &str| text == "--color" || text.starts_with("--color=");
    options.filter(|argument| argument.to_str().is_some_and(is_color)).count() > 1
}

fn obey(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Run(arguments) => run::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Compare(arguments) => compare::run(arguments),
        Command::Validate(arguments) => validate::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Explore(arguments) => explore::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
        Command::Merge(arguments) => sweep::merge(arguments),
        Command::Search(arguments) => search::run(arguments),
        Command::Calibrate(arguments) => calibrate::run(arguments),
        Command::Why(arguments) => why::run(arguments),
        Command::Fit(arguments) => fit::run(arguments),
        Command::Report(arguments) => pages::run(arguments),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Completions(arguments) => completions::run(arguments, Cli::command()),
    }
}

/// Says what the parser of the command line has to say: a text of its own, or
/// what is wrong with the arguments.
fn told_by_parser(error: &clap::Error) -> Exit {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        console::warn(text.trim_end_matches('\n'));
        return Exit::Usage;
    }
    match console::print(&text) {
        Ok(()) => Exit::Fine,
        Err(failure) => failure.exit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
