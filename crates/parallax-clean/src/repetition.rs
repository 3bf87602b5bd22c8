//! What an outlet prints on page after page: lines that belong to none of its articles.

use crate::features::{PageFeatures, bare_words};
use crate::hash::fnv;
use crate::lexicon::{Force, Marker};
use crate::lines::Page;
use crate::{CleanError, CleanOptions, SourceFormat};
use parallax_text::DropKind;
use std::collections::HashMap;

/// How many pages of each outlet have a line.
///
/// Filled with [`add`](Self::add) from the pages of a corpus, in any order, it lets
/// [`clean_among`](crate::clean_among) leave out what an outlet prints everywhere, also where it
/// reads as prose. For each distinct line of an outlet it holds a hash and a count (16 bytes).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutletLines {
    outlets: HashMap<String, Pages>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pages {
    count: u32,
    /// By the hash of a line's words: the number of pages that have it.
    lines: HashMap<u64, u32>,
}

impl OutletLines {
    /// Fewer pages of an outlet tell nothing: one article may stand on two of them.
    pub const FEWEST_PAGES: usize = 3;

    /// Counts the lines of one page of an outlet, each once. A page that cannot be read counts
    /// for nothing.
    ///
    /// # Errors
    /// Where [`clean`](crate::clean) would refuse to read the page.
    pub fn add(
        &mut self,
        outlet: &str,
        source: &str,
        format: SourceFormat,
        options: &CleanOptions,
    ) -> Result<(), CleanError> {
        crate::check_readable(source, options)?;
        let page = crate::read(source, format, options)?;
        let mut lines: Vec<u64> = (0..page.lines.len()).filter_map(|line| hash(page.text(line))).collect();
        lines.sort_unstable();
        lines.dedup();
        let pages = self.outlets.entry(outlet.to_owned()).or_default();
        pages.count += 1;
        for line in lines {
            *pages.lines.entry(line).or_default() += 1;
        }
        Ok(())
    }

    /// Adds the counts of another collection.
    pub fn merge(&mut self, other: Self) {
        for (outlet, more) in other.outlets {
            let pages = self.outlets.entry(outlet).or_default();
            pages.count += more.count;
            for (line, count) in more.lines {
                *pages.lines.entry(line).or_default() += count;
            }
        }
    }

    /// Which lines of a page its outlet prints on at least three of its pages, and on half of them.
    fn repeated(&self, outlet: &str, page: &Page<'_>) -> Vec<bool> {
        let Some(pages) = self.outlets.get(outlet) else { return Vec::new() };
        let is_common = |count: &u32| *count as usize >= Self::FEWEST_PAGES && *count >= pages.count.div_ceil(2);
        let common = |line| hash(page.text(line)).and_then(|hash| pages.lines.get(&hash)).is_some_and(is_common);
        (0..page.lines.len()).map(common).collect()
    }
}

/// The hash of a line's words, however they are set; none for a line without words.
fn hash(text: &str) -> Option<u64> {
    let next = |hash: u64, word: String| hash.rotate_left(7) ^ fnv(word.bytes()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bare_words(text).fold(None, |hash, word| Some(next(hash.unwrap_or_default(), word)))
}

/// Marks the lines of a page that its outlet repeats. Bylines and dates may well recur; and where
/// most of the page's prose does, the pages are copies of one article, of which nothing is marked.
pub(crate) fn mark(page: &Page<'_>, features: &mut PageFeatures, known: &OutletLines, outlet: &str) {
    const LABEL: usize = 4;
    let repeated = known.repeated(outlet, page);
    let prose = |wanted: bool| -> usize {
        let lines = features.lines.iter().zip(&repeated);
        lines.filter(|(line, repeated)| line.is_prose() && **repeated == wanted).map(|(line, _)| line.words).sum()
    };
    if prose(true) > prose(false) {
        return;
    }
    for (line, _) in features.lines.iter_mut().zip(&repeated).filter(|(_, repeated)| **repeated) {
        if line.is_signed() || line.is_dated() {
            continue;
        }
        line.recurs = true;
        if line.marker.is_none() && line.words > LABEL {
            let kind = if line.is_prose() { DropKind::Promotion } else { DropKind::Navigation };
            line.marker = Some(Marker { kind, force: Force::Passing });
        }
    }
}
