//! From when on a bad end could not be avoided any more.

use crate::explore::ends::End;
use crate::explore::search::{StateGraph, StateId};
use crate::explore::transition::Scratch;
use std::collections::BTreeMap;

/// States that are looked at to find out from when on an end is unavoidable.
const MOST_VISITED: usize = 500_000;

impl<const W: usize> StateGraph<'_, W> {
    /// The first state of `path` from which every run ends badly; `None` if
    /// that is not found out in good time. The last state of the path is such
    /// a state.
    pub(crate) fn first_doomed(&self, path: &[StateId], scratch: &mut Scratch) -> Option<usize> {
        let mut fates = BTreeMap::new();
        let mut first = path.len() - 1;
        for (place, &state) in path.iter().enumerate().rev() {
            match self.is_doomed(state, &mut fates, scratch)? {
                true => first = place,
                false => break,
            }
        }
        Some(first)
    }

    /// Whether every run from this state ends in a deadlock or in the middle
    /// of a transition.
    fn is_doomed(
        &self,
        state: StateId,
        fates: &mut BTreeMap<StateId, Fate>,
        scratch: &mut Scratch,
    ) -> Option<bool> {
        let mut stack: Vec<(StateId, Vec<StateId>)> = Vec::new();
        if let Some(fate) = fates.get(&state) {
            return Some(*fate == Fate::Doomed);
        }
        stack.push((state, self.visit(state, fates, scratch)?));
        while let Some((id, rest)) = stack.last_mut() {
            let Some(next) = rest.pop() else {
                fates.entry(*id).and_modify(|fate| {
                    if *fate == Fate::Open {
                        *fate = Fate::Doomed;
                    }
                });
                stack.pop();
                continue;
            };
            match fates.get(&next) {
                Some(Fate::Doomed) => {}
                // A circle is a run that goes on for ever.
                Some(Fate::Open | Fate::Escapes) => {
                    stack.iter().for_each(|&(id, _)| {
                        fates.insert(id, Fate::Escapes);
                    });
                    return Some(false);
                }
                None => {
                    if fates.len() > MOST_VISITED {
                        return None;
                    }
                    let successors = self.visit(next, fates, scratch)?;
                    stack.push((next, successors));
                }
            }
            if let Some(&(top, _)) = stack.last()
                && fates.get(&top) == Some(&Fate::Escapes)
            {
                stack.iter().for_each(|&(id, _)| {
                    fates.insert(id, Fate::Escapes);
                });
                return Some(false);
            }
        }
        Some(fates.get(&state) == Some(&Fate::Doomed))
    }

    /// Enters a state as open, or as one with a good end; gives its successors.
    fn visit(
        &self,
        state: StateId,
        fates: &mut BTreeMap<StateId, Fate>,
        scratch: &mut Scratch,
    ) -> Option<Vec<StateId>> {
        let next = self.next(state, scratch);
        if next.unknown || self.space.relation.cancellation.check(fates.len() as u64).is_err() {
            return None;
        }
        let is_leaf = next.states.is_empty() && next.stops == 0;
        let good = is_leaf && self.space.relation.end(self.machine(state, scratch)) != End::Deadlock;
        fates.insert(state, if good { Fate::Escapes } else { Fate::Open });
        Some(next.states)
    }
}

/// What can come of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is on the path at hand.
    Open,
    /// Every run from it ends badly.
    Doomed,
    /// Some run from it does not.
    Escapes,
}
