//! Clean text that leads back to its source: `cargo run -p parallax-text --example align`.

use parallax_text::{AlignedTextBuilder, Span};

fn main() {
    let source = "The   mayor\u{a0}spoke.";
    let mut builder = AlignedTextBuilder::new(source);
    builder.keep(Span::new(0, 3));
    builder.replace(Span::new(3, 6), " ");
    builder.keep(Span::new(6, 11));
    builder.replace(Span::new(11, 13), " ");
    builder.keep(Span::new(13, 19));
    let clean = builder.finish();
    let mayor = Span::find(clean.text(), "mayor").expect("the word is there");
    println!("{:?} -> bytes {:?} of the source", &clean.text()[mayor], clean.source_span(mayor));
}
