//! What a process holds where, and what it then does that cannot end well.
//!
//! Decides what is certainly held where a step begins, and which steps are warned of because
//! of it: locks that are taken once more, waits that keep a mutex without which nobody
//! notifies, and mutexes that are given back by who never takes them.

use super::diagnostics::Diagnostic;
use super::model::{Model, ResourceRef, Rwlock, Step, StepKind, each};
use super::names::quoted;
use super::warnings::{expects_no_end, warning};
use crate::ids::ResourceDefId;
use crate::trace::ResourceKind;

/// The warnings about what processes hold, of a file that expects its runs to complete.
pub(super) fn of_model(model: &Model) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if expects_no_end(model) {
        return warnings;
    }
    let notifiers = notifiers(model);
    let stopped = stopped(model);
    for (position, process) in model.processes.iter().enumerate() {
        let is_stopped = stopped.contains(&position);
        walk(model, &process.body, &mut |step, held, gives_up| {
            if !gives_up {
                warnings.extend(taken_twice(model, step, held));
            }
            if !gives_up && !is_stopped {
                warnings.extend(kept(model, step, held, &notifiers));
            }
        });
    }
    warnings.extend(never_taken(model));
    warnings
}

/// Where a walk is: a step, the locks that are certainly held where it begins, and whether what it
/// waits for may be given up.
type Visit<'v, 'm> = dyn FnMut(&'m Step, &[&'m ResourceRef], bool) + 'v;

/// Visits all steps with what is certainly held there: by a `with` around it, or by an `acquire` before it
/// in the same list.
fn walk<'m>(model: &'m Model, steps: &'m [Step], visit: &mut Visit<'_, 'm>) {
    Walk { model, visit }.steps(steps, &[], Ends { gives_up: false, is_interrupted: false });
}

/// How a wait may end without what it is for.
#[derive(Clone, Copy)]
struct Ends {
    /// The step itself waits for a while only, or for other things too.
    gives_up: bool,
    /// Others may interrupt it, here and in what is inside.
    is_interrupted: bool,
}

struct Walk<'w, 'v, 'm> {
    model: &'m Model,
    visit: &'w mut Visit<'v, 'm>,
}

impl<'m> Walk<'_, '_, 'm> {
    fn steps(&mut self, steps: &'m [Step], held: &[&'m ResourceRef], ends: Ends) {
        let mut held = held.to_vec();
        let waits = Ends { gives_up: false, ..ends };
        for step in steps {
            (self.visit)(step, &held, ends.gives_up || ends.is_interrupted);
            match &step.kind {
                StepKind::With { held: taken, body, .. } => {
                    let kept = taken.iter().filter(|lock| is_kept(self.model, lock, body));
                    let inside: Vec<_> = held.iter().copied().chain(kept).collect();
                    self.steps(body, &inside, waits);
                    // Its permit is gone when what is done about that begins.
                    for block in step.kind.blocks().into_iter().skip(1) {
                        self.steps(block, &held, waits);
                    }
                }
                StepKind::Within { limit, waits: limited, otherwise } => {
                    self.steps(limited, &held, Ends { gives_up: limit.is_some(), ..ends });
                    self.steps(otherwise.as_deref().unwrap_or_default(), &held, waits);
                }
                StepKind::Select { branches, .. } => {
                    for branch in branches {
                        let gives_up = ends.gives_up || branches.len() > 1;
                        self.steps(&branch.waits, &held, Ends { gives_up, ..ends });
                        self.steps(&branch.body, &held, waits);
                    }
                }
                StepKind::Interruptible(block) => {
                    self.steps(&block.body, &held, Ends { is_interrupted: true, ..waits });
                    self.steps(&block.handling.steps, &held, waits);
                }
                kind => {
                    for block in kind.blocks() {
                        self.steps(block, &held, waits);
                    }
                }
            }
            held.retain(|lock| is_kept(self.model, lock, std::slice::from_ref(step)));
            if let (StepKind::Acquire { resource, .. }, false) = (&step.kind, ends.gives_up)
                && is_kept(self.model, resource, &[])
            {
                held.push(resource);
            }
        }
    }
}

/// Whether a lock is held throughout these steps by who has it before them.
fn is_kept(model: &Model, lock: &ResourceRef, body: &[Step]) -> bool {
    let kind = kind(model, lock.def);
    let mut is_kept = matches!(kind, ResourceKind::Mutex | ResourceKind::Rwlock | ResourceKind::Readers);
    each(body, &mut |step| {
        is_kept &= !matches!(&step.kind, StepKind::Release { resource, .. } if resource.def == lock.def);
    });
    is_kept
}

fn kind(model: &Model, def: ResourceDefId) -> ResourceKind {
    model.resources[def.index()].spec.kind
}

fn name(model: &Model, def: ResourceDefId) -> &str {
    &model.resources[def.index()].name
}

/// The processes, by position, that others stop: what they wait for need not come.
fn stopped(model: &Model) -> Vec<usize> {
    let mut stopped = Vec::new();
    for process in &model.processes {
        each(&process.body, &mut |step| {
            if let StepKind::Stop { who, .. } = &step.kind {
                stopped.push(who.def.index());
            }
        });
    }
    stopped
}

/// Locks that this step takes although they are held, so that the process waits for itself for ever.
fn taken_twice(model: &Model, step: &Step, held: &[&ResourceRef]) -> Vec<Diagnostic> {
    let taken = match &step.kind {
        StepKind::With { held, .. } => held.as_slice(),
        StepKind::Acquire { resource, .. } => std::slice::from_ref(resource),
        _ => &[],
    };
    let told = |lock: &ResourceRef| {
        let (what, hint) = held.iter().find_map(|held| in_the_way(model, held.def, lock.def))?;
        let itself = Rwlock::among(&model.rwlocks, lock.def).map_or(lock.def, |rwlock| rwlock.lock);
        let message = format!(
            "{} is {what} here already, so the process waits for itself",
            quoted(name(model, itself))
        );
        Some(warning(lock.site, 1, message, hint))
    };
    taken.iter().filter(|lock| lock.index.is_none()).filter_map(told).collect()
}

/// Whether who holds the one lock never gets the other: what it is said to do with it, and a hint.
fn in_the_way(
    model: &Model,
    held: ResourceDefId,
    wanted: ResourceDefId,
) -> Option<(&'static str, &'static str)> {
    let of = |def| Rwlock::among(&model.rwlocks, def).map(|rwlock| rwlock.lock);
    match (kind(model, held), kind(model, wanted)) {
        (ResourceKind::Readers, ResourceKind::Rwlock) if of(held) == of(wanted) => Some((
            "read",
            "who writes waits until nobody reads, itself included: take it by `write` from the start, or leave the `read` first",
        )),
        (ResourceKind::Rwlock, ResourceKind::Readers) if of(held) == of(wanted) => {
            Some(("written", "who has a lock to write may read, too: leave the inner one out"))
        }
        (ResourceKind::Mutex | ResourceKind::Rwlock, _) if held == wanted => Some((
            "held",
            "who has a lock cannot take it once more: leave the inner one out, or use two locks",
        )),
        _ => None,
    }
}

/// Of each notify, which condition it is of and which mutexes are held there.
type Notifier = (ResourceDefId, Vec<ResourceDefId>);

fn notifiers(model: &Model) -> Vec<Notifier> {
    let mut found = Vec::new();
    for process in &model.processes {
        walk(model, &process.body, &mut |step, held, _| {
            if let StepKind::Notify { condition, .. } = &step.kind {
                found.push((condition.def, single(model, held).collect()));
            }
        });
    }
    found
}

/// The mutexes among what is held of which there is one.
fn single<'h>(model: &'h Model, held: &'h [&ResourceRef]) -> impl DoubleEndedIterator<Item = ResourceDefId> {
    held.iter()
        .filter(|lock| lock.index.is_none() && kind(model, lock.def) == ResourceKind::Mutex)
        .map(|lock| lock.def)
}

/// A wait that keeps a mutex which everybody has who notifies there, so that nobody comes to do it.
fn kept(model: &Model, step: &Step, held: &[&ResourceRef], notifiers: &[Notifier]) -> Option<Diagnostic> {
    let StepKind::Wait { on, mutex } = &step.kind else { return None };
    let lent = mutex.as_ref().map(|mutex| mutex.def);
    let mut of_this = notifiers.iter().filter(|(condition, _)| *condition == on.def).peekable();
    of_this.peek()?;
    let of_this: Vec<_> = of_this.collect();
    let needed = |lock: &ResourceDefId| of_this.iter().all(|(_, held)| held.contains(lock));
    let lock = single(model, held).rev().find(|lock| Some(*lock) != lent && needed(lock))?;
    let [lock, condition] = [lock, on.def].map(|def| name(model, def));
    let message = format!(
        "this wait keeps {}, without which nobody can notify {}: it never ends",
        quoted(lock),
        quoted(condition)
    );
    let hint = match lent {
        None => format!(
            "write `wait: {{on: {condition}, mutex: {lock}}}`, which gives the mutex back and takes it again after the wait"
        ),
        Some(lent) => format!(
            "a wait gives back one mutex, here {}: take {} after the wait only, or use one mutex for both",
            quoted(name(model, lent)),
            quoted(lock)
        ),
    };
    Some(warning(step.site, "wait".len(), message, &hint))
}

/// Mutexes that a process gives back, by a `release` or while it waits, and never takes.
fn never_taken(model: &Model) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for process in &model.processes {
        let mut taken: Vec<ResourceDefId> = Vec::new();
        each(&process.body, &mut |step| match &step.kind {
            StepKind::With { held, .. } => taken.extend(held.iter().map(|lock| lock.def)),
            StepKind::Acquire { resource, .. } | StepKind::Seize { resource, .. } => taken.push(resource.def),
            _ => {}
        });
        each(&process.body, &mut |step| {
            let (lock, waits) = match &step.kind {
                StepKind::Release { resource, .. } => (resource, false),
                StepKind::Wait { mutex: Some(mutex), .. } => (mutex, true),
                _ => return,
            };
            let is_owned = matches!(kind(model, lock.def), ResourceKind::Mutex | ResourceKind::Rwlock);
            if !is_owned || taken.contains(&lock.def) {
                return;
            }
            taken.push(lock.def);
            let name = name(model, lock.def);
            let (process, lock_name) = (quoted(&process.name), quoted(name));
            let (message, hint) = match waits {
                true => (
                    format!("{process} gives {lock_name} back for this wait, and never acquires it"),
                    format!("only its owner can: write the wait inside of `with: {name}`"),
                ),
                false => (
                    format!("{process} releases {lock_name} and never acquires it"),
                    "only its owner can: `acquire` it before, or use a semaphore, which anybody may release"
                        .to_owned(),
                ),
            };
            warnings.push(warning(lock.site, name.chars().count(), message, &hint));
        });
    }
    warnings
}
