//! Attributions of an article: what the tagger finds, made to agree with the quotation marks.

use crate::features::Reading;
use crate::layout::{self, Turn};
use crate::subject;
use crate::tagger::{AttributionTagger, Found};
use crate::{QuotedSpan, ReportingVerb, reporting_verbs};
use parallax_encoder::EncodedSentence;
use parallax_text::{QuoteKind, Sentence, Span, VerbClass};

/// What [`attribute`] reads: an article after the encoder pass.
#[derive(Clone, Copy, Debug)]
pub struct ArticleView<'a> {
    /// The clean text.
    pub text: &'a str,
    /// Its sentences, in order.
    pub sentences: &'a [Sentence],
    /// The encoded sentences, one for each.
    pub encoded: &'a [EncodedSentence],
    /// Its quotations, from [`crate::quoted_spans`].
    pub quoted: &'a [QuotedSpan],
    /// Mentions of actors in any form, in order: names at least, better descriptions and pronouns
    /// too. Where the tagger finds no source, the rules look for one among them.
    pub mentions: &'a [Span],
}

impl ArticleView<'_> {
    /// Index of the sentence that an offset stands in, or of the next one.
    fn sentence_at(&self, offset: usize) -> usize {
        self.sentences.partition_point(|sentence| sentence.span.end() <= offset)
    }

    /// The first quotation that shares a byte with a span.
    fn quote_at(&self, span: Span) -> Option<&QuotedSpan> {
        let first = self.quoted.partition_point(|quote| quote.span.end() <= span.start());
        self.quoted.get(first).filter(|quote| quote.span.start() < span.end())
    }

    /// The block that an offset stands in, from its first sentence to its last.
    fn block_at(&self, offset: usize) -> Option<Span> {
        let block = self.sentences.get(self.sentence_at(offset))?.block;
        let first = self.sentences.partition_point(|sentence| sentence.block < block);
        let end = self.sentences.partition_point(|sentence| sentence.block <= block);
        Some(self.sentences[first].span.cover(self.sentences[end - 1].span))
    }
}

/// Someone's words in the outlet's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// Direct: whole sentences between marks. Mixed: with marks around a part. Indirect: no marks.
    pub kind: QuoteKind,
    /// What is said, with its marks: at least one span, in order, disjoint, each in one block. Of
    /// other attributions no content overlaps it.
    pub content: Vec<Span>,
    /// The words that name the speaker. In an attribution that continues another one: those of the
    /// other, so that they may stand in an earlier sentence or block.
    pub source: Option<Span>,
    /// The words that introduce it.
    pub cue: Option<AttributionCue>,
    /// Index of the attribution whose utterance this one continues: a floating quotation, or the
    /// next paragraph of a long one.
    pub continues: Option<u32>,
}

/// The words that introduce what someone says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributionCue {
    /// Bytes of the text.
    pub span: Span,
    /// Base form of the reporting verb in it, or a phrase ("according to"); `None` where the words
    /// hold none of the table ("in her view").
    pub lemma: Option<&'static str>,
    /// Its class.
    pub class: Option<VerbClass>,
}

/// Who says what in an article, in order of the text.
///
/// The trained tagger finds sources, cues and contents; then the marks rule: a quotation belongs to
/// one attribution as a whole, of nested ones only the outermost counts, and every quotation is
/// somebody's words unless it is a term or title that no one is said to have used. An attribution
/// without a source gets the subject of its verb, or the speaker of what it continues.
///
/// # Panics
/// If the parts of the view are not of one text.
#[must_use]
pub fn attribute(tagger: &AttributionTagger, view: &ArticleView<'_>) -> Vec<Attribution> {
    let verbs: Vec<ReportingVerb> =
        view.sentences.iter().flat_map(|sentence| reporting_verbs(view.text, sentence.span)).collect();
    let reading = Reading::new(view.text, view.sentences, view.encoded, view.quoted, &verbs);
    let found = tagger.find(&reading, view.encoded);
    assemble(view, &verbs, found.iter().map(|found| Draft::new(view.text, &reading, found)).collect())
}

/// An attribution in the making.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    pub(crate) content: Vec<Span>,
    pub(crate) source: Option<Span>,
    pub(crate) cue: Option<Span>,
    pub(crate) continues: Option<usize>,
    /// Whether it is a turn of a transcript: direct speech without marks.
    pub(crate) turn: bool,
}

impl Draft {
    fn new(text: &str, reading: &Reading, found: &Found) -> Self {
        Self {
            content: found.content.iter().map(|words| reading.span_of(words)).collect(),
            source: found.source.as_ref().and_then(|words| source(text, reading.span_of(words))),
            cue: found.cue.as_ref().map(|words| words_only(text, reading.span_of(words))),
            ..Self::default()
        }
    }

    pub(crate) fn start(&self) -> usize {
        self.content.first().map_or(0, |span| span.start())
    }

    pub(crate) fn end(&self) -> usize {
        self.content.last().map_or(0, |span| span.end())
    }
}

/// The rules over what the tagger found.
pub(crate) fn assemble(view: &ArticleView<'_>, verbs: &[ReportingVerb], mut drafts: Vec<Draft>) -> Vec<Attribution> {
    settle_quotations(view, verbs, &mut drafts);
    sign(view, &mut drafts);
    take_turns(&layout::turns(view), &mut drafts);
    subject::fill(view, verbs, &mut drafts);
    drafts
        .iter()
        .map(|draft| Attribution {
            kind: if draft.turn { QuoteKind::Direct } else { kind(view, &draft.content) },
            content: draft.content.clone(),
            source: draft.source,
            cue: draft.cue.map(|span| cue(verbs, span)),
            continues: draft.continues.map(|index| index as u32),
        })
        .collect()
}

fn cue(verbs: &[ReportingVerb], span: Span) -> AttributionCue {
    let first = verbs.partition_point(|verb| verb.span.end() <= span.start());
    let verb = verbs[first..].iter().take_while(|verb| verb.span.start() < span.end()).last();
    AttributionCue { span, lemma: verb.map(|verb| verb.lemma), class: verb.map(|verb| verb.class) }
}

/// Gives each quotation as a whole to one attribution, and to a new one where it has none.
fn settle_quotations(view: &ArticleView<'_>, verbs: &[ReportingVerb], drafts: &mut Vec<Draft>) {
    detach(view, drafts);
    let mut owners: Vec<Option<usize>> = vec![None; view.quoted.len()];
    let mut shares = vec![0usize; view.quoted.len()];
    let quoted_by = |span: Span| {
        let first = view.quoted.partition_point(|quote| quote.span.end() <= span.start());
        (first..view.quoted.len()).take_while(move |&index| view.quoted[index].span.start() < span.end())
    };
    for (index, draft) in drafts.iter().enumerate() {
        // What is reported inside a quotation is a part of it.
        let inside = |span: Span| quoted_by(span).find(|&quote| view.quoted[quote].span.contains(span));
        let told_inside = draft.cue.or(draft.source).and_then(inside);
        for &span in &draft.content {
            for quote in quoted_by(span).filter(|&quote| told_inside != Some(quote)) {
                let share = overlap(span, view.quoted[quote].span);
                if share > shares[quote] {
                    (shares[quote], owners[quote]) = (share, Some(index));
                }
            }
        }
    }
    for (index, owner) in owners.iter_mut().enumerate() {
        *owner = cue_behind(view, drafts, view.quoted[index].span, *owner).or(*owner);
    }
    for index in 1..owners.len() {
        let (one, next) = (view.quoted[index - 1], view.quoted[index]);
        if owners[index - 1] != owners[index] && goes_on(view, verbs, &one, &next) {
            owners[index] = owners[index - 1];
        }
    }
    for (quote, owner) in view.quoted.iter().zip(&mut owners) {
        // A term that the tagger took for words, though no one is there who says them.
        let said = |cue: Span| {
            let first = verbs.partition_point(|verb| verb.span.end() <= cue.start());
            verbs.get(first).is_some_and(|verb| verb.span.overlaps(cue))
        };
        let nobody = |index: &usize| drafts[*index].source.is_none() && !drafts[*index].cue.is_some_and(said);
        if quote.is_term(view.text) && owner.as_ref().is_some_and(nobody) {
            *owner = None;
        }
        if layout::is_note(&view.text[quote.inside(view.text)]) {
            *owner = None;
        } else if owner.is_none() && !quote.is_term(view.text) {
            *owner = Some(drafts.len());
            drafts.push(Draft::default());
        }
    }
    // Cut all quotations out of all contents, then hand them to their owners.
    for draft in drafts.iter_mut() {
        let pieces: Vec<Span> = std::mem::take(&mut draft.content);
        for piece in pieces {
            let mut start = piece.start();
            for quote in quoted_by(piece) {
                let quote = view.quoted[quote].span;
                if quote.start() > start {
                    draft.content.push(Span::new(start, quote.start()));
                }
                start = start.max(quote.end());
            }
            if start < piece.end() {
                draft.content.push(Span::new(start, piece.end()));
            }
        }
        let within = |span: &Span| quoted_by(*span).any(|quote| view.quoted[quote].span.contains(*span));
        draft.source = draft.source.filter(|span| !within(span));
        draft.cue = draft.cue.filter(|span| !within(span));
    }
    for (quote, owner) in view.quoted.iter().zip(&owners) {
        if let &Some(owner) = owner {
            drafts[owner].content.push(quote.span);
        }
    }
    for draft in drafts.iter_mut() {
        draft.content.sort();
        draft.content = joined(view.text, &draft.content);
        drop_asides(view, draft);
    }
    split_by_verbs(view, verbs, drafts);
    drafts.retain(|draft| !draft.content.is_empty());
    drafts.sort_by_key(Draft::start);
}

/// A verb of its own right before a later quotation of a sentence begins another attribution of the
/// same speaker ("“It is ours,” Ode said, before asking Varga, “Or is it yours?”").
fn split_by_verbs(view: &ArticleView<'_>, verbs: &[ReportingVerb], drafts: &mut Vec<Draft>) {
    let mut more = Vec::new();
    for draft in drafts.iter_mut() {
        let Some(cue) = draft.cue else { continue };
        for place in (1..draft.content.len()).rev() {
            let (last, next) = (draft.content[place - 1], draft.content[place]);
            let marked = |span: Span| view.quote_at(span).is_some_and(|quote| quote.span == span);
            if view.sentence_at(last.end() - 1) != view.sentence_at(next.start()) || !marked(next) || !marked(last) {
                continue;
            }
            let until = verbs.partition_point(|verb| verb.span.end() <= next.start());
            let verb = verbs[..until].last().filter(|verb| {
                let gap = &view.text[verb.span.end()..next.start()];
                verb.span.start() >= last.end().max(cue.end()) && gap.split_whitespace().count() <= 3
            });
            if let Some(verb) = verb {
                let content = draft.content.split_off(place);
                more.push(Draft { content, source: draft.source, cue: Some(verb.span), ..Draft::default() });
            }
        }
    }
    drafts.extend(more);
}

/// Gives quotations that are signed below ("“…” — Lena Ode") to whom the signature names.
fn sign(view: &ArticleView<'_>, drafts: &mut [Draft]) {
    for draft in drafts {
        let Some(&quote) = draft.content.first() else { continue };
        let Some(block) = view.block_at(quote.start()) else { continue };
        let marked = view.quote_at(quote).map(|quote| quote.span).filter(|span| span.start() == quote.start());
        if let Some((marked, name)) = marked.and_then(|span| Some((span, layout::signature(view.text, block, span)?))) {
            draft.content.retain(|content| !content.overlaps(block));
            draft.content.insert(0, marked);
            (draft.source, draft.cue) = (Some(name), None);
        }
    }
}

/// The turns of a transcript are their speakers' words as a whole, whatever is reported in them.
fn take_turns(turns: &[Turn], drafts: &mut Vec<Draft>) {
    for draft in drafts.iter_mut() {
        draft.content.retain(|content| {
            let turn = turns.partition_point(|turn| turn.words.end() <= content.start());
            turns.get(turn).is_none_or(|turn| !turn.label.cover(turn.words).overlaps(*content))
        });
    }
    drafts.extend(turns.iter().map(|turn| Draft {
        content: vec![turn.words],
        source: Some(turn.label),
        turn: true,
        ..Draft::default()
    }));
    drafts.retain(|draft| !draft.content.is_empty());
    drafts.sort_by_key(Draft::start);
}

/// Whether a sentence between marks goes on in the next quotation, behind words of the outlet
/// ("“Every year,” Ode said, turning to Varga, “you sell another line.”").
fn goes_on(view: &ArticleView<'_>, verbs: &[ReportingVerb], one: &QuotedSpan, next: &QuotedSpan) -> bool {
    let sentence = |offset| view.sentence_at(offset);
    let first = |quote: &QuotedSpan| view.text[quote.inside(view.text)].chars().next();
    let gap = &view.text[one.span.end()..next.span.start()];
    let broken = is_whole(view.text, one)
        && view.text[one.inside(view.text)].ends_with(',')
        && first(next).is_some_and(char::is_lowercase)
        && gap.trim_end().ends_with(',')
        && sentence(one.span.start()) == sentence(next.span.start());
    // "“…,” Ode said, adding that Varga, “who sold it,” …" has a verb of its own.
    let from = verbs.partition_point(|verb| verb.span.start() < one.span.end());
    let between = verbs[from..].iter().take_while(|verb| verb.span.end() <= next.span.start());
    broken && between.count() <= 1
}

/// How many words may stand between a quotation and the cue behind it.
const FAR: usize = 14;

/// Parts a cue from words that cannot be its content: a quotation that ended long before it, and a
/// clause before its speaker with neither comma nor mark between ("it gives Ode “little room” *as
/// Varga insists* on a vote").
fn detach(view: &ArticleView<'_>, drafts: &mut Vec<Draft>) {
    let quoted_at = |span| view.quote_at(span);
    let mut apart = Vec::new();
    for draft in drafts.iter_mut() {
        let Some(cue) = draft.cue else { continue };
        let behind: Vec<Span> = draft.content.iter().copied().filter(|span| span.start() >= cue.end()).collect();
        let ahead: Vec<Span> = draft.content.iter().copied().filter(|span| span.end() <= cue.start()).collect();
        let Some(&last) = ahead.last().filter(|&&last| quoted_at(last).is_some()) else { continue };
        // A whole sentence in marks ends with them, whatever the tagger added.
        let end = quoted_at(last).filter(|quote| is_whole(view.text, quote)).map_or(last.end(), |q| q.span.end());
        let last = Span::new(last.start().min(end), end.min(last.end()));
        let head = draft.source.map_or(cue.start(), |source| source.start().min(cue.start())).max(last.end());
        let gap = &view.text[last.end()..head];
        let stop = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        let parted = gap.contains(stop) || view.text[last].ends_with(stop);
        let far = gap.split_whitespace().count() > FAR;
        // "The sign read: “Keep out.” The message is clear: …"
        let led = view.text[..last.start()].trim_end().ends_with(':') && !behind.is_empty();
        if far || led || (!behind.is_empty() && !parted) {
            apart.push(Draft { content: ahead, ..Draft::default() });
            draft.content = behind;
        }
    }
    drafts.retain(|draft| !draft.content.is_empty());
    drafts.extend(apart);
    drafts.sort_by_key(Draft::start);
}

/// The attribution whose cue follows a quotation in the same sentence ("“…,” added Ode"), where the
/// one that has it speaks in another sentence.
fn cue_behind(view: &ArticleView<'_>, drafts: &[Draft], quote: Span, owner: Option<usize>) -> Option<usize> {
    let owner = owner?;
    let sentence = |offset| view.sentence_at(offset);
    let here = sentence(quote.end().saturating_sub(1));
    if drafts[owner].cue.is_none_or(|cue| sentence(cue.start()) == here) {
        return None;
    }
    let near = owner.saturating_sub(3)..drafts.len().min(owner + 4);
    near.filter(|&other| other != owner).find(|&other| {
        drafts[other].cue.is_some_and(|cue| {
            cue.start() >= quote.end()
                && sentence(cue.start()) == here
                && view.text[quote.end()..cue.start()].split_whitespace().count() <= 8
        })
    })
}

/// Where someone's sentences are quoted, the rest of the outlet's sentence is no part of them:
/// ("“It is ours,” she said *after the vote*", "“It is ours,” *when asked again*").
fn drop_asides(view: &ArticleView<'_>, draft: &mut Draft) {
    let sentence = |offset| view.sentence_at(offset);
    let home = draft.cue.map(|cue| sentence(cue.start()));
    let content = &mut draft.content;
    let marks = |span| view.quote_at(span);
    let words = |span: Span| view.text[span].split_whitespace().count();
    let sentences: Vec<Span> =
        content.iter().filter_map(|&span| marks(span)).filter(|q| is_whole(view.text, q)).map(|q| q.span).collect();
    let quoted: usize = sentences.iter().map(|&span| words(span)).sum();
    if quoted == 0 {
        return;
    }
    // "“…,” she said on her first day": where her sentence stands before the words that introduce it,
    // only a clause of speech can follow.
    let behind = |span: Span| {
        draft.cue.is_some_and(|cue| {
            cue.end() <= span.start()
                && sentences
                    .iter()
                    .any(|quote| quote.end() <= cue.start() && sentence(quote.start()) == sentence(cue.start()))
                && !(view.text[span].starts_with("that ") && view.text[cue.end()..span.start()].trim().is_empty())
        })
    };
    let elsewhere = |span: Span| home.is_some_and(|home| sentence(span.start()) != home);
    content.retain(|&span| {
        let reported = words(span) > quoted || view.text[span].starts_with("that ");
        marks(span).is_some() || (reported && !elsewhere(span) && !behind(span))
    });
    for span in content.iter_mut() {
        let Some(quote) = marks(*span).filter(|quote| quote.span.start() == span.start()) else { continue };
        let rest = Span::new(quote.span.end().min(span.end()), span.end());
        if is_whole(view.text, quote) && marks(rest).is_none() && words(rest) <= quoted.max(12) {
            *span = quote.span;
        }
    }
}

/// Whether marks hold whole sentences, by their first letter and what they end with.
fn is_whole(text: &str, quote: &QuotedSpan) -> bool {
    let inside = text[quote.inside(text)].trim();
    inside.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase)
        && (inside.ends_with(['!', '?']) || (inside.ends_with([',', '.']) && !quote.is_title(text)))
}

/// The words that name a speaker: no punctuation at the ends, nothing from "who" or a participle on
/// ("Ode, *provoking laughter*"); `None` where no noun or pronoun is left ("and").
fn source(text: &str, span: Span) -> Option<Span> {
    let span = words_only(text, span);
    let mut end = span.end();
    for (at, _) in text[span].match_indices(", ") {
        let next = text[span.start() + at + 2..span.end()].split_whitespace().next().unwrap_or_default();
        if matches!(next, "who" | "which")
            || (next.len() > 4 && next.ends_with("ing") && !next.starts_with(char::is_uppercase))
        {
            end = span.start() + at;
            break;
        }
    }
    let span = words_only(text, Span::new(span.start(), end));
    let empty = |word: &str| CONNECTIVES.contains(&word.to_ascii_lowercase().as_str());
    (!text[span].split_whitespace().all(empty)).then_some(span)
}

/// Words that join clauses: no part of what is said where they stand at its end.
const CONNECTIVES: [&str; 10] = ["and", "as", "but", "or", "while", "when", "though", "although", "because", "also"];

/// Without punctuation at its ends ("said:"), unless it is nothing else (":").
fn words_only(text: &str, span: Span) -> Span {
    let outer = |c: char| !c.is_alphanumeric() && !matches!(c, '[' | ']' | '(' | ')' | '.' | '$' | '@' | '#');
    let inside = &text[span];
    let start = span.start() + inside.len() - inside.trim_start_matches(outer).len();
    let end = span.start() + inside.trim_end_matches(outer).len();
    if start < end { Span::new(start, end) } else { span }
}

fn overlap(one: Span, other: Span) -> usize {
    one.end().min(other.end()).saturating_sub(one.start().max(other.start()))
}

/// Joins spans with only white space between them; trims them; drops those without a letter or digit.
fn joined(text: &str, spans: &[Span]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for &span in spans {
        let near = |last: &Span| {
            last.end() <= span.start() && text[last.end()..span.start()].chars().all(|c| c.is_whitespace() && c != '\n')
        };
        match out.last_mut() {
            Some(last) if near(last) => *last = last.cover(span),
            _ => out.push(span),
        }
    }
    out.iter_mut().for_each(|span| *span = trimmed(text, *span));
    out.retain(|span| text[*span].contains(char::is_alphanumeric));
    out
}

/// Without white space, a leading comma or colon, and connectives at the end ("…,” *but*").
fn trimmed(text: &str, span: Span) -> Span {
    let inside = &text[span];
    let outer = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | ';');
    let start = span.start() + inside.len() - inside.trim_start_matches(outer).len();
    let mut span = Span::new(start, span.end()).trimmed(text);
    while let Some((before, last)) = text[span].rsplit_once(char::is_whitespace) {
        if !CONNECTIVES.contains(&last) {
            break;
        }
        span = Span::new(span.start(), span.start() + before.len()).trimmed(text);
    }
    let end =
        span.start() + text[span].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ';' | '—' | '–')).len();
    Span::new(span.start(), end)
}

fn kind(view: &ArticleView<'_>, content: &[Span]) -> QuoteKind {
    let (mut all, mut some, mut sentence) = (true, false, false);
    for &span in content {
        let first = view.quoted.partition_point(|quote| quote.span.end() <= span.start());
        let mut at = span.start();
        let outside = |from: usize, to: usize| view.text[from..to].contains(char::is_alphanumeric);
        for quote in view.quoted[first..].iter().take_while(|quote| quote.span.start() < span.end()) {
            all &= !(quote.span.start() > at && outside(at, quote.span.start()));
            some = true;
            sentence |= is_sentence(view.text, quote);
            at = at.max(quote.span.end());
        }
        all &= !(at < span.end() && outside(at, span.end()));
    }
    match (some, all && sentence) {
        (false, _) => QuoteKind::Indirect,
        (true, true) => QuoteKind::Direct,
        (true, false) => QuoteKind::Mixed,
    }
}

/// Whether marks hold a sentence rather than a part of one: it starts like one or ends like one, and
/// has a clause's length or both.
fn is_sentence(text: &str, quote: &QuotedSpan) -> bool {
    let inside = text[quote.inside(text)].trim();
    let letters = |c: char| !c.is_alphanumeric();
    let starts = inside.trim_start_matches(letters).starts_with(char::is_uppercase);
    let ends = inside.ends_with(['.', '!', '?', ',', '…', '—', '–', '-']) || !quote.closed;
    let words = quote.words(text);
    if starts { ends || words > 3 } else { ends && words > 5 }
}
