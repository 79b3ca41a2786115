//! The charts of a sweep.

use super::collect::Collected;
use crate::cli::failure::Failure;
use crate::cli::inputs::Loaded;
use crate::cli::output::Folder;
use crate::sweep::Plan;
use std::path::PathBuf;

/// Draws the charts of a sweep.
pub fn charts(
    _loaded: &Loaded,
    _plan: &Plan<'_>,
    _collected: &Collected,
    _folder: &Folder,
) -> Result<Vec<PathBuf>, Failure> {
    Ok(Vec::new())
}
