//! One document through all stages: the map step, which knows no other document.

use crate::config::Config;
use crate::input::{DocumentError, RawDocument};
use crate::models::Models;
use anyhow::{Context, Result};
use parallax_clean::clean;
use parallax_encoder::EncodedSentence;
use parallax_quotes::{ArticleView, Attribution, QuotedSpan, Voices, attribute, quoted_spans};
use parallax_text::{
    AlignedText, AnnotatedArticle, Article, Block, BlockKind, Cue, Document, EntityKind, Layer, LayerStatus, Mention,
    Quote, Sentence, Span, Speaker, Tone,
};

/// How documents are annotated.
#[derive(Clone, Debug)]
pub(crate) struct AnnotateOptions {
    pub(crate) config: Config,
    /// Whether pages are cleaned; otherwise their text is taken as it is.
    pub(crate) clean: bool,
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
        clean(&raw.source, raw.format, &options.config.clean()).map_err(|error| failed(error.to_string()))?
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
pub(crate) fn annotate(document: Document, article: Article, models: &Models) -> Result<AnnotatedArticle> {
    let text = article.text.text();
    let sentences = parallax_split::sentences(text, &article.blocks);
    let quoted = quoted_spans(text, &article.blocks);
    let known = article.language.as_ref().is_none_or(|language| models.languages.contains(language));
    let (mentions, entities, quotes, tones) =
        if known { read_sentences(text, &article.blocks, &sentences, &quoted, models)? } else { Default::default() };
    let layers = layers(models, if known { LayerStatus::Done } else { LayerStatus::UnsupportedLanguage });
    Ok(AnnotatedArticle { document, sentences, mentions, entities, quotes, tones, layers, article })
}

type Findings = (Vec<Mention>, Vec<parallax_text::Entity>, Vec<Quote>, Vec<Tone>);

/// One pass of the encoder; all heads read the same hidden states.
fn read_sentences(
    text: &str,
    blocks: &[Block],
    sentences: &[Sentence],
    quoted: &[QuotedSpan],
    models: &Models,
) -> Result<Findings> {
    let encoded = encode(text, sentences, models)?;
    let (mentions, entities) = actors(text, blocks, sentences, &encoded, models);
    let named: Vec<Span> = mentions.iter().map(|mention| mention.span).collect();
    let view = ArticleView { text, sentences, encoded: &encoded, quoted, mentions: &named };
    let attributions = attribute(&models.attributions, &view);
    let voices = Voices::new(text, sentences, quoted, &attributions);
    let (quotes, places) = quotes(text, &attributions, &mentions);
    let mut tones = Vec::new();
    for (index, mention) in mentions.iter().enumerate() {
        // The names of nationalities, works and events are no actors that anyone has a tone towards.
        if mention.kind == EntityKind::Miscellaneous || !mention.form.is_named() {
            continue;
        }
        let sentence = sentences[mention.sentence as usize];
        let Some(scores) = models.tone.score(&encoded[mention.sentence as usize], mention.span) else { continue };
        let standing = voices.at(mention.span);
        let speaker = standing.attribution.and_then(|index| quotes[places[index as usize]].speaker);
        tones.push(Tone {
            mention: index as u32,
            sentence: mention.sentence,
            zone: blocks[sentence.block as usize].kind,
            voice: standing.voice,
            holder: speaker.and_then(|speaker| speaker.entity),
            quote: quotes.iter().position(|quote| quote.span.contains(mention.span)).map(|quote| quote as u32),
            scores,
        });
    }
    Ok((mentions, entities, quotes, tones))
}

fn encode(text: &str, sentences: &[Sentence], models: &Models) -> Result<Vec<EncodedSentence>> {
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    models.encoder.encode(text, &spans).context("the encoder failed")
}

fn actors(
    text: &str,
    blocks: &[Block],
    sentences: &[Sentence],
    encoded: &[EncodedSentence],
    models: &Models,
) -> (Vec<Mention>, Vec<parallax_text::Entity>) {
    let tagged: Vec<Mention> = encoded
        .iter()
        .enumerate()
        .filter(|(index, _)| blocks[sentences[*index].block as usize].kind.is_prose())
        .flat_map(|(index, sentence)| models.entities.tag(text, index as u32, sentence))
        .collect();
    parallax_ner::resolve(text, sentences, blocks, tagged)
}

/// Who says what in a text, through the same stages as [`annotate`], for figures on labelled data.
pub(crate) fn attributions(text: &str, blocks: &[Block], models: &Models) -> Result<Vec<Attribution>> {
    let sentences = parallax_split::sentences(text, blocks);
    let quoted = quoted_spans(text, blocks);
    let encoded = encode(text, &sentences, models)?;
    let (mentions, _) = actors(text, blocks, &sentences, &encoded, models);
    let named: Vec<Span> = mentions.iter().map(|mention| mention.span).collect();
    let view = ArticleView { text, sentences: &sentences, encoded: &encoded, quoted: &quoted, mentions: &named };
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

/// A quotation for each content of each attribution, in order of the text, and the place of the
/// first of each attribution.
fn quotes(text: &str, attributions: &[Attribution], mentions: &[Mention]) -> (Vec<Quote>, Vec<usize>) {
    let mut contents: Vec<(Span, usize)> =
        attributions.iter().enumerate().flat_map(|(index, one)| one.content.iter().map(move |&s| (s, index))).collect();
    contents.sort();
    let mut places = vec![0; attributions.len()];
    contents.iter().enumerate().rev().for_each(|(place, &(_, index))| places[index] = place);
    let quote = |&(span, index): &(Span, usize)| Quote {
        kind: attributions[index].kind,
        span,
        speaker: attributions[index].source.map(|source| speaker(text, source, mentions)),
        cue: attributions[index].cue.map(|cue| Cue { span: cue.span }),
    };
    (contents.iter().map(quote).collect(), places)
}

/// The mention that the words which name a speaker are about: the first that is no nationality or
/// title of a work. An official *of* an organisation is not the organisation, a statement of it is.
fn speaker(text: &str, source: Span, mentions: &[Mention]) -> Speaker {
    let first = mentions.partition_point(|mention| mention.span.end() <= source.start());
    let inside = (first..mentions.len()).take_while(|&index| mentions[index].span.start() < source.end());
    let found = { inside }.find(|&index| mentions[index].kind != EntityKind::Miscellaneous).filter(|&index| {
        let before = &text[source.start().min(mentions[index].span.start())..mentions[index].span.start()];
        let mut words = before.split_whitespace();
        let parted = words.clone().any(|word| matches!(word, "of" | "for" | "from" | "at" | "in" | "with" | "by"));
        let document = |word: &str| {
            ["article", "document", "letter", "memo", "poll", "post", "report", "statement", "study", "survey"]
                .contains(&word)
        };
        !parted || words.any(|word| document(word.to_ascii_lowercase().as_str()))
    });
    Speaker {
        entity: found.and_then(|index| mentions[index].entity),
        mention: found.map(|index| index as u32),
        span: source,
    }
}

fn layers(models: &Models, model_layers: LayerStatus) -> Vec<Layer> {
    let engine = models.encoder.engine();
    let plain = |name: &str, status| Layer { name: name.to_owned(), status, model_sha256: None, engine: None };
    let with_model = |name: &str| Layer {
        name: name.to_owned(),
        status: model_layers,
        model_sha256: Some(models.sha256.clone()),
        engine: Some((engine.name.to_owned(), engine.precision.to_owned())),
    };
    let with_head =
        |name: &str| Layer { model_sha256: Some(models.attributions.sha256().to_owned()), ..with_model(name) };
    vec![
        plain("sentences", LayerStatus::Done),
        with_model("ner"),
        with_head("quotes"),
        with_head("attribution"),
        with_model("tone"),
        plain("frames", LayerStatus::NotRun),
        plain("stances", LayerStatus::NotRun),
        plain("wording", LayerStatus::NotRun),
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
