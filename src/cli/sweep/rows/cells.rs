//! The cells of a table of runs by what they mean.
//!
//! Decides their types: parameters have those of the scenario, with durations as whole
//! nanoseconds; figures are numbers; the rest is text but for what is counted.

use crate::analysis::FigureValue;
use crate::sweep::{Axis, Plan, RunRow};
use crate::value::{Type, Value};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// What is in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnKind {
    /// A parameter, by how its values are written.
    Param(Type, BTreeMap<String, Value>),
    /// A figure, which a run may not have.
    Figure,
    /// A whole number, not below 0.
    Count,
    Text,
}

/// A column of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct RowColumn {
    pub name: String,
    pub kind: ColumnKind,
}

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowCell<'r> {
    Param(Value),
    Figure(FigureValue),
    Count(u64),
    Text(&'r str),
    /// It is empty.
    Nothing,
}

impl Serialize for RowCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RowCell::Param(value) => value.to_json().serialize(serializer),
            RowCell::Figure(figure) => figure.serialize(serializer),
            RowCell::Count(count) => serializer.serialize_u64(*count),
            RowCell::Text(text) => serializer.serialize_str(text),
            RowCell::Nothing => serializer.serialize_none(),
        }
    }
}

/// The rows of a table, one after the other.
pub struct Cells {
    pub columns: Vec<RowColumn>,
    reader: csv::Reader<File>,
    record: csv::StringRecord,
}

impl Cells {
    /// Of the table of a plan.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(plan: &Plan<'_>, table: &Path) -> csv::Result<Cells> {
        let reader = csv::Reader::from_path(table)?;
        Ok(Cells { columns: columns(plan), reader, record: csv::StringRecord::new() })
    }

    /// The cells of the next row; `None` behind the last one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn next(&mut self) -> csv::Result<Option<Vec<RowCell<'_>>>> {
        if !self.reader.read_record(&mut self.record)? {
            return Ok(None);
        }
        let cells = self.columns.iter().zip(&self.record);
        Ok(Some(cells.map(|(column, text)| column.kind.read(text)).collect()))
    }
}

impl ColumnKind {
    fn read<'r>(&self, text: &'r str) -> RowCell<'r> {
        let cell = match self {
            ColumnKind::Param(_, values) => values.get(text).copied().map(RowCell::Param),
            ColumnKind::Figure => text.parse().ok().map(RowCell::Figure),
            ColumnKind::Count => text.parse().ok().map(RowCell::Count),
            ColumnKind::Text => Some(RowCell::Text(text)),
        };
        cell.unwrap_or(RowCell::Nothing)
    }
}

fn columns(plan: &Plan<'_>) -> Vec<RowColumn> {
    let params: BTreeMap<&str, &Axis> = plan.design().axes().map(|axis| (axis.name.as_str(), axis)).collect();
    let figures = plan.requests();
    let kind = |(place, name): (usize, &str)| match name {
        name if place < params.len() => param(params[name]),
        // They stand behind the replication and the outcome.
        _ if (params.len() + 2..params.len() + 2 + figures.len()).contains(&place) => ColumnKind::Figure,
        "replication" | "races" | "seed" => ColumnKind::Count,
        _ => ColumnKind::Text,
    };
    let heading = RunRow::heading(plan);
    let names = heading.trim_end().split(',').enumerate();
    names.map(|(place, name)| RowColumn { name: name.to_owned(), kind: kind((place, name)) }).collect()
}

fn param(axis: &Axis) -> ColumnKind {
    let ty = axis.values.first().map_or(Type::Int, |value| value.ty());
    ColumnKind::Param(ty, axis.values.iter().map(|value| (value.to_string(), *value)).collect())
}
