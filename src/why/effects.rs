//! What would help: each thing of a scenario changed by itself.

use super::subject::{Subject, SubjectError};
use super::version::{Edit, Version, VersionRuns};
use super::waiting::never_two;
use crate::analysis::CriticalPath;
use crate::scenario::{Factor, FactorKind, FactorLevel, factors};
use crate::sweep::Estimate;
use crate::trace::{Activity, Discipline, Header, ResourceKind, Trace};
use crate::value::Value;

/// Of so many of the changes that save most is said what the time is spent on then.
const EXPLAINED: usize = 12;

/// What comes of one change.
#[derive(Debug, Clone)]
pub struct Effect {
    /// What is changed.
    pub factor: Factor,
    /// To what.
    pub level: FactorLevel,
    /// The same for people: `2s → 1.8s`.
    pub change: String,
    /// The parameter that is set, if it is one.
    pub set: Option<(String, Value)>,
    /// The lines that are others, if it is none.
    pub edits: Vec<Edit>,
    /// What its runs came to.
    pub measured: VersionRuns,
    /// By how much the figure is less; of pairs of replications.
    pub saved: Estimate,
    /// What most of the time is spent on then.
    pub next: Option<Bottleneck>,
    /// How it does other work than the scenario, if it does, in words that begin with a verb (`leaves 3 in
    /// 'done' instead of 6`). Told of changes of a number that save something, where nothing is drawn.
    pub other_work: Option<String>,
}

/// What most of a critical path is spent on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bottleneck {
    /// The process, all of its instances together.
    pub process: String,
    /// What it does then; `None` between steps.
    pub activity: Option<Activity>,
    /// The resource that it has to do with, if it has.
    pub resource: Option<String>,
    /// The line on which it stands.
    pub line: Option<u32>,
    /// In nanoseconds.
    pub nanos: u64,
    /// The whole path.
    pub of_nanos: u64,
}

/// All that was tried.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    /// What saves most first; what has no figure last.
    pub effects: Vec<Effect>,
    /// What there is no scenario with, or what led much further than it.
    pub impossible: Vec<(Factor, String)>,
    /// Disciplines that cannot matter: there are never two of which one is chosen.
    pub idle: Vec<Factor>,
    /// How many were not tried, since the runs are too long.
    pub untried: usize,
}

impl Bottleneck {
    /// Of this path, of a run with the names of `header`.
    pub fn of(path: &CriticalPath, header: &Header) -> Option<Bottleneck> {
        let charges = path.charges_by_process(header);
        let most = charges.first()?;
        let resource = match most.activity {
            Some(Activity::Blocked { resource, .. } | Activity::Ready { processor: resource }) => {
                Some(header.resource_name(resource))
            }
            _ => None,
        };
        Some(Bottleneck {
            process: header.process(most.process).name.clone(),
            activity: most.activity,
            resource,
            line: most.line,
            nanos: most.nanos,
            of_nanos: path.end.as_nanos(),
        })
    }
}

/// The levels at which a factor is tried.
fn levels(factor: &Factor, subject: &Subject<'_>) -> Vec<FactorLevel> {
    match factor.kind {
        FactorKind::DurationParam(_) | FactorKind::Durations(..) => {
            vec![FactorLevel::Thousandths(900), FactorLevel::Thousandths(0)]
        }
        FactorKind::NumberParam(_) | FactorKind::Number(_) => vec![FactorLevel::By(1), FactorLevel::By(-1)],
        FactorKind::Discipline(def) => {
            let def = &subject.scenario().model.resources[def.index()];
            let last = match def.spec.kind {
                ResourceKind::Processor => Discipline::Sharing,
                _ => Discipline::Lifo,
            };
            let all = [Discipline::Fifo, Discipline::Priority, last];
            all.into_iter().filter(|other| *other != def.discipline).map(FactorLevel::Discipline).collect()
        }
    }
}

/// Tries each change by itself, at most `most` of them. `base` is what the scenario itself
/// comes to; `trace` all that happened in its run, if nothing is drawn in it.
///
/// # Errors
/// If the user stops it.
pub fn effects(
    subject: &Subject<'_>,
    base: &VersionRuns,
    trace: Option<&Trace>,
    most: usize,
) -> Result<Effects, SubjectError> {
    let scenario = subject.scenario();
    let unchanged = Version::unchanged(scenario);
    let idle = trace.map(|trace| never_two(trace, &scenario.model)).unwrap_or_default();
    let mut all = Effects::default();
    for factor in factors(scenario) {
        if matches!(factor.kind, FactorKind::Discipline(def) if idle.contains(&def)) {
            all.idle.push(factor);
            continue;
        }
        for level in levels(&factor, subject) {
            if all.effects.len() >= most {
                all.untried += 1;
                continue;
            }
            match effect(subject, base, &factor, level)? {
                Some(effect) => all.effects.push(effect),
                None => all.impossible.push((factor.clone(), factor.told(scenario, level))),
            }
        }
    }
    all.sort();
    all.compare_work(subject);
    for effect in all.effects.iter_mut().filter(|effect| effect.helps()).take(EXPLAINED) {
        let version = unchanged.with(subject.settings(), &effect.factor, effect.level);
        effect.next = version
            .and_then(|version| subject.path(&version))
            .and_then(|(path, header)| Bottleneck::of(&path, &header));
    }
    Ok(all)
}

/// Tries one change; `None` if it cannot be run, or led much further.
fn effect(
    subject: &Subject<'_>,
    base: &VersionRuns,
    factor: &Factor,
    level: FactorLevel,
) -> Result<Option<Effect>, SubjectError> {
    let scenario = subject.scenario();
    let version = Version::unchanged(scenario).with(subject.settings(), factor, level);
    let Some(version) = version else { return Ok(None) };
    let Some(measured) = subject.measure(&version)? else { return Ok(None) };
    let saved = base.saved_by(&measured);
    let (set, edits) = (version.set.first().cloned(), version.edits(scenario));
    let (factor, change) = (factor.clone(), factor.told(scenario, level));
    Ok(Some(Effect { factor, level, change, set, edits, measured, saved, next: None, other_work: None }))
}

/// What comes of a tenth less of each duration, and of one more of everything of which there is
/// one already, each by itself; what saves most first. Permits of which there are none to begin
/// with are signals, and one more of those is a wait left out. `None` if these are more changes
/// than `most`.
///
/// # Errors
/// If the user stops it.
pub fn slight_changes(
    subject: &Subject<'_>,
    base: &VersionRuns,
    most: usize,
) -> Result<Option<Effects>, SubjectError> {
    let factors = factors(subject.scenario());
    let slight = |factor: &Factor| match factor.kind {
        FactorKind::DurationParam(_) | FactorKind::Durations(..) => Some(FactorLevel::Thousandths(900)),
        FactorKind::NumberParam(_) | FactorKind::Number(_) => {
            factor.number(subject.scenario()).filter(|number| *number > 0).map(|_| FactorLevel::By(1))
        }
        FactorKind::Discipline(_) => None,
    };
    let changes = || factors.iter().filter_map(|factor| Some((factor, slight(factor)?)));
    if changes().count() > most {
        return Ok(None);
    }
    let mut all = Effects::default();
    for (factor, level) in changes() {
        all.effects.extend(effect(subject, base, factor, level)?);
    }
    all.sort();
    all.compare_work(subject);
    Ok(Some(all))
}

impl Effect {
    /// Whether all of its runs came to a regular end, do the work that those of the scenario do, and the figure
    /// is less.
    pub fn helps(&self) -> bool {
        self.saves() && self.other_work.is_none()
    }

    /// Whether all of its runs came to a regular end and the figure is less, whatever they do.
    pub fn saves(&self) -> bool {
        self.measured.is_whole() && self.saved.count() > 0 && self.saved.mean() > 0.0
    }

    /// What it is sorted by.
    fn rank(&self) -> f64 {
        if self.measured.is_whole() && self.saved.count() > 0 { self.saved.mean() } else { f64::NEG_INFINITY }
    }
}

impl Effects {
    /// Finds out which changes of a number that save something do so by other work. What is drawn may be work
    /// itself, so that nothing is said of random scenarios.
    fn compare_work(&mut self, subject: &Subject<'_>) {
        let is_number = |effect: &Effect| {
            matches!(effect.factor.kind, FactorKind::NumberParam(_) | FactorKind::Number(_))
        };
        let mut saving =
            self.effects.iter_mut().filter(|effect| is_number(effect) && effect.saves()).peekable();
        if saving.peek().is_none() || subject.is_random() {
            return;
        }
        let unchanged = Version::unchanged(subject.scenario());
        let Some(base) = subject.done_work(&unchanged) else { return };
        for effect in saving {
            let version = unchanged.with(subject.settings(), &effect.factor, effect.level);
            let work = version.and_then(|version| subject.done_work(&version));
            effect.other_work = work.and_then(|work| base.difference(&work));
        }
    }

    fn sort(&mut self) {
        self.effects.sort_by(|one, other| other.rank().total_cmp(&one.rank()));
    }
}
