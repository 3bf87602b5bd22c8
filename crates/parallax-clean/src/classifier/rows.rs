//! What the line classifier sees: a row of numbers a line, its own, of its neighbours, of the page.

use crate::features::{Ending, Features, PageFeatures, content_stem_hashes};
use crate::language::Language;
use crate::lexicon::Force;
use crate::lines::Page;
use crate::zone::Zone;
use std::collections::HashMap;

/// Numbers that are measured of one line alone.
const OWN: [&str; 26] = [
    "words",
    "letters_a_word",
    "lower",
    "upper",
    "ending",
    "digits",
    "stops",
    "commas",
    "function_words",
    "marker_kind",
    "marker_force",
    "menu",
    "repeats",
    "dated",
    "signed",
    "foreign",
    "bullet",
    "gap",
    "title_case",
    "capitals",
    "starts_small",
    "starts_digit",
    "quotes",
    "ornaments",
    "rule_score",
    "text_score",
];
pub(super) const WORDS: usize = 0;
const RULE_SCORE: usize = 24;
const TEXT_SCORE: usize = 25;

/// Those of them that are also taken of the lines around.
const SHARED: [usize; 7] = [WORDS, 3, 4, 10, 16, RULE_SCORE, TEXT_SCORE];
const AROUND: [isize; 6] = [-3, -2, -1, 1, 2, 3];
pub(super) const WINDOWS: [usize; 2] = [5, 15];

const PLACE: [&str; 22] = [
    "index",
    "from_end",
    "share_of_lines",
    "share_of_prose",
    "after_zone_start",
    "before_zone_end",
    "prose_before",
    "prose_after",
    "long_before",
    "long_after",
    "heading_before",
    "heading_before_kind",
    "heading_after",
    "headings_passed",
    "run_index",
    "run_length",
    "known_stems",
    "known_weight",
    "page_lines",
    "page_prose",
    "page_prose_share",
    "zone_share",
];

/// Numbers in a row.
pub(crate) const WIDTH: usize = OWN.len() + AROUND.len() * SHARED.len() + WINDOWS.len() * 2 * 4 + PLACE.len();

/// The name of each number in a row.
#[must_use]
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = OWN.iter().map(|name| (*name).to_string()).collect();
    names.extend(AROUND.iter().flat_map(|at| SHARED.iter().map(move |&own| format!("{}{at:+}", OWN[own]))));
    for size in WINDOWS {
        for side in ["before", "after"] {
            names.extend(["prose", "words", "rule_score", "text_score"].map(|what| format!("{what}_{size}_{side}")));
        }
    }
    names.extend(PLACE.iter().map(|name| (*name).to_string()));
    names
}

/// Farther lines are all the same.
pub(super) const FAR: f32 = 100.0;
/// A line of prose with as many words is certainly running text.
const LONG: usize = 20;

/// Measures all lines, row after row. `text_scores` is what the words of each line speak for.
pub(crate) fn measure(page: &Page<'_>, features: &PageFeatures, zone: &Zone, text_scores: &[f32]) -> Vec<f32> {
    let lines = &features.lines;
    let count = lines.len();
    let own: Vec<[f32; OWN.len()]> =
        (0..count).map(|line| own(page, features, line, zone.scores[line], text_scores[line])).collect();
    let prose: Vec<f32> = lines.iter().map(|line| if line.is_prose() { line.words as f32 } else { 0.0 }).collect();
    let sums = Sums::new(&own, &prose);
    let place = places(page, features, zone, &prose);
    let mut rows = Vec::with_capacity(count * WIDTH);
    for line in 0..count {
        rows.extend(own[line]);
        for at in AROUND {
            let there = line.checked_add_signed(at).and_then(|at| own.get(at));
            rows.extend(SHARED.map(|number| there.map_or(-1.0, |there| there[number])));
        }
        for size in WINDOWS {
            rows.extend(sums.mean(line.saturating_sub(size), line));
            rows.extend(sums.mean(line + 1, (line + 1 + size).min(count)));
        }
        rows.extend(place[line]);
    }
    rows
}

fn own(page: &Page<'_>, features: &PageFeatures, line: usize, rule: f32, text_score: f32) -> [f32; OWN.len()] {
    let text = page.text(line);
    let seen = &features.lines[line];
    let flag = |flag: bool| f32::from(u8::from(flag));
    let words = seen.words.max(1) as f32;
    let (mut letters, mut digits, mut stops, mut commas, mut quotes, mut ornaments, mut small) =
        (0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            'a'..='z' => {
                letters += 1;
                small += 1;
            }
            '0'..='9' => digits += 1,
            ' ' => stops += u32::from(matches!(before, '.' | '!' | '?')),
            ',' => commas += 1,
            '"' | '“' | '”' | '‘' | '«' | '»' => quotes += 1,
            '|' | '›' | '→' | '@' | '#' | '©' | '/' | '•' | '·' | '>' | '&' | '=' | '_' => ornaments += 1,
            c if c.is_alphabetic() => {
                letters += 1;
                small += u32::from(c.is_lowercase());
            }
            _ => {}
        }
        before = c;
    }
    let first = text.chars().next().unwrap_or(' ');
    let language = features.language.unwrap_or(Language::English);
    let signature = seen.signature as u8;
    [
        (seen.words as f32).min(300.0),
        letters as f32 / words,
        seen.lower as f32 / words,
        seen.upper as f32 / words,
        match seen.ending {
            Ending::Bare => 0.0,
            Ending::Open => 1.0,
            Ending::Colon => 2.0,
            Ending::Ellipsis => 3.0,
            Ending::Stop => 4.0,
        },
        digits as f32 / (letters + digits).max(1) as f32,
        (stops as f32).min(30.0),
        commas as f32 / words,
        seen.profile.count(language) as f32 / words,
        seen.marker.map_or(-1.0, |marker| f32::from(marker.kind as u8)),
        seen.marker.map_or(-1.0, |marker| f32::from(marker.force as u8)),
        flag(seen.menu),
        (seen.repeats as f32).min(9.0),
        flag(seen.date_line) * 2.0 + flag(seen.age_line),
        flag(seen.byline) * 3.0 + f32::from(signature),
        flag(seen.foreign),
        flag(page.lines[line].bullet),
        flag(page.lines[line].gap),
        flag(seen.is_title_case()),
        flag(letters > 3 && small == 0),
        flag(first.is_lowercase()),
        flag(first.is_ascii_digit()),
        (quotes as f32).min(10.0),
        ornaments as f32 / words,
        rule,
        text_score,
    ]
}

/// Sums over the lines before each line, for means over windows.
struct Sums(Vec<[f64; 4]>);

impl Sums {
    fn new(own: &[[f32; OWN.len()]], prose: &[f32]) -> Self {
        let mut sums = vec![[0.0; 4]];
        for (own, prose) in own.iter().zip(prose) {
            let mut sum = sums[sums.len() - 1];
            for (sum, value) in sum.iter_mut().zip([*prose, own[WORDS], own[RULE_SCORE], own[TEXT_SCORE]]) {
                *sum += f64::from(value);
            }
            sums.push(sum);
        }
        Self(sums)
    }

    fn mean(&self, start: usize, end: usize) -> [f32; 4] {
        if start >= end {
            return [-1.0; 4];
        }
        let (from, to) = (self.0[start], self.0[end]);
        std::array::from_fn(|number| ((to[number] - from[number]) / (end - start) as f64) as f32)
    }
}

fn places(page: &Page<'_>, features: &PageFeatures, zone: &Zone, prose: &[f32]) -> Vec<[f32; PLACE.len()]> {
    let lines = &features.lines;
    let count = lines.len();
    let all_prose: f32 = prose.iter().sum();
    let all_words: usize = lines.iter().map(|line| line.words).sum();
    let zone_prose: f32 = prose[zone.start..zone.end].iter().sum();
    let is_long = |line: &Features| line.is_prose() && line.words >= LONG;
    let heads = |line: &Features| line.marker.filter(|marker| marker.force == Force::Heading).map(|marker| marker.kind);
    let vocabulary = vocabulary(page, features, zone);
    let mut places: Vec<[f32; PLACE.len()]> = Vec::with_capacity(count);
    let (mut before, mut long, mut heading, mut kind, mut headings, mut run) = (0.0, FAR, FAR, -1.0, 0.0_f32, 0.0_f32);
    for (line, seen) in lines.iter().enumerate() {
        run = if is_long(seen) { 0.0 } else { run + 1.0 };
        let (known, weight) = known_stems(page.text(line), zone.start <= line && line < zone.end, &vocabulary);
        places.push([
            (line as f32).min(400.0),
            ((count - line) as f32).min(400.0),
            line as f32 / count as f32,
            before / all_prose.max(1.0),
            (line as f32 - zone.start as f32).clamp(-FAR, FAR),
            (zone.end as f32 - line as f32).clamp(-FAR, FAR),
            before,
            all_prose - before - prose[line],
            long,
            FAR,
            heading,
            kind,
            FAR,
            headings.min(10.0),
            run.min(FAR),
            0.0,
            known,
            weight,
            (count as f32).min(2000.0),
            all_prose.min(5000.0),
            all_prose / all_words.max(1) as f32,
            zone_prose / all_prose.max(1.0),
        ]);
        before += prose[line];
        long = if is_long(seen) { 1.0 } else { (long + 1.0).min(FAR) };
        match heads(seen) {
            Some(marked) => {
                heading = 1.0;
                kind = f32::from(marked as u8);
                headings += 1.0;
            }
            None => heading = (heading + 1.0_f32).min(FAR),
        }
    }
    let (mut long, mut heading, mut length) = (FAR, FAR, 0.0);
    for line in (0..count).rev() {
        let place = &mut places[line];
        // The length of the run of lines that are not long prose, taken from its last line.
        let ends_run = line + 1 == count || is_long(&lines[line + 1]);
        length = if ends_run { place[14] } else { length };
        place[9] = long;
        place[12] = heading;
        place[15] = if is_long(&lines[line]) { 0.0 } else { length };
        long = if is_long(&lines[line]) { 1.0 } else { (long + 1.0_f32).min(FAR) };
        heading = if heads(&lines[line]).is_some() { 1.0 } else { (heading + 1.0_f32).min(FAR) };
    }
    places
}

/// Hashes of the stems of the zone's prose, and how often each stands there.
fn vocabulary(page: &Page<'_>, features: &PageFeatures, zone: &Zone) -> HashMap<u64, u32> {
    let mut vocabulary = HashMap::new();
    for line in (zone.start..zone.end).filter(|&line| features.lines[line].is_prose()) {
        for stem in content_stem_hashes(page.text(line)) {
            *vocabulary.entry(stem).or_default() += 1;
        }
    }
    vocabulary
}

/// The share of a line's first stems that the zone has (elsewhere, for a line of the zone), and
/// the mean of how often it has them.
fn known_stems(text: &str, inside: bool, vocabulary: &HashMap<u64, u32>) -> (f32, f32) {
    const MOST: usize = 40;
    const OFTEN: u32 = 6;
    let (mut known, mut weight, mut all) = (0, 0, 0);
    for stem in content_stem_hashes(text).take(MOST) {
        let times = vocabulary.get(&stem).copied().unwrap_or(0).saturating_sub(u32::from(inside));
        all += 1;
        known += times.min(1);
        weight += times.min(OFTEN);
    }
    if all == 0 {
        return (-1.0, -1.0);
    }
    (known as f32 / all as f32, weight as f32 / all as f32)
}
