//! The names that a trace needs to be read without its scenario.

use super::chosen::Chosen;
use super::measure::MeasureInfo;
use super::resource_kind::ResourceKind;
use super::stands_for::StandsFor;
use super::ties::Ties;
use crate::ids::{MarkId, OpId, ProcessId, ResourceId};
use crate::value::{Type, Value, Word};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything about a run that its events refer to by number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The scenario's name.
    pub scenario: String,
    /// The version of the engine that made the run.
    pub version: String,
    /// The seed of the run.
    pub seed: u64,
    /// Which of the runs that differ only in their random numbers.
    #[serde(default, skip_serializing_if = "is_first")]
    pub replication: u64,
    /// The order of simultaneous events.
    #[serde(default, skip_serializing_if = "Ties::is_fifo")]
    pub ties: Ties,
    /// The processes, each with its run of instances, in the order of ids.
    pub processes: Vec<ProcessInfo>,
    /// The resources, each with its run of instances, in the order of ids.
    pub resources: Vec<ResourceInfo>,
    /// The names of the marks, by [`MarkId`].
    pub marks: Vec<MarkInfo>,
    /// The texts of the log steps, by [`crate::ids::LogId`].
    pub logs: Vec<LogTemplate>,
    /// The scenario line of every op, by [`OpId`]; 0 where there is none.
    pub lines: Vec<u32>,
    /// The ops that belong to atomic blocks: of each stretch the first, and the
    /// first behind it; ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub atomic: Vec<(OpId, OpId)>,
    /// The ops at which processes wait for several things, each with the first op behind those
    /// by which it takes them; ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<(OpId, OpId)>,
    /// What is measured of its runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureInfo>,
    /// What the scenario calls the delays and works of these ops; ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<(OpId, String)>,
    /// The tables that values were drawn from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableInfo>,
}

/// A table that a scenario draws from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// Its path, as the scenario gives it.
    pub file: String,
    /// A number for its bytes, as 16 hexadecimal digits: XXH3, 64 bits.
    pub hash: String,
}

fn is_first(replication: &u64) -> bool {
    *replication == 0
}

/// A process of the scenario with its instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessInfo {
    /// The name in the scenario.
    pub name: String,
    /// The id of the first instance.
    pub first: ProcessId,
    /// How many instances there are.
    pub count: u32,
    /// Whether the scenario gave a count, so that instances are printed as `name[0]`.
    pub indexed: bool,
    /// Whether a run is completed without its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub daemon: bool,
    /// Whether it does not start before another process starts it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manual: bool,
}

/// A resource of the scenario with its instances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceInfo {
    /// The name in the scenario.
    pub name: String,
    /// What it is.
    pub kind: ResourceKind,
    /// The id of the first instance.
    pub first: ResourceId,
    /// How many instances there are.
    pub count: u32,
    /// Whether the scenario gave a count, so that instances are printed as `name[0]`.
    pub indexed: bool,
    /// A buffer's capacity in items (`None`: unbounded), a memory's number of
    /// slots, 1 for a mutex, `None` for a semaphore.
    pub capacity: Option<u64>,
    /// The level at the start: a semaphore's permits, 1 for a mutex, 0 otherwise.
    pub initial: u64,
    /// The type of a buffer's items or a memory's slots; of records, that of the first field.
    pub ty: Type,
    /// The fields of a buffer's items, if those are records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldInfo>,
    /// Of a buffer whose items are got in another order than they were put, which of equal
    /// ones goes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Chosen>,
    /// Of a memory or the life of a process, whether it is in a condition that is waited for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
    /// Of one that no scenario declares, the resources for which those wait who wait for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stands_for: Vec<StandsFor>,
}

/// A field of the records in a buffer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldInfo {
    /// The name in the scenario.
    pub name: String,
    /// The type of its values.
    pub ty: Type,
}

impl ResourceInfo {
    /// An item as it is told: `50`, or `{kind: 2, size: 50}` of a record, with `?` for what is
    /// not known. `rest` are the fields but for the first, whose type is `ty`.
    pub fn item(&self, ty: Type, first: Word, rest: &[Word]) -> String {
        if self.fields.is_empty() {
            return Value::from_word(ty, first).to_string();
        }
        let words = std::iter::once(Some(first)).chain(rest.iter().copied().map(Some));
        let mut text = String::from("{");
        for (field, word) in self.fields.iter().zip(words.chain(std::iter::repeat(None))) {
            if text.len() > 1 {
                text.push_str(", ");
            }
            text.push_str(&field.name);
            text.push_str(": ");
            write_value(&mut text, field.ty, word).expect("a String takes any text");
        }
        text.push('}');
        text
    }
}

/// The name of a mark and the type of its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkInfo {
    /// The name in the scenario.
    pub name: String,
    /// The type of the value that it carries; `None` if it carries none.
    pub ty: Option<Type>,
}

/// The text of a log step: literal pieces and typed holes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTemplate {
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of a [`LogTemplate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// One argument word of this type.
    Value(Type),
    /// An array of so many argument words of this type, printed as `[1, 2, 3]`.
    /// The number of words stands in the arguments, before them.
    Array(Type),
}

impl LogTemplate {
    /// The types of its holes, in order; of an array, that of its elements.
    pub fn types(&self) -> impl Iterator<Item = Type> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(ty) | Piece::Array(ty) => Some(*ty),
        })
    }

    /// The text with `args` filled in. Missing arguments print as `?`.
    pub fn render(&self, args: &[Word]) -> String {
        let mut text = String::new();
        self.write(args, &mut text).expect("a String takes any text");
        text
    }

    /// The text with these argument words in it, if that has at most so many bytes;
    /// else its beginning is the error. A line may be a large array, so nobody has to make
    /// all of it to find out that it is too long.
    ///
    /// # Errors
    /// The beginning of the text: as many whole characters as fit.
    pub fn render_within(&self, args: &[Word], most_bytes: usize) -> Result<String, String> {
        let mut text = Bounded { text: String::new(), most_bytes };
        match self.write(args, &mut text) {
            Ok(()) => Ok(text.text),
            Err(fmt::Error) => Err(text.text),
        }
    }

    fn write(&self, args: &[Word], text: &mut impl fmt::Write) -> fmt::Result {
        let mut args = args.iter().copied();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.write_str(literal)?,
                Piece::Value(ty) => write_value(text, *ty, args.next())?,
                Piece::Array(ty) => {
                    text.write_char('[')?;
                    for position in 0..args.next().unwrap_or(0) {
                        if position > 0 {
                            text.write_str(", ")?;
                        }
                        let word = args.next();
                        write_value(text, *ty, word)?;
                        if word.is_none() {
                            // A damaged trace may claim any number of elements.
                            break;
                        }
                    }
                    text.write_char(']')?;
                }
            }
        }
        Ok(())
    }
}

fn write_value(text: &mut impl fmt::Write, ty: Type, word: Option<Word>) -> fmt::Result {
    match word {
        Some(word) => write!(text, "{}", Value::from_word(ty, word)),
        None => text.write_char('?'),
    }
}

/// Takes text up to a number of bytes, and then no more.
struct Bounded {
    text: String,
    most_bytes: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = self.most_bytes - self.text.len();
        if more.len() <= room {
            self.text.push_str(more);
            return Ok(());
        }
        let fits = |&end: &usize| more.is_char_boundary(end);
        self.text.push_str(&more[..(0..=room).rev().find(fits).unwrap_or(0)]);
        // Nothing comes behind a gap.
        self.most_bytes = self.text.len();
        Err(fmt::Error)
    }
}

impl Header {
    /// The number of process instances.
    pub fn process_count(&self) -> usize {
        self.processes.last().map_or(0, |info| info.first.index() + info.count as usize)
    }

    /// The number of resource instances.
    pub fn resource_count(&self) -> usize {
        self.resources.last().map_or(0, |info| info.first.index() + info.count as usize)
    }

    /// The process of the scenario that `process` is an instance of.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn process(&self, process: ProcessId) -> &ProcessInfo {
        let after = self.processes.partition_point(|info| info.first <= process);
        &self.processes[after - 1]
    }

    /// The resource of the scenario that `resource` is an instance of.
    ///
    /// # Panics
    /// If there is no such resource.
    pub fn resource(&self, resource: ResourceId) -> &ResourceInfo {
        let after = self.resources.partition_point(|info| info.first <= resource);
        &self.resources[after - 1]
    }

    /// `loader`, or `worker[2]` for an instance.
    pub fn process_name(&self, process: ProcessId) -> String {
        let info = self.process(process);
        instance_name(&info.name, info.indexed, process.0 - info.first.0)
    }

    /// `mutex1`, or `forks[2]` for an instance.
    pub fn resource_name(&self, resource: ResourceId) -> String {
        let info = self.resource(resource);
        instance_name(&info.name, info.indexed, resource.0 - info.first.0)
    }

    /// The name of a mark.
    pub fn mark_name(&self, mark: MarkId) -> &str {
        &self.marks[mark.index()].name
    }

    /// The scenario line of an op, if it has one.
    pub fn line(&self, op: OpId) -> Option<u32> {
        self.lines.get(op.index()).copied().filter(|&line| line > 0)
    }

    /// What the scenario calls the delay or the work of an op, if it does.
    pub fn label(&self, op: OpId) -> Option<&str> {
        let found = self.labels.binary_search_by_key(&op, |(op, _)| *op).ok()?;
        Some(&self.labels[found].1)
    }

    /// Whether an op belongs to an atomic block.
    #[inline]
    pub fn is_atomic(&self, op: OpId) -> bool {
        self.atomic_block(op).is_some()
    }

    /// The first op of the atomic block that an op belongs to.
    #[inline]
    pub fn atomic_block(&self, op: OpId) -> Option<OpId> {
        let after = self.atomic.partition_point(|&(first, _)| first <= op);
        let &(first, end) = self.atomic.get(after.checked_sub(1)?)?;
        (op < end).then_some(first)
    }

    /// Whether a process that waits at the op `wait` takes what it waits for by the op `op`.
    pub fn is_of_wait(&self, wait: OpId, op: OpId) -> bool {
        let found = self.waits.binary_search_by_key(&wait, |&(first, _)| first);
        op == wait || found.is_ok_and(|at| wait < op && op < self.waits[at].1)
    }
}

/// `name`, or `name[index]` for one of several.
pub fn instance_name(name: &str, indexed: bool, index: u32) -> String {
    if indexed { format!("{name}[{index}]") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_arguments_print_as_question_marks() {
        let pieces = vec![Piece::Value(Type::Int), Piece::Text(" of ".to_owned()), Piece::Array(Type::Bool)];
        let template = LogTemplate { pieces };
        assert_eq!(template.render(&[3, 2, 1, 0]), "3 of [true, false]");
        assert_eq!(template.render(&[3, u64::MAX, 1]), "3 of [true, ?]");
        assert_eq!(template.render(&[]), "? of []");
    }

    /// A text that fits is whole, and of one that does not there are as many
    /// whole characters as fit, whatever it is made of.
    #[test]
    fn a_text_is_made_within_a_bound() {
        let pieces = vec![Piece::Text("µµ ".to_owned()), Piece::Array(Type::Int)];
        let template = LogTemplate { pieces };
        let args = [3, 10, 20, 30];
        let whole = template.render(&args);
        assert_eq!(whole, "µµ [10, 20, 30]");
        for most in 0..whole.len() + 3 {
            let expected = match most >= whole.len() {
                true => Ok(whole.clone()),
                false => Err(whole
                    .chars()
                    .scan(0, |bytes, c| {
                        *bytes += c.len_utf8();
                        Some((*bytes, c))
                    })
                    .take_while(|(bytes, _)| *bytes <= most)
                    .map(|(_, c)| c)
                    .collect()),
            };
            assert_eq!(template.render_within(&args, most), expected, "{most}");
        }
    }
}
