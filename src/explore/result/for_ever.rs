//! Schedules that go on for ever: those that come back to a state of their own, and those in which some
//! wait for ever while others go on.
//!
//! Decides how such a schedule is told: as a lasso, which is turns up to a state and a cycle of turns from
//! there back to it.

use super::blocked::NotFound;
use super::exploration::{Exploration, Undecided, Witness};
use super::path::{path_to, turns_along};
use crate::explore::ends::Stopped;
use crate::explore::progress::Stop;
use crate::explore::schedule::Turn;
use crate::explore::search::{AnySearch, StateId, with};
use crate::figure::verb;
use crate::ids::{OpId, ProcessId};
use crate::trace::Header;

/// Processes that wait for ever while others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedForEver {
    /// Who waits so at the end of the witness, and on which op.
    pub blocked: Vec<(ProcessId, OpId)>,
    /// Who can go on for ever from there.
    pub others: Vec<ProcessId>,
    /// In how many states somebody waits so.
    pub states: u64,
    /// A schedule in which they do: a shortest one to such a state and, behind that, one in which
    /// others go round, if the graph has one.
    pub witness: Witness,
    /// How many turns of the witness lead to the first such state.
    pub since: usize,
}

impl BlockedForEver {
    /// Who waits, where, and who goes on, in the names of `header`: a sentence without a full stop.
    pub fn told(&self, header: &Header) -> String {
        let name = |process| format!("'{}'", header.process_name(process));
        let blocked = self.blocked.iter().map(|&(process, op)| match header.line(op) {
            Some(line) => format!("{} (line {line})", name(process)),
            None => name(process),
        });
        let others: Vec<String> = self.others.iter().map(|&process| name(process)).collect();
        let verb = verb(others.len(), "go");
        let blocked = blocked.collect::<Vec<_>>().join(", ");
        format!("blocked for ever: {blocked}, while {} {verb} on", others.join(", "))
    }
}

/// A schedule that never ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Who goes on at first.
    pub before: Vec<Turn>,
    /// Who goes on behind that, again and again.
    pub turns: Vec<Turn>,
    /// Time counts, and none passes in these turns.
    pub is_livelock: bool,
}

impl Exploration<'_> {
    /// A schedule that comes back to a state of its own without that time
    /// passes, with how many states there are in between.
    pub(super) fn livelock(&self) -> Option<(Stopped, u64, Witness)> {
        let circle = self.endless().circle.as_ref().filter(|_| self.endless().is_livelock)?;
        let mut path = self.path_to(circle[0])?;
        let cycle = path.len() - 1;
        path.extend(circle[1..].iter().chain(&circle[..1]));
        let witness = self.lasso(&path, cycle)?;
        let process = witness.turns.get(cycle)?.process;
        let place = with!(self.search.as_ref()?, search => {
            search.graph.machine(circle[0], &mut self.scratch()).place(self.program, process)
        });
        let message = format!("a zero-time livelock: no end of steps without time passing, {place}");
        Some((Stopped::Limit(message), circle.len() as u64, witness))
    }

    /// Processes that wait for ever in some schedule while others go on; `None` if
    /// there are none. With a stop time they may wait until then, so that only those are looked for who
    /// wait in a circle for mutexes that the next one owns.
    ///
    /// # Errors
    /// If that was not found out: in a search that was cut or that leaves schedules out, and where
    /// there are more than 1,000,000 states.
    pub fn blocked_for_ever(&self) -> Result<Option<BlockedForEver>, Undecided> {
        if self.is_endless() == Some(false) && self.program.horizon.is_none() {
            return Ok(None);
        }
        let any = self.search.as_ref().ok_or(Undecided)?;
        with!(any, search => {
            let (graph, mut scratch) = (&search.graph, self.scratch());
            if self.stop != Stop::Complete || !graph.is_whole() {
                return Err(Undecided);
            }
            let found = match self.program.horizon {
                Some(_) => graph.stuck_by_owners(&mut scratch),
                None => graph.blocked_some(&mut scratch),
            };
            let found = found.map_err(|NotFound| Undecided)?;
            found.map_or(Ok(None), |found| {
                let mut path = path_to(graph, found.state);
                let since = path.len() - 1;
                let witness = match found.behind {
                    Some(behind) => {
                        path.extend(behind.to);
                        let cycle = path.len() - 1;
                        path.extend(behind.round);
                        self.lasso(&path, cycle)
                    }
                    None => self.witness_of(found.state),
                };
                let machine = graph.machine(path[path.len() - 1], &mut scratch);
                let blocked = found.blocked.iter().map(|&one| (one, machine.op(self.program, one))).collect();
                let (others, states, witness) = (found.others, found.states, witness.ok_or(Undecided)?);
                Ok(Some(BlockedForEver { blocked, others, states, witness, since }))
            })
        })
    }

    /// Whether those who wait may wait until a stop time, so that only some of those who wait for ever are
    /// looked for.
    pub fn waits_for_horizon(&self) -> bool {
        self.program.horizon.is_some()
    }

    /// A schedule that never ends, if one was found; fewer turns if it is time to stop.
    pub fn round(&self) -> Option<Round> {
        let circle = self.endless().circle.as_ref()?;
        let mut path = self.path_to(circle[0])?;
        let before = path.len() - 1;
        path.extend(circle[1..].iter().chain(&circle[..1]));
        let Witness { turns: mut before_round, .. } = self.lasso(&path, before)?;
        let turns = before_round.split_off(before.min(before_round.len()));
        Some(Round { before: before_round, turns, is_livelock: self.endless().is_livelock })
    }

    fn path_to(&self, state: StateId) -> Option<Vec<StateId>> {
        Some(with!(self.search.as_ref()?, search => path_to(&search.graph, state)))
    }

    /// The schedule through these states, the last of which is the one at the place `cycle`.
    fn lasso(&self, path: &[StateId], cycle: usize) -> Option<Witness> {
        let any = self.search.as_ref()?;
        let turns = with!(any, search => turns_along(&search.graph, path, &mut self.scratch()));
        // It may have been time to stop.
        let cycle = Some(cycle).filter(|_| turns.len() + 1 == path.len());
        Some(Witness { turns, fatal: None, unavoidable: false, cycle })
    }
}
