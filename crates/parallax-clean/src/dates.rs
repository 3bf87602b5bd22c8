//! Dates in the lines of a page.

use jiff::civil::Date;

/// A calendar date and where it stands in its line, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) date: Date,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[rustfmt::skip]
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "enero", "ene", "janvier", "janv", "januar", "jänner", "gennaio", "gen", "janeiro", "januari"],
    &["february", "feb", "febrero", "février", "févr", "fév", "februar", "febbraio", "fevereiro", "fev", "februari"],
    &["march", "mar", "marzo", "mars", "märz", "mär", "março", "maart", "mrt"],
    &["april", "apr", "abril", "abr", "avril", "avr", "aprile"],
    &["may", "mayo", "mai", "maggio", "mag", "maio", "mei"],
    &["june", "jun", "junio", "juin", "juni", "giugno", "giu", "junho"],
    &["july", "jul", "julio", "juillet", "juil", "juli", "luglio", "lug", "julho"],
    &["august", "aug", "agosto", "ago", "août", "augustus"],
    &["september", "sept", "sep", "septiembre", "septembre", "settembre", "set", "setembro"],
    &["october", "oct", "octubre", "octobre", "oktober", "okt", "ottobre", "ott", "outubro", "out"],
    &["november", "nov", "noviembre", "novembre", "novembro"],
    &["december", "dec", "diciembre", "dic", "décembre", "déc", "dezember", "dez", "dicembre", "dezembro"],
];

/// What a date line says of its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim {
    Published,
    Updated,
    /// Only the date.
    Bare,
}

#[rustfmt::skip]
const UPDATED: &[&str] = &["updated", "modified", "edited", "revised", "actualizado", "actualizada", "mis à jour", "aktualisiert", "stand:", "aggiornato", "atualizado", "bijgewerkt"];
#[rustfmt::skip]
const PUBLISHED: &[&str] = &["published", "posted", "publicado", "publicada", "publié", "veröffentlicht", "pubblicato", "gepubliceerd", "date:", "posted on", "first published", "originally published"];

/// What the words of a line say of its dates.
pub(crate) fn claim(line: &str) -> Claim {
    let lower = line.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match (says(PUBLISHED), says(UPDATED)) {
        (true, _) => Claim::Published,
        (false, true) => Claim::Updated,
        (false, false) => Claim::Bare,
    }
}

/// Whether a line is there for its date, its author perhaps beside it; sentences are not.
pub(crate) fn is_date_line(line: &str) -> bool {
    const LONGEST: usize = 120;
    if line.len() > LONGEST || !line.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let found = find(line);
    let Some(first) = found.first() else { return false };
    let rest: usize = line.split_whitespace().count() - line[first.start..first.end].split_whitespace().count();
    let small = line.split_whitespace().filter(|word| word.len() > 3 && word.starts_with(char::is_lowercase)).count();
    let starts = line[..first.start].chars().filter(|c| c.is_alphabetic()).count() <= 14;
    small <= 2 && (rest <= 5 || (claim(line) != Claim::Bare || starts) && rest <= 10)
}

/// Whether a line only tells how old the page is: "2 hours ago", "Updated 3 days ago".
pub(crate) fn is_age(line: &str) -> bool {
    const UNITS: [&str; 10] = ["minute", "min", "hour", "hr", "day", "week", "month", "year", "h", "d"];
    const LONGEST: usize = 80;
    let ends = line.trim_end().as_bytes();
    if line.len() > LONGEST || !ends[ends.len().saturating_sub(3)..].eq_ignore_ascii_case(b"ago") {
        return false;
    }
    let lower = line.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let [.., count, unit, "ago"] = words[..] else { return false };
    let number =
        count.bytes().all(|byte| byte.is_ascii_digit()) || matches!(count, "a" | "an" | "one" | "two" | "three");
    words.len() <= 6 && number && UNITS.contains(&unit.trim_end_matches('s'))
}

/// Whether a word names a month, in full or short.
pub(crate) fn is_month(word: &str) -> bool {
    month(word.trim_end_matches('.')).is_some()
}

/// Whether a line has a time of day ("7:45 pm", "14:30").
pub(crate) fn has_time_of_day(line: &str) -> bool {
    let digits = |text: &str| text.chars().next().is_some_and(|c| c.is_ascii_digit());
    line.match_indices(':').any(|(at, _)| {
        line[..at].ends_with(|c: char| c.is_ascii_digit()) && line.get(at + 1..at + 2).is_some_and(digits)
    })
}

/// All full dates of a line, in order. A day and month in figures alone count only where they
/// cannot be taken for one another.
pub(crate) fn find(line: &str) -> Vec<Found> {
    find_ordered(line, None)
}

/// Which of day and month comes first where both are figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    DayFirst,
    MonthFirst,
}

/// The order that the dates of a page settle: those that can be read in one way only all agree.
pub(crate) fn settled_order<'line>(lines: impl Iterator<Item = &'line str>) -> Option<Order> {
    const LONGEST: usize = 200;
    let mut seen = [false; 2];
    for line in lines.filter(|line| line.len() <= LONGEST && line.contains('/')) {
        let is_slashed = |three: &&[Token<'_>]| three[1].before == "/" && three[2].before == "/";
        for three in tokens(line).windows(3).filter(is_slashed) {
            let [Some(first), Some(second), Some(_)] =
                [number(&three[0], 1..=2), number(&three[1], 1..=2), number(&three[2], 4..=4)]
            else {
                continue;
            };
            seen[0] |= (13..=31).contains(&first) && (1..=12).contains(&second);
            seen[1] |= (13..=31).contains(&second) && (1..=12).contains(&first);
        }
    }
    match seen {
        [true, false] => Some(Order::DayFirst),
        [false, true] => Some(Order::MonthFirst),
        _ => None,
    }
}

/// As [`find`]; with an order, a day and month that could be taken for one another are read in it.
pub(crate) fn find_ordered(line: &str, order: Option<Order>) -> Vec<Found> {
    let tokens = tokens(line);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match date_at(&tokens[at..], order) {
            Some((date, used)) => {
                found.push(Found { date, start: tokens[at].start, end: tokens[at + used - 1].end });
                at += used;
            }
            None => at += 1,
        }
    }
    found
}

/// The date that a machine-readable value begins with ("2025-05-04T19:45:00Z"), or holds.
pub(crate) fn parse_value(value: &str) -> Option<Date> {
    find(value).first().map(|found| found.date)
}

#[derive(Clone, Copy, Debug)]
struct Token<'line> {
    text: &'line str,
    start: usize,
    end: usize,
    /// What stands between it and the token before.
    before: &'line str,
}

/// Runs of digits and runs of letters.
fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut characters = line.char_indices().peekable();
    while let Some((start, c)) = characters.next() {
        let class = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
        if class(c) == (false, false) {
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some(&(next, other)) = characters.peek() {
            if class(other) != class(c) {
                break;
            }
            end = next + other.len_utf8();
            characters.next();
        }
        let before = &line[tokens.last().map_or(0, |token| token.end)..start];
        tokens.push(Token { text: &line[start..end], start, end, before });
    }
    tokens
}

/// The date at the first token, and the number of tokens it takes.
fn date_at(tokens: &[Token<'_>], order: Option<Order>) -> Option<(Date, usize)> {
    let first = tokens.first()?;
    if let Some(month) = month(first.text) {
        // May 4, 2025; May 4th, 2025.
        let day = number(tokens.get(1)?, 1..=2)?;
        let skip = usize::from(tokens.get(2).is_some_and(is_ordinal));
        let year = tokens.get(2 + skip).filter(|token| is_gap(token.before))?;
        return Some((date(number(year, 4..=4)?, month, day)?, 3 + skip));
    }
    let value = number(first, 1..=4)?;
    if first.text.len() == 4 {
        let (second, third) = (tokens.get(1)?, tokens.get(2)?);
        let same = second.before == third.before && matches!(second.before, "-" | "/" | ".");
        let date = date(value, number(second, 1..=2)?, number(third, 1..=2)?)?;
        return same.then_some((date, 3));
    }
    if first.text.len() > 2 {
        return None;
    }
    let mut next = 1 + usize::from(tokens.get(1).is_some_and(is_ordinal));
    let of = |token: &&Token<'_>| matches!(token.text, "de" | "of" | "di");
    next += usize::from(tokens.get(next).filter(of).is_some());
    if let Some(month) = tokens.get(next).filter(|token| is_gap(token.before)).and_then(|token| month(token.text)) {
        // 4 May 2025; 4th of May, 2025; 4 de mayo de 2025.
        let skip = usize::from(tokens.get(next + 1).filter(of).is_some());
        let year = tokens.get(next + 1 + skip).filter(|token| is_gap(token.before))?;
        return Some((date(number(year, 4..=4)?, month, value)?, next + 2 + skip));
    }
    let (second, third) = (tokens.get(1)?, tokens.get(2)?);
    if second.before != third.before || third.text.len() != 4 {
        return None;
    }
    let (other, year) = (number(second, 1..=2)?, number(third, 4..=4)?);
    let date = match second.before {
        "." if other > 12 => date(year, value, other)?,
        "." => date(year, other, value)?,
        "/" | "-" if value > 12 || value == other => date(year, other, value)?,
        "/" | "-" if other > 12 => date(year, value, other)?,
        "/" if order == Some(Order::DayFirst) => date(year, other, value)?,
        "/" if order == Some(Order::MonthFirst) => date(year, value, other)?,
        _ => return None,
    };
    Some((date, 3))
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    (1990..=2100).contains(&year).then(|| Date::new(year, month, day).ok()).flatten()
}

fn month(word: &str) -> Option<i16> {
    if word.len() < 3 || word.len() > 10 || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    let lower = word.to_lowercase();
    (1_i16..).zip(MONTHS).find(|(_, names)| names.contains(&lower.as_str())).map(|(month, _)| month)
}

fn number(token: &Token<'_>, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let plain = token.text.bytes().all(|byte| byte.is_ascii_digit()) && digits.contains(&token.text.len());
    plain.then(|| token.text.parse().ok()).flatten()
}

fn is_ordinal(token: &Token<'_>) -> bool {
    token.before.is_empty() && matches!(token.text, "st" | "nd" | "rd" | "th" | "er" | "ST" | "ND" | "RD" | "TH")
}

fn is_gap(between: &str) -> bool {
    between.len() <= 4 && between.chars().all(|c| c.is_whitespace() || matches!(c, ',' | '.' | '-' | '/' | 'º' | '°'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &[&str]) {
        let found: Vec<String> = find(line).iter().map(|found| found.date.to_string()).collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn dates_are_read_in_the_ways_pages_write_them() {
        check("Updated: June 11, 2024 7:45 pm", &["2024-06-11"]);
        check("4th of May, 2025", &["2025-05-04"]);
        check("Friday, 3 Oct 2025", &["2025-10-03"]);
        check("2025-05-04T19:45:00Z", &["2025-05-04"]);
        check("4 de mayo de 2025", &["2025-05-04"]);
        check("04.05.2025, 10:00 Uhr", &["2025-05-04"]);
        check("05.25.2025", &["2025-05-25"]);
        check("1er février 2024", &["2024-02-01"]);
        check("Published Sept. 4, 2025; updated Sept. 6, 2025", &["2025-09-04", "2025-09-06"]);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        check("04/05/2025", &[]);
        check("25/05/2025", &["2025-05-25"]);
        check("05/25/2025", &["2025-05-25"]);
        check("30 February 2025", &[]);
        check("this Tuesday", &[]);
    }

    #[test]
    fn another_date_of_the_page_settles_the_order() {
        let read = |line: &str, other: &str| {
            let order = settled_order([line, other].into_iter());
            find_ordered(line, order).first().map(|found| found.date.to_string())
        };
        assert_eq!(read("04/05/2025", "Updated 04/25/2025").as_deref(), Some("2025-04-05"));
        assert_eq!(read("04/05/2025", "Updated 25/05/2025").as_deref(), Some("2025-05-04"));
        assert_eq!(read("04/05/2025", "Updated 06/05/2025"), None);
        assert_eq!(read("04/05/2025", "25/05/2025 and 05/25/2025"), None);
    }

    #[test]
    fn ages_are_lines_of_their_own() {
        assert!(is_age("2 hours ago"));
        assert!(is_age("Updated 3 days ago"));
        assert!(!is_age("The council closed the road two years ago"));
    }

    #[test]
    fn a_sentence_with_a_date_is_no_date_line() {
        assert!(is_date_line("Updated 11 June 2024, 7:45 pm"));
        assert!(is_date_line("Friday, October 3, 2025"));
        assert!(!is_date_line("The road was closed on May 4, 2025, when the bridge fell."));
    }
}
