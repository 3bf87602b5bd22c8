//! Scores against labelled data in its usual format.

use crate::cli::read_text;
use crate::config::Config;
use crate::models::Models;
use crate::stages::{conll_tags, read_conll, tone_scores};
use crate::wcxb::Split;
use anyhow::{Context, Result, bail};
use parallax_ner::{Tag, conll};
use parallax_stance::newsmtsc;
use parallax_text::CodePoints;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What can be scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Task {
    /// Entities, CoNLL columns
    Ner,
    /// Tone towards targets, NewsMTSC
    Tone,
    /// Sentences, CoNLL-U
    Split,
    /// Quotations and their speakers, PolNeAR: folders with text/ and attributions/
    Quotes,
    /// Pages with known articles (WCXB), or with a table of line numbers and kinds
    Clean,
    /// Pronouns, GAP (--fit also gives the weights that fit best)
    Gap,
    /// Who is who, pages with a table of lines, words and actors
    Actors,
    /// Policy frames of articles, SemEval-2023 task 3: folders
    Frames,
    /// Loaded wording, BABE
    Wording,
    /// Stance to topics, VAST
    Stance,
    /// Who speaks, pages with a table of lines, quotations and speakers
    Speakers,
    /// Which article tells which fact, pages with a table of facts, lines and sentences
    Coverage,
}

/// What some tasks take beside their files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options<'a> {
    /// The table to score against, for `clean`, `actors`, `speakers` and `coverage`.
    pub(crate) gold: Option<&'a Path>,
    /// Whether weights are fitted too, for `gap`.
    pub(crate) fit: bool,
    /// Pages of which sites, for `clean` without a table.
    pub(crate) split: Split,
    /// For `tone` and `wording`: what to call the labelled data in the section of `errors.toml` that
    /// is given instead of a table.
    pub(crate) errors: Option<&'a str>,
}

/// Scores the files and gives a table for people.
pub(crate) fn run(
    task: Task,
    files: &[PathBuf],
    options: Options<'_>,
    config: &Config,
    models: impl FnOnce() -> Result<Models>,
) -> Result<String> {
    if options.errors.is_some() && (!matches!(task, Task::Tone | Task::Wording) || files.len() != 1) {
        bail!("--errors goes with `tone` or `wording` and one file: those layers have labels of sentences");
    }
    match task {
        Task::Frames => crate::evaluate_heads::frames(files, config, &models()?),
        Task::Wording => crate::evaluate_heads::wording(files, options.errors, config, &models()?),
        Task::Stance => crate::evaluate_heads::stance(files, config, &models()?),
        Task::Tone => tone(files, options.errors, config, &models()?),
        Task::Ner => entities(files, config, &models()?),
        Task::Split => sentences(files),
        Task::Quotes => quotes(files, config, &models()?),
        Task::Gap => crate::evaluate_actors::pronouns(files, options.fit, config, &models()?),
        Task::Actors => {
            let gold = options.gold.context("name the table of lines, words and actors with --gold")?;
            crate::evaluate_actors::actors(files, gold, config, &models()?)
        }
        Task::Speakers => {
            let gold = options.gold.context("name the table of lines, quotations and speakers with --gold")?;
            crate::evaluate_speakers::run(files, gold, config, &models()?)
        }
        Task::Coverage => {
            let gold = options.gold.context("name the table of facts, lines and sentences with --gold")?;
            crate::evaluate_coverage::run(files, gold, config, &models()?)
        }
        Task::Clean => match options.gold {
            Some(gold) => crate::gold::run(files, gold, config),
            None => crate::wcxb::run(files, options.split, config),
        },
    }
}

fn tone(files: &[PathBuf], errors: Option<&str>, config: &Config, models: &Models) -> Result<String> {
    let mut out = format!(
        "{:36} {:>6} {:>9} {:>9} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7}",
        "file", "n", "macro-F1", "accuracy", "F1 neg", "F1 neu", "F1 pos", "ECE", "log loss", "Brier"
    );
    for path in files {
        let shown = path.display();
        let targets = newsmtsc::read(&read_text(path)?).with_context(|| format!("{shown}"))?;
        if targets.is_empty() {
            bail!("{shown}: no targets");
        }
        let mut given = Vec::with_capacity(targets.len());
        for target in &targets {
            let span = CodePoints::new(&target.text).span(target.start, target.end).with_context(|| {
                format!("{shown}: {}..{} is not a range of the sentence {:?}", target.start, target.end, target.text)
            })?;
            given.push((target.text.as_str(), span));
        }
        let scores = tone_scores(models, config, &given)?;
        let judged: Option<Vec<_>> = scores.into_iter().zip(&targets).map(|(s, t)| Some((s?, t.label))).collect();
        let judged = judged.with_context(|| format!("{shown}: a target holds no word"))?;
        if let Some(measured_on) = errors {
            return crate::errors::tone_section(&models.sha256, measured_on, newsmtsc::score(&judged).confusion);
        }
        let differing: Vec<_> = judged
            .iter()
            .zip(&targets)
            .filter(|(_, one)| targets.iter().any(|other| other.text == one.text && other.label != one.label))
            .map(|(judged, _)| *judged)
            .collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (name, judged) in [(name, judged), ("  where a sentence's targets differ".to_owned(), differing)] {
            let figures = newsmtsc::score(&judged);
            let _ = write!(
                out,
                "\n{name:36} {:>6} {:>9.2} {:>9.2} {:>7.2} {:>7.2} {:>7.2} {:>7.4} {:>8.4} {:>7.4}",
                figures.n,
                100.0 * figures.macro_f1,
                100.0 * figures.accuracy,
                100.0 * figures.f1[0],
                100.0 * figures.f1[1],
                100.0 * figures.f1[2],
                figures.calibration_error,
                figures.log_loss,
                figures.brier
            );
            let _ = write!(out, "\n{:36} confusion = {:?}  (true label by label given)", "", figures.confusion);
        }
    }
    Ok(out)
}

fn entities(files: &[PathBuf], config: &Config, models: &Models) -> Result<String> {
    let mut out = format!(
        "{:28} {:6} {:>7} {:>10} {:>7} {:>9} {:>7} {:>7}",
        "file", "kind", "gold", "predicted", "right", "precision", "recall", "F1"
    );
    for path in files {
        let file = read_conll(path)?;
        let gold: Vec<Vec<Tag>> = file.sentences.iter().map(|sentence| sentence.tags.clone()).collect();
        if gold.iter().all(Vec::is_empty) {
            bail!("{}: there is no column of labels to score against", path.display());
        }
        let scores = conll::score(&gold, &conll_tags(models, config, &file)?);
        let rows = scores.kinds.iter().map(|(kind, score)| (kind.label(), score)).chain([("all", &scores.all)]);
        for (kind, score) in rows {
            let _ = write!(
                out,
                "\n{:28} {kind:6} {:>7} {:>10} {:>7} {:>9.2} {:>7.2} {:>7.2}",
                path.file_name().unwrap_or_default().to_string_lossy(),
                score.gold,
                score.predicted,
                score.correct,
                100.0 * score.precision,
                100.0 * score.recall,
                100.0 * score.f1
            );
        }
    }
    Ok(out)
}

fn quotes(folders: &[PathBuf], config: &Config, models: &Models) -> Result<String> {
    use parallax_quotes::polnear::{KINDS, OVERLAPS};
    let mut out = format!("{:20} {:9} {:>6} {:>6}", "folder", "kind", "gold", "found");
    for overlap in OVERLAPS {
        let _ = write!(out, "   {:>5} {:>5} {:>9}", "P", "R", format!("F1@{overlap}"));
    }
    for folder in folders {
        let tally = crate::polnear::score(models, config, folder)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        for (kind, label) in KINDS.into_iter().enumerate() {
            let (gold, found) = tally.contents(kind);
            let _ = write!(out, "\n{name:20} {label:9} {gold:>6} {found:>6}");
            for overlap in 0..OVERLAPS.len() {
                let figures = tally.figures(kind, overlap);
                let [p, r, f1] = [figures.precision, figures.recall, figures.f1].map(|share| 100.0 * share);
                let _ = write!(out, "   {p:>5.1} {r:>5.1} {f1:>9.2}");
            }
        }
        let (right, exact) = tally.speakers();
        let (all, quoted, matched) = tally.silent();
        let [right, exact, cues, all, quoted, matched] =
            [right, exact, tally.cues(), all, quoted, matched].map(|share| 100.0 * share);
        let _ = write!(
            out,
            "\n{name:20} of contents matched at 0.8: speaker right {right:.1} % (same words {exact:.1} %), cue right {cues:.1} %\
             \n{name:20} without speaker: {all:.1} % of all found, {quoted:.1} % of those with marks, {matched:.1} % of matched whose gold names one"
        );
    }
    Ok(out)
}

fn sentences(files: &[PathBuf]) -> Result<String> {
    use parallax_split::evaluate::{Layout, Score, read_conllu};
    let mut out = format!("{:28} {:12} {:>6} {:>12} {:>12}", "file", "layout", "gold", "sentence F1", "boundary F1");
    for path in files {
        let text = read_text(path)?;
        for layout in [Layout::Paragraphs, Layout::Wrapped, Layout::Joined] {
            let score = read_conllu(&text, layout)
                .iter()
                .map(|document| Score::of(&document.sentences, &parallax_split::split(&document.text)))
                .fold(Score::default(), Score::plus);
            if score.gold == 0 {
                bail!("{}: no sentences with `# text = `; give a CoNLL-U file", path.display());
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let layout = format!("{layout:?}").to_lowercase();
            let (sentence, boundary) = (100.0 * score.sentence_f1(), 100.0 * score.boundary_f1());
            let _ = write!(out, "\n{name:28} {layout:12} {:>6} {sentence:>12.2} {boundary:>12.2}", score.gold);
        }
    }
    Ok(out)
}
