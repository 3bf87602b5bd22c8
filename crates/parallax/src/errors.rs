//! The measured errors of the models, which figures carry in their intervals.
//!
//! Beside a model lies `errors.toml` with a section for each layer that the model makes and that was
//! scored on labelled sentences it never saw; `parallax evaluate tone` and `wording` print it
//! (`--errors`). A section holds for the weights it was measured with, and for no others.

use anyhow::{Context, Result, bail};
use parallax_compare::ErrorModel;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the file, beside the model card.
const FILE: &str = "errors.toml";

/// A layer whose labels have figures: its name, or what its name begins with, and the labels in order
/// with what each counts in a mean.
struct Layer {
    name: &'static str,
    labels: &'static [(&'static str, f64)],
}

/// Tone towards an actor.
const TONE: Layer = Layer { name: "tone", labels: &[("negative", -1.0), ("neutral", 0.0), ("positive", 1.0)] };
/// Whether readers call a sentence's wording loaded.
const WORDING: Layer = Layer { name: "wording", labels: &[("neutral", 0.0), ("loaded", 1.0)] };
/// Whether a sentence is set in a frame: `frames/CODEBOOK/FRAME`.
const FRAMES: Layer = Layer { name: "frames/", labels: &[("other", 0.0), ("frame", 1.0)] };

/// One layer's matrix, and the weights it was measured with.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    model_sha256: String,
    measured_on: String,
    labels: Vec<String>,
    values: Vec<f64>,
    /// `confusion[true label][label given]`.
    confusion: Vec<Vec<u64>>,
}

/// The error models in a model's folder, by layer; none where it has no file of them.
pub(crate) fn read(folder: &Path, sha256: &str) -> Result<BTreeMap<String, ErrorModel>> {
    let path = folder.join(FILE);
    if !path.is_file() {
        return Ok(BTreeMap::new());
    }
    let shown = path.display();
    let text = std::fs::read_to_string(&path).with_context(|| format!("{shown}: cannot be read"))?;
    let tables: BTreeMap<String, Measured> =
        toml::from_str(&text).with_context(|| format!("{shown}: not a table of measured errors"))?;
    let mut errors = BTreeMap::new();
    for (name, measured) in tables {
        let Some(layer) = layer(&name) else {
            bail!("{shown}: [{name}] is no layer with measured errors: tone, wording, \"frames/CODEBOOK/FRAME\"");
        };
        if measured.model_sha256 != sha256 {
            bail!(
                "{shown}: [{name}] was measured with other weights ({}); measure it anew (`parallax evaluate`) or take the section out",
                measured.model_sha256.get(..12).unwrap_or(&measured.model_sha256)
            );
        }
        let known: Vec<(&str, f64)> =
            measured.labels.iter().map(String::as_str).zip(measured.values.iter().copied()).collect();
        if known != layer.labels {
            let (labels, values): (Vec<&str>, Vec<f64>) = layer.labels.iter().copied().unzip();
            bail!("{shown}: [{name}] must have the labels {labels:?} with the values {values:?}");
        }
        let Measured { measured_on, labels, values, confusion, .. } = measured;
        let model = ErrorModel { measured_on, labels, values, confusion };
        model.check().with_context(|| format!("{shown}: [{name}]"))?;
        errors.insert(name, model);
    }
    Ok(errors)
}

fn layer(name: &str) -> Option<&'static Layer> {
    match name {
        "tone" => Some(&TONE),
        "wording" => Some(&WORDING),
        // What stands behind is a codebook and one of its frames.
        _ => name.strip_prefix(FRAMES.name).filter(|rest| rest.contains('/')).map(|_| &FRAMES),
    }
}

/// The section of the file for the layer of tones.
pub(crate) fn tone_section(sha256: &str, measured_on: &str, confusion: [[usize; 3]; 3]) -> Result<String> {
    section(&TONE, sha256, measured_on, confusion.iter().map(|row| &row[..]))
}

/// The section of the file for the layer of loaded wording.
pub(crate) fn wording_section(sha256: &str, measured_on: &str, confusion: [[usize; 2]; 2]) -> Result<String> {
    section(&WORDING, sha256, measured_on, confusion.iter().map(|row| &row[..]))
}

fn section<'a>(
    layer: &Layer,
    sha256: &str,
    measured_on: &str,
    confusion: impl Iterator<Item = &'a [usize]>,
) -> Result<String> {
    let measured = Measured {
        model_sha256: sha256.to_owned(),
        measured_on: measured_on.to_owned(),
        labels: layer.labels.iter().map(|(label, _)| (*label).to_owned()).collect(),
        values: layer.labels.iter().map(|(_, value)| *value).collect(),
        confusion: confusion.map(|row| row.iter().map(|&count| count as u64).collect()).collect(),
    };
    Ok(toml::to_string(&BTreeMap::from([(layer.name, measured)]))?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, sha256: &str) -> Result<BTreeMap<String, ErrorModel>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        read(folder.path(), sha256)
    }

    #[test]
    fn the_shipped_model_brings_what_it_gets_wrong() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/news-en");
        let model = parallax_encoder::Model::load(&folder).unwrap();
        let errors = read(&folder, model.sha256()).unwrap();
        assert_eq!(errors["tone"].labels, ["negative", "neutral", "positive"]);
    }

    #[test]
    fn what_evaluate_prints_is_read_back() {
        let wording = wording_section("abc", "a \"set\"", [[8, 2], [1, 9]]).unwrap();
        let tone = tone_section("abc", "another", [[5, 1, 0], [1, 7, 1], [0, 1, 5]]).unwrap();
        let read = check(&format!("{wording}\n\n{tone}\n"), "abc").unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["tone", "wording"]);
        assert_eq!((read["wording"].measured_on.as_str(), &read["wording"].confusion[0]), ("a \"set\"", &vec![8, 2]));
        assert_eq!(read["tone"].values, [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_matrix_of_other_weights_or_none_is_refused() {
        let section = |confusion| wording_section("abc", "a set", confusion).unwrap();
        let good = section([[8, 2], [1, 9]]);
        let refused = |text: &str, sha256: &str, message: &str| {
            let error = format!("{:#}", check(text, sha256).unwrap_err());
            assert!(error.contains(message), "{error}");
        };
        refused(&good, "def", "other weights");
        refused(&section([[8, 0], [1, 0]]), "abc", "square matrix");
        refused(&good.replace("[wording]", "[words]"), "abc", "[words] is no layer");
        refused(&good.replace("[wording]", "[tone]"), "abc", "must have the labels [\"negative\"");
        refused(&good.replace("loaded", "biased"), "abc", "must have the labels [\"neutral\", \"loaded\"]");
        let frame = good.replace("[wording]", "[\"frames/own/cost\"]").replace("neutral", "other");
        assert!(check(&frame.replace("loaded", "frame"), "abc").unwrap().contains_key("frames/own/cost"));
        assert!(read(Path::new("nowhere"), "abc").unwrap().is_empty());
    }
}
