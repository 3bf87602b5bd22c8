use super::*;
use proptest::prelude::*;

/// Text with its mentions marked: "[Ana Ruiz]PER"; "[Ana Ruiz]PER?" where the tagger is unsure.
/// A line is a sentence, an empty line ends a block.
pub(crate) fn marked(marked: &str) -> (String, Vec<Sentence>, Vec<Block>, Vec<Mention>) {
    let (mut text, mut mentions, mut rest) = (String::new(), Vec::new(), marked);
    while let Some(at) = rest.find('[') {
        text.push_str(&rest[..at]);
        let (name, behind) = rest[at + 1..].split_once(']').expect("every bracket is closed");
        let kind = EntityKind::ALL.into_iter().find(|kind| behind.starts_with(kind.label()));
        let Some(kind) = kind else {
            text.push('[');
            rest = &rest[at + 1..];
            continue;
        };
        let behind = &behind[kind.label().len()..];
        let span = Span::new(text.len(), text.len() + name.len());
        let sentence = text.matches('\n').count() as u32;
        let score = if behind.starts_with('?') { 0.4 } else { 0.9 };
        mentions.push(Mention { sentence, span, kind, form: MentionForm::Name, score, entity: None });
        text.push_str(name);
        rest = behind.strip_prefix('?').unwrap_or(behind);
    }
    text.push_str(rest);
    let (mut sentences, mut blocks, mut start) = (Vec::new(), Vec::new(), 0);
    for block in text.split("\n\n") {
        let span = Span::new(start, start + block.len());
        blocks.push(Block { kind: parallax_text::BlockKind::Body, span });
        start = span.end() + 2;
    }
    start = 0;
    for line in text.split('\n') {
        let span = Span::new(start, start + line.len());
        sentences.push(Sentence { block: text[..start].matches("\n\n").count() as u32, span });
        start = span.end() + 1;
    }
    (text, sentences, blocks, mentions)
}

fn actors(text_with_marks: &str) -> Vec<String> {
    let (text, sentences, blocks, mentions) = marked(text_with_marks);
    let (mentions, entities) = resolve(&text, &sentences, &blocks, mentions, &KnownActors::default());
    let surface = |&at: &u32| &text[mentions[at as usize].span];
    let list = |entity: &Entity| entity.mentions.iter().map(surface).collect::<Vec<_>>().join(", ");
    entities.iter().map(|entity| format!("{} {}: {}", entity.kind.label(), entity.name, list(entity))).collect()
}

#[track_caller]
fn check_actors(marked: &str, expected: &[&str]) {
    assert_eq!(actors(marked), expected);
}

#[test]
fn a_surname_joins_the_full_name() {
    check_actors("[Ana Ruiz]PER met us. [Ruiz]PER left.", &["PER Ana Ruiz: Ana Ruiz, Ruiz"]);
    check_actors("[Ruiz]PER warns\n\nMayor [Ana Ruiz]PER said", &["PER Ana Ruiz: Ruiz, Mayor Ana Ruiz"]);
    check_actors(
        "[Ana Ruiz]PER met [Eva van der Berg]PER. [van der Berg]PER left.",
        &["PER Ana Ruiz: Ana Ruiz", "PER Eva van der Berg: Eva van der Berg, van der Berg"],
    );
    check_actors(
        "[Luis Mora Soto]PER, [Mora Soto]PER, [Mora]PER, [Luis Mora]PER",
        &["PER Luis Mora Soto: Luis Mora Soto, Mora Soto, Mora, Luis Mora"],
    );
}

#[test]
fn titles_belong_to_the_mention() {
    check_actors(
        "“No, President [Stone]PER,” she told [Carl Stone]PER.",
        &["PER Carl Stone: President Stone, Carl Stone"],
    );
    check_actors(
        "[Utopian]MISC President [Ana Ruiz]PER",
        &["MISC Utopian: Utopian", "PER Ana Ruiz: President Ana Ruiz"],
    );
    check_actors(
        "[U.S.]LOC Secretary of [State]ORG [Carl Stone]PER’s visit",
        &["LOC U.S.: U.S.", "PER Carl Stone: Secretary of State Carl Stone"],
    );
    check_actors("[Utopian President Ana Ruiz]PER said [Ruiz]PER", &["PER Ana Ruiz: Utopian President Ana Ruiz, Ruiz"]);
    check_actors(
        "then-Sen. [Eva Marsh]PER and former prime minister [Ida Holt]PER",
        &["PER Eva Marsh: then-Sen. Eva Marsh", "PER Ida Holt: former prime minister Ida Holt"],
    );
    check_actors("In general [Holt]PER agreed.", &["PER Holt: Holt"]);
    check_actors("the president.\n[Ana Ruiz]PER agreed", &["PER Ana Ruiz: Ana Ruiz"]);
    check_actors("[Pope Leo]PER prayed. [Leo]PER left.", &["PER Pope Leo: Pope Leo, Leo"]);
}

#[test]
fn descriptions_and_pronouns_are_no_actors() {
    check_actors("[The President]PER spoke. [He]PER left, said [the mayor]PER.", &[]);
    check_actors("[president]PER [@anaruiz]PER [“”]MISC", &[]);
}

#[test]
fn accents_hyphens_and_capitals_do_not_tell_names_apart() {
    check_actors(
        "[Ivo B. Núñez-Ibáñez]PER said. [Nunez-Ibanez]PER wrote.",
        &["PER Ivo B. Núñez-Ibáñez: Ivo B. Núñez-Ibáñez, Nunez-Ibanez"],
    );
    check_actors("[ANA RUIZ]PER WINS\n\n[Ana Ruiz]PER won", &["PER Ana Ruiz: ANA RUIZ, Ana Ruiz"]);
}

#[test]
fn two_persons_with_one_surname_stay_apart() {
    check_actors(
        "[Ana Ruiz]PER met [Eva Ruiz]PER and [Eva Ruiz]PER.\n\n[Ruiz]PER left.",
        &["PER Ana Ruiz: Ana Ruiz", "PER Eva Ruiz: Eva Ruiz, Eva Ruiz, Ruiz"],
    );
    check_actors(
        "[Eva Ruiz]PER and [Eva Ruiz]PER.\n\n[Ana Ruiz]PER left. [Ruiz]PER was late.",
        &["PER Eva Ruiz: Eva Ruiz, Eva Ruiz", "PER Ana Ruiz: Ana Ruiz, Ruiz"],
    );
    check_actors(
        "[Carl Stone]PER, [Carl Stone Jr.]PER and [Stone]PER. [Stone]PER Jr. left.",
        &["PER Carl Stone: Carl Stone, Stone", "PER Carl Stone Jr.: Carl Stone Jr., Stone Jr."],
    );
    check_actors(
        "[Carl Stone]PER. Mr. [Stone]PER. Mr. [Stone]PER. Mrs. [Stone]PER.",
        &["PER Carl Stone: Carl Stone, Mr. Stone, Mr. Stone", "PER Stone: Mrs. Stone"],
    );
    check_actors(
        "Gov. [Jon Marsh]PER, President [Al Marsh]PER, [Jon Marsh]PER.\n\nPresident [Marsh]PER",
        &["PER Jon Marsh: Gov. Jon Marsh, Jon Marsh", "PER Al Marsh: President Al Marsh, President Marsh"],
    );
}

#[test]
fn given_names_and_initials_join_too() {
    check_actors("[Xi Lan]PER spoke, [Xi]PER said", &["PER Xi Lan: Xi Lan, Xi"]);
    check_actors("[Ana Mora-Ruiz]PER, or [AMR]PER", &["PER Ana Mora-Ruiz: Ana Mora-Ruiz, AMR"]);
    check_actors("[Michael Holt]PER, [Mike Holt]PER", &["PER Michael Holt: Michael Holt, Mike Holt"]);
}

#[test]
fn a_country_is_one_actor_by_whatever_name() {
    check_actors(
        "the [US]LOC, the [U.S.]LOC, [USA]LOC, the [United States]LOC, [America]LOC, the [States]LOC",
        &["LOC United States: US, U.S., USA, United States, America, States"],
    );
    check_actors("[U.S.-Mexico]MISC border, [Mexico]LOC", &["LOC U.S.: U.S.", "LOC Mexico: Mexico, Mexico"]);
    check_actors("the [U.S.-led]MISC force of the [U.S.]ORG", &["LOC U.S.: U.S., U.S."]);
    check_actors(
        "[Mexico]LOC City, [Mexico City]LOC, [México]LOC state, [New Mexico]LOC, Gulf of [Mexico]LOC",
        &[
            "LOC Mexico City: Mexico City, Mexico City",
            "LOC México state: México state",
            "LOC New Mexico: New Mexico",
            "LOC Gulf of Mexico: Gulf of Mexico",
        ],
    );
    check_actors(
        "the [Mexican]MISC army, [Mexicans]MISC, [Mexico]LOC",
        &["MISC Mexican: Mexican, Mexicans", "LOC Mexico: Mexico"],
    );
}

#[test]
fn an_address_names_two_places() {
    check_actors(
        "in [Ely, Texas]LOC, [Ely, México]LOC state, and [Washington, D.C.]LOC",
        &[
            "LOC Ely: Ely, Ely",
            "LOC Texas: Texas",
            "LOC México state: México state",
            "LOC Washington, D.C.: Washington, D.C.",
        ],
    );
}

#[test]
fn organisations_are_joined_by_article_acronym_and_suffix() {
    check_actors(
        "[The Wall Street Journal]ORG, the [Wall Street Journal]ORG, the [WSJ]ORG, the [Journal]ORG",
        &["ORG Wall Street Journal: The Wall Street Journal, Wall Street Journal, WSJ, Journal"],
    );
    check_actors(
        "the [Harbour Safety Council]ORG (HSC). The [HSC]ORG met.",
        &["ORG Harbour Safety Council: Harbour Safety Council, HSC"],
    );
    check_actors("the [Bureau for Fish]ORG (BUFI). [BUFI]MISC met.", &["ORG Bureau for Fish: Bureau for Fish, BUFI"]);
    check_actors(
        "[Northwind Inc.]ORG and [Northwind]ORG, [Eastwind University]ORG and [Eastwind]ORG",
        &["ORG Northwind Inc.: Northwind Inc., Northwind", "ORG Eastwind University: Eastwind University, Eastwind"],
    );
    check_actors(
        "[U.S. Army]ORG, [United States Army]ORG, [Army]ORG",
        &["ORG United States Army: U.S. Army, United States Army, Army"],
    );
    check_actors("the [White House]LOC and the [White House]ORG", &["ORG White House: White House, White House"]);
    check_actors(
        "[Mexico Daily Echo]ORG on [Mexico]LOC",
        &["ORG Mexico Daily Echo: Mexico Daily Echo", "LOC Mexico: Mexico"],
    );
}

#[test]
fn party_labels_and_small_words_are_no_names() {
    check_actors(
        "Sen. [Ana Ruiz]PER ([R-Ky.]PER) and [Eva Holt]PER, [D-Calif.]LOC, won",
        &["PER Ana Ruiz: Sen. Ana Ruiz", "PER Eva Holt: Eva Holt"],
    );
    check_actors(
        "the [federal Fish Bureau]MISC, the [Utopian-led]MISC force, [D-Day]MISC",
        &["MISC Fish Bureau: Fish Bureau", "MISC Utopian: Utopian", "MISC D-Day: D-Day"],
    );
    check_actors(
        "in [Lagos]LOC, [Fla.]LOC, or [Florida]ORG, [Under]MISC? Mr. [Holt]PER",
        &["LOC Lagos: Lagos", "LOC Florida: Fla, Florida", "MISC Under: Under", "PER Holt: Mr. Holt"],
    );
    check_actors("the [White House]ORG and the [House]LOC", &["ORG White House: White House", "ORG House: House"]);
}

#[test]
fn an_administration_is_not_the_person() {
    check_actors(
        "The [Stone]PER administration. [Carl Stone]PER’s administration.",
        &["ORG Stone administration: Stone administration", "PER Carl Stone: Carl Stone"],
    );
}

#[test]
fn an_odd_kind_follows_the_others() {
    check_actors("[Ruiz]PER, [Ruiz]PER, [Ruiz]ORG?", &["PER Ruiz: Ruiz, Ruiz, Ruiz"]);
    check_actors("[Ana Ruiz]PER, [Ruiz]LOC?", &["PER Ana Ruiz: Ana Ruiz, Ruiz"]);
    check_actors("[Lagos]LOC, [Lagos]LOC, [Ivo Lagos]PER", &["LOC Lagos: Lagos, Lagos", "PER Ivo Lagos: Ivo Lagos"]);
    check_actors(
        "[Ivo Washington]PER in [Washington]LOC",
        &["PER Ivo Washington: Ivo Washington", "LOC Washington: Washington"],
    );
}

#[test]
fn an_organisation_is_known_by_its_last_word_and_a_sentence_by_its_capital() {
    check_actors(
        "the [Lagos Police]LOC, the [U.S. Army]LOC",
        &["ORG Lagos Police: Lagos Police", "ORG U.S. Army: U.S. Army"],
    );
    check_actors("[Key Lagos]LOC? dates\n\n[Lagos]LOC, [Lagos]LOC", &["LOC Lagos: Lagos, Lagos, Lagos"]);
    check_actors(
        "[New Lagos]LOC dates\n\n[Lagos]LOC, [Lagos]LOC",
        &["LOC New Lagos: New Lagos", "LOC Lagos: Lagos, Lagos"],
    );
    check_actors("in the [U.S]LOC.", &["LOC U.S.: U.S."]);
}

#[test]
fn forms_tell_names_short_names_and_titles() {
    let (text, sentences, blocks, mentions) =
        marked("[Ana Ruiz]PER; [Ruiz]PER; President [Ruiz]PER; [US]LOC; [United States]LOC");
    let (mentions, _) = resolve(&text, &sentences, &blocks, mentions, &KnownActors::default());
    let forms: Vec<MentionForm> = mentions.iter().map(|mention| mention.form).collect();
    assert_eq!(
        forms,
        [MentionForm::Name, MentionForm::ShortName, MentionForm::Title, MentionForm::ShortName, MentionForm::Name]
    );
}

/// Mentions anywhere, over text that has names, titles and noise.
fn any_mentions() -> impl Strategy<Value = (String, Vec<Mention>)> {
    let words = prop::sample::select(vec![
        "Ana",
        "Ruiz",
        "President",
        "Mr.",
        "Jr.",
        "U.S.",
        "US-Mexico",
        "Ruiz’s",
        "(HSC)",
        "“Harbour",
        "Council”",
        "HSC",
        "the",
        "administration",
        "Mexico",
        "City",
        "said",
        "é-É",
        "\n\n",
        "@x",
        "Secretary of State",
        "von",
        "III",
        "[Stone]",
        "A.",
    ]);
    let text = prop::collection::vec(words, 1..30).prop_map(|words| words.join(" "));
    let mention = (0..200usize, 0..30usize, 0..4usize, 0..12u32, 0.0..1.0f32);
    (text, prop::collection::vec(mention, 0..20)).prop_map(|(text, raw)| {
        let mention = |(start, length, kind, sentence, score)| {
            let span = Span::new(start, start + length);
            Mention { sentence, span, kind: EntityKind::ALL[kind], form: MentionForm::Name, score, entity: None }
        };
        (text, raw.into_iter().map(mention).collect())
    })
}

proptest! {
    #[test]
    fn every_mention_has_one_entity_and_lies_in_the_text((text, mentions) in any_mentions()) {
        let (text_again, sentences, blocks, _) = marked(&text.replace('[', "("));
        let (mentions, entities) = resolve(&text_again, &sentences, &blocks, mentions, &KnownActors::default());
        let mut listed = vec![0; mentions.len()];
        for (index, entity) in entities.iter().enumerate() {
            prop_assert!(!entity.name.is_empty() && entity.mentions.is_sorted_by(|a, b| a < b));
            for &at in &entity.mentions {
                listed[at as usize] += 1;
                prop_assert_eq!(mentions[at as usize].entity, Some(index as u32));
            }
        }
        prop_assert!(listed.iter().all(|&count| count == 1));
        prop_assert!(entities.is_sorted_by(|a, b| a.mentions[0] < b.mentions[0]));
        for mention in &mentions {
            let cut = text_again.get(mention.span.range());
            prop_assert!(cut.is_some_and(|cut| !cut.is_empty() && cut.trim() == cut));
        }
        prop_assert!(mentions.is_sorted_by(|a, b| a.span.end() <= b.span.start()));
    }

    #[test]
    fn the_order_of_the_mentions_given_does_not_matter((text, mut mentions) in any_mentions()) {
        let (text, sentences, blocks, _) = marked(&text.replace('[', "("));
        let once = resolve(&text, &sentences, &blocks, mentions.clone(), &KnownActors::default());
        mentions.reverse();
        prop_assert_eq!(resolve(&text, &sentences, &blocks, mentions, &KnownActors::default()), once);
    }
}

#[test]
fn the_article_decides_on_the_kind_of_a_name() {
    check_actors(
        "[Ana Ruiz]PER spoke, [Ruiz]PER said. [Ruiz]LOC’s plan failed; voters in [Ruiz]LOC laughed.",
        &["PER Ana Ruiz: Ana Ruiz, Ruiz, Ruiz", "LOC Ruiz: Ruiz"],
    );
    check_actors(
        "[Norvane Group]ORG pays. [Norvane]PER and [Norvane]LOC wait.",
        &["ORG Norvane Group: Norvane Group, Norvane, Norvane"],
    );
    check_actors(
        "[Norvane]LOC pays, [Norvane]LOC waits, [Norvane]PER gains.",
        &["LOC Norvane: Norvane, Norvane, Norvane"],
    );
}

#[test]
fn a_capital_is_a_government_only_where_usage_shows_it() {
    check_actors(
        "[Washington]LOC warned us of pressure from [Washington]LOC. He lives in [Washington]LOC.",
        &["ORG Washington: Washington, Washington", "LOC Washington: Washington"],
    );
    check_actors("Flights to [Paris]LOC. [Paris]LOC is grey.", &["LOC Paris: Paris, Paris"]);
    check_actors("[Ost]LOC said no.", &["LOC Ost: Ost"]);
}

#[test]
fn a_photo_agency_is_no_person() {
    check_actors(
        "A boat. ([NorPix]PER via [Getty Images]ORG)",
        &["ORG NorPix: NorPix", "ORG Getty Images: Getty Images"],
    );
}
