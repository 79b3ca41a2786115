//! Files about a run besides pictures, result and trace: tables and traces for other programs.
//!
//! Decides which there are and what they are called: each is an entry of [`EXPORTS`]. What stands
//! in them is decided where they are made.

use super::failure::Failure;
use super::options::{Artifact, RunOptions};
use super::output::Folder;
use super::pictures::Drawing;
use crate::render::{TextStyle, levels_csv, mermaid, perfetto, spans_csv, text_gantt};
use std::io::{self, Write};
use std::path::PathBuf;

/// A file about a run.
struct Export {
    artifact: Artifact,
    name: &'static str,
    write: fn(&Drawing<'_>, &mut dyn Write) -> Result<(), Trouble>,
}

/// Why a file is not there.
enum Trouble {
    /// It cannot be written.
    Write(io::Error),
    /// There is too much for the format.
    TooMuch(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Write(error)
    }
}

/// The width of a timeline in letters that goes to a file, in characters.
const TEXT_WIDTH: usize = 100;

const EXPORTS: [Export; 5] = [
    Export {
        artifact: Artifact::Text,
        name: "gantt.txt",
        write: |drawing, out| {
            let style = TextStyle { width: TEXT_WIDTH, colour: false, ..drawing.view().text_style() };
            Ok(out.write_all(text_gantt(&drawing.input(), &style).as_bytes())?)
        },
    },
    Export {
        artifact: Artifact::Mermaid,
        name: "gantt.mmd",
        write: |drawing, out| {
            let text = mermaid(&drawing.input(), drawing.view().window()).map_err(Trouble::TooMuch)?;
            Ok(out.write_all(text.as_bytes())?)
        },
    },
    Export {
        artifact: Artifact::Csv,
        name: "spans.csv",
        write: |drawing, out| Ok(spans_csv(&drawing.input(), out)?),
    },
    Export {
        artifact: Artifact::Csv,
        name: "levels.csv",
        write: |drawing, out| Ok(levels_csv(&drawing.input(), out)?),
    },
    Export {
        artifact: Artifact::Perfetto,
        name: "perfetto.json",
        write: |drawing, out| Ok(perfetto(&drawing.input(), out)?),
    },
];

/// Whether any of them was asked for.
pub fn are_wanted(options: &RunOptions) -> bool {
    EXPORTS.iter().any(|export| options.writes(export.artifact))
}

/// Writes those that were asked for, and says why one is not there.
///
/// # Errors
/// If one cannot be written, or there is too much for one that was asked for by name.
pub fn write(
    drawing: &Drawing<'_>,
    folder: &Folder,
    options: &RunOptions,
) -> Result<(Vec<PathBuf>, Vec<String>), Failure> {
    let (mut written, mut notes) = (Vec::new(), Vec::new());
    for export in EXPORTS.iter().filter(|export| options.writes(export.artifact)) {
        let mut too_much = None;
        let file = folder.write_with(export.name, |out| match (export.write)(drawing, out) {
            Ok(()) => Ok(true),
            Err(Trouble::Write(error)) => Err(error),
            Err(Trouble::TooMuch(message)) => {
                too_much = Some(message);
                Ok(false)
            }
        })?;
        written.extend(file);
        match too_much {
            Some(message) if options.insists_on(export.artifact) => {
                return Err(Failure::usage(format!("{}: {message}", export.name)));
            }
            Some(message) => notes.push(format!("no {}: {message}", export.name)),
            None => {}
        }
    }
    if !written.is_empty() && drawing.is_cut() {
        let named = written.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
        notes.push(format!("of the beginning of the run alone: {}", named.collect::<Vec<_>>().join(", ")));
    }
    Ok((written, notes))
}
