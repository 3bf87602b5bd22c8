//! A page as lines: folded white space, bullets set apart, wrapped lines joined, every character
//! still aligned to the source.

use crate::html::Hints;
use crate::metadata::Metadata;
use parallax_text::{AlignedText, AlignedTextBuilder, Span};

/// A page, folded.
#[derive(Debug)]
pub(crate) struct Page<'source> {
    pub(crate) source: &'source str,
    /// The text of all lines, one after the other.
    pub(crate) folded: AlignedText,
    pub(crate) lines: Vec<Line>,
    /// What the head of an HTML page tells; empty for text.
    pub(crate) metadata: Metadata,
    pub(crate) is_html: bool,
}

/// One line: a paragraph, a heading, a menu item.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// Bytes of [`Page::folded`]; never empty.
    pub(crate) span: Span,
    /// Bytes of the source, with the bullet.
    pub(crate) source: Span,
    /// Whether it began with a bullet, or is a list item.
    pub(crate) bullet: bool,
    /// Whether an empty line stands before it (always for HTML).
    pub(crate) gap: bool,
    /// What its tags say; nothing for text.
    pub(crate) hints: Hints,
}

impl Page<'_> {
    /// The folded text of a line.
    pub(crate) fn text(&self, line: usize) -> &str {
        &self.folded.text()[self.lines[line].span]
    }
}

/// Characters that have no width and no meaning for the text: they are left out like white space.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Reads flattened text.
pub(crate) fn read_text(source: &str) -> Page<'_> {
    let physical = physical_lines(source);
    let width = wrap_width(source, &physical);
    let mut folder = Folder::new(source);
    let mut previous: Option<&Physical> = None;
    for line in &physical {
        let joins = match (previous, width) {
            (Some(before), Some(width)) => !line.gap && !line.bullet && is_wrapped_at(source, before, line, width),
            _ => false,
        };
        if !joins {
            folder.end_line(Hints::default());
            folder.begin_line(line.bullet, line.gap, line.whole.start());
        }
        folder.push(line.text);
        folder.push_white(line.text.end(), line.whole.end());
        previous = Some(line);
    }
    folder.end_line(Hints::default());
    let mut page = folder.finish(Metadata::default(), false);
    // Where a page has hardly any empty lines, their absence says nothing.
    let gaps = page.lines.iter().filter(|line| line.gap).count();
    if gaps * 10 < page.lines.len() {
        page.lines.iter_mut().for_each(|line| line.gap = true);
    }
    page
}

/// One line of the source that is not blank.
#[derive(Debug)]
struct Physical {
    /// From the first to the last character that is not white space.
    whole: Span,
    /// The same without a bullet.
    text: Span,
    bullet: bool,
    gap: bool,
    /// Length of `text` with what stands before it, in characters.
    width: usize,
}

fn physical_lines(source: &str) -> Vec<Physical> {
    let mut lines = Vec::new();
    let mut gap = false;
    let mut start = 0;
    for piece in source.split_inclusive(['\n', '\r', '\u{2028}', '\u{2029}']) {
        let all = Span::new(start, start + piece.len());
        start = all.end();
        let whole = all.trimmed(source);
        if source[whole].chars().all(|c| c.is_whitespace() || is_invisible(c)) {
            // The "\n" of "\r\n" alone is no empty line.
            gap |= !(piece == "\n" && source[..all.start()].ends_with('\r'));
            continue;
        }
        let text = without_bullet(source, whole);
        let width = source[all.start()..whole.end()].chars().count();
        lines.push(Physical { whole, text, bullet: text != whole, gap, width });
        gap = false;
    }
    lines
}

/// The span after a bullet and the white space behind it; the same span where there is none, or
/// nothing else.
fn without_bullet(source: &str, whole: Span) -> Span {
    let line = &source[whole];
    let Some(rest) = line.strip_prefix(['•', '◦', '▪', '‣', '●', '○', '■', '*', '-', '·', '–']) else {
        return whole;
    };
    let text = Span::new(whole.end() - rest.len(), whole.end()).trimmed(source);
    let dash_of_attribution = line.starts_with('–');
    let has_words = source[text].chars().any(char::is_alphanumeric);
    if rest.starts_with(char::is_whitespace) && has_words && !dash_of_attribution { text } else { whole }
}

/// The column at which the text is wrapped, where it is: lines that stop inside a sentence, with
/// the next line right below, then mostly end shortly before one column.
fn wrap_width(source: &str, lines: &[Physical]) -> Option<usize> {
    const WIDEST: usize = 100;
    const NARROWEST: usize = 50;
    /// How far before the column a line may end.
    const RAGGED: usize = 12;
    let too_long = lines.iter().filter(|line| line.width > WIDEST).count();
    if too_long * 20 > lines.len() {
        return None;
    }
    let mut open = [0; WIDEST + 1];
    let mut stopped = 0;
    for pair in lines.windows(2).filter(|pair| !pair[1].gap && (NARROWEST..=WIDEST).contains(&pair[0].width)) {
        let stops = source[pair[0].text].ends_with(['.', '!', '?', '”', '"', '’', ':', ';']);
        open[pair[0].width] += usize::from(!stops);
        stopped += usize::from(stops);
    }
    let all: usize = open.iter().sum();
    let most = |column: &usize| open[column.saturating_sub(RAGGED)..=*column].iter().sum::<usize>() * 3 > all * 2;
    let column = (NARROWEST..=WIDEST).rev().find(most)?;
    let column = (0..=column).rev().find(|&column| open[column] > 0)?;
    (all >= 3 && all > stopped).then_some(column)
}

/// Whether the first word of `next` did not fit on `line` any more.
fn is_wrapped_at(source: &str, line: &Physical, next: &Physical, width: usize) -> bool {
    let first_word = source[next.text].split_whitespace().next().map_or(0, |word| word.chars().count());
    line.width + 1 + first_word > width
}

/// Writes folded lines: white space becomes single blanks, invisible characters go.
#[derive(Debug)]
pub(crate) struct Folder<'source> {
    source: &'source str,
    builder: AlignedTextBuilder<'source>,
    lines: Vec<Line>,
    /// Where the line began in the folded text.
    start: usize,
    /// Source range of the line so far.
    range: Option<Span>,
    /// White space that becomes a blank if more text follows on the line.
    white: Option<Span>,
    bullet: bool,
    gap: bool,
    last: Option<char>,
}

impl<'source> Folder<'source> {
    pub(crate) fn new(source: &'source str) -> Self {
        let builder = AlignedTextBuilder::new(source);
        Self {
            source,
            builder,
            lines: Vec::new(),
            start: 0,
            range: None,
            white: None,
            bullet: false,
            gap: true,
            last: None,
        }
    }

    /// Starts a line whose source begins at `from` (its bullet).
    pub(crate) fn begin_line(&mut self, bullet: bool, gap: bool, from: usize) {
        self.bullet = bullet;
        self.gap = gap;
        self.range = Some(Span::new(from, from));
    }

    /// Appends source text as it stands, folding its white space.
    pub(crate) fn push(&mut self, span: Span) {
        let mut run = span.start();
        let text = &self.source[span];
        for (offset, c) in text.char_indices() {
            if !c.is_whitespace() && !is_invisible(c) && !c.is_control() {
                continue;
            }
            let (at, end) = (span.start() + offset, span.start() + offset + c.len_utf8());
            self.keep(Span::new(run, at));
            if !is_invisible(c) {
                self.push_white(at, end);
            }
            run = end;
        }
        self.keep(Span::new(run, span.end()));
    }

    /// Appends characters that stand for a source range.
    pub(crate) fn push_replaced(&mut self, span: Span, text: &str) {
        if text.chars().all(is_invisible) {
            return;
        }
        if text.chars().all(|c| c.is_whitespace() || c.is_control()) {
            return self.push_white(span.start(), span.end());
        }
        self.write_white();
        self.builder.replace(span, text);
        self.last = text.chars().next_back();
        self.range = Some(self.range.map_or(span, |range| range.cover(span)));
    }

    /// Notes white space, which an empty range can stand for too.
    pub(crate) fn push_white(&mut self, start: usize, end: usize) {
        let white = Span::new(start, end);
        // White space with markup between keeps the last range only: runs must not swallow tags.
        self.white = Some(match self.white {
            Some(before) if before.end() == start => before.cover(white),
            _ => white,
        });
    }

    /// Number of finished lines.
    pub(crate) fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The last character of the line so far, or of the line before.
    pub(crate) fn last_character(&self) -> Option<char> {
        self.last
    }

    /// Whether the line has no text yet.
    pub(crate) fn is_at_start(&self) -> bool {
        self.builder.len() == self.start
    }

    /// Ends the line; one without text is forgotten.
    pub(crate) fn end_line(&mut self, hints: Hints) {
        let span = Span::new(self.start, self.builder.len());
        if let (false, Some(source)) = (span.is_empty(), self.range) {
            self.lines.push(Line { span, source, bullet: self.bullet, gap: self.gap, hints });
        }
        self.start = self.builder.len();
        self.range = None;
        self.white = None;
        self.bullet = false;
        self.gap = true;
    }

    pub(crate) fn finish(self, metadata: Metadata, is_html: bool) -> Page<'source> {
        Page { source: self.source, folded: self.builder.finish(), lines: self.lines, metadata, is_html }
    }

    fn keep(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        self.write_white();
        self.builder.keep(span);
        self.last = self.source[span].chars().next_back();
        self.range = Some(self.range.map_or(span, |range| range.cover(span)));
    }

    fn write_white(&mut self) {
        if let Some(white) = self.white.take()
            && !self.is_at_start()
        {
            self.builder.replace(white, " ");
        }
    }
}
