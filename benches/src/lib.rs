//! What all benchmarks read: the pages of the sample corpus.

pub mod plot;
pub mod process;
pub mod sequences;

use parallax_clean::{CleanOptions, SourceFormat, clean};
use std::path::{Path, PathBuf};

/// The repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ lies in the repository").to_path_buf()
}

/// The pages of the sample corpus with their format, in order of their names.
#[must_use]
pub fn pages() -> Vec<(String, SourceFormat)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(repository().join("tests/corpus"))
        .expect("the sample corpus is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt" || ending == "html"))
        .collect();
    files.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("pages are UTF-8");
    files
        .iter()
        .map(read)
        .map(|page| (SourceFormat::detect(&page), page))
        .map(|(format, page)| (page, format))
        .collect()
}

/// The sample corpus, cleaned.
#[must_use]
pub fn articles() -> Vec<parallax_text::Article> {
    let clean = |(page, format): &(String, SourceFormat)| clean(page, *format, &CleanOptions::default());
    pages().iter().map(|page| clean(page).expect("the sample corpus can be cleaned")).collect()
}
