//! Which words and phrases set an outlet's own text apart from the others'.
//!
//! Weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008,
//! "Fightin' Words"): half of the prior is how often the phrase stands in news at large, half how
//! often in the story, so that five articles are enough for an order and too few for a finding: `z`
//! says how far to trust it.

use crate::alike::hashed;
use crate::summary::sentence_id;
use crate::terms::{MONTHS, fold, is_function_word, words};
use crate::view::ArticleView;
use parallax_text::record::rounded;
use parallax_text::{Span, Voice};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

/// How the words of an outlet are compared with the others'.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordingOptions {
    /// How many phrases an article or outlet gets.
    pub most_phrases: usize,
    /// Weight of the prior, in words.
    pub prior_words: f64,
}

impl Default for WordingOptions {
    fn default() -> Self {
        Self { most_phrases: 15, prior_words: 500.0 }
    }
}

/// A phrase that an article, or an outlet, uses more than the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordingRow {
    /// The article; null where the row is on all of an outlet's articles.
    pub doc_id: Option<String>,
    /// The outlet, where known.
    pub outlet: Option<String>,
    /// One to three words, in lower case.
    pub phrase: String,
    /// What kind of word, where the lists have it.
    pub class: Option<WordingClass>,
    /// Whose words are counted: `own`.
    pub voice: Voice,
    /// How often it stands there.
    pub count: u64,
    /// Of so many words.
    pub of_words: u64,
    /// How often it stands in the story's other articles.
    pub others: u64,
    /// Of so many words.
    pub of_others: u64,
    /// The log of the ratio of its odds in the two, shrunk by the prior.
    pub log_odds: f64,
    /// The same by its standard error.
    pub z: f64,
    /// Ids of the sentences it stands in.
    pub evidence: Vec<String>,
}

/// Kinds of words that carry a judgement, or mark its source or force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WordingClass {
    /// It judges what it names ("cronies", "draconian"), by list or by the model of loaded wording.
    Loaded,
    /// It makes a statement less certain ("allegedly", "could").
    Hedged,
    /// It gives a statement to a source ("according", "reportedly", "claimed").
    Attributing,
}

/// Where a phrase stands.
#[derive(Default)]
struct Uses {
    count: u64,
    class: Option<WordingClass>,
    sentences: BTreeSet<(usize, u32)>,
}

/// Articles whose words are counted together.
struct Bag {
    doc_id: Option<String>,
    outlet: Option<String>,
    views: Vec<usize>,
}

/// The words of one sentence that count, in runs between names, marks and quotations.
struct SentenceWords {
    view: usize,
    sentence: u32,
    /// Hash of all its words: the same for the same sentence elsewhere.
    hash: u64,
    runs: Vec<Vec<(String, Option<WordingClass>)>>,
    count: u64,
}

/// The rows of all articles, and of outlets that have several: the article's or outlet's most
/// distinctive phrases, and the words of a class it uses most.
///
/// `copies` gives for each article the sentences that another has too, with that article: they count
/// for each that has them (where they are not left out of the views), but not as words of "the others".
pub(crate) fn wording(
    views: &[ArticleView<'_>],
    copies: &[BTreeMap<u32, BTreeSet<usize>>],
    options: &WordingOptions,
) -> Vec<WordingRow> {
    let mut sentences: Vec<SentenceWords> = views.iter().flat_map(|view| sentence_words(view, views)).collect();
    leave_out_boilerplate(views, &mut sentences);
    bags(views).iter().flat_map(|bag| rows(bag, views, &sentences, copies, options)).collect()
}

/// One article each; the articles of an outlet that has several together.
fn bags(views: &[ArticleView<'_>]) -> Vec<Bag> {
    let outlet = |view: &ArticleView<'_>| view.article.article.outlet.clone();
    let mut by_outlet: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for view in views {
        if let Some(outlet) = outlet(view) {
            by_outlet.entry(outlet).or_default().push(view.index);
        }
    }
    by_outlet.retain(|_, members| members.len() > 1);
    let alone = views.iter().filter(|view| outlet(view).is_none_or(|outlet| !by_outlet.contains_key(&outlet)));
    let mut bags: Vec<Bag> = alone
        .map(|view| Bag { doc_id: Some(view.doc_id().to_owned()), outlet: outlet(view), views: vec![view.index] })
        .collect();
    bags.extend(by_outlet.into_iter().map(|(outlet, views)| Bag { doc_id: None, outlet: Some(outlet), views }));
    bags
}

fn rows(
    bag: &Bag,
    views: &[ArticleView<'_>],
    sentences: &[SentenceWords],
    copies: &[BTreeMap<u32, BTreeSet<usize>>],
    options: &WordingOptions,
) -> Vec<WordingRow> {
    let members: BTreeSet<usize> = bag.views.iter().copied().collect();
    let (mut own, mut others) = (HashMap::new(), HashMap::new());
    let (mut of_words, mut of_others) = (0, 0);
    let mut seen = HashSet::new();
    for sentence in sentences {
        if members.contains(&sentence.view) {
            of_words += sentence.count;
            count(sentence, &mut own);
            continue;
        }
        // A copy of the bag's own sentence, or of one that was counted, tells nothing new.
        let of_the_bag = copies[sentence.view]
            .get(&sentence.sentence)
            .is_some_and(|articles| articles.iter().any(|article| members.contains(article)));
        if !of_the_bag && (sentence.count == 0 || seen.insert(sentence.hash)) {
            of_others += sentence.count;
            count(sentence, &mut others);
        }
    }
    let scored: Vec<WordingRow> = own
        .into_iter()
        .map(|(phrase, uses): (String, Uses)| {
            let other = others.get(&phrase).map_or(0, |uses: &Uses| uses.count);
            let (log_odds, z) = log_odds(&phrase, (uses.count, of_words), (other, of_others), options.prior_words);
            WordingRow {
                doc_id: bag.doc_id.clone(),
                outlet: bag.outlet.clone(),
                class: uses.class,
                voice: Voice::Own,
                count: uses.count,
                of_words,
                others: other,
                of_others,
                log_odds: rounded(log_odds),
                z: rounded(z),
                evidence: uses
                    .sentences
                    .iter()
                    .take(MOST_EVIDENCE)
                    .map(|&(view, sentence)| sentence_id(views[view].doc_id(), sentence))
                    .collect(),
                phrase,
            }
        })
        .collect();
    chosen(scored, options.most_phrases)
}

const MOST_EVIDENCE: usize = 20;

/// The most distinctive phrases, no phrase beside a longer or shorter one that says as much; then
/// the most used words of each class.
fn chosen(mut scored: Vec<WordingRow>, most: usize) -> Vec<WordingRow> {
    scored.sort_by(|a, b| {
        let words = |row: &WordingRow| row.phrase.split(' ').count();
        b.z.total_cmp(&a.z).then_with(|| words(b).cmp(&words(a))).then_with(|| a.phrase.cmp(&b.phrase))
    });
    let contains = |long: &str, short: &str| format!(" {long} ").contains(&format!(" {short} "));
    let mut listed: Vec<WordingRow> = Vec::new();
    let (mut rest, mut once): (Vec<WordingRow>, Vec<WordingRow>) = (Vec::new(), Vec::new());
    for row in scored {
        let covered =
            listed.iter().any(|other| contains(&other.phrase, &row.phrase) || contains(&row.phrase, &other.phrase));
        // What stands there once sets nothing apart, unless there is little else.
        let is_telling = row.count > 1 || row.class.is_some();
        if listed.len() < most && row.z > 0.0 && !covered && is_telling {
            listed.push(row);
        } else if row.z > 0.0 && row.count == 1 && !covered && once.len() < FEWEST_PHRASES {
            once.push(row);
        } else if row.class.is_some() {
            rest.push(row);
        }
    }
    let missing = FEWEST_PHRASES.min(most).saturating_sub(listed.len());
    listed.extend(once.into_iter().take(missing));
    rest.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| b.z.total_cmp(&a.z)).then_with(|| a.phrase.cmp(&b.phrase)));
    for class in [WordingClass::Loaded, WordingClass::Hedged, WordingClass::Attributing] {
        listed.extend(rest.iter().filter(|row| row.class == Some(class)).take(MOST_OF_A_CLASS).cloned());
    }
    listed
}

const MOST_OF_A_CLASS: usize = 5;
/// Where fewer phrases stand there twice, some that stand there once are listed too.
const FEWEST_PHRASES: usize = 5;

/// The log-odds ratio and its z of equation 16 and 22 of Monroe, Colaresi and Quinn (2008).
fn log_odds(phrase: &str, own: (u64, u64), others: (u64, u64), prior_words: f64) -> (f64, f64) {
    let in_story = (own.0 + others.0) as f64 / (own.1 + others.1).max(1) as f64;
    let prior = prior_words * (0.5 * background_share(phrase) + 0.5 * in_story);
    delta(own, others, prior, prior_words)
}

/// The same with the prior given: of the phrase, and of all words.
fn delta(own: (u64, u64), others: (u64, u64), prior: f64, prior_words: f64) -> (f64, f64) {
    let odds = |(count, of): (u64, u64)| {
        let (count, of) = (count as f64 + prior, of as f64 + prior_words);
        (count / (of - count).max(1e-9)).ln()
    };
    let difference = odds(own) - odds(others);
    let variance = 1.0 / (own.0 as f64 + prior) + 1.0 / (others.0 as f64 + prior);
    (difference, difference / variance.sqrt())
}

/// How often a phrase stands in news at large: of several words, as if they came by chance.
fn background_share(phrase: &str) -> f64 {
    let table = background();
    let share = |word: &str| table.counts.get(word).copied().unwrap_or(table.rarest) as f64 / table.all as f64;
    phrase.split(' ').map(share).product()
}

/// How rare a word is in news at large, 0 (the commonest) to 1.
pub(crate) fn background_rarity(word: &str) -> f64 {
    let table = background();
    let count = table.counts.get(word).copied().unwrap_or(table.rarest) as f64;
    let all = table.all as f64;
    ((all / count).ln() / (all / table.rarest as f64).ln()).clamp(0.0, 1.0).powi(2)
}

/// Counts of words in news at large.
struct Background {
    counts: HashMap<&'static str, u64>,
    all: u64,
    /// Of words that are not in the table.
    rarest: u64,
}

/// The table beside this file: its first line is the number of all words, every other a word and
/// its count (see NOTICE).
fn background() -> &'static Background {
    static TABLE: OnceLock<Background> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut lines = include_str!("background.txt").lines();
        let all = lines.next().and_then(|line| line.parse().ok()).unwrap_or(1);
        let counts: HashMap<&str, u64> = lines
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(word, count)| Some((word, count.parse().ok()?)))
            .collect();
        let rarest = (counts.values().min().copied().unwrap_or(1) / 2).max(1);
        Background { counts, all, rarest }
    })
}

/// All phrases of a sentence: one to three words in a row that begin and end with content.
fn count(sentence: &SentenceWords, into: &mut HashMap<String, Uses>) {
    for run in &sentence.runs {
        for start in 0..run.len() {
            for length in 1..=3.min(run.len() - start) {
                let phrase = &run[start..start + length];
                let (first, last) = (&phrase[0], &phrase[length - 1]);
                // A word of grammar counts where its class makes it of interest ("would").
                let is_grammar = |word: &(String, Option<WordingClass>)| {
                    is_function_word(&word.0) && (word.1.is_none() || length > 1)
                };
                if is_grammar(first) || is_grammar(last) {
                    continue;
                }
                let joined = phrase.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ");
                let uses = into.entry(joined).or_default();
                uses.count += 1;
                uses.class = uses.class.or(if length == 1 { first.1 } else { None });
                uses.sentences.insert((sentence.view, sentence.sentence));
            }
        }
    }
}

/// The own words of a body's sentences, without names of the story's actors and of outlets.
fn sentence_words(view: &ArticleView<'_>, views: &[ArticleView<'_>]) -> Vec<SentenceWords> {
    let article = view.article;
    let text = article.text();
    let names: Vec<Vec<String>> = views
        .iter()
        .filter_map(|view| view.article.article.outlet.as_deref())
        .map(|outlet| words(outlet).into_iter().map(|(_, word)| fold(word)).collect())
        .collect::<BTreeSet<Vec<String>>>()
        .into_iter()
        .collect();
    let quoted = merged(article.quotes.iter().map(|quote| quote.span).collect());
    let named: Vec<Span> = article.mentions.iter().filter(|mention| mention.form.is_named()).map(|m| m.span).collect();
    let named = merged(named);
    let loaded: HashSet<usize> = article
        .wording
        .iter()
        .flat_map(|wording| &wording.words)
        .filter(|(_, score)| *score >= 0.5)
        .map(|(span, _)| span.start())
        .collect();
    view.body
        .iter()
        .map(|&sentence| {
            let span = article.sentences[sentence as usize].span;
            let inside = &text[span];
            let found: Vec<(usize, usize, String)> = words(inside)
                .into_iter()
                .map(|(at, word)| {
                    let (start, word_text) = (span.start() + at, fold(word));
                    let bare = word_text.strip_suffix("'s").unwrap_or(&word_text).to_owned();
                    (start, start + word.len(), bare)
                })
                .collect();
            let outlet = outlet_words(&found, &names);
            let mut runs = vec![Vec::new()];
            let mut count = 0;
            let mut hash = 0;
            let mut previous = span.start();
            for (index, (start, end, word)) in found.iter().enumerate() {
                hash = hashed(1, &format!("{hash:x}{word}"));
                let is_own = !within(&quoted, *start);
                count += u64::from(is_own);
                let breaks = text[previous..*start].chars().any(|c| !c.is_whitespace() && c != '-');
                previous = *end;
                let is_word = word.chars().any(char::is_alphabetic) && !is_day_or_month(word);
                if breaks || !is_own || within(&named, *start) || outlet.contains(&index) || !is_word {
                    runs.push(Vec::new());
                }
                if is_own && !within(&named, *start) && !outlet.contains(&index) && is_word {
                    let class = if loaded.contains(start) { Some(WordingClass::Loaded) } else { class_of(word) };
                    runs.last_mut().expect("there is a run").push((word.clone(), class));
                }
            }
            runs.retain(|run| !run.is_empty());
            SentenceWords { view: view.index, sentence, hash, runs, count }
        })
        .collect()
}

/// Places of the words of outlets' names.
fn outlet_words(found: &[(usize, usize, String)], names: &[Vec<String>]) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        for start in 0..found.len().saturating_sub(name.len() - 1) {
            if found[start..start + name.len()].iter().map(|(_, _, word)| word).eq(name.iter()) {
                places.extend(start..start + name.len());
            }
        }
    }
    places
}

/// Sentences that several articles of one outlet have word for word are the outlet's boilerplate.
fn leave_out_boilerplate(views: &[ArticleView<'_>], sentences: &mut Vec<SentenceWords>) {
    let mut holders: HashMap<(&str, u64), BTreeSet<usize>> = HashMap::new();
    for sentence in sentences.iter() {
        if let Some(outlet) = views[sentence.view].article.article.outlet.as_deref() {
            holders.entry((outlet, sentence.hash)).or_default().insert(sentence.view);
        }
    }
    let boilerplate: HashSet<(&str, u64)> =
        holders.into_iter().filter(|(_, views)| views.len() > 1).map(|(key, _)| key).collect();
    sentences.retain(|sentence| {
        let outlet = views[sentence.view].article.article.outlet.as_deref();
        outlet.is_none_or(|outlet| !boilerplate.contains(&(outlet, sentence.hash)))
    });
}

/// Spans in order, those that touch made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start(), span.end()));
    let mut made: Vec<Span> = Vec::new();
    for span in spans {
        match made.last_mut().filter(|last| span.start() <= last.end()) {
            Some(last) => *last = Span::new(last.start(), last.end().max(span.end())),
            None => made.push(span),
        }
    }
    made
}

fn within(spans: &[Span], at: usize) -> bool {
    let next = spans.partition_point(|span| span.end() <= at);
    spans.get(next).is_some_and(|span| span.start() <= at)
}

fn class_of(word: &str) -> Option<WordingClass> {
    let in_list = |list: &[&str]| list.binary_search(&word).is_ok();
    if in_list(LOADED) {
        Some(WordingClass::Loaded)
    } else if in_list(HEDGED) {
        Some(WordingClass::Hedged)
    } else if in_list(ATTRIBUTING) {
        Some(WordingClass::Attributing)
    } else {
        None
    }
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// When something was is no choice of words; "may" is, and hedges.
fn is_day_or_month(word: &str) -> bool {
    DAYS.contains(&word) || (word != "may" && MONTHS.contains(&word))
}

/// Words that judge what they name; ours, in alphabetical order.
#[rustfmt::skip]
const LOADED: &[&str] = &[
    "absurd", "alarming", "appalling", "assault", "atrocious", "backlash", "barbaric", "betray", "betrayal",
    "betrayed", "blast", "blasted", "blatant", "blowback", "bluster", "boast", "boasted", "botched", "brazen",
    "brutal", "capitulate", "capitulated", "catastrophe", "catastrophic", "chaos", "chaotic", "charade", "corrupt",
    "courageous", "coward", "cowardly", "crackdown", "crippling", "crisis", "cronies", "crony", "crusade", "cynical",
    "dangerous", "debacle", "decimate", "decimated", "defiant", "defies", "defy", "demonize", "despicable",
    "devastating", "dictator", "dire", "disaster", "disastrous", "disgrace", "disgraceful", "draconian", "dubious",
    "embattled", "epic", "evil", "explosive", "extremist", "extremists", "failed", "farce", "fawning", "fiasco",
    "fierce", "firebrand", "foolish", "fury", "generous", "ghastly", "giveaway", "glorious", "greedy", "grotesque",
    "hardline", "heroic", "historic", "horrific", "humiliating", "humiliation", "hurling", "hypocrisy", "hysteria",
    "hysterical", "illegitimate", "incompetent", "infamous", "inflammatory", "insane", "insidious", "insulting",
    "insults", "interference", "invasion", "lambasted", "lavish", "ludicrous", "massacre", "mastermind", "meddling",
    "menace", "militaristic", "monstrous", "notorious", "obscene", "obsession", "ominous", "onslaught", "outlandish",
    "outrage", "outraged", "outrageous", "pathetic", "pillage", "plague", "plagued", "plot", "plunder",
    "preposterous", "pretext", "propaganda", "provocation", "puppet", "radical", "rampant", "rant", "reckless",
    "regime", "relentless", "repressive", "rhetoric", "ridiculous", "ruthless", "sabotage", "savage", "scandal",
    "scandalous", "scapegoat", "scare", "scheme", "scourge", "sham", "shameful", "shameless", "shocking", "sinister",
    "slam", "slammed", "slams", "smear", "spectacular", "specter", "spectre", "staged", "stalwart", "stunning",
    "stunt", "swamp", "tantrum", "terrifying", "threatening", "thug", "thugs", "totalitarian", "toxic", "tyranny",
    "tyrant", "ugly", "unconscionable", "unhinged", "unprecedented", "vicious", "vile", "vow", "vowed", "weaponize",
    "weaponized",
];

/// Words that make a statement less certain; ours, in alphabetical order.
#[rustfmt::skip]
const HEDGED: &[&str] = &[
    "almost", "anticipated", "apparent", "apparently", "appear", "appeared", "appears", "approximately", "arguably",
    "assume", "assumed", "believe", "believed", "conceivably", "could", "doubtful", "essentially", "estimate",
    "estimated", "estimates", "expect", "expected", "fairly", "generally", "hint", "hinted", "hints", "imply",
    "largely", "likelihood", "likely", "mainly", "may", "maybe", "might", "mostly", "nearly", "often", "partly",
    "perhaps", "possibility", "possible", "possibly", "potential", "potentially", "predict", "predicted",
    "presumably", "presumed", "probable", "probably", "purported", "purportedly", "rather", "relatively", "roughly",
    "seem", "seemed", "seemingly", "seems", "should", "somehow", "somewhat", "speculate", "speculated", "speculation",
    "suggest", "suggested", "suggests", "suspect", "suspected", "tend", "tends", "typically", "uncertain", "unclear",
    "unlikely", "usually", "would",
];

/// Words that give a statement to a source; ours, in alphabetical order.
#[rustfmt::skip]
const ATTRIBUTING: &[&str] = &[
    "according", "accused", "acknowledged", "added", "admitted", "affirmed", "alleged", "allegedly", "alleges",
    "announced", "argued", "argues", "asserted", "asserting", "cited", "citing", "claim", "claimed", "claims",
    "commented", "conceded", "confirmed", "contended", "contends", "declared", "denied", "described", "emphasized",
    "explained", "insisted", "insisting", "insists", "mentioned", "noted", "quoted", "recalled", "recounted",
    "reiterated", "remarked", "repeated", "replied", "reported", "reportedly", "responded", "revealed", "said",
    "saying", "says", "spokesman", "spokesperson", "spokeswoman", "stated", "stating", "stressed", "told", "warned",
    "warns", "wrote",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{article, story};

    #[test]
    fn lists_are_in_order_and_the_background_is_read() {
        for list in [LOADED, HEDGED, ATTRIBUTING] {
            assert!(list.is_sorted());
        }
        let table = background();
        assert!(table.counts.len() > 5000 && table.all > 10_000_000 && table.rarest > 0);
        assert!(background_share("the") > background_share("harbour") && background_share("harbour") > 0.0);
    }

    #[test]
    fn log_odds_are_those_of_the_paper() {
        // Worked by hand: 8 of 100 against 2 of 200 words, prior 10 of 1000 words.
        let prior = 10.0;
        let own: f64 = (8.0 + prior) / (100.0 + 1000.0 - 8.0 - prior);
        let other: f64 = (2.0 + prior) / (200.0 + 1000.0 - 2.0 - prior);
        let (difference, z) = delta((8, 100), (2, 200), prior, 1000.0);
        assert!((difference - (own / other).ln()).abs() < 1e-12);
        assert!((z - difference / (1.0 / 18.0 + 1.0 / 12.0_f64).sqrt()).abs() < 1e-12);
    }

    /// The phrases of an article's own voice that set it apart.
    fn phrases(pages: &[(&str, &[&str])], doc_id: &str) -> Vec<String> {
        let articles: Vec<_> = pages.iter().map(|(id, lines)| article(id, id, None, lines)).collect();
        let rows = story(&articles).wording;
        rows.into_iter().filter(|row| row.doc_id.as_deref() == Some(doc_id)).map(|row| row.phrase).collect()
    }

    const PLAIN: &[&str] = &["The council sold the mill.", "The mill stands on the river.", "Rain is expected."];

    #[test]
    fn what_one_article_repeats_and_no_other_has_comes_first() {
        let slanted =
            &["The shameful sale of the mill was rushed.", "Nobody wanted the shameful sale.", "The river is high."];
        let found = phrases(&[("a", slanted), ("b", PLAIN)], "a");
        assert_eq!(found[0], "shameful sale");
    }

    #[test]
    fn the_words_of_speakers_and_names_are_not_the_outlets() {
        let quoting = &["{direct Ada said|A shameful sale, a shameful sale,} *Ada0 said.", "The mill stands."];
        let found = phrases(&[("a", quoting), ("b", PLAIN)], "a");
        assert!(found.iter().all(|phrase| !phrase.contains("shameful") && !phrase.contains("ada")), "{found:?}");
    }
}
