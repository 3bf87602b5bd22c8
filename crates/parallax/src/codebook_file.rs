//! The user's codebook: a TOML file with `name` and a `[[frame]]` for each frame.

use anyhow::{Context, Result};
use parallax_stance::Codebook;
use std::path::Path;

/// Reads and checks a codebook.
///
/// # Errors
/// Where the file cannot be read, is not TOML, has a key that is none, or a frame that nothing can be
/// compared to.
pub fn read(path: &Path) -> Result<Codebook> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: the codebook cannot be read"))?;
    let codebook: Codebook = toml::from_str(&text).with_context(|| {
        format!(
            "{shown}: not a codebook; give `name`, and for each frame a [[frame]] with `name` and `definition`, and where you like with `include`, `exclude` and `examples` (lists of texts)"
        )
    })?;
    codebook.check().with_context(|| format!("{shown}: the codebook cannot be used"))?;
    Ok(codebook)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(toml: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), toml).unwrap();
        read(file.path()).map_or_else(|error| format!("{error:#}"), |codebook| codebook.frames.len().to_string())
    }

    #[test]
    fn a_codebook_is_read_or_refused_by_name() {
        let frame = "name = \"ferries\"\n[[frame]]\nname = \"cost\"\ndefinition = \"what it costs\"\n";
        assert_eq!(message(&format!("{frame}include = [\"fares\"]\nexamples = [\"It is dear.\"]\n")), "1");
        let check = |toml: &str, parts: &[&str]| {
            let found = message(toml);
            parts.iter().for_each(|part| assert!(found.contains(part), "{found:?} does not say {part:?}"));
        };
        check(&format!("{frame}colour = 1\n"), &["colour", "`include`"]);
        check("name = \"ferries\"\n", &["frame"]);
        check(&frame.replace("what it costs", " "), &["the `definition` of the frame \"cost\" is empty"]);
        check("name = [", &["not a codebook"]);
    }
}
