//! What each article of a story does with the story's main actors, as measurements.

use crate::alike::Sentences;
use crate::correction::CodedTones;
use crate::coverage::{CoverageOptions, Fact, facts};
use crate::differences::{Difference, Subjects, differences};
use crate::findings::{Finding, findings};
use crate::frames::frames;
use crate::group::{Errors, Group};
use crate::headlines::{HeadlineSummary, headlines};
use crate::naming::{Label, actor_summary};
use crate::renderings::{Rendering, renderings};
use crate::stances::{PropositionSummary, propositions};
use crate::syndication::{
    SharedTextSummary, SharingOptions, copies_of, not_its_own, shared_sentences, shared_summary, shared_text,
};
use crate::view::ArticleView;
use crate::voices::{SpeakerSummary, speakers, speaking_actors};
use crate::wording::{WordingOptions, WordingRow, wording};
use crate::{ErrorModel, Measurement};
use parallax_text::{AnnotatedArticle, EntityKind, Mention, MentionForm};
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
    /// When articles are taken to share text.
    pub sharing: SharingOptions,
    /// The classifiers' held-out confusion matrices, by layer (`tone`, `wording`,
    /// `frames/CODEBOOK/FRAME`): means of a layer with one carry its error in their intervals.
    pub errors: BTreeMap<String, ErrorModel>,
    /// Least score for a sentence to count as set in a frame, 0 to 1.
    pub least_frame: f32,
    /// Least score for a sentence's wording to count as loaded, 0 to 1.
    pub least_loaded: f32,
    /// Tones that people coded: means of enough of them are corrected by them.
    pub coded: CodedTones,
    /// When sentences are taken to tell the same fact.
    pub coverage: CoverageOptions,
    /// How the words of outlets are compared.
    pub wording: WordingOptions,
    /// The model behind entities and tone, as measurements name it.
    pub model: String,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        Self {
            main_actors: 8,
            minimum_clusters: 5,
            bootstrap_draws: 2000,
            seed: 1,
            sharing: SharingOptions::default(),
            errors: BTreeMap::new(),
            least_frame: 0.5,
            least_loaded: 0.5,
            coded: CodedTones::default(),
            coverage: CoverageOptions::default(),
            wording: WordingOptions::default(),
            model: String::new(),
        }
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
    /// Whether any article names it; an actor that is only described ("a senior official") is
    /// listed, but not among the main ones.
    pub is_named: bool,
    /// Whether the user wants figures on it, however seldom it is mentioned.
    pub of_interest: bool,
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
    /// Who speaks, those with the most words first.
    pub speakers: Vec<SpeakerSummary>,
    /// Articles that share text.
    pub shared: Vec<SharedTextSummary>,
    /// Ids of the sentences that count in no figure, as an earlier article has them: see
    /// [`SharingOptions::leave_out`]. Empty where shared text counts.
    #[serde(default)]
    pub left_out_sentences: Vec<String>,
    /// The propositions of the user.
    pub propositions: Vec<PropositionSummary>,
    /// Facts and which article tells them: those that all but one, or only one, tell first.
    pub facts: Vec<Fact>,
    /// Utterances that several articles quote, side by side.
    pub renderings: Vec<Rendering>,
    /// Words and phrases that set each article, or outlet, apart.
    pub wording: Vec<WordingRow>,
    /// What each headline does.
    pub headlines: Vec<HeadlineSummary>,
    /// The figures.
    pub measurements: Vec<Measurement>,
    /// Each article, and outlet, against the others.
    pub differences: Vec<Difference>,
    /// The story in words: the most telling findings first, then a few of each article.
    pub findings: Vec<Finding>,
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
    /// Whether it is from a later time than the story's other articles.
    pub later: bool,
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
    /// The words as they are counted: descriptions and pronouns without the capital of a
    /// sentence's start.
    pub label: String,
    /// The office or occupation in it, in one form for all its spellings; null where there is none.
    pub role: Option<String>,
    /// What qualifies the actor ("tycoon", "Republican"), each once, in alphabetical order.
    pub modifiers: Vec<String>,
    /// In which form they name it.
    pub form: MentionForm,
    /// How often in the outlet's own words.
    pub own: u64,
    /// How often in the words of a speaker, quoted or reported.
    pub reported: u64,
    /// How many of these stand in sentences that another article has too.
    #[serde(default)]
    pub shared: u64,
    /// How often in sentences that count in no figure ([`StorySummary::left_out_sentences`]).
    #[serde(default)]
    pub left_out: u64,
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
/// `label` tells how a mention of a text is to be counted among the names. `later` says of each
/// article whether it is from a later time than the story: what it adds or leaves out is then no
/// fact of the others' coverage.
///
/// # Panics
/// If `later` is not as long as `articles`.
#[must_use]
pub fn summarize(
    story: &str,
    articles: &[&AnnotatedArticle],
    later: &[bool],
    actors: &[ActorInStory],
    label: &dyn Fn(&str, &Mention) -> Label,
    options: &SummaryOptions,
) -> StorySummary {
    assert_eq!(articles.len(), later.len(), "one mark for each article");
    let shared = shared_text(articles, &options.sharing);
    let shared_in = shared_sentences(&shared, articles.len()).into_iter().enumerate();
    let views: Vec<ArticleView<'_>> =
        shared_in.map(|(i, shared)| ArticleView::new(i, articles[i], actors, shared)).collect();
    // What counts in figures: the articles, or what each adds to the earlier ones.
    let additions: Option<Vec<ArticleView<'_>>> = options.sharing.leave_out.then(|| {
        let left_out = not_its_own(&shared, articles);
        views.iter().zip(left_out).map(|(view, left_out)| view.without(left_out)).collect()
    });
    let counted = additions.as_deref().unwrap_or(&views);
    // Text that several articles count.
    let counts_twice = if options.sharing.leave_out { &[][..] } else { &shared };
    let ranked = rank(actors, &views);
    let main: Vec<usize> = ranked
        .iter()
        .copied()
        .filter(|&actor| actors[actor].is_named && actors[actor].kind != EntityKind::Miscellaneous)
        .take(options.main_actors)
        .chain(ranked.iter().copied().filter(|&actor| actors[actor].of_interest))
        .collect();
    let mut seen = BTreeSet::new();
    let main: Vec<usize> = main.into_iter().filter(|&actor| seen.insert(actor)).collect();

    let speaking: Vec<(usize, &ActorInStory)> =
        speaking_actors(&views, actors).into_iter().take(options.main_actors).map(|i| (i, &actors[i])).collect();

    let (frames, propositions) = (frames(&views), propositions(&views));
    let errors = Errors::new(options);
    let mut measurements = Vec::new();
    for (whole, group) in groups(story, &views, options, &errors).iter().zip(groups(story, counted, options, &errors)) {
        whole.page_measures(&mut measurements);
        measurements.push(whole.shared_share());
        let first = measurements.len();
        group.voice_shares(&mut measurements);
        for &(index, speaker) in &speaking {
            group.speaker_measures(index, speaker, &mut measurements);
        }
        group.frame_shares(&frames, &mut measurements);
        group.stance_means(&propositions, &speaking, &mut measurements);
        group.loaded_shares(&mut measurements);
        for &actor in &main {
            group.prominence(&actors[actor], actor, &mut measurements);
            group.tones(&actors[actor], actor, &speaking, &mut measurements);
        }
        if group.views.iter().any(|view| !view.left_out().is_empty()) {
            measurements[first..].iter_mut().for_each(|made| made.method.push_str(LEFT_OUT));
        }
    }

    let subjects = Subjects {
        actors: main.iter().map(|&actor| (actor, &actors[actor])).collect(),
        frames: &frames,
        propositions: &propositions,
    };
    let differences = differences(counted, counts_twice, &subjects, &measurements, options);

    let mut listed: Vec<ActorSummary> =
        main.iter().map(|&i| actor_summary(&actors[i], i, true, counted, label)).collect();
    listed.extend(
        ranked.iter().filter(|i| !main.contains(i)).map(|&i| actor_summary(&actors[i], i, false, counted, label)),
    );
    // Of one article there is nothing that another tells or leaves out.
    let facts = match articles {
        [_, _, ..] => facts(&Sentences::new(&views, actors), actors, &shared, later, &options.coverage),
        _ => Vec::new(),
    };
    let mut summary = StorySummary {
        id: story.to_owned(),
        documents: views.iter().zip(later).map(|(view, &later)| view.document(later)).collect(),
        actors: listed,
        speakers: speakers(counted, actors),
        shared: shared.iter().map(|text| shared_summary(text, &views)).collect(),
        left_out_sentences: counted
            .iter()
            .flat_map(|view| view.sentence_ids(view.left_out().iter().copied()))
            .collect(),
        propositions,
        renderings: renderings(&views, actors),
        wording: wording(counted, &copies_of(counts_twice, articles.len()), &options.wording),
        headlines: headlines(&views, actors, &facts),
        facts,
        measurements,
        differences,
        findings: Vec::new(),
    };
    summary.findings = findings(&summary, counted, actors, label);
    summary
}

/// What the method of a figure adds where sentences were left out of it.
const LEFT_OUT: &str = "; sentences shared with another article left out";

/// The articles, then the outlets that have several of them.
fn groups<'a>(
    story: &'a str,
    views: &'a [ArticleView<'a>],
    options: &'a SummaryOptions,
    errors: &'a Errors,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = views.iter().map(|view| Group::article(story, view, options, errors)).collect();
    let of_outlet = |(outlet, members)| Group::outlet(story, outlet, members, options, errors);
    groups.extend(outlets(views).into_iter().map(of_outlet));
    groups
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{article, story};
    use crate::{Scope, Status};
    use parallax_text::LayerStatus;

    fn find<'a>(story: &'a StorySummary, id: &str) -> &'a Measurement {
        story.measurements.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no {id}"))
    }

    #[test]
    fn counts_shares_and_positions_lead_to_their_sentences() {
        let one = article("a", "Star", Some("Rain"), &["Rain fell.", "*Ada-0.5 left.", "*Ada0 sat.", "Rain.", "Sun."]);
        let story = story(&[one]);
        let check = |measure: &str, value: Option<f64>, n: u64, evidence: &[&str]| {
            let m = find(&story, &format!("s/article/a/{measure}"));
            assert_eq!((m.value, m.n), (value, n), "{measure}");
            assert_eq!(m.evidence, evidence, "{measure}");
        };
        check("mentions_named/per:ada", Some(2.0), 6, &["a#2", "a#3"]);
        check("sentence_share/per:ada", Some(0.4), 5, &["a#2", "a#3"]);
        check("first_position/per:ada", Some(0.2), 5, &["a#2"]);
        check("in_headline/per:ada/headline", Some(0.0), 1, &[]);
        check("telling_sentence/per:ada", Some(-0.5), 1, &["a#2"]);
        check("words_kept", Some(9.0), 9, &[]);
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
        assert!(-0.9 < low && low < -0.3 && -0.3 < high && high < 0.6, "{low} {high}");
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
        assert_eq!((m.status, m.value, m.n, m.doc_id.as_deref()), (Status::Insufficient, None, 4, None));
        assert_eq!(find(&both, "s/outlet/Star/mentions_named/per:ada").value, Some(2.0));
        assert_eq!(find(&both, "s/outlet/Star/tone_mean/per:ada/own").status, Status::Insufficient);
    }
}
