//! Text that came from outside, made harmless for HTML and for JSON inside of HTML.

use serde::Serialize;
use std::fmt::{self, Display, Write};

/// Text that came from outside, escaped for HTML text and attributes.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                control if control.is_control() && control != '\n' => f.write_char('\u{fffd}')?,
                other => f.write_char(if turns_direction(other) { '\u{fffd}' } else { other })?,
            }
        }
        Ok(())
    }
}

/// `value` as JSON that can stand in a `<script>` element: no character in it can end the element
/// or begin another, whatever a page said. Positions in its strings stay what they are.
pub(super) fn json_in_html(value: &impl Serialize) -> anyhow::Result<String> {
    let json = serde_json::to_string(value)?;
    let mut out = String::with_capacity(json.len() + json.len() / 16);
    for character in json.chars() {
        match character {
            // Outside of strings JSON has none of these.
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(if turns_direction(other) { '\u{fffd}' } else { other }),
        }
    }
    Ok(out)
}

/// Marks that turn the direction of text around: a page could hide words with them.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_a_page_cannot_become_markup() {
        assert_eq!(
            Text("<img src=x onerror='a()'>&\"").to_string(),
            "&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;&quot;"
        );
        assert_eq!(Text("a\u{202e}b\u{0}c").to_string(), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn json_cannot_end_its_element_and_reads_as_it_was() {
        let hostile = "</script><!--<script>alert(1)&\u{2028}\u{0}\"\\u003c";
        let json = json_in_html(&hostile).unwrap();
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
        assert_eq!(json_in_html(&"a\u{202e}b").unwrap(), "\"a\u{fffd}b\"");
    }
}
