//! `report.html`: one self-contained page, no script, nothing from the network.
//!
//! Everything that came from a page goes through [`Text`], which escapes it.

use crate::input::DocumentError;
use base64::Engine;
use parallax_compare::{ActorSummary, DocumentSummary, Measurement, NameUse, Status, StorySummary, VoiceUse};
use parallax_text::{AnnotatedArticle, BlockKind, EntityKind, MentionForm, Quote, QuoteKind, Span, Voice};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};

const STYLE: &str = include_str!("report.css");

/// Speakers that the table of voices shows; the others are in `summary.json`.
const SPEAKERS_SHOWN: usize = 15;

/// The page for a run.
pub(crate) fn page(
    articles: &[AnnotatedArticle],
    stories: &[StorySummary],
    model: &str,
    errors: &[DocumentError],
) -> String {
    let mut out = String::new();
    let style_hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Parallax: how outlets frame the same event</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>How outlets frame the same event</h1>\n\
         <p class=\"note\">Figures describe these articles, not the outlets that printed them. Every figure opens the sentences it came from.</p>\n"
    );
    let by_id: BTreeMap<&str, (usize, &AnnotatedArticle)> =
        articles.iter().enumerate().map(|(index, a)| (a.document.doc_id.as_str(), (index, a))).collect();
    for (number, story) in stories.iter().enumerate() {
        StoryPage { story, number, by_id: &by_id }.write(&mut out);
    }
    failures(&mut out, errors);
    methods(&mut out, model);
    out.push_str("</body>\n</html>\n");
    out
}

/// One story's part of the page.
struct StoryPage<'a> {
    story: &'a StorySummary,
    number: usize,
    by_id: &'a BTreeMap<&'a str, (usize, &'a AnnotatedArticle)>,
}

impl StoryPage<'_> {
    fn write(&self, out: &mut String) {
        let n = self.number;
        let _ = write!(
            out,
            "<h2 id=\"story-{n}\">{}</h2>\n<nav><a href=\"#articles-{n}\">Articles</a><a href=\"#shared-{n}\">Shared text</a><a href=\"#actors-{n}\">Actors</a>\
             <a href=\"#voices-{n}\">Voices</a><a href=\"#names-{n}\">Names</a><a href=\"#tone-{n}\">Tone</a><a href=\"#telling-{n}\">Telling sentences</a>\
             <a href=\"#texts-{n}\">Texts</a><a href=\"#methods\">Methods</a></nav>\n",
            story_name(&self.story.id)
        );
        self.articles(out);
        self.shared(out);
        self.actors(out);
        self.voices(out);
        self.names(out);
        self.tone(out);
        self.telling(out);
        let _ = write!(
            out,
            "<h3 id=\"texts-{n}\">Texts</h3>\n<p class=\"note\">As they were kept, with the dropped parts of each page at the end. Names are underlined by kind, quotations shaded.</p>\n"
        );
        for document in &self.story.documents {
            if let Some((index, article)) = self.by_id.get(document.doc_id.as_str()) {
                full_text(out, *index, article, document);
            }
        }
    }

    fn articles(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"articles-{}\">Articles</h3>\n<div class=\"scroll\"><table><thead><tr><th>Outlet</th><th>Headline</th><th>Date</th><th>By</th><th>Words kept</th><th>Dropped</th></tr></thead><tbody>\n",
            self.number
        );
        for document in &self.story.documents {
            let title = document
                .title
                .as_ref()
                .map_or("<span class=\"soft\">no headline on the page</span>".to_owned(), |title| {
                    Text(title).to_string()
                });
            let link = self.by_id.get(document.doc_id.as_str()).map_or(0, |(index, _)| *index);
            let _ = writeln!(
                out,
                "<tr><th>{}</th><td><a href=\"#a{link}\">{title}</a>{}</td><td>{}</td><td>{}</td><td class=\"figure\">{}</td><td class=\"figure\">{}</td></tr>",
                outlet(document),
                if document.truncated { " <span class=\"kind\">truncated</span>" } else { "" },
                document
                    .published
                    .as_ref()
                    .map_or("<span class=\"soft\">undated</span>".to_owned(), |day| Text(day).to_string()),
                Text(&document.byline.join(", ")),
                document.words_kept,
                document.words_dropped
            );
        }
        out.push_str("</tbody></table></div>\n");
    }

    fn actors(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"actors-{}\">Actors</h3>\n<p class=\"note\">Named mentions (names, short names, names with a title); below it the share of the body's sentences that name the actor, with a 95 % interval. H: named in the headline.</p>\n",
            self.number
        );
        self.matrix(out, |out, actor, document| {
            let headline = self.find(actor, document, "in_headline", None).and_then(|m| m.value) == Some(1.0);
            if let Some(mentions) = self.find(actor, document, "mentions_named", None) {
                let shown = match mentions.value {
                    Some(value) => format!(
                        "<span class=\"figure\">{value:.0}{}</span>",
                        if headline { " <b title=\"in the headline\">H</b>" } else { "" }
                    ),
                    None => unknown(mentions),
                };
                self.evidence(out, &shown, mentions);
            }
            if let Some(share) = self.find(actor, document, "sentence_share", None) {
                let _ = match (share.value, share.ci_low, share.ci_high) {
                    (Some(value), Some(low), Some(high)) => write!(
                        out,
                        "<small class=\"figure n\">{:.0} % [{:.0}–{:.0}] of {}</small>",
                        100.0 * value,
                        100.0 * low,
                        100.0 * high,
                        share.n
                    ),
                    _ => write!(out, "<small>{}</small>", unknown(share)),
                };
            }
        });
    }

    /// Articles that share text: what each has alone, and whether the headline changed.
    fn shared(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"shared-{}\">Shared text</h3>\n<p class=\"note\">Articles that share a large part of their sentences, as they are or edited: wire copy, syndication, rewriting. Their figures below are not independent.</p>\n",
            self.number
        );
        if self.story.shared.is_empty() {
            out.push_str("<p>None of these articles shares a large part with another.</p>\n");
        }
        for shared in &self.story.shared {
            let document = |id: &str| self.story.documents.iter().find(|document| document.doc_id == id);
            let (Some(first), Some(second)) = (document(&shared.doc_ids.0), document(&shared.doc_ids.1)) else {
                continue;
            };
            let share = |words: u64, of: u64| 100.0 * words as f64 / of.max(1) as f64;
            let same = shared.pairs.iter().filter(|(_, _, likeness)| *likeness >= 1.0).count();
            let _ = write!(
                out,
                "<p>{} and {}: {:.0} % of the words of the first and {:.0} % of the second stand in both; {same} sentences word for word, {} edited.",
                outlet(first),
                outlet(second),
                share(shared.words.0, shared.of_words.0),
                share(shared.words.1, shared.of_words.1),
                shared.pairs.len() - same,
            );
            if let Some(earlier) = shared.earlier.as_deref().and_then(document) {
                let _ = write!(out, " {} is dated earlier.", outlet(earlier));
            }
            if let (Some(true), Some(one), Some(other)) = (shared.headline_changed, &first.title, &second.title) {
                let _ = write!(out, " The headline differs: “{}” and “{}”.", Text(one), Text(other));
            }
            out.push_str("</p>\n");
            for (whose, only) in [(first, &shared.only_first), (second, &shared.only_second)] {
                if !only.is_empty() {
                    let _ = write!(
                        out,
                        "<details><summary>{} sentences only in {}</summary><ul>",
                        only.len(),
                        outlet(whose)
                    );
                    self.sentences(out, only);
                    out.push_str("</ul></details>\n");
                }
            }
            let edited: Vec<_> = shared.pairs.iter().filter(|(_, _, likeness)| *likeness < 1.0).collect();
            if !edited.is_empty() {
                let _ = write!(out, "<details><summary>{} edited sentences</summary>", edited.len());
                for (one, other, likeness) in edited {
                    out.push_str("<ul>");
                    self.sentences(out, &[one.clone(), other.clone()]);
                    let _ = write!(out, "</ul><small class=\"n figure\">likeness {likeness:.2}</small>");
                }
                out.push_str("</details>\n");
            }
        }
    }

    fn voices(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"voices-{}\">Voices</h3>\n<p class=\"note\">Whose words the body is made of, in percent of its words with a 95 % interval over paragraphs: \
             <span class=\"own\">■</span> the article's own, <span class=\"direct\">■</span> quoted, <span class=\"mixed\">■</span> partly quoted, \
             <span class=\"indirect\">■</span> reported without quotation marks. Below: who speaks, in words (and quotations), with the verbs that introduce them.</p>\n\
             <div class=\"scroll\"><table><thead><tr><th>Speaker</th>",
            self.number
        );
        for document in &self.story.documents {
            let _ = write!(out, "<th>{}</th>", outlet(document));
        }
        out.push_str("</tr></thead><tbody>\n<tr><th>All words</th>");
        for document in &self.story.documents {
            out.push_str("<td>");
            self.voice_bar(out, document);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
        for speaker in self.story.speakers.iter().take(SPEAKERS_SHOWN) {
            let name = match (&speaker.name, &speaker.actor) {
                (Some(name), Some(_)) => Text(name).to_string(),
                (Some(words), None) => format!("<span class=\"soft\">{}</span>", Text(words)),
                _ => "<span class=\"soft\">speaker not named or not found</span>".to_owned(),
            };
            let _ = write!(out, "<tr><th>{name}</th>");
            for document in &self.story.documents {
                out.push_str("<td>");
                for spoken in speaker.uses.iter().filter(|spoken| spoken.doc_id == document.doc_id) {
                    self.spoken(out, spoken);
                }
                out.push_str("</td>");
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
        if self.story.speakers.len() > SPEAKERS_SHOWN {
            let _ = writeln!(
                out,
                "<p class=\"note\">{} more speakers are in summary.json.</p>",
                self.story.speakers.len() - SPEAKERS_SHOWN
            );
        }
    }

    /// One article's words by voice, as a bar, with the figures below it.
    fn voice_bar(&self, out: &mut String, document: &DocumentSummary) {
        const VOICES: [Voice; 4] = [Voice::Own, Voice::Direct, Voice::Mixed, Voice::Indirect];
        let share = |voice| self.voice_share(document, voice);
        if let Some(m) = share(Voice::Own).filter(|m| m.status != Status::Ok) {
            let _ = write!(out, "{} <small class=\"n figure\">n = {}</small>", unknown(m), m.n);
            return;
        }
        let mut x = 0.0;
        out.push_str("<svg width=\"160\" height=\"14\" role=\"img\" aria-label=\"words by voice\">");
        for voice in VOICES {
            let width = 160.0 * share(voice).and_then(|m| m.value).unwrap_or_default();
            let _ = write!(
                out,
                "<rect class=\"{}\" x=\"{x:.1}\" y=\"1\" width=\"{width:.1}\" height=\"12\"/>",
                voice.name()
            );
            x += width;
        }
        out.push_str("</svg>");
        for voice in VOICES {
            let Some(m) = share(voice) else { continue };
            let (Some(value), Some(low), Some(high)) = (m.value, m.ci_low, m.ci_high) else { continue };
            let shown = format!(
                "<small class=\"figure {0}\">{0} {1:.0} % [{2:.0}–{3:.0}]</small>",
                voice.name(),
                100.0 * value,
                100.0 * low,
                100.0 * high
            );
            self.evidence(out, &shown, m);
        }
        let n = share(Voice::Own).map_or(0, |m| m.n);
        let _ = write!(out, "<small class=\"n figure\">n = {n} words</small>");
    }

    fn voice_share(&self, document: &DocumentSummary, voice: Voice) -> Option<&Measurement> {
        self.story.measurements.iter().find(|m| {
            m.measure == "voice_share" && m.voice == Some(voice) && m.doc_id.as_deref() == Some(&document.doc_id)
        })
    }

    /// What one article has of one speaker, opening its sentences.
    fn spoken(&self, out: &mut String, spoken: &VoiceUse) {
        let verbs: Vec<String> = spoken
            .verbs
            .iter()
            .map(|verb| match verb.count {
                1 => Text(&verb.lemma).to_string(),
                count => format!("{} {count}", Text(&verb.lemma)),
            })
            .collect();
        let _ = write!(
            out,
            "<details><summary><small class=\"figure {0}\">{0} {1} words ({2})</small> <small class=\"n\">{3}</small></summary><ul>",
            spoken.voice.name(),
            spoken.words,
            spoken.quotes,
            verbs.join(", ")
        );
        self.sentences(out, &spoken.evidence);
        out.push_str("</ul></details>");
    }

    fn names(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"names-{}\">Names</h3>\n<p class=\"note\">How each article calls each actor, names first, then descriptions; in brackets, how often in words that it quotes or reports. Pronouns are counted together.</p>\n",
            self.number
        );
        self.matrix(out, |out, actor, document| {
            out.push_str("<ul class=\"names\">");
            let mut names: Vec<_> = actor.names.iter().filter(|name| name.doc_id == document.doc_id).collect();
            let described = |name: &NameUse| name.form == MentionForm::Description;
            names.sort_by_key(|name| (described(name), std::cmp::Reverse(name.own + name.reported)));
            let (pronouns, names): (Vec<&NameUse>, Vec<&NameUse>) =
                names.into_iter().partition(|name| name.form == MentionForm::Pronoun);
            let mut row = |label: &str, own: u64, reported: u64| {
                let _ = write!(out, "<li>{label} <span class=\"n figure\">{}", own + reported);
                if reported > 0 {
                    let _ = write!(out, " ({reported})");
                }
                out.push_str("</span></li>");
            };
            for name in names {
                row(&Text(&name.label).to_string(), name.own, name.reported);
            }
            let sum = |of: fn(&NameUse) -> u64| pronouns.iter().map(|name| of(name)).sum::<u64>();
            if !pronouns.is_empty() {
                row("<span class=\"soft\">pronouns</span>", sum(|name| name.own), sum(|name| name.reported));
            }
            out.push_str("</ul>");
        });
    }

    fn tone(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"tone-{}\">Tone towards each actor</h3>\n\
             <p class=\"note\">Mean of positive minus negative probability over the actor's mentions in the body, −1 to 1, with a 95 % interval over paragraphs. \
             <span class=\"own\">●</span> the article's own voice, <span class=\"direct\">●</span> in quotations, <span class=\"indirect\">●</span> in reported speech, \
             <span class=\"unresolved\">●</span> unresolved: whose judgement it is could not be worked out. \
             “By” gives one speaker's views. “Insufficient” lists the mentions of voices with too few paragraphs for a figure.</p>\n",
            self.number
        );
        self.matrix(out, |out, actor, document| {
            let mut too_few = Vec::new();
            for m in self.tones_of(actor, document) {
                let name = match (&m.holder, m.voice) {
                    (Some(holder), _) => format!("by {}", Text(self.name_of(holder))),
                    (None, voice) => voice.map_or("", Voice::name).to_owned(),
                };
                let class = m.voice.map_or("speaker", Voice::name);
                match (m.status, m.value, m.ci_low, m.ci_high) {
                    (Status::Ok, Some(value), Some(low), Some(high)) => {
                        self.evidence(out, &tone_mark(&name, class, value, low, high, m.n), m);
                    }
                    (Status::Unknown, ..) if m.voice == Some(Voice::Own) => out.push_str(&unknown(m)),
                    // The article's own voice is always shown, others where there is something.
                    _ if m.n > 0 || m.voice == Some(Voice::Own) => too_few.push((name, m)),
                    _ => {}
                }
            }
            self.too_few(out, &too_few);
            let probability = |label: &str| self.find(actor, document, label, None).and_then(|m| m.value);
            if let (Some(negative), Some(neutral), Some(positive)) =
                (probability("tone_negative"), probability("tone_neutral"), probability("tone_positive"))
            {
                let _ = write!(
                    out,
                    "<small class=\"figure n\" title=\"calibrated probabilities for the headline\">headline: − {negative:.2}, 0 {neutral:.2}, + {positive:.2}</small>"
                );
            }
        });
    }

    fn telling(&self, out: &mut String) {
        let _ = write!(
            out,
            "<h3 id=\"telling-{}\">Telling sentences</h3>\n<p class=\"note\">For each actor and article, the body sentence with the strongest tone towards the actor, as the model reads it: a sentence to read, not an estimate.</p>\n",
            self.number
        );
        self.matrix(out, |out, actor, document| {
            let Some(m) = self.find(actor, document, "telling_sentence", None) else { return };
            let voice = m.voice.map_or("", Voice::name);
            for id in &m.evidence {
                if let Some((link, text)) = self.sentence(id) {
                    let _ = write!(out, "<a href=\"#{link}\">{}</a> ", Text(text));
                }
            }
            let _ = write!(out, "<small class=\"figure n\">{:+.2}, {voice}</small>", m.value.unwrap_or_default());
        });
    }

    /// A table of the main actors (rows) by articles (columns).
    fn matrix(&self, out: &mut String, cell: impl Fn(&mut String, &ActorSummary, &DocumentSummary)) {
        out.push_str("<div class=\"scroll\"><table><thead><tr><th>Actor</th>");
        for document in &self.story.documents {
            let _ = write!(out, "<th>{}</th>", outlet(document));
        }
        out.push_str("</tr></thead><tbody>\n");
        for actor in self.story.actors.iter().filter(|actor| actor.main) {
            let _ =
                write!(out, "<tr><th>{} <small class=\"soft\">{}</small></th>", Text(&actor.name), actor.kind.label());
            for document in &self.story.documents {
                out.push_str("<td>");
                cell(out, actor, document);
                out.push_str("</td>");
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></div>\n");
    }

    fn find(
        &self,
        actor: &ActorSummary,
        document: &DocumentSummary,
        measure: &str,
        voice: Option<Voice>,
    ) -> Option<&Measurement> {
        self.story.measurements.iter().find(|m| {
            m.measure == measure
                && m.target.as_deref() == Some(&actor.id)
                && m.doc_id.as_deref() == Some(&document.doc_id)
                && (voice.is_none() || m.voice == voice)
        })
    }

    /// Figures that rest on too little to be shown, with what there is.
    fn too_few(&self, out: &mut String, figures: &[(String, &Measurement)]) {
        let counted: Vec<String> = figures
            .iter()
            .map(|(name, m)| if m.n == 0 { format!("{name} none") } else { format!("{name} {}", m.n) })
            .collect();
        if counted.is_empty() {
            return;
        }
        let counted = format!("<small class=\"soft\">insufficient: {}</small>", counted.join(", "));
        if figures.iter().all(|(_, m)| m.evidence.is_empty()) {
            let _ = write!(out, "<div>{counted}</div>");
            return;
        }
        let _ = write!(out, "<details><summary>{counted}</summary><ul>");
        for (name, m) in figures.iter().filter(|(_, m)| !m.evidence.is_empty()) {
            let _ = write!(out, "<li><small class=\"soft\">{name}</small><ul>");
            self.sentences(out, &m.evidence);
            out.push_str("</ul></li>");
        }
        out.push_str("</ul></details>");
    }

    /// The figures of the tone towards an actor in an article: by voice, then by speaker.
    fn tones_of(&self, actor: &ActorSummary, document: &DocumentSummary) -> impl Iterator<Item = &Measurement> {
        self.story.measurements.iter().filter(move |m| {
            m.measure == "tone_mean"
                && m.target.as_deref() == Some(&actor.id)
                && m.doc_id.as_deref() == Some(&document.doc_id)
        })
    }

    fn name_of<'b>(&'b self, actor: &'b str) -> &'b str {
        self.story.actors.iter().find(|one| one.id == actor).map_or(actor, |one| &one.name)
    }

    /// A figure that opens the sentences behind it.
    fn evidence(&self, out: &mut String, shown: &str, m: &Measurement) {
        if m.evidence.is_empty() {
            let _ = write!(out, "<div>{shown}</div>");
            return;
        }
        let _ = write!(out, "<details><summary>{shown}</summary><ul>");
        self.sentences(out, &m.evidence);
        out.push_str("</ul></details>");
    }

    /// The sentences with these ids, as a list of links into the texts.
    fn sentences(&self, out: &mut String, ids: &[String]) {
        for id in ids {
            if let Some((link, text)) = self.sentence(id) {
                let _ = write!(out, "<li><a href=\"#{link}\">{}</a></li>", Text(text));
            }
        }
    }

    /// The anchor and the words of a sentence by its id.
    fn sentence(&self, id: &str) -> Option<(String, &str)> {
        let (doc_id, sentence) = id.rsplit_once('#')?;
        let (index, article) = self.by_id.get(doc_id)?;
        let sentence: usize = sentence.parse().ok()?;
        Some((anchor(*index, sentence), &article.text()[article.sentences.get(sentence)?.span]))
    }
}

/// A story of the user's own by its name; all articles together, where none was named.
fn story_name(id: &str) -> String {
    if id == crate::analyze::UNNAMED_STORY { "One story".to_owned() } else { format!("Story: {}", Text(id)) }
}

fn anchor(article: usize, sentence: usize) -> String {
    format!("a{article}s{sentence}")
}

fn outlet(document: &DocumentSummary) -> String {
    let id = Text(&document.doc_id);
    match &document.outlet {
        Some(outlet) => format!("{} <small class=\"soft\">{id}</small>", Text(outlet)),
        None => format!("<span class=\"soft\">outlet unknown</span> <small class=\"soft\">{id}</small>"),
    }
}

fn unknown(m: &Measurement) -> String {
    let status = match m.status {
        Status::Unknown => "unknown",
        Status::NotApplicable => "not applicable",
        Status::Insufficient => "insufficient",
        Status::Ok => "",
    };
    format!("<span class=\"soft\">{status}</span>")
}

/// A dot with its interval on a scale from -1 to 1.
fn tone_mark(name: &str, class: &str, value: f64, low: f64, high: f64, n: u64) -> String {
    let x = |value: f64| 45.0 + 42.0 * value;
    format!(
        "<span class=\"together\"><svg width=\"90\" height=\"16\" role=\"img\" aria-label=\"{name}: {value:+.2}, interval {low:+.2} to {high:+.2}, n {n}\">\
         <line class=\"axis\" x1=\"3\" x2=\"87\" y1=\"8\" y2=\"8\"/><line class=\"axis\" x1=\"45\" x2=\"45\" y1=\"2\" y2=\"14\"/>\
         <line class=\"ci {class}\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"8\" y2=\"8\"/><circle class=\"{class}\" cx=\"{:.1}\" cy=\"8\" r=\"4\"/></svg> \
         <small class=\"figure {class}\">{name} {value:+.2}</small> <small class=\"n figure\">n = {n}</small></span>",
        x(low),
        x(high),
        x(value),
    )
}

/// The kept text of an article with marks, then what was dropped.
fn full_text(out: &mut String, index: usize, article: &AnnotatedArticle, document: &DocumentSummary) {
    let _ = write!(out, "<article id=\"a{index}\"><p class=\"soft\">{}", outlet(document));
    for decision in &article.article.decisions {
        let _ = write!(
            out,
            " · {}: {} <small>({}{})</small>",
            Text(&decision.field),
            decision.value.as_ref().map_or("none".to_owned(), |value| Text(value).to_string()),
            Text(&decision.method),
            if decision.rejected.is_empty() {
                String::new()
            } else {
                format!("; not {}", Text(&decision.rejected.join(", ")))
            }
        );
    }
    out.push_str("</p>\n");
    for (number, block) in article.article.blocks.iter().enumerate() {
        let _ = write!(out, "<p class=\"{}\">", block.kind.name());
        if !matches!(block.kind, BlockKind::Body | BlockKind::Headline) {
            let _ = write!(out, "<span class=\"kind\">{}</span>", block.kind.name().replace('_', " "));
        }
        let sentences = article.sentences.iter().enumerate().filter(|(_, s)| s.block as usize == number);
        let mut at = block.span.start();
        for (sentence, found) in sentences {
            let _ = write!(out, "{}", Text(&article.text()[at..found.span.start()]));
            let _ = write!(out, "<span class=\"s\" id=\"{}\">", anchor(index, sentence));
            marked(out, article, sentence, found.span);
            out.push_str("</span>");
            at = found.span.end();
        }
        let _ = writeln!(out, "{}</p>", Text(&article.text()[at..block.span.end()]));
    }
    if !article.article.dropped.is_empty() {
        let _ = writeln!(
            out,
            "<details><summary>{} parts of the page were dropped</summary><ul class=\"dropped\">",
            article.article.dropped.len()
        );
        for dropped in &article.article.dropped {
            let text = article.document.source[dropped.source].split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = writeln!(out, "<li><span class=\"kind\">{}</span>{}</li>", dropped.kind.name(), Text(&text));
        }
        out.push_str("</ul></details>\n");
    }
    out.push_str("</article>\n");
}

/// A sentence with its names and quotations marked. Quotations may begin before the sentence or
/// end behind it, and names stand inside them: the text is cut at every border, and each piece
/// says what it is part of.
fn marked(out: &mut String, article: &AnnotatedArticle, sentence: usize, span: Span) {
    let mentions: Vec<(Span, EntityKind)> = article
        .mentions
        .iter()
        .filter(|mention| mention.sentence as usize == sentence)
        .map(|mention| (mention.span, mention.kind))
        .collect();
    let quotes: Vec<&Quote> = article.quotes.iter().filter(|quote| quote.span.overlaps(span)).collect();
    let mut borders = vec![span.start(), span.end()];
    for found in mentions.iter().map(|(span, _)| *span).chain(quotes.iter().map(|quote| quote.span)) {
        borders.extend([found.start(), found.end()].into_iter().filter(|&at| span.contains_offset(at)));
    }
    borders.sort_unstable();
    borders.dedup();
    for piece in borders.windows(2).map(|pair| Span::new(pair[0], pair[1])) {
        let quoted = quotes.iter().filter(|quote| quote.span.contains(piece)).min_by_key(|quote| quote.span.len());
        let name = mentions.iter().find(|(mention, _)| mention.contains(piece));
        if let Some(quote) = quoted {
            let kind = match quote.kind {
                QuoteKind::Direct => "direct",
                QuoteKind::Indirect => "indirect",
                QuoteKind::Mixed => "mixed",
            };
            let _ = write!(out, "<q class=\"said {kind}-said\" title=\"{kind}: {}\">", Text(&speaker(article, quote)));
        }
        match name {
            Some((_, kind)) => {
                let _ = write!(
                    out,
                    "<span class=\"m {0}\" title=\"{0}\">{1}</span>",
                    kind.label(),
                    Text(&article.text()[piece])
                );
            }
            None => {
                let _ = write!(out, "{}", Text(&article.text()[piece]));
            }
        }
        if quoted.is_some() {
            out.push_str("</q>");
        }
    }
}

/// Who speaks, as a reader would say it.
fn speaker(article: &AnnotatedArticle, quote: &Quote) -> String {
    let Some(speaker) = &quote.speaker else { return "speaker not found".to_owned() };
    let words = &article.text()[speaker.span];
    match speaker.entity {
        Some(entity) if article.entities[entity as usize].name != words => {
            format!("{} ({words})", article.entities[entity as usize].name)
        }
        _ => words.to_owned(),
    }
}

fn failures(out: &mut String, errors: &[DocumentError]) {
    if errors.is_empty() {
        return;
    }
    out.push_str("<h2 id=\"failed\">Documents that failed</h2>\n<ul>\n");
    for error in errors {
        let _ = writeln!(out, "<li>{}</li>", Text(&error.to_string()));
    }
    out.push_str("</ul>\n");
}

fn methods(out: &mut String, model: &str) {
    let _ = write!(
        out,
        "<h2 id=\"methods\">Methods</h2>\n<p class=\"note\">Pages are cleaned by rules and a trained classifier of lines; every dropped part is listed under its text with the reason. \
         Entities and tone come from one transformer pass per sentence (model {}); its accuracy and limits are in its card. \
         Names, descriptions (“the Mexican president”) and pronouns are grouped to actors by rules; figures count named mentions. \
         Who says what comes from a tagger trained on PolNeAR (Newell et al. 2018) and rules over the quotation marks; words without quotation marks count as reported only where a reporting verb or phrase introduces them. \
         Tone is target-dependent sentiment (Hamborg and Donnay 2021), not a frame and not a stance. \
         Shares carry Wilson intervals, which take sentences as independent; mean tones carry percentile intervals of a bootstrap over paragraphs. \
         The model's own error is not in the intervals.</p>\n",
        Text(model)
    );
}

/// Text that came from outside, escaped for HTML text and attributes.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // Controls, and marks that turn the direction of text around: a page could hide words with them.
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => f.write_char('\u{fffd}')?,
                control if control.is_control() && control != '\n' => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_a_page_cannot_become_markup() {
        assert_eq!(
            Text("<img src=x onerror='a()'>&\"").to_string(),
            "&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;&quot;"
        );
        assert_eq!(Text("a\u{202e}b\u{0}c").to_string(), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn the_style_may_run_and_nothing_else() {
        let page = page(&[], &[], "m", &[]);
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
        assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"));
    }
}
