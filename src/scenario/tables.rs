//! The language as tables: every key, what it takes, whether it is required,
//! and one line about it.
//!
//! The checks read keys through these tables (unknown and missing ones are
//! found in `fields`), and the JSON Schema is generated from them, so the two
//! cannot say different things. What a value means is decided by the checks.

/// A map with fixed keys.
#[derive(Debug)]
pub(super) struct Form {
    /// What it is called, in messages and in the schema.
    pub name: &'static str,
    /// One line about it.
    pub doc: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
}

/// A key of a [`Form`].
#[derive(Debug)]
pub(super) struct Field {
    pub key: &'static str,
    pub required: bool,
    pub shape: Shape,
    /// One line about it.
    pub doc: &'static str,
}

/// What may stand behind a key.
#[derive(Debug)]
pub(super) enum Shape {
    /// Text that is no expression.
    Text,
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
    /// One of the forms in [`RESOURCES`], told apart by the word at `kind`.
    Resource,
    /// A distribution.
    Distribution,
    /// A list of steps.
    Steps,
}

const fn required(key: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { key, required: true, shape, doc }
}

const fn optional(key: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { key, required: false, shape, doc }
}

/// The outcomes of a run.
pub(super) const OUTCOMES: [&str; 5] = ["completed", "horizon", "deadlock", "fault", "limit"];
/// The orders in which waiters are served.
pub(super) const DISCIPLINES: [&str; 3] = ["fifo", "priority", "lifo"];
/// The types of values.
pub(super) const TYPES: [&str; 4] = ["int", "float", "bool", "duration"];
/// The word for a buffer without bound.
pub(super) const UNBOUNDED: &str = "unbounded";

/// A duration, or a distribution of durations.
const AMOUNT: Shape = Shape::Either(&[Shape::Duration, Shape::Distribution]);
/// One resource or several.
const REFERENCES: Shape = Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference)]);
/// Resources, each with a number of permits or without.
const PERMITS: Shape = Shape::Either(&[
    Shape::Reference,
    Shape::List(&Shape::Either(&[Shape::Reference, Shape::Map(&Shape::Whole)])),
    Shape::Map(&Shape::Whole),
]);

/// The whole file.
pub(super) static SCENARIO: Form = Form {
    name: "scenario",
    doc: "A scenario: processes and what they share, run in virtual time.",
    fields: &[
        required("version", Shape::Integer { least: 1, most: 1 }, "The version of the language: 1."),
        optional("name", Shape::Text, "The scenario's name; without it, the file's name without ending."),
        optional("description", Shape::Text, "Text for the reader."),
        optional(
            "params",
            Shape::Named { value: &Shape::Value, empty: true },
            "Named values that a run may set; each may use those above it.",
        ),
        optional(
            "resources",
            Shape::Named { value: &Shape::Resource, empty: true },
            "What the processes wait for and share.",
        ),
        required(
            "processes",
            Shape::Named { value: &Shape::Form(&PROCESS), empty: false },
            "The processes, at least one.",
        ),
        optional("horizon", Shape::Duration, "When the run is stopped, as a duration since its start."),
        optional("seed", Shape::Integer { least: 0, most: i64::MAX }, "The seed of all random numbers."),
        optional("limits", Shape::Form(&LIMITS), "After how many steps a run is given up."),
        optional("expect", Shape::Form(&EXPECT), "What must come out; `tempolane test` checks it."),
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

const COUNT: Field =
    optional("count", Shape::Whole, "How many instances; they are addressed `name[0]`, `name[1]` …");
const DISCIPLINE: Field =
    optional("discipline", Shape::Word(&DISCIPLINES), "In which order waiters are served; default fifo.");

/// The kinds of resources, each with its word at `kind`.
pub(super) static RESOURCES: [Form; 4] = [
    Form {
        name: "mutex",
        doc: "A lock that at most one process owns.",
        fields: &[required("kind", Shape::Word(&["mutex"]), "The kind of resource."), COUNT, DISCIPLINE],
    },
    Form {
        name: "semaphore",
        doc: "A counter of permits.",
        fields: &[
            required("kind", Shape::Word(&["semaphore"]), "The kind of resource."),
            required("permits", Shape::Whole, "Permits at the start, not below 0."),
            COUNT,
            DISCIPLINE,
        ],
    },
    Form {
        name: "buffer",
        doc: "A queue of items.",
        fields: &[
            required("kind", Shape::Word(&["buffer"]), "The kind of resource."),
            required("capacity", Shape::Whole, "How many items fit, at least 1, or `unbounded`."),
            optional("of", Shape::Word(&TYPES), "The type of the items; default that of the first put."),
            COUNT,
            DISCIPLINE,
        ],
    },
    Form {
        name: "memory",
        doc: "Slots that are read and written.",
        fields: &[
            required("kind", Shape::Word(&["memory"]), "The kind of resource."),
            required("slots", Shape::Whole, "How many slots, at least 1."),
            optional("value", Shape::Value, "What each slot holds at the start; default 0."),
            COUNT,
        ],
    },
];

/// An entry of `processes`.
pub(super) static PROCESS: Form = Form {
    name: "process",
    doc: "A sequential program, run once or in several instances.",
    fields: &[
        COUNT,
        optional("start", AMOUNT, "When it starts, a duration; default at once."),
        optional("priority", Shape::Whole, "From -128 to 127, lower goes first; default 0."),
        optional(
            "vars",
            Shape::Named { value: &Shape::Either(&[Shape::Value, Shape::Form(&ARRAY)]), empty: true },
            "Variables with their first values, and private arrays.",
        ),
        required("do", Shape::Steps, "Its steps."),
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

/// A step: its main key's form holds all keys that may stand beside it.
pub(super) static STEPS: [Form; 16] = [
    Form {
        name: "delay",
        doc: "Let time pass without a processor.",
        fields: &[required("delay", AMOUNT, "How long.")],
    },
    Form {
        name: "work",
        doc: "Let time pass on a processor.",
        fields: &[required("work", AMOUNT, "How long.")],
    },
    Form {
        name: "acquire",
        doc: "Take permits or mutexes, one after the other.",
        fields: &[required("acquire", PERMITS, "From where, or `{name: permits}`.")],
    },
    Form {
        name: "release",
        doc: "Give permits or mutexes back, one after the other.",
        fields: &[required("release", PERMITS, "To where, or `{name: permits}`.")],
    },
    Form {
        name: "put",
        doc: "Put items into buffers, waiting until they fit.",
        fields: &[required(
            "put",
            Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference), Shape::Form(&PUT)]),
            "Into which buffers.",
        )],
    },
    Form {
        name: "get",
        doc: "Take items out of buffers, waiting until they are there.",
        fields: &[required(
            "get",
            Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference), Shape::Form(&GET)]),
            "Out of which buffers.",
        )],
    },
    Form {
        name: "write",
        doc: "Write a slot of a memory.",
        fields: &[required("write", Shape::Form(&WRITE), "Where and what.")],
    },
    Form {
        name: "read",
        doc: "Read slots of a memory.",
        fields: &[required("read", Shape::Form(&READ), "From where and where to.")],
    },
    Form {
        name: "set",
        doc: "Give variables or array elements new values, in order.",
        fields: &[required("set", Shape::Map(&Shape::Value), "`{name: value}`, or `{\"name[i]\": value}`.")],
    },
    Form {
        name: "if",
        doc: "Do one of two things.",
        fields: &[
            required("if", Shape::Condition, "The condition."),
            required("do", Shape::Steps, "What to do if it is true."),
            optional("else", Shape::Steps, "What to do if it is false."),
        ],
    },
    Form {
        name: "while",
        doc: "Do it again as long as the condition holds.",
        fields: &[
            required("while", Shape::Condition, "The condition, asked before each round."),
            required("do", Shape::Steps, "One round."),
        ],
    },
    Form {
        name: "repeat",
        doc: "Do it so many times.",
        fields: &[
            required("repeat", Shape::Whole, "How many times, not below 0."),
            required("do", Shape::Steps, "One round."),
        ],
    },
    Form {
        name: "with",
        doc: "Acquire in order, do the steps, release in reverse order.",
        fields: &[
            required("with", REFERENCES, "Which mutexes and semaphores."),
            required("do", Shape::Steps, "What to do while holding them."),
        ],
    },
    Form {
        name: "draw",
        doc: "Draw a random value into a variable.",
        fields: &[required("draw", Shape::Form(&DRAW), "Where to and from what.")],
    },
    Form {
        name: "log",
        doc: "Write a line to the log of the run.",
        fields: &[required("log", Shape::Text, "The text; `{expression}` is filled in, `{{` is a brace.")],
    },
    Form {
        name: "mark",
        doc: "Note that this point was passed.",
        fields: &[required("mark", Shape::Either(&[Shape::Text, Shape::Form(&MARK)]), "The mark's name.")],
    },
];

/// `put` as a map.
pub(super) static PUT: Form = Form {
    name: "put_form",
    doc: "Put items of a value.",
    fields: &[
        required("to", REFERENCES, "Into which buffers."),
        optional("value", Shape::Value, "What; default zero."),
        optional("count", Shape::Whole, "How many, at least 1; default 1."),
    ],
};

/// `get` as a map.
pub(super) static GET: Form = Form {
    name: "get_form",
    doc: "Take items and keep them.",
    fields: &[
        required("from", Shape::Reference, "Out of which buffer."),
        optional("count", Shape::Whole, "How many, at least 1; default 1."),
        optional("into", Shape::Text, "A variable, or an array for several items."),
    ],
};

/// `write`.
pub(super) static WRITE: Form = Form {
    name: "write_form",
    doc: "Write a slot.",
    fields: &[
        required("to", Shape::Reference, "Which memory."),
        required("at", Shape::Whole, "Which slot, from 0."),
        required("value", Shape::Value, "What."),
    ],
};

/// `read`.
pub(super) static READ: Form = Form {
    name: "read_form",
    doc: "Read consecutive slots.",
    fields: &[
        required("from", Shape::Reference, "Which memory."),
        required("at", Shape::Whole, "The first slot, from 0."),
        optional("into", Shape::Text, "A variable, or an array for several slots."),
        optional("count", Shape::Whole, "How many; default 1."),
    ],
};

/// `draw`.
pub(super) static DRAW: Form = Form {
    name: "draw_form",
    doc: "Draw a random value.",
    fields: &[
        required("into", Shape::Text, "A variable."),
        required("from", Shape::Distribution, "From which distribution."),
    ],
};

/// `mark` as a map.
pub(super) static MARK: Form = Form {
    name: "mark_form",
    doc: "A mark that carries a value.",
    fields: &[
        required("name", Shape::Text, "Letters, digits, `_`, `-` and `.`."),
        optional("value", Shape::Value, "What it carries; always of one type."),
    ],
};

/// The distributions, each a map with its name as the only key.
pub(super) static DISTRIBUTIONS: [Form; 11] = [
    Form {
        name: "constant",
        doc: "Always the same value; `constant: V` is enough.",
        fields: &[required("value", Shape::Value, "The value.")],
    },
    Form { name: "uniform", doc: "Evenly between two values.", fields: &[LOW, HIGH] },
    Form { name: "uniform_int", doc: "Evenly among integers, both ends included.", fields: &[LOW, HIGH] },
    Form { name: "exponential", doc: "Exponential.", fields: &[MEAN] },
    Form { name: "normal", doc: "Normal, drawn again as long as it is below 0.", fields: &[MEAN, SD] },
    Form {
        name: "erlang",
        doc: "The sum of `shape` exponentials.",
        fields: &[required("shape", Shape::Whole, "How many, at least 1."), MEAN],
    },
    Form { name: "lognormal", doc: "Log-normal.", fields: &[MEAN, SD] },
    Form {
        name: "triangular",
        doc: "Triangular.",
        fields: &[LOW, required("mode", Shape::Value, "The most frequent value."), HIGH],
    },
    Form {
        name: "weibull",
        doc: "Weibull.",
        fields: &[
            required("scale", Shape::Value, "The scale, above 0."),
            required("shape", Shape::Value, "The shape, above 0."),
        ],
    },
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
const MEAN: Field = required("mean", Shape::Value, "The mean, above 0.");
const SD: Field = required("sd", Shape::Value, "The standard deviation, not below 0.");

/// `expect`.
pub(super) static EXPECT: Form = Form {
    name: "expect",
    doc: "What must come out.",
    fields: &[
        optional("outcome", Shape::Word(&OUTCOMES), "How the run ends."),
        optional("total_time", Shape::Duration, "When the last process completes."),
        optional("finished", Shape::Map(&Shape::Duration), "When processes complete, by name."),
        optional(
            "memories",
            Shape::Map(&Shape::List(&Shape::Value)),
            "What memories hold in the end, by name.",
        ),
    ],
};

/// The form with this name.
pub(super) fn form(forms: &'static [Form], name: &str) -> Option<&'static Form> {
    forms.iter().find(|form| form.name == name)
}
