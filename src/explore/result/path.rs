//! The shortest schedules into states: which turns lead from one to the next.

use crate::explore::ends::Stopped;
use crate::explore::schedule::Turn;
use crate::explore::search::{StateGraph, StateId};
use crate::explore::symmetry::Symmetry;
use crate::explore::transition::{Scratch, Transition};
use crate::trace::NoTrace;
use std::ops::ControlFlow;

/// The states from the first one to this, as few as there can be.
pub(crate) fn path_to<const W: usize>(graph: &StateGraph<'_, W>, state: StateId) -> Vec<StateId> {
    let mut path = vec![state];
    while let Some(parent) = graph.store.parent(path[path.len() - 1]) {
        path.push(parent);
    }
    path.reverse();
    path
}

/// The turns along a path; fewer if it is time to stop.
pub(crate) fn turns_along<const W: usize>(
    graph: &StateGraph<'_, W>,
    path: &[StateId],
    scratch: &mut Scratch,
) -> Vec<Turn> {
    if let Some(symmetry) = &graph.space.symmetry {
        return turns_of_some(graph, symmetry, path, scratch);
    }
    let pairs = path.windows(2).take_while(|_| !graph.space.relation.cancellation.is_over());
    pairs.map(|pair| turn_between(graph, pair[0], pair[1], scratch)).collect()
}

/// The turns of a run that is the same to this path: from each state it goes on
/// to one that the next state of the path stands for.
fn turns_of_some<const W: usize>(
    graph: &StateGraph<'_, W>,
    symmetry: &Symmetry,
    path: &[StateId],
    scratch: &mut Scratch,
) -> Vec<Turn> {
    // States off the path may have values that the search never met.
    let mut codec = graph.space.codec.clone();
    let mut turns = Vec::new();
    if graph.space.relation.start(scratch, &mut NoTrace).is_err() {
        return turns;
    }
    for &next in &path[1..] {
        if graph.space.relation.cancellation.is_over() {
            break;
        }
        let sought = codec.numbers(graph.store.state(next));
        let found = find_turn(graph, scratch, |scratch, went| {
            *went == Transition::Made && {
                let numbers = codec.learn(&scratch.world);
                symmetry.learn_numbers(&mut codec, numbers) == sought
            }
        });
        turns.push(found.expect("what is the same goes on in the same ways"));
    }
    turns
}

/// The first turn from the world of `scratch` that leads to what is sought; the
/// world is what it leads to then.
fn find_turn<const W: usize>(
    graph: &StateGraph<'_, W>,
    scratch: &mut Scratch,
    mut is_sought: impl FnMut(&Scratch, &Transition) -> bool,
) -> Option<Turn> {
    let mut found = None;
    let _ = graph.space.relation.successors(scratch, |scratch, process, went| {
        if !is_sought(scratch, &went) {
            return ControlFlow::Continue(());
        }
        found = Some(Turn { process, answers: scratch.probe.choices.answers().to_vec() });
        ControlFlow::Break(())
    });
    found
}

/// The turn that leads from a state to one of its successors.
pub(crate) fn turn_between<const W: usize>(
    graph: &StateGraph<'_, W>,
    from: StateId,
    to: StateId,
    scratch: &mut Scratch,
) -> Turn {
    let (sought, mut buffer) = (graph.store.state(to), Vec::new());
    graph.space.codec.decode(graph.store.state(from), &mut scratch.world);
    let found = find_turn(graph, scratch, |scratch, went| {
        *went == Transition::Made && graph.space.codec.encode(&scratch.world, &mut buffer).as_ref() == Ok(sought)
    });
    found.expect("a state is a successor of its parent")
}

/// The turn in this state that ends the run so.
pub(crate) fn turn_into<const W: usize>(
    graph: &StateGraph<'_, W>,
    state: StateId,
    end: &Stopped,
    scratch: &mut Scratch,
) -> Option<Turn> {
    match &graph.space.symmetry {
        None => graph.space.codec.decode(graph.store.state(state), &mut scratch.world),
        // Leaves the world in the state at the end of the run.
        Some(symmetry) => drop(turns_of_some(graph, symmetry, &path_to(graph, state), scratch)),
    }
    find_turn(graph, scratch, |_, went| matches!(went, Transition::Stopped(stopped) if stopped.is_alike(end)))
}
