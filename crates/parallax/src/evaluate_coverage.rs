//! Coverage scored: which article tells which fact, against a gold of lines and sentences.

use crate::analyze::{Job, compare};
use crate::config::Config;
use crate::models::Models;
use anyhow::{Context, Result, bail};
use parallax_compare::{CellStatus, Fact, sentence_id};
use parallax_ner::KnownActors;
use parallax_text::AnnotatedArticle;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Which half of the gold a fact is in: thresholds and weights were chosen on the first, and the
/// second was kept from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Half {
    Tune,
    Test,
}

/// What the gold says of a fact and an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    Told,
    Absent,
    /// Not scored.
    Unsure,
}

/// A row of the gold.
#[derive(Deserialize)]
struct Row {
    fact: String,
    split: Half,
    doc_id: String,
    status: Known,
    /// Line of the page, from 1, and sentence of those that begin on it; of articles that tell it.
    line: Option<usize>,
    sentence: Option<usize>,
    /// Whether the sentence is mainly about the fact: `yes`, `no` or nothing.
    main: String,
}

/// A fact of the gold: per article what it does, and the sentences that are mainly about it.
struct GoldFact {
    half: Half,
    cells: BTreeMap<String, (Known, Vec<String>)>,
}

/// Annotates and compares the pages, and scores the facts: a row for each half.
///
/// For every fact of the gold, every article that tells it and every sentence that is mainly about
/// it, the found fact that holds the sentence is looked up, and its cells of the other articles are
/// compared with the gold's.
pub(crate) fn run(files: &[PathBuf], gold: &Path, config: &Config, models: &Models) -> Result<String> {
    let job = Job {
        inputs: files.to_vec(),
        metadata: None,
        clean: true,
        actors: KnownActors::default(),
        config: config.clone(),
        quiet: true,
    };
    let mut articles = Vec::new();
    let tally = job.annotate(models, |article| {
        articles.push(article);
        Ok(())
    })?;
    if let Some(error) = tally.errors.first() {
        bail!("{error}");
    }
    let gold = read_gold(gold, &articles)?;
    let stories = compare(&articles, &job.actors, config, models);
    let facts: Vec<&Fact> = stories.iter().flat_map(|story| &story.facts).collect();
    Ok(table(&[Half::Tune, Half::Test].map(|half| (half, score(&gold, half, &facts)))))
}

/// How the cells came out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    /// By what the gold knows and what was found.
    cells: BTreeMap<(Known, CellStatus), usize>,
    /// Sentences of the gold that no found fact holds.
    no_fact: usize,
}

impl Counts {
    fn sum(&self, of: impl Fn(Known, CellStatus) -> bool) -> usize {
        self.cells.iter().filter(|((known, found), _)| of(*known, *found)).map(|(_, count)| count).sum()
    }
}

/// Which of several facts that hold a sentence comes first: the one it stands for, then one it is the
/// first sentence of, then the one that most articles tell.
type Rank = (bool, bool, Reverse<usize>, usize);

fn score(gold: &BTreeMap<String, GoldFact>, half: Half, facts: &[&Fact]) -> Counts {
    let mut holding: BTreeMap<&str, (Rank, &Fact)> = BTreeMap::new();
    for (number, &fact) in facts.iter().enumerate() {
        let telling =
            fact.cells.iter().filter(|cell| matches!(cell.status, CellStatus::Told | CellStatus::Contradicted));
        for (place, sentence) in telling.flat_map(|cell| cell.evidence.iter().enumerate()) {
            let key = (fact.sentence != *sentence, place > 0, Reverse(fact.outlets_telling), number);
            let best = holding.entry(sentence.as_str()).or_insert((key, fact));
            if key < best.0 {
                *best = (key, fact);
            }
        }
    }
    let mut counts = Counts::default();
    for fact in gold.values().filter(|fact| fact.half == half) {
        for (doc_id, (_, sentences)) in &fact.cells {
            for sentence in sentences {
                let Some((_, found)) = holding.get(sentence.as_str()) else {
                    counts.no_fact += 1;
                    continue;
                };
                for cell in found.cells.iter().filter(|cell| cell.doc_id != *doc_id) {
                    let known = fact.cells.get(&cell.doc_id).map_or(Known::Unsure, |cell| cell.0);
                    if known != Known::Unsure {
                        *counts.cells.entry((known, cell.status)).or_default() += 1;
                    }
                }
            }
        }
    }
    counts
}

fn table(halves: &[(Half, Counts)]) -> String {
    let mut out = format!(
        "{:6}{:>7}{:>18}{:>18}{:>18}{:>18}{:>9}",
        "split", "cells", "absent right", "absent found", "told right", "told found", "no fact"
    );
    for (half, counts) in halves {
        let share = |known: Known, found: CellStatus, of: usize| {
            let right = counts.sum(|a, b| (a, b) == (known, found));
            format!("{right}/{of} {:.1} %", 100.0 * right as f64 / of.max(1) as f64)
        };
        let shares = |known: Known, found: CellStatus| {
            [share(known, found, counts.sum(|_, b| b == found)), share(known, found, counts.sum(|a, _| a == known))]
        };
        let name = if *half == Half::Tune { "tune" } else { "test" };
        let _ = write!(out, "\n{name:6}{:>7}", counts.sum(|_, _| true));
        for text in shares(Known::Absent, CellStatus::Absent).into_iter().chain(shares(Known::Told, CellStatus::Told)) {
            let _ = write!(out, "{text:>18}");
        }
        let _ = write!(out, "{:>9}", counts.no_fact);
    }
    out
}

fn read_gold(path: &Path, articles: &[AnnotatedArticle]) -> Result<BTreeMap<String, GoldFact>> {
    let shown = path.display();
    let known: BTreeMap<&str, BTreeMap<(usize, usize), u32>> =
        articles.iter().map(|article| (article.document.doc_id.as_str(), places(article))).collect();
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("{shown}: cannot be opened"))?;
    let mut gold: BTreeMap<String, GoldFact> = BTreeMap::new();
    for row in reader.deserialize() {
        let row: Row = row.with_context(|| {
            format!("{shown}: the columns must be fact,split (tune, test),doc_id,status (told, absent, unsure),line,sentence,main")
        })?;
        let Some(known) = known.get(row.doc_id.as_str()) else {
            bail!("{shown}: no page has the id {:?}", row.doc_id);
        };
        let fact = gold.entry(row.fact).or_insert(GoldFact { half: row.split, cells: BTreeMap::new() });
        let cell = fact.cells.entry(row.doc_id.clone()).or_insert((row.status, Vec::new()));
        if row.main == "yes" {
            let place = row.line.zip(row.sentence);
            let sentence = place.and_then(|place| known.get(&place)).with_context(|| {
                format!("{shown}: {}: no sentence {:?} on line {:?}", row.doc_id, row.sentence, row.line)
            })?;
            cell.1.push(sentence_id(&row.doc_id, *sentence));
        }
    }
    Ok(gold)
}

fn places(article: &AnnotatedArticle) -> BTreeMap<(usize, usize), u32> {
    let starts = article.sentences.iter().map(|one| article.article.text.source_span(one.span).start());
    by_line(&article.document.source, starts)
}

/// Sentences by the line of the page that they begin on, and their number on it.
fn by_line(source: &str, starts: impl Iterator<Item = usize>) -> BTreeMap<(usize, usize), u32> {
    let breaks: Vec<usize> = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    let mut on_line: BTreeMap<usize, usize> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (index, start) in starts.enumerate() {
        let line = breaks.partition_point(|&at| at < start) + 1;
        let number = on_line.entry(line).or_default();
        *number += 1;
        places.insert((line, *number), index as u32);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_compare::{FactCell, FactKind};

    fn fact(sentence: &str, cells: &[(&str, CellStatus, &[&str])]) -> Fact {
        let cell = |&(doc_id, status, evidence): &(&str, CellStatus, &[&str])| FactCell {
            doc_id: doc_id.into(),
            status,
            voice: None,
            position: None,
            likeness: None,
            evidence: evidence.iter().map(|&id| id.into()).collect(),
        };
        Fact {
            id: String::new(),
            kind: FactKind::Shared,
            text: String::new(),
            sentence: sentence.into(),
            actors: Vec::new(),
            outlets_telling: cells.iter().filter(|cell| cell.1 == CellStatus::Told).count(),
            independent_telling: 0,
            cells: cells.iter().map(cell).collect(),
        }
    }

    #[test]
    fn cells_of_the_fact_that_holds_a_sentence_are_compared_with_the_gold() {
        use CellStatus::{Absent, Told, Unknown};
        let cells = [
            ("a", (Known::Told, vec!["a#1".to_owned(), "a#9".to_owned()])),
            ("b", (Known::Absent, vec![])),
            ("c", (Known::Told, vec!["c#4".to_owned()])),
            ("d", (Known::Unsure, vec![])),
        ];
        let cells = cells.into_iter().map(|(doc_id, cell)| (doc_id.to_owned(), cell)).collect();
        let gold = BTreeMap::from([("rain".to_owned(), GoldFact { half: Half::Test, cells })]);
        let own =
            fact("a#1", &[("a", Told, &["a#1"]), ("b", Absent, &[]), ("c", Unknown, &["c#4"]), ("d", Told, &["d#1"])]);
        let of_c = fact("c#4", &[("a", Told, &["a#1"]), ("b", Absent, &[]), ("c", Told, &["c#4"]), ("d", Absent, &[])]);
        let counts = score(&gold, Half::Test, &[&of_c, &own]);
        let wanted = [((Known::Told, Told), 1), ((Known::Told, Unknown), 1), ((Known::Absent, Absent), 2)];
        assert_eq!(counts, Counts { cells: wanted.into_iter().collect(), no_fact: 1 });
        assert_eq!(score(&gold, Half::Tune, &[&own]), Counts::default());
        let shown = table(&[(Half::Test, counts)]);
        let row: Vec<&str> = shown.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row.join(" "), "test 4 2/2 100.0 % 2/2 100.0 % 1/1 100.0 % 1/2 50.0 % 1");
    }

    #[test]
    fn a_place_is_a_line_and_a_sentence_that_begins_on_it() {
        let source = "Rain.\nIt fell. It stopped.\n\nSun.";
        let found: Vec<((usize, usize), u32)> = by_line(source, [0, 6, 15, 28].into_iter()).into_iter().collect();
        assert_eq!(found, [((1, 1), 0), ((2, 1), 1), ((2, 2), 2), ((4, 1), 3)]);
    }
}
