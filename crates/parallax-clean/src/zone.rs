//! Where the article stands on the page: the run of lines with the largest sum of scores.

use crate::bylines;
use crate::classifier::Judgement;
use crate::dates;
use crate::features::{Ending, Features, PageFeatures};
use crate::html::Outside;
use crate::lexicon::Force;
use crate::lines::{Line, Page};
use parallax_text::DropKind;

/// The body of the article, from its first to its last line of prose, with whatever stands
/// between. The headline stands before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Zone {
    /// First line.
    pub(crate) start: usize,
    /// One past the last line.
    pub(crate) end: usize,
    /// The score of each line of the page.
    pub(crate) scores: Vec<f32>,
}

/// Words of prose after which a heading over comments or other articles ends the article for good.
const ENOUGH_PROSE: usize = 150;

/// Finds the zone; `None` where no line reads as part of an article.
pub(crate) fn find(page: &Page<'_>, features: &PageFeatures) -> Option<Zone> {
    let mut scores: Vec<f32> =
        page.lines.iter().zip(&features.lines).map(|(line, features)| score(line, features, page.is_html)).collect();
    if !page.is_html {
        soften_between_paragraphs(&features.lines, &mut scores);
    }
    weaken_what_follows(page, &features.lines, &mut scores);
    let (start, end) = best_run(&scores)?;
    let (start, end) = trim(page, features, start, end);
    let prose: usize = features.lines[start..end].iter().filter(|line| line.is_prose()).map(|line| line.words).sum();
    (prose >= 15).then_some(Zone { start, end, scores })
}

/// The run without what stands above the body.
fn trim(page: &Page<'_>, features: &PageFeatures, mut start: usize, end: usize) -> (usize, usize) {
    // What stands above the first sentence is the dek, not the body.
    let is_body = |line: usize| {
        let hints = &page.lines[line].hints;
        let heads = hints.heading > 1 && features.lines[line].marker.is_none() && hints.container >= 0.3;
        features.lines[line].is_prose() || page.lines[line].bullet || heads
    };
    start = (start..end).find(|&line| is_body(line)).unwrap_or(start);
    if let Some(signed) = signature_above_body(page, &features.lines, start, end) {
        start = (signed..end).find(|&line| is_body(line)).unwrap_or(start);
    }
    (start, end)
}

/// Corrects the zone by what the classifier says: it becomes the run of lines with the largest sum
/// of log-odds, a line counting by its words.
pub(crate) fn refine(page: &Page<'_>, features: &PageFeatures, zone: Zone, judgement: &Judgement) -> Zone {
    const SURE: f32 = 3.0;
    const SLACK: f32 = 0.2;
    const RULE: f32 = 2.0;
    const LONG: usize = 40;
    let weigh = |((score, line), rule): ((&f32, &Features), &f32)| {
        let likely = (score - judgement.threshold + SLACK).clamp(-SURE, SURE);
        likely * (line.words.clamp(1, LONG) as f32).sqrt() + rule * RULE
    };
    let weighed: Vec<f32> = judgement.scores.iter().zip(&features.lines).zip(&zone.scores).map(weigh).collect();
    let Some((start, end)) = best_run(&weighed) else { return zone };
    let (start, end) = trim(page, features, start, end);
    Zone { start, end, ..zone }
}

/// The zone without what stands above the headline, where that is little.
pub(crate) fn below_headline(features: &PageFeatures, zone: Zone, headline: Option<usize>) -> Zone {
    const LITTLE: usize = 80;
    let Some(headline) = headline.filter(|line| (zone.start..zone.end - 1).contains(line)) else { return zone };
    let above: usize = features.lines[zone.start..headline].iter().map(|line| line.words).sum();
    if above > LITTLE { zone } else { Zone { start: headline + 1, ..zone } }
}

/// The last line of author and date near the top of the run, where only a dek and points of a
/// summary stand above it, and body below.
fn signature_above_body(page: &Page<'_>, features: &[Features], start: usize, end: usize) -> Option<usize> {
    const REACH: usize = 12;
    const DEK: usize = 45;
    if page.is_html {
        return None;
    }
    let mut deks = 0;
    let mut signed = None;
    for line in start..end.min(start + REACH) {
        let features = &features[line];
        if features.is_signed() && !bylines::is_credit(page.text(line)) || features.date_line {
            signed = Some(line);
        } else if features.is_prose() && !page.lines[line].bullet {
            deks += 1;
            if deks > 1 || features.words > DEK {
                break;
            }
        }
    }
    let signed = signed?;
    let below: usize = features[signed..end].iter().filter(|line| line.is_prose()).map(|line| line.words).sum();
    (below >= 40).then_some(signed)
}

/// How much a line looks like the body of an article: positive for prose, negative for the rest.
pub(crate) fn score(line: &Line, features: &Features, is_html: bool) -> f32 {
    let shape = shape_score(line, features);
    if !is_html {
        return shape;
    }
    let score = shape + tag_score(line, features);
    let hints = &line.hints;
    if hints.container < 0.5
        || score >= 0.0
        || features.foreign
        || features.marker.is_some_and(|marker| marker.force == Force::Heading)
    {
        return score;
    }
    // Lists and tables of products, prices, addresses do not end an article, and what stands
    // right among its paragraphs to be left out does not end it either.
    if hints.outside.is_none() && hints.drop.is_none() && features.marker.is_none() {
        score * 0.4
    } else {
        score.max(-1.2)
    }
}

fn shape_score(line: &Line, features: &Features) -> f32 {
    let words = features.words as f32;
    if features.foreign {
        return -2.0;
    }
    if let Some(marker) = features.marker {
        return match (marker.force, marker.kind) {
            (Force::Heading, DropKind::Comments) => -4.0,
            (Force::Heading, _) => -2.0,
            (Force::Strong, DropKind::Legal) => -2.5,
            (Force::Strong, _) => -1.5,
            (Force::Passing, DropKind::Advertisement | DropKind::Promotion) => -0.1,
            (Force::Passing, _) => -0.5,
        };
    }
    if features.is_prose() {
        return 0.4 + words.min(60.0) / 15.0;
    }
    if features.date_line || features.is_signed() {
        return -0.3;
    }
    match features.words {
        15.. if features.lower * 2 >= features.words => 0.4,
        _ if features.ending == Ending::Stop && features.words >= 3 => 0.1,
        ..=2 => -0.6,
        _ if line.bullet => -0.3,
        _ => -0.4,
    }
}

/// What the tags add.
fn tag_score(line: &Line, features: &Features) -> f32 {
    let hints = &line.hints;
    let mut score = 0.0;
    if hints.link_share > 0.6 && features.words < 40 {
        score -= 1.5;
    }
    match hints.outside {
        // What a tab or an accordion hides may be the article.
        Some(Outside::Hidden) if features.is_prose() && hints.container >= 0.3 => score -= 0.3,
        Some(_) => score -= 3.0,
        None => {}
    }
    if hints.drop.is_some() {
        score -= 2.0;
    }
    if hints.paragraph && features.is_prose() {
        score += 0.3;
    }
    if hints.heading > 1 && features.marker.is_none() || (hints.list_item || hints.table) && hints.container >= 0.5 {
        score += 0.4;
    }
    if hints.container < 0.15 {
        score -= 1.0;
    }
    score
}

/// Short lines among paragraphs are subheads and lists more often than the end of the article.
fn soften_between_paragraphs(features: &[Features], scores: &mut [f32]) {
    const AROUND: usize = 5;
    const RICH: usize = 90;
    let prose = |line: &Features| if line.is_prose() && line.words >= 12 { line.words } else { 0 };
    let mut around: usize = features.iter().take(AROUND).map(prose).sum();
    for index in 0..features.len() {
        around += features.get(index + AROUND).map_or(0, prose);
        if scores[index] < 0.0 && features[index].marker.is_none() && !features[index].foreign && around >= RICH {
            scores[index] *= 0.5;
        }
        around -= index.checked_sub(AROUND).map_or(0, |before| prose(&features[before]));
    }
}

/// What follows an article reads as prose too. After an article's worth of it, nothing counts any
/// more from a heading over comments on, nor from the first of a row of dated comments; and under
/// a heading over other articles, short sentences are their teasers.
fn weaken_what_follows(page: &Page<'_>, features: &[Features], scores: &mut [f32]) {
    const TEASERS: usize = 15;
    let mut prose = 0;
    let mut teasers_until = 0;
    for index in 0..page.lines.len() {
        let line = &features[index];
        let heads = |kind: fn(DropKind) -> bool| {
            line.marker.is_some_and(|marker| marker.force == Force::Heading && kind(marker.kind))
        };
        if prose >= ENOUGH_PROSE {
            if heads(|kind| kind == DropKind::Comments) || starts_dated_comments(page, features, index) {
                for score in &mut scores[index..] {
                    *score = score.min(-0.2);
                }
                return;
            }
            if heads(|kind| kind == DropKind::Related) {
                teasers_until = index + TEASERS;
            }
        }
        if line.words >= 40 {
            teasers_until = 0;
        } else if index < teasers_until && line.words < 30 {
            scores[index] = scores[index].min(0.2);
        }
        if scores[index] > 0.0 && line.is_prose() {
            prose += line.words;
        }
    }
}

/// Whether a line has a date with a time of day, and so have two more of the next lines.
fn starts_dated_comments(page: &Page<'_>, features: &[Features], line: usize) -> bool {
    const REACH: usize = 24;
    let is_dated = |line: usize| features[line].date_line && dates::has_time_of_day(page.text(line));
    is_dated(line) && (line + 1..features.len().min(line + REACH)).filter(|&next| is_dated(next)).take(2).count() == 2
}

/// The run with the largest sum, the first of equals; `None` where no score is positive.
fn best_run(scores: &[f32]) -> Option<(usize, usize)> {
    let (mut best, mut best_run) = (0.0, None);
    let (mut sum, mut start) = (0.0_f32, 0);
    for (index, score) in scores.iter().enumerate() {
        if sum <= 0.0 {
            sum = 0.0;
            start = index;
        }
        sum += score;
        if sum > best {
            best = sum;
            best_run = Some((start, index + 1));
        }
    }
    best_run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_run_bridges_small_losses_and_stops_at_large_ones() {
        assert_eq!(best_run(&[-1.0, 2.0, -0.5, 3.0, -4.0, 2.0]), Some((1, 4)));
        assert_eq!(best_run(&[-1.0, -2.0]), None);
        assert_eq!(best_run(&[]), None);
    }
}
