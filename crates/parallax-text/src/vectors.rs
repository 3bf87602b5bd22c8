//! Sentence vectors, eight bits a number.

/// One vector for each sentence of an article, for likeness across articles. Eight bits a number
/// keep a story of thousands of articles in memory, and make every likeness the same on all machines
/// that made the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SentenceVectors {
    width: usize,
    values: Vec<i8>,
}

impl SentenceVectors {
    /// Vectors of `width` numbers each, row by row; each is scaled so that its largest number is 127
    /// in size. Only directions are kept.
    ///
    /// # Panics
    /// If the values do not fill whole rows.
    #[must_use]
    pub fn new(width: usize, values: &[f32]) -> Self {
        assert!(width > 0 && values.len().is_multiple_of(width), "vectors of {width} in {} values", values.len());
        let row = |row: &[f32]| {
            let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            let factor = if largest > 0.0 && largest.is_finite() { 127.0 / largest } else { 0.0 };
            row.iter().map(|value| (value * factor).round() as i8).collect::<Vec<i8>>()
        };
        Self { width, values: values.chunks(width).flat_map(row).collect() }
    }

    /// Numbers in a vector.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many vectors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The vector of a sentence.
    ///
    /// # Panics
    /// If there is no such sentence.
    #[must_use]
    pub fn row(&self, sentence: u32) -> &[i8] {
        let start = sentence as usize * self.width;
        &self.values[start..start + self.width]
    }

    /// All values, row by row.
    #[must_use]
    pub fn values(&self) -> &[i8] {
        &self.values
    }
}

/// Cosine of the angle between two vectors, -1 to 1; 0 where one of them is zero.
///
/// # Panics
/// If their lengths differ.
#[must_use]
pub fn cosine(a: &[i8], b: &[i8]) -> f64 {
    let lengths = f64::from(dot(a, a)).sqrt() * f64::from(dot(b, b)).sqrt();
    if lengths > 0.0 { f64::from(dot(a, b)) / lengths } else { 0.0 }
}

/// Sum of the products of two vectors' values.
///
/// # Panics
/// If their lengths differ.
#[must_use]
pub fn dot(a: &[i8], b: &[i8]) -> i32 {
    assert_eq!(a.len(), b.len(), "vectors of different lengths have no angle");
    a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_survive_eight_bits() {
        let vectors = SentenceVectors::new(3, &[0.6, 0.8, 0.0, 6.0, 8.0, 0.0, -0.8, 0.6, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((vectors.len(), vectors.width()), (4, 3));
        assert_eq!(vectors.row(0), vectors.row(1));
        assert!((cosine(vectors.row(0), vectors.row(0)) - 1.0).abs() < 1e-12);
        assert!(cosine(vectors.row(0), vectors.row(2)).abs() < 0.01);
        assert!(cosine(vectors.row(0), vectors.row(3)) == 0.0);
    }
}
