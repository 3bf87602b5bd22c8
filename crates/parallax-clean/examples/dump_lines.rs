//! Writes what `models/training/lines.py` trains the line classifier from:
//! `cargo run --release -p parallax-clean --example dump_lines -- PAGES GROUND_TRUTH OUT lines|headlines`.
//! PAGES holds `NAME.html`, GROUND_TRUTH `NAME.json`. Only pages of sites that are not held out.

use parallax_clean::evaluate::{HeadlineTable, Layout, LineTable, Truth, flatten, same_title, shares};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pages, truths, out, what] = arguments.as_slice() else {
        return Err("give three folders (pages, ground truth, output), and lines or headlines".into());
    };
    let out = Path::new(out);
    std::fs::create_dir_all(out)?;
    for (name, columns) in ["", "headline_"].into_iter().zip(LineTable::columns()) {
        std::fs::write(out.join(format!("{name}columns.txt")), columns.join("\n"))?;
    }
    let pages = read_pages(Path::new(pages), Path::new(truths))?;
    if what == "lines" { dump_lines(&pages, out) } else { dump_headlines(&pages, out) }
}

/// Name, HTML and truth of the pages of sites that are not held out.
fn read_pages(pages: &Path, truths: &Path) -> Result<Vec<(String, String, Truth)>, Failure> {
    let mut read = Vec::new();
    for entry in std::fs::read_dir(pages)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let json = std::fs::read_to_string(truths.join(&name).with_extension("json"))?;
        if let Some(truth) = Truth::read(&json)?.filter(|truth| !truth.is_held_out()) {
            read.push((name, String::from_utf8_lossy(&std::fs::read(&path)?).into_owned(), truth));
        }
    }
    read.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(read)
}

/// Little-endian: f32 rows, u16 buckets; and a table of the lines.
fn dump_lines(pages: &[(String, String, Truth)], out: &Path) -> Result<(), Failure> {
    let write = |name: &str| File::create(out.join(name)).map(BufWriter::new);
    let (mut rows, mut buckets, mut table) = (write("rows.f32")?, write("buckets.u16")?, write("lines.csv")?);
    writeln!(table, "page,site,layout,words,share,buckets,truth_words")?;
    for (name, html, truth) in pages {
        let truth_words = count_words(&truth.text);
        for layout in Layout::ALL {
            let Some(lines) = LineTable::of(&flatten(html, layout, &truth.url)) else { continue };
            let texts: Vec<&str> = lines.lines.iter().map(String::as_str).collect();
            for number in &lines.rows {
                rows.write_all(&number.to_le_bytes())?;
            }
            for ((text, share), own) in texts.iter().zip(shares(&texts, &truth.text)).zip(&lines.buckets) {
                for bucket in own {
                    buckets.write_all(&bucket.to_le_bytes())?;
                }
                let (words, hashed) = (count_words(text), own.len());
                writeln!(table, "{name},{},{},{words},{share},{hashed},{truth_words}", truth.site(), layout.name())?;
            }
        }
    }
    Ok(())
}

/// Little-endian f32 rows and u16 buckets, and a table of the candidates.
fn dump_headlines(pages: &[(String, String, Truth)], out: &Path) -> Result<(), Failure> {
    let write = |name: &str| File::create(out.join(name)).map(BufWriter::new);
    let (mut rows, mut buckets, mut table) =
        (write("headlines.f32")?, write("headline_buckets.u16")?, write("headlines.csv")?);
    writeln!(table, "page,site,layout,is_title,buckets")?;
    for (name, html, truth) in pages {
        let Some(title) = &truth.title else { continue };
        for layout in Layout::ALL {
            let Ok(candidates) = HeadlineTable::of(&flatten(html, layout, &truth.url)) else { continue };
            for number in &candidates.rows {
                rows.write_all(&number.to_le_bytes())?;
            }
            for (line, own) in candidates.lines.iter().zip(&candidates.buckets) {
                for bucket in own {
                    buckets.write_all(&bucket.to_le_bytes())?;
                }
                let hashed = own.len();
                let is_title = u8::from(same_title(line, title, &truth.site()));
                writeln!(table, "{name},{},{},{is_title},{hashed}", truth.site(), layout.name())?;
            }
        }
    }
    Ok(())
}

fn count_words(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()
}
