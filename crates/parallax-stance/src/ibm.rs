//! IBM's claim stance dataset (Bar-Haim et al. 2017, "Stance Classification of Context-Dependent Claims").

/// A claim with its stance to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The words (`claimCorrectedText`).
    pub text: String,
    /// The topic (`topicText`), a proposition.
    pub topic: String,
    /// PRO: whether the claim is for the topic.
    pub favor: bool,
    /// Whether it is of the official test part.
    pub test: bool,
}

/// A table that is not IBM's.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not CSV.
    #[error("not a CSV table")]
    Csv(#[from] csv::Error),
    /// A record without what is needed.
    #[error(
        "record {record} has no split (train or test), topic, stance (PRO or CON) and claim in the columns of claim_stance_dataset_v1.csv"
    )]
    Record {
        /// Number of the record, from 1.
        record: usize,
    },
}

/// Whether a table begins as IBM's does.
#[must_use]
pub fn is_header(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', '"']).starts_with("topicId,")
}

/// Reads the table, also where a spreadsheet has put each record into one quoted field and semicolons behind it.
///
/// # Errors
/// Names the first record that cannot be read.
pub fn read(text: &str) -> Result<Vec<Claim>, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let rows = if text.starts_with('"') { unwrapped(text)? } else { text.to_owned() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(rows.as_bytes());
    let claim = |(index, record): (usize, Result<csv::StringRecord, csv::Error>)| {
        let record = record?;
        let field = |at: usize| record.get(at).map(str::trim).filter(|field| !field.is_empty());
        let claim = || {
            let (part, topic, stance, text) = (field(1)?, field(2)?, field(6)?, field(7)?);
            let one_of = |found: &str, yes: &str, no: &str| (found == yes || found == no).then_some(found == yes);
            let (favor, test) = (one_of(stance, "PRO", "CON")?, one_of(part, "test", "train")?);
            Some(Claim { text: text.into(), topic: topic.into(), favor, test })
        };
        claim().ok_or(ReadError::Record { record: index + 1 })
    };
    reader.records().enumerate().map(claim).collect()
}

/// The records out of their fields; one that goes on in the next field or row is put together.
fn unwrapped(text: &str) -> Result<String, csv::Error> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut rows = String::new();
    for (number, record) in reader.records().enumerate() {
        let record = record?;
        let fields: Vec<&str> = record.iter().collect();
        let row = fields.join(";");
        let begins = row.split_once(',').is_some_and(|(id, rest)| {
            (number == 0 || (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))) && rest.starts_with('"')
        });
        rows.push_str(if begins && number > 0 { "\n" } else { "" });
        rows.push_str(row.trim_end_matches(';'));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "topicId,split,topicText,topicTarget,topicSentiment,claims.claimId,claims.stance,claims.claimCorrectedText\n\
        1,test,Ban ferries,ferries,-1,7,CON,\"Ferries, they say, are quick\"\n";

    #[test]
    fn a_record_is_a_claim_and_a_topic() {
        let expected = Claim {
            text: "Ferries, they say, are quick".into(),
            topic: "Ban ferries".into(),
            favor: false,
            test: true,
        };
        assert!(is_header(PLAIN));
        assert_eq!(read(PLAIN).unwrap(), std::slice::from_ref(&expected));
        let wrapped = "\"topicId,\"\"split\"\",\"\"topicText\"\",\"\"topicTarget\"\",\"\"topicSentiment\"\",\"\"claims.claimId\"\",\"\"claims.stance\"\",\"\"claims.claimCorrectedText\"\"\";;;;\n\
            \"1,\"\"test\"\",\"\"Ban ferries\"\",\"\"ferries\"\",\"\"-1\"\",\"\"7\"\",\"\"CON\"\",\"\"Ferries, they say, \";;;;\n\
            \"are quick\"\"\";;;;\n";
        assert!(is_header(wrapped));
        assert_eq!(read(wrapped).unwrap(), [expected]);
        assert_eq!(read(&format!("\u{feff}{wrapped}")).unwrap().len(), 1);
        for (field, other) in [("CON", "MAYBE"), (",test,", ",dev,")] {
            let error = read(&PLAIN.replace(field, other)).unwrap_err().to_string();
            assert!(error.starts_with("record 1 "), "{error}");
        }
    }
}
