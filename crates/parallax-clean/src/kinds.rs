//! What each line is, once it is known where the article stands.

use crate::Found;
use crate::bylines::{self, Signature};
use crate::classifier::Judgement;
use crate::credits::{Credit, credit, is_agency, is_sign_off};
use crate::dates;
use crate::features::{Ending, Features, PageFeatures, bare_words, content_stems};
use crate::hash::fnv;
use crate::html::Outside;
use crate::lexicon::{self, Force, Marker, Role};
use crate::lines::Page;
use crate::zone::Zone;
use parallax_text::{BlockKind, DropKind};
use std::collections::{HashMap, HashSet};

/// Kept as this, or dropped as that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Keep(BlockKind),
    Drop(DropKind),
}

use Verdict::{Drop, Keep};

/// The verdicts on all lines, and which line is the headline.
#[derive(Clone, Debug)]
pub(crate) struct Kinds {
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) headline: Option<usize>,
}

/// Decides on every line.
pub(crate) fn assign(page: &Page<'_>, features: &PageFeatures, found: &Found) -> Kinds {
    let lines = &features.lines;
    let view = View { page, lines, zone: &found.zone, judgement: found.judgement.as_ref() };
    let headline = found.headline;
    let mut verdicts = vec![Drop(DropKind::Navigation); lines.len()];
    view.before_headline(headline, &mut verdicts);
    view.between(headline, &mut verdicts);
    view.inside(headline, &mut verdicts);
    view.after(&mut verdicts);
    view.captions(headline, &mut verdicts);
    view.summaries(&mut verdicts);
    view.notes_on_authors(&mut verdicts);
    view.duplicates(headline, &mut verdicts);
    view.recurring(&mut verdicts);
    Kinds { verdicts, headline }
}

/// The headline as the rules find it.
pub(crate) fn headline_by_rules(page: &Page<'_>, features: &PageFeatures, zone: &Zone) -> Option<usize> {
    View { page, lines: &features.lines, zone, judgement: None }.headline()
}

/// Whether nothing that is certain speaks against a line as the headline of flattened text.
pub(crate) fn may_be_headline(page: &Page<'_>, features: &PageFeatures, zone: &Zone, line: usize) -> bool {
    View { page, lines: &features.lines, zone, judgement: None }.may_be_headline(line)
}

struct View<'a> {
    page: &'a Page<'a>,
    lines: &'a [Features],
    zone: &'a Zone,
    /// What the classifier says of the lines, where it was asked.
    judgement: Option<&'a Judgement>,
}

/// How far above the body a headline is looked for, in lines.
const REACH: usize = 40;

impl View<'_> {
    fn text(&self, line: usize) -> &str {
        self.page.text(line)
    }

    /// The headline: in HTML the best `h1`; else the line above the body that best agrees with
    /// its words.
    fn headline(&self) -> Option<usize> {
        if self.page.is_html
            && let Some(line) = self.first_heading()
        {
            return Some(line);
        }
        let vocabulary = self.vocabulary();
        let first = self.zone.start.saturating_sub(REACH);
        let mut best: Option<(f32, usize)> = None;
        for (passed, line) in (first..self.zone.start).rev().enumerate() {
            let score = self.headline_score(line, passed, &vocabulary);
            if let Some(score) = score
                && best.is_none_or(|(before, _)| score > before)
            {
                best = Some((score, line));
            }
        }
        let (_, line) = best?;
        Some(self.headline_above(line, &vocabulary).unwrap_or(line))
    }

    fn first_heading(&self) -> Option<usize> {
        let end = (self.zone.end).min(self.zone.start + (self.zone.end - self.zone.start) / 2 + 1);
        let titles: Vec<Vec<String>> = self
            .page
            .metadata
            .titles
            .iter()
            .chain(&self.page.metadata.page_title)
            .map(|told| bare_words(&told.value).take(40).collect())
            .collect();
        let outside = |line: usize| {
            self.lines[line].recurs
                || matches!(
                    self.page.lines[line].hints.outside,
                    Some(Outside::Navigation | Outside::Footer | Outside::Hidden)
                )
        };
        // How alike a line and the best of the titles are, in per cent (Dice 1945).
        let agreement = |line: usize| {
            let words: HashSet<String> = bare_words(self.text(line)).collect();
            let alike = |title: &Vec<String>| {
                let both = title.iter().filter(|word| words.contains(*word)).count();
                (both * 200 / (title.len() + words.len()).max(1)).min(100)
            };
            titles.iter().map(alike).max().unwrap_or(0)
        };
        let is_heading = |line: &usize| {
            let hints = &self.page.lines[*line].hints;
            self.lines[*line].words > 0
                && (hints.heading == 1 || hints.role == Some(Role::Headline) && hints.heading > 0)
                && !outside(*line)
        };
        // The last of the best agreeing ones stands nearest to the body.
        let best = (0..end).filter(is_heading).max_by_key(|&line| (agreement(line), line));
        best.filter(|&line| agreement(line) >= 40 || titles.is_empty()).or_else(|| {
            (0..end)
                .filter(|&line| {
                    !outside(line) && self.lines[line].words >= 3 && self.page.lines[line].hints.link_share < 0.5
                })
                .filter(|&line| self.page.lines[line].hints.heading > 0 && agreement(line) >= 80)
                .max()
        })
    }

    /// Stems of the body's words, and how often each stands there.
    fn vocabulary(&self) -> HashMap<String, u32> {
        let mut vocabulary = HashMap::new();
        for line in (self.zone.start..self.zone.end).filter(|&line| self.lines[line].is_prose()) {
            for stem in content_stems(self.text(line)) {
                *vocabulary.entry(stem).or_default() += 1;
            }
        }
        vocabulary
    }

    /// The share of a line's words that the body uses, and the same with words that it uses
    /// often counting more: both 0 to 1.
    fn overlap(&self, line: usize, vocabulary: &HashMap<String, u32>) -> (f32, f32) {
        const OFTEN: u32 = 4;
        let (mut shared, mut weighted, mut all) = (0, 0, 0);
        for stem in content_stems(self.text(line)) {
            let count = vocabulary.get(&stem).copied().unwrap_or(0);
            all += 1;
            shared += count.min(1);
            weighted += count.min(OFTEN);
        }
        let all = all.max(1) as f32;
        (shared as f32 / all, weighted as f32 / all / OFTEN as f32)
    }

    fn headline_score(&self, line: usize, passed: usize, vocabulary: &HashMap<String, u32>) -> Option<f32> {
        let features = &self.lines[line];
        if features.words < 3 || !self.may_be_headline(line) {
            return None;
        }
        let (overlap, weighted) = self.overlap(line, vocabulary);
        let text = self.text(line);
        let trail = [" » ", " > ", " / ", " › "].iter().any(|arrow| text.contains(arrow));
        let signed = (line + 1..self.zone.start.min(line + 5))
            .any(|next| self.lines[next].is_signed() || self.lines[next].is_dated());
        let mut score = overlap + weighted * 1.5 + (features.words.min(10) as f32) / 10.0 - passed as f32 * 0.04;
        score += if signed { 0.5 } else { 0.0 };
        score += if features.repeats > 1 && features.words >= 4 { 0.3 } else { 0.0 };
        score -= if self.page.lines[line].bullet || trail { 1.0 } else { 0.0 };
        score -= if self.is_below_agency(line) { 0.6 } else { 0.0 };
        (overlap >= 0.25 && score > 0.9).then_some(score)
    }

    fn may_be_headline(&self, line: usize) -> bool {
        let features = &self.lines[line];
        features.marker.is_none()
            && !features.menu
            && !features.recurs
            && features.is_title_like()
            && !features.foreign
            && features.signature != Signature::WithJob
            && !self.is_section_label(line)
            && !self.is_caption_above(line)
            && credit(self.text(line)) == Credit::None
    }

    /// Where the line found is the dek, the headline stands shortly above it.
    fn headline_above(&self, line: usize, vocabulary: &HashMap<String, u32>) -> Option<usize> {
        if self.lines[line].words < 10 {
            return None;
        }
        (line.saturating_sub(4)..line).rev().find(|&above| {
            let features = &self.lines[above];
            features.words >= 4
                && features.words < self.lines[line].words
                && self.headline_score(above, 0, vocabulary).is_some()
                && !self.page.lines[above].bullet
        })
    }

    /// Whether the name of a picture agency stands right above: the line describes the picture, or
    /// is its caption.
    fn is_below_agency(&self, line: usize) -> bool {
        let agency = |line: Option<usize>| line.is_some_and(|line| is_agency(self.text(line)));
        !self.page.is_html && (agency(line.checked_sub(1)) || agency(line.checked_sub(2)))
    }

    /// Short and in capitals, right above what reads as a headline: "TOWN HALL".
    fn is_section_label(&self, line: usize) -> bool {
        let capitals = |line: usize| self.text(line).chars().all(|c| !c.is_lowercase());
        let below = &self.lines.get(line + 1);
        self.lines[line].words <= 3
            && capitals(line)
            && below.is_some_and(|below| below.is_title_like() && below.words >= 4 && below.marker.is_none())
            && !capitals(line + 1)
    }

    /// Whether a line at the head of the article names its author: with "By" or a job, or by
    /// itself beside a date.
    fn is_signed(&self, line: usize) -> bool {
        let features = &self.lines[line];
        let dated = |line: usize| self.lines.get(line).is_some_and(Features::is_dated);
        let beside_date = dated(line + 1) || dated(line + 2) || line > 0 && dated(line - 1);
        let has_job = line + 1 < self.lines.len() && bylines::is_job_line(self.text(line + 1));
        // Where another line says "By", a name alone is that of something else.
        let said = (line.saturating_sub(3)..self.lines.len().min(line + 4)).any(|near| self.lines[near].is_signed());
        let bare = features.signature == Signature::Bare && features.repeats == 1 && !said;
        features.is_signed() || bare && (beside_date || has_job)
    }

    /// What the outlet prints on page after page is no part of this article.
    fn recurring(&self, verdicts: &mut [Verdict]) {
        for (features, verdict) in self.lines.iter().zip(verdicts).filter(|(features, _)| features.recurs) {
            if let (Keep(_), Some(marker)) = (*verdict, features.marker) {
                *verdict = Drop(marker.kind);
            }
        }
    }

    fn before_headline(&self, headline: Option<usize>, verdicts: &mut [Verdict]) {
        let end = headline.unwrap_or(self.zone.start).min(self.zone.start);
        for (line, verdict) in verdicts.iter_mut().enumerate().take(end) {
            const HEAD: usize = 6;
            let features = &self.lines[line];
            // On a page without a headline the byline still heads the article.
            if headline.is_none() && line + HEAD >= end && features.is_signed() && features.marker.is_none() {
                *verdict = Keep(BlockKind::Byline);
                continue;
            }
            let near = headline.is_some_and(|headline| line + HEAD >= headline) && !self.page.is_html;
            if near && features.marker.is_none() && credit(self.text(line)) == Credit::AtEnd {
                *verdict = Keep(BlockKind::Caption);
                continue;
            }
            let account = features.words <= 2;
            *verdict = Drop(match self.marked(line) {
                // A button of the menu, not a wall.
                Some(DropKind::Paywall) if account => DropKind::Navigation,
                Some(kind) => kind,
                None if features.is_dated() => DropKind::Other,
                None if features.is_prose() => DropKind::Promotion,
                None => DropKind::Navigation,
            });
        }
    }

    /// Between headline and body: dek, byline, date; the rest is left out.
    fn between(&self, headline: Option<usize>, verdicts: &mut [Verdict]) {
        let Some(headline) = headline else { return };
        verdicts[headline] = Keep(BlockKind::Headline);
        let mut dek_seen = false;
        for (line, verdict) in verdicts.iter_mut().enumerate().take(self.zone.start).skip(headline + 1) {
            let features = &self.lines[line];
            let hints = &self.page.lines[line].hints;
            let sentence_like = features.words >= 8 && features.lower * 2 >= features.words;
            *verdict = match self.marked(line) {
                Some(kind) => Drop(kind),
                None if features.menu => Drop(DropKind::Navigation),
                None if self.is_below_agency(line) && features.words >= 4 => Keep(BlockKind::Caption),
                None if self.is_signed(line) => Keep(BlockKind::Byline),
                None if is_dateline(self.text(line)) => Keep(BlockKind::Dateline),
                None if features.is_dated() => Drop(DropKind::Other),
                None if self.is_outside(line) => Drop(DropKind::Other),
                None if self.page.lines[line].bullet
                    && (sentence_like || features.is_prose())
                    && hints.link_share < 0.5 =>
                {
                    Keep(BlockKind::Summary)
                }
                None if hints.role == Some(Role::Dek) && features.words >= 4 => Keep(BlockKind::Dek),
                None if sentence_like
                    && !dek_seen
                    && hints.link_share < 0.5
                    && !(hints.paragraph && features.is_prose()) =>
                {
                    dek_seen = true;
                    Keep(BlockKind::Dek)
                }
                None if features.is_prose() && !self.is_refused(line) => Keep(BlockKind::Body),
                None if self.is_wanted(line, 0.5) => Keep(BlockKind::Body),
                None if self.page.lines[line].bullet => Drop(DropKind::Navigation),
                None => Drop(DropKind::Other),
            };
        }
    }

    fn inside(&self, headline: Option<usize>, verdicts: &mut [Verdict]) {
        let title_case = headline.is_some_and(|line| self.lines[line].is_title_case());
        for (line, verdict) in verdicts.iter_mut().enumerate().take(self.zone.end).skip(self.zone.start) {
            if Some(line) == headline {
                continue;
            }
            let features = &self.lines[line];
            let prose = features.is_prose();
            *verdict = match self.marked(line).filter(|_| !self.is_wanted(line, 2.0)) {
                Some(kind) => Drop(kind),
                None if features.foreign => Drop(foreign_kind(self.text(line))),
                None if features.byline => Keep(BlockKind::Byline),
                None if self.is_outside(line) => Drop(self.page.lines[line].hints.drop.unwrap_or(DropKind::Other)),
                None if self.is_refused(line) => Drop(self.kind_of_refused(line)),
                None if prose => Keep(BlockKind::Body),
                None if is_dateline(self.text(line)) => Keep(BlockKind::Dateline),
                None if features.date_line && features.words <= 8 => Drop(DropKind::Other),
                None if self.is_teaser(line, title_case) => Drop(DropKind::Related),
                None if self.is_subhead(line) => Keep(BlockKind::Subhead),
                None => Keep(BlockKind::Body),
            };
        }
    }

    /// Whether the classifier takes a line for no part of the article.
    fn is_refused(&self, line: usize) -> bool {
        self.judgement.is_some_and(|said| said.scores[line] < said.threshold)
    }

    /// Whether the classifier takes a line for a part of the article, by some margin.
    fn is_wanted(&self, line: usize, margin: f32) -> bool {
        self.judgement.is_some_and(|said| said.scores[line] >= said.threshold + margin)
    }

    fn kind_of_refused(&self, line: usize) -> DropKind {
        let features = &self.lines[line];
        match features.words {
            _ if features.is_dated() => DropKind::Other,
            _ if features.is_prose() => DropKind::Promotion,
            5.. if features.is_title_like() => DropKind::Related,
            _ => DropKind::Other,
        }
    }

    /// The kind that a marker tells; in a menu every item is one of the menu.
    fn marked(&self, line: usize) -> Option<DropKind> {
        let kind = self.lines[line].marker?.kind;
        let in_menu = self.page.lines[line].bullet && self.lines[line].words <= 3;
        Some(if in_menu && matches!(kind, DropKind::Legal | DropKind::Other) { DropKind::Navigation } else { kind })
    }

    /// By its tags, not part of the article.
    fn is_outside(&self, line: usize) -> bool {
        self.page.is_html && {
            let hints = &self.page.lines[line].hints;
            let linked = hints.link_share > 0.8 && self.lines[line].words >= 3 && !hints.table && hints.heading == 0;
            let hidden_text =
                hints.outside == Some(Outside::Hidden) && self.lines[line].is_prose() && hints.container >= 0.3;
            hints.outside.is_some() && !hidden_text
                || hints.drop.is_some()
                || linked && !hints.paragraph && self.zone.scores[line] < -1.0
        }
    }

    /// The title of a video or of another article between the paragraphs: set in another case
    /// than the page's own headline, or opened by a quotation, and long for a subhead.
    fn is_teaser(&self, line: usize, headline_title_case: bool) -> bool {
        let features = &self.lines[line];
        !self.page.is_html
            && !headline_title_case
            && !self.page.lines[line].bullet
            && features.words >= 9
            && features.is_title_case()
    }

    fn is_subhead(&self, line: usize) -> bool {
        let features = &self.lines[line];
        let hints = &self.page.lines[line].hints;
        if hints.heading > 0 {
            return true;
        }
        let bullet = self.page.lines[line].bullet || hints.table || hints.preformatted;
        let ends =
            matches!(features.ending, Ending::Bare | Ending::Colon | Ending::Stop) && !self.text(line).ends_with('.');
        let next = (line + 1..self.zone.end)
            .find(|&next| self.lines[next].marker.is_none_or(|marker| marker.kind != DropKind::Advertisement));
        let followed = next.is_some_and(|next| self.lines[next].is_prose() || self.page.lines[next].bullet);
        !bullet && features.is_title_like() && features.words <= 14 && ends && followed && !self.page.is_html
    }

    /// After the body: credits are kept, the rest takes its kind from markers and from what
    /// stands above.
    fn after(&self, verdicts: &mut [Verdict]) {
        let mut state = DropKind::Navigation;
        let mut credits = true;
        for (line, verdict) in verdicts.iter_mut().enumerate().skip(self.zone.end) {
            let features = &self.lines[line];
            if credits && features.byline && !self.is_outside(line) {
                *verdict = Keep(BlockKind::Byline);
                continue;
            }
            let marker = features.marker;
            if marker.is_none() && !features.foreign && features.words >= 8 && self.is_wanted(line, 0.0) {
                *verdict = Keep(BlockKind::Body);
                continue;
            }
            credits &= marker.is_some_and(|marker| marker.force == Force::Passing);
            let kind = match marker {
                // The label of a section among teasers.
                Some(Marker { kind: DropKind::Navigation, force: Force::Passing }) if state == DropKind::Related => {
                    state
                }
                Some(marker) => {
                    if marker.kind != DropKind::Advertisement && marker.kind != DropKind::Other {
                        state = marker.kind;
                    }
                    self.marked(line).unwrap_or(marker.kind)
                }
                None if features.menu => DropKind::Navigation,
                None if features.foreign => {
                    state = foreign_kind(self.text(line));
                    state
                }
                None => {
                    state = self.next_state(line, state);
                    state
                }
            };
            *verdict = Drop(self.page.lines[line].hints.drop.filter(|_| marker.is_none()).unwrap_or(kind));
        }
        self.foreign_runs(verdicts);
    }

    /// What an unmarked line after the body is, given what stood before it.
    fn next_state(&self, line: usize, state: DropKind) -> DropKind {
        let features = &self.lines[line];
        let title = features.words >= 5 && features.is_title_like() && features.ending != Ending::Stop;
        match state {
            DropKind::Comments if title => DropKind::Related,
            DropKind::Share | DropKind::Navigation | DropKind::Legal if title && !self.page.lines[line].bullet => {
                DropKind::Related
            }
            _ if is_address(self.text(line)) => DropKind::Navigation,
            DropKind::Navigation if features.is_prose() && features.words >= 20 => DropKind::Promotion,
            DropKind::Legal if features.words < 5 => DropKind::Navigation,
            state => state,
        }
    }

    /// Short lines between foreign ones are of their kind; a notice in another language that
    /// anywhere speaks of subscriptions is one about them as a whole.
    fn foreign_runs(&self, verdicts: &mut [Verdict]) {
        let mut line = self.zone.end;
        while line < self.lines.len() {
            if !self.lines[line].foreign {
                line += 1;
                continue;
            }
            // Its title may be too short to tell its language.
            let first = if line > self.zone.end && lexicon::speaks_of_subscription(self.text(line - 1)) {
                line - 1
            } else {
                line
            };
            let (mut last, mut next) = (line, line + 1);
            while next < self.lines.len() && next <= last + 3 {
                let ends = self.lines[next].marker.is_some_and(|marker| marker.kind != DropKind::Paywall);
                if ends {
                    break;
                }
                if self.lines[next].foreign {
                    last = next;
                }
                next += 1;
            }
            let paywall = (first..=last).any(|line| lexicon::speaks_of_subscription(self.text(line)));
            let kind = if paywall { DropKind::Paywall } else { DropKind::Other };
            verdicts[first..=last].fill(Drop(kind));
            line = last + 1;
        }
    }

    /// Captions: credits, the line above one, and the description of the picture above that.
    fn captions(&self, headline: Option<usize>, verdicts: &mut [Verdict]) {
        let first = headline.map_or(self.zone.start, |line| line + 1);
        for line in first.min(self.zone.start)..self.zone.end {
            if self.page.is_html {
                let keep = matches!(verdicts[line], Keep(BlockKind::Body | BlockKind::Dek | BlockKind::Subhead));
                if self.page.lines[line].hints.caption
                    && (keep || verdicts[line] == Drop(DropKind::Other))
                    && self.lines[line].words >= 3
                {
                    verdicts[line] = Keep(BlockKind::Caption);
                }
                continue;
            }
            let mut caption = match credit(self.text(line)) {
                Credit::None => continue,
                Credit::AtEnd if line + 1 == self.zone.end && is_sign_off(self.text(line)) => continue,
                Credit::Whole if self.is_beside_byline(line, verdicts) => {
                    verdicts[line] = Keep(BlockKind::Byline);
                    continue;
                }
                Credit::Whole => {
                    verdicts[line] = Keep(BlockKind::Caption);
                    if self.page.lines[line].gap || line == first {
                        continue;
                    }
                    line - 1
                }
                Credit::AtEnd => line,
            };
            verdicts[caption] = Keep(BlockKind::Caption);
            // The description of a picture stands right above its caption, as a short line.
            while caption > first && !self.page.lines[caption].gap {
                let above = &self.lines[caption - 1];
                let short = above.words <= 20 && above.ending != Ending::Stop && above.marker.is_none();
                if !short || caption - 1 < first || self.page.lines[caption - 1].bullet {
                    break;
                }
                caption -= 1;
                verdicts[caption] = Keep(BlockKind::Caption);
            }
        }
    }

    /// Whether the line above or below is a byline: who wrote, and who took the pictures.
    fn is_beside_byline(&self, line: usize, verdicts: &[Verdict]) -> bool {
        let is_byline = |line: usize| verdicts.get(line) == Some(&Keep(BlockKind::Byline));
        let above = line > 0 && !self.page.lines[line].gap && is_byline(line - 1);
        above || self.page.lines.get(line + 1).is_some_and(|below| !below.gap) && is_byline(line + 1)
    }

    /// Whether the line stands right above a caption: it describes the picture.
    fn is_caption_above(&self, line: usize) -> bool {
        let mut below = line + 1;
        while below < self.lines.len().min(line + 3) && !self.page.lines[below].gap {
            if credit(self.text(below)) != Credit::None {
                return true;
            }
            below += 1;
        }
        false
    }

    /// Sentences with bullets at the start of the body, before its first paragraph.
    fn summaries(&self, verdicts: &mut [Verdict]) {
        let body = |line: &usize| verdicts[*line] == Keep(BlockKind::Body);
        let lines: Vec<usize> = (self.zone.start..self.zone.end).filter(body).take(8).collect();
        let bullets =
            lines.iter().take_while(|&&line| self.page.lines[line].bullet && self.lines[line].is_prose()).count();
        if bullets > 0 && bullets < lines.len() && !self.page.lines[lines[bullets]].bullet {
            for &line in &lines[..bullets] {
                verdicts[line] = Keep(BlockKind::Summary);
            }
        }
    }

    /// Drops what the last lines of the body tell about the authors.
    fn notes_on_authors(&self, verdicts: &mut [Verdict]) {
        const LAST: usize = 4;
        let bylines = (0..self.lines.len()).filter(|&line| verdicts[line] == Keep(BlockKind::Byline));
        let names: Vec<String> = bylines
            .take(8)
            .flat_map(|line| match bylines::parse(self.text(line)) {
                Some(byline) => byline.names,
                None => bylines::signed_names(self.text(line)),
            })
            .collect();
        let last = self.zone.end.saturating_sub(LAST).max(self.zone.start + 1);
        for (line, verdict) in verdicts.iter_mut().enumerate().take(self.zone.end).skip(last) {
            if *verdict == Keep(BlockKind::Body) && names.iter().any(|name| bylines::is_about(self.text(line), name)) {
                *verdict = Drop(DropKind::Other);
            }
        }
    }

    /// Drops kept lines whose words all stand, in this order, in a longer kept line, or again in
    /// an earlier one; and the attribution under such a quotation. A quotation set off from the
    /// body without repeating it is a pull quote.
    fn duplicates(&self, headline: Option<usize>, verdicts: &mut [Verdict]) {
        let kept: Vec<usize> = (0..self.lines.len())
            .filter(|&line| matches!(verdicts[line], Keep(BlockKind::Body | BlockKind::Subhead | BlockKind::Dek)))
            .collect();
        let words: HashMap<usize, Vec<u64>> = kept.iter().map(|&line| (line, word_hashes(self.text(line)))).collect();
        let index = Shingles::new(&kept, &words);
        let title = headline.map(|line| word_hashes(self.text(line)));
        for &line in &kept {
            let repeats_title = title.as_ref().is_some_and(|title| title.len() >= 3 && *title == words[&line]);
            if repeats_title || index.repeats(line, &words) {
                verdicts[line] = Drop(DropKind::Duplicate);
            }
        }
        for line in 1..self.lines.len() {
            let attributed = is_attribution(self.text(line))
                || is_quotation(self.text(line - 1)) && is_speaker(self.text(line)) && !self.page.is_html;
            if !attributed || self.page.lines[line].bullet {
                continue;
            }
            match (verdicts[line], verdicts[line - 1]) {
                (Keep(_), Drop(DropKind::Duplicate)) => verdicts[line] = Drop(DropKind::Duplicate),
                (Keep(BlockKind::Body | BlockKind::Subhead), Keep(BlockKind::Body | BlockKind::Subhead))
                    if self.lines[line - 1].words <= 60 =>
                {
                    verdicts[line] = Keep(BlockKind::PullQuote);
                    verdicts[line - 1] = Keep(BlockKind::PullQuote);
                }
                _ => {}
            }
        }
    }
}

fn foreign_kind(text: &str) -> DropKind {
    if lexicon::speaks_of_subscription(text) { DropKind::Paywall } else { DropKind::Other }
}

/// "Norrvikpost.com".
fn is_address(text: &str) -> bool {
    let domain = [".com", ".org", ".net", ".co.uk", ".news", ".info", ".es", ".de", ".fr", ".it", ".nl", ".pt"];
    !text.contains(' ') && domain.iter().any(|end| text.to_lowercase().ends_with(end))
}

/// "NORRVIK, May 4 (Northern Wire) —": a place in capitals, then a dash or a day.
fn is_dateline(text: &str) -> bool {
    let place = text.split([' ', ',']).next().unwrap_or_default();
    let capitals = place.chars().count() >= 3 && place.chars().all(char::is_uppercase);
    let day = text.contains(", ") && text.split([' ', ',']).any(dates::is_month);
    capitals && text.split_whitespace().count() <= 10 && (text.ends_with(['—', '–']) || text.ends_with(" -") || day)
}

/// "— Ada Lindqvist, harbour master".
fn is_attribution(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['—', '–', '―']).or_else(|| text.strip_prefix("--")) else { return false };
    let rest = rest.trim_start();
    rest.starts_with(char::is_uppercase) && rest.split_whitespace().count() <= 12 && !rest.ends_with(['.', '!', '?'])
}

/// Nothing but one quotation.
fn is_quotation(text: &str) -> bool {
    text.starts_with(['“', '‘', '"', '\'', '«', '„']) && text.ends_with(['”', '’', '"', '\'', '»', '“'])
}

/// "Ada Lindqvist, harbour master", under a quotation.
fn is_speaker(text: &str) -> bool {
    let (name, role) = text.split_once(", ").unwrap_or((text, ""));
    bylines::is_name(&name.split_whitespace().collect::<Vec<_>>())
        && role.split_whitespace().count() <= 10
        && !text.ends_with(['.', '!', '?', ':', ','])
}

/// Hashes of a line's bare words.
fn word_hashes(text: &str) -> Vec<u64> {
    bare_words(text).map(|word| fnv(word.bytes())).collect()
}

/// Where runs of words stand, for finding lines that repeat others in time linear to the text.
struct Shingles {
    /// Hash of a run of words to the first places it stands at: line, and index of its first word.
    places: HashMap<u64, Vec<(usize, usize)>>,
}

const SHINGLE: usize = 6;
/// A run of words that stands in more places is a phrase, not a repetition.
const MOST_PLACES: usize = 4;

impl Shingles {
    fn new(lines: &[usize], words: &HashMap<usize, Vec<u64>>) -> Self {
        let mut places: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
        for &line in lines {
            for (at, run) in words[&line].windows(SHINGLE).enumerate() {
                let places = places.entry(Self::hash(run)).or_default();
                if places.len() < MOST_PLACES {
                    places.push((line, at));
                }
            }
        }
        Self { places }
    }

    fn hash(run: &[u64]) -> u64 {
        fnv(run.iter().flat_map(|word| word.to_le_bytes()))
    }

    /// Whether all words of a line stand in a longer line, or in an equal one before it.
    fn repeats(&self, line: usize, words: &HashMap<usize, Vec<u64>>) -> bool {
        let own = &words[&line];
        if own.len() < SHINGLE + 1 {
            return false;
        }
        let Some(places) = self.places.get(&Self::hash(&own[..SHINGLE])) else { return false };
        places.iter().any(|&(other, at)| {
            let there = &words[&other];
            let longer = there.len() > own.len() || (there.len() == own.len() && other < line);
            other != line && longer && there[at..].starts_with(own)
        })
    }
}
