//! The text that a scenario was read from, and the values that are set beside it.
//!
//! Decides nothing.

use super::source_map::SourceMap;
use crate::scenario::LoadedScenario;
use std::panic::Location;

/// A scenario as it was read.
pub(super) struct Written {
    pub(super) loaded: LoadedScenario,
    /// Whether its text is that of a file.
    pub(super) is_file: bool,
}

impl Written {
    pub(super) fn source_map(&self) -> SourceMap {
        SourceMap::of_file(&self.loaded.source)
    }
}

/// A value that a parameter was set to.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) at: &'static Location<'static>,
}
