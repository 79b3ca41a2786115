//! The clock of a run: whole nanoseconds since its start.
//!
//! Decides how time is stored, added and printed. Does not decide when
//! anything happens: that is the kernel's and the calendar's business. There
//! are no floats here, so that no sum of times can differ between platforms.

use crate::figure::{format_figure, trimmed};
use std::fmt;
use std::time::Duration;

/// Nanoseconds in a second, the factor behind every unit conversion.
pub const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A point on the clock of a run, in nanoseconds from its start.
///
/// Invariant: never above [`Time::MAX`] (about 292 years), so that a time is
/// also a valid signed duration inside expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Time = Time(0);
    /// The last instant that can be represented, about 292 years.
    pub const MAX: Time = Time(i64::MAX as u64);

    /// The instant `nanos` nanoseconds after the start, or `None` past [`Time::MAX`].
    pub const fn from_nanos(nanos: u64) -> Option<Time> {
        if nanos <= Self::MAX.0 { Some(Time(nanos)) } else { None }
    }

    /// The instant `seconds` seconds after the start.
    ///
    /// # Panics
    /// If it lies past [`Time::MAX`]; meant for literals.
    pub const fn from_secs(seconds: u64) -> Time {
        match seconds.checked_mul(NANOS_PER_SECOND) {
            Some(nanos) if nanos <= Self::MAX.0 => Time(nanos),
            _ => panic!("time past Time::MAX"),
        }
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Seconds since the start, rounded to the nearest float: for drawing and
    /// printing only, never for the clock.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SECOND as f64
    }

    /// This instant plus `nanos`, or `None` past [`Time::MAX`].
    pub const fn checked_add(self, nanos: u64) -> Option<Time> {
        match self.0.checked_add(nanos) {
            Some(sum) => Time::from_nanos(sum),
            None => None,
        }
    }

    /// Nanoseconds from `earlier` to this instant; 0 if `earlier` is later.
    pub const fn since(self, earlier: Time) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The time since the start.
impl From<Time> for Duration {
    fn from(time: Time) -> Duration {
        Duration::from_nanos(time.0)
    }
}

/// As the time since the start.
impl PartialEq<Duration> for Time {
    fn eq(&self, other: &Duration) -> bool {
        Duration::from(*self) == *other
    }
}

/// As the time since the start.
impl PartialEq<Time> for Duration {
    fn eq(&self, other: &Time) -> bool {
        other == self
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format_nanos(self.0 as i64))
    }
}

/// The units of durations up to a second, largest first.
const DECIMAL_UNITS: [(&str, u64); 4] =
    [("s", NANOS_PER_SECOND), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// The units above a second, largest first.
const LONG_UNITS: [(&str, u64); 3] =
    [("d", 86_400 * NANOS_PER_SECOND), ("h", 3_600 * NANOS_PER_SECOND), ("min", 60 * NANOS_PER_SECOND)];

/// From this length on, in nanoseconds, a duration is printed in parts
/// (`12min 30s`), and an axis of time has such labels: three minutes.
pub const LONG: u64 = 180 * NANOS_PER_SECOND;

/// Prints a duration exactly, in the largest unit that needs no more than the
/// digits it has: `30s`, `1.5s`, `250us`, `-2ms`, `0s`; from [`LONG`] on in
/// parts: `3min`, `1d 12h 1min 1.5s`.
///
/// The text is valid in a scenario, so what is printed can be pasted back.
pub fn format_nanos(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    format!("{sign}{}", magnitude(nanos.unsigned_abs()))
}

fn magnitude(nanos: u64) -> String {
    if nanos >= LONG { format_in_parts(nanos) } else { in_one_unit(nanos) }
}

fn in_one_unit(nanos: u64) -> String {
    let (unit, scale) = unit_of(nanos);
    let (whole, fraction) = (nanos / scale, nanos % scale);
    if fraction == 0 {
        return format!("{whole}{unit}");
    }
    let width = scale.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    format!("{whole}.{}{unit}", digits.trim_end_matches('0'))
}

/// The largest unit up to a second of which there is at least one; of nothing,
/// seconds.
fn unit_of(nanos: u64) -> (&'static str, u64) {
    DECIMAL_UNITS.into_iter().find(|(_, scale)| nanos >= *scale).unwrap_or(DECIMAL_UNITS[0])
}

/// Prints a duration of any length exactly in days, hours, minutes and
/// seconds, without those of which there are none: `1d 12h`, `2min`, `0s`.
pub fn format_in_parts(nanos: u64) -> String {
    let mut parts = Vec::new();
    let mut rest = nanos;
    for (unit, scale) in LONG_UNITS {
        if rest >= scale {
            parts.push(format!("{}{unit}", rest / scale));
            rest %= scale;
        }
    }
    if rest > 0 || parts.is_empty() {
        parts.push(if parts.is_empty() { in_one_unit(rest) } else { seconds(rest) });
    }
    parts.join(" ")
}

/// In seconds, however few: beside minutes, `0.25s` reads better than `250ms`.
fn seconds(nanos: u64) -> String {
    let (whole, fraction) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    match fraction {
        0 => format!("{whole}s"),
        _ => format!("{whole}.{}s", format!("{fraction:09}").trim_end_matches('0')),
    }
}

/// Prints a duration for a reader: rounded to so many decimals of the unit that
/// [`format_nanos`] would choose, from an hour on to whole seconds (`10.71s`,
/// `192ms`, `1d 12h 1min 1s`).
pub fn format_nanos_short(nanos: u64, decimals: usize) -> String {
    let unit = if nanos >= LONG { NANOS_PER_SECOND } else { unit_of(nanos).1 };
    let decimals = if nanos >= LONG_UNITS[1].1 { 0 } else { decimals.min(9) as u32 };
    let step = (unit / 10u64.pow(decimals)).max(1);
    // Rounded before it is printed, so that 999.9999 ms are 1 s.
    magnitude(nanos.saturating_add(step / 2) / step * step)
}

/// Prints a length of time that is no whole number of nanoseconds, such as a
/// mean, as [`format_nanos_short`] would: below a microsecond it keeps decimals.
pub fn format_mean_nanos(nanos: f64, decimals: usize) -> String {
    // Past a microsecond the nearest nanosecond is far finer than what is shown.
    match nanos {
        nanos if nanos <= 0.0 || nanos.is_nan() => "0s".to_owned(),
        nanos if nanos < 999.5 => format!("{}ns", trimmed(&format_figure(nanos, decimals))),
        nanos => format_nanos_short(nanos.round() as u64, decimals),
    }
}

/// Prints a number of nanoseconds, as [`format_mean_nanos`] does but with its sign, or
/// a plain number: both rounded for a reader, without zeros behind the last decimal.
pub fn format_quantity(number: f64, is_time: bool, decimals: usize) -> String {
    let sign = if number < 0.0 { "-" } else { "" };
    let text = match is_time {
        true => format_mean_nanos(number.abs(), decimals),
        false => trimmed(&format_figure(number.abs(), decimals)).to_owned(),
    };
    format!("{sign}{text}")
}

/// Prints a mean with half of its interval, both in one unit and to the second digit of
/// the half: `1.08s ± 0.12s`; the mean alone, as [`format_quantity`], where there is no
/// half or it is nothing.
pub fn format_interval(mean: f64, half: Option<f64>, is_time: bool, decimals: usize) -> String {
    let Some(half) = half.filter(|half| *half > 0.0) else {
        return format_quantity(mean, is_time, decimals);
    };
    let (name, scale) = if is_time { mean_unit(mean.abs().max(half)) } else { ("", 1.0) };
    let (mean, half) = (mean / scale, half / scale);
    if mean.abs().max(half) >= 1e9 || half < 1e-9 {
        return format!("{mean:.3e}{name} ± {half:.1e}{name}");
    }
    let decimals = (1.0 - libm::floor(libm::log10(half))).clamp(0.0, 9.0) as usize;
    format!("{mean:.decimals$}{name} ± {half:.decimals$}{name}")
}

/// The unit in which a time is told that is so many nanoseconds long, with its length.
fn mean_unit(nanos: f64) -> (&'static str, f64) {
    let units = DECIMAL_UNITS.map(|(name, scale)| (name, scale as f64));
    units.into_iter().find(|(_, scale)| nanos >= *scale).unwrap_or(("ns", 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60 * NANOS_PER_SECOND;

    #[test]
    fn prints_exactly_and_in_the_largest_unit() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5us"),
            (250_000, "250us"),
            (-2_000_000, "-2ms"),
            (30_000_000_000, "30s"),
            (1_000_000_001, "1.000000001s"),
            (179_999_999_999, "179.999999999s"),
            (180_000_000_000, "3min"),
            (-200_500_000_000, "-3min 20.5s"),
            (3_600_000_000_001, "1h 0.000000001s"),
            (129_661_000_000_000, "1d 12h 1min 1s"),
            (i64::MAX, "106751d 23h 47min 16.854775807s"),
        ] {
            assert_eq!(format_nanos(nanos), text);
        }
    }

    #[test]
    fn short_form_rounds() {
        for (nanos, decimals, text) in [
            (10_714_999_999, 2, "10.71s"),
            (192_000_000, 3, "192ms"),
            (70_000_000_000, 2, "70s"),
            (999_999_999, 3, "1s"),
            (999_999, 2, "1ms"),
            (179_999_999_999, 3, "3min"),
            (200_500_400_000, 3, "3min 20.5s"),
            (59 * MINUTE + 59_999_999_999, 3, "1h"),
            (129_661_499_999_999, 3, "1d 12h 1min 1s"),
            (u64::MAX, 3, "213503d 23h 34min 33s"),
        ] {
            assert_eq!(format_nanos_short(nanos, decimals), text);
        }
    }

    #[test]
    fn means_below_a_nanosecond_are_not_nothing() {
        for (nanos, text) in
            [(0.0, "0s"), (0.4, "0.4ns"), (1.0 / 3.0, "0.333ns"), (2.5, "2.5ns"), (999.6, "1us"), (9e9, "9s")]
        {
            assert_eq!(format_mean_nanos(nanos, 3), text);
        }
    }

    #[test]
    fn an_interval_has_two_digits_of_its_half() {
        for (mean, half, is_time, text) in [
            (1.0812e9, Some(0.1234e9), true, "1.08s ± 0.12s"),
            (905.3e6, Some(67.2e6), true, "905ms ± 67ms"),
            (-2.3e9, Some(712e6), true, "-2.30s ± 0.71s"),
            (0.8, Some(0.0391), false, "0.800 ± 0.039"),
            (1e12, Some(3e10), false, "1.000e12 ± 3.0e10"),
            (1.5e9, Some(0.0), true, "1.5s"),
            (0.25, None, false, "0.25"),
        ] {
            assert_eq!(format_interval(mean, half, is_time, 3), text);
        }
    }

    #[test]
    fn addition_is_checked() {
        assert_eq!(Time::from_secs(1).checked_add(5).map(Time::as_nanos), Some(1_000_000_005));
        assert_eq!(Time::MAX.checked_add(1), None);
        assert_eq!(Time::from_nanos(u64::MAX), None);
    }
}
