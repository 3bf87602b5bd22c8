//! Articles to stories, where the user names none: by content and date.
//!
//! Each article is a vector of its rarest terms. Two are compared only where they share one of the
//! few that weigh most, in the same weeks; groups are joined by the likeness of their centroids, so
//! that a chain of half-alike articles makes no story. Where dates do not say that two are of the same days, they
//! must be the more alike, the more articles there are.

use crate::alike::hashed;
use crate::terms::{TermKind, terms};
use crate::wording::background_rarity;
use parallax_text::{AnnotatedArticle, BlockKind};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// When articles are taken to be on one event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupingOptions {
    /// Least cosine of their vectors of rare terms, 0 to 1.
    pub likeness: f64,
    /// Days within which a story's articles are dated; what comes after them is later.
    pub days: i32,
    /// Fewer articles than this are one story, whatever they say: they were given together.
    pub fewest: usize,
}

impl Default for GroupingOptions {
    fn default() -> Self {
        Self { likeness: 0.1, days: 14, fewest: 0 }
    }
}

/// Articles on one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryGroup {
    /// Its name: the three terms that weigh most in it; `run` where there is one story only.
    pub name: String,
    /// Indices of its articles, in order.
    pub members: Vec<usize>,
    /// Of each member: whether it is from a later time than the story.
    pub later: Vec<bool>,
}

/// Name of the story where there is one only.
pub const ONLY_STORY: &str = "run";

/// Articles with fewer terms cannot be told apart by content: they stay together.
const FEWEST_TERMS: usize = 15;
/// Terms of an article's vector, and of those the ones that bring articles together.
const MOST_TERMS: usize = 60;
const LEADING_TERMS: usize = 15;
/// A leading term that more articles of the same weeks have brings none together.
const LARGEST_CELL: usize = 150;
/// An article further away in time joins a story as later only where it is this much more alike.
const LATER_FACTOR: f64 = 1.25;
/// So many articles hold few that are alike by chance; see [`by_chance`].
const FEW_ARTICLES: f64 = 12.0;

/// Groups articles into stories; each article is in one. Groups and names do not depend on the
/// order of the articles, but for articles with the same id.
#[must_use]
pub fn group_stories(articles: &[&AnnotatedArticle], options: &GroupingOptions) -> Vec<StoryGroup> {
    let mut order: Vec<usize> = (0..articles.len()).collect();
    order.sort_by_key(|&index| (articles[index].document.doc_id.as_str(), index));
    let texts: Vec<Text> = read(articles, &order);
    let together = !texts.is_empty() && texts.len() < options.fewest;
    let groups = if together { vec![(0..texts.len()).collect()] } else { grouped(&texts, options) };
    let only_one = groups.len() == 1;
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    groups
        .into_iter()
        .map(|group| {
            let later = later(&group, &texts, options.days);
            let mut members: Vec<(usize, bool)> =
                group.iter().zip(later).map(|(&place, later)| (order[place], later)).collect();
            members.sort_unstable();
            let name = if only_one { ONLY_STORY.to_owned() } else { name(&group, &texts) };
            let number = names.entry(name.clone()).or_insert(0);
            *number += 1;
            let name = if *number > 1 { format!("{name}-{number}") } else { name };
            let (members, later) = members.into_iter().unzip();
            StoryGroup { name, members, later }
        })
        .collect()
}

/// An article as the grouping sees it, in order of the ids.
struct Text {
    /// Rare terms with their weights, of length 1, in order of the hashes.
    vector: Vec<(u64, f64)>,
    /// The heaviest, heaviest first, with the words they stand for.
    leading: Vec<(u64, String)>,
    /// Day of publication, as days since 1970.
    day: Option<i64>,
    /// Months that are named without a day, as 1 to 12.
    months: BTreeSet<u32>,
    enough: bool,
}

fn read(articles: &[&AnnotatedArticle], order: &[usize]) -> Vec<Text> {
    /// Terms with count and word, and months.
    type Counted = (BTreeMap<u64, (f64, String)>, BTreeSet<u32>);
    let counted: Vec<Counted> = order.iter().map(|&index| term_counts(articles[index])).collect();
    let mut holding: HashMap<u64, u32> = HashMap::new();
    for term in counted.iter().flat_map(|(counts, _)| counts.keys()) {
        *holding.entry(*term).or_default() += 1;
    }
    let all = articles.len() as f64;
    order
        .iter()
        .zip(counted)
        .map(|(&index, (counts, months))| {
            let enough = counts.len() >= FEWEST_TERMS;
            let mut weighed: Vec<(f64, u64, String)> = counts
                .into_iter()
                .map(|(term, (count, word))| {
                    // Of few articles, news at large tells how rare a term is; of many, they do.
                    let here = ((all + 20.0) / (f64::from(holding[&term]) + 0.5)).ln() / (all + 20.0).ln();
                    ((1.0 + count.ln()) * background_rarity(&word) * here.max(0.0), term, word)
                })
                .collect();
            weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            weighed.truncate(MOST_TERMS);
            let length = weighed.iter().map(|(weight, _, _)| weight * weight).sum::<f64>().sqrt().max(1e-12);
            let mut vector: Vec<(u64, f64)> =
                weighed.iter().map(|(weight, term, _)| (*term, weight / length)).collect();
            vector.sort_unstable_by_key(|(term, _)| *term);
            let leading = weighed.into_iter().take(LEADING_TERMS).map(|(_, term, word)| (term, word)).collect();
            let day = articles[index].article.published.as_deref().and_then(day_number);
            Text { vector, leading, day, months, enough }
        })
        .collect()
}

/// Content terms of headline, dek and body with their counts, and months without a day.
fn term_counts(article: &AnnotatedArticle) -> (BTreeMap<u64, (f64, String)>, BTreeSet<u32>) {
    let mut counts: BTreeMap<u64, (f64, String)> = BTreeMap::new();
    let mut months = BTreeSet::new();
    for block in &article.article.blocks {
        if !block.kind.is_body() && !matches!(block.kind, BlockKind::Headline | BlockKind::Dek | BlockKind::Summary) {
            continue;
        }
        let text = &article.text()[block.span];
        for term in terms(text) {
            match term.kind {
                TermKind::Word => {
                    let word = text[term.start..term.end].to_lowercase();
                    let word = word.strip_suffix("'s").or(word.strip_suffix("’s")).unwrap_or(&word).to_owned();
                    let entry = counts.entry(hashed(0, &term.key)).or_insert((0.0, word.clone()));
                    entry.0 += 1.0;
                    // The form shown does not depend on which stands first.
                    if (word.len(), &word) < (entry.1.len(), &entry.1) {
                        entry.1 = word;
                    }
                }
                TermKind::Month => {
                    months.extend(term.key.parse::<u32>());
                }
                _ => {}
            }
        }
    }
    (counts, months)
}

/// Groups of places in `texts`, by their first member.
fn grouped(texts: &[Text], options: &GroupingOptions) -> Vec<Vec<usize>> {
    let weeks = |day: Option<i64>| day.map(|day| day.div_euclid(i64::from(options.days.max(1))));
    let mut cells: BTreeMap<(u64, Option<i64>), Vec<usize>> = BTreeMap::new();
    for (place, text) in texts.iter().enumerate().filter(|(_, text)| text.enough) {
        for (term, _) in &text.leading {
            // In the span before too, so that two articles of neighbouring spans meet.
            if let Some(week) = weeks(text.day) {
                cells.entry((*term, Some(week))).or_default().push(place);
                cells.entry((*term, Some(week - 1))).or_default().push(place);
            }
            // Undated and later articles meet here.
            cells.entry((*term, None)).or_default().push(place);
        }
    }
    let mut pairs: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for members in cells.values().filter(|members| members.len() > 1 && members.len() <= LARGEST_CELL) {
        for (index, &a) in members.iter().enumerate() {
            for &b in &members[index + 1..] {
                pairs.entry((a, b)).or_insert_with(|| dot(&texts[a].vector, &texts[b].vector));
            }
        }
    }
    let mut alike: Vec<(f64, usize, usize)> = pairs
        .into_iter()
        .filter(|(_, likeness)| *likeness >= options.likeness)
        .map(|((a, b), likeness)| (likeness, a, b))
        .collect();
    alike.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));

    let mut group_of: Vec<usize> = (0..texts.len()).collect();
    let mut groups: Vec<Group> = texts.iter().enumerate().map(|(place, text)| Group::of(place, text)).collect();
    let by_chance = by_chance(texts.len());
    // First within the days of a story, then what is later.
    for is_later in [false, true] {
        for &(_, a, b) in &alike {
            let (into, from) = (group_of[a].min(group_of[b]), group_of[a].max(group_of[b]));
            let (one, other) = (&groups[into], &groups[from]);
            let apart = one.days_apart(other, i64::from(options.days));
            let undated = one.first.is_none() || other.first.is_none();
            let least = match (apart, undated) {
                (true, _) => options.likeness * LATER_FACTOR * by_chance,
                (false, true) => options.likeness * by_chance,
                (false, false) => options.likeness,
            };
            let unfit = apart && !one.is_later(other) && !other.is_later(one);
            if into == from || apart != is_later || unfit || one.likeness(other) < least {
                continue;
            }
            let moved = std::mem::take(&mut groups[from]);
            moved.members.iter().for_each(|&member| group_of[member] = into);
            groups[into].join(moved);
        }
    }
    // What is too short to tell goes to the largest group, or together.
    let largest = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| group.members.iter().any(|&member| texts[member].enough))
        .max_by_key(|(place, group)| (group.members.len(), usize::MAX - place))
        .map(|(place, _)| place);
    let short: Vec<usize> = (0..texts.len()).filter(|&place| !texts[place].enough).collect();
    if let Some(home) = largest.or(short.first().copied()) {
        for place in short.into_iter().filter(|&place| place != home) {
            let moved = std::mem::take(&mut groups[place]);
            groups[home].members.extend(moved.members);
        }
    }
    let mut found: Vec<Vec<usize>> =
        groups.into_iter().map(|group| group.members).filter(|members| !members.is_empty()).collect();
    found.iter_mut().for_each(|members| members.sort_unstable());
    found.sort();
    found
}

/// How much more alike two articles must be where their dates do not say that they are of the same days: each may
/// then meet all the others, and the more there are, the likelier is one that is alike by chance.
fn by_chance(articles: usize) -> f64 {
    1.0 + (articles as f64 / FEW_ARTICLES).log10().max(0.0)
}

/// Articles that were joined so far.
#[derive(Default)]
struct Group {
    members: Vec<usize>,
    /// Summed vectors.
    sum: Vec<(u64, f64)>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Group {
    fn of(place: usize, text: &Text) -> Self {
        Self { members: vec![place], sum: text.vector.clone(), first: text.day, last: text.day }
    }

    /// Cosine of the centroids.
    fn likeness(&self, other: &Self) -> f64 {
        let length = |group: &Self| dot(&group.sum, &group.sum).sqrt().max(1e-12);
        dot(&self.sum, &other.sum) / (length(self) * length(other))
    }

    fn days_apart(&self, other: &Self, days: i64) -> bool {
        let ends = (self.first.min_some(other.first), self.last.max(other.last));
        matches!(ends, (Some(first), Some(last)) if last - first > days)
    }

    /// Whether it is one article from a later time than a story of several: two articles months apart are two
    /// events, as are two stories.
    fn is_later(&self, story: &Self) -> bool {
        self.members.len() == 1 && story.members.len() > 1 && self.first > story.first
    }

    fn join(&mut self, other: Self) {
        self.first = self.first.min_some(other.first);
        self.last = self.last.max(other.last);
        let mut sum: BTreeMap<u64, f64> = std::mem::take(&mut self.sum).into_iter().collect();
        for (term, weight) in other.sum {
            *sum.entry(term).or_default() += weight;
        }
        // The centroid stays as long as an article's vector is; the heaviest terms tell the event.
        let mut sum: Vec<(u64, f64)> = sum.into_iter().collect();
        sum.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sum.truncate(4 * MOST_TERMS);
        sum.sort_unstable_by_key(|(term, _)| *term);
        self.sum = sum;
        self.members.extend(other.members);
    }
}

/// The smaller of two days that may not be known.
trait MinSome {
    fn min_some(self, other: Self) -> Self;
}

impl MinSome for Option<i64> {
    fn min_some(self, other: Self) -> Self {
        match (self, other) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }
}

fn dot(a: &[(u64, f64)], b: &[(u64, f64)]) -> f64 {
    let mut rest = b.iter().peekable();
    let mut sum = 0.0;
    for (term, weight) in a {
        while rest.next_if(|(other, _)| other < term).is_some() {}
        if let Some((_, other)) = rest.next_if(|(other, _)| other == term) {
            sum += weight * other;
        }
    }
    sum
}

/// Which members are from a later time. Dated ones: after the span of `days` that holds most of
/// them. Undated ones: a page of the story's own days writes of them as days ("Saturday", "May 2");
/// one that names the story's month, and a month after it, without a day looks back on both.
fn later(group: &[usize], texts: &[Text], days: i32) -> Vec<bool> {
    let mut dated: Vec<i64> = group.iter().filter_map(|&place| texts[place].day).collect();
    dated.sort_unstable();
    let within = |first: i64| dated.iter().filter(|&&day| (first..=first + i64::from(days)).contains(&day)).count();
    let Some(first) = dated.iter().copied().max_by_key(|&first| (within(first), std::cmp::Reverse(first))) else {
        return vec![false; group.len()];
    };
    let month = month_of(first);
    let later_months: BTreeSet<u32> = (1..=8).map(|step| (month - 1 + step) % 12 + 1).collect();
    group
        .iter()
        .map(|&place| match texts[place].day {
            Some(day) => day > first + i64::from(days),
            None => {
                let months = &texts[place].months;
                months.contains(&month) && months.intersection(&later_months).next().is_some()
            }
        })
        .collect()
}

/// The three terms that weigh most in a group.
fn name(group: &[usize], texts: &[Text]) -> String {
    let mut weights: BTreeMap<u64, (f64, &str)> = BTreeMap::new();
    for &place in group {
        for (term, word) in &texts[place].leading {
            let weight = texts[place].vector.binary_search_by_key(term, |(term, _)| *term);
            let weight = weight.map_or(0.0, |at| texts[place].vector[at].1);
            let entry = weights.entry(*term).or_insert((0.0, word));
            entry.0 += weight;
            entry.1 = entry.1.min(word);
        }
    }
    let mut terms: Vec<(f64, &str)> = weights.into_values().collect();
    terms.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let words: Vec<String> = terms
        .iter()
        .take(3)
        .map(|(_, word)| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() { "story".to_owned() } else { words.join("-") }
}

/// Days since 1970 of `2025-05-04` (the algorithm of Hinnant, "chrono-compatible low-level date
/// algorithms"); `None` for anything else.
fn day_number(date: &str) -> Option<i64> {
    let mut parts = date.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The month of a day since 1970.
fn month_of(day: i64) -> u32 {
    let of_era = (day + 719_468).rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    (if shifted < 10 { shifted + 3 } else { shifted - 9 }) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::article;
    use proptest::prelude::*;

    const MILL: &str = "The council of Norrvik voted to sell the old paper mill on the Orra to a shipping firm from the \
        coast, although the miners' union and the bishop had gathered signatures against the sale all winter long.";
    const MILL_TOO: &str = "Norrvik's paper mill goes to a coastal shipping firm: the council approved the sale on Monday, \
        shrugging off signatures gathered by the bishop and the miners' union along the Orra since the winter.";
    const STORM: &str = "A storm tore roofs from barns across the Halde plain overnight, drowning cattle, cutting power to \
        nine villages and stranding a ferry with forty passengers off the lighthouse at Cape Vessel until dawn.";

    /// Ids of the groups' members; `+` behind those that are later.
    #[track_caller]
    fn check(pages: &[(&str, &str, Option<&str>)], expected: &[&[&str]]) {
        let mut articles: Vec<_> = pages.iter().map(|(id, text, _)| article(id, id, None, &[text])).collect();
        articles.iter_mut().zip(pages).for_each(|(article, page)| article.article.published = page.2.map(Into::into));
        let groups = group_stories(&articles.iter().collect::<Vec<_>>(), &GroupingOptions::default());
        let shown: Vec<Vec<String>> = groups
            .iter()
            .map(|group| {
                let members = group.members.iter().zip(&group.later);
                members.map(|(&i, &later)| format!("{}{}", pages[i].0, if later { "+" } else { "" })).collect()
            })
            .collect();
        assert_eq!(shown, expected.iter().map(|ids| ids.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn articles_on_one_event_come_together_and_others_do_not() {
        check(&[("a", MILL, None), ("b", STORM, None), ("c", MILL_TOO, None)], &[&["a", "c"], &["b"]]);
    }

    #[test]
    fn an_article_months_later_is_in_the_story_and_marked() {
        let days = [Some("2031-02-03"), Some("2031-02-04"), Some("2031-09-20")];
        check(&[("a", MILL, days[0]), ("b", MILL_TOO, days[1]), ("c", MILL, days[2])], &[&["a", "b", "c+"]]);
        // No story is there for it to come back to.
        check(&[("a", MILL, days[0]), ("c", MILL_TOO, days[2])], &[&["a"], &["c"]]);
        // Nor does it come before the story.
        let before = [Some("2030-02-03"), days[0], days[1]];
        check(&[("a", MILL, before[0]), ("b", MILL, before[1]), ("c", MILL_TOO, before[2])], &[&["a"], &["b", "c"]]);
    }

    #[test]
    fn an_undated_article_that_looks_back_on_the_storys_month_is_later() {
        let back = format!("{MILL_TOO} The calm lasted from February until a visit in June.");
        check(&[("a", MILL, Some("2031-02-03")), ("b", &back, None)], &[&["a", "b+"]]);
        check(&[("a", MILL, Some("2031-02-03")), ("b", MILL_TOO, None)], &[&["a", "b"]]);
    }

    #[test]
    fn one_story_is_the_run() {
        let (a, b) = (article("a", "A", None, &[MILL]), article("b", "B", None, &[MILL_TOO]));
        assert_eq!(group_stories(&[&a, &b], &GroupingOptions::default())[0].name, ONLY_STORY);
        let short = article("c", "C", None, &["Rain."]);
        assert_eq!(group_stories(&[&a, &b, &short], &GroupingOptions::default()).len(), 1);
        assert!(group_stories(&[], &GroupingOptions::default()).is_empty());
        let storm = article("d", "D", None, &[STORM]);
        let given_together = GroupingOptions { fewest: 3, ..GroupingOptions::default() };
        assert_eq!(group_stories(&[&a, &storm], &given_together)[0].members, [0, 1]);
        assert_eq!(group_stories(&[&a, &b, &storm], &given_together).len(), 2);
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!((day_number("1970-01-01"), day_number("2000-03-01")), (Some(0), Some(11_017)));
        assert_eq!(day_number("2031-13-01").or(day_number("soon")), None);
        assert_eq!((month_of(0), month_of(11_016), month_of(11_017)), (1, 2, 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn groups_do_not_depend_on_the_order(picks in prop::collection::vec(0usize..3, 1..7), turn in 0usize..7) {
            let texts = [MILL, MILL_TOO, STORM];
            let articles: Vec<_> =
                picks.iter().enumerate().map(|(n, &pick)| article(&format!("d{n}"), "X", None, &[texts[pick]])).collect();
            let ids = |order: &[usize]| -> BTreeSet<(String, Vec<String>)> {
                let given: Vec<_> = order.iter().map(|&i| &articles[i]).collect();
                group_stories(&given, &GroupingOptions::default())
                    .into_iter()
                    .map(|group| {
                        let mut ids: Vec<String> =
                            group.members.iter().map(|&i| given[i].document.doc_id.clone()).collect();
                        ids.sort();
                        (group.name, ids)
                    })
                    .collect()
            };
            let straight: Vec<usize> = (0..articles.len()).collect();
            let mut turned = straight.clone();
            turned.rotate_left(turn % articles.len());
            turned.reverse();
            prop_assert_eq!(ids(&straight), ids(&turned));
        }
    }
}
