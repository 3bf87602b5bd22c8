//! Articles that share a row of figures, and the blank form of a figure.

use crate::statistics::{Interval, bootstrap_mean, seed_of};
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
}

impl<'a> Group<'a> {
    pub(crate) fn article(story: &'a str, view: &'a ArticleView<'a>, options: &'a SummaryOptions) -> Self {
        Self {
            story,
            scope: Scope::Article,
            outlet: view.article.article.outlet.as_deref(),
            views: vec![view],
            options,
        }
    }

    pub(crate) fn outlet(
        story: &'a str,
        outlet: &'a str,
        views: Vec<&'a ArticleView<'a>>,
        options: &'a SummaryOptions,
    ) -> Self {
        Self { story, scope: Scope::Outlet, outlet: Some(outlet), views, options }
    }

    /// A measurement without a figure, `ok`, to be filled in.
    pub(crate) fn blank(
        &self,
        measure: &str,
        actor: Option<&ActorInStory>,
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
            actor.map(|actor| actor.id.as_str()),
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
            target: actor.map(|actor| actor.id.clone()),
            holder: None,
            voice,
            zone,
            value: None,
            unit: String::new(),
            n: 0,
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
            evidence: Vec::new(),
            ..made
        }
    }

    /// A mean with its interval: cells are clusters of observations, as article (index in `views`)
    /// and block, with the sum (in parts of `unit`) and the number of the observations. In rows
    /// of an outlet, all blocks of an article are one cluster.
    pub(crate) fn mean_of_clusters(
        &self,
        made: Measurement,
        cells: impl IntoIterator<Item = (usize, u32, i64, u64)>,
        unit: f64,
    ) -> Measurement {
        let mut clusters: BTreeMap<(usize, u32), (i64, u64)> = BTreeMap::new();
        for (view, block, sum, count) in cells {
            let cluster = clusters.entry((view, if self.scope == Scope::Article { block } else { 0 })).or_default();
            cluster.0 += sum;
            cluster.1 += count;
        }
        let clusters: Vec<(i64, u64)> = clusters.into_values().collect();
        let (sum, n) = clusters.iter().fold((0i64, 0u64), |(sum, n), cluster| (sum + cluster.0, n + cluster.1));
        let made = Measurement { n, ..made };
        let seed = seed_of(&made.id, self.options.seed);
        match bootstrap_mean(&clusters, self.options.minimum_clusters, self.options.bootstrap_draws, seed) {
            Some(Interval { low, high }) => {
                let kind = if self.scope == Scope::Article { "bootstrap_paragraphs" } else { "bootstrap_articles" };
                let interval = Interval { low: low / unit, high: high / unit };
                with_interval(made, sum as f64 / unit / n as f64, interval, kind)
            }
            None => Measurement { status: Status::Insufficient, ..made },
        }
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

/// A tone in millionths: sums of integers do not depend on their order.
pub(crate) fn micro(tone: &Tone) -> i64 {
    (f64::from(tone.scores.mean()) * 1e6).round() as i64
}
