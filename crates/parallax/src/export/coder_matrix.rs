//! Matrices of units by coders, for reliability: every run is a coder, and so is anyone who fills in
//! a column of the sheet of units.
//!
//! The matrix is what ReCal reads (Freelon 2010): comma-separated whole numbers, a row a unit, a
//! column a coder, no header, nothing missing; so only units that all runs have are in it.

use super::article::CheckedArticle;
use super::tone_label;
use crate::table::{Kind, Table, row};
use parallax_text::{EntityKind, Voice};
use std::collections::{BTreeMap, BTreeSet};

/// What is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    Tone,
    Voice,
    Kind,
    Frame,
    Stance,
}

impl Variable {
    const ALL: [Variable; 5] = [Variable::Tone, Variable::Voice, Variable::Kind, Variable::Frame, Variable::Stance];

    fn name(self) -> &'static str {
        match self {
            Variable::Tone => "tone",
            Variable::Voice => "voice",
            Variable::Kind => "kind",
            Variable::Frame => "frame",
            Variable::Stance => "stance",
        }
    }

    fn matrix(self) -> &'static str {
        match self {
            Variable::Tone => "tone.csv",
            Variable::Voice => "voice.csv",
            Variable::Kind => "kind.csv",
            Variable::Frame => "frame.csv",
            Variable::Stance => "stance.csv",
        }
    }

    fn sheet(self) -> &'static str {
        match self {
            Variable::Tone => "tone_units",
            Variable::Voice => "voice_units",
            Variable::Kind => "kind_units",
            Variable::Frame => "frame_units",
            Variable::Stance => "stance_units",
        }
    }
}

/// A unit: a place of an article, and what is asked of it (a codebook, a proposition).
type Unit = (String, usize, usize, String);

/// What there is to read of a unit: its sentence and, in it, its words.
#[derive(Clone, Debug)]
struct Shown {
    sentence: String,
    words: String,
}

/// What each run says of a unit; `None` where a run does not have it.
type Codes = Vec<Option<String>>;

/// The files of a matrix.
#[derive(Debug)]
pub(crate) struct CoderFiles {
    /// By name, in the order they are written.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// What the user should know.
    pub(crate) notes: Vec<String>,
}

/// Units and what each run says of them.
#[derive(Debug, Default)]
pub(crate) struct CoderMatrix {
    runs: usize,
    units: BTreeMap<(Variable, Unit), (Shown, Codes)>,
}

impl CoderMatrix {
    /// Begins the next run.
    pub(crate) fn next_run(&mut self) {
        self.runs += 1;
    }

    /// Adds an article of the current run.
    pub(crate) fn add(&mut self, article: &CheckedArticle<'_>) {
        let record = article.record();
        let sentence = |index: u32| (record.sentences[index as usize].start, record.sentences[index as usize].end);
        for mention in record.mentions.iter().filter(|mention| mention.form.is_named()) {
            let place = (mention.start, mention.end);
            self.code(article, Variable::Kind, place, sentence(mention.sentence), "", mention.kind.label());
        }
        for tone in &record.tones {
            let mention = &record.mentions[tone.mention as usize];
            let place = (mention.start, mention.end);
            self.code(article, Variable::Tone, place, sentence(tone.sentence), "", tone_label(tone));
            self.code(article, Variable::Voice, place, sentence(tone.sentence), "", tone.voice.name());
        }
        for frames in &record.frames {
            // The strongest frame; of two as strong, the first by name.
            let first = frames.scores.iter().rev().max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((frame, _)) = first {
                let place = sentence(frames.sentence);
                self.code(article, Variable::Frame, place, place, &frames.codebook, frame);
            }
        }
        for stance in &record.stances {
            let labels = [("against", stance.against), ("favor", stance.favor), ("neither", stance.neither)];
            let label = labels.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1)).map_or("", |label| label.0);
            let place = sentence(stance.sentence);
            self.code(article, Variable::Stance, place, place, &stance.proposition, label);
        }
    }

    fn code(
        &mut self,
        article: &CheckedArticle<'_>,
        variable: Variable,
        (start, end): (usize, usize),
        sentence: (usize, usize),
        asked: &str,
        label: &str,
    ) {
        let unit = (article.record().doc_id.clone(), start, end, asked.to_owned());
        let line = |(start, end)| article.cut(start, end).split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = || Shown { sentence: line(sentence), words: line((start, end)) };
        let (_, codes) = self.units.entry((variable, unit)).or_insert_with(|| (shown(), Vec::new()));
        codes.resize(self.runs.max(1), None);
        if let Some(last) = codes.last_mut() {
            *last = Some(label.to_owned());
        }
    }

    /// The files: for each variable that has units the matrix and the sheet of its units, and the
    /// numbers of the labels. Says how many units not all runs have.
    ///
    /// # Errors
    /// None that tables in memory can cause.
    pub(crate) fn files(&self) -> csv::Result<CoderFiles> {
        let mut files = Vec::new();
        let mut notes = Vec::new();
        let mut book = Table::new("codes", &[("variable", Kind::Text), ("code", Kind::Whole), ("label", Kind::Text)]);
        for variable in Variable::ALL {
            let all = self.units.iter().filter(|((of, _), _)| *of == variable);
            let (whole, partly): (Vec<_>, Vec<_>) =
                all.partition(|(_, (_, codes))| codes.len() == self.runs.max(1) && codes.iter().all(Option::is_some));
            if !partly.is_empty() {
                notes.push(format!(
                    "{}: {} units are left out, because not every run has them",
                    variable.name(),
                    partly.len()
                ));
            }
            if whole.is_empty() {
                continue;
            }
            let labels = numbers(variable, whole.iter().flat_map(|(_, (_, codes))| codes.iter().flatten()));
            for (label, number) in &labels {
                book.push(row![variable.name(), *number, label.as_str()]);
            }
            let mut matrix = String::new();
            let columns = ["unit", "doc_id", "start", "end", "asked", "words", "sentence", "labels"];
            let kinds = |name: &&'static str| {
                (*name, if matches!(*name, "unit" | "start" | "end") { Kind::Whole } else { Kind::Text })
            };
            let mut sheet = Table::new(variable.sheet(), &columns.iter().map(kinds).collect::<Vec<_>>());
            for (place, ((_, (doc_id, start, end, asked)), (shown, codes))) in whole.into_iter().enumerate() {
                let names: Vec<&str> = codes.iter().flatten().map(String::as_str).collect();
                let found: Vec<String> = names.iter().map(|name| labels[*name].to_string()).collect();
                matrix.push_str(&found.join(","));
                matrix.push('\n');
                let asked = (!asked.is_empty()).then_some(asked);
                let cells =
                    row![place + 1, doc_id, *start, *end, asked, &shown.words, &shown.sentence, names.join("|")];
                sheet.push(cells);
            }
            files.push((variable.matrix().to_owned(), matrix.into_bytes()));
            files.push((format!("{}.csv", sheet.name), sheet.csv()?));
        }
        files.push(("codes.csv".to_owned(), book.csv()?));
        Ok(CoderFiles { files, notes })
    }
}

/// Numbers of labels: the fixed order of closed sets, that of the alphabet for frames.
fn numbers<'a>(variable: Variable, found: impl Iterator<Item = &'a String>) -> BTreeMap<String, usize> {
    let fixed: Vec<&str> = match variable {
        Variable::Tone => vec!["negative", "neutral", "positive"],
        Variable::Voice => Voice::ALL.iter().map(|voice| voice.name()).collect(),
        Variable::Kind => EntityKind::ALL.iter().map(|kind| kind.label()).collect(),
        Variable::Stance => vec!["against", "favor", "neither"],
        Variable::Frame => Vec::new(),
    };
    let found: BTreeSet<&str> = found.map(String::as_str).collect();
    let others = found.into_iter().filter(|label| !fixed.contains(label));
    fixed.iter().copied().chain(others).enumerate().map(|(place, label)| (label.to_owned(), place + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::full;

    #[test]
    fn a_row_is_a_unit_and_a_column_a_run() {
        let (one, mut two) = (full(), full());
        (two.tones[1].negative, two.tones[1].positive) = (0.7, 0.1);
        two.tones.pop();
        let mut matrix = CoderMatrix::default();
        for record in [&one, &two] {
            matrix.next_run();
            matrix.add(&CheckedArticle::new(record).unwrap());
        }
        let CoderFiles { files, notes } = matrix.files().unwrap();
        let file = |name: &str| {
            let found = files.iter().find(|file| file.0 == name).unwrap_or_else(|| panic!("no {name}"));
            String::from_utf8(found.1.clone()).unwrap()
        };
        assert_eq!(file("tone.csv"), "3,3\n3,1\n3,3\n");
        assert_eq!(file("stance.csv"), "2,2\n");
        assert!(file("tone_units.csv").contains("positive|negative"), "{}", file("tone_units.csv"));
        assert!(file("codes.csv").contains("tone,1,negative\n"));
        assert_eq!(
            notes,
            [
                "tone: 1 units are left out, because not every run has them",
                "voice: 1 units are left out, because not every run has them"
            ]
        );
    }
}
