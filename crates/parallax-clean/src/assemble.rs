//! Puts the text of the article together from the lines that are kept.

use crate::kinds::{Kinds, Verdict};
use crate::lines::Page;
use parallax_text::{AlignedText, AlignedTextBuilder, Block, DropKind, Dropped, RunKind, Span};

/// The text with its blocks, what was dropped, and where each kept line went.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) text: AlignedText,
    pub(crate) blocks: Vec<Block>,
    pub(crate) dropped: Vec<Dropped>,
    /// Bytes of the text, for each line that was kept.
    pub(crate) places: Vec<Option<Span>>,
}

/// Keeps the kept lines, with an empty line between them that stands for the source between
/// (white space, bullets, tags), and notes the others.
pub(crate) fn assemble(page: &Page<'_>, kinds: &Kinds) -> Assembled {
    let mut builder = AlignedTextBuilder::new(page.source);
    let mut blocks: Vec<Block> = Vec::new();
    let mut dropped: Vec<Dropped> = Vec::new();
    let mut places = vec![None; page.lines.len()];
    let runs = page.folded.runs();
    let mut run = 0;
    // End of the last line in the source, kept or dropped.
    let mut done = 0;
    for (index, (line, verdict)) in page.lines.iter().zip(&kinds.verdicts).enumerate() {
        let kind = match verdict {
            Verdict::Keep(kind) => *kind,
            Verdict::Drop(kind) => {
                dropped.push(Dropped { kind: *kind, source: line.source });
                done = line.source.end();
                continue;
            }
        };
        while runs[run].clean.end() <= line.span.start() {
            run += 1;
        }
        let text_start = page.folded.source_span(line.span).start();
        if !blocks.is_empty() {
            builder.replace(Span::new(done.min(text_start), text_start), "\n\n");
        } else if line.source.start() < text_start {
            dropped.push(Dropped {
                kind: DropKind::Other,
                source: Span::new(line.source.start(), text_start).trimmed(page.source),
            });
        }
        let start = builder.len();
        for piece in &runs[run..] {
            if piece.clean.start() >= line.span.end() {
                break;
            }
            match piece.kind {
                RunKind::Replaced => builder.replace(piece.source, &page.folded.text()[piece.clean]),
                RunKind::Kept => {
                    // A run may go on from one line to the next.
                    let from = line.span.start().max(piece.clean.start());
                    let to = line.span.end().min(piece.clean.end());
                    let shift = |clean: usize| piece.source.start() + (clean - piece.clean.start());
                    builder.keep(Span::new(shift(from), shift(to)));
                }
            }
        }
        let span = Span::new(start, builder.len());
        blocks.push(Block { kind, span });
        places[index] = Some(span);
        done = line.source.end();
    }
    Assembled { text: builder.finish(), blocks, dropped, places }
}
