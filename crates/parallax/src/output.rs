//! The files of a run, written whole or not at all.

use crate::analyze::{Job, Tally};
use crate::export::{CheckedArticle, Exporter, Format};
use crate::input::{DocumentError, hexadecimal};
use crate::models::Models;
use crate::tables::Tables;
use crate::user_models::OwnRecord;
use crate::{report, vectors_file};
use anyhow::{Context, Result};
use parallax_compare::StorySummary;
use parallax_text::AnnotatedArticle;
use parallax_text::record::AnnotationRecord;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// `summary.json`.
#[derive(Debug, Serialize)]
struct SummaryFile<'a> {
    schema: &'static str,
    model: String,
    stories: &'a [StorySummary],
}

/// `run.json`: everything about the run that is not in the other files.
#[derive(Debug, Serialize)]
struct RunFile<'a> {
    schema: &'static str,
    parallax: &'static str,
    started: String,
    seconds: f64,
    threads: usize,
    engine: EngineRecord,
    models: Vec<ModelRecord<'a>>,
    /// What the user put in the place of shipped models.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user_models: Vec<&'a OwnRecord>,
    settings: &'a crate::config::Config,
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
    /// Seconds it took.
    pub(crate) seconds: f64,
}

/// Writes all files of an analysis into `folder`, which is made where it is missing.
pub(crate) fn write_all(
    folder: &Path,
    articles: &[AnnotatedArticle],
    stories: &[StorySummary],
    (job, models, tally): (&Job, &Models, &Tally),
    clock: Clock,
    exports: &[Format],
) -> Result<()> {
    let mut out = Folder::open(folder)?;
    let mut lines = Vec::new();
    let mut tables = Tables::new(stories)?;
    let mut exporter = Exporter::new(folder, exports, stories)?;
    for article in articles {
        let record = AnnotationRecord::new(article);
        serde_json::to_writer(&mut lines, &record)?;
        lines.push(b'\n');
        let article = CheckedArticle::new(&record)?;
        tables.add(&article);
        exporter.add(&article)?;
    }
    out.write("annotations.jsonl", &lines)?;
    out.write("vectors.safetensors", &vectors_file::bytes(articles, &models.sha256)?)?;
    let summary = SummaryFile { schema: "parallax/summary/1", model: models.label(), stories };
    let mut json = serde_json::to_vec_pretty(&summary)?;
    json.push(b'\n');
    out.write("summary.json", &json)?;
    for table in tables.finish()? {
        out.write(&format!("{}.csv", table.name), &table.csv()?)?;
    }
    out.hashes.extend(exporter.finish()?.files);
    let page = report::page(articles, stories, &models.label(), &tally.errors)?;
    out.write("report.html", page.as_bytes())?;

    let engine = models.encoder.engine();
    let run = RunFile {
        schema: "parallax/run/1",
        parallax: env!("CARGO_PKG_VERSION"),
        started: jiff::Timestamp::from_second(clock.started).map(|at| at.to_string()).unwrap_or_default(),
        seconds: parallax_text::record::rounded(clock.seconds),
        threads: job.config.threads,
        engine: EngineRecord {
            name: engine.name.to_string(),
            precision: engine.precision.to_string(),
            kernel: engine.kernel.to_string(),
        },
        models: models.all().into_iter().map(|(name, sha256)| ModelRecord { name, sha256 }).collect(),
        user_models: models.own.records(),
        settings: &job.config,
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
        files: out.hashes.clone(),
    };
    let mut json = serde_json::to_vec_pretty(&run)?;
    json.push(b'\n');
    out.write("run.json", &json)
}

/// A folder that files are written into under another name first, so that none is ever half there.
struct Folder {
    path: PathBuf,
    hashes: BTreeMap<String, String>,
}

impl Folder {
    fn open(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).with_context(|| {
            format!("{}: the output folder cannot be made; name another with --out", path.display())
        })?;
        Ok(Self { path: path.to_path_buf(), hashes: BTreeMap::new() })
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        let partial = self.path.join(format!("{name}.partial"));
        let written = std::fs::File::create(&partial)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&partial, &path));
        written.with_context(|| format!("{}: cannot be written", path.display()))?;
        self.hashes.insert(name.to_owned(), hexadecimal(&Sha256::digest(bytes)));
        Ok(())
    }
}
