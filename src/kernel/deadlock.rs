//! How a run ends in which nothing can happen any more, and who waits for whom.
//!
//! Who waits may wait until the `horizon`, if there is one: a server whose
//! clients are done does. But if processes wait in a circle for mutexes that
//! the next one owns, no horizon helps: that is a deadlock in any case.
//!
//! A mutex can be given only by its owner. A semaphore or a buffer has no
//! owner: whoever is not done and has a fitting step ahead of it, on some
//! path, could give; so could whoever waits to put, of its items, or to get, of
//! its room. The same holds of who could notify, and of who could stop the process that is joined, which is
//! one of those who can end it itself. Who waits for something that nobody left could give is
//! starved; all others wait for each other, so there is a cycle among them.

use super::machine::{Machine, State};
use super::processor;
use crate::ids::{OpId, ProcessId, ResourceId};
use crate::program::{BoundProgram, Op, ResourceCode, Use, next_ops, resource};
use crate::trace::{BlockedProcess, Deadlock, Outcome, ResourceKind, Standing};
use crate::value::Word;

/// Reports of larger deadlocks name this many processes.
const MAX_REPORTED: usize = 1_000;

/// How a run ends in this state, in which no process can go on. An end by the
/// horizon is at the horizon, whatever the clock of the machine shows.
pub fn find_end(program: &BoundProgram, machine: &Machine) -> Outcome {
    if machine.live == 0 {
        Outcome::Completed
    } else if waits_for_horizon(program, machine) {
        Outcome::Horizon
    } else {
        Outcome::Deadlock(find_deadlock(program, machine))
    }
}

/// Whether those who are left in this state, in which no process can go on,
/// wait until the horizon. Linear in the number of processes.
pub fn waits_for_horizon(program: &BoundProgram, machine: &Machine) -> bool {
    program.horizon.is_some() && machine.live > 0 && !has_circle_of_owners(program, machine)
}

/// Those who wait, if all who are not done do.
pub fn find_waiting(program: &BoundProgram, machine: &Machine) -> Option<Deadlock> {
    let mut processes = (0..program.process_count()).map(ProcessId::from_index);
    let is_done = |process| machine.state(program, process) == State::Done;
    let only_waits = machine.live > 0
        && processes.all(|process| is_done(process) || waits_for_others(program, machine, process));
    only_waits.then(|| find_deadlock(program, machine))
}

/// Those who wait for ever while others go on: for what nobody could give who does not wait
/// so, too. Found are those of whom that is certain by the steps that the others have ahead of
/// them; nobody where processes may be started, stopped or interrupted, or if they are very many.
pub fn find_stuck(program: &BoundProgram, machine: &Machine) -> Option<Deadlock> {
    let starts = |op: &Op| matches!(op, Op::Launch { .. } | Op::Admit { .. });
    let may_be_freed = may_free_waiters(program) || program.plain.iter().any(starts);
    if program.process_count() > MAX_REPORTED || may_be_freed {
        return None;
    }
    let with_gives = |process| (process, gives_ahead(program, machine, process));
    let alive = (0..program.process_count()).map(ProcessId::from_index);
    let alive = alive.filter(|&process| machine.state(program, process) != State::Done).map(with_gives);
    let (mut stuck, mut helpers): (Vec<_>, Vec<_>) =
        alive.partition(|&(process, _)| waits_for_others(program, machine, process));
    while !helpers.is_empty() {
        // Who is helped may help others.
        let is_helped = |&(process, _): &(ProcessId, _)| may_be_helped(program, machine, process, &helpers);
        (helpers, stuck) = stuck.into_iter().partition(is_helped);
    }
    let (waiting, ahead): (Vec<ProcessId>, Vec<Vec<Give>>) = stuck.into_iter().unzip();
    (!waiting.is_empty()).then(|| describe_all(program, machine, &waiting, &ahead))
}

/// Those who wait for ever, if there is nobody else left for whose end a run without a stop time waits: only
/// daemons go on then, and for ever. See [`find_stuck`].
pub fn find_stuck_beside_daemons(program: &BoundProgram, machine: &Machine) -> Option<Deadlock> {
    if !program.has_daemons || program.horizon.is_some() || program.process_count() > MAX_REPORTED {
        return None;
    }
    let awaited = (0..program.process_count())
        .map(ProcessId::from_index)
        .filter(|&process| !program.is_daemon(process) && machine.state(program, process) != State::Done);
    let awaited: Vec<ProcessId> = awaited.collect();
    if !awaited.iter().all(|&process| waits_for_others(program, machine, process)) {
        return None;
    }
    let stuck = find_stuck(program, machine)?;
    let is_stuck = |process: &ProcessId| stuck.blocked.iter().any(|blocked| blocked.process == *process);
    awaited.iter().all(is_stuck).then_some(stuck)
}

/// Whether a process waits until others end that.
fn waits_for_others(program: &BoundProgram, machine: &Machine, process: ProcessId) -> bool {
    machine.state(program, process) == State::Blocked && machine.runs_out_at(program, process).is_none()
}

/// Whether one of these others could give what a process waits for.
fn may_be_helped(
    program: &BoundProgram,
    machine: &Machine,
    process: ProcessId,
    others: &[(ProcessId, Vec<Give>)],
) -> bool {
    let op = machine.op(program, process);
    let (resource, used) = awaited(program, machine, process, op);
    if used == Use::Serve {
        // Whoever is at work leaves its core some time.
        return true;
    }
    if let Some(owned) = owned_that_is_awaited(program, machine, resource) {
        let owner = machine.owner(program, owned);
        return owner.is_none_or(|owner| others.iter().any(|&(other, _)| other == owner));
    }
    let meant = meant_by(program, machine, op, (used, resource));
    others.iter().any(|(_, gives)| could_end(&meant, gives))
}

/// Uses for which a process waits, each of one of some resources.
type Meant = Vec<(Use, (ResourceId, u32))>;

/// What a process waits for at `op`: this use of this resource, unless it is several.
fn meant_by(
    program: &BoundProgram,
    machine: &Machine,
    op: OpId,
    (used, resource): (Use, ResourceId),
) -> Meant {
    if used != Use::Await {
        return vec![(used, lives_of(program, machine, op).unwrap_or((resource, 1)))];
    }
    let wanted: Meant =
        program.awaited_by(op.index()).map(|(used, first, count)| (used, (first, count))).collect();
    let takes = |first: ResourceId| {
        wanted.iter().any(|&(used, (other, _))| used.waits_for().is_some() && other == first)
    };
    let waits = wanted.iter().filter(|(used, _)| used.waits_for().is_some()).copied();
    // What is looked at and not taken may change in any way.
    let looks = wanted.iter().filter(|(used, (first, _))| used.waits_for().is_none() && !takes(*first));
    waits.chain(looks.map(|&(_, meant)| (Use::Await, meant))).collect()
}

/// Whether one of these gives could end a wait for what is meant.
fn could_end(meant: &Meant, gives: &[Give]) -> bool {
    let ends = |give: &Give| {
        meant.iter().any(|&(used, meant)| used.enabled_by().contains(&give.used) && give.may_be_to(meant))
    };
    gives.iter().any(ends)
}

/// Whether some processes each wait for a mutex that the next one owns.
fn has_circle_of_owners(program: &BoundProgram, machine: &Machine) -> bool {
    // By process: the one from which the search came there, plus 1.
    let mut seen = vec![0; program.process_count()];
    (0..program.process_count()).any(|start| {
        let mut process = ProcessId::from_index(start);
        while seen[process.index()] == 0 {
            seen[process.index()] = start + 1;
            match owner_of_awaited(program, machine, process) {
                Some(owner) => process = owner,
                None => return false,
            }
        }
        seen[process.index()] == start + 1
    })
}

/// Whether somebody may be taken out of a wait by others who do not give what it waits for: who stop or
/// interrupt it, or take a permit from it.
pub fn may_free_waiters(program: &BoundProgram) -> bool {
    let frees = |op: &Op| matches!(op, Op::Stop { .. } | Op::Interrupt { .. });
    !program.requests.is_empty() || program.plain.iter().any(frees)
}

/// Those who wait for a mutex of an owner who waits for one, and so on, without an end: whatever others do
/// and however long.
pub fn stuck_by_owners(program: &BoundProgram, machine: &Machine) -> Vec<ProcessId> {
    let processes = || (0..program.process_count()).map(ProcessId::from_index);
    let owners: Vec<Option<ProcessId>> =
        processes().map(|process| owner_in_the_way(program, machine, process)).collect();
    // Who is at the end of a way of owners as long as there are processes has been there before.
    let is_stuck = |&start: &ProcessId| {
        let mut process = Some(start);
        owners.iter().all(|_| {
            process = process.and_then(|waits| owners[waits.index()]);
            process.is_some()
        })
    };
    processes().filter(is_stuck).collect()
}

/// Who owns the mutex that a process waits for, or has to wait for next: without time nobody stands in a line
/// whose order means nothing.
fn owner_in_the_way(program: &BoundProgram, machine: &Machine, process: ProcessId) -> Option<ProcessId> {
    let op = machine.op(program, process);
    if machine.state(program, process) != State::Ready || program.timeout(op.index()).is_some() {
        return owner_of_awaited(program, machine, process);
    }
    let (used, _) = program.accesses(&program.plain[op.index()]).next()?;
    used.waits_for()?;
    let (resource, _) = awaited(program, machine, process, op);
    let owner = machine.owner(program, owned_that_is_awaited(program, machine, resource)?)?;
    (owner != process).then_some(owner)
}

/// Who owns the mutex that a process waits for.
fn owner_of_awaited(program: &BoundProgram, machine: &Machine, process: ProcessId) -> Option<ProcessId> {
    if !waits_for_others(program, machine, process) {
        return None;
    }
    let (resource, _) = awaited(program, machine, process, machine.op(program, process));
    machine.owner(program, owned_that_is_awaited(program, machine, resource)?)
}

/// What has an owner who alone can end the wait for a resource, if it is such a one: itself; or, of those
/// who are to read or write under a read-write lock, the lock, if somebody writes.
fn owned_that_is_awaited(
    program: &BoundProgram,
    machine: &Machine,
    resource: ResourceId,
) -> Option<ResourceId> {
    let is_of = |id, kind| program.resource_info(id).kind == kind;
    if program.resource_info(resource).kind.is_owned() {
        return Some(resource);
    }
    let [one] = program.resource_info(resource).stands_for.as_slice() else { return None };
    let index = if one.by_index { resource.0 - program.resource_info(resource).first.0 } else { 0 };
    let lock = ResourceId(one.first.0 + index);
    let is_written = is_of(lock, ResourceKind::Rwlock) && machine.owner(program, lock).is_some();
    (is_of(resource, ResourceKind::Watch) && is_written).then_some(lock)
}

/// Describes the deadlock that the machine is in: no process can go on, and
/// some are not done.
pub fn find_deadlock(program: &BoundProgram, machine: &Machine) -> Deadlock {
    let processes = (0..program.process_count()).map(ProcessId::from_index);
    let waiting: Vec<ProcessId> = processes
        .filter(|&process| machine.state(program, process) == State::Blocked)
        .take(MAX_REPORTED)
        .collect();
    let ahead: Vec<Vec<Give>> =
        waiting.iter().map(|&process| gives_ahead(program, machine, process)).collect();
    describe_all(program, machine, &waiting, &ahead)
}

fn describe_all(
    program: &BoundProgram,
    machine: &Machine,
    waiting: &[ProcessId],
    ahead: &[Vec<Give>],
) -> Deadlock {
    let blocked: Vec<BlockedProcess> =
        waiting.iter().map(|&process| describe(program, machine, process, waiting, ahead)).collect();
    let cycle = find_cycle(&blocked);
    Deadlock { blocked, cycle }
}

/// Something that a process could still give.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Give {
    /// What it does, that others may wait for.
    used: Use,
    /// The resources to one of which it does that: the first, and how many there are.
    first: ResourceId,
    count: u32,
}

impl Give {
    /// Whether it may be to one of so many resources from this one on.
    fn may_be_to(&self, (first, count): (ResourceId, u32)) -> bool {
        self.first.0 < first.0 + count && first.0 < self.first.0 + self.count
    }
}

fn describe(
    program: &BoundProgram,
    machine: &Machine,
    process: ProcessId,
    waiting: &[ProcessId],
    ahead: &[Vec<Give>],
) -> BlockedProcess {
    let op = machine.op(program, process);
    let (resource, used) = awaited(program, machine, process, op);
    let wait_for = used.waits_for().expect("a process waits for something");
    let owned = owned_that_is_awaited(program, machine, resource);
    let holder = owned.and_then(|owned| machine.owner(program, owned));
    let meant = meant_by(program, machine, op, (used, resource));
    let givers: Vec<ProcessId> = if owned.is_some() {
        // The owner may be done, and then nobody will ever unlock it.
        holder.into_iter().filter(|&owner| machine.state(program, owner) != State::Done).collect()
    } else {
        let waits_for_itself = |&(_, meant): &(Use, _)| waits_for_itself(program, machine, process, meant);
        let is_itself = |other| other == process && !meant.iter().any(waits_for_itself);
        // Who has come to a barrier cannot come again while it waits there.
        let has_come = |other| {
            used.enabled_by().contains(&used)
                && awaited(program, machine, other, machine.op(program, other)) == (resource, used)
        };
        let others = waiting.iter().zip(ahead).filter(|&(&other, _)| !is_itself(other) && !has_come(other));
        others.filter(|(_, gives)| could_end(&meant, gives)).map(|(&other, _)| other).collect()
    };
    let own =
        || waiting.iter().zip(ahead).find(|&(&other, _)| other == process).map_or(&[][..], |(_, own)| own);
    let standing = match used {
        Use::Arrive => Some(Standing::Come(
            machine.level(program, resource),
            program.resource_info(resource).capacity.unwrap_or(0),
        )),
        _ => meant.iter().find_map(|&(_, (first, _))| match program.resource_info(first).kind {
            ResourceKind::Latch => Some(Standing::Left(machine.level(program, first))),
            ResourceKind::Readers if givers.is_empty() && could_end(&meant, own()) => Some(Standing::Reads),
            _ => None,
        }),
    };
    BlockedProcess { process, op, resource, wait_for, holder, givers, standing }
}

/// The lives of which one must end for a process that waits at `op` for any of them.
fn lives_of(program: &BoundProgram, machine: &Machine, op: OpId) -> Option<(ResourceId, u32)> {
    let Op::JoinAny { any, .. } = program.plain[op.index()] else { return None };
    let any = any.resolve().expect("there is one for all instances");
    let first = program.resource_of(machine.arena[any + resource::OTHER] as usize);
    Some((first, program.resource_info(first).count))
}

/// Whether a process waits for the end of one of these lives, and one is its own: nobody
/// ends by waiting for that.
fn waits_for_itself(
    program: &BoundProgram,
    machine: &Machine,
    process: ProcessId,
    (first, count): (ResourceId, u32),
) -> bool {
    (first.0..first.0 + count).map(ResourceId).any(|id| {
        program.resource_info(id).kind == ResourceKind::Process
            && machine.arena[program.resource_at(id) + resource::PROCESS] == Word::from(process.0)
    })
}

/// The resource that a blocked process waits for, and the use that it waits to
/// make of it.
fn awaited(program: &BoundProgram, machine: &Machine, process: ProcessId, op: OpId) -> (ResourceId, Use) {
    let op = &program.plain[op.index()];
    if let Op::WorkOn { .. } = op {
        let worker = processor::worker(program, &machine.arena, u64::from(process.0) + 1);
        return (program.resource_of(processor::awaited(program, &machine.arena, worker)), Use::Serve);
    }
    let Some((used, code)) = program.accesses(op).next() else {
        unreachable!("no process waits on {op:?}");
    };
    let header = match code.resolve() {
        Ok(header) => header,
        Err(slot) => machine.arena[slot.at(program.frames[process.index()] as usize)] as usize,
    };
    (program.resource_of(header), used)
}

/// What a process could give by the op on which it stands, or on some path behind it.
fn gives_ahead(program: &BoundProgram, machine: &Machine, process: ProcessId) -> Vec<Give> {
    let mut gives = Vec::new();
    let op = machine.op(program, process);
    let mut seen = vec![false; program.plain.len()];
    let mut open = vec![op.index()];
    if machine.state(program, process) == State::Blocked {
        let (first, used) = awaited(program, machine, process, op);
        gives.push(Give { used, first, count: 1 });
        open = next_ops(program, op.index()).collect();
    }
    // The op on which it waits is passed again if it stands in a loop.
    while let Some(op) = open.pop() {
        if std::mem::replace(&mut seen[op], true) {
            continue;
        }
        for (used, code) in program.accesses(&program.plain[op]).filter(|(used, _)| used.ends_waits()) {
            // Which of the instances it is, an end knows.
            let own = matches!(program.plain[op], Op::Done { .. });
            let give = if own {
                Some(own_end(program, machine, process, code))
            } else {
                give_of(program, op, used, code)
            };
            if let Some(give) = give
                && !gives.contains(&give)
            {
                gives.push(give);
            }
        }
        open.extend(next_ops(program, op));
    }
    gives
}

/// The end of a process, to its own life.
fn own_end(program: &BoundProgram, machine: &Machine, process: ProcessId, code: ResourceCode) -> Give {
    let frame = program.frames[process.index()] as usize;
    let header = code.resolve().unwrap_or_else(|slot| machine.arena[slot.at(frame)] as usize);
    Give { used: Use::End, first: program.resource_of(header), count: 1 }
}

/// What an op does to a resource: if an index chooses which, any could be meant.
fn give_of(program: &BoundProgram, op: usize, used: Use, code: ResourceCode) -> Option<Give> {
    if let Ok(header) = code.resolve() {
        return Some(Give { used, first: program.resource_of(header), count: 1 });
    }
    let info = &program.resources[program.definition_named(op, code)?.index()];
    Some(Give { used, first: info.first, count: info.count })
}

/// A circle of blocked processes, each waiting for the next: the first that is
/// found from the lowest id on.
fn find_cycle(blocked: &[BlockedProcess]) -> Vec<ProcessId> {
    let place = |process: ProcessId| blocked.binary_search_by_key(&process, |entry| entry.process).ok();
    // What is reached and not finished is on the path.
    let (mut reached, mut finished) = (vec![false; blocked.len()], vec![false; blocked.len()]);
    for start in 0..blocked.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        reached[start] = true;
        while let Some((node, edge)) = path.last_mut() {
            let Some(giver) = blocked[*node].givers.get(*edge) else {
                finished[*node] = true;
                path.pop();
                continue;
            };
            *edge += 1;
            let Some(next) = place(*giver).filter(|&next| !finished[next]) else { continue };
            if reached[next] {
                let from = path.iter().position(|&(node, _)| node == next).unwrap_or(0);
                return path[from..].iter().map(|&(node, _)| blocked[node].process).collect();
            }
            reached[next] = true;
            path.push((next, 0));
        }
    }
    Vec::new()
}
