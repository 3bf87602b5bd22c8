//! Names of a text, and its actors: `cargo run -p parallax-ner --example ner -- models/news-en`.

use parallax_encoder::{EncodeOptions, Model, NativeEncoder, SentenceEncoder};
use parallax_ner::{EntityTagger, KnownActors, resolve};
use parallax_text::{Block, BlockKind, Sentence, Span};
use std::{env, error::Error, path::Path, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).unwrap_or_else(|| "models/news-en".to_owned());
    let model = Model::load(Path::new(&folder))?;
    let encoder = SentenceEncoder::new(&model, Arc::new(NativeEncoder::new(&model)?), EncodeOptions::default())?;
    let text = "President Ana Ruiz met Carl Stone of the Harbour Council (HC) in Lagos, and the HC thanked Ruiz.";
    let span = Span::new(0, text.len());
    let names = EntityTagger::new(&model)?.tag(text, [(0, &encoder.encode(text, &[span])?[0])]);
    let (mentions, actors) = resolve(
        text,
        &[Sentence { block: 0, span }],
        &[Block { kind: BlockKind::Body, span }],
        names,
        &KnownActors::default(),
    );
    for actor in actors {
        let forms: Vec<&str> = actor.mentions.iter().map(|&at| &text[mentions[at as usize].span]).collect();
        println!("{} {}: {}", actor.kind.label(), actor.name, forms.join(", "));
    }
    Ok(())
}
