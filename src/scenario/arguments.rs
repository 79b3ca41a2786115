//! Distributions with their arguments, read.
//!
//! Decides the types of the arguments (where durations and numbers meet, all must
//! be durations) and of what is drawn, checks the arguments whose values are known
//! when the scenario is loaded, and numbers the distributions of a process.

use super::context::Check;
use super::data::{ColumnName, DataProblem};
use super::distributions::{self, Purpose, distributions};
use super::fields::{self, Fields};
use super::model::{Amount, DistributionKind, DistributionSpec, Expr};
use super::names::{UNITS, quoted};
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::steps::body::Body;
use super::tables;
use super::typed::{Typed, coerce};
use crate::figure::{so_many, there_are};
use crate::random::distributions::families;
use crate::random::{Bound, DataDraw, Family, Parameter, Takes};
use crate::value::{Type, Value};

impl Body<'_, '_> {
    /// A duration, or a distribution of durations.
    pub fn amount(&mut self, node: &Node, scope: Scope<'_>, what: &str) -> Option<Amount> {
        if matches!(node.kind, Kind::Map(_)) {
            return self.distribution(node, scope, Purpose::Time, what).map(Amount::Draw);
        }
        self.check.duration(node, scope, what).map(|typed| Amount::Expr(typed.expr))
    }

    /// Reads a distribution; `what` it is for, in messages.
    pub fn distribution(
        &mut self,
        node: &Node,
        scope: Scope<'_>,
        purpose: Purpose,
        what: &str,
    ) -> Option<DistributionSpec> {
        let entry = self.single(node, what)?;
        let owner = self.check.key_span(&entry.key);
        let Some(form) = tables::form(distributions(), &entry.key.name) else {
            let names = distributions().iter().map(|form| form.name);
            let hint = format!("the distributions are {}", names.clone().collect::<Vec<_>>().join(", "));
            let message = format!("unknown distribution {}", quoted(&entry.key.name));
            let hint = distributions::foreign(&entry.key.name).map_or(hint, str::to_owned);
            self.check.reports.unknown_with_hint(owner, message, &entry.key.name, names, hint);
            return None;
        };
        let number = self.purposes;
        self.purposes += 1;
        let check = &mut *self.check;
        let (ty, kind) = if form.name == "constant" && !matches!(entry.value.kind, Kind::Map(_)) {
            let value = check.value(&entry.value, scope, purpose.want(), "`constant`")?;
            Arguments::not_negative(check, &value, &entry.value, purpose);
            (value.ty(), DistributionKind::Constant { value: value.expr })
        } else {
            if !matches!(entry.value.kind, Kind::Map(_) | Kind::Null | Kind::Bad) {
                let required = form.fields.iter().filter(|field| field.required);
                let keys: Vec<String> = required.map(|field| format!("{}: …", field.key)).collect();
                let message = format!("`{}` takes a map, found {}", form.name, entry.value.described());
                let hint = format!("write `{}: {{{}}}`", form.name, keys.join(", "));
                check.reports.error_with_hint(check.reports.span_of(&entry.value), message, hint);
                return None;
            }
            let fields = fields::read(&mut check.reports, &entry.value, form, owner)?;
            kind(form.name, &mut Arguments { check, fields, scope, purpose })?
        };
        if let Some(want) = purpose.want().filter(|&want| want != ty) {
            let message =
                format!("`{}` draws {}, but {what} takes {}", form.name, ty.described(), want.described());
            self.check.reports.report(owner, message, instead_of_type(form.name, ty, want));
            return None;
        }
        Some(DistributionSpec { ty, purpose: number, kind, site: entry.key.site })
    }

    /// The only entry of a map.
    fn single<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Entry> {
        let message = match &node.kind {
            Kind::Map(entries) => match entries.as_slice() {
                [entry] => return Some(entry),
                entries => format!("a distribution is a map with one key, found {}", entries.len()),
            },
            Kind::Bad => return None,
            _ => format!("{what} takes a distribution, found {}", node.described()),
        };
        let span = self.check.reports.span_of(node);
        self.check.reports.error_with_hint(span, message, "write it as `{exponential: {mean: 1s}}`");
        None
    }
}

/// What to do about a distribution that draws values of another type than is wanted.
fn instead_of_type(name: &str, ty: Type, want: Type) -> Option<String> {
    let floats = "a variable of floats begins with one in `vars`, as in `x: 0.0`";
    Some(match (ty, want) {
        (Type::Float, Type::Int) if name == "uniform" => format!("`uniform_int` draws integers; {floats}"),
        (Type::Float, Type::Int) => floats.to_owned(),
        (Type::Duration, _) => "a variable of durations begins with one in `vars`, as in `x: 0s`".to_owned(),
        (_, Type::Duration) => "its arguments need a unit, as in `5s`".to_owned(),
        _ => return None,
    })
}

/// A distribution by its name, which is one of the table's.
fn kind(name: &str, arguments: &mut Arguments<'_, '_, '_>) -> Option<(Type, DistributionKind)> {
    match name {
        "constant" => {
            let want = arguments.purpose.want();
            let value = arguments.one("value", want)?;
            arguments.passes("value", &value);
            Some((value.ty(), DistributionKind::Constant { value: value.expr }))
        }
        "choice" => {
            let (values, weights) = arguments.choice()?;
            let ty = values.first()?.ty();
            let exprs = |typed: Vec<Typed>| typed.into_iter().map(|typed| typed.expr).collect();
            Some((ty, DistributionKind::Choice { values: exprs(values), weights: exprs(weights) }))
        }
        "uniform_int" => {
            let [low, high] = arguments.all(["low", "high"], Type::Int)?;
            arguments.ordered(&[("low", &low), ("high", &high)]);
            Some((Type::Int, DistributionKind::UniformInt { low: low.expr, high: high.expr }))
        }
        "cpython_randint" => {
            let scope = arguments.scope;
            arguments.scope = Scope::all_params();
            let seed = arguments.one("seed", Some(Type::Int));
            arguments.scope = scope;
            let bounds = arguments.all(["low", "high"], Type::Int);
            let (seed, [low, high]) = (seed?, bounds?);
            arguments.ordered(&[("low", &low), ("high", &high)]);
            let kind = DistributionKind::CpythonRandint { seed: seed.expr, low: low.expr, high: high.expr };
            Some((Type::Int, kind))
        }
        "trace" => {
            let repeats = arguments.flag("repeat")?;
            let row = match arguments.fields.get("row") {
                Some(_) => Some(arguments.one("row", Some(Type::Int))?.expr),
                None => None,
            };
            arguments.data(DataDraw::Trace { repeats }, row)
        }
        "bootstrap" => arguments.data(DataDraw::Bootstrap, None),
        "empirical" => arguments.data(DataDraw::Empirical, None),
        _ => family(name, arguments),
    }
}

/// A distribution over floats, durations or counts, told by its [`Family`].
fn family(name: &str, arguments: &mut Arguments<'_, '_, '_>) -> Option<(Type, DistributionKind)> {
    let family = families().into_iter().find(|family| family.name == name)?;
    let taken = arguments.of_family(family)?;
    let measure = family.parameters.iter().position(|parameter| parameter.takes == Takes::Measure);
    let ty = measure.map_or(Type::Int, |measure| taken[measure].ty());
    let arguments = taken.into_iter().map(|argument| argument.expr).collect();
    Some((ty, DistributionKind::Family { family, arguments }))
}

/// The arguments of one distribution.
struct Arguments<'c, 't, 'a> {
    check: &'c mut Check<'t>,
    fields: Fields<'a>,
    scope: Scope<'a>,
    purpose: Purpose,
}

impl Arguments<'_, '_, '_> {
    /// One argument, of the type that is wanted.
    fn one(&mut self, key: &str, want: Option<Type>) -> Option<Typed> {
        let node = self.fields.get(key)?;
        self.check.value(node, self.scope, want, &format!("`{key}`"))
    }

    /// Several arguments of one type.
    fn all<const N: usize>(&mut self, keys: [&str; N], want: Type) -> Option<[Typed; N]> {
        collect(keys.map(|key| self.one(key, Some(want))))
    }

    /// Whether something is so that is not, unless it is said.
    fn flag(&mut self, key: &str) -> Option<bool> {
        let Some(node) = self.fields.get(key) else { return Some(false) };
        self.check.literal_flag(node, &format!("`{key}`"))
    }

    /// Draws from the column that the arguments name.
    fn data(&mut self, draw: DataDraw, row: Option<Expr>) -> Option<(Type, DistributionKind)> {
        let file = self.check.plain_text(self.fields.get("file")?, "`file`")?;
        let column = match self.fields.get("column") {
            Some(node) => Some(self.check.plain_text(node, "`column`")?),
            None => None,
        };
        let unit = match self.fields.get("unit") {
            Some(node) => Some(self.check.word(node, "unit", UNITS.map(|(unit, _)| unit).as_slice())?),
            None => None,
        };
        let name = ColumnName { file, column, unit };
        let found = self.check.data.values(&name);
        let values = found.map_err(|problem| self.data_problem(problem)).ok()?;
        let want = self.purpose.want();
        if want == Some(Type::Duration) && values.ty != Type::Duration {
            let hint = "say their unit: `unit: s`".to_owned();
            self.data_problem((
                format!("the values of {} are numbers, not durations", quoted(file)),
                Some(hint),
            ));
            return None;
        }
        if self.purpose == Purpose::Time
            && values.ty == Type::Duration
            && let Some(row) = values.negative()
        {
            self.data_problem((
                format!("{}: time cannot run backwards: row {row} is negative", quoted(file)),
                None,
            ));
            return None;
        }
        let is_float = draw == DataDraw::Empirical || want == Some(Type::Float);
        let values = if is_float { values.widened() } else { values };
        let words = if draw == DataDraw::Empirical { values.sorted_floats() } else { values.words };
        Some((values.ty, DistributionKind::Data { draw, values: words, row }))
    }

    fn data_problem(&mut self, (message, hint): DataProblem) {
        let Some(node) = self.fields.get("file") else { return };
        let span = self.check.reports.span_of(node);
        match hint {
            Some(hint) => self.check.reports.error_with_hint(span, message, hint),
            None => self.check.reports.error(span, message),
        }
    }

    /// The arguments of a family, in the order of its parameters.
    fn of_family(&mut self, family: &Family) -> Option<Vec<Typed>> {
        let (measures, others): (Vec<&Parameter>, Vec<&Parameter>) =
            family.parameters.iter().partition(|parameter| parameter.takes == Takes::Measure);
        let others: Vec<Option<Typed>> = others
            .into_iter()
            .map(|other| {
                let want = if other.takes == Takes::Whole { Type::Int } else { Type::Float };
                self.one(other.name, Some(want))
            })
            .collect();
        let names: Vec<&str> = measures.iter().map(|measure| measure.name).collect();
        let mut measures = self.measures(&names)?.into_iter();
        let mut others = others.into_iter().collect::<Option<Vec<Typed>>>()?.into_iter();
        let taken: Vec<Typed> = family
            .parameters
            .iter()
            .filter_map(|parameter| match parameter.takes {
                Takes::Measure => measures.next(),
                Takes::Whole | Takes::Float => others.next(),
            })
            .collect();
        self.check_bounds(family, &taken);
        Some(taken)
    }

    fn check_bounds(&mut self, family: &Family, taken: &[Typed]) {
        for (number, (parameter, argument)) in family.parameters.iter().zip(taken).enumerate() {
            match parameter.bound {
                Bound::Positive => {
                    self.bounded(parameter.name, argument, "must be above 0", |number| number > 0.0);
                }
                Bound::NotNegative => {
                    self.bounded(parameter.name, argument, "cannot be negative", |number| number >= 0.0);
                }
                Bound::NotNegativeTime => self.passes(parameter.name, argument),
                Bound::Probability => {
                    let is_one = |number: f64| number > 0.0 && number <= 1.0;
                    self.bounded(parameter.name, argument, "must be above 0 and at most 1", is_one);
                }
                Bound::NotBelowPrevious => {
                    let before = family.parameters[number - 1].name;
                    self.ordered(&[(before, &taken[number - 1]), (parameter.name, argument)]);
                }
            }
        }
    }

    /// Several arguments of the type that is drawn: durations or floats.
    fn measures(&mut self, keys: &[&str]) -> Option<Vec<Typed>> {
        if let Some(want @ (Type::Duration | Type::Float)) = self.purpose.want() {
            let typed: Vec<_> = keys.iter().map(|key| self.one(key, Some(want))).collect();
            return typed.into_iter().collect();
        }
        let typed: Vec<_> = keys.iter().map(|key| self.one(key, None)).collect();
        let typed: Vec<Typed> = typed.into_iter().collect::<Option<_>>()?;
        let any_duration = typed.iter().any(|typed| typed.ty() == Type::Duration);
        let want = if any_duration { Type::Duration } else { Type::Float };
        let coerced = typed.into_iter().zip(keys).map(|(typed, key)| {
            let node = self.fields.get(key)?;
            let Check { reports, params, .. } = &mut *self.check;
            coerce(reports, params, typed, want, (node, &format!("`{key}`")))
        });
        let coerced: Vec<Option<Typed>> = coerced.collect();
        coerced.into_iter().collect()
    }

    /// The values and weights of `choice`; no weights mean equal ones.
    fn choice(&mut self) -> Option<(Vec<Typed>, Vec<Typed>)> {
        let values = self.list("values", self.purpose.want());
        let has_weights = self.fields.get("weights").is_some();
        let weights = if has_weights { self.list("weights", Some(Type::Float)) } else { Some(Vec::new()) };
        let (values, weights) = (self.of_one_type(values?)?, weights?);
        if has_weights {
            self.weights(&weights, values.len());
        }
        Some((values, weights))
    }

    fn list(&mut self, key: &str, want: Option<Type>) -> Option<Vec<Typed>> {
        let node = self.fields.get(key)?;
        let nodes = match &node.kind {
            Kind::Seq(nodes) if !nodes.is_empty() => nodes,
            Kind::Bad => return None,
            found => {
                let span = self.check.reports.span_of(node);
                let empty = matches!(found, Kind::Seq(_));
                let found = if empty { "an empty one" } else { node.described() };
                self.check.reports.error(span, format!("`{key}` takes a list, found {found}"));
                return None;
            }
        };
        let what = format!("`{key}`");
        let typed: Vec<_> =
            nodes.iter().map(|node| self.check.value(node, self.scope, want, &what)).collect();
        let typed: Vec<Typed> = typed.into_iter().collect::<Option<_>>()?;
        if key == "values" {
            for (typed, node) in typed.iter().zip(nodes) {
                Self::not_negative(self.check, typed, node, self.purpose);
            }
        }
        Some(typed)
    }

    /// Makes floats of integers if there is a float, and refuses other mixtures.
    fn of_one_type(&mut self, values: Vec<Typed>) -> Option<Vec<Typed>> {
        let first = values.first()?.ty();
        let mixed = values.iter().any(|value| value.ty() != first);
        if !mixed {
            return Some(values);
        }
        let numbers = values.iter().all(|value| matches!(value.ty(), Type::Int | Type::Float));
        if numbers {
            return Some(values.into_iter().map(Typed::widened).collect());
        }
        let node = self.fields.get("values")?;
        let other = values.iter().map(Typed::ty).find(|&ty| ty != first)?;
        let span = self.check.reports.span_of(node);
        let message =
            format!("`values` are of one type, found {} and {}", first.described(), other.described());
        self.check.reports.error(span, message);
        None
    }

    fn weights(&mut self, weights: &[Typed], values: usize) {
        let Some(node) = self.fields.get("weights") else { return };
        let span = self.check.reports.span_of(node);
        let known: Option<Vec<f64>> = weights.iter().map(|weight| weight.known.map(Value::as_f64)).collect();
        let negative = weights.iter().any(|weight| weight.known.is_some_and(|value| value.as_f64() < 0.0));
        if weights.len() != values {
            let weights = so_many(weights.len() as u64, "weight");
            let message = format!("{}, but {weights}", there_are(values as u64, "value"));
            self.check.reports.error(span, message);
        } else if negative {
            self.check.reports.error(span, "a weight cannot be negative");
        } else if known.is_some_and(|known| known.iter().all(|&weight| weight == 0.0)) {
            self.check.reports.error(span, "the weights cannot all be zero");
        }
    }

    /// Reports a value below 0 of a length of time that is to pass.
    fn passes(&mut self, key: &str, typed: &Typed) {
        if let Some(node) = self.fields.get(key) {
            Self::not_negative(self.check, typed, node, self.purpose);
        }
    }

    fn bounded(&mut self, key: &str, typed: &Typed, rule: &str, holds: impl Fn(f64) -> bool) {
        if let (Some(value), Some(node)) = (typed.known, self.fields.get(key))
            && !holds(value.as_f64())
        {
            let span = self.check.reports.span_of(node);
            self.check.reports.error(span, format!("`{key}` {rule}, found {value}"));
        }
    }

    /// Checks that known arguments do not decrease.
    fn ordered(&mut self, arguments: &[(&str, &Typed)]) {
        for pair in arguments.windows(2) {
            let [(low_key, low), (high_key, high)] = pair else { continue };
            if let (Some(low), Some(high), Some(node)) = (low.known, high.known, self.fields.get(high_key))
                && decreases(low, high)
            {
                let span = self.check.reports.span_of(node);
                let message = format!("`{high_key}` ({high}) is below `{low_key}` ({low})");
                self.check.reports.error(span, message);
            }
        }
    }

    /// Checks that a known value is not negative where time is to pass.
    fn not_negative(check: &mut Check<'_>, typed: &Typed, node: &Node, purpose: Purpose) {
        if let Some(value @ Value::Duration(nanos)) = typed.known
            && purpose == Purpose::Time
            && nanos < 0
        {
            let span = check.reports.span_of(node);
            check.reports.error(span, format!("time cannot run backwards: {value} is negative"));
        }
    }
}

fn decreases(low: Value, high: Value) -> bool {
    match (low, high) {
        (Value::Int(low), Value::Int(high)) | (Value::Duration(low), Value::Duration(high)) => high < low,
        (low, high) => high.as_f64() < low.as_f64(),
    }
}

fn collect<const N: usize>(typed: [Option<Typed>; N]) -> Option<[Typed; N]> {
    let known: Vec<Typed> = typed.into_iter().collect::<Option<_>>()?;
    known.try_into().ok()
}
