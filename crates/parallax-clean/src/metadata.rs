//! What the head of an HTML page says of the article: meta tags, JSON-LD, `<title>`, `<time>`.

use parallax_text::Span;
use serde_json::Value;

/// A value with the place in the source that tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) value: String,
    /// `json_ld`, `metadata`, `time_tag` or `title_tag`.
    pub(crate) method: &'static str,
    pub(crate) source: Span,
}

/// All that was told, in order of the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) titles: Vec<Told>,
    pub(crate) authors: Vec<Told>,
    pub(crate) published: Vec<Told>,
    pub(crate) modified: Vec<Told>,
    pub(crate) outlets: Vec<Told>,
    /// `<time datetime>`, with the number of the line it stands in.
    pub(crate) times: Vec<(Told, usize)>,
    pub(crate) page_title: Option<Told>,
    pub(crate) canonical: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) language: Option<String>,
}

/// Values of one kind beyond this number are not looked at.
const MOST: usize = 64;

impl Metadata {
    pub(crate) fn add_meta(&mut self, key: &str, content: &str, source: Span) {
        let value = content.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() || self.titles.len() + self.authors.len() + self.published.len() + self.outlets.len() > MOST
        {
            return;
        }
        let told = |value: String| Told { value, method: "metadata", source };
        match key.to_ascii_lowercase().as_str() {
            "og:title" | "twitter:title" | "dc.title" | "headline" => self.titles.push(told(value)),
            "author" | "article:author" | "dc.creator" | "parsely-author" | "sailthru.author" | "byl"
                if !value.starts_with("http") =>
            {
                self.authors.push(told(value));
            }
            "article:published_time"
            | "og:published_time"
            | "datepublished"
            | "date"
            | "dc.date"
            | "pubdate"
            | "publish-date"
            | "parsely-pub-date"
            | "dc.date.issued"
            | "sailthru.date"
            | "article.published"
            | "publication_date" => self.published.push(told(value)),
            "article:modified_time" | "og:updated_time" | "datemodified" | "last-modified" => {
                self.modified.push(told(value));
            }
            "og:site_name" | "application-name" => self.outlets.push(told(value)),
            "og:url" => self.address = Some(value),
            _ => {}
        }
    }

    pub(crate) fn add_time(&mut self, value: &str, source: Span, line: usize) {
        if self.times.len() >= MOST {
            return;
        }
        self.times.push((Told { value: value.trim().to_string(), method: "time_tag", source }, line));
    }

    pub(crate) fn add_page_title(&mut self, title: &str, source: Span) {
        let value = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.page_title.is_none() && !value.is_empty() {
            self.page_title = Some(Told { value, method: "title_tag", source });
        }
    }

    /// Takes what articles say in a block of JSON-LD; one that does not parse says nothing.
    pub(crate) fn add_json_ld(&mut self, json: &str, source: Span) {
        let Ok(value) = serde_json::from_str::<Value>(json.trim()) else { return };
        let mut left = vec![&value];
        while let Some(value) = left.pop() {
            match value {
                Value::Array(items) => left.extend(items.iter().rev()),
                Value::Object(fields) => {
                    left.extend(fields.get("@graph"));
                    left.extend(fields.get("mainEntity"));
                    if is_article(value) && self.titles.len() < MOST && self.authors.len() < MOST {
                        self.add_article(value, source);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_article(&mut self, article: &Value, source: Span) {
        let told = |value: &str| Told {
            value: value.split_whitespace().collect::<Vec<_>>().join(" "),
            method: "json_ld",
            source,
        };
        self.titles.extend(article["headline"].as_str().map(told));
        self.published.extend(article["datePublished"].as_str().map(told));
        self.modified.extend(article["dateModified"].as_str().map(told));
        self.outlets.extend(names(&article["publisher"]).first().map(|name| told(name)));
        self.authors.extend(names(&article["author"]).into_iter().map(told));
    }
}

fn is_article(value: &Value) -> bool {
    let is = |kind: &Value| {
        kind.as_str()
            .is_some_and(|kind| kind.ends_with("Article") || matches!(kind, "BlogPosting" | "Report" | "Review"))
    };
    match &value["@type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    }
}

/// The names of a person or organisation, or of several, or the value itself where it is a name.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name.as_str()],
        Value::Array(items) => items.iter().flat_map(|item| item.as_str().or_else(|| item["name"].as_str())).collect(),
        other => other["name"].as_str().into_iter().collect(),
    }
}
