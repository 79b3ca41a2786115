//! What stands where a command is wanted.
//!
//! Decides what is said of one that there is not, and of an option that another one has: which is meant by the words of other
//! programs, by a typing error, or by a file without a command before it.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::path::Path;

/// Words of other programs, and what does here what they mean.
const FOREIGN: [(&[&str], &str); 10] = [
    (&["simulate", "sim", "start", "execute", "exec", "play"], "`tempolane run FILE` runs a scenario"),
    (&["lint", "parse", "compile", "build"], "`tempolane check FILE` says what is wrong with a scenario"),
    (
        &["verify", "prove", "model-check", "mc", "fuzz", "deadlock"],
        "`tempolane explore FILE` tries every schedule of a scenario",
    ),
    (
        &["draw", "plot", "gantt", "timeline", "picture", "view", "show", "html"],
        "`tempolane run FILE -o FOLDER` draws what happened",
    ),
    (&["explain", "analyze", "analyse", "profile"], "`tempolane why FILE` says why a run takes so long"),
    (&["threads", "real", "thread"], "`tempolane validate FILE` runs a scenario on real threads"),
    (&["diff", "cmp"], "`tempolane compare FILE FILE` compares runs"),
    (&["optimize", "optimise", "tune"], "`tempolane search FILE` finds the best values of parameters"),
    (&["version"], "`tempolane --version` prints it"),
    (&["list", "commands", "usage"], "`tempolane --help` lists the commands"),
];

/// An error of the parser, with what is meant by a command or an option that there is not;
/// `program` has those that there are.
pub fn explained(mut error: clap::Error, program: &Command) -> clap::Error {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.clone()),
        _ => None,
    };
    let (command, option) = (word(ContextKind::InvalidSubcommand), word(ContextKind::InvalidArg));
    let tip = match (error.kind(), command, option) {
        (ErrorKind::InvalidSubcommand, Some(word), _) => {
            let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
            meant(&word).or_else(|| Some(nearest(&word, &names)))
        }
        (ErrorKind::UnknownArgument, _, Some(option)) => {
            foreign_option(&option).or_else(|| elsewhere(&option, program))
        }
        _ => None,
    };
    if let Some(tip) = tip {
        error.remove(ContextKind::SuggestedSubcommand);
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Options that there are not, and what does what they mean.
const OPTIONS: [(&[&str], &str); 6] = [
    (&["timed"], "schedules are explored with their times unless `--untimed` is given"),
    (
        &["html", "svg", "png", "pdf", "tikz", "csv", "mermaid", "perfetto", "trace"],
        "what is written is named behind `--write`: `--write NAME`",
    ),
    (&["param", "params", "parameter", "define"], "a parameter is set by `--set name=value`"),
    (&["out", "output-dir", "folder"], "the folder is named by `--output`, in short `-o`"),
    (&["json"], "write `--format json`"),
    (&["no-color", "no-colour", "colour"], "write `--color never`"),
];

/// What to write instead of an option of another name.
fn foreign_option(option: &str) -> Option<String> {
    let name = option.strip_prefix("--")?.split('=').next()?;
    let (_, advice) = OPTIONS.iter().find(|(names, _)| names.contains(&name))?;
    Some(advice.replace("NAME", name))
}

/// Which commands have an option that this one has not.
fn elsewhere(option: &str, program: &Command) -> Option<String> {
    let name = option.strip_prefix("--")?.split('=').next()?;
    let has = |command: &&Command| {
        command.get_arguments().any(|argument| argument.get_long() == Some(name) && !argument.is_hide_set())
    };
    let names: Vec<String> =
        program.get_subcommands().filter(has).map(|command| format!("`{}`", command.get_name())).collect();
    let (last, before) = names.split_last()?;
    let named = if before.is_empty() { last.clone() } else { format!("{} and {last}", before.join(", ")) };
    Some(format!("`--{name}` is an option of {named}"))
}

/// What is meant by a word that is certainly no typing error.
fn meant(word: &str) -> Option<String> {
    let ending = Path::new(word).extension().and_then(|ending| ending.to_str());
    if matches!(ending, Some("yaml" | "yml")) || word.contains('/') {
        return Some(format!("a command stands before the file: `tempolane run {word}`"));
    }
    FOREIGN.iter().find(|(words, _)| words.contains(&word)).map(|(_, advice)| (*advice).to_owned())
}

/// The command that a word is like, or all of them.
fn nearest(word: &str, names: &[&str]) -> String {
    let allowed = (word.chars().count() / 3).max(1);
    let near = names.iter().map(|name| (strsim::damerau_levenshtein(word, name), name)).min();
    match near {
        Some((distance, name)) if distance <= allowed => format!("did you mean '{name}'?"),
        _ => format!("the commands are {}", names.join(", ")),
    }
}
