//! Token sequences to measure engines with.

use ndarray::Array2;
use parallax_encoder::{
    Batch, EncodeError, EncodeOptions, Encoder, EngineInfo, Model, NativeEncoder, Precision, SentenceEncoder,
};
use std::sync::{Arc, Mutex};

/// One sequence, `[CLS]` and `[SEP]` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Token types, one for each id.
    pub types: Vec<u32>,
}

/// The sentences of the sample corpus as the shipped model reads them, in order of the text.
///
/// # Panics
/// When the model does not load or the corpus is not there.
#[must_use]
pub fn sentences(model: &Model) -> Vec<Sequence> {
    let engine = NativeEncoder::new(model).expect("the shipped model loads");
    let recorder =
        Arc::new(Recorder { info: engine.engine().clone(), width: engine.hidden_size(), seen: Mutex::default() });
    let options = EncodeOptions { batch_tokens: 1, ..EncodeOptions::default() };
    let encoder = SentenceEncoder::new(model, recorder.clone(), options).expect("the default options fit the model");
    for article in crate::articles() {
        let text = article.text.text();
        for sentence in parallax_split::sentences(text, &article.blocks) {
            encoder.encode(text, &[sentence.span]).expect("the sample corpus can be encoded");
        }
    }
    std::mem::take(&mut *recorder.seen.lock().expect("no thread panicked"))
}

/// Sequences of one length, cut from the sentences of the sample corpus laid end to end.
///
/// # Panics
/// When `length` is below 3.
#[must_use]
pub fn of_length(sentences: &[Sequence], length: usize, count: usize) -> Vec<Sequence> {
    let (cls, sep) = (sentences[0].ids[0], *sentences[0].ids.last().expect("sentences are not empty"));
    let inside = |sequence: &Sequence| 1..sequence.ids.len() - 1;
    let ids: Vec<u32> = sentences.iter().flat_map(|s| s.ids[inside(s)].to_vec()).collect();
    let types: Vec<u32> = sentences.iter().flat_map(|s| s.types[inside(s)].to_vec()).collect();
    let framed = |middle: &[u32], first: u32, last: u32| [&[first], middle, &[last]].concat();
    let pieces = ids.chunks_exact(length - 2).zip(types.chunks_exact(length - 2)).cycle();
    pieces.take(count).map(|(ids, types)| Sequence { ids: framed(ids, cls, sep), types: framed(types, 0, 0) }).collect()
}

/// Puts sequences to an engine, `batch` at a time, on as many threads, and gives the sum of the
/// hidden states, so that nobody can leave out the work.
///
/// # Panics
/// When the engine fails.
#[must_use]
pub fn encode_all(engine: &dyn Encoder, sequences: &[Sequence], batch: usize, threads: usize) -> f64 {
    let batches: Mutex<std::slice::Chunks<'_, Sequence>> = Mutex::new(sequences.chunks(batch));
    let work = || {
        let mut sum = 0.0;
        loop {
            let Some(chunk) = batches.lock().expect("no thread panicked").next() else { return sum };
            let ids: Vec<u32> = chunk.iter().flat_map(|sequence| sequence.ids.iter().copied()).collect();
            let types: Vec<u32> = chunk.iter().flat_map(|sequence| sequence.types.iter().copied()).collect();
            let lengths: Vec<usize> = chunk.iter().map(|sequence| sequence.ids.len()).collect();
            let batch = Batch::new(&ids, &types, &lengths).expect("lengths and ids agree");
            sum += f64::from(engine.encode(&batch).expect("the engine runs").sum());
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        work() + others.into_iter().map(|thread| thread.join().expect("no thread panicked")).sum::<f64>()
    })
}

/// An engine by the names of the command line.
///
/// # Errors
/// Where the build does not have it, or it does not run the precision.
pub fn engine(model: &Model, name: &str, precision: Precision) -> Result<Box<dyn Encoder>, String> {
    match name {
        "native" => Ok(Box::new(NativeEncoder::with_precision(model, precision).map_err(|error| error.to_string())?)),
        #[cfg(feature = "rust-bert")]
        "rust-bert" => {
            let options = parallax_encoder::RustBertOptions { precision, ..Default::default() };
            let engine = parallax_encoder::RustBertEncoder::with_branches(model, &[], options);
            Ok(Box::new(engine.map_err(|error| error.to_string())?))
        }
        _ => Err(format!("this build has no engine {name} in {precision}")),
    }
}

/// A precision by its name.
///
/// # Errors
/// Where there is none of that name.
pub fn parsed(precision: &str) -> Result<Precision, String> {
    match precision {
        "f32" => Ok(Precision::F32),
        "bf16" => Ok(Precision::Bf16),
        "int8" => Ok(Precision::Int8),
        other => Err(format!("{other}: the precision is f32, bf16 or int8")),
    }
}

/// An engine that keeps what goes in.
struct Recorder {
    info: EngineInfo,
    width: usize,
    seen: Mutex<Vec<Sequence>>,
}

impl Encoder for Recorder {
    fn branches(&self) -> usize {
        0
    }

    fn encode_all(&self, batch: &Batch<'_>) -> Result<Vec<Array2<f32>>, EncodeError> {
        let mut seen = self.seen.lock().expect("no thread panicked");
        let mut first = 0;
        for &length in batch.lengths() {
            let range = first..first + length;
            seen.push(Sequence { ids: batch.ids()[range.clone()].to_vec(), types: batch.types()[range].to_vec() });
            first += length;
        }
        Ok(vec![Array2::zeros((batch.ids().len(), self.width))])
    }

    fn hidden_size(&self) -> usize {
        self.width
    }

    fn engine(&self) -> &EngineInfo {
        &self.info
    }
}
