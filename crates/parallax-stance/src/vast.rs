//! VAST (Allaway and McKeown 2020): posts with their stance to topics.

use serde::Deserialize;

/// A post with its stance to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The words.
    pub text: String,
    /// The topic, in base forms (`topic_str`), as published models read it.
    pub topic: String,
    /// 0 against, 1 for, 2 neither.
    pub label: usize,
    /// Whether the topic stands in the data's training part (`seen?`), where the table says so.
    pub seen: Option<bool>,
}

/// A table that is not VAST's.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not the columns that are needed.
    #[error(
        "not a table of VAST: the columns `post`, `topic_str` and `label` are needed (vast_train.csv, vast_test.csv)"
    )]
    Csv(#[from] csv::Error),
    /// A label that is none.
    #[error("record {record}: the label {label} is none of 0 (against), 1 (for), 2 (neither)")]
    Label {
        /// Number of the record, from 1.
        record: usize,
        /// What stands there.
        label: usize,
    },
}

#[derive(Deserialize)]
struct Row {
    post: String,
    topic_str: String,
    label: usize,
    #[serde(rename = "seen?")]
    seen: Option<u8>,
}

/// Reads a table (CSV with a header).
///
/// # Errors
/// Where a column is missing, or names the first record with another label.
pub fn read(text: &str) -> Result<Vec<Post>, ReadError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<Row>().enumerate();
    rows.map(|(index, row)| {
        let row = row?;
        if row.label > 2 {
            return Err(ReadError::Label { record: index + 1, label: row.label });
        }
        Ok(Post { text: row.post, topic: row.topic_str, label: row.label, seen: row.seen.map(|seen| seen == 1) })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_post_and_a_topic() {
        let posts = read("author,post,label,topic_str,seen?\nx,\"Ban it, now\",1,coal ban,0\n").unwrap();
        let expected = Post { text: "Ban it, now".into(), topic: "coal ban".into(), label: 1, seen: Some(false) };
        assert_eq!(posts, [expected]);
        assert!(read("post,label,topic_str,seen?\na,3,b,1\n").unwrap_err().to_string().contains("record 1"));
        assert!(read("text\na\n").is_err());
    }
}
