//! A parameter that is fitted: where its value is looked for.
//!
//! Decides how a range is written (`startup=0s..2s`, `rate=log:1..1000`, or a name alone
//! for up to ten times the value of the file), and how the range becomes the unit
//! interval that an optimiser works on.

use crate::ids::ParamId;
use crate::scenario::LoadedScenario;
use crate::sweep::axis::{constant, param};
use crate::value::{Type, Value};

/// Without a range a parameter is looked for up to so many times its value in the file.
const TIMES_OWN: f64 = 10.0;

/// A parameter with the range in which its value is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct FitParameter {
    /// Which parameter.
    pub param: ParamId,
    /// Its name.
    pub name: String,
    /// Of which type: an integer, a float or a duration.
    pub ty: Type,
    /// The ends of the range; durations in nanoseconds.
    pub range: (f64, f64),
    /// Whether equal ratios of values are equally far apart.
    pub is_log: bool,
}

impl FitParameter {
    /// Reads `name=low..high`, `name=log:low..high` or `name`.
    ///
    /// # Errors
    /// A message, if there is no such parameter, or this is no range of it.
    pub fn read(scenario: &LoadedScenario, text: &str) -> Result<FitParameter, String> {
        let (name, range) = match text.split_once('=') {
            Some((name, range)) => (name.trim(), Some(range.trim())),
            None => (text.trim(), None),
        };
        let (id, ty) = param(&scenario.model, name)?;
        let wrong = |why: &str| format!("--fit {}: {why}", text.trim());
        if ty == Type::Bool {
            return Err(wrong("true and false cannot be fitted; run both with --set"));
        }
        let is_log = range.is_some_and(|range| range.starts_with("log:"));
        let range = match range {
            Some(range) => read_range(range.strip_prefix("log:").unwrap_or(range), ty),
            None => own_range(scenario.params[id.index()]),
        };
        let range = range.map_err(|why| wrong(&why))?;
        if is_log && range.0 <= 0.0 {
            return Err(wrong("a logarithmic range begins above 0"));
        }
        Ok(FitParameter { param: id, name: name.to_owned(), ty, range, is_log })
    }

    /// The value at this share of the range.
    pub fn value_at(&self, share: f64) -> Value {
        let (low, high) = self.range;
        let share = share.clamp(0.0, 1.0);
        let number = match share {
            share if share <= 0.0 => low,
            share if share >= 1.0 => high,
            share if self.is_log => low * libm::exp(share * libm::log(high / low)),
            share => low + share * (high - low),
        };
        self.value_of(number)
    }

    /// A number of the range as a value of the parameter.
    pub fn value_of(&self, number: f64) -> Value {
        match self.ty {
            Type::Int => Value::Int(libm::round(number) as i64),
            Type::Duration => Value::Duration(libm::round(number) as i64),
            _ => Value::Float(number),
        }
    }

    /// At which share of the range a number is; at one of its ends if it is outside.
    pub fn share_of(&self, number: f64) -> f64 {
        let (low, high) = self.range;
        let share = match self.is_log {
            true => libm::log(number.max(low) / low) / libm::log(high / low),
            false => (number - low) / (high - low),
        };
        share.clamp(0.0, 1.0)
    }

    /// Values closer than that share of the range are the same one.
    pub fn resolution(&self) -> f64 {
        match self.ty {
            Type::Float => 0.0,
            _ => 1.0 / (self.range.1 - self.range.0),
        }
    }

    /// The nearest value with no digits that say nothing, where it is known up to `half`
    /// to either side: a power of ten below a fiftieth of that.
    pub fn rounded(&self, number: f64, half: f64) -> Value {
        let step = libm::exp10(libm::floor(libm::log10(half / 50.0)));
        if !step.is_finite() || step <= 0.0 || self.ty != Type::Float && step < 1.0 {
            return self.value_of(number);
        }
        let rounded = match step < 1.0 {
            // Divided by a whole number, so that decimals are what they look like.
            true => libm::round(number * libm::round(1.0 / step)) / libm::round(1.0 / step),
            false => libm::round(number / step) * step,
        };
        self.value_of(rounded.clamp(self.range.0, self.range.1))
    }
}

/// A value as a plain number: a duration in nanoseconds.
pub fn number_of(value: Value) -> f64 {
    match value {
        Value::Duration(nanos) => nanos as f64,
        other => other.as_f64(),
    }
}

fn read_range(text: &str, ty: Type) -> Result<(f64, f64), String> {
    let Some((low, high)) = text.split_once("..") else {
        return Err("a range has two ends, as in 0s..2s".to_owned());
    };
    let number = |text: &str| constant(text, ty).map(number_of);
    match (number(low)?, number(high)?) {
        (low, high) if low < high => Ok((low, high)),
        _ => Err("the end of the range is not above its beginning".to_owned()),
    }
}

/// From nothing to some times the value of the file.
fn own_range(value: Value) -> Result<(f64, f64), String> {
    match number_of(value) * TIMES_OWN {
        far if far > 0.0 => Ok((0.0, far)),
        far if far < 0.0 => Ok((far, 0.0)),
        _ => {
            Err("the file gives it the value 0, so say in which range to look, as in NAME=0s..2s".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;

    fn read(text: &str) -> Result<FitParameter, String> {
        let scenario = "
version: 1
params: {room: 4, load: 0.5, start: 10ms, none: 0s, fast: true}
processes: {p: {do: [{delay: start + none}]}}
";
        FitParameter::read(&load_str("s", scenario, &[]).expect("it is valid"), text)
    }

    #[test]
    fn ranges_and_their_shares() {
        let start = read("start=0s..2s").expect("a range");
        assert_eq!((start.value_at(0.25), start.share_of(5e8)), (Value::Duration(500_000_000), 0.25));
        let load = read("load=log:0.01..1.0").expect("a range");
        assert_eq!((load.value_at(0.0), load.value_at(1.0)), (Value::Float(0.01), Value::Float(1.0)));
        assert!((load.share_of(0.1) - 0.5).abs() < 1e-12);
        assert_eq!(read("room").expect("its own range").range, (0.0, 40.0));
        assert_eq!(read("room=1..5").expect("a range").resolution(), 0.25);
    }

    #[test]
    fn digits_that_say_nothing_are_rounded_away() {
        let start = read("start=0s..2s").expect("a range");
        assert_eq!(start.rounded(1_024_999_871.3, 60_000_000.0), Value::Duration(1_025_000_000));
        assert_eq!(start.rounded(1_024_999_871.3, 0.0), Value::Duration(1_024_999_871));
        let load = read("load=0.0..1.0").expect("a range");
        assert_eq!(load.rounded(0.119_813_09, 0.006), Value::Float(0.1198));
        assert_eq!(read("room=1..5").expect("a range").rounded(3.2, 0.1), Value::Int(3));
    }

    #[test]
    fn what_cannot_be_fitted() {
        for (text, told) in [
            ("roum", "did you mean 'room'?"),
            ("fast", "cannot be fitted"),
            ("none", "the file gives it the value 0"),
            ("start=1s", "a range has two ends"),
            ("start=0..2", "unit"),
            ("start=2s..1s", "not above its beginning"),
            ("load=log:0.0..1.0", "begins above 0"),
        ] {
            let message = read(text).expect_err("no range");
            assert!(message.contains(told), "{text}: {message}");
        }
    }
}
