//! The distributions.
//!
//! Decides the type of what is drawn, from the types of the arguments and from
//! what is wanted, and the numbers of the distributions in a process. How a
//! value is drawn is decided elsewhere, and so are the names and parameters of
//! those that a [`Family`] tells.

use super::arguments::Arguments;
use super::fields;
use super::model::{DistributionKind, DistributionSpec};
use super::names::quoted;
use super::node::{Entry, Kind, Node};
use super::scope::Scope;
use super::steps::Body;
use super::tables::{self, Field, Form, Shape, optional, required};
use super::typing::Typed;
use crate::random::distributions::families;
use crate::random::{Family, Parameter, Takes};
use crate::value::Type;
use std::sync::LazyLock;

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
    ) -> Option<DistributionSpec> {
        let entry = self.single(node, what)?;
        let owner = self.check.key_span(&entry.key);
        let Some(form) = tables::form(distributions(), &entry.key.name) else {
            let names = distributions().iter().map(|form| form.name);
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
        _ => family(name, arguments),
    }
}

/// A distribution over floats or durations, told by its [`Family`].
fn family(name: &str, arguments: &mut Arguments<'_, '_, '_>) -> Option<(Type, DistributionKind)> {
    let family = families().into_iter().find(|family| family.name == name)?;
    let taken = arguments.of_family(family)?;
    let measure = family.parameters.iter().position(|parameter| parameter.takes == Takes::Measure)?;
    let ty = taken[measure].ty();
    let arguments = taken.into_iter().map(|argument| argument.expr).collect();
    Some((ty, DistributionKind::Family { family, arguments }))
}

/// The distributions, each a map with its name as the only key.
pub(super) fn distributions() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
        [CONSTANT].into_iter().chain(families().into_iter().map(form_of)).chain(DISCRETE).collect()
    });
    &FORMS
}

/// The form of a family; its fields live as long as the program.
fn form_of(family: &'static Family) -> Form {
    let field = |parameter: &'static Parameter| {
        let shape = if parameter.takes == Takes::Whole { Shape::Whole } else { Shape::Value };
        required(parameter.name, shape, parameter.doc)
    };
    let fields: Vec<Field> = family.parameters.iter().map(field).collect();
    Form { name: family.name, doc: family.doc, fields: fields.leak() }
}

const CONSTANT: Form = Form {
    name: "constant",
    doc: "Always the same value; `constant: V` is enough.",
    fields: &[required("value", Shape::Value, "The value.")],
};

/// The distributions over integers and over given values.
const DISCRETE: [Form; 3] = [
    Form { name: "uniform_int", doc: "Evenly among integers, both ends included.", fields: &[LOW, HIGH] },
    Form {
        name: "choice",
        doc: "One of several values.",
        fields: &[
            required("values", Shape::List(&Shape::Value), "The values, all of one type."),
            optional("weights", Shape::List(&Shape::Value), "Their weights; default all equal."),
        ],
    },
    Form {
        name: "cpython_randint",
        doc: "CPython's `random.seed(seed)` and `random.randint(low, high)`.",
        fields: &[required("seed", Shape::Whole, "The seed, over parameters."), LOW, HIGH],
    },
];

const LOW: Field = required("low", Shape::Value, "The lowest value.");
const HIGH: Field = required("high", Shape::Value, "The highest value.");
