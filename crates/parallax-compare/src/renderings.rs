//! The same utterance in several articles, side by side: what each kept, changed, added and cut,
//! and the verb that introduces it.
//!
//! Quotations are cut at the ends of sentences. Two pieces are taken to render one utterance where
//! enough of the shorter one's words stand in the other in the same order, each word weighed by how
//! rare it is; translations ("sacred" for "inalienable") keep the frame of the sentence, so less is
//! asked of pieces that one speaker says.

use crate::alike::hashed;
use crate::summary::{ActorInStory, sentence_id};
use crate::terms::{fold, is_function_word, stem, words};
use crate::view::ArticleView;
use crate::voices::{Who, speaker_of};
use parallax_text::{Cue, QuoteKind, Span, VerbClass, Voice, cosine};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One utterance and its versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rendering {
    /// `rendering/` and its place in the list.
    pub id: String,
    /// Who says it: id of the story's actor.
    pub speaker: Option<String>,
    /// The actor's name.
    pub name: Option<String>,
    /// One for each article that has it, in the story's order. The others are compared with the
    /// one that is most like all of them, whose parts are all `same`.
    pub versions: Vec<RenderingVersion>,
}

/// The utterance as one article gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderingVersion {
    /// The article.
    pub doc_id: String,
    /// Index of the quotation in its annotation record.
    pub quote: u32,
    /// The words, without quotation marks at the ends.
    pub text: String,
    /// Direct or mixed.
    pub voice: Voice,
    /// The verb that introduces the quotation, or the one it goes on from.
    pub verb: Option<RenderingVerb>,
    /// The words by what became of them.
    pub parts: Vec<RenderingPart>,
    /// Ids of its sentences.
    pub evidence: Vec<String>,
}

/// A verb that introduces an utterance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderingVerb {
    /// Base form.
    pub lemma: String,
    /// Its class, where the table of verbs has it.
    pub class: Option<VerbClass>,
}

/// A stretch of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderingPart {
    /// What became of it.
    pub op: RenderingOp,
    /// The version's words; of what was cut, those of the version it is compared with.
    pub text: String,
    /// For `changed`: the words that stand there in the version it is compared with.
    pub was: Option<String>,
}

/// What became of words, against the version that is most like all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenderingOp {
    /// They stand in both.
    Same,
    /// Others stand in their place.
    Changed,
    /// Only this version has them.
    Added,
    /// This version lacks them.
    Cut,
}

/// A quotation's words within one sentence.
struct Piece {
    view: usize,
    quote: u32,
    /// The first and the last.
    sentences: (u32, u32),
    is_body: bool,
    /// Bytes of the article's text.
    span: Span,
    speaker: Option<usize>,
    /// Stems of its words, in order.
    words: Vec<u64>,
    /// Whether a word carries content.
    content: Vec<bool>,
}

/// Fewest words of a piece that can be told apart from what anybody says.
const FEWEST_WORDS: usize = 4;
/// Of a longer piece, so many words are compared.
const MOST_WORDS: usize = 120;
/// Up to so many pieces, all pairs are compared.
const ALL_PAIRS_BELOW: usize = 600;
/// Pairs of words that more pieces have are too common to bring two together.
const LARGEST_CELL: usize = 40;

/// The utterances that at least two articles have; those that differ in most ways first.
pub(crate) fn renderings(views: &[ArticleView<'_>], actors: &[ActorInStory]) -> Vec<Rendering> {
    let mut pieces: Vec<Piece> = views.iter().flat_map(pieces_of).collect();
    pieces.sort_by_key(|piece| (views[piece.view].doc_id(), piece.span.start(), piece.quote));
    let weights = weights(&pieces);
    let mut pairs: Vec<(f64, usize, usize)> = candidates(&pieces)
        .into_iter()
        .filter_map(|(a, b)| {
            let (share, least) = shares(views, &pieces, a, b, &weights);
            (share >= least).then_some((share, a, b))
        })
        .collect();
    pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut group_of: Vec<usize> = (0..pieces.len()).collect();
    let mut groups: Vec<Vec<usize>> = (0..pieces.len()).map(|index| vec![index]).collect();
    for (_, a, b) in pairs {
        let (into, from) = (group_of[a], group_of[b]);
        let agree = || {
            let all = groups[into].iter().flat_map(|&a| groups[from].iter().map(move |&b| (a, b)));
            let apart = all.filter(|&(a, b)| pieces[a].view != pieces[b].view);
            let found: Vec<f64> = apart.map(|(a, b)| likeness(views, &pieces, a, b, &weights)).collect();
            found.iter().sum::<f64>() >= 0.9 * found.len() as f64 && found.iter().all(|&likeness| likeness >= 0.6)
        };
        if into == from || !agree() {
            continue;
        }
        let moved = std::mem::take(&mut groups[from]);
        moved.iter().for_each(|&member| group_of[member] = into);
        groups[into].extend(moved);
    }
    let mut found: Vec<(usize, Rendering)> =
        groups.into_iter().filter_map(|group| rendering(views, actors, &pieces, &group, &weights)).collect();
    // Sorted already by place; the order of groups decides among equals.
    found.sort_by_key(|(versions, rendering)| (usize::MAX - versions, usize::MAX - rendering.versions.len()));
    let numbered = found.into_iter().enumerate();
    numbered.map(|(number, (_, one))| Rendering { id: format!("rendering/{number}"), ..one }).collect()
}

fn pieces_of(view: &ArticleView<'_>) -> Vec<Piece> {
    let article = view.article;
    let text = article.text();
    let mut found = Vec::new();
    for (index, quote) in article.quotes.iter().enumerate() {
        if quote.kind == QuoteKind::Indirect {
            continue;
        }
        let mut waiting: Option<(u32, usize)> = None;
        // Sentences are in order, so the first that ends behind the quotation's start is found at once.
        let first = article.sentences.partition_point(|sentence| sentence.span.end() <= quote.span.start());
        for (number, sentence) in article.sentences.iter().enumerate().skip(first) {
            if sentence.span.start() >= quote.span.end() {
                break;
            }
            if !article.zone(number as u32).is_prose() {
                continue;
            }
            let start = sentence.span.start().max(quote.span.start());
            let end = sentence.span.end().min(quote.span.end());
            // "No, my friend." goes with what follows it.
            let (first, start) = waiting.take().unwrap_or((number as u32, start));
            let inside = &text[start..end];
            let marks = |c: char| c.is_whitespace() || MARKS.contains(c);
            let trimmed = inside.trim_start_matches(marks);
            let from = start + (inside.len() - trimmed.len());
            let span = Span::new(from, from + trimmed.trim_end_matches(marks).len());
            let folded: Vec<String> = words(&text[span]).into_iter().flat_map(|(_, word)| spelt_out(word)).collect();
            if folded.len() < FEWEST_WORDS {
                let same_block = article.sentences.get(number + 1).is_some_and(|next| next.block == sentence.block);
                waiting = same_block.then_some((first, start));
                continue;
            }
            let speaker = match speaker_of(view, index as u32) {
                Who::Actor(actor) => Some(actor),
                Who::Words(_) | Who::Nobody => None,
            };
            found.push(Piece {
                view: view.index,
                quote: index as u32,
                sentences: (first, number as u32),
                is_body: article.zone(number as u32).is_body(),
                span,
                speaker,
                words: folded.iter().map(|word| hashed(b'w', &stem(word))).collect(),
                content: folded.iter().map(|word| !is_function_word(word)).collect(),
            });
        }
    }
    found
}

/// A word as it is compared: "U.S." is "United States".
fn spelt_out(word: &str) -> Vec<String> {
    match word {
        "U.S" | "U.S." | "US" => vec!["united".to_owned(), "states".to_owned()],
        other => vec![fold(other)],
    }
}

/// Marks that may stand at the ends of a piece and belong to nobody's words.
const MARKS: &str = "\"“”„‘’'«»‹›…[](),;:";

/// How rare each word is among the pieces; words of grammar weigh little.
fn weights(pieces: &[Piece]) -> HashMap<u64, f64> {
    let mut holding: HashMap<u64, (u32, bool)> = HashMap::new();
    for piece in pieces {
        let unique: BTreeSet<(u64, bool)> = piece.words.iter().copied().zip(piece.content.iter().copied()).collect();
        for (word, content) in unique {
            let entry = holding.entry(word).or_default();
            entry.0 += 1;
            entry.1 |= content;
        }
    }
    let all = pieces.len() as f64 + 1.0;
    let weigh = |(count, content): (u32, bool)| {
        if content { (1.0 + all / f64::from(count)).ln() / (1.0 + all).ln() } else { 0.25 }
    };
    holding.into_iter().map(|(word, found)| (word, weigh(found))).collect()
}

fn candidates(pieces: &[Piece]) -> BTreeSet<(usize, usize)> {
    let apart = |a: usize, b: usize| pieces[a].view != pieces[b].view;
    if pieces.len() <= ALL_PAIRS_BELOW {
        let all = (0..pieces.len()).flat_map(|a| (a + 1..pieces.len()).map(move |b| (a, b)));
        return all.filter(|&(a, b)| apart(a, b)).collect();
    }
    let mut cells: BTreeMap<(u64, u64), BTreeSet<usize>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        // Neighbouring words of content, grammar between them left out.
        let content: Vec<u64> =
            piece.words.iter().zip(&piece.content).filter(|(_, content)| **content).map(|(word, _)| *word).collect();
        for pair in content.windows(2) {
            cells.entry((pair[0], pair[1])).or_default().insert(index);
        }
    }
    let mut found = BTreeSet::new();
    for members in cells.values().filter(|members| members.len() <= LARGEST_CELL) {
        for &a in members {
            found.extend(members.range(a + 1..).filter(|&&b| apart(a, b)).map(|&b| (a, b)));
        }
    }
    found
}

/// How surely two pieces render one utterance: 1 is enough.
fn likeness(views: &[ArticleView<'_>], pieces: &[Piece], a: usize, b: usize, weights: &HashMap<u64, f64>) -> f64 {
    let (share, least) = shares(views, pieces, a, b, weights);
    share / least
}

/// The share of words that two pieces have in common, and the least that shows one utterance.
fn shares(views: &[ArticleView<'_>], pieces: &[Piece], a: usize, b: usize, weights: &HashMap<u64, f64>) -> (f64, f64) {
    let (one, other) = (&pieces[a], &pieces[b]);
    let least = match (one.speaker, other.speaker) {
        (Some(x), Some(y)) if x == y => SAME_SPEAKER,
        (Some(_), Some(_)) => OTHER_SPEAKER,
        _ => UNKNOWN_SPEAKER,
    };
    let shared: Vec<u64> = common(&one.words, &other.words).into_iter().map(|(x, _)| one.words[x]).collect();
    if shared.len() < FEWEST_WORDS.min(one.words.len()).min(other.words.len()) {
        return (0.0, least);
    }
    let weigh = |words: &[u64]| words.iter().take(MOST_WORDS).map(|word| weights[word]).sum::<f64>();
    let (less, more) = {
        let (x, y) = (weigh(&one.words), weigh(&other.words));
        (x.min(y), x.max(y))
    };
    let shared = weigh(&shared);
    // Mostly whether the shorter one is in the longer, a little how much of the longer it is.
    let share = 0.8 * shared / less.max(1e-9) + 0.2 * shared / more.max(1e-9);
    let near = nearness(views, one, other).map_or(0.0, |cosine| (cosine - TYPICAL_COSINE).max(0.0));
    (share, (least - near).max(0.2))
}

/// Least share of weighted words, by who speaks.
const SAME_SPEAKER: f64 = 0.42;
const UNKNOWN_SPEAKER: f64 = 0.6;
const OTHER_SPEAKER: f64 = 0.75;
/// A cosine above this lowers what is asked of the words.
const TYPICAL_COSINE: f64 = 0.75;

fn nearness(views: &[ArticleView<'_>], one: &Piece, other: &Piece) -> Option<f64> {
    let vector = |piece: &Piece| {
        let article = views[piece.view].article;
        let vectors = article.vectors.as_ref()?;
        ((piece.sentences.1 as usize) < vectors.len()).then(|| vectors.row(piece.sentences.1))
    };
    let (x, y) = (vector(one)?, vector(other)?);
    (x.len() == y.len()).then(|| cosine(x, y))
}

fn rendering(
    views: &[ArticleView<'_>],
    actors: &[ActorInStory],
    pieces: &[Piece],
    group: &[usize],
    weights: &HashMap<u64, f64>,
) -> Option<(usize, Rendering)> {
    // Of each article, one piece: of the body, and the longest.
    let mut chosen: BTreeMap<usize, usize> = BTreeMap::new();
    for &index in group {
        let better = |old: usize| {
            let rank = |index: usize| (pieces[index].is_body, pieces[index].words.len(), usize::MAX - index);
            rank(index) > rank(old)
        };
        let entry = chosen.entry(pieces[index].view).or_insert(index);
        if better(*entry) {
            *entry = index;
        }
    }
    if chosen.len() < 2 {
        return None;
    }
    let members: Vec<usize> = chosen.values().copied().collect();
    let closeness = |index: usize| -> u64 {
        let others = members.iter().filter(|&&other| other != index);
        others.map(|&other| (likeness(views, pieces, index, other, weights) * 1e6) as u64).sum()
    };
    let base = *members.iter().max_by_key(|&&index| (closeness(index), usize::MAX - index))?;
    let speaker = {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        members
            .iter()
            .filter_map(|&index| pieces[index].speaker)
            .for_each(|actor| *counts.entry(actor).or_default() += 1);
        counts
            .into_iter()
            .max_by_key(|&(actor, count)| (count, std::cmp::Reverse(&actors[actor].id)))
            .map(|(actor, _)| actor)
    };
    let versions: Vec<RenderingVersion> =
        members.iter().map(|&index| version(views, &pieces[index], &pieces[base], index == base)).collect();
    let distinct: BTreeSet<&Vec<u64>> = members.iter().map(|&index| &pieces[index].words).collect();
    let rendering = Rendering {
        id: String::new(),
        speaker: speaker.map(|actor| actors[actor].id.clone()),
        name: speaker.map(|actor| actors[actor].name.clone()),
        versions,
    };
    Some((distinct.len(), rendering))
}

fn version(views: &[ArticleView<'_>], piece: &Piece, base: &Piece, is_base: bool) -> RenderingVersion {
    let article = views[piece.view].article;
    let quote = &article.quotes[piece.quote as usize];
    let text = &article.text()[piece.span];
    let parts = if is_base {
        vec![RenderingPart { op: RenderingOp::Same, text: joined(text), was: None }]
    } else {
        parts(&views[base.view].article.text()[base.span], text)
    };
    RenderingVersion {
        doc_id: views[piece.view].doc_id().to_owned(),
        quote: piece.quote,
        text: joined(text),
        voice: if quote.kind == QuoteKind::Direct { Voice::Direct } else { Voice::Mixed },
        verb: cue(views, piece).map(|cue| RenderingVerb { lemma: cue.lemma.clone(), class: cue.class }),
        parts,
        evidence: (piece.sentences.0..=piece.sentences.1)
            .map(|sentence| sentence_id(views[piece.view].doc_id(), sentence))
            .collect(),
    }
}

/// The cue of the quotation, or of the one it goes on from.
fn cue<'a>(views: &'a [ArticleView<'_>], piece: &Piece) -> Option<&'a Cue> {
    let quotes = &views[piece.view].article.quotes;
    let mut at = piece.quote;
    // A chain is never longer than the list.
    for _ in 0..quotes.len() {
        let quote = &quotes[at as usize];
        if quote.cue.is_some() {
            return quote.cue.as_ref();
        }
        at = quote.continues?;
    }
    None
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What became of the words of `base` in `text`: the words both have in order are the same; what
/// stands between two of them is changed where both have words there, added or cut where one has.
fn parts(base: &str, text: &str) -> Vec<RenderingPart> {
    let (base_words, own_words) = (words(base), words(text));
    let stems =
        |words: &[(usize, &str)]| -> Vec<u64> { words.iter().map(|(_, word)| hashed(b'w', &fold(word))).collect() };
    let pairs = common(&stems(&base_words), &stems(&own_words));
    let ends = [(base_words.len(), own_words.len())];
    // Stretches of the version's words that are the same.
    let mut runs: Vec<((usize, usize), usize)> = Vec::new();
    for (x, y) in pairs {
        match runs.last_mut().filter(|((base, own), length)| (base + *length, own + *length) == (x, y)) {
            Some((_, length)) => *length += 1,
            None => runs.push(((x, y), 1)),
        }
    }
    let mut found: Vec<RenderingPart> = Vec::new();
    let (mut base_at, mut own_at) = (0, 0);
    for ((x, y), length) in runs.into_iter().chain(ends.map(|end| (end, 0))) {
        let (was, own) = (slice(base, &base_words, base_at, x), slice(text, &own_words, own_at, y));
        match (base_at < x, own_at < y) {
            (true, true) => found.push(RenderingPart { op: RenderingOp::Changed, text: own, was: Some(was) }),
            (true, false) => found.push(RenderingPart { op: RenderingOp::Cut, text: was, was: None }),
            (false, true) => found.push(RenderingPart { op: RenderingOp::Added, text: own, was: None }),
            (false, false) => {}
        }
        if length > 0 {
            let same = slice(text, &own_words, y, y + length);
            found.push(RenderingPart { op: RenderingOp::Same, text: same, was: None });
        }
        (base_at, own_at) = (x + length, y + length);
    }
    found
}

/// The text of some of its words, each with the marks that hang on to it.
fn slice(of: &str, words: &[(usize, &str)], from: usize, to: usize) -> String {
    // Between two words: where the white space behind the first one begins.
    let boundary = |index: usize| match (index, words.get(index)) {
        (0, _) => 0,
        (_, None) => of.len(),
        (_, Some(&(start, _))) => {
            let (before, word) = words[index - 1];
            let end = before + word.len();
            of[end..start].find(char::is_whitespace).map_or(start, |space| end + space)
        }
    };
    joined(&of[boundary(from)..boundary(to)])
}

/// The longest common subsequence of two lists of words, as pairs of places.
fn common(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    let (a, b) = (&a[..a.len().min(MOST_WORDS)], &b[..b.len().min(MOST_WORDS)]);
    let width = b.len() + 1;
    let mut table = vec![0u16; (a.len() + 1) * width];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            table[x * width + y] = if a[x] == b[y] {
                table[(x + 1) * width + y + 1] + 1
            } else {
                table[(x + 1) * width + y].max(table[x * width + y + 1])
            };
        }
    }
    let (mut x, mut y) = (0, 0);
    let mut pairs = Vec::new();
    while x < a.len() && y < b.len() {
        if a[x] == b[y] {
            pairs.push((x, y));
            (x, y) = (x + 1, y + 1);
        } else if table[(x + 1) * width + y] >= table[x * width + y + 1] {
            x += 1;
        } else {
            y += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{article, story};
    use proptest::prelude::*;

    fn shown(parts: &[RenderingPart]) -> String {
        let mark = |part: &RenderingPart| match part.op {
            RenderingOp::Same => part.text.clone(),
            RenderingOp::Changed => format!("{{{}>{}}}", part.was.as_deref().unwrap_or(""), part.text),
            RenderingOp::Added => format!("+{{{}}}", part.text),
            RenderingOp::Cut => format!("-{{{}}}", part.text),
        };
        parts.iter().map(mark).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parts_tell_what_became_of_the_words() {
        let check = |base: &str, text: &str, expected: &str| assert_eq!(shown(&parts(base, text)), expected);
        check("the mill is sacred to us", "the mill is holy to us", "the mill is {sacred>holy} to us");
        check("we will not sell the mill", "we will never ever sell", "we will {not>never ever} sell -{the mill}");
        check("the mill stays", "So the mill stays, friends", "+{So} the mill stays, +{friends}");
    }

    /// Per rendering: its speaker and the words of its versions.
    #[track_caller]
    fn check(pages: &[&[&str]], expected: &[(&str, &[&str])]) {
        let ids = ["a", "b", "c", "d"];
        let articles: Vec<_> = pages.iter().zip(ids).map(|(lines, id)| article(id, id, None, lines)).collect();
        let found = story(&articles).renderings;
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|one| (one.name.as_deref().unwrap_or("-"), one.versions.iter().map(|v| v.text.as_str()).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(name, texts)| (*name, texts.to_vec())).collect();
        assert_eq!(found, expected);
    }

    const OTHER: &str = "{direct Ada said|Winter comes early this year to the valley,} Ada said.";

    #[test]
    fn three_translations_of_one_sentence_come_together() {
        check(
            &[
                &["{direct Ada said|The mill is holy ground, the river is holy ground,} Ada said.", OTHER],
                &["{direct Ada insist|The mill is sacred, the river is sacred,} Ada insisted."],
                &["{direct Ada said|My mill is untouchable and the river is untouchable,} Ada said."],
            ],
            &[(
                "Ada",
                &[
                    "The mill is holy ground, the river is holy ground",
                    "The mill is sacred, the river is sacred",
                    "My mill is untouchable and the river is untouchable",
                ],
            )],
        );
    }

    #[test]
    fn what_two_people_say_of_one_thing_stays_apart() {
        check(
            &[
                &["{direct Ada said|The mill should be sold before the winter,} Ada said."],
                &["{direct Bo said|The mill must never be sold to strangers from the coast,} Bo said."],
            ],
            &[],
        );
    }

    proptest! {
        #[test]
        fn parts_keep_every_word_of_the_version(base in "[a-d ]{0,40}", text in "[a-d ]{0,40}") {
            let made = parts(&base, &text);
            let kept: Vec<&str> = made.iter().filter(|part| part.op != RenderingOp::Cut).flat_map(|part| part.text.split_whitespace()).collect();
            prop_assert_eq!(kept, text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
