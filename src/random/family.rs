//! What there is to say of a distribution over floats, durations or counts.

use super::fitting::Fitting;
use super::sample::SampleError;
use super::streams::StreamWords;
use std::fmt;

/// A family of distributions over floats; what is drawn as a duration is drawn
/// in nanoseconds. One without a parameter that is measured as its values are draws
/// counts: whole numbers, up to 2^53.
pub struct Family {
    /// Its name in the language.
    pub name: &'static str,
    /// One line about it.
    pub doc: &'static str,
    /// Its parameters, at most [`MOST_PARAMETERS`].
    pub parameters: &'static [Parameter],
    /// Its mean and variance, in closed form, and arguments to test them with.
    #[cfg(test)]
    pub moments: (Moments, &'static [&'static [f64]]),
    /// How it is fitted to measurements, if it can be.
    pub fitting: Option<Fitting>,
    /// Draws a value; the arguments are floats, in the order of the parameters.
    pub sample: fn(&mut StreamWords<'_>, &[f64]) -> Result<f64, SampleError>,
}

/// Mean and variance for these arguments.
#[cfg(test)]
pub type Moments = fn(&[f64]) -> (f64, f64);

/// No family has more parameters.
pub const MOST_PARAMETERS: usize = 3;

/// A parameter of a [`Family`].
#[derive(Debug)]
pub struct Parameter {
    /// Its name in the language.
    pub name: &'static str,
    /// One line about it.
    pub doc: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Which values it can have; a sampler checks them again when it draws.
    pub bound: Bound,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// What is drawn: a float or a duration.
    Measure,
    /// A whole number.
    Whole,
    /// A float, whatever is drawn.
    Float,
}

/// Which values a parameter can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Above 0.
    Positive,
    /// 0 and above.
    NotNegative,
    /// 0 and above where time is to pass, else any.
    NotNegativeTime,
    /// Not below the parameter before it.
    NotBelowPrevious,
    /// Above 0 and at most 1.
    Probability,
}

impl PartialEq for Family {
    fn eq(&self, other: &Family) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The lower end of a range.
pub const LOW: Parameter =
    Parameter { name: "low", doc: "The lowest value.", takes: Takes::Measure, bound: Bound::NotNegativeTime };
/// The upper end of a range.
pub const HIGH: Parameter = Parameter {
    name: "high",
    doc: "The highest value.",
    takes: Takes::Measure,
    bound: Bound::NotBelowPrevious,
};
/// A mean above 0.
pub const MEAN: Parameter =
    Parameter { name: "mean", doc: "The mean, above 0.", takes: Takes::Measure, bound: Bound::Positive };
/// A standard deviation.
pub const DEVIATION: Parameter = Parameter {
    name: "sd",
    doc: "The standard deviation, not below 0.",
    takes: Takes::Measure,
    bound: Bound::NotNegative,
};
