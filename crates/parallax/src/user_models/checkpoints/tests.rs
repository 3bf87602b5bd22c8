//! Checkpoints made here whose weights say word by word what they answer.

use super::*;
use crate::models::{Engine, Precision};
use crate::output::{Clock, ReadyStory, RunFiles};
use crate::report::Shown;
use crate::{Config, Device, Job, KnownActors, Models, Tally, UserModels, compare};
use parallax_text::{AnnotatedArticle, EntityKind::Person};
use safetensors::{Dtype, tensor::TensorView};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Words with the label, by its number, that a tagger gives them.
const WORDS: [(&str, usize); 13] = [
    ("[PAD]", 0),
    ("[UNK]", 0),
    ("[CLS]", 0),
    ("[SEP]", 0),
    ("ana", 1),
    ("ru", 2),
    // Only the first piece of a word counts.
    ("##iz", 3),
    ("tom", 1),
    ("hale", 2),
    ("met", 0),
    ("in", 0),
    ("monday", 3),
    (".", 0),
];
const TEXT: &str = "Ana Ruiz met Tom Hale in Lagos on Monday.";
const NER: &str =
    "[entities]\nfolder = \"ner\"\nlabels = { B-PERSON = \"B-PER\", I-PERSON = \"I-PER\", B-DATE = \"O\" }\n";
const TONE: &str =
    "[tone]\nfolder = \"tone\"\nlabels = { good = \"positive\", bad = \"negative\", none = \"neutral\" }\n";

/// Values row by row.
type Matrix = Vec<Vec<f32>>;

fn unit(size: usize, factor: f32) -> Matrix {
    (0..size).map(|row| (0..size).map(|column| if row == column { factor } else { 0.0 }).collect()).collect()
}

/// Writes a BERT of one layer with as many states as labels. `mixes`: whether its attention adds the
/// mean of all tokens to each, else tokens know nothing of one another.
fn write_bert(folder: &Path, labels: &[&str], words: &[(&str, Vec<f32>)], mixes: bool) {
    fs::create_dir_all(folder).unwrap();
    let size = labels.len();
    let names: BTreeMap<usize, &str> = labels.iter().copied().enumerate().collect();
    let config = json!({
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": size, "num_hidden_layers": 1,
        "num_attention_heads": 1, "intermediate_size": 1, "max_position_embeddings": 40, "type_vocab_size": 2,
        "vocab_size": words.len(), "id2label": names,
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let lines: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    fs::write(folder.join("vocab.txt"), lines.join("\n")).unwrap();

    let still = |rows: usize, columns: usize| vec![vec![0.0; columns]; rows];
    let mixed = unit(size, if mixes { 1.0 } else { 0.0 });
    let mut tensors: Vec<(String, Vec<usize>, Vec<f32>)> = Vec::new();
    for (part, rows, has_bias) in [
        ("bert.embeddings.word_embeddings", words.iter().map(|(_, state)| state.clone()).collect(), false),
        ("bert.embeddings.position_embeddings", still(40, size), false),
        ("bert.embeddings.token_type_embeddings", still(2, size), false),
        ("bert.encoder.layer.0.attention.self.query", still(size, size), true),
        ("bert.encoder.layer.0.attention.self.key", still(size, size), true),
        ("bert.encoder.layer.0.attention.self.value", mixed.clone(), true),
        ("bert.encoder.layer.0.attention.output.dense", mixed, true),
        ("bert.encoder.layer.0.intermediate.dense", still(1, size), true),
        ("bert.encoder.layer.0.output.dense", still(size, 1), true),
        ("classifier", unit(size, 4.0), true),
        ("bert.pooler.dense", unit(size, 1.0), true),
    ] {
        // Only a model for pairs has a pooler.
        if part.contains("pooler") && !mixes {
            continue;
        }
        let (outputs, inputs) = (rows.len(), rows[0].len());
        tensors.push((format!("{part}.weight"), vec![outputs, inputs], rows.concat()));
        if has_bias {
            tensors.push((format!("{part}.bias"), vec![outputs], vec![0.0; outputs]));
        }
    }
    for part in ["embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output"] {
        for (half, value) in [("weight", 1.0), ("bias", 0.0)] {
            tensors.push((format!("bert.{part}.LayerNorm.{half}"), vec![size], vec![value; size]));
        }
    }
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(.., values)| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, shape, _), bytes)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    let file = safetensors::serialize(views.collect::<Vec<_>>(), None).unwrap();
    fs::write(folder.join("model.safetensors"), file).unwrap();
}

/// A folder with a tagger, a tone model and the file that names what is asked for.
fn folder(models: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let labels = ["O", "B-PERSON", "I-PERSON", "B-DATE"];
    let words = WORDS.map(|(word, label)| (word, (0..4).map(|at| f32::from(u8::from(at == label))).collect()));
    write_bert(&folder.path().join("ner"), &labels, &words, false);
    let towards = WORDS.map(|(word, _)| {
        let state = match word {
            "ana" | "ru" => [1.0, 0.0, 0.0],
            "tom" | "hale" => [0.0, 0.0, 1.0],
            _ => [0.0; 3],
        };
        (word, state.to_vec())
    });
    write_bert(&folder.path().join("tone"), &["good", "none", "bad"], &towards, true);
    let file = folder.path().join("models.toml");
    fs::write(&file, models).unwrap();
    (folder, file)
}

fn options() -> EngineOptions {
    EngineOptions { engine: Engine::Native, precision: Precision::F32, device: Device::Cpu }
}

fn load(models: &str) -> anyhow::Result<UserModels> {
    let (_folder, file) = folder(models);
    UserModels::load(&file, options())
}

#[test]
fn a_tagger_of_the_user_names_what_its_first_pieces_say() {
    let own = load(NER).unwrap().entities.unwrap();
    let sentences = [(4, Span::new(0, TEXT.len())), (7, Span::new(13, 21))];
    let found = own.model.tag(TEXT, &sentences).unwrap();
    let shown: Vec<(u32, &str, EntityKind)> = found.iter().map(|m| (m.sentence, &TEXT[m.span], m.kind)).collect();
    assert_eq!(shown, [(4, "Ana Ruiz", Person), (4, "Tom Hale", Person), (7, "Tom Hale", Person)]);
    // Logits of 4 times a normalised one-hot state of four: sqrt(3) and three times -1/sqrt(3).
    let (high, low) = ((4.0 * 3.0_f32.sqrt()).exp(), (-4.0 / 3.0_f32.sqrt()).exp());
    let expected = high / (high + 3.0 * low);
    assert!(found.iter().all(|mention| (mention.score - expected).abs() < 1e-5), "{found:?}, {expected}");
    let words = ["Ana", "Ruiz", "met", "Monday"].map(str::to_owned);
    let tags = own.model.tag_words(&[&words, &[], &["Hale".to_owned()]]).unwrap();
    let tags: Vec<Vec<String>> = tags.iter().map(|tags| tags.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(tags, [vec!["B-PER", "I-PER", "O", "O"], vec![], vec!["B-PER"]]);
}

#[test]
fn a_tone_model_of_the_user_reads_the_target_beside_the_sentence() {
    let own = load(TONE).unwrap().tone.unwrap();
    let whole = Span::new(0, TEXT.len());
    let at = |words: &str| Span::new(TEXT.find(words).unwrap(), TEXT.find(words).unwrap() + words.len());
    let targets = [(whole, at("Ana Ruiz")), (whole, at("Tom Hale")), (whole, at(" "))];
    let [ana, tom, nobody] = own.model.score(TEXT, &targets).unwrap().try_into().unwrap();
    let (ana, tom): (ToneScores, ToneScores) = (ana.unwrap(), tom.unwrap());
    // Names of both sides stand in the sentence and even out; those of the target decide. By hand: the
    // sum over the tokens is (6, -6, 0) / sqrt 2, normalised (r, -r, 0) with r = sqrt 1.5.
    let logit = 4.0 * 1.5_f32.sqrt().tanh();
    let all = logit.exp() + 1.0 + (-logit).exp();
    for (found, expected) in [(ana.positive, logit.exp()), (ana.negative, 1.0), (ana.neutral, (-logit).exp())] {
        assert!((found - expected / all).abs() < 1e-5, "{ana:?}");
    }
    assert!((tom.negative - ana.positive).abs() < 1e-5 && (tom.positive - ana.negative).abs() < 1e-5, "{tom:?}");
    assert_eq!(nobody, None);
}

#[test]
fn labels_that_mean_one_tag_are_added_up() {
    let tags = ["O", "B-PER", "B-PER", "I-PER"].map(|label| Tag::from_label(label).unwrap());
    let token = |start: usize, end, starts_word, probabilities: [f32; 4]| ClassifiedToken {
        span: Span::new(start, end),
        starts_word,
        probabilities: probabilities.to_vec(),
    };
    let tokens = [
        token(0, 3, true, [0.4, 0.3, 0.3, 0.0]),
        // A piece that is only white space begins the next word, and a word of nothing else is none.
        token(4, 4, true, [0.1, 0.1, 0.1, 0.7]),
        token(4, 9, false, [1.0, 0.0, 0.0, 0.0]),
        token(10, 10, true, [0.0, 1.0, 0.0, 0.0]),
    ];
    let found: Vec<(Span, String)> = words(&tokens, &tags).iter().map(|w| (w.span, w.tag.to_string())).collect();
    assert_eq!(found, [(Span::new(0, 3), "B-PER".to_owned()), (Span::new(4, 9), "I-PER".to_owned())]);
    assert!((words(&tokens, &tags)[0].probability - 0.6).abs() < 1e-6);
}

#[test]
fn what_does_not_fit_is_refused_when_it_loads() {
    let check = |models: &str, parts: &[&str]| {
        let found = format!("{:#}", load(models).expect_err(models));
        let parts = [&["models.toml"], parts].concat();
        parts.iter().for_each(|part| assert!(found.contains(part), "{found:?} does not say {part:?}"));
    };
    check(&NER.replace("\"ner\"", "\"other\""), &["[entities]", "other: there is no such folder"]);
    check(&NER.replace("B-PERSON =", "B-HUMAN ="), &["[entities]", "names \"B-HUMAN\"", "\"B-PERSON\""]);
    check(&NER.replace("\"B-PER\"", "\"B-PERS\""), &["[entities]", "\"B-PERS\"", "O, B-PER, I-PER"]);
    check("[entities]\nfolder = \"ner\"", &["label \"B-PERSON\" is none of ours"]);
    check(&NER.replace("\"B-PER\"", "\"O\"").replace("\"I-PER\"", "\"O\""), &["at least one kind of name"]);
    check(&TONE.replace("\"neutral\"", "\"negative\""), &["[tone]", "is \"neutral\""]);
    check(&TONE.replace("\"tone\"", "\"ner\""), &["[tone]", "bert.pooler.dense"]);
    let (_folder, file) = folder(TONE);
    let int8 = EngineOptions { precision: Precision::Int8, ..options() };
    assert!(format!("{:#}", UserModels::load(&file, int8).unwrap_err()).contains("f32 and bf16"));
}

/// Annotates `TEXT`, and gives what `run.json` says too.
fn run(models: &Models) -> (AnnotatedArticle, Value) {
    let (page, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(page.path().join("page.txt"), TEXT).unwrap();
    let config = Config { threads: 1, ..Config::default() };
    let inputs = vec![page.path().to_path_buf()];
    let job = Job { inputs, metadata: None, clean: false, actors: KnownActors::default(), config, quiet: true };
    let mut articles = Vec::new();
    let tally: Tally = job
        .annotate(models, |article| {
            articles.push(article);
            Ok(())
        })
        .unwrap();
    assert!(tally.errors.is_empty(), "{:?}", tally.errors);
    let mut stories = compare(&articles, &job.actors, &job.config, models);
    let clock = Clock { started: 0, seconds: 0.0, annotating: 0.0, comparing: 0.0 };
    let mut files = RunFiles::begin(out.path(), &models.label(), &[]).unwrap();
    stories.iter_mut().for_each(|story| files.add_story(ReadyStory::new(story).unwrap()).unwrap());
    let shown = Shown { stories, articles: articles.iter().collect(), left_out: None };
    files.finish(&articles, &shown, (&job, models, &tally), clock).unwrap();
    let record = serde_json::from_slice(&fs::read(out.path().join("run.json")).unwrap()).unwrap();
    (articles.remove(0), record)
}

#[test]
fn users_models_take_the_place_of_the_shipped_heads_and_are_recorded() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let load_shipped = || Models::load(&shipped, options()).unwrap();
    let names = |article: &AnnotatedArticle| -> Vec<String> {
        article.mentions.iter().map(|mention| article.text()[mention.span].to_owned()).collect()
    };
    let (article, record) = run(&load_shipped());
    assert!(names(&article).contains(&"Lagos".to_owned()) && record.get("user_models").is_none());

    let (_folder, file) = folder(&format!("{NER}{TONE}"));
    let models = load_shipped().with_user_models(UserModels::load(&file, options()).unwrap());
    let (article, record) = run(&models);
    assert_eq!(names(&article), ["Ana Ruiz", "Tom Hale"], "their tagger does not know Lagos");
    let [ana, tom] = [0, 1].map(|index| article.tones[index].scores);
    assert!(ana.mean() > 0.4 && tom.mean() < -0.4, "{ana:?} {tom:?}");
    let own = record["user_models"].as_array().unwrap();
    assert_eq!(own.len(), 2);
    assert_eq!((&own[0]["task"], &own[0]["name"]), (&json!("entities"), &json!("ner")));
    assert_eq!(own[1]["labels"], json!({"good": "positive", "none": "neutral", "bad": "negative"}));
    assert_eq!(own[1]["engine"], json!({"name": "rust-bert", "precision": "f32", "kernel": "libtorch/cpu"}));
    for layer in ["ner", "tone"] {
        let layer = article.layers.iter().find(|found| found.name == layer).unwrap();
        let sha256 = layer.model_sha256.as_deref().unwrap();
        assert!(own.iter().any(|one| one["sha256"] == sha256), "{layer:?}");
        assert_eq!(layer.engine.as_ref().unwrap().0, "rust-bert");
    }
    assert!(models.label().contains(", tone tone@") && !models.errors.contains_key("tone"), "{}", models.label());
}
