//! Which ops of a process, that concern nobody else, are noticed all the same:
//! an expectation is about the order in which they come among those of others.
//!
//! A driver that may join an op with what came before it, as an explorer does
//! with what concerns nobody else, must not join these.

use super::bound::ProcessInstances;
use super::op::Op;
use crate::ids::MarkId;
use crate::trace::{Claim, Expected, Instances, Label, Milestone, StatePredicate};
use std::collections::BTreeSet;
use std::ops::Range;

/// What expectations about orders look at.
#[derive(Default)]
struct Noticed {
    marks: BTreeSet<MarkId>,
    started: Vec<Instances>,
    finished: Vec<Instances>,
}

impl Noticed {
    fn of(expected: &Expected) -> Noticed {
        let mut noticed = Noticed::default();
        for expectation in &expected.expectations {
            match &expectation.claim {
                Claim::Before { first, second } => {
                    [first, second].into_iter().for_each(|label| noticed.label(label))
                }
                Claim::NeverTogether(stretches) => {
                    for stretch in stretches {
                        if let StatePredicate::Between { from, to } = stretch.what {
                            noticed.marks.extend([from, to]);
                            noticed.finished.push(stretch.who);
                        }
                    }
                }
                _ => {}
            }
        }
        noticed
    }

    fn label(&mut self, label: &Label) {
        let who = Instances::one(label.process);
        match label.what {
            Milestone::Started => self.started.push(who),
            Milestone::Finished => self.finished.push(who),
            Milestone::Mark { mark, .. } => drop(self.marks.insert(mark)),
        }
    }
}

/// By op: whether it is noticed. Each definition comes with where its ops are.
pub(super) fn noticed<'d>(
    expected: &Expected,
    plain: &[Op],
    defs: impl Iterator<Item = (&'d ProcessInstances, Range<usize>)>,
) -> Vec<bool> {
    let wanted = Noticed::of(expected);
    let mut noticed = vec![false; plain.len()];
    for (def, range) in defs {
        let own = def.first.0..def.first.0 + def.count;
        let of_def = |who: &Instances| own.start < who.first.0 + who.count && who.first.0 < own.end;
        let (starts, ends) = (wanted.started.iter().any(of_def), wanted.finished.iter().any(of_def));
        for at in range {
            noticed[at] = match plain[at] {
                Op::Begin => starts,
                Op::Done { .. } => ends,
                Op::Mark { mark, .. } => wanted.marks.contains(&mark),
                _ => false,
            };
        }
    }
    noticed
}
