//! The language as tables: every key, what it takes, whether it is required,
//! and one line about it.
//!
//! The checks read keys through these tables (unknown and missing ones are
//! found in `fields`), and the JSON Schema is generated from them, so the two
//! cannot say different things. What a value means is decided by the checks.
//! Each kind of resource, each step and each distribution has its table in a file
//! of its own: see `kinds`, `steps` and `distributions`.

use crate::look::{ColourBy, FONT_SIZES, Theme, WIDEST};
use crate::value::Type;

/// A map with fixed keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// What it is called, in messages and in the schema.
    pub name: &'static str,
    /// One line about it.
    pub doc: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
}

/// A key of a [`Form`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub key: &'static str,
    pub required: bool,
    pub shape: Shape,
    /// One line about it.
    pub doc: &'static str,
    /// What it is called elsewhere.
    pub foreign: &'static [&'static str],
}

impl Form {
    /// The key that is meant by what is a word for it elsewhere.
    pub fn meant(&self, word: &str) -> Option<&'static str> {
        self.fields.iter().find(|field| field.foreign.contains(&word)).map(|field| field.key)
    }
}

impl Field {
    /// The key, which elsewhere has these names.
    pub const fn foreign(self, foreign: &'static [&'static str]) -> Field {
        Field { foreign, ..self }
    }
}

/// What may stand behind a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Text that is no expression.
    Text,
    /// Nothing: what stands in front of it says all.
    Nothing,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A literal integer in these bounds.
    Integer { least: i64, most: i64 },
    /// An expression of type integer.
    Whole,
    /// An expression of any type.
    Value,
    /// An expression of type duration.
    Duration,
    /// An expression of type boolean.
    Condition,
    /// The name of a resource, maybe with an index.
    Reference,
    /// A map whose keys are no names of their own: references, for instance.
    Map(&'static Shape),
    /// A map whose keys name things; where `empty`, it may be left out behind
    /// its key.
    Named { value: &'static Shape, empty: bool },
    /// A list.
    List(&'static Shape),
    /// One of several shapes.
    Either(&'static [Shape]),
    /// A map with fixed keys.
    Form(&'static Form),
    /// A resource of some kind, told by the word at `kind`; see [`super::kinds`].
    Resource,
    /// A distribution.
    Distribution,
    /// A list of steps.
    Steps,
}

/// One resource or several.
pub(super) const REFERENCES: Shape = Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference)]);

/// Words with one meaning elsewhere, and what to write instead.
pub(super) type Advice = (&'static [&'static str], &'static str);

/// What to write instead of a word, if one of the table knows it.
pub(super) fn advice<'t>(table: impl IntoIterator<Item = &'t Advice>, word: &str) -> Option<&'static str> {
    table.into_iter().find(|(words, _)| words.contains(&word)).map(|&(_, advice)| advice)
}

/// What a key is called elsewhere, and the key.
pub(super) type ForeignKey = (&'static [&'static str], &'static str);

/// A key that must be there.
pub(super) const fn required(key: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { key, required: true, shape, doc, foreign: &[] }
}

/// A key that may be left out.
pub(super) const fn optional(key: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { key, required: false, shape, doc, foreign: &[] }
}

/// The outcomes of a run.
pub(super) const OUTCOMES: [&str; 5] = ["completed", "horizon", "deadlock", "fault", "limit"];
/// The types of values.
pub(super) const TYPES: [&str; 4] =
    [Type::Int.name(), Type::Float.name(), Type::Bool.name(), Type::Duration.name()];
/// What the items of a buffer may be.
pub(super) const ITEM_TYPE: Shape =
    Shape::Either(&[Shape::Word(&TYPES), Shape::Named { value: &Shape::Word(&TYPES), empty: false }]);

/// A value, or a value for each field of a record.
pub(super) const ITEM_VALUE: Shape = Shape::Either(&[Shape::Value, Shape::Map(&Shape::Value)]);

/// Where an item goes, or the fields of a record.
pub(super) const ITEM_TARGET: Shape = Shape::Either(&[Shape::Text, Shape::Map(&Shape::Text)]);

/// A duration, or a distribution of durations.
pub(super) const AMOUNT: Shape = Shape::Either(&[Shape::Duration, Shape::Distribution]);
/// The whole file.
pub(super) static SCENARIO: Form = Form {
    name: "scenario",
    doc: "A scenario: processes and what they share, run in virtual time.",
    fields: &[
        required("version", Shape::Integer { least: 1, most: 1 }, "The version of the language: 1."),
        optional("name", Shape::Text, "The scenario's name; without it, the file's name without ending.")
            .foreign(&["title"]),
        optional("description", Shape::Text, "Text for the reader."),
        optional(
            "params",
            Shape::Named { value: &Shape::Value, empty: true },
            "Named values that a run may set; each may use those above it.",
        )
        .foreign(&["parameters", "constants", "config"]),
        optional(
            "resources",
            Shape::Named { value: &Shape::Resource, empty: true },
            "What the processes wait for and share.",
        )
        .foreign(&["shared", "objects", "locks"]),
        optional(
            "blocks",
            Shape::Named { value: &Shape::Form(&BLOCK), empty: true },
            "Steps that processes share, by name; see the step `call`.",
        )
        .foreign(&["functions", "procedures", "macros", "subroutines"]),
        required(
            "processes",
            Shape::Named { value: &Shape::Form(&PROCESS), empty: false },
            "The processes, at least one.",
        )
        .foreign(&["threads", "actors", "tasks", "workers", "agents"]),
        optional("horizon", Shape::Duration, "When the run is stopped, as a duration since its start.")
            .foreign(&["until", "duration", "stop"]),
        optional("seed", Shape::Integer { least: 0, most: i64::MAX }, "The seed of all random numbers."),
        optional(
            "measures",
            Shape::Named { value: &Shape::Form(&MEASURE), empty: true },
            "What is measured of every run, by name.",
        )
        .foreign(&["metrics", "statistics", "monitors", "observe"]),
        optional(
            "warm_up",
            Shape::Duration,
            "How much of the start of a run the measures leave out; default nothing.",
        )
        .foreign(&["warmup", "warm_up_time", "burn_in"]),
        optional("limits", Shape::Form(&LIMITS), "After how many steps a run is given up."),
        optional(
            "expect",
            Shape::Form(&EXPECT),
            "What must come out with the parameters of the file; every run checks it.",
        )
        .foreign(&["assert", "asserts", "assertions"]),
        optional("style", Shape::Form(&STYLE), "How its pictures look; a run is the same without it.")
            .foreign(&["picture", "pictures", "chart", "plot"]),
    ],
};

/// `style`, and the whole of a file of its own.
pub(super) static STYLE: Form = Form {
    name: "style",
    doc: "How pictures look. What the command line says goes before.",
    fields: &[
        optional("title", Shape::Text, "What stands above them; default the scenario's name."),
        optional(
            "lanes",
            Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]),
            "Which processes are shown, in this order: `loader`, `worker[2]`, `worker*`; default all.",
        )
        .foreign(&["processes", "rows"]),
        optional("from", Shape::Duration, "Where the time axis begins; default 0s.").foreign(&["start"]),
        optional("to", Shape::Duration, "Where it ends; default the end of the run.")
            .foreign(&["end", "until"]),
        optional(
            "width",
            Shape::Integer { least: 1, most: WIDEST as i64 },
            "The width in pixels; default 640, which is 16 cm in print.",
        ),
        optional(
            "font_size",
            Shape::Integer { least: FONT_SIZES[0] as i64, most: FONT_SIZES[1] as i64 },
            "The size of the smallest text in pixels; default 10.",
        ),
        optional("theme", Shape::Word(&Theme::NAMES), "The colours; default `light`."),
        optional(
            "colour_by",
            Shape::Word(&ColourBy::NAMES),
            "What the colours of spans tell; default `activity` where steps have labels, else `state`.",
        )
        .foreign(&["color_by", "colors", "colours"]),
        optional(
            "holders",
            Shape::Condition,
            "Whether lanes show who holds each mutex and each read-write lock; default false.",
        )
        .foreign(&["locks", "owners", "held"]),
    ],
};

/// The word for passings that belong together by what they carry.
pub(super) const VALUE: &str = "value";
/// The word for those of one process instance.
pub(super) const INSTANCE: &str = "instance";

/// An entry of `measures`.
pub(super) static MEASURE: Form = Form {
    name: "measure",
    doc: "A sojourn (`from`, `to`), a sum of levels over time (`level`), or how often a mark is passed (`rate`, `count`).",
    fields: &[
        optional("from", Shape::Text, "The mark that begins a sojourn.").foreign(&["start", "begin"]),
        optional("to", Shape::Text, "The mark that ends it.").foreign(&["end", "until"]),
        optional(
            "by",
            Shape::Word(&[INSTANCE, VALUE]),
            "Which passings belong together: those of one process instance (default), or with one carried integer.",
        ),
        optional(
            "level",
            Shape::Text,
            "Levels over time: `orders`, `orders[2]`, `orders[*]` for all, `waiting(server)`, or a sum of such.",
        ),
        optional("at_least", Shape::Whole, "Asks in which share of the time the level is no less."),
        optional("at_most", Shape::Whole, "Asks in which share of the time the level is no more."),
        optional("rate", Shape::Text, "The mark of which it is asked how often it is passed in a time."),
        optional("per", Shape::Duration, "That time; default 1s."),
        optional("count", Shape::Text, "The mark of which it is asked how often it is passed."),
        optional("warm_up", Shape::Duration, "How much of the start of a run it leaves out."),
    ],
};

/// `limits`.
pub(super) static LIMITS: Form = Form {
    name: "limits",
    doc: "Budgets after which a run ends with the outcome `limit`.",
    fields: &[
        optional("steps", Shape::Integer { least: 1, most: i64::MAX }, "Steps that may be taken in all."),
        optional(
            "zero_time_steps",
            Shape::Integer { least: 1, most: i64::MAX },
            "Steps that may be taken without time passing.",
        ),
    ],
};

/// How many instances there are of a resource or process.
pub(super) const COUNT: Field =
    optional("count", Shape::Whole, "How many instances; they are addressed `name[0]`, `name[1]` …");

/// The start of a process that another one starts.
pub(super) const MANUAL: &str = "manual";

/// An entry of `processes`.
pub(super) static PROCESS: Form = Form {
    name: "process",
    doc: "A sequential program, run once or in several instances.",
    fields: &[
        COUNT.foreign(&["instances", "replicas", "number", "copies", "n", "amount"]),
        optional(
            "start",
            Shape::Either(&[AMOUNT, Shape::Word(&[MANUAL])]),
            "When it starts, a duration; default at once; `manual` when another process starts it.",
        ),
        optional("daemon", Shape::Condition, "Whether a run does not wait for its end; default false."),
        optional("priority", Shape::Whole, "From -128 to 127, lower goes first; default 0."),
        optional("on", Shape::Reference, "The processor of its `work`; default one of its own."),
        optional(
            "vars",
            Shape::Named { value: &Shape::Either(&[Shape::Value, Shape::Form(&ARRAY)]), empty: true },
            "Variables with their first values, and private arrays.",
        )
        .foreign(&["variables", "locals", "let"]),
        optional(
            "arrivals",
            Shape::Form(&ARRIVALS),
            "Instances arrive while the run goes on; `index` is the number of the arrival, from 0.",
        ),
        required("do", Shape::Steps, "Its steps.")
            .foreign(&["steps", "body", "actions", "program", "code", "script"]),
    ],
};

/// An entry of `blocks`.
pub(super) static BLOCK: Form = Form {
    name: "block",
    doc: "Steps with a name: a call does them, with the parameters standing for what it gives.",
    fields: &[
        optional("params", Shape::List(&Shape::Text), "The names of what a call gives.").foreign(&[
            "parameters",
            "arguments",
            "args",
            "inputs",
        ]),
        required("do", Shape::Steps, "Its steps.").foreign(&["steps", "body"]),
    ],
};

/// `arrivals` of a process.
pub(super) static ARRIVALS: Form = Form {
    name: "arrivals",
    doc: "When instances arrive.",
    fields: &[
        required("every", AMOUNT, "The time from one arrival to the next, and to the first.").foreign(&[
            "interarrival",
            "interval",
            "gap",
            "rate",
        ]),
        optional("up_to", Shape::Whole, "How many arrive at most.").foreign(&["count", "max", "number"]),
        optional("until", Shape::Duration, "After which time nobody arrives any more."),
        optional("most", Shape::Whole, "How many can be alive at once; default 1,000. More are a fault."),
    ],
};

/// A private array in `vars`.
pub(super) static ARRAY: Form = Form {
    name: "array",
    doc: "A private array.",
    fields: &[
        required("array", Shape::Whole, "How many elements."),
        optional("of", Shape::Value, "What each element is at the start; default 0."),
    ],
};

/// `expect`.
pub(super) static EXPECT: Form = Form {
    name: "expect",
    doc: "What must come out.",
    fields: &[
        optional("outcome", Shape::Word(&OUTCOMES), "How the run ends."),
        optional("total_time", NANOS, "When the last process completes.")
            .foreign(&["time", "makespan", "duration", "total", "end", "runtime"]),
        optional("finished", Shape::Map(&NANOS), "When processes complete, by name."),
        optional(
            "before",
            Shape::Either(&[Shape::Form(&BEFORE), Shape::List(&Shape::Form(&BEFORE))]),
            "What happens before what: one claim, or a list.",
        ),
        optional(
            "reaches",
            Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]),
            "What happens before the run ends: `process.mark[3]`, or a list.",
        ),
        optional("counts", Shape::Map(&NUMBER), "How often `process.mark` is passed."),
        optional(
            "values",
            Shape::Map(&Shape::Either(&[
                Shape::Value,
                Shape::List(&Shape::Value),
                Shape::Form(&MARK_FIGURES),
            ])),
            "What `process.mark` carries, each time, or what `process.mark[3]` does; or figures of all its values.",
        ),
        optional(
            "figures",
            Shape::Map(&FIGURE),
            "Numbers of the report, by their paths in `--format json`: `resources.cpu.utilization`.",
        ),
        optional("reads", VALUE_LISTS, "What a process reads from a memory, by `process.memory`."),
        optional(
            "gets",
            Shape::Map(&Shape::List(&ITEM_VALUE)),
            "What a process takes out of a buffer, by `process.buffer`, or a field of it by `process.buffer.field`.",
        ),
        optional("levels", Shape::Map(&NUMBER), "Bounds of a resource's level at any time, by name."),
        optional(
            "longest_wait",
            Shape::Map(&NANOS),
            "How long the longest wait of `process`, or of `process.resource`, is.",
        ),
        optional(
            "never_together",
            Shape::List(&Shape::Either(&[STRETCHES, Shape::List(&STRETCHES)])),
            "What no two processes are in at the same time: one list, or a list of lists.",
        ),
        optional(
            "always",
            Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]),
            "What holds in every state: a condition over levels and slots, or a list.",
        )
        .foreign(&["invariant", "invariants", "assert", "assertion", "safety", "holds"]),
        optional("memories", VALUE_LISTS, "What memories hold in the end, by name."),
        optional("races", Shape::Word(&[NONE]), "`none`: no memory slot is used without synchronisation."),
    ],
};

/// The word for "there are none".
pub(super) const NONE: &str = "none";

const NANOS: Shape = Shape::Either(&[Shape::Duration, Shape::Form(&DURATION_BOUNDS)]);
const NUMBER: Shape = Shape::Either(&[Shape::Whole, Shape::Form(&WHOLE_BOUNDS)]);
const VALUE_LISTS: Shape = Shape::Map(&Shape::List(&Shape::Value));
const STRETCHES: Shape = Shape::Either(&[Shape::Text, Shape::Form(&STRETCH)]);

/// What bounds are called elsewhere.
const LEAST: [&str; 10] =
    ["min", "minimum", "least", "low", "lower", "from", "above", "after", "greater_than", "not_before"];
const MOST: [&str; 10] =
    ["max", "maximum", "most", "high", "upper", "to", "below", "until", "less_than", "not_after"];

/// Bounds of a time in `expect`.
pub(super) static DURATION_BOUNDS: Form = Form {
    name: "time_bounds",
    doc: "Bounds of a time, both included; at least one of the two.",
    fields: &[
        optional("at_least", Shape::Duration, "The least that will do.").foreign(&LEAST),
        optional("at_most", Shape::Duration, "The most that will do.").foreign(&MOST),
    ],
};

/// Bounds of a number in `expect`.
pub(super) static WHOLE_BOUNDS: Form = Form {
    name: "bounds",
    doc: "Bounds of a number, both included; at least one of the two.",
    fields: &[
        optional("at_least", Shape::Whole, "The least that will do.").foreign(&LEAST),
        optional("at_most", Shape::Whole, "The most that will do.").foreign(&MOST),
    ],
};

const FIGURE: Shape = Shape::Either(&[Shape::Value, Shape::Form(&FIGURE_BOUNDS)]);

/// Bounds of a figure in `expect`.
pub(super) static FIGURE_BOUNDS: Form = Form {
    name: "figure_bounds",
    doc: "Bounds of a figure, both included, or about what it is.",
    fields: &[
        optional("at_least", Shape::Value, "The least that will do.").foreign(&LEAST),
        optional("at_most", Shape::Value, "The most that will do.").foreign(&MOST),
        optional("about", Shape::Value, "What it is, give or take `within`."),
        optional(
            "within",
            Shape::Either(&[Shape::Value, Shape::Text]),
            "How far it may be from `about`: a value, or a share of it such as `1%`.",
        ),
    ],
};

/// Figures of the values of a mark in `expect`.
pub(super) static MARK_FIGURES: Form = Form {
    name: "mark_figures",
    doc: "Figures of all values that a mark carries.",
    fields: &[
        optional("count", FIGURE, "How many there are.").foreign(&["passed", "n"]),
        optional("mean", FIGURE, "Their mean.").foreign(&["average", "avg"]),
        optional("smallest", FIGURE, "The smallest.").foreign(&["min", "minimum", "least"]),
        optional("largest", FIGURE, "The largest.").foreign(&["max", "maximum", "most"]),
        optional("p50", FIGURE, "The median: the smallest that is no less than 50 % of them.")
            .foreign(&["median"]),
        optional("p75", FIGURE, "The smallest that is no less than 75 % of them."),
        optional("p90", FIGURE, "The smallest that is no less than 90 % of them."),
        optional("p95", FIGURE, "The smallest that is no less than 95 % of them."),
        optional("p99", FIGURE, "The smallest that is no less than 99 % of them."),
        optional("p99.9", FIGURE, "The smallest that is no less than 99.9 % of them.").foreign(&["p999"]),
    ],
};

/// A claim about an order in `expect`.
pub(super) static BEFORE: Form = Form {
    name: "before",
    doc: "Both happen, the first before the second.",
    fields: &[
        required("first", Shape::Text, "What happens first, as `process.mark[3]` or `process.started`.")
            .foreign(&["before", "earlier"]),
        required("second", Shape::Text, "What happens second.").foreign(&["then", "after", "last", "later"]),
    ],
};

/// What a process is in, in `never_together`.
pub(super) static STRETCH: Form = Form {
    name: "stretch",
    doc: "What a process, or each instance of one, is in: holding a mutex, or between two marks.",
    fields: &[
        required("process", Shape::Text, "Which process."),
        optional("holds", Shape::Text, "The mutex that it holds."),
        optional("from", Shape::Text, "The mark that begins it."),
        optional("to", Shape::Text, "The mark that ends it; so does the end of the process."),
    ],
};

/// The form with this name.
pub(super) fn form(forms: &'static [Form], name: &str) -> Option<&'static Form> {
    forms.iter().find(|form| form.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{kinds, misfits, steps};
    use std::collections::BTreeMap;

    /// Collects all forms that may stand somewhere in a shape.
    fn collect(shape: &Shape, found: &mut BTreeMap<&'static str, &'static Form>) {
        let mut enter = |form: &'static Form| {
            if found.insert(form.name, form).is_none() {
                form.fields.iter().for_each(|field| collect(&field.shape, found));
            }
        };
        match shape {
            Shape::Form(form) => enter(form),
            Shape::Resource => kinds::forms().iter().for_each(enter),
            Shape::Steps => steps::forms().for_each(enter),
            Shape::Map(value) | Shape::Named { value, .. } | Shape::List(value) => collect(value, found),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| collect(shape, found)),
            _ => {}
        }
    }

    #[test]
    fn no_key_is_foreign_where_it_is_known() {
        let mut forms = BTreeMap::new();
        collect(&Shape::Form(&SCENARIO), &mut forms);
        assert!(["put_form", "read_form", "buffer", "if"].iter().all(|name| forms.contains_key(name)));
        for form in forms.values() {
            let known = |field: &Field| misfits::foreign_key(form, field.key).is_none();
            assert!(form.fields.iter().all(known), "{} has a key that is written otherwise", form.name);
            let words: Vec<_> = form.fields.iter().flat_map(|field| field.foreign).collect();
            let is_key = |word: &str| form.fields.iter().any(|field| field.key == word);
            assert!(!words.iter().any(|word| is_key(word)), "{words:?} in {}", form.name);
            let once = |word| words.iter().filter(|other| *other == word).count() == 1;
            assert!(words.iter().all(once), "{words:?} in {}", form.name);
        }
    }
}
