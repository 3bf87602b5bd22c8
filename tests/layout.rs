//! The repository keeps what ARCHITECTURE.md and the manifests promise.

use crate::support::repository;
use std::collections::BTreeSet;

fn read(name: &str) -> String {
    std::fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn crates() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(repository().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The crates of the workspace that a crate depends on.
fn needs(name: &str) -> BTreeSet<String> {
    let manifest = read(&format!("crates/{name}/Cargo.toml"));
    let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names = dependencies.lines().filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| name.starts_with("parallax-")).map(ToOwned::to_owned).collect()
}

#[test]
fn the_crate_map_names_every_crate_and_what_it_knows() {
    let map = read("ARCHITECTURE.md");
    assert!(map.lines().count() <= 150, "ARCHITECTURE.md has {} lines", map.lines().count());
    for name in crates() {
        let row = map.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("{name} is not in the crate map"));
        if name == "parallax" {
            continue;
        }
        let knows: BTreeSet<String> = row
            .rsplit('|')
            .nth(1)
            .unwrap()
            .split(',')
            .map(|cell| format!("parallax-{}", cell.trim()))
            .filter(|cell| cell != "parallax--")
            .collect();
        assert_eq!(needs(&name), knows, "the map's last column for {name}");
    }
}

#[test]
fn no_stage_depends_on_another() {
    for name in crates().iter().filter(|name| *name != "parallax") {
        let allowed = ["parallax-text", "parallax-encoder"].map(ToOwned::to_owned).into();
        let others: Vec<String> = needs(name).difference(&allowed).cloned().collect();
        assert!(others.is_empty(), "{name} depends on {others:?}");
    }
}

#[test]
fn every_crate_has_an_example_and_the_workspace_s_lints() {
    for name in crates() {
        let folder = repository().join("crates").join(&name);
        let examples = std::fs::read_dir(folder.join("examples")).map_or(0, Iterator::count);
        assert!(examples > 0, "{name} has no example");
        assert!(read(&format!("crates/{name}/Cargo.toml")).contains("[lints]\nworkspace = true"), "{name}");
    }
}

#[test]
fn every_measure_is_explained() {
    let readme = read("README.md");
    let folder = repository().join("crates/parallax-compare/src");
    let mut measures = 0;
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    for file in files {
        let source = std::fs::read_to_string(file).unwrap().replace("self.blank_about(\"", "self.blank(\"");
        for part in source.split("self.blank(\"").skip(1) {
            let measure = part.split('"').next().unwrap();
            assert!(readme.contains(&format!("`{measure}`")), "README does not explain the measure {measure}");
            measures += 1;
        }
    }
    assert!(measures > 8, "{measures} measures found in the sources");
}
