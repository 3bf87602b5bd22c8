//! Quotations and reporting verbs on what news pages bring.

use parallax_quotes::{VerbClass, quoted_spans, reporting_verbs};
use parallax_text::{Block, BlockKind, Span};
use proptest::prelude::*;

/// One block a line.
fn blocks(text: &str) -> Vec<Block> {
    let mut start = 0;
    let mut blocks = Vec::new();
    for line in text.split('\n') {
        blocks.push(Block { kind: BlockKind::Body, span: Span::new(start, start + line.len()) });
        start += line.len() + 1;
    }
    blocks
}

/// The quotations of `text` are these; one that is not closed is marked by a final `~`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = quoted_spans(text, &blocks(text))
        .into_iter()
        .map(|quote| format!("{}{}", &text[quote.span], if quote.closed { "" } else { "~" }))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn all_kinds_of_marks_are_read() {
    check("“It is so,” she said, “and stays so.”", &["“It is so,”", "“and stays so.”"]);
    check("\"It is so,\" she said, \"and stays so.\"", &["\"It is so,\"", "\"and stays so.\""]);
    check("‘It is so,’ she said, ‘and stays so.’", &["‘It is so,’", "‘and stays so.’"]);
    check("'It is so,' she said, 'and stays so.'", &["'It is so,'", "'and stays so.'"]);
    check("« C’est vrai », dit-elle.", &["« C’est vrai »"]);
    check("„Das ist so“, sagte sie.", &["„Das ist so“"]);
    check("It was called (\"a gift\").", &["\"a gift\""]);
    check("''It is so,'' she said, ``and stays so.''", &["''It is so,''", "``and stays so.''"]);
    check("a \"well-being\" plan—\"odd\"—and a ‘gift’.", &["\"well-being\"", "\"odd\"", "‘gift’"]);
}

#[test]
fn apostrophes_are_not_quotation_marks() {
    check("Estmark’s mayor doesn’t recall the ’90s or the Joneses’ house, she's sure it wasn't '88.", &[]);
    check("The dockers' union and the dockers’ hall. Rock 'n' roll. Give 'em time. ’Tis late.", &[]);
    check("‘We don’t know the Joneses’ house,’ he said.", &["‘We don’t know the Joneses’ house,’"]);
    check("'We don't know the dockers' hall,' he said.", &["'We don't know the dockers' hall,'"]);
    check("“It’s the dockers’ hall,” he said.", &["“It’s the dockers’ hall,”"]);
}

#[test]
fn of_nested_quotations_the_outermost_is_reported() {
    check("“He said, ‘Help me.’ I did not,” she said.", &["“He said, ‘Help me.’ I did not,”"]);
    check("‘I said, “It is ours.”’ He left.", &["‘I said, “It is ours.”’"]);
    check("\"He called it \"a trap\" and left,\" she said.", &["\"He called it \"a trap\" and left,\""]);
    check("“He said, ‘Help me.’” Then “no.”", &["“He said, ‘Help me.’”", "“no.”"]);
}

#[test]
fn a_quotation_may_close_with_another_kind_of_mark() {
    check(
        "‘He asked, ‘How can we help? Let the navy come in,” she said at noon.",
        &["‘He asked, ‘How can we help? Let the navy come in,”"],
    );
    check("‘It is ours,” she said. ‘And stays ours,’ she added.", &["‘It is ours,”", "‘And stays ours,’"]);
    check("“It is ours,’ she said.", &["“It is ours,’"]);
    check("“He said: ‘Help me, let them in,” she said.", &["“He said: ‘Help me, let them in,”"]);
}

#[test]
fn a_quotation_over_several_paragraphs_is_found_in_each() {
    check(
        "She said: “It is ours. It stays.\n“We built it.\n“We will run it.” He left.",
        &["“It is ours. It stays.~", "“We built it.~", "“We will run it.”"],
    );
}

#[test]
fn a_broken_quotation_ends_with_its_sentence_or_block() {
    check("She said “it is ours. Then she left. Nobody knew.\nHe said “no.”", &["“it is ours.~", "“no.”"]);
    check("“It is ours. Then she left.\nNobody knew.", &["“It is ours. Then she left.~"]);
    check("“It is ours, she said. “It stays ours,” she added.", &["“It is ours, she said.~", "“It stays ours,”"]);
    check("It is ours,” she said. “It stays.”", &["“It stays.”"]);
    check("He quoted “the Rev. Roe of Arlo. Nobody knew why.", &["“the Rev. Roe of Arlo.~"]);
    check("She said “we do it. Then she left.", &["“we do it.~"]);
    check("“\nShe said “” and “no.”", &["“no.”"]);
    check("A 6\" pipe, 12' long. \"Odd,\" he said.", &["\"Odd,\""]);
}

#[test]
fn short_quotations_are_found_and_can_be_told_apart() {
    let check = |text: &str, words: usize, scare: bool| {
        let quote = quoted_spans(text, &blocks(text))[0];
        assert_eq!((quote.words(text), quote.is_scare_quote(text)), (words, scare), "{text}");
    };
    check("The “experts” agreed.", 1, true);
    check("It was “not for sale,” she said.", 3, false);
    check("“No!” she said.", 1, false);
    check("It is “run by the unions” now.", 4, false);
}

#[test]
fn quotations_never_leave_their_block_and_bylines_have_none() {
    let text = "By “Ada\nShe said “no” twice.";
    let mut found = blocks(text);
    found[0].kind = BlockKind::Byline;
    let quotes = quoted_spans(text, &found);
    assert_eq!((quotes.len(), quotes[0].block), (1, 1));
}

#[track_caller]
fn check_verbs(text: &str, expected: &[(&str, &str)]) {
    let found: Vec<(&str, &str)> = reporting_verbs(text, Span::new(0, text.len()))
        .into_iter()
        .map(|verb| (&text[verb.span], verb.lemma))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn reporting_verbs_are_found_in_all_their_forms() {
    check_verbs("She says no, said no, is saying no.", &[("says", "say"), ("said", "say"), ("saying", "say")]);
    check_verbs(
        "He denied it, denies it, is denying it.",
        &[("denied", "deny"), ("denies", "deny"), ("denying", "deny")],
    );
    check_verbs("She wrote that they begged him.", &[("wrote", "write"), ("begged", "beg")]);
    check_verbs(
        "According to the mayor, Osk pointed out the gap.",
        &[("According to", "according to"), ("pointed out", "pointed out")],
    );
    check_verbs("The president claims that ministers warn him.", &[("claims", "claim"), ("warn", "warn")]);
    check_verbs("The mayor charged that it was false.", &[("charged", "charge")]);
    check_verbs("“Enough,” she continued.", &[("continued", "continue")]);
}

#[test]
fn nouns_and_other_senses_are_not_taken() {
    check_verbs("The report, a note and the claims of the union were kept.", &[]);
    check_verbs("In remarks to state television in the United States.", &[]);
    check_verbs("False claims about alleged ships in a so-called inquiry.", &[]);
    check_verbs("Work continued on the third berth.", &[]);
    check_verbs("The warning came late.", &[]);
    check_verbs("Attacks that hit the coast.", &[]);
    check_verbs("Ships attacked the coast and the court ordered a report.", &[]);
    check_verbs("Unsaid things.", &[]);
    check_verbs("Without some fear of heights, few climb.", &[]);
    check_verbs("The night express is late.", &[]);
}

#[test]
fn asides_and_expressed_feelings_are_reported() {
    check_verbs("A strike, some fear, could follow.", &[("fear", "fear")]);
    check_verbs("Ode expressed her exasperation.", &[("expressed", "express")]);
}

#[test]
fn verbs_carry_their_class() {
    let check = |text: &str, class: VerbClass| {
        assert_eq!(reporting_verbs(text, Span::new(0, text.len()))[0].class, class, "{text}");
    };
    check("She said so.", VerbClass::Neutral);
    check("She insisted.", VerbClass::Assertive);
    check("She claimed so.", VerbClass::Doubting);
    check("She boasted.", VerbClass::Emotive);
}

#[test]
fn hostile_text_costs_time_in_proportion_to_its_size() {
    for piece in ["“", "”", "\"", "'", "‘a ", "’ ", "“a. ", "\" ", "said ", "“a\n", "a'"] {
        let text = piece.repeat(400_000 / piece.len());
        let started = std::time::Instant::now();
        let block = [Block { kind: BlockKind::Body, span: Span::new(0, text.len()) }];
        let _ = (quoted_spans(&text, &block), quoted_spans(&text, &blocks(&text)));
        let _ = reporting_verbs(&text, block[0].span);
        assert!(started.elapsed().as_secs() < 5, "{piece:?} took {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn quotations_are_in_order_disjoint_and_inside_their_block(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["“", "”", "‘", "’", "\"", "'", "«", "»", " ", " ", "a", "s", "No", ".", ",", "?", "\n", "é", "9", "(", "—"]),
            0..60,
        )
    ) {
        let text = pieces.concat();
        let blocks = blocks(&text);
        let mut at = 0;
        for quote in quoted_spans(&text, &blocks) {
            prop_assert!(at <= quote.span.start() && !quote.span.is_empty());
            prop_assert!(blocks[quote.block as usize].span.contains(quote.span));
            prop_assert!(quote.inside(&text).end() <= quote.span.end());
            at = quote.span.end();
        }
    }

    #[test]
    fn any_string_is_read(text in "\\PC{0,200}") {
        for quote in quoted_spans(&text, &blocks(&text)) {
            let _ = (quote.words(&text), quote.is_scare_quote(&text));
        }
        for verb in reporting_verbs(&text, Span::new(0, text.len())) {
            prop_assert!(text[verb.span].chars().next().is_some_and(char::is_alphabetic));
        }
    }
}
