//! Finding and reading documents: folders, pages, JSON Lines, CSV, standard input.

use crate::decode::decode;
use crate::metadata::{Declared, MetadataTable, iso_day};
use anyhow::{Context, Result, bail};
use parallax_clean::SourceFormat;
use parallax_text::SourceInfo;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A document as it was read, before anything is made of it.
#[derive(Debug)]
pub(crate) struct RawDocument {
    pub(crate) doc_id: String,
    pub(crate) origin: SourceInfo,
    pub(crate) format: SourceFormat,
    pub(crate) source: String,
    pub(crate) declared: Declared,
    /// What the user should know of this document though it was read.
    pub(crate) warnings: Vec<String>,
}

/// A document that was lost, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct DocumentError {
    /// The file it stands in, relative to the input folder.
    pub source: String,
    /// Number of the record in the file, from 0.
    pub record: u32,
    /// Its id, where it had one.
    pub doc_id: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for DocumentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.record {
            0 => write!(f, "{}: {}", self.source, self.message),
            record => write!(f, "{} (record {record}): {}", self.source, self.message),
        }
    }
}

/// The documents of a run: files in order of their names, each with what was declared for it.
#[derive(Debug)]
pub(crate) struct Inputs {
    files: Vec<InputFile>,
    /// Largest page that is read, in bytes.
    max_bytes: usize,
    /// Whether all inputs are folders, or the user named the table for these inputs.
    whole_folders: bool,
    /// What the user should know before the run.
    pub(crate) warnings: Vec<String>,
}

#[derive(Debug)]
struct InputFile {
    /// `None` is standard input.
    path: Option<PathBuf>,
    /// Relative to the input folder, with forward slashes.
    name: String,
    kind: FileKind,
    /// The table that may speak of this file.
    table: Option<std::sync::Arc<MetadataTable>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind {
    /// One document: flattened text or HTML, told by its content.
    Page,
    JsonLines,
    JsonLinesGzip,
    Csv,
}

impl FileKind {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let ends = |ending: &str| name.ends_with(ending);
        if ends(".txt") || ends(".text") || ends(".html") || ends(".htm") || ends(".xhtml") {
            Some(Self::Page)
        } else if ends(".jsonl") || ends(".ndjson") {
            Some(Self::JsonLines)
        } else if ends(".jsonl.gz") || ends(".ndjson.gz") {
            Some(Self::JsonLinesGzip)
        } else if ends(".csv") {
            Some(Self::Csv)
        } else {
            None
        }
    }
}

/// Name of the metadata table that is looked for beside the input files.
const TABLE: &str = "corpus.csv";

impl Inputs {
    /// Finds the files of `paths`: files, folders (read with their sub-folders), or `-`.
    ///
    /// # Errors
    /// Where a path does not exist, nothing is found, or a table has not the columns it needs.
    pub(crate) fn find(paths: &[PathBuf], metadata: Option<&Path>, max_bytes: usize) -> Result<Self> {
        let given = metadata.map(|path| MetadataTable::read(path).map(std::sync::Arc::new)).transpose()?;
        let whole_folders = given.is_some() || paths.iter().all(|path| path.is_dir());
        let mut found = Self { files: Vec::new(), max_bytes, whole_folders, warnings: Vec::new() };
        let mut seen = BTreeSet::new();
        for path in paths {
            if path.as_os_str() == "-" {
                let name = "-".to_owned();
                found.files.push(InputFile { path: None, name, kind: FileKind::Page, table: given.clone() });
                continue;
            }
            let shown = path.display();
            let kind = std::fs::metadata(path).with_context(|| format!("{shown}: no such file or folder"))?;
            let folder = if kind.is_dir() { path.as_path() } else { path.parent().unwrap_or(Path::new("")) };
            let table = match &given {
                Some(table) => Some(table.clone()),
                None if folder.join(TABLE).is_file() => {
                    Some(std::sync::Arc::new(MetadataTable::read(&folder.join(TABLE))?))
                }
                None => None,
            };
            let files = if kind.is_dir() { walk(path)? } else { vec![path.clone()] };
            for file in files {
                let named = !kind.is_dir();
                let same = std::fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
                if seen.insert(same) {
                    found.add(file, folder, named, table.clone())?;
                }
            }
        }
        if found.files.is_empty() {
            let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            bail!(
                "no articles in {}: give .txt, .html, .jsonl, .jsonl.gz or .csv files, or a folder that holds some",
                shown.join(", ")
            );
        }
        found.files.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        Ok(found)
    }

    fn add(
        &mut self,
        path: PathBuf,
        folder: &Path,
        named: bool,
        table: Option<std::sync::Arc<MetadataTable>>,
    ) -> Result<()> {
        let relative = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let is_table = relative == TABLE || relative.ends_with("/corpus.csv");
        let kind = match FileKind::of(&path) {
            None if named => FileKind::Page,
            Some(kind) if named || !is_table => kind,
            _ => return Ok(()),
        };
        if kind == FileKind::Csv {
            let missing = csv_without_text(&path)?;
            if let (Some(columns), true) = (&missing, named) {
                bail!(
                    "{}: a CSV of articles needs a column `text` (and may have doc_id, outlet, title, published, url, story); it has {columns}",
                    path.display()
                );
            } else if missing.is_some() {
                self.warnings.push(format!("{relative}: passed over, a CSV without a column `text` holds no articles"));
                return Ok(());
            }
        }
        self.files.push(InputFile { path: Some(path), name: relative, kind, table });
        Ok(())
    }

    /// How many documents there are, where that is known without reading them.
    pub(crate) fn count_hint(&self) -> Option<u64> {
        let pages = self.files.iter().all(|file| file.kind == FileKind::Page && file.path.is_some());
        pages.then_some(self.files.len() as u64)
    }

    /// Reads the documents one after another, in order of their files' names.
    pub(crate) fn read(&self) -> impl Iterator<Item = Result<RawDocument, DocumentError>> + '_ {
        self.files.iter().flat_map(move |file| self.read_file(file))
    }

    /// As [`read`](Self::read), without standard input, which cannot be read twice.
    pub(crate) fn read_files(&self) -> impl Iterator<Item = Result<RawDocument, DocumentError>> + '_ {
        self.files.iter().filter(|file| file.path.is_some()).flat_map(move |file| self.read_file(file))
    }

    /// The outlets that the metadata tables name for at least so many documents.
    pub(crate) fn outlets(&self, fewest: usize) -> BTreeSet<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut seen: Vec<*const MetadataTable> = Vec::new();
        for table in self.files.iter().filter_map(|file| file.table.as_ref()) {
            let place = std::sync::Arc::as_ptr(table);
            if !seen.contains(&place) {
                seen.push(place);
                table.outlets().for_each(|outlet| *counts.entry(outlet).or_default() += 1);
            }
        }
        let often = counts.into_iter().filter(|(_, count)| *count >= fewest);
        often.map(|(outlet, _)| outlet.to_owned()).collect()
    }

    /// Rows of metadata tables that no document matched; none, where only some files of a table's
    /// folder were asked for.
    pub(crate) fn unmatched(&self, doc_ids: &[String]) -> Vec<String> {
        if !self.whole_folders {
            return Vec::new();
        }
        let names: Vec<String> = self.files.iter().map(|file| file.name.clone()).collect();
        let mut rows = BTreeSet::new();
        for table in self.files.iter().filter_map(|file| file.table.as_ref()) {
            rows.extend(table.unmatched(&names, doc_ids));
        }
        rows.into_iter().collect()
    }

    fn read_file<'a>(
        &'a self,
        file: &'a InputFile,
    ) -> Box<dyn Iterator<Item = Result<RawDocument, DocumentError>> + 'a> {
        let failed = |message: String| {
            let error = DocumentError { source: file.name.clone(), record: 0, doc_id: None, message };
            Box::new(std::iter::once(Err(error)))
        };
        let Some(path) = &file.path else {
            return self.read_standard_input(file);
        };
        let opened = match File::open(path) {
            Ok(opened) => opened,
            Err(error) => return failed(format!("cannot be opened: {error}")),
        };
        match file.kind {
            FileKind::Page => Box::new(std::iter::once(self.read_page(file, opened))),
            FileKind::JsonLines => self.read_lines(file, Box::new(BufReader::new(opened))),
            FileKind::JsonLinesGzip => {
                self.read_lines(file, Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(opened))))
            }
            FileKind::Csv => self.read_csv(file, opened),
        }
    }

    fn read_page(&self, file: &InputFile, reader: impl Read) -> Result<RawDocument, DocumentError> {
        let failed = |message| DocumentError { source: file.name.clone(), record: 0, doc_id: None, message };
        let mut bytes = Vec::new();
        let read = reader.take(self.max_bytes as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(format!("cannot be read: {error}")))?;
        if bytes.len() > self.max_bytes {
            return Err(failed(too_large(self.max_bytes)));
        }
        let stem = file.name.rsplit_once('.').map_or(file.name.as_str(), |(stem, _)| stem);
        let stem = if file.path.is_none() { "stdin" } else { stem };
        Ok(raw_document(file, 0, stem.to_owned(), &bytes, Declared::default()))
    }

    fn read_standard_input<'a>(
        &'a self,
        file: &'a InputFile,
    ) -> Box<dyn Iterator<Item = Result<RawDocument, DocumentError>> + 'a> {
        let mut reader = BufReader::new(io::stdin().lock());
        // JSON Lines tell themselves by their first byte; no page begins with a brace.
        let lines = reader.fill_buf().is_ok_and(|head| head.trim_ascii_start().starts_with(b"{"));
        if lines {
            self.read_lines(file, Box::new(reader))
        } else {
            Box::new(std::iter::once(self.read_page(file, reader)))
        }
    }

    fn read_lines<'a>(
        &'a self,
        file: &'a InputFile,
        mut reader: Box<dyn BufRead + 'a>,
    ) -> Box<dyn Iterator<Item = Result<RawDocument, DocumentError>> + 'a> {
        let mut record = 0u32;
        let mut ended = false;
        Box::new(std::iter::from_fn(move || {
            while !ended {
                let failed =
                    |record, message| DocumentError { source: file.name.clone(), record, doc_id: None, message };
                let line = match next_line(&mut reader, self.max_bytes) {
                    Ok(Some(line)) => line,
                    Ok(None) => return None,
                    Err(LineError::TooLong) => {
                        record += 1;
                        return Some(Err(failed(record - 1, too_large(self.max_bytes))));
                    }
                    Err(LineError::Io(error)) => {
                        ended = true;
                        return Some(Err(failed(record, format!("cannot be read further: {error}"))));
                    }
                };
                if line.trim_ascii().is_empty() {
                    continue;
                }
                record += 1;
                return Some(json_document(file, record - 1, &line).map_err(|message| failed(record - 1, message)));
            }
            None
        }))
    }

    fn read_csv<'a>(
        &'a self,
        file: &'a InputFile,
        reader: File,
    ) -> Box<dyn Iterator<Item = Result<RawDocument, DocumentError>> + 'a> {
        let rows = csv::ReaderBuilder::new().from_reader(BufReader::new(reader)).into_deserialize::<TextRecord>();
        Box::new(rows.enumerate().map(move |(index, row)| {
            let record = index as u32;
            let failed = |message| DocumentError { source: file.name.clone(), record, doc_id: None, message };
            let row = row.map_err(|error| failed(format!("not a row with the header's columns: {error}")))?;
            if row.text.len() > self.max_bytes {
                return Err(failed(too_large(self.max_bytes)));
            }
            Ok(text_document(file, record, row))
        }))
    }
}

/// A record of JSON Lines or CSV.
#[derive(Deserialize)]
struct TextRecord {
    text: String,
    #[serde(flatten)]
    declared: Declared,
}

fn json_document(file: &InputFile, record: u32, line: &[u8]) -> Result<RawDocument, String> {
    let line = std::str::from_utf8(line)
        .map_err(|_| "the line is not UTF-8, which JSON Lines must be; convert the file".to_owned())?;
    let line = line.trim_start_matches('\u{feff}');
    let row: TextRecord = serde_json::from_str(line).map_err(|error| {
        format!(
            "not a JSON object with a field `text` (and, as strings, doc_id, outlet, title, published, url, story): {error}"
        )
    })?;
    Ok(text_document(file, record, row))
}

fn text_document(file: &InputFile, record: u32, row: TextRecord) -> RawDocument {
    let mut declared = row.declared.without_blanks();
    let mut warning = None;
    if let Some(published) = &declared.published {
        let day = iso_day(published);
        if day.is_none() {
            warning = Some(format!(
                "{} (record {record}): `published` is {published:?}, not a date like 2025-05-04; it was left out",
                file.name
            ));
        }
        declared.published = day;
    }
    let stem = if file.path.is_none() { "stdin" } else { file.name.split('.').next().unwrap_or(&file.name) };
    let doc_id = declared.doc_id.clone().unwrap_or_else(|| format!("{stem}-{record}"));
    let mut made = raw_document(file, record, doc_id, row.text.as_bytes(), declared);
    made.warnings.extend(warning);
    made
}

fn raw_document(file: &InputFile, record: u32, doc_id: String, bytes: &[u8], declared: Declared) -> RawDocument {
    let decoded = decode(bytes);
    let mut warnings = Vec::new();
    if decoded.assumed {
        warnings.push(format!(
            "{}: neither UTF-8 nor a declared charset; read as Windows-1252 (save it as UTF-8 if letters look wrong)",
            file.name
        ));
    }
    let declared = match file.table.as_ref().and_then(|table| table.of(&file.name, &doc_id)) {
        Some(row) => row.clone().or(&declared),
        None => declared,
    };
    RawDocument {
        doc_id: declared.doc_id.clone().unwrap_or(doc_id),
        origin: SourceInfo {
            path: file.name.clone(),
            record,
            sha256: hexadecimal(&Sha256::digest(bytes)),
            encoding: decoded.encoding,
        },
        format: SourceFormat::detect(&decoded.text),
        source: decoded.text,
        declared,
        warnings,
    }
}

/// Lower-case hexadecimal digits of some bytes.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

enum LineError {
    TooLong,
    Io(io::Error),
}

/// The next line without its end; a line of more than `limit` bytes is read past and not kept.
fn next_line(reader: &mut dyn BufRead, limit: usize) -> Result<Option<Vec<u8>>, LineError> {
    let mut line = Vec::new();
    let (mut any, mut long) = (false, false);
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(LineError::Io(error)),
        };
        if buffer.is_empty() {
            break;
        }
        any = true;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let part = &buffer[..end.unwrap_or(buffer.len())];
        long |= line.len() + part.len() > limit;
        if !long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    match (any, long) {
        (false, _) => Ok(None),
        (true, true) => Err(LineError::TooLong),
        (true, false) => Ok(Some(line)),
    }
}

fn too_large(max_bytes: usize) -> String {
    format!(
        "larger than {} MiB, which no article is; cut it into one file a page, or raise `max_bytes` in the config",
        max_bytes >> 20
    )
}

/// The files of a folder and its sub-folders, sorted; hidden ones are passed over.
fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("{}: the folder cannot be read", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("{}: cannot be listed", folder.display()))?;
            let kind = entry.file_type().with_context(|| format!("{}: cannot be read", entry.path().display()))?;
            // Linked folders are not followed: they may lead back here.
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            } else if kind.is_dir() {
                folders.push(entry.path());
            } else if entry.path().is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The columns of a CSV file that has no column `text`.
fn csv_without_text(path: &Path) -> Result<Option<String>> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("{shown}: cannot be opened"))?;
    let headers = reader.headers().with_context(|| format!("{shown}: not a CSV file in UTF-8"))?;
    let has_text = headers.iter().any(|column| column.trim_start_matches('\u{feff}') == "text");
    Ok((!has_text).then(|| headers.iter().collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn read(folder: &Path) -> Vec<Result<RawDocument, DocumentError>> {
        Inputs::find(&[folder.to_path_buf()], None, 1000).unwrap().read().collect()
    }

    fn ids(found: &[Result<RawDocument, DocumentError>]) -> Vec<String> {
        found.iter().map(|item| item.as_ref().map_or_else(|e| format!("! {e}"), |d| d.doc_id.clone())).collect()
    }

    #[test]
    fn folders_are_read_in_order_of_names() {
        let folder =
            folder(&[("b.txt", b"b"), ("a.html", b"<p>a"), ("sub/c.txt", b"c"), (".hidden.txt", b""), ("x.png", b"")]);
        assert_eq!(ids(&read(folder.path())), ["a", "b", "sub/c"]);
    }

    #[test]
    fn a_table_beside_the_files_names_and_overrides() {
        let folder = folder(&[("corpus.csv", b"doc_id,file,outlet\n7,a.txt,The Star\n"), ("a.txt", b"x")]);
        let found = read(folder.path());
        let document = found[0].as_ref().unwrap();
        assert_eq!((document.doc_id.as_str(), document.declared.outlet.as_deref()), ("7", Some("The Star")));
    }

    #[test]
    fn bad_records_cost_themselves_only() {
        let long = format!("{{\"text\":\"{}\"}}", "x".repeat(2000));
        let lines = format!(
            "{{\"text\":\"one\",\"doc_id\":\"1\"}}\nnot json\n\n{long}\n{{\"text\":\"two\",\"published\":\"May\"}}"
        );
        let folder = folder(&[("d.jsonl", lines.as_bytes())]);
        let found = read(folder.path());
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].as_ref().unwrap().doc_id, "1");
        assert!(found[1].as_ref().unwrap_err().message.contains("field `text`"));
        assert!(found[2].as_ref().unwrap_err().message.contains("larger than"));
        let last = found[3].as_ref().unwrap();
        assert_eq!((last.doc_id.as_str(), last.warnings.len()), ("d-3", 1));
    }

    #[test]
    fn a_named_csv_without_text_is_refused_and_one_in_a_folder_passed_over() {
        let folder = folder(&[("gold.csv", b"a,b\n1,2\n"), ("a.txt", b"x")]);
        assert_eq!(ids(&read(folder.path())), ["a"]);
        let refused = Inputs::find(&[folder.path().join("gold.csv")], None, 1000).unwrap_err();
        assert!(refused.to_string().contains("needs a column `text`"), "{refused}");
    }

    #[test]
    fn no_articles_is_an_error() {
        let folder = folder(&[("notes.md", b"x")]);
        assert!(
            Inputs::find(&[folder.path().to_path_buf()], None, 1000).unwrap_err().to_string().contains("no articles")
        );
        assert!(
            Inputs::find(&[folder.path().join("gone")], None, 1000).unwrap_err().to_string().contains("no such file")
        );
    }
}
