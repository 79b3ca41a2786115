//! What a replay shows of a run that goes on for ever: that it comes back to where it was, and who waits
//! meanwhile.
//!
//! Decides when two moments of a replay are one state of an exploration. Without time that knows no clock,
//! so each process is looked at as if all its delays were over.

use crate::explore::cancellation::Cancellation;
use crate::explore::code::NumberedCode;
use crate::explore::options::Mode;
use crate::explore::state::{Codec, World};
use crate::explore::transition::{Scratch, Transition, TransitionRelation};
use crate::ids::ProcessId;
use crate::kernel::State;
use crate::program::BoundProgram;
use crate::trace::NoTrace;
use std::ops::ControlFlow;

/// What a schedule says of a run that goes on for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoesOn {
    /// Who waits for ever behind its last turn, ascending.
    pub blocked: Vec<ProcessId>,
    /// The turn, from 0, before which all but the clock is as it is behind the last one.
    pub cycle: Option<usize>,
}

impl GoesOn {
    /// That the turns of a schedule of so many come again and again from `cycle` on: a sentence without a full
    /// stop.
    pub fn round_told(&self, cycle: usize, turns: usize) -> String {
        let first = cycle + 1;
        let which = match turns - cycle {
            1 => "that turn can come".to_owned(),
            _ => format!("turns {first} to {turns} can come"),
        };
        format!(
            "behind turn {turns} all but the clock is as it was before turn {first}: {which} again and again, for ever"
        )
    }
}

/// Looks at moments of a replay as an exploration does.
#[derive(Debug)]
pub(super) struct Lasso<'a> {
    program: &'a BoundProgram,
    seed: u64,
    mode: Mode,
    /// The transitions of an exploration of this mode.
    explored: TransitionRelation<'a>,
    /// The state from which on the turns come again and again; none if it is no state of an exploration.
    first: Option<World>,
}

impl<'a> Lasso<'a> {
    pub(super) fn new(
        program: &'a BoundProgram,
        (seed, mode): (u64, Mode),
        code: Option<&'a dyn NumberedCode>,
        cancellation: Cancellation<'a>,
    ) -> Lasso<'a> {
        let explored = TransitionRelation::new(program, mode == Mode::Timed, None, code);
        let explored = TransitionRelation { cancellation, ..explored };
        Lasso { program, seed, mode, explored, first: None }
    }

    /// Takes note that the turns come again and again from here on.
    pub(super) fn begin(&mut self, world: &World) {
        self.first = self.seen(world).map(|scratch| scratch.world);
    }

    /// Whether that is where it is again.
    pub(super) fn comes_back(&self, world: &World) -> bool {
        let (Some(first), Some(last)) = (&self.first, self.seen(world)) else { return false };
        let mut codec = Codec::new(self.program, self.explored.clock(), None, None);
        codec.learn(first) == codec.learn(&last.world)
    }

    /// Whether without time this process only lets time pass from here on, again and again.
    pub(super) fn goes_round_alone(&self, world: &World, process: ProcessId) -> bool {
        let is_local = |world: &World| self.explored.local[world.machine.op(self.program, process).index()];
        if world.machine.state(self.program, process) != State::Delayed || !is_local(world) {
            return false;
        }
        let mut scratch = self.scratch(world);
        self.explored.go_local(&mut scratch, process, &mut NoTrace).is_ok()
            && scratch.world.machine.state(self.program, process) == State::Ready
            && is_local(&scratch.world)
    }

    /// Whether nobody could go on at a resource without time, however long
    /// delays take.
    pub(super) fn is_at_end(&self, world: &World) -> bool {
        let Some(mut scratch) = self.seen(world) else { return false };
        let goes_on = self.explored.successors(&mut scratch, |_, _, result| match result {
            Transition::Disabled => ControlFlow::Continue(()),
            Transition::Made | Transition::Stopped(_) => ControlFlow::Break(()),
        });
        goes_on.is_continue()
    }

    /// A moment as a state of an exploration; `None` if there is none, since somebody goes on without an end.
    fn seen(&self, world: &World) -> Option<Scratch> {
        let mut scratch = self.scratch(world);
        if self.mode == Mode::Untimed {
            let all: Vec<ProcessId> = self.explored.processes().collect();
            self.explored.go_local_aside(&mut scratch, &all, &mut NoTrace).ok()?;
        }
        Some(scratch)
    }

    fn scratch(&self, world: &World) -> Scratch {
        let mut scratch = Scratch::new(self.program, self.seed);
        scratch.world.clone_from(world);
        scratch
    }
}
