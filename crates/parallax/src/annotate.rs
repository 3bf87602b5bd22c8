//! One document through all stages: the map step, which knows no other document.

use crate::config::Config;
use crate::input::{DocumentError, RawDocument};
use crate::judge::{self, Questions, Reading, Whose};
use crate::models::Models;
use anyhow::{Context, Result};
use parallax_clean::{OutletLines, clean, clean_among};
use parallax_encoder::EncodedSentence;
use parallax_ner::{KnownActors, Spoken};
use parallax_quotes::{ArticleView, Attribution, QuotedSpan, Voices, attribute, quoted_spans};
use parallax_text::{
    AlignedText, AnnotatedArticle, Article, Block, BlockKind, Cue, Document, Entity, EntityKind, FrameScores, Layer,
    LayerStatus, Mention, Quote, QuoteKind, Sentence, SentenceVectors, Span, Speaker, Stance, Tone, Wording,
};
use std::cmp::Reverse;

/// How documents are annotated.
#[derive(Clone, Debug)]
pub(crate) struct AnnotateOptions {
    pub(crate) config: Config,
    /// Whether pages are cleaned; otherwise their text is taken as it is.
    pub(crate) clean: bool,
    /// What outlets print on page after page.
    pub(crate) known: OutletLines,
}

/// Takes a page to an article, with the user's metadata over what was detected.
pub(crate) fn make_article(raw: RawDocument, options: &AnnotateOptions) -> Result<(Document, Article), DocumentError> {
    let failed = |message| DocumentError {
        source: raw.origin.path.clone(),
        record: raw.origin.record,
        doc_id: Some(raw.doc_id.clone()),
        message,
    };
    let mut article = if options.clean {
        let limits = options.config.clean();
        let cleaned = match &raw.declared.outlet {
            Some(outlet) => clean_among(&raw.source, raw.format, &limits, &options.known, outlet),
            None => clean(&raw.source, raw.format, &limits),
        };
        cleaned.map_err(|error| failed(error.to_string()))?
    } else if raw.source.trim().is_empty() {
        return Err(failed("the text is empty; leave the document out, or give its text".to_owned()));
    } else {
        as_it_is(&raw.source)
    };
    raw.declared.apply(&mut article, options.clean);
    let document = Document { doc_id: raw.doc_id, origin: raw.origin, story: raw.declared.story, source: raw.source };
    Ok((document, article))
}

/// Annotates one article.
///
/// # Errors
/// Where the engine fails; the article's text is not to blame then.
pub(crate) fn annotate(
    document: Document,
    article: Article,
    models: &Models,
    actors_of_user: &KnownActors,
    questions: &Questions,
) -> Result<AnnotatedArticle> {
    let text = article.text.text();
    let sentences = parallax_split::sentences(text, &article.blocks);
    let quoted = quoted_spans(text, &article.blocks);
    let known = article.language.as_ref().is_none_or(|language| models.languages.contains(language));
    let found = if known {
        read_sentences(text, &article.blocks, &sentences, &quoted, models, actors_of_user, questions)?
    } else {
        Findings::default()
    };
    let layers = layers(models, questions, if known { LayerStatus::Done } else { LayerStatus::UnsupportedLanguage });
    let Findings { mentions, entities, quotes, tones, frames, stances, wording, vectors } = found;
    Ok(AnnotatedArticle {
        document,
        sentences,
        mentions,
        entities,
        quotes,
        tones,
        frames,
        stances,
        wording,
        vectors,
        layers,
        article,
    })
}

/// What the models find in an article.
#[derive(Default)]
struct Findings {
    mentions: Vec<Mention>,
    entities: Vec<Entity>,
    quotes: Vec<Quote>,
    tones: Vec<Tone>,
    frames: Vec<FrameScores>,
    stances: Vec<Stance>,
    wording: Vec<Wording>,
    vectors: Option<SentenceVectors>,
}

/// One pass of the encoder; all heads read the same hidden states.
fn read_sentences(
    text: &str,
    blocks: &[Block],
    sentences: &[Sentence],
    quoted: &[QuotedSpan],
    models: &Models,
    actors_of_user: &KnownActors,
    questions: &Questions,
) -> Result<Findings> {
    let encoded = encode(text, sentences, models)?;
    let (mentions, entities) = actors(text, blocks, sentences, quoted, &encoded, models, actors_of_user)?;
    let places: Vec<Span> = mentions.iter().map(|mention| mention.span).collect();
    let view = ArticleView { text, sentences, encoded: &encoded, quoted, mentions: &places };
    let attributions = speech(attribute(&models.attributions, &view));
    let voices = Voices::new(text, sentences, quoted, &attributions);
    let (mut quotes, places) = quotes(text, &attributions, &mentions);
    documents_speak(text, blocks, &mut quotes, &entities);
    let spoken: Vec<Spoken> = quotes
        .iter()
        .map(|quote| Spoken { span: quote.span, speaker: quote.speaker.and_then(|speaker| speaker.entity) })
        .collect();
    let (mentions, entities) = parallax_ner::first_person(text, sentences, &spoken, mentions, entities);
    // New mentions moved the others: those of the speakers are found again by the same rule.
    for speaker in quotes.iter_mut().filter_map(|quote| quote.speaker.as_mut()) {
        speaker.mention = self::speaker(text, speaker.span, &mentions).mention;
    }
    let whose = |place: Span| {
        let standing = voices.at(place);
        let speaker = standing.attribution.and_then(|index| quotes[places[index as usize]].speaker);
        Whose {
            voice: standing.voice,
            holder: speaker.and_then(|speaker| speaker.entity),
            quote: quotes.iter().position(|quote| quote.span.contains(place)).map(|quote| quote as u32),
        }
    };
    // The names of nationalities, works and events are no actors that anyone has a tone towards.
    let is_judged = |mention: &Mention| mention.kind != EntityKind::Miscellaneous && mention.form.is_named();
    let judged: Vec<usize> = (0..mentions.len()).filter(|&index| is_judged(&mentions[index])).collect();
    let targets: Vec<(u32, Span)> =
        judged.iter().map(|&index| (mentions[index].sentence, mentions[index].span)).collect();
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    let mut tones = Vec::new();
    for (index, scores) in judged.into_iter().zip(models.tones(text, &spans, &encoded, &targets)?) {
        let (mention, Some(scores)) = (&mentions[index], scores) else { continue };
        let sentence = sentences[mention.sentence as usize];
        let Whose { voice, holder, quote } = whose(mention.span);
        let zone = blocks[sentence.block as usize].kind;
        tones.push(Tone { mention: index as u32, sentence: mention.sentence, zone, voice, holder, quote, scores });
    }
    let prose: Vec<bool> = sentences.iter().map(|sentence| blocks[sentence.block as usize].kind.is_prose()).collect();
    let reading = Reading { text, sentences, encoded: &encoded, prose: &prose };
    let exact = models.vectors.project(&encoded);
    let vectors = models.vectors.packed(&exact);
    let (frames, wording) = judge::discourse(models, questions, reading, &exact);
    let stances = match &models.stance {
        Some(judge) => judge::stances(judge, questions, reading, &vectors, whose)?,
        None => Vec::new(),
    };
    Ok(Findings { mentions, entities, quotes, tones, frames, stances, wording, vectors: Some(vectors) })
}

fn encode(text: &str, sentences: &[Sentence], models: &Models) -> Result<Vec<EncodedSentence>> {
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    models.encoder.encode(text, &spans).context("the encoder failed")
}

/// The actors in any form: names, then the descriptions and pronouns that stand for them.
fn actors(
    text: &str,
    blocks: &[Block],
    sentences: &[Sentence],
    quoted: &[QuotedSpan],
    encoded: &[EncodedSentence],
    models: &Models,
    actors_of_user: &KnownActors,
) -> Result<(Vec<Mention>, Vec<Entity>)> {
    let is_prose = |index: usize| blocks[sentences[index].block as usize].kind.is_prose();
    let tagged = models.names(text, sentences, encoded, is_prose)?;
    let (mentions, entities) = parallax_ner::resolve(text, sentences, blocks, tagged, actors_of_user);
    let quoted: Vec<Span> = quoted.iter().map(|quote| quote.span).collect();
    Ok(parallax_ner::refer(text, sentences, blocks, &quoted, mentions, entities))
}

/// Who says what in a text, through the same stages as [`annotate`], for figures on labelled data.
pub(crate) fn attributions(text: &str, blocks: &[Block], models: &Models) -> Result<Vec<Attribution>> {
    let sentences = parallax_split::sentences(text, blocks);
    let quoted = quoted_spans(text, blocks);
    let encoded = encode(text, &sentences, models)?;
    let (mentions, _) = actors(text, blocks, &sentences, &quoted, &encoded, models, &KnownActors::default())?;
    let places: Vec<Span> = mentions.iter().map(|mention| mention.span).collect();
    let view = ArticleView { text, sentences: &sentences, encoded: &encoded, quoted: &quoted, mentions: &places };
    Ok(attribute(&models.attributions, &view))
}

/// Every line that is not empty as a paragraph of the body.
pub(crate) fn line_blocks(text: &str) -> Vec<Block> {
    let mut start = 0;
    let mut blocks = Vec::new();
    for line in text.split_inclusive('\n') {
        let span = Span::new(start, start + line.len()).trimmed(text);
        if !span.is_empty() {
            blocks.push(Block { kind: BlockKind::Body, span });
        }
        start += line.len();
    }
    blocks
}

/// What is said, as against done or wanted: words between marks, and words that a reporting verb
/// or phrase introduces. The tagger, as PolNeAR has it, also attributes attitudes and acts
/// ("imposed tariffs"); in those the outlet speaks.
fn speech(attributions: Vec<Attribution>) -> Vec<Attribution> {
    let is_speech =
        |one: &Attribution| one.kind != QuoteKind::Indirect || one.cue.is_some_and(|cue| cue.lemma.is_some());
    let mut kept = 0;
    let places: Vec<Option<u32>> = attributions
        .iter()
        .map(|one| {
            let place = is_speech(one).then_some(kept);
            kept += u32::from(place.is_some());
            place
        })
        .collect();
    let mut attributions: Vec<Attribution> = attributions.into_iter().filter(is_speech).collect();
    for one in &mut attributions {
        one.continues = one.continues.and_then(|earlier| places[earlier as usize]);
    }
    attributions
}

/// A quotation for each content of each attribution, in order of the text, and the place of the
/// first of each attribution.
fn quotes(text: &str, attributions: &[Attribution], mentions: &[Mention]) -> (Vec<Quote>, Vec<usize>) {
    let mut contents: Vec<(Span, usize)> =
        attributions.iter().enumerate().flat_map(|(index, one)| one.content.iter().map(move |&s| (s, index))).collect();
    contents.sort();
    let mut first = vec![0; attributions.len()];
    contents.iter().enumerate().rev().for_each(|(place, &(_, index))| first[index] = place);
    let mut last: Vec<Option<u32>> = vec![None; attributions.len()];
    let mut quotes: Vec<Quote> = Vec::with_capacity(contents.len());
    for (place, &(span, index)) in contents.iter().enumerate() {
        let one = &attributions[index];
        let earlier = || one.continues.and_then(|earlier| last[earlier as usize]);
        let continues = last[index].or_else(earlier);
        last[index] = Some(place as u32);
        quotes.push(Quote {
            kind: one.kind,
            span,
            speaker: one.source.map(|source| speaker(text, source, mentions)),
            cue: one.cue.map(|cue| Cue {
                span: cue.span,
                lemma: cue.lemma.map_or_else(|| text[cue.span].to_lowercase(), ToOwned::to_owned),
                class: cue.class,
            }),
            continues,
        });
    }
    (quotes, first)
}

/// Who the words that name a speaker mean: the first mention in them, of those that begin at one
/// place the longest ("Mexico's leader", not "Mexico"). The adjective of a country does not speak.
/// An official *of* an organisation is not the organisation; a statement of it is.
fn speaker(text: &str, source: Span, mentions: &[Mention]) -> Speaker {
    let inside = mentions
        .iter()
        .enumerate()
        .filter(|(_, mention)| mention.span.overlaps(source) && mention.kind != EntityKind::Miscellaneous);
    let found = inside.min_by_key(|(_, mention)| (mention.span.start(), Reverse(mention.span.len())));
    let found = found.filter(|(_, mention)| {
        let before = &text[source.start().min(mention.span.start())..mention.span.start()];
        let mut words = before.split_whitespace();
        !words.clone().any(|word| PARTING.contains(&word))
            || words.any(|word| DOCUMENTS.contains(&word.to_ascii_lowercase().as_str()))
    });
    Speaker {
        entity: found.and_then(|(_, mention)| mention.entity),
        mention: found.map(|(index, _)| index as u32),
        span: source,
    }
}

/// "The statement said": a document speaks for the organisation that spoke last before it, at most
/// three blocks above.
fn documents_speak(text: &str, blocks: &[Block], quotes: &mut [Quote], entities: &[Entity]) {
    let block_of = |at: usize| blocks.partition_point(|block| block.span.end() <= at);
    let mut last: Option<(u32, usize)> = None;
    for quote in quotes {
        let Some(speaker) = quote.speaker.as_mut() else { continue };
        let block = block_of(quote.span.start());
        let words = text[speaker.span].to_lowercase();
        let document = words.strip_prefix("the ").is_some_and(|noun| DOCUMENTS.contains(&noun));
        if speaker.entity.is_none() && document {
            speaker.entity = last.filter(|(_, at)| block - at <= 3).map(|(entity, _)| entity);
        }
        if let Some(entity) = speaker.entity.filter(|&one| entities[one as usize].kind == EntityKind::Organization) {
            last = Some((entity, block));
        }
    }
}

/// What parts someone from the organisation they belong to.
const PARTING: [&str; 7] = ["of", "for", "from", "at", "in", "with", "by"];
/// What speaks for whoever made it.
const DOCUMENTS: [&str; 10] =
    ["article", "document", "letter", "memo", "poll", "post", "report", "statement", "study", "survey"];

fn layers(models: &Models, questions: &Questions, model_layers: LayerStatus) -> Vec<Layer> {
    let engine = models.encoder.engine();
    let plain = |name: &str, status| Layer { name: name.to_owned(), status, model_sha256: None, engine: None };
    let with_model = |name: &str| Layer {
        name: name.to_owned(),
        status: model_layers,
        model_sha256: Some(models.sha256.clone()),
        engine: Some((engine.name.to_owned(), engine.precision.to_owned())),
    };
    let with_branch = |name: &str| Layer { model_sha256: Some(models.discourse.sha256.clone()), ..with_model(name) };
    let stances = match models.stance.as_ref().filter(|_| questions.has_propositions()) {
        Some(judge) => Layer {
            model_sha256: Some(judge.scorer.sha256().to_owned()),
            engine: Some((judge.encoder.engine().name.clone(), judge.encoder.engine().precision.clone())),
            ..with_model("stances")
        },
        None => plain("stances", LayerStatus::NotRun),
    };
    vec![
        plain("sentences", LayerStatus::Done),
        models.own.layer(with_model("ner")),
        with_branch("quotes"),
        with_branch("attribution"),
        models.own.layer(with_model("tone")),
        with_branch("frames"),
        stances,
        with_branch("wording"),
        with_model("vectors"),
    ]
}

/// The text unchanged: every paragraph (lines up to an empty line; every line, where there is no
/// empty line) is a block of the body.
fn as_it_is(source: &str) -> Article {
    let separator = ["\r\n\r\n", "\n\n"].into_iter().find(|gap| source.contains(gap)).unwrap_or("\n");
    let mut blocks = Vec::new();
    let mut start = 0;
    for part in source.split(separator) {
        let span = Span::new(start, start + part.len()).trimmed(source);
        if !span.is_empty() {
            blocks.push(Block { kind: BlockKind::Body, span });
        }
        start += part.len() + separator.len();
    }
    Article { text: AlignedText::identity(source), blocks, ..Article::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_taken_as_it_is_keeps_its_positions() {
        let check = |source: &str, paragraphs: &[&str]| {
            let article = as_it_is(source);
            let found: Vec<&str> = article.blocks.iter().map(|block| &article.text.text()[block.span]).collect();
            assert_eq!((article.text.text(), found.as_slice()), (source, paragraphs));
        };
        check("One.\nStill one.\n\n  Two.\n", &["One.\nStill one.", "Two."]);
        check("One.\nTwo.", &["One.", "Two."]);
        check("One.\r\n\r\nTwo.\r\n", &["One.", "Two."]);
    }
}
