//! What all figures have in common as JSON: objects by name, and whole nanoseconds.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt::Display;

/// An object of named entries, in their order.
///
/// # Errors
/// If the serializer fails.
pub fn named<S: Serializer, N: Serialize + Display, T: Serialize>(
    serializer: S,
    entries: impl Iterator<Item = (N, T)>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for (name, entry) in entries {
        map.serialize_entry(&name, &entry)?;
    }
    map.end()
}

/// A mean length of time in whole nanoseconds, as all times in JSON are.
pub fn nearest(nanos: f64) -> u64 {
    nanos.round() as u64
}
