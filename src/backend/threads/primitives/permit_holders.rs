//! Those who have a permit that others may take from them.
//!
//! Decides in which order they got it, and keeps by which priority; whether one of them can be taken out of what it
//! stands at is not known here.

use super::wait_queue::Requester;
use crate::ids::ProcessId;

/// A thread that has such a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermitHolder {
    /// Which thread.
    pub process: ProcessId,
    /// By which priority it has it: the larger the number, the sooner it loses it.
    pub priority: u8,
    /// By which number it knows the permit among those that it has.
    pub place: u32,
}

/// All of one semaphore, in the order in which they got it.
#[derive(Debug, Default)]
pub(super) struct PermitHolders(Vec<PermitHolder>);

impl PermitHolders {
    /// A permit goes to this requester.
    pub(super) fn note(&mut self, who: &Requester) {
        let Requester { process, priority, .. } = *who;
        self.0.extend(who.keeps.map(|place| PermitHolder { process, priority, place }));
    }

    /// The thread has this one, or any if that is not said, no more.
    pub(super) fn forget(&mut self, process: ProcessId, place: Option<u32>) {
        self.0.retain(|holder| holder.process != process || place.is_some_and(|place| holder.place != place));
    }

    pub(super) fn all(&self) -> Vec<PermitHolder> {
        self.0.clone()
    }
}
