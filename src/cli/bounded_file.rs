//! Files that users name beside their scenarios: tables, recordings, schedules.
//!
//! Decides that each kind has a bound, so that a device or a wrong file does not fill
//! the memory.

use super::console::shown;
use super::failure::Failure;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a file of at most so many MiB. `what` names its kind in messages, as "a schedule".
///
/// # Errors
/// If it cannot be read, or is longer.
pub fn read(path: &Path, what: &str, most_mib: u64) -> Result<Vec<u8>, Failure> {
    let cannot =
        |error: std::io::Error| Failure::environment(format!("cannot read '{}': {error}", shown(path)));
    let (mut bytes, most) = (Vec::new(), most_mib << 20);
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(Failure::usage(format!("{}: {what} has at most {most_mib} MiB", shown(path))));
    }
    Ok(bytes)
}
