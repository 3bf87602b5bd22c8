//! Results in the formats of other tools: what is written, and what readers of those formats make of it.

use crate::support::{Ran, analyze, cut, folder, parallax, path, records, repository};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const ALL: &str = "csv,parquet,conllu,conll,brat,xmi,web-annotation,coders";

/// Two pages whose letters take one byte, two, three and four.
const PAGES: [(&str, &str); 2] = [
    (
        "año_1.txt",
        "Señora Núñez wins the vote on the harbour 🔥\n\n\
        The city council of Sankt Örjan voted 9 to 4 on Monday to keep the harbour, and islanders 👩\u{200d}🚒 danced on the quay.\n\n\
        Mayor Zoë Núñez praised the “brave” council. “We’ll keep it 👍🏽, and nobody will take it away,” said Núñez.\n\n\
        The shipping company Nordlinje AB called the vote a mistake. Its director, Åke Lindström, said that the company would go to court in Århus.\n",
    ),
    (
        "two pages/second.txt",
        "Court fight looms over Sankt Örjan’s harbour\n\n\
        Nordlinje AB will sue the city of Sankt Örjan, its director Åke Lindström told reporters on Tuesday.\n\n\
        “They’ve broken a contract,” Lindström said. “Naïve or not, it’s wrong.”\n\n\
        Zoë Núñez, the mayor, dismissed the threat & said <no court> would side with Nordlinje.\n",
    ),
];

/// The results on the two pages in all formats.
fn exported() -> (tempfile::TempDir, Ran) {
    let pages = tempfile::tempdir().unwrap();
    for (name, text) in PAGES {
        let file = pages.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    analyze(&[pages.path()], &["--quiet", "--export", ALL], 0)
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The rows of a CSV table by the names of its columns.
fn rows(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn positions_of_every_format_lead_to_the_words() {
    let (out, _) = exported();
    let texts: BTreeMap<String, String> = records(out.path()).into_iter().map(|r| (r.doc_id, r.text)).collect();
    assert!(texts.values().all(|text| text.len() > text.chars().count()), "the texts hold long letters");
    let at = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<usize>().unwrap();
    for table in ["sentences.csv", "mentions.csv", "quotes.csv"] {
        for row in rows(out.path(), table) {
            assert_eq!(cut(&texts[&row["doc_id"]], at(&row, "start"), at(&row, "end")), row["text"], "{table}");
        }
        assert_eq!(read(out.path(), table), read(out.path(), &format!("csv/{table}")));
    }

    let conllu = read(out.path(), "conllu/articles.conllu");
    let mut text = "";
    let mut tokens = 0;
    for line in conllu.lines() {
        if let Some(id) = line.strip_prefix("# newdoc id = ") {
            let id = id.replace("%20", " ").replace("%2F", "/");
            text = &texts[&id];
        } else if line.starts_with(|c: char| c.is_ascii_digit()) {
            let cells: Vec<&str> = line.split('\t').collect();
            let misc: BTreeMap<&str, &str> = cells[9].split('|').filter_map(|pair| pair.split_once('=')).collect();
            let at = |name: &str| misc[name].parse::<usize>().unwrap();
            assert_eq!(cut(text, at("start_char"), at("end_char")), cells[1]);
            tokens += 1;
        }
    }
    assert!(tokens > 150 && conllu.contains("\t👩\u{200d}🚒\t"), "{tokens}");

    for (id, text) in &texts {
        let name = id.replace(' ', "%20").replace('/', "%2F");
        assert_eq!(read(out.path(), &format!("brat/{name}.txt")), *text);
        for line in read(out.path(), &format!("brat/{name}.ann")).lines().filter(|line| line.starts_with('T')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let place: Vec<usize> = cells[1].split([' ', ';']).skip(1).map(|at| at.parse().unwrap()).collect();
            let parts: Vec<String> = place.chunks(2).map(|part| cut(text, part[0], part[1])).collect();
            assert_eq!(parts.join(" "), cells[2]);
        }
    }
}

#[test]
fn results_on_disk_export_as_the_run_did() {
    let (out, _) = exported();
    let again = tempfile::tempdir().unwrap();
    let ran = parallax(&["export", path(out.path()), "--format", ALL, "--out", path(again.path())]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let run = crate::support::json(&out.path().join("run.json"));
    let mut compared = 0;
    for name in run["files"].as_object().unwrap().keys().filter(|name| name.contains('/')) {
        let bytes = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert!(bytes(out.path()) == bytes(again.path()), "{name} differs");
        compared += 1;
    }
    assert!(compared > 25, "{compared}");
    assert_eq!(ran.stdout.lines().count(), 8, "{}", ran.stdout);
}

#[test]
fn two_results_are_two_coders() {
    let ((one, _), (two, _)) = (exported(), exported());
    let out = tempfile::tempdir().unwrap();
    let both = ["export", path(one.path()), path(two.path()), "--format"];
    let ran = parallax(&[&both[..], &["coders", "--out", path(out.path())]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let matrix = read(out.path(), "coders/tone.csv");
    assert!(matrix.lines().count() > 5 && matrix.lines().all(|row| ["1,1", "2,2", "3,3"].contains(&row)), "{matrix}");
    assert_eq!(rows(out.path(), "coders/tone_units.csv").len(), matrix.lines().count());
    let refused = parallax(&[&both[..], &["conllu", "--out", path(out.path())]].concat());
    assert!(refused.code == 1 && refused.stderr.contains("one by one"), "{}", refused.stderr);
    let refused = parallax(&[&both[..], &["coders"]].concat());
    assert!(refused.code == 1 && refused.stderr.contains("--out"), "{}", refused.stderr);
}

#[test]
fn annotations_alone_export_without_figures() {
    let pages = folder(&[("a.txt", PAGES[0].1.as_bytes())]);
    let notes = pages.path().join("notes/n.jsonl");
    std::fs::create_dir(notes.parent().unwrap()).unwrap();
    let arguments = ["annotate", path(pages.path()), "--quiet", "--out", path(&notes), "--export", "csv,conll"];
    let ran = parallax(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let inside = notes.parent().unwrap();
    assert!(read(inside, "conll/articles.conll").contains("Zoë _ _ "), "{}", read(inside, "conll/articles.conll"));
    assert_eq!(rows(inside, "csv/articles.csv").len(), 1);
    assert!(!inside.join("csv/measurements.csv").exists());
    assert_eq!(parallax(&["annotate", path(pages.path()), "--export", "conll"]).code, 1, "it needs --out");
}

#[test]
fn what_is_no_result_is_refused_with_what_to_do() {
    let files = folder(&[("a.jsonl", b"{\"schema\": 1}\n"), ("annotations.jsonl", b""), ("summary.json", b"{}")]);
    let check = |result: &Path, says: &[&str]| {
        let ran = parallax(&["export", path(result), "--format", "conll", "--out", path(&files.path().join("x"))]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        for part in says {
            assert!(ran.stderr.contains(part), "{part:?} is not in: {}", ran.stderr);
        }
    };
    check(Path::new("no/such/folder"), &["no/such/folder", "parallax analyze"]);
    check(&files.path().join("a.jsonl"), &["a.jsonl (line 1)", "annotate the pages again"]);
    check(files.path(), &["summary.json", "run `parallax analyze` again"]);
}

/// The Python with the readers, which `make test-exports` installs; says that a test is passed over
/// where it is not there, unless it must be.
fn python() -> Option<PathBuf> {
    let python = repository().join("out/test-exports/venv/bin/python");
    if python.is_file() {
        return Some(python);
    }
    assert!(std::env::var_os("PARALLAX_REQUIRE_READERS").is_none(), "{} is not there", python.display());
    eprintln!("skipped: the readers are not installed; run `make test-exports`");
    None
}

fn run_python(python: &Path, folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(python).args(arguments).current_dir(folder).output().expect("Python starts");
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{error}");
    out.into_owned()
}

#[test]
fn readers_of_each_format_find_the_same() {
    let Some(python) = python() else { return };
    let (out, _) = exported();
    let (other, _) = exported();
    let both = ["export", path(out.path()), path(other.path()), "--format", "coders", "--out", path(out.path())];
    assert_eq!(parallax(&both).code, 0);
    let script = repository().join("tests/exports/read_back.py");
    let said = run_python(&python, out.path(), &[path(&script), "."]);
    for format in ALL.split(',') {
        assert!(said.lines().any(|line| line.starts_with(&format!("{format}: "))), "{format} was not read: {said}");
    }
    eprint!("{said}");
}

#[test]
fn the_snippets_of_the_documentation_run() {
    let Some(python) = python() else { return };
    let (out, _) = exported();
    let page = read(&repository(), "docs/exports.md");
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("out");
    std::os::unix::fs::symlink(out.path(), &link).unwrap();
    let mut ran = 0;
    for part in page.split("```python\n").skip(1) {
        let snippet = part.split("```").next().unwrap();
        run_python(&python, folder.path(), &["-c", snippet]);
        ran += 1;
    }
    assert!(ran >= 8, "{ran} snippets");
}
