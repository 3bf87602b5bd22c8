//! What each article of a story does with the story's main actors, as measurements.

use crate::statistics::{Interval, bootstrap_mean, seed_of, wilson};
use crate::{Measurement, Scope, Status};
use parallax_text::record::rounded;
use parallax_text::{AnnotatedArticle, BlockKind, EntityKind, LayerStatus, Mention, MentionForm, Tone, Voice};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Settings of a summary.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryOptions {
    /// How many actors of a story get figures of their own.
    pub main_actors: usize,
    /// Fewest clusters (paragraphs of an article, articles of an outlet) for a mean tone to be
    /// shown; below it the status is `insufficient`.
    pub minimum_clusters: usize,
    /// Draws of the bootstrap.
    pub bootstrap_draws: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// The model behind entities and tone, as measurements name it.
    pub model: String,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self { main_actors: 8, minimum_clusters: 5, bootstrap_draws: 2000, seed: 1, model: String::new() }
    }
}

/// An actor of a story, made of entities of its articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorInStory {
    /// Stable id, made from the name.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its kind.
    pub kind: EntityKind,
    /// Article (index in the slice given to [`summarize`]) and entity.
    pub members: Vec<(usize, u32)>,
}

/// The summary of one story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorySummary {
    /// Its name.
    pub id: String,
    /// Its articles.
    pub documents: Vec<DocumentSummary>,
    /// Its actors: the main ones first, then all others by their number of mentions.
    pub actors: Vec<ActorSummary>,
    /// The figures.
    pub measurements: Vec<Measurement>,
}

/// An article of a story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSummary {
    /// Its id.
    pub doc_id: String,
    /// Its outlet, where known.
    pub outlet: Option<String>,
    /// Its headline, where it has one.
    pub title: Option<String>,
    /// Its authors.
    pub byline: Vec<String>,
    /// Day of publication.
    pub published: Option<String>,
    /// Language of the body.
    pub language: Option<String>,
    /// Whether the page stops before the article does.
    pub truncated: bool,
    /// Words kept.
    pub words_kept: u64,
    /// Words of the page that were dropped.
    pub words_dropped: u64,
    /// Sentences of the body.
    pub body_sentences: u64,
}

/// An actor of a story with the names it goes by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorSummary {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// PER, ORG, LOC or MISC.
    pub kind: EntityKind,
    /// Whether it is one of the main actors, which have figures.
    pub main: bool,
    /// Named mentions in all articles.
    pub mentions_named: u64,
    /// How each article names it.
    pub names: Vec<NameUse>,
}

/// One label that one article uses for an actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameUse {
    /// The article.
    pub doc_id: String,
    /// The entity in its annotation record.
    pub entity: u32,
    /// The words.
    pub label: String,
    /// In which form they name it.
    pub form: MentionForm,
    /// How often outside quotation marks.
    pub outside_quotes: u64,
    /// How often inside quotation marks.
    pub inside_quotes: u64,
}

/// The id of a sentence in evidence lists.
#[must_use]
pub fn sentence_id(doc_id: &str, sentence: u32) -> String {
    format!("{doc_id}#{sentence}")
}

/// Summarises the articles of one story.
///
/// `actors` are the story's actors over the same slice of articles. Articles are reported in the
/// order given, actors by prominence, so give articles in an order of their own (by source).
#[must_use]
pub fn summarize(
    story: &str,
    articles: &[&AnnotatedArticle],
    actors: &[ActorInStory],
    options: &SummaryOptions,
) -> StorySummary {
    let views: Vec<ArticleView<'_>> =
        articles.iter().enumerate().map(|(i, a)| ArticleView::new(i, a, actors)).collect();
    let ranked = rank(actors, &views);
    let main: Vec<usize> = ranked
        .iter()
        .copied()
        .filter(|&actor| actors[actor].kind != EntityKind::Miscellaneous)
        .take(options.main_actors)
        .collect();

    let mut measurements = Vec::new();
    for view in &views {
        let group = Group::article(story, view, options);
        group.page_measures(&mut measurements);
        for &actor in &main {
            group.actor_measures(&actors[actor], actor, &mut measurements);
        }
    }
    for (outlet, members) in outlets(&views) {
        let group = Group::outlet(story, outlet, members, options);
        for &actor in &main {
            group.actor_measures(&actors[actor], actor, &mut measurements);
        }
    }

    let mut listed: Vec<ActorSummary> = main.iter().map(|&i| actor_summary(&actors[i], i, true, &views)).collect();
    listed.extend(ranked.iter().filter(|i| !main.contains(i)).map(|&i| actor_summary(&actors[i], i, false, &views)));
    StorySummary {
        id: story.to_owned(),
        documents: views.iter().map(ArticleView::document).collect(),
        actors: listed,
        measurements,
    }
}

/// One article with its mentions mapped to the story's actors.
struct ArticleView<'a> {
    article: &'a AnnotatedArticle,
    /// Per mention: index of the story's actor.
    actor_of: Vec<Option<usize>>,
    /// Sentences of the body, in order.
    body: Vec<u32>,
}

impl<'a> ArticleView<'a> {
    fn new(index: usize, article: &'a AnnotatedArticle, actors: &[ActorInStory]) -> Self {
        let mut actor_of_entity = vec![None; article.entities.len()];
        for (actor, found) in actors.iter().enumerate() {
            for &(_, entity) in found.members.iter().filter(|(member, _)| *member == index) {
                actor_of_entity[entity as usize] = Some(actor);
            }
        }
        let actor_of = article
            .mentions
            .iter()
            .map(|mention| mention.entity.and_then(|entity| actor_of_entity[entity as usize]))
            .collect();
        let body = (0..article.sentences.len() as u32).filter(|&sentence| article.zone(sentence).is_body()).collect();
        Self { article, actor_of, body }
    }

    fn doc_id(&self) -> &'a str {
        &self.article.document.doc_id
    }

    fn mentions_of(&self, actor: usize) -> impl Iterator<Item = &'a Mention> + '_ {
        let mentions = self.article.mentions.iter().zip(&self.actor_of);
        mentions.filter(move |(m, found)| **found == Some(actor) && m.form.is_named()).map(|(m, _)| m)
    }

    fn tones_of(&self, actor: usize) -> impl Iterator<Item = &'a Tone> + '_ {
        self.article.tones.iter().filter(move |tone| self.actor_of[tone.mention as usize] == Some(actor))
    }

    fn sentence_ids(&self, sentences: impl IntoIterator<Item = u32>) -> Vec<String> {
        let unique: BTreeSet<u32> = sentences.into_iter().collect();
        unique.into_iter().map(|sentence| sentence_id(self.doc_id(), sentence)).collect()
    }

    fn block_of(&self, sentence: u32) -> u32 {
        self.article.sentences[sentence as usize].block
    }

    fn layer_done(&self, name: &str) -> bool {
        self.article.layers.iter().any(|layer| layer.name == name && layer.status == LayerStatus::Done)
    }

    fn headline(&self) -> bool {
        self.article.article.blocks.iter().any(|block| block.kind == BlockKind::Headline)
    }

    fn words_kept(&self) -> u64 {
        self.article.article.blocks.iter().map(|block| count_words(&self.article.text()[block.span])).sum()
    }

    fn words_dropped(&self) -> u64 {
        let source = &self.article.document.source;
        self.article.article.dropped.iter().map(|dropped| count_words(&source[dropped.source])).sum()
    }

    fn document(&self) -> DocumentSummary {
        let article = &self.article.article;
        DocumentSummary {
            doc_id: self.doc_id().to_owned(),
            outlet: article.outlet.clone(),
            title: article.title.clone(),
            byline: article.byline.clone(),
            published: article.published.clone(),
            language: article.language.clone(),
            truncated: article.truncated,
            words_kept: self.words_kept(),
            words_dropped: self.words_dropped(),
            body_sentences: self.body.len() as u64,
        }
    }
}

/// Articles that share a row: one article, or all of an outlet.
struct Group<'a> {
    story: &'a str,
    scope: Scope,
    outlet: Option<&'a str>,
    views: Vec<&'a ArticleView<'a>>,
    options: &'a SummaryOptions,
}

impl<'a> Group<'a> {
    fn article(story: &'a str, view: &'a ArticleView<'a>, options: &'a SummaryOptions) -> Self {
        Self {
            story,
            scope: Scope::Article,
            outlet: view.article.article.outlet.as_deref(),
            views: vec![view],
            options,
        }
    }

    fn outlet(story: &'a str, outlet: &'a str, views: Vec<&'a ArticleView<'a>>, options: &'a SummaryOptions) -> Self {
        Self { story, scope: Scope::Outlet, outlet: Some(outlet), views, options }
    }

    fn page_measures(&self, out: &mut Vec<Measurement>) {
        let kept: u64 = self.views.iter().map(|view| view.words_kept()).sum();
        let dropped: u64 = self.views.iter().map(|view| view.words_dropped()).sum();
        let counted = |measure: &str, value: f64, unit: &str, n: u64| Measurement {
            value: Some(rounded(value)),
            unit: unit.to_owned(),
            n,
            n_unit: "words".to_owned(),
            method: "count".to_owned(),
            ..self.blank(measure, None, None, None)
        };
        out.push(counted("words_kept", kept as f64, "words", kept));
        out.push(counted("words_dropped", dropped as f64, "words", dropped));
        if kept + dropped > 0 {
            out.push(counted("page_share_kept", kept as f64 / (kept + dropped) as f64, "share", kept + dropped));
        }
    }

    fn actor_measures(&self, actor: &ActorInStory, index: usize, out: &mut Vec<Measurement>) {
        out.push(self.mentions_named(actor, index));
        out.push(self.sentence_share(actor, index));
        if self.scope == Scope::Article {
            out.push(self.first_position(actor, index));
            out.push(self.in_headline(actor, index));
        }
        for voice in [Voice::Own, Voice::Direct, Voice::Unresolved] {
            out.push(self.tone_mean(actor, index, voice));
        }
        if self.scope == Scope::Article {
            self.headline_tone(actor, index, out);
            out.extend(self.telling_sentence(actor, index));
        }
    }

    fn mentions_named(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let count: u64 = self.views.iter().map(|view| view.mentions_of(index).count() as u64).sum();
        self.known(
            "ner",
            Measurement {
                value: Some(count as f64),
                unit: "mentions".to_owned(),
                n: self.views.iter().map(|view| view.article.sentences.len() as u64).sum(),
                n_unit: "sentences".to_owned(),
                method: "named mentions in all prose blocks".to_owned(),
                evidence: self.evidence(|view| view.mentions_of(index).map(|m| m.sentence).collect()),
                ..self.blank("mentions_named", Some(actor), None, None)
            },
        )
    }

    fn sentence_share(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let naming = |view: &ArticleView<'_>| -> BTreeSet<u32> {
            view.mentions_of(index).map(|m| m.sentence).filter(|&s| view.article.zone(s).is_body()).collect()
        };
        let k: u64 = self.views.iter().map(|view| naming(view).len() as u64).sum();
        let n: u64 = self.views.iter().map(|view| view.body.len() as u64).sum();
        let made = Measurement {
            unit: "share".to_owned(),
            n,
            n_unit: "sentences".to_owned(),
            method: "body sentences that name the actor".to_owned(),
            evidence: self.evidence(|view| naming(view).into_iter().collect()),
            ..self.blank("sentence_share", Some(actor), None, Some(BlockKind::Body))
        };
        let made = match wilson(k, n) {
            Some(interval) => with_interval(made, k as f64 / n as f64, interval, "wilson"),
            None => Measurement { status: Status::NotApplicable, ..made },
        };
        self.known("ner", made)
    }

    fn first_position(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let view = self.views[0];
        let first = view.body.iter().position(|&s| view.mentions_of(index).any(|m| m.sentence == s));
        let made = Measurement {
            unit: "share".to_owned(),
            n: view.body.len() as u64,
            n_unit: "sentences".to_owned(),
            method: "sentences of the body before the first that names the actor".to_owned(),
            ..self.blank("first_position", Some(actor), None, Some(BlockKind::Body))
        };
        let made = match first {
            Some(before) => Measurement {
                value: Some(rounded(before as f64 / view.body.len() as f64)),
                evidence: view.sentence_ids([view.body[before]]),
                ..made
            },
            None => Measurement { status: Status::NotApplicable, ..made },
        };
        self.known("ner", made)
    }

    fn in_headline(&self, actor: &ActorInStory, index: usize) -> Measurement {
        let view = self.views[0];
        let naming: Vec<u32> = view
            .mentions_of(index)
            .map(|m| m.sentence)
            .filter(|&s| view.article.zone(s) == BlockKind::Headline)
            .collect();
        let made = Measurement {
            unit: "share".to_owned(),
            n: u64::from(view.headline()),
            n_unit: "headlines".to_owned(),
            method: "whether the headline names the actor".to_owned(),
            ..self.blank("in_headline", Some(actor), None, Some(BlockKind::Headline))
        };
        let made = if view.headline() {
            Measurement {
                value: Some(if naming.is_empty() { 0.0 } else { 1.0 }),
                evidence: view.sentence_ids(naming),
                ..made
            }
        } else {
            Measurement { status: Status::NotApplicable, ..made }
        };
        self.known("ner", made)
    }

    /// Mean tone in the body; clusters are paragraphs of an article, or articles of an outlet.
    fn tone_mean(&self, actor: &ActorInStory, index: usize, voice: Voice) -> Measurement {
        let mut clusters: BTreeMap<(usize, u32), (i64, u64)> = BTreeMap::new();
        let of =
            |view: &ArticleView<'_>, tone: &Tone| tone.voice == voice && view.article.zone(tone.sentence).is_body();
        for (number, view) in self.views.iter().enumerate() {
            for tone in view.tones_of(index).filter(|tone| of(view, tone)) {
                let block = if self.scope == Scope::Article { view.block_of(tone.sentence) } else { 0 };
                let cluster = clusters.entry((number, block)).or_default();
                cluster.0 += micro(tone);
                cluster.1 += 1;
            }
        }
        let clusters: Vec<(i64, u64)> = clusters.into_values().collect();
        let (sum, n) = clusters.iter().fold((0i64, 0u64), |(sum, n), cluster| (sum + cluster.0, n + cluster.1));
        let made = Measurement {
            unit: "score".to_owned(),
            n,
            n_unit: "mentions".to_owned(),
            method: "mean of positive minus negative probability".to_owned(),
            model: Some(self.options.model.clone()),
            evidence: self.evidence(|view| {
                view.tones_of(index).filter(|tone| of(view, tone)).map(|tone| tone.sentence).collect()
            }),
            ..self.blank("tone_mean", Some(actor), Some(voice), Some(BlockKind::Body))
        };
        let seed = seed_of(&made.id, self.options.seed);
        let interval = bootstrap_mean(&clusters, self.options.minimum_clusters, self.options.bootstrap_draws, seed);
        let made = match interval {
            Some(Interval { low, high }) => {
                let kind = if self.scope == Scope::Article { "bootstrap_paragraphs" } else { "bootstrap_articles" };
                let interval = Interval { low: low / 1e6, high: high / 1e6 };
                with_interval(made, sum as f64 / 1e6 / n as f64, interval, kind)
            }
            None => Measurement { status: Status::Insufficient, ..made },
        };
        self.known("tone", made)
    }

    /// The calibrated probabilities for the headline: their own statement of uncertainty.
    fn headline_tone(&self, actor: &ActorInStory, index: usize, out: &mut Vec<Measurement>) {
        let view = self.views[0];
        let tones: Vec<&Tone> = view.tones_of(index).filter(|tone| tone.zone == BlockKind::Headline).collect();
        let n = tones.len() as u64;
        for label in ["negative", "neutral", "positive"] {
            let probability = |tone: &&Tone| match label {
                "negative" => tone.scores.negative,
                "neutral" => tone.scores.neutral,
                _ => tone.scores.positive,
            };
            let sum: i64 = tones.iter().map(|tone| (f64::from(probability(tone)) * 1e6).round() as i64).sum();
            let made = Measurement {
                value: (n > 0).then(|| rounded(sum as f64 / 1e6 / n as f64)),
                unit: "probability".to_owned(),
                n,
                n_unit: "mentions".to_owned(),
                method: "calibrated probability, mean over mentions in the headline".to_owned(),
                model: Some(self.options.model.clone()),
                status: if n > 0 { Status::Ok } else { Status::NotApplicable },
                evidence: view.sentence_ids(tones.iter().map(|tone| tone.sentence)),
                ..self.blank(&format!("tone_{label}"), Some(actor), None, Some(BlockKind::Headline))
            };
            out.push(self.known("tone", made));
        }
    }

    /// The sentence with the strongest tone towards the actor: one to read, not an estimate.
    fn telling_sentence(&self, actor: &ActorInStory, index: usize) -> Option<Measurement> {
        let view = self.views[0];
        let body = view.tones_of(index).filter(|tone| view.article.zone(tone.sentence).is_body());
        let strongest = body.max_by_key(|tone| (micro(tone).abs(), std::cmp::Reverse(tone.sentence)))?;
        let made = Measurement {
            value: Some(rounded(micro(strongest) as f64 / 1e6)),
            unit: "score".to_owned(),
            n: 1,
            n_unit: "mentions".to_owned(),
            method: "the body sentence with the strongest tone towards the actor; a reading aid, not an estimate"
                .to_owned(),
            model: Some(self.options.model.clone()),
            evidence: view.sentence_ids([strongest.sentence]),
            ..self.blank("telling_sentence", Some(actor), Some(strongest.voice), Some(BlockKind::Body))
        };
        Some(self.known("tone", made))
    }

    /// A measurement without a figure, `ok`, to be filled in.
    fn blank(
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
    fn known(&self, layer: &str, made: Measurement) -> Measurement {
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

    fn evidence(&self, sentences: impl Fn(&ArticleView<'_>) -> Vec<u32>) -> Vec<String> {
        self.views.iter().flat_map(|view| view.sentence_ids(sentences(view))).collect()
    }
}

fn with_interval(made: Measurement, value: f64, interval: Interval, kind: &str) -> Measurement {
    Measurement {
        value: Some(rounded(value)),
        ci_low: Some(rounded(interval.low)),
        ci_high: Some(rounded(interval.high)),
        ci_kind: Some(kind.to_owned()),
        ..made
    }
}

/// A tone in millionths: sums of integers do not depend on their order.
fn micro(tone: &Tone) -> i64 {
    (f64::from(tone.scores.mean()) * 1e6).round() as i64
}

/// Actors by prominence: the sum over articles of their share of the article's named mentions
/// (in millionths), so that a long article does not decide alone; then by name.
fn rank(actors: &[ActorInStory], views: &[ArticleView<'_>]) -> Vec<usize> {
    let mut prominence = vec![0u64; actors.len()];
    for view in views {
        let named = view.actor_of.iter().zip(&view.article.mentions).filter(|(_, mention)| mention.form.is_named());
        let found: Vec<usize> = named.filter_map(|(actor, _)| *actor).collect();
        for &actor in &found {
            prominence[actor] += 1_000_000 / found.len() as u64;
        }
    }
    let mut order: Vec<usize> = (0..actors.len()).collect();
    order.sort_by(|&a, &b| prominence[b].cmp(&prominence[a]).then_with(|| actors[a].id.cmp(&actors[b].id)));
    order
}

/// Outlets with two articles or more: of one article, the article's own row says all.
fn outlets<'a>(views: &'a [ArticleView<'a>]) -> Vec<(&'a str, Vec<&'a ArticleView<'a>>)> {
    let mut found: BTreeMap<&str, Vec<&ArticleView<'_>>> = BTreeMap::new();
    for view in views {
        if let Some(outlet) = view.article.article.outlet.as_deref() {
            found.entry(outlet).or_default().push(view);
        }
    }
    found.into_iter().filter(|(_, members)| members.len() > 1).collect()
}

fn actor_summary(actor: &ActorInStory, index: usize, main: bool, views: &[ArticleView<'_>]) -> ActorSummary {
    let mut names: BTreeMap<(usize, u32, &str, MentionForm), (u64, u64)> = BTreeMap::new();
    for (number, view) in views.iter().enumerate() {
        let quotes = &view.article.quotes;
        for mention in view.mentions_of(index) {
            let entity = mention.entity.expect("mentions of an actor have an entity");
            let label = &view.article.text()[mention.span];
            let count = names.entry((number, entity, label, mention.form)).or_default();
            if quotes.iter().any(|quote| quote.span.contains(mention.span)) {
                count.1 += 1;
            } else {
                count.0 += 1;
            }
        }
    }
    let names: Vec<NameUse> = names
        .into_iter()
        .map(|((number, entity, label, form), (outside_quotes, inside_quotes))| NameUse {
            doc_id: views[number].doc_id().to_owned(),
            entity,
            label: label.to_owned(),
            form,
            outside_quotes,
            inside_quotes,
        })
        .collect();
    ActorSummary {
        id: actor.id.clone(),
        name: actor.name.clone(),
        kind: actor.kind,
        main,
        mentions_named: names.iter().map(|name| name.outside_quotes + name.inside_quotes).sum(),
        names,
    }
}

fn count_words(text: &str) -> u64 {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use parallax_text::{AlignedText, Article, Block, Document, Entity, Layer, Sentence, Span, ToneScores};

    /// An article of one-sentence paragraphs; in each, `*Name` is a mention with the tone behind
    /// it in the article's own voice: `"*Ada-0.5 left."`.
    fn article(doc_id: &str, outlet: &str, headline: Option<&str>, paragraphs: &[&str]) -> AnnotatedArticle {
        let mut text = String::new();
        let (mut blocks, mut sentences, mut mentions, mut tones) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let lines = headline.iter().map(|line| (BlockKind::Headline, *line));
        for (kind, line) in lines.chain(paragraphs.iter().map(|line| (BlockKind::Body, *line))) {
            let start = text.len();
            for (number, part) in line.split('*').enumerate() {
                if number == 0 {
                    text.push_str(part);
                    continue;
                }
                let name = part.split(|c: char| !c.is_alphabetic()).next().unwrap();
                let rest = &part[name.len()..];
                let tone = rest.split(' ').next().unwrap();
                let span = Span::new(text.len(), text.len() + name.len());
                text.push_str(name);
                text.push_str(&rest[tone.len()..]);
                let value: f32 = tone.parse().unwrap();
                mentions.push(Mention {
                    sentence: sentences.len() as u32,
                    span,
                    kind: EntityKind::Person,
                    form: MentionForm::Name,
                    score: 1.0,
                    entity: Some(0),
                });
                tones.push(Tone {
                    mention: mentions.len() as u32 - 1,
                    sentence: sentences.len() as u32,
                    zone: kind,
                    voice: Voice::Own,
                    holder: None,
                    quote: None,
                    scores: ToneScores {
                        negative: (-value).max(0.0),
                        neutral: 1.0 - value.abs(),
                        positive: value.max(0.0),
                    },
                });
            }
            let span = Span::new(start, text.len());
            sentences.push(Sentence { block: blocks.len() as u32, span });
            blocks.push(Block { kind, span });
            text.push('\n');
        }
        let done =
            |name: &str| Layer { name: name.into(), status: LayerStatus::Done, model_sha256: None, engine: None };
        AnnotatedArticle {
            document: Document { doc_id: doc_id.into(), source: text.clone(), ..Document::default() },
            article: Article {
                text: AlignedText::identity(&text),
                blocks,
                outlet: Some(outlet.into()),
                ..Article::default()
            },
            sentences,
            entities: vec![Entity {
                name: "Ada".into(),
                kind: EntityKind::Person,
                mentions: (0..mentions.len() as u32).collect(),
            }],
            mentions,
            quotes: Vec::new(),
            tones,
            layers: vec![done("ner"), done("tone")],
        }
    }

    fn story(articles: &[AnnotatedArticle]) -> StorySummary {
        let members = (0..articles.len()).map(|index| (index, 0)).collect();
        let ada = ActorInStory { id: "per:ada".into(), name: "Ada".into(), kind: EntityKind::Person, members };
        let articles: Vec<&AnnotatedArticle> = articles.iter().collect();
        summarize("s", &articles, &[ada], &SummaryOptions { model: "m".into(), ..SummaryOptions::default() })
    }

    fn find<'a>(story: &'a StorySummary, id: &str) -> &'a Measurement {
        story.measurements.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no {id}"))
    }

    #[test]
    fn counts_shares_and_positions_lead_to_their_sentences() {
        let one = article("a", "Star", Some("Rain"), &["Rain fell.", "*Ada-0.5 left.", "*Ada0 sat.", "Rain."]);
        let story = story(&[one]);
        let check = |measure: &str, value: Option<f64>, n: u64, evidence: &[&str]| {
            let m = find(&story, &format!("s/article/a/{measure}"));
            assert_eq!((m.value, m.n), (value, n), "{measure}");
            assert_eq!(m.evidence, evidence, "{measure}");
        };
        check("mentions_named/per:ada", Some(2.0), 5, &["a#2", "a#3"]);
        check("sentence_share/per:ada", Some(0.5), 4, &["a#2", "a#3"]);
        check("first_position/per:ada", Some(0.25), 4, &["a#2"]);
        check("in_headline/per:ada/headline", Some(0.0), 1, &[]);
        check("telling_sentence/per:ada", Some(-0.5), 1, &["a#2"]);
        check("words_kept", Some(8.0), 8, &[]);
    }

    #[test]
    fn too_few_paragraphs_are_insufficient_and_never_a_zero() {
        let few = article("a", "Star", None, &["*Ada-0.5 left.", "*Ada-0.5 sat.", "*Ada-0.5 *Ada-0.5 *Ada-0.5 ran."]);
        let story = story(&[few]);
        let m = find(&story, "s/article/a/tone_mean/per:ada/own");
        assert_eq!((m.status, m.value, m.n, m.evidence.len()), (Status::Insufficient, None, 5, 3));
        assert_eq!(find(&story, "s/article/a/in_headline/per:ada/headline").status, Status::NotApplicable);
    }

    #[test]
    fn a_mean_tone_has_an_interval_around_it() {
        let lines = ["*Ada-0.9 a.", "*Ada-0.5 b.", "*Ada-0.1 c.", "*Ada0.3 d.", "*Ada-0.3 e."];
        let story = story(&[article("a", "Star", None, &lines)]);
        let m = find(&story, "s/article/a/tone_mean/per:ada/own");
        let (low, high) = (m.ci_low.unwrap(), m.ci_high.unwrap());
        assert_eq!((m.status, m.value), (Status::Ok, Some(-0.3)));
        assert!(-0.9 < low && low < -0.3 && -0.3 < high && high < 0.3, "{low} {high}");
        assert_eq!(m.ci_kind.as_deref(), Some("bootstrap_paragraphs"));
    }

    #[test]
    fn what_did_not_run_is_unknown() {
        let mut foreign = article("a", "Star", None, &["*Ada-0.5 left."]);
        foreign.layers.iter_mut().for_each(|layer| layer.status = LayerStatus::UnsupportedLanguage);
        let story = story(&[foreign]);
        let m = find(&story, "s/article/a/mentions_named/per:ada");
        assert_eq!((m.status, m.value, m.n), (Status::Unknown, None, 0));
    }

    #[test]
    fn an_outlet_has_figures_of_its_own_from_two_articles_on() {
        let page = || ["*Ada-0.5 left.", "Rain."];
        let alone = story(&[article("a", "Star", None, &page()), article("b", "Post", None, &page())]);
        assert!(alone.measurements.iter().all(|m| m.scope == Scope::Article));
        let both = story(&[article("a", "Star", None, &page()), article("b", "Star", None, &page())]);
        let m = find(&both, "s/outlet/Star/sentence_share/per:ada");
        assert_eq!((m.value, m.n, m.doc_id.as_deref()), (Some(0.5), 4, None));
        assert_eq!(find(&both, "s/outlet/Star/tone_mean/per:ada/own").status, Status::Insufficient);
    }
}
