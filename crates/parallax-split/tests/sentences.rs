//! What a news page brings: quotations, names, numbers, broken lines, other languages, any bytes.

use parallax_split::{sentences, split};
use parallax_text::{Block, BlockKind, Span};
use proptest::prelude::*;

/// `|` stands where a sentence has to end.
#[track_caller]
fn check(marked: &str) {
    let expected: Vec<&str> = marked.split('|').map(str::trim).filter(|sentence| !sentence.is_empty()).collect();
    let text = marked.replace('|', "");
    let found: Vec<&str> = split(&text).into_iter().map(|span| &text[span]).collect();
    assert_eq!(found, expected);
}

#[test]
fn closing_marks_and_reporting_clauses_stay_with_their_sentence() {
    check("“It is so,” she said.| He left.");
    check("“It is so.”| He left.");
    check("“Why create this?” she asked.| He left.");
    check("“Why create this?” the mayor asked.| He left.");
    check("“Why create this?” Ms. Dalca asked.| He left.");
    check("“Why create this?” Osk of the Dockers’ Federation asked on Sunday.| He left.");
    check("“Stop!” shouted Osk.| He left.");
    check("“Was it fair?”| Dalca said she did not know.");
    check("‘We’re not afraid,’ she said.| ‘He should try it.’");
    check("(He left early.)| She stayed.");
    check("He read the whole contract (all 212 pages. Twice.) before breakfast.");
    check("I say (and I was there!) that he left.");
    check("The end.[12]| The next one.[3][4]| The last.");
    check("\"It is so.\" |\"It is not.\" |\"It is.\"");
}

#[test]
fn a_quotation_of_several_sentences_is_split_inside() {
    check("“No, Mr. President, it is ours.| We can talk.| We can share it,” she said.| “But it is ours.”");
    check("She said: “It is ours. |... We can talk, but with you there and us here.| We will never sell.”");
    check("“They took it.| … It’s true.| … They are gone,” he said.");
    check("“… We had a deal.| I told [Dalca] that.| They’re bad news,” he said.");
    check("He asked: ‘How can we help?| I propose that the U.S. Navy come in,” she said.");
}

#[test]
fn abbreviations_end_a_sentence_only_where_the_next_word_opens_one() {
    check("Troops of the U.S. Army left.| So did Gen. Paul J. Ortiz Sr. and Sen. Ada B. Roe.");
    check("They went to the U.S. |The port closed.");
    check("They went to the U.S. |Dalca has agreed to follow.");
    check("The U.S. Secretary of State called the U.S. Embassy in D.C. on Jan. 20.");
    check("It moved to Washington, D.C. |In May it moved back.");
    check("Marsh Inc. and Tovey Ltd. merged.| Marsh Corp. President Ada Roe resigned.");
    check("See No. 5 vs. No. 7, e.g. on p. 3, or ask Dr. Voss, Ph.D., at 9 a.m. on Monday.");
    check("Is it true?| No.| It never was.");
    check("The hearing starts at 9 a.m. Monday.| The vote follows at 5 p.m. EST.");
    check("J. K. Marsh and J.K. Marsh met Patrick J. McDonald at St. Anne's.");
    check("They prefer Plan B. |It costs less.");
    check("It closed in Ferris, Mo. |Voss moved to Selby, Ala. (CPA) in May.");
    check("In 2008 then-Sen. Roe and ex-Gov. Marsh agreed.");
    check("We sail at noon.| P.S. The tug is late.");
    check("Crew, pilots, tugs, etc. |All of them wait.");
}

#[test]
fn numbers_addresses_and_files_are_not_cut() {
    check("It rose 1.5 percent to 2,114.8 points at 10.30 and fell to .5.| Then it stopped.");
    check("Go to Newsbeam.com or mail a.b@c.example.org, open notes.v2.txt, ask ASP.Net.| Done.");
    check("In 2009. |Later it fell.");
    check("They won 3.| Four lost.");
    check("Am 3. Oktober kam er. |Dann ging er.");
}

#[test]
fn list_marks_open_their_item() {
    check("1. First\n|2. Second\n|3. Third");
    check("• Mayor says no.\n|• President says yes.");
    check("a. The port |b. The rail");
    check("a. The first berth |b. The second berth |c. The third berth");
    check("The rules: |1. Be early. |2. Be brief.");
    check("It was built by A. Brandt.");
}

#[test]
fn a_lost_space_after_a_stop_is_seen() {
    check("It was the end.|Next came the rain.");
    check("Is it over?|Yes.| It is over!|Go.");
    check("She said “It is ours.”|Then she left.");
    check("It rained on Sunday.|Mr. Ruiz stayed in Ferris.|The tug did not.");
    check("Open Notes.Book or ask Node.js and Visit.Norrvik.");
}

#[test]
fn careless_writing_is_still_split() {
    check("is it open today?| i went twice.| nobody there.");
    check("great place :)| We will come again");
    check("My phone broke last night.| i called the shop.| nobody picked up");
    check("LENA MARSH| 04/12/2024 09:15 AM| Please send the file");
    check("see http://quay.example.org/list| We will be there");
}

#[test]
fn edited_text_is_not_cut_where_no_stop_stands() {
    check("Mayor Ada Lindqvist told the Norrvik Post on Tuesday that Otto Brandt of the Dockers’ Federation would go.");
    check("The ferry Sankt Olaf left Port Ferris for the Isle of Marr in May 2024 with Chancellor Ruth Voss aboard.");
    check("Harbour Council Votes To Keep The Ferry As Marsh Wins Second Term");
    check("Brandt wrote: “We will not pay.”");
    check("Those who spoke – Marsh, Tovey, Brandt – asked for The Norrvik Post to print it.");
    check("Chris Marsh Jr. and Mike Tovey came (They were late.) and The Lodge was full");
}

#[test]
fn the_model_only_adds_to_the_rules() {
    let text = "Call me at the office tomorrow. i will be there. LENA MARSH 04/12/2024 09:15 AM Please send the file";
    let ends = |spans: Vec<Span>| spans.into_iter().map(Span::end).collect::<Vec<_>>();
    let (rules, all) = (ends(parallax_split::training::split_by_rules(text)), ends(split(text)));
    assert!(rules.iter().all(|end| all.contains(end)) && all.len() > rules.len(), "{rules:?} {all:?}");
    let gold = [Span::find(text, "Call me at the office tomorrow.").unwrap()];
    let places = parallax_split::training::places(text, &gold);
    assert!(places.iter().all(|place| text[place.at..].starts_with(' ') && !place.ends));
    assert!(
        places.iter().flat_map(|place| &place.features).all(|&f| (f as usize) < parallax_split::training::FEATURES)
    );
}

#[test]
fn dashes_and_ellipses_inside_a_sentence_do_not_end_it() {
    check("He does not ask us to leave — we will not act alone — but we can help.");
    check("In two of her letters … she said so.| I well... never mind.");
    check("SANT OREL, Estmark (CPA) — The mayor said no.| — Lena Marsh, crane driver");
}

#[test]
fn wrapped_lines_are_joined_and_headings_are_not() {
    check(
        "The council met late on Tuesday in the hall behind the market,\nwhere the heating had failed for \
         the second time in a week and\nMayor Dalca kept her coat on.| Nobody stayed for long, and there\nwere no questions.",
    );
    check("What the contract says\n|The draft has 212 pages and a clause on page 171 that nobody had mentioned.");
    check("One line.\n\n|Another paragraph without a stop\n\n|A third one");
}

#[test]
fn other_languages_come_through_without_disaster() {
    check("¿Quién pagó la grúa?| ¡Nadie!| El puerto no se vende, dijo la Sra. Ortiz.| «No es nuestro.»| Y se fue.");
    check("Le maire a dit « non ». |Puis il est parti avec M. Brun.");
    check("„Das ist falsch“, sagte sie.| „Es bleibt so.“| Dann ging Dr. Roth.");
    check("彼は来た。|そして帰った。");
}

#[test]
fn all_capitals_are_read_as_a_sentence() {
    check("U.S. TROOPS LEAVE PORT| ".trim_end_matches("| "));
    check("MAYOR SAYS NO TO LEASE!| PRESIDENT ANSWERS.");
}

#[test]
fn headlines_are_one_sentence_unless_they_plainly_hold_several() {
    let check = |kind: BlockKind, marked: &str| {
        let text = marked.replace('|', "");
        let block = Block { kind, span: Span::new(0, text.len()) };
        let found: Vec<&str> = sentences(&text, &[block]).into_iter().map(|sentence| &text[sentence.span]).collect();
        assert_eq!(found, marked.split('|').map(str::trim).collect::<Vec<_>>());
    };
    check(BlockKind::Headline, "Why the U.S. Is Leaving the Port");
    check(BlockKind::Headline, "Dalca v. Valtari: Inside the Case of A. Brandt... And Others");
    check(BlockKind::Headline, "The president asked.| The mayor said no");
    check(BlockKind::Subhead, "Troops\nat the port");
    check(BlockKind::Body, "Off to the U.S.| Is it far?");
}

#[test]
fn sentences_carry_their_block_and_bytes_of_the_text() {
    let text = "Headline\n\nBy Ada Roe\n\nOne. Two.";
    let block = |kind, part: &str| Block { kind, span: Span::find(text, part).unwrap() };
    let blocks = [
        block(BlockKind::Headline, "Headline"),
        block(BlockKind::Byline, "By Ada Roe"),
        block(BlockKind::Body, "One. Two."),
    ];
    let found: Vec<(u32, &str)> =
        sentences(text, &blocks).into_iter().map(|sentence| (sentence.block, &text[sentence.span])).collect();
    assert_eq!(found, [(0, "Headline"), (2, "One."), (2, "Two.")]);
}

#[test]
fn hostile_text_costs_time_in_proportion_to_its_size() {
    for piece in ["(", "[", ". ", "...", "\"", "a.", "1. ", "• ", "\n", "? ", "a\n", ":", "U.S. ", "’"] {
        let text = piece.repeat(1_000_000 / piece.len());
        let started = std::time::Instant::now();
        let found = split(&text);
        assert!(found.len() <= text.len());
        assert!(started.elapsed().as_secs() < 5, "{piece:?} took {:?}", started.elapsed());
    }
}

/// Text with all that the rules look at.
fn messy_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("U.S."),
        Just("Mr."),
        Just("Dalca"),
        Just("said"),
        Just("he"),
        Just("The"),
        Just("No."),
        Just("5"),
        Just("a.m."),
        Just("."),
        Just("..."),
        Just(". . ."),
        Just("…"),
        Just("?"),
        Just("!"),
        Just("“"),
        Just("”"),
        Just("‘"),
        Just("’"),
        Just("\""),
        Just("'"),
        Just("("),
        Just(")"),
        Just("["),
        Just("]"),
        Just("•"),
        Just("1."),
        Just("2."),
        Just("a)"),
        Just("\n"),
        Just("\n\n"),
        Just(" "),
        Just(" "),
        Just(" "),
        Just("\u{a0}"),
        Just("—"),
        Just(":)"),
        Just("é"),
        Just("🔥"),
        Just("İ"),
        Just("«"),
        Just("¿"),
        Just("x@y.org"),
        Just("。"),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn holds_everything(text: &str) {
    let mut at = 0;
    for span in split(text) {
        assert!(at <= span.start() && !span.is_empty());
        assert!(text[at..span.start()].trim().is_empty(), "lost {:?}", &text[at..span.start()]);
        assert_eq!(span.trimmed(text), span);
        at = span.end();
    }
    assert!(text[at..].trim().is_empty());
}

proptest! {
    #[test]
    fn nothing_is_lost_and_spans_are_trimmed_and_in_order(text in messy_text()) {
        holds_everything(&text);
    }

    #[test]
    fn any_string_is_split(text in "\\PC{0,200}") {
        holds_everything(&text);
    }

    #[test]
    fn cutting_out_a_sentence_leaves_the_others(plain in prop::collection::vec("[A-Z][a-z]{2,6}( [a-z]{4,6}){2,5}[.?!]", 2..6), cut in 0usize..6) {
        let cut = cut % plain.len();
        let rest: Vec<&str> = plain.iter().enumerate().filter(|(index, _)| *index != cut).map(|(_, one)| one.as_str()).collect();
        let text = rest.join(" ");
        let found: Vec<&str> = split(&text).into_iter().map(|span| &text[span]).collect();
        prop_assert_eq!(found, rest);
    }
}
