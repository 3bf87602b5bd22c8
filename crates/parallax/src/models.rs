//! The models of a run: found, checked against their manifest, loaded.

use crate::input::hexadecimal;
use crate::user_models::UserModels;
use anyhow::{Context, Result, bail};
use parallax_compare::ErrorModel;
use parallax_encoder::{
    Device, EncodeOptions, Encoder, HeadModel, Model, NativeEncoder, PairEncoder, PairModel, SentenceEncoder,
    SentenceProjection,
};
use parallax_ner::EntityTagger;
use parallax_quotes::AttributionTagger;
use parallax_stance::{FrameScorer, StanceScorer, ToneScorer, WordingScorer};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which engine runs the encoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// Pure Rust on ndarray; always there.
    #[default]
    Native,
    /// rust-bert on libtorch; needs a build with `--features rust-bert`.
    RustBert,
}

/// Number format of the encoder's products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Precision {
    /// 32-bit floating point, the reference.
    #[default]
    F32,
    /// 16-bit floating point; fast on processors with AMX and on CUDA.
    Bf16,
    /// Eight-bit integers; native engine only, fast on processors with VNNI.
    Int8,
    /// The fastest that this machine has: bf16, else int8 (native engine only), else f32.
    Auto,
}

/// What runs the encoder, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct EngineOptions {
    /// What runs the encoder
    #[arg(long, value_enum, default_value_t)]
    pub engine: Engine,
    /// Number format of the encoder's products
    #[arg(long, value_enum, default_value_t)]
    pub precision: Precision,
    /// Where rust-bert runs: auto (CUDA where libtorch has it), cpu, cuda, or cuda:N
    #[arg(long, default_value_t)]
    pub device: Device,
}

#[cfg(feature = "rust-bert")]
impl EngineOptions {
    /// As rust-bert takes them. What makes bf16 fast in the native engine, AMX, makes it fast in
    /// libtorch; a CUDA device has it fast anyway.
    pub(crate) fn rust_bert(self) -> parallax_encoder::RustBertOptions {
        use parallax_encoder::{Precision as Exact, RustBertOptions};
        let fast = RustBertOptions::finds_cuda(self.device) || NativeEncoder::fastest_precision() == Exact::Bf16;
        let precision = exact(self, if fast { Exact::Bf16 } else { Exact::F32 });
        RustBertOptions { precision, device: self.device }
    }
}

impl From<Engine> for EngineOptions {
    fn from(engine: Engine) -> Self {
        Self { engine, ..Self::default() }
    }
}

/// Encoder and heads, ready to run.
pub struct Models {
    /// Tokens and hidden states of sentences.
    pub encoder: SentenceEncoder,
    /// Entities.
    pub entities: EntityTagger,
    /// Tone towards targets.
    pub tone: ToneScorer,
    /// Who says what.
    pub attributions: AttributionTagger,
    /// One vector a sentence.
    pub vectors: SentenceProjection,
    /// Frames and wording.
    pub discourse: Discourse,
    /// Stance to propositions, where it was asked for.
    pub stance: Option<StanceJudge>,
    /// What the user puts in the place of `entities` and `tone`.
    pub own: UserModels,
    /// Name and version of the model.
    pub name: String,
    /// SHA-256 of its weights.
    pub sha256: String,
    /// Languages it knows, ISO 639-1.
    pub languages: Vec<String>,
    /// The models' measured errors, by layer.
    pub errors: BTreeMap<String, ErrorModel>,
}

/// What reads a branch of the encoder, or its sentence vectors.
#[derive(Clone, Debug)]
pub struct Discourse {
    /// Frames of the built-in codebook and of users'.
    pub frames: FrameScorer,
    /// Loaded wording.
    pub wording: WordingScorer,
    /// Name and version.
    pub name: String,
    /// SHA-256 of the weights.
    pub sha256: String,
}

/// What reads a sentence and a proposition together.
#[derive(Clone, Debug)]
pub struct StanceJudge {
    /// Encodes the pair.
    pub encoder: PairEncoder,
    /// Judges it.
    pub scorer: StanceScorer,
}

impl std::fmt::Debug for Models {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Models").field("name", &self.name).field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Manifest {
    model: Vec<ManifestModel>,
    #[serde(default)]
    branch: Vec<ManifestHead>,
    #[serde(default)]
    pair: Vec<ManifestHead>,
}

/// Heads in a folder of their own, with a branch or with an encoder for pairs.
#[derive(Deserialize)]
struct ManifestHead {
    folder: String,
    encoder_sha256: String,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
struct ManifestModel {
    name: String,
    version: String,
    folder: String,
    languages: Vec<String>,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
struct ManifestFile {
    path: String,
    sha256: String,
}

impl Discourse {
    fn new(heads: &HeadModel, model: &Model) -> Result<Self> {
        let text = |key: &str| heads.config().get(key).and_then(serde_json::Value::as_str).unwrap_or("unnamed");
        Ok(Self {
            frames: FrameScorer::new(heads, model)?,
            wording: WordingScorer::new(heads, model)?,
            name: format!("{}-{}", text("name"), text("version")),
            sha256: heads.sha256().to_owned(),
        })
    }
}

const ADVICE: &str = "take the folder `models` of the repository as it is, or name one with --models";

/// Name of the manifest in the models' folder.
const MANIFEST: &str = "manifest.toml";

impl Models {
    /// Loads the first model of the manifest in `folder` and the heads trained on it, but for what
    /// reads propositions.
    ///
    /// # Errors
    /// Where the manifest or a file is missing, a file is not the one the manifest names, no
    /// attribution head was trained on the model, or the engine is not in this build.
    pub fn load(folder: &Path, engine: impl Into<EngineOptions>) -> Result<Self> {
        Self::load_parts(folder, engine.into(), false)
    }

    /// As [`Models::load`], with what reads propositions. It runs on the native engine, in the
    /// precision that is asked for, whatever runs the rest.
    ///
    /// # Errors
    /// As [`Models::load`]; where the manifest names no stance model that belongs to the model.
    pub fn load_with_stance(folder: &Path, engine: impl Into<EngineOptions>) -> Result<Self> {
        Self::load_parts(folder, engine.into(), true)
    }

    fn load_parts(folder: &Path, engine: EngineOptions, with_stance: bool) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{}: the manifest of the models cannot be read; {ADVICE}", path.display()))?;
        let manifest: Manifest =
            toml::from_str(&text).with_context(|| format!("{}: not a manifest of models; {ADVICE}", path.display()))?;
        let Some(described) = manifest.model.into_iter().next() else {
            bail!("{}: the manifest names no model; {ADVICE}", path.display());
        };
        let inside = folder.join(&described.folder);
        for file in &described.files {
            check(&inside.join(&file.path), &file.sha256)?;
        }
        let model = Model::load(&inside).with_context(|| format!("{}: the model cannot be used", inside.display()))?;
        // The folder of a head that was trained on the model, its files checked.
        let head = |heads: &[ManifestHead]| -> Result<Option<PathBuf>> {
            let Some(head) = heads.iter().find(|head| head.encoder_sha256 == model.sha256()) else { return Ok(None) };
            let apart = folder.join(&head.folder);
            for file in &head.files {
                check(&apart.join(&file.path), &file.sha256)?;
            }
            Ok(Some(apart))
        };
        let missing = |what: &str| {
            format!("{}: the manifest names no {what} trained on {}; {ADVICE}", path.display(), described.folder)
        };
        let apart = head(&manifest.branch)?.with_context(|| missing("branch"))?;
        let of_branch = || format!("{}", apart.display());
        let heads = HeadModel::load(&apart, &model).with_context(of_branch)?;
        let mut errors = crate::errors::read(&inside, model.sha256())?;
        errors.extend(crate::errors::read(&apart, heads.sha256())?);
        let stance = if with_stance {
            let apart = head(&manifest.pair)?.with_context(|| missing("stance model"))?;
            Some(stance(&apart, &model, engine).with_context(|| format!("{}", apart.display()))?)
        } else {
            None
        };
        let encoder = SentenceEncoder::new(&model, start(engine, &model, &[&heads])?, EncodeOptions::default())?;
        let precision = running(&encoder);
        Ok(Self {
            encoder,
            entities: EntityTagger::with_precision(&model, precision)
                .with_context(|| format!("{}: entities", inside.display()))?,
            tone: ToneScorer::new(&model).with_context(|| format!("{}: tone", inside.display()))?,
            attributions: AttributionTagger::with_precision(&heads, &model, precision).with_context(of_branch)?,
            vectors: SentenceProjection::new(&model)?,
            discourse: Discourse::new(&heads, &model).with_context(of_branch)?,
            stance,
            own: UserModels::default(),
            name: format!("{}-{}", described.name, described.version),
            sha256: model.sha256().to_owned(),
            errors,
            languages: described.languages,
        })
    }

    /// Name and SHA-256 of all that was loaded, the encoder's first.
    #[must_use]
    pub fn all(&self) -> Vec<(&str, &str)> {
        let stance = self.stance.iter().map(|one| (one.scorer.name(), one.scorer.sha256()));
        let first = [
            (self.name.as_str(), self.sha256.as_str()),
            (self.discourse.name.as_str(), self.discourse.sha256.as_str()),
        ];
        first.into_iter().chain(stance).collect()
    }

    /// The model as measurements name it: name and first digits of its hash, and the user's own models
    /// where there are some.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}@{}{}", self.name, &self.sha256[..12], self.own.label())
    }
}

/// Where the models are: `given`, or `models` in the current folder or beside the program's
/// build folder.
///
/// # Errors
/// Names the places that were looked at.
pub fn find_models(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(folder) = given {
        return Ok(folder.to_path_buf());
    }
    let program = std::env::current_exe().unwrap_or_default();
    let places = std::iter::once(PathBuf::from("models")).chain(program.ancestors().skip(1).map(|f| f.join("models")));
    let places: Vec<PathBuf> = places.collect();
    match places.iter().find(|place| place.join(MANIFEST).is_file()) {
        Some(place) => Ok(place.clone()),
        None => bail!(
            "no models found: there is no models/{MANIFEST} here, nor in a folder above the program; name the folder with --models"
        ),
    }
}

fn check(path: &Path, sha256: &str) -> Result<()> {
    let shown = path.display();
    let advice = "fetch the file again from the repository (`git checkout -- models`)";
    let bytes = std::fs::read(path).with_context(|| format!("{shown}: the model file cannot be read; {advice}"))?;
    let found = hexadecimal(&Sha256::digest(&bytes));
    if found != sha256 {
        bail!(
            "{shown}: the model file is damaged or another version: its SHA-256 is {found}, the manifest has {sha256}; {advice}"
        );
    }
    Ok(())
}

fn stance(folder: &Path, model: &Model, options: EngineOptions) -> Result<StanceJudge> {
    let pairs = PairModel::load(folder, model)?;
    let engine = NativeEncoder::for_pairs(&pairs, model, exact(options, NativeEncoder::fastest_precision()))?;
    Ok(StanceJudge { encoder: PairEncoder::new(model, Arc::new(engine)), scorer: StanceScorer::new(&pairs)? })
}

/// The precision that is asked for, `auto` being this one.
fn exact(options: EngineOptions, auto: parallax_encoder::Precision) -> parallax_encoder::Precision {
    use parallax_encoder::Precision as Exact;
    match options.precision {
        Precision::F32 => Exact::F32,
        Precision::Bf16 => Exact::Bf16,
        Precision::Int8 => Exact::Int8,
        Precision::Auto => auto,
    }
}

/// The precision that the encoder runs in, whichever engine it is.
fn running(encoder: &SentenceEncoder) -> parallax_encoder::Precision {
    use parallax_encoder::Precision::{Bf16, F32, Int8};
    let named = |precision: &parallax_encoder::Precision| precision.to_string() == encoder.engine().precision;
    [Bf16, Int8].into_iter().find(named).unwrap_or(F32)
}

fn start(options: EngineOptions, model: &Model, heads: &[&HeadModel]) -> Result<Arc<dyn Encoder>> {
    match options.engine {
        Engine::Native => {
            let precision = exact(options, NativeEncoder::fastest_precision());
            Ok(Arc::new(NativeEncoder::with_branches(model, heads, precision)?))
        }
        #[cfg(feature = "rust-bert")]
        Engine::RustBert => {
            Ok(Arc::new(parallax_encoder::RustBertEncoder::with_branches(model, heads, options.rust_bert())?))
        }
        #[cfg(not(feature = "rust-bert"))]
        Engine::RustBert => bail!(
            "this build has no rust-bert engine: run `make libtorch`, then `make analyze ENGINE=rust-bert`, which builds with --features rust-bert"
        ),
    }
}
