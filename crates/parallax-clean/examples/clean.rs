//! Cleans one page: `cargo run -p parallax-clean --example clean -- page.html`.

use parallax_clean::{CleanOptions, SourceFormat, clean};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the path of a page (text or HTML)")?;
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
