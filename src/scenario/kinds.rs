//! What the language knows of each kind of resource.
//!
//! Decides the keys of a kind, which steps are about it, what is said of one that
//! is used on one side only, and what those mean who call it by another name. What
//! there is to say of a kind whatever scenario it stands in is said by
//! [`ResourceKind::descriptor`].

use super::choosing::ORDER;
use super::hours::{BREAKDOWN, BY_HOURS, HOLDERS};
use super::misfits::written;
use super::node::{Entry, Kind, Node};
use super::processors;
use super::rwlocks::PREFER;
use super::steps::body::Use;
use super::steps::closing::{CLOSE, CLOSES, FOR_EACH};
use super::steps::condition::{NOTIFY, NOTIFY_ALL, WAIT};
use super::steps::flags::{COUNT_DOWN, RESET, SIGNAL};
use super::steps::items::{GET, PUT};
use super::steps::permits::{ACQUIRE, RELEASE};
use super::steps::select::ACQUIRE_ALL;
use super::steps::slots::{READ, WRITE};
use super::steps::time::WORK;
use super::tables::{Advice, COUNT, Field, ForeignKey, Form, ITEM_TYPE, Shape, advice, optional, required};
use crate::trace::{Discipline, Holds, ResourceKind};
use std::sync::LazyLock;

/// A kind of resource in the language.
pub(super) struct KindInLanguage {
    pub kind: ResourceKind,
    /// The steps about it.
    pub steps: &'static [&'static Use],
    /// The orders in which those who wait for it are served, as a key.
    discipline: Option<Field>,
    /// Its other keys.
    more: &'static [Field],
    /// What is said of one of this name that is only taken from.
    pub never_given: Option<Sided>,
    /// What is said of one of this name that is only given to.
    pub never_taken: Option<Sided>,
    /// What to write instead of setting it as a variable, by its name and by what
    /// was set.
    pub given: fn(&str, &str) -> String,
    /// What it is called elsewhere.
    pub foreign: Advice,
    /// What its keys are called elsewhere.
    pub foreign_keys: &'static [ForeignKey],
}

/// A warning about a resource with a name, and a hint.
pub(super) type Sided = (fn(&str) -> String, &'static str);

/// All kinds, in the order of the reference.
static KINDS: [KindInLanguage; ResourceKind::ALL.len()] = [
    KindInLanguage {
        kind: ResourceKind::Mutex,
        steps: &[&ACQUIRE, &RELEASE, &ACQUIRE_ALL],
        discipline: Some(DISCIPLINE),
        more: &[optional(
            "inherit",
            Shape::Condition,
            "Whether its owner has at least the priority of each who waits for it; default false.",
        )],
        never_given: Some((
            |name| format!("the mutex {name} is acquired and never released"),
            "`release` it, or use `with`, which does",
        )),
        never_taken: None,
        given: of_permits,
        foreign: (
            &[
                "lock",
                "rlock",
                "critical",
                "Lock",
                "RLock",
                "ReentrantLock",
                "reentrant_lock",
                "recursive_mutex",
                "spinlock",
            ],
            "write `mutex`; it is not reentrant: who has it does not take it once more",
        ),
        foreign_keys: &[],
    },
    KindInLanguage {
        kind: ResourceKind::Semaphore,
        steps: &[&ACQUIRE, &RELEASE, &ACQUIRE_ALL],
        discipline: Some(DISCIPLINE),
        more: &[BREAKDOWN, HOLDERS],
        never_given: Some((
            |name| format!("the semaphore {name} is acquired and never released by anybody"),
            "`release` it, or use `with`, which does",
        )),
        never_taken: None,
        given: of_permits,
        foreign: (
            &[
                "Semaphore",
                "BoundedSemaphore",
                "binary_semaphore",
                "counting_semaphore",
                "sem",
                "counter",
                "permits",
                "tokens",
                "server",
                "resource",
                "pool",
            ],
            "write `{kind: semaphore, permits: n}`",
        ),
        foreign_keys: &[(&["initial", "init", "value", "tokens", "capacity", "size"], "permits")],
    },
    KindInLanguage {
        kind: ResourceKind::Buffer,
        steps: &[&GET, &PUT, &CLOSE, &FOR_EACH],
        discipline: Some(DISCIPLINE),
        more: &[CLOSES, ORDER],
        never_given: Some((
            |name| format!("nobody puts anything into the buffer {name}"),
            "a `get` waits for a `put`",
        )),
        never_taken: Some((
            |name| format!("nobody gets anything out of the buffer {name}"),
            "once it is full, a `put` waits for a `get`",
        )),
        given: |name, _| format!("write `put: {{to: {name}, value: …}}`"),
        foreign: (
            &[
                "queue",
                "channel",
                "fifo",
                "pipe",
                "store",
                "list",
                "mailbox",
                "stream",
                "Queue",
                "chan",
                "BlockingQueue",
                "blocking_queue",
                "ArrayBlockingQueue",
                "LinkedBlockingQueue",
                "BoundedBuffer",
                "bounded_buffer",
            ],
            "write `{kind: buffer, capacity: n}`",
        ),
        foreign_keys: &[
            (&["size", "maxsize", "length", "slots", "limit", "bound"], "capacity"),
            (&["type", "fields", "record", "items"], "of"),
        ],
    },
    KindInLanguage {
        kind: ResourceKind::Memory,
        steps: &[&READ, &WRITE],
        discipline: None,
        more: &[],
        never_given: None,
        never_taken: None,
        given: |name, target| {
            let index = target.split_once('[').and_then(|(_, rest)| rest.trim_end().strip_suffix(']'));
            format!("write `write: {{to: {name}, at: {}, value: …}}`", index.unwrap_or("i"))
        },
        foreign: (
            &["array", "ram", "shared", "variable", "cell", "var", "int", "vector"],
            "write `{kind: memory, slots: n}`",
        ),
        foreign_keys: &[
            (&["size", "length", "capacity", "cells"], "slots"),
            (&["init", "initial", "default", "of"], "value"),
        ],
    },
    KindInLanguage {
        kind: ResourceKind::Condition,
        steps: &[&WAIT, &NOTIFY, &NOTIFY_ALL],
        discipline: Some(optional(
            "discipline",
            Shape::Word(&ALL_DISCIPLINES),
            "Which waiter a notify reaches; default fifo; `any` leaves it open.",
        )),
        more: &[],
        never_given: Some((
            |name| format!("nobody notifies the condition {name}"),
            "a `wait` ends with a `notify`",
        )),
        never_taken: None,
        given: |name, _| format!("write `notify: {name}`"),
        foreign: (
            &[
                "condvar",
                "cond",
                "monitor",
                "Condition",
                "condition_variable",
                "ConditionVariable",
                "Condvar",
            ],
            "write `condition`, with a mutex beside it",
        ),
        foreign_keys: &[],
    },
    KindInLanguage {
        kind: ResourceKind::Barrier,
        steps: &[&WAIT],
        discipline: None,
        more: &[],
        never_given: None,
        never_taken: None,
        given: |name, _| format!("write `wait: {name}`"),
        foreign: (
            &["rendezvous", "cyclic_barrier", "Barrier", "CyclicBarrier", "Phaser", "phaser"],
            "write `{kind: barrier, parties: n}`",
        ),
        foreign_keys: &[(&["size", "n", "permits", "capacity", "value", "threads"], "parties")],
    },
    KindInLanguage {
        kind: ResourceKind::Flag,
        steps: &[&WAIT, &SIGNAL, &RESET],
        discipline: None,
        more: &[],
        never_given: None,
        never_taken: None,
        given: |name, _| format!("write `signal: {name}` or `reset: {name}`"),
        foreign: (&["event", "Event", "signal", "gate"], "write `flag`, with `signal`, `reset` and `wait`"),
        foreign_keys: &[],
    },
    KindInLanguage {
        kind: ResourceKind::Latch,
        steps: &[&WAIT, &COUNT_DOWN],
        discipline: None,
        more: &[],
        never_given: None,
        never_taken: None,
        given: |name, _| format!("write `count_down: {name}`"),
        foreign: (
            &[
                "countdown",
                "count_down_latch",
                "CountDownLatch",
                "wait_group",
                "WaitGroup",
                "waitgroup",
                "Waitgroup",
            ],
            "write `{kind: latch, from: n}`",
        ),
        foreign_keys: &[(&["size", "n", "parties", "capacity", "value", "initial"], "from")],
    },
    KindInLanguage {
        kind: ResourceKind::Rwlock,
        steps: &[&ACQUIRE, &RELEASE, &ACQUIRE_ALL],
        discipline: Some(DISCIPLINE),
        more: &[PREFER],
        never_given: Some((
            |name| format!("{name} is acquired and never released"),
            "`release` it, or use `with`, which does",
        )),
        never_taken: None,
        given: |name, _| format!("write `with: {{write: {name}}}` around the steps"),
        foreign: (
            &[
                "rw_lock",
                "RwLock",
                "RWMutex",
                "rwmutex",
                "shared_mutex",
                "ReadWriteLock",
                "ReentrantReadWriteLock",
                "readers_writer",
            ],
            "write `rwlock`, with `with: {read: l}` and `with: {write: l}`",
        ),
        foreign_keys: &[(&["preference", "policy", "priority", "fair"], "prefer")],
    },
    KindInLanguage {
        kind: ResourceKind::Processor,
        steps: &[&WORK],
        discipline: Some(processors::DISCIPLINE),
        more: &processors::FIELDS,
        never_given: None,
        never_taken: None,
        given: |name, _| format!("write `work: {{on: {name}, for: 5ms}}`, or `on: {name}` beside `do`"),
        foreign: (
            &["cpu", "gpu", "machine", "cores", "core", "gil", "executor"],
            "write `{kind: processor, cores: n}`",
        ),
        foreign_keys: &[(&["capacity", "size", "n", "servers", "permits", "threads"], "cores")],
    },
];

/// The orders in which those are served who ask for something.
const DISCIPLINES: [&str; 3] =
    [Discipline::Fifo.name(), Discipline::Priority.name(), Discipline::Lifo.name()];
/// The orders in which those go on who were told to.
const ALL_DISCIPLINES: [&str; 4] =
    [Discipline::Fifo.name(), Discipline::Priority.name(), Discipline::Lifo.name(), Discipline::Any.name()];
const DISCIPLINE: Field =
    optional("discipline", Shape::Word(&DISCIPLINES), "In which order waiters are served; default fifo.");

/// The word for a number without bound.
pub(super) const UNBOUNDED: &str = "unbounded";

fn of_permits(name: &str, _: &str) -> String {
    format!("write `acquire: {name}` or `release: {name}`")
}

/// A kind as the language knows it.
///
/// # Panics
/// Never: a test looks for each kind in the table.
pub(super) fn in_language(kind: ResourceKind) -> &'static KindInLanguage {
    let kind = match kind {
        ResourceKind::Writers | ResourceKind::Readers => ResourceKind::Rwlock,
        declared => declared,
    };
    KINDS.iter().find(|entry| entry.kind == kind).expect("every kind stands in the table")
}

/// The keys of each kind, in the order of the reference.
pub(super) fn forms() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| KINDS.iter().map(KindInLanguage::form).collect());
    &FORMS
}

/// What to write instead of a kind of this name.
pub(super) fn foreign(word: &str) -> Option<&'static str> {
    advice(KINDS.iter().map(|kind| &kind.foreign), word)
}

/// The kind that has a number by this key, and the key.
pub(super) fn of_number(word: &str) -> Option<(&'static str, &'static str)> {
    forms().iter().find_map(|form| {
        let number = form.fields.iter().find(|field| field.required && field.key == word)?;
        (number.key != "kind").then_some((form.name, number.key))
    })
}

/// What to write instead of a resource without a kind, by its name: `lock` is a mutex.
pub(super) fn of_name(name: &str, value: &Node) -> String {
    let plain = without_number(name);
    match (&value.kind, KINDS.iter().find(|kind| kind.is_called(plain))) {
        (Kind::Int(number), _) => format!(
            "write `{name}: {{kind: semaphore, permits: {number}}}`, or another kind; a number that does not change stands in `params`"
        ),
        (_, Some(kind)) => format!("write `{name}: {}`", kind.example(kind.number())),
        (_, None) => format!(
            "say what it is, as in `{name}: mutex` or `{name}: {{kind: buffer, capacity: 3}}`; what belongs to it stands further to the right"
        ),
    }
}

/// The kind of this name.
pub(super) fn named(word: &str) -> Option<ResourceKind> {
    KINDS.iter().map(|kind| kind.kind).find(|kind| kind.name() == word)
}

/// A resource of a kind that fits, as it is declared: of the kind that its name means, or
/// else of the first.
pub(super) fn declared(name: &str, fits: impl Fn(ResourceKind) -> bool) -> String {
    let plain = without_number(name);
    let mut fitting = KINDS.iter().filter(|kind| fits(kind.kind));
    let meant = fitting.clone().find(|kind| kind.is_called(plain));
    let kind = meant.or_else(|| fitting.next()).unwrap_or(&KINDS[0]);
    let number = if kind.kind.has_slots() { "0" } else { kind.number() };
    format!("{name}: {}", kind.example(number))
}

/// A name without a number at its end: `lock2` is a lock.
fn without_number(name: &str) -> &str {
    name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '_')
}

/// What to write instead of a key of the whole file that means a kind of resource, as
/// `memories: {sold: 6}` does.
pub(super) fn as_key(entry: &Entry) -> Option<String> {
    let word = entry.key.name.as_str();
    let mut singular = ["es", "s", ""]
        .into_iter()
        .filter_map(|end| word.strip_suffix(end))
        .chain(word.strip_suffix("ies").map(|_| "memory").filter(|_| word == "memories"));
    let kind = singular.find_map(|word| KINDS.iter().find(|kind| kind.is_called(word)))?;
    let (name, number) = match &entry.value.kind {
        Kind::Map(inner) => inner.first().map(|first| (first.key.name.as_str(), written(&first.value)))?,
        Kind::Seq(items) => (items.first().and_then(Node::text).unwrap_or("name"), String::new()),
        _ => ("name", String::new()),
    };
    let number = if number.is_empty() || number == "…" { kind.number() } else { &number };
    let holds = match kind.kind.descriptor().holds {
        Holds::Slots => ", where `value` is what each slot holds at the start",
        Holds::Items | Holds::Nothing => "",
    };
    Some(format!("what is shared stands below `resources`: `{name}: {}`{holds}", kind.example(number)))
}

/// The kinds for which their word is enough.
pub(super) fn short() -> impl Iterator<Item = &'static Form> {
    forms().iter().filter(|form| form.fields.iter().all(|field| !field.required || field.key == "kind"))
}

impl KindInLanguage {
    /// Whether a word is its name, or means it elsewhere.
    fn is_called(&self, word: &str) -> bool {
        self.kind.name() == word || self.foreign.0.contains(&word)
    }

    /// A number that makes sense in an example: nobody waits at a barrier of one.
    fn number(&self) -> &'static str {
        if self.kind == ResourceKind::Barrier { "2" } else { "1" }
    }

    /// A resource of the kind with a number, as it stands in a file.
    fn example(&self, value: &str) -> String {
        let descriptor = self.kind.descriptor();
        let name = descriptor.name;
        match (&descriptor.number, descriptor.holds) {
            (None, _) => name.to_owned(),
            (Some(number), Holds::Slots) => format!("{{kind: {name}, {}: 1, value: {value}}}", number.key),
            (Some(number), _) => format!("{{kind: {name}, {}: {value}}}", number.key),
        }
    }

    /// What its number may be.
    fn number_shape(&self) -> Shape {
        match self.kind {
            ResourceKind::Semaphore | ResourceKind::Processor => BY_HOURS,
            _ => Shape::Whole,
        }
    }

    /// The keys of the kind; the fields live as long as the program.
    fn form(&self) -> Form {
        let descriptor = self.kind.descriptor();
        let words: &[&str] = vec![descriptor.name].leak();
        let number = descriptor.number.as_ref();
        let holds = match descriptor.holds {
            Holds::Nothing => None,
            Holds::Items => {
                let doc = "The type of the items, or of each field of records; default that of the first put with a value.";
                Some(optional("of", ITEM_TYPE, doc))
            }
            Holds::Slots => {
                Some(optional("value", Shape::Value, "What each slot holds at the start; default 0."))
            }
        };
        let fields = [required("kind", Shape::Word(words), "The kind of resource.")]
            .into_iter()
            .chain(number.map(|number| required(number.key, self.number_shape(), number.doc)))
            .chain(holds)
            .chain([COUNT])
            .chain(self.discipline)
            .chain(self.more.iter().copied());
        let foreign = |key: &str| self.foreign_keys.iter().find(|(_, meant)| *meant == key);
        let named = |field: Field| foreign(field.key).map_or(field, |&(words, _)| field.foreign(words));
        let fields: Vec<Field> = fields.map(named).collect();
        Form { name: descriptor.name, doc: descriptor.doc, fields: fields.leak() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_in_the_table() {
        assert_eq!(KINDS.each_ref().map(|entry| entry.kind), ResourceKind::ALL);
        for entry in &KINDS {
            assert!(!entry.steps.is_empty(), "{}", entry.kind.name());
            assert!(entry.foreign.0.iter().all(|word| ResourceKind::named(word).is_none()));
            let form = entry.form();
            let has = |key: &str| form.fields.iter().any(|field| field.key == key);
            assert!(entry.foreign_keys.iter().all(|(_, key)| has(key)), "{}", form.name);
            assert_eq!(in_language(entry.kind).kind, entry.kind);
        }
    }

    #[test]
    fn a_word_is_enough_for_what_needs_no_number() {
        assert_eq!(
            short().map(|form| form.name).collect::<Vec<_>>(),
            ["mutex", "condition", "flag", "rwlock"]
        );
    }
}
