//! UIMA CAS XMI with the types that INCEpTION and WebAnno use (DKPro Core), one file an article, and
//! the type system that describes them. Positions are UTF-16 code units, which UIMA counts.

use super::article::CheckedArticle;
use super::tokens::{edges, tokens};
use super::tone_label;
use parallax_text::VerbClass;
use std::fmt::Write;

/// The namespaces of the file, by prefix; the package of a type is that of its namespace.
const NAMESPACES: [(&str, &str); 6] = [
    ("xmi", "http://www.omg.org/XMI"),
    ("cas", "http:///uima/cas.ecore"),
    ("meta", "http:///de/tudarmstadt/ukp/dkpro/core/api/metadata/type.ecore"),
    ("segmentation", "http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore"),
    ("ner", "http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore"),
    ("custom", "http:///webanno/custom.ecore"),
];

/// Types beyond UIMA's own, each with its features and their ranges.
const TYPES: [(&str, &[(&str, &str)]); 6] = [
    (
        "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData",
        &[("documentTitle", "String"), ("documentId", "String"), ("documentUri", "String")],
    ),
    ("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence", &[]),
    ("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token", &[]),
    ("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity", &[("value", "String"), ("identifier", "String")]),
    (
        "webanno.custom.Quote",
        &[
            ("kind", "String"),
            ("speaker", "String"),
            ("speakerWords", "String"),
            ("cue", "String"),
            ("verbClass", "String"),
        ],
    ),
    (
        "webanno.custom.Tone",
        &[
            ("label", "String"),
            ("voice", "String"),
            ("target", "String"),
            ("negative", "Double"),
            ("neutral", "Double"),
            ("positive", "Double"),
        ],
    ),
];

/// `TypeSystem.xml`, which goes with the files.
#[must_use]
pub fn type_system() -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<typeSystemDescription xmlns=\"http://uima.apache.org/resourceSpecifier\">\n<types>\n",
    );
    for (name, features) in TYPES {
        let above =
            if name.ends_with("DocumentMetaData") { "uima.tcas.DocumentAnnotation" } else { "uima.tcas.Annotation" };
        let _ = write!(
            out,
            "<typeDescription><name>{name}</name><description/><supertypeName>{above}</supertypeName><features>"
        );
        for (feature, range) in features {
            let _ = write!(
                out,
                "<featureDescription><name>{feature}</name><description/><rangeTypeName>uima.cas.{range}</rangeTypeName></featureDescription>"
            );
        }
        out.push_str("</features></typeDescription>\n");
    }
    out.push_str("</types>\n</typeSystemDescription>\n");
    out
}

/// One article.
#[must_use]
pub fn xmi(article: &CheckedArticle<'_>) -> String {
    let record = article.record();
    let mut out = Elements::new(&record.text);
    let edges = edges(article);
    let length = record.text.chars().count();
    out.add(
        "meta:DocumentMetaData",
        (0, length),
        &[
            ("language", record.language.as_deref().unwrap_or("x-unspecified")),
            ("documentTitle", record.title.as_deref().unwrap_or(&record.doc_id)),
            ("documentId", &record.doc_id),
            ("documentUri", record.url.as_deref().unwrap_or(&record.source)),
        ],
    );
    for (index, sentence) in record.sentences.iter().enumerate() {
        out.add("segmentation:Sentence", (sentence.start, sentence.end), &[]);
        for token in tokens(article, index, &edges) {
            out.add("segmentation:Token", (token.start, token.end), &[]);
        }
    }
    for mention in record.mentions.iter().filter(|mention| mention.form.is_named()) {
        let name = article.entity_name(mention.entity).unwrap_or_default();
        let features = [("value", mention.kind.label()), ("identifier", name)];
        out.add("ner:NamedEntity", (mention.start, mention.end), &features);
    }
    for quote in &record.quotes {
        let (speaker, cue) = (quote.speaker.as_ref(), quote.cue.as_ref());
        out.add(
            "custom:Quote",
            (quote.start, quote.end),
            &[
                ("kind", &crate::table::name_of(quote.kind)),
                ("speaker", speaker.and_then(|s| article.entity_name(s.entity)).unwrap_or_default()),
                ("speakerWords", speaker.map(|s| s.text.as_str()).unwrap_or_default()),
                ("cue", cue.map(|cue| cue.lemma.as_str()).unwrap_or_default()),
                ("verbClass", cue.and_then(|cue| cue.class).map(VerbClass::name).unwrap_or_default()),
            ],
        );
    }
    for tone in &record.tones {
        let mention = &record.mentions[tone.mention as usize];
        out.add(
            "custom:Tone",
            (mention.start, mention.end),
            &[
                ("label", tone_label(tone)),
                ("voice", tone.voice.name()),
                ("target", article.entity_name(mention.entity).unwrap_or_default()),
                ("negative", &tone.negative.to_string()),
                ("neutral", &tone.neutral.to_string()),
                ("positive", &tone.positive.to_string()),
            ],
        );
    }
    out.end(&record.text)
}

/// The file while it is written. The text's object has the id 1, annotations those after it.
struct Elements {
    out: String,
    /// UTF-16 code units before each code point.
    units: Vec<u32>,
    next: usize,
}

impl Elements {
    fn new(text: &str) -> Self {
        let mut units = vec![0];
        let mut count = 0;
        for letter in text.chars() {
            count += letter.len_utf16() as u32;
            units.push(count);
        }
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xmi:XMI");
        for (prefix, uri) in NAMESPACES {
            let _ = write!(out, " xmlns:{prefix}=\"{uri}\"");
        }
        out.push_str(" xmi:version=\"2.0\">\n<cas:NULL xmi:id=\"0\"/>\n");
        Self { out, units, next: 2 }
    }

    fn add(&mut self, name: &str, (start, end): (usize, usize), features: &[(&str, &str)]) {
        let (begin, end) = (self.units[start], self.units[end]);
        let _ = write!(self.out, "<{name} xmi:id=\"{}\" sofa=\"1\" begin=\"{begin}\" end=\"{end}\"", self.next);
        for (feature, value) in features.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = write!(self.out, " {feature}=\"{}\"", attribute(value));
        }
        self.out.push_str("/>\n");
        self.next += 1;
    }

    fn end(mut self, text: &str) -> String {
        let _ = writeln!(
            self.out,
            "<cas:Sofa xmi:id=\"1\" sofaNum=\"1\" sofaID=\"_InitialView\" mimeType=\"text/plain\" sofaString=\"{}\"/>",
            attribute(text)
        );
        let members: Vec<String> = (2..self.next).map(|id| id.to_string()).collect();
        let _ = writeln!(self.out, "<cas:View sofa=\"1\" members=\"{}\"/>\n</xmi:XMI>", members.join(" "));
        self.out
    }
}

/// Text inside an attribute. What XML cannot hold becomes U+FFFD, which is as long.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", letter as u32);
            }
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::fixture::full;

    #[test]
    fn positions_count_utf16_units() {
        let mut record = full();
        record.text = record.text.replacen("Rain", "R\u{1}&n", 1);
        let written = xmi(&CheckedArticle::new(&record).unwrap());
        let text: Vec<u16> = record.text.encode_utf16().collect();
        let value = |line: &str, name: &str| {
            let from = line.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
            line[from..from + line[from..].find('"').unwrap()].to_owned()
        };
        let mut names = Vec::new();
        for line in written.lines().filter(|line| line.starts_with("<ner:")) {
            let at = |name: &str| value(line, name).parse::<usize>().unwrap();
            names.push(String::from_utf16(&text[at("begin")..at("end")]).unwrap());
        }
        assert_eq!(names, ["Señora Núñez", "Mayor Ana Núñez", "Ana", "Otto Brandt"]);
        assert!(written.contains("👍🏽.&#10;Go home\u{201d}. R\u{fffd}&amp;n &amp; &lt;wind&gt;"), "{written}");
    }
}
