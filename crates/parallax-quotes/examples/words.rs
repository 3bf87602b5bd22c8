//! Writes what the attribution tagger reads of each text of a folder beside hidden states, for
//! `models/training/branch.py`.
//!
//! ```sh
//! cargo run --release -p parallax-quotes --example words -- models/news-en TEXTS OUT
//! ```
//!
//! Every non-empty line of a text is a block. For each text `NAME.txt`: `OUT/NAME.words`, a line a
//! word with its first and last byte and the numbers of its block and sentence; and `OUT/NAME.marks`,
//! a line a quotation or reporting verb.

use parallax_encoder::Model;
use parallax_quotes::{quoted_spans, reporting_verbs};
use parallax_text::{Block, BlockKind, Span};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, texts, out] = arguments.as_slice() else {
        println!("words MODEL_FOLDER TEXT_FOLDER OUT_FOLDER");
        return Ok(());
    };
    let model = Model::load(Path::new(model))?;
    std::fs::create_dir_all(out)?;
    let mut paths: Vec<_> = std::fs::read_dir(texts)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        write(&model, &std::fs::read_to_string(path)?, &Path::new(out).join(name.as_ref()))?;
    }
    Ok(())
}

fn write(model: &Model, text: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    let blocks = lines(text);
    let sentences = parallax_split::sentences(text, &blocks);
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    std::fs::write(out.with_extension("marks"), marks(text, &blocks, &spans)?)?;
    let mut words = String::new();
    for (index, &sentence) in spans.iter().enumerate() {
        for span in word_spans(model, text, sentence)? {
            writeln!(words, "{} {} {} {index}", span.start(), span.end(), sentences[index].block)?;
        }
    }
    Ok(std::fs::write(out.with_extension("words"), words)?)
}

/// The words of a sentence, as BERT's pre-tokenizer cuts them.
fn word_spans(model: &Model, text: &str, sentence: Span) -> Result<Vec<Span>, Box<dyn Error>> {
    let encoding = model.tokenizer().encode(&text[sentence], false).map_err(|error| error.to_string())?;
    let mut words: Vec<(Option<u32>, Span)> = Vec::new();
    for (&word, &(start, end)) in encoding.get_word_ids().iter().zip(encoding.get_offsets()) {
        let span = Span::new(start, end).shifted(sentence.start());
        match words.last_mut() {
            Some((last, whole)) if *last == word => *whole = whole.cover(span),
            _ => words.push((word, span)),
        }
    }
    Ok(words.into_iter().map(|(_, span)| span).collect())
}

/// Quotations (bytes, whether closed, number of words) and reporting verbs (bytes, number of the class).
fn marks(text: &str, blocks: &[Block], sentences: &[Span]) -> Result<String, Box<dyn Error>> {
    let mut marks = String::new();
    for quote in quoted_spans(text, blocks) {
        let (start, end) = (quote.span.start(), quote.span.end());
        writeln!(marks, "quote {start} {end} {} {}", u8::from(quote.closed), u8::from(quote.is_scare_quote(text)))?;
    }
    for &sentence in sentences {
        for verb in reporting_verbs(text, sentence) {
            writeln!(marks, "verb {} {} {} 0", verb.span.start(), verb.span.end(), verb.class as u8)?;
        }
    }
    Ok(marks)
}

/// Every line that is not empty as a block of the body.
fn lines(text: &str) -> Vec<Block> {
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
