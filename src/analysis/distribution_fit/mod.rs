//! Which distribution of the language is most likely to have made some values.
//!
//! Decides that distributions are ranked by Akaike's information criterion, and how
//! probable distances as large as theirs are: since the parameters were fitted to the
//! values, no table says so. Samples of as many values are drawn from the fitted
//! distribution, each is fitted in the same way, and those are counted that are as far
//! away (a parametric bootstrap).

mod goodness;

use crate::random::distributions::families;
use crate::random::{Family, Fitting, Sample, Streams, Takes};
use goodness::{Distances, distances};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many samples are drawn of few values.
pub const MOST_SAMPLES: u64 = 999;
/// And of many, at least.
const LEAST_SAMPLES: u64 = 99;
/// About so many values are drawn in all.
const VALUES: u64 = 5_000_000;
/// Steps in which a quantile is found.
const HALVINGS: u32 = 200;

/// A distance, and how probable one as large is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoodnessOfFit {
    /// The distance.
    pub statistic: f64,
    /// The share of samples of the fitted distribution that are as far away when they are
    /// fitted themselves; this one counts as one of them.
    pub p: f64,
}

/// A distribution, fitted to values.
#[derive(Debug, Clone, PartialEq)]
pub struct DistributionFit {
    family: &'static Family,
    arguments: Vec<f64>,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
    /// The largest distance between both distribution functions.
    pub kolmogorov_smirnov: GoodnessOfFit,
    /// The mean square of that, in which the tails weigh more; none where a value is at an
    /// end of the distribution.
    pub anderson_darling: Option<GoodnessOfFit>,
    /// How many samples were drawn.
    pub samples: u64,
}

/// Values that distributions are fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct FitSample(Sample);

/// Why a distribution is not fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFitted {
    /// So many values are below what it can have, or at its end.
    Outside(usize),
    /// No member of the family is the most likely one.
    NoLikeliest,
    /// The user stopped it.
    Stopped,
}

impl std::fmt::Display for NotFitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotFitted::Outside(count) => {
                write!(f, "{count} of the values are below what it can have, or at its end")
            }
            NotFitted::NoLikeliest => f.write_str("no member of the family is the most likely one"),
            NotFitted::Stopped => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for NotFitted {}

/// How distributions are fitted.
#[derive(Clone, Copy)]
pub struct FitOptions<'o> {
    /// How many samples are drawn; by the number of values, if it is not said.
    pub samples: Option<u64>,
    /// Of which seed.
    pub seed: u64,
    /// Threads.
    pub workers: usize,
    /// Asked now and then whether to stop.
    pub stop: &'o (dyn Fn() -> bool + Sync),
}

/// The names of the distributions that can be fitted.
pub fn fitted_families() -> impl Iterator<Item = &'static str> {
    families().into_iter().filter(|family| family.fitting.is_some()).map(|family| family.name)
}

impl FitSample {
    /// Values in any order; `None` if one is not finite, or all are equal.
    pub fn new(values: Vec<f64>) -> Option<FitSample> {
        Sample::new(values).map(FitSample)
    }

    /// The values, the smallest first.
    pub fn values(&self) -> &[f64] {
        &self.0.values
    }

    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.0.mean
    }

    /// The standard deviation of what they are a sample of.
    pub fn deviation(&self) -> f64 {
        libm::sqrt(self.0.variance * self.0.count() / (self.0.count() - 1.0))
    }

    /// Fits the distribution of this name.
    ///
    /// # Errors
    /// If it cannot have these values, or the user stops it.
    ///
    /// # Panics
    /// If there is no such distribution.
    pub fn fit(&self, name: &str, options: FitOptions<'_>) -> Result<DistributionFit, NotFitted> {
        let family = families().into_iter().find(|family| family.name == name);
        let family = family.expect("a distribution that can be fitted");
        let (sample, fitting) = (&self.0, fitting_of(family));
        let outside = sample.values.iter().filter(|value| !fitting.support.has(**value)).count();
        if outside > 0 {
            return Err(NotFitted::Outside(outside));
        }
        let arguments = (fitting.estimate)(sample).ok_or(NotFitted::NoLikeliest)?;
        let log_likelihood: f64 =
            sample.values.iter().map(|value| (fitting.log_density)(&arguments, *value)).sum();
        if !log_likelihood.is_finite() || arguments.iter().any(|argument| !argument.is_finite()) {
            return Err(NotFitted::NoLikeliest);
        }
        let own = distances_of(family, &arguments, sample);
        let count = sample.values.len() as u64;
        let samples = options.samples.unwrap_or((VALUES / count).clamp(LEAST_SAMPLES, MOST_SAMPLES));
        let farther = bootstrap(family, &arguments, (count, samples, own), options)?;
        let test = |statistic: f64, farther: u64| GoodnessOfFit {
            statistic,
            p: (farther + 1) as f64 / (samples + 1) as f64,
        };
        let squared = own.anderson_darling.is_finite();
        Ok(DistributionFit {
            kolmogorov_smirnov: test(own.kolmogorov_smirnov, farther[0]),
            anderson_darling: squared.then(|| test(own.anderson_darling, farther[1])),
            family,
            arguments,
            log_likelihood,
            samples,
        })
    }
}

/// How a family is fitted that can be.
fn fitting_of(family: &Family) -> &Fitting {
    family.fitting.as_ref().expect("a distribution that can be fitted")
}

fn distances_of(family: &Family, arguments: &[f64], sample: &Sample) -> Distances {
    distances(&sample.values, |value| (fitting_of(family).cumulative)(arguments, value))
}

/// How many of so many samples are at least as far away, by both measures.
fn bootstrap(
    family: &'static Family,
    arguments: &[f64],
    (count, samples, own): (u64, u64, Distances),
    options: FitOptions<'_>,
) -> Result<[u64; 2], NotFitted> {
    let (next, farther) = (AtomicU64::new(0), [AtomicU64::new(0), AtomicU64::new(0)]);
    std::thread::scope(|scope| {
        for _ in 0..options.workers.max(1) {
            scope.spawn(|| {
                let mut streams = Streams::new(options.seed, 0);
                streams.add(family.name, 0..1, 0..1);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= samples || (options.stop)() {
                        return;
                    }
                    streams.reset(options.seed, number);
                    // A sample that cannot be fitted is as far away as can be.
                    let found = drawn(family, arguments, count, &mut streams);
                    let away = |own: f64, found: Option<f64>| found.is_none_or(|found| found >= own);
                    let [ks, ad] =
                        [found.map(|one| one.kolmogorov_smirnov), found.map(|one| one.anderson_darling)];
                    farther[0].fetch_add(away(own.kolmogorov_smirnov, ks).into(), Ordering::Relaxed);
                    farther[1].fetch_add(away(own.anderson_darling, ad).into(), Ordering::Relaxed);
                }
            });
        }
    });
    if (options.stop)() {
        return Err(NotFitted::Stopped);
    }
    Ok(farther.map(AtomicU64::into_inner))
}

/// The distances of a sample that is drawn and fitted.
fn drawn(family: &Family, arguments: &[f64], count: u64, streams: &mut Streams) -> Option<Distances> {
    let mut position = 0;
    let values: Result<Vec<f64>, _> =
        (0..count).map(|_| (family.sample)(&mut streams.words(0, &mut position), arguments)).collect();
    let sample = Sample::new(values.ok()?)?;
    let fitted = (fitting_of(family).estimate)(&sample)?;
    Some(distances_of(family, &fitted, &sample))
}

impl DistributionFit {
    /// Its name in the language.
    pub fn name(&self) -> &'static str {
        self.family.name
    }

    /// Its parameters: the name in the language, the value, and whether that is of what is
    /// drawn, so that it is a duration where durations are.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, f64, bool)> {
        let each = self.family.parameters.iter().zip(&self.arguments);
        each.map(|(parameter, argument)| (parameter.name, *argument, parameter.takes == Takes::Measure))
    }

    /// Akaike's information criterion: twice the number of parameters, less twice the
    /// logarithm of the likelihood. The smaller the better; only differences mean something.
    pub fn akaike(&self) -> f64 {
        2.0 * self.arguments.len() as f64 - 2.0 * self.log_likelihood
    }

    /// The value that so large a share of all is below, for shares between 0 and 1.
    pub fn quantile(&self, share: f64) -> f64 {
        let cumulative = |value: f64| (fitting_of(self.family).cumulative)(&self.arguments, value);
        let scale = self.arguments.iter().fold(0.0, |largest: f64, one| largest.max(libm::fabs(*one)));
        let (mut low, mut high) = (-scale, scale);
        while cumulative(high) < share && high < f64::MAX / 4.0 {
            high *= 2.0;
        }
        while cumulative(low) > share && low > f64::MIN / 4.0 {
            low *= 2.0;
        }
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            if cumulative(middle) < share { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests;
