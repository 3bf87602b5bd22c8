//! Tone towards an actor, apart by whose words it stands in.

use crate::correction::{CORRECTED, CodedTones};
use crate::group::{Cell, Doubt, Group, Kind, micro};
use crate::summary::ActorInStory;
use crate::view::ArticleView;
use crate::{Measurement, Scope, Status};
use parallax_text::record::rounded;
use parallax_text::{BlockKind, Tone, ToneScores, Voice};

impl Group<'_> {
    /// All figures of the tone towards one actor; `speakers` are those whose views get figures of their own.
    pub(crate) fn tones(
        &self,
        actor: &ActorInStory,
        index: usize,
        speakers: &[(usize, &ActorInStory)],
        out: &mut Vec<Measurement>,
    ) {
        for voice in [Voice::Own, Voice::Direct, Voice::Indirect, Voice::Mixed, Voice::Unresolved] {
            let made = self.blank("tone_mean", Some(actor), Some(voice), Some(BlockKind::Body));
            out.push(self.tone_mean(made, index, |_, tone| tone.voice == voice));
        }
        for &(speaker, holder) in speakers {
            let held = |view: &ArticleView<'_>, tone: &Tone| {
                tone.holder.and_then(|entity| view.actor_of_entity(entity)) == Some(speaker)
            };
            let made = self.blank("tone_mean", Some(actor), None, Some(BlockKind::Body)).held_by(&holder.id);
            let made = self.tone_mean(made, index, held);
            if made.n > 0 {
                out.push(made);
            }
        }
        if self.scope == Scope::Article {
            self.headline_tone(actor, index, out);
            out.extend(self.telling_sentence(actor, index));
        }
    }

    /// Mean tone in the body; clusters are paragraphs of an article, or articles of an outlet.
    fn tone_mean(
        &self,
        made: Measurement,
        index: usize,
        counts: impl Fn(&ArticleView<'_>, &Tone) -> bool,
    ) -> Measurement {
        let of = |view: &ArticleView<'_>, tone: &Tone| counts(view, tone) && view.article.zone(tone.sentence).is_body();
        let made = Measurement {
            unit: "score".to_owned(),
            n_unit: "mentions".to_owned(),
            method: "mean of positive minus negative probability".to_owned(),
            model: Some(self.options.model.clone()),
            evidence: self.evidence(|view| {
                view.tones_of(index).filter(|tone| of(view, tone)).map(|tone| tone.sentence).collect()
            }),
            ..made
        };
        let found = |view: &ArticleView<'_>| tone_cells(view, index, &counts, None);
        let options = &self.options.coded;
        let codes = |view: &&ArticleView<'_>| {
            let tones = view.tones_of(index).filter(|tone| of(view, tone));
            tones.filter(|tone| options.of(view.doc_id(), tone.mention).is_some()).count()
        };
        let is_coded = self.views.iter().map(codes).sum::<usize>() >= options.fewest();
        let (doubt, stated) = if is_coded { (Doubt::Coded, Some(CORRECTED)) } else { self.errors.of("tone") };
        let cells = if is_coded {
            self.cells(|view| tone_cells(view, index, &counts, Some(options)))
        } else {
            self.cells(found)
        };
        let method = stated.map_or(made.method.clone(), |stated| format!("{}; {stated}", made.method));
        let kind = Kind { unit: 1e6, range: (-1.0, 1.0), error: doubt, of_labels: false };
        self.known("tone", self.mean_of_clusters(Measurement { method, ..made }, cells, &kind))
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
}

/// The tones towards an actor in the body, in millionths, corrected by what people coded.
pub(crate) fn tone_cells(
    view: &ArticleView<'_>,
    actor: usize,
    counts: &dyn Fn(&ArticleView<'_>, &Tone) -> bool,
    coded: Option<&CodedTones>,
) -> Vec<Cell> {
    let tones = view.tones_of(actor).filter(|tone| counts(view, tone) && view.article.zone(tone.sentence).is_body());
    let cell = |tone: &Tone| {
        let score = micro(tone);
        let sum = coded.map_or(score, |coded| coded.corrected(score, coded.of(view.doc_id(), tone.mention)));
        Cell { label: Some(label_of(tone.scores)), ..Cell::one(view, tone.sentence, sum) }
    };
    tones.map(cell).collect()
}

/// The label of most probability: 0 negative, 1 neutral, 2 positive; neutral where it is a tie.
fn label_of(scores: ToneScores) -> usize {
    if scores.negative > scores.neutral.max(scores.positive) {
        0
    } else if scores.positive > scores.neutral.max(scores.negative) {
        2
    } else {
        1
    }
}
