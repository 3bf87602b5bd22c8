//! Column files of the CoNLL shared tasks, and their score.

use crate::decode::{Tag, chunks};
use parallax_text::EntityKind;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A column file: sentences of words, and what is needed to write it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conll {
    /// The sentences, in order.
    pub sentences: Vec<ConllSentence>,
    lines: Vec<Line>,
    separator: char,
}

/// A sentence of a column file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ConllSentence {
    /// The words.
    pub words: Vec<String>,
    /// Their tags, in IOB2 whatever the file has; empty where the file has words only.
    pub tags: Vec<Tag>,
    /// The document, from 0: how many `-DOCSTART-` lines after the first stand before it. A file
    /// without such lines is one document.
    pub document: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Word(String),
    /// `-DOCSTART-`, which has columns but is no word.
    Document(String),
    /// Empty lines and comments.
    Other(String),
}

/// A file is not in columns that can be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConllError {
    /// No column holds a tag in every line.
    #[error(
        "line {line}: `{found}` is no entity tag: the last column has to hold O, or B- or I- (or S-, E-) with PER, ORG, LOC or MISC, in every line"
    )]
    Tag {
        /// Line number, from 1.
        line: usize,
        /// What stands there.
        found: String,
    },
    /// A line has too few columns.
    #[error("line {line} has {found} columns, the lines before it have {expected}: give every word the same columns")]
    Columns {
        /// Line number, from 1.
        line: usize,
        /// Columns of this line.
        found: usize,
        /// Columns of the first line.
        expected: usize,
    },
}

/// Reads a column file.
///
/// One word a line, with columns separated by tabs or by spaces; an empty line ends a sentence;
/// `-DOCSTART-` lines are kept apart. The word stands in the first column (in the second, where
/// the first counts the words and is tab-separated), the tag in the last one that holds tags: IOB1
/// (`I-` begins a name too), IOB2 and BIOES are all read. Where no line's last column is a tag, the
/// file has none.
/// Comments (`# ...` without a tab) are known in tab-separated files only.
///
/// # Errors
/// Names the first line that has no tag, or too few columns.
pub fn read(text: &str) -> Result<Conll, ConllError> {
    let separator = if text.contains('\t') { '\t' } else { ' ' };
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    let (mut ended, mut documents) = (true, 0_usize);
    for (number, line) in text.lines().enumerate() {
        let columns: Vec<&str> = match separator {
            '\t' => line.trim_end().split('\t').map(str::trim).collect(),
            _ => line.split_whitespace().collect(),
        };
        let raw = line.trim_end().to_owned();
        if line.trim().is_empty() {
            ended = true;
            lines.push(Line::Other(raw));
        } else if separator == '\t' && columns.len() == 1 && line.starts_with('#') {
            lines.push(Line::Other(raw));
        } else if columns[0].starts_with("-DOCSTART-") {
            ended = true;
            documents += usize::from(!rows.is_empty());
            lines.push(Line::Document(raw));
        } else {
            rows.push(Row { line: number + 1, first: ended, document: documents, columns });
            ended = false;
            lines.push(Line::Word(raw));
        }
    }
    let (word, tag) = columns(&rows)?;
    let mut sentences: Vec<ConllSentence> = Vec::new();
    let mut before = ("O", None);
    for row in &rows {
        if row.first {
            sentences.push(ConllSentence { document: row.document, ..ConllSentence::default() });
            before = ("O", None);
        }
        let Some(sentence) = sentences.last_mut() else { continue };
        sentence.words.push(row.columns[word].to_owned());
        if let Some(tag) = tag {
            let (prefix, kind) = parts(row.columns[tag]).unwrap_or(("O", None));
            let joins = matches!(prefix, "I" | "E" | "L") && kind == before.1 && matches!(before.0, "B" | "I");
            sentence.tags.push(match kind {
                None => Tag::Outside,
                Some(kind) if joins => Tag::Inside(kind),
                Some(kind) => Tag::Begin(kind),
            });
            before = (prefix, kind);
        }
    }
    Ok(Conll { sentences, lines, separator })
}

struct Row<'text> {
    line: usize,
    /// Whether a sentence begins here.
    first: bool,
    document: usize,
    columns: Vec<&'text str>,
}

/// The columns of the word and of the tag.
fn columns(rows: &[Row<'_>]) -> Result<(usize, Option<usize>), ConllError> {
    let Some(expected) = rows.first().map(|row| row.columns.len()) else { return Ok((0, None)) };
    if let Some(row) = rows.iter().find(|row| row.columns.len() < expected) {
        return Err(ConllError::Columns { line: row.line, found: row.columns.len(), expected });
    }
    if expected == 1 {
        return Ok((0, None));
    }
    let counted =
        expected > 2 && rows.iter().all(|row| row.columns[0].parse::<u32>().is_ok_and(|at| !row.first || at == 1));
    let word = usize::from(counted);
    let holds_tags = |column: &usize| rows.iter().all(|row| parts(row.columns[*column]).is_some());
    let last = expected - 1;
    match (word + 1..expected).rev().find(holds_tags) {
        Some(tag) => Ok((word, Some(tag))),
        None if rows.iter().all(|row| parts(row.columns[last]).is_none()) => Ok((word, None)),
        None => {
            let wrong = rows.iter().find(|row| parts(row.columns[last]).is_none()).unwrap_or(&rows[0]);
            Err(ConllError::Tag { line: wrong.line, found: wrong.columns[last].to_owned() })
        }
    }
}

/// Prefix and kind of a tag in any of the schemes.
fn parts(label: &str) -> Option<(&str, Option<EntityKind>)> {
    match label.split_once('-') {
        None => (label == "O").then_some(("O", None)),
        Some((prefix @ ("B" | "I" | "E" | "S" | "L" | "U"), kind)) => {
            Some((prefix, Some(EntityKind::from_label(kind)?)))
        }
        Some(_) => None,
    }
}

impl Conll {
    /// The sentences of each document, in order.
    pub fn documents(&self) -> impl Iterator<Item = &[ConllSentence]> {
        self.sentences.chunk_by(|a, b| a.document == b.document)
    }

    /// The file with one more column, the given tags in IOB2: what `conlleval` reads.
    ///
    /// # Panics
    /// If there is not one tag for each word.
    #[must_use]
    pub fn write(&self, tags: &[Vec<Tag>]) -> String {
        let words: usize = self.sentences.iter().map(|sentence| sentence.words.len()).sum();
        assert_eq!(tags.iter().map(Vec::len).sum::<usize>(), words, "one tag for each word");
        let mut tags = tags.iter().flatten();
        let mut written = String::new();
        for line in &self.lines {
            match line {
                Line::Other(raw) => written.push_str(raw),
                Line::Document(raw) => written.push_str(&format!("{raw}{}O", self.separator)),
                Line::Word(raw) => {
                    let tag = tags.next().expect("counted above");
                    written.push_str(&format!("{raw}{}{tag}", self.separator));
                }
            }
            written.push('\n');
        }
        written
    }
}

/// Precision, recall and F1 of names: a name is right if first word, last word and kind are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntityScores {
    /// Each kind.
    pub kinds: BTreeMap<EntityKind, Score>,
    /// All names together (micro-averaged), the usual figure.
    pub all: Score,
}

/// Counts, and the figures made of them: 0 to 1, and 0 where there is nothing to divide by.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize)]
pub struct Score {
    /// Names in the gold standard.
    pub gold: u32,
    /// Names that were predicted.
    pub predicted: u32,
    /// Names that are in both.
    pub correct: u32,
    /// Share of the predicted names that are right.
    pub precision: f64,
    /// Share of the gold names that were found.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

impl Score {
    fn new(gold: usize, predicted: usize, correct: usize) -> Self {
        let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        Self {
            gold: gold as u32,
            predicted: predicted as u32,
            correct: correct as u32,
            precision: share(correct, predicted),
            recall: share(correct, gold),
            f1: share(2 * correct, gold + predicted),
        }
    }
}

/// Scores tag sequences of sentences as the `conlleval` script does (Tjong Kim Sang and De Meulder
/// 2003, "Introduction to the CoNLL-2003 Shared Task").
///
/// # Panics
/// If there are not as many predicted sentences as gold ones.
#[must_use]
pub fn score(gold: &[Vec<Tag>], predicted: &[Vec<Tag>]) -> EntityScores {
    assert_eq!(gold.len(), predicted.len(), "one prediction for each sentence");
    let mut gold_names = BTreeSet::new();
    let mut predicted_names = BTreeSet::new();
    for (sentence, (gold, predicted)) in gold.iter().zip(predicted).enumerate() {
        gold_names.extend(chunks(gold).into_iter().map(|name| (sentence, name)));
        predicted_names.extend(chunks(predicted).into_iter().map(|name| (sentence, name)));
    }
    let of = |kind: Option<EntityKind>| {
        let fits = |&&(_, (_, _, of)): &&(usize, (usize, usize, EntityKind))| kind.is_none_or(|kind| kind == of);
        Score::new(
            gold_names.iter().filter(fits).count(),
            predicted_names.iter().filter(fits).count(),
            gold_names.intersection(&predicted_names).filter(fits).count(),
        )
    };
    EntityScores { kinds: EntityKind::ALL.into_iter().map(|kind| (kind, of(Some(kind)))).collect(), all: of(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_tags(text: &str, expected: &[&str]) {
        let shown = |sentence: &ConllSentence| {
            let pair = |(word, tag): (&String, &Tag)| format!("{word}/{tag}");
            sentence.words.iter().zip(&sentence.tags).map(pair).collect::<Vec<_>>().join(" ")
        };
        let read = read(text).unwrap();
        assert_eq!(read.sentences.iter().map(shown).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn all_column_layouts_and_schemes_are_read() {
        check_tags("Ana B-PER\nRuiz I-PER\nleft O\n\nLagos B-LOC\n", &["Ana/B-PER Ruiz/I-PER left/O", "Lagos/B-LOC"]);
        check_tags("-DOCSTART- -X- O O\n\nAna  NNP I-NP I-PER\nleft VBD I-VP O\n", &["Ana/B-PER left/O"]);
        check_tags("Ana\tI-PER\nEva\tB-PER\n", &["Ana/B-PER Eva/B-PER"]);
        check_tags("Ana I-PER\nLagos I-LOC\n", &["Ana/B-PER Lagos/B-LOC"]);
        check_tags(
            "Ana B-PER\nM. I-PER\nRuiz E-PER\nEva S-PER\nHolt E-PER\n",
            &["Ana/B-PER M./I-PER Ruiz/I-PER Eva/B-PER Holt/B-PER"],
        );
        check_tags("# sent_id = 1\n1\tAna\tB-PER\t-\t-\n2\t#\tO\t-\t-\n", &["Ana/B-PER #/O"]);
        check_tags("", &[]);
    }

    #[test]
    fn words_alone_are_read_without_tags() {
        let read = read("Ana\nleft\n\nbye\n").unwrap();
        assert_eq!(read.sentences[0].words, ["Ana", "left"]);
        assert!(read.sentences.iter().all(|sentence| sentence.tags.is_empty()));
    }

    #[test]
    fn a_wrong_file_is_refused_with_its_line() {
        let check = |text: &str, message: &str| {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        };
        check("Ana O\nmet O\nthe B-election\n", "line 3: `B-election` is no entity tag");
        check("Ana NNP O\nmet O\n", "line 2 has 2 columns");
    }

    #[test]
    fn a_file_is_written_as_it_was_with_one_more_column() {
        let text = "-DOCSTART- -X- O\n\nAna NNP B-PER\nleft VBD O\n\n\nbye X O\n";
        let file = read(text).unwrap();
        let tags: Vec<Vec<Tag>> = file.sentences.iter().map(|sentence| sentence.tags.clone()).collect();
        let written = "-DOCSTART- -X- O O\n\nAna NNP B-PER B-PER\nleft VBD O O\n\n\nbye X O O\n";
        assert_eq!(file.write(&tags), written);
        assert_eq!(read(written).unwrap().sentences, file.sentences);
    }

    #[test]
    fn names_count_only_whole_and_with_their_kind() {
        let tags = |labels: &str| vec![labels.split(' ').filter_map(Tag::from_label).collect::<Vec<Tag>>()];
        let check = |gold: &str, predicted: &str, expected: (u32, u32, u32)| {
            let all = score(&tags(gold), &tags(predicted)).all;
            assert_eq!((all.gold, all.predicted, all.correct), expected);
        };
        check("B-PER I-PER O B-LOC", "B-PER I-PER O B-LOC", (2, 2, 2));
        check("B-PER I-PER O B-LOC", "B-PER O O B-ORG", (2, 2, 0));
        check("B-PER I-PER", "I-PER I-PER", (1, 1, 1));
        check("O O", "O O", (0, 0, 0));
        let scores = score(&tags("B-PER O B-LOC"), &tags("B-PER B-LOC B-LOC"));
        assert_eq!((scores.all.precision, scores.all.recall, scores.all.f1), (2.0 / 3.0, 1.0, 0.8));
        assert_eq!(scores.kinds[&EntityKind::Organization].f1, 0.0);
    }
}
