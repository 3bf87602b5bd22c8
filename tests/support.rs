//! Running the program and reading what it wrote.

use parallax_text::record::AnnotationRecord;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_path_buf()
}

/// The five real articles, where they are at hand; says that the test is passed over where not.
pub(crate) fn seeds() -> Option<PathBuf> {
    let folder = repository().join("../shared/data/seeds");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared/data/seeds is not here");
    None
}

/// Runs the program in the repository.
pub(crate) fn parallax(arguments: &[&str]) -> Ran {
    parallax_with(arguments, "")
}

/// Runs the program with something on standard input.
pub(crate) fn parallax_with(arguments: &[&str], input: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parallax-under-test"))
        .args(arguments)
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_owned();
    // A program that ends without reading leaves the pipe broken, which is no concern here.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).is_ok());
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join();
    Ran {
        code: output.status.code().expect("the program exits by itself"),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// Analyses `inputs` into a new folder and expects an exit code.
pub(crate) fn analyze(inputs: &[&Path], more: &[&str], code: i32) -> (tempfile::TempDir, Ran) {
    let out = tempfile::tempdir().expect("a folder for the results");
    let mut arguments = vec!["analyze", "--out", path(out.path())];
    arguments.extend(inputs.iter().map(|input| path(input)));
    arguments.extend(more);
    let ran = parallax(&arguments);
    assert_eq!(ran.code, code, "{}", ran.stderr);
    (out, ran)
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

pub(crate) fn records(folder: &Path) -> Vec<AnnotationRecord> {
    let text = std::fs::read_to_string(folder.join("annotations.jsonl")).expect("annotations.jsonl is there");
    text.lines().map(|line| serde_json::from_str(line).expect("every line is a record")).collect()
}

pub(crate) fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("the file is there")).expect("it is JSON")
}

/// Cuts a range of code points.
pub(crate) fn cut(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end - start).collect()
}

/// A folder with some files in it.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the inputs");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("the file is written");
    }
    folder
}

/// A page that is an article and nothing else.
pub(crate) const PAGE: &str = "Harbour council votes to keep the ferry\n\n\
    By Ada Lindqvist\n\n\
    The council of Norrvik voted on Monday to keep the ferry to Holm running for two more years, after a winter \
    of protest by islanders who feared for their jobs.\n\n\
    Mayor Otto Brandt praised the compromise. \u{201c}Nobody on Holm will be left behind,\u{201d} Brandt said.\n\n\
    The shipping company Nordline, which runs the ferry, called the price it will be paid an insult and said it \
    would take the council to court.\n";
