//! Numbers as a reader sees them in reports and pictures.
//!
//! Decides how many digits are shown: so many decimals as a rule, more where a
//! small number would lose its digits (a speed-up of 0.0013 is not 0.00), and
//! an exponent where the zeros would be no help. Does not decide how times are
//! printed: see [`crate::time`].

use std::borrow::Cow;

/// Below this a number has an exponent.
const SMALL: f64 = 1e-4;
/// From this on it has one too; up to here floats are whole numbers exactly.
const LARGE: f64 = 1e16;

/// A number with so many decimals, and with more if it is small, so that as many
/// digits are left: `2.33`, `0.0013`, `2.5e-5`, `1e300`. Decimals behind the
/// last digit stay, but for exponents: figures of a column stand one below the
/// other.
pub fn format_figure(number: f64, decimals: usize) -> String {
    let magnitude = number.abs();
    if magnitude != 0.0 && !(SMALL..LARGE).contains(&magnitude) {
        return scientific(number, decimals);
    }
    let zeros = [0.1, 0.01, 0.001].into_iter().filter(|limit| magnitude != 0.0 && magnitude < *limit).count();
    format!("{number:.*}", if decimals == 0 && magnitude < 1.0 { zeros + 1 } else { decimals + zeros })
}

fn scientific(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{}e{exponent}", trimmed(mantissa)),
        None => text,
    }
}

/// Without zeros behind the last decimal.
pub fn trimmed(number: &str) -> &str {
    match number.contains('.') && !number.contains('e') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => number,
    }
}

/// A share of 1 in percent. Only nothing is `0.0%`, and only the whole `100.0%`.
pub fn format_share(share: f64) -> String {
    let percent = share * 100.0;
    if (99.95..100.0).contains(&percent) {
        return ">99.9%".to_owned();
    }
    format!("{}%", format_figure(percent, 1))
}

/// How many times as fast something is: `2.33×`.
pub fn format_factor(factor: f64) -> String {
    format!("{}×", format_figure(factor, 2))
}

/// A whole number with its digits in groups of three: `1,331,714`.
pub fn counted(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `run` for one, `runs` otherwise; `process` and `processes`, `memory` and `memories`.
pub fn noun(count: usize, one: &str) -> String {
    let hisses = ["s", "x", "ch", "sh"].iter().any(|end| one.ends_with(end));
    match one.strip_suffix('y') {
        _ if count == 1 => one.to_owned(),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if hisses => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

/// What so many do: `waits` for one, `wait` otherwise; `is` and `are`.
pub fn verb(count: usize, several: &'static str) -> Cow<'static, str> {
    match several {
        several if count != 1 => several.into(),
        "are" => "is".into(),
        "do" => "does".into(),
        "go" => "goes".into(),
        several => format!("{several}s").into(),
    }
}

/// `there is 1 instance`, `there are 3 instances`.
pub fn there_are(number: u64, one: &str) -> String {
    let count = usize::try_from(number).unwrap_or(usize::MAX);
    format!("there {} {}", verb(count, "are"), so_many(number, one))
}

/// `1 state`, `1,331,714 states`.
pub fn so_many(number: u64, one: &str) -> String {
    format!("{} {}", counted(number), noun(usize::try_from(number).unwrap_or(usize::MAX), one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(so_many(0, "state"), "0 states");
        assert_eq!(so_many(1, "state"), "1 state");
        assert_eq!(so_many(1_331_714, "state"), "1,331,714 states");
        assert_eq!(
            ["process", "memory", "mutex", "way", "mismatch"].map(|one| so_many(2, one)),
            ["2 processes", "2 memories", "2 mutexes", "2 ways", "2 mismatches"]
        );
        assert_eq!([0, 1, 2].map(|count| verb(count, "wait")), ["wait", "waits", "wait"]);
        assert_eq!([1, 2].map(|count| there_are(count, "event")), ["there is 1 event", "there are 2 events"]);
        assert_eq!(counted(u128::MAX), "340,282,366,920,938,463,463,374,607,431,768,211,455");
    }

    #[test]
    fn small_and_large_numbers_keep_their_digits() {
        for (number, decimals, text) in [
            (0.0, 2, "0.00"),
            (1.0, 2, "1.00"),
            (-2.333_333, 2, "-2.33"),
            (123_456.789, 2, "123456.79"),
            (0.42, 2, "0.42"),
            (0.042, 2, "0.042"),
            (0.0013, 2, "0.0013"),
            (-0.001_234, 2, "-0.0012"),
            (0.000_1, 2, "0.00010"),
            (0.000_025, 4, "2.5e-5"),
            (1e300, 4, "1e300"),
            (1.5e16, 1, "1.5e16"),
            (5e-324, 2, "4.94e-324"),
            (0.3, 0, "0.3"),
            (12.4, 0, "12"),
        ] {
            assert_eq!(format_figure(number, decimals), text);
        }
    }

    #[test]
    fn only_nothing_is_nothing_and_only_the_whole_is_the_whole() {
        for (share, text) in [
            (0.0, "0.0%"),
            (0.5, "50.0%"),
            (1.0, "100.0%"),
            (0.999_99, ">99.9%"),
            (0.999_4, "99.9%"),
            (0.000_4, "0.04%"),
            (0.000_002, "0.0002%"),
            (1e-12, "1e-10%"),
            (1.25, "125.0%"),
        ] {
            assert_eq!(format_share(share), text, "{share}");
        }
    }

    #[test]
    fn decimals_that_say_nothing_are_cut_off() {
        for (number, text) in [("3.0000", "3"), ("0.2500", "0.25"), ("100", "100"), ("1e300", "1e300")] {
            assert_eq!(trimmed(number), text);
        }
    }
}
