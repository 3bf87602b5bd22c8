use super::*;
use proptest::prelude::*;

/// One actor: "PER Ana Ruiz: Ana Ruiz 2, President Ruiz 1 @ president/Ost"; with "~" before it
/// where it has no name; the sentence that describes it first behind " # ".
fn actor(line: &str) -> ArticleActor {
    let (line, sentence) = line.split_once(" # ").map_or((line, None), |(line, sentence)| (line, Some(sentence)));
    let (line, office) = line.split_once(" @ ").map_or((line, None), |(line, office)| (line, Some(office)));
    let (is_named, line) = (!line.starts_with('~'), line.trim_start_matches('~'));
    let (head, forms) = line.split_once(": ").expect("forms behind a colon");
    let (kind, name) = head.split_once(' ').expect("kind and name");
    let form = |form: &str| {
        let (form, count) = form.rsplit_once(' ').expect("form and count");
        (form.to_owned(), count.parse().expect("a count"))
    };
    ArticleActor {
        name: name.to_owned(),
        kind: EntityKind::from_label(kind).expect("a kind"),
        forms: forms.split(", ").map(form).collect(),
        is_named,
        offices: office.map(office_of_country).into_iter().collect(),
        described_in: sentence.map(str::to_owned),
    }
}

fn office_of_country(office: &str) -> OfficeOf {
    let (office, country) = office.split_once('/').expect("office and country");
    let is_leader = matches!(office, "president" | "leader");
    OfficeOf { office: office.to_owned(), country: country.to_owned(), is_leader }
}

fn articles(lines: &[&[&str]]) -> Vec<ActorsOf> {
    let article = |(index, lines): (usize, &&[&str])| ActorsOf {
        doc_id: format!("doc-{index}"),
        actors: lines.iter().map(|line| actor(line)).collect(),
    };
    lines.iter().enumerate().map(article).collect()
}

fn shown(articles: &[ActorsOf]) -> Vec<String> {
    shown_with(articles, &KnownActors::default())
}

fn shown_with(articles: &[ActorsOf], known: &KnownActors) -> Vec<String> {
    let show = |actor: StoryActor| {
        let member = |&(article, at): &(usize, u32)| format!("{}/{at}", articles[article].doc_id);
        let mut members: Vec<String> = actor.members.iter().map(member).collect();
        members.sort();
        format!("{} {} {}: {}", actor.id, actor.name, actor.mentions, members.join(" ").replace("doc-", ""))
    };
    merge(articles, known).into_iter().map(show).collect()
}

#[track_caller]
fn check_story(lines: &[&[&str]], expected: &[&str]) {
    assert_eq!(shown(&articles(lines)), expected);
}

#[test]
fn outlets_that_name_an_actor_differently_meet() {
    check_story(
        &[
            &["PER Ana Ruiz: Ana Ruiz 1, Ruiz 4"],
            &["PER Ruiz: President Ruiz 2"],
            &["PER Ana Ruiz Soto: Ana Ruiz Soto 1"],
        ],
        &["per:ana-ruiz-soto Ana Ruiz Soto 8: 0/0 1/0 2/0"],
    );
    check_story(
        &[&["LOC U.S.: U.S. 3, US 1"], &["LOC United States: United States 1"], &["LOC America: America 1"]],
        &["loc:united-states United States 6: 0/0 1/0 2/0"],
    );
    check_story(
        &[
            &["ORG Harbour Safety Council: Harbour Safety Council 1, HSC 2"],
            &["ORG HSC: HSC 1"],
            &["ORG HSC: the HSC 1"],
        ],
        &["org:harbour-safety-council Harbour Safety Council 5: 0/0 1/0 2/0"],
    );
    check_story(
        &[
            &["ORG National Fish Council: National Fish Council 1"],
            &["ORG U.S. National Fish Council: U.S. National Fish Council 1"],
        ],
        &["org:us-national-fish-council U.S. National Fish Council 2: 0/0 1/0"],
    );
}

#[test]
fn a_surname_that_two_persons_share_joins_neither() {
    check_story(
        &[&["PER Ana Ruiz: Ana Ruiz 3"], &["PER Eva Ruiz: Eva Ruiz 2"], &["PER Ruiz: Ruiz 1"]],
        &["per:ana-ruiz Ana Ruiz 3: 0/0", "per:eva-ruiz Eva Ruiz 2: 1/0", "per:ruiz Ruiz 1: 2/0"],
    );
    check_story(
        &[&["PER Ana Ruiz: President Ana Ruiz 3", "PER Eva Ruiz: Eva Ruiz 2"], &["PER Ruiz: Ruiz 1, President Ruiz 1"]],
        &["per:ana-ruiz Ana Ruiz 5: 0/0 1/0", "per:eva-ruiz Eva Ruiz 2: 0/1"],
    );
}

#[test]
fn father_and_son_stay_apart() {
    check_story(
        &[&["PER Carl Stone: Carl Stone 3"], &["PER Carl Stone Jr.: Carl Stone Jr. 2"], &["PER Stone: Stone 1"]],
        &["per:carl-stone Carl Stone 4: 0/0 2/0", "per:carl-stone-jr Carl Stone Jr. 2: 1/0"],
    );
}

#[test]
fn a_place_and_a_person_of_one_name_stay_apart() {
    check_story(
        &[&["LOC Lagos: Lagos 3"], &["PER Ivo Lagos: Lagos 1, Ivo Lagos 1"], &["PER Lagos: Lagos 1"]],
        &["per:ivo-lagos Ivo Lagos 3: 1/0 2/0", "loc:lagos Lagos 3: 0/0"],
    );
}

#[test]
fn ids_are_unique() {
    check_story(
        &[&["PER Holt: Mr. Holt 2", "PER Holt: Mrs. Holt 1"]],
        &["per:holt Holt 2: 0/0", "per:holt-2 Holt 1: 0/1"],
    );
}

fn any_articles() -> impl Strategy<Value = Vec<ActorsOf>> {
    let form = prop::sample::select(vec![
        "Ana Ruiz",
        "Eva Ruiz",
        "Ruiz",
        "President Ruiz",
        "Ana M. Ruiz",
        "Carl Stone Jr.",
        "Carl Stone",
        "Mr. Stone",
        "Mrs. Stone",
        "Stone",
        "U.S.",
        "United States",
        "America",
        "HSC",
        "Harbour Safety Council",
        "U.S. Harbour Safety Council",
        "Council",
        "Utopian",
        "Utopians",
        "Ana",
        "AR",
        "…",
    ]);
    let forms = prop::collection::btree_map(form, 1..5u32, 1..4);
    let office = prop::sample::select(vec!["", "", "president/Ost", "leader/Ost", "president/Northland"]);
    let actor = (forms, 0..4usize, 0..3u32, office).prop_map(|(forms, kind, named, office)| ArticleActor {
        name: forms.keys().max_by_key(|name| name.len()).map_or(String::new(), |name| (*name).to_owned()),
        kind: EntityKind::ALL[kind],
        forms: forms.into_iter().map(|(form, count)| (form.to_owned(), count)).collect(),
        is_named: named > 0,
        offices: (!office.is_empty()).then(|| office_of_country(office)).into_iter().collect(),
        described_in: (named == 0).then(|| "The Council met.".to_owned()),
    });
    let articles = prop::collection::vec(prop::collection::vec(actor, 0..5), 0..6);
    articles.prop_map(|articles| {
        let article = |(index, actors)| ActorsOf { doc_id: format!("doc-{index}"), actors };
        articles.into_iter().enumerate().map(article).collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_the_articles_does_not_matter(mut articles in any_articles(), turn in 0..6usize) {
        let once = shown(&articles);
        let turn = turn % articles.len().max(1);
        articles.rotate_left(turn);
        prop_assert_eq!(shown(&articles), once.clone());
        articles.reverse();
        prop_assert_eq!(shown(&articles), once);
    }

    #[test]
    fn nor_does_it_where_the_user_names_actors(mut articles in any_articles()) {
        let known = user_knows(&[("Ana Stone", &["AR", "Utopians"]), ("Council", &["HSC"])]);
        let once = shown_with(&articles, &known);
        articles.reverse();
        prop_assert_eq!(shown_with(&articles, &known), once);
    }

    #[test]
    fn every_actor_of_an_article_is_in_one_of_the_story(articles in any_articles()) {
        let story = merge(&articles, &KnownActors::default());
        let mut members: Vec<(usize, u32)> = story.iter().flat_map(|actor| actor.members.clone()).collect();
        members.sort_unstable();
        let all = articles.iter().enumerate().flat_map(|(index, of)| (0..of.actors.len() as u32).map(move |at| (index, at)));
        prop_assert_eq!(members, all.collect::<Vec<_>>());
        let ids: BTreeSet<&str> = story.iter().map(|actor| actor.id.as_str()).collect();
        prop_assert_eq!(ids.len(), story.len());
    }
}

#[test]
fn a_bare_name_that_is_a_thing_elsewhere_is_no_person() {
    check_story(
        &[&["ORG Norvane Group: Norvane Group 2"], &["PER Norvane: Norvane 3"], &["LOC Norvane: Norvane 1"]],
        &["org:norvane-group Norvane Group 6: 0/0 1/0 2/0"],
    );
    check_story(
        &[&["PER Arvane: Arvane 3"], &["ORG Arvane: Arvane 1"], &["PER Ana Arvane: Ana Arvane 1"]],
        &["per:ana-arvane Ana Arvane 4: 0/0 2/0", "org:arvane Arvane 1: 1/0"],
    );
}

fn user_knows(actors: &[(&str, &[&str])]) -> KnownActors {
    let actor = |&(name, aliases): &(&str, &[&str])| crate::KnownActor {
        name: name.to_owned(),
        kind: EntityKind::Person,
        aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        of_interest: true,
    };
    KnownActors::new(actors.iter().map(actor).collect()).unwrap()
}

#[test]
fn a_description_meets_the_person_with_its_office() {
    check_story(
        &[
            &["PER Ana Ruiz: President Ana Ruiz 3 @ president/Ost"],
            &["~PER Ost president: the Ost president 2 @ president/Ost"],
            &["~PER Ost’s leader: Ost’s leader 1 @ leader/Ost"],
        ],
        &["per:ana-ruiz Ana Ruiz 3: 0/0 1/0 2/0"],
    );
    // An article that names her and describes another keeps the two apart; so do two holders.
    check_story(
        &[&["PER Ana Ruiz: Ana Ruiz 3 @ president/Ost", "~PER Ost leader: the Ost leader 1 @ leader/Ost"]],
        &["per:ana-ruiz Ana Ruiz 3: 0/0", "per:ost-leader Ost leader 1: 0/1"],
    );
    check_story(
        &[
            &["PER Ana Ruiz: Ana Ruiz 3 @ president/Ost"],
            &["PER Carl Holt: Carl Holt 2 @ president/Ost"],
            &["~PER Ost president: the Ost president 1 @ president/Ost"],
        ],
        &["per:ana-ruiz Ana Ruiz 3: 0/0", "per:carl-holt Carl Holt 2: 1/0", "per:ost-president Ost president 1: 2/0"],
    );
}

#[test]
fn unnamed_sources_stay_apart_unless_it_is_said_whose_they_are() {
    check_story(
        &[
            &["~PER experts: experts 1", "~ORG Ost officials: Ost officials 2"],
            &["~PER experts: experts 1", "~ORG Ost officials: Ost officials 1"],
        ],
        &["org:ost-officials Ost officials 3: 0/1 1/1", "per:experts experts 1: 0/0", "per:experts-2 experts 1: 1/0"],
    );
    // One text printed twice has one source.
    check_story(
        &[
            &["~PER experts: experts 1 # Experts say so."],
            &["~PER experts: experts 2 # Experts say so."],
            &["~PER experts: experts 1 # Experts deny it."],
        ],
        &["per:experts experts 3: 0/0 1/0", "per:experts-2 experts 1: 2/0"],
    );
    check_story(
        &[&["PER Senior Official: Senior Official 2"], &["~PER senior official: a senior official 1"]],
        &["per:senior-official Senior Official 2: 0/0", "per:senior-official-2 senior official 1: 1/0"],
    );
}

#[test]
fn the_user_s_actors_win() {
    let articles = articles(&[
        &["PER Ana Ruiz: Ana Ruiz 2", "PER Nita: Nita 1"],
        &["PER Ana Ruiz: Ana Ruiz 1", "ORG Harbour Council: Harbour Council 1"],
    ]);
    let known = user_knows(&[("Nita Ruiz", &["Ana Ruiz", "Nita"])]);
    assert_eq!(
        shown_with(&articles, &known),
        ["per:nita-ruiz Nita Ruiz 4: 0/0 0/1 1/0", "org:harbour-council Harbour Council 1: 1/1"]
    );
    let found = merge(&articles, &known);
    assert_eq!((found[0].known, found[1].known), (Some(0), None));
}
