//! Cleaning against a gold of line numbers and kinds.

use crate::annotate::{AnnotateOptions, make_article};
use crate::config::Config;
use crate::input::{Inputs, RawDocument};
use anyhow::{Context, Result, bail};
use parallax_text::{Article, Span};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Kinds that stay in the text; all others are dropped.
const KEPT: [&str; 9] =
    ["headline", "dek", "summary", "byline", "dateline", "body", "subhead", "pull_quote", "caption"];

/// The kind of every line of a page that is not blank, by line number from 1. A line that was cut
/// in two has the kind of its longer part.
pub(crate) fn line_kinds(source: &str, article: &Article) -> BTreeMap<usize, &'static str> {
    let kept = article.blocks.iter().flat_map(|block| {
        // A block's source may reach over dropped lines between its own: only kept runs count.
        let runs = article.text.runs().iter().filter(move |run| run.clean.overlaps(block.span));
        runs.map(move |run| {
            let (start, end) = (run.clean.start().max(block.span.start()), run.clean.end().min(block.span.end()));
            (article.text.source_span(Span::new(start, end)), block.kind.name())
        })
    });
    let dropped = article.dropped.iter().map(|dropped| (dropped.source, dropped.kind.name()));
    let parts: Vec<(Span, &'static str)> = kept.chain(dropped).collect();
    let mut kinds = BTreeMap::new();
    let mut start = 0;
    for (number, line) in source.split('\n').enumerate() {
        let span = Span::new(start, start + line.len()).trimmed(source);
        start += line.len() + 1;
        if span.is_empty() {
            continue;
        }
        let mut shares: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (part, kind) in parts.iter().filter(|(part, _)| part.overlaps(span)) {
            *shares.entry(kind).or_default() += part.end().min(span.end()) - part.start().max(span.start());
        }
        if let Some((kind, _)) = shares.into_iter().max_by_key(|(_, share)| *share) {
            kinds.insert(number + 1, kind);
        }
    }
    kinds
}

/// Counts of one page.
#[derive(Default)]
struct Counts {
    lines: usize,
    kind_right: usize,
    lost: Vec<usize>,
    leaked: Vec<usize>,
}

pub(crate) fn run(files: &[PathBuf], gold: &Path, config: &Config) -> Result<String> {
    let gold = read_gold(gold)?;
    let inputs = Inputs::find(files, None, config.max_bytes)?;
    let options = AnnotateOptions { config: config.clone(), clean: true, known: Default::default() };
    let mut out = format!(
        "{:36} {:>6} {:>10} {:>10} {:>10}  {}",
        "page", "lines", "kind right", "kept lost", "dropped in", "line numbers of lost / leaked"
    );
    let mut scored = 0;
    for raw in inputs.read() {
        let raw: RawDocument = raw.map_err(|error| anyhow::anyhow!("{error}"))?;
        let Some(lines) = gold.get(&raw.doc_id) else { continue };
        let source = raw.source.clone();
        let (document, article) = make_article(raw, &options).map_err(|error| anyhow::anyhow!("{error}"))?;
        let counts = count(lines, &line_kinds(&source, &article));
        let _ = write!(
            out,
            "\n{:36} {:>6} {:>10} {:>10} {:>10}  {:?} / {:?}",
            document.doc_id,
            counts.lines,
            counts.kind_right,
            counts.lost.len(),
            counts.leaked.len(),
            counts.lost,
            counts.leaked
        );
        scored += 1;
    }
    if scored == 0 {
        bail!("no page has an id of the gold: {}", gold.keys().cloned().collect::<Vec<_>>().join(", "));
    }
    Ok(out)
}

fn count(gold: &BTreeMap<usize, String>, found: &BTreeMap<usize, &'static str>) -> Counts {
    let mut counts = Counts::default();
    for (&line, kind) in gold {
        let found = found.get(&line).copied().unwrap_or("other");
        let (kept, found_kept) = (KEPT.contains(&kind.as_str()), KEPT.contains(&found));
        counts.lines += 1;
        counts.kind_right += usize::from(found == kind);
        if kept && !found_kept {
            counts.lost.push(line);
        } else if !kept && found_kept {
            counts.leaked.push(line);
        }
    }
    counts
}

fn read_gold(path: &Path) -> Result<BTreeMap<String, BTreeMap<usize, String>>> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("{shown}: cannot be opened"))?;
    let mut gold: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    for row in reader.deserialize() {
        let (doc_id, line, kind): (String, usize, String) =
            row.with_context(|| format!("{shown}: the columns must be doc_id,line,kind"))?;
        gold.entry(doc_id).or_default().insert(line, kind);
    }
    Ok(gold)
}
