//! A schedule: who goes on, transition after transition.

use super::findings::is_alike;
use super::relation::{Scratch, Stopped, Went};
use super::search::Search;
use super::store::StateId;
use super::symmetry::Symmetry;
use crate::ids::ProcessId;
use crate::kernel::Choices;
use crate::trace::NoTrace;

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

/// The turns along a path; fewer if it is time to stop.
pub(super) fn turns_along<const W: usize>(
    search: &Search<'_, W>,
    path: &[StateId],
    scratch: &mut Scratch,
) -> Vec<Turn> {
    if let Some(symmetry) = &search.space.symmetry {
        return turns_of_some(search, symmetry, path, scratch);
    }
    let pairs = path.windows(2).take_while(|_| !search.space.relation.asked.is_over());
    pairs.map(|pair| turn_between(search, pair[0], pair[1], scratch)).collect()
}

/// The turns of a run that is the same to this path: from each state it goes on
/// to one that the next state of the path stands for.
fn turns_of_some<const W: usize>(
    search: &Search<'_, W>,
    symmetry: &Symmetry,
    path: &[StateId],
    scratch: &mut Scratch,
) -> Vec<Turn> {
    // States off the path may have values that the search never met.
    let mut codec = search.space.codec.clone();
    let mut turns = Vec::new();
    if search.space.relation.start(scratch, &mut NoTrace).is_err() {
        return turns;
    }
    for &next in &path[1..] {
        if search.space.relation.asked.is_over() {
            break;
        }
        let sought = codec.numbers(search.store.state(next));
        let base = scratch.world.clone();
        let mut found = None;
        for process in search.space.relation.candidates(&base.machine) {
            scratch.probe.choices = Choices::default();
            while found.is_none() {
                scratch.world.clone_from(&base);
                if search.space.relation.transition(scratch, process, &mut NoTrace) == Went::On {
                    let numbers = codec.learn(&scratch.world);
                    if symmetry.learn_numbers(&mut codec, numbers) == sought {
                        let answers = scratch.probe.choices.answers().to_vec();
                        found = Some(Turn { process, answers });
                        break;
                    }
                }
                if !scratch.probe.choices.advance() {
                    break;
                }
            }
            if found.is_some() {
                break;
            }
        }
        turns.push(found.expect("what is the same goes on in the same ways"));
    }
    turns
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
            && search.space.codec.encode(&scratch.world, &mut buffer).as_ref() == Ok(sought)
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
    match &search.space.symmetry {
        None => search.space.codec.decode(search.store.state(state), &mut scratch.world),
        // Leaves the world in the state at the end of the run.
        Some(symmetry) => drop(turns_of_some(search, symmetry, &path_to(search, state), scratch)),
    }
    let base = scratch.world.clone();
    for process in search.space.relation.candidates(&base.machine) {
        scratch.probe.choices = Choices::default();
        loop {
            scratch.world.clone_from(&base);
            if let Went::Stopped(stopped) = search.space.relation.transition(scratch, process, &mut NoTrace)
                && is_alike(&stopped, end)
            {
                return Some(Turn { process, answers: scratch.probe.choices.answers().to_vec() });
            }
            if !scratch.probe.choices.advance() {
                break;
            }
        }
    }
    None
}
