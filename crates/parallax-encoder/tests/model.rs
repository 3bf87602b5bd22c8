//! Model folders: formats of weights, and what is said of damaged ones.

mod support;

use parallax_encoder::{Batch, Encoder, LoadError, Model, NativeEncoder};
use serde_json::{Value, json};
use std::error::Error;
use std::fs;
use std::path::Path;
use support::{SMALL, Stored, config, tokenizer, weights, write_model, write_weights};

fn in_folder(damage: impl FnOnce(&Path)) -> Result<Model, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    write_model(folder.path(), SMALL, Stored::F32);
    damage(folder.path());
    Model::load(folder.path())
}

/// The whole message, causes included.
fn message(error: &LoadError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}

#[track_caller]
fn check_refused(parts: &[&str], damage: impl FnOnce(&Path)) {
    let error = message(&in_folder(damage).expect_err("the folder is damaged"));
    for part in parts {
        assert!(error.contains(part), "{error:?} does not say {part:?}");
    }
}

fn with_config(change: impl FnOnce(&mut Value)) -> impl FnOnce(&Path) {
    |folder| {
        let mut value = config(SMALL);
        change(&mut value);
        fs::write(folder.join("config.json"), value.to_string()).unwrap();
    }
}

#[test]
fn a_missing_file_is_named() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        check_refused(&[file, "cannot read", "Restore"], |folder| fs::remove_file(folder.join(file)).unwrap());
    }
    let error = Model::load(Path::new("no/such/folder")).unwrap_err();
    assert!(matches!(error, LoadError::Read { .. }), "{error}");
}

#[test]
fn truncated_weights_are_refused_wherever_they_end() {
    for length in [0, 7, 100, 20_000] {
        check_refused(&["model.safetensors", "damaged or incomplete"], |folder| {
            let path = folder.join("model.safetensors");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..length]).unwrap();
        });
    }
    check_refused(&["model.safetensors", "damaged or incomplete"], |folder| {
        let path = folder.join("model.safetensors");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 4]).unwrap();
    });
}

#[test]
fn damaged_json_is_refused() {
    check_refused(&["config.json", "no model configuration"], |folder| {
        fs::write(folder.join("config.json"), "{\"format\":").unwrap();
    });
    check_refused(&["tokenizer.json", "no tokenizer"], |folder| {
        fs::write(folder.join("tokenizer.json"), "[]").unwrap();
    });
}

#[test]
fn another_format_is_refused() {
    check_refused(&["parallax/model/2", "parallax/model/1"], with_config(|c| c["format"] = json!("parallax/model/2")));
    check_refused(&["word-shape/9", "word-shape/1"], with_config(|c| c["token_types"] = json!("word-shape/9")));
    check_refused(&["(2)"], with_config(|c| c["encoder"]["type_vocab_size"] = json!(2)));
    check_refused(&["gelu_new"], with_config(|c| c["encoder"]["hidden_act"] = json!("gelu_new")));
    check_refused(&["5 attention heads"], with_config(|c| c["encoder"]["num_attention_heads"] = json!(5)));
}

#[test]
fn a_tensor_of_another_shape_is_named() {
    check_refused(
        &["encoder.embeddings.word_embeddings.weight", "[400, 36]", "[401, 36]"],
        with_config(|c| c["encoder"]["vocab_size"] = json!(401)),
    );
    check_refused(
        &["encoder.encoder.layer.2.attention.self.query.weight", "no tensor"],
        with_config(|c| c["encoder"]["num_hidden_layers"] = json!(3)),
    );
}

#[test]
fn a_tokenizer_that_does_not_belong_to_the_weights_is_refused() {
    check_refused(&["tokenizer.json", "vocab_size 100"], with_config(|c| c["encoder"]["vocab_size"] = json!(100)));
    check_refused(&["no [SEP]"], |folder| {
        let without = tokenizer().to_string().replace("[SEP]", "[END]");
        fs::write(folder.join("tokenizer.json"), without).unwrap();
    });
}

#[test]
fn a_quantised_tensor_without_its_factors_is_refused() {
    check_refused(&["position_embeddings.weight.scale"], |folder| {
        let path = folder.join("model.safetensors");
        write_weights(&path, &weights(SMALL), Stored::I8);
        let bytes = fs::read(&path).unwrap();
        let name = b"position_embeddings.weight.scale";
        let at = bytes.windows(name.len()).position(|window| window == name).unwrap();
        let mut damaged = bytes;
        damaged[at..at + 4].copy_from_slice(b"noti");
        fs::write(&path, damaged).unwrap();
    });
}

#[test]
fn weights_of_all_formats_are_read_as_f32() {
    let folder = tempfile::tempdir().unwrap();
    let (name, shape, values) = &weights(SMALL)[0];
    for (stored, tolerance) in [(Stored::F32, 0.0), (Stored::F16, 5e-4), (Stored::I8, 3e-3)] {
        write_model(folder.path(), SMALL, stored);
        let model = Model::load(folder.path()).unwrap();
        let matrix = model.matrix(name).unwrap();
        assert_eq!(matrix.shape(), shape);
        let worst = matrix.iter().zip(values).fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
        assert!(worst <= tolerance, "{worst}");
        assert_eq!(model.names().count(), weights(SMALL).len());
        let hidden = NativeEncoder::new(&model).unwrap();
        let hidden = hidden.encode(&Batch::new(&[2, 80, 81, 3], &[0, 1, 2, 0], &[4]).unwrap()).unwrap();
        assert!(hidden.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn a_tensor_is_given_out_in_its_own_shape_only() {
    let model = in_folder(|_| {}).unwrap();
    let bias = "encoder.embeddings.LayerNorm.bias";
    assert_eq!(model.vector(bias).unwrap().len(), SMALL.hidden);
    assert!(matches!(model.matrix(bias), Err(LoadError::WrongShape { .. })));
    assert!(matches!(model.vector_of(bias, 35), Err(LoadError::WrongShape { .. })));
    assert!(matches!(model.vector("tone.bias"), Err(LoadError::MissingTensor { .. })));
    assert_eq!(model.shape(bias), Some([SMALL.hidden].as_slice()));
    assert_eq!(model.config().heads["entities"], json!({"labels": ["O"]}));
    assert_eq!(model.sha256().len(), 64);
}
