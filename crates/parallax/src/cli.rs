//! The command line.

use crate::analyze::{Job, Tally, compare, date_warnings};
use crate::annotate::make_article;
use crate::config::Config;
use crate::models::{EngineOptions, Models, find_models};
use crate::output::{Clock, write_all};
use crate::vectors_file::VectorsFile;
use crate::wcxb::Split;
use crate::{actors_file, evaluate, stages, terminal};
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use parallax_text::record::AnnotationRecord;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// How outlets frame the same event: from pages as they were scraped to a comparison whose every
/// figure leads back to its sentences.
#[derive(Debug, Parser)]
#[command(name = "parallax", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  parallax analyze pages/ --out report/        pages of several outlets on one event, to a report
  parallax annotate corpus.jsonl > notes.jsonl one annotation record per article
  parallax clean page.html                     the article in a page, without menus and ads
  parallax help analyze                        more on one command

Exit codes: 0 all done; 1 wrong usage or set-up, nothing written; 3 done, but some documents failed
(named on standard error and in run.json).";

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare outlets: report.html, summary.json, tables, annotations, vectors, run.json
    #[command(after_help = "\
Example:
  parallax analyze pages/ --out report/
  A table pages/corpus.csv (doc_id,file,outlet,published,title,url,story) overrides what the pages
  tell. Without a column `story`, one run is one story.")]
    Analyze {
        #[command(flatten)]
        input: InputArgs,
        #[command(flatten)]
        models: ModelArgs,
        /// Folder for the results; it is made where it is missing
        #[arg(long, default_value = "out")]
        out: PathBuf,
    },
    /// Write one annotation record per article, as JSON Lines
    #[command(after_help = "Example:\n  parallax annotate corpus.jsonl.gz --no-clean > annotations.jsonl")]
    Annotate {
        #[command(flatten)]
        input: InputArgs,
        #[command(flatten)]
        models: ModelArgs,
        /// File for the records; standard output where it is left out
        #[arg(long)]
        out: Option<PathBuf>,
        /// File for one vector a sentence, by doc_id (safetensors, eight bits a number)
        #[arg(long, value_name = "FILE")]
        vectors: Option<PathBuf>,
    },
    /// Print the article in each page, without menus, ads and the like
    #[command(after_help = "\
Examples:
  parallax clean page.txt              the text
  parallax clean pages/ --json         blocks, dropped lines with their reasons, fields; JSON Lines
  parallax clean page.txt --lines      every line of the page with what was made of it")]
    Clean {
        #[command(flatten)]
        input: InputArgs,
        /// Print annotation records (without annotations of sentences) instead of text
        #[arg(long, conflicts_with = "lines")]
        json: bool,
        /// Print every line of the source with its kind, to check the cleaning by eye
        #[arg(long)]
        lines: bool,
    },
    /// Print the sentences of texts, one a line
    #[command(after_help = "\
Examples:
  echo 'Mr. Ruiz left. He was late.' | parallax split -
  parallax split page.txt --clean --json   with offsets in code points")]
    Split {
        #[command(flatten)]
        input: InputArgs,
        /// Clean the pages first
        #[arg(long)]
        clean: bool,
        /// Print {\"doc_id\",\"sentence\",\"start\",\"end\",\"text\"} instead of plain lines
        #[arg(long)]
        json: bool,
    },
    /// Name the entities in texts, or in CoNLL columns
    #[command(after_help = "\
Examples:
  parallax ner page.txt --clean                 JSON Lines: doc_id, start, end, text, kind, score, entity
  parallax ner --conll tokens.txt > tagged.txt  a column of IOB2 labels behind the others")]
    Ner {
        #[command(flatten)]
        input: InputArgs,
        #[command(flatten)]
        models: ModelArgs,
        /// Clean the pages first
        #[arg(long)]
        clean: bool,
        /// Read and write CoNLL columns (the token first, sentences between empty lines)
        #[arg(long)]
        conll: bool,
    },
    /// Score the tone towards given targets
    #[command(after_help = "\
Example:
  echo '{\"id\":\"1\",\"text\":\"Critics tore into Ana Ruiz.\",\"start\":18,\"end\":26}' | parallax tone -
  Positions are code points. The answer is the same object with negative, neutral, positive.")]
    Tone {
        /// Files of JSON Lines, or - for standard input
        #[arg(required = true)]
        inputs: Vec<PathBuf>,
        #[command(flatten)]
        models: ModelArgs,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Score against labelled data in its usual format
    #[command(after_help = "\
Examples:
  parallax evaluate ner eng.testa        CoNLL columns, entity F1 as conlleval has it
  parallax evaluate tone rw-dev.jsonl    NewsMTSC, macro-F1, accuracy, calibration
  parallax evaluate split en_ewt-ud-dev.conllu
  parallax evaluate quotes polnear/dev    folders with text/ and attributions/
  parallax evaluate clean wcxb/           pages with known articles, HTML and flattened
  parallax evaluate clean pages/ --gold gold_lines.csv   (doc_id,line,kind)
  parallax evaluate gap gap-validation.tsv   pronouns; the names found (open), and told as in GAP
  parallax evaluate actors pages/ --gold gold_actors.csv   (doc_id,line,word,words,form,actor)
  parallax evaluate speakers pages/ --gold speakers.csv    (doc_id,line,quotation,speaker,kind)")]
    Evaluate {
        /// What to score
        #[arg(value_enum)]
        task: evaluate::Task,
        /// The labelled files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// For `clean`, `actors` and `speakers`: the table to score against
        #[arg(long)]
        gold: Option<PathBuf>,
        /// For `gap`: also fit the weights of the ranking to the files
        #[arg(long)]
        fit: bool,
        /// For `clean` without --gold: pages of which sites
        #[arg(long, value_enum, default_value_t)]
        split: Split,
        #[command(flatten)]
        models: ModelArgs,
        #[command(flatten)]
        run: RunArgs,
    },
}

#[derive(Debug, Args)]
struct InputArgs {
    /// Folders, .txt, .html, .jsonl, .jsonl.gz or .csv files, or - for standard input
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Table of metadata that overrides what the pages tell (default: corpus.csv beside the files)
    #[arg(long, value_name = "CSV")]
    metadata: Option<PathBuf>,
    /// Actors of interest with their aliases, TOML or CSV; they win over what is found. See README
    #[arg(long, value_name = "FILE")]
    actors: Option<PathBuf>,
    /// Take texts as they are; positions then refer to them unchanged
    #[arg(long)]
    no_clean: bool,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Threads (default: one a core)
    #[arg(long)]
    threads: Option<usize>,
    /// Settings, in TOML; see README
    #[arg(long, value_name = "TOML")]
    config: Option<PathBuf>,
    /// No progress bar, no warnings
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct ModelArgs {
    /// Folder of the models (default: `models` here, or above the program)
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineOptions,
}

impl RunArgs {
    fn config(&self) -> Result<Config> {
        let mut config = self.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        config.threads = self.threads.unwrap_or(config.threads);
        if config.threads == 0 {
            config.threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        }
        Ok(config)
    }
}

impl InputArgs {
    fn job(&self) -> Result<Job> {
        Ok(Job {
            inputs: self.inputs.clone(),
            metadata: self.metadata.clone(),
            clean: !self.no_clean,
            actors: self.actors.as_deref().map(actors_file::read).transpose()?.unwrap_or_default(),
            config: self.run.config()?,
            quiet: self.run.quiet,
        })
    }
}

impl ModelArgs {
    fn load(&self) -> Result<Models> {
        Models::load(&find_models(self.models.as_deref())?, self.engine)
    }
}

/// Runs the command line and gives the exit code.
#[must_use]
pub fn main() -> u8 {
    match run(Cli::try_parse()) {
        Ok(failed) => {
            if failed {
                3
            } else {
                0
            }
        }
        Err(error) if broken_pipe(&error) => 0,
        Err(error) => match error.downcast_ref::<clap::Error>() {
            Some(usage) => {
                let _ = usage.print();
                u8::from(usage.use_stderr())
            }
            None => {
                eprintln!("error: {error:#}");
                1
            }
        },
    }
}

/// Whether some documents failed.
fn run(cli: Result<Cli, clap::Error>) -> Result<bool> {
    match cli?.command {
        Command::Analyze { input, models, out } => analyze(&input.job()?, &models, &out),
        Command::Annotate { input, models, out, vectors } => {
            let job = input.job()?;
            let inputs = job.find()?;
            let models = models.load()?;
            let mut sink: Box<dyn Write> = match &out {
                Some(path) => Box::new(BufWriter::new(
                    std::fs::File::create(path).with_context(|| format!("{}: cannot be written", path.display()))?,
                )),
                None => Box::new(BufWriter::new(io::stdout().lock())),
            };
            let mut vectors = vectors.map(|path| VectorsFile::create(&path, &models.sha256)).transpose()?;
            let tally = job.annotate_found(&inputs, &models, |article| {
                vectors.as_mut().map_or(Ok(()), |file| file.add(&article))?;
                serde_json::to_writer(&mut sink, &AnnotationRecord::new(&article))?;
                Ok(sink.write_all(b"\n")?)
            })?;
            sink.flush()?;
            vectors.map_or(Ok(()), VectorsFile::finish)?;
            Ok(tell(&tally, job.quiet))
        }
        Command::Clean { input, json, lines } => {
            let job = input.job()?;
            let form = if json {
                stages::CleanForm::Json
            } else if lines {
                stages::CleanForm::Lines
            } else {
                stages::CleanForm::Text
            };
            print_each(&job, |document, article| Ok(stages::cleaned(document, article, form)))
        }
        Command::Split { input, clean, json } => {
            let job = Job { clean, ..input.job()? };
            print_each(&job, |document, article| Ok(stages::split(&document, &article, json)))
        }
        Command::Ner { input, models, clean, conll } => {
            let job = Job { clean, ..input.job()? };
            if conll {
                return stages::tag_conll(&job.inputs, &models.load()?, &job.config);
            }
            let (inputs, models) = (job.find()?, models.load()?);
            let mut out = BufWriter::new(io::stdout().lock());
            let tally = job.annotate_found(&inputs, &models, |article| {
                Ok(out.write_all(stages::entities(&article).as_bytes())?)
            })?;
            out.flush()?;
            Ok(tell(&tally, job.quiet))
        }
        Command::Tone { inputs, models, run } => stages::tone(&inputs, &models.load()?, &run.config()?),
        Command::Evaluate { task, files, gold, fit, split, models, run } => {
            let options = evaluate::Options { gold: gold.as_deref(), fit, split };
            let table = evaluate::run(task, &files, options, &run.config()?, || models.load())?;
            println!("{table}");
            Ok(false)
        }
    }
}

fn analyze(job: &Job, models: &ModelArgs, out: &std::path::Path) -> Result<bool> {
    let began = Instant::now();
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64);
    let inputs = job.find()?;
    let models = models.load()?;
    let mut articles = Vec::new();
    let mut tally = job.annotate_found(&inputs, &models, |article| {
        articles.push(article);
        Ok(())
    })?;
    let stories = compare(&articles, &job.actors, &job.config, &models);
    tally.warnings.extend(date_warnings(&stories, &job.config));
    let clock = Clock { started, seconds: began.elapsed().as_secs_f64() };
    write_all(out, &articles, &stories, (job, &models, &tally), clock)?;
    let mut shown = BufWriter::new(io::stdout().lock());
    for story in &stories {
        write!(shown, "{}", terminal::story(story))?;
    }
    let (done, report) = (tally.done, out.join("report.html"));
    writeln!(shown, "\n{done} articles in {:.1} s. Report: {}", clock.seconds, report.display())?;
    shown.flush()?;
    Ok(tell(&tally, job.quiet))
}

/// Cleans (or takes as they are) all documents and prints what `show` makes of each.
fn print_each(
    job: &Job,
    show: impl Fn(parallax_text::Document, parallax_text::Article) -> Result<String> + Sync,
) -> Result<bool> {
    let inputs = job.find()?;
    let options = job.options(&inputs)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let work = |raw| {
        let (document, article) = make_article(raw, &options)?;
        Ok(show(document, article))
    };
    let tally = job.for_each(&inputs, work, |text| Ok(out.write_all(text?.as_bytes())?))?;
    out.flush()?;
    Ok(tell(&tally, job.quiet))
}

/// Reports warnings and failures; whether there were failures.
fn tell(tally: &Tally, quiet: bool) -> bool {
    if !quiet {
        for warning in &tally.warnings {
            eprintln!("warning: {warning}");
        }
    }
    for error in &tally.errors {
        eprintln!("error: {error}");
    }
    if !tally.errors.is_empty() {
        eprintln!(
            "{} of {} documents failed; the others are done",
            tally.errors.len(),
            tally.errors.len() + tally.done
        );
    }
    !tally.errors.is_empty()
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Refuses a file that must hold text and does not.
pub(crate) fn read_text(path: &std::path::Path) -> Result<String> {
    let shown = path.display();
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::stdin().lock(), &mut bytes)?;
        bytes
    } else {
        std::fs::read(path).with_context(|| format!("{shown}: cannot be read"))?
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) => bail!("{shown}: not UTF-8; convert the file"),
    }
}
