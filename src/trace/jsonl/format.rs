//! What the first and the last line of the file say.

use crate::trace::header::Header;
use crate::trace::named::NamedOutcome;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The number of this form, in the first line.
pub(super) const FORMAT: u32 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
pub(super) struct FirstLine<'a> {
    pub(super) tempolane_trace: u32,
    #[serde(flatten)]
    pub(super) header: Cow<'a, Header>,
}

/// The last line.
#[derive(Serialize, Deserialize)]
pub(super) struct LastLine {
    pub(super) end_ns: u64,
    pub(super) events: u64,
    pub(super) fingerprint: Option<String>,
    #[serde(flatten)]
    pub(super) outcome: NamedOutcome,
}
