//! What a page needs to run its scenario again: the engine, and what it is asked with.

use serde::Serialize;

/// The engine for a page: the crate `live` of this repository, compiled to WebAssembly and packed
/// (DEFLATE).
#[cfg(feature = "render")]
pub(super) const ENGINE: &[u8] = include_bytes!("engine.wasm.deflate");

/// A scenario that a page runs again, with what the reader may change.
#[derive(Debug, Clone, Serialize)]
pub struct LivePage {
    /// What its run is called.
    pub label: String,
    /// The file that it is from.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The seed of the run, in decimal digits: a number of a page has 53 bits only.
    pub seed: String,
    /// What the colours tell, as `--colour-by` calls it, if that was wished.
    pub colour_by: Option<&'static str>,
    /// Its parameters, with the values that they have at first.
    pub parameters: Vec<LiveParameter>,
}

/// A parameter that the reader of a page may change.
#[derive(Debug, Clone, Serialize)]
pub struct LiveParameter {
    /// Its name.
    pub name: String,
    /// Its type, as the language calls it.
    #[serde(rename = "type")]
    pub ty: &'static str,
    /// Its value at first, as it may be set again.
    pub value: String,
    /// The value as a number; of a duration in nanoseconds.
    pub number: f64,
    /// Whether it was set for the run, rather than by the file.
    pub set: bool,
}
