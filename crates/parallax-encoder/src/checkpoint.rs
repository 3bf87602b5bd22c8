//! Users' own Hugging Face checkpoints on rust-bert's model types: BERT, DistilBERT and RoBERTa that
//! classify tokens or pairs of texts.

mod description;
mod network;
mod vocabulary;

use crate::rust_bert_engine::{NAME, caught};
use crate::sentence::windows;
use crate::torch::Place;
use crate::weights::read;
use crate::{EncodeError, EncodeOptions, EngineInfo, LoadError, RustBertOptions};
use description::Description;
use network::Network;
use parallax_text::Span;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use vocabulary::Vocabulary;

/// What a checkpoint classifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Every piece of a sentence: `...ForTokenClassification`.
    Tokens,
    /// A sentence beside a target in it: `...ForSequenceClassification`.
    Pairs,
}

/// A folder as Hugging Face's `transformers` saves it, ready to run on rust-bert.
///
/// The folder holds
/// * `config.json`: `model_type` `bert` (Devlin et al. 2019), `distilbert` (Sanh et al. 2019) or
///   `roberta` (Liu et al. 2019), the sizes, and `id2label`;
/// * a vocabulary: `tokenizer.json`; or `vocab.txt` (BERT, DistilBERT), or `vocab.json` with
///   `merges.txt` (RoBERTa), and then `tokenizer_config.json` where it is not as usual. Without
///   `do_lower_case` there, a `vocab.txt` with capital letters is of a cased model;
/// * `model.safetensors`: F32, F16 or BF16.
///
/// rust-bert adds 1e-12 to the variance in layer normalisation, as BERT and DistilBERT are trained;
/// RoBERTa is trained with 1e-5: on a small random model, `transformers` gave the same probabilities
/// within 5e-5.
///
/// Calls wait for one another: libtorch spreads each over its own threads.
pub struct Checkpoint {
    labels: Vec<String>,
    task: Task,
    vocabulary: Vocabulary,
    network: Mutex<Network>,
    /// Tokens of a sequence, special ones included.
    longest: usize,
    sha256: String,
    info: EngineInfo,
}

/// A piece of a text with the probability of each label.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassifiedToken {
    /// Bytes of the text, without white space around them.
    pub span: Span,
    /// Whether it is the first piece of a word, as the checkpoint's pre-tokenizer cuts words. In
    /// training, a word's label is usually that of its first piece.
    pub starts_word: bool,
    /// In the order of [`Checkpoint::labels`]; they sum to 1.
    pub probabilities: Vec<f32>,
}

impl std::fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Checkpoint");
        shown.field("labels", &self.labels).field("task", &self.task).field("info", &self.info).finish_non_exhaustive()
    }
}

impl Checkpoint {
    /// Reads a checkpoint and checks that its parts agree.
    ///
    /// # Errors
    /// Names the file that is missing or damaged, the make or setting that is not supported, the
    /// tensor that is missing or of another shape, and the device or precision that is not there.
    pub fn load(folder: &Path, task: Task, options: RustBertOptions) -> Result<Self, LoadError> {
        let path = folder.join("config.json");
        let description: Description =
            serde_json::from_slice(&read(&path)?).map_err(|source| LoadError::Config { path: path.clone(), source })?;
        let labels = description.check().map_err(|reason| LoadError::Unsupported { path, reason })?;
        let vocabulary = Vocabulary::read(folder, &description)?;
        let path = folder.join("model.safetensors");
        let weights = read(&path)?;
        let place = Place::find(options)?;
        let network = Network::new(&description, labels.len(), task, &place, (&path, &weights))?;
        Ok(Self {
            labels,
            task,
            vocabulary,
            network: Mutex::new(network),
            longest: description.longest(),
            sha256: Sha256::digest(&weights).iter().map(|byte| format!("{byte:02x}")).collect(),
            info: place.info,
        })
    }

    /// Names of its labels, in the order of its outputs.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// SHA-256 of `model.safetensors`, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What runs it.
    #[must_use]
    pub fn engine(&self) -> &EngineInfo {
        &self.info
    }

    /// Classifies the pieces of sentences of a text: a list for each span, in their order. A sentence
    /// with more pieces than the model has positions is read in overlapping windows, and each piece
    /// taken from the window in which it stands farthest from a cut.
    ///
    /// # Errors
    /// When the checkpoint classifies pairs, a span is not of the text, or libtorch fails.
    pub fn tokens(&self, text: &str, sentences: &[Span]) -> Result<Vec<Vec<ClassifiedToken>>, EncodeError> {
        self.must(Task::Tokens)?;
        let window = self.longest - 2;
        let options = EncodeOptions { window, overlap: (window / 4).min(64), ..EncodeOptions::default() };
        let (mut sequences, mut places) = (Vec::new(), Vec::new());
        let mut found: Vec<Vec<ClassifiedToken>> = Vec::with_capacity(sentences.len());
        for (index, &sentence) in sentences.iter().enumerate() {
            let pieces = self.vocabulary.pieces(text, sentence)?;
            for (read, keep) in windows(pieces.ids.len(), options) {
                sequences.push(self.vocabulary.single(&pieces.ids[read.clone()]));
                places.push((index, read, keep));
            }
            let token = |(&span, &starts_word)| ClassifiedToken { span, starts_word, probabilities: Vec::new() };
            found.push(pieces.spans.iter().zip(&pieces.starts_word).map(token).collect());
        }
        for (rows, (index, read, keep)) in self.run(&sequences)?.into_iter().zip(places) {
            // Row 0 is the special token in front.
            let rows = rows.chunks_exact(self.labels.len()).skip(1 + keep.start - read.start);
            for (token, row) in found[index][keep].iter_mut().zip(rows) {
                token.probabilities = row.to_vec();
            }
        }
        Ok(found)
    }

    /// The probability of each label for targets in sentences of a text, in their order: the sentence
    /// is the first text, the target's words are the second, as models for target-dependent sentiment
    /// are trained. `None` where the target has no pieces. Of a sentence that is too long, the part
    /// around the target is read.
    ///
    /// # Errors
    /// When the checkpoint classifies tokens, a span is not of the text, or libtorch fails.
    pub fn pairs(&self, text: &str, pairs: &[(Span, Span)]) -> Result<Vec<Option<Vec<f32>>>, EncodeError> {
        self.must(Task::Pairs)?;
        let (mut sequences, mut places) = (Vec::new(), Vec::new());
        for (index, &(sentence, target)) in pairs.iter().enumerate() {
            let (sentence, about) = (self.vocabulary.pieces(text, sentence)?, self.vocabulary.pieces(text, target)?);
            if about.ids.is_empty() {
                continue;
            }
            let room = self.longest - self.vocabulary.framing();
            let about = &about.ids[..about.ids.len().min(room / 2)];
            let first = sentence.around(target, room - about.len());
            sequences.push(self.vocabulary.pair(&sentence.ids[first], about));
            places.push(index);
        }
        let mut found = vec![None; pairs.len()];
        for (row, index) in self.run(&sequences)?.into_iter().zip(places) {
            found[index] = Some(row);
        }
        Ok(found)
    }

    fn must(&self, task: Task) -> Result<(), EncodeError> {
        if self.task == task {
            return Ok(());
        }
        Err(EncodeError::Options(format!("this checkpoint was loaded for {:?}, not for {task:?}", self.task)))
    }

    /// Probabilities of each sequence, a row for each token or one row.
    fn run(&self, sequences: &[Sequence]) -> Result<Vec<Vec<f32>>, EncodeError> {
        let network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |message: String| EncodeError::Engine { engine: NAME, message };
        let mut order: Vec<usize> = (0..sequences.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(sequences[index].ids.len()));
        let mut found = vec![Vec::new(); sequences.len()];
        let mut rest = order.as_slice();
        while let Some(&longest) = rest.first() {
            let fit = (network.batch_tokens() / sequences[longest].ids.len()).clamp(1, rest.len());
            let (batch, later) = rest.split_at(fit);
            let chosen: Vec<&Sequence> = batch.iter().map(|&index| &sequences[index]).collect();
            let rows = caught(|| network.probabilities(&chosen)).map_err(failed)?;
            if rows.iter().flatten().any(|share| !share.is_finite()) {
                return Err(failed("the checkpoint gives probabilities that are not numbers".to_owned()));
            }
            batch.iter().zip(rows).for_each(|(&index, rows)| found[index] = rows);
            rest = later;
        }
        Ok(found)
    }
}

/// Tokens with the special ones around them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sequence {
    ids: Vec<u32>,
    types: Vec<u32>,
}
