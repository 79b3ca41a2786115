//! Numbers and durations as they are written: `12`, `1.5`, `2e3`, `250us`.
//!
//! Decides which spellings are allowed. A duration is calculated exactly, in
//! whole nanoseconds, never through a float.

use super::diagnostics::TextError;
use super::names::{UNITS, quoted};

/// What a spelled number is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// At most 2^63, so that a minus before it can make it fit.
    Int(u64),
    Float(f64),
    /// Nanoseconds.
    Duration(i64),
}

/// Reads the number that starts at `start`, which must be a digit. Gives it and
/// the byte after it. A duration may have several parts, as it is printed:
/// `1d 12h 1min 1.5s`, each in a smaller unit than the one before.
pub(super) fn read(text: &str, start: usize) -> Result<(Number, usize), TextError> {
    let (mut number, mut end) = read_one(text, start)?;
    let mut part = start;
    while let Number::Duration(sum) = number {
        let next = end + text[end..].bytes().take_while(|byte| *byte == b' ').count();
        let is_digit = text[next..].starts_with(|first: char| first.is_ascii_digit());
        if next == end || !is_digit {
            break;
        }
        let Ok((Number::Duration(more), more_end)) = read_one(text, next) else { break };
        if unit_nanos(&text[next..more_end]) >= unit_nanos(&text[part..end]) {
            break;
        }
        let sum = sum.checked_add(more).ok_or_else(|| TextError::new(start..more_end, TOO_LONG))?;
        (number, part, end) = (Number::Duration(sum), next, more_end);
    }
    Ok((number, end))
}

/// The unit of a duration of one part, in nanoseconds.
fn unit_nanos(part: &str) -> u64 {
    let unit = part.trim_start_matches(|c: char| c.is_ascii_digit() || ".+-eE".contains(c));
    UNITS.iter().find(|(known, _)| *known == unit).map_or(0, |&(_, nanos)| nanos)
}

fn read_one(text: &str, start: usize) -> Result<(Number, usize), TextError> {
    let bytes = text.as_bytes();
    let digits_from = |at: usize| at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole_end = digits_from(start);
    let mut end = whole_end;
    if bytes.get(end) == Some(&b'.') {
        end = digits_from(end + 1);
        if end == whole_end + 1 {
            let written = &text[start..whole_end];
            return Err(TextError::new(start..end, "a number cannot end in a point")
                .with_hint(format!("write `{written}.0`")));
        }
    }
    let mantissa_end = end;
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let digits = end + 1 + sign;
        if bytes.get(digits).is_some_and(u8::is_ascii_digit) {
            end = digits_from(digits);
        }
    }
    if whole_end - start > 1 && bytes[start] == b'0' {
        let error = TextError::new(start..end, "a number may not begin with a needless 0");
        // `1,000` is a number, a comma and another number.
        let is_second = |before: &str| before.ends_with(|last: char| last.is_ascii_digit());
        let thousands = text[..start].strip_suffix(',').is_some_and(is_second);
        return Err(error.with_hint(match thousands {
            true => "the digits of a number stand together, as in `1000`",
            false => "leave the 0 out",
        }));
    }
    let number_end = end;
    let is_suffix = |character: char| character.is_alphanumeric() || character == '_';
    end += text[end..].find(|character| !is_suffix(character)).unwrap_or(text.len() - end);
    let suffix = &text[number_end..end];
    if suffix.is_empty() {
        return plain(&text[start..end], whole_end == end, start..end).map(|number| (number, end));
    }
    let Some(&(_, nanos)) = UNITS.iter().find(|(unit, _)| *unit == suffix) else {
        return Err(unknown_unit(text, start, number_end, end));
    };
    let exponent = if mantissa_end == number_end { "" } else { &text[mantissa_end + 1..number_end] };
    duration(&text[start..mantissa_end], exponent, nanos)
        .map(|nanos| (Number::Duration(nanos), end))
        .map_err(|message| TextError::new(start..end, message))
}

/// A duration as in a scenario (`250us`, `1.5s`, `1h 30min`), in nanoseconds.
///
/// # Errors
/// A message, if it is none.
pub fn parse_duration(text: &str) -> Result<u64, String> {
    let text = text.trim();
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("a duration begins with a digit: 250us, 5ms, 1.5s, 2min".to_owned());
    }
    match read(text, 0) {
        Ok((Number::Duration(nanos), end)) if end == text.len() => Ok(nanos.unsigned_abs()),
        Ok(_) => Err("a duration needs a unit: 250us, 5ms, 1.5s, 2min".to_owned()),
        Err(error) => Err(error.message),
    }
}

/// A number that was read, of a unit, in whole nanoseconds: exactly, or rounded to the nearest.
/// `None` if the unit is unknown or there are too many.
pub(super) fn nanos_of(number: &str, unit: &str) -> Option<i64> {
    let &(_, nanos) = UNITS.iter().find(|(known, _)| *known == unit)?;
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, ""));
    match duration(mantissa, exponent, nanos) {
        Ok(exact) => Some(exact),
        Err(TOO_LONG) => None,
        Err(_) => crate::random::round_nanos(number.parse::<f64>().ok()? * nanos as f64)
            .ok()
            .map(|nanos| nanos as i64),
    }
}

fn plain(text: &str, whole: bool, range: std::ops::Range<usize>) -> Result<Number, TextError> {
    if whole {
        let number = text.parse().ok().filter(|&number: &u64| number <= 1 << 63);
        return number.map(Number::Int).ok_or_else(|| {
            TextError::new(range, format!("the integer {} does not fit 64 bits", quoted(text)))
        });
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Number::Float(number)),
        _ => Err(TextError::new(range, format!("the number {} is too large for a float", quoted(text)))),
    }
}

/// Words for units, as other programs and people write them.
const UNIT_WORDS: [(&[&str], &str); 7] = [
    (&["nsec", "nsecs", "nanosecond", "nanoseconds"], "ns"),
    (&["usec", "usecs", "microsecond", "microseconds"], "us"),
    (&["msec", "msecs", "millis", "millisecond", "milliseconds"], "ms"),
    (&["sec", "secs", "second", "seconds"], "s"),
    (&["mins", "minute", "minutes"], "min"),
    (&["hr", "hrs", "hour", "hours"], "h"),
    (&["day", "days"], "d"),
];

/// The unit that a word is, or means.
pub(super) fn unit_meant(word: &str) -> Option<&'static str> {
    let own = UNITS.iter().map(|(unit, _)| *unit).find(|unit| *unit == word);
    own.or_else(|| UNIT_WORDS.iter().find(|(words, _)| words.contains(&word)).map(|(_, unit)| *unit))
}

/// A duration of several parts, `1h30m`, as it is written: `1h 30min`. `None` if it is none.
fn parts_apart(mut text: &str) -> Option<String> {
    let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    let mut parts: Vec<(String, u64)> = Vec::new();
    while !text.is_empty() {
        let (number, rest) = text.split_at(text.find(|letter| !is_number(letter))?);
        let (unit, rest) = rest.split_at(rest.find(is_number).unwrap_or(rest.len()));
        let unit = if unit == "m" { "min" } else { unit_meant(unit)? };
        let &(_, nanos) = UNITS.iter().find(|(known, _)| *known == unit)?;
        parts.push((format!("{number}{unit}"), nanos));
        text = rest;
    }
    // From large to small the parts are one duration; in another order they are a sum.
    let descends = parts.windows(2).all(|pair| pair[0].1 > pair[1].1);
    let texts: Vec<String> = parts.into_iter().map(|(text, _)| text).collect();
    (texts.len() > 1).then(|| texts.join(if descends { " " } else { " + " }))
}

fn unknown_unit(text: &str, start: usize, unit_start: usize, end: usize) -> TextError {
    let number = &text[start..unit_start];
    let suffix = &text[unit_start..end];
    if let Some(apart) = parts_apart(&text[start..end]) {
        let message = "the parts of a duration are written with a space between them";
        return TextError::new(start..end, message).with_hint(format!("write `{apart}`"));
    }
    if suffix.starts_with('_') {
        return TextError::new(start..end, "the digits of a number cannot be separated")
            .with_hint("leave the `_` out");
    }
    if number == "0"
        && let Some(decimal) = decimal(suffix)
    {
        return TextError::new(start..end, "numbers are written in decimal")
            .with_hint(format!("write `{decimal}`"));
    }
    let hint = match suffix {
        "m" => "minutes are written `min`".to_owned(),
        _ => match unit_meant(suffix).or_else(|| unit_meant(&suffix.to_lowercase())) {
            Some(unit) => format!("write `{number}{unit}`"),
            None => "the units are ns, us, ms, s, min, h and d".to_owned(),
        },
    };
    TextError::new(unit_start..end, format!("unknown unit {}", quoted(suffix))).with_hint(hint)
}

const TOO_LONG: &str = "a duration is at most 2^63 ns, about 292 years";

/// What `x10`, `o17` and `b11` are after a 0 in other languages.
fn decimal(suffix: &str) -> Option<u64> {
    let (base, digits) = suffix.split_at_checked(1)?;
    let radix = match base {
        "x" | "X" => 16,
        "o" | "O" => 8,
        "b" | "B" => 2,
        _ => return None,
    };
    u64::from_str_radix(digits, radix).ok()
}

const TOO_FINE: &str = "a duration is a whole number of nanoseconds";

/// `mantissa` times ten to the `exponent` times `unit` nanoseconds.
fn duration(mantissa: &str, exponent: &str, unit: u64) -> Result<i64, &'static str> {
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    // An exponent that does not even parse is far out of every range.
    let negative = exponent.starts_with('-');
    let out_of_range = if negative { TOO_FINE } else { TOO_LONG };
    let exponent: i64 = if exponent.is_empty() { 0 } else { exponent.parse().map_err(|_| out_of_range)? };
    let scale = exponent.saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
    if scale.saturating_add(digits.len() as i64) > 20 {
        return Err(TOO_LONG);
    }
    if scale < -20 || digits.len() > 24 {
        return Err(TOO_FINE);
    }
    let value: u128 = digits.parse().map_err(|_| TOO_LONG)?;
    let value = value.checked_mul(unit.into()).ok_or(TOO_LONG)?;
    let power = 10u128.pow(scale.unsigned_abs() as u32);
    let nanos = if scale >= 0 {
        value.checked_mul(power).ok_or(TOO_LONG)?
    } else if value % power == 0 {
        value / power
    } else {
        return Err(TOO_FINE);
    };
    i64::try_from(nanos).map_err(|_| TOO_LONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<Number, String> {
        match read(text, 0) {
            Ok((number, end)) if end == text.len() => Ok(number),
            Ok((_, end)) => Err(format!("stopped at {end}")),
            Err(error) => Err(format!("{} | {}", error.message, error.hint.unwrap_or_default())),
        }
    }

    #[test]
    fn numbers_and_durations() {
        assert_eq!(number("12"), Ok(Number::Int(12)));
        assert_eq!(number("9223372036854775808"), Ok(Number::Int(1 << 63)));
        assert_eq!(number("1.5"), Ok(Number::Float(1.5)));
        assert_eq!(number("2e3"), Ok(Number::Float(2000.0)));
        assert_eq!(number("250us"), Ok(Number::Duration(250_000)));
        assert_eq!(number("250µs"), Ok(Number::Duration(250_000)));
        assert_eq!(number("1.5s"), Ok(Number::Duration(1_500_000_000)));
        assert_eq!(number("2e3ms"), Ok(Number::Duration(2_000_000_000)));
        assert_eq!(number("25e-1ms"), Ok(Number::Duration(2_500_000)));
        assert_eq!(number("1.50d"), Ok(Number::Duration(129_600_000_000_000)));
        assert_eq!(number("0e999999999999999999999s"), Ok(Number::Duration(0)));
    }

    #[test]
    fn durations_are_read_as_they_are_printed() {
        for (text, nanos) in [
            ("1d 12h 1min 1s", 129_661_000_000_000),
            ("3min 0.25s", 180_250_000_000),
            ("1h 30min", 5_400_000_000_000),
            ("106751d 23h 47min 16.854775807s", i64::MAX),
        ] {
            assert_eq!(number(text), Ok(Number::Duration(nanos)));
            assert_eq!(crate::time::format_nanos(nanos), text);
        }
        // Only from large to small, each unit once, and with a space between.
        for (text, end) in [("1s 1min", 2), ("1h 1h", 2), ("1h 2", 2), ("1h 5weeks", 2), ("1h - 5s", 2)] {
            assert_eq!(number(text), Err(format!("stopped at {end}")), "{text}");
        }
        assert!(number("106751d 23h 47min 17s").is_err_and(|error| error.contains("292 years")));
    }

    #[test]
    fn refused_numbers() {
        for (text, part) in [
            ("1_000", "cannot be separated"),
            ("1.", "write `1.0`"),
            ("007", "needless 0"),
            ("1min30s", "write `1min 30s`"),
            ("1h30m", "write `1h 30min`"),
            ("1m30s", "write `1min 30s`"),
            ("1s500ms", "write `1s 500ms`"),
            ("30s1min", "write `30s + 1min`"),
            ("1s2parsecs", "unknown unit 's2parsecs'"),
            ("5m", "minutes are written `min`"),
            ("5weeks", "unknown unit 'weeks'"),
            ("9223372036854775809", "does not fit 64 bits"),
            ("1e400", "too large for a float"),
            ("300000d", "292 years"),
            ("1e400s", "292 years"),
            ("1e99999999999999999999s", "292 years"),
            ("1.5ns", "whole number of nanoseconds"),
            ("1e-99999999999999999999s", "whole number of nanoseconds"),
        ] {
            let error = number(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
