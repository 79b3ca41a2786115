//! The profile of a loss: how small it can be with one parameter held at a value, all
//! others being fitted anew.
//!
//! Decides how far a parameter may be from its best value: as far as its profile stays
//! below a threshold. Where it does so up to an end of the range, the data do not bound
//! the parameter on that side.

use super::minimum::{Losses, Minimum, local};
use crate::sweep::runner::NoRows;

/// Points of the profile over the whole range.
const POINTS: usize = 13;
/// Points of it around the interval, for a picture.
const AROUND: usize = 13;
/// How far that goes beyond the ends of the interval, in halves of it.
const BEYOND: f64 = 0.4;
/// How exactly an end of the interval is found, as a share of the distance to the best.
const EXACT: f64 = 0.003;
/// The most evaluations of the profile for one end.
const MOST: usize = 40;
/// First steps in which the others are fitted anew.
const STEP: f64 = 0.05;

/// How one parameter is bounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The smallest losses, with all parameters; by the share of the one that is held.
    pub points: Vec<Minimum>,
    /// The lower and upper end: with all parameters, or that of the range if there is no
    /// end below the threshold.
    pub ends: [ProfileEnd; 2],
}

/// One end of an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileEnd {
    /// All parameters there.
    pub at: Minimum,
    /// Whether the loss is above the threshold beyond it; otherwise it is the end of the
    /// range.
    pub is_bound: bool,
}

struct Profiler<'p, 'l> {
    place: usize,
    threshold: f64,
    best: &'p Minimum,
    losses: &'p mut Losses<'l>,
    found: Vec<Minimum>,
}

/// The profile of one parameter around the `best` point.
///
/// # Errors
/// What `losses` says.
pub fn profile(
    best: &Minimum,
    place: usize,
    threshold: f64,
    losses: &mut Losses<'_>,
) -> Result<Profile, NoRows> {
    let mut profiler = Profiler { place, threshold, best, losses, found: vec![best.clone()] };
    let own = best.at[place];
    let grid = (0..POINTS).map(|nth| nth as f64 / (POINTS - 1) as f64);
    let (below, above): (Vec<f64>, Vec<f64>) = grid.partition(|share| *share < own);
    for share in below.into_iter().rev().chain(above) {
        profiler.at(share)?;
    }
    let ends = [profiler.end(false)?, profiler.end(true)?];
    let [low, high] = [0, 1].map(|end: usize| ends[end].at.at[place]);
    let spare = BEYOND * (high - low) / 2.0;
    let (from, to) = ((low - spare).max(0.0), (high + spare).min(1.0));
    for nth in 0..AROUND {
        profiler.at(from + (to - from) * (nth as f64 / (AROUND - 1) as f64))?;
    }
    Ok(Profile { points: profiler.found, ends })
}

impl Profiler<'_, '_> {
    fn share(&self, point: &Minimum) -> f64 {
        point.at[self.place]
    }

    /// The smallest loss with this share of the parameter, from its nearest neighbour.
    fn at(&mut self, share: f64) -> Result<Minimum, NoRows> {
        let next = self.found.partition_point(|point| self.share(point) < share);
        if let Some(there) = self.found.get(next).filter(|point| self.share(point) == share) {
            return Ok(there.clone());
        }
        let near = [next.checked_sub(1), Some(next)];
        let near = near.into_iter().flatten().filter_map(|place| self.found.get(place));
        let others: Vec<Vec<f64>> = near.chain([self.best]).map(|point| self.others(point)).collect();
        let place = self.place;
        let whole = |others: &[f64]| {
            let mut at = others.to_vec();
            at.insert(place, share);
            at
        };
        let losses = &mut *self.losses;
        let mut reduced =
            |points: &[Vec<f64>]| losses(&points.iter().map(|others| whole(others)).collect::<Vec<_>>());
        let starts = reduced(&others)?.into_iter().zip(others);
        let start = starts.min_by(|one, other| one.0.total_cmp(&other.0));
        let (loss, at) = start.unwrap_or((f64::INFINITY, Vec::new()));
        let found = local(Minimum { at, loss }, STEP, &mut reduced)?;
        let point = Minimum { at: whole(&found.at), loss: found.loss };
        self.found.insert(next, point.clone());
        Ok(point)
    }

    fn others(&self, point: &Minimum) -> Vec<f64> {
        let mut others = point.at.clone();
        others.remove(self.place);
        others
    }

    /// The end of the interval: beyond the outermost point below the threshold.
    fn end(&mut self, is_upper: bool) -> Result<ProfileEnd, NoRows> {
        let is_below = |point: &&Minimum| point.loss <= self.threshold;
        let places = 0..self.found.len();
        let inner = if is_upper {
            places.rev().find(|place| is_below(&&self.found[*place]))
        } else {
            let mut places = places;
            places.find(|place| is_below(&&self.found[*place]))
        };
        let inner = inner.unwrap_or(0);
        let outer = if is_upper { Some(inner + 1) } else { inner.checked_sub(1) };
        let outer = outer.and_then(|outer| self.found.get(outer)).cloned();
        let inner = self.found[inner].clone();
        match outer {
            Some(outer) => Ok(ProfileEnd { at: self.crossing(inner, outer)?, is_bound: true }),
            None => Ok(ProfileEnd { at: inner, is_bound: false }),
        }
    }

    /// Where the threshold is crossed between a point below it and one above, by false
    /// position over the root of the loss, which is nearly straight; halved where that
    /// does not get on.
    fn crossing(&mut self, mut inner: Minimum, mut outer: Minimum) -> Result<Minimum, NoRows> {
        let (least, own) = (self.best.loss, self.share(self.best));
        let height = |loss: f64| libm::sqrt((loss - least).max(0.0));
        let target = height(self.threshold);
        for nth in 0..MOST {
            let (from, to) = (self.share(&inner), self.share(&outer));
            let apart = libm::fabs(to - from);
            if apart <= EXACT * libm::fabs(from - own) || apart < 1e-12 {
                break;
            }
            let part = (target - height(inner.loss)) / (height(outer.loss) - height(inner.loss));
            // A little beyond what is expected, so that both ends move.
            let is_halved = nth % 3 == 2 || !part.is_finite();
            let part = if is_halved { 0.5 } else { (part * 1.002).clamp(0.001, 0.999) };
            let point = self.at(from + (to - from) * part)?;
            if point.loss <= self.threshold {
                inner = point;
            } else {
                outer = point;
            }
        }
        Ok(inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of (x² - 2rxy + y²) / (1 - r²) the smallest over y is x² for each x.
    #[test]
    fn of_an_ellipse_by_hand() {
        let (r, scale) = (0.9, 0.1);
        let mut losses = |points: &[Vec<f64>]| {
            let of = |at: &Vec<f64>| {
                let (x, y) = ((at[0] - 0.4) / scale, (at[1] - 0.5) / scale);
                (x * x - 2.0 * r * x * y + y * y) / (1.0 - r * r)
            };
            Ok(points.iter().map(of).collect())
        };
        let best = Minimum { at: vec![0.4, 0.5], loss: 0.0 };
        let found = profile(&best, 0, 4.0, &mut losses).expect("it never fails");
        let [low, high] = &found.ends;
        assert!(low.is_bound && high.is_bound);
        assert!((low.at.at[0] - 0.2).abs() < 1e-3 && (high.at.at[0] - 0.6).abs() < 1e-3, "{found:?}");
        // The other one goes along by r.
        assert!((high.at.at[1] - 0.68).abs() < 2e-3, "{high:?}");
    }

    #[test]
    fn what_no_loss_bounds() {
        let mut losses = |points: &[Vec<f64>]| Ok(points.iter().map(|at| (at[0] - 0.5).max(0.0)).collect());
        let best = Minimum { at: vec![0.3], loss: 0.0 };
        let found = profile(&best, 0, 0.1, &mut losses).expect("it never fails");
        let [low, high] = &found.ends;
        assert!(!low.is_bound && low.at.at == [0.0]);
        assert!(high.is_bound && (high.at.at[0] - 0.6).abs() < 2e-3, "{high:?}");
    }
}
