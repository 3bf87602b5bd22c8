//! Users' own checkpoints: small random ones, made here, against the native engine on the same weights.
#![cfg(feature = "rust-bert")]

mod support;

use ndarray::{Array1, Array2};
use parallax_encoder::{
    Batch, Checkpoint, Device, Encoder, LoadError, Model, NativeEncoder, Precision, RustBertOptions, Task,
};
use parallax_text::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use support::{SMALL, Stored, Tensor, weights, write_model, write_weights};

const TEXT: &str = "Mexico said no offers";
const FAMILIES: [&str; 3] = ["bert", "distilbert", "roberta"];
const ON_CPU: RustBertOptions = RustBertOptions { precision: Precision::F32, device: Device::Cpu };

/// Same weights, another order of sums.
const TOLERANCE: f32 = 2e-5;

fn load(folder: &Path, task: Task) -> Result<Checkpoint, LoadError> {
    Checkpoint::load(folder, task, ON_CPU)
}

/// A checkpoint in a folder of its own, and the folder.
fn made(family: &str, task: Task) -> (tempfile::TempDir, Checkpoint) {
    let folder = tempfile::tempdir().unwrap();
    write_checkpoint(folder.path(), family, task);
    let checkpoint = load(folder.path(), task).unwrap();
    (folder, checkpoint)
}

/// Writes a checkpoint of a make whose encoder has the weights of `support::weights(SMALL)`.
fn write_checkpoint(folder: &Path, family: &str, task: Task) {
    let labels = json!({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"});
    let config = if family == "distilbert" {
        json!({"model_type": family, "activation": "gelu", "attention_dropout": 0.1, "dim": SMALL.hidden,
               "dropout": 0.1, "hidden_dim": SMALL.inner, "id2label": labels, "initializer_range": 0.02,
               "max_position_embeddings": SMALL.positions, "n_heads": SMALL.heads, "n_layers": SMALL.layers,
               "qa_dropout": 0.1, "seq_classif_dropout": 0.2, "sinusoidal_pos_embds": false,
               "tie_weights_": true, "vocab_size": SMALL.vocabulary})
    } else {
        json!({"model_type": family, "hidden_act": "gelu", "attention_probs_dropout_prob": 0.1,
               "hidden_dropout_prob": 0.1, "hidden_size": SMALL.hidden, "initializer_range": 0.02,
               "intermediate_size": SMALL.inner, "id2label": labels, "num_attention_heads": SMALL.heads,
               "max_position_embeddings": SMALL.positions + if family == "roberta" { 2 } else { 0 },
               "num_hidden_layers": SMALL.layers, "type_vocab_size": 25, "vocab_size": SMALL.vocabulary})
    };
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    write_vocabulary(folder, family);
    write_weights(&folder.join("model.safetensors"), &tensors(family, task), Stored::F32);
}

fn write_vocabulary(folder: &Path, family: &str) {
    if family == "roberta" {
        let vocabulary: BTreeMap<&str, usize> = PAIRS.iter().enumerate().map(|(id, piece)| (*piece, id)).collect();
        fs::write(folder.join("vocab.json"), json!(vocabulary).to_string()).unwrap();
        fs::write(folder.join("merges.txt"), "#version: 0.2\nn o\nĠ no\n").unwrap();
    } else {
        let vocabulary = support::tokenizer()["model"]["vocab"].clone();
        let ids: Vec<(&String, usize)> =
            vocabulary.as_object().unwrap().iter().map(|(piece, id)| (piece, id.as_u64().unwrap() as usize)).collect();
        // The line is the id.
        let last = ids.iter().map(|(_, id)| *id).max().unwrap();
        let mut lines: Vec<String> = (0..=last).map(|id| format!("[unused{id}]")).collect();
        ids.into_iter().for_each(|(piece, id)| lines[id].clone_from(piece));
        fs::write(folder.join("vocab.txt"), lines.join("\n")).unwrap();
    }
}

/// Pieces of the byte-level vocabulary.
const PAIRS: [&str; 22] = [
    "<s>", "<pad>", "</s>", "<unk>", "M", "e", "x", "i", "c", "o", "s", "a", "d", "n", "f", "r", "Ġ", "no", "Ġno", "t",
    "h", "u",
];

/// Weights and bias of a layer of the head, always the same.
fn head(name: &str, outputs: usize, inputs: usize) -> [Tensor; 2] {
    let value = |at: usize| ((at * 37 + name.len() * 11) % 101) as f32 / 100.0 - 0.5;
    [
        (format!("{name}.weight"), vec![outputs, inputs], (0..outputs * inputs).map(value).collect()),
        (format!("{name}.bias"), vec![outputs], (0..outputs).map(|at| value(at + 5)).collect()),
    ]
}

fn tensors(family: &str, task: Task) -> Vec<Tensor> {
    let ours = weights(SMALL);
    let (types, width) = (ours[2].2.clone(), SMALL.hidden);
    let mut tensors: Vec<Tensor> = ours
        .into_iter()
        .filter(|(name, ..)| family != "distilbert" || !name.contains("token_type"))
        .map(|(name, mut shape, mut values)| {
            // DistilBERT has no token types: that of a single sentence goes into the words.
            if family == "distilbert" && name.contains("word_embeddings") {
                values.chunks_exact_mut(width).for_each(|row| row.iter_mut().zip(&types).for_each(|(v, t)| *v += t));
            }
            // RoBERTa's first position is 2.
            if family == "roberta" && name.contains("position_embeddings") {
                shape[0] += 2;
                values.splice(0..0, vec![0.5; 2 * width]);
            }
            (renamed(&name, family), shape, values)
        })
        .collect();
    let heads: &[(&str, usize)] = match (family, task) {
        (_, Task::Tokens) => &[("classifier", 3)],
        ("bert", _) => &[("bert.pooler.dense", SMALL.hidden), ("classifier", 3)],
        ("distilbert", _) => &[("pre_classifier", SMALL.hidden), ("classifier", 3)],
        _ => &[("classifier.dense", SMALL.hidden), ("classifier.out_proj", 3)],
    };
    tensors.extend(heads.iter().flat_map(|(name, outputs)| head(name, *outputs, width)));
    tensors
}

fn renamed(name: &str, family: &str) -> String {
    let inner = name.strip_prefix("encoder.").unwrap();
    if family != "distilbert" {
        return format!("{family}.{inner}");
    }
    let parts = [
        ("attention.self.query", "attention.q_lin"),
        ("attention.self.key", "attention.k_lin"),
        ("attention.self.value", "attention.v_lin"),
        ("attention.output.dense", "attention.out_lin"),
        ("attention.output.LayerNorm", "sa_layer_norm"),
        ("intermediate.dense", "ffn.lin1"),
        ("output.dense", "ffn.lin2"),
        ("output.LayerNorm", "output_layer_norm"),
    ];
    let inner = inner.replace("encoder.layer", "transformer.layer");
    let found = parts.iter().find(|(theirs, _)| inner.contains("layer.") && inner.contains(&format!(".{theirs}.")));
    match found {
        Some((ours, theirs)) => format!("distilbert.{}", inner.replace(ours, theirs)),
        None => format!("distilbert.{inner}"),
    }
}

/// Hidden states of the native engine on the same weights.
fn hidden(ids: &[u32], types: &[u32]) -> Array2<f32> {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), SMALL, Stored::F32);
    let model = Model::load(folder.path()).unwrap();
    NativeEncoder::new(&model).unwrap().encode(&Batch::new(ids, types, &[ids.len()]).unwrap()).unwrap()
}

fn layer(name: &str, outputs: usize, from: &Array1<f32>) -> Array1<f32> {
    let [weight, bias] = head(name, outputs, SMALL.hidden);
    Array2::from_shape_vec((outputs, SMALL.hidden), weight.2).unwrap().dot(from) + Array1::from_vec(bias.2)
}

fn softmax(logits: &Array1<f32>) -> Vec<f32> {
    let top = logits.fold(f32::NEG_INFINITY, |top, value| top.max(*value));
    let shares = logits.mapv(|value| (value - top).exp());
    (&shares / shares.sum()).to_vec()
}

/// Ids of `TEXT` by the vocabularies above, without special tokens; start and end.
fn expected_ids(family: &str, text: &str) -> Vec<u32> {
    let pieces: Vec<&str> = match (family, text) {
        ("roberta", TEXT) => {
            vec!["M", "e", "x", "i", "c", "o", "Ġ", "s", "a", "i", "d", "Ġno", "Ġ", "o", "f", "f", "e", "r", "s"]
        }
        ("roberta", "no") => vec!["no"],
        ("roberta", _) => vec!["M", "e", "x", "i", "c", "o"],
        (_, TEXT) => vec!["mexico", "said", "no", "offer", "##s"],
        (_, "no") => vec!["no"],
        _ => vec!["mexico"],
    };
    let id = |piece: &str| match family {
        "roberta" => PAIRS.iter().position(|known| *known == piece).unwrap() as u32,
        _ => support::tokenizer()["model"]["vocab"][piece].as_u64().unwrap() as u32,
    };
    pieces.into_iter().map(id).collect()
}

fn check_close(found: &[f32], expected: &[f32], what: &str) {
    let worst = found.iter().zip(expected).fold(0.0_f32, |top, (a, b)| top.max((a - b).abs()));
    assert!(found.len() == expected.len() && worst <= TOLERANCE, "{what}: {found:?}, expected {expected:?}");
}

/// Special tokens: in front, behind, and between two texts.
fn frame(family: &str) -> (u32, u32, &'static [u32]) {
    if family == "roberta" { (0, 2, &[2, 2]) } else { (2, 3, &[3]) }
}

#[test]
fn every_make_classifies_tokens() {
    for family in FAMILIES {
        let (_folder, checkpoint) = made(family, Task::Tokens);
        assert_eq!(checkpoint.labels(), ["LABEL_0", "LABEL_1", "LABEL_2"]);
        assert_eq!((checkpoint.sha256().len(), checkpoint.engine().kernel.as_str()), (64, "libtorch/cpu"));
        // Three sentences of different lengths in one batch: padding changes nothing.
        let text = format!("No. {TEXT}.");
        let spans = [Span::new(0, 2), Span::new(4, 4 + TEXT.len()), Span::new(3, 4)];
        let found = checkpoint.tokens(&text, &spans).unwrap();
        let (start, end, _) = frame(family);
        let ids = [&[start], expected_ids(family, TEXT).as_slice(), &[end]].concat();
        let states = hidden(&ids, &vec![0; ids.len()]);
        assert_eq!((found.len(), found[1].len() + 2, found[2].len()), (3, ids.len(), 0), "{family}");
        for (at, token) in found[1].iter().enumerate() {
            let expected = softmax(&layer("classifier", 3, &states.row(at + 1).to_owned()));
            check_close(&token.probabilities, &expected, family);
        }
        // Pieces lie in the words that a reader sees, and each word begins once.
        let words: Vec<&str> = found[1]
            .chunk_by(|_, next| !next.starts_word)
            .map(|pieces| &text[pieces.iter().fold(pieces[0].span, |word, piece| word.cover(piece.span))])
            .collect();
        // A byte-level piece that is only a space lies, empty, in front of its word.
        assert_eq!(words, ["Mexico", "said", "no", "offers"], "{family}");
    }
}

#[test]
fn every_make_classifies_a_sentence_beside_its_targets() {
    for family in FAMILIES {
        let (_folder, checkpoint) = made(family, Task::Pairs);
        let (start, _, between) = frame(family);
        let last = &between[..1];
        let whole = Span::new(0, TEXT.len());
        let targets = [Span::new(0, 6), Span::new(6, 7), Span::new(12, 14)];
        let found = checkpoint.pairs(TEXT, &targets.map(|target| (whole, target))).unwrap();
        assert_eq!(found[1], None, "{family}: a space is no target");
        let sentence = expected_ids(family, TEXT);
        for (found, target) in [(&found[0], "Mexico"), (&found[2], "no")] {
            let ids = [&[start], sentence.as_slice(), between, &expected_ids(family, target), last].concat();
            let second = u32::from(family == "bert");
            let types: Vec<u32> = (0..ids.len()).map(|at| if at < sentence.len() + 2 { 0 } else { second }).collect();
            let first = hidden(&ids, &types).row(0).to_owned();
            let inner = |name: &str| layer(name, SMALL.hidden, &first);
            let logits = match family {
                "bert" => layer("classifier", 3, &inner("bert.pooler.dense").mapv(f32::tanh)),
                "distilbert" => layer("classifier", 3, &inner("pre_classifier").mapv(|value| value.max(0.0))),
                _ => layer("classifier.out_proj", 3, &inner("classifier.dense").mapv(f32::tanh)),
            };
            check_close(found.as_ref().unwrap(), &softmax(&logits), family);
        }
        assert!(found[0] != found[2], "{family}: the target counts");
    }
}

#[test]
fn a_long_text_is_read_in_windows_and_around_its_target() {
    let text = format!("{}mexico {}", "no offer said ".repeat(60), "no offer said ".repeat(60));
    let whole = Span::new(0, text.len());
    let (_folder, checkpoint) = made("bert", Task::Tokens);
    let found = checkpoint.tokens(&text, &[whole]).unwrap().remove(0);
    let words: Vec<&str> = found.iter().map(|token| &text[token.span]).collect();
    assert_eq!(words, text.split_whitespace().collect::<Vec<_>>());
    assert!(found.iter().all(|token| (token.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5));

    let (_folder, checkpoint) = made("bert", Task::Pairs);
    let at = text.find("mexico").unwrap();
    let target = Span::new(at, at + 6);
    // 66 positions, 3 of the frame and 1 of the target as second text: 31 pieces in front of it, 30 behind.
    let (near, far) = (&text[..at].trim_end(), &text[at + 7..]);
    let start = near.rmatch_indices(' ').nth(30).unwrap().0 + 1;
    let end = at + 7 + far.match_indices(' ').nth(29).unwrap().0;
    let part = Span::new(start, end);
    let found = checkpoint.pairs(&text, &[(whole, target), (part, target)]).unwrap();
    check_close(found[0].as_ref().unwrap(), found[1].as_ref().unwrap(), "the part around the target");
}

#[test]
fn vocabularies_and_number_formats_may_be_written_in_several_ways() {
    let whole = Span::new(0, TEXT.len());
    let of = |folder: &Path| load(folder, Task::Tokens).unwrap().tokens(TEXT, &[whole]).unwrap().remove(0);
    let (folder, checkpoint) = made("bert", Task::Tokens);
    let plain = checkpoint.tokens(TEXT, &[whole]).unwrap().remove(0);
    // The vocabulary as one file; its truncation to 16 pieces is taken out.
    fs::remove_file(folder.path().join("vocab.txt")).unwrap();
    fs::write(folder.path().join("tokenizer.json"), support::tokenizer().to_string()).unwrap();
    assert_eq!(of(folder.path()), plain);
    let long = "no ".repeat(40);
    let pieces = load(folder.path(), Task::Tokens).unwrap().tokens(&long, &[Span::new(0, long.len())]).unwrap();
    assert_eq!(pieces[0].len(), 40);
    // Names of layer normalisation as TensorFlow has them.
    let mut tensors = tensors("bert", Task::Tokens);
    for (name, ..) in &mut tensors {
        *name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    }
    let path = folder.path().join("model.safetensors");
    write_weights(&path, &tensors, Stored::F32);
    assert_eq!(of(folder.path()), plain);
    write_weights(&path, &tensors, Stored::F16);
    for (half, plain) in of(folder.path()).iter().zip(&plain) {
        let worst = half.probabilities.iter().zip(&plain.probabilities).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst > 0.0 && worst < 0.01, "{worst}");
    }
}

#[test]
fn a_vocabulary_with_capitals_is_of_a_cased_model_unless_it_is_said() {
    let (folder, _) = made("bert", Task::Tokens);
    let path = folder.path().join("vocab.txt");
    let pieces = |folder: &Path| -> usize {
        load(folder, Task::Tokens).unwrap().tokens("Mexico", &[Span::new(0, 6)]).unwrap()[0].len()
    };
    assert_eq!(pieces(folder.path()), 1);
    let cased = fs::read_to_string(&path).unwrap().replace("cafe", "M");
    fs::write(&path, cased).unwrap();
    assert_eq!(pieces(folder.path()), 6, "M ##e ##x ##i ##c ##o");
    fs::write(folder.path().join("tokenizer_config.json"), "{\"do_lower_case\": true}").unwrap();
    assert_eq!(pieces(folder.path()), 1);
}

#[test]
fn bf16_decides_nearly_as_f32() {
    for family in FAMILIES {
        let (folder, exact) = made(family, Task::Pairs);
        let pair = [(Span::new(0, TEXT.len()), Span::new(0, 6))];
        let options = RustBertOptions { precision: Precision::Bf16, ..ON_CPU };
        let rounded = Checkpoint::load(folder.path(), Task::Pairs, options).unwrap();
        assert_eq!(rounded.engine().precision, "bf16");
        let [exact, rounded] = [exact, rounded].map(|one| one.pairs(TEXT, &pair).unwrap().remove(0).unwrap());
        let worst = exact.iter().zip(&rounded).fold(0.0_f32, |top, (a, b)| top.max((a - b).abs()));
        assert!(worst < 0.05 && worst > 0.0, "{family}: {exact:?} {rounded:?}");
    }
}

/// The whole message, causes included.
fn message(error: &dyn Error) -> String {
    let cause = error.source().map(message).unwrap_or_default();
    format!("{error}: {cause}")
}

#[track_caller]
fn check_refused(parts: &[&str], change: impl FnOnce(&Path, &mut RustBertOptions)) {
    let folder = tempfile::tempdir().unwrap();
    write_checkpoint(folder.path(), "bert", Task::Tokens);
    let mut options = ON_CPU;
    change(folder.path(), &mut options);
    let error =
        message(&Checkpoint::load(folder.path(), Task::Tokens, options).expect_err("the checkpoint is damaged"));
    for part in parts {
        assert!(error.contains(part), "{error:?} does not say {part:?}");
    }
}

fn change_config(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("config.json");
    let mut config = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut config);
    fs::write(path, config.to_string()).unwrap();
}

/// Writes the weights anew after a change of one of them.
fn change_tensor(folder: &Path, name: &str, change: impl FnOnce(&mut Tensor)) {
    let mut tensors = tensors("bert", Task::Tokens);
    change(tensors.iter_mut().find(|(found, ..)| found == name).unwrap());
    write_weights(&folder.join("model.safetensors"), &tensors, Stored::F32);
}

#[test]
fn damaged_checkpoints_are_refused_by_name() {
    check_refused(&["config.json", "cannot read"], |folder, _| fs::remove_file(folder.join("config.json")).unwrap());
    check_refused(&["model.safetensors", "cannot read"], |folder, _| {
        fs::remove_file(folder.join("model.safetensors")).unwrap();
    });
    check_refused(&["model.safetensors", "damaged"], |folder, _| {
        fs::write(folder.join("model.safetensors"), "no").unwrap();
    });
    check_refused(&["vocab.txt", "cannot read"], |folder, _| fs::remove_file(folder.join("vocab.txt")).unwrap());
    check_refused(&["vocab.txt", "no [SEP]"], |folder, _| {
        let path = folder.join("vocab.txt");
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("[SEP]", "[OTHER]")).unwrap();
    });
    check_refused(&["no tensor", "classifier.weight"], |folder, _| {
        change_tensor(folder, "classifier.weight", |(name, ..)| *name = "classifier.other".to_owned());
    });
    check_refused(&["classifier.bias", "[1]", "[3]"], |folder, _| {
        change_tensor(folder, "classifier.bias", |(_, shape, values)| {
            *shape = vec![1];
            values.truncate(1);
        });
    });
}

#[test]
fn configurations_that_are_not_computed_are_refused_by_name() {
    let check = |key: &str, value: Value, parts: &[&str]| {
        let parts = [&["config.json"], parts].concat();
        check_refused(&parts, |folder, _| change_config(folder, |config| config[key] = value));
    };
    check("model_type", json!("gpt2"), &["gpt2", "distilbert"]);
    check("hidden_act", json!("sine"), &["sine", "gelu"]);
    check("id2label", json!({"0": "LABEL_0", "2": "LABEL_2"}), &["id2label", "without a gap"]);
    check("id2label", json!({}), &["id2label"]);
    check("num_attention_heads", json!(5), &["5 attention heads"]);
    check("num_hidden_layers", json!(0), &["num_hidden_layers is 0"]);
    check("max_position_embeddings", json!(7), &["7 positions are too few"]);
    check("layer_norm_eps", json!(0.1), &["layer_norm_eps"]);
    check("position_embedding_type", json!("relative_key"), &["relative_key"]);
    check("problem_type", json!("regression"), &["regression"]);
    check_refused(&["vocab.txt", "vocab_size 50"], |folder, _| {
        change_config(folder, |config| config["vocab_size"] = json!(50));
    });
    check_refused(&["int8", "native"], |_, options| options.precision = Precision::Int8);
    check_refused(&["cuda:63", "CUDA devices"], |_, options| options.device = Device::Cuda(63));
}

#[test]
fn a_checkpoint_does_its_own_task_only() {
    let (_folder, checkpoint) = made("bert", Task::Tokens);
    assert!(checkpoint.pairs(TEXT, &[(Span::new(0, 4), Span::new(0, 4))]).is_err());
    assert!(checkpoint.tokens("é", &[Span::new(0, 1)]).is_err(), "half a letter");
    assert!(checkpoint.tokens(TEXT, &[]).unwrap().is_empty());
}
