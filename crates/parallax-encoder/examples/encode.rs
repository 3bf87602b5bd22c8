//! Sentences of a text to tokens and hidden states: `cargo run --example encode -- models/news-en`.

use parallax_encoder::{EncodeOptions, Model, NativeEncoder, SentenceEncoder};
use parallax_text::Span;
use std::{env, path::PathBuf, sync::Arc};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/news-en");
    let model = Model::load(&env::args_os().nth(1).map_or_else(|| shipped.into(), PathBuf::from))?;
    let encoder = SentenceEncoder::new(&model, Arc::new(NativeEncoder::new(&model)?), EncodeOptions::default())?;
    let text = "Mexico said no. Trump had offered troops.";
    for sentence in encoder.encode(text, &[Span::new(0, 15), Span::new(16, text.len())])? {
        let tokens: Vec<&str> = sentence.tokens.iter().map(|token| &text[token.span]).collect();
        println!("{tokens:?}: hidden states {:?}", sentence.hidden.shape());
    }
    Ok(())
}
