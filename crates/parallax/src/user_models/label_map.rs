//! The labels of a checkpoint, read as ours.

use anyhow::{Result, bail};
use std::collections::BTreeMap;

/// One of ours for each label of the checkpoint: what the map says, else the label itself where it is
/// one of ours (`known`, as the user writes them).
pub(super) fn mapped<T: Copy>(
    labels: &[String],
    map: &BTreeMap<String, String>,
    known: &[(String, T)],
) -> Result<Vec<T>> {
    let ours = || known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(unused) = map.keys().find(|name| !labels.contains(name)) {
        bail!("`labels` names {unused:?}, and the checkpoint has the labels {labels:?}");
    }
    let one = |label: &String| {
        let name = map.get(label).unwrap_or(label);
        match known.iter().find(|(known, _)| known == name) {
            Some(&(_, value)) => Ok(value),
            None if map.contains_key(label) => {
                bail!("`labels` maps {label:?} to {name:?}; it must be one of {}", ours())
            }
            None => {
                bail!("the checkpoint's label {label:?} is none of ours: map it in `labels` to one of {}", ours())
            }
        }
    };
    labels.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(labels: &[&str], map: &[(&str, &str)]) -> Result<Vec<u8>> {
        let labels: Vec<String> = labels.iter().map(|&label| label.to_owned()).collect();
        let map = map.iter().map(|&(from, to)| (from.to_owned(), to.to_owned())).collect();
        mapped(&labels, &map, &[("no".to_owned(), 0), ("yes".to_owned(), 1)])
    }

    #[test]
    fn labels_are_mapped_or_are_ours_already() {
        assert_eq!(read(&["yes", "no"], &[]).unwrap(), [1, 0]);
        assert_eq!(read(&["A", "no", "B"], &[("A", "yes"), ("B", "yes")]).unwrap(), [1, 0, 1]);
        // What is called as ours may mean something else.
        assert_eq!(read(&["yes", "no"], &[("yes", "no"), ("no", "yes")]).unwrap(), [0, 1]);
    }

    #[test]
    fn labels_that_mean_nothing_are_refused_by_name() {
        let check = |labels: &[&str], map: &[(&str, &str)], message: &str| {
            let error = read(labels, map).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        };
        check(&["yes", "maybe"], &[], "\"maybe\" is none of ours: map it in `labels` to one of no, yes");
        check(&["yes", "A"], &[("A", "none")], "maps \"A\" to \"none\"; it must be one of no, yes");
        check(
            &["yes", "no"],
            &[("A", "no")],
            "`labels` names \"A\", and the checkpoint has the labels [\"yes\", \"no\"]",
        );
        check(&["Yes"], &[], "\"Yes\" is none of ours");
    }
}
