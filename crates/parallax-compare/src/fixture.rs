//! Small annotated articles for tests.

use crate::{ActorInStory, Label, StorySummary, SummaryOptions, summarize};
use parallax_text::{
    AlignedText, AnnotatedArticle, Article, Block, BlockKind, Cue, Document, Entity, EntityKind, FrameScores, Layer,
    LayerStatus, Mention, MentionForm, Quote, QuoteKind, Sentence, Span, Speaker, Stance, StanceScores, Tone,
    ToneScores, VerbClass, Voice,
};

/// An article of one-sentence paragraphs. `*Ada-0.5` is a mention with the tone behind it, in the
/// article's own voice or in that of the quotation around it; `{direct Ada said|...}` is what Ada
/// said, `{indirect - said|...}` what nobody in particular did, `{... + ...}` goes on from the
/// quotation before. Persons are entities in order of their first place.
pub(crate) fn article(doc_id: &str, outlet: &str, headline: Option<&str>, paragraphs: &[&str]) -> AnnotatedArticle {
    let mut made = Maker::default();
    if let Some(line) = headline {
        made.block(BlockKind::Headline, line);
    }
    for line in paragraphs {
        made.block(BlockKind::Body, line);
    }
    let done = |name: &str| Layer { name: name.into(), status: LayerStatus::Done, model_sha256: None, engine: None };
    AnnotatedArticle {
        document: Document { doc_id: doc_id.into(), source: made.text.clone(), ..Document::default() },
        article: Article {
            text: AlignedText::identity(&made.text),
            blocks: made.blocks,
            outlet: Some(outlet.into()),
            ..Article::default()
        },
        sentences: made.sentences,
        entities: made.entities,
        mentions: made.mentions,
        quotes: made.quotes,
        tones: made.tones,
        frames: Vec::new(),
        stances: Vec::new(),
        wording: Vec::new(),
        vectors: None,
        layers: vec![done("ner"), done("attribution"), done("tone")],
    }
}

/// The article with a score of one frame for each sentence.
pub(crate) fn with_frames(article: AnnotatedArticle, codebook: &str, frame: &str, scores: &[f32]) -> AnnotatedArticle {
    let scored = |(sentence, &score): (usize, &f32)| FrameScores {
        sentence: sentence as u32,
        codebook: codebook.into(),
        scores: vec![(frame.into(), score)],
    };
    let frames = scores.iter().enumerate().map(scored).collect();
    let mut layers = article.layers;
    layers.push(Layer { name: "frames".into(), status: LayerStatus::Done, model_sha256: None, engine: None });
    AnnotatedArticle { frames, layers, ..article }
}

/// The article with a stance of each sentence, whose voice and holder are those of its first
/// quotation.
pub(crate) fn with_stances(article: AnnotatedArticle, proposition: &str, scores: &[f32]) -> AnnotatedArticle {
    let stance = |(index, &score): (usize, &f32)| {
        let quote = article.quotes.iter().position(|quote| article.sentences[index].span.contains(quote.span));
        Stance {
            sentence: index as u32,
            proposition: proposition.into(),
            voice: if quote.is_some() { Voice::Direct } else { Voice::Own },
            holder: quote.and_then(|quote| article.quotes[quote].speaker?.entity),
            quote: quote.map(|quote| quote as u32),
            scores: StanceScores { against: (-score).max(0.0), favor: score.max(0.0), neither: 1.0 - score.abs() },
        }
    };
    let stances = scores.iter().enumerate().map(stance).collect();
    let mut layers = article.layers;
    layers.push(Layer { name: "stances".into(), status: LayerStatus::Done, model_sha256: None, engine: None });
    AnnotatedArticle { stances, layers, ..article }
}

/// The summary of articles whose persons are the same where their names are.
pub(crate) fn story(articles: &[AnnotatedArticle]) -> StorySummary {
    story_with(articles, SummaryOptions::default())
}

/// The same with other settings.
pub(crate) fn story_with(articles: &[AnnotatedArticle], options: SummaryOptions) -> StorySummary {
    let mut actors: Vec<ActorInStory> = Vec::new();
    for (number, article) in articles.iter().enumerate() {
        for (index, entity) in article.entities.iter().enumerate() {
            let member = (number, index as u32);
            match actors.iter_mut().find(|actor| actor.name == entity.name) {
                Some(actor) => actor.members.push(member),
                None => actors.push(ActorInStory {
                    id: format!("per:{}", entity.name.to_lowercase()),
                    name: entity.name.clone(),
                    kind: entity.kind,
                    is_named: true,
                    of_interest: false,
                    members: vec![member],
                }),
            }
        }
    }
    let articles: Vec<&AnnotatedArticle> = articles.iter().collect();
    let label = |text: &str, mention: &Mention| Label {
        words: text[mention.span].to_owned(),
        role: None,
        modifiers: Vec::new(),
    };
    let later = vec![false; articles.len()];
    summarize("s", &articles, &later, &actors, &label, &SummaryOptions { model: "m".into(), ..options })
}

#[derive(Default)]
struct Maker {
    text: String,
    blocks: Vec<Block>,
    sentences: Vec<Sentence>,
    mentions: Vec<Mention>,
    entities: Vec<Entity>,
    quotes: Vec<Quote>,
    tones: Vec<Tone>,
}

impl Maker {
    fn block(&mut self, kind: BlockKind, line: &str) {
        let start = self.text.len();
        let mut open: Option<usize> = None;
        let mut rest = line;
        while let Some(next) = rest.chars().next() {
            match next {
                '*' => {
                    let name = rest[1..].split(|c: char| !c.is_alphabetic()).next().unwrap();
                    let tone = rest[1 + name.len()..].split([' ', '}']).next().unwrap();
                    self.mention(name, tone.parse().unwrap(), kind, open);
                    rest = &rest[1 + name.len() + tone.len()..];
                }
                '{' => {
                    let (head, words) = rest[1..].split_once('|').unwrap();
                    open = Some(self.quotes.len());
                    self.open(head);
                    rest = words;
                }
                '}' => {
                    let quote = open.take().unwrap();
                    let span = self.quotes[quote].span;
                    self.quotes[quote].span = Span::new(span.start(), self.text.len());
                    rest = &rest[1..];
                }
                other => {
                    self.text.push(other);
                    rest = &rest[other.len_utf8()..];
                }
            }
        }
        let span = Span::new(start, self.text.len());
        self.sentences.push(Sentence { block: self.blocks.len() as u32, span });
        self.blocks.push(Block { kind, span });
        self.text.push('\n');
    }

    fn entity(&mut self, name: &str) -> u32 {
        let found = self.entities.iter().position(|entity| entity.name == name);
        found.unwrap_or_else(|| {
            self.entities.push(Entity { name: name.into(), kind: EntityKind::Person, mentions: Vec::new() });
            self.entities.len() - 1
        }) as u32
    }

    fn mention(&mut self, name: &str, tone: f32, zone: BlockKind, quote: Option<usize>) {
        let entity = self.entity(name);
        let (mention, sentence) = (self.mentions.len() as u32, self.sentences.len() as u32);
        let span = Span::new(self.text.len(), self.text.len() + name.len());
        self.text.push_str(name);
        self.entities[entity as usize].mentions.push(mention);
        let (kind, form) = (EntityKind::Person, MentionForm::Name);
        self.mentions.push(Mention { sentence, span, kind, form, score: 1.0, entity: Some(entity) });
        let within = quote.map(|quote| &self.quotes[quote]);
        let voice = match within.map(|quote| quote.kind) {
            None => Voice::Own,
            Some(QuoteKind::Direct) => Voice::Direct,
            Some(QuoteKind::Indirect) => Voice::Indirect,
            Some(QuoteKind::Mixed) => Voice::Mixed,
        };
        let holder = within.and_then(|quote| quote.speaker?.entity);
        let scores = ToneScores { negative: (-tone).max(0.0), neutral: 1.0 - tone.abs(), positive: tone.max(0.0) };
        let quote = quote.map(|quote| quote as u32);
        self.tones.push(Tone { mention, sentence, zone, voice, holder, quote, scores });
    }

    /// Opens a quotation: kind, speaker or `-`, verb, and `+` where it goes on from the last.
    fn open(&mut self, head: &str) {
        let parts: Vec<&str> = head.split(' ').collect();
        let kind = match parts[0] {
            "direct" => QuoteKind::Direct,
            "indirect" => QuoteKind::Indirect,
            _ => QuoteKind::Mixed,
        };
        let at = Span::new(self.text.len(), self.text.len());
        let speaker =
            (parts[1] != "-").then(|| Speaker { entity: Some(self.entity(parts[1])), mention: None, span: at });
        let cue = Some(Cue { span: at, lemma: parts[2].into(), class: Some(VerbClass::Neutral) });
        let continues = parts.get(3).map(|_| self.quotes.len() as u32 - 1);
        self.quotes.push(Quote { kind, span: at, speaker, cue, continues });
    }
}
