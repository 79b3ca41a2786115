//! Two changes at once: they may save more together than one by one, or less.

use super::effects::{Effect, Effects};
use super::subject::{Subject, SubjectError};
use super::version::{Version, VersionRuns};
use crate::scenario::FactorLevel;
use crate::sweep::Estimate;

/// So many changes are tried in pairs.
const PAIRED: usize = 5;

/// What comes of two changes at once.
#[derive(Debug, Clone)]
pub struct PairEffect {
    /// Which, by their places in [`Effects::effects`].
    pub of: (usize, usize),
    /// What its runs came to.
    pub measured: VersionRuns,
    /// By how much the figure is less.
    pub saved: Estimate,
}

/// The best changes in pairs, what saves most first: of each factor its best change that is
/// no duration gone.
///
/// # Errors
/// If the user stops it.
pub fn pair_effects(
    subject: &Subject<'_>,
    base: &VersionRuns,
    effects: &Effects,
) -> Result<Vec<PairEffect>, SubjectError> {
    let mut best: Vec<usize> = Vec::new();
    for (place, effect) in effects.effects.iter().enumerate() {
        let is_new = |other: &usize| effects.effects[*other].factor != effect.factor;
        let is_partial = effect.level != FactorLevel::Thousandths(0);
        if effect.measured.is_whole() && effect.other_work.is_none() && is_partial && best.iter().all(is_new)
        {
            best.push(place);
        }
    }
    best.truncate(PAIRED);
    let mut pairs = Vec::new();
    for (at, &first) in best.iter().enumerate() {
        for &second in &best[at + 1..] {
            let Some(version) = both(subject, &effects.effects[first], &effects.effects[second]) else {
                continue;
            };
            if let Some(measured) = subject.measure(&version)?.filter(VersionRuns::is_whole) {
                let saved = base.saved_by(&measured);
                pairs.push(PairEffect { of: (first, second), measured, saved });
            }
        }
    }
    pairs.sort_by(|one, other| other.saved.mean().total_cmp(&one.saved.mean()));
    Ok(pairs)
}

fn both<'s>(subject: &Subject<'s>, first: &Effect, second: &Effect) -> Option<Version<'s>> {
    let version = Version::unchanged(subject.scenario());
    let version = version.with(subject.settings(), &first.factor, first.level)?;
    version.with(subject.settings(), &second.factor, second.level)
}
