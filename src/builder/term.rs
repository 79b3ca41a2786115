//! What stands for values, names and distributions in a scenario made in code.
//!
//! Decides how Rust values become the language's own words: everything that
//! is a value may be an expression too, and is checked as one in a file.

use crate::time::Time;
use crate::value::Value;
use std::fmt;
use std::time::Duration;

/// A value, or an expression over parameters and variables: `15`, `2.5`,
/// `true`, a [`Duration`], `"capacity * 2"`, `"250us"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term(pub(super) String);

macro_rules! terms {
    ($($ty:ty),*) => {
        $(impl From<$ty> for Term {
            fn from(value: $ty) -> Term {
                Term(value.to_string())
            }
        })*
    };
}

terms!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, bool, &str, String, &String);

impl From<f64> for Term {
    fn from(value: f64) -> Term {
        Term::float(value.is_finite(), format!("{value:?}"))
    }
}

impl From<f32> for Term {
    fn from(value: f32) -> Term {
        Term::float(value.is_finite(), format!("{value:?}"))
    }
}

impl From<Time> for Term {
    fn from(value: Time) -> Term {
        Term(format!("{}ns", value.as_nanos()))
    }
}

impl From<Value> for Term {
    fn from(value: Value) -> Term {
        match value {
            Value::Int(number) => Term::from(number),
            Value::Float(number) => Term::from(number),
            Value::Bool(flag) => Term::from(flag),
            Value::Duration(nanos) => Term(format!("{nanos}ns")),
        }
    }
}

impl From<Duration> for Term {
    fn from(value: Duration) -> Term {
        Term(format!("{}ns", value.as_nanos()))
    }
}

impl Term {
    /// A float, always with a point or an exponent: it stays one. What is not finite is
    /// written as in YAML, which is refused by what it is and not as an unknown name.
    fn float(is_finite: bool, digits: String) -> Term {
        let beginning = if digits.starts_with('-') { "-." } else { "." };
        let word = digits.trim_start_matches('-').to_ascii_lowercase();
        Term(if is_finite { digits } else { format!("{beginning}{word}") })
    }

    /// The term as YAML: in quotes unless it is a plain number, duration or
    /// name.
    pub(super) fn yaml(&self) -> String {
        let digits = self.0.strip_prefix('-').unwrap_or(&self.0);
        let unit = digits.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_whole = digits.len() > unit.len() && digits.len() < 18;
        let is_plain = is_whole && ["", "ns", "us", "ms", "s", "min", "h"].contains(&unit)
            || [".nan", ".inf"].contains(&digits);
        if is_plain { self.0.clone() } else { key(&self.0) }
    }
}

/// Text in double quotes, on one line.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name, as a key or a value: in quotes only if need be.
pub(super) fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(plain)
        && !words.contains(&name.to_ascii_lowercase().as_str());
    if is_plain { name.to_owned() } else { quoted(name) }
}

/// `{a: b, c: d}`.
pub(super) fn map<'n>(entries: impl IntoIterator<Item = (&'n str, String)>) -> String {
    let entries: Vec<String> =
        entries.into_iter().map(|(name, value)| format!("{}: {value}", key(name))).collect();
    format!("{{{}}}", entries.join(", "))
}

/// `[a, b, c]`.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// One name or several: `"mutex"`, `["empty", "mutex"]`, `"forks[index]"`.
pub trait IntoNames {
    /// All of them, in order.
    fn names(self) -> Vec<String>;
}

impl IntoNames for &str {
    fn names(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoNames for &String {
    fn names(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl IntoNames for String {
    fn names(self) -> Vec<String> {
        vec![self]
    }
}

impl<T: Into<String>, const N: usize> IntoNames for [T; N] {
    fn names(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<String>> IntoNames for Vec<T> {
    fn names(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

/// The names in YAML: one alone, several as a list.
pub(super) fn references(names: impl IntoNames) -> String {
    let names = names.names();
    match names.as_slice() {
        [one] => key(one),
        several => list(several.iter().map(|name| key(name))),
    }
}

/// Where random values come from; the distributions are those of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution(pub(super) String);

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Distribution {
    fn new(name: &str, arguments: &[(&str, Term)]) -> Distribution {
        let arguments: Vec<String> =
            arguments.iter().map(|(key, term)| format!("{key}: {}", term.yaml())).collect();
        Distribution(format!("{{{name}: {{{}}}}}", arguments.join(", ")))
    }

    /// Evenly between two floats or durations.
    pub fn uniform(low: impl Into<Term>, high: impl Into<Term>) -> Distribution {
        Distribution::new("uniform", &[("low", low.into()), ("high", high.into())])
    }

    /// Evenly among integers, both ends included.
    pub fn uniform_int(low: impl Into<Term>, high: impl Into<Term>) -> Distribution {
        Distribution::new("uniform_int", &[("low", low.into()), ("high", high.into())])
    }

    /// Exponential.
    pub fn exponential(mean: impl Into<Term>) -> Distribution {
        Distribution::new("exponential", &[("mean", mean.into())])
    }

    /// Normal, drawn again as long as it is below 0.
    pub fn normal(mean: impl Into<Term>, sd: impl Into<Term>) -> Distribution {
        Distribution::new("normal", &[("mean", mean.into()), ("sd", sd.into())])
    }

    /// The sum of `shape` exponentials, with this mean in all.
    pub fn erlang(shape: impl Into<Term>, mean: impl Into<Term>) -> Distribution {
        Distribution::new("erlang", &[("shape", shape.into()), ("mean", mean.into())])
    }

    /// Gamma, by its shape and mean.
    pub fn gamma(shape: impl Into<Term>, mean: impl Into<Term>) -> Distribution {
        Distribution::new("gamma", &[("shape", shape.into()), ("mean", mean.into())])
    }

    /// Log-normal, by its own mean and standard deviation.
    pub fn lognormal(mean: impl Into<Term>, sd: impl Into<Term>) -> Distribution {
        Distribution::new("lognormal", &[("mean", mean.into()), ("sd", sd.into())])
    }

    /// Triangular.
    pub fn triangular(low: impl Into<Term>, mode: impl Into<Term>, high: impl Into<Term>) -> Distribution {
        let arguments = [("low", low.into()), ("mode", mode.into()), ("high", high.into())];
        Distribution::new("triangular", &arguments)
    }

    /// Weibull.
    pub fn weibull(scale: impl Into<Term>, shape: impl Into<Term>) -> Distribution {
        Distribution::new("weibull", &[("scale", scale.into()), ("shape", shape.into())])
    }

    /// Beta, from 0 to `high`, with these two shapes.
    pub fn beta(alpha: impl Into<Term>, beta: impl Into<Term>, high: impl Into<Term>) -> Distribution {
        let arguments = [("alpha", alpha.into()), ("beta", beta.into()), ("high", high.into())];
        Distribution::new("beta", &arguments)
    }

    /// Pareto, by its lowest value and the power of its tail.
    pub fn pareto(scale: impl Into<Term>, shape: impl Into<Term>) -> Distribution {
        Distribution::new("pareto", &[("scale", scale.into()), ("shape", shape.into())])
    }

    /// Poisson: an integer, by its mean.
    pub fn poisson(mean: impl Into<Term>) -> Distribution {
        Distribution::new("poisson", &[("mean", mean.into())])
    }

    /// How many trials up to the first success, an integer, by the probability of one.
    pub fn geometric(p: impl Into<Term>) -> Distribution {
        Distribution::new("geometric", &[("p", p.into())])
    }

    /// One of several values, each with a weight.
    pub fn choice<V: Into<Term>, W: Into<Term>>(options: impl IntoIterator<Item = (V, W)>) -> Distribution {
        let (values, weights): (Vec<String>, Vec<String>) =
            options.into_iter().map(|(value, weight)| (value.into().yaml(), weight.into().yaml())).unzip();
        Distribution(format!("{{choice: {{values: {}, weights: {}}}}}", list(values), list(weights)))
    }

    /// CPython's `random.seed(seed)` and then `random.randint(low, high)`.
    pub fn cpython_randint(
        seed: impl Into<Term>,
        low: impl Into<Term>,
        high: impl Into<Term>,
    ) -> Distribution {
        let arguments = [("seed", seed.into()), ("low", low.into()), ("high", high.into())];
        Distribution::new("cpython_randint", &arguments)
    }

    /// The values of a column of a CSV file, row by row; a fault behind the last. The path is
    /// relative to the folder in which the test runs, and `unit` is that of numbers which
    /// are durations, as `"ms"`.
    pub fn trace(file: &str, column: &str, unit: Option<&str>) -> Distribution {
        Distribution::of_table("trace", file, column, unit)
    }

    /// One of the values of a column of a CSV file, each row equally likely; the arguments
    /// are those of [`Distribution::trace`].
    pub fn bootstrap(file: &str, column: &str, unit: Option<&str>) -> Distribution {
        Distribution::of_table("bootstrap", file, column, unit)
    }

    /// Between two neighbours among the values of a column of a CSV file; the arguments are
    /// those of [`Distribution::trace`].
    pub fn empirical(file: &str, column: &str, unit: Option<&str>) -> Distribution {
        Distribution::of_table("empirical", file, column, unit)
    }

    fn of_table(name: &str, file: &str, column: &str, unit: Option<&str>) -> Distribution {
        let unit = unit.map_or_else(String::new, |unit| format!(", unit: {}", quoted(unit)));
        Distribution(format!("{{{name}: {{file: {}, column: {}{unit}}}}}", quoted(file), quoted(column)))
    }
}
