//! Who says what, with the shipped models, on sentences of our own.

use parallax_encoder::{EncodeOptions, HeadModel, Model, NativeEncoder, Precision, SentenceEncoder};
use parallax_quotes::{ArticleView, Attribution, AttributionTagger, Voices, attribute, quoted_spans};
use parallax_text::{Block, BlockKind, Sentence, Span, Voice};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

static MODELS: LazyLock<(SentenceEncoder, AttributionTagger)> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let model = Model::load(&folder.join("news-en")).unwrap();
    let heads = HeadModel::load(&folder.join("discourse"), &model).unwrap();
    let engine = Arc::new(NativeEncoder::with_branches(&model, &[&heads], Precision::F32).unwrap());
    let encoder = SentenceEncoder::new(&model, engine, EncodeOptions::default()).unwrap();
    (encoder, AttributionTagger::new(&heads, &model).unwrap())
});

/// Every line is a paragraph.
fn sentences(text: &str) -> (Vec<Block>, Vec<Sentence>) {
    let mut start = 0;
    let mut blocks = Vec::new();
    for line in text.split('\n') {
        blocks.push(Block { kind: BlockKind::Body, span: Span::new(start, start + line.len()) });
        start += line.len() + 1;
    }
    let sentences = parallax_split::sentences(text, &blocks);
    (blocks, sentences)
}

fn attributions(text: &str) -> Vec<Attribution> {
    let (blocks, sentences) = sentences(text);
    let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
    let encoded = MODELS.0.encode(text, &spans).unwrap();
    let quoted = quoted_spans(text, &blocks);
    let names = ["Ode", "Varga", "Lena Osk", "Osk", "she", "he", "She", "He"];
    let mut mentions: Vec<Span> = names
        .iter()
        .flat_map(|name| text.match_indices(name).map(|(at, name)| Span::new(at, at + name.len())))
        .filter(|span| !text[..span.start()].ends_with(char::is_alphanumeric))
        .filter(|span| !text[span.end()..].starts_with(char::is_alphanumeric))
        .collect();
    mentions.sort();
    mentions.dedup_by(|later, earlier| earlier.overlaps(*later));
    let view = ArticleView { text, sentences: &sentences, encoded: &encoded, quoted: &quoted, mentions: &mentions };
    attribute(&MODELS.1, &view)
}

/// The attributions of a text, as `kind: contents < source | cue`; `^2` continues the second.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = attributions(text)
        .iter()
        .map(|one| {
            let contents: Vec<&str> = one.content.iter().map(|&span| &text[span]).collect();
            let source = one.source.map_or("?", |span| &text[span]);
            let cue = one.cue.map_or("-", |cue| &text[cue.span]);
            let continues = one.continues.map_or(String::new(), |index| format!(" ^{}", index + 1));
            format!(
                "{}: {} < {source} | {cue}{continues}",
                format!("{:?}", one.kind).to_lowercase(),
                contents.join(" … ")
            )
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn a_quotation_before_or_after_its_speaker() {
    check("Ode said: “The lease is ours.”", &["direct: “The lease is ours.” < Ode | said"]);
    check("“The lease is ours,” Ode said.", &["direct: “The lease is ours,” < Ode | said"]);
    check("“The lease is ours,” said Ode on Monday.", &["direct: “The lease is ours,” < Ode | said"]);
    check("\"The lease is ours,\" she said.", &["direct: \"The lease is ours,\" < she | said"]);
    check("‘The lease is ours,’ said the spokesperson.", &["direct: ‘The lease is ours,’ < the spokesperson | said"]);
    check("'The lease is ours,' said officials.", &["direct: 'The lease is ours,' < officials | said"]);
}

#[test]
fn reported_speech_without_marks() {
    check(
        "Ode told reporters that the lease would end in May.",
        &["indirect: that the lease would end in May < Ode | told"],
    );
    check("The lease ends in May, according to Ode.", &["indirect: The lease ends in May < Ode | according to"]);
    check(
        "Varga denied that he had sold the tram line.",
        &["indirect: that he had sold the tram line < Varga | denied"],
    );
    check("Ode claimed the mayor had lied to voters.", &["indirect: the mayor had lied to voters < Ode | claimed"]);
    check("Osk warned that the bridge would fall.", &["indirect: that the bridge would fall < Osk | warned"]);
    check("Varga boasted that he had won the vote.", &["indirect: that he had won the vote < Varga | boasted"]);
}

#[test]
fn floating_quotations_continue() {
    check(
        "“The lease is ours,” Ode said. “We will not sell it.”",
        &["direct: “The lease is ours,” … “We will not sell it.” < Ode | said"],
    );
    check(
        "Ode said: “The lease is ours. It stays.\n“We built the line.\n“We will run it.”\nThe tram opens in May.",
        &[
            "direct: “The lease is ours. It stays. < Ode | said",
            "direct: “We built the line. < Ode | - ^1",
            "direct: “We will run it.” < Ode | - ^2",
        ],
    );
}

#[test]
fn quotations_in_quotations_and_broken_marks() {
    check(
        "“He told me, ‘Help us.’ I did not,” Ode said.",
        &["direct: “He told me, ‘Help us.’ I did not,” < Ode | said"],
    );
    check(
        "‘He asked, ‘How can we help? Let the navy come in,” Ode said at noon.",
        &["direct: ‘He asked, ‘How can we help? Let the navy come in,” < Ode | said"],
    );
    check("“The [tram] lease is ours,” Ode said.", &["direct: “The [tram] lease is ours,” < Ode | said"]);
    check(
        "“The lease is ours, Ode said.\nVarga said: “I know nothing of it.”",
        &["direct: “The lease is ours, Ode said. < ? | -", "direct: “I know nothing of it.” < Varga | said"],
    );
}

#[test]
fn what_stands_beside_a_quotation_is_no_part_of_it() {
    check(
        "“The lease is ours and stays with us,” Ode said after the vote on the bridge.",
        &["direct: “The lease is ours and stays with us,” < Ode | said"],
    );
    check(
        "“We will not sell the harbour,” Ode said. “They may try again,” added Varga.",
        &["direct: “We will not sell the harbour,” < Ode | said", "direct: “They may try again,” < Varga | added"],
    );
}

#[test]
fn a_sentence_goes_on_behind_the_words_of_the_outlet() {
    check(
        "“Every year,” Ode said, turning to the mayor, “you sell another line.”",
        &["direct: “Every year,” … “you sell another line.” < Ode | said"],
    );
    check(
        "“We keep the line,” Ode said before asking Varga, “Who pays for it?”",
        &["direct: “We keep the line,” < Ode | said", "direct: “Who pays for it?” < Ode | asking"],
    );
    check(
        "“It’s over,” she said of the vote, in which she had been sure that Varga would lose.",
        &["direct: “It’s over,” < she | said"],
    );
}

#[test]
fn the_layout_names_speakers() {
    check("“The harbour is not for sale.” — Lena Osk", &["direct: “The harbour is not for sale.” < Lena Osk | -"]);
    check(
        "“The harbour is not for sale.” -- Lena Osk, a pilot.",
        &["direct: “The harbour is not for sale.” < Lena Osk, a pilot | -"],
    );
    check(
        "“The harbour is not for sale” — Ode said on Monday.",
        &["direct: “The harbour is not for sale” < Ode | said"],
    );
    check(
        "Ode replied in a letter:\n“The lease is ours. It stays.\n“We built the line.”\nThe tram opens in May.",
        &["direct: “The lease is ours. It stays. < Ode | -", "direct: “We built the line.” < Ode | - ^1"],
    );
}

#[test]
fn turns_of_a_transcript_are_direct_speech() {
    let turns = "OSK: Why do you sell the tram line?\nVARGA: We do not. Ode told you that we would.\nOSK: When?";
    let expected = [
        "direct: Why do you sell the tram line? < OSK | -",
        "direct: We do not. Ode told you that we would. < VARGA | -",
        "direct: When? < OSK | -",
    ];
    check(turns, &expected);
    check_voice(turns, "tram", Voice::Direct, false);
    check_voice(turns, "VARGA", Voice::Own, false);
    check(
        "\"OSK: Why do you sell the tram line?\n\"VARGA: We do not call it “the line” any more.\n\"(Crosstalk.)\n\"OSK: When?\"",
        &[
            "direct: Why do you sell the tram line? < OSK | -",
            "direct: We do not call it “the line” any more. < VARGA | -",
            "direct: When? < OSK | -",
        ],
    );
    // Labels that do not come back, or that no other one answers, are no transcript.
    check("RELATED: The tram opens in May.\nRELATED: See the tram.\nRELATED: All about trams.", &[]);
    check("UPDATE: The tram opens in May.\nVIDEO: See the tram.\nMORE: All about trams.", &[]);
}

#[test]
fn scare_quotes_are_nobodys_words() {
    check("The ‘smart’ tram opens in May near the “well-being” park.", &[]);
}

/// The voice of the first `target` of a text.
#[track_caller]
fn check_voice(text: &str, target: &str, voice: Voice, scare_quote: bool) {
    let attributions = attributions(text);
    let (blocks, sentences) = sentences(text);
    let quoted = quoted_spans(text, &blocks);
    let standing = Voices::new(text, &sentences, &quoted, &attributions).at(Span::find(text, target).unwrap());
    assert_eq!((standing.voice, standing.scare_quote), (voice, scare_quote), "{target}: {attributions:?}");
    assert_eq!(standing.attribution.is_none(), matches!(voice, Voice::Own | Voice::Unresolved));
}

#[test]
fn a_voice_is_own_only_where_nobody_else_speaks() {
    let text = "“The mayor is brave,” Osk said. The lease runs to 2066.";
    check_voice(text, "mayor", Voice::Direct, false);
    check_voice(text, "Osk", Voice::Own, false);
    check_voice(text, "lease", Voice::Own, false);
    check_voice("Ode told reporters that Varga would leave office.", "Varga", Voice::Indirect, false);
    check_voice("Ode told reporters that Varga would leave office.", "reporters", Voice::Own, false);
    check_voice("The ‘smart’ tram opens in May.", "smart", Voice::Own, true);
}

#[test]
fn the_object_of_an_accusation_is_no_own_voice() {
    let text = "Varga accused Ode of being “afraid” of the union.";
    let attributions = attributions(text);
    let (blocks, sentences) = sentences(text);
    let quoted = quoted_spans(text, &blocks);
    let voices = Voices::new(text, &sentences, &quoted, &attributions);
    assert_ne!(voices.at(Span::find(text, "Ode").unwrap()).voice, Voice::Own, "{attributions:?}");
    assert_eq!(voices.at(Span::find(text, "afraid").unwrap()).voice, Voice::Direct, "{attributions:?}");
    assert_eq!(voices.at(Span::find(text, "Varga").unwrap()).voice, Voice::Own, "{attributions:?}");
}

#[test]
fn a_name_that_holds_the_verb_speaks_not() {
    // "Says Who" is a name here, and "Says" a verb of speech.
    for text in ["“It is ours,” Says Who told Varga.", "“It is ours.” Says Who.", "Ode claims. “It is ours,” Ode Said."]
    {
        let (_, sentences) = sentences(text);
        let spans: Vec<Span> = sentences.iter().map(|sentence| sentence.span).collect();
        let encoded = MODELS.0.encode(text, &spans).unwrap();
        let (blocks, _) = self::sentences(text);
        let quoted = quoted_spans(text, &blocks);
        for name in ["Says Who", "Ode Said", "Ode claims", "Who", "Varga", "Ode"] {
            let mentions: Vec<Span> = Span::find(text, name).into_iter().collect();
            let view =
                ArticleView { text, sentences: &sentences, encoded: &encoded, quoted: &quoted, mentions: &mentions };
            for one in attribute(&MODELS.1, &view) {
                assert!(one.source.is_none_or(|source| text.get(source.range()).is_some()), "{text}: {one:?}");
            }
        }
    }
}

#[test]
fn a_head_of_another_make_is_refused() {
    let models = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let folder = tempfile::tempdir().unwrap();
    let model = Model::load(&models.join("news-en")).unwrap();
    let config = std::fs::read_to_string(models.join("discourse/config.json")).unwrap();
    std::fs::copy(models.join("discourse/model.safetensors"), folder.path().join("model.safetensors")).unwrap();
    let refusal = |from: &str, to: &str| {
        assert!(config.contains(from), "{config}");
        std::fs::write(folder.path().join("config.json"), config.replace(from, to)).unwrap();
        let error = AttributionTagger::new(&HeadModel::load(folder.path(), &model).unwrap(), &model).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {source}")
    };
    assert!(refusal("\"attribution\"", "\"other\"").contains("no usable section `attribution`"));
    assert!(refusal("conv-crf-link/1", "lstm/1").contains("the head is `lstm/1`"));
    assert!(refusal("\"features\": 13", "\"features\": 12").contains("it reads 12 features"));
    assert!(refusal("\"link\": 64", "\"link\": 63").contains("shape"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn contents_are_in_order_disjoint_and_hold_whole_quotations(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "“", "”", "‘", "’", "\"", " ", "Ode ", "said ", "that ", "she ", "told Varga ", "according to ", "No.",
                ", ", "? ", "\n", "é", "9 ", "(", "the tram ", "accused ",
            ]),
            0..50,
        )
    ) {
        let text = pieces.concat();
        let (blocks, sentences) = sentences(&text);
        let quoted = quoted_spans(&text, &blocks);
        let found = attributions(&text);
        let mut all: Vec<Span> = found.iter().flat_map(|one| one.content.iter().copied()).collect();
        all.sort();
        for pair in all.windows(2) {
            prop_assert!(pair[0].end() <= pair[1].start());
        }
        for (index, one) in found.iter().enumerate() {
            prop_assert!(!one.content.is_empty() && one.continues.is_none_or(|other| (other as usize) < index));
            prop_assert!(index == 0 || found[index - 1].content[0] < one.content[0]);
            for span in &one.content {
                prop_assert!(!text[*span].is_empty() && blocks.iter().any(|block| block.span.contains(*span)));
            }
        }
        for quote in &quoted {
            let holders = all.iter().filter(|span| span.overlaps(quote.span));
            let whole = all.iter().any(|span| span.contains(quote.span.trimmed(&text)));
            prop_assert!(whole || (quote.is_term(&text) && holders.count() == 0), "{text:?} {quote:?} {all:?}");
        }
        let voices = Voices::new(&text, &sentences, &quoted, &found);
        for (at, character) in text.char_indices() {
            let _ = voices.at(Span::new(at, at + character.len_utf8()));
        }
    }
}
