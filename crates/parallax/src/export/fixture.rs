//! Small records for tests: `[...]` marks a mention.

use parallax_text::record::*;
use parallax_text::{BlockKind, EntityKind, LayerStatus, MentionForm, QuoteKind, Voice};
use std::collections::BTreeMap;

/// A record of a text; `[Ada]` is a mention of a person, each of an actor of its own; a line is a
/// block, and sentences end at ". ".
pub(crate) fn record(marked: &str) -> AnnotationRecord {
    let mut text = String::new();
    let mut open = Vec::new();
    let mut spans = Vec::new();
    let mut length = 0;
    for letter in marked.chars() {
        match letter {
            '[' => open.push(length),
            ']' => spans.extend(open.pop().map(|start| (start, length))),
            other => {
                text.push(other);
                length += 1;
            }
        }
    }
    let letters: Vec<char> = text.chars().collect();
    let (mut blocks, mut sentences) = (Vec::new(), Vec::new());
    let (mut block_start, mut start) = (0, 0);
    for place in 0..=letters.len() {
        let line_end = place == letters.len() || letters[place] == '\n';
        let ends = line_end || (letters[place] == ' ' && place > start && letters[place - 1] == '.');
        if ends && place > start {
            sentences.push(SentenceRecord { id: sentences.len(), block: blocks.len() as u32, start, end: place });
        }
        if ends {
            start = place + 1;
        }
        if line_end {
            if place > block_start {
                blocks.push(BlockRecord { id: blocks.len(), kind: BlockKind::Body, start: block_start, end: place });
            }
            block_start = place + 1;
        }
    }
    let sentence_of = |at: usize| sentences.iter().position(|s: &SentenceRecord| at < s.end).unwrap_or_default() as u32;
    let cut = |(start, end): (usize, usize)| letters[start..end].iter().collect::<String>();
    let mentions: Vec<MentionRecord> = spans
        .iter()
        .enumerate()
        .map(|(id, &span)| MentionRecord {
            id,
            sentence: sentence_of(span.0),
            start: span.0,
            end: span.1,
            text: cut(span),
            kind: EntityKind::Person,
            form: MentionForm::Name,
            score: 0.99,
            entity: Some(id as u32),
        })
        .collect();
    let entities = mentions.iter().map(|mention| EntityRecord {
        id: mention.id,
        name: mention.text.clone(),
        kind: EntityKind::Person,
        mentions: vec![mention.id as u32],
    });
    AnnotationRecord {
        schema: SCHEMA.to_owned(),
        doc_id: "a b/c".to_owned(),
        source: "a b/c.txt".to_owned(),
        record: 0,
        source_sha256: "0".repeat(64),
        source_encoding: "utf-8".to_owned(),
        outlet: Some("Star & <Sons>".to_owned()),
        url: None,
        title: None,
        byline: Vec::new(),
        published: None,
        language: Some("en".to_owned()),
        truncated: false,
        story: None,
        decisions: Vec::new(),
        alignment: vec![(0, letters.len(), 0, letters.len(), RunName::Kept)],
        blocks,
        dropped: Vec::new(),
        entities: entities.collect(),
        sentences,
        mentions,
        quotes: Vec::new(),
        tones: Vec::new(),
        frames: Vec::new(),
        stances: Vec::new(),
        wording: Vec::new(),
        layers: BTreeMap::from([("ner".to_owned(), layer(LayerStatus::Done))]),
        text,
    }
}

fn layer(status: LayerStatus) -> LayerRecord {
    LayerRecord { status, model_sha256: None, engine: None, precision: None }
}

/// The first place of some words, in code points.
fn place(record: &AnnotationRecord, words: &str) -> (usize, usize) {
    let byte = record.text.find(words).expect("the words are in the text");
    let start = record.text[..byte].chars().count();
    (start, start + words.chars().count())
}

/// A record with everything in it that exports carry: two actors, a quotation over two
/// paragraphs, tones, frames, stances, loaded words; accents and emoji before and between.
pub(crate) fn full() -> AnnotationRecord {
    let mut record = record(
        "🔥 [Señora Núñez] wins\n[Mayor [Ana] Núñez] told [Otto Brandt] \u{201c}it\u{2019}s over 👍🏽.\nGo home\u{201d}. Rain & <wind> fell.",
    );
    // The inner mention of a nested pair is found first; mentions are in order of the text.
    record.mentions.sort_by_key(|mention| (mention.start, std::cmp::Reverse(mention.end)));
    for (id, mention) in record.mentions.iter_mut().enumerate() {
        mention.id = id;
        mention.entity = Some(u32::from(mention.text.contains("Otto")));
    }
    let of = |entity: u32| -> Vec<u32> {
        record.mentions.iter().filter(|m| m.entity == Some(entity)).map(|m| m.id as u32).collect()
    };
    record.entities = vec![
        EntityRecord { id: 0, name: "Ana Núñez".into(), kind: EntityKind::Person, mentions: of(0) },
        EntityRecord { id: 1, name: "Otto Brandt".into(), kind: EntityKind::Person, mentions: of(1) },
    ];
    let (start, _) = place(&record, "\u{201c}it");
    let (_, end) = place(&record, "home\u{201d}");
    let speaker = place(&record, "Mayor Ana Núñez");
    let cue = place(&record, "told");
    let mention = record.mentions.iter().position(|m| m.text == "Mayor Ana Núñez").expect("the mention") as u32;
    record.quotes.push(QuoteRecord {
        id: 0,
        kind: QuoteKind::Direct,
        start,
        end,
        speaker: Some(SpeakerRecord {
            entity: Some(0),
            mention: Some(mention),
            text: "Mayor Ana Núñez".into(),
            start: speaker.0,
            end: speaker.1,
        }),
        cue: Some(CueRecord { text: "told".into(), start: cue.0, end: cue.1, lemma: "tell".into(), class: None }),
        continues: None,
    });
    for (id, mention) in record.mentions.iter().enumerate() {
        record.tones.push(ToneRecord {
            id,
            mention: mention.id as u32,
            sentence: mention.sentence,
            zone: BlockKind::Body,
            voice: Voice::Own,
            holder: None,
            quote: None,
            negative: 0.1,
            neutral: 0.2,
            positive: 0.7,
        });
    }
    record.frames.push(FrameRecord {
        sentence: 1,
        codebook: "own".into(),
        scores: BTreeMap::from([("law".into(), 0.5), ("sport".into(), 0.25)]),
    });
    record.stances.push(StanceRecord {
        sentence: 1,
        proposition: "The harbour stays".into(),
        voice: Voice::Direct,
        holder: Some(0),
        quote: Some(0),
        against: 0.1,
        favor: 0.6,
        neither: 0.3,
    });
    let (start, end) = place(&record, "over");
    let word = LoadedWordRecord { text: "over".into(), start, end, score: 0.5 };
    record.wording.push(WordingRecord { sentence: 1, loaded: 0.75, words: vec![word] });
    for name in ["frames", "stances", "wording", "tone", "quotes"] {
        record.layers.insert(name.to_owned(), layer(LayerStatus::Done));
    }
    record
}

/// Cuts a range of code points.
pub(crate) fn cut(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end - start).collect()
}
