//! PolNeAR's published format (brat stand-off; Newell et al. 2018, "An Attribution Relations Corpus
//! for Political News"), and figures on it.
//!
//! How contents are compared: a content is the set of its words, maximal runs of letters and digits,
//! by their place in the text; parts of a discontinuous content are united. The overlap of two
//! contents is the Jaccard index of their sets. Gold and found contents of an article are matched one
//! to one, highest overlap first, at 0.3, at 0.8 and where the sets are equal. Direct is a content
//! whose words all stand between marks ([`crate::quoted_spans`]), mixed one with some there.

use crate::{Attribution, QuotedSpan};
use parallax_text::{CodePoints, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A labelled attribution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labelled {
    /// What is said, in order of the text.
    pub content: Vec<Span>,
    /// The words that name the speaker, if any.
    pub source: Vec<Span>,
    /// The words that introduce it, if any.
    pub cue: Vec<Span>,
}

/// Attributions as PolNeAR labels them: an utterance is one, so what continues another
/// ([`Attribution::continues`]) is united with it.
#[must_use]
pub fn utterances(attributions: &[Attribution]) -> Vec<Labelled> {
    let mut found: Vec<Labelled> = Vec::new();
    let mut places: Vec<usize> = Vec::with_capacity(attributions.len());
    for one in attributions {
        if let Some(earlier) = one.continues {
            let place = places[earlier as usize];
            found[place].content.extend(&one.content);
            places.push(place);
        } else {
            places.push(found.len());
            found.push(Labelled {
                content: one.content.clone(),
                source: one.source.into_iter().collect(),
                cue: one.cue.map(|cue| cue.span).into_iter().collect(),
            });
        }
    }
    found
}

/// An annotation file that is not brat stand-off for the text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A text-bound annotation whose range is not of the text.
    #[error("line {line}: {found:?} is no range of the text's code points: do text and annotation belong together?")]
    Range {
        /// Line number, from 1.
        line: usize,
        /// What stands there.
        found: String,
    },
}

/// Reads the attributions of a brat file: `T` lines with code-point ranges, `E` lines that join them.
/// Events without content, and lines of other kinds, are left out.
///
/// # Errors
/// When a range is not of the text.
pub fn read(text: &str, annotation: &str) -> Result<Vec<Labelled>, ReadError> {
    let points = CodePoints::new(text);
    let mut parts: HashMap<&str, Vec<Span>> = HashMap::new();
    let mut events = Vec::new();
    for (number, line) in annotation.lines().enumerate() {
        let mut columns = line.splitn(3, '\t');
        let (Some(name), Some(described)) = (columns.next(), columns.next()) else { continue };
        if name.starts_with('T') && columns.next().is_some() {
            let ranges = described.split_once(' ').map_or("", |(_, ranges)| ranges);
            let spans = ranges.split(';').map(|range| {
                let (start, end) = range.split_once(' ')?;
                points.span(start.parse().ok()?, end.parse().ok()?)
            });
            let spans = spans
                .collect::<Option<Vec<Span>>>()
                .ok_or_else(|| ReadError::Range { line: number + 1, found: ranges.to_owned() })?;
            parts.insert(name, spans);
        } else if name.starts_with('E') {
            events.push(described);
        }
    }
    let attributions = events.into_iter().map(|event| {
        let mut one = Labelled::default();
        for (role, name) in event.split(' ').filter_map(|part| part.split_once(':')) {
            let role = role.trim_end_matches(|c: char| c.is_ascii_digit());
            let to = match role {
                "Content" => &mut one.content,
                "Source" => &mut one.source,
                "Cue" => &mut one.cue,
                _ => continue,
            };
            to.extend(parts.get(name).into_iter().flatten());
            to.sort();
        }
        one
    });
    Ok(attributions.filter(|one| !one.content.is_empty()).collect())
}

/// Direct, mixed, indirect: by how many of a content's words stand between marks.
pub const KINDS: [&str; 4] = ["direct", "mixed", "indirect", "all"];
/// The overlaps at which contents are matched.
pub const OVERLAPS: [f64; 3] = [0.3, 0.8, 1.0];
/// The overlap from which on a speaker or a cue is right.
pub const PART_OVERLAP: f64 = 0.3;

/// Counts over articles.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Gold and found contents of each kind.
    contents: [[usize; 2]; 4],
    /// Matched gold and found contents, for each kind and overlap.
    matched: [[[usize; 2]; 3]; 4],
    /// Matched at 0.8 with a gold speaker: all, right, the same words, without any found.
    speakers: [usize; 4],
    /// Matched at 0.8 with a gold cue: all, right.
    cues: [usize; 2],
    /// Found attributions without a speaker: of all kinds, and of direct and mixed ones.
    silent: [usize; 2],
    quoted: usize,
}

/// Precision, recall and F1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Share of the found contents that match.
    pub precision: f64,
    /// Share of the gold contents that are matched.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

impl Tally {
    /// Adds an article.
    ///
    /// # Panics
    /// If a span is not of this text.
    pub fn add(&mut self, text: &str, quoted: &[QuotedSpan], gold: &[Labelled], found: &[Labelled]) {
        let words = Words::new(text, quoted);
        let sets = [gold, found].map(|side| side.iter().map(|one| words.of(&one.content)).collect::<Vec<_>>());
        let kinds = [0, 1].map(|side| sets[side].iter().map(|set| words.kind(set)).collect::<Vec<usize>>());
        for (side, kinds) in kinds.iter().enumerate() {
            for &kind in kinds {
                self.contents[kind][side] += 1;
                self.contents[3][side] += 1;
            }
        }
        for (one, &kind) in found.iter().zip(&kinds[1]) {
            let silent = usize::from(one.source.is_empty());
            self.silent[0] += silent;
            self.silent[1] += if kind < 2 { silent } else { 0 };
            self.quoted += usize::from(kind < 2);
        }
        let pairs = pairs(&sets[0], &sets[1]);
        for (place, overlap) in OVERLAPS.into_iter().enumerate() {
            for (gold_index, found_index) in matches(&pairs, overlap) {
                for (side, kind) in [(0, kinds[0][gold_index]), (1, kinds[1][found_index])] {
                    self.matched[kind][place][side] += 1;
                    self.matched[3][place][side] += 1;
                }
                if place == 1 {
                    self.add_parts(&words, &gold[gold_index], &found[found_index]);
                }
            }
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        for kind in 0..KINDS.len() {
            add(&mut self.contents[kind], &other.contents[kind]);
            for overlap in 0..OVERLAPS.len() {
                add(&mut self.matched[kind][overlap], &other.matched[kind][overlap]);
            }
        }
        add(&mut self.speakers, &other.speakers);
        add(&mut self.cues, &other.cues);
        add(&mut self.silent, &other.silent);
        self.quoted += other.quoted;
        self
    }

    fn add_parts(&mut self, words: &Words, gold: &Labelled, found: &Labelled) {
        let source = words.of(&gold.source);
        if !source.is_empty() {
            let overlap = jaccard(&source, &words.of(&found.source));
            self.speakers[0] += 1;
            self.speakers[1] += usize::from(overlap >= PART_OVERLAP);
            self.speakers[2] += usize::from(overlap >= 1.0);
            self.speakers[3] += usize::from(found.source.is_empty());
        }
        let cue = words.of(&gold.cue);
        if !cue.is_empty() {
            self.cues[0] += 1;
            self.cues[1] += usize::from(jaccard(&cue, &words.of(&found.cue)) >= PART_OVERLAP);
        }
    }

    /// Number of gold and of found contents of a kind (an index of [`KINDS`]).
    #[must_use]
    pub fn contents(&self, kind: usize) -> (usize, usize) {
        (self.contents[kind][0], self.contents[kind][1])
    }

    /// The figures of a kind at an overlap (indices of [`KINDS`] and [`OVERLAPS`]). Precision counts
    /// found contents of the kind, recall gold ones.
    #[must_use]
    pub fn figures(&self, kind: usize, overlap: usize) -> Figures {
        let [gold, found] = self.contents[kind];
        let [hit_gold, hit_found] = self.matched[kind][overlap];
        let (precision, recall) = (share(hit_found, found), share(hit_gold, gold));
        let sum = precision + recall;
        Figures { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }

    /// Of the contents matched at 0.8 whose gold names a speaker: the share with the right speaker
    /// (word sets overlap by at least [`PART_OVERLAP`]), and with exactly its words.
    #[must_use]
    pub fn speakers(&self) -> (f64, f64) {
        (share(self.speakers[1], self.speakers[0]), share(self.speakers[2], self.speakers[0]))
    }

    /// Of the contents matched at 0.8 whose gold has a cue: the share with the right cue.
    #[must_use]
    pub fn cues(&self) -> f64 {
        share(self.cues[1], self.cues[0])
    }

    /// Shares without a speaker: of all found attributions, of those with quotation marks, and of the
    /// matched ones whose gold names one.
    #[must_use]
    pub fn silent(&self) -> (f64, f64, f64) {
        (
            share(self.silent[0], self.contents[3][1]),
            share(self.silent[1], self.quoted),
            share(self.speakers[3], self.speakers[0]),
        )
    }
}

fn add(counts: &mut [usize], more: &[usize]) {
    counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

type WordSet = BTreeSet<usize>;

/// The words of an article and which of them stand between marks.
struct Words {
    spans: Vec<Span>,
    quoted: Vec<bool>,
}

impl Words {
    fn new(text: &str, quotes: &[QuotedSpan]) -> Self {
        let mut spans = Vec::new();
        let mut start = None;
        for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
            if character.is_alphanumeric() {
                start.get_or_insert(at);
            } else if let Some(start) = start.take() {
                spans.push(Span::new(start, at));
            }
        }
        let marked = |word: &Span| {
            let first = quotes.partition_point(|quote| quote.span.end() <= word.start());
            quotes.get(first).is_some_and(|quote| quote.span.contains(*word))
        };
        let quoted = spans.iter().map(marked).collect();
        Self { spans, quoted }
    }

    fn of(&self, spans: &[Span]) -> WordSet {
        let inside = |span: &Span| {
            let first = self.spans.partition_point(|word| word.end() <= span.start());
            let end = self.spans.partition_point(|word| word.start() < span.end());
            first..end.max(first)
        };
        spans.iter().flat_map(inside).collect()
    }

    fn kind(&self, words: &WordSet) -> usize {
        match words.iter().filter(|&&word| self.quoted[word]).count() {
            0 => 2,
            quoted if quoted == words.len() => 0,
            _ => 1,
        }
    }
}

fn jaccard(one: &WordSet, other: &WordSet) -> f64 {
    let common = one.intersection(other).count();
    share(common, one.len() + other.len() - common)
}

/// Gold and found contents with a common word, highest overlap first.
fn pairs(gold: &[WordSet], found: &[WordSet]) -> Vec<(f64, usize, usize)> {
    let mut holders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, set) in found.iter().enumerate() {
        set.iter().for_each(|&word| holders.entry(word).or_default().push(index));
    }
    let mut pairs = Vec::new();
    for (index, set) in gold.iter().enumerate() {
        let near: BTreeSet<usize> = set.iter().filter_map(|word| holders.get(word)).flatten().copied().collect();
        pairs.extend(near.into_iter().map(|other| (jaccard(set, &found[other]), index, other)));
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    pairs
}

fn matches(pairs: &[(f64, usize, usize)], overlap: f64) -> Vec<(usize, usize)> {
    let (mut gold, mut found) = (BTreeSet::new(), BTreeSet::new());
    let mut matches = Vec::new();
    for &(score, one, other) in pairs {
        if score >= overlap && !gold.contains(&one) && !found.contains(&other) {
            gold.insert(one);
            found.insert(other);
            matches.push((one, other));
        }
    }
    matches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quoted_spans;
    use parallax_text::{Block, BlockKind};

    const TEXT: &str = "“Café tax is theft,” Ode said, “plain theft.” Varga denies that it is.";
    const ANNOTATION: &str = "T1\tContent 0 20;31 45\t“Café tax is theft,” “plain theft.”\nT2\tSource 21 24\tOde\n\
        T3\tCue 25 29\tsaid\nE1\tAttribution:T9 Content:T1 Cue:T3 Source2:T2\n#1\tAnnotatorNotes T1\tnone\n\
        T4\tContent 59 69\tthat it is\nE2\tAttribution:T8 Content:T4\nE3\tAttribution:T7 Cue:T3\n";

    fn tally(change: impl Fn(&mut Vec<Labelled>)) -> Tally {
        let gold = read(TEXT, ANNOTATION).unwrap();
        let mut found = gold.clone();
        change(&mut found);
        let blocks = [Block { kind: BlockKind::Body, span: Span::new(0, TEXT.len()) }];
        let mut tally = Tally::default();
        tally.add(TEXT, &quoted_spans(TEXT, &blocks), &gold, &found);
        tally
    }

    #[test]
    fn ranges_are_code_points_and_parts_of_a_content_are_united() {
        let gold = read(TEXT, ANNOTATION).unwrap();
        let words: Vec<&str> = gold[0].content.iter().map(|&span| &TEXT[span]).collect();
        assert_eq!(words, ["“Café tax is theft,”", "“plain theft.”"]);
        assert_eq!((&TEXT[gold[0].source[0]], &TEXT[gold[0].cue[0]], gold.len()), ("Ode", "said", 2));
        assert!(read(TEXT, "T1\tCue 5 500\tx").unwrap_err().to_string().contains("line 1: \"5 500\" is no range"));
    }

    #[test]
    fn what_continues_an_utterance_is_a_part_of_it() {
        let one = |span: (usize, usize), continues| Attribution {
            kind: parallax_text::QuoteKind::Direct,
            content: vec![Span::new(span.0, span.1)],
            source: Some(Span::new(21, 24)),
            cue: None,
            continues,
        };
        let found =
            utterances(&[one((0, 10), None), one((10, 20), Some(0)), one((31, 45), Some(1)), one((59, 69), None)]);
        let contents: Vec<usize> = found.iter().map(|one| one.content.len()).collect();
        assert_eq!((contents, &found[0].source[..]), (vec![3, 1], &[Span::new(21, 24)][..]));
    }

    #[test]
    fn the_gold_itself_scores_one() {
        let tally = tally(|_| {});
        let f1 = |kind| tally.figures(kind, 2).f1;
        assert_eq!((f1(0), f1(1), f1(2), f1(3)), (1.0, 0.0, 1.0, 1.0));
        assert_eq!((tally.speakers(), tally.cues(), tally.contents(3)), ((1.0, 1.0), 1.0, (2, 2)));
        assert_eq!(tally.silent(), (0.5, 0.0, 0.0));
    }

    #[test]
    fn overlap_is_the_share_of_common_words() {
        // Four of six words.
        let half = tally(|found| _ = found[0].content.pop());
        assert_eq!((half.figures(0, 0).recall, half.figures(0, 1).recall), (1.0, 0.0));
        assert_eq!(half.figures(3, 1), Figures { precision: 0.5, recall: 0.5, f1: 0.5 });
        let none = tally(|found| found[0].source.clear());
        assert_eq!((none.speakers().0, none.silent().2), (0.0, 1.0));
        assert_eq!(tally(Vec::clear).figures(3, 0), Figures::default());
    }
}
