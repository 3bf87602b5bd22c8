//! The summary in words: sentences from templates, each with the figures and sentences behind it.
//!
//! A finding says what stands in an article, and of outlets only what was tested on enough of
//! their articles. What differs from the others is told where the test says so
//! ([`crate::Difference::is_found`]), never because two figures look different; counts of words
//! and names are told as the counts they are.

mod candidates;
mod copies;
mod naming;
mod speaking;
mod tested;
mod told;

use crate::StorySummary;
use crate::summary::ActorInStory;
use crate::view::ArticleView;
use candidates::{Candidate, Material};
use parallax_text::Mention;
use parallax_text::record::rounded;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One claim in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Unique in a run: `finding/STORY/...`.
    pub id: String,
    /// The article it is about; null for the story's most telling ones, whichever they are about.
    pub doc_id: Option<String>,
    /// The article's outlet.
    pub outlet: Option<String>,
    /// The claim, in one or two sentences.
    pub text: String,
    /// What kind of claim: `copy`, `speaks_most`, `not_heard`, `naming`, `tone`, `voice`,
    /// `prominence`, `frame`, `stance`, `loaded`, `fact`, `rendering`, `headline`, `wording`,
    /// `insufficient`, `tests`.
    pub kind: String,
    /// How telling it is among the story's: the order, without a unit.
    pub strength: f64,
    /// Ids of the measurements, differences, facts or renderings it rests on.
    pub measurements: Vec<String>,
    /// Ids of the sentences it rests on.
    pub evidence: Vec<String>,
}

/// Most findings of a story as a whole, and of one article.
const MOST_OF_STORY: usize = 8;
const MOST_OF_ARTICLE: usize = 5;
/// Most of one kind among the story's.
const MOST_OF_KIND: usize = 2;

/// The findings of a story: the most telling ones first, then those of each article.
pub(crate) fn findings(
    summary: &StorySummary,
    views: &[ArticleView<'_>],
    actors: &[ActorInStory],
    label: &dyn Fn(&str, &Mention) -> crate::Label,
) -> Vec<Finding> {
    let material = Material::new(summary, views, actors, label);
    let mut all = copies::copies(&material);
    all.extend(speaking::speaking(&material));
    all.extend(naming::naming(&material));
    all.extend(tested::tested(&material));
    all.extend(told::told(&material));
    all.sort_by(|a, b| b.strength.total_cmp(&a.strength).then_with(|| a.key().cmp(&b.key())));

    let mut found = of_story(&material, &all);
    for document in &summary.documents {
        let own = all.iter().filter(|one| one.doc_id.as_deref() == Some(&document.doc_id));
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        let few = own.filter(|one| {
            let of_kind = kinds.entry(one.kind).or_default();
            *of_kind += 1;
            *of_kind <= MOST_OF_KIND
        });
        for (number, candidate) in few.take(MOST_OF_ARTICLE).enumerate() {
            let id = format!("finding/{}/{}/{number}", summary.id, document.doc_id);
            let text = candidate.text(&of_what_counts(&material, candidate, "this article".to_owned()));
            let (doc_id, outlet) = (Some(document.doc_id.clone()), document.outlet.clone());
            found.push(Finding { doc_id, outlet, ..candidate.finding(id, text) });
        }
    }
    found
}

/// The most telling ones, not the same of an article and of its copy, and few of one kind.
fn of_story(material: &Material<'_>, all: &[Candidate]) -> Vec<Finding> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut told: BTreeSet<(&str, String, Vec<&str>)> = BTreeSet::new();
    let mut found = Vec::new();
    for candidate in all.iter().filter(|one| one.strength >= 1.0) {
        let around = candidate.doc_id.as_deref().map_or_else(Vec::new, |doc| material.copies_of(doc));
        let is_told = !around.is_empty() && !told.insert((candidate.kind, candidate.about.clone(), around));
        let of_kind = kinds.entry(candidate.kind).or_default();
        if is_told || *of_kind >= MOST_OF_KIND {
            continue;
        }
        *of_kind += 1;
        let name = candidate.doc_id.as_deref().map_or_else(String::new, |doc| material.name_of(doc));
        let name = of_what_counts(material, candidate, name);
        let id = format!("finding/{}/{}", material.summary.id, found.len());
        found.push(candidate.finding(id, candidate.text(&name)));
        if found.len() == MOST_OF_STORY {
            break;
        }
    }
    found
}

/// An article's name in a claim; a claim made of figures says where they leave shared text out.
fn of_what_counts(material: &Material<'_>, candidate: &Candidate, name: String) -> String {
    const READ_WHOLE: [&str; 6] = ["copy", "not_heard", "fact", "rendering", "headline", "tests"];
    let is_of_figures = !READ_WHOLE.contains(&candidate.kind);
    let view = material.views.iter().find(|view| Some(view.doc_id()) == candidate.doc_id.as_deref());
    let leaves_out = is_of_figures && view.is_some_and(|view| !view.left_out().is_empty());
    if leaves_out { format!("{name}, shared text left out,") } else { name }
}

impl Candidate {
    fn finding(&self, id: String, text: String) -> Finding {
        Finding {
            id,
            doc_id: None,
            outlet: None,
            text,
            kind: self.kind.to_owned(),
            strength: rounded(self.strength),
            measurements: self.measurements.clone(),
            evidence: self.evidence.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{article, story};
    use crate::{Finding, StorySummary};

    fn of<'a>(story: &'a StorySummary, kind: &str, doc: Option<&str>) -> Vec<&'a Finding> {
        story.findings.iter().filter(|one| one.kind == kind && one.doc_id.as_deref() == doc).collect()
    }

    #[test]
    fn who_speaks_and_who_is_not_heard_is_told_with_its_sentences() {
        let heard = [
            "{direct Ada say|We lost the old bridge for good}, she said.",
            "*Ada0 left.",
            "{direct Bo say|No}, he said.",
        ];
        let silent = ["*Ada0 left.", "{direct Bo say|We shall mend it}, he said."];
        let story = story(&[
            article("a", "Star", None, &heard),
            article("b", "Post", None, &silent),
            article(
                "c",
                "Sun",
                None,
                &["{direct Ada say|It was our only way to town}, she said.", "{direct Bo say|No}, he said."],
            ),
        ]);
        let most = of(&story, "speaks_most", None);
        assert_eq!(
            most[0].text,
            "Of all words that the 3 articles quote or report, Ada has the most: 14 of 20 (70 %)."
        );
        assert_eq!(most[0].evidence, ["a#0", "c#0"]);
        let not_heard = of(&story, "not_heard", Some("b"));
        assert_eq!(
            not_heard[0].text,
            "In this article, no words of Ada were found, quoted or reported; 2 of the other 2 articles have some."
        );
        assert_eq!(not_heard[0].evidence, ["a#0", "c#0"]);
    }

    #[test]
    fn copies_are_one_witness_of_who_is_not_heard() {
        let wire = [
            "{direct Ada say|We lost the old bridge for good}, she said.",
            "About nine thousand people cross the river every day, most of them on their way to the mills.",
            "A ferry is to run from Wednesday, and schools on the far bank will open an hour later than usual.",
        ];
        let silent = ["*Ada0 left.", "{direct Bo say|We shall mend it}, he said."];
        let other = ["{direct Ada say|It was our only way to town}, she said."];
        let copies = [article("a", "Star", None, &wire), article("b", "Post", None, &wire)];
        let [first, second] = copies;
        let not_heard = |articles: &[_]| {
            let story = story(articles);
            of(&story, "not_heard", Some("d")).first().map(|found| found.text.clone())
        };
        let alone = [first.clone(), second.clone(), article("d", "Sun", None, &silent)];
        assert_eq!(not_heard(&alone), None);
        assert_eq!(
            not_heard(&[first, second, article("c", "Echo", None, &other), article("d", "Sun", None, &silent)])
                .unwrap(),
            "In this article, no words of Ada were found, quoted or reported; 2 of the other 2 articles have some, copies counted once."
        );
    }

    #[test]
    fn a_copy_is_told_once_with_what_was_cut() {
        let wire = [
            "The bridge over the Orra was closed on Tuesday after engineers found cracks in two of its pillars.",
            "About nine thousand people cross the river every day, most of them on their way to the mills.",
            "A ferry is to run from Wednesday, and schools on the far bank will open an hour later than usual.",
        ];
        let story = story(&[
            article("a", "Star", Some("Cracks"), &wire),
            article("b", "Post", Some("No way over"), &wire[..2]),
        ]);
        let told = of(&story, "copy", None);
        assert_eq!(told.len(), 1);
        assert_eq!(
            told[0].text,
            "The articles of Star and Post share text: 64 % of the words of the first and 100 % of the second stand in both, as they are or edited; the second lacks 1 sentence of the first and adds none of its own."
        );
        assert!(told[0].evidence.contains(&"a#1".to_owned()) && told[0].evidence.contains(&"b#1".to_owned()));
    }

    #[test]
    fn every_claim_leads_to_something_that_is_there() {
        let lines: Vec<String> = (0..9).map(|n| format!("*Ada-0.{n} met *Bo0.{n} on day {n}.")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let story = story(&[article("a", "Star", None, &lines), article("b", "Post", None, &lines[..6])]);
        assert!(!story.findings.is_empty());
        let known = |id: &String| {
            story.measurements.iter().any(|m| m.id == *id)
                || story.differences.iter().any(|d| d.id == *id)
                || story.facts.iter().any(|fact| fact.id == *id)
                || story.renderings.iter().any(|rendering| rendering.id == *id)
        };
        for finding in &story.findings {
            assert!(finding.measurements.iter().all(known), "{finding:?}");
            assert!(!finding.text.contains("biased"), "{finding:?}");
            assert!(!finding.measurements.is_empty() || !finding.evidence.is_empty(), "{finding:?}");
        }
    }
}
