//! Scraped news pages to articles.
//!
//! [`clean`] takes a page, as flattened text (copied or scraped, tags gone) or as HTML, and gives
//! an [`Article`]: the body with its headline, captions and subheads, what the page says of its
//! author, date and outlet, and every line that was left out, with the reason.
//!
//! ```
//! use parallax_clean::{CleanOptions, SourceFormat, clean};
//! let page = "Menu\n\nCouncil votes to close the harbour road\n\nBy Ada Lindqvist\n\n\
//!     The council of Norrvik voted on Monday to close the harbour road to lorries, after \
//!     months of protest by the people who live beside it.\n\nAdvertisement\n\n\
//!     The decision, taken by nine votes to six, takes effect in the autumn.\n";
//! let article = clean(page, SourceFormat::Text, &CleanOptions::default()).unwrap();
//! assert_eq!(article.title.as_deref(), Some("Council votes to close the harbour road"));
//! assert_eq!(article.byline, ["Ada Lindqvist"]);
//! assert!(!article.text.text().contains("Advertisement"));
//! ```
//!
//! # How it goes
//! Page to lines (`lines`, `html`); each line to features (`features`) with the phrases of the
//! lexicon (`lexicon`); features to a score, and scores to the zone of the article (`zone`), which a trained classifier of
//! lines corrects for flattened text (`classifier`; model card in `model/README.md`); then
//! the kinds of all lines (`kinds`), the text, put together from ranges of the source only
//! (`assemble`), and what the page says of the article (`fields`).
//!
//! # What is accounted for
//! Every byte of a text source that is not white space, not a control character, and not one of
//! the invisible characters U+00AD, U+200B, U+2060 and U+FEFF, lies in exactly one of: a run of
//! [`Article::text`], or a [`Dropped`](parallax_text::Dropped) range, one for each dropped line. In HTML that holds for the text of the page; markup,
//! comments, scripts and style sheets belong to neither.

#![forbid(unsafe_code)]

mod assemble;
mod bylines;
mod classifier;
mod credits;
mod dates;
pub mod evaluate;
mod features;
mod fields;
mod hash;
mod html;
mod kinds;
mod language;
mod lexicon;
mod lines;
mod metadata;
mod outlets;
mod repetition;
mod zone;

use crate::classifier::{Judgement, Model};
use crate::features::PageFeatures;
use crate::lines::Page;
use crate::zone::Zone;
use parallax_text::Article;

pub use repetition::OutletLines;

/// How a page is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceFormat {
    /// Text without markup: a line is a paragraph, or a part of one where the text is wrapped.
    Text,
    /// HTML.
    Html,
}

impl SourceFormat {
    /// HTML where the first kilobyte has a doctype or one of the tags that pages begin with.
    #[must_use]
    pub fn detect(source: &str) -> Self {
        const SIGNS: [&str; 12] = [
            "<!doctype html",
            "<html",
            "<head",
            "<body",
            "<meta",
            "<title",
            "<article",
            "<div",
            "<script",
            "<link ",
            "<p>",
            "<h1",
        ];
        let mut end = source.len().min(1024);
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        let start = source[..end].to_ascii_lowercase();
        if SIGNS.iter().any(|sign| start.contains(sign)) { SourceFormat::Html } else { SourceFormat::Text }
    }
}

/// Limits that are checked before, and while, a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanOptions {
    /// Largest page, in bytes.
    pub max_bytes: usize,
    /// Largest number of HTML elements that may be open at once.
    pub max_nesting: usize,
}

impl Default for CleanOptions {
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_nesting: 512 }
    }
}

/// Why a page gives no article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CleanError {
    /// The page is larger than the limit.
    #[error(
        "the page has {bytes} bytes, more than the limit of {limit}: split it into its articles, or raise the limit"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// [`CleanOptions::max_bytes`].
        limit: usize,
    },
    /// The HTML is nested deeper than the limit.
    #[error(
        "HTML is nested more than {limit} deep at byte {at}: no browser shows such a page; save it again, or give its text"
    )]
    NestedTooDeep {
        /// Byte of the source where the limit was passed.
        at: usize,
        /// [`CleanOptions::max_nesting`].
        limit: usize,
    },
    /// The source is not text.
    #[error("not text (control character at byte {at}): give the page as text or HTML, not as PDF, image or archive")]
    Binary {
        /// Byte of the first NUL, or of the first control character.
        at: usize,
    },
    /// The page has nothing but white space.
    #[error("the page is empty: fetch it again, or leave it out")]
    Empty,
    /// The classifier of lines that comes with the crate cannot be used.
    #[error(
        "the model of lines (crates/parallax-clean/model/lines.bin) is damaged: {reason}; restore it and build again"
    )]
    Model {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The page has text, but none that reads as an article.
    #[error(
        "no article found on the page: check that it is one (not a list, a log-in or an error page), or give its text without cleaning"
    )]
    NoArticle,
}

/// Finds the article on a page.
///
/// All spans of the result are **bytes**: of the clean text, or, where a field says so, of
/// `source`. Time and memory grow linearly with the size of the page.
///
/// # Errors
/// Where the page is too large, nested too deep, not text, empty, or without an article.
pub fn clean(source: &str, format: SourceFormat, options: &CleanOptions) -> Result<Article, CleanError> {
    clean_page(source, format, options, None)
}

/// Finds the article on a page of an outlet of which other pages are known: what the outlet prints
/// on at least three of its pages, and on half of them, is neither body nor headline. `outlet` is
/// the name that the pages were counted under.
///
/// # Errors
/// As [`clean`].
pub fn clean_among(
    source: &str,
    format: SourceFormat,
    options: &CleanOptions,
    known: &OutletLines,
    outlet: &str,
) -> Result<Article, CleanError> {
    clean_page(source, format, options, Some((known, outlet)))
}

fn clean_page(
    source: &str,
    format: SourceFormat,
    options: &CleanOptions,
    known: Option<(&OutletLines, &str)>,
) -> Result<Article, CleanError> {
    check_readable(source, options)?;
    let page = read(source, format, options)?;
    let mut features = features::measure(&page);
    if let Some((known, outlet)) = known {
        repetition::mark(&page, &mut features, known, outlet);
    }
    let found = find_article(&page, &features)?;
    let kinds = kinds::assign(&page, &features, &found);
    let assembled = assemble::assemble(&page, &kinds);
    Ok(fields::describe(&page, &features, &found.zone, &kinds, assembled))
}

/// The lines of a page.
fn read<'source>(
    source: &'source str,
    format: SourceFormat,
    options: &CleanOptions,
) -> Result<Page<'source>, CleanError> {
    match format {
        SourceFormat::Text => Ok(lines::read_text(source)),
        SourceFormat::Html => html::read_html(source, options.max_nesting),
    }
}

/// Where the article stands on a page.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) zone: Zone,
    /// What the trained classifier says of flattened text; HTML is judged by its tags.
    pub(crate) judgement: Option<Judgement>,
    /// The headline.
    pub(crate) headline: Option<usize>,
}

/// With fewer lines it is no whole page, which is what the classifier was trained on: rules decide.
const FEWEST_LINES: usize = 32;

/// Finds the article: by rules, which for flattened text the classifier corrects.
pub(crate) fn find_article(page: &Page<'_>, features: &PageFeatures) -> Result<Found, CleanError> {
    if page.is_html || page.lines.len() < FEWEST_LINES {
        let zone = zone::find(page, features).ok_or(CleanError::NoArticle)?;
        let headline = kinds::headline_by_rules(page, features, &zone);
        return Ok(Found { zone, judgement: None, headline });
    }
    let model = shipped_model()?;
    let (zone, judgement) = find_body(page, features, model)?;
    let by_rules = kinds::headline_by_rules(page, features, &zone);
    let may_be_headline = |line| kinds::may_be_headline(page, features, &zone, line);
    let headline = judgement.headline(page, features, zone.start, by_rules, may_be_headline, model).or(by_rules);
    let zone = zone::below_headline(features, zone, headline);
    Ok(Found { zone, judgement: Some(judgement), headline })
}

/// Finds the body in flattened text, its headline still unknown.
pub(crate) fn find_body(
    page: &Page<'_>,
    features: &PageFeatures,
    model: &Model,
) -> Result<(Zone, Judgement), CleanError> {
    let zone = zone::find(page, features).ok_or(CleanError::NoArticle)?;
    let judgement = classifier::judge(page, features, &zone, model);
    Ok((zone::refine(page, features, zone, &judgement), judgement))
}

pub(crate) fn shipped_model() -> Result<&'static Model, CleanError> {
    classifier::shipped().map_err(|reason| CleanError::Model { reason })
}

/// Refuses what is not worth reading, before anything is built from it.
fn check_readable(source: &str, options: &CleanOptions) -> Result<(), CleanError> {
    if source.len() > options.max_bytes {
        return Err(CleanError::TooLarge { bytes: source.len(), limit: options.max_bytes });
    }
    if let Some(at) = source.bytes().position(|byte| byte == 0) {
        return Err(CleanError::Binary { at });
    }
    let is_odd = |byte: &u8| (*byte < 0x20 && !byte.is_ascii_whitespace() && *byte != 0x0B) || *byte == 0x7F;
    let odd = source.bytes().filter(is_odd).count();
    if odd > 0 && odd * 10 >= source.len() {
        return Err(CleanError::Binary { at: source.bytes().position(|byte| is_odd(&byte)).unwrap_or(0) });
    }
    if source.chars().all(|c| c.is_whitespace() || lines::is_invisible(c)) {
        return Err(CleanError::Empty);
    }
    Ok(())
}
