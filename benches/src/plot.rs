//! Bars as SVG.

use std::fmt::Write;

/// A plot of one bar a row, its name before and its value behind it.
#[must_use]
pub fn bars(title: &str, rows: &[(String, f64)]) -> String {
    const LINE: usize = 20;
    const NAMES: usize = 260;
    const WIDTH: f64 = 480.0;
    let top = rows.iter().fold(1e-9_f64, |top, (_, value)| top.max(*value));
    let height = LINE * (rows.len() + 3);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<text x=\"10\" y=\"20\" font-size=\"14\">{}</text>\n",
        escaped(title)
    );
    for (at, (name, value)) in rows.iter().enumerate() {
        let (y, length) = (LINE * (at + 2), WIDTH * value / top);
        let middle = y + 11;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text><rect x=\"{NAMES}\" y=\"{y}\" width=\"{length:.1}\" height=\"14\" fill=\"#4477aa\"/><text x=\"{:.1}\" y=\"{middle}\">{value:.0}</text>",
            NAMES - 6,
            escaped(name),
            NAMES as f64 + length + 4.0
        );
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bar_is_as_long_as_the_plot() {
        let svg = bars("a < b", &[("one".to_owned(), 5.0), ("two".to_owned(), 10.0)]);
        assert!(svg.contains("a &lt; b") && svg.contains("width=\"240.0\"") && svg.contains("width=\"480.0\""));
    }
}
