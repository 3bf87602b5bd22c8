//! A table by columns: what CSV and Parquet files are made of.

use serde::Serialize;
use std::collections::BTreeSet;

/// One column's kind of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Whole,
    Number,
    Truth,
}

/// The values of a column; `None` where a row has none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Text(Vec<Option<String>>),
    Whole(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Truth(Vec<Option<bool>>),
}

/// A named column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) values: Values,
}

/// A table with the name of its file, without the ending.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Whole(i64),
    Number(f64),
    Truth(bool),
    Missing,
}

/// A row from values of several types.
macro_rules! row {
    ($($value:expr),* $(,)?) => { [$($crate::table::Cell::from($value)),*] };
}
pub(crate) use row;

impl Table {
    pub(crate) fn new(name: &'static str, columns: &[(&'static str, Kind)]) -> Self {
        debug_assert_eq!(columns.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), columns.len(), "{name}");
        let empty = |kind| match kind {
            Kind::Text => Values::Text(Vec::new()),
            Kind::Whole => Values::Whole(Vec::new()),
            Kind::Number => Values::Number(Vec::new()),
            Kind::Truth => Values::Truth(Vec::new()),
        };
        let columns = columns.iter().map(|&(name, kind)| Column { name, values: empty(kind) }).collect();
        Self { name, columns, rows: 0 }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If the row has not one cell of the right kind, or a missing one, for each column: the rows
    /// of a table are made in one place of the code, beside its columns.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        let mut cells = row.into_iter();
        for column in &mut self.columns {
            let cell = cells.next().unwrap_or_else(|| panic!("{}: no cell for {}", self.name, column.name));
            match (&mut column.values, cell) {
                (Values::Text(values), Cell::Text(value)) => values.push(Some(value)),
                (Values::Text(values), Cell::Missing) => values.push(None),
                (Values::Whole(values), Cell::Whole(value)) => values.push(Some(value)),
                (Values::Whole(values), Cell::Missing) => values.push(None),
                (Values::Number(values), Cell::Number(value)) => values.push(Some(value)),
                (Values::Number(values), Cell::Missing) => values.push(None),
                (Values::Truth(values), Cell::Truth(value)) => values.push(Some(value)),
                (Values::Truth(values), Cell::Missing) => values.push(None),
                (_, cell) => panic!("{}: {cell:?} is no value of the column {}", self.name, column.name),
            }
        }
        assert!(cells.next().is_none(), "{}: more cells than columns", self.name);
        self.rows += 1;
    }

    /// Adds the rows of a table of the same shape.
    ///
    /// # Panics
    /// If it is of another shape.
    pub(crate) fn append(&mut self, other: Self) {
        assert_eq!(self.columns.len(), other.columns.len(), "{} and {} are two tables", self.name, other.name);
        for (own, other) in self.columns.iter_mut().zip(other.columns) {
            match (&mut own.values, other.values) {
                (Values::Text(own), Values::Text(other)) => own.extend(other),
                (Values::Whole(own), Values::Whole(other)) => own.extend(other),
                (Values::Number(own), Values::Number(other)) => own.extend(other),
                (Values::Truth(own), Values::Truth(other)) => own.extend(other),
                _ => panic!("{}: another kind of column", own.name),
            }
        }
        self.rows += other.rows;
    }

    /// The table as CSV with a header; what is missing is an empty field.
    ///
    /// # Errors
    /// None that a table in memory can cause; the writer's signature has them.
    pub(crate) fn csv(&self) -> csv::Result<Vec<u8>> {
        self.csv_with(true)
    }

    /// The rows as CSV, the first time with a header; the table is empty then.
    ///
    /// # Errors
    /// As [`csv`](Self::csv).
    pub(crate) fn take_csv(&mut self, header: bool) -> csv::Result<Vec<u8>> {
        let made = self.csv_with(header)?;
        self.rows = 0;
        for column in &mut self.columns {
            match &mut column.values {
                Values::Text(values) => values.clear(),
                Values::Whole(values) => values.clear(),
                Values::Number(values) => values.clear(),
                Values::Truth(values) => values.clear(),
            }
        }
        Ok(made)
    }

    fn csv_with(&self, header: bool) -> csv::Result<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        if header {
            writer.write_record(self.columns.iter().map(|column| column.name))?;
        }
        for row in 0..self.rows {
            for column in &self.columns {
                match &column.values {
                    Values::Text(values) => writer.write_field(values[row].as_deref().unwrap_or_default())?,
                    Values::Whole(values) => writer.write_field(shown(values[row].as_ref()))?,
                    // As serde writes floats, with a point always.
                    Values::Number(values) => {
                        writer.write_field(values[row].map_or(String::new(), |v| format!("{v:?}")))?;
                    }
                    Values::Truth(values) => writer.write_field(shown(values[row].as_ref()))?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }
}

fn shown(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

/// The name that a value without fields has in the output contract.
pub(crate) fn name_of(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => panic!("{other:?} is no name"),
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Cell::Text(value.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(value: &String) -> Self {
        Cell::Text(value.clone())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Cell::Text(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Cell::Truth(value)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Cell::Number(value)
    }
}

impl From<u32> for Cell {
    fn from(value: u32) -> Self {
        Cell::Whole(value.into())
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Cell::Whole(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Cell::from(value as u64)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Missing, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let columns = [("id", Kind::Text), ("n", Kind::Whole), ("share", Kind::Number), ("main", Kind::Truth)];
        let mut table = Table::new("t", &columns);
        table.push(row!["a, \"b\"", 3usize, 1.0, true]);
        table.push(row![None::<&str>, None::<u32>, None::<f64>, None::<bool>]);
        table
    }

    #[test]
    fn what_is_missing_is_an_empty_field() {
        let csv = String::from_utf8(table().csv().unwrap()).unwrap();
        assert_eq!(csv, "id,n,share,main\n\"a, \"\"b\"\"\",3,1.0,true\n,,,\n");
    }

    #[test]
    #[should_panic(expected = "no value of the column n")]
    fn a_cell_of_another_kind_is_refused() {
        table().push(row!["a", "three", 1.0, true]);
    }
}
