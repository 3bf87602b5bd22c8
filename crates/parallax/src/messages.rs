//! What the program says on standard error: words for people, or JSON Lines for programs.
//!
//! How it speaks is set once, by the command line, for the whole process.

use serde_json::{Map, Value, json};
use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

/// How messages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    json: bool,
    colour: bool,
}

static STYLE: OnceLock<Style> = OnceLock::new();

/// Sets how the program speaks; later calls change nothing.
pub(crate) fn speak(json: bool) {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let colour = !json && !plain && !dumb && std::io::stderr().is_terminal();
    STYLE.get_or_init(|| Style { json, colour });
}

/// Whether messages are JSON Lines.
pub(crate) fn are_json() -> bool {
    style().json
}

/// Something failed.
pub(crate) fn error(message: &str, more: &[(&str, Value)]) {
    say("error", "31", message, more);
}

/// Something the user should know.
pub(crate) fn warning(message: &str, more: &[(&str, Value)]) {
    say("warning", "33", message, more);
}

/// How far the work is; for programs only.
pub(crate) fn progress(of: &str, done: u64, total: Option<u64>, seconds: f64) {
    if are_json() {
        let rate = if seconds > 0.0 { done as f64 / seconds } else { 0.0 };
        let left = total.filter(|_| rate > 0.0).map(|total| total.saturating_sub(done) as f64 / rate);
        let rounded = |value: f64| parallax_text::record::rounded(value);
        let event = json!({
            "level": "progress", "of": of, "done": done, "total": total, "seconds": rounded(seconds),
            "per_second": rounded(rate), "seconds_left": left.map(rounded),
        });
        line(&event.to_string());
    }
}

fn style() -> Style {
    STYLE.get().copied().unwrap_or_default()
}

fn say(level: &str, colour: &str, message: &str, more: &[(&str, Value)]) {
    if style().json {
        let mut event = Map::new();
        event.insert("level".to_owned(), level.into());
        event.insert("message".to_owned(), message.into());
        event.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        line(&Value::Object(event).to_string());
    } else if style().colour {
        line(&format!("\u{1b}[1;{colour}m{level}:\u{1b}[0m {}", harmless(message)));
    } else {
        line(&format!("{level}: {}", harmless(message)));
    }
}

/// A page's words, or a file's name, must not steer the terminal.
fn harmless(message: &str) -> String {
    message.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

/// A closed standard error is nobody's concern.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_page_do_not_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\u{7}\nc"), "a [31mb \nc");
    }
}
