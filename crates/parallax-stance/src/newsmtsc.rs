//! NewsMTSC's published format, and the figures that are usual on it.

use parallax_text::ToneScores;
use serde::{Deserialize, Serialize};

/// A target with its gold label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledTarget {
    /// The sentence.
    pub text: String,
    /// First code point of the target.
    pub start: usize,
    /// One past its last code point.
    pub end: usize,
    /// 0 negative, 1 neutral, 2 positive.
    pub label: usize,
}

/// A line that is not a record of NewsMTSC.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not the JSON of a record.
    #[error(
        "line {line} is not a NewsMTSC record: give JSON Lines with `sentence_normalized` and `targets` (`from`, `to`, `polarity`)"
    )]
    Json {
        /// Line number, from 1.
        line: usize,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// A polarity outside the two scales in use.
    #[error("line {line}: polarity {polarity} is none of 2, 4, 6 (or -1, 0, 1)")]
    Polarity {
        /// Line number, from 1.
        line: usize,
        /// The value found.
        polarity: f64,
    },
}

#[derive(Deserialize)]
struct Record {
    #[serde(alias = "sentence")]
    sentence_normalized: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    from: usize,
    to: usize,
    polarity: f64,
}

/// Reads JSON Lines in NewsMTSC's format: one sentence a line, its targets with `from` and `to`
/// (code points, end-exclusive) and `polarity` (2, 4, 6; or -1, 0, 1).
///
/// # Errors
/// Names the first line that is not a record.
pub fn read(text: &str) -> Result<Vec<LabelledTarget>, ReadError> {
    let mut targets = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let record: Record = serde_json::from_str(line).map_err(|source| ReadError::Json { line: number, source })?;
        for target in record.targets {
            let polarity = target.polarity;
            let label = [[2.0, -1.0], [4.0, 0.0], [6.0, 1.0]]
                .iter()
                .position(|scale| scale.contains(&polarity))
                .ok_or(ReadError::Polarity { line: number, polarity })?;
            let text = record.sentence_normalized.clone();
            targets.push(LabelledTarget { text, start: target.from, end: target.to, label });
        }
    }
    Ok(targets)
}

/// Figures over a set of targets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToneFigures {
    /// Number of targets.
    pub n: usize,
    /// Mean of the three classes' F1, 0 to 1: the figure that NewsMTSC's paper compares.
    pub macro_f1: f64,
    /// Share of right decisions.
    pub accuracy: f64,
    /// F1 of negative, neutral, positive.
    pub f1: [f64; 3],
    /// `confusion[gold][predicted]`.
    pub confusion: [[usize; 3]; 3],
    /// Expected calibration error over 10 bins of equal width (Guo et al. 2017).
    pub calibration_error: f64,
    /// Mean negative logarithm of the gold label's probability.
    pub log_loss: f64,
    /// Multi-class Brier score: mean squared distance to the gold label, 0 to 2.
    pub brier: f64,
}

/// Scores predictions against gold labels (0 negative, 1 neutral, 2 positive).
#[must_use]
pub fn score(predictions: &[(ToneScores, usize)]) -> ToneFigures {
    const BINS: usize = 10;
    let n = predictions.len();
    let mut confusion = [[0usize; 3]; 3];
    let mut bins = [(0usize, 0.0f64, 0usize); BINS];
    let (mut log_loss, mut brier) = (0.0, 0.0);
    for (scores, gold) in predictions {
        let p = [scores.negative, scores.neutral, scores.positive].map(f64::from);
        let best = (0..3).max_by(|&a, &b| p[a].total_cmp(&p[b]).then(b.cmp(&a))).unwrap_or(1);
        confusion[*gold][best] += 1;
        let bin = &mut bins[((p[best] * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1, bin.1 + p[best], bin.2 + usize::from(best == *gold));
        log_loss -= p[*gold].max(1e-12).ln();
        brier += (0..3).map(|k| (p[k] - f64::from(u8::from(k == *gold))).powi(2)).sum::<f64>();
    }
    let f1 = [0, 1, 2].map(|k| {
        let predicted: usize = confusion.iter().map(|row| row[k]).sum();
        let gold: usize = confusion[k].iter().sum();
        if predicted + gold == 0 { 0.0 } else { 2.0 * confusion[k][k] as f64 / (predicted + gold) as f64 }
    });
    let right: usize = (0..3).map(|k| confusion[k][k]).sum();
    let per = |sum: f64| if n == 0 { 0.0 } else { sum / n as f64 };
    ToneFigures {
        n,
        macro_f1: f1.iter().sum::<f64>() / 3.0,
        accuracy: per(right as f64),
        f1,
        confusion,
        calibration_error: per(bins.iter().map(|(_, confidence, right)| (confidence - *right as f64).abs()).sum()),
        log_loss: per(log_loss),
        brier: per(brier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certain(label: usize) -> ToneScores {
        let p = |k| f32::from(u8::from(k == label));
        ToneScores { negative: p(0), neutral: p(1), positive: p(2) }
    }

    #[test]
    fn both_scales_of_polarity_are_read() {
        let line = |polarity: &str| {
            format!(r#"{{"sentence_normalized":"Ada won.","targets":[{{"from":0,"to":3,"polarity":{polarity}}}]}}"#)
        };
        let labels = |polarity: &str| read(&line(polarity)).map(|targets| targets[0].label);
        assert_eq!(["2.0", "4.0", "6.0", "-1", "0", "1"].map(|p| labels(p).unwrap()), [0, 1, 2, 0, 1, 2]);
        assert!(labels("3").unwrap_err().to_string().contains("line 1: polarity 3"));
        assert!(read("\n{}").unwrap_err().to_string().contains("line 2"));
    }

    #[test]
    fn macro_f1_is_the_mean_of_the_classes() {
        // gold 0 0 1 2, predicted 0 1 1 2: F1 = 2/3, 2/3, 1.
        let figures = score(&[(certain(0), 0), (certain(1), 0), (certain(1), 1), (certain(2), 2)]);
        assert!((figures.macro_f1 - 7.0 / 9.0).abs() < 1e-12);
        assert!((figures.accuracy - 0.75).abs() < 1e-12);
        assert_eq!(figures.confusion, [[1, 1, 0], [0, 1, 0], [0, 0, 1]]);
        assert!((figures.calibration_error - 0.25).abs() < 1e-12);
    }

    #[test]
    fn figures_of_nothing_are_finite() {
        assert_eq!(score(&[]).log_loss, 0.0);
    }
}
