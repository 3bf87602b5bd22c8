//! Users' own checkpoints for entities and tone, named by a TOML file.
//!
//! ```toml
//! [entities]                     # a model that classifies tokens
//! folder = "checkpoints/my-ner"  # relative to this file
//! [entities.labels]              # its labels = ours: O, B- and I- of PER, ORG, LOC, MISC
//! B-PERSON = "B-PER"             # those that are called as ours need no line
//! I-PERSON = "I-PER"
//! B-DATE = "O"
//! I-DATE = "O"
//!
//! [tone]                         # a model that classifies a sentence beside a target in it
//! folder = "checkpoints/my-tone"
//! [tone.labels]                  # its labels = negative, neutral, positive
//! LABEL_0 = "negative"
//! LABEL_1 = "neutral"
//! LABEL_2 = "positive"
//! ```
//!
//! Each folder is one of Hugging Face's (BERT, DistilBERT, RoBERTa; see `parallax_encoder::Checkpoint`).
//! Where several labels mean one of ours, their probabilities are added. They take the place of the
//! shipped entity tagger and tone scorer; everything else stays with the shipped models.

#[cfg(feature = "rust-bert")]
mod checkpoints;
#[cfg(feature = "rust-bert")]
mod label_map;

use crate::models::{EngineOptions, Models};
use anyhow::{Context, Result, bail};
use parallax_encoder::{EncodedSentence, EngineInfo};
use parallax_ner::Tag;
use parallax_text::{Layer, Mention, Sentence, Span, ToneScores};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

/// Finds names in the place of the shipped entity tagger.
pub trait OwnEntities: Debug + Send + Sync {
    /// The names of an article, in order: `sentences` are the sentences to read, each with its number.
    ///
    /// # Errors
    /// Where the model fails; the article is not to blame then.
    fn tag(&self, text: &str, sentences: &[(u32, Span)]) -> Result<Vec<Mention>>;

    /// The tags of sentences that are cut into words already.
    ///
    /// # Errors
    /// Where the model fails.
    fn tag_words(&self, sentences: &[&[String]]) -> Result<Vec<Vec<Tag>>>;
}

/// Judges tone in the place of the shipped scorer.
pub trait OwnTone: Debug + Send + Sync {
    /// The tone towards targets of an article: the span of the sentence, and that of the target in it.
    /// `None` where there is nothing to judge.
    ///
    /// # Errors
    /// Where the model fails; the article is not to blame then.
    fn score(&self, text: &str, targets: &[(Span, Span)]) -> Result<Vec<Option<ToneScores>>>;
}

/// Checkpoints of the user's own, for [`Models::with_user_models`].
#[derive(Debug, Default)]
pub struct UserModels {
    /// In the place of the entity tagger.
    pub entities: Option<Own<dyn OwnEntities>>,
    /// In the place of the tone scorer.
    pub tone: Option<Own<dyn OwnTone>>,
}

/// A model of the user's own, and what is told of it.
#[derive(Debug)]
pub struct Own<M: ?Sized> {
    /// For `run.json`.
    pub record: OwnRecord,
    /// The model.
    pub model: Box<M>,
}

/// What `run.json` tells of a user's own model.
#[derive(Clone, Debug, Serialize)]
pub struct OwnRecord {
    /// `entities` or `tone`.
    pub task: &'static str,
    /// Name of its folder.
    pub name: String,
    /// SHA-256 of its weights.
    pub sha256: String,
    /// Name, number format and code of its engine.
    #[serde(serialize_with = "engine_record")]
    pub engine: EngineInfo,
    /// Its labels with ours.
    pub labels: BTreeMap<String, String>,
}

impl OwnRecord {
    /// As measurements name it: task, name and first digits of its hash.
    fn label(&self) -> String {
        format!("{} {}@{}", self.task, self.name, self.sha256.get(..12).unwrap_or(&self.sha256))
    }

    fn layer(&self, of_shipped: Layer) -> Layer {
        let engine = Some((self.engine.name.clone(), self.engine.precision.clone()));
        Layer { model_sha256: Some(self.sha256.clone()), engine, ..of_shipped }
    }
}

fn engine_record<S: serde::Serializer>(engine: &EngineInfo, serializer: S) -> Result<S::Ok, S::Error> {
    let parts = [("name", &engine.name), ("precision", &engine.precision), ("kernel", &engine.kernel)];
    BTreeMap::from(parts).serialize(serializer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelsFile {
    entities: Option<Section>,
    tone: Option<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(feature = "rust-bert"), allow(dead_code))] // read to refuse a wrong file in any build
struct Section {
    folder: PathBuf,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

impl UserModels {
    /// Reads the file and loads the checkpoints that it names, in f32 or bf16 as the precision says,
    /// on the device of the options.
    ///
    /// # Errors
    /// Where the file is none of this kind; where a checkpoint cannot be used, or has a label that is
    /// not, or wrongly, mapped; in a build without the feature `rust-bert`.
    pub fn load(path: &Path, options: EngineOptions) -> Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: the file cannot be read"))?;
        let file: ModelsFile = toml::from_str(&text).with_context(|| {
            format!(
                "{shown}: not a file of own models; give [entities], [tone] or both, each with `folder` and, in a table `labels`, their labels with ours"
            )
        })?;
        if file.entities.is_none() && file.tone.is_none() {
            bail!("{shown}: it names neither [entities] nor [tone]");
        }
        Self::load_sections(&file, path, options).with_context(|| format!("{shown}"))
    }

    #[cfg(feature = "rust-bert")]
    fn load_sections(file: &ModelsFile, path: &Path, options: EngineOptions) -> Result<Self> {
        let base = path.parent().unwrap_or(Path::new(""));
        let entities = file.entities.as_ref().map(|section| checkpoints::entities(section, base, options));
        let tone = file.tone.as_ref().map(|section| checkpoints::tone(section, base, options));
        Ok(Self { entities: entities.transpose().context("[entities]")?, tone: tone.transpose().context("[tone]")? })
    }

    #[cfg(not(feature = "rust-bert"))]
    fn load_sections(_: &ModelsFile, _: &Path, _: EngineOptions) -> Result<Self> {
        bail!(
            "this build cannot run checkpoints of your own: run `make libtorch`, then `make analyze ENGINE=rust-bert`, which builds with --features rust-bert"
        )
    }

    /// What was loaded, for `run.json`.
    pub(crate) fn records(&self) -> Vec<&OwnRecord> {
        let entities = self.entities.as_ref().map(|own| &own.record);
        entities.into_iter().chain(self.tone.as_ref().map(|own| &own.record)).collect()
    }

    /// Behind the label of the shipped models: nothing, or the own models.
    pub(crate) fn label(&self) -> String {
        self.records().into_iter().map(|record| format!(", {}", record.label())).collect()
    }

    /// The layer `ner` or `tone` as it is made: by the shipped model, or by the user's.
    pub(crate) fn layer(&self, of_shipped: Layer) -> Layer {
        let own = self.records().into_iter().find(|record| match record.task {
            "entities" => of_shipped.name == "ner",
            task => of_shipped.name == task,
        });
        match own {
            Some(record) => record.layer(of_shipped),
            None => of_shipped,
        }
    }
}

impl Models {
    /// Puts a user's own models in the place of the shipped entity tagger and tone scorer. The measured
    /// errors of what they replace are left out: those of the user's models are not known.
    #[must_use]
    pub fn with_user_models(mut self, own: UserModels) -> Self {
        if own.tone.is_some() {
            self.errors.remove("tone");
        }
        if own.entities.is_some() {
            self.errors.remove("ner");
        }
        self.own = own;
        self
    }

    /// The names in those sentences of an article that `is_read` takes by their index.
    pub(crate) fn names(
        &self,
        text: &str,
        sentences: &[Sentence],
        encoded: &[EncodedSentence],
        is_read: impl Fn(usize) -> bool,
    ) -> Result<Vec<Mention>> {
        let read = (0..sentences.len()).filter(|&index| is_read(index));
        match &self.own.entities {
            Some(own) => {
                let spans: Vec<(u32, Span)> = read.map(|index| (index as u32, sentences[index].span)).collect();
                own.model.tag(text, &spans).with_context(|| own.record.label())
            }
            None => Ok(self.entities.tag(text, read.map(|index| (index as u32, &encoded[index])))),
        }
    }

    /// The tone towards targets of an article, each with the number of its sentence.
    pub(crate) fn tones(
        &self,
        text: &str,
        sentences: &[Span],
        encoded: &[EncodedSentence],
        targets: &[(u32, Span)],
    ) -> Result<Vec<Option<ToneScores>>> {
        match &self.own.tone {
            Some(own) => {
                let pairs: Vec<(Span, Span)> =
                    targets.iter().map(|&(sentence, target)| (sentences[sentence as usize], target)).collect();
                own.model.score(text, &pairs).with_context(|| own.record.label())
            }
            None => {
                let score = |&(sentence, target): &(u32, Span)| self.tone.score(&encoded[sentence as usize], target);
                Ok(targets.iter().map(score).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(toml: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), toml).unwrap();
        format!("{:#}", UserModels::load(file.path(), EngineOptions::default()).unwrap_err())
    }

    #[test]
    fn a_file_of_another_kind_is_refused_by_name() {
        let check = |toml: &str, parts: &[&str]| {
            let found = message(toml);
            parts.iter().for_each(|part| assert!(found.contains(part), "{found:?} does not say {part:?}"));
        };
        check("", &["neither [entities] nor [tone]"]);
        check("[speech]\nfolder = \"x\"", &["not a file of own models", "speech"]);
        check("[tone]\nlabels = {}", &["folder"]);
        check("[tone]\nfolder = \"x\"\ncolour = 1", &["colour"]);
        check("[tone", &["not a file of own models"]);
        let absent = UserModels::load(Path::new("nowhere.toml"), EngineOptions::default()).unwrap_err();
        assert!(format!("{absent:#}").contains("nowhere.toml: the file cannot be read"));
    }

    #[cfg(not(feature = "rust-bert"))]
    #[test]
    fn a_build_without_rust_bert_says_how_to_make_one_with_it() {
        let found = message("[tone]\nfolder = \"x\"");
        assert!(found.contains("make libtorch") && found.contains("--features rust-bert"), "{found}");
    }
}
