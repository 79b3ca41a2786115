//! Locks that are nested in more than one order.
//!
//! Decides what a lock is (a mutex, or a semaphore of one permit), and whether
//! processes that hold one and want another do so in a circle. That is where
//! some schedule may deadlock; whether one does, only exploring can say, since a
//! lock around the others may prevent it. Locks whose index depends on more than
//! parameters and `index` are left out.

use super::evaluate::{evaluate, evaluate_for};
use super::model::{Branch, Model, ProcessDef, ResourceRef, Step, StepKind};
use crate::ids::Site;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Instances of one process that are looked at.
const MOST_INSTANCES: u32 = 64;
/// Pairs of nested locks that are looked at.
const MOST_PAIRS: usize = 10_000;

/// A lock: the resource, and which instance of it.
type Lock = (usize, i64);

/// Where a lock is wanted by somebody who holds another.
#[derive(Debug, Clone, Copy)]
struct Nesting {
    site: Site,
    /// The process instance; `None` if there are several.
    owner: Option<(usize, u32)>,
}

/// The lines of the steps that take locks in a circle, if there are any: at
/// most three, in the order of the file.
pub fn circular_locking(model: &Model, params: &[Value]) -> Option<Vec<u32>> {
    let mut nestings = BTreeMap::new();
    for (position, process) in model.processes.iter().enumerate() {
        for index in 0..instances(process, params) {
            let mut walk =
                Walk { model, params, owner: (position, index), gives_up: false, nestings: &mut nestings };
            walk.steps(&process.body, &mut Vec::new());
        }
    }
    let circle = circle(&nestings)?;
    let owners: BTreeSet<_> = circle.iter().map(|nesting| nesting.owner).collect();
    // One process alone does not stand in its own way.
    if owners.len() == 1 && !owners.contains(&None) {
        return None;
    }
    let lines: BTreeSet<u32> = circle.iter().map(|nesting| nesting.site.line).collect();
    Some(lines.into_iter().take(3).collect())
}

fn instances(process: &ProcessDef, params: &[Value]) -> u32 {
    let count = process.count.as_ref().map_or(Ok(Value::Int(1)), |count| evaluate(count, params));
    match count {
        Ok(Value::Int(count)) => u32::try_from(count).unwrap_or(0).min(MOST_INSTANCES),
        _ => 0,
    }
}

/// One process instance on its way through its steps.
struct Walk<'a> {
    model: &'a Model,
    params: &'a [Value],
    owner: (usize, u32),
    /// Whether it waits for a while only, and so holds up nobody for ever.
    gives_up: bool,
    nestings: &'a mut BTreeMap<(Lock, Lock), Nesting>,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step], held: &mut Vec<Lock>) {
        for step in steps {
            match &step.kind {
                StepKind::Acquire { resource, .. } => self.acquire(resource, held),
                StepKind::Release { resource, .. } => self.release(resource, held),
                StepKind::With { held: taken, body, .. } => {
                    taken.iter().for_each(|resource| self.acquire(resource, held));
                    let gives_up = std::mem::take(&mut self.gives_up);
                    self.steps(body, held);
                    self.gives_up = gives_up;
                    taken.iter().rev().for_each(|resource| self.release(resource, held));
                }
                StepKind::If { then, otherwise, .. } => {
                    let mut other = held.clone();
                    self.steps(then, held);
                    self.steps(otherwise, &mut other);
                    // What one of the two has released is not held for certain.
                    held.retain(|lock| other.contains(lock));
                }
                StepKind::Within { waits, otherwise, .. } => {
                    let mut other = held.clone();
                    self.gives_up = true;
                    self.steps(waits, held);
                    self.gives_up = false;
                    if let Some(otherwise) = otherwise {
                        self.steps(otherwise, &mut other);
                        held.retain(|lock| other.contains(lock));
                    }
                }
                StepKind::Select { branches, .. } => self.select(branches, held),
                StepKind::Interruptible(block) => {
                    let mut other = held.clone();
                    self.steps(&block.body, held);
                    self.steps(&block.handling.steps, &mut other);
                    held.retain(|lock| other.contains(lock));
                }
                StepKind::While { body, .. }
                | StepKind::Repeat { body, .. }
                | StepKind::ForEach { body, .. }
                | StepKind::Atomic(body) => {
                    self.steps(body, held);
                }
                _ => {}
            }
        }
    }

    /// What is taken at once is in no order, but it is wanted by who holds what came before.
    fn select(&mut self, branches: &[Branch], held: &mut Vec<Lock>) {
        let before = held.clone();
        let ways: Vec<Vec<Lock>> = branches
            .iter()
            .map(|branch| {
                let mut after = before.clone();
                for wait in &branch.waits {
                    let StepKind::Acquire { resource, .. } = &wait.kind else { continue };
                    let mut one = before.clone();
                    self.acquire(resource, &mut one);
                    after.extend(one.get(before.len()));
                }
                self.steps(&branch.body, &mut after);
                after
            })
            .collect();
        *held = ways.first().cloned().unwrap_or_default();
        held.retain(|lock| ways.iter().all(|way| way.contains(lock)));
    }

    fn acquire(&mut self, resource: &ResourceRef, held: &mut Vec<Lock>) {
        let Some(lock) = self.lock(resource) else { return };
        for &before in held.iter().filter(|&&before| before != lock && !self.gives_up) {
            if self.nestings.len() < MOST_PAIRS {
                let nesting = Nesting { site: resource.site, owner: Some(self.owner) };
                let known = self.nestings.entry((before, lock)).or_insert(nesting);
                known.owner = known.owner.filter(|&owner| owner == self.owner);
            }
        }
        held.push(lock);
    }

    fn release(&self, resource: &ResourceRef, held: &mut Vec<Lock>) {
        let lock = self.lock(resource);
        if let Some(at) = held.iter().rposition(|&held| Some(held) == lock) {
            held.remove(at);
        }
    }

    /// The lock that a reference means, if it is one.
    fn lock(&self, resource: &ResourceRef) -> Option<Lock> {
        let def = &self.model.resources[resource.def.index()];
        let is_single = |permits| evaluate(permits, self.params) == Ok(Value::Int(1));
        let is_lock = def.spec.kind.is_owned() || def.spec.permits().is_some_and(is_single);
        let index = match &resource.index {
            None => Value::Int(0),
            Some(index) => evaluate_for(index, self.params, Some(self.owner.1.into())).ok()?,
        };
        let Value::Int(index) = index else { return None };
        is_lock.then_some((resource.def.index(), index))
    }
}

/// The nestings of a circle of locks, if there is one.
fn circle(nestings: &BTreeMap<(Lock, Lock), Nesting>) -> Option<Vec<Nesting>> {
    let mut done = BTreeSet::new();
    for &(start, _) in nestings.keys() {
        // The way from `start`, with the locks after the last on it that are left.
        let mut way = vec![start];
        let mut left = vec![after(nestings, start)];
        while let Some(next) = left.last_mut() {
            let Some(lock) = next.pop().filter(|_| !done.contains(&start)) else {
                done.extend(way.pop());
                left.pop();
                continue;
            };
            if let Some(begin) = way.iter().position(|&before| before == lock) {
                let locks = way[begin..].iter().copied().chain([lock]).collect::<Vec<_>>();
                return Some(locks.windows(2).map(|pair| nestings[&(pair[0], pair[1])]).collect());
            }
            if !done.contains(&lock) {
                way.push(lock);
                left.push(after(nestings, lock));
            }
        }
    }
    None
}

/// The locks that somebody wants who holds this one.
fn after(nestings: &BTreeMap<(Lock, Lock), Nesting>, lock: Lock) -> Vec<Lock> {
    let from = nestings.range((lock, (0, i64::MIN))..).take_while(|((before, _), _)| *before == lock);
    from.map(|((_, wanted), _)| *wanted).collect()
}
