//! The stance of outlets and speakers to the propositions of the user.

use crate::group::{Cell, Group, Kind};
use crate::summary::ActorInStory;
use crate::view::ArticleView;
use crate::{Measurement, Status};
use parallax_text::{BlockKind, Stance, Voice};
use serde::{Deserialize, Serialize};

/// A proposition of the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropositionSummary {
    /// Its id, the target of measurements: `proposition:0`.
    pub id: String,
    /// As the user wrote it.
    pub text: String,
}

/// The propositions that the articles were judged by, in the order in which they first come.
pub(crate) fn propositions(views: &[ArticleView<'_>]) -> Vec<PropositionSummary> {
    let mut found: Vec<PropositionSummary> = Vec::new();
    for stance in views.iter().flat_map(|view| &view.article.stances) {
        if found.iter().all(|known| known.text != *stance.proposition) {
            let id = format!("proposition:{}", found.len());
            found.push(PropositionSummary { id, text: stance.proposition.to_string() });
        }
    }
    found
}

/// The stances of the body's sentences to a proposition, in millionths, where the sentence is
/// likelier to take one than not.
pub(crate) fn stance_cells(
    view: &ArticleView<'_>,
    proposition: &str,
    counts: &dyn Fn(&ArticleView<'_>, &Stance) -> bool,
) -> Vec<Cell> {
    let stances = view.article.stances.iter().filter(|stance| *stance.proposition == *proposition);
    let taken = stances.filter(|stance| view.counts_in_body(stance.sentence) && stance.scores.neither < 0.5);
    let cell =
        |stance: &Stance| Cell::one(view, stance.sentence, (f64::from(stance.scores.mean()) * 1e6).round() as i64);
    taken.filter(|stance| counts(view, stance)).map(cell).collect()
}

impl Group<'_> {
    /// The mean stance to each proposition, by voice and by speaker.
    pub(crate) fn stance_means(
        &self,
        propositions: &[PropositionSummary],
        speakers: &[(usize, &ActorInStory)],
        out: &mut Vec<Measurement>,
    ) {
        for proposition in propositions {
            for voice in Voice::ALL {
                let made = self.blank_about("stance_mean", Some(&proposition.id), Some(voice), Some(BlockKind::Body));
                let made = self.stance_mean(made, proposition, &|_, stance| stance.voice == voice);
                if made.n > 0 || voice == Voice::Own {
                    out.push(made);
                }
            }
            for &(speaker, holder) in speakers {
                let held = |view: &ArticleView<'_>, stance: &Stance| {
                    stance.holder.and_then(|entity| view.actor_of_entity(entity)) == Some(speaker)
                };
                let made = self.blank_about("stance_mean", Some(&proposition.id), None, Some(BlockKind::Body));
                let made = self.stance_mean(made.held_by(&holder.id), proposition, &held);
                if made.n > 0 {
                    out.push(made);
                }
            }
        }
    }

    fn stance_mean(
        &self,
        made: Measurement,
        proposition: &PropositionSummary,
        counts: &dyn Fn(&ArticleView<'_>, &Stance) -> bool,
    ) -> Measurement {
        let made = Measurement {
            unit: "score".to_owned(),
            n_unit: "sentences".to_owned(),
            method: "mean of the probability for minus that against the proposition, over sentences likelier to take a stance than not; the interval does not carry the classifier's error".to_owned(),
            model: self.model_of("stances"),
            evidence: self.evidence(|view| {
                stance_cells(view, &proposition.text, counts).into_iter().map(|cell| cell.sentence).collect()
            }),
            ..made
        };
        let cells = self.cells(|view| stance_cells(view, &proposition.text, counts));
        let kind = Kind { unit: 1e6, range: (-1.0, 1.0), of_labels: false, ..Kind::SHARE };
        let made = self.mean_of_clusters(made, cells, &kind);
        let made = if made.n == 0 { Measurement { status: Status::NotApplicable, ..made } } else { made };
        self.known("stances", made)
    }
}

#[cfg(test)]
mod tests {
    use crate::Status;
    use crate::fixture::{article, story, with_stances};

    #[test]
    fn outlets_and_speakers_have_stances_of_their_own() {
        let lines: Vec<String> = (0..6).map(|n| format!("{{direct Bo say|No toll {n}}}, he said.")).collect();
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.extend(["The toll is fair."; 5]);
        let scores: Vec<f32> = (0..11).map(|n| if n < 6 { -0.6 } else { 0.75 }).collect();
        let story = story(&[with_stances(article("a", "Star", None, &lines), "There should be a toll.", &scores)]);
        assert_eq!((story.propositions[0].id.as_str(), story.propositions.len()), ("proposition:0", 1));
        let find =
            |id: &str| story.measurements.iter().find(|m| m.id == format!("s/article/a/stance_mean/{id}")).unwrap();
        assert_eq!((find("proposition:0/own").value, find("proposition:0/own").n), (Some(0.75), 5));
        assert_eq!(find("proposition:0/direct").value, Some(-0.6));
        assert_eq!(
            (find("proposition:0/by/per:bo").value, find("proposition:0/by/per:bo").status),
            (Some(-0.6), Status::Ok)
        );
    }
}
