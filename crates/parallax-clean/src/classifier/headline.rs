//! What the classifier of headlines sees: a row of numbers for each line that could be one.

use super::rows::{self, FAR};
use crate::features::{PageFeatures, bare_words};
use crate::hash::fnv;
use crate::lines::Page;
use std::collections::HashMap;
use std::sync::LazyLock;

const OWN: [&str; 26] = [
    "words",
    "letters_a_word",
    "lower",
    "upper",
    "ending",
    "digits",
    "commas",
    "function_words",
    "marker_force",
    "marker_kind",
    "menu",
    "repeats",
    "dated",
    "signed",
    "bullet",
    "gap",
    "title_case",
    "capitals",
    "starts_digit",
    "ornaments",
    "text_score",
    "known_stems",
    "known_weight",
    "index",
    "words-1",
    "words+1",
];
const AROUND: isize = 3;
const PLACE: [&str; 18] = [
    "to_start",
    "share_of_lines",
    "dated_before",
    "dated_after",
    "signed_before",
    "signed_after",
    "begins_other",
    "begins_first",
    "known_words",
    "known_words_above",
    "known_words_below",
    "longest_around",
    "rule_choice",
    "is_first",
    "first_shared",
    "twin_shared",
    "lead_shared",
    "title_words",
];

/// Where the numbers of a line's own stand in its row, and that of its known stems.
static COLUMNS: LazyLock<([usize; OWN.len()], usize)> = LazyLock::new(|| {
    let all = rows::names();
    let column = |name: &str| all.iter().position(|other| other == name).unwrap_or(usize::MAX);
    (OWN.map(column), column("known_stems"))
});

/// Numbers in a row.
pub(crate) const WIDTH: usize = OWN.len() + 2 * AROUND as usize + 1 + PLACE.len();

/// The name of each number in a row.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = OWN.iter().map(|name| (*name).to_string()).collect();
    names.extend((-AROUND..=AROUND).map(|at| format!("score{at:+}")));
    names.extend(PLACE.iter().map(|name| (*name).to_string()));
    names
}

/// The lines that could be the headline of an article that starts at line `start`.
pub(crate) fn candidates(features: &PageFeatures, start: usize) -> Vec<usize> {
    const ABOVE: usize = 80;
    const BELOW: usize = 12;
    let lines = &features.lines;
    (start.saturating_sub(ABOVE)..lines.len().min(start + BELOW))
        .filter(|&line| (1..=40).contains(&lines[line].words) && lines[line].upper + lines[line].lower > 0)
        .collect()
}

/// Rows of the candidates. `line_rows` and `scores` are those of the line classifier for the whole
/// page; `rule_choice` is the line that the rules take for the headline; `title_words` gives what
/// the words of a line speak for.
#[expect(clippy::too_many_arguments, reason = "each is a different view of the same page")]
pub(crate) fn measure(
    page: &Page<'_>,
    features: &PageFeatures,
    candidates: &[usize],
    start: usize,
    line_rows: &[f32],
    scores: &[f32],
    rule_choice: Option<usize>,
    title_words: &dyn Fn(&str) -> f32,
) -> Vec<f32> {
    let lines = &features.lines;
    let (own, stems) = *COLUMNS;
    let number = |line: usize, column: usize| line_rows[line * rows::WIDTH + column];
    let known = |line: usize| number(line, stems).max(0.0) * (lines[line].words.min(20) as f32);
    let most = |lines: std::ops::Range<usize>| lines.map(known).fold(0.0, f32::max);
    let beginnings = Beginnings::new(page, candidates);
    let first = (0..lines.len()).find(|&line| lines[line].words > 0);
    let sets = WordSets::new(page, features, candidates, first, start);
    let mut measured = Vec::with_capacity(candidates.len() * WIDTH);
    for (place, &line) in candidates.iter().enumerate() {
        measured.extend(own.map(|column| number(line, column)));
        measured.extend(
            (-AROUND..=AROUND)
                .map(|at| line.checked_add_signed(at).and_then(|at| scores.get(at)).copied().unwrap_or(-6.0)),
        );
        let near = |is: &dyn Fn(usize) -> bool| {
            const REACH: usize = 12;
            let before = (line.saturating_sub(REACH)..line).rev().position(is);
            let after = (line + 1..lines.len().min(line + 1 + REACH)).position(is);
            [before, after].map(|found| found.map_or(FAR, |at| at as f32))
        };
        let dated = near(&|line| lines[line].is_dated());
        let signed = near(&|line| lines[line].is_signed());
        let window = line.saturating_sub(6)..lines.len().min(line + 7);
        let longest = window.clone().map(|near| lines[near].words.min(40)).max().unwrap_or(0);
        measured.extend([
            (start as f32 - line as f32).clamp(-FAR, FAR),
            line as f32 / lines.len() as f32,
            dated[0],
            dated[1],
            signed[0],
            signed[1],
            beginnings.others(page, line) as f32,
            f32::from(u8::from(first.is_some_and(|first| first != line && begins(page, line, first)))),
            known(line),
            most(window.start..line),
            most(line + 1..window.end),
            longest as f32,
            f32::from(u8::from(rule_choice == Some(line))),
            f32::from(u8::from(first == Some(line))),
            shared(&sets.own[place], &sets.first),
            sets.twin(place),
            sets.in_lead(place),
            title_words(page.text(line)),
        ]);
    }
    measured
}

/// Whether a line begins with the words of another.
fn begins(page: &Page<'_>, line: usize, other: usize) -> bool {
    let mut longer = bare_words(page.text(other)).take(60);
    bare_words(page.text(line)).all(|word| longer.next().as_ref() == Some(&word))
}

/// The words of the candidates, of the first line of the page and of the first paragraphs, as
/// sorted hashes.
struct WordSets {
    own: Vec<Vec<u64>>,
    first: Vec<u64>,
    lead: Vec<u64>,
}

impl WordSets {
    fn new(page: &Page<'_>, features: &PageFeatures, candidates: &[usize], first: Option<usize>, start: usize) -> Self {
        const LONGEST: usize = 60;
        const LEAD: usize = 3;
        let set = |line: usize| -> Vec<u64> {
            let mut words: Vec<u64> = bare_words(page.text(line)).take(LONGEST).map(|word| fnv(word.bytes())).collect();
            words.sort_unstable();
            words.dedup();
            words
        };
        let prose = (start..features.lines.len()).filter(|&line| features.lines[line].is_prose()).take(LEAD);
        let mut lead: Vec<u64> = prose.flat_map(set).collect();
        lead.sort_unstable();
        lead.dedup();
        Self { own: candidates.iter().map(|&line| set(line)).collect(), first: first.map_or(Vec::new(), set), lead }
    }

    /// How alike the most similar other candidate is, equal ones aside.
    fn twin(&self, place: usize) -> f32 {
        let own = &self.own[place];
        let others = self.own.iter().filter(|other| *other != own && other.len() >= 3);
        if own.len() < 3 { 0.0 } else { others.map(|other| shared(own, other)).fold(0.0, f32::max) }
    }

    /// The share of the words that the first paragraphs have.
    fn in_lead(&self, place: usize) -> f32 {
        let own = &self.own[place];
        own.iter().filter(|word| self.lead.binary_search(word).is_ok()).count() as f32 / own.len().max(1) as f32
    }
}

/// How alike two sets are, 0 to 1 (Dice 1945).
fn shared(one: &[u64], other: &[u64]) -> f32 {
    let both = one.iter().filter(|word| other.binary_search(word).is_ok()).count();
    2.0 * both as f32 / (one.len() + other.len()).max(1) as f32
}

/// The beginnings of candidates, for finding titles that others repeat.
struct Beginnings {
    /// Hash of the first words of the candidates, of each number of words, and how many have it.
    counts: HashMap<u64, u32>,
}

impl Beginnings {
    fn new(page: &Page<'_>, candidates: &[usize]) -> Self {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for &line in candidates {
            let mut hash = 0;
            for word in bare_words(page.text(line)) {
                hash = next(hash, &word);
                *counts.entry(hash).or_default() += 1;
            }
        }
        Self { counts }
    }

    /// How many other candidates begin with the words of a line.
    fn others(&self, page: &Page<'_>, line: usize) -> u32 {
        let hash = bare_words(page.text(line)).fold(0, |hash, word| next(hash, &word));
        self.counts.get(&hash).map_or(0, |count| count.saturating_sub(1).min(5))
    }
}

fn next(hash: u64, word: &str) -> u64 {
    fnv(word.bytes()).wrapping_add(hash.rotate_left(7)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
