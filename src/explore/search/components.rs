//! The parts of a graph in which each state leads to each other: its strongly
//! connected components (R. Tarjan, "Depth-first search and linear graph
//! algorithms", 1972).

use super::store::StateId;

/// One of them.
#[derive(Debug)]
pub(crate) struct Component {
    /// Its states; none of them leads to those of a later one, if not by way of
    /// its own.
    pub(crate) states: Vec<StateId>,
    /// Some state of it leads to one of another.
    pub(crate) is_left: bool,
    /// Some state of it leads back to itself.
    pub(crate) goes_round: bool,
}

/// A state on the way at hand, with what follows it and was not looked at.
struct Step {
    state: StateId,
    rest: Vec<StateId>,
    is_left: bool,
    goes_round: bool,
}

/// The numbers of a state that was not met.
const NEW: u32 = u32::MAX;

/// Hands each component of a graph of so many states to `found`, those that it
/// leads to before it. `next` says what follows a state; what it fails with ends the search.
pub(crate) fn each_component<E>(
    count: usize,
    next: &mut dyn FnMut(StateId) -> Result<Vec<StateId>, E>,
    found: &mut dyn FnMut(Component),
) -> Result<(), E> {
    let mut search = Search { met: vec![NEW; count], low: vec![NEW; count], count: 0, open: Vec::new() };
    for root in 0..count as StateId {
        if search.met[root as usize] == NEW {
            search.from(root, next, found)?;
        }
    }
    Ok(())
}

struct Search {
    /// By state: when it was met.
    met: Vec<u32>,
    /// By state: the first state on the way at hand that it leads to; `NEW` where
    /// its component is known.
    low: Vec<u32>,
    count: u32,
    /// Those whose component is not known yet.
    open: Vec<StateId>,
}

impl Search {
    fn enter(&mut self, state: StateId, rest: Vec<StateId>) -> Step {
        self.met[state as usize] = self.count;
        self.low[state as usize] = self.count;
        self.count += 1;
        self.open.push(state);
        Step { goes_round: rest.contains(&state), state, rest, is_left: false }
    }

    fn from<E>(
        &mut self,
        root: StateId,
        next: &mut dyn FnMut(StateId) -> Result<Vec<StateId>, E>,
        found: &mut dyn FnMut(Component),
    ) -> Result<(), E> {
        let mut path = vec![self.enter(root, next(root)?)];
        while let Some(step) = path.last_mut() {
            let state = step.state as usize;
            let Some(to) = step.rest.pop() else {
                let done = path.pop().expect("it is the last");
                self.leave(done, path.last_mut(), found);
                continue;
            };
            match (self.met[to as usize], self.low[to as usize]) {
                (NEW, _) => path.push(self.enter(to, next(to)?)),
                // Its component is known, so it is another one.
                (_, NEW) => step.is_left = true,
                (met, _) => self.low[state] = self.low[state].min(met),
            }
        }
        Ok(())
    }

    /// All that follows a state was looked at.
    fn leave(&mut self, step: Step, before: Option<&mut Step>, found: &mut dyn FnMut(Component)) {
        let state = step.state as usize;
        let low = self.low[state];
        if low != self.met[state] {
            let before = before.expect("it leads to an earlier one");
            let above = &mut self.low[before.state as usize];
            *above = (*above).min(low);
            before.is_left |= step.is_left;
            return;
        }
        if let Some(before) = before {
            before.is_left = true;
        }
        let first = self.open.iter().rposition(|&open| open == step.state).expect("it is open");
        let states = self.open.split_off(first);
        states.iter().for_each(|&state| self.low[state as usize] = NEW);
        let goes_round = step.goes_round || states.len() > 1;
        found(Component { states, is_left: step.is_left, goes_round });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against paths that are followed naively, in all graphs of a few states.
    #[test]
    fn components_are_those_that_paths_show() {
        const STATES: u32 = 4;
        for graph in 0u32..1 << (STATES * STATES) {
            if graph % 7 != 0 {
                continue;
            }
            let edge = |from: u32, to: u32| graph >> (from * STATES + to) & 1 == 1;
            let mut reaches = [[false; STATES as usize]; STATES as usize];
            for _ in 0..STATES {
                for (from, to) in (0..STATES).flat_map(|from| (0..STATES).map(move |to| (from, to))) {
                    let by =
                        |over: u32| edge(from, over) && (over == to || reaches[over as usize][to as usize]);
                    let known = (0..STATES).any(by);
                    reaches[from as usize][to as usize] |= known;
                }
            }
            let reaches = |from: u32, to: u32| reaches[from as usize][to as usize];
            let mut next = |from: u32| Ok::<_, ()>((0..STATES).filter(|&to| edge(from, to)).collect());
            let mut seen: Vec<u32> = Vec::new();
            let mut look = |component: Component| {
                let Component { mut states, is_left, goes_round } = component;
                states.sort_unstable();
                let first = states[0];
                let together = |&to: &u32| to == first || reaches(first, to) && reaches(to, first);
                assert_eq!(states, (0..STATES).filter(together).collect::<Vec<_>>());
                assert_eq!(goes_round, reaches(first, first));
                assert_eq!(is_left, (0..STATES).any(|to| reaches(first, to) && !states.contains(&to)));
                seen.extend(&states);
                assert!((0..STATES).all(|to| !reaches(first, to) || seen.contains(&to)));
            };
            assert_eq!(each_component(STATES as usize, &mut next, &mut look), Ok(()));
            assert_eq!(seen.len(), STATES as usize);
        }
    }
}
