//! Results on disk, read back to be exported.

use super::{CheckedArticle, Exported, Exporter, Format};
use crate::tables::Tables;
use anyhow::{Context, Result, bail};
use parallax_compare::StorySummary;
use parallax_text::record::{AnnotationRecord, SCHEMA};
use serde::Deserialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The part of `summary.json` that exports need.
#[derive(Deserialize)]
struct SummaryFile {
    stories: Vec<StorySummary>,
}

/// Exports results into `out`. A result is the folder of an analysis, or a file of annotation records
/// (then there are no stories, and no tables of figures).
///
/// # Errors
/// Where a result is not one, is of another version, or files cannot be written.
pub fn export_results(results: &[PathBuf], formats: &[Format], out: &Path) -> Result<Exported> {
    if results.len() > 1 && formats.iter().any(|format| *format != Format::Coders) {
        bail!("several results can only be exported as `coders`, a column each; export the other formats one by one");
    }
    let places = results.iter().map(|result| place(result)).collect::<Result<Vec<_>>>()?;
    let stories = match &places[..] {
        [(_, Some(summary))] => read_stories(summary)?,
        _ => Vec::new(),
    };
    let mut exporter = Exporter::new(out, formats)?;
    for mut story in stories {
        let mut tables = Tables::new();
        tables.add_story(&mut story)?;
        exporter.add_story(&tables);
    }
    for (index, (annotations, _)) in places.iter().enumerate() {
        if index > 0 {
            exporter.next_run();
        }
        export_file(annotations, &mut exporter)?;
    }
    exporter.finish()
}

/// The files of a result: its annotations and, where it is a folder, its summary.
fn place(result: &Path) -> Result<(PathBuf, Option<PathBuf>)> {
    if result.is_file() {
        return Ok((result.to_path_buf(), None));
    }
    let annotations = result.join("annotations.jsonl");
    if !annotations.is_file() {
        bail!(
            "{}: no results here; name a folder that `parallax analyze` wrote, or a file of annotation records that `parallax annotate` wrote",
            result.display()
        );
    }
    Ok((annotations, Some(result.join("summary.json"))))
}

fn read_stories(path: &Path) -> Result<Vec<StorySummary>> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown}: cannot be read"))?;
    let file: SummaryFile = serde_json::from_slice(&bytes)
        .with_context(|| format!("{shown}: not a summary of this version of Parallax; run `parallax analyze` again"))?;
    Ok(file.stories)
}

fn export_file(path: &Path, exporter: &mut Exporter) -> Result<()> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("{shown}: cannot be read"))?;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let number = index + 1;
        let line = line.with_context(|| format!("{shown}: cannot be read further than line {index}"))?;
        if line.trim().is_empty() {
            continue;
        }
        let record: AnnotationRecord = serde_json::from_str(&line).with_context(|| {
            format!("{shown} (line {number}): not a record {SCHEMA} of this version; annotate the pages again")
        })?;
        let article = CheckedArticle::new(&record).with_context(|| format!("{shown} (line {number})"))?;
        exporter.add(&article)?;
    }
    Ok(())
}
