//! How alike two sentences of a story are in what they tell.
//!
//! Each sentence is a set of weighted terms (stems, numbers, days, the story's actors, however they
//! are named) beside its vector. Pairs worth comparing share rare terms, or lie in one cell of random
//! hyperplanes over the vectors (Charikar 2002, "Similarity estimation techniques from rounding
//! algorithms"), so that no step takes time with the square of a big story.

use crate::summary::ActorInStory;
use crate::terms::{TermKind, terms};
use crate::view::ArticleView;
use crate::voices::{Who, speaker_of};
use parallax_text::{BlockKind, MentionForm, QuoteKind, Voice, dot};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A sentence with what it is about.
pub(crate) struct Profile {
    /// Index of its article in the story.
    pub(crate) view: usize,
    pub(crate) sentence: u32,
    pub(crate) zone: BlockKind,
    /// Its content, each term once, in order.
    pub(crate) terms: Vec<u64>,
    /// Those of them that are numbers and days.
    pub(crate) numbers: Vec<u64>,
    /// Number of content words, names and numbers, repetitions counted.
    pub(crate) length: usize,
    /// Whose words most of it are.
    pub(crate) voice: Voice,
    /// Whose they are, where they are a speaker's: the story's actor.
    pub(crate) speaker: Option<usize>,
    /// Summed weights of its terms.
    weight: f64,
}

/// The sentences of all articles of a story, with the weights of their terms.
pub(crate) struct Sentences<'a> {
    pub(crate) views: &'a [ArticleView<'a>],
    pub(crate) profiles: Vec<Profile>,
    weights: HashMap<u64, f64>,
    /// Whether all articles have vectors of one width.
    vectors: bool,
    /// Length of each sentence's vector; none where there are no vectors.
    lengths: Vec<f64>,
}

impl<'a> Sentences<'a> {
    /// All prose of the articles, but for subheads.
    pub(crate) fn new(views: &'a [ArticleView<'a>], actors: &[ActorInStory]) -> Self {
        let mut profiles: Vec<Profile> = views.iter().flat_map(|view| profiles_of(view, actors)).collect();
        let mut holding: HashMap<u64, u32> = HashMap::new();
        for term in profiles.iter().flat_map(|profile| &profile.terms) {
            *holding.entry(*term).or_default() += 1;
        }
        let all = profiles.len() as f64 + 1.0;
        let weigh = |count: u32| ((all / (f64::from(count) + 0.5)).ln() / all.ln().max(1.0)).max(0.0);
        let weights: HashMap<u64, f64> = holding.into_iter().map(|(term, count)| (term, weigh(count))).collect();
        for profile in &mut profiles {
            profile.weight = profile.terms.iter().map(|term| weights[term]).sum();
        }
        let width = |view: &ArticleView<'_>| {
            let vectors = view.article.vectors.as_ref()?;
            (vectors.len() == view.article.sentences.len()).then(|| vectors.width())
        };
        let first = views.first().and_then(width);
        let vectors = first.is_some() && views.iter().all(|view| width(view) == first);
        let mut sentences = Self { views, profiles, weights, vectors, lengths: Vec::new() };
        if vectors {
            let length = |index| f64::from(dot(sentences.vector(index), sentences.vector(index))).sqrt();
            sentences.lengths = (0..sentences.profiles.len()).map(length).collect();
        }
        sentences
    }

    /// How likely two sentences tell the same, 0 to 1.
    pub(crate) fn likeness(&self, a: usize, b: usize) -> f64 {
        let (features, weights) = (self.features(a, b), if self.vectors { &WITH_VECTORS } else { &WITHOUT });
        let sum: f64 = features.iter().zip(weights.iter()).map(|(x, w)| x * w).sum();
        1.0 / (1.0 + (-sum).exp())
    }

    /// What the likeness is worked out from; the first is constant.
    pub(crate) fn features(&self, a: usize, b: usize) -> [f64; FEATURES] {
        let (one, other) = (&self.profiles[a], &self.profiles[b]);
        let shared: f64 = common(&one.terms, &other.terms).map(|term| self.weights[&term]).sum();
        let (less, more) = (one.weight.min(other.weight), one.weight.max(other.weight));
        let numbers = common(&one.numbers, &other.numbers).count();
        let speakers = match (one.speaker, other.speaker) {
            (Some(x), Some(y)) if x == y => 1.0,
            (Some(_), Some(_)) => -1.0,
            _ => 0.0,
        };
        [
            1.0,
            self.cosine(a, b),
            // A sentence of one or two words is in many others by chance.
            shared / (less + 1.0),
            shared / (more + 1.0),
            shared.ln_1p(),
            (numbers as f64).min(2.0),
            speakers,
        ]
    }

    fn cosine(&self, a: usize, b: usize) -> f64 {
        if !self.vectors {
            return 0.0;
        }
        let lengths = self.lengths[a] * self.lengths[b];
        if lengths > 0.0 { f64::from(dot(self.vector(a), self.vector(b))) / lengths } else { 0.0 }
    }

    fn vector(&self, index: usize) -> &[i8] {
        let profile = &self.profiles[index];
        let vectors = self.views[profile.view].article.vectors.as_ref().expect("articles with vectors");
        vectors.row(profile.sentence)
    }

    /// Pairs of sentences of different articles that may tell the same.
    pub(crate) fn candidates(&self) -> Vec<(usize, usize)> {
        let count = self.profiles.len();
        let different = |a: usize, b: usize| self.profiles[a].view != self.profiles[b].view;
        if count <= ALL_PAIRS_BELOW {
            let all = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
            return all.filter(|&(a, b)| different(a, b)).collect();
        }
        let mut cells: BTreeMap<(u8, u64), Vec<usize>> = BTreeMap::new();
        for (index, profile) in self.profiles.iter().enumerate() {
            for &term in &profile.terms {
                cells.entry((0, term)).or_default().push(index);
            }
            if self.vectors {
                for table in 0..HYPERPLANE_TABLES {
                    cells.entry((table + 1, self.cell(index, table))).or_default().push(index);
                }
            }
        }
        // What more sentences share than this is no sign of one fact; left out as a whole, so that no
        // order of articles decides.
        let mut pairs = BTreeSet::new();
        for members in cells.values().filter(|members| members.len() <= LARGEST_CELL) {
            for (place, &a) in members.iter().enumerate() {
                pairs.extend(members[place + 1..].iter().filter(|&&b| different(a, b)).map(|&b| (a, b)));
            }
        }
        pairs.into_iter().collect()
    }

    /// On which sides of a table's hyperplanes a sentence's vector lies. A plane is given by signs
    /// that are a hash of its number and of the place in the vector.
    fn cell(&self, index: usize, table: u8) -> u64 {
        let vector = self.vector(index);
        (0..HYPERPLANES).fold(0, |cell, plane| {
            let side: i32 = vector
                .iter()
                .enumerate()
                .map(|(place, &value)| {
                    let bits = scatter((u64::from(table) << 40) ^ (u64::from(plane) << 32) ^ place as u64);
                    if bits >> 63 == 0 { i32::from(value) } else { -i32::from(value) }
                })
                .sum();
            (cell << 1) | u64::from(side >= 0)
        })
    }
}

/// Up to so many sentences, all pairs are compared.
const ALL_PAIRS_BELOW: usize = 1500;
const LARGEST_CELL: usize = 40;
const HYPERPLANE_TABLES: u8 = 8;
const HYPERPLANES: u8 = 14;

pub(crate) const FEATURES: usize = 7;
/// Weights of the features, with sentence vectors and without: a logistic regression on labelled
/// pairs of the half of the facts in `tests/gold/*_coverage.csv` that is for tuning.
const WITH_VECTORS: [f64; FEATURES] = [-7.34, 3.25, 3.81, 3.39, 2.18, 2.49, 0.75];
const WITHOUT: [f64; FEATURES] = [-6.54, 0.0, 4.41, 4.17, 2.99, 2.03, 0.79];

/// What two ordered lists have in common.
fn common<'a>(a: &'a [u64], b: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
    let mut rest = b.iter().peekable();
    a.iter().copied().filter(move |value| {
        while rest.next_if(|&&other| other < *value).is_some() {}
        rest.peek() == Some(&value)
    })
}

fn profiles_of(view: &ArticleView<'_>, actors: &[ActorInStory]) -> Vec<Profile> {
    let article = view.article;
    let text = article.text();
    let mut mentions: Vec<Vec<usize>> = vec![Vec::new(); article.sentences.len()];
    for (index, mention) in article.mentions.iter().enumerate() {
        if view.actor_of[index].is_some() {
            mentions[mention.sentence as usize].push(index);
        }
    }
    let voices = sentence_voices(view);
    (0..article.sentences.len() as u32)
        .filter(|&sentence| article.zone(sentence).is_prose() && article.zone(sentence) != BlockKind::Subhead)
        .map(|sentence| {
            let span = article.sentences[sentence as usize].span;
            let mut found = BTreeSet::new();
            let mut numbers = BTreeSet::new();
            let mut length = 0;
            let mut names = Vec::new();
            for &index in &mentions[sentence as usize] {
                let mention = &article.mentions[index];
                if let Some(actor) = view.actor_of[index] {
                    found.insert(hashed(b'@', &actors[actor].id));
                    if mention.form.is_named() {
                        names.push(mention.span);
                        length += 1;
                    }
                    if mention.form == MentionForm::Description {
                        length += 1;
                    }
                }
            }
            for term in terms(&text[span]) {
                let (start, end) = (span.start() + term.start, span.start() + term.end);
                if term.kind == TermKind::Function
                    || names.iter().any(|name| name.start() <= start && end <= name.end())
                {
                    continue;
                }
                length += 1;
                let hash = hashed(term.kind as u8, &term.key);
                found.insert(hash);
                // Small whole numbers are too common to tell facts apart.
                let is_telling = term.kind == TermKind::Day
                    || term.kind == TermKind::Number && !matches!(term.key.as_str(), "0" | "1" | "2" | "3");
                if is_telling {
                    numbers.insert(hash);
                }
            }
            let (voice, quote) = voices.get(&sentence).copied().unwrap_or((Voice::Own, None));
            let speaker = quote.and_then(|quote| match speaker_of(view, quote) {
                Who::Actor(actor) => Some(actor),
                Who::Words(_) | Who::Nobody => None,
            });
            Profile {
                view: view.index,
                sentence,
                zone: article.zone(sentence),
                terms: found.into_iter().collect(),
                numbers: numbers.into_iter().collect(),
                length,
                voice,
                speaker,
                weight: 0.0,
            }
        })
        .collect()
}

/// Of each sentence of the body: the voice of most of its words, with the quotation of most of them.
fn sentence_voices(view: &ArticleView<'_>) -> BTreeMap<u32, (Voice, Option<u32>)> {
    let mut counts: BTreeMap<u32, BTreeMap<Option<u32>, usize>> = BTreeMap::new();
    for word in &view.words {
        *counts.entry(word.sentence).or_default().entry(word.quote).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(sentence, of)| {
            let all: usize = of.values().sum();
            let own = of.get(&None).copied().unwrap_or(0);
            let most =
                of.iter().filter_map(|(quote, count)| quote.map(|quote| (*count, std::cmp::Reverse(quote)))).max();
            let voice = match most {
                Some((_, std::cmp::Reverse(quote))) if 2 * own < all => {
                    let voice = match view.article.quotes[quote as usize].kind {
                        QuoteKind::Direct => Voice::Direct,
                        QuoteKind::Indirect => Voice::Indirect,
                        QuoteKind::Mixed => Voice::Mixed,
                    };
                    (voice, Some(quote))
                }
                _ => (Voice::Own, None),
            };
            (sentence, voice)
        })
        .collect()
}

/// A stable hash of a term (FNV-1a).
pub(crate) fn hashed(kind: u8, key: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    key.bytes().fold(mix(0xcbf2_9ce4_8422_2325, kind), mix)
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): bits as good as random from a counter.
fn scatter(value: u64) -> u64 {
    let mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
