//! Text that two articles share: wire copy, a syndicated piece, a rewrite that keeps sentences.
//!
//! Two outlets that quote one speech share a few sentences; a copy shares a large part of the
//! shorter article. Candidates are found by the rare word triples they have in common (shingles
//! as in Broder 1997, "On the resemblance and containment of documents"), then sentences are
//! paired by their longest common subsequence of words.

use crate::Measurement;
use crate::group::{Cell, Group, Kind};
use crate::summary::sentence_id;
use crate::view::ArticleView;
use parallax_text::record::rounded;
use parallax_text::{AnnotatedArticle, BlockKind};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// When two articles are taken to share text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharingOptions {
    /// Least share of the shorter body's words that stand in the other one too, 0 to 1.
    pub least_share: f64,
    /// Least likeness of two sentences: words of their longest common subsequence, twice, by the
    /// words of both.
    pub least_likeness: f64,
    /// Whether the figures of an article leave out the sentences it shares with an earlier one, so
    /// that they hold only what it adds. The day of publication says which of two is the earlier,
    /// and that one keeps them; where it does not (no date, or the same day) nobody knows whose
    /// words they are, and they count for neither: text that two outlets print on one day is mostly
    /// an agency's. Facts, renderings of quotations and headlines are read in whole articles.
    pub leave_out: bool,
}

impl Default for SharingOptions {
    fn default() -> Self {
        Self { least_share: 0.3, least_likeness: 0.6, leave_out: false }
    }
}

/// Text that two articles share.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedText {
    /// Indices of the two articles, the smaller first.
    pub articles: (usize, usize),
    /// Words of the body of each that stand in paired sentences.
    pub words: (u64, u64),
    /// Words of the body of each.
    pub of_words: (u64, u64),
    /// The paired sentences, in the order of the first article.
    pub pairs: Vec<SentencePair>,
}

/// Two sentences that are the same, or an edit of one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SentencePair {
    /// Index of the sentence in each article.
    pub sentences: (u32, u32),
    /// Likeness, 0 to 1; 1 for the same words in the same order.
    pub likeness: f64,
}

/// What two articles of a story share, with the sentences that only one of them has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedTextSummary {
    /// The two articles, in the story's order.
    pub doc_ids: (String, String),
    /// Words of each body that stand in both, as they are or edited.
    pub words: (u64, u64),
    /// Words of each body.
    pub of_words: (u64, u64),
    /// The one that is dated earlier, where both are dated and the days differ.
    pub earlier: Option<String>,
    /// Whether the headlines differ; null where one has none.
    pub headline_changed: Option<bool>,
    /// Sentences that stand in both, with their likeness (1: the same words).
    pub pairs: Vec<(String, String, f64)>,
    /// Sentences of the first body that the second lacks.
    pub only_first: Vec<String>,
    /// Sentences of the second body that the first lacks.
    pub only_second: Vec<String>,
}

/// The summary of one pair.
pub(crate) fn shared_summary(shared: &SharedText, views: &[ArticleView<'_>]) -> SharedTextSummary {
    let (first, second) = (&views[shared.articles.0], &views[shared.articles.1]);
    let only = |view: &ArticleView<'_>, paired: BTreeSet<u32>| {
        view.sentence_ids(view.body.iter().copied().filter(|sentence| !paired.contains(sentence)))
    };
    let headline = |view: &ArticleView<'_>| view.article.article.title.as_deref().map(words);
    let earlier = match by_day(first.article, second.article) {
        Ordering::Less => Some(first.doc_id().to_owned()),
        Ordering::Greater => Some(second.doc_id().to_owned()),
        Ordering::Equal => None,
    };
    let pair = |pair: &SentencePair| {
        let id = |view: &ArticleView<'_>, sentence| sentence_id(view.doc_id(), sentence);
        (id(first, pair.sentences.0), id(second, pair.sentences.1), rounded(pair.likeness))
    };
    SharedTextSummary {
        doc_ids: (first.doc_id().to_owned(), second.doc_id().to_owned()),
        words: shared.words,
        of_words: shared.of_words,
        earlier,
        headline_changed: headline(first).zip(headline(second)).map(|(one, other)| one != other),
        pairs: shared.pairs.iter().map(pair).collect(),
        only_first: only(first, shared.pairs.iter().map(|pair| pair.sentences.0).collect()),
        only_second: only(second, shared.pairs.iter().map(|pair| pair.sentences.1).collect()),
    }
}

/// Per article: the sentences that stand in another article too.
pub(crate) fn shared_sentences(shared: &[SharedText], articles: usize) -> Vec<BTreeSet<u32>> {
    let mut found = vec![BTreeSet::new(); articles];
    for text in shared {
        found[text.articles.0].extend(text.pairs.iter().map(|pair| pair.sentences.0));
        found[text.articles.1].extend(text.pairs.iter().map(|pair| pair.sentences.1));
    }
    found
}

/// Which of two articles is dated earlier; equal where their days do not tell.
fn by_day(one: &AnnotatedArticle, other: &AnnotatedArticle) -> Ordering {
    let days = one.article.published.as_ref().zip(other.article.published.as_ref());
    days.map_or(Ordering::Equal, |(one, other)| one.cmp(other))
}

/// Per article: the sentences that are not its own additions: see [`SharingOptions::leave_out`].
pub(crate) fn not_its_own(shared: &[SharedText], articles: &[&AnnotatedArticle]) -> Vec<BTreeSet<u32>> {
    let mut found = vec![BTreeSet::new(); articles.len()];
    for text in shared {
        let (a, b) = text.articles;
        let order = by_day(articles[a], articles[b]);
        if order != Ordering::Less {
            found[a].extend(text.pairs.iter().map(|pair| pair.sentences.0));
        }
        if order != Ordering::Greater {
            found[b].extend(text.pairs.iter().map(|pair| pair.sentences.1));
        }
    }
    found
}

/// Per article: the sentences that stand in another article too, with those articles.
pub(crate) fn copies_of(shared: &[SharedText], articles: usize) -> Vec<BTreeMap<u32, BTreeSet<usize>>> {
    let mut found: Vec<BTreeMap<u32, BTreeSet<usize>>> = vec![BTreeMap::new(); articles];
    for text in shared {
        let (a, b) = text.articles;
        for pair in &text.pairs {
            found[a].entry(pair.sentences.0).or_default().insert(b);
            found[b].entry(pair.sentences.1).or_default().insert(a);
        }
    }
    found
}

impl Group<'_> {
    /// The share of the body's words that stand in another article of the story too.
    pub(crate) fn shared_share(&self) -> Measurement {
        let cells = self.cells(|view| {
            let is_shared = |sentence: u32| view.shared.contains(&sentence);
            view.words.iter().map(|word| Cell::one(view, word.sentence, i64::from(is_shared(word.sentence)))).collect()
        });
        let made = Measurement {
            unit: "share".to_owned(),
            n_unit: "words".to_owned(),
            method: "words of the body in sentences that another article of the story has too, as they are or edited; only articles that share a large part".to_owned(),
            evidence: self.evidence(|view| view.shared.iter().copied().collect()),
            ..self.blank("shared_share", None, None, Some(BlockKind::Body))
        };
        self.mean_of_clusters(made, cells, &Kind::SHARE)
    }
}

/// Sentences of fewer words are too common to tell anything ("He declined to comment.").
const FEWEST_WORDS: usize = 5;
/// Of a triple that more articles have, each article is compared with the next few only: all
/// pairs would cost the square of their number.
const MOST_ARTICLES: usize = 40;
const NEXT_FEW: usize = 3;
/// Of a longer sentence, so many words are compared.
const MOST_WORDS: usize = 120;

/// All pairs of articles that share text, in order of their indices.
///
/// Time grows with the words of all articles, not with the square of their number: two are only
/// compared where they have a twentieth of the shorter one's word triples in common. Of a text
/// that more than 40 articles share, each is paired with the next three that have it.
#[must_use]
pub fn shared_text(articles: &[&AnnotatedArticle], options: &SharingOptions) -> Vec<SharedText> {
    let bodies: Vec<Body> = articles.iter().map(|article| Body::new(article)).collect();
    candidates(&bodies)
        .into_iter()
        .filter_map(|(a, b)| {
            let shared = pair_up(&bodies, a, b, options.least_likeness);
            let share = |words: u64, of: u64| words as f64 / of.max(1) as f64;
            let shorter = if shared.of_words.0 <= shared.of_words.1 {
                share(shared.words.0, shared.of_words.0)
            } else {
                share(shared.words.1, shared.of_words.1)
            };
            (shorter >= options.least_share).then_some(shared)
        })
        .collect()
}

/// The sentences of a body as hashes of their words.
struct Body {
    sentences: Vec<(u32, Vec<u64>)>,
    triples: BTreeSet<u64>,
}

impl Body {
    fn new(article: &AnnotatedArticle) -> Self {
        let text = article.text();
        let body = (0..article.sentences.len() as u32).filter(|&index| article.zone(index).is_body());
        let sentences: Vec<(u32, Vec<u64>)> =
            body.map(|index| (index, words(&text[article.sentences[index as usize].span]))).collect();
        let long = sentences.iter().filter(|(_, words)| words.len() >= FEWEST_WORDS);
        let triples = long.flat_map(|(_, words)| words.windows(3).map(triple)).collect();
        Self { sentences, triples }
    }

    fn words(&self) -> u64 {
        self.sentences.iter().map(|(_, words)| words.len() as u64).sum()
    }
}

/// Words in lower case without punctuation, so that marks and capitals make no difference.
fn words(sentence: &str) -> Vec<u64> {
    sentence
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(char::to_lowercase).fold(FNV, |hash, c| mixed(hash, u64::from(c))))
        .collect()
}

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

fn mixed(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x100_0000_01b3)
}

fn triple(words: &[u64]) -> u64 {
    words.iter().fold(FNV, |hash, &word| mixed(hash.rotate_left(21), word))
}

/// Pairs that have enough rare triples in common to be looked at.
fn candidates(bodies: &[Body]) -> BTreeSet<(usize, usize)> {
    let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
    for (index, body) in bodies.iter().enumerate() {
        for &triple in &body.triples {
            holders.entry(triple).or_default().push(index as u32);
        }
    }
    let mut common: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for articles in holders.values() {
        let reach = if articles.len() <= MOST_ARTICLES { MOST_ARTICLES } else { NEXT_FEW };
        for (place, &a) in articles.iter().enumerate() {
            for &b in articles[place + 1..].iter().take(reach) {
                *common.entry((a, b)).or_default() += 1;
            }
        }
    }
    let enough = |(&(a, b), &count): (&(u32, u32), &usize)| {
        let fewer = bodies[a as usize].triples.len().min(bodies[b as usize].triples.len());
        (count * 20 >= fewer && count >= 3).then_some((a as usize, b as usize))
    };
    common.iter().filter_map(enough).collect()
}

/// Pairs the sentences of two bodies, the most alike first; each is paired once.
fn pair_up(bodies: &[Body], a: usize, b: usize, least: f64) -> SharedText {
    let (one, other) = (&bodies[a], &bodies[b]);
    let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
    for (place, (_, words)) in other.sentences.iter().enumerate().filter(|(_, (_, words))| words.len() >= FEWEST_WORDS)
    {
        for window in words.windows(3) {
            let found = places.entry(triple(window)).or_default();
            if found.last() != Some(&place) && found.len() < MOST_ARTICLES {
                found.push(place);
            }
        }
    }
    let mut alike: Vec<(f64, usize, usize)> = Vec::new();
    for (place, (_, words)) in one.sentences.iter().enumerate().filter(|(_, (_, words))| words.len() >= FEWEST_WORDS) {
        let near: BTreeSet<usize> =
            words.windows(3).filter_map(|window| places.get(&triple(window))).flatten().copied().collect();
        for found in near {
            let likeness = likeness(words, &other.sentences[found].1);
            if likeness >= least {
                alike.push((likeness, place, found));
            }
        }
    }
    alike.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    let mut taken = (BTreeSet::new(), BTreeSet::new());
    let mut pairs = Vec::new();
    let mut shared = (0, 0);
    for (likeness, x, y) in alike {
        if taken.0.contains(&x) || taken.1.contains(&y) {
            continue;
        }
        taken.0.insert(x);
        taken.1.insert(y);
        shared.0 += one.sentences[x].1.len() as u64;
        shared.1 += other.sentences[y].1.len() as u64;
        pairs.push(SentencePair { sentences: (one.sentences[x].0, other.sentences[y].0), likeness });
    }
    pairs.sort_by_key(|pair| pair.sentences);
    SharedText { articles: (a, b), words: shared, of_words: (one.words(), other.words()), pairs }
}

/// Twice the longest common subsequence by the words of both.
fn likeness(a: &[u64], b: &[u64]) -> f64 {
    let (a, b) = (&a[..a.len().min(MOST_WORDS)], &b[..b.len().min(MOST_WORDS)]);
    let mut row = vec![0usize; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (place, y) in b.iter().enumerate() {
            let above = row[place + 1];
            row[place + 1] = if x == y { diagonal + 1 } else { above.max(row[place]) };
            diagonal = above;
        }
    }
    2.0 * row[b.len()] as f64 / (a.len() + b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{article, story, story_with, with_frames, with_stances};
    use crate::{StorySummary, SummaryOptions, VoiceUse};
    use parallax_text::{Layer, LayerStatus, Wording};

    const WIRE: [&str; 5] = [
        "The bridge over the Orra was closed on Tuesday after engineers found cracks in two of its pillars.",
        "Mayor Ada Lind said the town would ask the province for money to mend them before the winter.",
        "About nine thousand people cross the river every day, most of them on their way to the mills.",
        "A ferry is to run from Wednesday, and schools on the far bank will open an hour later than usual.",
        "The bridge was built in the thirties and last repaired twelve years ago by a firm from the coast.",
    ];

    fn check(a: &[&str], b: &[&str], shares: Option<(f64, f64)>, pairs: &[(u32, u32)]) {
        let (a, b) = (article("a", "Star", None, a), article("b", "Post", None, b));
        let found = shared_text(&[&a, &b], &SharingOptions::default());
        let share = |text: &SharedText| {
            let part = |words: u64, of: u64| (words as f64 / of as f64 * 100.0).round() / 100.0;
            (part(text.words.0, text.of_words.0), part(text.words.1, text.of_words.1))
        };
        assert_eq!(found.first().map(share), shares);
        let paired: Vec<(u32, u32)> = found.iter().flat_map(|text| &text.pairs).map(|pair| pair.sentences).collect();
        assert_eq!(paired, pairs);
    }

    #[test]
    fn a_cut_copy_with_a_new_first_sentence_is_found() {
        let cut = ["Norrvik woke up without its bridge this week, and nobody knows for how long.", WIRE[1], WIRE[4]];
        check(&WIRE, &cut, Some((0.4, 0.73)), &[(1, 1), (4, 2)]);
    }

    #[test]
    fn edited_sentences_are_paired_with_what_they_were() {
        let edited = [
            "The old bridge over the Orra was closed on Tuesday when engineers found deep cracks in two of its pillars.",
            "“The town will not pay for this alone,” Lind told a crowd in front of the hall.",
        ];
        check(&WIRE, &edited, Some((0.19, 0.54)), &[(0, 0)]);
    }

    #[test]
    fn one_quotation_in_two_reports_is_no_copy() {
        let other = [
            WIRE[1],
            "Her opponents in the council called the plea late and blamed years of neglect for the damage.",
            "A province official answered that the money for this year had been given out in the spring.",
            "Shops on the far bank counted empty tables at noon and wondered how long they could last.",
            "Old people recalled the flood of the year in which the first bridge had been carried away.",
        ];
        check(&WIRE, &other, None, &[]);
        check(&WIRE, &[], None, &[]);
    }

    #[test]
    fn likeness_counts_words_in_order() {
        let of = |a: &str, b: &str| (likeness(&words(a), &words(b)) * 100.0).round() / 100.0;
        assert_eq!(of("The mill burned down", "the MILL, burned “down”"), 1.0);
        assert_eq!(of("the mill burned down", "the mill did not burn"), 0.44);
        assert_eq!(of("", ""), 0.0);
    }

    /// Six paragraphs that a copy has too, and six of its own before them.
    fn told() -> (Vec<String>, Vec<String>) {
        let wire = [
            "*Ada-0.5 told the council that cracks had been found in two pillars of the old bridge on day",
            "{direct Ada say|We have lost the only way to the mills that most people here can use}, she said on day",
        ];
        let own = ["*Ada0.5 was cheered by the ferrymen of", "{direct Bo say|She did well}, said a ferryman from"];
        let places = ["Norrvik", "Estby", "Holm", "Lund", "Sund", "Vik"];
        let lines = |of: [&str; 2]| (0..6).map(|n| format!("{} {} {n}.", of[n % 2], places[n])).collect();
        (lines(wire), lines(own))
    }

    fn page(doc_id: &str, outlet: &str, day: Option<&str>, lines: &[String]) -> AnnotatedArticle {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut made = article(doc_id, outlet, None, &lines);
        let scores: Vec<f32> = (0..lines.len()).map(|n| [0.9, 0.2, 0.7][n % 3]).collect();
        made = with_stances(with_frames(made, "policy", "economic", &scores), "There should be a toll.", &scores);
        made.wording = (0..lines.len())
            .map(|n| Wording { sentence: n as u32, loaded: [0.8, 0.1][n % 2], words: Vec::new() })
            .collect();
        made.layers.push(Layer { name: "wording".into(), status: LayerStatus::Done, model_sha256: None, engine: None });
        made.article.published = day.map(Into::into);
        made
    }

    fn left_out(articles: &[AnnotatedArticle]) -> StorySummary {
        let sharing = SharingOptions { leave_out: true, ..SharingOptions::default() };
        story_with(articles, SummaryOptions { sharing, ..SummaryOptions::default() })
    }

    #[test]
    fn without_shared_text_a_copy_has_the_figures_of_what_it_adds() {
        let (wire, own) = told();
        let both: Vec<String> = own.iter().chain(&wire).cloned().collect();
        let source = page("a", "Star", Some("2025-05-01"), &wire);
        let found = left_out(&[source.clone(), page("b", "Post", Some("2025-05-02"), &both)]);
        let wanted: Vec<String> = (6..12).map(|n| format!("b#{n}")).collect();
        assert_eq!(found.left_out_sentences, wanted);

        // As if the copy had never had the other sentences; the page is as it is.
        let alone = story(&[source, page("b", "Post", Some("2025-05-02"), &own)]);
        let of_page = ["words_kept", "words_dropped", "page_share_kept", "shared_share"];
        let mut compared = BTreeSet::new();
        for wanted in alone.measurements.iter().filter(|m| !of_page.contains(&m.measure.as_str())) {
            let m = found.measurements.iter().find(|m| m.id == wanted.id).unwrap_or_else(|| panic!("no {}", wanted.id));
            let figure = |m: &Measurement| (m.value, m.n, m.ci_low, m.ci_high, m.status, m.evidence.clone());
            assert_eq!(figure(m), figure(wanted), "{}", m.id);
            let is_said = m.method.ends_with("; sentences shared with another article left out");
            assert_eq!(is_said, m.doc_id.as_deref() == Some("b"), "{}: {}", m.id, m.method);
            compared.insert(m.measure.as_str());
        }
        for measure in ["voice_share", "speaker_words", "tone_mean", "frame_share", "stance_mean", "loaded_share"] {
            assert!(compared.contains(measure), "{measure}");
        }
        let differences = |story: &StorySummary| {
            story.differences.iter().map(|one| (one.id.clone(), one.values, one.clusters, one.p)).collect::<Vec<_>>()
        };
        assert_eq!(differences(&found), differences(&alone));
        // But that the first page's words are in another one, too.
        let mut speakers = found.speakers.clone();
        let shared = |one: &mut VoiceUse| std::mem::take(&mut one.words_shared);
        assert_eq!(speakers.iter_mut().flat_map(|one| &mut one.uses).map(shared).collect::<Vec<_>>(), [45, 0]);
        assert_eq!(speakers, alone.speakers);
        assert_eq!(found.wording, alone.wording);
        let uses = |story: &StorySummary, label: &str| -> Vec<(String, u64, u64)> {
            let uses = story.actors.iter().flat_map(|actor| &actor.names).filter(|one| one.label == label);
            uses.map(|one| (one.doc_id.clone(), one.own, one.left_out)).collect()
        };
        assert_eq!(uses(&found, "Ada"), [("a".to_owned(), 3, 0), ("b".to_owned(), 3, 3)]);
        assert!(found.findings.iter().any(|one| one.text.contains("not count in the figures of Post")));
        assert!(found.findings.iter().all(|one| one.kind != "not_heard"), "what is left out is heard all the same");
    }

    #[test]
    fn where_the_days_do_not_tell_shared_text_is_nobody_s() {
        let (wire, own) = told();
        let check = |days: [Option<&str>; 2], counted: [u64; 2]| {
            let both: Vec<String> = own.iter().chain(&wire).cloned().collect();
            let found = left_out(&[page("a", "Star", days[0], &wire), page("b", "Post", days[1], &both)]);
            let n = |doc: &str| {
                let id = format!("s/article/{doc}/frame_share/frame:policy/economic");
                found.measurements.iter().find(|m| m.id == id).unwrap().n
            };
            assert_eq!([n("a"), n("b")], counted, "{days:?}");
        };
        check([Some("2025-05-01"), Some("2025-05-02")], [6, 6]);
        check([Some("2025-05-03"), Some("2025-05-02")], [0, 12]);
        check([Some("2025-05-02"), Some("2025-05-02")], [0, 6]);
        check([None, Some("2025-05-02")], [0, 6]);
    }

    #[test]
    fn every_mean_tells_how_much_of_it_is_shared_text() {
        let (wire, own) = told();
        let both: Vec<String> = own.iter().chain(&wire).cloned().collect();
        let found = story(&[page("a", "Star", None, &wire), page("b", "Post", None, &both)]);
        assert!(found.left_out_sentences.is_empty());
        let check = |id: &str, n: u64, n_shared: Option<u64>| {
            let m = found.measurements.iter().find(|m| m.id == format!("s/article/{id}")).unwrap();
            assert_eq!((m.n, m.n_shared), (n, n_shared), "{id}");
        };
        check("a/tone_mean/per:ada/own", 3, Some(3));
        check("b/tone_mean/per:ada/own", 6, Some(3));
        check("b/frame_share/frame:policy/economic", 12, Some(6));
        check("b/loaded_share/own", 9, Some(3));
        check("b/sentence_share/per:ada", 12, Some(6));
        check("b/mentions_named/per:ada", 12, None);
    }
}
