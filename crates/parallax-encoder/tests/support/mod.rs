//! Model folders made on the spot: random weights, a small vocabulary, any size.

#![allow(dead_code, unreachable_pub)] // each test binary uses some of it

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Sizes of a model to make.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub inner: usize,
    pub positions: usize,
    /// Token ids: the pieces of [`vocabulary`], and as many without a piece as are missing.
    pub vocabulary: usize,
}

/// Small enough for a test of a second, with sizes that fill no vector and no panel.
pub const SMALL: Sizes = Sizes { hidden: 36, layers: 2, heads: 3, inner: 70, positions: 66, vocabulary: 400 };

/// How a matrix is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    F32,
    F16,
    I8,
}

/// Writes a model folder with random weights, the same for the same arguments.
pub fn write_model(folder: &Path, sizes: Sizes, stored: Stored) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("config.json"), config(sizes).to_string()).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer().to_string()).unwrap();
    write_weights(&folder.join("model.safetensors"), &weights(sizes), stored);
}

/// `config.json` for these sizes.
pub fn config(sizes: Sizes) -> Value {
    json!({
        "format": "parallax/model/1", "name": "random", "version": "0", "token_types": "word-shape/1",
        "encoder": {
            "hidden_size": sizes.hidden, "num_hidden_layers": sizes.layers, "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.inner, "vocab_size": sizes.vocabulary, "type_vocab_size": 25,
            "max_position_embeddings": sizes.positions, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
        },
        "entities": {"labels": ["O"]},
    })
}

/// Writes a folder with a branch of a model of these sizes and returns its tensors: layers of its own
/// beside those of the model from `from` on, up to the model's last.
pub fn write_branch(folder: &Path, sizes: Sizes, from: usize, encoder_sha256: &str, stored: Stored) -> Vec<Tensor> {
    let config = json!({
        "format": "parallax/branch/1", "name": "random-branch", "version": "0", "encoder_sha256": encoder_sha256,
        "branch": {"from_layer": from, "layers": sizes.layers - from},
    });
    let mut tensors = seeded_weights(sizes, 7, 25);
    tensors.retain(|(name, ..)| (from..sizes.layers).any(|layer| name.contains(&format!(".layer.{layer}."))));
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    write_weights(&folder.join("model.safetensors"), &tensors, stored);
    tensors
}

/// Writes a folder with a model for pairs that shares the word embeddings of a model of these sizes.
pub fn write_pair(folder: &Path, sizes: Sizes, encoder_sha256: &str, stored: Stored) {
    let mut encoder = config(sizes)["encoder"].clone();
    encoder["type_vocab_size"] = 2.into();
    let config = json!({
        "format": "parallax/pair/1", "name": "random-pair", "version": "0", "encoder_sha256": encoder_sha256,
        "shares": "encoder.embeddings.word_embeddings.weight", "encoder": encoder,
    });
    let mut tensors = seeded_weights(sizes, 9, 2);
    tensors.retain(|(name, ..)| !name.contains("word_embeddings"));
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    write_weights(&folder.join("model.safetensors"), &tensors, stored);
}

/// A WordPiece tokenizer with BERT's normalisation that knows some words, all ASCII characters and
/// their continuations.
pub fn tokenizer() -> Value {
    let vocabulary: BTreeMap<String, usize> =
        vocabulary().into_iter().enumerate().map(|(id, piece)| (piece, id)).collect();
    let special = |id: usize, content: &str| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    json!({
        "version": "1.0",
        // As in the tokenizer of all-MiniLM-L6-v2: the encoder has to switch it off.
        "truncation": {"direction": "Right", "max_length": 16, "strategy": "LongestFirst", "stride": 0},
        "padding": null,
        "added_tokens": [special(0, "[PAD]"), special(1, "[UNK]"), special(2, "[CLS]"), special(3, "[SEP]")],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                       "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": null, "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": vocabulary},
    })
}

fn vocabulary() -> Vec<String> {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map(str::to_owned);
    let characters = (b'!'..=b'~').filter(|byte| !byte.is_ascii_uppercase()).map(|byte| char::from(byte).to_string());
    let continued = (b'a'..=b'z').chain(b'0'..=b'9').map(|byte| format!("##{}", char::from(byte)));
    let words =
        "the of mexico trump president said no troops ##ing ##s offer ##ed cafe naive senal — “ ” ’ 墨 ㅎ ##ㅏ 🔥";
    special.into_iter().chain(characters).chain(continued).chain(words.split(' ').map(str::to_owned)).collect()
}

/// Name, shape and values of one tensor.
pub type Tensor = (String, Vec<usize>, Vec<f32>);

/// Random weights of a whole encoder, scaled so that hidden states stay of order one.
pub fn weights(sizes: Sizes) -> Vec<Tensor> {
    seeded_weights(sizes, 42, 25)
}

/// As [`weights`], from another seed and with another number of token types.
pub fn seeded_weights(sizes: Sizes, mut state: u64, types: usize) -> Vec<Tensor> {
    let Sizes { hidden, inner, .. } = sizes;
    let mut tensors = Vec::new();
    let mut push = |name: String, shape: Vec<usize>, middle: f32, spread: f32| {
        let values = (0..shape.iter().product()).map(|_| middle + spread * noise(&mut state)).collect();
        tensors.push((name, shape, values));
    };
    for (table, rows) in [("word", sizes.vocabulary), ("position", sizes.positions), ("token_type", types)] {
        push(format!("encoder.embeddings.{table}_embeddings.weight"), vec![rows, hidden], 0.0, 0.6);
    }
    push("encoder.embeddings.LayerNorm.weight".into(), vec![hidden], 1.0, 0.2);
    push("encoder.embeddings.LayerNorm.bias".into(), vec![hidden], 0.0, 0.2);
    for layer in 0..sizes.layers {
        let name = |part: &str| format!("encoder.encoder.layer.{layer}.{part}");
        for (part, outputs, inputs) in [
            ("attention.self.query", hidden, hidden),
            ("attention.self.key", hidden, hidden),
            ("attention.self.value", hidden, hidden),
            ("attention.output.dense", hidden, hidden),
            ("intermediate.dense", inner, hidden),
            ("output.dense", hidden, inner),
        ] {
            push(name(&format!("{part}.weight")), vec![outputs, inputs], 0.0, 2.0 / (inputs as f32).sqrt());
            push(name(&format!("{part}.bias")), vec![outputs], 0.0, 0.1);
        }
        for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
            push(name(&format!("{part}.weight")), vec![hidden], 1.0, 0.2);
            push(name(&format!("{part}.bias")), vec![hidden], 0.0, 0.2);
        }
    }
    tensors
}

/// Writes tensors as safetensors; matrices as asked, everything else as F32.
pub fn write_weights(path: &Path, tensors: &[Tensor], stored: Stored) {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    let mut push = |name: String, dtype: &str, shape: &[usize], bytes: Vec<u8>| {
        let start = data.len();
        data.extend(bytes);
        header.insert(name, json!({"dtype": dtype, "shape": shape, "data_offsets": [start, data.len()]}));
    };
    for (name, shape, values) in tensors {
        let stored = if shape.len() == 2 { stored } else { Stored::F32 };
        match stored {
            Stored::F32 => push(name.clone(), "F32", shape, le_bytes(values)),
            Stored::F16 => {
                let bytes = values.iter().flat_map(|&value| half::f16::from_f32(value).to_le_bytes()).collect();
                push(name.clone(), "F16", shape, bytes);
            }
            Stored::I8 => {
                let rows = values.chunks_exact(shape[1]);
                let scale: Vec<f32> = rows
                    .clone()
                    .map(|row| row.iter().fold(0.0_f32, |top, value| top.max(value.abs())) / 127.0)
                    .collect();
                let bytes =
                    rows.zip(&scale).flat_map(|(row, scale)| row.iter().map(move |value| (value / scale).round()));
                push(name.clone(), "I8", shape, bytes.map(|value| (value as i8).cast_unsigned()).collect());
                push(format!("{name}.scale"), "F32", &shape[..1], le_bytes(&scale));
            }
        }
    }
    let mut header = serde_json::to_vec(&header).unwrap();
    header.resize(header.len().next_multiple_of(8), b' ');
    let length = (header.len() as u64).to_le_bytes();
    fs::write(path, [length.as_slice(), &header, &data].concat()).unwrap();
}

fn le_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A number in [-1, 1) (xorshift).
fn noise(state: &mut u64) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 40) as f32 / (1 << 23) as f32 - 1.0
}
