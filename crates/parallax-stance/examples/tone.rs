//! The tone towards a target in each of two sentences: `cargo run -p parallax-stance --example tone`.

use parallax_encoder::{EncodeOptions, Model, NativeEncoder, SentenceEncoder};
use parallax_stance::ToneScorer;
use parallax_text::Span;
use std::{error::Error, path::Path, sync::Arc};

fn main() -> Result<(), Box<dyn Error>> {
    let model = Model::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/news-en"))?;
    let encoder = SentenceEncoder::new(&model, Arc::new(NativeEncoder::new(&model)?), EncodeOptions::default())?;
    let scorer = ToneScorer::new(&model)?;
    let text = "Islanders praised Ada Lindqvist as a hero. Otto Brandt was condemned as a liar.";
    let middle = text.find("Otto").ok_or("the name is in the text")?;
    let sentences = [Span::new(0, middle - 1), Span::new(middle, text.len())];
    let encoded = encoder.encode(text, &sentences)?;
    for (name, sentence) in ["Ada Lindqvist", "Otto Brandt"].iter().zip(&encoded) {
        let target = Span::find(text, name).ok_or("the name is in the text")?;
        println!("{name}: {:?}", scorer.score(sentence, target));
    }
    Ok(())
}
