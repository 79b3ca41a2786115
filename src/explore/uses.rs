//! In which way an op is about which resources.
//!
//! One table for all who ask what the steps of processes have to do with each
//! other: the search for stubborn sets, and that for symmetries.

use crate::program::{Image, Op, ResourceCode};

/// A way in which a step is about a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Takes a permit or a mutex.
    Take,
    /// Gives one back.
    Give,
    Put,
    Get,
    Read,
    Write,
    /// Waits at a condition.
    Wait,
    Notify,
    /// Reads a level.
    Look,
}

/// The resources that an op is about, as it names them.
pub(crate) fn named_resources(image: &Image, at: usize) -> Vec<(Use, ResourceCode)> {
    match image.plain[at] {
        Op::Lock { mutex } => vec![(Use::Take, mutex)],
        Op::Unlock { mutex } => vec![(Use::Give, mutex)],
        Op::Acquire { semaphore } | Op::AcquireMany { semaphore, .. } => vec![(Use::Take, semaphore)],
        Op::Release { semaphore } | Op::ReleaseMany { semaphore, .. } => vec![(Use::Give, semaphore)],
        Op::Put { buffer, .. } => vec![(Use::Put, buffer)],
        Op::PutMany { many } => vec![(Use::Put, image.many[many as usize].resource)],
        Op::Take { buffer } | Op::Get { buffer, .. } => vec![(Use::Get, buffer)],
        Op::GetMany { many } => vec![(Use::Get, image.many[many as usize].resource)],
        Op::Write { memory, .. } => vec![(Use::Write, memory)],
        Op::Read { memory, .. } => vec![(Use::Read, memory)],
        Op::ReadMany { many } => vec![(Use::Read, image.many[many as usize].resource)],
        Op::Wait { condition, mutex } => {
            let mut codes = vec![(Use::Wait, condition)];
            codes.extend(mutex.map(|mutex| (Use::Give, mutex)));
            codes
        }
        Op::Notify { condition } | Op::NotifyAll { condition } => vec![(Use::Notify, condition)],
        Op::Level { resource, .. } => vec![(Use::Look, resource)],
        _ => Vec::new(),
    }
}
