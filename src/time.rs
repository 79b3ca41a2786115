//! The clock of a run: whole nanoseconds since its start.
//!
//! Decides how time is stored, added and printed. Does not decide when
//! anything happens: that is the kernel's and the calendar's business. There
//! are no floats here, so that no sum of times can differ between platforms.

use std::fmt;

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

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format_nanos(self.0 as i64))
    }
}

/// Prints a duration exactly, in the largest unit that needs no more than the
/// digits it has: `30s`, `1.5s`, `250us`, `-2ms`, `0s`.
///
/// The text is valid in a scenario, so what is printed can be pasted back.
pub fn format_nanos(nanos: i64) -> String {
    let magnitude = nanos.unsigned_abs();
    let (unit, scale) = match magnitude {
        0 => ("s", NANOS_PER_SECOND),
        n if n >= NANOS_PER_SECOND => ("s", NANOS_PER_SECOND),
        n if n >= 1_000_000 => ("ms", 1_000_000),
        n if n >= 1_000 => ("us", 1_000),
        _ => ("ns", 1),
    };
    let whole = magnitude / scale;
    let fraction = magnitude % scale;
    let sign = if nanos < 0 { "-" } else { "" };
    if fraction == 0 {
        return format!("{sign}{whole}{unit}");
    }
    let width = scale.ilog10() as usize;
    let digits = format!("{fraction:0width$}");
    format!("{sign}{whole}.{}{unit}", digits.trim_end_matches('0'))
}

/// Prints a duration for a reader: at most `digits` significant decimals, in
/// the unit that [`format_nanos`] would choose (`10.71s`, `192ms`).
pub fn format_nanos_short(nanos: u64, decimals: usize) -> String {
    let (unit, scale) = match nanos {
        0 => return "0s".to_owned(),
        n if n >= NANOS_PER_SECOND => ("s", NANOS_PER_SECOND),
        n if n >= 1_000_000 => ("ms", 1_000_000),
        n if n >= 1_000 => ("us", 1_000),
        _ => ("ns", 1),
    };
    let text = format!("{:.decimals$}", nanos as f64 / scale as f64);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(format_nanos(nanos), text);
        }
    }

    #[test]
    fn short_form_rounds() {
        assert_eq!(format_nanos_short(10_714_999_999, 2), "10.71s");
        assert_eq!(format_nanos_short(192_000_000, 3), "192ms");
        assert_eq!(format_nanos_short(70_000_000_000, 2), "70s");
    }

    #[test]
    fn addition_is_checked() {
        assert_eq!(Time::from_secs(1).checked_add(5).map(Time::as_nanos), Some(1_000_000_005));
        assert_eq!(Time::MAX.checked_add(1), None);
        assert_eq!(Time::from_nanos(u64::MAX), None);
    }
}
