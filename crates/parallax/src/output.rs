//! The files of a run, written whole or not at all.

use crate::analyze::{Job, Tally};
use crate::export::{CheckedArticle, Exporter, Format};
use crate::input::DocumentError;
use crate::models::Models;
use crate::report::Shown;
use crate::table::Table;
use crate::tables::Tables;
use crate::user_models::OwnRecord;
use crate::whole_file::WholeFile;
use crate::{report, vectors_file};
use anyhow::Result;
use parallax_compare::StorySummary;
use parallax_stance::Asked;
use parallax_text::AnnotatedArticle;
use parallax_text::record::{AnnotationRecord, rounded};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The version of `summary.json`.
const SUMMARY: &str = "parallax/summary/1";

/// `run.json`: everything about the run that is not in the other files.
#[derive(Debug, Serialize)]
struct RunFile<'a> {
    schema: &'static str,
    parallax: &'static str,
    started: String,
    seconds: f64,
    /// The part of them for reading, cleaning and annotating, models loaded.
    seconds_annotating: f64,
    /// The part of them for stories and their comparison.
    seconds_comparing: f64,
    threads: usize,
    engine: EngineRecord,
    models: Vec<ModelRecord<'a>>,
    /// What the user put in the place of shipped models.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user_models: Vec<&'a OwnRecord>,
    settings: &'a crate::config::Config,
    /// How the stance model was asked the propositions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    propositions: Vec<PropositionRecord<'a>>,
    clean: bool,
    inputs: Vec<InputRecord<'a>>,
    done: usize,
    errors: &'a [DocumentError],
    warnings: &'a [String],
    /// SHA-256 of every other file of the run.
    files: BTreeMap<String, String>,
}

#[derive(Debug, Serialize)]
struct EngineRecord {
    name: String,
    precision: String,
    kernel: String,
}

#[derive(Debug, Serialize)]
struct PropositionRecord<'a> {
    proposition: &'a str,
    #[serde(flatten)]
    asked: Asked,
}

#[derive(Debug, Serialize)]
struct ModelRecord<'a> {
    name: &'a str,
    sha256: &'a str,
}

#[derive(Debug, Serialize)]
struct InputRecord<'a> {
    doc_id: &'a str,
    source: &'a str,
    record: u32,
    sha256: &'a str,
    encoding: &'a str,
}

/// What a finished run says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Seconds since 1970 when it started.
    pub(crate) started: i64,
    /// Seconds it took, files not yet written.
    pub(crate) seconds: f64,
    /// The part of them for annotating, models loaded.
    pub(crate) annotating: f64,
    /// The part of them for comparing.
    pub(crate) comparing: f64,
}

/// A story made ready to be written, by whichever thread compared it.
pub(crate) struct ReadyStory {
    /// What `summary.json` has of it.
    json: Vec<u8>,
    tables: Tables,
}

impl ReadyStory {
    pub(crate) fn new(story: &mut StorySummary) -> Result<Self> {
        let mut json = Vec::new();
        // JSON has no line breaks inside its strings.
        for (number, line) in serde_json::to_string_pretty(story)?.lines().enumerate() {
            json.extend_from_slice(if number == 0 { b"    " } else { b"\n    " });
            json.extend_from_slice(line.as_bytes());
        }
        let mut tables = Tables::new();
        tables.add_story(story)?;
        Ok(Self { json, tables })
    }
}

/// Writes the files of an analysis: its stories as they are compared, then its articles, then the rest. No list
/// of all of them is made in memory.
pub(crate) struct RunFiles {
    folder: PathBuf,
    summary: WholeFile,
    stories: usize,
    tables: Tables,
    /// The tables that are being written.
    csv: BTreeMap<&'static str, WholeFile>,
    exporter: Exporter,
    hashes: BTreeMap<String, String>,
}

impl RunFiles {
    /// Begins the files in a folder, which is made where it is missing; `model` names the models.
    pub(crate) fn begin(folder: &Path, model: &str, exports: &[Format]) -> Result<Self> {
        let mut summary = WholeFile::create(&folder.join("summary.json"))?;
        let model = serde_json::to_string(model)?;
        summary
            .write(format!("{{\n  \"schema\": \"{SUMMARY}\",\n  \"model\": {model},\n  \"stories\": [").as_bytes())?;
        Ok(Self {
            folder: folder.to_path_buf(),
            summary,
            stories: 0,
            tables: Tables::new(),
            csv: BTreeMap::new(),
            exporter: Exporter::new(folder, exports)?,
            hashes: BTreeMap::new(),
        })
    }

    /// Adds a story; all stories come before the articles.
    pub(crate) fn add_story(&mut self, ready: ReadyStory) -> Result<()> {
        self.summary.write(if self.stories == 0 { b"\n" } else { b",\n" })?;
        self.stories += 1;
        self.summary.write(&ready.json)?;
        self.exporter.add_story(&ready.tables);
        self.tables.absorb(ready.tables);
        write_long_tables(&self.folder, &mut self.csv, &mut self.tables)
    }

    /// Writes the articles with their vectors, the page, and `run.json`, which names all files.
    pub(crate) fn finish(
        mut self,
        articles: &[AnnotatedArticle],
        shown: &Shown<'_>,
        (job, models, tally): (&Job, &Models, &Tally),
        clock: Clock,
    ) -> Result<()> {
        self.summary.write(if self.stories == 0 { b"]\n}\n" } else { b"\n  ]\n}\n" })?;
        self.hashes.insert("summary.json".to_owned(), self.summary.finish()?);
        let mut annotations = WholeFile::create(&self.folder.join("annotations.jsonl"))?;
        for article in articles {
            let record = AnnotationRecord::new(article);
            let mut line = serde_json::to_vec(&record)?;
            line.push(b'\n');
            annotations.write(&line)?;
            let article = CheckedArticle::new(&record)?;
            self.tables.add(&article);
            self.exporter.add(&article)?;
            write_long_tables(&self.folder, &mut self.csv, &mut self.tables)?;
        }
        self.hashes.insert("annotations.jsonl".to_owned(), annotations.finish()?);
        let mut vectors = WholeFile::create(&self.folder.join("vectors.safetensors"))?;
        vectors_file::write(articles, &models.sha256, |bytes| vectors.write(bytes))?;
        self.hashes.insert("vectors.safetensors".to_owned(), vectors.finish()?);
        for mut table in self.tables.finish() {
            write_rows(&self.folder, &mut self.csv, &mut table)?;
            if let Some(file) = self.csv.remove(table.name) {
                self.hashes.insert(format!("{}.csv", table.name), file.finish()?);
            }
        }
        // Tables of layers that never ran.
        self.csv.into_values().try_for_each(WholeFile::discard)?;
        self.hashes.extend(self.exporter.finish()?.files);
        let mut page = WholeFile::create(&self.folder.join("report.html"))?;
        page.write(report::page(shown, &models.label(), &tally.errors)?.as_bytes())?;
        self.hashes.insert("report.html".to_owned(), page.finish()?);

        let engine = models.encoder.engine();
        let run = RunFile {
            schema: "parallax/run/1",
            parallax: env!("CARGO_PKG_VERSION"),
            started: jiff::Timestamp::from_second(clock.started).map(|at| at.to_string()).unwrap_or_default(),
            seconds: rounded(clock.seconds),
            seconds_annotating: rounded(clock.annotating),
            seconds_comparing: rounded(clock.comparing),
            threads: job.config.threads,
            engine: EngineRecord {
                name: engine.name.to_string(),
                precision: engine.precision.to_string(),
                kernel: engine.kernel.to_string(),
            },
            models: models.all().into_iter().map(|(name, sha256)| ModelRecord { name, sha256 }).collect(),
            user_models: models.own.records(),
            settings: &job.config,
            propositions: job
                .config
                .propositions
                .iter()
                .map(|proposition| PropositionRecord { proposition, asked: Asked::new(proposition) })
                .collect(),
            clean: job.clean,
            inputs: articles
                .iter()
                .map(|article| {
                    let origin = &article.document.origin;
                    InputRecord {
                        doc_id: &article.document.doc_id,
                        source: &origin.path,
                        record: origin.record,
                        sha256: &origin.sha256,
                        encoding: &origin.encoding,
                    }
                })
                .collect(),
            done: tally.done,
            errors: &tally.errors,
            warnings: &tally.warnings,
            files: self.hashes,
        };
        let mut json = serde_json::to_vec_pretty(&run)?;
        json.push(b'\n');
        let mut file = WholeFile::create(&self.folder.join("run.json"))?;
        file.write(&json)?;
        file.finish().map(drop)
    }
}

/// Writes the rows of a table to its file, which is begun with the first of them.
fn write_rows(folder: &Path, files: &mut BTreeMap<&'static str, WholeFile>, table: &mut Table) -> Result<()> {
    let begun = files.contains_key(table.name);
    let rows = table.take_csv(!begun)?;
    if !begun {
        files.insert(table.name, WholeFile::create(&folder.join(format!("{}.csv", table.name)))?);
    }
    files.get_mut(table.name).map_or(Ok(()), |file| file.write(&rows))
}

/// Writes what is too long to wait.
fn write_long_tables(folder: &Path, files: &mut BTreeMap<&'static str, WholeFile>, tables: &mut Tables) -> Result<()> {
    tables.long().try_for_each(|table| write_rows(folder, files, table))
}
