//! The user's actors: a TOML or CSV file of names, kinds and aliases.

use anyhow::{Context, Result, bail};
use parallax_ner::{KnownActor, KnownActors, KnownActorsError};
use parallax_text::EntityKind;
use serde::Deserialize;
use std::path::Path;

/// Reads a file of actors: TOML where its name ends in `.toml`, else CSV.
///
/// TOML has one `[[actor]]` for each, CSV one row, with `name`, `kind` (PER, ORG, LOC or MISC),
/// and, where wanted, `aliases` (in CSV with `|` between them) and `of_interest`.
///
/// # Errors
/// Where the file cannot be read, has an unknown key or a wrong value, or an alias means two
/// actors; with the line.
pub fn read(path: &Path) -> Result<KnownActors> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: the actors cannot be read"))?;
    let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let rows = if is_toml { from_toml(&text) } else { from_csv(&text) };
    let rows = rows.with_context(|| format!("{shown}: not a file of actors"))?;
    check(rows).with_context(|| format!("{shown}: not a file of actors"))
}

/// An actor and the line it begins on, from 1.
type Row = (usize, KnownActor);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlFile {
    #[serde(default)]
    actor: Vec<toml::Spanned<TomlActor>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TomlActor {
    name: String,
    kind: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    of_interest: bool,
}

fn from_toml(text: &str) -> Result<Vec<Row>> {
    let file: TomlFile = toml::from_str(text)?;
    let row = |actor: toml::Spanned<TomlActor>| {
        let line = line_of(text, actor.span().start);
        let TomlActor { name, kind, aliases, of_interest } = actor.into_inner();
        Ok((line, KnownActor { name, kind: kind_of(&kind, line)?, aliases, of_interest }))
    };
    file.actor.into_iter().map(row).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CsvActor {
    name: String,
    kind: String,
    aliases: Option<String>,
    of_interest: Option<String>,
}

fn from_csv(text: &str) -> Result<Vec<Row>> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().context("line 1: the header cannot be read")?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.context("a row is not CSV")?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        let row: CsvActor = record.deserialize(Some(&headers)).with_context(|| {
            format!("line {line}: the columns must be name,kind and, where wanted, aliases,of_interest")
        })?;
        let aliases = row.aliases.unwrap_or_default();
        let aliases = aliases.split('|').map(str::trim).filter(|alias| !alias.is_empty()).map(str::to_owned).collect();
        let of_interest = match row.of_interest.unwrap_or_default().to_lowercase().as_str() {
            "true" | "yes" | "1" => true,
            "" | "false" | "no" | "0" => false,
            other => bail!("line {line}: of_interest is {other:?}; write true or false"),
        };
        rows.push((line, KnownActor { name: row.name, kind: kind_of(&row.kind, line)?, aliases, of_interest }));
    }
    Ok(rows)
}

fn kind_of(kind: &str, line: usize) -> Result<EntityKind> {
    let found = EntityKind::from_label(&kind.to_uppercase());
    found.with_context(|| format!("line {line}: {kind:?} is no kind; write PER, ORG, LOC or MISC"))
}

fn check(rows: Vec<Row>) -> Result<KnownActors> {
    if rows.is_empty() {
        bail!("it names no actor");
    }
    let (lines, actors): (Vec<usize>, Vec<KnownActor>) = rows.into_iter().unzip();
    KnownActors::new(actors).map_err(|error| {
        let (KnownActorsError::Empty { actor, .. } | KnownActorsError::Twice { actor, .. }) = &error;
        let line = lines[actor - 1];
        anyhow::Error::new(error).context(format!("line {line}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(ending: &str, content: &str) -> Result<KnownActors> {
        let file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
        std::fs::write(file.path(), content).unwrap();
        read(file.path())
    }

    #[test]
    fn both_formats_say_the_same() {
        let toml = "[[actor]]\nname = \"Ana Ruiz\"\nkind = \"PER\"\naliases = [\"Nita\", \"the tycoon\"]\nof_interest = true\n\n[[actor]]\nname = \"Ost\"\nkind = \"LOC\"\n";
        let csv = "name,kind,aliases,of_interest\nAna Ruiz,per,Nita | the tycoon,yes\nOst,LOC,,\n";
        let read = read_as(".toml", toml).unwrap();
        assert_eq!(read_as(".csv", csv).unwrap(), read);
        assert_eq!(read.actors()[0].aliases, ["Nita", "the tycoon"]);
        assert_eq!((read.find("the Tycoon"), read.find("Ost"), read.find("Ruiz")), (Some(0), Some(1), None));
        assert_eq!(read_as(".csv", "name,kind\nOst,LOC\n").unwrap().actors().len(), 1);
    }

    #[track_caller]
    fn check_error(ending: &str, content: &str, parts: &[&str]) {
        let error = format!("{:#}", read_as(ending, content).unwrap_err());
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        check_error(".toml", "[[actor]]\nname = \"Ost\"\nkind = \"LOC\"\ncolour = 1\n", &["colour", "line 4"]);
        check_error(".toml", "[[actor]]\nname = \"Ost\"\nkind = \"TOWN\"\n", &["TOWN", "line 1", "PER, ORG"]);
        check_error(".toml", "[[actor]]\nkind = \"LOC\"\n", &["name"]);
        check_error(".toml", "", &["no actor"]);
        check_error(".csv", "name,kind,colour\nOst,LOC,red\n", &["colour"]);
        check_error(".csv", "name,kind\nOst,LOC\nNeu,TOWN\n", &["line 3", "TOWN"]);
        check_error(".csv", "name,kind,aliases,of_interest\nOst,LOC,,perhaps\n", &["line 2", "perhaps"]);
        check_error(".csv", "name,kind,aliases\nAna Ruiz,PER,Ruiz\nEva Ruiz,PER,the Ruiz\n", &["line 3", "actor 1"]);
        check_error(".csv", "name,kind\n--,PER\n", &["line 2", "no name"]);
    }
}
