//! `report.html` in a real browser: it draws, it leads to its sentences, it asks for nothing, and
//! no page can make it do anything else.

mod chromium;

use crate::support::{analyze, cut, path, records, repository};
use chromium::Chromium;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The report on the sample corpus, made once.
fn sample() -> &'static Path {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    MADE.get_or_init(|| analyze(&[&repository().join("tests/corpus")], &["--quiet"], 0).0).path()
}

fn report() -> PathBuf {
    sample().join("report.html")
}

/// The report on the sample corpus with one of everything that a story can have, made up here, in
/// place of what was found: every part is drawn, whatever the corpus gives.
fn full_report(folder: &Path) -> PathBuf {
    let page = std::fs::read_to_string(report()).unwrap();
    let start = page.find("id=\"story-0\">").expect("the story's data") + "id=\"story-0\">".len();
    let end = start + page[start..].find("</script>").unwrap();
    let mut story: Value = serde_json::from_str(&page[start..end]).unwrap();
    let documents = story["documents"].as_array().unwrap().iter();
    let ids: Vec<String> = documents.map(|one| one["doc_id"].as_str().unwrap().to_owned()).collect();
    let doc = |number: usize| ids[number].clone();
    let (one, two) = (doc(0), doc(1));
    let of = |doc: &str, sentence: u32| format!("{doc}#{sentence}");
    let cell = |number: usize, status: &str, evidence: Vec<String>| json!({"doc_id": doc(number), "status": status, "voice": "own", "position": 0.5, "likeness": 0.9, "evidence": evidence});
    let statuses = ["told", "contradicted", "absent", "unknown", "told", "absent"];
    let cells: Vec<Value> =
        (0..ids.len()).map(|n| cell(n, statuses[n % 6], if n < 2 { vec![of(&doc(n), 4)] } else { vec![] })).collect();
    let actor = story["actors"][0]["id"].clone();
    let frame = |doc: &str| {
        let strings = json!([
            "article",
            doc,
            "frame_share",
            "frame:policy-frames/economic",
            "own",
            "share",
            "sentences",
            "ok",
            "counted"
        ]);
        (
            strings,
            json!([format!("frame/{doc}"), 0, -1, 1, 2, 3, -1, 4, -1, 0.25, 5, 20, 6, 0.1, 0.4, -1, 7, 8, -1, [3, 4]]),
        )
    };
    // A row's strings are numbers into the list: those of the added rows follow the story's own.
    for number in 0..2 {
        let (strings, mut row) = frame(&doc(number));
        let first = story["measurements"]["strings"].as_array().unwrap().len();
        for at in [1, 3, 4, 5, 7, 10, 12, 16, 17] {
            row[at] = json!(row[at].as_u64().unwrap() as usize + first);
        }
        story["measurements"]["strings"].as_array_mut().unwrap().extend(strings.as_array().unwrap().iter().cloned());
        story["measurements"]["rows"].as_array_mut().unwrap().push(row);
    }
    let first_figure = story["measurements"]["rows"][8][0].clone();
    story["findings"] = json!([
        {"id": "finding/0", "doc_id": null, "outlet": null, "text": "One quotes more than the others.", "kind": "voice", "strength": 2.0, "measurements": [first_figure, "difference/0", "fact/0"], "evidence": [of(&one, 4)]},
        {"id": "finding/1", "doc_id": one, "outlet": null, "text": "It alone tells this.", "kind": "fact", "strength": 1.0, "measurements": ["fact/0"], "evidence": [of(&one, 5)]},
    ]);
    story["facts"] = json!([
        {"id": "fact/0", "kind": "only_one", "text": "The lease runs for forty years.", "sentence": of(&one, 4), "actors": [actor], "outlets_telling": 1, "independent_telling": 1, "cells": cells},
        {"id": "fact/1", "kind": "shared", "text": "The mayor refuses.", "sentence": of(&one, 5), "actors": [], "outlets_telling": 2, "independent_telling": 2, "cells": cells},
    ]);
    let version = |doc: &str, op: &str| json!({"doc_id": doc, "quote": 0, "text": "not for sale", "voice": "direct", "verb": {"lemma": "say", "class": "neutral"}, "parts": [{"op": "same", "text": "not", "was": null}, {"op": op, "text": "for sale", "was": "to be sold"}], "evidence": [of(doc, 6)]});
    story["renderings"] = json!([{"id": "rendering/0", "speaker": actor, "name": "Mira Dalca", "versions": [version(&one, "changed"), version(&two, "cut")]}]);
    story["wording"] = json!([{"doc_id": one, "outlet": null, "phrase": "the", "class": "loaded", "voice": "own", "count": 4, "of_words": 300, "others": 1, "of_others": 1500, "log_odds": 1.1, "z": 2.4, "evidence": [of(&one, 4)]}]);
    story["headlines"] = json!([{"doc_id": two, "text": "A headline", "first_actor": actor, "voice": "active", "verb": "offer", "tone": [{"actor": actor, "mean": -0.2}], "frame": "frame:policy-frames/economic", "missing": ["fact/0"], "evidence": [of(&two, 0)]}]);
    story["differences"] = json!([{"id": "difference/0", "scope": "article", "measure": "tone_mean", "target": actor, "voice": "own", "compared": one, "left_out": [two], "values": [-0.4, -0.1], "clusters": [8, 30], "difference": -0.3, "p": 0.004, "q": 0.03, "status": "ok", "test": "exchange", "measurements": [first_figure]}]);
    let file = folder.join("full.html");
    std::fs::write(&file, format!("{}{story}{}", &page[..start], &page[end..])).unwrap();
    file
}

/// Draws every part at once, as printing does.
const DRAW_ALL: &str = "dispatchEvent(new Event('beforeprint')); new Promise(done => setTimeout(done, 300))";

#[test]
fn every_part_is_drawn_without_an_error_or_a_request() {
    let Some(mut browser) = Chromium::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = full_report(folder.path());
    for (width, scheme) in [(1280, "light"), (390, "dark")] {
        browser.size(width, 900);
        browser.scheme(scheme);
        browser.open(&file, "");
        browser.eval(DRAW_ALL);
        for part in [
            "articles",
            "voices",
            "tone",
            "frames",
            "coverage",
            "names",
            "quotes",
            "wording",
            "headlines",
            "actors",
            "shared",
            "differences",
            "figures",
            "methods",
        ] {
            assert_eq!(browser.eval(&format!("document.querySelectorAll('section.part#{part}').length")), 1, "{part}");
        }
        let empty = "[...document.querySelectorAll('section.part')].filter(part => part.innerText.length < 80 || part.classList.contains('waiting')).map(part => part.id)";
        assert_eq!(browser.eval(empty), json!([]));
        assert_eq!(browser.eval("getComputedStyle(document.getElementById('plain')).display"), "none");
        // Nothing is wider than the window, but for what scrolls by itself.
        assert_eq!(browser.eval("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), true);
        // Every mark and control has a name for those who cannot see it.
        let nameless = "[...document.querySelectorAll('a, button, select, input, svg[role]')].filter(one => !(one.getAttribute('aria-label') || one.textContent.trim() || one.closest('label')?.textContent.trim())).map(one => one.outerHTML.slice(0, 200))";
        assert_eq!(browser.eval(nameless), json!([]));
    }
    assert_eq!(browser.troubles(), Vec::<String>::new());
    let policy = browser.eval("document.querySelector('meta[http-equiv]').content");
    assert!(policy.as_str().unwrap().starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
}

#[test]
fn every_mark_leads_to_its_sentences() {
    let Some(mut browser) = Chromium::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&full_report(folder.path()), "");
    browser.eval(DRAW_ALL);
    let walked = browser.eval(
        "(async () => {
            const marks = [...document.querySelectorAll('main a, header a')].filter(a => !a.closest('#figures'));
            const links = [...new Set(marks.map(a => a.getAttribute('href')))];
            const parts = new Set([...document.querySelectorAll('section.part')].map(part => `#/0/${part.id}`));
            const lost = [], shown = {};
            // Every third: all kinds are among them.
            for (const link of links.filter((link, index) => index % 3 === 0 && !parts.has(link))) {
                location.hash = link;
                await Promise.race([new Promise(done => addEventListener('hashchange', done, { once: true })), new Promise(done => setTimeout(done, 500))]);
                const drawer = document.querySelector('.drawer');
                const marks = [...drawer.querySelectorAll('mark, .s')];
                if (drawer.hidden || !marks.length || drawer.textContent.includes('not in the page')) lost.push(link);
                for (const passage of drawer.querySelectorAll('.passage')) {
                    const to = decodeURIComponent(passage.nextElementSibling.getAttribute('href')).split('/');
                    const mark = passage.querySelector('mark').textContent;
                    shown[`${to[3]}#${to[4]}`] = Math.max(shown[`${to[3]}#${to[4]}`] ?? 0, mark.length) === mark.length ? mark : shown[`${to[3]}#${to[4]}`];
                }
            }
            return { count: links.length, lost, shown: Object.keys(shown).length };
        })()",
    );
    assert!(walked["count"].as_u64().unwrap() > 150, "{walked}");
    assert!(walked["shown"].as_u64().unwrap() > 20, "{walked}");
    assert_eq!(walked["lost"], json!([]));
    // A figure that is a plain count has no sentences, and says how it was made.
    browser.eval("document.querySelector('#figures tbody a').click(); new Promise(done => setTimeout(done, 100))");
    assert_eq!(browser.eval("document.querySelector('.drawer .figure-line').innerText.includes('words kept')"), true);
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn filters_choose_actors_articles_voices_facts_and_figures() {
    let Some(mut browser) = Chromium::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.open(&full_report(folder.path()), "");
    browser.eval(DRAW_ALL);
    let mut check = |change: &str, count: &str, expected: Value| {
        browser.eval(&format!("{change}; new Promise(done => setTimeout(done, 100))"));
        assert_eq!(browser.eval(count), expected, "{change}");
    };
    let panels = "document.querySelectorAll('#tone .panels > div').length";
    let choose = "(box, value) => { box.value = value; box.dispatchEvent(new Event('change', { bubbles: true })) }";
    let actor = "document.querySelector('[data-filter=actor]')";
    check(&format!("({choose})({actor}, {actor}.options[1].value)"), panels, json!(1));
    check(&format!("({choose})({actor}, '')"), &format!("{panels} > 3"), json!(true));
    let columns = "document.querySelectorAll('#names thead th').length";
    check("document.querySelectorAll('.filters .menu input')[2].click()", columns, json!(6));
    check("document.querySelectorAll('.filters .menu button')[2].click()", columns, json!(0));
    check("document.querySelectorAll('.filters .menu button')[0].click()", columns, json!(7));
    let facts = "document.querySelectorAll('#coverage tbody tr').length";
    check(&format!("({choose})(document.querySelector('#coverage select'), 'only_one')"), facts, json!(1));
    let figures = "document.querySelector('#figures [role=status]').textContent";
    check(&format!("({choose})(document.querySelector('#figures select'), 'words_kept')"), figures, json!("6 figures"));
    let few = "document.querySelectorAll('#tone svg.drawing text').length";
    let before = browser.eval(few);
    browser
        .eval("document.querySelector('#tone [data-voice=own]').click(); new Promise(done => setTimeout(done, 200))");
    assert_ne!(browser.eval(few), before);
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn an_address_opens_what_it_names_and_keys_work() {
    let Some(mut browser) = Chromium::start() else { return };
    let record = &records(sample())[0];
    let sentence = &record.sentences[3];
    let words = cut(&record.text, sentence.start, sentence.end);
    let drawer = "!document.querySelector('.drawer').hidden";

    browser.open(&report(), &format!("#/0/article/{}/3", record.doc_id));
    assert_eq!(browser.eval("document.querySelector('.drawer .hit').textContent"), words);
    assert_eq!(browser.eval("(box => box.top > 0 && box.bottom < innerHeight)(document.querySelector('.drawer .hit').getBoundingClientRect())"), true);
    let dropped = "[...document.querySelectorAll('.drawer .dropped')].filter(one => one.offsetHeight > 0).length";
    assert_eq!(browser.eval(dropped), 0);
    browser.eval("document.querySelector('.drawer [data-layer=dropped]').click()");
    assert_eq!(browser.eval(dropped), record.dropped.len());
    browser.eval("document.querySelector('.drawer .s.hit').focus()");
    browser.press("Enter", 13);
    assert_eq!(browser.eval("document.querySelector('.drawer-foot').innerText.includes('Sentence 3')"), true);
    browser.press("Escape", 27);
    assert_eq!(browser.eval(drawer), false);

    browser.open(&report(), "#/0/names");
    browser.until(
        "(top => top >= 0 && top < innerHeight / 2)(document.querySelector('#names h2').getBoundingClientRect().top)",
    );
    assert_eq!(browser.eval("document.activeElement.id"), "names-heading");
    browser.eval("document.querySelector('#names a.mark').focus()");
    browser.press("Enter", 13);
    browser.until(drawer);
    browser.press("Escape", 27);
    assert_eq!(browser.eval("document.activeElement.matches('#names a.mark')"), true);

    for nonsense in ["#/7/tone", "#/0/figure/none", "#%", "#/0/__proto__", "#/0/article/none", "#/0/constructor/x"] {
        browser.open(&report(), nonsense);
        assert_eq!(browser.eval("document.querySelectorAll('h1').length > 1"), true, "{nonsense}");
    }
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn figures_are_saved_as_svg_and_csv() {
    let Some(mut browser) = Chromium::start() else { return };
    browser.open(&report(), "");
    browser.eval(DRAW_ALL);
    browser.eval("window.saved = []; URL.createObjectURL = blob => { saved.push(blob); return '#/0/saved' }; HTMLAnchorElement.prototype.click = function () {}");
    let mut save = |figure: &str, button: &str| -> String {
        let saved = browser.eval(&format!(
            "[...document.querySelectorAll('[data-name={figure}] .tools button')].find(one => one.textContent === '{button}').click(); saved.pop().text()"
        ));
        saved.as_str().unwrap().to_owned()
    };
    let csv = save("voices", "CSV");
    assert!(csv.trim_start_matches('\u{feff}').starts_with("doc_id,outlet,measure,target,"), "{csv}");
    assert_eq!(csv.matches("\r\n").count(), 1 + 6 * 4, "one row an article and voice: {csv}");
    for figure in ["voices", "tone", "actors", "shared-text", "coverage", "names", "wording"] {
        let svg = save(figure, "SVG");
        assert!(svg.starts_with("<svg") && svg.contains("</style>") && !svg.contains("var(--"), "{svg}");
        assert!(!svg.contains("href"), "{figure} leads nowhere once it is saved");
    }
    let mut reader = csv::Reader::from_reader(std::io::Cursor::new(save("names", "CSV")));
    assert!(reader.records().all(|record| record.unwrap().len() == 9));
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn without_scripts_the_plain_tables_are_there() {
    let Some(mut browser) = Chromium::start() else { return };
    browser.call("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&report(), "");
    let words = browser.eval("document.body.innerText");
    let words = words.as_str().unwrap();
    assert!(words.contains("plain form of the report") && words.contains("Harbour Herald"), "{words}");
    assert!(!words.contains("parallax/report/1"), "data is not shown: {words}");
}

/// Titles, outlets, bylines and texts that try to run something.
const HOSTILE: [&str; 12] = [
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    "<img src=x onerror=window.hit=3>",
    "\"><svg onload=window.hit=4>",
    "' onmouseover='window.hit=5' x='",
    "<iframe srcdoc='<script>parent.hit=6</script>'></iframe>",
    "<!--<script>",
    "]]><style>*{display:none}</style>",
    "javascript:window.hit=7",
    "<a href=\"javascript:window.hit=8\">x</a>",
    "\u{202e}txet sdrawkcab\u{2066}",
    "{{constructor.constructor('window.hit=9')()}}${window.hit=10}",
];

#[test]
fn hostile_pages_do_nothing() {
    let Some(mut browser) = Chromium::start() else { return };
    let mut lines = String::new();
    for (number, hostile) in HOSTILE.iter().enumerate() {
        let text = format!(
            "Mayor Otto Brandt {hostile} praised the ferry 🔥🧑‍🚀 on Monday.\n\n\u{201c}Nobody {hostile} will be left behind,\u{201d} Brandt said 👩🏽‍🚒.\n\nAda Lindqvist {hostile} of Norrvik called it an insult."
        );
        let line = json!({"doc_id": format!("{number}{hostile}"), "outlet": hostile, "title": format!("Otto Brandt {hostile}"), "published": "2026-03-01", "url": "javascript:window.hit=11", "story": hostile, "text": text});
        lines.push_str(&format!("{line}\n"));
    }
    let folder = crate::support::folder(&[("pages.jsonl", lines.as_bytes())]);
    let (out, _) = analyze(&[&folder.path().join("pages.jsonl")], &["--no-clean", "--quiet"], 0);
    let file = out.path().join("report.html");
    for (story, hostile) in HOSTILE.iter().enumerate() {
        browser.open(&file, &format!("#/{story}"));
        browser.eval(DRAW_ALL);
        // Every mark is opened, then the article.
        browser.eval(
            "(async () => {
                const links = [...new Set([...document.querySelectorAll('main a, header a')].map(a => a.getAttribute('href')))];
                for (const link of links) {
                    if (link === location.hash) continue;
                    location.hash = link;
                    await new Promise(done => addEventListener('hashchange', done, { once: true }));
                }
                location.hash = document.querySelector('.outlets a').getAttribute('href');
                await new Promise(done => setTimeout(done, 50));
            })()",
        );
        assert_eq!(browser.eval("typeof window.hit"), "undefined", "{hostile}");
        let foreign = "document.querySelectorAll('#app script, #app iframe, #app img, #app style, #app [onerror], #app [onload], #app [onmouseover], #app a[href^=\"java\"], #plain script, #plain img').length";
        assert_eq!(browser.eval(foreign), 0, "{hostile}");
        assert_eq!(browser.eval("document.body.innerText.includes('\\u202e')"), false);
    }
    // The records' positions are code points: what is shown is what they cut out, emoji and all.
    for record in records(out.path()) {
        let story = browser.eval(&format!(
            "JSON.parse(document.getElementById('run').textContent).stories.indexOf({})",
            json!(record.story.as_deref().unwrap().replace(['\u{202e}', '\u{2066}'], "\u{fffd}"))
        ));
        browser.eval(&format!(
            "location.hash = '#/{story}/article/' + encodeURIComponent({}); new Promise(done => setTimeout(done, 100))",
            json!(record.doc_id.replace(['\u{202e}', '\u{2066}'], "\u{fffd}"))
        ));
        let shown = browser.eval("[...document.querySelectorAll('.drawer .s')].map(one => one.textContent)");
        let expected: Vec<String> = record
            .sentences
            .iter()
            .map(|one| cut(&record.text, one.start, one.end).replace(['\u{202e}', '\u{2066}'], "\u{fffd}"))
            .collect();
        assert_eq!(shown, json!(expected));
    }
    assert_eq!(browser.troubles(), Vec::<String>::new());
}

#[test]
fn a_report_stays_small_and_paints_at_once() {
    let size = std::fs::metadata(report()).unwrap().len();
    let articles = records(sample()).len() as u64;
    assert!(size < 3_000_000 * articles / 5, "{size} bytes for {articles} articles");
    let Some(mut browser) = Chromium::start() else { return };
    browser.open(&report(), "");
    browser.until("performance.getEntriesByName('first-contentful-paint').length > 0");
    let paint = browser.eval("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    println!("{articles} articles: {size} bytes, first paint after {:.0} ms", paint.as_f64().unwrap());
    assert!(paint.as_f64().unwrap() < 10_000.0, "{paint}");
}

/// `make screenshots`: pictures of the report in the folder OUT, for people to look at.
#[test]
#[ignore = "makes pictures of a report: make screenshots"]
fn screenshots() {
    let folder = PathBuf::from(std::env::var_os("SHOTS_OF").expect("SHOTS_OF names a folder with a report.html"));
    let file = folder.join("report.html").canonicalize().expect("the report is there");
    let to = folder.join("screenshots");
    std::fs::create_dir_all(&to).unwrap();
    let mut browser = Chromium::start().expect("a browser");
    browser.open(&file, "");
    let parts = browser.eval("[...document.querySelectorAll('section.part[id]')].map(part => part.id)");
    let first = browser.eval("document.querySelector('.outlets a').getAttribute('href')");
    let mut views =
        vec![("first".to_owned(), String::new()), ("article".to_owned(), format!("{}/8", first.as_str().unwrap()))];
    views.extend(parts.as_array().unwrap().iter().map(|id| {
        let id = id.as_str().unwrap();
        (id.to_owned(), format!("#/0/{id}"))
    }));
    for (device, width, height, scheme) in
        [("desktop", 1280, 900, "light"), ("phone", 390, 844, "light"), ("dark", 1280, 900, "dark")]
    {
        browser.size(width, height);
        browser.scheme(scheme);
        for (name, fragment) in &views {
            browser.open(&file, fragment);
            browser.eval("new Promise(done => setTimeout(done, 400))");
            browser.screenshot(&to.join(format!("{device}-{name}.png")), false);
        }
    }
    println!(
        "{}: {} pictures; first paint {}",
        path(&to),
        3 * views.len(),
        browser.eval("Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime) + ' ms'")
    );
}
