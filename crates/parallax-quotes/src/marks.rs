//! Quotation marks of one block, paired to quotations.

use parallax_text::Span;

/// Single or double: what pairs with what. Angle marks count as double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Single,
    Double,
}

/// What a mark does, by its shape and its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Open,
    Close,
    /// A closing mark or an apostrophe ("the Joneses’ house").
    WeakClose,
    /// Straight, with the same on both sides: the other of what is open.
    Either,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    at: usize,
    end: usize,
    weight: Weight,
    role: Role,
    /// Straight, not curly.
    straight: bool,
    /// Whether a punctuation mark of a sentence stands right before it.
    after_stop: bool,
}

/// Whether the text starts with an opening mark.
pub(crate) fn opens(text: &str) -> bool {
    let text = text.trim_start();
    marks(&text[..text.char_indices().nth(3).map_or(text.len(), |(at, _)| at)])
        .first()
        .is_some_and(|mark| mark.at == 0 && matches!(mark.role, Role::Open | Role::Either))
}

/// Calls `found` with each quotation of `text`, outermost only, and whether it is closed.
/// `goes_on` tells whether the block after this one opens with a mark.
pub(crate) fn quotations(text: &str, goes_on: impl Fn() -> bool, mut report: impl FnMut(Span, bool)) {
    // Marks with nothing between them quote nothing.
    let mut found = |span: Span, closed| {
        if text[span].contains(char::is_alphanumeric) {
            report(span, closed);
        }
    };
    let marks = marks(text);
    let ahead = Ahead::of(&marks);
    let first = text.len() - text.trim_start().len();
    let mut open: Vec<usize> = Vec::new();
    for (index, mark) in marks.iter().enumerate() {
        let role = match mark.role {
            Role::Either if open.iter().any(|&opened| marks[opened].weight == mark.weight) => Role::Close,
            Role::Either => Role::Open,
            role => role,
        };
        let Some(&outer) = open.first() else {
            // A single mark that nothing closes is an apostrophe, unless its shape says otherwise.
            let stands =
                mark.weight == Weight::Double || text[mark.at..].starts_with('‘') || ahead.closes(index, mark.weight);
            if role == Role::Open && stands {
                open.push(index);
            }
            continue;
        };
        let start = marks[outer].at;
        if role == Role::Open {
            let same = marks[outer].weight == mark.weight && open.len() == 1;
            // Curly marks inside of straight ones that hold a whole block.
            let inner = marks[outer].straight && !mark.straight && start == first && goes_on();
            if same && !inner && mark.weight == Weight::Double && !ahead.closes_twice(index) {
                // Two openings, one closing: the first was never closed.
                found(unclosed(text, start, mark.at), false);
                open.clear();
            }
            open.push(index);
            continue;
        }
        let keep = match open.iter().rposition(|&opened| marks[opened].weight == mark.weight) {
            Some(level) if mark.weight == Weight::Double => level,
            Some(level) => {
                let inner_double = open[level..].iter().any(|&opened| marks[opened].weight == Weight::Double);
                let possessive = mark.role == Role::WeakClose && ahead.closes(index, Weight::Single);
                if possessive || (inner_double && ahead.closes(index, Weight::Double)) {
                    continue;
                }
                level
            }
            // Opened with single marks, closed with a double one.
            None if mark.weight == Weight::Double => 0,
            // Opened with double marks, closed with a single one, if at all.
            None if mark.after_stop && mark.role == Role::Close && !ahead.closes(index, Weight::Double) => 0,
            None => continue,
        };
        let all_same = open.iter().all(|&opened| marks[opened].weight == mark.weight);
        let inner = keep > 0 && marks[outer].straight && !mark.straight;
        if keep == 0 || (all_same && !inner && !ahead.closes(index, mark.weight)) {
            found(Span::new(start, mark.end), true);
            open.clear();
        } else {
            open.truncate(keep);
        }
    }
    if let Some(&outer) = open.first() {
        let start = marks[outer].at;
        let whole = start == first || goes_on();
        let span = if whole { Span::new(start, text.len()).trimmed(text) } else { unclosed(text, start, text.len()) };
        found(span, false);
    }
}

/// From an opening mark to the end of its sentence, at most to `limit`.
fn unclosed(text: &str, start: usize, limit: usize) -> Span {
    let bytes = text.as_bytes();
    let mut end = limit;
    for at in start..limit {
        if !matches!(bytes[at], b'.' | b'!' | b'?') || !bytes.get(at + 1).is_some_and(u8::is_ascii_whitespace) {
            continue;
        }
        let next = text[at + 1..].trim_start().chars().next();
        let short = text[start..at].rsplit([' ', '.']).next().is_some_and(is_short);
        if next.is_some_and(|next| !next.is_lowercase()) && !short {
            end = at + 1;
            break;
        }
    }
    Span::new(start, end).trimmed(text)
}

/// Initials, "No.", titles: what a full stop follows without ending a sentence.
fn is_short(word: &str) -> bool {
    let title =
        ["Capt", "Col", "Gen", "Gov", "Lt", "Maj", "Mrs", "Prof", "Rep", "Rev", "Sen", "Sgt", "vs"].contains(&word);
    title || word.len() <= 1 || (word.len() == 2 && word.starts_with(char::is_uppercase))
}

/// For each mark, what comes after it before the next opening mark of the same weight.
struct Ahead {
    /// A sure closing mark, for single and double.
    single: Vec<bool>,
    double: Vec<bool>,
    /// Two closing double marks in a row.
    twice: Vec<bool>,
}

impl Ahead {
    fn of(marks: &[Mark]) -> Self {
        let count = marks.len();
        let mut ahead = Self { single: vec![false; count], double: vec![false; count], twice: vec![false; count] };
        let (mut single, mut double) = (false, 0);
        for (index, mark) in marks.iter().enumerate().rev() {
            ahead.single[index] = single;
            ahead.double[index] = double >= 1;
            ahead.twice[index] = double >= 2;
            match (mark.weight, mark.role) {
                (Weight::Single, Role::Open) => single = false,
                (Weight::Double, Role::Open) => double = 0,
                (Weight::Single, _) => single = true,
                (Weight::Double, _) => double += 1,
            }
        }
        ahead
    }

    fn closes(&self, index: usize, weight: Weight) -> bool {
        match weight {
            Weight::Single => self.single[index],
            Weight::Double => self.double[index],
        }
    }

    fn closes_twice(&self, index: usize) -> bool {
        self.twice[index]
    }
}

/// All quotation marks of `text`; sure apostrophes are left out.
fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(skipped) = bytes[from..].iter().position(|byte| matches!(byte, b'"' | b'\'' | b'`' | 0xE2 | 0xC2)) {
        let at = from + skipped;
        let character = text[at..].chars().next().expect("the byte starts a character");
        // Two straight single marks, or two accents, stand for a double one.
        let doubled = matches!(character, '\'' | '`') && bytes.get(at + 1) == bytes.get(at);
        let end = at + character.len_utf8() + usize::from(doubled);
        from = end;
        let character = if doubled { '"' } else { character };
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        let weight = match character {
            '"' | '“' | '”' | '„' | '‟' | '«' | '»' => Weight::Double,
            '\'' | '‘' | '’' | '‚' | '‛' | '‹' | '›' | '`' => Weight::Single,
            _ => continue,
        };
        if let Some(role) = role(text, character, end, before, after) {
            let after_stop = before.is_some_and(|before| matches!(before, '.' | ',' | '!' | '?' | '…' | ')' | ']'));
            marks.push(Mark { at, end, weight, role, straight: matches!(character, '"' | '\''), after_stop });
        }
    }
    marks
}

fn role(text: &str, mark: char, end: usize, before: Option<char>, after: Option<char>) -> Option<Role> {
    let space_before =
        before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '—' | '–' | '-' | '/' | '¿' | '¡'));
    let opening_before = space_before || before.is_some_and(|c| matches!(c, '"' | '“' | '‘' | '\'' | '«' | ':' | '„'));
    let closing_after = after.is_none_or(|c| {
        !c.is_alphanumeric() && !matches!(c, '$' | '£' | '€' | '[' | '(' | '“' | '‘' | '¿' | '¡' | '#')
    });
    let letter_before = before.is_some_and(char::is_alphanumeric);
    let letter_after = after.is_some_and(char::is_alphanumeric);
    match mark {
        '„' | '‚' | '‟' | '‛' => Some(Role::Open),
        '“' | '«' | '‹' => {
            let ends_word = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')');
            let turned = !opening_before && after.is_none_or(ends_word);
            Some(if turned { Role::Close } else { Role::Open })
        }
        '”' | '»' | '›' => {
            let turned = space_before && letter_after;
            Some(if turned { Role::Open } else { Role::Close })
        }
        '"' => {
            if space_before && after.is_some_and(|c| !c.is_whitespace()) {
                Some(Role::Open)
            } else if before.is_some_and(char::is_numeric)
                && !letter_after
                && after.is_some_and(|c| c != ',' && c != '.')
            {
                // `6" pipes`: inches, unless something is open.
                Some(Role::Close)
            } else if closing_after && before.is_some_and(|c| !c.is_whitespace()) {
                Some(Role::Close)
            } else {
                Some(Role::Either)
            }
        }
        '‘' => (!(is_elision(&text[end..]) || letter_before && letter_after)).then_some(Role::Open),
        _ => {
            if letter_before && letter_after {
                return None;
            }
            if opening_before && !closing_after {
                let straight = matches!(mark, '\'' | '`');
                return (straight && !is_elision(&text[end..])).then_some(Role::Open);
            }
            if space_before && closing_after {
                return None;
            }
            if before.is_some_and(char::is_numeric) && mark == '\'' {
                return Some(Role::WeakClose);
            }
            let possessive = matches!(before, Some('s' | 'x' | 'z')) && text[end..].starts_with(' ');
            let clipped = matches!(before, Some('n')) && text[end..].starts_with(' ');
            Some(if possessive || clipped { Role::WeakClose } else { Role::Close })
        }
    }
}

/// Whether a word starts here whose first letters an apostrophe replaces: ’90s, ’em, ’tis.
fn is_elision(rest: &str) -> bool {
    let word_end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let word = &rest[..word_end];
    let decade = word.len() >= 2
        && word.bytes().take(2).all(|byte| byte.is_ascii_digit())
        && (word.len() == 2 || word[2..].starts_with('s'));
    decade
        || ["em", "til", "till", "tis", "twas", "cause", "bout", "n", "round"]
            .iter()
            .any(|elided| word.eq_ignore_ascii_case(elided))
}
