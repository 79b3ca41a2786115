//! Which of several random systems has the smallest mean, and how sure that is.
//!
//! Decides by the fully sequential procedure of S.-H. Kim and B. L. Nelson, "A fully
//! sequential procedure for indifference-zone selection in simulation", ACM
//! Transactions on Modeling and Computer Simulation 11(3), 2001, pages 251–273, with
//! c = 1. Of k systems it finds the best with probability 1 - α whenever the best is
//! better than all others by at least the indifference δ:
//!
//! - The first n₀ replications of each give S²ᵢₗ, the variance of the differences of
//!   systems i and l in pairs. With η = ½ ((2α / (k - 1))^(-2 / (n₀ - 1)) - 1) and
//!   h² = 2 η (n₀ - 1), the two are told apart after at most h² S²ᵢₗ / δ² replications.
//! - After r replications system i is left out if its mean is above that of some other
//!   system l by more than Wᵢₗ(r) = max(0, δ / (2 r) · (h² S²ᵢₗ / δ² - r)).
//! - It ends with one system, or with the best mean of those left when r is above every
//!   h² S²ᵢₗ / δ².
//!
//! Replications may have common random numbers: only differences in pairs count. Means
//! are compared after some replications, and not after each: the bound on errors holds
//! for any choice of such moments.
//!
//! Where the replications that are allowed do not do, those left are compared in pairs
//! once more, with Student's t over all replications: whoever is worse than another one
//! is left out. Half of α is for that comparison, and half for the procedure, so that
//! both together are wrong with probability α (Bonferroni).
//!
//! An indifference that is a share is one of the mean that is the smallest in size of
//! the best after n₀ replications, which the theory takes as given beforehand.

use super::estimate::Estimate;

/// Replications of each system before any is left out.
pub const FIRST_STAGE: u64 = 20;

/// Differences that do not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Indifference {
    /// Smaller than this.
    Absolute(f64),
    /// Smaller than this share of the smallest mean.
    Share(f64),
}

/// How sure a selection is to be, and what it may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectionRules {
    /// Which differences do not matter.
    pub indifference: Indifference,
    /// The probability of a correct selection, from 0 to 1.
    pub confidence: f64,
    /// The most replications of one system; at least two.
    pub most: u64,
}

/// Which systems may be the best.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Those that were not left out, the smallest mean first; at least one, unless
    /// there are no systems.
    pub left: Vec<usize>,
    /// Whether the first of them is the best with the probability that was asked for, if
    /// the others are not within the indifference. Else the replications did not do.
    pub is_sure: bool,
    /// By system, the mean over its replications.
    pub estimates: Vec<Estimate>,
    /// The indifference as a number.
    pub indifference: f64,
    /// Replications of those that are left.
    pub replications: u64,
}

/// Where the numbers of systems come from.
pub trait Samples {
    /// Why there are no more.
    type Error;

    /// Makes all replications before this number, of these systems.
    ///
    /// # Errors
    /// If that cannot be done; it is not tried again.
    fn reach(&mut self, systems: &[usize], replications: u64) -> Result<(), Self::Error>;

    /// What a replication came to that was made before.
    fn sample(&self, system: usize, replication: u64) -> f64;
}

/// Selects among so many systems.
///
/// # Errors
/// What the source says.
pub fn select<S: Samples>(
    systems: usize,
    rules: SelectionRules,
    source: &mut S,
) -> Result<Selection, S::Error> {
    let first = FIRST_STAGE.min(rules.most).max(2);
    let mut left: Vec<usize> = (0..systems).collect();
    let mut estimates = vec![Estimate::default(); systems];
    source.reach(&left, first)?;
    for (system, estimate) in estimates.iter_mut().enumerate() {
        (0..first).for_each(|replication| estimate.add(source.sample(system, replication)));
    }
    let best = estimates.iter().map(|estimate| libm::fabs(estimate.mean())).fold(f64::INFINITY, f64::min);
    let indifference = match rules.indifference {
        Indifference::Absolute(difference) => difference,
        Indifference::Share(share) => share * best,
    };
    // The share of errors of one pair.
    let error = (1.0 - rules.confidence) / 2.0 / systems.saturating_sub(1).max(1) as f64;
    let bounds = Bounds::new(systems, first, (error, indifference), &|system, replication| {
        source.sample(system, replication)
    });
    let mut made = first;
    loop {
        left = bounds.screened(&left, made, &estimates);
        let mut is_sure = left.len() <= 1 || made as f64 > bounds.enough(&left);
        if !is_sure && made >= rules.most {
            left = not_worse(&left, made, error, &|system, nth| source.sample(system, nth));
            is_sure = left.len() <= 1;
        }
        if is_sure || made >= rules.most {
            left.sort_by(|one, other| estimates[*one].mean().total_cmp(&estimates[*other].mean()));
            return Ok(Selection { left, is_sure, estimates, indifference, replications: made });
        }
        let next = (made + (made / 8).max(1)).min(rules.most);
        source.reach(&left, next)?;
        for &system in &left {
            (made..next).for_each(|replication| estimates[system].add(source.sample(system, replication)));
        }
        made = next;
    }
}

/// Those that are worse than none of the others by their differences in pairs, each of
/// which errs with this probability.
fn not_worse(left: &[usize], made: u64, error: f64, sample: &dyn Fn(usize, u64) -> f64) -> Vec<usize> {
    let is_worse = |one: usize, other: usize| {
        let mut difference = Estimate::default();
        (0..made).for_each(|nth| difference.add(sample(one, nth) - sample(other, nth)));
        let half = difference.half_width(1.0 - 2.0 * error).unwrap_or(f64::INFINITY);
        difference.mean() > half
    };
    let stays = |one: &usize| !left.iter().any(|other| other != one && is_worse(*one, *other));
    left.iter().copied().filter(stays).collect()
}

/// How many replications tell two systems apart, h² S² / δ², by pair.
struct Bounds {
    systems: usize,
    indifference: f64,
    enough: Vec<f64>,
}

impl Bounds {
    fn new(
        systems: usize,
        first: u64,
        (error, indifference): (f64, f64),
        sample: &dyn Fn(usize, u64) -> f64,
    ) -> Bounds {
        let eta = 0.5 * (libm::pow(2.0 * error, -2.0 / (first - 1) as f64) - 1.0);
        // An error more likely than not needs no replications at all.
        let h2 = (2.0 * eta * (first - 1) as f64).max(0.0);
        let mut enough = vec![0.0; systems * systems];
        for one in 0..systems {
            for other in 0..one {
                let mut difference = Estimate::default();
                (0..first).for_each(|nth| difference.add(sample(one, nth) - sample(other, nth)));
                let deviation = difference.deviation().unwrap_or(0.0);
                let needed = if deviation == 0.0 {
                    0.0
                } else {
                    h2 * (deviation / indifference) * (deviation / indifference)
                };
                enough[one * systems + other] = needed;
                enough[other * systems + one] = needed;
            }
        }
        Bounds { systems, indifference, enough }
    }

    /// Those that are not yet worse than another one for certain.
    fn screened(&self, left: &[usize], made: u64, estimates: &[Estimate]) -> Vec<usize> {
        let is_worse = |one: usize, other: usize| {
            let (enough, made) = (self.enough[one * self.systems + other], made as f64);
            let width = self.indifference / (2.0 * made) * (enough - made);
            // Not a number where an indifference of nothing meets a bound that is infinite.
            let width = if width.is_nan() { f64::INFINITY } else { width.max(0.0) };
            estimates[one].mean() > estimates[other].mean() + width
        };
        let stays = |one: &usize| !left.iter().any(|other| other != one && is_worse(*one, *other));
        left.iter().copied().filter(stays).collect()
    }

    /// So many replications tell all of these apart.
    fn enough(&self, left: &[usize]) -> f64 {
        let pairs = left.iter().flat_map(|one| left.iter().map(move |other| (one, other)));
        pairs.map(|(one, other)| libm::floor(self.enough[one * self.systems + other])).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sum of twelve uniform numbers of a generator that is not ours, about normal.
    fn noise(seed: u64) -> f64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
        let mut sum = -6.0;
        for _ in 0..12 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            sum += (state >> 11) as f64 / (1u64 << 53) as f64;
        }
        sum
    }

    fn rules(difference: f64, most: u64) -> SelectionRules {
        SelectionRules { indifference: Indifference::Absolute(difference), confidence: 0.95, most }
    }

    /// Systems with these means and noise of this seed, or none.
    struct Systems<'m>(&'m [f64], Option<u64>);

    impl Samples for Systems<'_> {
        type Error = ();

        fn reach(&mut self, _: &[usize], _: u64) -> Result<(), ()> {
            Ok(())
        }

        fn sample(&self, system: usize, nth: u64) -> f64 {
            let number = |seed: u64| (seed * 16 + system as u64) * 1_000_000 + nth + 1;
            self.0[system] + self.1.map_or(0.0, |seed| noise(number(seed)))
        }
    }

    fn selection(means: &[f64], rules: SelectionRules, seed: u64) -> Selection {
        select(means.len(), rules, &mut Systems(means, Some(seed))).expect("it never fails")
    }

    /// The least favourable case of the theory: all others are worse by just the
    /// indifference. 95% of 1,000 are 950 ± 14.
    #[test]
    fn the_best_is_found_at_the_stated_probability() {
        let correct = (0..1000).filter(|seed| {
            let found = selection(&[10.5, 10.0, 10.5, 10.5], rules(0.5, 1_000_000), *seed);
            assert!(found.is_sure);
            found.left[0] == 1
        });
        assert!(correct.count() >= 936);
    }

    #[test]
    fn equal_systems_are_not_told_apart() {
        let found = selection(&[1.0, 1.0], rules(0.01, 50), 3);
        assert!(!found.is_sure);
        assert_eq!((found.left.len(), found.replications), (2, 50));
        // Nothing is random here: the first replications say all.
        let found = select(3, rules(0.0, 1000), &mut Systems(&[3.0, 2.0, 2.0], None));
        let found = found.expect("it never fails");
        assert_eq!((found.left, found.is_sure, found.replications), (vec![1, 2], true, FIRST_STAGE));
    }

    /// Far apart, though the indifference is too small for the procedure.
    #[test]
    fn what_is_clearly_worse_is_left_out_at_the_end() {
        let found = selection(&[1.0, 9.0, 1.0], rules(1e-6, 40), 5);
        assert_eq!((found.left.contains(&1), found.left.len(), found.is_sure), (false, 2, false));
        let found = selection(&[9.0, 1.0], rules(1e-6, 40), 5);
        assert_eq!((found.left, found.is_sure, found.replications), (vec![1], true, 40));
    }

    /// By hand for the pair below and δ = 0.01: two are told apart for certain after h² S² / δ² = 13,714
    /// replications, and after 20 of them if their means differ by more than 0.01 / 40 · (13,714 - 20) = 3.42.
    #[test]
    fn who_is_far_behind_is_left_out_early() {
        let left = |difference: f64| {
            let sample = |system: usize, nth: u64| system as f64 * (difference + (nth % 2) as f64 - 0.5);
            let bounds = Bounds::new(2, 20, (0.05, 0.01), &sample);
            let mut estimates = [Estimate::default(); 2];
            for (system, estimate) in estimates.iter_mut().enumerate() {
                (0..20).for_each(|nth| estimate.add(sample(system, nth)));
            }
            bounds.screened(&[0, 1], 20, &estimates)
        };
        assert_eq!((left(3.43), left(3.41)), (vec![0], vec![0, 1]));
    }

    /// By hand for k = 2, n₀ = 20, α = 0.05: η = ½ (0.1^(-2/19) - 1), h² = 38 η.
    #[test]
    fn the_bound_of_a_pair() {
        let sample = |system: usize, nth: u64| if system == 0 { 0.0 } else { (nth % 2) as f64 };
        let bounds = Bounds::new(2, 20, (0.05, 0.5), &sample);
        let h2 = 19.0 * (libm::pow(0.1, -2.0 / 19.0) - 1.0);
        // The variance of ten zeros and ten ones is 5/19.
        assert!((bounds.enough[1] - h2 * (5.0 / 19.0) / 0.25).abs() < 1e-9, "{}", bounds.enough[1]);
    }
}
