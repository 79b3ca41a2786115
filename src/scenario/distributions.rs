//! The distributions.
//!
//! Decides the type of what is drawn, from the types of the arguments and from
//! what is wanted, and the numbers of the distributions in a process. How a
//! value is drawn is decided elsewhere.

use super::arguments::Arguments;
use super::fields;
use super::model::{Distribution, DistributionKind};
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::steps::Body;
use super::tables::{self, DISTRIBUTIONS};
use super::typing::Typed;
use crate::value::Type;

/// What a distribution is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Letting time pass: durations that are not negative.
    Time,
    /// A variable of this type, if that is known.
    Variable(Option<Type>),
}

impl Purpose {
    /// The type that is wanted, if there is one.
    pub fn want(self) -> Option<Type> {
        match self {
            Purpose::Time => Some(Type::Duration),
            Purpose::Variable(ty) => ty,
        }
    }
}

impl Body<'_, '_> {
    /// Reads a distribution; `what` it is for, in messages.
    pub fn distribution(
        &mut self,
        node: &Node,
        scope: Scope<'_>,
        purpose: Purpose,
        what: &str,
    ) -> Option<Distribution> {
        let entry = self.single(node, what)?;
        let owner = self.check.key_span(&entry.key);
        let Some(form) = tables::form(&DISTRIBUTIONS, &entry.key.name) else {
            let names = DISTRIBUTIONS.iter().map(|form| form.name);
            let hint = format!("the distributions are {}", names.clone().collect::<Vec<_>>().join(", "));
            let message = format!("unknown distribution {}", quoted(&entry.key.name));
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
            let fields = fields::read(&mut check.reports, &entry.value, form, owner)?;
            kind(form.name, &mut Arguments { check, fields, scope, purpose })?
        };
        if let Some(want) = purpose.want().filter(|&want| want != ty) {
            let message =
                format!("`{}` draws {}, but {what} takes {}", form.name, ty.described(), want.described());
            self.check.reports.error(owner, message);
            return None;
        }
        Some(Distribution { ty, purpose: number, kind, site: entry.key.site })
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

/// The distributions over integers and over given values; `name` is one of the
/// table's.
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
        "erlang" => {
            let shape = arguments.one("shape", Some(Type::Int));
            let mean = arguments.measures(["mean"]);
            let (shape, [mean]) = (shape?, mean?);
            arguments.above_zero("shape", &shape);
            arguments.above_zero("mean", &mean);
            Some((mean.ty(), DistributionKind::Erlang { shape: shape.expr, mean: mean.expr }))
        }
        "weibull" => {
            let shape = arguments.one("shape", Some(Type::Float));
            let scale = arguments.measures(["scale"]);
            let (shape, [scale]) = (shape?, scale?);
            arguments.above_zero("shape", &shape);
            arguments.above_zero("scale", &scale);
            Some((scale.ty(), DistributionKind::Weibull { scale: scale.expr, shape: shape.expr }))
        }
        _ => continuous(name, arguments),
    }
}

/// The distributions whose arguments are all of the type that is drawn.
fn continuous(name: &str, arguments: &mut Arguments<'_, '_, '_>) -> Option<(Type, DistributionKind)> {
    match name {
        "exponential" => {
            let [mean] = arguments.measures(["mean"])?;
            arguments.above_zero("mean", &mean);
            Some((mean.ty(), DistributionKind::Exponential { mean: mean.expr }))
        }
        "normal" => {
            let [mean, sd] = arguments.measures(["mean", "sd"])?;
            // What is below 0 is drawn again, which would take forever for a
            // mean far below 0.
            arguments.at_least_zero("mean", &mean);
            arguments.at_least_zero("sd", &sd);
            Some((mean.ty(), DistributionKind::Normal { mean: mean.expr, sd: sd.expr }))
        }
        "lognormal" => {
            let [mean, sd] = arguments.measures(["mean", "sd"])?;
            arguments.above_zero("mean", &mean);
            arguments.at_least_zero("sd", &sd);
            Some((mean.ty(), DistributionKind::Lognormal { mean: mean.expr, sd: sd.expr }))
        }
        "triangular" => {
            let [low, mode, high] = arguments.measures(["low", "mode", "high"])?;
            arguments.ordered(&[("low", &low), ("mode", &mode), ("high", &high)]);
            arguments.passes("low", &low);
            let ty = low.ty();
            let kind = DistributionKind::Triangular { low: low.expr, mode: mode.expr, high: high.expr };
            Some((ty, kind))
        }
        _ => {
            let [low, high] = arguments.measures(["low", "high"])?;
            arguments.ordered(&[("low", &low), ("high", &high)]);
            arguments.passes("low", &low);
            Some((low.ty(), DistributionKind::Uniform { low: low.expr, high: high.expr }))
        }
    }
}
