//! Prints the quotations and reporting verbs of text files, each line of a file a block.

use parallax_quotes::{quoted_spans, reporting_verbs};
use parallax_text::{Block, BlockKind, Span};

fn main() -> Result<(), std::io::Error> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    for file in &files {
        print(&std::fs::read_to_string(file)?);
    }
    if files.is_empty() {
        print("“It’s ours,” the mayor said. The president claimed that she was ‘afraid’.");
    }
    Ok(())
}

fn print(text: &str) {
    let mut start = 0;
    let mut blocks = Vec::new();
    for line in text.split_inclusive('\n') {
        blocks.push(Block { kind: BlockKind::Body, span: Span::new(start, start + line.len()).trimmed(text) });
        start += line.len();
    }
    for quote in quoted_spans(text, &blocks) {
        let state = if quote.closed { "closed" } else { "open" };
        println!("{}\t{state}\t{} words\t{}", quote.block, quote.words(text), &text[quote.span]);
    }
    for (index, block) in blocks.iter().enumerate() {
        for verb in reporting_verbs(text, block.span) {
            println!("{index}\tverb\t{}\t{}", verb.class.name(), &text[verb.span]);
        }
    }
}
