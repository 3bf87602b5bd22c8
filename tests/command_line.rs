//! The command line teaches, completes, documents itself, and speaks to people and programs.

use crate::support::{PAGE, Ran, folder, parallax, path, repository};
use serde_json::Value;
use std::process::{Command, Stdio};

/// The commands that `parallax --help` lists.
fn commands() -> Vec<String> {
    let help = parallax(&["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    names.filter(|name| *name != "help").map(ToOwned::to_owned).collect()
}

#[test]
fn every_command_teaches_with_an_example() {
    let commands = commands();
    assert!(commands.len() >= 10, "{commands:?}");
    assert!(parallax(&["--help"]).stdout.contains("Examples:\n  parallax analyze pages/"));
    for command in commands {
        let Ran { code, stdout, .. } = parallax(&["help", &command]);
        let example = stdout.split("Example").nth(1).unwrap_or_default();
        assert!(code == 0 && example.contains(&format!("parallax {command}")), "{command}: {stdout}");
    }
}

#[test]
fn shells_learn_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = parallax(&["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for command in commands() {
            assert!(ran.stdout.contains(&command), "{shell} does not know {command}");
        }
    }
    let ran = parallax(&["completions", "csh"]);
    assert!(ran.code == 1 && ran.stderr.contains("bash"), "{}", ran.stderr);
}

#[test]
fn bash_completes_the_options_of_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("parallax.bash");
    std::fs::write(&script, parallax(&["completions", "bash"]).stdout).unwrap();
    let line = "source \"$1\"; COMP_WORDS=(parallax export --fo); COMP_CWORD=2; _parallax parallax --fo export; echo \"${COMPREPLY[@]}\"";
    let output = std::process::Command::new("bash").args(["-c", line, "bash", path(&script)]).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "--format",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let out = tempfile::tempdir().unwrap();
    let ran = parallax(&["man", "--out", path(out.path())]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for command in commands() {
        let page = std::fs::read_to_string(out.path().join(format!("parallax-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains("xample"), "{page}");
        assert_eq!(parallax(&["man", &command]).stdout, page);
    }
    assert_eq!(parallax(&["man"]).stdout, std::fs::read_to_string(out.path().join("parallax.1")).unwrap());
    let ran = parallax(&["man", "nonsense"]);
    assert!(ran.code == 1 && ran.stderr.contains("parallax help"), "{}", ran.stderr);
}

#[test]
fn who_stops_reading_the_table_has_all_files() {
    // More than any buffer on the way holds.
    let record = |number| serde_json::json!({"doc_id": number, "story": format!("story {number}"), "text": PAGE});
    let records: String = (0..40).map(|number: u32| record(number.to_string()).to_string() + "\n").collect();
    let (input, out) = (folder(&[("pages.jsonl", records.as_bytes())]), tempfile::tempdir().unwrap());
    let told = parallax(&["analyze", path(input.path()), "--out", path(out.path()), "--quiet"]);
    assert!(told.code == 0 && told.stdout.len() > 16_384, "{} {}", told.code, told.stdout.len());
    let out = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_parallax-under-test"))
        .args(["analyze", path(input.path()), "--out", path(out.path()), "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .current_dir(repository())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.wait().unwrap();
    for name in ["summary.json", "report.html", "run.json"] {
        assert!(out.path().join(name).is_file(), "{name}");
    }
}

#[test]
fn messages_come_as_json_lines_where_asked() {
    let input = folder(&[("good.txt", PAGE.as_bytes()), ("empty.txt", b"")]);
    let ran = parallax(&["clean", path(input.path()), "--json-logs"]);
    assert_eq!(ran.code, 3);
    let events: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let level =
        |level: &str| events.iter().find(|event| event["level"] == level).unwrap_or_else(|| panic!("{events:?}"));
    assert_eq!(level("error")["source"], "empty.txt");
    let progress = level("progress");
    assert_eq!(progress["of"], "articles");
    assert_eq!((&progress["done"], &progress["total"]), (&Value::from(2), &Value::from(2)));
    assert!(progress["per_second"].as_f64().unwrap() > 0.0 && progress["seconds_left"].as_f64() == Some(0.0));

    let ran = parallax(&["clean", path(input.path()), "--json-logs", "--quiet"]);
    let levels: Vec<Value> =
        ran.stderr.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["level"].clone()).collect();
    assert!(levels.iter().all(|level| level == "error"), "{}", ran.stderr);

    let ran = parallax(&["clean", "--json-logs", "--nonsense"]);
    let event: Value = serde_json::from_str(ran.stderr.trim()).unwrap();
    assert!(ran.code == 1 && event["message"].as_str().unwrap().contains("--nonsense"), "{}", ran.stderr);
}

#[test]
fn what_is_no_terminal_gets_no_colours() {
    let input = folder(&[("empty.txt", b"")]);
    for ran in [parallax(&["--help"]), parallax(&["clean", path(input.path())]), parallax(&["--nonsense"])] {
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran:?}");
    }
}

/// Runs the program on a terminal, as far as it can tell; none where this machine has no `script`.
fn on_a_terminal(arguments: &str, colours: bool) -> Option<String> {
    let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_parallax-under-test"));
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env_remove("NO_COLOR");
    if !colours {
        command.env("NO_COLOR", "1");
    }
    match command.stdin(std::process::Stdio::null()).output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            eprintln!("skipped: there is no `script` to make a terminal with");
            None
        }
    }
}

#[test]
fn a_terminal_gets_colours_unless_it_wants_none() {
    let input = folder(&[("empty.txt", b"")]);
    let arguments = format!("clean {}", path(input.path()));
    let Some(coloured) = on_a_terminal(&arguments, true) else { return };
    assert!(coloured.contains("\u{1b}[1;31merror:\u{1b}[0m"), "{coloured:?}");
    let plain = on_a_terminal(&arguments, false).unwrap();
    assert!(plain.contains("error: empty.txt") && !plain.contains("\u{1b}[1;31m"), "{plain:?}");
}

#[test]
fn pages_that_do_not_name_their_outlet_get_a_table_to_fill_in() {
    let input = folder(&[("one.txt", PAGE.as_bytes()), ("two.txt", PAGE.as_bytes())]);
    let (_, ran) = crate::support::analyze(&[input.path()], &[], 0);
    assert!(ran.stderr.contains("2 of 2 articles") && ran.stderr.contains("clean PAGES --table"), "{}", ran.stderr);
    let table = parallax(&["clean", path(input.path()), "--table"]).stdout;
    assert!(table.starts_with("doc_id,file,outlet,published,title,url,story\none,one.txt,,"), "{table}");
    std::fs::write(input.path().join("corpus.csv"), table.replace(".txt,,", ".txt,The Star,")).unwrap();
    let (_, ran) = crate::support::analyze(&[input.path()], &[], 0);
    assert!(ran.stdout.contains("The Star") && !ran.stderr.contains("do not tell"), "{}{}", ran.stdout, ran.stderr);
}
