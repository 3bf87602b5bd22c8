//! One set of cases for every engine that is compiled in, and the shipped model against the figures
//! of its training code.

mod support;

use ndarray::Array2;
use parallax_encoder::{
    Batch, EncodeError, EncodeOptions, EncodedSentence, Encoder, EngineInfo, Model, NativeEncoder, Precision,
    SentenceEncoder, SentenceProjection,
};
use parallax_text::{CodePoints, Span, cosine};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use support::{SMALL, Stored, write_model};

/// Relative to the largest hidden state, how far engines may differ.
const TOLERANCE: f32 = 1e-5;

/// How far hidden states may be from those that PyTorch computed and parity.json gives in six digits.
const TRAINING_TOLERANCE: f64 = 2e-5;

static SHIPPED: LazyLock<Model> = LazyLock::new(|| {
    Model::load(&repository("models/news-en")).expect("the shipped model is in models/news-en of the repository")
});
static RANDOM: LazyLock<Model> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), SMALL, Stored::F16);
    Model::load(folder.path()).unwrap()
});

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Every engine but the native one on vector instructions, to which they are compared.
fn others(model: &Model) -> Vec<Arc<dyn Encoder>> {
    vec![
        Arc::new(NativeEncoder::portable(model, Precision::F32).unwrap()),
        #[cfg(feature = "rust-bert")]
        Arc::new(rust_bert(model, Precision::F32)),
    ]
}

#[cfg(feature = "rust-bert")]
fn rust_bert(model: &Model, precision: Precision) -> parallax_encoder::RustBertEncoder {
    use parallax_encoder::{Device, RustBertEncoder, RustBertOptions};
    RustBertEncoder::with_branches(model, &[], RustBertOptions { precision, device: Device::Cpu }).unwrap()
}

/// The cases: short, with accents and symbols, in capitals, empty, longer than one window.
fn cases() -> Vec<String> {
    let story = "Governor Tom Hale told reporters on Tuesday that the river would not wait for the committee. ";
    let mut cases: Vec<String> = [
        "No.",
        "Senator Elena Marchetti accused Governor Tom Hale of lying about the flood.",
        "Señal café 🔥 — naïve",
        "FLOOD DEAL COLLAPSES AS MARCHETTI WALKS OUT",
        "she said nothing about it, then left",
        "“We offered 4,000 troops,” Lt. Gen. O’Neill-Díaz said at 9:30 a.m. in St. Mary’s.",
        "",
        "   ",
        "Москва, 北京 and العربية",
    ]
    .map(str::to_owned)
    .to_vec();
    cases.push(story.repeat(6));
    cases.push(story.repeat(25));
    cases
}

fn encode(model: &Model, engine: Arc<dyn Encoder>) -> Vec<EncodedSentence> {
    let longest = model.config().encoder.max_position_embeddings - 2;
    let window = EncodeOptions::default().window.min(longest);
    let options = EncodeOptions { window, overlap: window / 4, ..EncodeOptions::default() };
    let encoder = SentenceEncoder::new(model, engine, options).unwrap();
    let (mut text, mut spans) = (String::new(), Vec::new());
    for case in cases() {
        spans.push(Span::new(text.len(), text.len() + case.len()));
        text += &case;
    }
    encoder.encode(&text, &spans).unwrap()
}

fn check_engines_agree(model: &Model) {
    let native = NativeEncoder::new(model).unwrap();
    let kernel = native.engine().kernel.clone();
    let expected = encode(model, Arc::new(native));
    let scale = expected.iter().flat_map(|s| &s.hidden).fold(0.0_f32, |top, value| top.max(value.abs()));
    for engine in others(model) {
        let info = engine.engine().clone();
        let mut worst = 0.0_f32;
        for (expected, found) in expected.iter().zip(encode(model, engine)) {
            assert_eq!(expected.tokens, found.tokens);
            let difference = &expected.hidden - &found.hidden;
            worst = difference.iter().fold(worst, |top, value| top.max(value.abs()));
        }
        println!(
            "native {kernel} and {} {}: {worst:.1e} of {scale:.1}, {:.1e} of the scale",
            info.name,
            info.kernel,
            worst / scale
        );
        assert!(worst <= TOLERANCE * scale, "{info:?}: {worst:e} of {scale}");
    }
}

#[test]
fn engines_agree_on_the_shipped_model() {
    check_engines_agree(&SHIPPED);
}

#[test]
fn engines_agree_on_a_random_model() {
    check_engines_agree(&RANDOM);
}

/// Cosine of the hidden states of two runs, the worst of all tokens.
fn worst_cosine(one: &[EncodedSentence], other: &[EncodedSentence]) -> f32 {
    let rows = one.iter().zip(other).flat_map(|(one, other)| one.hidden.rows().into_iter().zip(other.hidden.rows()));
    rows.map(|(a, b)| a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()).fold(1.0, f32::min)
}

#[test]
fn fewer_bits_give_nearly_the_states_of_f32_on_every_kernel() {
    let exact = encode(&SHIPPED, Arc::new(NativeEncoder::new(&SHIPPED).unwrap()));
    for (precision, floor) in [(Precision::Bf16, 0.999), (Precision::Int8, 0.97)] {
        let fast = NativeEncoder::with_precision(&SHIPPED, precision).unwrap();
        let plain = NativeEncoder::portable(&SHIPPED, precision).unwrap();
        let kernels = [fast.engine().kernel.clone(), plain.engine().kernel.clone()];
        let (fast, plain) = (encode(&SHIPPED, Arc::new(fast)), encode(&SHIPPED, Arc::new(plain)));
        let found = [worst_cosine(&exact, &fast), worst_cosine(&exact, &plain), worst_cosine(&fast, &plain)];
        println!("{precision}, {kernels:?}: worst cosines {found:?}");
        assert!(found.iter().all(|&cosine| cosine > floor && cosine < 1.0), "{precision} {kernels:?}: {found:?}");
    }
}

#[cfg(feature = "rust-bert")]
#[test]
fn libtorch_in_bf16_gives_nearly_the_states_of_f32() {
    let engine = rust_bert(&SHIPPED, Precision::Bf16);
    assert_eq!((engine.engine().precision.as_str(), engine.engine().kernel.as_str()), ("bf16", "libtorch/cpu"));
    let exact = encode(&SHIPPED, Arc::new(NativeEncoder::new(&SHIPPED).unwrap()));
    let found = worst_cosine(&exact, &encode(&SHIPPED, Arc::new(engine)));
    println!("rust-bert bf16: worst cosine {found}");
    assert!(found > 0.99 && found < 1.0, "{found}");
}

#[test]
fn every_engine_refuses_what_is_outside_the_model() {
    let model = &RANDOM;
    let native: Arc<dyn Encoder> = Arc::new(NativeEncoder::new(model).unwrap());
    for engine in others(model).into_iter().chain([native]) {
        assert!(engine.encode(&Batch::new(&[2, 400, 3], &[0, 1, 0], &[3]).unwrap()).is_err());
        assert!(engine.encode(&Batch::new(&[2; 67], &[0; 67], &[67]).unwrap()).is_err());
        assert_eq!(engine.encode(&Batch::new(&[], &[], &[]).unwrap()).unwrap().dim(), (0, SMALL.hidden));
    }
}

#[test]
fn the_shipped_model_gives_what_its_training_code_gives() {
    let parity =
        std::fs::read(repository("models/training/parity.json")).expect("models/training/parity.json is there");
    let parity: Value = serde_json::from_slice(&parity).unwrap();
    let recorder = Arc::new(Recorder { engine: NativeEncoder::new(&SHIPPED).unwrap(), last: Mutex::default() });
    let encoder = SentenceEncoder::new(&SHIPPED, recorder.clone(), EncodeOptions::default()).unwrap();
    let cases = parity["cases"].as_array().unwrap();
    let mut worst = 0.0_f64;
    for case in cases {
        let text = case["text"].as_str().unwrap();
        let sentence = encoder.encode(text, &[Span::new(0, text.len())]).unwrap().remove(0);
        let (ids, types, hidden) = std::mem::take(&mut *recorder.last.lock().unwrap());
        assert_eq!(json!(ids), case["ids"], "{text}");
        assert_eq!(json!(types), case["types"], "{text}");
        let points = CodePoints::new(text);
        let words: Vec<_> = sentence.words().map(|word| points.of(sentence.span_of(word))).collect();
        assert_eq!(json!(words), case["spans"], "{text}");
        let starts: Vec<usize> = sentence.word_starts().map(|token| token + 1).collect();
        assert_eq!(json!(starts), case["starts"], "{text}");
        for state in case["hidden"].as_array().unwrap() {
            let row = hidden.row(state["token"].as_u64().unwrap() as usize);
            for (found, expected) in row.iter().zip(state["first8"].as_array().unwrap()) {
                worst = worst.max((f64::from(*found) - expected.as_f64().unwrap()).abs());
            }
        }
    }
    println!("{} cases: hidden states within {worst:.1e}", cases.len());
    assert!(!cases.is_empty() && worst <= TRAINING_TOLERANCE, "{worst:e}");
}

#[test]
fn what_says_the_same_lies_nearest() {
    let sentences = [
        "The river broke through the dam on Monday night.",
        "On Monday night, the dam gave way to the river.",
        "Senator Elena Marchetti will not stand again.",
        "Elena Marchetti, the senator, does not run for another term.",
        "Prices of bread rose by a tenth in the spring.",
        "Bread cost ten per cent more in spring.",
        "",
    ];
    let (mut text, mut spans) = (String::new(), Vec::new());
    for sentence in sentences {
        spans.push(Span::new(text.len(), text.len() + sentence.len()));
        text += sentence;
    }
    let engine = Arc::new(NativeEncoder::new(&SHIPPED).unwrap());
    let encoder = SentenceEncoder::new(&SHIPPED, engine, EncodeOptions::default()).unwrap();
    let vectors = SentenceProjection::new(&SHIPPED).unwrap().vectors(&encoder.encode(&text, &spans).unwrap());
    assert_eq!((vectors.len(), vectors.width()), (7, 384));
    for one in 0..6 {
        let others = (0..6).filter(|&other| other != one);
        let nearest = others.max_by(|&a, &b| {
            let likeness = |other| cosine(vectors.row(one), vectors.row(other));
            likeness(a).total_cmp(&likeness(b))
        });
        assert_eq!(nearest, Some(one ^ 1), "{}", sentences[one as usize]);
    }
    assert!(vectors.row(6).iter().all(|&value| value == 0), "no words, no direction");
}

/// An engine that keeps what went in and came out last.
struct Recorder {
    engine: NativeEncoder,
    last: Mutex<(Vec<u32>, Vec<u32>, Array2<f32>)>,
}

impl Encoder for Recorder {
    fn encode_all(&self, batch: &Batch<'_>) -> Result<Vec<Array2<f32>>, EncodeError> {
        let states = self.engine.encode_all(batch)?;
        *self.last.lock().unwrap() = (batch.ids().to_vec(), batch.types().to_vec(), states[0].clone());
        Ok(states)
    }

    fn branches(&self) -> usize {
        self.engine.branches()
    }

    fn hidden_size(&self) -> usize {
        self.engine.hidden_size()
    }

    fn engine(&self) -> &EngineInfo {
        self.engine.engine()
    }
}
