//! What was measured, and where: a table with a row for each setting.
//!
//! Decides what a column is: a parameter of the scenario, a figure, how far a figure may
//! be off (`total_time.se`), or which rows are held out.

use super::parameter::number_of;
use crate::analysis::FigureRequest;
use crate::backend::compile;
use crate::scenario::{LoadedScenario, evaluate, evaluate_params, read_expression};
use crate::sweep::axis::{Axis, cell_place, constant, first, param};
use crate::sweep::plan::figure_request;
use crate::table::DataColumn;
use crate::trace::Header;
use crate::value::{Type, Value};

/// The column of the rows that are predicted, and not fitted.
const HELD_OUT: &str = "held_out";
/// Behind the name of a figure: how far it may be off.
const ERROR: &str = ".se";
/// The most rows.
const MOST_ROWS: usize = 100_000;

/// A figure that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredFigure {
    /// Its value; a time in nanoseconds.
    pub value: f64,
    /// How far it may be off: one standard deviation, if that is known.
    pub error: Option<f64>,
}

/// The measurements of one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredRow {
    /// Whether it is predicted, and not fitted.
    pub is_held_out: bool,
    /// By figure.
    pub figures: Vec<Option<MeasuredFigure>>,
}

/// All that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurements {
    /// The parameters of the settings, each with its value in every row.
    pub settings: Vec<Axis>,
    /// What was measured.
    pub figures: Vec<FigureRequest>,
    /// By setting.
    pub rows: Vec<MeasuredRow>,
}

impl Measurements {
    /// Reads a table for a scenario. `lines` are those of the rows in the file, for
    /// messages.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn read(
        scenario: &LoadedScenario,
        columns: &[DataColumn],
        lines: &[u64],
    ) -> Result<Measurements, Vec<String>> {
        let program = compile(&scenario.model).bind(&scenario.model, &scenario.params);
        let header = program.map_err(|error| vec![error.message])?.header(scenario.model.seed);
        let rows = columns.first().map_or(0, |column| column.cells.len());
        if rows > MOST_ROWS {
            return Err(vec![format!("{rows} rows are too many; there may be {MOST_ROWS}")]);
        }
        let mut reader = Reader { scenario, header: &header, columns, lines, problems: Vec::new() };
        let measurements = reader.measurements(rows);
        if reader.problems.is_empty() { Ok(measurements) } else { Err(reader.problems) }
    }

    /// Holds out all rows for which a condition over parameters holds.
    ///
    /// # Errors
    /// A message, if it is none.
    pub fn hold_out(&mut self, scenario: &LoadedScenario, condition: &str) -> Result<(), String> {
        let wrong = |why: String| format!("--hold-out '{condition}': {why}");
        let model = &scenario.model;
        let names = model.params.iter().map(|param| (param.name.as_str(), param.ty));
        let expr = read_expression(names, "--hold-out", condition, Some(Type::Bool))
            .map_err(|problems| wrong(first(&problems)))?;
        for (row, measured) in self.rows.iter_mut().enumerate() {
            let mut values = vec![None; model.params.len()];
            self.settings.iter().for_each(|axis| values[axis.param.index()] = Some(axis.values[row]));
            let params = evaluate_params(model, &values).map_err(|error| wrong(error.to_string()))?;
            let holds = evaluate(&expr, &params).map_err(|error| wrong(error.to_string()))?;
            measured.is_held_out |= holds == Value::Bool(true);
        }
        Ok(())
    }

    /// What was measured and is fitted: by row and figure.
    pub fn fitted(&self) -> impl Iterator<Item = (usize, usize, MeasuredFigure)> {
        self.cells().filter(|(row, ..)| !self.rows[*row].is_held_out)
    }

    /// All that was measured: by row and figure.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, MeasuredFigure)> {
        self.rows.iter().enumerate().flat_map(|(row, measured)| {
            let figures = measured.figures.iter().enumerate();
            figures.filter_map(move |(figure, cell)| Some((row, figure, (*cell)?)))
        })
    }
}

struct Reader<'r> {
    scenario: &'r LoadedScenario,
    header: &'r Header,
    columns: &'r [DataColumn],
    lines: &'r [u64],
    problems: Vec<String>,
}

impl Reader<'_> {
    fn measurements(&mut self, rows: usize) -> Measurements {
        let columns = self.columns;
        let (mut settings, mut figures, mut measured) = (Vec::new(), Vec::new(), Vec::new());
        let (mut held_out, mut errors) = (vec![false; rows], Vec::new());
        for (place, column) in columns.iter().enumerate() {
            let name = column.name.as_str();
            if columns[..place].iter().any(|other| other.name == name) {
                self.problems.push(format!("there are two columns '{name}'"));
            } else if let Ok((id, ty)) = param(&self.scenario.model, name) {
                let values = self.values(column, ty);
                settings.push(Axis { param: id, name: name.to_owned(), values });
            } else if name == HELD_OUT {
                let is_true = |value: Value| value == Value::Bool(true);
                held_out = self.values(column, Type::Bool).into_iter().map(is_true).collect();
            } else if let Some(figure) = name.strip_suffix(ERROR) {
                errors.push((figure, column));
            } else if let Some(request) = self.figure(name) {
                measured.push(self.numbers(column, request.is_time));
                figures.push(request);
            }
        }
        if figures.is_empty() && self.problems.is_empty() {
            self.problems.push("no column is a figure, such as total_time".to_owned());
        }
        let mut row_errors = vec![vec![None; rows]; figures.len()];
        for (name, column) in errors {
            let named = figure_request(name, self.header).ok();
            match figures.iter().position(|figure| Some(figure) == named.as_ref()) {
                Some(figure) => row_errors[figure] = self.errors(column, figures[figure].is_time),
                None => self.problems.push(format!("'{}' is of no column '{name}'", column.name)),
            }
        }
        let cell = |row: usize, figure: usize| {
            let error = row_errors[figure][row];
            measured[figure][row].map(|value| MeasuredFigure { value, error })
        };
        let row = |row: usize| MeasuredRow {
            is_held_out: held_out.get(row).copied().unwrap_or(false),
            figures: (0..measured.len()).map(|figure| cell(row, figure)).collect(),
        };
        Measurements { settings, rows: (0..rows).map(row).collect(), figures }
    }

    fn figure(&mut self, name: &str) -> Option<FigureRequest> {
        let found = figure_request(name, self.header);
        let names = self.scenario.model.params.iter().map(|param| param.name.as_str());
        let hint = crate::scenario::suggestion(name, names);
        let told = |why: String| format!("column '{name}' is neither a parameter{hint} nor a figure: {why}");
        found.map_err(|why| self.problems.push(told(why))).ok()
    }

    /// What is wrong with a cell, with its place.
    fn wrong(&mut self, row: usize, column: &DataColumn, why: &str) {
        self.problems.push(format!("{}: {why}", cell_place(&column.name, row, self.lines)));
    }

    fn value(&mut self, column: &DataColumn, row: usize, ty: Type) -> Option<Value> {
        let value = constant(&column.cells[row], ty);
        value.map_err(|why| self.wrong(row, column, &why)).ok()
    }

    /// The values of a column that has one in each row.
    fn values(&mut self, column: &DataColumn, ty: Type) -> Vec<Value> {
        (0..column.cells.len()).filter_map(|row| self.value(column, row, ty)).collect()
    }

    /// The numbers of a column; none where a cell is empty.
    fn numbers(&mut self, column: &DataColumn, is_time: bool) -> Vec<Option<f64>> {
        let ty = if is_time { Type::Duration } else { Type::Float };
        let is_there = |row: &usize| !column.cells[*row].is_empty();
        let mut number = |row: usize| self.value(column, row, ty).map(number_of);
        (0..column.cells.len()).map(|row| Some(row).filter(is_there).and_then(&mut number)).collect()
    }

    fn errors(&mut self, column: &DataColumn, is_time: bool) -> Vec<Option<f64>> {
        let errors = self.numbers(column, is_time);
        for (row, error) in errors.iter().enumerate() {
            if error.is_some_and(|error| error <= 0.0) {
                self.wrong(row, column, "an error is above 0; leave it empty where it is not known");
            }
        }
        errors
    }
}
