//! Speakers whom the layout names, without a verb: in transcripts ("ODE: We will not sell."), and
//! below what people wrote ("“We will not sell.” — Lena Ode").

use crate::attribution::ArticleView;
use crate::reporting_verbs;
use parallax_text::Span;
use std::collections::BTreeSet;

/// A turn of a transcript: one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// The speaker's name, without the colon.
    pub(crate) label: Span,
    /// All behind the colon.
    pub(crate) words: Span,
}

/// From how many labelled blocks on a text is a transcript, ...
const LEAST_TURNS: usize = 3;

/// ... and how often the label must change from one block to the next.
const LEAST_ANSWERS: usize = 2;

/// The turns of a transcript, in order; none where the labels may be others ("RELATED: ...").
pub(crate) fn turns(view: &ArticleView<'_>) -> Vec<Turn> {
    let blocks = view.sentences.chunk_by(|one, next| one.block == next.block);
    let blocks = blocks.filter_map(|block| Some(block.first()?.span.cover(block.last()?.span)));
    let spoken = blocks.filter(|&block| !is_note(view.text[block].trim_matches(is_mark)));
    let found: Vec<Option<Turn>> = spoken.map(|block| turn(view.text, block)).collect();
    let label = |turn: &Turn| &view.text[turn.label];
    let answers = |pair: &&[Option<Turn>]| matches!(pair, [Some(one), Some(next)] if label(one) != label(next));
    let answers = found.windows(2).filter(answers).count();
    let turns: Vec<Turn> = found.into_iter().flatten().collect();
    let labels: BTreeSet<&str> = turns.iter().map(label).collect();
    let comes_back = labels.len() < turns.len();
    if turns.len() >= LEAST_TURNS && comes_back && answers >= LEAST_ANSWERS { turns } else { Vec::new() }
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

/// Small words inside of names and offices.
const PARTICLES: [&str; 11] = ["of", "the", "and", "for", "de", "del", "la", "da", "van", "von", "al"];

/// The name behind a quotation that opens its block, where a dash and the name are all that follows:
/// up to a comma capitalised words, and no verb of speech ("“…” — Ode said on Monday").
pub(crate) fn signature(text: &str, block: Span, quote: Span) -> Option<Span> {
    let dash = |c: char| matches!(c, '—' | '–' | '―' | '-');
    if quote.start() != block.start() || !text[quote].ends_with(is_mark) {
        return None;
    }
    let rest = text[quote.end()..block.end()].trim_start();
    let signed = rest.trim_start_matches(dash);
    let span = Span::new(block.end() - signed.len(), block.end()).trimmed(text);
    let span = Span::new(span.start(), span.start() + text[span].trim_end_matches('.').len());
    let name = text[span].split([',', '(']).next().unwrap_or_default();
    let raised = |word: &str| !word.starts_with(char::is_lowercase) || PARTICLES.contains(&word);
    let named = name.starts_with(char::is_uppercase) && name.split_whitespace().all(raised);
    let short = text[span].split_whitespace().count() <= LONGEST_SIGNATURE;
    (signed.len() < rest.len() && named && short && reporting_verbs(text, span).is_empty()).then_some(span)
}

/// Whether brackets stand around all words between the marks ("(Crosstalk.)"): a note of the
/// editors, nobody's words.
pub(crate) fn is_note(inside: &str) -> bool {
    let inside = inside.trim();
    (inside.starts_with('(') && inside.ends_with(')')) || (inside.starts_with('[') && inside.ends_with(']'))
}
