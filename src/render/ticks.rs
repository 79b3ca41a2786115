//! Where a time axis has its ticks, and what stands at them.
//!
//! Decides the unit, the step (1-2-5 in decimal units, divisors of 60 in
//! minutes and hours) and the labels; from three minutes on the labels are
//! durations in parts (`1h 30min`), as everywhere. All in whole nanoseconds, so
//! that a tick is exactly where its label says. Does not decide pixels.

use crate::time::{LONG, Time, format_in_parts};

const NS: u64 = 1;
const US: u64 = 1_000;
const MS: u64 = 1_000_000;
const S: u64 = 1_000_000_000;
const MIN: u64 = 60 * S;
const HOUR: u64 = 60 * MIN;
const DAY: u64 = 24 * HOUR;

/// Steps between a second and a day that divide the next larger unit.
const SEXAGESIMAL: [u64; 14] = [
    S,
    2 * S,
    5 * S,
    10 * S,
    15 * S,
    30 * S,
    MIN,
    2 * MIN,
    5 * MIN,
    10 * MIN,
    15 * MIN,
    30 * MIN,
    HOUR,
    2 * HOUR,
];
/// The coarser ones, which do not divide an hour.
const HOURS: [u64; 4] = [3 * HOUR, 6 * HOUR, 12 * HOUR, DAY];

/// The ticks of one time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticks {
    /// When, ascending; with what stands there.
    pub ticks: Vec<(Time, String)>,
    /// What the labels count: `s`; `None` if they say so themselves.
    pub unit: Option<&'static str>,
}

impl Ticks {
    /// What stands at the axis: `time (s)`.
    pub fn name(&self) -> String {
        self.unit.map_or("time".to_owned(), |unit| format!("time ({unit})"))
    }
}

/// Ticks for an axis from `start` to `end`, at most `most` steps of them. There is one
/// at least, unless the axis begins between two and ends before the second.
pub fn ticks(start: Time, end: Time, most: u32) -> Ticks {
    let (start, end) = (start.as_nanos(), end.as_nanos());
    let (most, length) = (u64::from(most.max(1)), end.saturating_sub(start));
    let step = if length >= LONG { long_step(length, most) } else { decimal_step(length, most, NS) };
    let times = (start.div_ceil(step)..=end / step).filter_map(|number| Time::from_nanos(number * step));
    if end >= LONG {
        let label = |nanos: u64| if nanos == 0 { "0".to_owned() } else { format_in_parts(nanos) };
        return Ticks { ticks: times.map(|time| (time, label(time.as_nanos()))).collect(), unit: None };
    }
    let (scale, unit) = unit_of(end);
    let ticks = times.map(|time| (time, decimal(time.as_nanos(), scale))).collect();
    Ticks { ticks, unit: Some(unit) }
}

/// The [`ticks`] of an axis between two instants that is `room` long, at most `most` steps of them and
/// no more than there is room for, if a label with the space around it takes
/// `width`.
pub fn fitting((start, end): (Time, Time), room: f64, most: u32, width: impl Fn(&str) -> f64) -> Ticks {
    let length = end.since(start);
    let fits = |ticks: &Ticks| {
        let widest = ticks.ticks.iter().map(|(_, label)| width(label)).fold(0.0, f64::max);
        let step = match ticks.ticks.as_slice() {
            [first, second, ..] => second.0.since(first.0),
            _ => length,
        };
        step as f64 * room >= widest * length as f64
    };
    (1..=most).rev().map(|most| ticks(start, end, most)).find(fits).unwrap_or_else(|| ticks(start, end, 1))
}

/// The smallest of 1, 2, 5, 10, … times `base` that needs at most `most` steps.
pub(super) fn decimal_step(end: u64, most: u64, base: u64) -> u64 {
    let mut decade = base;
    loop {
        for factor in [1, 2, 5] {
            let step = decade.saturating_mul(factor);
            if end / step <= most {
                return step;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

pub(super) fn long_step(end: u64, most: u64) -> u64 {
    let steps = SEXAGESIMAL.iter().chain(&HOURS);
    steps.copied().find(|&step| end / step <= most).unwrap_or_else(|| decimal_step(end, most, DAY))
}

/// The unit of a short axis, with its length in nanoseconds.
pub(super) fn unit_of(end: u64) -> (u64, &'static str) {
    match end {
        0 | S.. => (S, "s"),
        MS.. => (MS, "ms"),
        US.. => (US, "us"),
        _ => (NS, "ns"),
    }
}

/// So many nanoseconds in a unit that is a power of ten.
fn decimal(nanos: u64, scale: u64) -> String {
    let (whole, fraction) = (nanos / scale, nanos % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let width = scale.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(nanos: u64, most: u32) -> (String, &'static str) {
        let ticks = ticks(Time::ZERO, Time::from_nanos(nanos).unwrap(), most);
        let labels: Vec<String> = ticks.ticks.into_iter().map(|(_, label)| label).collect();
        (labels.join(" "), ticks.unit.unwrap_or(""))
    }

    #[test]
    fn steps_fit_the_unit() {
        for (nanos, most, text, unit) in [
            (30 * S, 10, "0 5 10 15 20 25 30", "s"),
            (15 * S, 10, "0 2 4 6 8 10 12 14", "s"),
            (1_200_000_000, 8, "0 0.2 0.4 0.6 0.8 1 1.2", "s"),
            (7 * US, 8, "0 1 2 3 4 5 6 7", "us"),
            (3, 8, "0 1 2 3", "ns"),
            (4 * MIN, 4, "0 1min 2min 3min 4min", ""),
            (4 * MIN, 8, "0 30s 1min 1min 30s 2min 2min 30s 3min 3min 30s 4min", ""),
            (4 * HOUR, 4, "0 1h 2h 3h 4h", ""),
            (3 * HOUR, 6, "0 30min 1h 1h 30min 2h 2h 30min 3h", ""),
            (36 * HOUR, 6, "0 6h 12h 18h 1d 1d 6h 1d 12h", ""),
            (30 * DAY, 8, "0 5d 10d 15d 20d 25d 30d", ""),
            (0, 8, "0", "s"),
        ] {
            assert_eq!(labels(nanos, most), (text.to_owned(), unit), "{nanos}");
        }
    }

    #[test]
    fn labels_have_the_room_they_need() {
        let width = |label: &str| label.len() as f64 + 1.0;
        for nanos in [0, 7, 30 * S, 4 * MIN, 3 * HOUR, 36 * HOUR, 400 * DAY] {
            let end = Time::from_nanos(nanos).unwrap();
            let fitted = fitting((Time::ZERO, end), 60.0, 10, width);
            for pair in fitted.ticks.windows(2) {
                let distance = pair[1].0.since(pair[0].0) as f64 / nanos as f64 * 60.0;
                assert!(distance >= width(&pair[0].1).max(width(&pair[1].1)), "{fitted:?}");
            }
        }
    }

    #[test]
    fn any_length_has_ticks_and_not_too_many() {
        let mut nanos = 1;
        while nanos < Time::MAX.as_nanos() / 3 {
            for most in [0, 1, 4, 10] {
                let count = ticks(Time::ZERO, Time::from_nanos(nanos).unwrap(), most).ticks.len();
                assert!((1..=most.max(1) as usize + 1).contains(&count), "{nanos} {most} {count}");
            }
            nanos = nanos * 3 + 1;
        }
        assert!(ticks(Time::ZERO, Time::MAX, 10).ticks.len() > 2);
    }
}
