//! The commands that run one stage alone, and how they print.

use crate::cli::read_text;
use crate::config::Config;
use crate::models::Models;
use anyhow::{Context, Result};
use parallax_ner::Tag;
use parallax_ner::conll::{self, Conll};
use parallax_text::record::{AnnotationRecord, rounded};
use parallax_text::{AnnotatedArticle, Article, CodePoints, Document, Span, ToneScores};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How `parallax clean` prints an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CleanForm {
    Text,
    Json,
    Lines,
    Table,
}

/// The first line of what `parallax clean --table` prints: the columns of `corpus.csv`.
pub(crate) const TABLE_HEADER: &str = "doc_id,file,outlet,published,title,url,story";

/// What `parallax clean` prints for one document.
pub(crate) fn cleaned(document: Document, article: Article, form: CleanForm) -> String {
    match form {
        CleanForm::Text => format!("{}\n", article.text.text()),
        CleanForm::Lines => source_lines(&document, &article),
        CleanForm::Table => table_row(&document, &article),
        CleanForm::Json => {
            let bare = AnnotatedArticle {
                document,
                article,
                sentences: Vec::new(),
                mentions: Vec::new(),
                entities: Vec::new(),
                quotes: Vec::new(),
                tones: Vec::new(),
                frames: Vec::new(),
                stances: Vec::new(),
                wording: Vec::new(),
                vectors: None,
                layers: Vec::new(),
            };
            let record = serde_json::to_string(&AnnotationRecord::new(&bare)).expect("records are plain data");
            format!("{record}\n")
        }
    }
}

/// What is known of an article, as a row of `corpus.csv`.
fn table_row(document: &Document, article: &Article) -> String {
    let known = [&article.outlet, &article.published, &article.title, &article.url, &document.story];
    let known = known.map(|cell| cell.as_deref().unwrap_or_default());
    let mut row = csv::Writer::from_writer(Vec::new());
    let cells = [&document.doc_id, &document.origin.path].map(String::as_str).into_iter().chain(known);
    row.write_record(cells).expect("memory takes all");
    String::from_utf8(row.into_inner().expect("memory takes all")).expect("text stays text")
}

/// Kept and dropped parts in order of the source, each line of the source with its kind.
fn source_lines(document: &Document, article: &Article) -> String {
    let kept = article.blocks.iter().map(|block| (article.text.source_span(block.span), block.kind.name(), '+'));
    let dropped = article.dropped.iter().map(|dropped| (dropped.source, dropped.kind.name(), '-'));
    let mut parts: Vec<(Span, &str, char)> = kept.chain(dropped).collect();
    parts.sort();
    let mut out = format!("== {}\n", document.doc_id);
    for (span, kind, sign) in parts {
        let number = document.source[..span.start()].matches('\n').count() + 1;
        let text = document.source[span].split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(out, "{number:5} {sign} {kind:13} {text}");
    }
    out
}

/// What `parallax split` prints for one document.
pub(crate) fn split(document: &Document, article: &Article, as_json: bool) -> String {
    let text = article.text.text();
    let points = CodePoints::new(text);
    let mut out = String::new();
    for (index, sentence) in parallax_split::sentences(text, &article.blocks).iter().enumerate() {
        if as_json {
            let (start, end) = points.of(sentence.span);
            let line = json!({"doc_id": document.doc_id, "sentence": index, "start": start, "end": end, "text": &text[sentence.span]});
            let _ = writeln!(out, "{line}");
        } else {
            let words: Vec<&str> = text[sentence.span].split_whitespace().collect();
            let _ = writeln!(out, "{}", words.join(" "));
        }
    }
    out
}

/// What `parallax ner` prints for one document.
pub(crate) fn entities(article: &AnnotatedArticle) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        doc_id: &'a str,
        start: usize,
        end: usize,
        text: &'a str,
        kind: parallax_text::EntityKind,
        score: f64,
        entity: Option<&'a str>,
    }
    let record = AnnotationRecord::new(article);
    let mut out = String::new();
    for mention in &record.mentions {
        let line = Line {
            doc_id: &record.doc_id,
            start: mention.start,
            end: mention.end,
            text: &mention.text,
            kind: mention.kind,
            score: mention.score,
            entity: mention.entity.map(|entity| record.entities[entity as usize].name.as_str()),
        };
        let _ = writeln!(out, "{}", serde_json::to_string(&line).expect("lines are plain data"));
    }
    out
}

/// A request of `parallax tone`: what else the object holds comes back unchanged.
#[derive(Deserialize)]
struct ToneRequest {
    text: String,
    start: usize,
    end: usize,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Scores targets from JSON Lines to standard output; whether some lines failed.
pub(crate) fn tone(inputs: &[PathBuf], models: &Models, config: &Config) -> Result<bool> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = false;
    for path in inputs {
        let text = read_text(path)?;
        let lines: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
        let requests: Vec<Result<(ToneRequest, Span), String>> = lines.iter().map(|(_, line)| request(line)).collect();
        let targets: Vec<(&str, Span)> =
            requests.iter().flatten().map(|(request, span)| (request.text.as_str(), *span)).collect();
        let mut scores = tone_scores(models, config, &targets)?.into_iter();
        for ((number, _), request) in lines.iter().zip(requests) {
            let answer = request.and_then(|(request, _)| {
                let scores = scores.next().flatten().ok_or("the target holds no word".to_owned())?;
                Ok((request, scores))
            });
            match answer {
                Ok((request, scores)) => writeln!(out, "{}", answered(request, scores))?,
                Err(message) => {
                    failed = true;
                    let place = [("source", path.display().to_string().into()), ("line", (number + 1).into())];
                    crate::messages::error(&format!("{} (line {}): {message}", path.display(), number + 1), &place);
                }
            }
        }
    }
    out.flush()?;
    Ok(failed)
}

fn request(line: &str) -> Result<(ToneRequest, Span), String> {
    let request: ToneRequest = serde_json::from_str(line).map_err(|error| {
        format!("not an object with `text`, `start` and `end` (code points, end-exclusive): {error}")
    })?;
    let span = CodePoints::new(&request.text).span(request.start, request.end);
    match span.filter(|span| !span.is_empty()) {
        Some(span) => Ok((request, span)),
        None => Err(format!("{}..{} is not a range of the text's code points", request.start, request.end)),
    }
}

fn answered(request: ToneRequest, scores: ToneScores) -> Value {
    let mut answer = request.rest;
    answer.insert("text".to_owned(), request.text.into());
    answer.insert("start".to_owned(), request.start.into());
    answer.insert("end".to_owned(), request.end.into());
    for (label, score) in [("negative", scores.negative), ("neutral", scores.neutral), ("positive", scores.positive)] {
        answer.insert(label.to_owned(), rounded(f64::from(score)).into());
    }
    Value::Object(answer)
}

/// The tone towards one target in each text, every text taken as one sentence. `None` where the
/// target holds no token.
pub(crate) fn tone_scores(
    models: &Models,
    config: &Config,
    targets: &[(&str, Span)],
) -> Result<Vec<Option<ToneScores>>> {
    // The texts of a round are encoded together, as the sentences of one text.
    const ROUND: usize = 64;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
    let rounds: Result<Vec<Vec<Option<ToneScores>>>> = threads.install(|| {
        targets
            .par_chunks(ROUND)
            .map(|round| {
                let mut joined = String::new();
                let mut spans = Vec::with_capacity(round.len());
                for (text, _) in round {
                    spans.push(Span::new(joined.len(), joined.len() + text.len()));
                    joined.push_str(text);
                    joined.push('\n');
                }
                let place =
                    |(index, (_, target)): (usize, &(&str, Span))| (index as u32, target.shifted(spans[index].start()));
                let places: Vec<(u32, Span)> = round.iter().enumerate().map(place).collect();
                let encoded = match models.own.tone {
                    Some(_) => Vec::new(),
                    None => models.encoder.encode(&joined, &spans).context("the encoder failed")?,
                };
                models.tones(&joined, &spans, &encoded, &places)
            })
            .collect()
    });
    Ok(rounds?.concat())
}

/// Adds a column of labels to CoNLL files. A file that is not CoNLL is a set-up error.
pub(crate) fn tag_conll(inputs: &[PathBuf], models: &Models, config: &Config) -> Result<bool> {
    let mut out = BufWriter::new(io::stdout().lock());
    for path in inputs {
        let file = read_conll(path)?;
        out.write_all(file.write(&conll_tags(models, config, &file)?).as_bytes())?;
    }
    out.flush()?;
    Ok(false)
}

pub(crate) fn read_conll(path: &Path) -> Result<Conll> {
    conll::read(&read_text(path)?).with_context(|| format!("{}: not CoNLL columns", path.display()))
}

/// The model's tags for every sentence of a CoNLL file, each document read as one.
pub(crate) fn conll_tags(models: &Models, config: &Config, file: &Conll) -> Result<Vec<Vec<Tag>>> {
    let documents: Vec<Vec<&[String]>> =
        file.documents().map(|document| document.iter().map(|sentence| &sentence.words[..]).collect()).collect();
    let threads = rayon::ThreadPoolBuilder::new().num_threads(config.threads).build()?;
    let tags: Result<Vec<Vec<Vec<Tag>>>> = threads.install(|| {
        let tag = |words: &Vec<&[String]>| match &models.own.entities {
            Some(own) => own.model.tag_words(words),
            None => models.entities.tag_words(words, &models.encoder).context("the encoder failed"),
        };
        documents.par_iter().map(tag).collect()
    });
    Ok(tags?.concat())
}
