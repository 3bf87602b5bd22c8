//! The measured errors of the models, which figures carry in their intervals.

use anyhow::{Context, Result, bail};
use parallax_compare::ErrorModel;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the file, beside the model card.
const FILE: &str = "errors.toml";

/// One layer's matrix, and the weights it was measured with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    model_sha256: String,
    measured_on: String,
    labels: Vec<String>,
    values: Vec<f64>,
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
    for (layer, measured) in tables {
        if measured.model_sha256 != sha256 {
            bail!(
                "{shown}: [{layer}] was measured with other weights ({}); measure it anew (`parallax evaluate`) or take the section out",
                measured.model_sha256.get(..12).unwrap_or(&measured.model_sha256)
            );
        }
        let Measured { measured_on, labels, values, confusion, .. } = measured;
        let model = ErrorModel { measured_on, labels, values, confusion };
        model.check().with_context(|| format!("{shown}: [{layer}]"))?;
        errors.insert(layer, model);
    }
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "[tone]\nmodel_sha256 = \"abc\"\nmeasured_on = \"a set\"\nlabels = [\"no\", \"yes\"]\nvalues = [0.0, 1.0]\n";

    fn check(rest: &str, sha256: &str) -> Result<BTreeMap<String, ErrorModel>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), format!("{TABLE}{rest}")).unwrap();
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
    fn a_matrix_of_other_weights_or_none_is_refused() {
        let matrix = "confusion = [[8, 2], [1, 9]]\n";
        assert_eq!(check(matrix, "abc").unwrap()["tone"].confusion, [[8, 2], [1, 9]]);
        assert!(format!("{:#}", check(matrix, "def").unwrap_err()).contains("other weights"));
        assert!(format!("{:#}", check("confusion = [[8], [1]]\n", "abc").unwrap_err()).contains("square matrix"));
        assert!(read(Path::new("nowhere"), "abc").unwrap().is_empty());
    }
}
