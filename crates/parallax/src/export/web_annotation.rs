//! W3C Web Annotations (Data Model and Vocabulary, 2017) in JSON-LD: mentions, tones and quotations
//! of clean texts that lie beside the file, one `.txt` an article.
//!
//! Selectors give the position in code points and the words with those around them.

use super::article::{CheckedArticle, file_name, safe_id};
use super::tone_label;
use serde_json::{Map, Value, json};

/// What stands before the annotations of the page.
pub const PAGE_START: &str = "{\n\"@context\": \"http://www.w3.org/ns/anno.jsonld\",\n\"id\": \"annotations.jsonld\",\n\"type\": \"AnnotationPage\",\n\"items\": [\n";
/// What stands behind them.
pub const PAGE_END: &str = "\n]\n}\n";
/// Code points of context before and behind the words of a selector.
const AROUND: usize = 32;

/// The name of an article's text, beside the annotations.
#[must_use]
pub fn text_name(article: &CheckedArticle<'_>) -> String {
    format!("texts/{}.txt", file_name(&article.record().doc_id))
}

/// The annotations of one article, an object each.
#[must_use]
pub fn web_annotations(article: &CheckedArticle<'_>) -> Vec<Value> {
    let record = article.record();
    let mut found = Vec::new();
    let tag = |value: &str, purpose: &str| json!({"type": "TextualBody", "value": value, "purpose": purpose});
    for mention in &record.mentions {
        let mut bodies = vec![tag(mention.kind.label(), "classifying")];
        bodies.extend(article.entity_name(mention.entity).map(|name| tag(name, "identifying")));
        let id = format!("mention/{}", mention.id);
        found.push(annotation(article, &id, "identifying", bodies, (mention.start, mention.end)));
    }
    for tone in &record.tones {
        let mention = &record.mentions[tone.mention as usize];
        let scores = json!({
            "negative": tone.negative, "neutral": tone.neutral, "positive": tone.positive, "voice": tone.voice,
        });
        let figures = json!({
            "type": "TextualBody", "value": scores.to_string(), "format": "application/json", "purpose": "assessing",
        });
        let id = format!("tone/{}", tone.id);
        let bodies = vec![tag(tone_label(tone), "assessing"), figures];
        found.push(annotation(article, &id, "assessing", bodies, (mention.start, mention.end)));
    }
    for quote in &record.quotes {
        let mut bodies = vec![tag(&crate::table::name_of(quote.kind), "classifying")];
        if let Some(speaker) = &quote.speaker {
            bodies.push(tag(article.entity_name(speaker.entity).unwrap_or(&speaker.text), "identifying"));
        }
        if let Some(cue) = &quote.cue {
            bodies.push(tag(&cue.lemma, "describing"));
        }
        found.push(annotation(
            article,
            &format!("quote/{}", quote.id),
            "classifying",
            bodies,
            (quote.start, quote.end),
        ));
    }
    found
}

fn annotation(
    article: &CheckedArticle<'_>,
    id: &str,
    motivation: &str,
    bodies: Vec<Value>,
    (start, end): (usize, usize),
) -> Value {
    let record = article.record();
    let length = record.text.chars().count();
    let mut target = Map::new();
    target.insert("source".to_owned(), iri(&text_name(article)).into());
    // The page that the words are from: positions are those of the text, not of the page.
    if let Some(url) = &record.url {
        target.insert("scope".to_owned(), url.as_str().into());
    }
    target.insert(
        "selector".to_owned(),
        json!([
            {"type": "TextPositionSelector", "start": start, "end": end},
            {
                "type": "TextQuoteSelector",
                "exact": article.cut(start, end),
                "prefix": article.cut(start.saturating_sub(AROUND), start),
                "suffix": article.cut(end, (end + AROUND).min(length)),
            },
        ]),
    );
    json!({
        "id": format!("#{}/{id}", iri(&safe_id(&record.doc_id))),
        "type": "Annotation",
        "motivation": motivation,
        "body": bodies,
        "target": target,
    })
}

/// A name of a file as a relative address.
fn iri(name: &str) -> String {
    name.replace('%', "%25")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::{cut, full};

    #[test]
    fn both_selectors_lead_to_the_same_words() {
        let record = full();
        let annotations = web_annotations(&CheckedArticle::new(&record).unwrap());
        assert_eq!(annotations.len(), record.mentions.len() + record.tones.len() + record.quotes.len());
        for annotation in &annotations {
            let [position, quote] = annotation["target"]["selector"].as_array().unwrap().as_slice() else { panic!() };
            let at = |name: &str| position[name].as_u64().unwrap() as usize;
            assert_eq!(quote["exact"], cut(&record.text, at("start"), at("end")).as_str());
            let around = ["prefix", "exact", "suffix"].map(|part| quote[part].as_str().unwrap()).concat();
            assert!(record.text.contains(&around), "{around}");
            assert_eq!(annotation["target"]["source"], "texts/a%2520b%252Fc.txt");
        }
    }
}
