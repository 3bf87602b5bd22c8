//! How much of the page was article.

use crate::Measurement;
use crate::group::Group;
use parallax_text::record::rounded;

impl Group<'_> {
    pub(crate) fn page_measures(&self, out: &mut Vec<Measurement>) {
        let kept: u64 = self.views.iter().map(|view| view.words_kept()).sum();
        let dropped: u64 = self.views.iter().map(|view| view.words_dropped()).sum();
        let counted = |measure: &str, value: f64, unit: &str, n: u64| Measurement {
            value: Some(rounded(value)),
            unit: unit.to_owned(),
            n,
            n_unit: "words".to_owned(),
            method: "count".to_owned(),
            ..self.blank(measure, None, None, None)
        };
        out.push(counted("words_kept", kept as f64, "words", kept));
        out.push(counted("words_dropped", dropped as f64, "words", dropped));
        if kept + dropped > 0 {
            out.push(counted("page_share_kept", kept as f64 / (kept + dropped) as f64, "share", kept + dropped));
        }
    }
}
