//! The program inside the report is the one that `report-ui/` gives.

use crate::support::{path, repository};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::process::Command;

/// As `report-ui/build.mjs` does: names and contents of the sources in order, then the lock file.
fn sources() -> String {
    let folder = repository().join("report-ui");
    let mut names: Vec<String> = std::fs::read_dir(folder.join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in names {
        hash.update(format!("{name}\n"));
        hash.update(std::fs::read(folder.join("src").join(name)).unwrap());
    }
    hash.update(std::fs::read(folder.join("package-lock.json")).unwrap());
    hash.finalize().iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[test]
fn the_checked_in_program_was_built_from_these_sources() {
    let built = std::fs::read_to_string(repository().join("crates/parallax/src/report/app.js")).unwrap();
    let named = built.lines().next().unwrap_or_default();
    assert!(named.contains(&sources()), "app.js is older than report-ui/src: run `make report-ui` and commit");
}

#[test]
fn building_it_anew_gives_the_same_bytes() {
    let folder = repository().join("report-ui");
    if !folder.join("node_modules/esbuild").is_dir() || Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: no Node with report-ui's packages; `make report-ui` installs them");
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let ran = Command::new("node").args(["build.mjs", path(out.path())]).current_dir(&folder).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    for name in ["app.js", "app.css"] {
        let checked_in = std::fs::read(repository().join("crates/parallax/src/report").join(name)).unwrap();
        assert!(std::fs::read(out.path().join(name)).unwrap() == checked_in, "{name}: run `make report-ui` and commit");
    }
}

#[test]
fn the_lock_file_names_no_host() {
    let lock = std::fs::read_to_string(repository().join("report-ui/package-lock.json")).unwrap();
    assert!(!lock.contains("\"resolved\"") && lock.contains("\"integrity\""));
}
