//! Where a loss over the unit cube is smallest.
//!
//! Decides how it is looked for: by a coarse grid over all of it, and from its best
//! points by BOBYQA (M. J. D. Powell, "The BOBYQA algorithm for bound constrained
//! optimization without derivatives", report NA2009/06, Cambridge 2009), which models the
//! loss by parabolas. What it finds is the best of all where the grid has a point in the
//! right valley.

use crate::sweep::runner::NoRows;
use bobyqa::{Bobyqa, Config};

/// The losses of several points, each with a share of the range for each parameter.
pub type Losses<'l> = dyn FnMut(&[Vec<f64>]) -> Result<Vec<f64>, NoRows> + 'l;

/// Points of the coarse grid by axis, for so many parameters.
const LEVELS: [usize; MOST_FITTED] = [33, 13, 7, 4, 3, 3];
/// The most parameters that can be fitted at once.
pub const MOST_FITTED: usize = 6;
/// From how many points of the grid the search goes on.
const STARTS: usize = 3;
/// Starts are at least so far apart on one axis.
const APART: f64 = 0.2;
/// How exactly a minimum is found.
const EXACT: f64 = 1e-8;
/// Evaluations from one start, for each parameter.
const EVALUATIONS: usize = 150;

/// The loss where there is none, which is less than all others.
const FAILED: f64 = -1.0;

/// A point and its loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    pub at: Vec<f64>,
    pub loss: f64,
}

/// The smallest loss over the unit cube, by a grid and from its best points.
///
/// # Errors
/// What `losses` says.
pub fn global(count: usize, also: &[Vec<f64>], losses: &mut Losses<'_>) -> Result<Minimum, NoRows> {
    let levels = LEVELS[count.clamp(1, MOST_FITTED) - 1];
    let mut points: Vec<Vec<f64>> = also.to_vec();
    points.extend((0..levels.pow(count as u32)).map(|number| grid_point(number, count, levels)));
    let found = losses(&points)?;
    let mut all: Vec<Minimum> =
        points.into_iter().zip(found).map(|(at, loss)| Minimum { at, loss }).collect();
    all.sort_by(|one, other| one.loss.total_cmp(&other.loss));
    let mut starts: Vec<Minimum> = Vec::new();
    for minimum in all {
        if starts.len() < STARTS && starts.iter().all(|start| distance(&start.at, &minimum.at) > APART) {
            starts.push(minimum);
        }
    }
    let mut best: Option<Minimum> = None;
    for start in starts {
        let found = local(start, 1.0 / (levels - 1) as f64, losses)?;
        if best.as_ref().is_none_or(|best| found.loss < best.loss) {
            best = Some(found);
        }
    }
    Ok(best.unwrap_or(Minimum { at: vec![0.5; count], loss: f64::INFINITY }))
}

fn grid_point(number: usize, count: usize, levels: usize) -> Vec<f64> {
    let mut rest = number;
    let mut share = || {
        let place = rest % levels;
        rest /= levels;
        place as f64 / (levels - 1) as f64
    };
    (0..count).map(|_| share()).collect()
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| libm::fabs(one - other)).fold(0.0, f64::max)
}

/// The smallest loss near a point, in first steps of this length; at least as good as the
/// point.
///
/// # Errors
/// What `losses` says.
pub fn local(start: Minimum, step: f64, losses: &mut Losses<'_>) -> Result<Minimum, NoRows> {
    let count = start.at.len();
    if count == 0 {
        return Ok(start);
    }
    let mut config = Config::new(count);
    (config.rho_begin, config.rho_end, config.max_fun) = (step.min(0.4), EXACT, EVALUATIONS * count);
    // What nothing reaches but an evaluation that failed.
    config.f_target = FAILED;
    let Ok(mut solver) = Bobyqa::new(count, config) else { return Ok(start) };
    let (mut best, mut failed) = (start.clone(), None);
    let mut evaluate = |at: &[f64]| match losses(&[at.to_vec()]) {
        Ok(found) => {
            let loss = found.first().copied().unwrap_or(f64::INFINITY);
            if loss < best.loss {
                best = Minimum { at: at.to_vec(), loss };
            }
            loss
        }
        Err(why) => {
            failed = Some(why);
            FAILED
        }
    };
    // The search is compiled once, for whatever it looks at.
    let evaluate: &mut dyn FnMut(&[f64]) -> f64 = &mut evaluate;
    solver.minimize(evaluate, &mut start.at.clone(), &vec![0.0; count], &vec![1.0; count]);
    failed.map_or(Ok(best), Err)
}

/// The smallest loss around a point where parameters have steps of their own, as whole
/// numbers have: by single steps, as long as one helps.
///
/// # Errors
/// What `losses` says.
pub fn by_steps(start: Minimum, steps: &[f64], losses: &mut Losses<'_>) -> Result<Minimum, NoRows> {
    let mut best = start;
    loop {
        let moved = |(place, by): (usize, f64)| {
            let mut at = best.at.clone();
            at[place] += by;
            (0.0..=1.0).contains(&at[place]).then_some(at)
        };
        let each = steps.iter().enumerate().filter(|(_, step)| **step > EXACT);
        let both = each.flat_map(|(place, step)| [(place, *step), (place, -step)]);
        let around: Vec<Vec<f64>> = both.filter_map(moved).collect();
        let found = losses(&around)?.into_iter().zip(around);
        match found.min_by(|one, other| one.0.total_cmp(&other.0)) {
            Some((loss, at)) if loss < best.loss => best = Minimum { at, loss },
            _ => return Ok(best),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two valleys, of which the one at the far end is deeper.
    #[test]
    fn the_deeper_valley_is_found() {
        let mut losses = |points: &[Vec<f64>]| {
            let of = |at: &Vec<f64>| {
                let near = 0.1 + 4.0 * (at[0] - 0.1) * (at[0] - 0.1) + (at[1] - 0.5) * (at[1] - 0.5);
                let far = 4.0 * (at[0] - 0.93) * (at[0] - 0.93) + (at[1] - at[0]) * (at[1] - at[0]);
                near.min(far)
            };
            Ok(points.iter().map(of).collect())
        };
        let found = global(2, &[vec![0.1, 0.5]], &mut losses).expect("it never fails");
        assert!(distance(&found.at, &[0.93, 0.93]) < 1e-6, "{found:?}");
    }

    #[test]
    fn who_stops_it_is_heard_at_once() {
        let mut asked = 0;
        let mut losses = |points: &[Vec<f64>]| {
            asked += 1;
            if asked > 3 { Err(NoRows::Interrupted) } else { Ok(vec![1.0; points.len()]) }
        };
        assert_eq!(global(2, &[], &mut losses), Err(NoRows::Interrupted));
        assert_eq!(asked, 4);
    }

    #[test]
    fn whole_numbers_are_found_step_by_step() {
        let mut losses = |points: &[Vec<f64>]| {
            Ok(points.iter().map(|at| libm::fabs(libm::round(at[0] * 9.0) - 7.0)).collect())
        };
        let start = Minimum { at: vec![0.0], loss: 7.0 };
        let found = by_steps(start, &[1.0 / 9.0], &mut losses).expect("it never fails");
        assert_eq!(found.loss, 0.0);
    }
}
