//! HTML pages to flattened text, in the ways that copying, `html2text` and scrapers do it.
//!
//! It shares no code with the reader of HTML that it helps to judge.

use crate::hash::fnv;
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use std::fmt::Write;

/// A way of flattening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A block-level element is a line, with an empty line around paragraphs and headings; no
    /// bullets: a page copied from a browser.
    Copied,
    /// As `Copied`, with a bullet before each list item.
    Bulleted,
    /// One line a block, no empty lines.
    Lines,
    /// As `Lines`, and the items of a list that are links stand on one line without anything
    /// between them ("HomeNewsSport").
    RunTogether,
    /// As `Bulleted`, every line wrapped at one column between 70 and 80.
    Wrapped,
}

impl Layout {
    /// All ways.
    pub const ALL: [Layout; 5] =
        [Layout::Copied, Layout::Bulleted, Layout::Lines, Layout::RunTogether, Layout::Wrapped];

    /// As it is shown in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Layout::Copied => "copied",
            Layout::Bulleted => "bulleted",
            Layout::Lines => "lines",
            Layout::RunTogether => "run_together",
            Layout::Wrapped => "wrapped",
        }
    }
}

/// Flattens a page, all of it: menus, footers, captions, related articles, comments, notices.
/// What is never text (scripts, styles, vector graphics, frames) is left out. The column of the
/// wrapping, the sign of the bullets, whether the title of the window comes first and whether
/// text hidden by its tag is in, depend on `name` (such as the address of the page) and the
/// layout alone.
#[must_use]
pub fn flatten(html: &str, layout: Layout, name: &str) -> String {
    let choice = Choice::of(name, layout);
    write_blocks(&read_blocks(html, &choice), layout, &choice)
}

/// What is drawn for a page.
struct Choice {
    column: usize,
    bullet: &'static str,
    with_title: bool,
    with_hidden: bool,
}

impl Choice {
    fn of(name: &str, layout: Layout) -> Self {
        // The last bits of FNV mix badly: take the upper ones.
        let draw = fnv(name.bytes().chain(layout.name().bytes())).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
        Self {
            column: 70 + (draw % 11) as usize,
            bullet: ["* ", "• ", "- "][(draw / 11 % 3) as usize],
            with_title: (draw / 33).is_multiple_of(3),
            with_hidden: (draw / 99).is_multiple_of(3),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Block {
    text: String,
    item: bool,
    /// Whether an empty line stands before it.
    gap: bool,
    /// Characters inside links, white space left aside.
    linked: usize,
}

struct Reader {
    blocks: Vec<Block>,
    block: Block,
    gap: bool,
    item: bool,
    links: usize,
    preformatted: usize,
    /// The tag whose content is left out, and how often it is open.
    skipped: Option<(Vec<u8>, usize)>,
    in_title: bool,
    title: String,
}

fn read_blocks(html: &str, choice: &Choice) -> Vec<Block> {
    let mut reader = Reader {
        blocks: Vec::new(),
        block: Block::default(),
        gap: false,
        item: false,
        links: 0,
        preformatted: 0,
        skipped: None,
        in_title: false,
        title: String::new(),
    };
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reader.start(&tag, choice),
            Token::EndTag(tag) => reader.end(&tag.name),
            Token::String(text) => reader.text(&String::from_utf8_lossy(text.value.as_slice())),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.end_block();
    let mut blocks = reader.blocks;
    let title = reader.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if choice.with_title && !title.is_empty() {
        blocks.insert(0, Block { text: title, ..Block::default() });
    }
    blocks
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>, choice: &Choice) {
        let name = tag.name.as_slice();
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth += usize::from(skipped == name && !tag.self_closing);
            return;
        }
        let void = matches!(
            name,
            b"area"
                | b"base"
                | b"br"
                | b"col"
                | b"embed"
                | b"hr"
                | b"img"
                | b"input"
                | b"link"
                | b"meta"
                | b"source"
                | b"wbr"
        );
        let unseen = matches!(
            name,
            b"script"
                | b"style"
                | b"template"
                | b"noscript"
                | b"svg"
                | b"math"
                | b"iframe"
                | b"object"
                | b"canvas"
                | b"video"
                | b"audio"
        );
        if !void && (unseen || !choice.with_hidden && is_hidden(tag)) {
            if !tag.self_closing {
                self.skipped = Some((name.to_vec(), 1));
            }
            return;
        }
        match name {
            b"title" => self.in_title = true,
            b"a" => self.links += 1,
            b"pre" => self.preformatted += 1,
            b"td" | b"th" => self.block.text.push(' '),
            _ => {}
        }
        self.break_at(name, true);
    }

    fn end(&mut self, name: &[u8]) {
        if let Some((skipped, depth)) = &mut self.skipped {
            *depth -= usize::from(skipped == name);
            if *depth == 0 {
                self.skipped = None;
            }
            return;
        }
        match name {
            b"title" => self.in_title = false,
            b"a" => self.links = self.links.saturating_sub(1),
            b"pre" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
        self.break_at(name, false);
    }

    fn break_at(&mut self, name: &[u8], starts: bool) {
        let gap = matches!(
            name,
            b"p" | b"h1"
                | b"h2"
                | b"h3"
                | b"h4"
                | b"h5"
                | b"h6"
                | b"ul"
                | b"ol"
                | b"dl"
                | b"blockquote"
                | b"figure"
                | b"pre"
                | b"table"
                | b"hr"
        );
        let line = matches!(
            name,
            b"div"
                | b"section"
                | b"article"
                | b"main"
                | b"header"
                | b"footer"
                | b"nav"
                | b"aside"
                | b"form"
                | b"li"
                | b"dt"
                | b"dd"
                | b"tr"
                | b"br"
                | b"figcaption"
                | b"caption"
                | b"address"
                | b"fieldset"
                | b"legend"
                | b"option"
                | b"details"
                | b"summary"
                | b"body"
                | b"html"
                | b"head"
        );
        if gap || line {
            self.end_block();
            self.gap |= gap;
            self.item = name == b"li" && starts;
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        if self.in_title {
            self.title.push_str(text);
            return;
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                if self.preformatted > 0 { self.end_block() } else { self.block.text.push(' ') }
            }
            self.block.text.push_str(line);
            if self.links > 0 {
                self.block.linked += line.chars().filter(|c| !c.is_whitespace()).count();
            }
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let text = block.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        self.blocks.push(Block { text, item: self.item, gap: self.gap, ..block });
        self.gap = false;
        self.item = false;
    }
}

fn is_hidden(tag: &StartTag<()>) -> bool {
    tag.attributes.iter().any(|(key, value)| match key.as_slice() {
        b"hidden" => true,
        b"style" => {
            let style: String = String::from_utf8_lossy(value.value.as_slice()).split_whitespace().collect();
            style.contains("display:none")
        }
        _ => false,
    })
}

fn write_blocks(blocks: &[Block], layout: Layout, choice: &Choice) -> String {
    let gaps = !matches!(layout, Layout::Lines | Layout::RunTogether);
    let bullets = matches!(layout, Layout::Bulleted | Layout::Wrapped);
    let mut text = String::new();
    let mut before: Option<&Block> = None;
    for block in blocks {
        let is_link = |block: &Block| block.item && block.linked >= block.text.split_whitespace().map(str::len).sum();
        let glued = layout == Layout::RunTogether && is_link(block) && before.is_some_and(is_link);
        match before {
            None => {}
            Some(_) if glued => {}
            Some(_) if gaps && block.gap => text.push_str("\n\n"),
            Some(_) => text.push('\n'),
        }
        let bullet = if bullets && block.item { choice.bullet } else { "" };
        if layout == Layout::Wrapped {
            wrap(&mut text, bullet, &block.text, choice.column);
        } else {
            let _ = write!(text, "{bullet}{}", block.text);
        }
        before = Some(block);
    }
    text.push('\n');
    text
}

/// Fills lines up to the column; a longer word has one of its own.
fn wrap(text: &mut String, bullet: &str, block: &str, column: usize) {
    text.push_str(bullet);
    let mut width = bullet.chars().count();
    let mut first = true;
    for word in block.split(' ') {
        let own = word.chars().count();
        if !first && width + 1 + own > column {
            text.push('\n');
            width = 0;
        } else if !first {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += own;
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<title>Road closed</title><script>var a;</script><ul><li><a>Home</a><li><a>News</a></ul>\
        <h1>Harbour road\n closed</h1><div>By <b>Ada Lindqvist</b></div><p>The council of Norrvik has &amp; had closed the road to \
        lorries<br>after months of protest.</p><svg><title>icon</title></svg>";

    fn check(layout: Layout, expected: &str) {
        let choice = Choice { column: 40, bullet: "* ", with_title: false, with_hidden: false };
        assert_eq!(write_blocks(&read_blocks(PAGE, &choice), layout, &choice), expected);
    }

    #[test]
    fn a_page_is_flattened_in_each_way() {
        let sentence = "The council of Norrvik has & had closed the road to lorries";
        let rest = format!("Harbour road closed\n\nBy Ada Lindqvist\n\n{sentence}\nafter months of protest.\n");
        check(Layout::Copied, &format!("Home\nNews\n\n{rest}"));
        check(Layout::Bulleted, &format!("* Home\n* News\n\n{rest}"));
        check(Layout::Lines, &format!("Home\nNews\n{}", rest.replace("\n\n", "\n")));
        check(Layout::RunTogether, &format!("HomeNews\n{}", rest.replace("\n\n", "\n")));
        check(Layout::Wrapped, &format!("* Home\n* News\n\n{}", rest.replace("closed the", "closed\nthe")));
    }

    #[test]
    fn the_same_page_is_flattened_in_the_same_way() {
        for layout in Layout::ALL {
            assert_eq!(flatten(PAGE, layout, "a"), flatten(PAGE, layout, "a"));
        }
    }
}
