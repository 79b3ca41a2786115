//! Reading: a file may hold anything, so everything that others will rely on
//! (names, numbers, the order of times) is checked here.

use super::format::{FORMAT, FirstLine, LastLine};
use crate::ids::{MarkId, OpId, ProcessId, ResourceId};
use crate::time::Time;
use crate::trace::event::{Event, Kind};
use crate::trace::header::{FieldInfo, Header, Piece};
use crate::trace::measure::{LevelTerm, MeasureInfo, Measured};
use crate::trace::named::NameTable;
use crate::trace::outcome::WaitFor;
use crate::trace::sink::Trace;
use crate::value::{MOST_FIELDS, Type, Value, Word};
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, Visitor};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, BufRead, Read};

/// The longest line that is read, in bytes: room for the last line of a
/// deadlock of a million processes.
const LONGEST_LINE: u64 = 256 << 20;

/// The most process or resource instances that a file may name, since tables
/// of that size follow.
const MOST_INSTANCES: u32 = 10_000_000;

/// Why a file is no trace.
#[derive(Debug)]
pub enum TraceReadError {
    /// The file cannot be read.
    Io(io::Error),
    /// What it says is wrong.
    Content {
        /// On which line, from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
}

impl fmt::Display for TraceReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceReadError::Io(error) => error.fmt(f),
            TraceReadError::Content { line, message } => write!(f, "line {line}: {message}"),
        }
    }
}

impl std::error::Error for TraceReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TraceReadError::Io(error) => Some(error),
            TraceReadError::Content { .. } => None,
        }
    }
}

/// Reads a trace that [`super::write_jsonl`] or [`super::JsonlSink`] wrote.
///
/// Every name and number in the result is valid in its header, and times do
/// not decrease. A fingerprint in the file must be that of the trace.
///
/// # Errors
/// If the file cannot be read, or is not such a trace; with the line.
pub fn read_jsonl(input: impl BufRead) -> Result<Trace, TraceReadError> {
    let mut lines = Lines { input, number: 0, text: Vec::new() };
    let result = read_lines(&mut lines);
    result.map_err(|problem| match problem {
        Problem::Io(error) => TraceReadError::Io(error),
        Problem::Content(message) => TraceReadError::Content { line: lines.number, message },
    })
}

/// A [`TraceReadError`] that does not know its line yet.
enum Problem {
    Io(io::Error),
    Content(String),
}

impl From<String> for Problem {
    fn from(message: String) -> Problem {
        Problem::Content(message)
    }
}

struct Lines<R> {
    input: R,
    number: usize,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The next line that is not empty.
    fn next(&mut self) -> Result<Option<&[u8]>, Problem> {
        loop {
            self.number += 1;
            self.text.clear();
            let mut limited = (&mut self.input).take(LONGEST_LINE);
            let length = limited.read_until(b'\n', &mut self.text).map_err(Problem::Io)?;
            if length as u64 == LONGEST_LINE {
                return Err(format!("the line is longer than {LONGEST_LINE} bytes").into());
            }
            if length == 0 {
                return Ok(None);
            }
            if !self.text.trim_ascii().is_empty() {
                // A second borrow, since the first would last for the loop.
                return Ok(Some(&self.text));
            }
        }
    }
}

fn read_lines<R: BufRead>(lines: &mut Lines<R>) -> Result<Trace, Problem> {
    let first = lines.next()?.ok_or_else(|| "the file is empty".to_owned())?;
    let header = read_header(first)?;
    let names = NameTable::new(&header);
    let (mut events, mut log_args): (Vec<Event>, Vec<Word>) = (Vec::new(), Vec::new());
    loop {
        let Some(text) = lines.next()? else {
            return Err("the trace has no last line (with its outcome): was the run interrupted?"
                .to_owned()
                .into());
        };
        let line: EventLine = from_json(text)?;
        if line.outcome.is_some() {
            let trace = finish(from_json(text)?, &names, header, events, log_args)?;
            return match lines.next()? {
                None => Ok(trace),
                Some(_) => Err("something follows the line with the outcome".to_owned().into()),
            };
        }
        let event = line.resolve(&header, &names, &mut log_args)?;
        if events.last().is_some_and(|last| last.time > event.time) {
            return Err("the time is before that of the event above".to_owned().into());
        }
        events.push(event);
    }
}

fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

fn read_header(text: &[u8]) -> Result<Header, String> {
    let FirstLine { tempolane_trace, header } = from_json(text)?;
    if tempolane_trace != FORMAT {
        return Err(format!("the trace has form {tempolane_trace}; this version reads form {FORMAT}"));
    }
    let header = header.into_owned();
    check_table(header.processes.iter().map(|info| (&info.name, info.first.0, info.count, info.indexed)))?;
    check_table(header.resources.iter().map(|info| (&info.name, info.first.0, info.count, info.indexed)))?;
    let names = [
        header.marks.iter().map(|mark| &mark.name).collect::<Vec<_>>(),
        header.measures.iter().map(|measure| &measure.name).collect(),
    ];
    for names in names {
        let mut seen = BTreeSet::new();
        if let Some(name) = names.into_iter().find(|name| !seen.insert(*name)) {
            return Err(format!("the name '{name}' occurs twice"));
        }
    }
    check_measures(&header)?;
    Ok(header)
}

/// Holds measures to the marks and resources that there are.
fn check_measures(header: &Header) -> Result<(), String> {
    let is_mark = |mark: MarkId| mark.index() < header.marks.len();
    let resources = header.resource_count() as u64;
    let is_term = |term: &LevelTerm| u64::from(term.first.0) + u64::from(term.count) <= resources;
    let is_good = |measure: &&MeasureInfo| match &measure.what {
        Measured::Sojourn { from, to, .. } => is_mark(*from) && is_mark(*to),
        Measured::Level(sum) => sum.terms.iter().all(is_term),
        Measured::Passings { mark, per_ns } => is_mark(*mark) && *per_ns != Some(0),
    };
    match header.measures.iter().find(|measure| !is_good(measure)) {
        Some(measure) => Err(format!("the measure '{}' is of something that there is not", measure.name)),
        None => Ok(()),
    }
}

/// Holds a table of names to what [`Header`] promises: instances follow each
/// other without a gap, and no two names are the same.
fn check_table<'a>(entries: impl Iterator<Item = (&'a String, u32, u32, bool)>) -> Result<(), String> {
    let (mut next, mut seen) = (0, BTreeSet::new());
    for (name, first, count, indexed) in entries {
        if !seen.insert(name) {
            return Err(format!("the name '{name}' occurs twice"));
        }
        if first != next {
            return Err(format!("the first instance of '{name}' is {first} instead of {next}"));
        }
        if !indexed && count != 1 {
            return Err(format!("'{name}' has {count} instances, but no index"));
        }
        next = match first.checked_add(count) {
            Some(sum) if sum <= MOST_INSTANCES => sum,
            _ => return Err(format!("there are more than {MOST_INSTANCES} instances")),
        };
    }
    Ok(())
}

fn finish(
    last: LastLine,
    names: &NameTable,
    header: Header,
    events: Vec<Event>,
    log_args: Vec<Word>,
) -> Result<Trace, String> {
    let end = Time::from_nanos(last.end_ns).ok_or("the time is too large")?;
    if events.last().is_some_and(|event| event.time > end) {
        return Err("the run ends before its last event".to_owned());
    }
    if events.len() as u64 != last.events {
        return Err(format!("there are {} events, but there should be {}", events.len(), last.events));
    }
    let outcome = last.outcome.resolve(names)?;
    let trace = Trace { outcome, header, events: events.into(), log_args, end };
    match (last.fingerprint, trace.fingerprint()) {
        (Some(said), found) if said != found => {
            Err(format!("the fingerprint is {found}, but should be {said}: the file was changed"))
        }
        _ => Ok(trace),
    }
}

/// A line between the first and the last; which keys it needs is said by `event`.
#[derive(Deserialize)]
struct EventLine<'a> {
    time_ns: Option<u64>,
    #[serde(borrow)]
    process: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource: Option<Cow<'a, str>>,
    slot: Option<u32>,
    until_ns: Option<u64>,
    wait_for: Option<WaitFor>,
    #[serde(borrow)]
    by: Option<Cow<'a, str>>,
    #[serde(borrow)]
    of: Option<Cow<'a, str>>,
    woken: Option<u64>,
    missing: Option<u64>,
    level: Option<u64>,
    value: Option<Plain>,
    value_ns: Option<i64>,
    bits: Option<u64>,
    #[serde(rename = "type")]
    ty: Option<Type>,
    log: Option<u32>,
    args: Option<Vec<Argument>>,
    words: Option<Vec<Word>>,
    item: Option<BTreeMap<String, Plain>>,
    #[serde(borrow)]
    mark: Option<Cow<'a, str>>,
    op: Option<OpId>,
    /// Tells the last line.
    outcome: Option<IgnoredAny>,
}

fn needed<T>(value: Option<T>, key: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("'{key}' is missing"))
}

impl EventLine<'_> {
    fn resolve(self, header: &Header, names: &NameTable, log_args: &mut Vec<Word>) -> Result<Event, String> {
        let kind_name = needed(self.event.as_deref(), "event")?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == kind_name);
        let kind = kind.ok_or_else(|| format!("there is no event '{kind_name}'"))?;
        let time = Time::from_nanos(needed(self.time_ns, "time_ns")?).ok_or("the time is too large")?;
        let process = names.process(needed(self.process.as_deref(), "process")?)?;
        let subject = self.subject(kind, header, names)?;
        let (ty, value) = self.value(kind, names)?;
        let (op, extra) = (needed(self.op, "op")?, self.slot.unwrap_or(0));
        let event = Event { time, value, process, subject, extra, op, kind, ty };
        match kind {
            Kind::Log => {
                Ok(Event { value: self.take_args(&header.logs[subject as usize].pieces, log_args)?, ..event })
            }
            Kind::Put | Kind::Get => self.with_item(event, header, log_args),
            _ => Ok(event),
        }
    }

    /// The event of an item; appends its fields but for the first, if it is a record.
    fn with_item(self, event: Event, header: &Header, log_args: &mut Vec<Word>) -> Result<Event, String> {
        let info = header.resource(ResourceId(event.subject));
        let (words, ty) = match (self.item, self.words) {
            (None, None) if self.slot.is_none() => return Ok(event),
            (None, Some(words)) => (words, self.ty.unwrap_or(info.ty)),
            (Some(item), None) if item.len() == info.fields.len() => {
                let word = |field: &FieldInfo| match item.get(&field.name) {
                    Some(plain) => plain.word_of(field.ty, "the field"),
                    None => Err(format!("the item has no field '{}'", field.name)),
                };
                (info.fields.iter().map(word).collect::<Result<_, String>>()?, info.ty)
            }
            _ => return Err(format!("this is no item of '{}'", info.name)),
        };
        let (&value, rest) = words.split_first().ok_or("the item has no fields")?;
        if rest.len() >= MOST_FIELDS {
            return Err(format!("an item has at most {MOST_FIELDS} fields"));
        }
        log_args.extend_from_slice(rest);
        Ok(Event { value, ty, extra: rest.len() as u32, ..event })
    }

    fn subject(&self, kind: Kind, header: &Header, names: &NameTable) -> Result<u32, String> {
        match kind {
            _ if kind.is_about_resource() => {
                names.resource(needed(self.resource.as_deref(), "resource")?).map(|resource| resource.0)
            }
            Kind::Mark => names.mark(needed(self.mark.as_deref(), "mark")?),
            Kind::Log => {
                let log = needed(self.log, "log")?;
                let known = (log as usize) < header.logs.len();
                known.then_some(log).ok_or_else(|| format!("there is no log text {log}"))
            }
            _ => Ok(0),
        }
    }

    fn value(&self, kind: Kind, names: &NameTable) -> Result<(Type, Word), String> {
        let word = match kind {
            Kind::Delay | Kind::Work => needed(self.until_ns, "until_ns")?,
            Kind::Block | Kind::Timeout => needed(self.wait_for, "wait_for")? as Word,
            Kind::Grant => {
                let ProcessId(by) = names.process(needed(self.by.as_deref(), "by")?)?;
                by.into()
            }
            Kind::Launch | Kind::Join | Kind::Stop | Kind::Interrupt => {
                let ProcessId(of) = names.process(needed(self.of.as_deref(), "of")?)?;
                of.into()
            }
            Kind::Notify => needed(self.woken, "woken")?,
            Kind::Level | Kind::Ended => needed(self.level, "level")?,
            Kind::Close => needed(self.missing, "missing")?,
            _ => return Ok(self.typed_value()),
        };
        Ok((Type::Int, word))
    }

    fn typed_value(&self) -> (Type, Word) {
        let value = match (&self.value, self.value_ns, self.bits) {
            (Some(plain), _, _) => plain.0,
            (None, Some(nanos), _) => Value::Duration(nanos),
            (None, None, Some(bits)) => return (self.ty.unwrap_or(Type::Int), bits),
            (None, None, None) => Value::Int(0),
        };
        (value.ty(), value.to_word())
    }

    /// Appends the argument words of a log event and counts them.
    fn take_args(self, pieces: &[Piece], log_args: &mut Vec<Word>) -> Result<Word, String> {
        let before = log_args.len();
        if let Some(words) = self.words {
            log_args.extend(words);
            return Ok((log_args.len() - before) as Word);
        }
        let mut args = needed(self.args, "args")?.into_iter();
        for piece in pieces {
            match (piece, if matches!(piece, Piece::Text(_)) { None } else { args.next() }) {
                (Piece::Text(_), _) => {}
                (Piece::Value(ty), Some(Argument::One(plain))) => {
                    log_args.push(plain.word_of(*ty, "the log text")?)
                }
                (Piece::Array(ty), Some(Argument::Array(elements))) => {
                    log_args.push(elements.len() as Word);
                    for element in elements {
                        log_args.push(element.word_of(*ty, "the log text")?);
                    }
                }
                _ => return Err("the arguments do not fit the log text".to_owned()),
            }
        }
        match args.next() {
            None => Ok((log_args.len() - before) as Word),
            Some(_) => Err("there are more arguments than the log text has room for".to_owned()),
        }
    }
}

/// An argument of a log text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Argument {
    One(Plain),
    Array(Vec<Plain>),
}

/// A JSON number or boolean that keeps its type.
struct Plain(Value);

impl Plain {
    fn word_of(&self, ty: Type, who: &str) -> Result<Word, String> {
        match (ty, self.0) {
            (Type::Duration, Value::Int(nanos)) => Ok(Value::Duration(nanos).to_word()),
            (_, value) if value.ty() == ty => Ok(value.to_word()),
            _ => Err(format!("{who} asks for {}", ty.described())),
        }
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Plain, D::Error> {
        struct PlainVisitor;
        impl Visitor<'_> for PlainVisitor {
            type Value = Plain;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a boolean")
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Plain, E> {
                Ok(Plain(Value::Int(number)))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Plain, E> {
                let number = i64::try_from(number).map_err(|_| E::custom("the number is too large"))?;
                Ok(Plain(Value::Int(number)))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Plain, E> {
                Ok(Plain(Value::Float(number)))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Plain, E> {
                Ok(Plain(Value::Bool(flag)))
            }
        }
        deserializer.deserialize_any(PlainVisitor)
    }
}
