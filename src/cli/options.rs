//! Options that several subcommands have.

use super::failure::Failure;
use super::look_options::LookOptions;
use super::whole_number::whole;
use crate::trace::Ties;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Which scenarios, with which parameters.
#[derive(Debug, Clone, Args)]
pub struct ScenarioOptions {
    /// Scenario files, folders (every .yaml and .yml below, sorted), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Set a parameter of every scenario; may be repeated for other parameters (in `compare` also for
    /// the same one). What a scenario expects is checked only with the values of its file
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub settings: Vec<(String, String)>,
    /// How to print results; JSON is one object per scenario per line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// How to print results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and a timeline, for people
    Text,
    /// One object per scenario per line, for programs
    Json,
}

/// How to run, and what to keep of it.
#[derive(Debug, Clone, Args)]
pub struct RunOptions {
    /// The seed of all random streams [default: the scenario's, or 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<u64>(0, u64::MAX))]
    pub seed: Option<u64>,
    /// Which of the runs that differ only in their random numbers: replication N, as a sweep makes them
    #[arg(long, value_name = "N", default_value = "0", value_parser = whole::<u64>(0, u64::MAX))]
    pub replication: u64,
    /// The order of simultaneous events: fifo, reversed (last in the file first), seeded (at random, by
    /// the seed), or seeded:N (another random order of that seed)
    #[arg(long, value_name = "ORDER", default_value_t = Ties::Fifo)]
    pub ties: Ties,
    /// The folder to write to; each scenario gets a folder of its name in it
    #[arg(short, long, value_name = "DIR", default_value = "output",
        value_parser = PathBufValueParser::new().try_map(folder))]
    pub output: PathBuf,
    /// Which files to write, separated by commas: svg, png, pdf and tikz (pictures), text (gantt.txt),
    /// mermaid (gantt.mmd), csv (spans.csv and levels.csv), perfetto (perfetto.json), html
    /// (gantt.html, a page to explore), trace (trace.jsonl), result (result.json), all, none [default: svg, png, result and, of a run of
    /// at most 1 million events, trace]
    #[arg(long, value_name = "LIST", value_delimiter = ',', hide_possible_values = true)]
    pub write: Vec<Artifact>,
    #[command(flatten)]
    pub look: LookOptions,
}

/// A file that a run leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Artifact {
    /// gantt.svg
    Svg,
    /// gantt.png
    Png,
    /// gantt.pdf
    Pdf,
    /// gantt.tex
    Tikz,
    /// gantt.txt
    Text,
    /// gantt.mmd
    Mermaid,
    /// spans.csv and levels.csv
    Csv,
    /// perfetto.json
    Perfetto,
    /// gantt.html
    Html,
    /// trace.jsonl
    Trace,
    /// result.json
    Result,
    /// The schedules that `explore` has found
    Schedule,
    /// All of them
    All,
    /// No files at all
    None,
}

impl Artifact {
    /// What is written if nothing is said.
    const USUAL: [Artifact; 4] = [Artifact::Svg, Artifact::Png, Artifact::Trace, Artifact::Result];

    /// What a run of its own leaves behind, in the order of the enum.
    pub const OF_RUN: [Artifact; 11] = [
        Artifact::Svg,
        Artifact::Png,
        Artifact::Pdf,
        Artifact::Tikz,
        Artifact::Text,
        Artifact::Mermaid,
        Artifact::Csv,
        Artifact::Perfetto,
        Artifact::Html,
        Artifact::Trace,
        Artifact::Result,
    ];

    /// The word for it on the command line.
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl RunOptions {
    /// Whether this file was asked for, by name or among all.
    pub fn writes(&self, artifact: Artifact) -> bool {
        match self.write.as_slice() {
            [] => Artifact::USUAL.contains(&artifact),
            asked => asked.contains(&Artifact::All) || asked.contains(&artifact),
        }
    }

    /// Whether this file was asked for by name, so that it is written whatever its length.
    pub fn insists_on(&self, artifact: Artifact) -> bool {
        self.write.contains(&artifact)
    }

    /// Refuses files by name that a command does not write; `command` is how it is called.
    ///
    /// # Errors
    /// The first of them, with those that it does write.
    pub fn writes_only(&self, command: &str, files: &[Artifact]) -> Result<(), Failure> {
        let is_other =
            |asked: &&Artifact| !files.contains(asked) && !matches!(asked, Artifact::All | Artifact::None);
        let Some(other) = self.write.iter().find(is_other) else { return Ok(()) };
        let names: Vec<String> = files.iter().map(|file| file.name()).collect();
        Err(Failure::usage(format!(
            "`{command}` writes no {}; --write takes {}, all or none here",
            other.name(),
            names.join(", ")
        )))
    }

    /// Refuses `--replication`, where a command knows only the first.
    ///
    /// # Errors
    /// If another was asked for.
    pub fn takes_no_replication(&self, command: &str) -> Result<(), Failure> {
        match self.replication {
            0 => Ok(()),
            _ => Err(Failure::usage(format!(
                "`{command}` knows replication 0 only; for other random numbers give another --seed"
            ))),
        }
    }

    /// Whether any file is written.
    pub fn writes_anything(&self) -> bool {
        let is_file = |artifact: &&Artifact| !matches!(artifact, Artifact::All | Artifact::None);
        Artifact::value_variants().iter().filter(is_file).any(|artifact| self.writes(*artifact))
    }
}

/// Refuses what would be a folder called `-`, where standard output is meant.
fn folder(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path == Path::new("-") {
        return Err(
            "a folder is wanted; results go to standard output anyway, with --format json for programs",
        );
    }
    Ok(path)
}

pub fn parse_setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, such as items=20 or load_time=250ms".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(write: &[Artifact]) -> RunOptions {
        RunOptions {
            seed: None,
            replication: 0,
            ties: Ties::Fifo,
            output: PathBuf::new(),
            write: write.to_vec(),
            look: LookOptions::default(),
        }
    }

    #[test]
    fn what_is_written() {
        assert!(options(&[]).writes(Artifact::Trace));
        assert!(!options(&[]).insists_on(Artifact::Trace));
        assert!(!options(&[]).writes(Artifact::Pdf));
        assert!(options(&[Artifact::All]).writes(Artifact::Png));
        assert!(options(&[Artifact::All]).writes(Artifact::Pdf));
        assert!(!options(&[Artifact::Svg]).writes(Artifact::Png));
        assert!(!options(&[Artifact::None]).writes_anything());
        assert!(!options(&[]).writes(Artifact::Html) && options(&[Artifact::Html]).writes_anything());
    }

    #[test]
    fn settings() {
        assert_eq!(parse_setting("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(parse_setting("=3").is_err() && parse_setting("items").is_err());
    }
}
