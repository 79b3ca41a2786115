//! For which resource of the scenario one stands that it does not declare. Decides nothing.

use super::outcome::WaitFor;
use crate::ids::ResourceId;
use serde::{Deserialize, Serialize};

/// A resource of the scenario for which those wait who wait for another one that is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandsFor {
    /// The first instance that it may be.
    pub first: ResourceId,
    /// Whether each instance stands for that with its own index; else all for the first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_index: bool,
    /// What is waited for.
    pub wait_for: WaitFor,
    /// Whether permits or items of it are taken by who waits, so that an event of it says that
    /// it was asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_taken: bool,
}
