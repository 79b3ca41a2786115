//! Lock elision: which mutexes are never found taken, and ops that leave them out.
//!
//! A process that takes a mutex and gives it back before it can possibly stop
//! lets nobody see that it was taken. If that holds wherever the mutex is
//! taken, nobody ever waits for it, and a run may leave out its locks and
//! unlocks: nothing but events tells the difference, so that a run with a trace
//! has to note them and no more. A fault inside such a section ends the run with
//! the mutex taken, so sections are kept, for the kernel to make that state.

use super::access::{Operand, Use};
use super::op::{Op, ResourceCode};
use crate::ids::OpId;
use std::collections::{BTreeMap, BTreeSet};

/// A stretch of ops, without a branch or a wait, in which a mutex is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// The header of the mutex.
    pub header: usize,
    /// The [`Op::Lock`].
    pub lock: OpId,
    /// The [`Op::Unlock`].
    pub unlock: OpId,
}

/// The sections of all mutexes that are never found taken, by the number of
/// their lock. Resources must be bound; `found` says of a header whether it
/// may also be found at run time, by an index.
pub(super) fn sections(plain: &[Op], found: impl Fn(usize) -> bool) -> Vec<Section> {
    // Unlocks by mutex. All mutexes are supposed to be never found taken, and
    // those are struck off that need not be, until none is: a mutex that is
    // struck off is a possible wait in the sections of others.
    let mut unlocks: BTreeMap<usize, usize> = BTreeMap::new();
    for op in plain {
        let (mutex, unlock) = match op {
            Op::Lock { mutex } => (mutex, 0),
            Op::Unlock { mutex } => (mutex, 1),
            _ => continue,
        };
        if let Ok(header) = mutex.resolve() {
            *unlocks.entry(header).or_insert(0) += unlock;
        }
    }
    unlocks.retain(|&header, _| !found(header));
    if unlocks.is_empty() {
        return Vec::new();
    }
    let entered: BTreeSet<usize> = plain.iter().filter_map(target).collect();
    loop {
        let locks = plain.iter().enumerate().filter_map(|(at, op)| match op {
            Op::Lock { mutex } => {
                mutex.resolve().ok().filter(|header| unlocks.contains_key(header)).map(|header| (at, header))
            }
            _ => None,
        });
        let mut sections = Vec::new();
        let mut struck: BTreeSet<usize> = BTreeSet::new();
        for (lock, header) in locks {
            match end_of(plain, lock, header, &entered, |other| unlocks.contains_key(&other)) {
                Some(unlock) => {
                    sections.push(Section {
                        header,
                        lock: OpId::from_index(lock),
                        unlock: OpId::from_index(unlock),
                    });
                }
                None => {
                    struck.insert(header);
                }
            }
        }
        for (&header, &count) in &unlocks {
            if sections.iter().filter(|section| section.header == header).count() != count {
                struck.insert(header);
            }
        }
        if struck.is_empty() {
            return sections;
        }
        unlocks.retain(|header, _| !struck.contains(header));
    }
}

/// Where the mutex with this header that is taken at `lock` is given back, if
/// nothing before can stop the process, leave the way or enter it.
fn end_of(
    plain: &[Op],
    lock: usize,
    header: usize,
    entered: &BTreeSet<usize>,
    never_taken: impl Fn(usize) -> bool,
) -> Option<usize> {
    for (at, &(mut op)) in plain.iter().enumerate().skip(lock + 1) {
        if entered.contains(&at) {
            return None;
        }
        let passes = match op {
            Op::Unlock { mutex } if mutex == ResourceCode::fixed(header as u32) => return Some(at),
            Op::Lock { mutex } => mutex.resolve().is_ok_and(|other| other != header && never_taken(other)),
            Op::Done { .. } => false,
            _ => op.operands().iter().all(goes_straight_on),
        };
        if !passes {
            return None;
        }
    }
    None
}

/// Whether an op with this operand neither stops the process nor leaves the way.
fn goes_straight_on(operand: &Operand<'_>) -> bool {
    match operand {
        Operand::Access(used, _) | Operand::Many(used, _) => matches!(used, Use::Give) || used.is_of_memory(),
        Operand::Counter(_) | Operand::Duration(_) | Operand::Frame => false,
        Operand::Target(_) | Operand::End(_) => false,
        _ => true,
    }
}

fn target(&(mut op): &Op) -> Option<usize> {
    op.operands().into_iter().find_map(|operand| match operand {
        Operand::Target(to) => Some(to.index()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Slot, Source};

    const A: ResourceCode = ResourceCode::fixed(8);
    const B: ResourceCode = ResourceCode::fixed(16);
    const MARK: Op = Op::Mark { mark: crate::ids::MarkId(0), value: Source::global(0) };
    const DELAY: Op = Op::Delay { wait: Source::global(0) };

    fn lock(mutex: ResourceCode) -> Op {
        Op::Lock { mutex }
    }

    fn unlock(mutex: ResourceCode) -> Op {
        Op::Unlock { mutex }
    }

    fn never_taken(plain: &[Op]) -> Vec<usize> {
        let all: BTreeSet<usize> = sections(plain, |_| false).iter().map(|section| section.header).collect();
        all.into_iter().collect()
    }

    #[test]
    fn straight_sections_are_left_out() {
        let plain = [lock(A), lock(B), MARK, unlock(A), unlock(B), Op::Done { life: None }];
        assert_eq!(never_taken(&plain), [8, 16]);
        let without_a = sections(&plain, |header| header == 8);
        assert_eq!(without_a, [Section { header: 16, lock: OpId(1), unlock: OpId(4) }]);
    }

    #[test]
    fn a_wait_a_branch_or_a_stray_unlock_keeps_a_mutex() {
        assert_eq!(never_taken(&[lock(A), DELAY, unlock(A), Op::Done { life: None }]), [0; 0]);
        assert_eq!(never_taken(&[lock(A), Op::Done { life: None }]), [0; 0]);
        assert_eq!(never_taken(&[lock(A), unlock(A), unlock(A), Op::Done { life: None }]), [0; 0]);
        assert_eq!(never_taken(&[lock(A), lock(A), unlock(A), Op::Done { life: None }]), [0; 0]);
        assert_eq!(never_taken(&[lock(A), unlock(A), Op::Jump { to: OpId(1) }]), [0; 0]);
        assert_eq!(never_taken(&[lock(A), unlock(A), Op::Jump { to: OpId(0) }]), [8]);
    }

    #[test]
    fn what_others_change_keeps_a_mutex_and_what_nothing_changes_does_not() {
        let around = |op| never_taken(&[lock(A), op, unlock(A), Op::Done { life: None }]);
        let (into, many) = (Slot(4), Slot(5));
        assert_eq!(around(Op::Capacity { into, buffer: B }), [8]);
        assert_eq!(around(Op::Read { memory: B, at: Source::global(0), into }), [8]);
        assert_eq!(around(Op::Release { semaphore: B }), [8]);
        assert_eq!(around(Op::Level { into, resource: B }), [0; 0]);
        assert_eq!(around(Op::ReleaseMany { semaphore: B, left: many }), [0; 0]);
        assert_eq!(around(Op::Acquire { semaphore: B }), [0; 0]);
        assert_eq!(around(Op::Notify { condition: B }), [0; 0]);
        assert_eq!(around(Op::Call { call: 0 }), [0; 0]);
    }

    #[test]
    fn a_mutex_that_may_be_found_taken_is_a_wait_for_others() {
        // A is held over a lock of B, and B over a delay elsewhere.
        let plain =
            [lock(A), lock(B), unlock(B), unlock(A), lock(B), DELAY, unlock(B), Op::Done { life: None }];
        assert_eq!(never_taken(&plain), [0; 0]);
    }
}
