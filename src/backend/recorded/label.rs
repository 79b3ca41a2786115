//! What a row of a recording can mean in a scenario, and whether an event of
//! the model is what the row says.
//!
//! A text is an example of a log step if the values in it could stand there: an
//! integer where one goes, a number where a float goes. Several marks and log
//! steps may have one text; then the row means any of them.

use super::pattern::Pattern;
use crate::ids::ProcessId;
use crate::kernel::Machine;
use crate::program::{BoundProgram, Op, ops_of};
use crate::trace::{Event, Header, Kind, LogTemplate, Piece};
use crate::value::{Type, Value, Word};
use std::collections::BTreeSet;

/// A point that a process of a real program passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Who passed it.
    pub process: ProcessId,
    /// The name of a mark, or the line that was logged.
    pub label: String,
    /// The value of the mark, if it was recorded.
    pub value: Option<String>,
}

/// A mark or a log text of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedLabel {
    /// A mark, by its number.
    Mark(u32),
    /// A log text, by its number.
    Log(u32),
}

impl RecordedLabel {
    /// The label that an event has, if it has one.
    pub fn of_event(event: &Event) -> Option<RecordedLabel> {
        match event.kind {
            Kind::Mark => Some(RecordedLabel::Mark(event.subject)),
            Kind::Log => Some(RecordedLabel::Log(event.subject)),
            _ => None,
        }
    }

    pub(super) fn of_op(op: Op) -> Option<RecordedLabel> {
        match op {
            Op::Mark { mark, .. } => Some(RecordedLabel::Mark(mark.0)),
            Op::Log { log } => Some(RecordedLabel::Log(log)),
            _ => None,
        }
    }
}

/// The labels of every process, to look up what rows mean.
#[derive(Debug)]
pub struct RecordedLabels<'a> {
    header: &'a Header,
    /// By process definition: the first instance, and its labels.
    own: Vec<(ProcessId, Vec<RecordedLabel>)>,
    /// By log text, with every hole open.
    texts: Vec<Pattern>,
}

impl<'a> RecordedLabels<'a> {
    /// The labels of a scenario.
    pub fn new(program: &BoundProgram, header: &'a Header) -> RecordedLabels<'a> {
        let first = Machine::new(program);
        let defs = program.processes.iter().filter(|def| def.count > 0);
        let own = defs.map(|def| {
            let ops = &program.plain[ops_of(program, first.op(program, def.first))];
            let labels: BTreeSet<RecordedLabel> =
                ops.iter().filter_map(|&op| RecordedLabel::of_op(op)).collect();
            (def.first, labels.into_iter().collect())
        });
        RecordedLabels { header, own: own.collect(), texts: header.logs.iter().map(open).collect() }
    }

    /// All that a row can mean. If the scenario can say nothing like it: the
    /// marks that are called so but have no such value, and the log texts that
    /// begin so and go on otherwise. Empty if there is not even that.
    pub fn meanings(&self, row: &Recorded) -> Vec<RecordedLabel> {
        let like = |wanted: Like| {
            let labels = self.of(row.process).iter().copied();
            labels.filter(|&label| self.like(label, row) == wanted).collect::<Vec<RecordedLabel>>()
        };
        let whole = like(Like::Whole);
        if whole.is_empty() { like(Like::Beginning) } else { whole }
    }

    /// Whether `label` can say all that a row does.
    pub fn says(&self, label: RecordedLabel, row: &Recorded) -> bool {
        self.like(label, row) == Like::Whole
    }

    /// What a process can say at most, for messages: the names of its marks, and
    /// its log texts with the types of what stands in them.
    pub fn sayings(&self, process: ProcessId) -> Vec<String> {
        self.of(process).iter().map(|&label| self.saying(label)).collect()
    }

    /// What one label says, for messages: the name of its mark, or its log text.
    pub fn saying(&self, label: RecordedLabel) -> String {
        match label {
            RecordedLabel::Mark(mark) => self.header.marks[mark as usize].name.clone(),
            RecordedLabel::Log(log) => self.header.logs[log as usize].pieces.iter().map(shown).collect(),
        }
    }

    /// The type of the value that a mark carries; `None` of a mark without one,
    /// and of a log text.
    pub fn value_type(&self, label: RecordedLabel) -> Option<Type> {
        match label {
            RecordedLabel::Mark(mark) => self.header.marks[mark as usize].ty,
            RecordedLabel::Log(_) => None,
        }
    }

    fn of(&self, process: ProcessId) -> &[RecordedLabel] {
        let before = self.own.partition_point(|&(first, _)| first <= process);
        before.checked_sub(1).map_or(&[], |def| &self.own[def].1)
    }

    fn like(&self, label: RecordedLabel, row: &Recorded) -> Like {
        let name_and_rest = match label {
            RecordedLabel::Mark(mark) => {
                let info = &self.header.marks[mark as usize];
                let fits = |text: &String| info.ty.is_some_and(|ty| Pattern::any(ty).fits(text));
                (info.name == row.label, row.value.as_ref().is_none_or(fits))
            }
            RecordedLabel::Log(log) => {
                let begins = begins(&self.header.logs[log as usize], &row.label);
                (begins, begins && row.value.is_none() && self.texts[log as usize].fits(&row.label))
            }
        };
        match name_and_rest {
            (false, _) => Like::Nothing,
            (true, false) => Like::Beginning,
            (true, true) => Like::Whole,
        }
    }
}

/// How much of a row a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Like {
    Nothing,
    Beginning,
    Whole,
}

/// A piece of a log text for messages: `{an integer}` where one stands.
fn shown(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Value(ty) => format!("{{{}}}", ty.described()),
        Piece::Array(ty) => format!("[{{{}}}, …]", ty.described()),
    }
}

/// Whether a text begins as a log step does; if that has no holes, is the same.
fn begins(template: &LogTemplate, text: &str) -> bool {
    match template.pieces.as_slice() {
        [] => text.is_empty(),
        [Piece::Text(literal)] => text == literal,
        [Piece::Text(literal), ..] => text.starts_with(literal),
        [_, ..] => true,
    }
}

/// Whether the event that the model made is what the row says. Floats and
/// durations are measurements and may differ.
pub(super) fn is_row(header: &Header, event: &Event, args: &[Word], row: &Recorded) -> bool {
    match event.kind {
        Kind::Mark => {
            let info = &header.marks[event.subject as usize];
            let value = |ty| Pattern::of(Value::from_word(ty, event.value));
            info.name == row.label
                && row.value.as_ref().is_none_or(|text| info.ty.is_some_and(|ty| value(ty).fits(text)))
        }
        Kind::Log => {
            let template = &header.logs[event.subject as usize];
            row.value.is_none()
                && (template.render(args) == row.label || filled(template, args).fits(&row.label))
        }
        _ => false,
    }
}

/// What the model says in an event, for messages. Without measurements: the
/// search has no clock, and what it made of them is no value of the model.
pub(super) fn told(header: &Header, event: &Event, args: &[Word]) -> String {
    let name = header.process_name(event.process);
    if event.kind == Kind::Log {
        return format!("'{name}' \"{}\"", without_measurements(&header.logs[event.subject as usize], args));
    }
    let info = &header.marks[event.subject as usize];
    let value = info.ty.map(|ty| match ty.is_measured() {
        true => format!(" with {}", ty.described().replacen('a', "some", 1)),
        false => format!(" with value {}", Value::from_word(ty, event.value)),
    });
    format!("'{name}' mark '{}'{}", info.name, value.unwrap_or_default())
}

/// The lines that a log step can write.
fn open(template: &LogTemplate) -> Pattern {
    let mut pattern = Pattern::new();
    for piece in template.pieces.iter().rev() {
        match piece {
            Piece::Text(text) => pattern.text(text),
            Piece::Value(ty) => pattern.hole(*ty),
            Piece::Array(ty) => pattern.holes(*ty),
        }
    }
    pattern
}

/// The pieces of a log line, each with its own arguments.
fn parts<'a>(template: &'a LogTemplate, args: &'a [Word]) -> Vec<(&'a Piece, &'a [Word])> {
    let mut rest = args;
    let mut parts = Vec::new();
    for piece in &template.pieces {
        let count = match piece {
            Piece::Text(_) => 0,
            Piece::Value(_) => 1,
            Piece::Array(_) => 1 + rest.first().map_or(0, |&len| len as usize),
        };
        let (own, behind) = rest.split_at(count.min(rest.len()));
        parts.push((piece, own));
        rest = behind;
    }
    parts
}

/// The text of a piece with its arguments.
fn text(piece: &Piece, own: &[Word]) -> String {
    LogTemplate { pieces: vec![piece.clone()] }.render(own)
}

/// The line with `…` where a measurement stands.
fn without_measurements(template: &LogTemplate, args: &[Word]) -> String {
    let part = |(piece, own): (&Piece, &[Word])| match piece {
        Piece::Value(ty) | Piece::Array(ty) if ty.is_measured() => "…".to_owned(),
        _ => text(piece, own),
    };
    parts(template, args).into_iter().map(part).collect()
}

/// The lines that it writes with these arguments, whatever the measurements are.
fn filled(template: &LogTemplate, args: &[Word]) -> Pattern {
    let mut pattern = Pattern::new();
    for (piece, own) in parts(template, args).into_iter().rev() {
        match piece {
            Piece::Value(ty) if ty.is_measured() => pattern.hole(*ty),
            Piece::Array(ty) if ty.is_measured() => pattern.holes_of(*ty, own.len().saturating_sub(1)),
            other => pattern.text(&text(other, own)),
        }
    }
    pattern
}
