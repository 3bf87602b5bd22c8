//! Writes what the attribution tagger reads of each text of a folder, for `models/training/attribution.py`.
//!
//! ```sh
//! cargo run --release -p parallax-quotes --example states -- models/news-en TEXTS OUT
//! ```
//!
//! Every non-empty line of a text is a block. For each text `NAME.txt`: `OUT/NAME.words`, a line a
//! word with its first and last byte and the numbers of its block and sentence; `OUT/NAME.marks`,
//! a line a quotation or reporting verb; and `OUT/NAME.states`, the mean hidden state of each word,
//! little-endian f32.

use parallax_encoder::{EncodeOptions, Model, NativeEncoder, SentenceEncoder};
use parallax_quotes::{quoted_spans, reporting_verbs};
use parallax_text::{Block, BlockKind, Span};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, texts, out] = arguments.as_slice() else {
        println!("states MODEL_FOLDER TEXT_FOLDER OUT_FOLDER");
        return Ok(());
    };
    let model = Model::load(Path::new(model))?;
    let engine = Arc::new(NativeEncoder::new(&model)?);
    let encoder = SentenceEncoder::new(&model, engine, EncodeOptions::default())?;
    std::fs::create_dir_all(out)?;
    let mut paths: Vec<_> = std::fs::read_dir(texts)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        write(&encoder, &std::fs::read_to_string(path)?, &Path::new(out).join(name.as_ref()))?;
    }
    Ok(())
}

fn write(encoder: &SentenceEncoder, text: &str, out: &Path) -> Result<(), Box<dyn Error>> {
    let blocks = lines(text);
    let sentences = parallax_split::sentences(text, &blocks);
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    std::fs::write(out.with_extension("marks"), marks(text, &blocks, &spans)?)?;
    let (mut words, mut states) = (String::new(), Vec::new());
    for (index, encoded) in encoder.encode(text, &spans)?.iter().enumerate() {
        for pieces in encoded.words() {
            let span = encoded.span_of(pieces.clone());
            writeln!(words, "{} {} {} {index}", span.start(), span.end(), sentences[index].block)?;
            let count = pieces.len() as f32;
            for column in 0..encoder.hidden_size() {
                let sum: f32 = pieces.clone().map(|piece| encoded.hidden[[piece, column]]).sum();
                states.extend((sum / count).to_le_bytes());
            }
        }
    }
    std::fs::write(out.with_extension("words"), words)?;
    Ok(std::fs::write(out.with_extension("states"), states)?)
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
