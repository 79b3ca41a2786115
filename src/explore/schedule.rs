//! A schedule: who goes on, transition after transition.

use super::findings::is_alike;
use super::relation::{Scratch, Stopped, Went};
use super::search::Search;
use super::store::StateId;
use crate::ids::ProcessId;

/// One choice: whose turn it is, and what the kernel is told where it has a
/// choice itself (which waiter of a condition is notified).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who goes on.
    pub process: ProcessId,
    /// What to answer, in order; 0 when these are used up.
    pub answers: Vec<u32>,
}

/// The states from the first one to this, as few as there can be.
pub(super) fn path_to<const W: usize>(search: &Search<'_, W>, state: StateId) -> Vec<StateId> {
    let mut path = vec![state];
    while let Some(parent) = search.store.parent(path[path.len() - 1]) {
        path.push(parent);
    }
    path.reverse();
    path
}

/// The turns along a path.
pub(super) fn turns_along<const W: usize>(
    search: &Search<'_, W>,
    path: &[StateId],
    scratch: &mut Scratch,
) -> Vec<Turn> {
    path.windows(2).map(|pair| turn_between(search, pair[0], pair[1], scratch)).collect()
}

pub(super) fn turn_between<const W: usize>(
    search: &Search<'_, W>,
    from: StateId,
    to: StateId,
    scratch: &mut Scratch,
) -> Turn {
    let sought = search.store.state(to);
    let mut found = None;
    let mut buffer = Vec::new();
    search.successors(search.store.state(from), scratch, |scratch, process, went| {
        if found.is_none()
            && went == Went::On
            && search.codec.encode(&scratch.world, &mut buffer).as_ref() == Ok(sought)
        {
            found = Some(Turn { process, answers: scratch.probe.choices.answers().to_vec() });
        }
    });
    found.expect("a state is a successor of its parent")
}

/// The turn in this state that ends the run so.
pub(super) fn turn_into<const W: usize>(
    search: &Search<'_, W>,
    state: StateId,
    end: &Stopped,
    scratch: &mut Scratch,
) -> Option<Turn> {
    let mut found = None;
    search.successors(search.store.state(state), scratch, |scratch, process, went| {
        if found.is_none()
            && let Went::Stopped(stopped) = &went
            && is_alike(stopped, end)
        {
            found = Some(Turn { process, answers: scratch.probe.choices.answers().to_vec() });
        }
    });
    found
}
