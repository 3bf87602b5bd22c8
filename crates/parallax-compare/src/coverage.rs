//! Which outlet tells which fact: sentences of all articles aligned, fact by article.
//!
//! Sentences that tell the same are grouped, a group joined only where its sentences agree with
//! each other on the whole and none disagrees (average linkage with a bound on the least likeness),
//! so that a chain of half-alike sentences makes no fact. A sentence that tells several things
//! belongs to one group, but counts as telling every fact it is likely enough to tell. Between
//! likely and unlikely the answer is `unknown`: an outlet is said to leave a fact out only where
//! nothing it writes is near, or where the fact's sentence names a person whom it never mentions.

use crate::alike::Sentences;
use crate::summary::{ActorInStory, sentence_id};
use crate::syndication::SharedText;
use crate::terms::{TermKind, terms};
use parallax_text::record::rounded;
use parallax_text::{BlockKind, EntityKind, Voice};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// When sentences are taken to tell the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoverageOptions {
    /// Least likeness, 0 to 1, at which a sentence is taken to tell a fact.
    pub told: f64,
    /// Likeness, 0 to 1, below which it is taken not to; between the two it is not known.
    pub near: f64,
    /// Fewest content words, names and numbers of a sentence that can stand for a fact.
    pub fewest_words: usize,
    /// How many facts of a story are listed.
    pub most_facts: usize,
}

impl Default for CoverageOptions {
    fn default() -> Self {
        Self { told: 0.35, near: 0.05, fewest_words: 4, most_facts: 400 }
    }
}

/// Why a fact is listed where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// All tell it but one; copies of one text are one.
    AllButOne,
    /// One tells it (and copies of that article), and the others surely do not.
    OnlyOne,
    /// Several tell it, and not all others leave it out for sure.
    Shared,
    /// One tells it, and of some others it is not known.
    Unclear,
    /// Only articles that are later than the story's others tell it.
    Later,
}

/// Whether an article tells a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellStatus {
    /// It tells it, in its own words or a speaker's.
    Told,
    /// It says nearly the same with another number.
    Contradicted,
    /// Nothing in it is near, or what is near cannot be the same: it never mentions a person whom
    /// the fact's sentence names.
    Absent,
    /// Something in it is near and not surely the same (`evidence`), or the page stops before the
    /// article does, or its language is not read.
    Unknown,
}

/// One fact and what each article does with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// `fact/` and its place in the list.
    pub id: String,
    /// Why it is listed where it is.
    pub kind: FactKind,
    /// The words of the sentence that stands for it: of all that tell it, the one most like the others.
    pub text: String,
    /// Id of that sentence.
    pub sentence: String,
    /// Ids of the story's actors in the sentences that tell it, in order.
    pub actors: Vec<String>,
    /// Articles that tell it.
    pub outlets_telling: usize,
    /// The same, with articles that copy one another counted as one.
    pub independent_telling: usize,
    /// One cell for each article, in the story's order.
    pub cells: Vec<FactCell>,
}

/// What one article does with a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactCell {
    /// The article.
    pub doc_id: String,
    /// Whether it tells the fact.
    pub status: CellStatus,
    /// In whose words, by its first sentence that tells it.
    pub voice: Option<Voice>,
    /// Share of the body's sentences before that one; null where the sentence is not of the body.
    pub position: Option<f64>,
    /// How likely its nearest sentence tells the fact, 0 to 1; null where none is near or where the
    /// fact's own sentence is its.
    pub likeness: Option<f64>,
    /// Ids of the sentences that tell it; where it is not known, of the nearest one.
    pub evidence: Vec<String>,
}

/// The facts of a story: those that all but one, or only one, tell first.
pub(crate) fn facts(
    sentences: &Sentences<'_>,
    actors: &[ActorInStory],
    shared: &[SharedText],
    later: &[bool],
    options: &CoverageOptions,
) -> Vec<Fact> {
    let order = Order::new(sentences);
    let mentioned: Vec<BTreeSet<usize>> =
        sentences.views.iter().map(|view| view.actor_of.iter().flatten().copied().collect()).collect();
    let neighbours = neighbours(sentences, options.near.min(options.told));
    let copies = copies(sentences.views.len(), shared);
    let groups = groups(sentences, &order, &neighbours, options);
    // A sentence that tells one fact for sure is less likely to tell another.
    let mut settled = vec![false; sentences.profiles.len()];
    for group in &groups {
        let views: BTreeSet<usize> = group.iter().map(|&member| sentences.profiles[member].view).collect();
        group.iter().filter(|_| views.len() > 1).for_each(|&member| settled[member] = true);
    }
    let mut found: Vec<((FactKind, usize, u64, usize), Fact)> = groups
        .into_iter()
        .map(|group| {
            let first = *group.iter().min_by_key(|&&member| order.0[member]).expect("a group has members");
            let near = Near { order: &order, neighbours: &neighbours, settled: &settled, mentioned: &mentioned };
            let fact = fact(sentences, actors, &group, &near, options);
            let fact = judged(fact, &copies, later);
            let place = position(sentences, first).map_or(u64::MAX, |place| (place * 1e6) as u64);
            ((fact.kind, usize::MAX - fact.outlets_telling, place, order.0[first]), fact)
        })
        .collect();
    found.sort_by_key(|(key, _)| *key);
    found.truncate(options.most_facts);
    let numbered = found.into_iter().enumerate();
    numbered.map(|(number, (_, fact))| Fact { id: format!("fact/{number}"), ..fact }).collect()
}

/// Of a sentence that tells another fact for sure, so many times the likeness is asked.
const SETTLED_FACTOR: f64 = 2.0;

/// Place of each sentence in an order that does not depend on that of the articles.
struct Order(Vec<usize>);

impl Order {
    fn new(sentences: &Sentences<'_>) -> Self {
        let mut order: Vec<usize> = (0..sentences.profiles.len()).collect();
        order.sort_by_key(|&index| {
            let profile = &sentences.profiles[index];
            (sentences.views[profile.view].doc_id(), profile.sentence)
        });
        let mut places = vec![0; order.len()];
        for (place, index) in order.into_iter().enumerate() {
            places[index] = place;
        }
        Self(places)
    }
}

/// Of each sentence: those of other articles that are near, with their likeness.
type Neighbours = Vec<Vec<(usize, f64)>>;

fn neighbours(sentences: &Sentences<'_>, near: f64) -> Neighbours {
    let mut found = vec![Vec::new(); sentences.profiles.len()];
    for (a, b) in sentences.candidates() {
        let likeness = sentences.likeness(a, b);
        if likeness >= near {
            found[a].push((b, likeness));
            found[b].push((a, likeness));
        }
    }
    found
}

/// The sentences of the body that tell something, in groups that tell the same.
fn groups(
    sentences: &Sentences<'_>,
    order: &Order,
    neighbours: &Neighbours,
    options: &CoverageOptions,
) -> Vec<Vec<usize>> {
    let is_anchor = |index: usize| {
        let profile = &sentences.profiles[index];
        profile.zone == BlockKind::Body && profile.length >= options.fewest_words && !is_leftover(sentences, index)
    };
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (a, near) in neighbours.iter().enumerate().filter(|(a, _)| is_anchor(*a)) {
        let alike = near.iter().filter(|(b, likeness)| *likeness >= options.told && is_anchor(*b));
        pairs.extend(alike.filter(|(b, _)| order.0[a] < order.0[*b]).map(|&(b, likeness)| (likeness, a, b)));
    }
    pairs.sort_by(|x, y| {
        y.0.total_cmp(&x.0).then_with(|| (order.0[x.1], order.0[x.2]).cmp(&(order.0[y.1], order.0[y.2])))
    });
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in (0..sentences.profiles.len()).filter(|&index| is_anchor(index)) {
        group_of.insert(index, groups.len());
        groups.push(vec![index]);
    }
    for (_, a, b) in pairs {
        let (into, from) = (group_of[&a], group_of[&b]);
        if into == from || !agree(sentences, &groups[into], &groups[from], options) {
            continue;
        }
        let moved = std::mem::take(&mut groups[from]);
        for &member in &moved {
            group_of.insert(member, into);
        }
        groups[into].extend(moved);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Whether a sentence speaks of the page, not of the world.
fn is_leftover(sentences: &Sentences<'_>, index: usize) -> bool {
    const SIGNS: [&str; 8] = [
        "hyperlink",
        "newsletter",
        "subscribe",
        "sign up",
        "read more",
        "click here",
        "this article",
        "previous articles",
    ];
    let profile = &sentences.profiles[index];
    let article = sentences.views[profile.view].article;
    let text = article.text()[article.sentences[profile.sentence as usize].span].to_lowercase();
    SIGNS.iter().any(|sign| text.contains(sign))
}

/// Whether two groups tell the same: on average over the pairs of different articles, and in none
/// surely not.
fn agree(sentences: &Sentences<'_>, one: &[usize], other: &[usize], options: &CoverageOptions) -> bool {
    let (mut sum, mut count) = (0.0, 0.0);
    for &a in one {
        for &b in other {
            if sentences.profiles[a].view == sentences.profiles[b].view {
                continue;
            }
            let likeness = sentences.likeness(a, b);
            if likeness < options.near / 2.0 {
                return false;
            }
            sum += likeness;
            count += 1.0;
        }
    }
    count > 0.0 && sum / count >= options.told
}

/// What is known of all sentences and articles when the cells of a fact are filled.
struct Near<'a> {
    order: &'a Order,
    neighbours: &'a Neighbours,
    /// Of each sentence: whether it tells a fact for sure.
    settled: &'a [bool],
    /// Of each article: the actors it mentions, in any form.
    mentioned: &'a [BTreeSet<usize>],
}

fn fact(
    sentences: &Sentences<'_>,
    actors: &[ActorInStory],
    group: &[usize],
    near: &Near<'_>,
    options: &CoverageOptions,
) -> Fact {
    let Near { order, neighbours, settled, mentioned } = *near;
    let mut members = group.to_vec();
    members.sort_by_key(|&member| order.0[member]);
    let closeness = |member: usize| -> f64 {
        let others = members.iter().filter(|&&other| other != member);
        others.map(|&other| (sentences.likeness(member, other) * 1e9).round()).sum()
    };
    let shown = members
        .iter()
        .copied()
        .max_by(|&a, &b| closeness(a).total_cmp(&closeness(b)).then_with(|| order.0[b].cmp(&order.0[a])));
    let shown = shown.expect("a group has members");
    let persons = persons_named(sentences, actors, shown);

    // Per article: its members, and the sentences near a member.
    let mut telling: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for &member in &members {
        telling.entry(sentences.profiles[member].view).or_default().insert(member);
    }
    let mut near: BTreeMap<usize, BTreeMap<usize, f64>> = BTreeMap::new();
    for &member in &members {
        for &(other, likeness) in &neighbours[member] {
            let best = near.entry(sentences.profiles[other].view).or_default().entry(other).or_insert(0.0);
            *best = best.max(likeness);
        }
    }
    let cells: Vec<FactCell> = sentences
        .views
        .iter()
        .map(|view| {
            let found = near.get(&view.index);
            let likeness = |index: usize| found.and_then(|found| found.get(&index)).copied();
            let nearest = found.and_then(|found| {
                let open = found.iter().filter(|(index, likeness)| {
                    **likeness >= options.near * if settled[**index] { SETTLED_FACTOR } else { 1.0 }
                });
                let best = open.max_by(|x, y| x.1.total_cmp(y.1).then(order.0[*y.0].cmp(&order.0[*x.0])));
                best.map(|(&index, &likeness)| (index, likeness))
            });
            let mut evidence: Vec<usize> =
                telling.get(&view.index).map(|members| members.iter().copied().collect()).unwrap_or_default();
            if let Some(found) = found {
                let likely = found.iter().filter(|(_, likeness)| **likeness >= options.told);
                evidence.extend(likely.map(|(&index, _)| index).filter(|index| !members.contains(index)));
            }
            // The body first: a headline tells what its article tells.
            evidence.sort_by_key(|&index| (!sentences.profiles[index].zone.is_body(), order.0[index]));
            let is_cut = view.article.article.truncated || !view.layer_done("ner");
            let mentions_all = persons.is_subset(&mentioned[view.index]);
            let (status, evidence) = match (evidence.first(), nearest) {
                (Some(&first), _) => {
                    let contradicted =
                        first != shown && evidence.iter().all(|&index| contradict(sentences, shown, index));
                    (if contradicted { CellStatus::Contradicted } else { CellStatus::Told }, evidence)
                }
                (None, Some((index, _))) if is_cut || mentions_all => (CellStatus::Unknown, vec![index]),
                (None, None) if is_cut => (CellStatus::Unknown, evidence),
                (None, _) => (CellStatus::Absent, evidence),
            };
            let first = evidence.first().copied().filter(|_| status != CellStatus::Unknown);
            let best = if telling.get(&view.index).is_some_and(|own| own.contains(&shown)) {
                None
            } else {
                evidence.iter().filter_map(|&index| likeness(index)).max_by(f64::total_cmp)
            };
            FactCell {
                doc_id: view.doc_id().to_owned(),
                status,
                voice: first.map(|index| sentences.profiles[index].voice),
                position: first.and_then(|index| position(sentences, index)).map(rounded),
                likeness: best.map(rounded),
                evidence: evidence
                    .iter()
                    .map(|&index| sentence_id(view.doc_id(), sentences.profiles[index].sentence))
                    .collect(),
            }
        })
        .collect();

    let mut named = BTreeSet::new();
    for &member in &members {
        let profile = &sentences.profiles[member];
        let view = &sentences.views[profile.view];
        let mentions = view.article.mentions.iter().zip(&view.actor_of);
        named.extend(
            mentions
                .filter(|(mention, _)| mention.sentence == profile.sentence)
                .filter_map(|(_, actor)| actor.map(|actor| actors[actor].id.clone())),
        );
    }
    let profile = &sentences.profiles[shown];
    let view = &sentences.views[profile.view];
    let span = view.article.sentences[profile.sentence as usize].span;
    Fact {
        id: String::new(),
        kind: FactKind::Unclear,
        text: view.article.text()[span].split_whitespace().collect::<Vec<_>>().join(" "),
        sentence: sentence_id(view.doc_id(), profile.sentence),
        actors: named.into_iter().collect(),
        outlets_telling: cells.iter().filter(|cell| cell.status == CellStatus::Told).count(),
        independent_telling: 0,
        cells,
    }
}

/// The story's persons whom a sentence names.
fn persons_named(sentences: &Sentences<'_>, actors: &[ActorInStory], index: usize) -> BTreeSet<usize> {
    let profile = &sentences.profiles[index];
    let view = &sentences.views[profile.view];
    let mentions = view.article.mentions.iter().zip(&view.actor_of);
    let named = mentions.filter(|(mention, _)| mention.sentence == profile.sentence && mention.form.is_named());
    named.filter_map(|(_, actor)| actor.filter(|&actor| actors[actor].kind == EntityKind::Person)).collect()
}

/// The fact with its kind: articles that copy one another are one, and what a later article leaves
/// out or adds says nothing of the others.
fn judged(fact: Fact, copies: &[usize], later: &[bool]) -> Fact {
    // Told wins over unknown, unknown over absent.
    let mut texts: BTreeMap<usize, u8> = BTreeMap::new();
    for (index, cell) in fact.cells.iter().enumerate() {
        let state = match cell.status {
            CellStatus::Told => 2,
            CellStatus::Contradicted | CellStatus::Unknown => 1,
            CellStatus::Absent => 0,
        };
        if !later[index] {
            let known = texts.entry(copies[index]).or_insert(0);
            *known = (*known).max(state);
        }
    }
    let of = |state: u8| texts.values().filter(|known| **known == state).count();
    let (absent, told) = (of(0), of(2));
    let kind = match (told, absent) {
        (0, _) => FactKind::Later,
        (told, 1) if told >= 2 && told + 1 == texts.len() => FactKind::AllButOne,
        (1, absent) if absent >= 1 && absent + 1 == texts.len() => FactKind::OnlyOne,
        (1, absent) if absent + 1 < texts.len() => FactKind::Unclear,
        _ => FactKind::Shared,
    };
    let telling = fact.cells.iter().zip(copies).filter(|(cell, _)| cell.status == CellStatus::Told);
    let independent_telling = telling.map(|(_, copy)| copy).collect::<BTreeSet<_>>().len();
    Fact { kind, independent_telling, ..fact }
}

/// Of each article: the first of those whose text it shares.
fn copies(articles: usize, shared: &[SharedText]) -> Vec<usize> {
    let mut first: Vec<usize> = (0..articles).collect();
    for text in shared {
        let (a, b) = (first[text.articles.0], first[text.articles.1]);
        let (keep, change) = (a.min(b), a.max(b));
        first.iter_mut().filter(|one| **one == change).for_each(|one| *one = keep);
    }
    first
}

/// Share of the body's sentences before this one.
fn position(sentences: &Sentences<'_>, index: usize) -> Option<f64> {
    let profile = &sentences.profiles[index];
    let body = &sentences.views[profile.view].body;
    let before = body.binary_search(&profile.sentence).ok()?;
    Some(before as f64 / body.len() as f64)
}

/// Whether two sentences say nearly the same of the same thing with another number: nine in ten of
/// their other terms are shared, and one number before the same word differs, with none shared.
fn contradict(sentences: &Sentences<'_>, a: usize, b: usize) -> bool {
    let read = |index: usize| {
        let profile = &sentences.profiles[index];
        let article = sentences.views[profile.view].article;
        terms(&article.text()[article.sentences[profile.sentence as usize].span])
    };
    let (one, other) = (read(a), read(b));
    let counted = |of: &[crate::terms::Term]| -> Vec<(String, String)> {
        of.windows(2)
            .filter(|pair| pair[0].kind == TermKind::Number && pair[1].kind == TermKind::Word)
            .map(|pair| (pair[1].key.clone(), pair[0].key.clone()))
            .collect()
    };
    let (one_counts, other_counts) = (counted(&one), counted(&other));
    let same = one_counts.iter().any(|pair| other_counts.contains(pair));
    let differing = one_counts.iter().any(|(thing, value)| {
        other_counts.iter().any(|(other_thing, other_value)| thing == other_thing && value != other_value)
    });
    if same || !differing {
        return false;
    }
    let rest = |of: &[crate::terms::Term]| -> BTreeSet<String> {
        of.iter().filter(|term| term.kind == TermKind::Word).map(|term| term.key.clone()).collect()
    };
    let (one, other) = (rest(&one), rest(&other));
    let shared = one.intersection(&other).count();
    10 * shared >= 9 * one.len().max(other.len())
}

#[cfg(test)]
mod tests {
    use crate::fixture::{article, story};
    use crate::{CellStatus, Fact, FactKind, StorySummary};
    use parallax_text::{AnnotatedArticle, Voice};
    use proptest::prelude::*;

    const SALE: &str = "The council sold the paper mill on the Orra to a shipping firm for nine million crowns.";
    const SALE_TOO: &str = "A shipping firm paid the council nine million crowns for the paper mill on the Orra.";
    const OTHER_SUM: &str = "The council sold the paper mill on the Orra to a shipping firm for seven million crowns.";
    const BISHOP: &str = "The bishop of Halde gathered four thousand signatures against closing the village school.";
    const STORM: &str = "A winter storm tore the roof from the lighthouse and stranded a ferry until dawn.";
    const MARKET: &str = "Fish prices doubled at the northern market after the fleet stayed in harbour for weeks.";

    fn pages(pages: &[(&str, &[&str])]) -> Vec<AnnotatedArticle> {
        pages.iter().map(|(id, lines)| article(id, id, None, lines)).collect()
    }

    fn cells(fact: &Fact) -> String {
        let mark = |status| match status {
            CellStatus::Told => 'T',
            CellStatus::Contradicted => 'X',
            CellStatus::Absent => '-',
            CellStatus::Unknown => '?',
        };
        fact.cells.iter().map(|cell| mark(cell.status)).collect()
    }

    fn fact<'a>(story: &'a StorySummary, words: &str) -> &'a Fact {
        story.facts.iter().find(|fact| fact.text.contains(words)).expect("a fact with these words")
    }

    #[test]
    fn the_same_in_other_words_is_told_and_what_nothing_is_near_is_absent() {
        let story = story(&pages(&[("a", &[SALE, STORM]), ("b", &[MARKET, SALE_TOO]), ("c", &[SALE_TOO, BISHOP])]));
        let sale = story.facts.iter().find(|fact| fact.text.contains("paper mill")).expect("the sale");
        assert_eq!((cells(sale).as_str(), sale.kind, sale.outlets_telling), ("TTT", FactKind::Shared, 3));
        assert_eq!((sale.cells[0].position, sale.cells[1].position), (Some(0.0), Some(0.5)));
        let storm = fact(&story, "lighthouse");
        assert_eq!((cells(storm).as_str(), storm.kind), ("T--", FactKind::OnlyOne));
        assert_eq!((storm.cells[0].evidence[0].as_str(), storm.cells[0].voice), ("a#1", Some(Voice::Own)));
    }

    #[test]
    fn what_all_but_one_tell_comes_first() {
        let story = story(&pages(&[("a", &[SALE, STORM]), ("b", &[MARKET, SALE_TOO]), ("c", &[BISHOP])]));
        assert_eq!((cells(&story.facts[0]).as_str(), story.facts[0].kind), ("TT-", FactKind::AllButOne));
        assert!(story.facts[1..].iter().all(|fact| fact.kind == FactKind::OnlyOne), "{:?}", story.facts);
    }

    #[test]
    fn another_number_in_the_same_sentence_contradicts() {
        let story = story(&pages(&[("a", &[SALE, STORM]), ("b", &[OTHER_SUM, BISHOP])]));
        assert_eq!(cells(fact(&story, "nine million")), "TX");
    }

    #[test]
    fn a_page_that_stops_early_leaves_nothing_out() {
        let mut articles = pages(&[("a", &[SALE, STORM]), ("b", &[BISHOP])]);
        articles[1].article.truncated = true;
        assert_eq!(cells(fact(&story(&articles), "lighthouse")), "T?");
    }

    #[test]
    fn what_never_mentions_the_person_of_a_fact_does_not_tell_it() {
        let sold = "*Ada0 sold the paper mill on the Orra to a shipping firm for nine million crowns.";
        let near = "The paper mill on the Orra ran on water.";
        let check = |rest: &str, wanted: &str| {
            let story = story(&pages(&[("a", &[sold, STORM]), ("b", &[near, rest])]));
            assert_eq!(cells(fact(&story, "nine million")), wanted, "{rest}");
        };
        check("*Ada0 was at the fair in Halde.", "T?");
        check("Nobody was at the fair in Halde.", "T-");
    }

    #[test]
    fn the_words_of_a_speaker_tell_too() {
        let quoting: &[&str] =
            &["{direct Ada said|The council sold the paper mill on the Orra to a shipping firm,} *Ada0 said."];
        let story = story(&pages(&[("a", &[SALE, STORM]), ("b", quoting)]));
        assert_eq!(fact(&story, "paper mill").cells[1].voice, Some(Voice::Direct));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn facts_do_not_depend_on_the_order_of_articles(picks in prop::collection::vec(prop::collection::vec(0usize..6, 1..4), 2..5)) {
            let lines = [SALE, SALE_TOO, OTHER_SUM, BISHOP, STORM, MARKET];
            let made: Vec<(String, Vec<&str>)> = picks
                .iter()
                .enumerate()
                .map(|(n, of)| (format!("d{n}"), of.iter().map(|&line| lines[line]).collect()))
                .collect();
            let told = |pages: &[(String, Vec<&str>)]| {
                let articles: Vec<_> = pages.iter().map(|(id, lines)| article(id, id, None, lines)).collect();
                let facts = story(&articles).facts;
                facts
                    .into_iter()
                    .map(|fact| {
                        let mut cells: Vec<_> = fact.cells.iter().map(|c| (c.doc_id.clone(), c.status, c.evidence.clone())).collect();
                        cells.sort();
                        (fact.id, fact.kind, fact.sentence, cells)
                    })
                    .collect::<Vec<_>>()
            };
            let turned: Vec<_> = made.iter().rev().cloned().collect();
            prop_assert_eq!(told(&made), told(&turned));
        }
    }
}
