//! The best point of a grid that is too large to run all of it.
//!
//! Decides which points are tried: a coarse grid over all of it, and from its best
//! points a pattern search (R. Hooke and T. A. Jeeves, "Direct search solution of
//! numerical and statistical problems", Journal of the ACM 8(2), 1961): steps along
//! each axis, halved where none helps, down to neighbours. What it finds is better
//! than all of its neighbours; it need not be the best of all.

use std::collections::BTreeMap;

/// From how many points of the coarse grid the search goes on.
const STARTS: usize = 4;

/// How good a point is, the smaller the better: by how much conditions fail there, and
/// what is minimised.
pub type Score = (f64, f64);

/// Gives the scores of several points; `None` where there is no point.
pub type Scores<'s, E> = dyn FnMut(&[u64]) -> Result<Vec<Option<Score>>, E> + 's;

/// Numbers points as a design does: the last axis changes first.
struct Grid<'l> {
    lengths: &'l [u64],
}

impl Grid<'_> {
    fn number(&self, places: &[u64]) -> u64 {
        self.lengths.iter().zip(places).fold(0, |number, (length, place)| number * length + place)
    }

    fn places(&self, number: u64) -> Vec<u64> {
        let mut rest = number;
        let mut places: Vec<u64> = self
            .lengths
            .iter()
            .rev()
            .map(|length| {
                let place = rest % length;
                rest /= length;
                place
            })
            .collect();
        places.reverse();
        places
    }

    /// Places of a coarse grid of at most so many points: on each axis its ends, and
    /// values at equal distances between them.
    fn coarse(&self, most: u64) -> Vec<u64> {
        let mut levels: Vec<u64> = vec![1; self.lengths.len()];
        let size = |levels: &[u64]| levels.iter().map(|level| u128::from(*level)).product::<u128>();
        // The axis with the fewest levels gets the next one.
        loop {
            let may_grow = (0..levels.len()).filter(|&axis| levels[axis] < self.lengths[axis]);
            let Some(axis) = may_grow.min_by_key(|&axis| levels[axis]) else { break };
            levels[axis] += 1;
            if size(&levels) > u128::from(most) {
                levels[axis] -= 1;
                break;
            }
        }
        let coarse = Grid { lengths: &levels };
        (0..size(&levels) as u64)
            .map(|number| {
                let nth = coarse.places(number);
                let place = |axis: usize| match levels[axis] {
                    1 => self.lengths[axis] / 2,
                    several => nth[axis] * (self.lengths[axis] - 1) / (several - 1),
                };
                self.number(&(0..levels.len()).map(place).collect::<Vec<_>>())
            })
            .collect()
    }

    /// One step along each axis, in both directions, and along each diagonal of two;
    /// no further than the ends.
    fn around(&self, number: u64, steps: &[u64]) -> Vec<u64> {
        let at = self.places(number);
        let moved = |places: &[u64], axis: usize, up: bool| {
            let mut places = places.to_vec();
            places[axis] = match up {
                true => (places[axis] + steps[axis]).min(self.lengths[axis] - 1),
                false => places[axis].saturating_sub(steps[axis]),
            };
            places
        };
        let mut all = Vec::new();
        for (one, up) in (0..at.len()).flat_map(|axis| [(axis, true), (axis, false)]) {
            let straight = moved(&at, one, up);
            let others = (one + 1..at.len()).flat_map(|axis| [(axis, true), (axis, false)]);
            all.extend(others.map(|(other, up)| self.number(&moved(&straight, other, up))));
            all.push(self.number(&straight));
        }
        all.retain(|other| *other != number);
        all
    }
}

/// The points that were tried, with their scores; at most `most` of a grid with axes of
/// these lengths.
///
/// # Errors
/// What `score` says.
pub fn pattern_search<E>(
    lengths: &[u64],
    most: u64,
    score: &mut Scores<'_, E>,
) -> Result<BTreeMap<u64, Option<Score>>, E> {
    let grid = Grid { lengths };
    let mut tried = BTreeMap::new();
    let mut try_all = |numbers: &[u64], tried: &mut BTreeMap<u64, Option<Score>>| -> Result<(), E> {
        let mut new: Vec<u64> =
            numbers.iter().copied().filter(|number| !tried.contains_key(number)).collect();
        new.sort_unstable();
        new.dedup();
        new.truncate(most.saturating_sub(tried.len() as u64) as usize);
        let scores = score(&new)?;
        tried.extend(new.into_iter().zip(scores));
        Ok(())
    };
    try_all(&grid.coarse(most.div_ceil(2)), &mut tried)?;
    for start in best(&tried, STARTS) {
        let mut at = start;
        let mut steps: Vec<u64> = lengths.iter().map(|length| (length / 4).max(1)).collect();
        loop {
            let around = grid.around(at, &steps);
            try_all(&around, &mut tried)?;
            let of = |number: &u64| tried.get(number).copied().flatten();
            let next = around
                .iter()
                .filter(|number| of(number).is_some())
                .min_by(|one, other| by_score(of(one).unwrap_or_default(), of(other).unwrap_or_default()));
            let better = next.filter(|next| match (of(next), of(&at)) {
                (Some(next), Some(now)) => by_score(next, now).is_lt(),
                _ => false,
            });
            if let Some(better) = better {
                at = *better;
            } else if steps.iter().all(|step| *step == 1) || tried.len() as u64 >= most {
                break;
            } else {
                steps.iter_mut().for_each(|step| *step = (*step / 2).max(1));
            }
        }
    }
    Ok(tried)
}

fn by_score(one: Score, other: Score) -> std::cmp::Ordering {
    one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
}

/// The best of those tried; of equals the first.
fn best(tried: &BTreeMap<u64, Option<Score>>, count: usize) -> Vec<u64> {
    let mut all: Vec<(u64, Score)> =
        tried.iter().filter_map(|(number, score)| Some((*number, (*score)?))).collect();
    all.sort_by(|one, other| by_score(one.1, other.1));
    all.into_iter().take(count).map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valley_is_found_among_a_million_points() {
        let lengths = [1000, 1000];
        let mut score = |numbers: &[u64]| {
            let of = |number: &u64| {
                let (x, y) = ((number / 1000) as f64 - 617.0, (number % 1000) as f64 - 33.0);
                Some((0.0, x * x + y * y + x * y))
            };
            Ok::<_, ()>(numbers.iter().map(of).collect())
        };
        let tried = pattern_search(&lengths, 600, &mut score).expect("it never fails");
        assert!(tried.len() <= 600);
        assert_eq!(best(&tried, 1), [617 * 1000 + 33]);
    }

    #[test]
    fn no_more_than_allowed_and_nothing_where_there_is_no_point() {
        let mut asked = 0;
        let mut score = |numbers: &[u64]| {
            asked += numbers.len();
            Ok::<_, ()>(vec![None; numbers.len()])
        };
        let tried = pattern_search(&[1 << 20, 3, 1], 50, &mut score).expect("it never fails");
        assert!(asked <= 50 && tried.len() == asked);
    }
}
