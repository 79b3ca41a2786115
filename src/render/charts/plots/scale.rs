//! An axis of a chart: from where to where it goes, in which way, and its labels.
//!
//! Decides that values in equal ratios stand on a logarithmic axis, and that labels
//! have the room that they need.

use super::super::super::font;
use super::super::super::shorten::{Names, Room};
use super::input::{ChartQuantity, SweepAxis};
use super::scale_ticks::{ScaleTicks, ends, log_ticks, number_ticks, time_ticks};

/// The font size of labels, in pixels.
pub(super) const LABEL: f64 = 10.5;
/// The widest label of a value in pixels; what is longer is shortened.
const MOST_LABEL: f64 = 80.0;
/// How far a label may stand out at the right end of an axis, in pixels.
const BEYOND: f64 = 24.0;
/// At most so many values of a logarithmic axis are its ticks.
const FEW: usize = 12;

/// Which way an axis goes, and how many pixels far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Length {
    Across(f64),
    Up(f64),
}

impl Length {
    /// What a label takes of it, with the space around it.
    fn of(self, label: &str) -> f64 {
        match self {
            Length::Across(_) => font::width(label, LABEL) + 14.0,
            Length::Up(_) => 15.0,
        }
    }

    fn pixels(self) -> f64 {
        match self {
            Length::Across(pixels) | Length::Up(pixels) => pixels,
        }
    }

    /// How many steps there are at most.
    fn most(self) -> u32 {
        match self {
            Length::Across(_) => 10,
            Length::Up(pixels) => (pixels / 32.0).clamp(1.0, 10.0) as u32,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Linear,
    Logarithmic,
    /// Values one beside the other, by their places.
    Places,
}

/// The ends of an upright axis for values in this range: from 0, unless that would press
/// all of them into its upper end.
pub(super) fn from_zero((low, high): (f64, f64)) -> (f64, f64) {
    let spare = (high * 0.5 - low * 0.5) * 0.1;
    match (low, high) {
        (low, high) if low >= 0.0 && low <= 0.7 * high => (0.0, high + spare),
        (low, high) if high <= 0.0 && high >= 0.7 * low => (low - spare, 0.0),
        (low, high) => (low - spare, high + spare),
    }
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    form: Form,
    low: f64,
    high: f64,
    pub ticks: Vec<(f64, String)>,
    /// What stands at it, with the unit.
    pub name: String,
}

impl Scale {
    /// An axis of numbers that has both of these on it.
    pub(super) fn numbers(quantity: &ChartQuantity, range: (f64, f64), length: Length) -> Scale {
        Scale::linear(quantity, range, length, false)
    }

    /// As [`Scale::numbers`], with ticks at whole numbers alone if that `is_whole`.
    fn linear(quantity: &ChartQuantity, (low, high): (f64, f64), length: Length, is_whole: bool) -> Scale {
        let (low, high) = ends(low, high);
        let ticks = |most: u32| match quantity.is_time {
            true => time_ticks(low, high, most),
            false => number_ticks(low, high, most),
        };
        let fits = |ticks: &ScaleTicks| {
            let widest = ticks.ticks.iter().map(|(_, label)| length.of(label)).fold(0.0, f64::max);
            let step = step(&ticks.ticks).unwrap_or(high - low);
            (!is_whole || step > 0.999) && step / (high - low) * length.pixels() >= widest
        };
        let most = length.most();
        // One tick alone says nothing of how far it is to another number.
        let tells = |ticks: &ScaleTicks| ticks.ticks.len() > 1;
        let mut fitting = (1..=most).rev().chain(most + 1..=3 * most).map(ticks).filter(fits);
        let first = fitting.next();
        let found = if first.as_ref().is_some_and(tells) { None } else { fitting.find(tells) };
        let ScaleTicks { ticks, unit } = found.or(first).unwrap_or_else(|| ticks(1));
        let name = unit.map_or(quantity.name.clone(), |unit| format!("{} ({unit})", quantity.name));
        Scale { form: Form::Linear, low, high, ticks, name }.within(length)
    }

    /// The upright axis of values in this range, so many pixels high: from 0 where that
    /// does not press them into its end, and up to a tick that none of them is above.
    pub(super) fn upright(quantity: &ChartQuantity, (lowest, highest): (f64, f64), pixels: f64) -> Scale {
        let ends = from_zero((lowest, highest));
        let scale = Scale::numbers(quantity, ends, Length::Up(pixels));
        let last = |scale: &Scale| scale.ticks.last().map_or(f64::INFINITY, |(at, _)| *at);
        let step = step(&scale.ticks).filter(|_| last(&scale) < highest);
        let higher =
            step.map(|step| Scale::numbers(quantity, (ends.0, last(&scale) + step), Length::Up(pixels)));
        higher.filter(|higher| last(higher) >= highest).unwrap_or(scale)
    }

    /// The axis of a parameter that varies.
    pub(super) fn of_axis(axis: &SweepAxis, length: Length) -> Scale {
        let numbers = || axis.values.iter().map(|value| value.number);
        if !axis.is_numeric || axis.values.len() < 2 {
            return Scale::places(axis, &(0..axis.values.len()).collect::<Vec<_>>(), length);
        }
        let (low, high) = numbers().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
            (low.min(number), high.max(number))
        });
        if is_geometric(&numbers().collect::<Vec<_>>()) {
            return Scale::logarithmic(axis, (low, high), length);
        }
        let spare = (high * 0.5 - low * 0.5) * 0.06;
        let is_whole = !axis.quantity.is_time && numbers().all(|number| libm::trunc(number) == number);
        Scale::linear(&axis.quantity, (low - spare, high + spare), length, is_whole)
    }

    fn logarithmic(axis: &SweepAxis, (low, high): (f64, f64), length: Length) -> Scale {
        let spare = libm::exp(libm::log(high / low) * 0.03);
        let (from, to) = (low / spare, high * spare);
        let ticks = match axis.values.len() {
            0..=FEW => axis.values.iter().map(|value| (value.number, value.label.clone())).collect(),
            _ => log_ticks(low, high, axis.quantity.is_time, FEW).ticks,
        };
        let name = format!("{} (logarithmic)", axis.quantity.name);
        Scale { form: Form::Logarithmic, low: from, high: to, ticks, name }.within(length).thinned(length)
    }

    /// These values of a parameter, one beside the other.
    pub(super) fn places(axis: &SweepAxis, shown: &[usize], length: Length) -> Scale {
        let labels = || shown.iter().map(|&place| axis.values[place].label.clone());
        let names = Names::new(labels(), Room::pixels(MOST_LABEL, LABEL));
        let ticks = labels().enumerate().map(|(nth, label)| (nth as f64, names.shown(&label).to_owned()));
        let (low, high) = (-0.5, shown.len().max(1) as f64 - 0.5);
        let name = axis.quantity.name.clone();
        Scale { form: Form::Places, low, high, ticks: ticks.collect(), name }.within(length).thinned(length)
    }

    /// Without labels that would be cut off at the right.
    fn within(mut self, length: Length) -> Scale {
        let Length::Across(pixels) = length else { return self };
        let mut ticks = std::mem::take(&mut self.ticks);
        ticks.retain(|(at, label)| {
            font::width(label, LABEL) / 2.0 <= (1.0 - self.share(*at)) * pixels + BEYOND
        });
        self.ticks = ticks;
        self
    }

    /// Without labels that have no room: each second one stays, or each third, …; of
    /// ticks at any distance, those that do not touch the one before.
    fn thinned(mut self, length: Length) -> Scale {
        if self.form == Form::Places {
            let widest = self.ticks.iter().map(|(_, label)| length.of(label)).fold(1.0, f64::max);
            let each = length.pixels() / (self.high - self.low);
            let keep = (widest / each).ceil().max(1.0) as usize;
            self.ticks = self.ticks.into_iter().step_by(keep).collect();
            return self;
        }
        let mut reached = f64::NEG_INFINITY;
        let mut ticks = std::mem::take(&mut self.ticks);
        ticks.retain(|(at, label)| {
            let (middle, half) = (self.share(*at) * length.pixels(), length.of(label) / 2.0);
            let fits = middle - half >= reached;
            if fits {
                reached = middle + half;
            }
            fits
        });
        self.ticks = ticks;
        self
    }

    /// With an empty strip below its low end, that takes this share of it all.
    pub(super) fn with_strip(mut self, share: f64) -> Scale {
        self.low -= (self.high - self.low) * share / (1.0 - share);
        self
    }

    /// With another name.
    pub(super) fn with_name(self, name: String) -> Scale {
        Scale { name, ..self }
    }

    /// Without ticks: there is nothing to be read off.
    pub(super) fn without_ticks(mut self) -> Scale {
        self.ticks.clear();
        self
    }

    /// Where a value of a parameter stands on its axis.
    pub(super) fn of_value(&self, axis: &SweepAxis, place: usize) -> f64 {
        if self.form == Form::Places { place as f64 } else { axis.values[place].number }
    }

    /// Which share of the axis lies before this number.
    pub(super) fn share(&self, number: f64) -> f64 {
        let share = match self.form {
            Form::Logarithmic => libm::log(number / self.low) / libm::log(self.high / self.low),
            // Halves of what may be as large as numbers are.
            _ => (number * 0.5 - self.low * 0.5) / (self.high * 0.5 - self.low * 0.5),
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Its ends.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// The width of its widest label, in pixels.
    pub(super) fn widest(&self) -> f64 {
        self.ticks.iter().map(|(_, label)| font::width(label, LABEL)).fold(0.0, f64::max)
    }
}

/// How far it is from one tick to the next.
fn step(ticks: &[(f64, String)]) -> Option<f64> {
    match ticks {
        [first, second, ..] => Some(second.0 - first.0),
        _ => None,
    }
}

/// Whether values are in about equal ratios, as far as whole numbers can be, over
/// enough of a range that an axis should show it.
fn is_geometric(values: &[f64]) -> bool {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return false };
    if values.len() < 3 || *first <= 0.0 || *last < first * 4.0 {
        return false;
    }
    let ratio = libm::exp(libm::log(last / first) / (values.len() - 1) as f64);
    values.windows(2).all(|pair| (pair[1] / pair[0] / ratio - 1.0).abs() < 0.15)
}

#[cfg(test)]
mod tests {
    use super::super::input::AxisValue;
    use super::*;

    #[test]
    fn ratios_and_steps_are_told_apart() {
        for values in [&[1.0, 2.0, 4.0][..], &[1.0, 3.0, 10.0, 32.0, 100.0], &[0.1, 1.0, 10.0]] {
            assert!(is_geometric(values), "{values:?}");
        }
        for values in [&[1.0, 10.0][..], &[10.0, 11.0, 12.0], &[1.0, 2.0, 3.0, 4.0], &[0.0, 1.0, 10.0], &[]] {
            assert!(!is_geometric(values), "{values:?}");
        }
    }

    fn axis(values: &[f64]) -> SweepAxis {
        let value = |&number: &f64| AxisValue { number, label: number.to_string() };
        let quantity = ChartQuantity { name: "n".to_owned(), is_time: false };
        SweepAxis { quantity, is_numeric: true, values: values.iter().map(value).collect() }
    }

    #[test]
    fn numbers_have_their_places() {
        let decades = Scale::of_axis(&axis(&[1.0, 10.0, 100.0]), Length::Across(500.0));
        assert!((decades.share(10.0) - 0.5).abs() < 1e-12);
        assert_eq!(decades.name, "n (logarithmic)");
        let one = Scale::of_axis(&axis(&[7.0]), Length::Across(500.0));
        assert_eq!((one.share(0.0), one.ticks.as_slice()), (0.5, &[(0.0, "7".to_owned())][..]));
        let straight = Scale::numbers(&axis(&[]).quantity, (-1.0, 3.0), Length::Up(200.0));
        assert_eq!((straight.share(-1.0), straight.share(1.0), straight.share(9.0)), (0.0, 0.5, 1.0));
        // Numbers end at 0, and a strip of a fifth lies below it.
        assert_eq!(straight.with_strip(0.2).range(), (-2.0, 3.0));
    }

    /// From one worker to four there are no one and a half.
    #[test]
    fn whole_numbers_have_ticks_at_whole_numbers() {
        let at = |values: &[f64]| -> Vec<f64> {
            let scale = Scale::of_axis(&axis(values), Length::Across(500.0));
            scale.ticks.iter().map(|(at, _)| *at).collect()
        };
        assert_eq!(at(&[1.0, 2.0, 3.0, 4.0]), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(at(&[3.0, 4.0]), [3.0, 4.0]);
        assert_eq!(at(&[0.5, 1.0, 1.5]), [0.6, 0.8, 1.0, 1.2, 1.4]);
    }

    #[test]
    fn no_value_is_above_the_highest_tick_and_one_tick_is_not_alone() {
        let quantity = axis(&[]).quantity;
        for highest in [0.93, 0.999, 1.0, 7.3, 42.0, 87.5, 199.0, 5e-7, 3.3e12] {
            for lowest in [0.0, highest * 0.5, highest * 0.93] {
                for (pixels, is_time) in [(110.0, false), (110.0, true), (300.0, false), (300.0, true)] {
                    let quantity = ChartQuantity { is_time, ..quantity.clone() };
                    let scale = Scale::upright(&quantity, (lowest, highest), pixels);
                    let told = format!("{lowest} {highest} {pixels} {is_time}: {scale:?}");
                    assert!(scale.ticks.last().expect("a tick").0 >= highest, "{told}");
                    assert!(scale.range().1 >= highest && scale.share(highest) > 0.4, "{told}");
                }
            }
        }
        // As a scale of colours, from end to end.
        for (low, high) in [(1.05, 1.95), (0.53, 0.999), (45.0, 46.2), (0.98, 1.02)] {
            let scale = Scale::numbers(&quantity, (low, high), Length::Up(150.0));
            assert!(scale.ticks.len() > 1, "{scale:?}");
        }
    }

    #[test]
    fn labels_do_not_touch() {
        let many: Vec<f64> = (0..1000).map(f64::from).collect();
        let mut categories = axis(&many);
        categories.is_numeric = false;
        for scale in [&categories, &axis(&many)].map(|axis| Scale::of_axis(axis, Length::Across(500.0))) {
            assert!(scale.ticks.len() > 3);
            for pair in scale.ticks.windows(2) {
                let apart = (scale.share(pair[1].0) - scale.share(pair[0].0)) * 500.0;
                assert!(apart >= (font::width(&pair[0].1, LABEL) + font::width(&pair[1].1, LABEL)) / 2.0);
            }
        }
    }
}
