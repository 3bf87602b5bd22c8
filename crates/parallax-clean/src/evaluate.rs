//! Cleaning against pages whose article is known: flattening them, splitting them by site, and
//! the figures.

mod flatten;
mod labels;

use crate::hash::fnv;
use crate::{classifier, dates, features, lines, zone};
use parallax_text::{Article, BlockKind};
use serde_json::Value;
use std::collections::HashMap;
use std::ops::AddAssign;

pub use flatten::{Layout, flatten};
pub use labels::shares;

/// A page's address and what is known of its article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// Address of the page.
    pub url: String,
    /// The article, without its headline.
    pub text: String,
    /// Its headline.
    pub title: Option<String>,
    /// Date of publication, year-month-day.
    pub published: Option<String>,
}

impl Truth {
    /// Reads the ground truth of one page as WCXB has it; `None` where the article has no text.
    ///
    /// # Errors
    /// Where it is not JSON.
    pub fn read(json: &str) -> Result<Option<Self>, serde_json::Error> {
        let json: Value = serde_json::from_str(json)?;
        let truth = &json["ground_truth"];
        let told = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_string);
        Ok(told(&truth["main_content"]).map(|text| Self {
            url: told(&json["url"]).unwrap_or_default(),
            text,
            title: told(&truth["title"]),
            published: told(&truth["publish_date"]).and_then(|date| date.get(..10).map(str::to_string)),
        }))
    }

    /// The site of the page: what is registered of its host ("example.co.uk").
    #[must_use]
    pub fn site(&self) -> String {
        let host = self.url.split("://").last().unwrap_or_default().split(['/', ':', '?']).next().unwrap_or_default();
        let labels: Vec<&str> = host.split('.').collect();
        let second = |label: &str| matches!(label, "co" | "com" | "org" | "net" | "gov" | "ac" | "edu");
        let taken = match labels[..] {
            [.., second_level, top] if top.len() == 2 && second(second_level) => 3,
            _ => 2,
        };
        labels[labels.len().saturating_sub(taken)..].join(".").to_ascii_lowercase()
    }

    /// Whether the page is of a site that is kept for measuring: one site of four, by a hash of
    /// its name. No rule was written and no model trained with a look at their errors.
    #[must_use]
    pub fn is_held_out(&self) -> bool {
        (fnv(self.site().bytes()).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).is_multiple_of(4)
    }
}

/// How well an article was found, summed over pages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Pages.
    pub pages: usize,
    /// Pages of which cleaning gave no article.
    pub failed: usize,
    /// Sum of the pages' word precision, recall and F1.
    pub words: [f64; 3],
    /// Headlines found exactly, and pages with a known headline.
    pub titles: [usize; 2],
    /// Dates found exactly, and pages with a known date.
    pub dates: [usize; 2],
    /// The same over the pages whose text has the date.
    pub dates_in_text: [usize; 2],
    /// Dates given that are not the known one.
    pub wrong_dates: usize,
}

impl Scores {
    /// Scores what was found on a page whose text (flattened) is `page`.
    ///
    /// Words are runs of letters, figures and underscores in lower case (`\w+`), compared as
    /// multisets (Weninger et al. 2010; the measure of WCXB). Headline, byline and dateline are
    /// fields of their own, which the known text leaves out, so they are not counted.
    #[must_use]
    pub fn of(found: Option<&Article>, truth: &Truth, page: &str) -> Self {
        let mut text = String::new();
        if let Some(article) = found {
            let fields = |kind| matches!(kind, BlockKind::Headline | BlockKind::Byline | BlockKind::Dateline);
            for block in article.blocks.iter().filter(|block| !fields(block.kind)) {
                text.push_str(&article.text.text()[block.span]);
                text.push('\n');
            }
        }
        let mut scores = Self {
            pages: 1,
            failed: usize::from(found.is_none()),
            words: word_scores(&text, &truth.text),
            ..Self::default()
        };
        if let Some(title) = &truth.title {
            let found = found.and_then(|article| article.title.as_deref());
            scores.titles = [usize::from(found.is_some_and(|found| same_title(found, title, &truth.site()))), 1];
        }
        let given = found.and_then(|article| article.published.as_ref());
        if let Some(date) = &truth.published {
            let right = usize::from(given == Some(date));
            scores.dates = [right, 1];
            if tells_date(page, date) {
                scores.dates_in_text = [right, 1];
            }
            scores.wrong_dates = usize::from(given.is_some()) - right;
        }
        scores
    }
}

impl AddAssign for Scores {
    fn add_assign(&mut self, other: Self) {
        let add = |sum: &mut [usize; 2], other: [usize; 2]| sum.iter_mut().zip(other).for_each(|(sum, n)| *sum += n);
        self.pages += other.pages;
        self.failed += other.failed;
        self.words.iter_mut().zip(other.words).for_each(|(sum, score)| *sum += score);
        add(&mut self.titles, other.titles);
        add(&mut self.dates, other.dates);
        add(&mut self.dates_in_text, other.dates_in_text);
        self.wrong_dates += other.wrong_dates;
    }
}

/// What training the classifier of lines needs of a page of flattened text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineTable {
    /// The text of each line, wrapped lines joined.
    pub lines: Vec<String>,
    /// Numbers of each line, row after row; the score of its words is left at 0.
    pub rows: Vec<f32>,
    /// Hashed words and pairs of words of each line.
    pub buckets: Vec<Vec<u16>>,
}

impl LineTable {
    /// Measures a page; `None` where no line of it reads as part of an article.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let page = lines::read_text(text);
        let features = features::measure(&page);
        let zone = zone::find(&page, &features)?;
        let lines: Vec<String> = (0..page.lines.len()).map(|line| page.text(line).to_string()).collect();
        let buckets = lines.iter().map(|line| classifier::buckets(line)).collect();
        Some(Self { rows: classifier::untrained_rows(&page, &features, &zone), lines, buckets })
    }

    /// The names of the numbers: of a row, and of a row of a [`HeadlineTable`].
    #[must_use]
    pub fn columns() -> [Vec<String>; 2] {
        classifier::columns()
    }
}

/// The lines of a page of flattened text that could be its headline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeadlineTable {
    /// Their texts.
    pub lines: Vec<String>,
    /// Numbers of each, row after row; the score of its words is left at 0.
    pub rows: Vec<f32>,
    /// Hashed words and pairs of words of each line.
    pub buckets: Vec<Vec<u16>>,
}

impl HeadlineTable {
    /// Measures a page with the shipped classifier of lines.
    ///
    /// # Errors
    /// Where the page cannot be cleaned.
    pub fn of(text: &str) -> Result<Self, crate::CleanError> {
        let page = lines::read_text(text);
        let features = features::measure(&page);
        let (zone, judgement) = crate::find_body(&page, &features, crate::shipped_model()?)?;
        let candidates = classifier::candidates(&features, zone.start);
        let rule_choice = crate::kinds::headline_by_rules(&page, &features, &zone);
        let rows = judgement.headline_rows(&page, &features, &candidates, zone.start, rule_choice, None);
        let lines: Vec<String> = candidates.iter().map(|&line| page.text(line).to_string()).collect();
        let buckets = lines.iter().map(|line| classifier::buckets(line)).collect();
        Ok(Self { lines, rows, buckets })
    }
}

/// Lower-case runs of letters, figures and underscores.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Precision, recall and F1 over the multisets of words.
fn word_scores(found: &str, expected: &str) -> [f64; 3] {
    let mut counts: HashMap<String, i64> = HashMap::new();
    let (mut found_words, mut expected_words, mut shared) = (0, 0, 0);
    for word in words(expected) {
        *counts.entry(word).or_default() += 1;
        expected_words += 1;
    }
    for word in words(found) {
        found_words += 1;
        let left = counts.entry(word).or_default();
        shared += i32::from(*left > 0);
        *left -= 1;
    }
    if shared == 0 {
        return [0.0; 3];
    }
    let (shared, found, expected) = (f64::from(shared), f64::from(found_words), f64::from(expected_words));
    [shared / found, shared / expected, 2.0 * shared / (found + expected)]
}

/// Whether two headlines have the same words: case, white space and punctuation aside, and the
/// name of the site behind a bar or dash aside ("Road closed | Norrvik Post").
pub fn same_title(found: &str, expected: &str, site: &str) -> bool {
    let bare = |title: &str| words(title).collect::<Vec<_>>();
    let (found, expected) = (without_site(found, site), without_site(expected, site));
    bare(found) == bare(expected)
}

/// A title without its last part, where that is the name of the site.
fn without_site<'title>(title: &'title str, site: &str) -> &'title str {
    let joints = [" | ", " - ", " – ", " — ", " :: ", " » ", " · "];
    let Some((at, joint)) = joints.iter().filter_map(|joint| Some((title.rfind(joint)?, joint))).max() else {
        return title;
    };
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let (suffix, host): (String, String) = (letters(&title[at + joint.len()..]), letters(site));
    let name = letters(site.split('.').next().unwrap_or_default());
    let is_site = suffix.chars().count() >= 3 && (host.contains(&suffix) || name.len() >= 3 && suffix.contains(&name));
    if is_site { title[..at].trim() } else { title }
}

/// Whether a date stands in a text in some form, also as `04/05/2025`, in either order.
fn tells_date(page: &str, date: &str) -> bool {
    let [year, month, day] = date.split('-').collect::<Vec<_>>()[..] else { return false };
    let short = |number: &str| number.trim_start_matches('0').to_string();
    let (month, day) = (short(month), short(day));
    page.lines().any(|line| {
        dates::find(line).iter().any(|found| found.date.to_string() == date)
            || line.split(|c: char| !c.is_ascii_digit() && !matches!(c, '/' | '.' | '-')).any(|word| {
                let parts: Vec<String> = word.split(['/', '.', '-']).map(short).collect();
                let figures = |one: &str, other: &str| parts == [one, other, year] || parts == [one, other, &year[2..]];
                figures(&month, &day) || figures(&day, &month)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(url: &str) -> Truth {
        Truth { url: url.to_string(), text: String::new(), title: None, published: None }
    }

    #[test]
    fn a_site_is_what_is_registered_of_a_host() {
        let check = |url: &str, expected: &str| assert_eq!(truth(url).site(), expected, "{url}");
        check("https://www.norrvik.example/a/b", "norrvik.example");
        check("http://news.norrvik.co.uk:80/a", "norrvik.co.uk");
        check("norrvik.se", "norrvik.se");
    }

    #[test]
    fn words_are_scored_as_multisets() {
        assert_eq!(word_scores("The road, the ROAD", "the road is closed"), [0.5, 0.5, 0.5]);
        assert_eq!(word_scores("", "the road"), [0.0; 3]);
    }

    #[test]
    fn titles_are_the_same_without_the_name_of_their_site() {
        let check = |found: &str, expected| {
            assert_eq!(same_title(found, "Road to close – again", "norrvikpost.example"), expected, "{found}");
        };
        check("ROAD to close - again | Norrvik Post", true);
        check("Road to close", false);
        check("Road to close – again | Harbour", false);
    }

    #[test]
    fn a_date_is_told_in_words_or_in_figures_of_either_order() {
        let check = |page: &str, expected| assert_eq!(tells_date(page, "2025-05-04"), expected, "{page}");
        check("Home\nMay 4, 2025 by Ada", true);
        check("04/05/2025", true);
        check("5/4/25", true);
        check("4 June 2025", false);
    }
}
