//! Cleans one page: `cargo run -p parallax-clean --example clean [page.html]`.

use parallax_clean::{CleanOptions, SourceFormat, clean};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus/04_meridian_ledger.html");
    let path = std::env::args().nth(1).unwrap_or(sample.to_owned());
    let source = std::fs::read_to_string(path)?;
    let article = clean(&source, SourceFormat::detect(&source), &CleanOptions::default())?;
    for block in &article.blocks {
        println!("[{}] {}\n", block.kind.name(), &article.text.text()[block.span]);
    }
    for decision in &article.decisions {
        println!("{}: {:?} ({}; not {:?})", decision.field, decision.value, decision.method, decision.rejected);
    }
    Ok(())
}
