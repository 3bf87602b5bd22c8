//! Actors scored: pronouns on GAP, and who is who on pages with a gold of lines and words.

use crate::analyze::actors_of;
use crate::annotate::{AnnotateOptions, annotate, make_article};
use crate::cli::read_text;
use crate::config::Config;
use crate::input::Inputs;
use crate::judge::Questions;
use crate::models::Models;
use anyhow::{Context, Result, bail};
use parallax_ner::coref::{Agreement, Grouped, b_cubed, pairwise};
use parallax_ner::{KnownActors, gap};
use parallax_quotes::quoted_spans;
use parallax_text::{AnnotatedArticle, Block, BlockKind, MentionForm, Span};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Scores files of GAP; with `fit`, also gives the weights that fit them best.
pub(crate) fn pronouns(files: &[PathBuf], fit: bool, config: &Config, models: &Models) -> Result<String> {
    let mut out = format!(
        "{:24} {:6} {:>5} {:>10} {:>9} {:>7} {:>9} {:>7} {:>6}",
        "file", "names", "n", "masculine", "feminine", "all F1", "precision", "recall", "bias"
    );
    let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
    for path in files {
        let shown = path.display();
        let passages = gap::read(&read_text(path)?).with_context(|| format!("{shown}: not a file of GAP"))?;
        if passages.is_empty() {
            bail!("{shown}: no passages");
        }
        let answered: Result<Vec<(gap::Answer, Option<gap::Choice>)>> =
            threads.install(|| passages.par_iter().map(|passage| answer(passage, models)).collect());
        let answered = answered?;
        for (name, told) in [("open", false), ("told", true)] {
            let answers: Vec<[bool; 2]> =
                answered.iter().map(|(answer, _)| if told { answer.told } else { answer.open }).collect();
            let [male, female, all] = gap::scores(&passages, &answers);
            let _ = write!(
                out,
                "\n{:24} {name:6} {:>5} {:>10.1} {:>9.1} {:>7.1} {:>9.1} {:>7.1} {:>6.3}",
                path.file_name().unwrap_or_default().to_string_lossy(),
                passages.len(),
                100.0 * male.f1,
                100.0 * female.f1,
                100.0 * all.f1,
                100.0 * all.precision,
                100.0 * all.recall,
                female.f1 / male.f1
            );
        }
        if fit {
            let choices: Vec<&gap::Choice> = answered.iter().filter_map(|(_, choice)| choice.as_ref()).collect();
            out.push_str(&fitted(&choices));
        }
    }
    Ok(out)
}

fn answer(passage: &gap::Passage, models: &Models) -> Result<(gap::Answer, Option<gap::Choice>)> {
    let text = passage.text.as_str();
    let blocks = [Block { kind: BlockKind::Body, span: Span::new(0, text.len()) }];
    let sentences = parallax_split::sentences(text, &blocks);
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    let encoded = models.encoder.encode(text, &spans).context("the encoder failed")?;
    let tagged = models.names(text, &sentences, &encoded, |_| true)?;
    let quoted: Vec<Span> = quoted_spans(text, &blocks).iter().map(|quote| quote.span).collect();
    Ok(gap::answer(passage, &sentences, &blocks, &quoted, tagged))
}

/// Weights fitted to all choices, and how often the best candidate is right where it was not fitted.
fn fitted(choices: &[&gap::Choice]) -> String {
    const FOLDS: usize = 5;
    let mut right = 0.0;
    for fold in 0..FOLDS {
        let part = |inside: bool| -> Vec<&gap::Choice> {
            let of_fold = choices.iter().enumerate().filter(|(at, _)| (at % FOLDS == fold) == inside);
            of_fold.map(|(_, choice)| *choice).collect()
        };
        right += gap::accuracy(&part(true), &gap::fit(&part(false))) / FOLDS as f64;
    }
    let mut out = format!("\n{} choices, best candidate right in {:.1} % (5 folds)", choices.len(), 100.0 * right);
    for (name, weight) in gap::feature_names().iter().zip(gap::fit(choices)) {
        let _ = write!(out, "\n{weight:8.3}  {name}");
    }
    out
}

/// A mention of the gold: line of the page, first word and number of words in it, actor.
struct Gold {
    line: usize,
    word: usize,
    words: usize,
    form: String,
    actor: String,
}

/// Scores who is who on pages, against a table of lines and words.
pub(crate) fn actors(files: &[PathBuf], gold: &Path, config: &Config, models: &Models) -> Result<String> {
    let gold = read_gold(gold)?;
    let inputs = Inputs::find(files, None, config.max_bytes)?;
    let options = AnnotateOptions { config: config.clone(), clean: true, known: Default::default() };
    let mut out = format!(
        "{:8} {:>8} {:>6} {:>7} {:>6} {:>9} {:>9} {:>6}  {}",
        "page", "mentions", "found", "joined", "extra", "pairs F1", "B3 F1", "B3 P/R", "joined by form"
    );
    let mut articles: Vec<AnnotatedArticle> = Vec::new();
    let mut tables: Vec<Table> = Vec::new();
    for raw in inputs.read() {
        let raw = raw.map_err(|error| anyhow::anyhow!("{error}"))?;
        let Some(rows) = gold.get(&raw.doc_id) else { continue };
        let source = raw.source.clone();
        let (document, article) = make_article(raw, &options).map_err(|error| anyhow::anyhow!("{error}"))?;
        let annotated = annotate(document, article, models, &KnownActors::default(), &Questions::default())?;
        let table = Table::of(&annotated, &source, rows)?;
        out.push_str(&table.row(&annotated.document.doc_id));
        articles.push(annotated);
        tables.push(table);
    }
    if tables.is_empty() {
        bail!("no page has an id of the gold: {}", gold.keys().cloned().collect::<Vec<_>>().join(", "));
    }
    let story = parallax_ner::merge(&articles.iter().map(actors_of).collect::<Vec<_>>(), &KnownActors::default());
    let mut whole = Table::default();
    for (at, table) in tables.into_iter().enumerate() {
        let merged = |entity: u32| story.iter().position(|actor| actor.members.contains(&(at, entity)));
        whole.add(table, |entity| merged(entity).map(|index| index as u32));
    }
    out.push_str(&whole.row("story"));
    Ok(out)
}

/// The mentions of gold and system on one page, or of several.
#[derive(Default)]
struct Table {
    /// Actor of the gold and entity, of mentions that the gold has and of those it does not.
    items: Vec<(Option<String>, Option<u32>)>,
    forms: Vec<String>,
    found: usize,
    extra: usize,
}

impl Table {
    fn of(article: &AnnotatedArticle, source: &str, rows: &[Gold]) -> Result<Self> {
        let mut table = Table::default();
        let mut used: BTreeSet<usize> = BTreeSet::new();
        let own: Vec<Span> =
            article.mentions.iter().map(|mention| article.article.text.source_span(mention.span)).collect();
        for row in rows {
            let place = place(source, row)
                .with_context(|| format!("{}: no word {} on line {}", article.document.doc_id, row.word, row.line))?;
            let shared = |span: Span| {
                let inside = span.end().min(place.end()).saturating_sub(span.start().max(place.start()));
                inside as f64 / (span.len().max(1) + place.len() - inside) as f64
            };
            let is_form = |form: MentionForm| match row.form.as_str() {
                "pronoun" => form == MentionForm::Pronoun,
                "description" => form == MentionForm::Description,
                _ => form.is_named(),
            };
            let near = (0..own.len()).filter(|&at| !used.contains(&at) && is_form(article.mentions[at].form));
            let best = near.max_by(|&one, &other| shared(own[one]).total_cmp(&shared(own[other])));
            let best = best.filter(|&at| shared(own[at]) >= 0.4);
            used.extend(best);
            table.found += usize::from(best.is_some());
            table.items.push((Some(row.actor.clone()), best.and_then(|at| article.mentions[at].entity)));
            table.forms.push(row.form.clone());
        }
        // What else the system gave to the gold's actors.
        let actors: BTreeSet<u32> = table.items.iter().filter_map(|item| item.1).collect();
        for (at, mention) in article.mentions.iter().enumerate() {
            if mention.entity.is_some_and(|entity| actors.contains(&entity)) && !used.contains(&at) {
                table.items.push((None, mention.entity));
                table.forms.push("extra".to_owned());
                table.extra += 1;
            }
        }
        Ok(table)
    }

    fn add(&mut self, other: Table, merged: impl Fn(u32) -> Option<u32>) {
        self.items.extend(other.items.into_iter().map(|(gold, entity)| (gold, entity.and_then(&merged))));
        self.forms.extend(other.forms);
        self.found += other.found;
        self.extra += other.extra;
    }

    fn row(&self, name: &str) -> String {
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for actor in self.items.iter().filter_map(|item| item.0.as_deref()) {
            let next = numbers.len() as u32;
            numbers.entry(actor).or_insert(next);
        }
        let items: Vec<Grouped> =
            self.items.iter().map(|(gold, found)| (gold.as_deref().map(|gold| numbers[gold]), *found)).collect();
        let (pairs, cubed): (Agreement, Agreement) = (pairwise(&items), b_cubed(&items));
        let gold = self.items.iter().filter(|item| item.0.is_some()).count();
        let joined = self.items.iter().filter(|item| item.0.is_some() && item.1.is_some()).count();
        let mut by_form: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (form, item) in self.forms.iter().zip(&self.items).filter(|(_, item)| item.0.is_some()) {
            let tally = by_form.entry(form).or_default();
            *tally = (tally.0 + usize::from(item.1.is_some()), tally.1 + 1);
        }
        let by_form: Vec<String> =
            by_form.iter().map(|(form, (joined, all))| format!("{form} {joined}/{all}")).collect();
        format!(
            "\n{name:8} {gold:>8} {:>6} {joined:>7} {:>6} {:>9.1} {:>9.1} {:>6}  {}",
            self.found,
            self.extra,
            100.0 * pairs.f1,
            100.0 * cubed.f1,
            format!("{:.0}/{:.0}", 100.0 * cubed.precision, 100.0 * cubed.recall),
            by_form.join(", ")
        )
    }
}

/// The words of a gold mention in the source.
fn place(source: &str, row: &Gold) -> Option<Span> {
    let mut start = 0;
    for (number, line) in source.split('\n').enumerate() {
        if number + 1 == row.line {
            let mut words = Vec::new();
            let mut at = start;
            for part in line.split_inclusive(char::is_whitespace) {
                let span = Span::new(at, at + part.len()).trimmed(source);
                at += part.len();
                words.extend((!span.is_empty()).then_some(span));
            }
            let first = words.get(row.word.checked_sub(1)?)?;
            let last = words.get(row.word - 1 + row.words.checked_sub(1)?)?;
            return Some(first.cover(*last));
        }
        start += line.len() + 1;
    }
    None
}

fn read_gold(path: &Path) -> Result<BTreeMap<String, Vec<Gold>>> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("{shown}: cannot be opened"))?;
    let mut gold: BTreeMap<String, Vec<Gold>> = BTreeMap::new();
    for row in reader.deserialize() {
        let (doc_id, line, word, words, form, actor): (String, usize, usize, usize, String, String) =
            row.with_context(|| format!("{shown}: the columns must be doc_id,line,word,words,form,actor"))?;
        gold.entry(doc_id).or_default().push(Gold { line, word, words, form, actor });
    }
    Ok(gold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_lines_and_words() {
        let row = |line, word, words| Gold { line, word, words, form: "name".to_owned(), actor: "x".to_owned() };
        let source = "One two.\n\n  • Ana Ruiz left\r\nend";
        let found = |line, word, words| place(source, &row(line, word, words)).map(|span| &source[span]);
        assert_eq!(found(3, 2, 2), Some("Ana Ruiz"));
        assert_eq!(found(4, 1, 1), Some("end"));
        assert_eq!((found(3, 5, 1), found(3, 0, 1), found(9, 1, 1), found(3, 1, 0)), (None, None, None, None));
    }
}
