//! How much of a duration it pays to save: the speed-up curve of causal profiling
//! (Curtsinger and Berger, "Coz", 2015), of runs and not of estimates.

use super::subject::{Subject, SubjectError};
use super::version::{Version, VersionRuns};
use crate::scenario::{Factor, FactorLevel};

/// What is saved by how much of a duration.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The figure at so many percent shorter, from 0 to 100 in steps of 10.
    pub points: Vec<(u64, Option<f64>)>,
    /// Up to so many percent each percent saves as much as the first one, and from there
    /// on less; `None` if the last one still does.
    pub kink: Option<u64>,
}

/// The curve of a duration in a scenario that draws nothing; `None` if the first percent
/// saves nothing, or cannot be tried.
///
/// # Errors
/// If the user stops it.
pub fn speed_up_curve(
    subject: &Subject<'_>,
    base: &VersionRuns,
    factor: &Factor,
) -> Result<Option<Curve>, SubjectError> {
    let Some(start) = base.values.first().copied().flatten() else { return Ok(None) };
    let unchanged = Version::unchanged(subject.scenario());
    let figure = |percent: u64| -> Result<Option<f64>, SubjectError> {
        let level = FactorLevel::Thousandths(1000 - 10 * percent);
        let Some(version) = unchanged.with(subject.settings(), factor, level) else { return Ok(None) };
        let measured = subject.measure(&version)?.filter(VersionRuns::is_whole);
        Ok(measured.and_then(|measured| measured.values[0]))
    };
    let Some(slope) = figure(1)?.map(|after| start - after).filter(|saved| *saved > 0.0) else {
        return Ok(None);
    };
    // Durations are whole nanoseconds, of which each of many may lose a part.
    let is_straight = |percent: u64, after: Option<f64>| {
        let expected = slope * percent as f64;
        after.is_some_and(|after| start - after >= expected - (expected * 1e-3).max(1.0))
    };
    let mut points = vec![(0, Some(start))];
    for percent in (10..=100).step_by(10) {
        points.push((percent, figure(percent)?));
    }
    let bent = points.iter().skip(1).find(|(percent, after)| !is_straight(*percent, *after));
    let Some(&(bent, _)) = bent else { return Ok(Some(Curve { points, kink: None })) };
    let (mut straight, mut bent) = (bent.saturating_sub(10).max(1), bent);
    while straight + 1 < bent {
        let middle = straight.midpoint(bent);
        if is_straight(middle, figure(middle)?) { straight = middle } else { bent = middle }
    }
    Ok(Some(Curve { points, kink: Some(straight) }))
}
