//! brat standoff: a `.txt` and an `.ann` file an article, positions in code points (Stenetorp et
//! al. 2012), and the configuration that lets brat show them.

use super::article::CheckedArticle;
use super::tone_label;
use parallax_text::QuoteKind;
use std::fmt::Write;

/// `annotation.conf` of the folder.
pub const ANNOTATION_CONF: &str = "\
[entities]
PER
ORG
LOC
MISC
DirectQuote
IndirectQuote
MixedQuote
Speaker
Cue

[relations]
SaidBy\tArg1:DirectQuote|IndirectQuote|MixedQuote, Arg2:Speaker
IntroducedBy\tArg1:DirectQuote|IndirectQuote|MixedQuote, Arg2:Cue
Continues\tArg1:DirectQuote|IndirectQuote|MixedQuote, Arg2:DirectQuote|IndirectQuote|MixedQuote
SameActor\tArg1:PER|ORG|LOC|MISC, Arg2:PER|ORG|LOC|MISC, <REL-TYPE>:symmetric-transitive

[events]

[attributes]
Form\tArg:PER|ORG|LOC|MISC, Value:name|short_name|title|description|pronoun
Tone\tArg:PER|ORG|LOC|MISC, Value:negative|neutral|positive
Voice\tArg:PER|ORG|LOC|MISC, Value:own|direct|indirect|mixed|unresolved
";

/// The `.txt` file: the clean text, every line end one `\n`, so that no reader shifts positions.
#[must_use]
pub fn brat_text(article: &CheckedArticle<'_>) -> String {
    article.record().text.replace('\r', " ")
}

/// The `.ann` file. Text that goes over a line end is marked in parts, as brat wants it.
#[must_use]
pub fn brat_annotations(article: &CheckedArticle<'_>) -> String {
    let record = article.record();
    let mut out = Annotations::default();
    let mentions: Vec<Option<usize>> =
        record.mentions.iter().map(|m| out.text(article, m.kind.label(), m.start, m.end)).collect();
    for (mention, id) in record.mentions.iter().zip(&mentions) {
        let Some(id) = id else { continue };
        out.attribute("Form", *id, &crate::table::name_of(mention.form));
        if let Some(name) = article.entity_name(mention.entity) {
            out.note(*id, name);
        }
    }
    for tone in &record.tones {
        let Some(id) = mentions[tone.mention as usize] else { continue };
        out.attribute("Tone", id, tone_label(tone));
        out.attribute("Voice", id, tone.voice.name());
    }
    let mut quotes = Vec::new();
    for quote in &record.quotes {
        let kind = match quote.kind {
            QuoteKind::Direct => "DirectQuote",
            QuoteKind::Indirect => "IndirectQuote",
            QuoteKind::Mixed => "MixedQuote",
        };
        let id = out.text(article, kind, quote.start, quote.end);
        quotes.push(id);
        let Some(id) = id else { continue };
        if let Some(speaker) = &quote.speaker {
            let who = out.text(article, "Speaker", speaker.start, speaker.end);
            out.relation("SaidBy", id, who);
            if let (Some(who), Some(name)) = (who, article.entity_name(speaker.entity)) {
                out.note(who, name);
            }
        }
        if let Some(cue) = &quote.cue {
            let word = out.text(article, "Cue", cue.start, cue.end);
            out.relation("IntroducedBy", id, word);
            word.into_iter().for_each(|word| out.note(word, &cue.lemma));
        }
        out.relation(
            "Continues",
            id,
            quote.continues.and_then(|earlier| quotes.get(earlier as usize).copied().flatten()),
        );
    }
    for entity in &record.entities {
        let of = record.mentions.iter().filter(|mention| mention.entity == Some(entity.id as u32));
        let ids: Vec<String> = of.filter_map(|mention| mentions[mention.id]).map(|id| format!("T{id}")).collect();
        if ids.len() > 1 {
            let _ = writeln!(out.lines, "*\tSameActor {}", ids.join(" "));
        }
    }
    out.lines
}

#[derive(Default)]
struct Annotations {
    lines: String,
    texts: usize,
    relations: usize,
    attributes: usize,
    notes: usize,
}

impl Annotations {
    /// Marks a range; its number, or none where the range holds nothing that can be marked.
    fn text(&mut self, article: &CheckedArticle<'_>, kind: &str, start: usize, end: usize) -> Option<usize> {
        let mut parts: Vec<(usize, usize, String)> = Vec::new();
        let mut at = start;
        for line in article.cut(start, end).split('\n') {
            let length = line.chars().count();
            let bare = line.trim_start();
            let from = at + length - bare.chars().count();
            let bare = bare.trim_end();
            if !bare.is_empty() {
                parts.push((from, from + bare.chars().count(), bare.replace('\r', " ")));
            }
            at += length + 1;
        }
        if parts.is_empty() {
            return None;
        }
        self.texts += 1;
        let ranges: Vec<String> = parts.iter().map(|(start, end, _)| format!("{start} {end}")).collect();
        let words: Vec<&str> = parts.iter().map(|part| part.2.as_str()).collect();
        let _ = writeln!(self.lines, "T{}\t{kind} {}\t{}", self.texts, ranges.join(";"), words.join(" "));
        Some(self.texts)
    }

    fn relation(&mut self, kind: &str, from: usize, to: Option<usize>) {
        if let Some(to) = to {
            self.relations += 1;
            let _ = writeln!(self.lines, "R{}\t{kind} Arg1:T{from} Arg2:T{to}", self.relations);
        }
    }

    fn attribute(&mut self, name: &str, of: usize, value: &str) {
        self.attributes += 1;
        let _ = writeln!(self.lines, "A{}\t{name} T{of} {value}", self.attributes);
    }

    fn note(&mut self, of: usize, text: &str) {
        self.notes += 1;
        let line: Vec<&str> = text.split_whitespace().collect();
        let _ = writeln!(self.lines, "#{}\tAnnotatorNotes T{of}\t{}", self.notes, line.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::cut;
    use crate::export::fixture::full;

    #[test]
    fn every_part_is_the_text_at_its_place() {
        let mut record = full();
        record.text = record.text.replacen("fell", "f\r\nl", 1);
        let article = CheckedArticle::new(&record).unwrap();
        let text = brat_text(&article);
        let lines = brat_annotations(&article);
        let mut marked = 0;
        for line in lines.lines().filter(|line| line.starts_with('T')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let ranges = cells[1].split_once(' ').unwrap().1;
            let parts = ranges.split(';').map(|range| {
                let (start, end) = range.split_once(' ').unwrap();
                cut(&text, start.parse().unwrap(), end.parse().unwrap())
            });
            assert_eq!(parts.collect::<Vec<_>>().join(" "), cells[2]);
            marked += 1;
        }
        assert_eq!(marked, record.mentions.len() + 3, "{lines}");
        assert!(lines.contains("over 👍🏽. Go home\u{201d}"), "{lines}");
        assert!(lines.contains("SaidBy Arg1:T5 Arg2:T6") && lines.contains("*\tSameActor T1 T2 T3\n"), "{lines}");
    }
}
