//! From which value on something holds.
//!
//! Decides which values are tried: the ends, halves of what is left (bisection), and
//! then some more on either side, since a condition need not be monotone.

use super::trials::TrialVerdict;
use std::collections::BTreeMap;

/// What was found out of values that are tried in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The first place of those tried at which it holds.
    pub first: Option<u64>,
    /// All that were tried.
    pub tried: BTreeMap<u64, TrialVerdict>,
}

impl Threshold {
    /// Two neighbours of those tried that speak against a condition which holds from
    /// some place on: it holds at the one, and not at the next.
    pub fn broken(&self) -> Option<(u64, u64)> {
        let told: Vec<(u64, TrialVerdict)> =
            self.tried.iter().map(|(place, verdict)| (*place, *verdict)).collect();
        let told: Vec<_> = told.into_iter().filter(|(_, verdict)| *verdict != TrialVerdict::Open).collect();
        let breaks = |pair: &&[(u64, TrialVerdict)]| {
            pair[0].1 == TrialVerdict::Holds && pair[1].1 == TrialVerdict::Fails
        };
        told.windows(2).find(breaks).map(|pair| (pair[0].0, pair[1].0))
    }

    /// The places before the answer of which it cannot be told whether the condition holds.
    pub fn open_before(&self) -> impl Iterator<Item = u64> {
        let before = self.tried.range(..self.first.unwrap_or(u64::MAX));
        before.filter(|(_, verdict)| **verdict == TrialVerdict::Open).map(|(place, _)| *place)
    }
}

/// Looks for the first of `count` places at which `judge` says that it holds.
///
/// # Errors
/// What `judge` says.
pub fn threshold<E>(
    count: u64,
    judge: &mut dyn FnMut(u64) -> Result<TrialVerdict, E>,
) -> Result<Threshold, E> {
    let mut tried = BTreeMap::new();
    let Some(last) = count.checked_sub(1) else { return Ok(Threshold { first: None, tried }) };
    let mut holds = |place: u64| -> Result<bool, E> {
        if let Some(verdict) = tried.get(&place) {
            return Ok(*verdict == TrialVerdict::Holds);
        }
        let verdict = judge(place)?;
        tried.insert(place, verdict);
        Ok(verdict == TrialVerdict::Holds)
    };
    let mut first = None;
    if holds(0)? {
        first = Some(0);
    } else if holds(last)? {
        first = Some(halved(0, last, &mut holds)?);
    }
    // Without an answer the inner values could still be one.
    for place in around(first, last) {
        if holds(place)? && first.is_none_or(|first| place < first) {
            first = Some(place);
        }
    }
    // A smaller one was among them: it is followed down.
    while let Some(place) = first.filter(|place| *place > 0) {
        let below = [place - 1, place.saturating_sub(2)];
        let mut smaller = None;
        for place in below {
            if holds(place)? {
                smaller = Some(place);
            }
        }
        if smaller.is_none_or(|smaller| smaller >= place) {
            break;
        }
        first = smaller;
    }
    Ok(Threshold { first, tried })
}

/// Between a place at which it does not hold and one at which it does.
fn halved<E>(mut low: u64, mut high: u64, holds: &mut dyn FnMut(u64) -> Result<bool, E>) -> Result<u64, E> {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle)? { high = middle } else { low = middle }
    }
    Ok(high)
}

/// Further places: the ends, neighbours, and what is halfway to the ends.
fn around(first: Option<u64>, last: u64) -> Vec<u64> {
    let mut places = vec![0, last];
    match first {
        Some(at) => {
            places.extend((1..=2).filter_map(|step| at.checked_sub(step)));
            places.extend([at + 1, at + 2, at / 2, at + (last - at) / 2]);
        }
        None => places.extend((1..8).map(|eighth| (u128::from(last) * eighth / 8) as u64)),
    }
    places.retain(|place| *place <= last);
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrialVerdict::{Fails, Holds, Open};

    fn found(count: u64, holds: impl Fn(u64) -> bool) -> Threshold {
        let mut judge = |place| Ok::<_, ()>(if holds(place) { Holds } else { Fails });
        threshold(count, &mut judge).expect("it never fails")
    }

    #[test]
    fn every_threshold_is_found() {
        for count in 1..40 {
            for from in 0..count {
                let found = found(count, |place| place >= from);
                assert_eq!((found.first, found.broken()), (Some(from), None), "{from} of {count}");
            }
            assert_eq!(found(count, |_| false).first, None);
        }
        let large = found(1_000_000, |place| place >= 777_777);
        assert_eq!(large.first, Some(777_777));
        assert!(large.tried.len() < 32, "{} were tried", large.tried.len());
    }

    #[test]
    fn what_is_not_monotone_is_told() {
        // Holds at 3 and from 5 on.
        let found = found(10, |place| place == 3 || place >= 5);
        assert_eq!((found.first, found.broken()), (Some(3), Some((3, 4))));
    }

    #[test]
    fn what_cannot_be_told_is_no_answer() {
        let mut judge = |place| Ok::<_, ()>([Fails, Fails, Open, Holds, Holds][place as usize]);
        let found = threshold(5, &mut judge).expect("it never fails");
        assert_eq!((found.first, found.broken()), (Some(3), None));
        assert_eq!(found.open_before().collect::<Vec<_>>(), [2]);
    }
}
