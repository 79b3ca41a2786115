//! Files that are made of the rows once all of them are there.

use super::about::About;
use super::collect::Collected;
use super::report_options::ReportOptions;
use super::{charts, rows};
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::output::Folder;
use crate::sweep::Plan;
use std::path::PathBuf;

/// Makes all files that are asked for, and notes them; where they are.
///
/// # Errors
/// If one of them cannot be written.
pub fn write(
    loaded: &Loaded,
    plan: &Plan<'_>,
    collected: &Collected,
    (folder, about): (&Folder, &About),
    options: &ReportOptions,
) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for format in &options.rows {
        written.extend(rows::write(*format, plan, &collected.table, folder)?);
    }
    if !options.no_charts {
        written.extend(charts::write(loaded, plan, collected, folder, &options.larger)?);
    }
    about.note(written.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())), folder)?;
    Ok(written)
}
