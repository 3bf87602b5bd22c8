//! PolNeAR's folders through the stages: texts with brat files beside them.

use crate::annotate::{attributions, line_blocks};
use crate::cli::read_text;
use crate::config::Config;
use crate::models::Models;
use anyhow::{Context, Result, bail};
use parallax_quotes::polnear::{Tally, read, utterances};
use parallax_quotes::quoted_spans;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Scores the folder of a split: `text/NAME.txt` with `attributions/NAME_ANNOTATOR.ann`, of several
/// annotators the first by name. Every line of a text is a paragraph.
pub(crate) fn score(models: &Models, config: &Config, folder: &Path) -> Result<Tally> {
    let shown = folder.display();
    let files = annotation_files(&folder.join("attributions"))
        .with_context(|| format!("{shown}: give a folder of PolNeAR, with text/ and attributions/"))?;
    if files.is_empty() {
        bail!("{shown}: attributions/ holds no .ann file");
    }
    let article = |(name, path): &(String, PathBuf)| -> Result<_> {
        let text = read_text(&folder.join("text").join(format!("{name}.txt")))?;
        let gold = read(&text, &read_text(path)?).with_context(|| format!("{}", path.display()))?;
        let blocks = line_blocks(&text);
        let found = utterances(&attributions(&text, &blocks, models)?);
        let mut tally = Tally::default();
        tally.add(&text, &quoted_spans(&text, &blocks), &gold, &found);
        Ok(tally)
    };
    let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
    let tallies = threads.install(|| files.par_iter().map(article).collect::<Result<Vec<Tally>>>())?;
    Ok(tallies.into_iter().fold(Tally::default(), Tally::plus))
}

/// Names of the texts with the annotation file of each.
fn annotation_files(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ann"));
    paths.sort();
    let name = |path: &PathBuf| {
        let stem = path.file_stem()?.to_str()?;
        Some((stem.rsplit_once('_')?.0.to_owned(), path.clone()))
    };
    let mut files: Vec<(String, PathBuf)> = paths.iter().filter_map(name).collect();
    files.dedup_by(|later, first| later.0 == first.0);
    Ok(files)
}
