//! From hidden states to mentions: the entity head of a model.

use crate::decode::{Chain, Tag};
use crate::labels;
use ndarray::{Array1, Array2, Axis, Slice};
use parallax_encoder::{
    DenseLayer, EncodeError, EncodedSentence, LoadError, Model, Precision, SentenceEncoder, gelu, word_shape,
};
use parallax_text::{EntityKind, Mention, Span};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The one head that this version knows.
const HEAD: &str = "mlp-memory-crf/1";

/// Finds the names in encoded sentences.
///
/// A word is what BERT's pre-tokenizer cuts. Its label scores come from the hidden state of its
/// first piece and the mean over its pieces, by two layers with an exact GELU (Hendrycks and
/// Gimpel 2016, "Gaussian Error Linear Units"); a linear-chain conditional random field (Lafferty
/// et al. 2001, "Conditional Random Fields") chooses the labels of the sentence.
///
/// The sentences of a document are read together: to a word with a capital letter, what the middle
/// of the network has of the same word in the other sentences is added, their mean through a layer
/// of its own (after Akbik et al. 2019, "Pooled Contextualized Embeddings for Named Entity
/// Recognition"). So a name that one sentence leaves open is read as elsewhere in the article.
#[derive(Clone, Debug)]
pub struct EntityTagger {
    tags: Vec<Tag>,
    hidden: DenseLayer,
    memory: DenseLayer,
    out: DenseLayer,
    chain: Chain,
}

/// A word with its tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WordLabel {
    /// Bytes of the text.
    pub span: Span,
    /// The tag in the best sequence.
    pub tag: Tag,
    /// Probability of this tag for this word, all sequences considered.
    pub probability: f32,
}

/// A model has no entity head that this version can use.
#[derive(Debug, thiserror::Error)]
pub enum NerError {
    /// `config.json` has no `entities`, or not in the expected form.
    #[error("the model's config.json describes no entity head: take a model with \"entities\", such as models/news-en")]
    Config(#[source] Option<serde_json::Error>),
    /// The head is of another make.
    #[error("the entity head is `{found}`, this version knows `{HEAD}`: take the model that belongs to this version")]
    Head {
        /// What the configuration says.
        found: String,
    },
    /// The labels are not those of IOB2 over PER, ORG, LOC and MISC.
    #[error("the entity labels are {found:?}: O and one B- and one I- for each of PER, ORG, LOC and MISC are needed")]
    Labels {
        /// What the configuration says.
        found: Vec<String>,
    },
    /// A tensor of the head is missing or has another shape.
    #[error("the entity head cannot be loaded")]
    Load(#[from] LoadError),
}

#[derive(Deserialize)]
struct HeadConfig {
    head: String,
    labels: Vec<String>,
    hidden: usize,
}

impl EntityTagger {
    /// The entity head of a model.
    ///
    /// # Errors
    /// When the model has none, or one with other labels, shapes or of another make.
    pub fn new(model: &Model) -> Result<Self, NerError> {
        Self::with_precision(model, Precision::F32)
    }

    /// As [`EntityTagger::new`], its wide layers in the precision for heads of that of the encoder
    /// ([`Precision::of_heads`]).
    ///
    /// # Errors
    /// As [`EntityTagger::new`].
    pub fn with_precision(model: &Model, precision: Precision) -> Result<Self, NerError> {
        let config = model.config().heads.get("entities").ok_or(NerError::Config(None))?;
        let config = HeadConfig::deserialize(config).map_err(|source| NerError::Config(Some(source)))?;
        if config.head != HEAD {
            return Err(NerError::Head { found: config.head });
        }
        let tags = tags(&config.labels).ok_or(NerError::Labels { found: config.labels })?;
        let size = model.config().encoder.hidden_size;
        let layer =
            |precision: Precision, name: &str, outputs: usize, inputs: usize| -> Result<DenseLayer, LoadError> {
                let weight = model.matrix_of(&format!("entities.{name}.weight"), outputs, inputs)?;
                let bias = model.vector_of(&format!("entities.{name}.bias"), outputs)?;
                Ok(DenseLayer::with_bias(precision, weight, bias))
            };
        let wide = precision.of_heads();
        let start = model.vector_of("entities.start", tags.len())?;
        let steps = model.matrix_of("entities.transitions", tags.len(), tags.len())?;
        Ok(Self {
            hidden: layer(wide, "hidden", config.hidden, 2 * size)?,
            memory: layer(wide, "memory", config.hidden, config.hidden)?,
            out: layer(Precision::F32, "out", tags.len(), config.hidden)?,
            chain: Chain::new(&tags, start, steps),
            tags,
        })
    }

    /// The words of the sentences of one document with their tags, for columns and evaluation.
    ///
    /// # Panics
    /// If the sentences are not of this text.
    #[must_use]
    pub fn labels(&self, text: &str, document: &[&EncodedSentence]) -> Vec<Vec<WordLabel>> {
        let scores = self.scores(text, document);
        let of_sentence = |(encoded, scores): (&&EncodedSentence, &Array2<f32>)| {
            let best = self.chain.best(scores.view());
            let marginals = self.chain.marginals(scores.view());
            let word = |(word, tokens)| WordLabel {
                span: encoded.span_of(tokens),
                tag: self.tags[best[word]],
                probability: marginals[[word, best[word]]] as f32,
            };
            encoded.words().enumerate().map(word).collect()
        };
        document.iter().zip(&scores).map(of_sentence).collect()
    }

    /// The names in sentences of `text` that make one document, each with its number, in order, as
    /// [`labels::names`] gives them.
    ///
    /// # Panics
    /// If the sentences are not of this text.
    #[must_use]
    pub fn tag<'a>(&self, text: &str, document: impl IntoIterator<Item = (u32, &'a EncodedSentence)>) -> Vec<Mention> {
        let (numbers, encoded): (Vec<u32>, Vec<&EncodedSentence>) = document.into_iter().unzip();
        let words = self.labels(text, &encoded);
        numbers.iter().zip(&words).flat_map(|(&sentence, words)| labels::names(text, sentence, words)).collect()
    }

    /// Tags the words of a document's sentences that are cut into words already: the tag of a word is
    /// that of its first part, the sentence being its words with one space between them.
    ///
    /// # Errors
    /// When the encoder fails.
    pub fn tag_words<S: AsRef<str>>(
        &self,
        sentences: &[impl AsRef<[S]>],
        encoder: &SentenceEncoder,
    ) -> Result<Vec<Vec<Tag>>, EncodeError> {
        labels::tag_words(sentences, |text, spans| {
            let encoded = encoder.encode(text, spans)?;
            Ok(self.labels(text, &encoded.iter().collect::<Vec<_>>()))
        })
    }

    /// Label scores of every sentence, `[words, labels]`.
    fn scores(&self, text: &str, document: &[&EncodedSentence]) -> Vec<Array2<f32>> {
        let mut hidden: Vec<Array2<f32>> = document.iter().map(|encoded| self.hidden.rows(&joined(encoded))).collect();
        let recalled = self.recalled(text, document, &hidden);
        let rows: Vec<f32> = recalled.iter().flat_map(|(_, row)| row.iter().copied()).collect();
        let width = rows.len() / recalled.len().max(1);
        if let Ok(rows) = Array2::from_shape_vec((recalled.len(), width), rows)
            && !recalled.is_empty()
        {
            for ((place, _), row) in recalled.iter().zip(self.memory.rows(&rows).rows()) {
                let mut state = hidden[place.sentence].row_mut(place.word);
                state += &row;
            }
        }
        let score = |mut hidden: Array2<f32>| {
            gelu(hidden.as_slice_mut().expect("a layer's rows lie one behind the other"));
            self.out.rows(&hidden)
        };
        hidden.drain(..).map(score).collect()
    }

    /// For each word that other sentences have too, the mean of its activations there.
    fn recalled(&self, text: &str, document: &[&EncodedSentence], hidden: &[Array2<f32>]) -> Vec<(Place, Array1<f32>)> {
        let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for (sentence, encoded) in document.iter().enumerate() {
            for (word, tokens) in encoded.words().enumerate() {
                let written = &text[encoded.span_of(tokens)];
                if word_shape::is_raised(written) {
                    places.entry(written.to_lowercase()).or_default().push(Place { sentence, word });
                }
            }
        }
        let mut recalled = Vec::new();
        for places in places.values().filter(|places| places[0].sentence != places[places.len() - 1].sentence) {
            let active = |place: &Place| {
                let mut row = hidden[place.sentence].row(place.word).to_vec();
                gelu(&mut row);
                Array1::from(row)
            };
            let sum = |of: &[Place]| of.iter().map(active).reduce(|sum, one| sum + one).unwrap_or_default();
            let (all, count) = (sum(places), places.len());
            for here in places.chunk_by(|a, b| a.sentence == b.sentence) {
                let elsewhere = (&all - &sum(here)) / (count - here.len()) as f32;
                recalled.extend(here.iter().map(|place| (*place, elsewhere.clone())));
            }
        }
        recalled
    }
}

/// A word of a document.
#[derive(Clone, Copy, Debug)]
struct Place {
    sentence: usize,
    word: usize,
}

/// For each word the state of its first piece beside the mean over its pieces.
fn joined(encoded: &EncodedSentence) -> Array2<f32> {
    let size = encoded.hidden.ncols();
    let mut joined = Array2::zeros((encoded.words().count(), 2 * size));
    for (row, tokens) in joined.rows_mut().into_iter().zip(encoded.words()) {
        let pieces = encoded.hidden.slice_axis(Axis(0), Slice::from(tokens));
        let (mut first, mut mean) = row.split_at(Axis(0), size);
        first.assign(&pieces.row(0));
        mean.assign(&(pieces.sum_axis(Axis(0)) / pieces.nrows() as f32));
    }
    joined
}

/// All nine tags, in the order of the labels.
fn tags(labels: &[String]) -> Option<Vec<Tag>> {
    let tags = labels.iter().map(|label| Tag::from_label(label)).collect::<Option<Vec<Tag>>>()?;
    let mut sorted = tags.clone();
    sorted.sort();
    sorted.dedup();
    (sorted.len() == tags.len() && tags.len() == 1 + 2 * EntityKind::ALL.len()).then_some(tags)
}

pub(crate) fn word_tags(labels: &[WordLabel], words: &[Span]) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::with_capacity(words.len());
    for word in words {
        let first = labels.partition_point(|label| label.span.start() < word.start());
        let tag =
            labels.get(first).filter(|label| label.span.start() < word.end()).map_or(Tag::Outside, |label| label.tag);
        // The name may have begun in the middle of the word before ("ex-Utopian").
        tags.push(match tag {
            Tag::Inside(kind) if !tag.may_follow(tags.last().copied()) => Tag::Begin(kind),
            _ => tag,
        });
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunks;
    use parallax_encoder::{EncodeOptions, NativeEncoder};
    use std::path::PathBuf;
    use std::sync::Arc;

    fn models() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models")
    }

    fn shipped() -> (EntityTagger, SentenceEncoder) {
        let model = Model::load(&models().join("news-en")).unwrap();
        let engine = Arc::new(NativeEncoder::new(&model).unwrap());
        let encoder = SentenceEncoder::new(&model, engine, EncodeOptions::default()).unwrap();
        (EntityTagger::new(&model).unwrap(), encoder)
    }

    #[test]
    fn the_shipped_head_gives_the_labels_of_the_training_code() {
        let parity = std::fs::read(models().join("training/parity.json")).unwrap();
        let parity: serde_json::Value = serde_json::from_slice(&parity).unwrap();
        let (tagger, encoder) = shipped();
        for case in parity["cases"].as_array().unwrap() {
            let text = case["text"].as_str().unwrap();
            let encoded = encoder.encode(text, &[Span::new(0, text.len())]).unwrap().remove(0);
            let labels: Vec<String> =
                tagger.labels(text, &[&encoded])[0].iter().map(|word| word.tag.to_string()).collect();
            assert_eq!(serde_json::json!(labels), case["labels"], "{text}");
            let scores = tagger.scores(text, &[&encoded]);
            for (found, expected) in scores[0].row(0).iter().zip(case["emissions_first"].as_array().unwrap()) {
                assert!((f64::from(*found) - expected.as_f64().unwrap()).abs() < 1e-3, "{text}: {found} {expected}");
            }
        }
    }

    #[test]
    fn the_sentences_of_a_document_are_read_together() {
        let parity = std::fs::read(models().join("training/parity.json")).unwrap();
        let parity: serde_json::Value = serde_json::from_slice(&parity).unwrap();
        let (tagger, encoder) = shipped();
        let texts: Vec<&str> =
            parity["document"]["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        let (text, mut start) = (texts.join("\n"), 0);
        let spans: Vec<Span> = texts
            .iter()
            .map(|one| {
                start += one.len() + 1;
                Span::new(start - 1 - one.len(), start - 1)
            })
            .collect();
        let encoded = encoder.encode(&text, &spans).unwrap();
        let document: Vec<&EncodedSentence> = encoded.iter().collect();
        let labels: Vec<Vec<String>> = tagger
            .labels(&text, &document)
            .iter()
            .map(|words| words.iter().map(|word| word.tag.to_string()).collect())
            .collect();
        assert_eq!(serde_json::json!(labels), parity["document"]["labels"]);
        let (together, alone) = (tagger.scores(&text, &document), tagger.scores(&text, &document[..1]));
        for (scores, expected) in together.iter().zip(parity["document"]["emissions_first"].as_array().unwrap()) {
            for (found, expected) in scores.row(0).iter().zip(expected.as_array().unwrap()) {
                assert!((f64::from(*found) - expected.as_f64().unwrap()).abs() < 1e-3, "{found} {expected}");
            }
        }
        assert_ne!(together[0].row(0), alone[0].row(0), "the headline's first word stands in other sentences too");
        let reversed: Vec<&EncodedSentence> = encoded.iter().rev().collect();
        for (one, other) in together.iter().zip(tagger.scores(&text, &reversed).iter().rev()) {
            assert!((one - other).iter().all(|difference| difference.abs() < 1e-4), "the order says nothing");
        }
    }

    /// The message for the shipped model with another `entities` in its configuration.
    #[track_caller]
    fn check_refused(change: impl Fn(&mut serde_json::Value), message: &str) {
        let (from, folder) = (models().join("news-en"), tempfile::tempdir().unwrap());
        let mut config: serde_json::Value =
            serde_json::from_slice(&std::fs::read(from.join("config.json")).unwrap()).unwrap();
        change(&mut config);
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        for file in ["tokenizer.json", "model.safetensors"] {
            std::fs::copy(from.join(file), folder.path().join(file)).unwrap();
        }
        let error = EntityTagger::new(&Model::load(folder.path()).unwrap()).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_model_without_a_fitting_head_is_refused() {
        check_refused(|config| config["entities"]["labels"][1] = "B-DATE".into(), "O and one B- and one I- for each");
        check_refused(|config| config["entities"]["head"] = "lstm/1".into(), "the entity head is `lstm/1`");
        check_refused(|config| config["entities"]["hidden"] = 7.into(), "the entity head cannot be loaded");
        check_refused(|config| config["entities"] = serde_json::Value::Null, "describes no entity head");
    }

    #[test]
    fn words_joined_by_spaces_have_the_tags_of_the_text() {
        let (tagger, encoder) = shipped();
        let words = ["U.S.", "envoy", "Ana", "Ruiz", "met", "Utopian", "officials", "in", "Lagos", "."];
        let text = words.join(" ");
        let encoded = encoder.encode(&text, &[Span::new(0, text.len())]).unwrap();
        let mentions = tagger.tag(&text, [(0, &encoded[0])]);
        let tags = tagger.tag_words(&[words.to_vec(), vec![]], &encoder).unwrap();
        assert_eq!(tags[1].len(), 0);
        let of_words: Vec<String> = chunks(&tags[0]).iter().map(|&(from, to, _)| words[from..to].join(" ")).collect();
        let of_text: Vec<&str> = mentions.iter().map(|mention| &text[mention.span]).collect();
        assert_eq!(of_words, of_text);
        assert!(mentions.len() >= 3 && mentions.iter().all(|mention| mention.score > 0.0 && mention.score <= 1.0));
    }

    #[test]
    fn a_label_set_is_all_nine_labels_in_any_order() {
        let check = |labels: &str, expected: bool| {
            let labels: Vec<String> = labels.split(' ').map(str::to_owned).collect();
            assert_eq!(tags(&labels).is_some(), expected, "{labels:?}");
        };
        check("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-MISC I-MISC", true);
        check("I-MISC B-MISC O B-PER I-PER B-ORG I-ORG B-LOC I-LOC", true);
        check("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-MISC", false);
        check("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-MISC B-MISC", false);
        check("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-DATE I-DATE", false);
    }

    #[test]
    fn a_word_has_the_tag_of_its_first_part() {
        let check = |words: &str, parts: &[(usize, usize, &str)], expected: &str| {
            let label = |&(start, end, tag): &(usize, usize, &str)| WordLabel {
                span: Span::new(start, end),
                tag: Tag::from_label(tag).unwrap(),
                probability: 1.0,
            };
            let labels: Vec<WordLabel> = parts.iter().map(label).collect();
            let mut at = 0;
            let spans: Vec<Span> = words
                .split(' ')
                .map(|word| {
                    at += word.len() + 1;
                    Span::new(at - 1 - word.len(), at - 1)
                })
                .collect();
            let tags: Vec<String> = word_tags(&labels, &spans).iter().map(ToString::to_string).collect();
            assert_eq!(tags.join(" "), expected);
        };
        check(
            "U.S. won",
            &[(0, 1, "B-LOC"), (1, 2, "I-LOC"), (2, 3, "I-LOC"), (3, 4, "I-LOC"), (5, 8, "O")],
            "B-LOC O",
        );
        check("ex-Ana Ruiz", &[(0, 2, "O"), (2, 3, "O"), (3, 6, "B-PER"), (7, 11, "I-PER")], "O B-PER");
        check("\u{200b} Ana", &[(4, 7, "B-PER")], "O B-PER");
    }
}
