//! The shipped heads against the figures of their training code.

use ndarray::Array2;
use parallax_encoder::{
    EncodeOptions, EncodedSentence, HeadModel, Model, NativeEncoder, PairEncoder, PairModel, Precision,
    SentenceEncoder, SentenceProjection,
};
use parallax_stance::{Codebook, FrameScorer, StanceScorer, WordingScorer, frames};
use parallax_text::{CodePoints, Span};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far a figure may be from the reference, which has six digits.
const TOLERANCE: f64 = 1e-4;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

fn parity(name: &str) -> Value {
    let file = models().join("training").join(name);
    serde_json::from_slice(&std::fs::read(file).expect("the parity file is there")).expect("it is JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect()
}

#[track_caller]
fn check(what: &str, found: impl IntoIterator<Item = f32>, expected: &Value) {
    let (found, expected): (Vec<f32>, Vec<f64>) = (found.into_iter().collect(), numbers(expected));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((f64::from(*found) - expected).abs() <= TOLERANCE, "{what}: {found} and {expected}");
    }
}

#[test]
fn frames_and_wording_are_those_of_the_training_code() {
    let parity = parity("parity-discourse.json");
    let model = Model::load(&models().join("news-en")).unwrap();
    let heads = HeadModel::load(&models().join("discourse"), &model).unwrap();
    let engine = Arc::new(NativeEncoder::with_branches(&model, &[&heads], Precision::F32).unwrap());
    let encoder = SentenceEncoder::new(&model, engine, EncodeOptions::default()).unwrap();
    let projection = SentenceProjection::new(&model).unwrap();
    let (framing, wording) = (FrameScorer::new(&heads, &model).unwrap(), WordingScorer::new(&heads, &model).unwrap());
    let codebook: Codebook =
        serde_json::from_value(json!({"name": "own", "frame": parity["user"]["codebook"]})).unwrap();
    codebook.check().unwrap();
    let own = framing.encode(&codebook, &encoder, &projection).unwrap();

    let cases = parity["cases"].as_array().unwrap();
    let mut article: Vec<EncodedSentence> = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let text = case["text"].as_str().unwrap();
        let encoded = encoder.encode(text, &[Span::new(0, text.len())]).unwrap();
        let vectors = projection.project(&encoded);
        let length = vectors.row(0).dot(&vectors.row(0)).sqrt();
        check(text, vectors.row(0).iter().take(8).map(|value| value / length), &case["sentence_first8"]);
        for state in case["branch"].as_array().unwrap() {
            let token = state["token"].as_u64().unwrap() as usize;
            let branch = &encoded[0].branches[0];
            let row = if token == 0 { branch.first.view() } else { branch.hidden.row(token - 1) };
            check(text, row.iter().take(8).copied(), &state["first8"]);
        }
        let found = frames(&framing, std::slice::from_ref(&own), &vectors, &encoded, |_| true);
        check(text, found[0].scores.iter().map(|(_, score)| *score), &case["frames"]);
        check(text, found[1].scores.iter().map(|(_, score)| *score), &parity["user"]["scores"][number]);
        let (logit, words) = wording.logits(&encoded[0]).unwrap();
        let loaded = json!([case["loaded"]]);
        check(text, [wording.probability(logit)], &loaded);
        let points = CodePoints::new(text);
        let spans: Vec<(usize, usize)> = words.iter().map(|(span, _)| points.of(*span)).collect();
        assert_eq!(json!(spans), case["spans"], "{text}");
        check(text, words.iter().map(|(_, logit)| wording.word_score(*logit)), &case["words"]);
        article.extend(encoded);
    }
    let vectors: Array2<f32> = projection.project(&article);
    let scores = framing.article_logits(&framing.logits(&framing.directions(&vectors))).unwrap();
    check("the article", scores.iter().map(|z| 1.0 / (1.0 + (-z).exp())), &parity["article"]);
    assert!(cases.len() >= 3);
}

#[test]
fn stances_are_those_of_the_training_code() {
    let parity = parity("parity-stance.json");
    let model = Model::load(&models().join("news-en")).unwrap();
    let pairs = PairModel::load(&models().join("stance"), &model).unwrap();
    let engine = Arc::new(NativeEncoder::for_pairs(&pairs, &model, Precision::F32).unwrap());
    let (encoder, scorer) = (PairEncoder::new(&model, engine), StanceScorer::new(&pairs).unwrap());
    let cases = parity["cases"].as_array().unwrap();
    let pieces = |case: &Value, key: &str| encoder.pieces(case[key].as_str().unwrap()).unwrap();
    let cut: Vec<_> = cases.iter().map(|case| (pieces(case, "text"), pieces(case, "proposition"))).collect();
    let together: Vec<_> = cut.iter().map(|(text, proposition)| (text, proposition)).collect();
    for (case, pair) in cases.iter().zip(encoder.encode(&together).unwrap()) {
        let what = format!("{} / {}", case["text"], case["proposition"]);
        check(&what, scorer.logits(&pair), &case["logits"]);
        let scores = scorer.score(&pair);
        check(&what, [scores.against, scores.favor, scores.neither], &case["probabilities"]);
    }
    assert!(cases.len() >= 5);
}
