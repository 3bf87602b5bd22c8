//! The tone towards two targets in one sentence: `cargo run -p parallax-stance --example tone`.

use parallax_encoder::{EncodeOptions, Model, NativeEncoder, SentenceEncoder};
use parallax_stance::ToneScorer;
use parallax_text::Span;
use std::{error::Error, path::Path, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    let model = Model::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/news-en"))?;
    let encoder = SentenceEncoder::new(&model, Arc::new(NativeEncoder::new(&model)?), EncodeOptions::default())?;
    let scorer = ToneScorer::new(&model)?;
    let text = "Mayor Ada Lindqvist was praised for the rescue, while Otto Brandt was blamed for the fire.";
    let encoded = encoder.encode(text, &[Span::new(0, text.len())])?;
    for name in ["Ada Lindqvist", "Otto Brandt"] {
        let target = Span::find(text, name).ok_or("the name is in the text")?;
        println!("{name}: {:?}", scorer.score(&encoded[0], target));
    }
    Ok(())
}
