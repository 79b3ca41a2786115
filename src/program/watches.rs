//! Who waits for what can come of several resources, and what changes that: found once,
//! when resources are bound. Decides nothing.

use std::ops::Range;

/// Behind which ops those are looked after who wait so.
#[derive(Debug, Clone, Default)]
pub(super) struct Watches {
    /// By op: whether it may change what somebody waits for; empty if nobody ever waits so.
    pub(super) attended: Vec<bool>,
    /// The header of the first watch, in whose line all stand.
    pub(super) line: usize,
    /// The headers of what they name, in order: each range is that of a definition, or of one
    /// instance.
    pub(super) named: Vec<Range<usize>>,
    /// Who looks at how much.
    pub(super) lookers: Lookers,
}

/// What there may be to list of those who wait so.
#[derive(Debug, Clone, Default)]
pub struct Lookers {
    /// From the first header of all that they may look at to behind the last.
    pub headers: Range<usize>,
    /// By process definition: at how many resources each instance looks, at most.
    pub looks: Vec<usize>,
}

impl Watches {
    /// Whether somebody may wait for a change of the resource with this header.
    pub(super) fn names(&self, header: usize) -> bool {
        self.named.iter().any(|range| range.contains(&header))
    }
}
