//! Speakers whom the layout names, without a verb: in transcripts ("ODE: We will not sell."), and
//! below what people wrote ("“We will not sell.” — Lena Ode").

use crate::attribution::ArticleView;
use parallax_text::Span;

/// A turn of a transcript: one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// The speaker's name, without the colon.
    pub(crate) label: Span,
    /// All behind the colon.
    pub(crate) words: Span,
}

/// From how many labelled blocks on a text is a transcript; one of the labels must come back.
const LEAST_TURNS: usize = 3;

/// The turns of a transcript, in order; none where the labels are too few to be sure.
pub(crate) fn turns(view: &ArticleView<'_>) -> Vec<Turn> {
    let turns: Vec<Turn> = blocks(view).filter_map(|block| turn(view.text, block)).collect();
    let label = |turn: &Turn| &view.text[turn.label];
    let comes_back = |turn: &Turn| turns.iter().filter(|other| label(other) == label(turn)).count() > 1;
    if turns.len() >= LEAST_TURNS && turns.iter().any(comes_back) { turns } else { Vec::new() }
}

/// The blocks, from their first sentence to their last.
fn blocks(view: &ArticleView<'_>) -> impl Iterator<Item = Span> {
    let blocks = view.sentences.chunk_by(|one, next| one.block == next.block);
    blocks.filter_map(|block| Some(block.first()?.span.cover(block.last()?.span)))
}

fn is_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '‘' | '’' | '\'' | '«' | '»')
}

/// A block that opens with one to four words in capital letters and a colon.
fn turn(text: &str, block: Span) -> Option<Turn> {
    let inside = text[block].trim_start_matches(is_mark);
    let start = block.end() - inside.len();
    let closed = text[block].starts_with('"') && inside.ends_with('"');
    let end = block.end() - usize::from(closed);
    let (label, words) = inside.split_once(':')?;
    let name = |c: char| c.is_uppercase() || matches!(c, ' ' | '.' | '-' | '\'' | '’');
    let letters = label.chars().filter(|c| c.is_uppercase()).count();
    let named = letters >= 2 && label.starts_with(char::is_uppercase) && label.chars().all(name);
    let spoken = words.starts_with(char::is_whitespace) && words.contains(char::is_alphanumeric);
    (named && spoken && label.split_whitespace().count() <= 4).then(|| Turn {
        label: Span::new(start, start + label.len()).trimmed(text),
        words: Span::new(block.end() - words.len(), end).trimmed(text),
    })
}

/// The most words of a name with what is said of the person.
const LONGEST_SIGNATURE: usize = 12;

/// The name behind a quotation that opens its block, where a dash and the name are all that follows.
pub(crate) fn signature(text: &str, block: Span, quote: Span) -> Option<Span> {
    let dash = |c: char| matches!(c, '—' | '–' | '―' | '-');
    if quote.start() != block.start() || !text[quote].ends_with(is_mark) {
        return None;
    }
    let rest = text[quote.end()..block.end()].trim_start();
    let name = rest.trim_start_matches(dash);
    let signed = name.len() < rest.len() && name.trim_start().starts_with(char::is_uppercase);
    let span = Span::new(block.end() - name.len(), block.end()).trimmed(text);
    let end = span.start() + text[span].trim_end_matches('.').len();
    (signed && name.split_whitespace().count() <= LONGEST_SIGNATURE).then(|| Span::new(span.start(), end))
}

/// Whether brackets stand around all words between the marks ("(Crosstalk.)"): a note of the
/// editors, nobody's words.
pub(crate) fn is_note(inside: &str) -> bool {
    let inside = inside.trim();
    (inside.starts_with('(') && inside.ends_with(')')) || (inside.starts_with('[') && inside.ends_with(']'))
}
