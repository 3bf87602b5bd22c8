//! Whether an article, or an outlet, differs from the others: tested against chance.
//!
//! Each is compared with all others of the story together. The clusters (paragraphs of articles,
//! articles of outlets) are exchanged between the two sides at random, with the difference of the
//! means in its standard errors as statistic, which keeps the level where the sides vary
//! differently (Janssen 1997; Chung and Romano 2013). Drawing stops once chance has matched the
//! difference often enough (Besag and Clifford 1991). All tests of a story share one false
//! discovery rate (Benjamini and Hochberg 1995).
//!
//! Paragraphs tell of an article, never of its outlet: a figure on outlets needs at least five
//! articles on either side.

use crate::frames::{Frame, frame_cells, frame_id, loaded_cells};
use crate::group::{Cell, clusters_of};
use crate::prominence::naming_cells;
use crate::stances::{PropositionSummary, stance_cells};
use crate::statistics::{Cluster, Random, seed_of};
use crate::summary::{ActorInStory, SummaryOptions};
use crate::syndication::SharedText;
use crate::tone::tone_cells;
use crate::view::ArticleView;
use crate::voices::voice_cells;
use crate::{Measurement, Scope, Status};
use parallax_text::Voice;
use parallax_text::record::rounded;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One article or outlet against all others of the story, in one measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Unique in a run: `difference/` and the id of the measurement of the one.
    pub id: String,
    /// Whether articles or outlets are compared.
    pub scope: Scope,
    /// The measure.
    pub measure: String,
    /// Actor, frame or proposition.
    pub target: Option<String>,
    /// Whose words; null for all.
    pub voice: Option<Voice>,
    /// The one: id of its document, or name of the outlet.
    pub compared: String,
    /// Documents left out of the others as they share text with the one.
    pub left_out: Vec<String>,
    /// Means of the one and of the others together; null where there is nothing to take one of.
    pub values: (Option<f64>, Option<f64>),
    /// The first minus the second.
    pub difference: Option<f64>,
    /// Clusters on the two sides.
    pub clusters: (u64, u64),
    /// How likely chance alone gives as large a difference.
    pub p: Option<f64>,
    /// The share of false ones among the story's differences of this q or less.
    pub q: Option<f64>,
    /// `ok`: tested; `insufficient`: too few paragraphs or articles for a test.
    pub status: Status,
    /// How it was tested.
    pub test: String,
    /// Measurements it speaks of: that of the one, and of the others where each has one.
    pub measurements: Vec<String>,
}

impl Difference {
    /// Largest q of a difference that is told.
    pub const LEVEL: f64 = 0.05;

    /// Whether it stands out of chance.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.q.is_some_and(|q| q <= Self::LEVEL)
    }
}

/// The cells of an article.
type CellsOf<'a> = dyn Fn(&ArticleView<'_>) -> Vec<Cell> + 'a;

/// What is compared: a measure, and the cells of an article.
struct Compared<'a> {
    measure: &'static str,
    target: Option<String>,
    voice: Option<Voice>,
    unit: f64,
    cells: Box<CellsOf<'a>>,
}

/// What the differences of a story are about.
pub(crate) struct Subjects<'a> {
    pub(crate) actors: Vec<(usize, &'a ActorInStory)>,
    pub(crate) frames: &'a [Frame],
    pub(crate) propositions: &'a [PropositionSummary],
}

impl<'a> Subjects<'a> {
    fn compared(&self, options: &'a SummaryOptions) -> Vec<Compared<'a>> {
        let mut all = vec![Compared {
            measure: "voice_share",
            target: None,
            voice: Some(Voice::Own),
            unit: 1.0,
            cells: Box::new(|view| voice_cells(view, Voice::Own)),
        }];
        for &(index, actor) in &self.actors {
            all.push(Compared {
                measure: "sentence_share",
                target: Some(actor.id.clone()),
                voice: None,
                unit: 1.0,
                cells: Box::new(move |view| naming_cells(view, index)),
            });
            all.push(Compared {
                measure: "tone_mean",
                target: Some(actor.id.clone()),
                voice: Some(Voice::Own),
                unit: 1e6,
                cells: Box::new(move |view| tone_cells(view, index, &|_, tone| tone.voice == Voice::Own, None)),
            });
        }
        for frame in self.frames {
            all.push(Compared {
                measure: "frame_share",
                target: Some(frame_id(frame)),
                voice: Some(Voice::Own),
                unit: 1.0,
                cells: Box::new(move |view| frame_cells(view, frame, Some(Voice::Own), options.least_frame)),
            });
        }
        for proposition in self.propositions {
            all.push(Compared {
                measure: "stance_mean",
                target: Some(proposition.id.clone()),
                voice: Some(Voice::Own),
                unit: 1e6,
                cells: Box::new(move |view| {
                    stance_cells(view, &proposition.text, &|_, stance| stance.voice == Voice::Own)
                }),
            });
        }
        all.push(Compared {
            measure: "loaded_share",
            target: None,
            voice: Some(Voice::Own),
            unit: 1.0,
            cells: Box::new(|view| loaded_cells(view, Voice::Own, options.least_loaded)),
        });
        all
    }
}

/// Fewest articles of an outlet, and of the others, for a test of outlets.
const FEWEST_ARTICLES: usize = 5;

/// All differences of a story, in order of measures, then articles, then outlets.
///
/// `shared` is the text that several articles count.
pub(crate) fn differences(
    views: &[ArticleView<'_>],
    shared: &[SharedText],
    subjects: &Subjects<'_>,
    measurements: &[Measurement],
    options: &SummaryOptions,
) -> Vec<Difference> {
    if views.len() < 2 {
        return Vec::new();
    }
    let mut partners = vec![BTreeSet::new(); views.len()];
    // Sentences that an earlier article of the story has too: among the others they count once.
    let mut copied = vec![BTreeSet::new(); views.len()];
    for text in shared {
        partners[text.articles.0].insert(text.articles.1);
        partners[text.articles.1].insert(text.articles.0);
        copied[text.articles.1].extend(text.pairs.iter().map(|pair| pair.sentences.1));
    }
    let known = index(measurements);
    let mut found = Vec::new();
    for compared in subjects.compared(options) {
        let cells: Vec<Vec<Cell>> = views.iter().map(|view| (compared.cells)(view)).collect();
        if cells.iter().all(Vec::is_empty) {
            continue;
        }
        let once: Vec<Vec<Cell>> = cells
            .iter()
            .zip(&copied)
            .map(|(cells, copied)| cells.iter().filter(|cell| !copied.contains(&cell.sentence)).copied().collect())
            .collect();
        let clusters =
            |cells: &[Cell], scope| clusters_of(scope, cells.iter().copied()).into_values().collect::<Vec<_>>();
        let by_paragraph: Vec<Vec<Cluster>> = once.iter().map(|cells| clusters(cells, Scope::Article)).collect();
        for (number, view) in views.iter().enumerate() {
            let own = clusters(&cells[number], Scope::Article);
            let others = (0..views.len()).filter(|&other| other != number && !partners[number].contains(&other));
            let others: Vec<Cluster> = others.flat_map(|other| by_paragraph[other].iter().copied()).collect();
            let left_out = partners[number].iter().map(|&other| views[other].doc_id().to_owned()).collect();
            let sides = Sides { scope: Scope::Article, compared: view.doc_id(), own, others, left_out };
            found.extend(sides.difference(&compared, &known, options, options.minimum_clusters));
        }
        let mut outlets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, view) in views.iter().enumerate() {
            outlets.entry(view.article.article.outlet.as_deref().unwrap_or_default()).or_default().push(number);
        }
        for (outlet, members) in outlets.iter().filter(|(name, members)| !name.is_empty() && members.len() > 1) {
            let of = |number: usize| clusters(&once[number], Scope::Outlet);
            let own = members.iter().flat_map(|&number| of(number)).collect();
            let others = (0..views.len()).filter(|number| !members.contains(number)).flat_map(of).collect();
            let sides = Sides { scope: Scope::Outlet, compared: outlet, own, others, left_out: Vec::new() };
            found.extend(sides.difference(&compared, &known, options, FEWEST_ARTICLES.max(options.minimum_clusters)));
        }
    }
    share_false_discoveries(&mut found);
    found
}

/// Measurements without a holder, by what they speak of.
type Known<'a> = BTreeMap<(&'a str, Option<&'a str>, Option<Voice>, Scope, &'a str), &'a Measurement>;

fn index(measurements: &[Measurement]) -> Known<'_> {
    let whole = measurements.iter().filter(|m| m.holder.is_none());
    whole
        .filter_map(|m| {
            let whose = m.doc_id.as_deref().or(m.outlet.as_deref())?;
            Some(((m.measure.as_str(), m.target.as_deref(), m.voice, m.scope, whose), m))
        })
        .collect()
}

struct Sides<'a> {
    scope: Scope,
    compared: &'a str,
    own: Vec<Cluster>,
    others: Vec<Cluster>,
    left_out: Vec<String>,
}

impl Sides<'_> {
    fn difference(
        self,
        compared: &Compared<'_>,
        known: &Known<'_>,
        options: &SummaryOptions,
        fewest: usize,
    ) -> Option<Difference> {
        let of = (compared.measure, compared.target.as_deref(), compared.voice, self.scope, self.compared);
        let measured = known.get(&of)?;
        let mean = |clusters: &[Cluster]| {
            let (sum, n) = clusters.iter().fold((0, 0), |(sum, n), one| (sum + one.sum, n + one.count));
            (n > 0).then(|| sum as f64 / n as f64 / compared.unit)
        };
        let id = format!("difference/{}", measured.id);
        let values = (mean(&self.own), mean(&self.others));
        let is_enough = measured.status == Status::Ok && self.own.len() >= fewest && self.others.len() >= fewest;
        let p = is_enough.then(|| permutation_p(&self.own, &self.others, seed_of(&id, options.seed)));
        let values = if is_enough { values } else { (None, None) };
        let unit = if self.scope == Scope::Article { "paragraphs" } else { "articles" };
        Some(Difference {
            id,
            scope: self.scope,
            measure: compared.measure.to_owned(),
            target: compared.target.clone(),
            voice: compared.voice,
            compared: self.compared.to_owned(),
            left_out: self.left_out,
            values: (values.0.map(rounded), values.1.map(rounded)),
            difference: values.0.zip(values.1).map(|(one, others)| rounded(one - others)),
            clusters: (self.own.len() as u64, self.others.len() as u64),
            p,
            q: None,
            status: if is_enough { Status::Ok } else { Status::Insufficient },
            test: format!(
                "{unit} exchanged at random with those of all others, studentised; Benjamini-Hochberg over the story"
            ),
            measurements: vec![measured.id.clone()],
        })
    }
}

/// Sums of one side, from which its mean and the variance of that follow.
#[derive(Clone, Copy, Default)]
struct Sums {
    clusters: f64,
    sum: f64,
    count: f64,
    sum_squared: f64,
    sum_count: f64,
    count_squared: f64,
}

impl Sums {
    fn of(cluster: &Cluster) -> Self {
        let (sum, count) = (cluster.sum as f64, cluster.count as f64);
        Self { clusters: 1.0, sum, count, sum_squared: sum * sum, sum_count: sum * count, count_squared: count * count }
    }

    fn combined(self, other: Self, sign: f64) -> Self {
        Self {
            clusters: self.clusters + sign * other.clusters,
            sum: self.sum + sign * other.sum,
            count: self.count + sign * other.count,
            sum_squared: self.sum_squared + sign * other.sum_squared,
            sum_count: self.sum_count + sign * other.sum_count,
            count_squared: self.count_squared + sign * other.count_squared,
        }
    }

    fn mean(self) -> f64 {
        self.sum / self.count.max(1.0)
    }

    /// Variance of the mean, by linearisation of the ratio.
    fn variance(self) -> f64 {
        let mean = self.mean();
        let squares = self.sum_squared - 2.0 * mean * self.sum_count + mean * mean * self.count_squared;
        let small = self.clusters / (self.clusters - 1.0).max(1.0);
        squares.max(0.0) * small / (self.count * self.count).max(1.0)
    }
}

/// The difference of the means in standard errors.
fn statistic(own: Sums, others: Sums, least: f64) -> f64 {
    (own.mean() - others.mean()).abs() / (own.variance() + others.variance()).max(least).sqrt()
}

/// The p-value of a difference: how often an exchange of clusters gives as large a one.
fn permutation_p(own: &[Cluster], others: &[Cluster], seed: u64) -> f64 {
    const MOST_DRAWS: usize = 20_000;
    const ENOUGH: usize = 20;
    let all: Vec<Sums> = own.iter().chain(others).map(Sums::of).collect();
    let total = all.iter().fold(Sums::default(), |sums, one| sums.combined(*one, 1.0));
    let one = all[..own.len()].iter().fold(Sums::default(), |sums, one| sums.combined(*one, 1.0));
    // Where no cluster differs from another there is no error to measure by; rounding must not be one.
    let least = 1e-12 * (total.sum_squared / total.count_squared.max(1.0)).max(1e-12);
    let observed = statistic(one, total.combined(one, -1.0), least) * (1.0 - 1e-9);
    let drawn = own.len().min(others.len());
    let mut order: Vec<usize> = (0..all.len()).collect();
    let mut random = Random::new(seed);
    let mut as_large = 0;
    for draw in 1..=MOST_DRAWS {
        let mut side = Sums::default();
        for place in 0..drawn {
            let other = place + random.below(order.len() - place);
            order.swap(place, other);
            side = side.combined(all[order[place]], 1.0);
        }
        as_large += usize::from(statistic(side, total.combined(side, -1.0), least) >= observed);
        if as_large == ENOUGH {
            return ENOUGH as f64 / draw as f64;
        }
    }
    (as_large + 1) as f64 / (MOST_DRAWS + 1) as f64
}

/// Gives every tested difference its q (Benjamini and Hochberg 1995).
fn share_false_discoveries(differences: &mut [Difference]) {
    let mut order: Vec<usize> = (0..differences.len()).filter(|&index| differences[index].p.is_some()).collect();
    let p = |index: usize| differences[index].p.unwrap_or(1.0);
    order.sort_by(|&a, &b| p(a).total_cmp(&p(b)).then(a.cmp(&b)));
    let tests = order.len() as f64;
    let raised: Vec<f64> =
        order.iter().enumerate().map(|(rank, &index)| p(index) * tests / (rank + 1) as f64).collect();
    let mut least = 1.0f64;
    for (&index, raised) in order.iter().zip(raised).rev() {
        least = least.min(raised);
        differences[index].q = Some(rounded_up(least));
    }
    for difference in differences {
        difference.p = difference.p.map(rounded_up);
    }
}

/// The 4 decimals that files carry; upwards, so that rounding makes nothing a finding.
fn rounded_up(value: f64) -> f64 {
    (value * 1e4).ceil() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StorySummary;
    use crate::fixture::{article, story};

    fn tone(n: usize, tone: f64) -> Vec<String> {
        (0..n).map(|at| format!("*Ada{:.2} did it.", tone + 0.04 * (at % 4) as f64)).collect()
    }

    fn lines(lines: &[String]) -> Vec<&str> {
        lines.iter().map(String::as_str).collect()
    }

    fn of<'a>(story: &'a StorySummary, id: &str) -> &'a Difference {
        story.differences.iter().find(|one| one.id == format!("difference/s/{id}")).unwrap_or_else(|| panic!("no {id}"))
    }

    #[test]
    fn an_article_that_is_harsher_than_the_others_is_found() {
        let (harsh, mild) = (tone(12, -0.8), tone(12, 0.1));
        let page = |doc: &str, outlet: &str, of: &[String]| article(doc, outlet, None, &lines(of));
        let story = story(&[page("a", "Star", &harsh), page("b", "Post", &mild), page("c", "Sun", &mild)]);
        let found = of(&story, "article/a/tone_mean/per:ada/own");
        assert!(found.is_found() && found.difference.unwrap() < -0.8, "{found:?}");
        assert_eq!((found.scope, found.clusters, found.compared.as_str()), (Scope::Article, (12, 24), "a"));
    }

    #[test]
    fn too_few_paragraphs_are_not_tested() {
        let story = story(&[
            article("a", "Star", None, &lines(&tone(4, -0.8))),
            article("b", "Post", None, &lines(&tone(9, 0.1))),
        ]);
        let found = of(&story, "article/a/tone_mean/per:ada/own");
        assert_eq!((found.status, found.p, found.q, found.values), (Status::Insufficient, None, None, (None, None)));
    }

    #[test]
    fn outlets_are_not_tested_below_five_articles() {
        let page =
            |n: usize, outlet: &str, at: f64| article(&format!("{outlet}{n}"), outlet, None, &lines(&tone(6, at)));
        let check = |star: usize, status: Status| {
            let mut pages: Vec<_> = (0..star).map(|n| page(n, "Star", -0.8 + 0.01 * n as f64)).collect();
            pages.extend((0..7).map(|n| page(n, "Post", 0.1 + 0.01 * n as f64)));
            let story = story(&pages);
            let found = of(&story, "outlet/Star/tone_mean/per:ada/own");
            assert_eq!((found.status, found.p.is_some()), (status, status == Status::Ok), "{found:?}");
        };
        check(4, Status::Insufficient);
        check(6, Status::Ok);
    }

    #[test]
    fn q_is_that_of_benjamini_and_hochberg() {
        // Their example: with 15 tests, the four smallest p are found at 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let story = story(&[
            article("a", "Star", None, &lines(&tone(4, -0.8))),
            article("b", "Post", None, &lines(&tone(9, 0.1))),
        ]);
        let blank = &story.differences[0];
        let mut tested: Vec<Difference> =
            p.iter().map(|&p| Difference { p: Some(p), q: None, ..blank.clone() }).collect();
        share_false_discoveries(&mut tested);
        assert_eq!(tested.iter().filter(|one| one.is_found()).count(), 4);
        assert_eq!(tested[0].q, Some(0.0015));
    }

    /// Stories whose paragraphs were dealt out to five articles by chance.
    fn runs_with_findings(runs: u64) -> u64 {
        let mut found = 0;
        for run in 0..runs {
            let mut random = Random::new(run);
            let mut deal = |doc: usize| {
                let paragraph = |random: &mut Random| {
                    let mut line = String::from("It rained");
                    for name in ["Ada", "Bo", "Cy"] {
                        if random.below(3) == 0 {
                            let tone = [-0.8, -0.6, 0.0, 0.0, 0.1, 0.7][random.below(6)];
                            line.push_str(&format!(" on *{name}{tone}"));
                        }
                    }
                    if random.below(3) == 0 { format!("{{direct Ada say|{line}}}") } else { line }
                };
                let lines: Vec<String> = (0..8 + random.below(12)).map(|_| paragraph(&mut random)).collect();
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                article(&format!("d{doc}"), &format!("Outlet {doc}"), None, &lines)
            };
            let articles: Vec<_> = (0..5).map(&mut deal).collect();
            found += u64::from(story(&articles).differences.iter().any(Difference::is_found));
        }
        found
    }

    #[test]
    fn where_labels_are_dealt_by_chance_hardly_a_run_reports_a_finding() {
        let (runs, found) = (120, runs_with_findings(120));
        println!("labels at random: {found} of {runs} runs report a finding");
        assert!(found * 20 <= runs, "{found} of {runs} runs report a finding");
    }

    #[test]
    #[ignore = "minutes: the same in many runs"]
    fn where_labels_are_dealt_by_chance_hardly_a_run_of_many_reports_a_finding() {
        let (runs, found) = (2000, runs_with_findings(2000));
        println!("labels at random: {found} of {runs} runs report a finding");
        assert!(found * 20 <= runs, "{found} of {runs} runs report a finding");
    }
}
