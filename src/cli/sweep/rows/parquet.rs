//! Rows as a Parquet file.
//!
//! Decides the type of each column: whole numbers and times 64-bit integers, other figures
//! doubles (exact up to 2^53), and how many rows are in memory at once.

use super::cells::{Cells, ColumnKind, RowCell, RowColumn};
use crate::analysis::FigureValue;
use crate::cli::failure::Failure;
use crate::cli::output::Folder;
use crate::value::{Type, Value};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type as Schema;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

const NAME: &str = "runs.parquet";

/// How many rows are written as a group.
const ROWS: usize = 1 << 16;

/// Writes them; where they are.
///
/// # Errors
/// If the table cannot be read or the file cannot be written.
pub fn write(cells: Cells, folder: &Folder) -> Result<PathBuf, Failure> {
    let mut file = folder.begin()?;
    write_all(cells, &mut file).map_err(|error| folder.failure(NAME, &io::Error::other(error)))?;
    folder.finish(file, NAME)
}

fn write_all(mut cells: Cells, file: &mut (impl Write + Send)) -> ParquetResult<()> {
    let fields = cells.columns.iter().map(field).collect::<ParquetResult<_>>()?;
    let schema = Schema::group_type_builder("runs").with_fields(fields).build()?;
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::default())?;
    let mut columns: Vec<Values> = cells.columns.iter().map(Values::of).collect();
    let mut rows = 0;
    while let Some(row) = cells.next().map_err(|error| ParquetError::External(error.into()))? {
        columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        rows += 1;
        if rows % ROWS == 0 {
            write_group(writer.next_row_group()?, &mut columns)?;
        }
    }
    if rows % ROWS > 0 {
        write_group(writer.next_row_group()?, &mut columns)?;
    }
    writer.close().map(drop)
}

fn write_group<W: Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    columns: &mut [Values],
) -> ParquetResult<()> {
    columns.iter_mut().try_for_each(|column| column.write(&mut group))?;
    group.close().map(drop)
}

/// The values of a column that are not written yet.
enum Values {
    Whole(Buffer<Int64Type>),
    Float(Buffer<DoubleType>),
    Flag(Buffer<BoolType>),
    Text(Buffer<ByteArrayType>),
}

/// Those that are there, and of each row whether it has one.
struct Buffer<T: DataType> {
    values: Vec<T::T>,
    levels: Vec<i16>,
}

impl<T: DataType> Buffer<T> {
    const fn new() -> Buffer<T> {
        Buffer { values: Vec::new(), levels: Vec::new() }
    }

    fn push(&mut self, value: Option<T::T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn write<W: Write + Send>(&mut self, group: &mut SerializedRowGroupWriter<'_, W>) -> ParquetResult<()> {
        let missing = || ParquetError::General("a column too many".to_owned());
        let mut column = group.next_column()?.ok_or_else(missing)?;
        column.typed::<T>().write_batch(&self.values, Some(&self.levels), None)?;
        (self.values.clear(), self.levels.clear());
        column.close()
    }
}

impl Values {
    fn of(column: &RowColumn) -> Values {
        match physical(column) {
            Physical::INT64 => Values::Whole(Buffer::new()),
            Physical::DOUBLE => Values::Float(Buffer::new()),
            Physical::BOOLEAN => Values::Flag(Buffer::new()),
            _ => Values::Text(Buffer::new()),
        }
    }

    fn push(&mut self, cell: RowCell<'_>) {
        match (self, cell) {
            (Values::Whole(buffer), RowCell::Count(count)) => buffer.push(Some(count.cast_signed())),
            (Values::Whole(buffer), RowCell::Param(Value::Int(whole) | Value::Duration(whole))) => {
                buffer.push(Some(whole));
            }
            (Values::Whole(buffer), RowCell::Figure(FigureValue::Whole(whole))) => {
                buffer.push(i64::try_from(whole).ok());
            }
            (Values::Float(buffer), RowCell::Figure(figure)) => buffer.push(Some(figure.as_f64())),
            (Values::Float(buffer), RowCell::Param(value)) => buffer.push(Some(value.as_f64())),
            (Values::Flag(buffer), RowCell::Param(Value::Bool(flag))) => buffer.push(Some(flag)),
            (Values::Text(buffer), RowCell::Text(text)) => buffer.push(Some(ByteArray::from(text))),
            (Values::Whole(buffer), _) => buffer.push(None),
            (Values::Float(buffer), _) => buffer.push(None),
            (Values::Flag(buffer), _) => buffer.push(None),
            (Values::Text(buffer), _) => buffer.push(None),
        }
    }

    fn write<W: Write + Send>(&mut self, group: &mut SerializedRowGroupWriter<'_, W>) -> ParquetResult<()> {
        match self {
            Values::Whole(buffer) => buffer.write(group),
            Values::Float(buffer) => buffer.write(group),
            Values::Flag(buffer) => buffer.write(group),
            Values::Text(buffer) => buffer.write(group),
        }
    }
}

fn physical(column: &RowColumn) -> Physical {
    match &column.kind {
        ColumnKind::Param(Type::Int | Type::Duration, _) | ColumnKind::Count => Physical::INT64,
        ColumnKind::Param(Type::Float, _) => Physical::DOUBLE,
        ColumnKind::Param(Type::Bool, _) => Physical::BOOLEAN,
        // Times that are no means are whole nanoseconds.
        ColumnKind::Figure if column.name.ends_with("_ns") => Physical::INT64,
        ColumnKind::Figure => Physical::DOUBLE,
        ColumnKind::Text => Physical::BYTE_ARRAY,
    }
}

fn field(column: &RowColumn) -> ParquetResult<Arc<Schema>> {
    let physical = physical(column);
    let logical = match (&column.kind, physical) {
        (ColumnKind::Count, _) => Some(LogicalType::integer(64, false)),
        (_, Physical::BYTE_ARRAY) => Some(LogicalType::String),
        _ => None,
    };
    let field = Schema::primitive_type_builder(&column.name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL);
    field.build().map(Arc::new)
}
