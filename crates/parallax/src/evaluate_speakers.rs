//! Speakers scored: who is said to speak in the quotations of pages, against a gold of line numbers.

use crate::analyze::actors_of;
use crate::annotate::{AnnotateOptions, annotate, make_article};
use crate::config::Config;
use crate::input::Inputs;
use crate::judge::Questions;
use crate::models::Models;
use anyhow::{Context, Result, bail};
use parallax_ner::KnownActors;
use parallax_quotes::quoted_spans;
use parallax_text::{AnnotatedArticle, Block, BlockKind, Span};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// A quotation of the gold: line of the page, number of the quotation on it, and who speaks.
struct Gold {
    line: usize,
    quotation: usize,
    /// The actor's name; several, joined with `|`, where each would be right.
    speaker: String,
    /// `direct`, `mixed`, `scare` (nobody's words) or `title` (of a work; not scored).
    kind: String,
}

/// One line a page, then the quotations that are wrong.
pub(crate) fn run(files: &[PathBuf], gold: &Path, config: &Config, models: &Models) -> Result<String> {
    let gold = read_gold(gold)?;
    let inputs = Inputs::find(files, None, config.max_bytes)?;
    let options = AnnotateOptions { config: config.clone(), clean: true, known: Default::default() };
    let mut articles: Vec<(AnnotatedArticle, String)> = Vec::new();
    for raw in inputs.read() {
        let raw = raw.map_err(|error| anyhow::anyhow!("{error}"))?;
        if gold.contains_key(&raw.doc_id) {
            let source = raw.source.clone();
            let (document, article) = make_article(raw, &options).map_err(|error| anyhow::anyhow!("{error}"))?;
            articles
                .push((annotate(document, article, models, &KnownActors::default(), &Questions::default())?, source));
        }
    }
    if articles.is_empty() {
        bail!("no page has an id of the gold: {}", gold.keys().cloned().collect::<Vec<_>>().join(", "));
    }
    // The names of the story: one page may never say a first name.
    let story = parallax_ner::merge(
        &articles.iter().map(|(article, _)| actors_of(article)).collect::<Vec<_>>(),
        &KnownActors::default(),
    );

    let mut out = format!("{:8} {:>7} {:>6} {:>6} {:>6} {:>6}", "page", "direct", "right", "mixed", "right", "terms");
    let mut wrong = String::new();
    for (index, (annotated, source)) in articles.iter().enumerate() {
        let doc_id = &annotated.document.doc_id;
        let name = |entity| {
            let actor = story.iter().find(|actor| actor.members.contains(&(index, entity)));
            actor.map_or(&annotated.entities[entity as usize].name, |actor| &actor.name).clone()
        };
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for row in gold[doc_id].iter().filter(|row| row.kind != "title") {
            let span = place(source, row)
                .with_context(|| format!("{doc_id}: no quotation {} on line {}", row.quotation, row.line))?;
            let found = speaker_at(annotated, span, name);
            let right = match (row.kind.as_str(), &found) {
                ("scare", found) => found.is_none(),
                (_, Some(found)) => row.speaker.split('|').any(|name| same_name(name, found)),
                (_, None) => false,
            };
            let count = counts.entry(row.kind.as_str()).or_default();
            count.0 += 1;
            count.1 += usize::from(right);
            if !right {
                let found = found.unwrap_or_else(|| "no quotation".to_owned());
                let wanted = if row.speaker.is_empty() { "nobody" } else { &row.speaker };
                let _ = write!(
                    wrong,
                    "\n{doc_id} line {} quotation {} ({}): {found}, not {wanted}",
                    row.line, row.quotation, row.kind
                );
            }
        }
        let of = |kind| counts.get(kind).copied().unwrap_or_default();
        let (direct, mixed, terms) = (of("direct"), of("mixed"), of("scare"));
        let _ = write!(
            out,
            "\n{doc_id:8} {:>7} {:>6} {:>6} {:>6} {:>4}/{}",
            direct.0, direct.1, mixed.0, mixed.1, terms.1, terms.0
        );
    }
    Ok(out + &wrong)
}

/// The name of the entity that speaks in the shortest quotation which covers at least half of a
/// range of the source; of a speaker without entity the words.
fn speaker_at(article: &AnnotatedArticle, place: Span, name: impl Fn(u32) -> String) -> Option<String> {
    let shared = |span: Span| {
        let span = article.article.text.source_span(span);
        span.end().min(place.end()).saturating_sub(span.start().max(place.start()))
    };
    let quote = article.quotes.iter().filter(|quote| 2 * shared(quote.span) >= place.len());
    let quote = quote.min_by_key(|quote| quote.span.len())?;
    Some(match quote.speaker {
        Some(speaker) => match speaker.entity {
            Some(entity) => name(entity),
            None => format!("({})", &article.text()[speaker.span]),
        },
        None => "no speaker".to_owned(),
    })
}

fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.trim().to_lowercase().trim_start_matches("the ").to_owned();
    plain(one) == plain(other)
}

/// The outermost quotation with this number on this line.
fn place(source: &str, row: &Gold) -> Option<Span> {
    let line = source.split('\n').nth(row.line.checked_sub(1)?)?;
    let start = line.as_ptr() as usize - source.as_ptr() as usize;
    let blocks = [Block { kind: BlockKind::Body, span: Span::new(0, line.len()) }];
    Some(quoted_spans(line, &blocks).get(row.quotation.checked_sub(1)?)?.span.shifted(start))
}

fn read_gold(path: &Path) -> Result<BTreeMap<String, Vec<Gold>>> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("{shown}: cannot be opened"))?;
    let mut gold: BTreeMap<String, Vec<Gold>> = BTreeMap::new();
    for row in reader.deserialize() {
        let (doc_id, line, quotation, speaker, kind): (String, usize, usize, String, String) =
            row.with_context(|| format!("{shown}: the columns must be doc_id,line,quotation,speaker,kind"))?;
        if !["direct", "mixed", "scare", "title"].contains(&kind.as_str()) {
            bail!("{shown}: {kind:?} on line {line} of {doc_id} is none of direct, mixed, scare, title");
        }
        gold.entry(doc_id).or_default().push(Gold { line, quotation, speaker, kind });
    }
    Ok(gold)
}
