//! SemEval-2023 task 3, subtask 2 (Piskorski et al. 2023): articles with the frames they have.

/// A line that is not one of the table of labels.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not `article id<TAB>Frame,Frame`: give the task's train-labels.txt")]
pub struct ReadError {
    /// Line number, from 1.
    pub line: usize,
}

/// The labels of an article: its id, and its frames by the names that the built-in codebook has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// The number in its file's name.
    pub article: String,
    /// Its frames, in the order of the line.
    pub frames: Vec<String>,
}

/// Reads the table of labels: an id, a tabulator, and frames between commas, line by line.
///
/// # Errors
/// Names the first line that is not one.
pub fn read(text: &str) -> Result<Vec<Labels>, ReadError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let (article, frames) = line.split_once('\t').ok_or(ReadError { line: index + 1 })?;
            let frames = frames.split(',').map(|frame| name(frame.trim())).collect();
            Ok(Labels { article: article.trim().to_owned(), frames })
        })
        .collect()
}

/// In lower case; one label is spelled in two ways in the task's files.
fn name(frame: &str) -> String {
    let frame = frame.to_lowercase();
    match frame.as_str() {
        "legality_constitutionality_and_jurisprudence" => "legality_constitutionality_jurisprudence".to_owned(),
        _ => frame,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_article_and_its_frames() {
        let labels = read("7\tPolitical,Legality_Constitutionality_and_jurisprudence\n\n8\tEconomic\n").unwrap();
        assert_eq!(labels[0].frames, ["political", "legality_constitutionality_jurisprudence"]);
        assert_eq!((labels.len(), labels[1].article.as_str()), (2, "8"));
        assert_eq!(read("7 Political"), Err(ReadError { line: 1 }));
    }
}
