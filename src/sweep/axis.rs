//! The values that one parameter takes, as they are written: `room=1..16`,
//! `workers=1,2,4`, `load=0.1..0.9:0.1`, `rate=log:1..1000`.
//!
//! Decides that a range has both its ends, that decimal steps are made of decimal
//! digits (0.1..0.9:0.1 has 0.3 in it, and not a neighbour of it), and how many values
//! there may be.

use crate::ids::ParamId;
use crate::scenario::{Diagnostics, Model, evaluate, read_expression, suggestion};
use crate::value::{Type, Value};

/// The most values of one parameter.
pub const MOST_VALUES: usize = 1_000_000;

/// A parameter with the values that it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Which parameter.
    pub param: ParamId,
    /// Its name.
    pub name: String,
    /// Its values, in the order in which they are written; at least one.
    pub values: Vec<Value>,
}

impl Axis {
    /// Reads `name=values`.
    ///
    /// # Errors
    /// A message, if there is no such parameter, or these are no values of it.
    pub fn read(model: &Model, text: &str) -> Result<Axis, String> {
        let Some((name, values)) = text.split_once('=') else {
            return Err(format!("'{text}' is no variation: write NAME=VALUES, such as room=1..16"));
        };
        let (name, values) = (name.trim(), values.trim());
        let (param, ty) = param(model, name)?;
        let values = match values.strip_prefix("log:") {
            Some(range) => log_range(range, ty),
            None => list(values, ty),
        };
        let values = values.map_err(|message| format!("--vary {text}: {message}"))?;
        if values.is_empty() {
            return Err(format!("--vary {text}: there is no value"));
        }
        Ok(Axis { param, name: name.to_owned(), values })
    }

    /// A parameter whose values are the cells of a column of a table. `lines` are those of
    /// the rows in the file, for messages.
    ///
    /// # Errors
    /// All that is wrong with it: there is no such parameter, or cells are no values of it.
    pub fn of_cells(model: &Model, name: &str, cells: &[String], lines: &[u64]) -> Result<Axis, Vec<String>> {
        let (param, ty) = param(model, name).map_err(|why| vec![why])?;
        let (mut values, mut problems) = (Vec::new(), Vec::new());
        for (row, cell) in cells.iter().enumerate() {
            match constant(cell, ty) {
                Ok(value) => values.push(value),
                Err(why) => problems.push(format!("{}: {why}", cell_place(name, row, lines))),
            }
        }
        if problems.is_empty() { Ok(Axis { param, name: name.to_owned(), values }) } else { Err(problems) }
    }
}

/// Where a cell of a table stands, for messages. `lines` are those of the rows in the file,
/// which follow each other behind the line of names if they are not known.
pub fn cell_place(column: &str, row: usize, lines: &[u64]) -> String {
    let line = lines.get(row).copied().unwrap_or(row as u64 + 2);
    format!("line {line}, column '{column}'")
}

/// The parameter of this name and its type.
pub fn param(model: &Model, name: &str) -> Result<(ParamId, Type), String> {
    let found = model.params.iter().position(|param| param.name == name);
    let Some(position) = found else {
        let names = || model.params.iter().map(|param| param.name.as_str());
        let hint = match names().count() {
            0 => "; the scenario has no parameters".to_owned(),
            _ => suggestion(name, names()),
        };
        return Err(format!("unknown parameter '{name}'{hint}"));
    };
    Ok((ParamId::from_index(position), model.params[position].ty))
}

/// One value, as it may be written for `--set`.
///
/// # Errors
/// A message, if it is no value of this type.
pub fn constant(text: &str, ty: Type) -> Result<Value, String> {
    let names = std::iter::empty();
    let expr = read_expression(names, "", text.trim(), Some(ty)).map_err(|problems| first(&problems))?;
    evaluate(&expr, &[]).map_err(|error| error.to_string())
}

/// What is wrong with a text, without its place: it is short.
pub fn first(problems: &Diagnostics) -> String {
    let Some(problem) = problems.items.first() else { return "it cannot be read".to_owned() };
    match &problem.hint {
        Some(hint) => format!("{}: {hint}", problem.message),
        None => problem.message.clone(),
    }
}

/// Values and ranges, separated by commas that are in no parentheses.
fn list(text: &str, ty: Type) -> Result<Vec<Value>, String> {
    let mut depth = 0;
    let parts = text.split(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    });
    let mut values: Vec<Value> = Vec::new();
    for part in parts {
        match part.split_once("..") {
            Some((low, rest)) => values.extend(range(low, rest, ty)?),
            None => values.push(constant(part, ty)?),
        }
        if values.len() > MOST_VALUES {
            return Err(too_many(values.len() as u128));
        }
    }
    if let Some(again) =
        values.iter().enumerate().find(|(at, value)| *at < 1000 && values[..*at].contains(value))
    {
        return Err(format!("the value {} is given twice", again.1));
    }
    Ok(values)
}

fn too_many(count: u128) -> String {
    format!("{count} values are too many; a parameter takes at most {MOST_VALUES}")
}

/// `low..high` or `low..high:step`, both ends included.
fn range(low: &str, rest: &str, ty: Type) -> Result<Vec<Value>, String> {
    let (high, step) = match rest.split_once(':') {
        Some((high, step)) => (high, Some(step)),
        None => (rest, None),
    };
    match ty {
        Type::Bool => Err("true and false are no range; write true,false".to_owned()),
        Type::Float => {
            let step = step.ok_or("a range of decimal numbers needs a step, as in 0.1..0.9:0.1")?;
            decimals(low, high, step)
        }
        Type::Int | Type::Duration => {
            let number = |text: &str| match constant(text, ty)? {
                Value::Int(number) | Value::Duration(number) => Ok::<i64, String>(number),
                other => Err(format!("{other} is no whole number")),
            };
            let step = match (step, ty) {
                (Some(step), _) => number(step)?,
                (None, Type::Int) => 1,
                (None, _) => {
                    return Err("a range of durations needs a step, as in 10ms..50ms:10ms".to_owned());
                }
            };
            let (low, high) = (i128::from(number(low)?), i128::from(number(high)?));
            let numbers = steps(low, high, i128::from(step))?;
            // Between two ends of 64 bits there are no others.
            let value = |number| if ty == Type::Int { Value::Int(number) } else { Value::Duration(number) };
            Ok(numbers.map(|number| value(number as i64)).collect())
        }
    }
}

/// The whole numbers from `low` to `high`.
fn steps(low: i128, high: i128, step: i128) -> Result<impl Iterator<Item = i128>, String> {
    if step == 0 {
        return Err("a step of 0 never gets to the end of the range".to_owned());
    }
    if (high - low).signum() * step.signum() < 0 {
        return Err(match step {
            1 => "the range is empty: its end is below its beginning (a step of -1 counts down)".to_owned(),
            _ => "the step leads away from the end of the range".to_owned(),
        });
    }
    let count = ((high - low) / step) as u128 + 1;
    if count > MOST_VALUES as u128 {
        return Err(too_many(count));
    }
    Ok((0..count as i128).map(move |nth| low + nth * step))
}

/// A range of decimal numbers, counted in units of their last digit.
fn decimals(low: &str, high: &str, step: &str) -> Result<Vec<Value>, String> {
    let texts = [low, high, step].map(str::trim);
    for text in texts {
        constant(text, Type::Float)?;
    }
    let scale = texts.map(|text| text.split_once('.').map_or(0, |(_, decimals)| decimals.len()));
    let scale = scale.into_iter().max().unwrap_or(0);
    let unit = |text: &str| -> Result<i128, String> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{decimals:0<scale$}").replace('_', "");
        let plain = digits.len() <= 30 && digits.trim_start_matches('-').bytes().all(|c| c.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| plain);
        number.ok_or_else(|| {
            format!("'{text}' is no plain decimal number, as the ends and the step of a range are")
        })
    };
    let [low, high, step] = [unit(low.trim())?, unit(high.trim())?, unit(step.trim())?];
    let numbers = steps(low, high, step)?;
    let text = |number: i128| {
        let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale);
        format!("{}{whole}.{decimals}0", if number < 0 { "-" } else { "" })
    };
    numbers.map(|number| text(number).parse().map(Value::Float).map_err(|_| "no number".to_owned())).collect()
}

/// `low..high` by decades, `low..high:n` for n values in equal ratios.
fn log_range(text: &str, ty: Type) -> Result<Vec<Value>, String> {
    let Some((low, rest)) = text.split_once("..") else {
        return Err("a logarithmic range has two ends, as in log:1..1000 or log:1..100:7".to_owned());
    };
    let (high, count) = match rest.split_once(':') {
        Some((high, count)) => {
            let count = count.trim().parse::<usize>().ok().filter(|count| (2..=MOST_VALUES).contains(count));
            (
                high,
                Some(count.ok_or("behind the colon of a logarithmic range is the number of values, from 2")?),
            )
        }
        None => (rest, None),
    };
    if ty == Type::Bool {
        return Err("true and false are no range; write true,false".to_owned());
    }
    // A duration counts in the nanoseconds that it is made of again.
    let number = |text: &str| {
        constant(text, ty).map(|value| match value {
            Value::Duration(nanos) => nanos as f64,
            other => other.as_f64(),
        })
    };
    let [low, high] = [number(low)?, number(high)?];
    if low <= 0.0 || high <= low {
        return Err("a logarithmic range goes from a number above 0 to a larger one".to_owned());
    }
    let floats: Vec<f64> = match count {
        Some(count) => {
            let ratio = libm::log(high / low) / (count - 1) as f64;
            let inner = (1..count - 1).map(|nth| low * libm::exp(ratio * nth as f64));
            std::iter::once(low).chain(inner).chain([high]).collect()
        }
        // Ten times the one before; the end only if it is one of them.
        None => std::iter::successors(Some(low), |value| Some(value * 10.0))
            .take_while(|value| *value <= high * (1.0 + 1e-12))
            .collect(),
    };
    let value = |float: f64| match ty {
        Type::Int => Value::Int(libm::round(float) as i64),
        Type::Duration => Value::Duration(libm::round(float) as i64),
        _ => Value::Float(float),
    };
    let mut values: Vec<Value> = floats.into_iter().map(value).collect();
    values.dedup();
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;

    fn read(text: &str) -> Result<Vec<Value>, String> {
        let scenario = "
version: 1
params: {room: 4, load: 0.5, load_time: 10ms, fast: true}
processes: {p: {do: [{delay: load_time}]}}
";
        let loaded = load_str("s", scenario, &[]).expect("it is valid");
        Axis::read(&loaded.model, text).map(|axis| axis.values)
    }

    fn ints(numbers: &[i64]) -> Result<Vec<Value>, String> {
        Ok(numbers.iter().map(|&number| Value::Int(number)).collect())
    }

    #[test]
    fn lists_and_ranges() {
        assert_eq!(read("room=1..4"), ints(&[1, 2, 3, 4]));
        assert_eq!(read("room=1,2,4..8:2"), ints(&[1, 2, 4, 6, 8]));
        assert_eq!(read("room=4..1:-1"), ints(&[4, 3, 2, 1]));
        assert_eq!(read("room=1..8:3"), ints(&[1, 4, 7]));
        assert_eq!(read("room=2*3"), ints(&[6]));
        assert_eq!(read("room=min(2, 3), 5"), ints(&[2, 5]));
        assert_eq!(read("room=log:1..1000"), ints(&[1, 10, 100, 1000]));
        assert_eq!(read("room=log:1..100:5"), ints(&[1, 3, 10, 32, 100]));
        let millis = |numbers: &[i64]| Ok(numbers.iter().map(|&n| Value::Duration(n * 1_000_000)).collect());
        assert_eq!(read("load_time=10ms..30ms:10ms"), millis(&[10, 20, 30]));
        assert_eq!(read("load_time=log:10ms..1s"), millis(&[10, 100, 1000]));
        assert_eq!(read("load_time=log:1ms..16ms:5"), millis(&[1, 2, 4, 8, 16]));
        assert_eq!(read("fast=true,false"), Ok(vec![true.into(), false.into()]));
    }

    #[test]
    fn decimal_steps_are_decimal() {
        let floats = |numbers: &[f64]| Ok(numbers.iter().map(|&number| Value::Float(number)).collect());
        assert_eq!(read("load=0.1..0.5:0.1"), floats(&[0.1, 0.2, 0.3, 0.4, 0.5]));
        assert_eq!(read("load=-0.5..0.5:0.25"), floats(&[-0.5, -0.25, 0.0, 0.25, 0.5]));
        assert_eq!(read("load=1..2:0.5"), floats(&[1.0, 1.5, 2.0]));
    }

    #[test]
    fn what_is_no_variation() {
        for (text, told) in [
            ("rom=1..4", "unknown parameter 'rom'; did you mean 'room'?"),
            ("room", "write NAME=VALUES"),
            ("room=", "empty"),
            ("room=4..1", "the range is empty"),
            ("room=1..4:0", "a step of 0"),
            ("room=1..4:-1", "leads away"),
            ("room=1..2000000", "2000000 values are too many"),
            ("room=1,1", "given twice"),
            ("room=1.5", "integer"),
            ("load=0.1..0.9", "needs a step"),
            ("load_time=1ms..9ms", "needs a step"),
            ("load_time=1..9:1", "unit"),
            ("room=log:0..10", "above 0"),
            ("fast=false..true", "no range"),
        ] {
            let message = read(text).expect_err(text);
            assert!(message.contains(told), "{text}: {message}");
        }
    }
}
