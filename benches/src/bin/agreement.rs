//! How often bf16 and int8 decide as f32 does, and what that does to the figures against gold:
//!
//!     cargo run --release -p parallax-benches --bin agreement -- [DATA] [PRECISION...]
//!
//! DATA (default `../shared/data`) holds `sentiment/newsmtsc` and `ner/conll2003`. Tone: the targets
//! of rw-dev, mt-dev and as much of train as makes 5,000 targets. Entities: the words of eng.testa.

use parallax_benches::repository;
use parallax_encoder::{EncodeOptions, Encoder, Model, NativeEncoder, Precision, SentenceEncoder};
use parallax_ner::{EntityTagger, Tag, conll};
use parallax_stance::{ToneScorer, newsmtsc};
use parallax_text::{CodePoints, Span, ToneScores};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Targets of tone that are looked at, at least.
const TARGETS: usize = 5_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().map_or_else(|| repository().join("../shared/data"), PathBuf::from);
    let wanted: Vec<String> = arguments.collect();
    let model = Model::load(&repository().join("models/news-en"))?;
    let tone = ToneScorer::new(&model)?;
    let targets = targets(&data.join("sentiment/newsmtsc"))?;
    let columns = conll::read(&read(&data.join("ner/conll2003/eng.testa"))?)?;
    let documents: Vec<Vec<&[String]>> =
        columns.documents().map(|document| document.iter().map(|sentence| &sentence.words[..]).collect()).collect();
    let gold: Vec<Vec<Tag>> = columns.sentences.iter().map(|sentence| sentence.tags.clone()).collect();

    let run = |precision: Precision| -> Result<Findings, Failure> {
        let engine = NativeEncoder::with_precision(&model, precision)?;
        let tagger = EntityTagger::with_precision(&model, precision)?;
        let kernel = engine.engine().kernel.clone();
        let encoder = SentenceEncoder::new(&model, Arc::new(engine), EncodeOptions::default())?;
        let judged = targets.iter().map(|target| judge(&encoder, &tone, target)).collect::<Result<_, _>>()?;
        let tags = documents.iter().map(|words| tagger.tag_words(words, &encoder)).collect::<Result<Vec<_>, _>>()?;
        Ok(Findings { kernel, judged, tags: tags.concat() })
    };
    let reference = run(Precision::F32)?;
    println!(
        "{:9} {:24} {:8} {:>7} {:>11} {:>8} {:>8} {:>7}",
        "precision", "kernel", "task", "n", "agreement %", "F1 f32", "F1", "change"
    );
    for precision in [Precision::Bf16, Precision::Int8] {
        if !(wanted.is_empty() || wanted.contains(&precision.to_string())) {
            continue;
        }
        let found = run(precision)?;
        let row = |task: &str, same: usize, n: usize, before: f64, after: f64| {
            println!(
                "{precision:9} {:24} {task:8} {n:>7} {:>11.3} {:>8.2} {:>8.2} {:>+7.2}",
                found.kernel,
                100.0 * same as f64 / n as f64,
                100.0 * before,
                100.0 * after,
                100.0 * (after - before)
            );
        };
        let pairs = reference.judged.iter().zip(&found.judged);
        let same = pairs.filter(|((one, _), (other, _))| decision(one) == decision(other)).count();
        let f1 = |findings: &Findings| newsmtsc::score(&findings.judged).macro_f1;
        row("tone", same, targets.len(), f1(&reference), f1(&found));
        let pairs = reference.tags.iter().flatten().zip(found.tags.iter().flatten());
        let (same, n) = pairs.fold((0, 0), |(same, n), (one, other)| (same + usize::from(one == other), n + 1));
        let f1 = |findings: &Findings| conll::score(&gold, &findings.tags).all.f1;
        row("entities", same, n, f1(&reference), f1(&found));
    }
    Ok(())
}

/// What one precision makes of the data.
struct Findings {
    kernel: String,
    judged: Vec<(ToneScores, usize)>,
    tags: Vec<Vec<Tag>>,
}

fn judge(
    encoder: &SentenceEncoder,
    tone: &ToneScorer,
    target: &newsmtsc::LabelledTarget,
) -> Result<(ToneScores, usize), Failure> {
    let span = CodePoints::new(&target.text).span(target.start, target.end).ok_or("a target is not of its sentence")?;
    let encoded = encoder.encode(&target.text, &[Span::new(0, target.text.len())])?;
    Ok((tone.score(&encoded[0], span).ok_or("a target holds no word")?, target.label))
}

/// 0 negative, 1 neutral, 2 positive.
fn decision(scores: &ToneScores) -> usize {
    let scores = [scores.negative, scores.neutral, scores.positive];
    (0..3).max_by(|&one, &other| scores[one].total_cmp(&scores[other])).unwrap_or(1)
}

fn targets(folder: &Path) -> Result<Vec<newsmtsc::LabelledTarget>, Failure> {
    let mut targets = Vec::new();
    for file in ["rw-dev.jsonl", "mt-dev.jsonl", "train.jsonl"] {
        let missing = TARGETS.saturating_sub(targets.len());
        let whole = file != "train.jsonl";
        targets.extend(newsmtsc::read(&read(&folder.join(file))?)?.into_iter().take(if whole {
            usize::MAX
        } else {
            missing
        }));
    }
    Ok(targets)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
