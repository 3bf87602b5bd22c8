//! The English "Golden Rules" of pragmatic sentence segmentation (K. Dias, pragmatic_segmenter),
//! each with a sentence of our own. In a case, `|` stands where a sentence has to end.

use parallax_split::split;

#[track_caller]
fn check(rule: &str, marked: &str) {
    let expected: Vec<&str> = marked.split('|').map(str::trim).filter(|sentence| !sentence.is_empty()).collect();
    let text = marked.replace('|', "");
    let found: Vec<&str> = split(&text).into_iter().map(|span| &text[span]).collect();
    assert_eq!(found, expected, "{rule}");
}

#[test]
fn each_golden_rule_holds_for_a_sentence_of_our_own() {
    for (rule, marked) in RULES {
        check(rule, marked);
    }
}

const RULES: &[(&str, &str)] = &[
    ("1 full stop", "The ferry is late.| Nobody is surprised."),
    ("2 question mark", "Who mended the crane?| Lena mended it."),
    ("3 exclamation mark", "What a storm!| The roof is gone."),
    ("4 upper-case initial", "The plan was drawn by Oskar R. Brenn in a week."),
    ("5 lower-case one-letter abbreviation", "The clause stands on p. 171 of the draft."),
    ("6 two-letter lower-case abbreviation inside", "Have Pavel and co. left the quay?"),
    ("7 two-letter upper-case abbreviation inside", "She sold the tug to Marsh, Tovey & Co. for one crown."),
    ("8 two-letter lower-case abbreviation at the end", "Ask Pavel and co.| They were there all night."),
    ("9 two-letter upper-case abbreviation at the end", "She sold the tug to Marsh, Tovey & Co.| It sank in May."),
    ("10 abbreviation before a name", "From the bridge you see Mt. Arrel on clear days."),
    ("11 abbreviations before and after a name", "St. Brice's Hall is on 12th st. beside the bakery."),
    ("12 possessive abbreviation", "This was Marek Tovey Jr.'s first boat."),
    ("13 abbreviation of several letters inside", "They crossed the U.S.A. by rail twice."),
    ("14 abbreviation of several letters at the end", "The rule came from the E.U.| Why does it matter here?"),
    ("15 U.S. ends a sentence", "Her sister moved to the U.S.| Where did yours go?"),
    ("16 U.S. before a name", "He studied maps for the U.S. Navy in Virginia."),
    ("17 U.S. inside", "Half of the grain in the U.S. goes by river."),
    (
        "18 a.m. and p.m. inside and at the end",
        "At 6 a.m. Ms. Sollander opened the lock.| The last barge passed at 9 P.M.| Ms. Sollander then went home.",
    ),
    ("19 number inside", "A day ticket costs $12.50 on the island."),
    ("20 number at the end", "A day ticket costs $12.50.| Children go free."),
    ("21 brackets inside", "She runs the archive (She once ran the whole museum.) on two days a week."),
    ("22 e-mail address", "Write to Lena.Marsh@quay.example.org.| She reads everything."),
    ("23 web address", "The draft is at: https://www.port.2026.example/lease/final_draft.html.| Please read it first."),
    ("24 single quotation marks inside", "He leaned over, 'Nobody knows.' he whispered."),
    ("25 double quotation marks inside", "He leaned over, \"Nobody knows.\" he whispered."),
    ("26 double quotation marks at the end", "He leaned over, \"Nobody knows.\"| She put down the lamp."),
    ("27 two exclamation marks", "Land!!| We had given up hope."),
    ("28 two question marks", "Really??| When was that?"),
    ("29 exclamation and question mark", "Forty years!?| Who signed that?"),
    ("30 question and exclamation mark", "Forty years?!| Who signed that?"),
    ("31 list: full stop and bracket, no stop", "1.) Two new berths |2.) A rail link"),
    ("32 list: full stop and bracket, stop", "1.) Two new berths. |2.) A rail link."),
    ("33 list: bracket, no stop", "1) Two new berths |2) A rail link"),
    ("34 list: bracket, stop", "1) Two new berths. |2) A rail link."),
    ("35 list: full stop, no stop", "1. Two new berths |2. A rail link"),
    ("36 list: full stop, stop", "1. Two new berths. |2. A rail link."),
    ("37 list: bullets", "• 4. Two new berths |• 5. A rail link"),
    ("38 list: hyphens", "⁃4. Two new berths |⁃5. A rail link"),
    ("39 list: letters", "a. Two new berths |b. A rail link |c. A crane from this century"),
    ("40 line break inside a sentence", "The minutes were typed\nin two columns and then lost."),
    ("41 line break after a space", "It was a windy \nmorning on the quay."),
    ("42 list of lower-case lines", "berths\n|rail link\n|cranes, winches\n"),
    ("43 coordinates", "The wreck lies at N°. 5512.104.877.| Divers found it in June."),
    ("44 name with an exclamation mark", "He sells tickets for Splash! on the north beach."),
    ("45 I at the end, I as an initial", "Nobody knew but Ruta and I.| Have you met Daniel I. Wren?"),
    (
        "46 ellipsis at the end of a quotation",
        "The report finds that, over time, “the cost of waiting will exceed the cost of the bridge. . . .”",
    ),
    ("47 ellipsis in brackets", "\"The council [...] approved the plan without debate [...]\" (Thorsen 12)."),
    (
        "48 spaced ellipsis with a full stop",
        "Where the clerk grew tired of writing he left a row of dots and went home . . . . |Nobody complained.",
    ),
    ("49 four dots", "I could have told them....| She shut the window."),
    (
        "50 ellipsis inside",
        "I never quite ... you see, what he...said . . . what I heard, the point is . . . I wasn’t there.",
    ),
    (
        "51 ellipsis that opens a sentence",
        "A second reason which had long been forgotten . . . was the price of coal in those years.| . . . The line was \
         closed in spring. . . .",
    ),
    (
        "52 no space after a stop",
        "The tide turned.|Today it is calm.|Ms. Voss counted the boats and wrote 1,400.|That is few.",
    ),
];
