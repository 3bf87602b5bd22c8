//! Articles that share a row of figures, and the blank form of a figure.

use crate::statistics::{
    Bootstrap, Cluster, ErrorDraws, ErrorModel, Interval, Weights, bounded_interval_by, classified_interval,
    percentile_interval, seed_of,
};
use crate::summary::{ActorInStory, SummaryOptions};
use crate::view::ArticleView;
use crate::{Measurement, Scope, Status};
use parallax_text::record::rounded;
use parallax_text::{BlockKind, Tone, Voice};
use std::collections::BTreeMap;

/// Articles that share a row: one article, or all of an outlet.
pub(crate) struct Group<'a> {
    pub(crate) story: &'a str,
    pub(crate) scope: Scope,
    pub(crate) outlet: Option<&'a str>,
    pub(crate) views: Vec<&'a ArticleView<'a>>,
    pub(crate) options: &'a SummaryOptions,
    pub(crate) errors: &'a Errors,
}

impl<'a> Group<'a> {
    pub(crate) fn article(
        story: &'a str,
        view: &'a ArticleView<'a>,
        options: &'a SummaryOptions,
        errors: &'a Errors,
    ) -> Self {
        Self {
            story,
            scope: Scope::Article,
            outlet: view.article.article.outlet.as_deref(),
            views: vec![view],
            options,
            errors,
        }
    }

    pub(crate) fn outlet(
        story: &'a str,
        outlet: &'a str,
        views: Vec<&'a ArticleView<'a>>,
        options: &'a SummaryOptions,
        errors: &'a Errors,
    ) -> Self {
        Self { story, scope: Scope::Outlet, outlet: Some(outlet), views, options, errors }
    }

    /// A measurement without a figure, `ok`, to be filled in.
    pub(crate) fn blank(
        &self,
        measure: &str,
        actor: Option<&ActorInStory>,
        voice: Option<Voice>,
        zone: Option<BlockKind>,
    ) -> Measurement {
        self.blank_about(measure, actor.map(|actor| actor.id.as_str()), voice, zone)
    }

    /// A measurement without a figure about an actor, a frame or a proposition, by its id.
    pub(crate) fn blank_about(
        &self,
        measure: &str,
        target: Option<&str>,
        voice: Option<Voice>,
        zone: Option<BlockKind>,
    ) -> Measurement {
        let doc_id = (self.scope == Scope::Article).then(|| self.views[0].doc_id().to_owned());
        let whose = doc_id.as_deref().or(self.outlet).unwrap_or("-");
        let parts = [
            Some(self.story),
            Some(if self.scope == Scope::Article { "article" } else { "outlet" }),
            Some(whose),
            Some(measure),
            target,
            // One per article and actor, whatever voice it is found in.
            voice.filter(|_| measure != "telling_sentence").map(Voice::name),
            zone.filter(|zone| *zone != BlockKind::Body).map(BlockKind::name),
        ];
        Measurement {
            id: parts.into_iter().flatten().collect::<Vec<_>>().join("/"),
            story: self.story.to_owned(),
            scope: self.scope,
            outlet: self.outlet.map(ToOwned::to_owned),
            doc_id,
            measure: measure.to_owned(),
            target: target.map(ToOwned::to_owned),
            holder: None,
            voice,
            zone,
            value: None,
            unit: String::new(),
            n: 0,
            n_shared: None,
            n_unit: String::new(),
            ci_low: None,
            ci_high: None,
            ci_kind: None,
            status: Status::Ok,
            method: String::new(),
            model: None,
            evidence: Vec::new(),
        }
    }

    /// First digits of the hash of the model that made a layer, where the articles name one.
    pub(crate) fn model_of(&self, layer: &str) -> Option<String> {
        let layers = self.views.iter().flat_map(|view| &view.article.layers);
        let sha256 = layers.filter(|found| found.name == layer).find_map(|found| found.model_sha256.as_deref())?;
        Some(format!("{layer}@{}", sha256.get(..12).unwrap_or(sha256)))
    }

    /// The measurement as it is where the layer ran on every article, `unknown` where it did not.
    pub(crate) fn known(&self, layer: &str, made: Measurement) -> Measurement {
        if self.views.iter().all(|view| view.layer_done(layer)) {
            return made;
        }
        Measurement {
            status: Status::Unknown,
            value: None,
            ci_low: None,
            ci_high: None,
            ci_kind: None,
            n: 0,
            n_shared: None,
            evidence: Vec::new(),
            ..made
        }
    }

    /// A mean with its interval. In rows of an outlet, all blocks of an article are one cluster.
    pub(crate) fn mean_of_clusters(
        &self,
        made: Measurement,
        cells: impl IntoIterator<Item = Cell>,
        kind: &Kind<'_>,
    ) -> Measurement {
        let mut n_shared = 0;
        let counted = cells.into_iter().inspect(|cell| {
            n_shared += if self.views[cell.view].shared.contains(&cell.sentence) { cell.count } else { 0 };
        });
        let clusters: Vec<Cluster> = clusters_of(self.scope, counted).into_values().collect();
        let all = clusters.iter().fold((0i64, 0u64), |(sum, n), cluster| (sum + cluster.sum, n + cluster.count));
        let made = Measurement { n: all.1, n_shared: Some(n_shared), ..made };
        let options = self.options;
        let seed = seed_of(&made.id, options.seed);
        let bootstrap = Bootstrap { minimum: options.minimum_clusters, draws: options.bootstrap_draws, seed };
        let clustered = if self.scope == Scope::Article { "bootstrap_paragraphs" } else { "bootstrap_articles" };
        let scaled = |found: Interval| Interval { low: found.low / kind.unit, high: found.high / kind.unit };
        let (least, most) = kind.range;
        let (found, suffix) = match kind.error {
            Doubt::None => {
                let range = (least * kind.unit, most * kind.unit);
                (bounded_interval_by(&clusters, range, bootstrap, &self.errors.weights).map(scaled), "")
            }
            Doubt::Classifier(error) => {
                let unit = (!kind.of_labels).then_some(kind.unit);
                (classified_interval(&clusters, unit, error, bootstrap), "+classifier")
            }
            Doubt::Coded => (percentile_interval(&clusters, bootstrap).map(scaled), "+coded"),
        };
        match found {
            Some(Interval { low, high }) => {
                let interval = Interval { low: low.clamp(least, most), high: high.clamp(least, most) };
                let value = (all.0 as f64 / kind.unit / all.1 as f64).clamp(least, most);
                with_interval(made, value, interval, &format!("{clustered}{suffix}"))
            }
            None => Measurement { status: Status::Insufficient, ..made },
        }
    }

    /// The cells of all articles.
    pub(crate) fn cells(&self, of: impl Fn(&ArticleView<'_>) -> Vec<Cell>) -> Vec<Cell> {
        let of_view = |(number, view): (usize, &&ArticleView<'_>)| {
            of(view).into_iter().map(move |cell| Cell { view: number, ..cell }).collect::<Vec<_>>()
        };
        self.views.iter().enumerate().flat_map(of_view).collect()
    }

    pub(crate) fn evidence(&self, sentences: impl Fn(&ArticleView<'_>) -> Vec<u32>) -> Vec<String> {
        self.views.iter().flat_map(|view| view.sentence_ids(sentences(view))).collect()
    }
}

pub(crate) fn with_interval(made: Measurement, value: f64, interval: Interval, kind: &str) -> Measurement {
    Measurement {
        value: Some(rounded(value)),
        ci_low: Some(rounded(interval.low)),
        ci_high: Some(rounded(interval.high)),
        ci_kind: Some(kind.to_owned()),
        ..made
    }
}

/// An observation, or several of one block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// Index of the article in the group.
    pub(crate) view: usize,
    pub(crate) block: u32,
    pub(crate) sentence: u32,
    /// Sum of the observations, in parts of a unit.
    pub(crate) sum: i64,
    pub(crate) count: u64,
    /// The label that the classifier gave.
    pub(crate) label: Option<usize>,
}

impl Cell {
    /// One observation in a sentence of an article; the group tells which article of its own it is.
    pub(crate) fn one(view: &ArticleView<'_>, sentence: u32, sum: i64) -> Self {
        Self { view: 0, block: view.block_of(sentence), sentence, sum, count: 1, label: None }
    }
}

/// What a mean is of.
pub(crate) struct Kind<'a> {
    /// What one is in the sums of its cells.
    pub(crate) unit: f64,
    /// The least and the most that an observation can be.
    pub(crate) range: (f64, f64),
    pub(crate) error: Doubt<'a>,
    /// Whether an observation is the label that a classifier gave, not its score.
    pub(crate) of_labels: bool,
}

impl Kind<'_> {
    /// The share of observations that count one.
    pub(crate) const SHARE: Self = Self { unit: 1.0, range: (0.0, 1.0), error: Doubt::None, of_labels: true };
}

/// What is known of the error of single observations.
#[derive(Clone, Copy)]
pub(crate) enum Doubt<'a> {
    /// They are counts, or the interval is to carry no error of theirs.
    None,
    /// A classifier's, by its held-out confusion matrix.
    Classifier(&'a ErrorDraws),
    /// Corrected by a coded subsample: without bias, but beyond the range.
    Coded,
}

/// The clusters of cells: blocks of articles, or articles.
pub(crate) fn clusters_of(scope: Scope, cells: impl IntoIterator<Item = Cell>) -> BTreeMap<(usize, u32), Cluster> {
    let mut clusters: BTreeMap<(usize, u32), Cluster> = BTreeMap::new();
    for cell in cells {
        let block = if scope == Scope::Article { cell.block } else { 0 };
        let cluster = clusters.entry((cell.view, block)).or_default();
        cluster.sum += cell.sum;
        cluster.count += cell.count;
        if let Some(label) = cell.label {
            cluster.labels[label] += cell.count;
        }
    }
    clusters
}

/// What the intervals of a story are drawn from.
#[derive(Debug)]
pub(crate) struct Errors {
    /// The classifiers' errors, and how a method states them, by layer.
    layers: BTreeMap<String, (ErrorDraws, String)>,
    weights: Weights,
}

impl Errors {
    pub(crate) fn new(options: &SummaryOptions) -> Self {
        let draws = |(layer, model): (&String, &ErrorModel)| {
            let drawn = ErrorDraws::new(model, options.bootstrap_draws, seed_of(layer, options.seed))?;
            Some((layer.clone(), (drawn, model.assumption())))
        };
        let bootstrap = Bootstrap {
            minimum: options.minimum_clusters,
            draws: options.bootstrap_draws,
            seed: seed_of("weights", options.seed),
        };
        Self { layers: options.errors.iter().filter_map(draws).collect(), weights: Weights::new(bootstrap) }
    }

    /// The doubt of a layer's observations, and how a method states it.
    pub(crate) fn of(&self, layer: &str) -> (Doubt<'_>, Option<&str>) {
        match self.layers.get(layer) {
            Some((draws, stated)) => (Doubt::Classifier(draws), Some(stated)),
            None => (Doubt::None, None),
        }
    }
}

/// A tone in millionths: sums of integers do not depend on their order.
pub(crate) fn micro(tone: &Tone) -> i64 {
    (f64::from(tone.scores.mean()) * 1e6).round() as i64
}
