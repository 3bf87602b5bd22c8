//! `report.html`: one self-contained page that asks for nothing over the network.
//!
//! The page is a shell, the data as JSON, and a program that draws from it (`report-ui/`, built
//! into `app.js` and `app.css` here). Where scripts do not run, plain tables stay. Everything that
//! came from a page goes through [`text`], and the program writes text nodes only.

mod data;
mod plain;
mod text;

use crate::input::DocumentError;
use anyhow::Result;
use base64::Engine;
use parallax_compare::StorySummary;
use parallax_text::AnnotatedArticle;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use text::{Text, json_in_html};

const STYLE: &str = include_str!("app.css");
const PROGRAM: &str = include_str!("app.js");
/// Hides the plain tables before the first paint; the program shows them again should it fail.
const FIRST: &str = "document.documentElement.className='drawn'";

/// What of a run the page shows: a page with thousands of articles would open in no browser.
#[derive(Debug, Default)]
pub(crate) struct Shown<'a> {
    pub(crate) stories: Vec<StorySummary>,
    /// The articles of these stories.
    pub(crate) articles: Vec<&'a AnnotatedArticle>,
    /// What is not shown, in words.
    pub(crate) left_out: Option<String>,
}

/// The page for a run.
pub(crate) fn page(shown: &Shown<'_>, model: &str, errors: &[DocumentError]) -> Result<String> {
    let Shown { stories, articles, .. } = shown;
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}' '{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n<script>{FIRST}</script>\n</head>\n<body>\n<main id=\"plain\">\n",
        hash(STYLE),
        hash(FIRST),
        hash(PROGRAM),
        Text(&title(stories)),
    );
    let values = stories.iter().map(data::story).collect::<Result<Vec<_>>>()?;
    plain::tables(&mut out, shown, &values, model, errors);
    out.push_str("</main>\n<div id=\"app\"></div>\n");
    let mut block = |id: &str, json: String| {
        let _ = writeln!(out, "<script type=\"application/json\" id=\"{id}\">{json}</script>");
    };
    block("run", json_in_html(&data::RunData::new(shown, model, errors))?);
    for (number, value) in values.iter().enumerate() {
        block(&format!("story-{number}"), json_in_html(value)?);
    }
    let shorten = data::shorten_dropped(articles);
    for (number, article) in articles.iter().enumerate() {
        block(&format!("article-{number}"), json_in_html(&data::article(article, shorten)?)?);
    }
    let _ = write!(out, "<script>{PROGRAM}</script>\n</body>\n</html>\n");
    Ok(out)
}

/// The source expression of a content security policy that allows exactly `inline`.
fn hash(inline: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(inline)))
}

fn title(stories: &[StorySummary]) -> String {
    match stories {
        [story] if story.id != crate::analyze::UNNAMED_STORY => format!("{}: how outlets frame it", story.id),
        _ => "How outlets frame the same event".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_s_own_style_and_program_may_run() {
        let page = page(&Shown::default(), "</script><script>alert(1)</script>", &[]).unwrap();
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
        // The first line, the data of the run, the program.
        assert_eq!(page.matches("<script").count(), 3);
        assert_eq!(page.matches("</script").count(), 3);
        assert!(!page.contains("alert(1)</script>"));
    }

    #[test]
    fn style_and_program_cannot_end_their_elements() {
        assert!(!STYLE.contains("</") && !PROGRAM.contains("</script") && !PROGRAM.contains("<!--"));
    }
}
