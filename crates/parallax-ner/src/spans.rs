//! Where a name begins and ends: without possessive, quotation marks, loose brackets and full stop.

use parallax_text::Span;

/// The name inside a span: without white space, punctuation and quotation marks around it,
/// without a trailing possessive, with a final full stop only where it is part of an
/// abbreviation ("U.S.", also where it ends the sentence), and with its brackets balanced.
pub(crate) fn trim_name(text: &str, span: Span) -> Span {
    let mut span = span;
    loop {
        let before = span;
        span = without_possessive(text, trimmed_marks(text, span));
        span = balanced(text, without_full_stop(text, span));
        if span == before {
            let stop = is_dotted(&text[span]) && text[span.end()..].starts_with('.');
            return Span::new(span.start(), span.end() + usize::from(stop));
        }
    }
}

fn trimmed_marks(text: &str, span: Span) -> Span {
    let span = span.trimmed(text);
    let inside = &text[span];
    let name = inside.trim_start_matches(|mark| {
        is_mark(mark) && !closes_inside(mark, inside) || matches!(mark, '.' | '@' | '#' | '-' | '&' | '/')
    });
    let start = span.start() + (inside.len() - name.len());
    let name = name.trim_end_matches(|mark| {
        is_mark(mark) && !opens_inside(mark, name) || matches!(mark, '-' | '&' | '/' | '@' | '#' | '(' | '[' | '{')
    });
    Span::new(start, start + name.len())
}

fn is_mark(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '"' | '\''
                | '`'
                | '\u{2018}'..='\u{201f}'
                | '«'
                | '»'
                | '‹'
                | '›'
                | '('
                | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '<'
                | '>'
                | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | '…'
                | '\u{2010}'..='\u{2015}'
                | '•'
                | '*'
                | '_'
                | '|'
        )
}

/// The pairs that may stand inside a name ("Ana “Nita” Ruiz", "Ruiz (Soto)").
const PAIRS: [(char, char); 6] = [('“', '”'), ('"', '"'), ('(', ')'), ('[', ']'), ('«', '»'), ('{', '}')];

fn closes_inside(open: char, inside: &str) -> bool {
    let pair = PAIRS.iter().find(|pair| pair.0 == open);
    pair.is_some_and(|pair| {
        inside.starts_with(open) && inside[open.len_utf8()..].contains(pair.1) && !inside.ends_with(pair.1)
    })
}

fn opens_inside(close: char, inside: &str) -> bool {
    let pair = PAIRS.iter().find(|pair| pair.1 == close);
    pair.is_some_and(|pair| {
        inside.ends_with(close)
            && inside[..inside.len() - close.len_utf8()].contains(pair.0)
            && !inside.starts_with(pair.0)
    })
}

fn without_possessive(text: &str, span: Span) -> Span {
    let inside = &text[span];
    let marks = ['\'', '\u{2019}', '\u{02bc}', '`'];
    let stem = inside.strip_suffix(['s', 'S']).and_then(|stem| stem.strip_suffix(marks));
    Span::new(span.start(), span.start() + stem.unwrap_or(inside).len())
}

fn without_full_stop(text: &str, span: Span) -> Span {
    let inside = &text[span];
    match inside.strip_suffix('.') {
        Some(stem) if !is_abbreviation(stem) => Span::new(span.start(), span.end() - 1),
        _ => span,
    }
}

/// Whether the last word, its full stop cut off, is an abbreviation.
fn is_abbreviation(stem: &str) -> bool {
    let word = stem.rsplit(char::is_whitespace).next().unwrap_or(stem);
    is_dotted(word)
        || matches!(word, "Inc" | "Corp" | "Co" | "Ltd" | "Jr" | "Sr" | "Bros" | "St" | "Mt" | "Dept" | "Univ" | "No")
}

/// Single letters with full stops between them.
fn is_dotted(word: &str) -> bool {
    let is_letter = |part: &str| part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
    word.contains('.') && word.split('.').all(is_letter)
}

fn balanced(text: &str, span: Span) -> Span {
    let inside = &text[span];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, character) in inside.char_indices() {
        match character {
            '(' | '[' | '{' => open.push((at, character)),
            ')' | ']' | '}' if open.pop().is_none() => return cut_at(span, at, character),
            _ => {}
        }
    }
    open.first().map_or(span, |&(at, character)| cut_at(span, at, character))
}

/// What stands before a loose bracket, or after it where nothing stands before.
fn cut_at(span: Span, at: usize, bracket: char) -> Span {
    let at = span.start() + at;
    if at > span.start() { Span::new(span.start(), at) } else { Span::new(at + bracket.len_utf8(), span.end()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_ends_where_its_last_letter_does() {
        let check = |raw: &str, name: &str| assert_eq!(&raw[trim_name(raw, Span::new(0, raw.len()))], name);
        check("Ruiz’s", "Ruiz");
        check("Reuters’", "Reuters");
        check("“Ana Ruiz,”", "Ana Ruiz");
        check("U.S.", "U.S.");
        check("Northwind Inc.", "Northwind Inc.");
        check("Mexico.", "Mexico");
        check("[Ruiz]", "Ruiz");
        check("Ana “Nita” Ruiz", "Ana “Nita” Ruiz");
        check("“Nita” Ruiz", "“Nita” Ruiz");
        check("Harbour Council (HC", "Harbour Council");
        check("(Ruiz", "Ruiz");
        check("O’Hara's", "O’Hara");
        check("...", "");
    }

    #[test]
    fn the_full_stop_of_an_abbreviation_is_taken_in() {
        assert_eq!(trim_name("the U.S.", Span::new(4, 7)), Span::new(4, 8));
        assert_eq!(trim_name("Lagos.", Span::new(0, 5)), Span::new(0, 5));
    }

    proptest! {
        #[test]
        fn trimming_stays_inside_and_is_done_once(raw in "[a-zA-Z.,'’“”\"()\\[\\] é-]{0,12}") {
            let span = Span::new(0, raw.len());
            let trimmed = trim_name(&raw, span);
            prop_assert!(span.contains(trimmed) && raw[trimmed].trim() == &raw[trimmed]);
            prop_assert!(raw.get(trimmed.range()).is_some());
            prop_assert_eq!(trim_name(&raw, trimmed), trimmed);
        }
    }
}
