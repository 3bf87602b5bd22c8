//! Branches and models for pairs, with random weights, on every engine that is compiled in.

mod support;

use ndarray::{Array1, Array2};
use parallax_encoder::{
    Batch, EncodeOptions, Encoder, HeadModel, Model, NativeEncoder, PairEncoder, PairModel, Precision, SentenceEncoder,
};
use parallax_text::Span;
use std::fs;
use std::sync::Arc;
use support::{SMALL, Sizes, Stored, Tensor, weights, write_branch, write_model, write_pair, write_weights};
use tempfile::TempDir;

const SIZES: Sizes = Sizes { layers: 4, ..SMALL };
const TEXT: &str = "the president of mexico said no to the offer of troops";

fn made(sizes: Sizes) -> (TempDir, Model) {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), sizes, Stored::F32);
    let model = Model::load(folder.path()).unwrap();
    (folder, model)
}

/// A model with a branch from layer 2 on, and the model that is the branch with the layers below it.
fn with_branch() -> (Model, HeadModel, Model) {
    let ((_folder, model), branch) = (made(SIZES), tempfile::tempdir().unwrap());
    let own = write_branch(branch.path(), SIZES, 2, model.sha256(), Stored::F32);
    let head = HeadModel::load(branch.path(), &model).unwrap();
    let (whole, _) = made(SIZES);
    let mut tensors: Vec<Tensor> = weights(SIZES);
    tensors.retain(|(name, ..)| own.iter().all(|(one, ..)| one != name));
    tensors.extend(own);
    write_weights(&whole.path().join("model.safetensors"), &tensors, Stored::F32);
    let whole = Model::load(whole.path()).unwrap();
    (model, head, whole)
}

fn engines(model: &Model, heads: &[&HeadModel]) -> Vec<(Arc<dyn Encoder>, Arc<dyn Encoder>)> {
    let mut engines: Vec<(Arc<dyn Encoder>, Arc<dyn Encoder>)> = Vec::new();
    for precision in [Precision::F32, Precision::Bf16, Precision::Int8] {
        engines.push((
            Arc::new(NativeEncoder::with_branches(model, heads, precision).unwrap()),
            Arc::new(NativeEncoder::with_precision(model, precision).unwrap()),
        ));
        engines.push((
            Arc::new(NativeEncoder::portable_with_branches(model, heads, precision).unwrap()),
            Arc::new(NativeEncoder::portable(model, precision).unwrap()),
        ));
    }
    #[cfg(feature = "rust-bert")]
    for precision in [Precision::F32, Precision::Bf16] {
        use parallax_encoder::{Device, RustBertEncoder, RustBertOptions};
        let options = RustBertOptions { precision, device: Device::Cpu };
        engines.push((
            Arc::new(RustBertEncoder::with_branches(model, heads, options).unwrap()),
            Arc::new(RustBertEncoder::with_branches(model, &[], options).unwrap()),
        ));
    }
    engines
}

#[test]
fn a_branch_is_the_model_with_its_layers_above_those_below() {
    let (model, head, whole) = with_branch();
    assert_eq!(head.layers(), 2..4);
    let batch = Batch::new(&[2, 40, 41, 3, 2, 90, 91, 92, 93, 3], &[0, 1, 2, 0, 0, 3, 4, 5, 6, 0], &[4, 6]).unwrap();
    for ((both, trunk), (_, alone)) in engines(&model, &[&head]).into_iter().zip(engines(&whole, &[])) {
        let states = both.encode_all(&batch).unwrap();
        assert_eq!((states.len(), both.branches(), trunk.branches()), (2, 1, 0));
        assert_eq!(states[0], trunk.encode(&batch).unwrap(), "{:?}: the branch changes the trunk", both.engine());
        assert_eq!(states[1], alone.encode(&batch).unwrap(), "{:?}", both.engine());
        assert_eq!(both.encode(&batch).unwrap(), states[0]);
        let nothing = both.encode_all(&Batch::new(&[], &[], &[]).unwrap()).unwrap();
        assert!(nothing.len() == 2 && nothing.iter().all(|states| states.dim() == (0, SIZES.hidden)));
    }
}

#[test]
fn a_sentence_has_the_states_of_the_branch() {
    let (model, head, whole) = with_branch();
    let text = format!("{TEXT} {}", TEXT.repeat(12));
    let spans = [Span::new(0, TEXT.len()), Span::new(3, 3), Span::new(TEXT.len() + 1, text.len())];
    let options = EncodeOptions { window: 40, overlap: 12, ..EncodeOptions::default() };
    let encode = |model: &Model, heads: &[&HeadModel]| {
        let engine = Arc::new(NativeEncoder::with_branches(model, heads, Precision::F32).unwrap());
        SentenceEncoder::new(model, engine, options).unwrap().encode(&text, &spans).unwrap()
    };
    let (both, alone) = (encode(&model, &[&head]), encode(&whole, &[]));
    for (both, alone) in both.iter().zip(&alone) {
        assert_eq!(both.branches.len(), 1);
        assert_eq!(both.branches[0].hidden, alone.hidden);
    }
    assert!(both[1].tokens.is_empty() && both[1].branches[0].first == Array1::<f32>::zeros(SIZES.hidden));
    assert!(both[2].branches[0].first != both[0].branches[0].first);
    assert!(both[2].branches[0].first.iter().any(|&value| value != 0.0));
}

#[test]
fn a_branch_that_does_not_fit_is_refused() {
    let (_folder, model) = made(SIZES);
    let check = |from: &str, to: &str, message: &str| {
        let folder = tempfile::tempdir().unwrap();
        write_branch(folder.path(), SIZES, 2, model.sha256(), Stored::I8);
        assert!(HeadModel::load(folder.path(), &model).is_ok());
        let path = folder.path().join("config.json");
        let config = fs::read_to_string(&path).unwrap();
        assert!(config.contains(from), "{config}");
        fs::write(&path, config.replace(from, to)).unwrap();
        let error = HeadModel::load(folder.path(), &model).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    check("branch/1", "branch/9", "this version reads");
    check(model.sha256(), "00", "it was trained on the hidden states of the model with SHA-256 00");
    check("\"layers\":2", "\"layers\":0", "`layers` (at least 1)");
    check("\"layers\":2", "\"layers\":3", "no tensor encoder.encoder.layer.4");
    check("\"from_layer\":2", "\"from_layer\":9", "`from_layer` (0 to 4)");
}

/// Enough positions for the longest pair.
const LONG: Sizes = Sizes { positions: 260, ..SMALL };

#[test]
fn a_pair_is_read_together_and_pooled_apart() {
    let ((_folder, model), folder) = (made(LONG), tempfile::tempdir().unwrap());
    write_pair(folder.path(), LONG, model.sha256(), Stored::F16);
    let pairs = PairModel::load(folder.path(), &model).unwrap();
    let engine = Arc::new(NativeEncoder::for_pairs(&pairs, &model, Precision::F32).unwrap());
    let encoder = PairEncoder::new(&model, engine.clone());
    let [sentence, about, nothing] = [TEXT, "no troops", ""].map(|text| encoder.pieces(text).unwrap());
    let long = encoder.pieces(&TEXT.repeat(50)).unwrap();
    let found = encoder
        .encode(&[(&sentence, &about), (&long, &about), (&nothing, &nothing), (&long, &long), (&sentence, &about)])
        .unwrap();

    // The same by hand: ids of the tokenizer, token types 0 and 1.
    let ids = |text: &str| model.tokenizer().encode(text, false).unwrap().get_ids().to_vec();
    let (first, second) = (ids(TEXT), ids("no troops"));
    let all = [&[2], first.as_slice(), &[3], &second, &[3]].concat();
    let types: Vec<u32> = (0..all.len()).map(|at| u32::from(at > first.len() + 1)).collect();
    let states = engine.encode(&Batch::new(&all, &types, &[all.len()]).unwrap()).unwrap();
    let mean = |from: usize, count: usize| -> Array1<f32> {
        let rows: Array2<f32> = states.select(ndarray::Axis(0), &(from..from + count).collect::<Vec<_>>());
        rows.mean_axis(ndarray::Axis(0)).unwrap()
    };
    assert_eq!(found[0].first, states.row(0));
    assert_eq!(found[0].sentence, mean(1, first.len()));
    assert_eq!(found[0].proposition, mean(first.len() + 2, second.len()));
    assert_eq!(found[4], found[0], "whatever stands beside it");
    assert_eq!(found[2].sentence, Array1::<f32>::zeros(LONG.hidden));
    assert_eq!(found.len(), 5);
}

#[test]
fn a_model_for_pairs_that_does_not_fit_is_refused() {
    let (_folder, model) = made(LONG);
    let check = |from: &str, to: &str, message: &str| {
        let folder = tempfile::tempdir().unwrap();
        write_pair(folder.path(), LONG, model.sha256(), Stored::I8);
        assert!(PairModel::load(folder.path(), &model).is_ok());
        let path = folder.path().join("config.json");
        let config = fs::read_to_string(&path).unwrap();
        assert!(config.contains(from), "{config}");
        fs::write(&path, config.replace(from, to)).unwrap();
        let error = PairModel::load(folder.path(), &model).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    check("pair/1", "pair/2", "this version reads");
    check("word_embeddings.weight", "other.weight", "does not share");
    check("\"type_vocab_size\":2", "\"type_vocab_size\":3", "two token types and 256 positions");
    check("\"hidden_act\":\"gelu\"", "\"hidden_act\":\"relu\"", "hidden_act");
    let (_other, other) = made(SIZES);
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path(), LONG, model.sha256(), Stored::I8);
    assert!(PairModel::load(folder.path(), &other).is_err(), "of another model");
}
