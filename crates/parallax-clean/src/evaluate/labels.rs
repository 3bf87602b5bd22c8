//! Which lines of a page belong to the article, by aligning them with its known text.

use super::words;
use crate::hash::fnv;
use std::collections::HashMap;

/// Shortest run of words that is matched wherever it stands.
const SEED: usize = 3;
/// A run of words that begins in more places of the text is tried at the first ones.
const MOST_PLACES: usize = 16;

/// For each line the share of its words that stand in the article, each word of the article being
/// given to one line only: runs of words are matched, the longest first, and short lines where
/// the lines around them place them. Lines without words have 0.
///
/// This is greedy string tiling (Wise 1993), with a last step for lines shorter than a run.
#[must_use]
pub fn shares(lines: &[&str], article: &str) -> Vec<f32> {
    let article: Vec<u64> = hashes(article);
    let line_words: Vec<Vec<u64>> = lines.iter().map(|line| hashes(line)).collect();
    let page: Vec<u64> = line_words.iter().flatten().copied().collect();
    let mut partner: Vec<Option<usize>> = vec![None; page.len()];
    let mut taken = vec![false; article.len()];
    for run in runs(&page, &article) {
        accept(run, &mut partner, &mut taken);
    }
    place_short_lines(&line_words, &page, &article, &mut partner, &mut taken);
    let mut at = 0;
    line_words
        .iter()
        .map(|words| {
            let matched = partner[at..at + words.len()].iter().flatten().count();
            at += words.len();
            if words.is_empty() { 0.0 } else { matched as f32 / words.len() as f32 }
        })
        .collect()
}

fn hashes(text: &str) -> Vec<u64> {
    words(text).map(|word| fnv(word.bytes())).collect()
}

#[derive(Clone, Copy)]
struct Run {
    page: usize,
    article: usize,
    length: usize,
}

/// All longest common runs, the longest first; of equal ones the later on the page first, which
/// is the heading rather than the menu.
fn runs(page: &[u64], article: &[u64]) -> Vec<Run> {
    let mut places: HashMap<&[u64], Vec<usize>> = HashMap::new();
    for (at, seed) in article.windows(SEED).enumerate() {
        let places = places.entry(seed).or_default();
        if places.len() < MOST_PLACES {
            places.push(at);
        }
    }
    let mut runs = Vec::new();
    for (at, seed) in page.windows(SEED).enumerate() {
        for &place in places.get(seed).into_iter().flatten() {
            if at > 0 && place > 0 && page[at - 1] == article[place - 1] {
                continue;
            }
            let length = page[at..].iter().zip(&article[place..]).take_while(|(one, other)| one == other).count();
            runs.push(Run { page: at, article: place, length });
        }
    }
    runs.sort_by_key(|run| (std::cmp::Reverse(run.length), std::cmp::Reverse(run.page), run.article));
    runs
}

/// Takes what is left of a run.
fn accept(run: Run, partner: &mut [Option<usize>], taken: &mut [bool]) {
    let free = |offset: usize, partner: &[Option<usize>], taken: &[bool]| {
        partner[run.page + offset].is_none() && !taken[run.article + offset]
    };
    let mut start = 0;
    while start < run.length {
        let length = (start..run.length).take_while(|&offset| free(offset, partner, taken)).count();
        if length >= SEED {
            for offset in start..start + length {
                partner[run.page + offset] = Some(run.article + offset);
                taken[run.article + offset] = true;
            }
        }
        start += length + 1;
    }
}

/// Lines of one or two words, and what is left of longer ones, where the text between the
/// partners of the words before and after has them.
fn place_short_lines(
    lines: &[Vec<u64>],
    page: &[u64],
    article: &[u64],
    partner: &mut [Option<usize>],
    taken: &mut [bool],
) {
    const FARTHEST: usize = 60;
    let mut next: Vec<Option<usize>> = vec![None; page.len() + 1];
    for at in (0..page.len()).rev() {
        next[at] = partner[at].or(next[at + 1]);
    }
    let mut at = 0;
    let mut before: Option<usize> = None;
    for words in lines {
        let (start, end) = (at, at + words.len());
        at = end;
        if words.is_empty() {
            continue;
        }
        if partner[start..end].iter().all(Option::is_none) {
            let low = before.map_or(0, |place| place + 1);
            let high = next[end].unwrap_or(article.len()).min(low + FARTHEST);
            let place = (low..high.saturating_sub(words.len() - 1)).find(|&place| {
                article[place..place + words.len()] == words[..] && !taken[place..place + words.len()].contains(&true)
            });
            if let Some(place) = place.filter(|_| before.is_some() || next[end].is_some()) {
                for offset in 0..words.len() {
                    partner[start + offset] = Some(place + offset);
                    taken[place + offset] = true;
                }
            }
        }
        before = partner[start..end].iter().flatten().next_back().copied().or(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_article_are_told_from_the_rest() {
        let article =
            "Why now\n\nThe council of Norrvik voted to close the road.\n\nNo\n\nIt opens again in autumn, it said.";
        let lines = [
            "Home",
            "The council of Norrvik",
            "Why now",
            "The council of Norrvik voted",
            "to close the road.",
            "No",
            "It opens again in autumn, it said. Share",
            "No",
        ];
        let found = shares(&lines, article);
        assert_eq!(found, [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 7.0 / 8.0, 0.0]);
    }
}
