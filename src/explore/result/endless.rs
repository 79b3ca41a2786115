//! Whether some schedule never ends: the graph of states, once it is whole, has
//! a circle then.
//!
//! Decides what is asked of the graph for that, and what a circle means. With
//! time, one in which none passes is a livelock, which a run would report; one
//! in which time passes is a scenario that goes on.

use super::order::Next;
use crate::explore::search::{StateGraph, StateId};
use crate::explore::transition::{Scratch, Transition};

/// What is known of schedules that never end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Endless {
    /// Whether there are some; `None` if that was not found out.
    pub(crate) some: Option<bool>,
    /// States, each of which follows the one before, and the first of which
    /// follows the last.
    pub(crate) circle: Option<Vec<StateId>>,
    /// No time passes in the circle, and time counts.
    pub(crate) is_livelock: bool,
}

impl Endless {
    /// Of a graph that is known to have no circle.
    pub(crate) const NONE: Endless = Endless::of(None, false);

    const fn of(circle: Option<Vec<StateId>>, is_livelock: bool) -> Endless {
        Endless { some: Some(circle.is_some()), circle, is_livelock }
    }
}

/// Which transitions a circle may be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    /// Any transition.
    All,
    /// Only transitions that leave the clock as it is.
    Timeless,
}

/// Where a state stands in a search in depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// It was not found out.
struct NotFound;

impl<const W: usize> StateGraph<'_, W> {
    /// Whether some schedule never ends, by a search in depth that ends with the
    /// first circle.
    pub(crate) fn schedules_without_end(&self, scratch: &mut Scratch) -> Endless {
        let found =
            if self.space.relation.timed { self.timed_circle(scratch) } else { self.any_circle(scratch) };
        found.unwrap_or_default()
    }

    fn any_circle(&self, scratch: &mut Scratch) -> Result<Endless, NotFound> {
        Ok(Endless::of(self.circle(Among::All, scratch)?, false))
    }

    fn timed_circle(&self, scratch: &mut Scratch) -> Result<Endless, NotFound> {
        match self.circle(Among::Timeless, scratch)? {
            Some(circle) => Ok(Endless::of(Some(circle), true)),
            // No circle leads back to an earlier moment.
            None if !self.space.codec.layout.is_relative() => Ok(Endless::NONE),
            None => self.any_circle(scratch),
        }
    }

    /// A circle, if there is one.
    fn circle(&self, among: Among, scratch: &mut Scratch) -> Result<Option<Vec<StateId>>, NotFound> {
        let mut marks = vec![Mark::New; self.store.len()];
        let mut path: Vec<(StateId, Vec<StateId>)> = Vec::new();
        for root in 0..self.store.len() {
            if marks[root] == Mark::New {
                marks[root] = Mark::Open;
                path.push((root as StateId, self.followers(root as StateId, among, scratch)?));
            }
            while let Some((state, rest)) = path.last_mut() {
                let Some(next) = rest.pop() else {
                    marks[*state as usize] = Mark::Done;
                    path.pop();
                    continue;
                };
                match marks[next as usize] {
                    Mark::Done => {}
                    Mark::New => {
                        marks[next as usize] = Mark::Open;
                        path.push((next, self.followers(next, among, scratch)?));
                    }
                    Mark::Open => {
                        let states = path.iter().map(|&(state, _)| state);
                        return Ok(Some(states.skip_while(|&state| state != next).collect()));
                    }
                }
            }
        }
        Ok(None)
    }

    /// What follows a state directly by such transitions.
    fn followers(
        &self,
        state: StateId,
        among: Among,
        scratch: &mut Scratch,
    ) -> Result<Vec<StateId>, NotFound> {
        let next = match among {
            Among::All => self.next(state, scratch),
            Among::Timeless => self.next_at_once(state, scratch),
        };
        let is_over = self.space.relation.cancellation.check(u64::from(state)).is_err();
        if next.unknown || is_over { Err(NotFound) } else { Ok(next.states) }
    }

    /// What follows a state directly without that time passes.
    fn next_at_once(&self, state: StateId, scratch: &mut Scratch) -> Next {
        let (mut next, mut buffer) = (Next::default(), Vec::new());
        let before = self.machine(state, scratch).now;
        self.successors(self.store.state(state), scratch, |scratch, _, result| {
            if result == Transition::Made && scratch.world.machine.now == before {
                match self.space.codec.encode(&scratch.world, &mut buffer) {
                    Ok(packed) => self.note(&packed, &mut next),
                    Err(_) => next.unknown = true,
                }
            }
        });
        next
    }
}
