//! What has to hold for any input, as assertions: a fuzz target feeds bytes, these fail.

use parallax_clean::{CleanOptions, SourceFormat, clean};
use parallax_text::{Article, Span};
use std::time::{Duration, Instant};

/// Longest time for one input of at most [`LONGEST`] bytes; the code takes about a millisecond.
const LONGEST_TIME: Duration = Duration::from_secs(2);
/// Longest input that is read, in bytes.
const LONGEST: usize = 1 << 16;

/// Bytes as a page: the first chooses the format, the rest is its text, repaired as the program
/// repairs it.
///
/// # Panics
/// If an article is not sound, something of its source is lost, or it took too long.
pub fn check_clean(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let source = String::from_utf8_lossy(&rest[..rest.len().min(LONGEST)]);
    let format = match first % 3 {
        0 => SourceFormat::Text,
        1 => SourceFormat::Html,
        _ => SourceFormat::detect(&source),
    };
    let started = Instant::now();
    let Ok(article) = clean(&source, format, &CleanOptions::default()) else { return };
    assert!(started.elapsed() < LONGEST_TIME, "cleaning took {:?}", started.elapsed());
    article.text.verify(&source).expect("the text leads back to its source");
    check_blocks(&article);
    check_places(&source, &article, format);
    check_sentences_of_blocks(&article);
}

/// Blocks follow one another, an empty line apart, each trimmed.
fn check_blocks(article: &Article) {
    let text = article.text.text();
    let mut end = 0;
    for (index, block) in article.blocks.iter().enumerate() {
        let start = if index == 0 { 0 } else { end + 2 };
        assert_eq!(block.span.start(), start, "block {index} begins where it should");
        assert!(index == 0 || &text[Span::new(end, start)] == "\n\n");
        assert!(!block.span.is_empty() && block.span.trimmed(text) == block.span, "block {index} is trimmed");
        end = block.span.end();
    }
    assert_eq!(end, text.len());
}

/// Kept and dropped ranges are disjoint; in flattened text they hold every character that shows.
fn check_places(source: &str, article: &Article, format: SourceFormat) {
    let kept = article.text.runs().iter().map(|run| run.source).filter(|span| !span.is_empty());
    let mut places: Vec<Span> = kept.chain(article.dropped.iter().map(|dropped| dropped.source)).collect();
    places.sort();
    assert!(places.is_sorted_by(|a, b| a.end() <= b.start()), "kept and dropped are disjoint");
    let mut at = 0;
    for place in places.iter().copied().chain([Span::new(source.len(), source.len())]) {
        assert!(source.is_char_boundary(place.start()) && source.is_char_boundary(place.end()));
        let between = &source[at..place.start()];
        assert!(format == SourceFormat::Html || !between.chars().any(shows), "{between:?} is lost");
        at = place.end();
    }
}

/// Whether a character has to be accounted for.
fn shows(character: char) -> bool {
    !character.is_whitespace()
        && !character.is_control()
        && !['\u{ad}', '\u{200b}', '\u{2060}', '\u{feff}'].contains(&character)
}

fn check_sentences_of_blocks(article: &Article) {
    let text = article.text.text();
    let sentences = parallax_split::sentences(text, &article.blocks);
    for (index, block) in article.blocks.iter().enumerate().filter(|(_, block)| block.kind.is_prose()) {
        let own = sentences.iter().filter(|sentence| sentence.block as usize == index).map(|sentence| sentence.span);
        check_spans(text, block.span, own);
    }
}

/// Bytes as the text of a block.
///
/// # Panics
/// If the sentences are not its parts in order, or it took too long.
pub fn check_split(bytes: &[u8]) {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)]);
    let started = Instant::now();
    let found = parallax_split::split(&text);
    assert!(started.elapsed() < LONGEST_TIME, "splitting took {:?}", started.elapsed());
    check_spans(&text, Span::new(0, text.len()), found.into_iter());
}

/// Sentences are trimmed, in order and disjoint, and only white space lies between them.
fn check_spans(text: &str, block: Span, sentences: impl Iterator<Item = Span>) {
    let mut at = block.start();
    for sentence in sentences.chain([Span::new(block.end(), block.end())]) {
        assert!(at <= sentence.start() && sentence.end() <= block.end(), "{sentence:?} is in order");
        assert!(sentence.end() == block.end() || !sentence.is_empty());
        assert!(text[at..sentence.start()].trim().is_empty(), "{:?} is lost", &text[at..sentence.start()]);
        assert_eq!(sentence.trimmed(text), sentence, "trimmed");
        at = sentence.end();
    }
}
