//! The main tables as plain HTML, for readers without scripts: mail programs, archives, text browsers.

use super::Shown;
use super::text::Text;
use crate::input::DocumentError;
use parallax_compare::{ActorSummary, DocumentSummary, Measurement, Status, StorySummary};
use parallax_text::Voice;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write;

/// Articles of a story that the plain tables show; the tables beside the page have all.
const ARTICLES_SHOWN: usize = 40;

/// The tables of all stories.
pub(super) fn tables(out: &mut String, shown: &Shown<'_>, values: &[Value], model: &str, errors: &[DocumentError]) {
    out.push_str(
        "<h1>How outlets frame the same event</h1>\n\
         <p>This is the plain form of the report. With scripts switched on, it draws the figures and opens the sentences behind them; \
         summary.json, annotations.jsonl and the CSV tables beside it hold all of it.</p>\n",
    );
    if let Some(left_out) = &shown.left_out {
        let _ = writeln!(out, "<p>{}</p>", Text(left_out));
    }
    for (story, value) in shown.stories.iter().zip(values) {
        let name = if story.id == crate::analyze::UNNAMED_STORY { "The story" } else { &story.id };
        let _ = writeln!(out, "<h2>{}</h2>", Text(name));
        Plain::new(story).write(out, value);
    }
    if !errors.is_empty() {
        out.push_str("<h2>Documents that failed</h2>\n<ul>\n");
        for error in errors {
            let _ = writeln!(out, "<li>{}</li>", Text(&error.to_string()));
        }
        out.push_str("</ul>\n");
    }
    let _ = writeln!(
        out,
        "<p>Figures describe these articles, not the outlets that printed them. 95 % intervals in brackets. Model {}.</p>",
        Text(model)
    );
}

/// Document, measure, target, voice.
type Key<'a> = (&'a str, &'a str, Option<&'a str>, Option<Voice>);

struct Plain<'a> {
    story: &'a StorySummary,
    documents: &'a [DocumentSummary],
    figures: HashMap<Key<'a>, &'a Measurement>,
}

impl<'a> Plain<'a> {
    fn new(story: &'a StorySummary) -> Self {
        let figures = story
            .measurements
            .iter()
            .filter(|m| m.holder.is_none())
            .filter_map(|m| Some(((m.doc_id.as_deref()?, m.measure.as_str(), m.target.as_deref(), m.voice), m)));
        let documents = &story.documents[..story.documents.len().min(ARTICLES_SHOWN)];
        Self { story, documents, figures: figures.collect() }
    }

    fn write(&self, out: &mut String, value: &Value) {
        let findings = value["findings"].as_array().map_or(&[][..], Vec::as_slice);
        if !findings.is_empty() {
            out.push_str("<ul>\n");
            for text in findings.iter().take(8).filter_map(|finding| finding["text"].as_str()) {
                let _ = writeln!(out, "<li>{}</li>", Text(text));
            }
            out.push_str("</ul>\n");
        }
        out.push_str("<table><thead><tr><th>Outlet</th><th>Headline</th><th>Date</th><th>Words</th><th>Own words</th><th>Quoted</th><th>Reported</th></tr></thead><tbody>\n");
        for document in self.documents {
            let share = |voice| self.shown(document, "voice_share", None, Some(voice), &percent);
            let _ = writeln!(
                out,
                "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                Text(document.outlet.as_deref().unwrap_or(&document.doc_id)),
                Text(document.title.as_deref().unwrap_or("(no headline)")),
                Text(document.published.as_deref().unwrap_or("undated")),
                document.words_kept,
                share(Voice::Own),
                share(Voice::Direct),
                share(Voice::Indirect),
            );
        }
        out.push_str("</tbody></table>\n");
        if self.documents.len() < self.story.documents.len() {
            let _ = writeln!(out, "<p>The first {} of {}.</p>", self.documents.len(), self.story.documents.len());
        }
        self.matrix(out, "Share of sentences that name the actor", |document, actor| {
            self.shown(document, "sentence_share", Some(&actor.id), None, &percent)
        });
        self.matrix(out, "Tone towards the actor in the article’s own voice, −1 to 1", |document, actor| {
            self.shown(document, "tone_mean", Some(&actor.id), Some(Voice::Own), &|value| format!("{value:+.2}"))
        });
    }

    /// A table of the main actors (rows) by articles (columns).
    fn matrix(&self, out: &mut String, caption: &str, cell: impl Fn(&DocumentSummary, &ActorSummary) -> String) {
        let _ = write!(out, "<h3>{caption}</h3>\n<table><thead><tr><th>Actor</th>");
        for document in self.documents {
            let _ = write!(out, "<th>{}</th>", Text(document.outlet.as_deref().unwrap_or(&document.doc_id)));
        }
        out.push_str("</tr></thead><tbody>\n");
        for actor in self.story.actors.iter().filter(|actor| actor.main) {
            let _ = write!(out, "<tr><th>{}</th>", Text(&actor.name));
            for document in self.documents {
                let _ = write!(out, "<td>{}</td>", cell(document, actor));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table>\n");
    }

    fn shown(
        &self,
        document: &DocumentSummary,
        measure: &str,
        target: Option<&str>,
        voice: Option<Voice>,
        format: &dyn Fn(f64) -> String,
    ) -> String {
        let Some(m) = self.figures.get(&(document.doc_id.as_str(), measure, target, voice)) else {
            return String::new();
        };
        match (m.status, m.value, m.ci_low, m.ci_high) {
            (Status::Ok, Some(value), Some(low), Some(high)) => {
                format!("{} [{} {}]", format(value), format(low), format(high))
            }
            (Status::Ok, Some(value), ..) => format(value),
            (Status::Insufficient, ..) => format!("insufficient, n = {}", m.n),
            (Status::Unknown, ..) => "unknown".to_owned(),
            _ => "–".to_owned(),
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
