//! Expressions over the parameters of a scenario and the figures of its runs, such as
//! `p95(latency) + workers * 2ms` or `outcome == completed`.
//!
//! Decides how figures stand in them: by their names, or `p95(latency)` for
//! `latency.p95`; times are durations, and every other figure is a float. What the
//! operations mean is decided in the wing `scenario`, which reads them as it reads
//! all expressions: a figure is a parameter there.

use super::axis::first;
use super::plan::figure_request;
use super::row::{OUTCOMES, RunRow};
use crate::analysis::{FigureRequest, FigureValue};
use crate::arithmetic::BinaryOp;
use crate::backend::compile;
use crate::scenario::{Expr, ExprKind, LoadedScenario, Model, evaluate, read_expression};
use crate::trace::{Header, MarkFigure, REPORT_HEADS};
use crate::value::{Type, Value};
use std::ops::Range;

/// The word for how a run ended: one of the names of outcomes.
const OUTCOME: &str = "outcome";

/// The figures that the expressions of one question are over, each once.
#[derive(Debug)]
pub struct Figures<'s> {
    model: &'s Model,
    header: Header,
    requests: Vec<FigureRequest>,
}

/// An expression that has a value for each run.
#[derive(Debug, Clone)]
pub struct Objective {
    /// As it was written.
    pub text: String,
    expr: Expr,
    /// By operand behind the parameters and outcomes, the place of its figure, and as
    /// what it is taken.
    figures: Vec<(usize, Type)>,
    /// Whether its own words ask how a run ended.
    asks_outcome: bool,
}

/// A condition on runs: whether it holds of the mean, or of every single run.
#[derive(Debug, Clone)]
pub enum RunCondition {
    /// A comparison of numbers: by how much it holds is a number with a mean.
    Margin {
        /// What must not be above.
        low: Objective,
        /// What must not be below.
        high: Objective,
        /// Whether they may be equal.
        or_equal: bool,
    },
    /// Anything else: true or false.
    Always(Objective),
}

/// A figure in a text, and where it stands.
struct Token {
    range: Range<usize>,
    figure: String,
}

impl<'s> Figures<'s> {
    /// For the expressions of one question about a scenario.
    ///
    /// # Errors
    /// A message, if the scenario cannot be run with its own parameters.
    pub fn new(scenario: &'s LoadedScenario) -> Result<Figures<'s>, String> {
        let compiled = compile(&scenario.model);
        let bound = compiled.bind(&scenario.model, &scenario.params).map_err(|error| error.message)?;
        Ok(Figures {
            model: &scenario.model,
            header: bound.header(scenario.model.seed),
            requests: Vec::new(),
        })
    }

    /// The figures of all expressions that were read, in the order of their places in
    /// [`RunRow::numbers`]; as they are given to [`super::Plan::new`].
    pub fn names(&self) -> Vec<&str> {
        self.requests.iter().map(|request| request.name.as_str()).collect()
    }

    /// Reads a number to be compared: an integer, a float or a duration. `option` is
    /// what the message of an error begins with.
    ///
    /// # Errors
    /// A message, if it is no such expression.
    pub fn number(&mut self, option: &str, text: &str) -> Result<Objective, String> {
        let objective = self.read(option, text, None)?;
        match objective.ty() {
            Type::Bool => Err(format!("{option} '{text}': this is a condition, and a number is wanted")),
            _ => Ok(objective),
        }
    }

    /// Reads conditions that must hold together.
    ///
    /// # Errors
    /// A message, if they are none.
    pub fn conditions(&mut self, option: &str, text: &str) -> Result<Vec<RunCondition>, String> {
        let whole = self.read(option, text, Some(Type::Bool))?;
        let mut parts = Vec::new();
        split(&whole.expr, &mut parts);
        let of = |expr: &Expr| Objective { expr: expr.clone(), ..whole.clone() };
        let condition = |expr: &Expr| match &expr.kind {
            ExprKind::Binary(op, low, high) if is_order(*op) => {
                let or_equal = matches!(op, BinaryOp::LessEqualInt | BinaryOp::LessEqualFloat);
                RunCondition::Margin { low: of(low), high: of(high), or_equal }
            }
            _ => RunCondition::Always(of(expr)),
        };
        Ok(parts.into_iter().map(condition).collect())
    }

    fn read(&mut self, option: &str, text: &str, want: Option<Type>) -> Result<Objective, String> {
        let at = |why: &str| format!("{option} '{text}': {why}");
        let tokens = self.tokens(text);
        let (mut plain, mut names, mut figures, mut end) = (String::new(), Vec::new(), Vec::new(), 0);
        for Token { range, figure } in &tokens {
            let place = self.place(figure).map_err(|why| at(&why))?;
            figures.push((place, if self.requests[place].is_time { Type::Duration } else { Type::Float }));
            let name = self.unused_name(names.len());
            plain.push_str(&text[end..range.start]);
            plain.push_str(&name);
            end = range.end;
            names.push(name);
        }
        plain.push_str(&text[end..]);
        let params = self.model.params.iter().map(|param| (param.name.as_str(), param.ty));
        let outcomes = OUTCOMES.into_iter().chain([OUTCOME]).map(|name| (name, Type::Int));
        let of_run = names.iter().zip(&figures).map(|(name, (_, ty))| (name.as_str(), *ty));
        // The total time for what may have been meant; where it stands, it has a name by now.
        let meant = [("total_time", Type::Duration)];
        let known: Vec<(&str, Type)> = params.chain(outcomes).chain(of_run).chain(meant).collect();
        let read = read_expression(known.into_iter(), option, &plain, want);
        let expr = read.map_err(|problems| {
            let shown = names.iter().zip(&tokens);
            at(&shown.fold(first(&problems), |text, (name, token)| text.replace(name, &token.figure)))
        })?;
        let outcome = self.model.params.len() + OUTCOMES.len();
        let asks_outcome = names_param(&expr, outcome);
        Ok(Objective { text: text.to_owned(), expr, figures, asks_outcome })
    }

    /// The place of a figure among all.
    fn place(&mut self, figure: &str) -> Result<usize, String> {
        let request = figure_request(figure, &self.header)?;
        if let Some(place) = self.requests.iter().position(|known| *known == request) {
            return Ok(place);
        }
        self.requests.push(request);
        Ok(self.requests.len() - 1)
    }

    /// A name that no parameter has.
    fn unused_name(&self, number: usize) -> String {
        let mut name = format!("figure_{number}");
        while self.model.params.iter().any(|param| param.name == name) {
            name.push('_');
        }
        name
    }

    /// The figures in a text: what has a point in it, `total_time` and the like unless a
    /// parameter is called so, and `p95(latency)`.
    fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(length) = text[at..].find(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            let start = at + length;
            at = path_end(text, start);
            if text.as_bytes()[start].is_ascii_digit() {
                continue;
            }
            let word = &text[start..at];
            let is_param = || self.model.params.iter().any(|param| param.name == word);
            if let Some((inner, end)) = argument(text, at).filter(|_| MarkFigure::named(word).is_some()) {
                tokens.push(Token { range: start..end, figure: format!("{inner}.{word}") });
                at = end;
            } else if word.contains('.')
                || (word == "total_time" || REPORT_HEADS[..3].contains(&word)) && !is_param()
            {
                tokens.push(Token { range: start..at, figure: word.to_owned() });
            }
        }
        tokens
    }
}

/// Where the path ends that begins here: names, numbers of instances in brackets, and
/// points between them.
fn path_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut at = start;
    loop {
        at += bytes[at..].iter().take_while(|byte| is_part(byte)).count();
        if bytes.get(at) == Some(&b'[')
            && let Some(length) = text[at..].find(']')
            && text[at + 1..at + length].bytes().all(|byte| byte.is_ascii_digit() || byte == b'*')
        {
            at += length + 1;
        }
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(is_part) {
            at += 1;
        } else {
            return at;
        }
    }
}

/// The only argument of a function, if it is a path, and where the bracket behind it ends.
fn argument(text: &str, at: usize) -> Option<(&str, usize)> {
    let rest = text[at..].trim_start();
    let inner = rest.strip_prefix('(')?;
    let inside = &inner[..inner.find(')')?];
    let path = inside.trim();
    let is_path = path.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_path && path_end(path, 0) == path.len()).then_some(())?;
    Some((path, text.len() - inner.len() + inside.len() + 1))
}

/// The parts of a condition that must all hold.
fn split<'e>(expr: &'e Expr, parts: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::And(left, right) => {
            split(left, parts);
            split(right, parts);
        }
        _ => parts.push(expr),
    }
}

fn is_order(op: BinaryOp) -> bool {
    use BinaryOp::{LessEqualFloat, LessEqualInt, LessFloat, LessInt};
    matches!(op, LessInt | LessEqualInt | LessFloat | LessEqualFloat)
}

fn names_param(expr: &Expr, place: usize) -> bool {
    match &expr.kind {
        ExprKind::Param(id) => id.index() == place,
        ExprKind::Unary(_, inner) => names_param(inner, place),
        ExprKind::Binary(_, left, right) | ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            names_param(left, place) || names_param(right, place)
        }
        _ => false,
    }
}

impl Objective {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        self.expr.ty
    }

    /// Its value for a run with these parameters, by [`crate::ids::ParamId`]; `None` if
    /// the run has not all of its figures, or an operation fails.
    ///
    /// A run that did not come to a regular end has no figures, unless the expression
    /// itself asks how it ended.
    pub fn value(&self, params: &[Value], row: &RunRow) -> Option<Value> {
        if row.is_finding() && !self.asks_outcome {
            return None;
        }
        let number = |name: &&str| OUTCOMES.iter().position(|known| known == name);
        let int = |place: usize| Value::Int(place as i64);
        let mut values: Vec<Value> = params.to_vec();
        values.extend((0..OUTCOMES.len()).map(int));
        values.push(int(number(&row.outcome)?));
        for (place, ty) in &self.figures {
            values.push(number_as((*row.numbers.get(*place)?)?, *ty));
        }
        evaluate(&self.expr, &values).ok()
    }

    /// As [`Objective::value`], as a plain number; of a duration its nanoseconds.
    pub fn as_f64(&self, params: &[Value], row: &RunRow) -> Option<f64> {
        Some(FigureValue::of(self.value(params, row)?).as_f64())
    }
}

/// A figure as a value; one past all durations is the longest of them.
fn number_as(number: FigureValue, ty: Type) -> Value {
    match (number, ty) {
        (FigureValue::Whole(whole), Type::Duration) => {
            Value::Duration(i64::try_from(whole).unwrap_or(i64::MAX))
        }
        (FigureValue::Float(float), Type::Duration) => Value::Duration(libm::round(float) as i64),
        (number, _) => Value::Float(number.as_f64()),
    }
}

impl RunCondition {
    /// The text in which it stands.
    pub fn text(&self) -> &str {
        match self {
            RunCondition::Margin { low: objective, .. } | RunCondition::Always(objective) => &objective.text,
        }
    }

    /// The type of its margin, of which a duration is told in nanoseconds; `None` if it
    /// is only true or false.
    pub fn margin_type(&self) -> Option<Type> {
        match self {
            RunCondition::Margin { low, .. } => Some(low.ty()),
            RunCondition::Always(_) => None,
        }
    }

    /// By how much it holds in a run: not below 0 if it does. A condition that is only
    /// true or false holds by 1 or fails by 1; one that has no value there fails
    /// infinitely.
    pub fn margin(&self, params: &[Value], row: &RunRow) -> f64 {
        match self {
            RunCondition::Margin { low, high, .. } => {
                match (low.as_f64(params, row), high.as_f64(params, row)) {
                    (Some(low), Some(high)) => high - low,
                    _ => f64::NEG_INFINITY,
                }
            }
            RunCondition::Always(objective) => match objective.value(params, row) {
                Some(Value::Bool(true)) => 1.0,
                Some(_) => -1.0,
                None => f64::NEG_INFINITY,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load_str;

    fn loaded() -> LoadedScenario {
        let scenario = "
version: 1
params: {n: 2, events: 3, figure_0: 7}
resources: {cpu: {kind: processor, cores: 1}}
processes: {p: {count: 3, on: cpu, do: [{work: 1s}, {mark: {name: latency, value: now}}]}}
";
        load_str("s", scenario, &[]).expect("it is valid")
    }

    fn row(outcome: &'static str, numbers: &[FigureValue]) -> RunRow {
        let numbers = numbers.iter().map(|number| Some(*number)).collect();
        RunRow { point: 0, replication: 0, outcome, numbers, line: String::new(), was_there: false }
    }

    #[test]
    fn figures_stand_by_their_names() {
        let loaded = loaded();
        let mut figures = Figures::new(&loaded).expect("it can be run");
        let cost = figures.number("--minimize", "p99.9( latency ) + n * 1.5s + figure_0 * 0s").expect("read");
        let other = figures.number("--minimize", "resources.cpu.utilization*2-events").expect("read");
        let third = figures.number("--minimize", "processes.p[2].finished_ns - total_time").expect("read");
        let names =
            ["latency.p99.9", "resources.cpu.utilization", "processes.p[2].finished_ns", "total_time_ns"];
        assert_eq!(figures.names(), names);
        let numbers = [
            FigureValue::Whole(4_000_000_000),
            FigureValue::Float(0.5),
            FigureValue::Whole(3_000_000_000),
            FigureValue::Whole(1_000_000_000),
        ];
        let row = row("completed", &numbers);
        let params = &loaded.params;
        assert_eq!(cost.value(params, &row), Some(Value::Duration(7_000_000_000)));
        // A parameter is what it is called.
        assert_eq!(other.value(params, &row), Some(Value::Float(-2.0)));
        assert_eq!(third.as_f64(params, &row), Some(2e9));
    }

    #[test]
    fn conditions_that_hold_together_are_told_apart() {
        let loaded = loaded();
        let mut figures = Figures::new(&loaded).expect("it can be run");
        let text = "total_time <= 5s and outcome == completed and n < 3";
        let conditions = figures.conditions("--such-that", text).expect("read");
        let margins = |row: &RunRow| -> Vec<f64> {
            conditions.iter().map(|condition| condition.margin(&loaded.params, row)).collect()
        };
        assert_eq!(margins(&row("completed", &[FigureValue::Whole(6_000_000_000)])), [-1e9, 1.0, 1.0]);
        let deadlock = row("deadlock", &[FigureValue::Whole(6_000_000_000)]);
        assert_eq!(margins(&deadlock), [-1e9, -1.0, 1.0]);
        // A run that ends in a deadlock has no total time, for who does not ask about that.
        let alone = figures.conditions("--such-that", "total_time <= 9s").expect("read");
        assert_eq!(alone[0].margin(&loaded.params, &deadlock), f64::NEG_INFINITY);
    }

    #[test]
    fn what_cannot_be_read_is_told_as_it_was_written() {
        let loaded = loaded();
        let mut figures = Figures::new(&loaded).expect("it can be run");
        for (text, told) in [
            ("latency.p95 < 3", "a duration needs a unit"),
            ("resources.cpu.utilisation", "did you mean 'resources.cpu.utilization'?"),
            ("p95(latncy)", "did you mean 'latency.p95'?"),
            ("totl_time", "did you mean 'total_time'?"),
            ("total_time +", "--minimize 'total_time +': "),
        ] {
            let message = figures.number("--minimize", text).expect_err(text);
            assert!(message.contains(told) && !message.contains("figure_0"), "{text}: {message}");
        }
    }
}
