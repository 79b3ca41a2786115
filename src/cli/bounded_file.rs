//! Files that users name beside their scenarios: tables, recordings, schedules.
//!
//! Decides that each kind has a bound, so that a device or a wrong file does not fill
//! the memory.

use super::console::shown;
use super::failure::Failure;
use crate::table::read_bounded;
use std::path::Path;

/// Reads a file of at most so many MiB. `what` names its kind in messages, as "a schedule".
///
/// # Errors
/// If it cannot be read, or is longer.
pub fn read(path: &Path, what: &str, most_mib: u64) -> Result<Vec<u8>, Failure> {
    match read_bounded(path, most_mib) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(Failure::usage(format!("{}: {what} has at most {most_mib} MiB", shown(path)))),
        Err(error) => Err(Failure::environment(format!("cannot read '{}': {error}", shown(path)))),
    }
}
