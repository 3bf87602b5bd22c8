//! A trained classifier of lines: how likely each belongs to the article, and which is its
//! headline. Its training is described in `models/training/README.md`.

mod headline;
mod model;
mod rows;

use crate::features::PageFeatures;
use crate::hash::{fnv, lower_hash};
use crate::lines::Page;
use crate::zone::Zone;

pub(crate) use headline::candidates;
pub(crate) use model::{Model, TextWeights, shipped};

/// What the classifier says of a page.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    /// For each line the log-odds that it belongs to the article.
    pub(crate) scores: Vec<f32>,
    /// From which log-odds on the lines of this page are best kept.
    pub(crate) threshold: f32,
    /// What they were judged by, row after row.
    rows: Vec<f32>,
}

/// Judges all lines.
pub(crate) fn judge(page: &Page<'_>, features: &PageFeatures, zone: &Zone, model: &Model) -> Judgement {
    let texts = (0..page.lines.len()).map(|line| model.text.score(&buckets(page.text(line)))).collect::<Vec<_>>();
    let rows = rows::measure(page, features, zone, &texts);
    let scores = model.line.scores(&rows);
    let threshold = threshold(&scores, features);
    Judgement { scores, threshold, rows }
}

/// The threshold with the largest word F1 to be expected, were the probabilities right: on a page
/// where nothing is certain, less likely lines are worth keeping (Ye et al. 2012).
fn threshold(scores: &[f32], features: &PageFeatures) -> f32 {
    let mut lines: Vec<(f32, f64, f64)> = scores
        .iter()
        .zip(&features.lines)
        .map(|(&score, line)| (score, line.words as f64, line.words as f64 * probability(score)))
        .collect();
    lines.sort_by(|one, other| other.0.total_cmp(&one.0));
    let all: f64 = lines.iter().map(|(_, _, expected)| expected).sum();
    let (mut kept, mut right) = (0.0, 0.0);
    let (mut best, mut threshold) = (0.0, 0.0);
    for (score, words, expected) in lines {
        kept += words;
        right += expected;
        let f1 = right / (kept + all).max(1.0);
        if f1 > best {
            best = f1;
            threshold = score;
        }
    }
    threshold
}

/// The logistic function, by multiplications only, so that it is the same on every machine.
fn probability(log_odds: f32) -> f64 {
    let mut power = 1.0 - f64::from(log_odds.clamp(-9.0, 9.0)) / 1024.0;
    for _ in 0..10 {
        power *= power;
    }
    1.0 / (1.0 + power)
}

impl Judgement {
    /// Rows of the lines that could be the headline of an article that starts at line `start`; for
    /// training, without `words`.
    pub(crate) fn headline_rows(
        &self,
        page: &Page<'_>,
        features: &PageFeatures,
        candidates: &[usize],
        start: usize,
        rule_choice: Option<usize>,
        words: Option<&TextWeights>,
    ) -> Vec<f32> {
        let title_words = |text: &str| words.map_or(0.0, |words| words.score(&buckets(text)));
        headline::measure(page, features, candidates, start, &self.rows, &self.scores, rule_choice, &title_words)
    }

    /// The likeliest headline of the lines that may be it, where one is likely enough.
    pub(crate) fn headline(
        &self,
        page: &Page<'_>,
        features: &PageFeatures,
        start: usize,
        rule_choice: Option<usize>,
        may_be_headline: impl Fn(usize) -> bool,
        model: &Model,
    ) -> Option<usize> {
        /// Log-odds from which on a line is taken.
        const LIKELY: f32 = -2.5;
        /// The same where the rules find none.
        const SURE: f32 = -1.0;
        let candidates = candidates(features, start);
        let rows = self.headline_rows(page, features, &candidates, start, rule_choice, Some(&model.title));
        let scores = model.headline.scores(&rows);
        let allowed = candidates.into_iter().zip(scores).filter(|&(line, _)| may_be_headline(line));
        // The first of equals.
        let best = allowed.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let least = if rule_choice.is_some() { LIKELY } else { SURE };
        best.filter(|&(_, score)| score > least).map(|(line, _)| line)
    }
}

/// The rows of all lines, without what their words speak for, for training.
pub(crate) fn untrained_rows(page: &Page<'_>, features: &PageFeatures, zone: &Zone) -> Vec<f32> {
    rows::measure(page, features, zone, &vec![0.0; features.lines.len()])
}

/// The names of the columns: of lines and of headlines.
pub(crate) fn columns() -> [Vec<String>; 2] {
    [rows::names(), headline::names()]
}

/// The buckets of a line's words and pairs of words, its beginning and end among them; each once.
pub(crate) fn buckets(text: &str) -> Vec<u16> {
    const MOST_WORDS: usize = 48;
    let mut buckets = Vec::new();
    let mut before = fnv("^".bytes());
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    // 15 bits for `BUCKETS`.
    let mut bucket = |hash: u64| buckets.push((hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 49) as u16);
    for word in words.by_ref().take(MOST_WORDS) {
        let figures = word.bytes().all(|byte| byte.is_ascii_digit());
        let hash = if figures { fnv("0".bytes().cycle().take(word.len().min(5))) } else { lower_hash(word) };
        bucket(hash);
        bucket(before.rotate_left(17) ^ hash);
        before = hash;
    }
    if words.next().is_none() {
        bucket(before.rotate_left(17) ^ fnv("$".bytes()));
    }
    buckets.sort_unstable();
    buckets.dedup();
    buckets
}
