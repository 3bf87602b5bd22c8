//! HTML to lines, in one pass over the tokens with a stack of open elements; no tree is built.
//!
//! Text is taken from the gaps between tags, so its spans are exact; every block-level tag ends a
//! line. What tags and their attributes say is kept as [`Hints`] beside the line.

use crate::CleanError;
use crate::lexicon::{self, ClassWord, Role};
use crate::lines::{Folder, Page};
use crate::metadata::Metadata;
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use parallax_text::{DropKind, Span};
use std::collections::HashMap;

/// What the tags around a line say about it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Hints {
    /// 1 to 6 inside `h1` to `h6`, else 0.
    pub(crate) heading: u8,
    /// Inside `p`.
    pub(crate) paragraph: bool,
    /// Inside `li`.
    pub(crate) list_item: bool,
    /// Inside `figcaption`, or a class that says caption.
    pub(crate) caption: bool,
    /// Inside `blockquote`.
    pub(crate) quote: bool,
    /// Inside `table`.
    pub(crate) table: bool,
    /// Inside `pre`.
    pub(crate) preformatted: bool,
    /// Inside `article` or `main`.
    pub(crate) article: bool,
    /// Inside `nav`, `footer`, `aside`, `form`, `button` or something hidden.
    pub(crate) outside: Option<Outside>,
    /// What a class or id around it says it is.
    pub(crate) drop: Option<DropKind>,
    /// What a class or id around it says it tells.
    pub(crate) role: Option<Role>,
    /// Share of its characters inside links, 0 to 1.
    pub(crate) link_share: f32,
    /// Index of the innermost element.
    pub(crate) element: u32,
    /// How much of the page's prose its best ancestor holds, beside that of the best of all: see
    /// [`container_shares`].
    pub(crate) container: f32,
}

/// A part of the page that by its tag is not the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    Navigation,
    Header,
    Footer,
    Aside,
    Form,
    Hidden,
}

/// Reads HTML.
pub(crate) fn read_html(source: &str, max_nesting: usize) -> Result<Page<'_>, CleanError> {
    let mut reader = HtmlReader::new(source, max_nesting);
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(source, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                reader.text_until(tag.span.start);
                reader.start_tag(&tag)?;
                reader.text_start = tag.span.end;
            }
            Token::EndTag(tag) => {
                reader.text_until(tag.span.start);
                reader.end_tag(&tag.name);
                reader.text_start = tag.span.end;
            }
            Token::Comment(comment) => {
                reader.text_until(comment.span.start);
                reader.text_start = comment.span.end;
            }
            Token::Doctype(doctype) => {
                reader.text_until(doctype.span.start);
                reader.text_start = doctype.span.end;
            }
            Token::String(_) | Token::Error(_) => {}
        }
    }
    reader.text_until(source.len());
    Ok(reader.finish())
}

/// An element that was opened.
#[derive(Clone, Copy, Debug)]
struct Element {
    parent: u32,
    tag: Tag,
    outside: Option<Outside>,
    drop: Option<ClassWord>,
    role: Option<Role>,
    /// Words of prose inside.
    prose: u32,
}

/// Tags that mean something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Heading(u8),
    Paragraph,
    Item,
    List,
    Caption,
    Quote,
    Table,
    Row,
    Cell,
    Preformatted,
    Article,
    Link,
    Block,
    Break,
    /// Text that is never seen.
    Unseen,
    Title,
    Time,
    Page,
    Inline,
}

fn tag_of(name: &[u8]) -> Tag {
    match name {
        b"h1" => Tag::Heading(1),
        b"h2" => Tag::Heading(2),
        b"h3" => Tag::Heading(3),
        b"h4" => Tag::Heading(4),
        b"h5" => Tag::Heading(5),
        b"h6" => Tag::Heading(6),
        b"p" => Tag::Paragraph,
        b"li" | b"dt" | b"dd" => Tag::Item,
        b"ul" | b"ol" | b"dl" | b"menu" => Tag::List,
        b"figcaption" | b"caption" => Tag::Caption,
        b"blockquote" => Tag::Quote,
        b"table" => Tag::Table,
        b"tr" => Tag::Row,
        b"td" | b"th" => Tag::Cell,
        b"pre" => Tag::Preformatted,
        b"article" | b"main" => Tag::Article,
        b"a" => Tag::Link,
        b"script" | b"style" | b"template" | b"svg" | b"math" | b"iframe" | b"object" | b"canvas" | b"audio"
        | b"video" | b"noscript" | b"noembed" | b"noframes" | b"xmp" => Tag::Unseen,
        b"title" => Tag::Title,
        b"time" => Tag::Time,
        b"html" | b"body" | b"head" => Tag::Page,
        b"br" | b"hr" => Tag::Break,
        b"div" | b"section" | b"header" | b"footer" | b"nav" | b"aside" | b"form" | b"fieldset" | b"legend"
        | b"address" | b"details" | b"summary" | b"figure" | b"button" | b"select" | b"option" | b"optgroup"
        | b"textarea" | b"label" | b"dialog" | b"hgroup" | b"center" | b"thead" | b"tbody" | b"tfoot" | b"search"
        | b"amp-ad" => Tag::Block,
        _ => Tag::Inline,
    }
}

fn outside_of(name: &[u8]) -> Option<Outside> {
    Some(match name {
        b"nav" | b"menu" => Outside::Navigation,
        b"header" => Outside::Header,
        b"footer" => Outside::Footer,
        b"aside" => Outside::Aside,
        b"form" | b"button" | b"select" | b"textarea" | b"label" | b"fieldset" => Outside::Form,
        b"dialog" => Outside::Hidden,
        _ => return None,
    })
}

fn is_void(name: &[u8]) -> bool {
    matches!(
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
            | b"param"
            | b"source"
            | b"track"
            | b"wbr"
    )
}

struct Open {
    name: Vec<u8>,
    element: u32,
}

struct HtmlReader<'source> {
    source: &'source str,
    max_nesting: usize,
    folder: Folder<'source>,
    elements: Vec<Element>,
    open: Vec<Open>,
    /// End of the last tag.
    text_start: usize,
    /// Open elements whose text is never seen.
    unseen: usize,
    links: usize,
    characters: usize,
    linked: usize,
    /// The innermost element when the line began.
    line_element: u32,
    in_title: bool,
    json_ld: bool,
    /// Where a `<br>` was read: whether it ends the line depends on the text after it.
    broken: Option<usize>,
    metadata: Metadata,
    entities: HashMap<String, String>,
}

impl<'source> HtmlReader<'source> {
    fn new(source: &'source str, max_nesting: usize) -> Self {
        let page = Element { parent: 0, tag: Tag::Page, outside: None, drop: None, role: None, prose: 0 };
        Self {
            source,
            max_nesting,
            folder: Folder::new(source),
            elements: vec![page],
            open: Vec::new(),
            text_start: 0,
            unseen: 0,
            links: 0,
            characters: 0,
            linked: 0,
            line_element: 0,
            in_title: false,
            json_ld: false,
            broken: None,
            metadata: Metadata::default(),
            entities: HashMap::new(),
        }
    }

    fn innermost(&self) -> u32 {
        self.open.last().map_or(0, |open| open.element)
    }

    fn start_tag(&mut self, tag: &StartTag<usize>) -> Result<(), CleanError> {
        let name = tag.name.as_slice();
        let kind = tag_of(name);
        self.close_implied(kind);
        if self.unseen == 0 {
            self.break_line(kind);
        }
        let attribute = |key: &[u8]| {
            tag.attributes.get(key).map(|value| String::from_utf8_lossy(value.value.as_slice()).into_owned())
        };
        match name {
            b"meta" => {
                let key = attribute(b"property").or_else(|| attribute(b"name")).or_else(|| attribute(b"itemprop"));
                if let (Some(key), Some(content)) = (key, attribute(b"content")) {
                    self.metadata.add_meta(&key, &content, Span::new(tag.span.start, tag.span.end));
                }
            }
            b"link" if attribute(b"rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) => {
                self.metadata.canonical = attribute(b"href");
            }
            b"html" => self.metadata.language = self.metadata.language.take().or_else(|| attribute(b"lang")),
            b"time" => {
                if let Some(value) = attribute(b"datetime") {
                    let at = Span::new(tag.span.start, tag.span.end);
                    self.metadata.add_time(&value, at, self.folder.line_count());
                }
            }
            _ => {}
        }
        if is_void(name) {
            return Ok(());
        }
        if self.open.len() >= self.max_nesting {
            return Err(CleanError::NestedTooDeep { at: tag.span.start, limit: self.max_nesting });
        }
        let element = self.element(tag, kind);
        self.elements.push(element);
        self.open.push(Open { name: name.to_vec(), element: self.elements.len() as u32 - 1 });
        match kind {
            Tag::Unseen => {
                self.unseen += 1;
                self.json_ld = name == b"script" && attribute(b"type").is_some_and(|kind| kind.contains("ld+json"));
            }
            Tag::Title => self.in_title = self.unseen == 0,
            Tag::Link => self.links += 1,
            _ => {}
        }
        if tag.self_closing && matches!(name, b"svg" | b"path" | b"use" | b"math" | b"circle" | b"rect") {
            self.end_tag(name);
        }
        Ok(())
    }

    fn element(&self, tag: &StartTag<usize>, kind: Tag) -> Element {
        let mut outside = outside_of(&tag.name);
        let (mut drop, mut role) = (None, None);
        let mut is_post = false;
        for (key, value) in &tag.attributes {
            let Ok(value) = std::str::from_utf8(value.value.as_slice()) else { continue };
            match key.as_slice() {
                b"class" | b"id" | b"data-testid" | b"data-component" | b"aria-label" | b"itemprop" | b"rel" => {
                    let limited = lexicon::prefix(value, 300);
                    drop = drop.or_else(|| lexicon::class_word(limited));
                    role = role.or_else(|| lexicon::role_of_class(limited));
                    is_post |= value.contains("articleBody") || value.contains("entry-content");
                }
                b"role" => match value {
                    "navigation" | "menu" | "menubar" | "search" => outside = Some(Outside::Navigation),
                    "contentinfo" => outside = Some(Outside::Footer),
                    "complementary" => outside = Some(Outside::Aside),
                    "dialog" | "alertdialog" => outside = Some(Outside::Hidden),
                    _ => {}
                },
                b"hidden" => outside = Some(Outside::Hidden),
                b"aria-hidden" if value == "true" => outside = Some(Outside::Hidden),
                b"style" => {
                    let compact: String = lexicon::prefix(value, 300).split_whitespace().collect();
                    if compact.contains("display:none") || compact.contains("visibility:hidden") {
                        outside = Some(Outside::Hidden);
                    }
                }
                _ => {}
            }
        }
        if matches!(kind, Tag::Page | Tag::Article) || is_post {
            drop = None;
            role = None;
        }
        Element { parent: self.innermost(), tag: kind, outside, drop, role, prose: 0 }
    }

    /// Closes what HTML lets authors leave open: the last paragraph, item, row or cell.
    fn close_implied(&mut self, kind: Tag) {
        let (closes, stop): (&[Tag], &[Tag]) = match kind {
            Tag::Item => (&[Tag::Item], &[Tag::List, Tag::Table]),
            Tag::Row => (&[Tag::Row], &[Tag::Table]),
            Tag::Cell => (&[Tag::Cell], &[Tag::Row, Tag::Table]),
            Tag::Paragraph
            | Tag::Heading(_)
            | Tag::Block
            | Tag::List
            | Tag::Quote
            | Tag::Preformatted
            | Tag::Article
            | Tag::Table => {
                (&[Tag::Paragraph], &[Tag::Block, Tag::Cell, Tag::Item, Tag::Article, Tag::Quote, Tag::Caption])
            }
            _ => return,
        };
        for index in (0..self.open.len()).rev() {
            let tag = self.elements[self.open[index].element as usize].tag;
            if closes.contains(&tag) {
                while self.open.len() > index {
                    self.pop();
                }
                return;
            }
            if stop.contains(&tag) {
                return;
            }
        }
    }

    fn end_tag(&mut self, name: &[u8]) {
        let kind = tag_of(name);
        if self.unseen == 0 {
            self.break_line(kind);
        }
        let Some(index) = self.open.iter().rposition(|open| open.name == name) else { return };
        // An inline tag closes nothing beyond its own block.
        if matches!(kind, Tag::Inline | Tag::Link) {
            let blocks =
                |open: &Open| !matches!(self.elements[open.element as usize].tag, Tag::Inline | Tag::Link | Tag::Time);
            if self.open[index + 1..].iter().any(blocks) {
                return;
            }
        }
        while self.open.len() > index {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        match self.elements[open.element as usize].tag {
            Tag::Unseen => self.unseen -= 1,
            Tag::Title => self.in_title = false,
            Tag::Link => self.links -= 1,
            _ => {}
        }
    }

    /// Block-level tags end the line; cells of a table only set their text apart.
    fn break_line(&mut self, kind: Tag) {
        match kind {
            Tag::Inline | Tag::Link | Tag::Time | Tag::Title | Tag::Unseen => {}
            Tag::Cell => self.folder.push_white(self.text_start, self.text_start),
            Tag::Break => self.broken = self.broken.or(Some(self.text_start)),
            _ => self.end_line(),
        }
    }

    fn end_line(&mut self) {
        let link_share = if self.characters == 0 { 0.0 } else { self.linked as f32 / self.characters as f32 };
        self.folder.end_line(Hints { link_share, element: self.line_element, ..Hints::default() });
        self.characters = 0;
        self.linked = 0;
        self.broken = None;
    }

    /// Takes the text between the last tag and `end`.
    fn text_until(&mut self, end: usize) {
        let start = self.text_start;
        self.text_start = end.max(start);
        let Some(text) = (start < end).then(|| self.source.get(start..end)).flatten() else { return };
        if self.unseen > 0 {
            if self.json_ld {
                self.metadata.add_json_ld(text, Span::new(start, end));
                self.json_ld = false;
            }
            return;
        }
        if self.in_title {
            let title = self.decode(text);
            self.metadata.add_page_title(&title, Span::new(start, end));
            return;
        }
        let mut at = start;
        while let Some(offset) = self.source[at..end].find('&') {
            self.push(at, at + offset);
            let entity = entity_end(self.source, at + offset, end);
            at += offset;
            match entity {
                Some(entity) => {
                    let decoded = self.decode(&self.source[at..entity]);
                    if !decoded.trim().is_empty() {
                        self.resolve_break(decoded.chars().next());
                        self.note_line_start();
                    }
                    self.folder.push_replaced(Span::new(at, entity), &decoded);
                    self.count(1);
                    at = entity;
                }
                None => {
                    self.push(at, at + 1);
                    at += 1;
                }
            }
        }
        self.push(at, end);
    }

    fn push(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        let text = &self.source[start..end];
        let characters = text.chars().filter(|c| !c.is_whitespace()).count();
        if characters > 0 {
            self.resolve_break(text.trim_start().chars().next());
            self.note_line_start();
        }
        self.folder.push(Span::new(start, end));
        self.count(characters);
    }

    /// A `<br>` ends the line, unless it only wraps a sentence that goes on with a small letter.
    fn resolve_break(&mut self, next: Option<char>) {
        let Some(at) = self.broken.take() else { return };
        let goes_on = next.is_some_and(char::is_lowercase)
            && self.folder.last_character().is_some_and(|last| last.is_alphanumeric() || last == ',');
        if goes_on {
            self.folder.push_white(at, at);
        } else {
            self.end_line();
        }
    }

    fn note_line_start(&mut self) {
        if self.folder.is_at_start() {
            self.line_element = self.innermost();
        }
    }

    fn count(&mut self, characters: usize) {
        self.characters += characters;
        if self.links > 0 {
            self.linked += characters;
        }
    }

    /// Resolves character references, with the tables of the tokenizer.
    fn decode(&mut self, text: &str) -> String {
        if !text.contains('&') {
            return text.to_string();
        }
        if let Some(known) = self.entities.get(text) {
            return known.clone();
        }
        let mut decoded = String::new();
        for token in Tokenizer::new(text) {
            let Ok(token) = token;
            if let Token::String(string) = token {
                decoded.push_str(&String::from_utf8_lossy(string.value.as_slice()));
            }
        }
        if text.len() <= 12 && self.entities.len() < 4096 {
            self.entities.insert(text.to_string(), decoded.clone());
        }
        decoded
    }

    fn finish(mut self) -> Page<'source> {
        self.end_line();
        let mut page = self.folder.finish(self.metadata, true);
        resolve_hints(&mut page, &mut self.elements);
        page
    }
}

/// End of the character reference that starts at `start`, if one does.
fn entity_end(source: &str, start: usize, limit: usize) -> Option<usize> {
    const LONGEST: usize = 34;
    let bytes = &source.as_bytes()[start..limit.min(start + LONGEST)];
    let mut end = 1;
    while end < bytes.len() && (bytes[end].is_ascii_alphanumeric() || (end == 1 && bytes[end] == b'#')) {
        end += 1;
    }
    let closed = bytes.get(end) == Some(&b';');
    (end > 1).then_some(start + end + usize::from(closed))
}

/// Brings what the elements say down to their lines. Classes of an element that holds much of the
/// page's prose say nothing ("has-related", "no-comments"), so the prose is counted first.
fn resolve_hints(page: &mut Page<'_>, elements: &mut [Element]) {
    let texts: Vec<u32> = (0..page.lines.len()).map(|line| prose_words(page, line)).collect();
    for (line, words) in page.lines.iter().zip(&texts) {
        elements[line.hints.element as usize].prose += words;
    }
    for index in (1..elements.len()).rev() {
        let Element { parent, prose, .. } = elements[index];
        elements[parent as usize].prose += prose;
    }
    let all = elements[0].prose;
    let containers = container_shares(page, elements, &texts);
    let misleading = misleading_words(page, elements, &texts);
    let mut resolved: Vec<Hints> = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let mut hints = if index == 0 { Hints::default() } else { resolved[element.parent as usize] };
        let holds_much = all > 60 && element.prose * 5 > all * 2;
        match element.tag {
            Tag::Heading(level) => hints.heading = level,
            Tag::Paragraph => hints.paragraph = true,
            Tag::Item => hints.list_item = true,
            Tag::Caption => hints.caption = true,
            Tag::Quote => hints.quote = true,
            Tag::Table => hints.table = true,
            Tag::Preformatted => hints.preformatted = true,
            Tag::Article => hints.article = true,
            _ => {}
        }
        if !holds_much {
            hints.outside = match (hints.outside, element.outside) {
                // A header inside the article holds its headline, not the menu.
                (outside, Some(Outside::Header)) if hints.article => outside,
                (outside, inner) => inner.or(outside),
            };
            let telling = element.drop.filter(|word| !misleading[word.index()]);
            hints.drop = telling.map(ClassWord::kind).or(hints.drop);
            hints.role = element.role.or(hints.role);
            hints.caption |= element.role == Some(Role::Caption);
        }
        hints.container = containers[index];
        resolved.push(hints);
    }
    for line in &mut page.lines {
        let Hints { link_share, element, .. } = line.hints;
        line.hints = Hints { link_share, element, ..resolved[element as usize] };
        line.bullet |= line.hints.list_item;
    }
}

/// Class words under which much of the page's prose stands: builders of pages call each part of
/// an article a "widget" or a "banner". Comments may well be longer than the article.
fn misleading_words(page: &Page<'_>, elements: &[Element], prose: &[u32]) -> [bool; ClassWord::COUNT] {
    let mut nearest: Vec<Option<ClassWord>> = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let outer = if index == 0 { None } else { nearest[element.parent as usize] };
        nearest.push(element.drop.or(outer));
    }
    let (mut held, mut all) = ([0; ClassWord::COUNT], 0);
    for (line, &words) in page.lines.iter().zip(prose) {
        all += words;
        if let Some(word) = nearest[line.hints.element as usize] {
            held[word.index()] += words;
        }
    }
    let mut misleading = [false; ClassWord::COUNT];
    for (word, held) in held.into_iter().enumerate() {
        misleading[word] = all > 60 && held * 3 > all;
    }
    for element in elements.iter().filter_map(|element| element.drop) {
        if element.kind() == DropKind::Comments {
            misleading[element.index()] = false;
        }
    }
    misleading
}

/// Words of a line that reads as prose, not as a link; a rough count, for weighing elements.
fn prose_words(page: &Page<'_>, line: usize) -> u32 {
    let text = page.text(line);
    let words = text.split_whitespace().count() as u32;
    let stops = text.trim_end_matches(['”', '"', '’', '\'', ')', ']']).ends_with(['.', '!', '?', '…', ':']);
    if words >= 8 && (stops || words >= 25) && page.lines[line].hints.link_share < 0.5 { words } else { 0 }
}

/// For each element, how good its best ancestor is as a container of the article, in relation to
/// the best of the page (1): prose counts fully for the element around its paragraph, half for
/// the next, a quarter for the third, as in Readability (Arc90 2009).
fn container_shares(page: &Page<'_>, elements: &[Element], prose: &[u32]) -> Vec<f32> {
    let mut scores = vec![0.0_f32; elements.len()];
    for (line, &words) in page.lines.iter().zip(prose) {
        let mut element = line.hints.element as usize;
        while matches!(elements[element].tag, Tag::Inline | Tag::Link | Tag::Paragraph | Tag::Time) && element > 0 {
            element = elements[element].parent as usize;
        }
        let mut share = words as f32;
        for _ in 0..3 {
            scores[element] += share;
            if element == 0 {
                break;
            }
            share /= 2.0;
            element = elements[element].parent as usize;
        }
    }
    let best = scores.iter().copied().fold(1.0_f32, f32::max);
    let home = home_of_prose(elements);
    let mut shares = vec![0.0_f32; elements.len()];
    for index in 0..elements.len() {
        let inherited = if index == 0 { 0.0 } else { shares[elements[index].parent as usize] };
        let own = match elements[index].tag {
            // Where paragraphs stand right in the body, it is as good as any.
            Tag::Page if scores[index] < best => 0.0,
            Tag::Page => HOME,
            _ if index == home => (scores[index] / best).max(HOME),
            _ => scores[index] / best,
        };
        shares[index] = own.max(inherited);
    }
    shares
}

/// The least that [`Hints::container`] is inside the element that holds most of the prose: where
/// an article is cut into sections, none of them is the best container of the whole.
const HOME: f32 = 0.5;

/// The innermost element that holds most of the page's prose.
fn home_of_prose(elements: &[Element]) -> usize {
    let most = elements[0].prose / 10 * 7;
    let holds = |index: &usize| elements[*index].prose > most;
    // Elements stand before what they hold, and no two side by side can both hold most.
    (0..elements.len()).rev().find(holds).unwrap_or(0)
}
