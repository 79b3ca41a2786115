//! Where an axis of numbers has its ticks, wherever it begins, and what stands there.
//!
//! Decides the steps (1-2-5 in powers of ten; of times from three minutes on, parts of
//! minutes and hours) and the unit that all labels have in common. Ticks are decimal
//! numbers, read from their digits, so that each is exactly where its label says, on
//! every machine. Does not decide pixels.

use super::super::super::ticks::{decimal_step, long_step, unit_of};
use crate::time::{LONG, format_in_parts, format_quantity};

/// The ticks of an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ScaleTicks {
    /// Where, ascending; with what stands there.
    pub ticks: Vec<(f64, String)>,
    /// What the labels count: `s`, `×10⁶`; `None` if they say so themselves.
    pub unit: Option<String>,
}

/// Numbers larger than that are no figures.
const MOST: f64 = 1e300;

/// The ends of an axis that has both numbers on it, and is long enough for ticks.
pub(super) fn ends(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = (low.clamp(-MOST, MOST), high.clamp(-MOST, MOST));
    let size = low.abs().max(high.abs());
    let least = if size > 1e-290 { size * 1e-9 } else { 1.0 };
    if high - low >= least {
        return (low, high);
    }
    // One number alone: it stands in the middle.
    let spare = if size > 1e-290 { size * 0.1 } else { 1.0 };
    (low - spare, high + spare)
}

/// Ticks of plain numbers, about `most` steps of them at most.
pub(super) fn number_ticks(low: f64, high: f64, most: u32) -> ScaleTicks {
    let exponent = exponent(low.abs().max(high.abs()));
    let unit = if (-3..6).contains(&exponent) { 0 } else { exponent - exponent.rem_euclid(3) };
    let ticks = decimal_ticks(low, high, most, unit);
    ScaleTicks { ticks, unit: (unit != 0).then(|| format!("×10{}", raised(unit))) }
}

/// Ticks of times in nanoseconds.
pub(super) fn time_ticks(low: f64, high: f64, most: u32) -> ScaleTicks {
    let size = low.abs().max(high.abs());
    if size >= LONG as f64 {
        return ScaleTicks { ticks: long_ticks(low, high, most), unit: None };
    }
    // Parts of a nanosecond are counted in nanoseconds; of nothing the unit is a second.
    let (scale, unit) = unit_of((size as u64).max(u64::from(size > 0.0)));
    let ticks = decimal_ticks(low, high, most, scale.ilog10() as i32);
    ScaleTicks { ticks, unit: Some(unit.to_owned()) }
}

/// Ticks of a logarithmic axis at 1, 2 and 5 of each power of ten; at the powers alone
/// if that would be more than `most`.
pub(super) fn log_ticks(low: f64, high: f64, is_time: bool, most: usize) -> ScaleTicks {
    let at = |factors: &[u32]| -> Vec<(f64, String)> {
        let decades = exponent(low)..=exponent(high);
        let numbers =
            decades.flat_map(|power| factors.iter().map(move |factor| decimal(i128::from(*factor), power)));
        let on_axis = numbers.filter(|number| (low..=high).contains(number));
        on_axis.map(|number| (number, format_quantity(number, is_time, 3))).collect()
    };
    let fine = at(&[1, 2, 5]);
    ScaleTicks { ticks: if fine.len() <= most { fine } else { at(&[1]) }, unit: None }
}

/// Multiples of 1, 2 or 5 times a power of ten, labelled in units of ten to the `unit`.
fn decimal_ticks(low: f64, high: f64, most: u32, unit: i32) -> Vec<(f64, String)> {
    let least = (high - low) / f64::from(most.max(1));
    let mut power = exponent(least);
    let mantissa = least / decimal(1, power);
    let fits = |factor: &&i128| mantissa <= **factor as f64 * (1.0 + 1e-9);
    let factor = match [1, 2, 5].iter().find(fits) {
        Some(factor) => *factor,
        None => {
            power += 1;
            1
        }
    };
    let step = decimal(factor, power);
    let from = (low / step - 1e-9).ceil() as i128;
    let to = (high / step + 1e-9).floor() as i128;
    let tick = |nth: i128| (decimal(nth * factor, power), label(nth * factor, power - unit));
    (from..=to).map(tick).collect()
}

/// In minutes, hours, days; in parts of seconds if that is all there is between the ends.
fn long_ticks(low: f64, high: f64, most: u32) -> Vec<(f64, String)> {
    let (span, most) = ((high - low) as u64, u64::from(most.max(1)));
    let step = if span >= 2 * SECOND { long_step(span, most) } else { decimal_step(span, most, 1) };
    let from = (low / step as f64).ceil() as i64;
    let to = (high / step as f64).floor() as i64;
    let tick = |nth: i64| {
        let nanos = nth.unsigned_abs().saturating_mul(step);
        let sign = if nth < 0 { "-" } else { "" };
        let text = if nth == 0 { "0".to_owned() } else { format!("{sign}{}", format_in_parts(nanos)) };
        (nth as f64 * step as f64, text)
    };
    (from..=to).map(tick).collect()
}

const SECOND: u64 = 1_000_000_000;

/// The power of ten of the first digit.
fn exponent(number: f64) -> i32 {
    let text = format!("{number:e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// So many times a power of ten, to the nearest number.
fn decimal(digits: i128, power: i32) -> f64 {
    format!("{digits}e{power}").parse().unwrap_or(0.0)
}

/// So many times a power of ten in digits, without zeros behind the last decimal.
fn label(number: i128, power: i32) -> String {
    if number == 0 {
        return "0".to_owned();
    }
    if power >= 0 {
        return format!("{number}{}", "0".repeat(power as usize));
    }
    let decimals = power.unsigned_abs() as usize;
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let sign = if number < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{fraction}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// An exponent in small letters.
fn raised(exponent: i32) -> String {
    let small = |digit: char| match digit.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    exponent.to_string().chars().map(small).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ticks: &ScaleTicks) -> (String, String) {
        let labels: Vec<&str> = ticks.ticks.iter().map(|(_, label)| label.as_str()).collect();
        (labels.join(" "), ticks.unit.clone().unwrap_or_default())
    }

    #[test]
    fn numbers_by_hand() {
        for (low, high, most, labels, unit) in [
            (0.0, 1.0, 5, "0 0.2 0.4 0.6 0.8 1", ""),
            (0.0, 1.0, 10, "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1", ""),
            (0.93, 1.31, 4, "1 1.1 1.2 1.3", ""),
            (-7.0, 12.0, 5, "-5 0 5 10", ""),
            (1.0, 16.0, 8, "2 4 6 8 10 12 14 16", ""),
            (-0.003, -0.001, 4, "-0.003 -0.0025 -0.002 -0.0015 -0.001", ""),
            (0.0, 2_500_000.0, 5, "0 0.5 1 1.5 2 2.5", "×10⁶"),
            (0.0, 250_000.0, 5, "0 50000 100000 150000 200000 250000", ""),
            (0.0, 3e-5, 3, "0 10 20 30", "×10⁻⁶"),
            (1e200, 3e200, 2, "100 200 300", "×10¹⁹⁸"),
            (1e15, 1e15 + 4e6, 4, "1 1.000000001 1.000000002 1.000000003 1.000000004", "×10¹⁵"),
        ] {
            let told = told(&number_ticks(low, high, most));
            assert_eq!(told, (labels.to_owned(), unit.to_owned()), "{low} {high}");
        }
        // Every tick is the number that its label says, to the last bit.
        assert_eq!(number_ticks(0.0, 1.0, 10).ticks[3].0, 0.3);
    }

    #[test]
    fn times_by_hand() {
        let second = 1e9;
        for (low, high, most, labels, unit) in [
            (0.0, 30.0 * second, 6, "0 5 10 15 20 25 30", "s"),
            (21.0 * second, 24.0 * second, 3, "21 22 23 24", "s"),
            (-2e6, 4e6, 3, "-2 0 2 4", "ms"),
            (0.0, 0.75, 3, "0 0.5", "ns"),
            (0.0, 240.0 * second, 4, "0 1min 2min 3min 4min", ""),
            (3599.0 * second, 3600.0 * second, 2, "59min 59s 59min 59.5s 1h", ""),
            (-7200.0 * second, 3600.0 * second, 3, "-2h -1h 0 1h", ""),
        ] {
            let told = told(&time_ticks(low, high, most));
            assert_eq!(told, (labels.to_owned(), unit.to_owned()), "{low} {high}");
        }
    }

    #[test]
    fn logarithmic_by_hand() {
        assert_eq!(told(&log_ticks(1.0, 20.0, false, 9)).0, "1 2 5 10 20");
        assert_eq!(told(&log_ticks(1e6, 1e9, true, 4)).0, "1ms 10ms 100ms 1s");
        assert_eq!(told(&log_ticks(0.03, 0.3, false, 9)).0, "0.05 0.1 0.2");
    }

    #[test]
    fn any_two_numbers_have_ends_and_not_too_many_ticks() {
        let numbers =
            [0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-300, 1e300, f64::MAX, f64::MIN, 1e15, 1e15 + 0.125];
        for low in numbers {
            for high in numbers.into_iter().filter(|high| *high >= low) {
                let (from, to) = ends(low, high);
                assert!(from < to && (to - from).is_finite(), "{low} {high}");
                for most in [1, 4, 10] {
                    let count = number_ticks(from, to, most).ticks.len();
                    assert!(count <= most as usize + 1, "{low} {high} {count}");
                }
                assert!(number_ticks(from, to, 4).ticks.len() > 1, "{low} {high}");
            }
        }
        // Times are no longer than 292 years.
        for (low, high) in [(0.0, 9.2e18), (-9.2e18, 9.2e18), (9e18, 9.2e18)] {
            let count = time_ticks(low, high, 6).ticks.len();
            assert!((2..=7).contains(&count), "{low} {high} {count}");
        }
    }
}
