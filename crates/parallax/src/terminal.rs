//! The short table on the terminal.

use crate::analyze::UNNAMED_STORY;
use parallax_compare::{Measurement, Status, StorySummary};
use parallax_text::Voice;
use std::fmt::Write;

/// Readable text for one story: its articles, then its main actors in each.
pub(crate) fn story(story: &StorySummary) -> String {
    let mut out = String::new();
    let articles = story.documents.len();
    let name = if story.id == UNNAMED_STORY { "One story".to_owned() } else { format!("Story {:?}", story.id) };
    let _ = writeln!(out, "\n{name}: {articles} article{}", if articles == 1 { "" } else { "s" });
    let rows: Vec<[String; 6]> = story
        .documents
        .iter()
        .map(|document| {
            [
                document.doc_id.clone(),
                document.outlet.clone().unwrap_or_else(|| "(outlet unknown)".to_owned()),
                document.published.clone().unwrap_or_else(|| "undated".to_owned()),
                document.words_kept.to_string(),
                document.words_dropped.to_string(),
                document.title.clone().unwrap_or_else(|| "(no headline)".to_owned())
                    + if document.truncated { " [truncated]" } else { "" },
            ]
        })
        .collect();
    grid(&mut out, &["id", "outlet", "date", "words kept", "dropped", "headline"], &rows);

    let _ = writeln!(out, "\nMain actors: named mentions, share of body sentences [95 % interval], in headline,");
    let _ = writeln!(out, "tone -1..1 in the article's own voice and inside quotations (- = too little to say)");
    let mut rows: Vec<[String; 7]> = Vec::new();
    for actor in story.actors.iter().filter(|actor| actor.main) {
        for (index, document) in story.documents.iter().enumerate() {
            let find = |measure: &str, voice: Option<Voice>| {
                story.measurements.iter().find(|m| {
                    m.measure == measure
                        && m.target.as_deref() == Some(&actor.id)
                        && m.doc_id.as_deref() == Some(&document.doc_id)
                        && (voice.is_none() || m.voice == voice)
                })
            };
            let headline = match find("in_headline", None).and_then(|m| m.value) {
                Some(value) if value > 0.0 => "yes",
                Some(_) => "no",
                None => "-",
            };
            rows.push([
                if index == 0 { actor.name.clone() } else { String::new() },
                document.doc_id.clone(),
                find("mentions_named", None).map_or_else(String::new, count),
                find("sentence_share", None).map_or_else(String::new, share),
                headline.to_owned(),
                find("tone_mean", Some(Voice::Own)).map_or_else(String::new, tone),
                find("tone_mean", Some(Voice::Direct)).map_or_else(String::new, tone),
            ]);
        }
    }
    grid(&mut out, &["actor", "article", "mentions", "sentences", "headline", "own voice", "quoted"], &rows);
    out
}

fn count(m: &Measurement) -> String {
    m.value.map_or_else(|| "?".to_owned(), |value| format!("{value:.0}"))
}

fn share(m: &Measurement) -> String {
    match (m.value, m.ci_low, m.ci_high) {
        (Some(value), Some(low), Some(high)) => {
            format!("{:.0} % [{:.0}-{:.0}]", value * 100.0, low * 100.0, high * 100.0)
        }
        _ => "?".to_owned(),
    }
}

fn tone(m: &Measurement) -> String {
    match (m.status, m.value, m.ci_low, m.ci_high) {
        (Status::Ok, Some(value), Some(low), Some(high)) => {
            format!("{value:+.2} [{low:+.2} {high:+.2}] n={}", m.n)
        }
        (Status::Insufficient, ..) => format!("-  n={}", m.n),
        _ => "?".to_owned(),
    }
}

fn grid<const N: usize>(out: &mut String, header: &[&str; N], rows: &[[String; N]]) {
    let width = |text: &str| text.chars().count();
    let mut widths = header.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut line = |cells: &[&str]| {
        let mut text = String::from(" ");
        for (cell, widest) in cells.iter().zip(&widths) {
            // A page's words must not steer the terminal.
            let cell: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let _ = write!(text, " {cell}{}", " ".repeat(widest - width(&cell) + 1));
        }
        let _ = writeln!(out, "{}", text.trim_end());
    };
    line(header);
    line(&widths.map(|widest| "-".repeat(widest)).each_ref().map(String::as_str));
    for row in rows {
        line(&row.each_ref().map(String::as_str));
    }
}
