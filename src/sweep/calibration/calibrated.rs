//! Parameters that are fitted to measurements, and how sure they are.
//!
//! Decides the threshold of the profiles. Where it is known how far figures may be off,
//! the loss is a chi-square, and an interval of 95% goes up to 3.84 above the smallest
//! loss. Where it is not, what is left of the deviations says so (F with one degree of
//! freedom above and as many below as there are more figures than parameters). Where
//! nothing is left, since there are no more figures than parameters, 1% is assumed.

use super::minimum::{Losses, MOST_FITTED, Minimum, by_steps, global, local};
use super::model::{CalibrationModel as Model, Modelled};
use super::parameter::{FitParameter, number_of};
use super::profile::{Profile, ProfileEnd, profile};
use crate::sweep::runner::NoRows;
use crate::sweep::student::{root, two_sided};
use crate::value::Value;

/// The probability with which an interval has the true value in it.
pub const CALIBRATION_LEVEL: f64 = 0.95;
/// How far figures are taken to be off where nothing says so.
pub const ASSUMED_ERROR: f64 = 0.01;
/// Deviations below that are rounding: so many parts of a figure.
const ROUNDING: f64 = 1e-9;
/// How often the search begins anew because a profile leads to something better.
const AGAIN: usize = 4;
/// Two parameters of which one goes along with the other that far, in halves of its
/// interval, trade off.
const TRADE_OFF: f64 = 0.9;

/// How it is known how far figures may be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorScale {
    /// It was given.
    Given,
    /// From what is left of the deviations.
    Residual,
    /// It is not: there are no more figures than parameters.
    Assumed,
}

/// One fitted parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedParameter {
    /// Its value, without digits that say nothing.
    pub value: Value,
    /// The ends of its interval, each with whether the data bound it there; else it is the
    /// end of the range.
    pub interval: [(Value, bool); 2],
    /// The values of all parameters with which the profile has these ends.
    pub at_ends: [Vec<Value>; 2],
    /// The smallest loss by the value that is held: numbers, durations in nanoseconds.
    pub profile: Vec<(f64, f64)>,
    /// Whether any measured figure depends on it.
    pub has_effect: bool,
}

/// A scenario that was fitted to measurements.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// By parameter.
    pub parameters: Vec<FittedParameter>,
    /// What the model makes of the settings with these values.
    pub modelled: Modelled,
    /// The smallest loss, before values were rounded, and the one up to which intervals go.
    pub losses: (f64, f64),
    /// How many figures were fitted.
    pub figures: usize,
    /// How it is known how far figures may be off.
    pub scale: ErrorScale,
    /// That, in units of what was given, or as a share of each figure: one standard
    /// deviation.
    pub error: f64,
    /// By row and figure, from where to where the figure may be if parameters are where
    /// their intervals allow.
    pub ranges: Vec<Vec<Option<(f64, f64)>>>,
    /// Pairs of parameters that trade off.
    pub trade_offs: Vec<(usize, usize)>,
    /// How many runs were made.
    pub runs: u64,
}

impl Calibrated {
    /// Whether the data bound all parameters on both sides.
    pub fn is_determined(&self) -> bool {
        self.figures >= self.parameters.len() && self.parameters.iter().all(FittedParameter::is_determined)
    }
}

impl FittedParameter {
    /// Whether the data bound it on both sides.
    pub fn is_determined(&self) -> bool {
        self.interval.iter().all(|(_, is_bound)| *is_bound)
    }
}

/// Fits the parameters of a model.
///
/// # Errors
/// If the user stops it, or the scenario cannot be run with some values.
///
/// # Panics
/// If there is no parameter, or there are more than [`MOST_FITTED`].
pub fn calibrate(model: &mut Model<'_>) -> Result<Calibrated, NoRows> {
    let parameters = model.runs().parameters;
    assert!((1..=MOST_FITTED).contains(&parameters.len()), "from one to six parameters");
    let yardstick = Yardstick::of(model);
    let mut best = {
        let own = own_shares(model);
        let mut losses = |points: &[Vec<f64>]| model.losses(points);
        let found = global(parameters.len(), &[own], &mut losses)?;
        settle(parameters, found, &mut losses)?
    };
    let mut profiles = profiles(model, &best, yardstick)?;
    for _ in 0..AGAIN {
        let points = profiles.iter().flat_map(|profile| &profile.points);
        let better = points.min_by(|one, other| one.loss.total_cmp(&other.loss));
        let Some(better) = better.filter(|better| yardstick.is_better(better.loss, best.loss)).cloned()
        else {
            break;
        };
        let mut losses = |points: &[Vec<f64>]| model.losses(points);
        let found = local(better, 0.02, &mut losses)?;
        best = settle(parameters, found, &mut losses)?;
        profiles = self::profiles(model, &best, yardstick)?;
    }
    finish(model, &best, &profiles, yardstick)
}

/// The file's own values, as a first guess.
fn own_shares(model: &Model<'_>) -> Vec<f64> {
    let runs = model.runs();
    let own = |parameter: &FitParameter| {
        parameter.share_of(number_of(runs.scenario.params[parameter.param.index()]))
    };
    runs.parameters.iter().map(own).collect()
}

/// With whole numbers that no single step makes better.
fn settle(parameters: &[FitParameter], found: Minimum, losses: &mut Losses<'_>) -> Result<Minimum, NoRows> {
    // Steps of durations are steps of a nanosecond mostly, which nothing depends on.
    let step = |parameter: &FitParameter| Some(parameter.resolution()).filter(|step| *step > 1e-4);
    let steps: Vec<f64> = parameters.iter().map(|parameter| step(parameter).unwrap_or(0.0)).collect();
    by_steps(found, &steps, losses)
}

fn profiles(model: &mut Model<'_>, best: &Minimum, yardstick: Yardstick) -> Result<Vec<Profile>, NoRows> {
    let threshold = yardstick.threshold(best.loss);
    let mut losses = |points: &[Vec<f64>]| model.losses(points);
    (0..best.at.len()).map(|place| profile(best, place, threshold, &mut losses)).collect()
}

/// What deviations are measured with.
#[derive(Clone, Copy)]
struct Yardstick {
    figures: usize,
    scale: ErrorScale,
    /// How many more figures there are than parameters.
    freedom: u64,
}

impl Yardstick {
    fn of(model: &Model<'_>) -> Yardstick {
        let runs = model.runs();
        let figures = runs.measurements.fitted().count();
        let freedom = figures.saturating_sub(runs.parameters.len()) as u64;
        let is_known = runs.error.is_some()
            || runs.measurements.fitted().all(|(_, _, measured)| measured.error.is_some());
        let scale = match (is_known, freedom) {
            (true, _) => ErrorScale::Given,
            (false, 0) => ErrorScale::Assumed,
            (false, _) => ErrorScale::Residual,
        };
        Yardstick { figures, scale, freedom }
    }

    /// What rounding makes of a loss.
    fn least(&self) -> f64 {
        self.figures as f64 * ROUNDING * ROUNDING
    }

    /// One standard deviation, by the smallest loss.
    fn error(&self, loss: f64) -> f64 {
        match self.scale {
            ErrorScale::Given => 1.0,
            ErrorScale::Residual => root(loss.max(self.least()) / self.freedom as f64),
            ErrorScale::Assumed => ASSUMED_ERROR,
        }
    }

    fn threshold(&self, loss: f64) -> f64 {
        let freedom = if self.scale == ErrorScale::Residual { self.freedom } else { u64::MAX };
        let width = two_sided(CALIBRATION_LEVEL, freedom) * self.error(loss);
        loss + width * width
    }

    /// Whether a loss is smaller by more than what does not matter.
    fn is_better(&self, loss: f64, than: f64) -> bool {
        loss < than - 1e-3 * (self.threshold(than) - than)
    }
}

fn finish(
    model: &mut Model<'_>,
    best: &Minimum,
    profiles: &[Profile],
    yardstick: Yardstick,
) -> Result<Calibrated, NoRows> {
    let parameters = model.runs().parameters;
    let each = parameters.iter().zip(profiles).enumerate();
    let parameters: Vec<FittedParameter> =
        each.map(|(place, (parameter, profile))| fitted(model, (place, parameter), best, profile)).collect();
    let modelled = model.at(parameters.iter().map(|parameter| parameter.value).collect())?;
    let ends: Vec<&ProfileEnd> = profiles.iter().flat_map(|profile| &profile.ends).collect();
    let mut others = vec![modelled.clone()];
    for end in &ends {
        others.push(model.at(model.values(&end.at.at))?);
    }
    Ok(Calibrated {
        ranges: ranges(model, &others),
        trade_offs: trade_offs(best, profiles),
        losses: (best.loss, yardstick.threshold(best.loss)),
        figures: yardstick.figures,
        scale: yardstick.scale,
        error: yardstick.error(best.loss),
        runs: model.made(),
        parameters,
        modelled,
    })
}

fn fitted(
    model: &Model<'_>,
    (place, parameter): (usize, &FitParameter),
    best: &Minimum,
    profile: &Profile,
) -> FittedParameter {
    let number = |point: &Minimum| number_of(parameter.value_at(point.at[place]));
    let own = number(best);
    let halves = profile.ends.iter().map(|end| libm::fabs(number(&end.at) - own));
    let half = halves.fold(f64::INFINITY, f64::min);
    let interval = [0, 1].map(|end| &profile.ends[end]);
    FittedParameter {
        value: parameter.rounded(own, half),
        interval: interval.map(|end| (parameter.value_at(end.at.at[place]), end.is_bound)),
        at_ends: interval.map(|end| model.values(&end.at.at)),
        profile: profile.points.iter().map(|point| (number(point), point.loss)).collect(),
        has_effect: profile.points.iter().any(|point| libm::fabs(point.loss - best.loss) > 1e-18),
    }
}

/// By row and figure, from where to where it goes over some of the values.
fn ranges(model: &Model<'_>, all: &[Modelled]) -> Vec<Vec<Option<(f64, f64)>>> {
    let measurements = model.runs().measurements;
    let range = |row: usize, figure: usize| {
        let means = all.iter().filter_map(|modelled| modelled.mean(row, figure));
        means.fold(None, |range: Option<(f64, f64)>, mean| match range {
            Some((low, high)) => Some((low.min(mean), high.max(mean))),
            None => Some((mean, mean)),
        })
    };
    let figures = measurements.figures.len();
    (0..measurements.rows.len()).map(|row| (0..figures).map(|figure| range(row, figure)).collect()).collect()
}

/// Where the profile of one parameter has its ends, the other one has moved by as much of
/// its own interval as they are correlated.
fn trade_offs(best: &Minimum, profiles: &[Profile]) -> Vec<(usize, usize)> {
    let width = |place: usize| {
        let [low, high] = [0, 1].map(|end: usize| profiles[place].ends[end].at.at[place]);
        high - low
    };
    let moved = |held: usize, other: usize| {
        let [low, high] = [0, 1].map(|end: usize| profiles[held].ends[end].at.at[other]);
        libm::fabs(high - low) / width(other)
    };
    let count = best.at.len();
    let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
    pairs.filter(|(one, other)| moved(*one, *other) > TRADE_OFF && moved(*other, *one) > TRADE_OFF).collect()
}
