//! Prints who says what in text files, each line of a file a paragraph.
//!
//! ```sh
//! cargo run --release -p parallax-quotes --example attributions -- models FILE...
//! ```

use parallax_encoder::{EncodeOptions, HeadModel, Model, NativeEncoder, Precision, SentenceEncoder};
use parallax_quotes::{ArticleView, AttributionTagger, attribute, quoted_spans};
use parallax_text::{Block, BlockKind, Span};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SAMPLE: &str = "“It’s ours,” the mayor said. The president claimed that she was ‘afraid’.";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let models = arguments.next().map_or(shipped, PathBuf::from);
    let model = Model::load(&models.join("news-en"))?;
    let heads = HeadModel::load(&models.join("discourse"), &model)?;
    let tagger = AttributionTagger::new(&heads, &model)?;
    let engine = Arc::new(NativeEncoder::with_branches(&model, &[&heads], Precision::F32)?);
    let encoder = SentenceEncoder::new(&model, engine, EncodeOptions::default())?;
    let texts: Vec<String> = arguments.map(std::fs::read_to_string).collect::<Result<_, _>>()?;
    if texts.is_empty() {
        return print(&encoder, &tagger, SAMPLE);
    }
    texts.iter().try_for_each(|text| print(&encoder, &tagger, text))
}

fn print(encoder: &SentenceEncoder, tagger: &AttributionTagger, text: &str) -> Result<(), Box<dyn Error>> {
    let mut start = 0;
    let mut blocks = Vec::new();
    for line in text.split_inclusive('\n') {
        blocks.push(Block { kind: BlockKind::Body, span: Span::new(start, start + line.len()).trimmed(text) });
        start += line.len();
    }
    let sentences = parallax_split::sentences(text, &blocks);
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    let encoded = encoder.encode(text, &spans)?;
    let quoted = quoted_spans(text, &blocks);
    let view = ArticleView { text, sentences: &sentences, encoded: &encoded, quoted: &quoted, mentions: &[] };
    for one in attribute(tagger, &view) {
        let line = text[..one.content[0].start()].matches('\n').count() + 1;
        let kind = format!("{:?}", one.kind).to_lowercase();
        let source = one.source.map_or("?", |span| &text[span]);
        let cue = one.cue.map_or("-", |cue| &text[cue.span]);
        let class = one.cue.and_then(|cue| cue.class).map_or("-", |class| class.name());
        let contents: Vec<&str> = one.content.iter().map(|&span| &text[span]).collect();
        let arrow = one.continues.map_or("", |_| "^");
        println!("{line}\t{kind}\t{arrow}{source}\t{cue} ({class})\t{}", contents.join(" … "));
    }
    Ok(())
}
