//! Which frames the sentences of an article are set in, in its own voice and in the speakers'.
//!
//! An interval carries the error of the classifier where the settings have its confusion matrix on
//! sentences: layer `wording` for loaded wording, `frames/CODEBOOK/FRAME` for a frame. Of frames,
//! the data at hand have labels of whole articles only; how often a sentence is taken for one in a
//! frame cannot be known from them, so intervals of the shipped frames carry no such error.

use crate::group::{Cell, Group, Kind};
use crate::view::ArticleView;
use crate::{Measurement, Status};
use parallax_text::{BlockKind, FrameScores, Voice};
use std::collections::BTreeSet;

const NOT_OF_SENTENCES: &str =
    "the interval does not carry the classifier's error, which was measured on articles, not on sentences";
const WITHOUT_ERROR: &str = "the interval does not carry the classifier's error";

/// A frame of a codebook, by their names.
pub(crate) type Frame = (String, String);

/// The id of a frame in measurements.
pub(crate) fn frame_id((codebook, name): &Frame) -> String {
    format!("frame:{codebook}/{name}")
}

/// All frames that the articles were scored for, in order of their names.
pub(crate) fn frames(views: &[ArticleView<'_>]) -> Vec<Frame> {
    let scored = views.iter().flat_map(|view| &view.article.frames);
    let named = |scores: &FrameScores| -> Vec<Frame> {
        scores.scores.iter().map(|(name, _)| (scores.codebook.to_string(), name.to_string())).collect()
    };
    scored.flat_map(named).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The sentences of the body in a voice (or all) that were scored for a frame, those in it
/// counting one.
pub(crate) fn frame_cells(view: &ArticleView<'_>, frame: &Frame, voice: Option<Voice>, least: f32) -> Vec<Cell> {
    let score = |scores: &FrameScores| {
        let found = scores.scores.iter().find(|(name, _)| **name == *frame.1)?.1;
        let counts = view.counts_in_body(scores.sentence)
            && voice.is_none_or(|voice| view.voice_of(scores.sentence) == Some(voice));
        (*scores.codebook == *frame.0 && counts).then_some((scores.sentence, found >= least))
    };
    let found = view.article.frames.iter().filter_map(score);
    found
        .map(|(sentence, within)| Cell {
            label: Some(usize::from(within)),
            ..Cell::one(view, sentence, i64::from(within))
        })
        .collect()
}

impl Group<'_> {
    /// The share of sentences in each frame: all, and by whose words they are.
    pub(crate) fn frame_shares(&self, frames: &[Frame], out: &mut Vec<Measurement>) {
        let least = self.options.least_frame;
        for frame in frames {
            let id = frame_id(frame);
            let (error, stated) = self.errors.of(&format!("frames/{}/{}", frame.0, frame.1));
            for voice in [None, Some(Voice::Own), Some(Voice::Direct), Some(Voice::Indirect), Some(Voice::Mixed)] {
                let cells = self.cells(|view| frame_cells(view, frame, voice, least));
                if cells.is_empty() && voice.is_some_and(|voice| voice != Voice::Own) {
                    continue;
                }
                let method = format!("sentences of the body whose score for the frame is {least} or more");
                let stated = stated.unwrap_or(NOT_OF_SENTENCES);
                let made = Measurement {
                    unit: "share".to_owned(),
                    n_unit: "sentences".to_owned(),
                    method: format!("{method}; {stated}"),
                    model: self.model_of("frames"),
                    evidence: self.evidence(|view| {
                        let cells = frame_cells(view, frame, voice, least);
                        cells.into_iter().filter(|cell| cell.sum > 0).map(|cell| cell.sentence).collect()
                    }),
                    ..self.blank_about("frame_share", Some(&id), voice, Some(BlockKind::Body))
                };
                let made = self.mean_of_clusters(made, cells, &Kind { error, ..Kind::SHARE });
                let made = if made.n == 0 { Measurement { status: Status::NotApplicable, ..made } } else { made };
                out.push(self.known("frames", made));
            }
        }
    }

    /// The share of sentences whose wording readers would call biased.
    pub(crate) fn loaded_shares(&self, out: &mut Vec<Measurement>) {
        if self.views.iter().all(|view| view.article.wording.is_empty() && !view.layer_done("wording")) {
            return;
        }
        let least = self.options.least_loaded;
        let (error, stated) = self.errors.of("wording");
        for voice in [Voice::Own, Voice::Direct, Voice::Indirect] {
            let cells = self.cells(|view| loaded_cells(view, voice, least));
            if cells.is_empty() && voice != Voice::Own {
                continue;
            }
            let method = format!("sentences of the body with a score of loaded wording of {least} or more");
            let stated = stated.unwrap_or(WITHOUT_ERROR);
            let made = Measurement {
                unit: "share".to_owned(),
                n_unit: "sentences".to_owned(),
                method: format!("{method}; {stated}"),
                model: self.model_of("wording"),
                evidence: self.evidence(|view| {
                    let cells = loaded_cells(view, voice, least);
                    cells.into_iter().filter(|cell| cell.sum > 0).map(|cell| cell.sentence).collect()
                }),
                ..self.blank("loaded_share", None, Some(voice), Some(BlockKind::Body))
            };
            let made = self.mean_of_clusters(made, cells, &Kind { error, ..Kind::SHARE });
            let made = if made.n == 0 { Measurement { status: Status::NotApplicable, ..made } } else { made };
            out.push(self.known("wording", made));
        }
    }
}

/// The sentences of the body in a voice, those with loaded wording counting one.
pub(crate) fn loaded_cells(view: &ArticleView<'_>, voice: Voice, least: f32) -> Vec<Cell> {
    let wording = view.article.wording.iter().filter(|wording| view.counts_in_body(wording.sentence));
    let spoken = wording.filter(|wording| view.voice_of(wording.sentence) == Some(voice));
    let cell = |(sentence, within): (u32, bool)| Cell {
        label: Some(usize::from(within)),
        ..Cell::one(view, sentence, i64::from(within))
    };
    spoken.map(|wording| cell((wording.sentence, wording.loaded >= least))).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{article, story, story_with, with_frames};
    use crate::{ErrorModel, Measurement, Status, StorySummary, SummaryOptions};
    use parallax_text::{Layer, LayerStatus, Wording};
    use std::collections::BTreeMap;

    const LINES: [&str; 6] = [
        "The toll will cost the town a fortune.",
        "{direct Ada say|It will cost us all}, she said.",
        "Bus fares will rise again.",
        "Nobody was hurt.",
        "The mill pays less tax.",
        "Rain fell.",
    ];

    fn find<'a>(story: &'a StorySummary, id: &str) -> &'a Measurement {
        story.measurements.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no {id}"))
    }

    #[test]
    fn frames_are_counted_apart_by_whose_words_they_are() {
        let framed =
            with_frames(article("a", "Star", None, &LINES), "policy", "economic", &[0.9, 0.8, 0.7, 0.1, 0.6, 0.0]);
        let story = story(&[framed]);
        let check = |voice: &str, value: Option<f64>, n: u64, evidence: &[&str]| {
            let m = find(&story, &format!("s/article/a/frame_share/frame:policy/economic{voice}"));
            assert_eq!((m.value, m.n), (value, n), "{voice}");
            assert_eq!(m.evidence, evidence, "{voice}");
        };
        check("", Some(0.6667), 6, &["a#0", "a#1", "a#2", "a#4"]);
        check("/own", Some(0.6), 5, &["a#0", "a#2", "a#4"]);
        check("/direct", None, 1, &["a#1"]);
    }

    #[test]
    fn intervals_carry_the_error_of_the_layer_whose_matrix_is_given() {
        let lines: Vec<String> = (0..12).map(|n| format!("It rained on day {n}.")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut one = with_frames(article("a", "Star", None, &lines), "policy", "economic", &[0.9; 12]);
        one.wording = (0..12)
            .map(|n| Wording { sentence: n, loaded: if n % 2 == 0 { 0.9 } else { 0.1 }, words: Vec::new() })
            .collect();
        one.layers.push(Layer { name: "wording".into(), status: LayerStatus::Done, model_sha256: None, engine: None });
        let of = |errors: BTreeMap<String, ErrorModel>| {
            let story = story_with(&[one.clone()], SummaryOptions { errors, ..SummaryOptions::default() });
            let found = |id: &str| find(&story, &format!("s/article/a/{id}")).clone();
            (found("loaded_share/own"), found("frame_share/frame:policy/economic/own"))
        };
        // Half of what is called loaded is not, and a tenth of the rest is.
        let matrix = ErrorModel {
            measured_on: "a test".into(),
            labels: vec!["neutral".into(), "loaded".into()],
            values: vec![0.0, 1.0],
            confusion: vec![vec![90, 50], vec![10, 50]],
        };
        let (plain, plain_frame) = of(BTreeMap::new());
        let (wording, frame) = of(BTreeMap::from([("wording".to_owned(), matrix.clone())]));
        let width = |m: &Measurement| m.ci_high.unwrap() - m.ci_low.unwrap();
        assert_eq!((wording.value, wording.n), (plain.value, plain.n));
        assert_eq!(wording.ci_kind.as_deref(), Some("bootstrap_paragraphs+classifier"));
        assert!(width(&wording) > width(&plain) + 0.05, "{wording:?} {plain:?}");
        assert!(wording.method.contains("as measured on a test (140 of 200 right)"), "{}", wording.method);
        assert!(plain.method.ends_with("the interval does not carry the classifier's error"), "{}", plain.method);
        assert_eq!(frame, plain_frame, "a matrix is of its own layer only");
        assert!(frame.method.contains("measured on articles, not on sentences"), "{}", frame.method);
        let (_, frame) = of(BTreeMap::from([("frames/policy/economic".to_owned(), matrix)]));
        assert_eq!(frame.ci_kind.as_deref(), Some("bootstrap_paragraphs+classifier"));
        assert!(frame.ci_low < plain_frame.ci_low, "{frame:?}");
    }

    #[test]
    fn without_the_layer_there_is_no_figure_and_with_it_elsewhere_it_is_unknown() {
        let framed = with_frames(article("a", "Star", None, &LINES), "policy", "economic", &[0.9; 6]);
        assert!(story(&[article("b", "Post", None, &LINES)]).measurements.iter().all(|m| m.measure != "frame_share"));
        let both = story(&[framed, article("b", "Post", None, &LINES)]);
        assert_eq!(find(&both, "s/article/b/frame_share/frame:policy/economic").status, Status::Unknown);
    }
}
