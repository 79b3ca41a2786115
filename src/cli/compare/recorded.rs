//! Recorded runs of real programs beside those of scenarios.

use crate::cli::bounded_file;
use crate::cli::console;
use crate::cli::failure::Failure;
use crate::cli::report::{duration, so_many};
use crate::trace::ProfiledRun;
use std::path::Path;

/// The most MiB of a recording.
const MOST_MIB: u64 = 256;

/// Reads a recording; it is called as its file.
///
/// # Errors
/// If it cannot be read, or is none.
pub fn read(path: &Path) -> Result<ProfiledRun, Failure> {
    let bytes = bounded_file::read(path, "a recording", MOST_MIB)?;
    let name = path.file_stem().map_or_else(String::new, |stem| console::printable(&stem.to_string_lossy()));
    ProfiledRun::read(&name, &bytes)
        .map_err(|why| Failure::usage(format!("{}: {}", console::shown(path), console::printable(&why))))
}

/// What was read, a line each.
pub fn told(recorded: &[ProfiledRun]) -> String {
    let told = |recording: &ProfiledRun| {
        let threads = so_many(recording.header.process_count() as u64, "thread");
        let (spans, end) =
            (so_many(recording.spans.len() as u64, "slice"), duration(recording.end.as_nanos()));
        let inside = match recording.inside {
            0 => String::new(),
            inside => format!("; {} inside of others not drawn", so_many(inside, "slice")),
        };
        format!(" recorded: {}: {threads}, {spans}, {end}{inside}\n", recording.header.scenario)
    };
    recorded.iter().map(told).collect()
}
