//! The pass over one paragraph: finds marks that may end a sentence and decides each from what
//! stands on its two sides, a bounded stretch either way.

use crate::gaps::{Features, Gap, Judge, Paragraph};
use crate::lines::Shape;
use crate::words::{self, Abbreviation};
use parallax_text::Span;

/// How eagerly sentences are ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Running text.
    Prose,
    /// A headline: only plain ends count, and line breaks never do.
    Headline,
}

/// Longest word before a full stop that is looked at, in bytes.
const LONGEST_WORD: usize = 64;
/// Longest bracketed insertion that is kept from being split, in bytes.
const LONGEST_INSERTION: usize = 300;

/// Adds the sentences of `paragraph` to `found`; `judge` decides where no rule does.
pub(crate) fn scan(text: &str, paragraph: Span, mode: Mode, judge: &mut impl Judge, found: &mut Vec<Span>) {
    let mut scanner = Scanner {
        text,
        bytes: &text.as_bytes()[..paragraph.end()],
        from: paragraph.start(),
        start: paragraph.start(),
        mode,
        shape: if mode == Mode::Prose { Shape::of(&text[paragraph]) } else { None },
        quote_open: false,
        sealed_until: 0,
        has_words: false,
        searched: paragraph.start(),
        no_bracket_before: 0,
        list: None,
        habits: Paragraph::of(text, paragraph),
        words: 0,
        unmarked: false,
        refused: paragraph.start(),
        judge,
        found,
    };
    scanner.run();
}

struct Scanner<'a, J> {
    text: &'a str,
    /// The text up to the end of the paragraph.
    bytes: &'a [u8],
    /// Start of the paragraph.
    from: usize,
    /// Start of the sentence that is being read.
    start: usize,
    mode: Mode,
    shape: Option<Shape>,
    /// Whether an odd number of straight double quotation marks has been passed.
    quote_open: bool,
    /// End of the bracketed insertion that is being read.
    sealed_until: usize,
    /// Whether a letter or digit of the sentence stands before `searched`.
    has_words: bool,
    searched: usize,
    /// No closing bracket stands before this byte.
    no_bracket_before: usize,
    /// The list item that is being read.
    list: Option<ListMark>,
    /// How the paragraph is written.
    habits: Paragraph,
    /// Words of the sentence that have been passed.
    words: usize,
    /// Whether the sentence before was ended by the model.
    unmarked: bool,
    /// End of the last stop of which a rule says that it ends nothing.
    refused: usize,
    judge: &'a mut J,
    found: &'a mut Vec<Span>,
}

/// The mark of a list item: "1.", "1)", "1.)", "a.".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ListMark {
    /// A number, or a letter's place in the alphabet.
    value: u32,
    letter: bool,
    /// Whether a bracket closes it.
    bracket: bool,
}

/// A run of sentence-ending marks.
#[derive(Clone, Copy, Debug)]
struct Stop {
    end: usize,
    kind: StopKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StopKind {
    Period,
    /// With "!" or "?".
    Strong,
    Ellipsis,
    /// A full stop with an ellipsis after it that opens what follows.
    PeriodBeforeEllipsis,
}

/// What stands after a stop.
#[derive(Clone, Copy, Debug)]
struct Next<'a> {
    kind: NextKind,
    /// The word, without what opens it.
    word: &'a str,
    /// First byte of the word.
    at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextKind {
    Capital,
    Lower,
    Digit,
    Symbol,
    End,
}

impl<'a, J: Judge> Scanner<'a, J> {
    fn run(&mut self) {
        let mut at = self.from;
        while let Some(skipped) = self.bytes[at..].iter().position(|&byte| STOPS[byte as usize]) {
            at += skipped;
            at = match self.bytes[at] {
                b'.' | b'!' | b'?' => self.stop(at),
                b'"' => {
                    self.toggle_quote(at);
                    at + 1
                }
                b' ' | b'\n' => self.gap(at),
                b'(' | b'[' => {
                    self.seal(at);
                    at + 1
                }
                b')' => {
                    self.next_list_mark(at);
                    at + 1
                }
                b':' | b';' | b'=' => self.emoticon(at),
                _ => self.beyond_ascii(at),
            };
        }
        self.end_sentence(self.bytes.len());
    }

    /// Ends the sentence before byte `end`; the next one starts at the first byte after it that is
    /// not white space.
    fn end_sentence(&mut self, end: usize) {
        let sentence = Span::new(self.start, end).trimmed(self.text);
        if !sentence.is_empty() {
            self.found.push(sentence);
        }
        self.start = self.skip_space(end);
        (self.has_words, self.searched, self.words, self.unmarked) = (false, self.start, 0, false);
    }

    /// White space: ends a sentence where its line break does, or where the model says so.
    fn gap(&mut self, at: usize) -> usize {
        let next = self.skip_space(at);
        if let Some(shape) = self.shape
            && let Some(before) = self.bytes[at..next].iter().position(|&byte| byte == b'\n')
            && shape.breaks_at(self.text, self.from, at + before)
        {
            self.end_sentence(at);
            return next;
        }
        self.words += 1;
        if self.mode == Mode::Prose && self.is_undecided(at, next) {
            let gap = Gap { start: self.start, at, next, words: self.words };
            let features = Features::of(self.text, self.habits, gap);
            if self.judge.ends(at, self.habits.is_careless(), features.buckets()) {
                self.end_sentence(at);
                self.unmarked = true;
            }
        }
        next
    }

    /// Whether no rule speaks for or against an end at the white space `at..next`.
    fn is_undecided(&mut self, at: usize, next: usize) -> bool {
        if at <= self.start || at <= self.sealed_until || at == self.refused {
            return false;
        }
        let mark = self.bytes[..at].iter().rev().take(2).take_while(|byte| matches!(byte, b'.' | b')')).count();
        if self.words == 1 && mark > 0 && self.is_list_mark(at - mark) {
            return false;
        }
        let Some(first) = self.char_at(next) else { return false };
        let last = self.bytes[at - 1];
        let careless = self.habits.is_careless();
        // Careful writing ends a sentence with a mark, or at least begins it with a capital word
        // that is no name.
        let marked = matches!(last, b'.' | b'!' | b'?' | b':' | b';' | b')' | b']' | b'*' | b'>' | b'=' | b'_' | b'-')
            || self.bytes[..at].ends_with("…".as_bytes());
        let name_or_lower = || !first.is_uppercase() || !words::opens_sentence(self.word_at(next));
        if !careless && !marked && name_or_lower() {
            return false;
        }
        // "He wrote: “No.”" is one sentence. A single word is cut off only
        // in a run of lines that lost their breaks ("Thanks Lena Marsh"), never after a stop.
        let introduces = last == b':' && matches!(first, '"' | '“' | '\'' | '‘' | '«');
        let single = !self.unmarked && self.words == 1 && last != b':' && !first.is_lowercase();
        let row = self.bytes[self.start..at].iter().all(|byte| matches!(byte, b'-' | b'=' | b'_' | b'*' | b'#'));
        !introduces && if self.has_words_before(at) { !single } else { row && at >= self.start + 2 }
    }

    /// A character of three bytes: an ellipsis, double marks, a bullet, full-width stops.
    fn beyond_ascii(&mut self, at: usize) -> usize {
        let Some(character) = self.char_at(at) else { return at + 1 };
        match character {
            '…' | '‼' | '⁇' | '⁈' | '⁉' | '。' | '！' | '？' => self.stop(at),
            _ if words::is_bullet(character) && self.mode == Mode::Prose => {
                let after_space = at == self.from || self.bytes[at - 1].is_ascii_whitespace();
                if at > self.start && after_space {
                    self.end_sentence(at);
                    self.start = at;
                }
                at + character.len_utf8()
            }
            _ => at + character.len_utf8(),
        }
    }

    /// An emoticon before a capital letter ends a sentence as a full stop does.
    fn emoticon(&mut self, at: usize) -> usize {
        let after_space = at > self.start && self.bytes[at - 1] == b' ';
        match after_space.then(|| self.spaced_closer(at, false)).flatten() {
            Some(end) if self.mode == Mode::Prose && self.next(end).kind == NextKind::Capital => {
                self.end_sentence(end);
                end
            }
            _ => at + 1,
        }
    }

    fn toggle_quote(&mut self, at: usize) {
        // After a digit an opening mark cannot stand: it means inches or seconds.
        let inches = !self.quote_open && at > self.from && self.bytes[at - 1].is_ascii_digit();
        if !inches {
            self.quote_open = !self.quote_open;
        }
    }

    /// Keeps a bracketed insertion inside a sentence whole.
    fn seal(&mut self, at: usize) {
        if at < self.sealed_until || at < self.no_bracket_before {
            return;
        }
        if !self.has_words_before(at) {
            return;
        }
        let close = if self.bytes[at] == b'(' { b')' } else { b']' };
        let limit = (at + LONGEST_INSERTION).min(self.bytes.len());
        match self.bytes[at..limit].iter().position(|&byte| byte == close) {
            Some(length) => self.sealed_until = at + length,
            None => self.no_bracket_before = limit,
        }
    }

    /// Judges the stop at `at` and returns where to read on.
    fn stop(&mut self, at: usize) -> usize {
        if self.next_list_mark(at) {
            return at + 1;
        }
        let stop = self.read_stop(at);
        let (end, quoted) = self.closers(stop.end);
        if (at >= self.sealed_until || end > self.sealed_until) && self.ends(at, stop, end, quoted) {
            self.pass_quotes(stop.end, end);
            self.end_sentence(end);
            return self.start.max(end);
        }
        self.pass_quotes(stop.end, end);
        if self.is_refused(at, stop, end, quoted) {
            self.refused = end;
        }
        end.max(at + 1)
    }

    /// Whether the stop, which ends no sentence by the rules, proves that none ends here.
    fn is_refused(&self, at: usize, stop: Stop, end: usize, quoted: bool) -> bool {
        if matches!(stop.kind, StopKind::Ellipsis | StopKind::PeriodBeforeEllipsis) {
            return false;
        }
        let (next, word) = (self.next(end), self.word_before(at));
        let second = self.word_at(self.skip_space(next.at + next.word.len()));
        quoted
            || matches!(next.kind, NextKind::Capital | NextKind::Digit)
            || word.len() < 2
            || words::abbreviation(word).is_some()
            || words::is_listed(next.word, words::REPORTING)
            || words::is_listed(second, words::REPORTING)
    }

    /// Whether the sentence has a letter or digit before `at`, which never goes back.
    fn has_words_before(&mut self, at: usize) -> bool {
        if !self.has_words && self.searched < at {
            let from = self.searched.max(self.start);
            self.has_words = self.bytes[from.min(at)..at]
                .iter()
                .any(|&byte| byte.is_ascii_alphanumeric() || (0xC3..0xE2).contains(&byte));
            self.searched = at;
        }
        self.has_words
    }

    fn pass_quotes(&mut self, from: usize, to: usize) {
        for at in from..to {
            if self.bytes[at] == b'"' {
                self.toggle_quote(at);
            }
        }
    }

    /// The run of marks at `at`, ellipses of spaced full stops included.
    fn read_stop(&self, at: usize) -> Stop {
        let mut end = at;
        let (mut dots, mut strong, mut ellipsis) = (0, false, false);
        while let Some(character) = self.char_at(end) {
            match character {
                '.' | '。' => dots += 1,
                '…' => ellipsis = true,
                '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' | '！' | '？' => strong = true,
                _ => break,
            }
            end += character.len_utf8();
        }
        let first_end = end;
        let single = dots == 1 && !strong && !ellipsis;
        let attached = at > self.from && !self.bytes[at - 1].is_ascii_whitespace();
        let mut spaced = 0;
        while self.bytes.get(end) == Some(&b' ') {
            let rest = &self.bytes[end + 1..];
            let length = if rest.starts_with("…".as_bytes()) {
                spaced += 3;
                "…".len()
            } else {
                let run = rest.iter().take_while(|&&byte| byte == b'.').count();
                spaced += run;
                run
            };
            if length == 0 {
                break;
            }
            end += 1 + length;
        }
        let kind = if spaced >= 3 && attached && (single || strong) {
            return match self.next(self.closers(end).0).kind {
                NextKind::Capital | NextKind::Digit => Stop { end: first_end, kind: StopKind::PeriodBeforeEllipsis },
                _ => Stop { end, kind: StopKind::Ellipsis },
            };
        } else if strong {
            StopKind::Strong
        } else if ellipsis || dots + spaced >= 2 {
            StopKind::Ellipsis
        } else {
            StopKind::Period
        };
        Stop { end, kind }
    }

    /// End of what closes after a stop (quotation marks, brackets, footnote marks), and whether a
    /// quotation mark is among it.
    fn closers(&self, from: usize) -> (usize, bool) {
        let mut end = from;
        let mut quoted = false;
        let mut open = self.quote_open;
        while let Some(character) = self.char_at(end) {
            let after = end + character.len_utf8();
            let closes = match character {
                '”' | '»' | '›' => true,
                ')' | ']' | '}' => true,
                '’' | '\'' | '“' | '‘' => !self.char_at(after).is_some_and(char::is_alphanumeric),
                '"' => {
                    let closing = open || !self.char_at(after).is_some_and(char::is_alphanumeric);
                    open = false;
                    closing
                }
                '[' => match self.footnote(end) {
                    Some(footnote_end) => {
                        end = footnote_end;
                        continue;
                    }
                    None => false,
                },
                '¹' | '²' | '³' | '⁴' | '⁵' | '⁶' | '⁷' | '⁸' | '⁹' | '⁰' | '*' => true,
                ' ' | '\u{a0}' => match self.spaced_closer(after, open) {
                    Some(closer_end) => {
                        quoted |= self.bytes[closer_end - 1] != b')';
                        end = closer_end;
                        continue;
                    }
                    None => false,
                },
                _ => false,
            };
            if !closes {
                break;
            }
            quoted |= matches!(character, '”' | '’' | '»' | '›' | '"' | '\'' | '“' | '‘');
            end = after;
        }
        (end, quoted)
    }

    /// End of a closing mark, footnote or emoticon that stands after a space at `at`.
    fn spaced_closer(&self, at: usize, quote_open: bool) -> Option<usize> {
        let character = self.char_at(at)?;
        if character == '[' {
            return self.footnote(at);
        }
        let end = match character {
            '”' | '»' | ')' => at + character.len_utf8(),
            '"' if quote_open => at + 1,
            ':' | ';' | '=' => {
                let nose = usize::from(self.bytes.get(at + 1) == Some(&b'-'));
                match self.bytes.get(at + 1 + nose)? {
                    b')' | b'(' | b'D' | b'P' | b'p' | b'/' => at + 2 + nose,
                    _ => return None,
                }
            }
            _ => return None,
        };
        self.char_at(end).is_none_or(char::is_whitespace).then_some(end)
    }

    /// End of a footnote mark ("[12]") at `at`.
    fn footnote(&self, at: usize) -> Option<usize> {
        let digits = self.bytes[at + 1..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let end = at + 1 + digits;
        ((1..=3).contains(&digits) && self.bytes.get(end) == Some(&b']')).then_some(end + 1)
    }

    /// What stands at or after `from`: the first word past white space and opening marks.
    fn next(&self, from: usize) -> Next<'a> {
        let mut at = from;
        let mut kind = NextKind::End;
        while let Some(character) = self.char_at(at) {
            let opens = character.is_whitespace()
                || matches!(
                    character,
                    '"' | '“'
                        | '”'
                        | '„'
                        | '\''
                        | '‘'
                        | '’'
                        | '«'
                        | '‹'
                        | '('
                        | '['
                        | '{'
                        | '¿'
                        | '¡'
                        | '*'
                        | '_'
                        | '–'
                        | '—'
                        | '-'
                        | '…'
                        | '.'
                );
            if !opens {
                kind = if character.is_numeric() {
                    NextKind::Digit
                } else if character.is_lowercase() {
                    NextKind::Lower
                } else if character.is_alphabetic() {
                    NextKind::Capital
                } else {
                    NextKind::Symbol
                };
                break;
            }
            if at > from + LONGEST_WORD {
                kind = NextKind::Symbol;
                break;
            }
            at += character.len_utf8();
        }
        let word = self.word_at(at);
        if kind == NextKind::Lower && word.chars().nth(1).is_some_and(char::is_uppercase) {
            kind = NextKind::Capital;
        }
        Next { kind, word, at }
    }

    /// The letters, digits and apostrophes at `at`, at most a table word's length.
    fn word_at(&self, at: usize) -> &'a str {
        let mut end = at;
        while let Some(character) = self.char_at(end) {
            let inside = character.is_alphanumeric() || (matches!(character, '\'' | '’') && end > at);
            if !inside || end - at > LONGEST_WORD {
                break;
            }
            end += character.len_utf8();
        }
        &self.text[at..end]
    }

    /// Whether the sentence ends with the stop.
    fn ends(&mut self, at: usize, stop: Stop, end: usize, quoted: bool) -> bool {
        if end >= self.bytes.len() {
            return true;
        }
        if !self.char_at(end).is_some_and(char::is_whitespace) {
            return self.text[..stop.end].ends_with(['。', '！', '？']) || self.ends_without_space(at, stop, end);
        }
        let next = self.next(end);
        if matches!(next.kind, NextKind::End) {
            return true;
        }
        if next.kind == NextKind::Symbol {
            return self.ends_before_symbol(next, stop);
        }
        match stop.kind {
            StopKind::PeriodBeforeEllipsis => true,
            StopKind::Strong => match next.kind {
                NextKind::Lower => end == stop.end && self.ends_strongly_before_lower(at, end, next),
                NextKind::Capital if quoted => !self.is_reporting_clause(next.at),
                _ => true,
            },
            StopKind::Ellipsis => {
                let omission = self.bytes[..at].ends_with(b"[") && self.bytes[stop.end..].starts_with(b"]");
                self.mode == Mode::Prose
                    && !omission
                    && self.has_words_before(at)
                    && next.kind == NextKind::Capital
                    && (quoted || !is_first_person(next.word))
            }
            StopKind::Period => self.ends_with_period(at, next, end > stop.end),
        }
    }

    fn ends_before_symbol(&self, next: Next<'_>, stop: Stop) -> bool {
        match self.char_at(next.at) {
            Some('$' | '£' | '€' | '#' | '@' | '<' | '§') => stop.kind != StopKind::Ellipsis,
            Some(character) => character as u32 > 0x2000 && stop.kind != StopKind::Ellipsis,
            None => true,
        }
    }

    /// A stop with no white space after it ends a sentence only where a space was plainly lost.
    fn ends_without_space(&self, at: usize, stop: Stop, end: usize) -> bool {
        let Some(character) = self.char_at(end) else { return true };
        let before = self.word_before(at);
        let token = &self.text[self.token_start(at)..at];
        if token.contains(['/', '@', '=', '\\']) || self.mode == Mode::Headline {
            return false;
        }
        let opens_quote = matches!(character, '“' | '«' | '¿' | '¡') || (character == '"' && !self.quote_open);
        let next = if opens_quote { self.word_at(end + character.len_utf8()) } else { self.word_at(end) };
        let mut letters = next.chars();
        let capital = letters.next().is_some_and(char::is_uppercase);
        let second = letters.next();
        let word = capital
            && (second.is_some_and(|c| c.is_lowercase() || c == '\'' || c == '’') || next == "I" || next == "A");
        if !word {
            return false;
        }
        match stop.kind {
            StopKind::Strong => true,
            StopKind::Ellipsis | StopKind::PeriodBeforeEllipsis => end > stop.end,
            StopKind::Period => {
                let last = before.rsplit(['.', '(', '"', '“', '-', '’', '\'']).next().unwrap_or(before);
                // After a name only a word that opens sentences shows that a space was lost.
                let opens = words::opens_sentence(next) && next.len() > 1
                    || words::abbreviation(next) == Some(Abbreviation::Title) && self.title_at(end);
                let plain = last.len() >= 2 && last.chars().all(char::is_lowercase)
                    || (!last.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit() || byte == b','))
                    || end > stop.end
                    || (opens && before == last && last.len() >= 4 && last.chars().skip(1).all(char::is_lowercase));
                let lower_web = token.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
                plain
                    && !lower_web
                    && !words::is_listed(next, words::ADDRESS_ENDINGS)
                    && words::abbreviation(last).is_none()
            }
        }
    }

    /// Whether the title at `at` has its full stop and a space.
    fn title_at(&self, at: usize) -> bool {
        self.bytes[at..].iter().skip_while(|byte| byte.is_ascii_alphabetic()).take(2).eq(b". ")
    }

    fn ends_with_period(&self, at: usize, next: Next<'_>, closed: bool) -> bool {
        let word = self.word_before(at);
        if self.is_list_mark(at) {
            return false;
        }
        match next.kind {
            NextKind::Lower => !closed && self.ends_before_lower(word, next),
            NextKind::Digit => match words::abbreviation(word) {
                Some(
                    Abbreviation::Title
                    | Abbreviation::Inner
                    | Abbreviation::Numbered
                    | Abbreviation::Month
                    | Abbreviation::Day
                    | Abbreviation::Hour,
                ) => false,
                Some(Abbreviation::General | Abbreviation::State) => false,
                Some(Abbreviation::Closing) | None => !is_capital_letter(word),
            },
            _ => self.ends_before_capital(at, word, next),
        }
    }

    /// A question or a cry goes on in lower case where a quotation was left without its marks
    /// ("Why? she asked") and in names ("Yahoo! in"); else only in careless writing.
    fn ends_strongly_before_lower(&self, at: usize, end: usize, next: Next<'_>) -> bool {
        if self.mode == Mode::Headline || self.text[end..next.at].contains(['-', '–', '—', '…', '.']) {
            return false;
        }
        let word = self.word_before(at);
        let name = word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().any(char::is_lowercase)
            && self.token_start(at) > self.start
            && self.bytes[at] == b'!';
        let second = self.word_at(self.skip_space(next.at + next.word.len()));
        let said = words::is_listed(next.word, words::REPORTING) || words::is_listed(second, words::REPORTING);
        !name && !said
    }

    /// Without a capital letter a sentence starts only in careless writing, after a plain word.
    fn ends_before_lower(&self, word: &str, next: Next<'_>) -> bool {
        self.mode == Mode::Prose
            && word.len() >= 3
            && word.chars().all(char::is_alphabetic)
            && word.chars().any(char::is_lowercase)
            && words::abbreviation(word).is_none()
            && (next.word.len() > 1 || next.word == "i")
    }

    fn ends_before_capital(&self, at: usize, word: &str, next: Next<'_>) -> bool {
        if is_capital_letter(word) {
            return self.ends_after_letter(at, word, next);
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty() && word.len() <= 2 {
            // "am 3. Oktober", "3. Mai": an ordinal.
            return !words::is_listed(next.word, words::MONTH_NAMES);
        }
        let Some(abbreviation) = words::abbreviation(word) else { return true };
        if self.mode == Mode::Headline {
            return false;
        }
        if word.eq_ignore_ascii_case("p.s") && self.token_start(at) == self.start {
            return false;
        }
        let opens = words::opens_sentence(next.word);
        match abbreviation {
            Abbreviation::Title => {
                // "Main St. The", "St. Louis": only a street ends a sentence.
                matches!(word, "St" | "Ft" | "Mt") && opens && self.capital_before(at - word.len())
            }
            Abbreviation::Inner => false,
            Abbreviation::Numbered => {
                let no =
                    matches!(word, "No" | "no" | "NO" | "art" | "lot" | "par" | "op" | "sec" | "app" | "cap" | "ch");
                no || (opens && !words::is_roman(next.word))
            }
            Abbreviation::Month => opens,
            Abbreviation::Day => {
                !words::is_listed(next.word, words::MONTH_NAMES) && !words::is_listed(next.word, words::MONTHS)
            }
            Abbreviation::Hour => {
                !words::is_listed(next.word, words::TIME_WORDS) && (opens || self.words_before(at, 6) >= 6)
            }
            Abbreviation::Closing => true,
            Abbreviation::State => {
                let town = self.previous_word(at - word.len()).ends_with(',');
                opens || (town && !self.text[at..next.at].contains('('))
            }
            Abbreviation::General => opens || self.is_country_before_subject(word, next),
        }
    }

    /// "U.S." and a name with its verb: "... in the U.S. Sheinbaum has said".
    fn is_country_before_subject(&self, word: &str, next: Next<'_>) -> bool {
        if !matches!(word, "U.S" | "U.K" | "E.U" | "U.N" | "D.C") || words::is_listed(next.word, words::INSTITUTIONS) {
            return false;
        }
        let after = self.skip_space(next.at + next.word.len());
        after > next.at + next.word.len() && words::is_listed(self.word_at(after), words::SUBJECT_VERBS)
    }

    /// A single capital letter: an initial, "I", or a label ("Plan B").
    fn ends_after_letter(&self, at: usize, letter: &str, next: Next<'_>) -> bool {
        let letter_start = at - letter.len();
        let previous = self.previous_word(letter_start);
        let lower_before = previous.chars().next().is_some_and(char::is_lowercase);
        if letter == "I" && lower_before {
            return true;
        }
        let label = words::is_listed(previous, words::LABELLED);
        let strict = words::opens_sentence(next.word)
            && !matches!(next.word, "A" | "An" | "So" | "Do" | "My" | "No" | "Of" | "To");
        label || (strict && self.mode == Mode::Prose)
    }

    /// Whether "Mayor Ode asked.", with its verb, starts at `at`: the clause that names who spoke.
    fn is_reporting_clause(&self, at: usize) -> bool {
        let mut at = at;
        for count in 0..6 {
            let word = self.word_at(at);
            let mut end = at + word.len();
            if word.is_empty() {
                return false;
            }
            if count > 0 && words::is_listed(word, words::REPORTING) {
                return self.closes_clause(word, end);
            }
            let name = word.chars().next().is_some_and(char::is_uppercase)
                || matches!(
                    word,
                    "de" | "da" | "del" | "der" | "van" | "von" | "al" | "bin" | "el" | "la" | "the" | "of"
                );
            if !name {
                return false;
            }
            if matches!(self.bytes.get(end), Some(b'.' | b'-')) {
                end += 1;
            }
            at = self.skip_space(end);
        }
        false
    }

    /// Whether the clause ends soon after its verb, so that it says who spoke and no more.
    fn closes_clause(&self, verb: &str, after_verb: usize) -> bool {
        if verb == "told" {
            return true;
        }
        match self.char_at(after_verb) {
            None | Some('.' | ',' | ';' | ':' | '!' | '?') => return true,
            _ => {}
        }
        let following = self.word_at(self.skip_space(after_verb));
        following.ends_with("ly")
            || matches!(
                following,
                "in" | "on"
                    | "at"
                    | "during"
                    | "after"
                    | "before"
                    | "as"
                    | "when"
                    | "while"
                    | "to"
                    | "with"
                    | "from"
                    | "last"
                    | "this"
                    | "later"
                    | "reporters"
                    | "lawmakers"
                    | "journalists"
                    | "him"
                    | "her"
                    | "them"
            )
    }

    /// A list mark that continues the list being read ends the item before it.
    fn next_list_mark(&mut self, at: usize) -> bool {
        let token_start = self.token_start(at);
        if token_start <= self.start {
            self.list = self.list_at_start().or(self.list);
            return false;
        }
        let Some(mark) = self.list_mark(token_start, at) else { return false };
        let follows = self.list.is_some_and(|list| {
            mark.letter == list.letter && mark.bracket == list.bracket && mark.value.abs_diff(list.value) == 1
        });
        let first_after_colon =
            mark.value == u32::from(!mark.letter) && self.text[..token_start].trim_end().ends_with(':');
        let continues = follows || (first_after_colon && self.mode == Mode::Prose);
        if continues {
            self.end_sentence(token_start);
            self.list = Some(mark);
        }
        continues
    }

    /// The list mark at the start of the sentence.
    fn list_at_start(&self) -> Option<ListMark> {
        let start = self.after_bullets(self.start);
        let end = start + self.bytes[start..].iter().take(4).position(|&byte| matches!(byte, b'.' | b')'))?;
        self.list_mark(start, end)
    }

    /// The list mark whose letters or digits are `start..end`, with a space after it.
    fn list_mark(&self, start: usize, end: usize) -> Option<ListMark> {
        let token = self.text.get(start..end)?;
        let bracket = self.bytes.get(end) == Some(&b')') || self.bytes.get(end + 1) == Some(&b')');
        let after = end + 1 + usize::from(self.bytes[end] == b'.' && bracket);
        if self.bytes.get(after) != Some(&b' ') {
            return None;
        }
        let (letter, value) = match token.as_bytes() {
            [letter] if letter.is_ascii_lowercase() => (true, u32::from(letter - b'a')),
            digits if (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) => {
                (false, token.parse().ok()?)
            }
            _ => return None,
        };
        let item = self.char_at(self.skip_space(after))?;
        (item.is_uppercase() || bracket).then_some(ListMark { value, letter, bracket })
    }

    /// Whether the sentence so far is nothing but the mark of a list item.
    fn is_list_mark(&self, at: usize) -> bool {
        let start = self.after_bullets(self.start);
        let Some(token) = self.text.get(start..at) else { return false };
        let number = (1..=3).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let letter = token.len() == 1 && token.bytes().all(|byte| byte.is_ascii_alphabetic());
        number || letter || (words::is_roman(token) && token != "I")
    }

    fn after_bullets(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(character) = self.char_at(at) {
            let skipped = character.is_whitespace()
                || words::is_bullet(character)
                || matches!(character, '(' | '[' | '-' | '*' | '"' | '“' | '‘' | '\'');
            if !skipped || at > from + LONGEST_WORD {
                break;
            }
            at += character.len_utf8();
        }
        at
    }

    /// Start of the run without white space that ends before `at`, bounded.
    fn token_start(&self, at: usize) -> usize {
        let floor = self.start.max(at.saturating_sub(LONGEST_WORD));
        let length = self.bytes[floor..at].iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let mut start = at - length;
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        start
    }

    /// The word that ends before `at`, without what opens it; may hold full stops.
    fn word_before(&self, at: usize) -> &'a str {
        let token = &self.text[self.token_start(at)..at];
        let word = token.trim_start_matches(|character: char| !character.is_alphanumeric());
        word.rsplit(['—', '–', '-', '/', '“', '"', '(', '…']).next().unwrap_or(word)
    }

    /// The word before the one that starts at `at`.
    fn previous_word(&self, at: usize) -> &'a str {
        let end = self.text[..at].trim_end().len().max(self.start);
        &self.text[self.token_start(end)..end]
    }

    fn capital_before(&self, at: usize) -> bool {
        self.previous_word(at).chars().next().is_some_and(|first| first.is_uppercase() || first.is_numeric())
    }

    /// Number of words of the sentence before `at`, counted up to `most`.
    fn words_before(&self, at: usize, most: usize) -> usize {
        let floor = self.start.max(at.saturating_sub(most * LONGEST_WORD));
        self.bytes[floor..at].split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(most).count()
    }

    fn skip_space(&self, from: usize) -> usize {
        let mut at = from.min(self.bytes.len());
        while let Some(character) = self.char_at(at) {
            if !character.is_whitespace() {
                break;
            }
            at += character.len_utf8();
        }
        at
    }

    /// The character at byte `at` of the paragraph.
    fn char_at(&self, at: usize) -> Option<char> {
        let first = *self.bytes.get(at)?;
        if first < 0x80 { Some(char::from(first)) } else { self.text.get(at..)?.chars().next() }
    }
}

fn is_capital_letter(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
}

fn is_first_person(word: &str) -> bool {
    word.split(['\'', '’']).next() == Some("I")
}

/// Bytes at which something may have to be decided.
static STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let marks = b".!?\"\n ([):;=\xE2\xE3\xEF";
    let mut index = 0;
    while index < marks.len() {
        stops[marks[index] as usize] = true;
        index += 1;
    }
    stops
};
