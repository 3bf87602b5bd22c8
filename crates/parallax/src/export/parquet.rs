//! Parquet files of flat tables: optional columns, plain encoding, gzip pages, row groups of
//! [`ROWS`] rows.
//!
//! Written here, after the format's specification (Apache Parquet 2.x with Thrift's compact
//! protocol), because that is all our tables need, and the general writer would add a third to the
//! time that a fresh clone takes to build. Tests read the files with pyarrow and polars.

use crate::table::{Table, Values};
use flate2::{Compression, write::GzEncoder};
use std::io::{self, Write};

/// Rows of a row group: large enough to compress, small enough to be read in parts.
const ROWS: usize = 65_536;

const MAGIC: &[u8; 4] = b"PAR1";
/// Numbers of the specification.
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const GZIP: i64 = 2;
const OPTIONAL: i64 = 1;
const UTF8: i64 = 0;

/// A table as a Parquet file.
///
/// # Errors
/// Where a page would be larger than the format can say (2 GiB).
pub(crate) fn parquet(table: &Table) -> io::Result<Vec<u8>> {
    let mut file = MAGIC.to_vec();
    let mut groups = Vec::new();
    for start in (0..table.rows).step_by(ROWS) {
        groups.push(row_group(table, start..table.rows.min(start + ROWS), &mut file)?);
    }
    let mut footer = Struct::default();
    footer.whole(1, I32, 2);
    footer.list(2, STRUCT, schema(table));
    footer.whole(3, I64, table.rows as i64);
    footer.list(4, STRUCT, groups);
    footer.text(6, concat!("parallax version ", env!("CARGO_PKG_VERSION")));
    let footer = footer.end();
    file.extend(&footer);
    file.extend(size(footer.len())?.to_le_bytes());
    file.extend(MAGIC);
    Ok(file)
}

fn physical(values: &Values) -> i64 {
    match values {
        Values::Truth(_) => 0,
        Values::Whole(_) => 2,
        Values::Number(_) => 5,
        Values::Text(_) => 6,
    }
}

/// The root, then one element a column.
fn schema(table: &Table) -> Vec<Vec<u8>> {
    let mut root = Struct::default();
    root.text(4, table.name);
    root.whole(5, I32, table.columns.len() as i64);
    let column = |column: &crate::table::Column| {
        let mut element = Struct::default();
        element.whole(1, I32, physical(&column.values));
        element.whole(3, I32, OPTIONAL);
        element.text(4, column.name);
        if matches!(column.values, Values::Text(_)) {
            element.whole(6, I32, UTF8);
            let mut logical = Struct::default();
            logical.nested(1, Struct::default());
            element.nested(10, logical);
        }
        element.end()
    };
    std::iter::once(root.end()).chain(table.columns.iter().map(column)).collect()
}

/// Writes the pages of some rows, one a column, and gives their description.
fn row_group(table: &Table, rows: std::ops::Range<usize>, file: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let count = rows.len() as i64;
    let mut total = 0;
    let mut chunks = Vec::new();
    for column in &table.columns {
        let plain = page(&column.values, rows.clone())?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&plain)?;
        let packed = packed.finish()?;

        let mut data = Struct::default();
        data.whole(1, I32, count);
        data.whole(2, I32, PLAIN);
        data.whole(3, I32, RLE);
        data.whole(4, I32, RLE);
        let mut header = Struct::default();
        header.whole(1, I32, 0);
        header.whole(2, I32, size(plain.len())?.into());
        header.whole(3, I32, size(packed.len())?.into());
        header.nested(5, data);
        let header = header.end();

        let offset = file.len() as i64;
        file.extend(&header);
        file.extend(&packed);
        let uncompressed = (header.len() + plain.len()) as i64;
        total += uncompressed;

        let mut meta = Struct::default();
        meta.whole(1, I32, physical(&column.values));
        meta.list(2, I32, [PLAIN, RLE].map(zigzag).to_vec());
        meta.list(3, BINARY, vec![sized(column.name)]);
        meta.whole(4, I32, GZIP);
        meta.whole(5, I64, count);
        meta.whole(6, I64, uncompressed);
        meta.whole(7, I64, (header.len() + packed.len()) as i64);
        meta.whole(9, I64, offset);
        let mut chunk = Struct::default();
        chunk.whole(2, I64, offset);
        chunk.nested(3, meta);
        chunks.push(chunk.end());
    }
    let mut group = Struct::default();
    group.list(1, STRUCT, chunks);
    group.whole(2, I64, total);
    group.whole(3, I64, count);
    Ok(group.end())
}

/// Which rows have a value, then the values of those that do.
fn page(values: &Values, rows: std::ops::Range<usize>) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    let there: Vec<bool> = match values {
        Values::Text(all) => {
            for value in all[rows.clone()].iter().flatten() {
                plain.extend(size(value.len())?.to_le_bytes());
                plain.extend(value.as_bytes());
            }
            all[rows].iter().map(Option::is_some).collect()
        }
        Values::Whole(all) => {
            all[rows.clone()].iter().flatten().for_each(|value| plain.extend(value.to_le_bytes()));
            all[rows].iter().map(Option::is_some).collect()
        }
        Values::Number(all) => {
            all[rows.clone()].iter().flatten().for_each(|value| plain.extend(value.to_le_bytes()));
            all[rows].iter().map(Option::is_some).collect()
        }
        Values::Truth(all) => {
            let bits: Vec<bool> = all[rows.clone()].iter().copied().flatten().collect();
            plain
                .extend(bits.chunks(8).map(|bits| bits.iter().rev().fold(0u8, |byte, &bit| byte << 1 | u8::from(bit))));
            all[rows].iter().map(Option::is_some).collect()
        }
    };
    let mut levels = Vec::new();
    for run in there.chunk_by(|a, b| a == b) {
        varint((run.len() as u64) << 1, &mut levels);
        levels.push(u8::from(run[0]));
    }
    let mut page = size(levels.len())?.to_le_bytes().to_vec();
    page.extend(levels);
    page.extend(plain);
    Ok(page)
}

fn size(length: usize) -> io::Result<i32> {
    let large = |_| io::Error::new(io::ErrorKind::FileTooLarge, "a column of the table is too large for Parquet");
    i32::try_from(length).map_err(large)
}

/// Types of Thrift's compact protocol.
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// A struct of Thrift's compact protocol; fields are added in order of their numbers.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

impl Struct {
    fn field(&mut self, number: u8, kind: u8) {
        self.bytes.push((number - self.last) << 4 | kind);
        self.last = number;
    }

    fn whole(&mut self, number: u8, kind: u8, value: i64) {
        self.field(number, kind);
        self.bytes.extend(zigzag(value));
    }

    fn text(&mut self, number: u8, text: &str) {
        self.field(number, BINARY);
        self.bytes.extend(sized(text));
    }

    fn nested(&mut self, number: u8, inner: Struct) {
        self.field(number, STRUCT);
        self.bytes.extend(inner.end());
    }

    fn list(&mut self, number: u8, kind: u8, items: Vec<Vec<u8>>) {
        self.field(number, LIST);
        match items.len() {
            length @ 0..=14 => self.bytes.push((length as u8) << 4 | kind),
            length => {
                self.bytes.push(0xf0 | kind);
                varint(length as u64, &mut self.bytes);
            }
        }
        self.bytes.extend(items.concat());
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn zigzag(value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint((value << 1 ^ value >> 63) as u64, &mut bytes);
    bytes
}

fn sized(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(text.len() as u64, &mut bytes);
    bytes.extend(text.as_bytes());
    bytes
}

fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Kind, row};
    use flate2::read::GzDecoder;
    use std::collections::BTreeMap;
    use std::io::Read;

    /// A value of Thrift's compact protocol, read without knowledge of the schema.
    #[derive(Clone, Debug)]
    enum Thrift {
        Whole(i64),
        Bytes(Vec<u8>),
        List(Vec<Thrift>),
        Struct(BTreeMap<u8, Thrift>),
    }

    impl Thrift {
        fn at(&self, number: u8) -> &Thrift {
            let Thrift::Struct(fields) = self else { panic!("{self:?}") };
            &fields[&number]
        }
        fn whole(&self, number: u8) -> usize {
            let Thrift::Whole(value) = self.at(number) else { panic!("{self:?}") };
            *value as usize
        }
        fn list(&self, number: u8) -> &[Thrift] {
            let Thrift::List(items) = self.at(number) else { panic!("{self:?}") };
            items
        }
    }

    fn read_varint(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }

    fn read(kind: u8, bytes: &mut &[u8]) -> Thrift {
        match kind {
            I32 | I64 => {
                let value = read_varint(bytes);
                Thrift::Whole((value >> 1) as i64 ^ -((value & 1) as i64))
            }
            BINARY => {
                let length = read_varint(bytes) as usize;
                let (text, rest) = bytes.split_at(length);
                *bytes = rest;
                Thrift::Bytes(text.to_vec())
            }
            LIST => {
                let head = bytes[0];
                *bytes = &bytes[1..];
                let length = if head >> 4 == 15 { read_varint(bytes) } else { u64::from(head >> 4) };
                Thrift::List((0..length).map(|_| read(head & 15, bytes)).collect())
            }
            STRUCT => {
                let (mut fields, mut last) = (BTreeMap::new(), 0);
                loop {
                    let head = bytes[0];
                    *bytes = &bytes[1..];
                    if head == 0 {
                        return Thrift::Struct(fields);
                    }
                    last += head >> 4;
                    fields.insert(last, read(head & 15, bytes));
                }
            }
            other => panic!("type {other}"),
        }
    }

    /// The cells of a file as text, column by column.
    fn read_back(file: &[u8]) -> Vec<(String, Vec<Option<String>>)> {
        assert!(file.starts_with(MAGIC) && file.ends_with(MAGIC));
        let (rest, tail) = file.split_at(file.len() - 8);
        let length = u32::from_le_bytes(tail[..4].try_into().unwrap()) as usize;
        let footer = read(STRUCT, &mut &rest[rest.len() - length..]);
        let mut columns: Vec<(String, Vec<Option<String>>)> = Vec::new();
        for element in &footer.list(2)[1..] {
            let Thrift::Bytes(name) = element.at(4) else { panic!() };
            columns.push((String::from_utf8(name.clone()).unwrap(), Vec::new()));
        }
        for group in footer.list(4) {
            for (chunk, column) in group.list(1).iter().zip(&mut columns) {
                let meta = chunk.at(3);
                let mut bytes = &file[meta.whole(9)..];
                let header = read(STRUCT, &mut bytes);
                let mut page = Vec::new();
                GzDecoder::new(&bytes[..header.whole(3)]).read_to_end(&mut page).unwrap();
                assert_eq!(page.len(), header.whole(2));
                let (levels, mut values) =
                    page[4..].split_at(u32::from_le_bytes(page[..4].try_into().unwrap()) as usize);
                let mut levels = levels;
                let mut bit = 0;
                while !levels.is_empty() {
                    let (run, there) = ((read_varint(&mut levels) >> 1) as usize, levels[0]);
                    levels = &levels[1..];
                    for _ in 0..run {
                        let value = (there == 1).then(|| match meta.whole(1) {
                            0 => {
                                bit += 1;
                                (values[(bit - 1) / 8] >> ((bit - 1) % 8) & 1 == 1).to_string()
                            }
                            2 => {
                                let (value, rest) = values.split_at(8);
                                values = rest;
                                i64::from_le_bytes(value.try_into().unwrap()).to_string()
                            }
                            5 => {
                                let (value, rest) = values.split_at(8);
                                values = rest;
                                f64::from_le_bytes(value.try_into().unwrap()).to_string()
                            }
                            _ => {
                                let length = u32::from_le_bytes(values[..4].try_into().unwrap()) as usize;
                                let (value, rest) = values[4..].split_at(length);
                                values = rest;
                                String::from_utf8(value.to_vec()).unwrap()
                            }
                        });
                        column.1.push(value);
                    }
                }
            }
        }
        assert!(columns.iter().all(|column| column.1.len() == footer.whole(3)));
        columns
    }

    #[test]
    fn every_kind_of_column_reads_back() {
        let columns = [("text", Kind::Text), ("n", Kind::Whole), ("x", Kind::Number), ("main", Kind::Truth)];
        let mut table = Table::new("t", &columns);
        // More rows than one group holds, values missing in runs and one by one.
        let rows = ROWS + 20;
        for i in 0..rows {
            table.push(row![
                (i % 3 > 0).then(|| format!("Señora 🔥 {i}")),
                (i > 40).then_some(i),
                (i % 2 == 0).then_some(i as f64 / 4.0),
                (i % 5 != 0).then_some(i % 7 == 0),
            ]);
        }
        let read = read_back(&parquet(&table).unwrap());
        let cell = |column: usize, row: usize| read[column].1[row].as_deref();
        assert_eq!(read.iter().map(|column| column.0.as_str()).collect::<Vec<_>>(), ["text", "n", "x", "main"]);
        for i in [0, 1, 2, 41, ROWS - 1, ROWS, rows - 1] {
            assert_eq!(cell(0, i), (i % 3 > 0).then(|| format!("Señora 🔥 {i}")).as_deref(), "{i}");
            assert_eq!(cell(1, i), (i > 40).then(|| i.to_string()).as_deref());
            assert_eq!(cell(2, i), (i % 2 == 0).then(|| (i as f64 / 4.0).to_string()).as_deref());
            assert_eq!(cell(3, i), (i % 5 != 0).then(|| (i % 7 == 0).to_string()).as_deref());
        }
    }

    #[test]
    fn a_table_without_rows_has_its_columns() {
        let read = read_back(&parquet(&Table::new("t", &[("id", Kind::Text)])).unwrap());
        assert_eq!(read, [("id".to_owned(), Vec::new())]);
    }
}
