//! Sheets for human coders: drawn from a run, read back, and how far coders agree.

use anyhow::{Context, Result, bail};
use parallax_compare::{CodedTone, CodedTones, Level, agreement};
use parallax_text::record::AnnotationRecord;
use parallax_text::{AnnotatedArticle, CodePoints};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::input::hexadecimal;
use crate::verify::read_annotations;

/// An id that tells nothing of article and outlet. Places are code points of the clean text.
fn blind_id(doc_id: &str, start: usize, end: usize) -> String {
    let digest = Sha256::digest(format!("{doc_id}\0{start}\0{end}"));
    hexadecimal(&digest)[..12].to_owned()
}

/// A sheet of `sample` mentions of a run's bodies, drawn by chance, all alike: CSV with an empty
/// column `label` (negative, neutral, positive, or a number from -1 to 1).
pub(crate) fn sheet(folder: &Path, sample: usize, seed: u64) -> Result<String> {
    let records = read_annotations(folder)?;
    let mut all: Vec<(String, &AnnotationRecord, usize)> = Vec::new();
    for record in &records {
        for tone in record.tones.iter().filter(|tone| tone.zone.is_body()) {
            let mention = &record.mentions[tone.mention as usize];
            all.push((blind_id(&record.doc_id, mention.start, mention.end), record, tone.mention as usize));
        }
    }
    if all.is_empty() {
        bail!("{}: no tones in its articles; there is nothing to code", folder.display());
    }
    // The order of a keyed hash is one that nothing in the articles decides.
    let key = |id: &str| Sha256::digest(format!("{seed}\0{id}")).to_vec();
    all.sort_by_cached_key(|(id, _, _)| key(id));
    let drawn = sample.clamp(1, all.len());
    let chance = drawn as f64 / all.len() as f64;
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["id", "target", "sentence", "label", "chance"])?;
    for (id, record, mention) in &all[..drawn] {
        let mention = &record.mentions[*mention];
        let sentence = &record.sentences[mention.sentence as usize];
        let letters: Vec<char> = record.text.chars().collect();
        let cut = |start: usize, end: usize| letters[start..end].iter().collect::<String>();
        let marked =
            format!("{}[[{}]]{}", cut(sentence.start, mention.start), mention.text, cut(mention.end, sentence.end));
        let marked = marked.split_whitespace().collect::<Vec<_>>().join(" ");
        out.write_record([id.as_str(), &mention.text, &marked, "", &format!("{chance:.9}")])?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

/// Coded sheets, by blind id: the mean of the codes, and the chance of having been drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coded(BTreeMap<String, CodedTone>);

impl Coded {
    /// Reads filled sheets; rows without a label are left out, codes of one mention averaged.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let table = Table::read(path)?;
        let mut codes: BTreeMap<String, (Vec<f64>, f64)> = BTreeMap::new();
        for (number, row) in table.rows.iter().enumerate() {
            let [id, label, chance] = ["id", "label", "chance"].map(|name| table.cell(row, name));
            let (Some(id), Some(chance)) = (id, chance) else {
                bail!("{shown}: a coder sheet has the columns id, label, chance; this one has {:?}", table.header)
            };
            let Some(label) = label.filter(|label| !label.is_empty()) else { continue };
            let place = || format!("{shown}: row {}", number + 2);
            let value = value_of(label).with_context(|| {
                format!("{}: {label:?} is no tone; write negative, neutral, positive or a number from -1 to 1", place())
            })?;
            let chance: f64 = chance.parse::<f64>().ok().filter(|c| *c > 0.0 && *c <= 1.0).with_context(|| {
                format!("{}: the chance {chance:?} is not above 0 and up to 1; leave the column as it was", place())
            })?;
            let found = codes.entry(id.to_owned()).or_insert((Vec::new(), chance));
            found.0.push(value);
        }
        if codes.is_empty() {
            bail!("{shown}: no row has a label");
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        Ok(Self(
            codes.into_iter().map(|(id, (values, chance))| (id, CodedTone { value: mean(&values), chance })).collect(),
        ))
    }

    /// The codes of these articles' mentions, and how many found no mention.
    pub(crate) fn matched(&self, articles: &[AnnotatedArticle]) -> (CodedTones, usize) {
        let mut coded = CodedTones::default();
        for article in articles {
            let points = CodePoints::new(article.text());
            for tone in &article.tones {
                let (start, end) = points.of(article.mentions[tone.mention as usize].span);
                let doc_id = &article.document.doc_id;
                if let Some(&code) = self.0.get(&blind_id(doc_id, start, end)) {
                    coded.add(doc_id, tone.mention, code);
                }
            }
        }
        let unmatched = self.0.len() - coded.len();
        (coded, unmatched)
    }
}

fn value_of(label: &str) -> Option<f64> {
    match label.to_lowercase().as_str() {
        "negative" => Some(-1.0),
        "neutral" => Some(0.0),
        "positive" => Some(1.0),
        number => number.parse::<f64>().ok().filter(|value| (-1.0..=1.0).contains(value)),
    }
}

/// How far coders agree, as a table for people.
///
/// One file with `id` and a column for each coder, or with `id`, `coder`, `label`; or several
/// filled sheets (`id`, `label`), one for each coder.
pub(crate) fn agree(files: &[PathBuf], seed: u64) -> Result<String> {
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut coders: BTreeSet<String> = BTreeSet::new();
    for path in files {
        let table = Table::read(path)?;
        let has = |name: &str| table.header.iter().any(|column| column == name);
        if !has("id") {
            bail!("{}: no column `id`; it has {:?}", path.display(), table.header);
        }
        for row in &table.rows {
            let id = table.cell(row, "id").unwrap_or_default();
            let codes: Vec<(String, &str)> = if has("label") {
                let coder = table.cell(row, "coder").map_or_else(|| path.display().to_string(), str::to_owned);
                vec![(coder, table.cell(row, "label").unwrap_or_default())]
            } else {
                let columns = table.header.iter().zip(row).filter(|(name, _)| *name != "id");
                columns.map(|(name, code)| (name.clone(), code.as_str())).collect()
            };
            for (coder, code) in codes.into_iter().filter(|(_, code)| !code.is_empty()) {
                coders.insert(coder);
                units.entry(id.to_owned()).or_default().push(code.to_owned());
            }
        }
    }
    if coders.len() < 2 {
        bail!("codes of {} coder: give those of two or more", coders.len());
    }
    let names: BTreeSet<&String> = units.values().flatten().collect();
    let numbers: Option<Vec<Vec<f64>>> =
        units.values().map(|codes| codes.iter().map(|code| number_of(code)).collect()).collect();
    let places: Vec<Vec<f64>> = units
        .values()
        .map(|codes| codes.iter().map(|code| names.iter().position(|name| *name == code).unwrap_or(0) as f64).collect())
        .collect();
    let mut out = format!(
        "{} coders, {} codes\n{:10} {:>6} {:>6} {:>7}  95 % interval",
        coders.len(),
        names.len(),
        "level",
        "units",
        "codes",
        "alpha"
    );
    let mut line = |name: &str, units: &[Vec<f64>], level| {
        let _ = match agreement(units, level, 2000, seed) {
            Some(found) => {
                let interval = found.interval.map_or("-".to_owned(), |i| format!("{:.3} to {:.3}", i.low, i.high));
                write!(out, "\n{name:10} {:>6} {:>6} {:>7.3}  {interval}", found.units, found.codes, found.alpha)
            }
            None => write!(out, "\n{name:10} nothing to compare: no unit has two codes, or all codes are the same"),
        };
    };
    line("nominal", &places, Level::Nominal);
    if let Some(numbers) = numbers {
        line("ordinal", &numbers, Level::Ordinal);
        line("interval", &numbers, Level::Interval);
    }
    Ok(out)
}

fn number_of(code: &str) -> Option<f64> {
    value_of(code).or_else(|| code.parse::<f64>().ok().filter(|number| number.is_finite()))
}

/// A small CSV table.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(path: &Path) -> Result<Self> {
        let text = crate::cli::read_text(path)?;
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let clean = |record: &csv::StringRecord| record.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let shown = path.display();
        let header = clean(reader.headers().with_context(|| format!("{shown}: not a CSV table"))?);
        let rows: Result<Vec<_>, _> = reader.records().map(|row| row.map(|row| clean(&row))).collect();
        Ok(Self { header, rows: rows.with_context(|| format!("{shown}: not a CSV table"))? })
    }

    fn cell<'a>(&self, row: &'a [String], name: &str) -> Option<&'a str> {
        let column = self.header.iter().position(|column| column == name)?;
        row.get(column).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn codes_of_one_mention_are_averaged_and_wrong_ones_named() {
        let coded = Coded::read(file("id,label,chance\na,negative,0.5\na,0,0.5\nb,,0.5\n").path()).unwrap();
        assert_eq!(coded.0["a"], CodedTone { value: -0.5, chance: 0.5 });
        assert_eq!(coded.0.len(), 1);
        let check = |text: &str, part: &str| {
            let error = format!("{:#}", Coded::read(file(text).path()).unwrap_err());
            assert!(error.contains(part), "{error}");
        };
        check("id,label,chance\na,bad,0.5\n", "row 2");
        check("id,label,chance\na,negative,0\n", "chance");
        check("id,label,chance\na,,0.5\n", "no row has a label");
        check("name,label\na,negative\n", "columns id, label, chance");
    }

    #[test]
    fn wide_long_and_single_sheets_say_the_same() {
        let wide = file("id,ann,bob\n1,negative,negative\n2,neutral,positive\n3,positive,positive\n4,,neutral\n");
        let long = file(
            "id,coder,label\n1,ann,negative\n1,bob,negative\n2,ann,neutral\n2,bob,positive\n3,ann,positive\n3,bob,positive\n4,bob,neutral\n",
        );
        let (ann, bob) = (
            file("id,label\n1,negative\n2,neutral\n3,positive\n"),
            file("id,label\n1,negative\n2,positive\n3,positive\n4,neutral\n"),
        );
        let of = |files: &[&tempfile::NamedTempFile]| {
            let paths: Vec<PathBuf> = files.iter().map(|file| file.path().to_path_buf()).collect();
            agree(&paths, 1).unwrap()
        };
        let table = of(&[&wide]);
        assert!(table.contains("ordinal"), "{table}");
        assert_eq!(table, of(&[&long]));
        assert_eq!(table, of(&[&ann, &bob]));
        assert!(agree(&[ann.path().to_path_buf()], 1).is_err());
    }
}
