//! The distributions, as the language writes them.
//!
//! Decides the keys of each, those of a [`Family`] by its parameters, and which
//! type is wanted of what is drawn. How a value is drawn is decided elsewhere.

use super::tables::{Advice, Field, Form, Shape, advice, optional, required};
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

/// The distributions, each a map with its name as the only key.
pub(super) fn distributions() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
        let families = families().into_iter().map(form_of);
        [CONSTANT].into_iter().chain(families).chain(DISCRETE).chain(DATA).collect()
    });
    &FORMS
}

/// The form of a family; its fields live as long as the program.
fn form_of(family: &'static Family) -> Form {
    let field = |parameter: &'static Parameter| {
        let shape = if parameter.takes == Takes::Whole { Shape::Whole } else { Shape::Value };
        required(parameter.name, shape, parameter.doc).foreign(foreign_parameter(parameter.name))
    };
    let fields: Vec<Field> = family.parameters.iter().map(field).collect();
    Form { name: family.name, doc: family.doc, fields: fields.leak() }
}

/// What a parameter is called elsewhere.
fn foreign_parameter(name: &str) -> &'static [&'static str] {
    match name {
        "low" => &LOWER,
        "high" => &UPPER,
        "mean" => &["mu", "average", "avg", "expected", "expectation"],
        "sd" => &["std", "stddev", "stdev", "sigma", "deviation"],
        _ => &[],
    }
}

const LOWER: [&str; 6] = ["min", "minimum", "lower", "from", "a", "least"];
const UPPER: [&str; 6] = ["max", "maximum", "upper", "to", "b", "most"];

/// What distributions are called elsewhere, and how they are written here.
const FOREIGN: [Advice; 4] = [
    (&["exp", "expo", "expovariate", "negexp", "Exponential"], "write `exponential: {mean: 1s}`"),
    (&["gauss", "gaussian", "normalvariate", "norm", "Normal"], "write `normal: {mean: 5s, sd: 1s}`"),
    (&["random", "rand", "unif", "range", "between", "Uniform"], "write `uniform: {low: 1s, high: 5s}`"),
    (&["randint", "int", "integer", "dice"], "write `uniform_int: {low: 1, high: 6}`"),
];

/// What to write instead of a distribution of this name.
pub(super) fn foreign(name: &str) -> Option<&'static str> {
    advice(&FOREIGN, name)
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

/// The distributions over the values of a table.
const DATA: [Form; 3] = [
    Form {
        name: "trace",
        doc: "The values of a column of a table, row by row: each place that draws reads from the top in each instance.",
        fields: &[
            FILE,
            COLUMN,
            UNIT,
            optional("row", Shape::Whole, "The row of this draw, from 0; default the next one."),
            optional(
                "repeat",
                Shape::Condition,
                "Whether the first row follows the last; default false: a fault.",
            ),
        ],
    },
    Form {
        name: "bootstrap",
        doc: "One of the values of a column of a table, each row equally likely.",
        fields: &[FILE, COLUMN, UNIT],
    },
    Form {
        name: "empirical",
        doc: "Like the values of a column of a table, and evenly between neighbours.",
        fields: &[FILE, COLUMN, UNIT],
    },
];

const FILE: Field =
    required("file", Shape::Text, "A CSV file with a line of names; its path is relative to the scenario.");
const COLUMN: Field =
    optional("column", Shape::Text, "The name of the column; needed where there are several.");
const UNIT: Field = optional(
    "unit",
    Shape::Word(&["ns", "us", "ms", "s", "min", "h", "d"]),
    "The unit of the column's numbers, if they are durations; rounded to whole nanoseconds.",
);

const LOW: Field = required("low", Shape::Value, "The lowest value.").foreign(&LOWER);
const HIGH: Field = required("high", Shape::Value, "The highest value.").foreign(&UPPER);
