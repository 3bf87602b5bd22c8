//! One document through all stages: the map step, which knows no other document.

use crate::config::Config;
use crate::input::{DocumentError, RawDocument};
use crate::models::Models;
use anyhow::{Context, Result};
use parallax_clean::clean;
use parallax_quotes::{QuotedSpan, quoted_spans, reporting_verbs, voice_at};
use parallax_text::{
    AlignedText, AnnotatedArticle, Article, Block, BlockKind, Document, EntityKind, Layer, LayerStatus, Mention, Quote,
    QuoteKind, Sentence, Span, Tone,
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
    let (mentions, entities, tones) =
        if known { read_sentences(text, &article.blocks, &sentences, &quoted, models)? } else { Default::default() };
    let layers = layers(models, if known { LayerStatus::Done } else { LayerStatus::UnsupportedLanguage });
    let quotes = quoted.iter().map(|found| quote(text, found)).collect();
    Ok(AnnotatedArticle { document, sentences, mentions, entities, quotes, tones, layers, article })
}

type Findings = (Vec<Mention>, Vec<parallax_text::Entity>, Vec<Tone>);

/// One pass of the encoder; all heads read the same hidden states.
fn read_sentences(
    text: &str,
    blocks: &[Block],
    sentences: &[Sentence],
    quoted: &[QuotedSpan],
    models: &Models,
) -> Result<Findings> {
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    let encoded = models.encoder.encode(text, &spans).context("the encoder failed")?;
    let tagged: Vec<Mention> = encoded
        .iter()
        .enumerate()
        .filter(|(index, _)| blocks[sentences[*index].block as usize].kind.is_prose())
        .flat_map(|(index, sentence)| models.entities.tag(text, index as u32, sentence))
        .collect();
    let known = parallax_ner::KnownActors::default();
    let (mentions, entities) = parallax_ner::resolve(text, sentences, blocks, tagged, &known);
    let reported: Vec<bool> =
        sentences.iter().map(|sentence| !reporting_verbs(text, sentence.span).is_empty()).collect();
    let mut tones = Vec::new();
    for (index, mention) in mentions.iter().enumerate() {
        // The names of nationalities, works and events are no actors that anyone has a tone towards.
        if mention.kind == EntityKind::Miscellaneous || !mention.form.is_named() {
            continue;
        }
        let sentence = sentences[mention.sentence as usize];
        let Some(scores) = models.tone.score(&encoded[mention.sentence as usize], mention.span) else { continue };
        tones.push(Tone {
            mention: index as u32,
            sentence: mention.sentence,
            zone: blocks[sentence.block as usize].kind,
            voice: voice_at(quoted, sentence.span, reported[mention.sentence as usize], mention.span),
            holder: None,
            quote: quoted.iter().position(|quote| quote.span.contains(mention.span)).map(|quote| quote as u32),
            scores,
        });
    }
    Ok((mentions, entities, tones))
}

/// A quotation without its speaker: whole sentences are direct, parts of one are mixed.
fn quote(text: &str, found: &QuotedSpan) -> Quote {
    let inside = text[found.span].trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '!' | '?' | ','));
    let sentence = inside.starts_with(char::is_uppercase) && inside.ends_with(['.', '!', '?', ',']);
    Quote {
        kind: if sentence { QuoteKind::Direct } else { QuoteKind::Mixed },
        span: found.span,
        speaker: None,
        cue: None,
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
    vec![
        plain("sentences", LayerStatus::Done),
        with_model("ner"),
        plain("quotes", LayerStatus::Done),
        plain("attribution", LayerStatus::NotRun),
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
