//! Where a time axis has its ticks, and what stands at them.
//!
//! Decides the unit (ns to days), the step (1-2-5 in decimal units, divisors
//! of 60 in minutes and hours) and the labels. All in whole nanoseconds, so
//! that a tick is exactly where its label says. Does not decide pixels.

use crate::time::Time;

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

/// From this length on an axis counts minutes, hours and days.
const LONG: u64 = 3 * MIN;

/// The ticks of one time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticks {
    /// When, ascending, the first at 0; with what stands there.
    pub ticks: Vec<(Time, String)>,
    /// What the labels count: `s`, `h:min`.
    pub unit: &'static str,
}

/// Ticks for an axis from 0 to `end`, at most `most` steps of them (at least
/// one is always there).
pub fn ticks(end: Time, most: u32) -> Ticks {
    let end = end.as_nanos();
    let most = u64::from(most.max(1));
    let step = if end >= LONG { long_step(end, most) } else { decimal_step(end, most, NS) };
    let unit = Unit::of(end, step);
    let times = (0..=end / step).filter_map(|number| Time::from_nanos(number * step));
    Ticks { ticks: times.map(|time| (time, unit.label(time.as_nanos()))).collect(), unit: unit.name() }
}

/// The smallest of 1, 2, 5, 10, … times `base` that needs at most `most` steps.
fn decimal_step(end: u64, most: u64, base: u64) -> u64 {
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

fn long_step(end: u64, most: u64) -> u64 {
    let steps = SEXAGESIMAL.iter().chain(&HOURS);
    steps.copied().find(|&step| end / step <= most).unwrap_or_else(|| decimal_step(end, most, DAY))
}

/// How the labels of an axis are written.
enum Unit {
    /// A decimal number of this many nanoseconds.
    Decimal(u64, &'static str),
    /// `2:30` with this many nanoseconds before the colon and a sixtieth of it
    /// behind.
    Sixtieths(u64, &'static str),
}

impl Unit {
    fn of(end: u64, step: u64) -> Unit {
        match end {
            _ if step >= DAY => Unit::Decimal(DAY, "days"),
            _ if end >= 3 * HOUR && step.is_multiple_of(HOUR) => Unit::Decimal(HOUR, "h"),
            _ if end >= 3 * HOUR => Unit::Sixtieths(HOUR, "h:min"),
            _ if end >= LONG && step.is_multiple_of(MIN) => Unit::Decimal(MIN, "min"),
            _ if end >= LONG => Unit::Sixtieths(MIN, "min:s"),
            0 => Unit::Decimal(S, "s"),
            _ if end >= S => Unit::Decimal(S, "s"),
            _ if end >= MS => Unit::Decimal(MS, "ms"),
            _ if end >= US => Unit::Decimal(US, "us"),
            _ => Unit::Decimal(NS, "ns"),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Unit::Decimal(_, name) | Unit::Sixtieths(_, name) => name,
        }
    }

    fn label(&self, nanos: u64) -> String {
        match *self {
            Unit::Decimal(scale, _) => {
                let (whole, fraction) = (nanos / scale, nanos % scale);
                if fraction == 0 {
                    return whole.to_string();
                }
                // Only decimal units have steps below one, so this is exact.
                let width = scale.ilog10() as usize;
                let digits = format!("{fraction:0width$}");
                format!("{whole}.{}", digits.trim_end_matches('0'))
            }
            Unit::Sixtieths(scale, _) => format!("{}:{:02}", nanos / scale, nanos % scale / (scale / 60)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(nanos: u64, most: u32) -> (String, &'static str) {
        let ticks = ticks(Time::from_nanos(nanos).unwrap(), most);
        let labels: Vec<String> = ticks.ticks.into_iter().map(|(_, label)| label).collect();
        (labels.join(" "), ticks.unit)
    }

    #[test]
    fn steps_fit_the_unit() {
        for (nanos, most, text, unit) in [
            (30 * S, 10, "0 5 10 15 20 25 30", "s"),
            (15 * S, 10, "0 2 4 6 8 10 12 14", "s"),
            (1_200_000_000, 8, "0 0.2 0.4 0.6 0.8 1 1.2", "s"),
            (7 * US, 8, "0 1 2 3 4 5 6 7", "us"),
            (3, 8, "0 1 2 3", "ns"),
            (4 * MIN, 8, "0:00 0:30 1:00 1:30 2:00 2:30 3:00 3:30 4:00", "min:s"),
            (40 * MIN, 8, "0 5 10 15 20 25 30 35 40", "min"),
            (4 * HOUR, 8, "0:00 0:30 1:00 1:30 2:00 2:30 3:00 3:30 4:00", "h:min"),
            (20 * HOUR, 8, "0 3 6 9 12 15 18", "h"),
            (30 * DAY, 8, "0 5 10 15 20 25 30", "days"),
            (0, 8, "0", "s"),
        ] {
            assert_eq!(labels(nanos, most), (text.to_owned(), unit), "{nanos}");
        }
    }

    #[test]
    fn any_length_has_ticks_and_not_too_many() {
        let mut nanos = 1;
        while nanos < Time::MAX.as_nanos() / 3 {
            for most in [0, 1, 4, 10] {
                let count = ticks(Time::from_nanos(nanos).unwrap(), most).ticks.len();
                assert!((1..=most.max(1) as usize + 1).contains(&count), "{nanos} {most} {count}");
            }
            nanos = nanos * 3 + 1;
        }
        assert!(ticks(Time::MAX, 10).ticks.len() > 2);
    }
}
