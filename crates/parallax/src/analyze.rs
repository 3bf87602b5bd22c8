//! The main job: documents in, annotated articles, stories and their files out.

use crate::annotate::{AnnotateOptions, annotate, make_article};
use crate::config::Config;
use crate::input::{DocumentError, Inputs, RawDocument};
use crate::judge::Questions;
use crate::models::Models;
use crate::progress::Progress;
use anyhow::{Context, Result};
use parallax_clean::OutletLines;
use parallax_compare::{
    ActorInStory, CodedTones, Label, ONLY_STORY, StorySummary, SummaryOptions, group_stories, summarize,
};
use parallax_ner::{ActorsOf, KnownActors};
use parallax_text::{AnnotatedArticle, Mention};
use rayon::prelude::*;
use std::any::Any;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// What to analyse, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// Files, folders, or `-`.
    pub inputs: Vec<PathBuf>,
    /// A metadata table other than the `corpus.csv` beside the inputs.
    pub metadata: Option<PathBuf>,
    /// Whether pages are cleaned; otherwise their text is taken as it is.
    pub clean: bool,
    /// Actors that the user names: they win over what is found.
    pub actors: KnownActors,
    /// Settings.
    pub config: Config,
    /// Whether progress and warnings are kept off standard error.
    pub quiet: bool,
}

/// What became of the documents of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Documents that were annotated.
    pub done: usize,
    /// Documents that were lost, in order of the input.
    pub errors: Vec<DocumentError>,
    /// What the user should know, in order of the input.
    pub warnings: Vec<String>,
}

impl Job {
    pub(crate) fn find(&self) -> Result<Inputs> {
        Inputs::find(&self.inputs, self.metadata.as_deref(), self.config.max_bytes)
    }

    /// Runs `work` on all documents, on all threads, and hands the results over in order of the
    /// input, a few at a time: memory does not grow with their number. A document whose work
    /// fails, or panics, costs itself.
    pub(crate) fn for_each<R: Send>(
        &self,
        inputs: &Inputs,
        work: impl Fn(RawDocument) -> Result<R, DocumentError> + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<Tally> {
        let threads = self.threads()?;
        let progress = Progress::start(inputs.count_hint(), self.quiet);
        let mut tally = Tally { warnings: inputs.warnings.clone(), ..Tally::default() };
        let mut ids = BTreeSet::new();
        let mut documents = inputs.read();
        loop {
            // Large enough that a long page at the end of a round leaves no thread idle for long.
            let round: Vec<_> = documents.by_ref().take(16 * threads.current_num_threads()).collect();
            if round.is_empty() {
                break;
            }
            let round: Vec<_> = round.into_iter().map(|item| item.and_then(|raw| once(raw, &mut ids))).collect();
            let results: Vec<Result<(R, Vec<String>), DocumentError>> = threads.install(|| {
                round
                    .into_par_iter()
                    .map(|item| {
                        let mut raw = item?;
                        let warnings = std::mem::take(&mut raw.warnings);
                        let result = guarded(raw, &work);
                        progress.step();
                        Ok((result?, warnings))
                    })
                    .collect()
            });
            for result in results {
                match result {
                    Ok((made, warnings)) => {
                        tally.done += 1;
                        tally.warnings.extend(warnings);
                        take(made)?;
                    }
                    Err(error) => tally.errors.push(error),
                }
            }
        }
        progress.finish();
        let ids: Vec<String> = ids.into_iter().collect();
        tally.warnings.extend(
            inputs
                .unmatched(&ids)
                .into_iter()
                .map(|row| format!("the metadata table names {row:?}, which no input has")),
        );
        Ok(tally)
    }

    pub(crate) fn threads(&self) -> Result<rayon::ThreadPool> {
        let threads = rayon::ThreadPoolBuilder::new().num_threads(self.config.threads).build();
        threads.context("the threads could not be started")
    }

    /// How the documents are to be annotated.
    pub(crate) fn options(&self, inputs: &Inputs) -> Result<AnnotateOptions> {
        let known = if self.clean { self.outlet_lines(inputs)? } else { OutletLines::default() };
        Ok(AnnotateOptions { config: self.config.clone(), clean: self.clean, known })
    }

    /// Reads the pages of the outlets that the metadata tables name several times, a first time,
    /// for what those outlets print on page after page. What is wrong with a page is told when it
    /// is read for itself.
    fn outlet_lines(&self, inputs: &Inputs) -> Result<OutletLines> {
        let mut known = OutletLines::default();
        let outlets = inputs.outlets(OutletLines::FEWEST_PAGES);
        if outlets.is_empty() {
            return Ok(known);
        }
        let limits = self.config.clean();
        let count = |raw: RawDocument| {
            let mut own = OutletLines::default();
            if let Some(outlet) = raw.declared.outlet.as_ref().filter(|outlet| outlets.contains(*outlet)) {
                // A page that cannot be read has no lines.
                let _ = own.add(outlet, &raw.source, raw.format, &limits);
            }
            Ok(own)
        };
        let threads = self.threads()?;
        let mut ids = BTreeSet::new();
        let mut documents = inputs.read_files().flatten();
        loop {
            let round: Vec<_> = documents.by_ref().take(16 * threads.current_num_threads()).collect();
            if round.is_empty() {
                return Ok(known);
            }
            let round: Vec<_> = round.into_iter().filter_map(|raw| once(raw, &mut ids).ok()).collect();
            let counted: Vec<Result<OutletLines, DocumentError>> =
                threads.install(|| round.into_par_iter().map(|raw| guarded(raw, &count)).collect());
            counted.into_iter().flatten().for_each(|own| known.merge(own));
        }
    }

    /// Annotates all documents and hands them over in order of the input.
    ///
    /// # Errors
    /// Where nothing can be read at all, or `take` fails. Documents that fail are in the tally.
    pub fn annotate(&self, models: &Models, take: impl FnMut(AnnotatedArticle) -> Result<()>) -> Result<Tally> {
        self.annotate_found(&self.find()?, models, take)
    }

    pub(crate) fn annotate_found(
        &self,
        inputs: &Inputs,
        models: &Models,
        take: impl FnMut(AnnotatedArticle) -> Result<()>,
    ) -> Result<Tally> {
        let questions = Questions::new(models, &self.config)?;
        let options = self.options(inputs)?;
        let work = |raw: RawDocument| {
            let (document, article) = make_article(raw, &options)?;
            let (origin, doc_id) = (document.origin.clone(), document.doc_id.clone());
            annotate(document, article, models, &self.actors, &questions).map_err(|error| DocumentError {
                source: origin.path,
                record: origin.record,
                doc_id: Some(doc_id),
                message: format!("{error:#}"),
            })
        };
        self.for_each(inputs, work, take)
    }
}

/// Refuses a document whose id an earlier one has.
fn once(raw: RawDocument, ids: &mut BTreeSet<String>) -> Result<RawDocument, DocumentError> {
    if ids.insert(raw.doc_id.clone()) {
        return Ok(raw);
    }
    Err(DocumentError {
        source: raw.origin.path,
        record: raw.origin.record,
        message: format!(
            "an earlier document has the id {:?} too; give each its own `doc_id` (in the record, or in corpus.csv)",
            raw.doc_id
        ),
        doc_id: Some(raw.doc_id),
    })
}

fn guarded<R>(
    raw: RawDocument,
    work: &(impl Fn(RawDocument) -> Result<R, DocumentError> + Sync),
) -> Result<R, DocumentError> {
    let (source, record, doc_id) = (raw.origin.path.clone(), raw.origin.record, raw.doc_id.clone());
    catch_unwind(AssertUnwindSafe(|| work(raw))).unwrap_or_else(|panic| {
        Err(DocumentError {
            source,
            record,
            doc_id: Some(doc_id),
            message: format!("an error inside Parallax, please report it with this document: {}", said(&*panic)),
        })
    })
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

/// Groups annotated articles into stories and summarises each, on the threads of the pool that this is called
/// in: by the story that the user names, those without one by content and date.
#[must_use]
pub fn compare(
    articles: &[AnnotatedArticle],
    actors: &KnownActors,
    config: &Config,
    models: &Models,
) -> Vec<StorySummary> {
    compare_coded(articles, actors, config, models, CodedTones::default())
}

/// [`compare`], with tones that people coded.
#[must_use]
pub fn compare_coded(
    articles: &[AnnotatedArticle],
    actors: &KnownActors,
    config: &Config,
    models: &Models,
    coded: CodedTones,
) -> Vec<StorySummary> {
    let comparison = Comparison::new(articles, actors, config, models, coded);
    comparison.stories.par_iter().map(|(name, story)| comparison.summary(name, story)).collect()
}

/// The articles of one story.
#[derive(Debug, Default)]
pub(crate) struct Members<'a> {
    articles: Vec<&'a AnnotatedArticle>,
    /// Of each: whether it is from a later time than the story.
    later: Vec<bool>,
}

/// Stories and what their comparison needs.
pub(crate) struct Comparison<'a> {
    stories: BTreeMap<String, Members<'a>>,
    actors: &'a KnownActors,
    options: SummaryOptions,
}

impl<'a> Comparison<'a> {
    /// Groups articles; `coded` are tones that people coded.
    pub(crate) fn new(
        articles: &'a [AnnotatedArticle],
        actors: &'a KnownActors,
        config: &Config,
        models: &Models,
        coded: CodedTones,
    ) -> Self {
        let mut stories: BTreeMap<String, Members<'a>> = BTreeMap::new();
        let (named, unnamed): (Vec<&AnnotatedArticle>, Vec<&AnnotatedArticle>) =
            articles.iter().partition(|article| article.document.story.is_some());
        let groups = group_stories(&unnamed, &config.grouping());
        let found = groups.iter().flat_map(|group| {
            let members = group.members.iter().zip(&group.later);
            members.map(|(&member, &later)| (group.name.clone(), unnamed[member], later))
        });
        // What the user puts into a story is part of it, however late.
        let given = named.iter().map(|&article| (article.document.story.clone().unwrap_or_default(), article, false));
        for (name, article, later) in given.chain(found) {
            let story = stories.entry(name).or_default();
            story.articles.push(article);
            story.later.push(later);
        }
        let errors = if config.classifier_error { models.errors.clone() } else { BTreeMap::new() };
        let options = SummaryOptions { errors, coded, ..config.summary(&models.label()) };
        Self { stories, actors, options }
    }

    /// Number of stories.
    pub(crate) fn len(&self) -> usize {
        self.stories.len()
    }

    /// Names and articles of the stories that have the most outlets, then the most articles, as many as have at
    /// most `articles` articles together; one story at least.
    pub(crate) fn largest(&self, articles: usize) -> BTreeMap<&str, &[&'a AnnotatedArticle]> {
        let outlets = |story: &Members<'_>| {
            story.articles.iter().filter_map(|one| one.article.outlet.as_deref()).collect::<BTreeSet<_>>().len()
        };
        let mut ranked: Vec<(&String, &Members<'a>)> = self.stories.iter().collect();
        ranked.sort_by_cached_key(|(name, story)| Reverse((outlets(story), story.articles.len(), Reverse(*name))));
        let mut left = articles;
        let mut chosen = BTreeMap::new();
        for (name, story) in ranked {
            if story.articles.len() <= left || chosen.is_empty() {
                left = left.saturating_sub(story.articles.len());
                chosen.insert(name.as_str(), story.articles.as_slice());
            }
        }
        chosen
    }

    /// Summarises the stories, in order of their names, and has them made ready, some at a time on the threads of
    /// the pool that this is called in; hands over what was made: memory does not grow with their number.
    ///
    /// # Errors
    /// Those of `ready` and `take`.
    pub(crate) fn for_each<R: Send>(
        &self,
        ready: impl Fn(StorySummary) -> Result<R> + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let stories: Vec<(&String, &Members<'a>)> = self.stories.iter().collect();
        for round in stories.chunks(32 * rayon::current_num_threads()) {
            let made: Vec<Result<R>> =
                round.par_iter().with_max_len(1).map(|(name, story)| ready(self.summary(name, story))).collect();
            made.into_iter().try_for_each(|made| take(made?))?;
        }
        Ok(())
    }

    fn summary(&self, name: &str, story: &Members<'_>) -> StorySummary {
        let members: Vec<ActorsOf> = story.articles.iter().map(|article| actors_of(article)).collect();
        let found = parallax_ner::merge(&members, self.actors);
        let wanted = |known: Option<usize>| known.is_some_and(|index| self.actors.actors()[index].of_interest);
        let found: Vec<ActorInStory> = found
            .into_iter()
            .map(|actor| ActorInStory {
                id: actor.id,
                name: actor.name,
                kind: actor.kind,
                is_named: actor.is_named,
                of_interest: wanted(actor.known),
                members: actor.members,
            })
            .collect();
        summarize(name, &story.articles, &story.later, &found, &label, &self.options)
    }
}

fn label(text: &str, mention: &Mention) -> Label {
    let label = parallax_ner::naming::label(text, mention);
    Label { words: label.shown, role: label.role, modifiers: label.modifiers }
}

/// What the merge of a story's actors has to know of an article.
pub(crate) fn actors_of(article: &AnnotatedArticle) -> ActorsOf {
    ActorsOf::new(&article.document.doc_id, article.text(), &article.sentences, &article.mentions, &article.entities)
}

/// Name of the story of articles that name none.
pub(crate) const UNNAMED_STORY: &str = ONLY_STORY;

/// Warns of a story whose articles lie further apart than one event's do.
pub(crate) fn date_warning(story: &StorySummary, config: &Config) -> Option<String> {
    let dates: BTreeSet<jiff::civil::Date> =
        story.documents.iter().filter_map(|document| document.published.as_ref()?.parse().ok()).collect();
    let (first, last) = (dates.first()?, dates.last()?);
    let days = last.duration_since(*first).as_hours() / 24;
    (days > i64::from(config.story_days)).then(|| {
        format!(
            "story {:?}: its articles are dated {first} to {last}, {days} days apart; what is marked `later` does not count as leaving facts out; if they report different events, name a `story` for each in corpus.csv",
            story.id
        )
    })
}
