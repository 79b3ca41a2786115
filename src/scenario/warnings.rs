//! What is valid and probably not meant.
//!
//! Decides which scenarios are warned of: resources of which one side is missing,
//! acquires that can never end, loops without an end, and what nobody uses. A
//! warning is given only for what holds in every run with these parameters. What
//! waits or loops for ever is not warned of where the file expects another end
//! than `completed`; a name that begins with `_` may be unused.

use super::diagnostics::Diagnostic;
use super::evaluate::{evaluate, evaluate_for};
use super::expr::Expr;
use super::kinds::in_language;
use super::loops::{self, Endless, WaysOut};
use super::model::{MeasuredDef, Model, ProcessDef, ResourceDef, ResourceRef, Step, StepKind, each};
use super::names::quoted;
use super::source::narrow;
use crate::figure::verb;
use crate::ids::{MarkId, ResourceDefId, Site};
use crate::time::format_nanos;
use crate::trace::{Claim, ResourceKind, ValueSource};
use crate::value::Value;

/// Steps times semaphores up to which each semaphore is followed through all steps.
const MOST_WORK: usize = 10_000_000;

/// A warning about `length` characters.
pub(super) fn warning(site: Site, length: usize, message: String, hint: &str) -> Diagnostic {
    let hint = Some(hint.to_owned());
    Diagnostic { site, length: narrow(length.max(1)), message, hint, origin: None, settings: Vec::new() }
}

/// A warning that a thing of this name is not used.
pub(super) fn unused(what: &str, name: &str, site: Site) -> Option<Diagnostic> {
    let message = format!("the {what} {} is never used", quoted(name));
    let hint = "remove it, or begin its name with `_`";
    (!name.starts_with('_')).then(|| warning(site, name.chars().count(), message, hint))
}

/// The warnings about how the processes use what they share. `asked` says of
/// each resource whether its level is asked or expected.
pub(super) fn of_model(model: &Model, params: &[Value], asked: &[bool]) -> Vec<Diagnostic> {
    let mut unmeasured = unmeasured(model, params);
    unmeasured.extend(apart(model));
    unmeasured.extend(unkept(model));
    if expects_no_end(model) {
        return unmeasured;
    }
    let mut uses = vec![Uses::default(); model.resources.len()];
    for process in &model.processes {
        each(&process.body, &mut |step| note(&mut uses, step));
    }
    let sides = model.resources.iter().zip(&uses).zip(asked);
    let mut warnings: Vec<_> =
        sides.filter_map(|((def, uses), &asked)| one_sided(def, uses, asked)).collect();
    warnings.extend(never_given_back(model, &uses));
    warnings.extend(too_many(model, params, &uses));
    warnings.extend(unmeasured);
    warnings.extend(endless(model, params));
    for process in &model.processes {
        keeps_held(model, &process.body, &mut Vec::new(), &mut warnings);
    }
    warnings.extend(never_full(model, params));
    warnings
}

/// Warm-ups that last to the horizon, so that nothing is measured.
fn unmeasured(model: &Model, params: &[Value]) -> Vec<Diagnostic> {
    let nanos = |expr: &Expr| match evaluate(expr, params) {
        Ok(Value::Duration(nanos)) => Some(nanos),
        _ => None,
    };
    let Some(horizon) = model.horizon.as_ref().and_then(nanos) else { return Vec::new() };
    let inherits = model.measures.iter().any(|measure| measure.warm_up.is_none());
    let own = model.measures.iter().filter_map(|measure| measure.warm_up.as_ref());
    let all = model.warm_up.iter().filter(|_| inherits).chain(own);
    let told = |warm_up: &Expr| {
        let length = nanos(warm_up).filter(|&length| length >= horizon)?;
        let [length, horizon] = [length, horizon].map(format_nanos);
        let message =
            format!("nothing is measured: the warm-up of {length} lasts to the horizon at {horizon}");
        Some(warning(
            warm_up.site,
            1,
            message,
            "measure from an earlier time on, or let the run go on for longer",
        ))
    };
    all.filter_map(told).collect()
}

/// Reads whose values go nowhere; none where accesses themselves are what is asked.
fn unkept(model: &Model) -> Vec<Diagnostic> {
    let is_read = |claim: &Claim| matches!(claim, Claim::Values { source: ValueSource::Read(_), .. });
    let asks = model.expect.no_races.is_some()
        || model.expect.expectations.iter().any(|expectation| is_read(&expectation.claim));
    let mut warnings = Vec::new();
    for process in model.processes.iter().filter(|_| !asks) {
        each(&process.body, &mut |step| {
            let StepKind::Read { memory, into: None, .. } = &step.kind else { return };
            let name = &model.resources[memory.def.index()].name;
            if !name.starts_with('_') {
                let message = format!("what is read from {} here is kept nowhere", quoted(name));
                let hint =
                    "write `into: x`, with a variable in `vars`; for the access alone, expect `races: none`";
                warnings.push(warning(step.site, "read".len(), message, hint));
            }
        });
    }
    warnings
}

/// Sojourns between marks that no process passes both.
fn apart(model: &Model) -> impl Iterator<Item = Diagnostic> {
    let passes = |process: &ProcessDef, wanted: MarkId| {
        let mut found = false;
        each(&process.body, &mut |step| {
            found |= matches!(step.kind, StepKind::Mark { mark, .. } if mark == wanted);
        });
        found
    };
    model.measures.iter().filter_map(move |measure| {
        let MeasuredDef::Sojourn { from, to, by_value: false } = measure.what else { return None };
        if model.processes.iter().any(|process| passes(process, from) && passes(process, to)) {
            return None;
        }
        let [from, to] = [from, to].map(|mark| quoted(&model.marks[mark.index()].name));
        let message = format!(
            "the measure {} has no value: no process passes both {from} and {to}",
            quoted(&measure.name)
        );
        let hint =
            "write `by: value`, and let both marks carry the number of what goes from one to the other";
        Some(warning(measure.site, measure.name.chars().count(), message, hint))
    })
}

/// Ends of a process inside a `with`, which then gives nothing back; `held` is what those
/// around hold.
fn keeps_held<'m>(
    model: &'m Model,
    steps: &'m [Step],
    held: &mut Vec<&'m ResourceRef>,
    warnings: &mut Vec<Diagnostic>,
) {
    for step in steps {
        let around = held.len();
        match &step.kind {
            StepKind::With { held: taken, .. } => held.extend(taken),
            StepKind::Exit if around > 0 => {
                let defs = held.iter().map(|held| &model.resources[held.def.index()]);
                let defs = defs.filter(|def| def.spec.kind != ResourceKind::Writers);
                let names: Vec<_> = defs.map(|def| quoted(&def.name)).collect();
                let stay = verb(names.len(), "stay");
                let message = format!("{} {stay} taken when the process ends here", names.join(" and "));
                let hint = "`exit` gives nothing back: leave the `with` first, or `release` before it";
                warnings.push(warning(step.site, "exit".len(), message, hint));
            }
            _ => {}
        }
        step.kind.blocks().into_iter().for_each(|block| keeps_held(model, block, held, warnings));
        held.truncate(around);
    }
}

/// Whether the file expects a run that does not complete.
pub(super) fn expects_no_end(model: &Model) -> bool {
    let mut claims = model.expect.expectations.iter().map(|expectation| &expectation.claim);
    claims.any(|claim| matches!(claim, Claim::Outcome(outcome) if outcome != "completed"))
}

/// Where a resource is first taken from and given to.
#[derive(Debug, Clone, Default)]
struct Uses {
    taken: Option<Site>,
    given: Option<Site>,
    steps: usize,
}

impl Uses {
    fn note(&mut self, takes: bool, site: Site) {
        let side = if takes { &mut self.taken } else { &mut self.given };
        side.get_or_insert(site);
        self.steps += 1;
    }
}

fn note(uses: &mut [Uses], step: &Step) {
    for (resource, takes) in step.kind.uses() {
        uses[resource.def.index()].note(takes, resource.site);
    }
}

/// A warning about a resource that is only taken from or only given to.
fn one_sided(def: &ResourceDef, uses: &Uses, asked: bool) -> Option<Diagnostic> {
    if def.spec.kind == ResourceKind::Writers {
        // Whoever takes it takes the lock.
        return None;
    }
    let kind = in_language(def.spec.kind);
    let (site, &(message, hint)) = match (uses.taken, uses.given) {
        (Some(site), None) => (site, kind.never_given.as_ref()?),
        (None, Some(site)) if !asked => (site, kind.never_taken.as_ref()?),
        _ => return None,
    };
    Some(warning(site, def.name.chars().count(), message(&quoted(&def.name)), hint))
}

/// Mutexes that a process acquires and has no step to release, where others have one: it
/// still owns them when it is done.
fn never_given_back(model: &Model, uses: &[Uses]) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    // Whoever is stopped gives back what it owns, unless that is to be lost.
    let mut stopped = Vec::new();
    for process in &model.processes {
        each(&process.body, &mut |step| {
            if let StepKind::Stop { who, lost: false } = &step.kind {
                stopped.push(who.def.index());
            }
        });
    }
    for (position, process) in model.processes.iter().enumerate() {
        let mut acquired: Vec<&ResourceRef> = Vec::new();
        let mut released: Vec<ResourceDefId> = Vec::new();
        each(&process.body, &mut |step| match &step.kind {
            StepKind::Acquire { resource, .. } => acquired.push(resource),
            StepKind::Release { resource, .. } => released.push(resource.def),
            _ => {}
        });
        let is_owned =
            |lock: &ResourceRef| model.resources[lock.def.index()].spec.kind == ResourceKind::Mutex;
        for lock in acquired {
            // That nobody releases it has been said.
            let is_given = uses[lock.def.index()].given.is_some();
            if is_owned(lock) && is_given && !released.contains(&lock.def) && !stopped.contains(&position) {
                let name = &model.resources[lock.def.index()].name;
                let message =
                    format!("{} acquires {} here and never releases it", quoted(&process.name), quoted(name));
                let hint = "`release` it behind the steps that need it, or use `with`, which does; only its owner can";
                warnings.push(warning(lock.site, name.chars().count(), message, hint));
                released.push(lock.def);
            }
        }
    }
    warnings
}

/// Barriers at which more have to come than there are instances that ever do: who waits there
/// does not come once more.
fn never_full(model: &Model, params: &[Value]) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for (position, def) in model.resources.iter().enumerate() {
        if def.spec.kind != ResourceKind::Barrier {
            continue;
        }
        let id = ResourceDefId::from_index(position);
        let mut come = Some(0_i64);
        let mut is_visited = false;
        for process in &model.processes {
            let mut waits = false;
            each(&process.body, &mut |step| {
                waits |= matches!(&step.kind, StepKind::Wait { on, .. } if on.def == id);
            });
            if waits {
                is_visited = true;
                come = come.zip(instances(process, params)).map(|(come, more)| come.saturating_add(more));
            }
        }
        let parties = def.spec.number.as_ref().and_then(|parties| integer(evaluate(parties, params)));
        if let (Some(parties), Some(come)) = (parties, come)
            && is_visited
            && come < parties
        {
            let only = if come == 1 { "only one process ever does" } else { "only {} processes ever do" };
            let message = format!(
                "{parties} have to come to the barrier {}, and {}: nobody passes it",
                quoted(&def.name),
                only.replace("{}", &come.to_string())
            );
            let hint = "`parties` is how many wait for each other; let it be as many as have a `wait` there";
            warnings.push(warning(def.site, def.name.chars().count(), message, hint));
        }
    }
    warnings
}

/// How many instances of a process there are at once at most, if that is known.
fn instances(process: &ProcessDef, params: &[Value]) -> Option<i64> {
    process.count.as_ref().map_or(Some(1), |count| integer(evaluate(count, params)))
}

/// Semaphores of which every process wants more at first than there are, so that
/// nobody ever comes to give any.
fn too_many(model: &Model, params: &[Value], uses: &[Uses]) -> Vec<Diagnostic> {
    let steps: usize = uses.iter().map(|uses| uses.steps).sum();
    if steps.saturating_mul(model.resources.len()) > MOST_WORK {
        return Vec::new();
    }
    let mut warnings = Vec::new();
    for (position, def) in model.resources.iter().enumerate() {
        let permits = def.spec.permits().map(|permits| evaluate(permits, params));
        let Some(there) = permits.and_then(integer) else { continue };
        let id = ResourceDefId::from_index(position);
        let mut firsts = Vec::new();
        for process in &model.processes {
            first_uses(&process.body, id, &mut firsts);
        }
        let wanted: Option<Vec<(Site, i64)>> =
            firsts.into_iter().map(|step| acquired(step, params)).collect();
        let Some(wanted) = wanted.filter(|wanted| wanted.iter().all(|&(_, wanted)| wanted > there)) else {
            continue;
        };
        // That nobody gives any back has been said.
        for (site, number) in wanted.into_iter().filter(|_| uses[position].given.is_some()) {
            let message = format!(
                "this waits for ever: it takes {number} of {}, which has {there}, and nobody releases any before",
                quoted(&def.name)
            );
            let hint = "take fewer at a time, or let there be more permits";
            warnings.push(warning(site, def.name.chars().count(), message, hint));
        }
    }
    warnings
}

/// The steps that may be the first on a semaphore; whether there is a way
/// through all of `steps` without any.
fn first_uses<'m>(steps: &'m [Step], def: ResourceDefId, found: &mut Vec<&'m Step>) -> bool {
    for step in steps {
        let passes = match &step.kind {
            StepKind::Acquire { resource, .. } | StepKind::Release { resource, .. }
                if resource.def == def =>
            {
                found.push(step);
                false
            }
            StepKind::With { held, .. } if held.iter().any(|resource| resource.def == def) => {
                found.push(step);
                false
            }
            StepKind::With { body, .. } | StepKind::Atomic(body) => first_uses(body, def, found),
            StepKind::Interruptible(block) => first_uses(&block.body, def, found),
            StepKind::If { then, otherwise, .. } => {
                let (then, otherwise) = (first_uses(then, def, found), first_uses(otherwise, def, found));
                then || otherwise
            }
            StepKind::While { body, .. } | StepKind::Repeat { body, .. } | StepKind::ForEach { body, .. } => {
                first_uses(body, def, found);
                true
            }
            StepKind::Select { branches, .. } => branches.iter().fold(false, |passes, branch| {
                let goes_on = first_uses(&branch.waits, def, found) && first_uses(&branch.body, def, found);
                passes || goes_on
            }),
            _ => true,
        };
        if !passes {
            return false;
        }
    }
    true
}

/// Where and how many an acquire takes, if that is known.
fn acquired(step: &Step, params: &[Value]) -> Option<(Site, i64)> {
    let StepKind::Acquire { resource, permits, .. } = &step.kind else { return None };
    integer(evaluate(permits, params)).map(|number| (resource.site, number))
}

fn integer<E>(value: Result<Value, E>) -> Option<i64> {
    if let Ok(Value::Int(number)) = value { Some(number) } else { None }
}

/// Loops that keep a process from its end, if a run waits for that and has no stop time.
pub(super) fn endless(model: &Model, params: &[Value]) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if model.horizon.is_some() || expects_no_end(model) {
        return warnings;
    }
    let is_daemon = |process: &&ProcessDef| {
        process.daemon.as_ref().is_some_and(|daemon| evaluate(daemon, params) == Ok(Value::Bool(true)))
    };
    let ways_out = WaysOut::of(model);
    for (place, process) in model.processes.iter().enumerate().filter(|(_, process)| !is_daemon(process)) {
        each(&process.body, &mut |step| {
            let StepKind::While { condition, body } = &step.kind else { return };
            if ways_out.lead_out(place, step, body) {
                return;
            }
            let known = evaluate_for(condition, params, None).ok();
            let (why, hint) = match loops::endless(condition, known, body) {
                None => return,
                Some(Endless::Always) => (
                    "the condition is always true".to_owned(),
                    "let it become false, give the scenario a `horizon`, or the process `daemon: true`",
                ),
                Some(Endless::Unchanged(var)) => (
                    format!("nothing in it changes {}", quoted(&process.vars[var.index()].name)),
                    "`set` in the loop what its condition asks",
                ),
            };
            let message = format!("this loop has no end, and so {} has none: {why}", quoted(&process.name));
            warnings.push(warning(step.site, "while".len(), message, hint));
        });
    }
    warnings
}
