//! The tables of steps and distributions; what a table says is explained in
//! `tables`.

use super::tables::{AMOUNT, Field, Form, Shape, optional, required};
use crate::random::distributions::families;
use crate::random::{Family, Parameter, Takes};
use std::sync::LazyLock;

/// One resource or several.
const REFERENCES: Shape = Shape::Either(&[Shape::Reference, Shape::List(&Shape::Reference)]);
/// Resources, each with a number of permits or without.
const PERMITS: Shape = Shape::Either(&[
    Shape::Reference,
    Shape::List(&Shape::Either(&[Shape::Reference, Shape::Map(&Shape::Whole)])),
    Shape::Map(&Shape::Whole),
]);

/// A step: its main key's form holds all keys that may stand beside it.
pub(super) static STEPS: [Form; 20] = [
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
        name: "wait",
        doc: "Wait until a condition is notified.",
        fields: &[required(
            "wait",
            Shape::Either(&[Shape::Reference, Shape::Form(&WAIT)]),
            "At which condition.",
        )],
    },
    Form {
        name: "notify",
        doc: "Let one process that waits go on; if none waits, nothing happens.",
        fields: &[required("notify", REFERENCES, "Which conditions.")],
    },
    Form {
        name: "notify_all",
        doc: "Let all processes that wait go on.",
        fields: &[required("notify_all", REFERENCES, "Which conditions.")],
    },
    Form {
        name: "atomic",
        doc: "Do the steps with nothing of other processes in between, unless one of them has to wait.",
        fields: &[required("atomic", Shape::Steps, "The steps.")],
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

/// A step that only a program can write; see [`super::load_program`].
pub(super) static CALL: Form = Form {
    name: "call",
    doc: "Call code by its number.",
    fields: &[required("call", Shape::Integer { least: 0, most: u32::MAX as i64 }, "Which.")],
};

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

/// `wait` as a map.
pub(super) static WAIT: Form = Form {
    name: "wait_form",
    doc: "Wait, and let others have a mutex meanwhile.",
    fields: &[
        required("on", Shape::Reference, "At which condition."),
        optional(
            "mutex",
            Shape::Reference,
            "A mutex of the process: given back, and taken again after the wait.",
        ),
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
pub(super) fn distributions() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
        [CONSTANT].into_iter().chain(families().into_iter().map(family)).chain(DISCRETE).collect()
    });
    &FORMS
}

/// The form of a family; its fields live as long as the program.
fn family(family: &'static Family) -> Form {
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
