//! The command line.

use crate::analyze::{Comparison, Job, Tally, date_warning};
use crate::annotate::make_article;
use crate::config::{Config, SharedTextUse};
use crate::export::{Exported, Format, export_results};
use crate::models::{Engine, EngineOptions, Models, find_models};
use crate::output::{Clock, ReadyStory, RunFiles};
use crate::progress::Progress;
use crate::report::Shown;
use crate::user_models::UserModels;
use crate::vectors_file::VectorsFile;
use crate::wcxb::Split;
use crate::{actors_file, codebook_file, coders, evaluate, explain, messages, shell, stages, terminal, verify};
use anyhow::{Context, Result, bail};
use clap::{Args, CommandFactory, Parser, Subcommand};
use parallax_compare::StorySummary;
use parallax_encoder::Device;
use parallax_text::AnnotatedArticle;
use parallax_text::record::AnnotationRecord;
use std::collections::{BTreeMap, BTreeSet};
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
  parallax export report/ --format conllu,brat the results in the formats of other tools
  parallax clean page.html                     the article in a page, without menus and ads
  parallax help analyze                        more on one command

Exit codes: 0 all done; 1 wrong usage or set-up, nothing written; 3 done, but some documents failed
(named on standard error and in run.json).";

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare outlets: report.html, summary.json, tables, annotations, vectors, run.json
    #[command(after_help = "\
Examples:
  parallax analyze pages/ --out report/
  parallax analyze pages/ --out report/ --export parquet,conllu
  A table pages/corpus.csv (doc_id,file,outlet,published,title,url,story) overrides what the pages
  tell. Without a column `story`, one run is one story.")]
    Analyze {
        #[command(flatten)]
        input: InputArgs,
        #[command(flatten)]
        questions: QuestionArgs,
        #[command(flatten)]
        models: ModelArgs,
        /// Folder for the results; it is made where it is missing
        #[arg(long, default_value = "out")]
        out: PathBuf,
        /// What figures make of text that an article shares with an earlier one of the story
        #[arg(long, value_enum, value_name = "HOW")]
        shared_text: Option<SharedTextUse>,
        /// Filled coder sheet of a run on the same pages (`parallax coders`): mean tones are
        /// corrected by it
        #[arg(long, value_name = "CSV")]
        coded: Option<PathBuf>,
        /// Further formats, parted by commas, each in a folder of its own inside the results
        #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
        export: Vec<Format>,
    },
    /// Draw a sheet of mentions for human coders from a run, as CSV
    #[command(after_help = "\
Example:
  parallax coders report/ --sample 200 > sheet.csv
  Coders fill the column `label` (negative, neutral, positive). The ids tell nothing of the outlet.")]
    Coders {
        /// Folder of a run
        folder: PathBuf,
        /// How many mentions
        #[arg(long, default_value_t = 200)]
        sample: usize,
        /// Seed of the draw
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Tell how far coders agree: Krippendorff's alpha with its interval
    #[command(after_help = "\
Examples:
  parallax agree ann.csv bob.csv    filled sheets of several coders (id,label)
  parallax agree codes.csv          id and one column a coder, or id,coder,label")]
    Agree {
        /// CSV tables
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Seed of the interval
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Check that every claim, figure and span of a run still holds
    #[command(after_help = "\
Examples:
  parallax verify report/                    files, spans, references, figures counted again
  parallax verify report/ --sources pages/   the pages too
Exit code 3, with a list, where something does not hold.")]
    Verify {
        /// Folder of a run
        folder: PathBuf,
        /// The pages that were analysed
        #[arg(long, value_name = "PATH")]
        sources: Vec<PathBuf>,
    },
    /// Print the sentences that a claim of a run rests on
    #[command(after_help = "Example:\n  parallax explain report/ finding/run/0")]
    Explain {
        /// Folder of a run
        folder: PathBuf,
        /// Id of a finding, measurement or difference in summary.json
        claim: String,
    },
    /// Write one annotation record per article, as JSON Lines
    #[command(after_help = "\
Examples:
  parallax annotate corpus.jsonl.gz --no-clean > annotations.jsonl
  parallax annotate corpus.jsonl --out notes/annotations.jsonl --export conllu,parquet")]
    Annotate {
        #[command(flatten)]
        input: InputArgs,
        #[command(flatten)]
        questions: QuestionArgs,
        #[command(flatten)]
        models: ModelArgs,
        /// File for the records; standard output where it is left out
        #[arg(long)]
        out: Option<PathBuf>,
        /// File for one vector a sentence, by doc_id (safetensors, eight bits a number)
        #[arg(long, value_name = "FILE")]
        vectors: Option<PathBuf>,
        /// Further formats, parted by commas, in folders beside the file of the records
        #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", requires = "out")]
        export: Vec<Format>,
    },
    /// Write results in the formats of other tools
    #[command(after_help = "\
Examples:
  parallax export report/ --format parquet,conllu     folders parquet/ and conllu/ inside report/
  parallax export report/ --format brat --out brat/   somewhere else
  parallax export run1/ run2/ --format coders --out reliability/   two runs as two coders
How to load each in Python and R is in docs/exports.md.")]
    Export {
        /// A folder that analyze wrote, or a file that annotate wrote
        #[arg(required = true)]
        results: Vec<PathBuf>,
        /// Formats, parted by commas
        #[arg(long, value_enum, value_delimiter = ',', required = true, value_name = "LIST")]
        format: Vec<Format>,
        /// Folder to write into (default: the results' own; needed for several results)
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        #[command(flatten)]
        messages: MessageArgs,
    },
    /// Print the article in each page, without menus, ads and the like
    #[command(after_help = "\
Examples:
  parallax clean page.txt              the text
  parallax clean pages/ --json         blocks, dropped lines with their reasons, fields; JSON Lines
  parallax clean page.txt --lines      every line of the page with what was made of it
  parallax clean pages/ --table > pages/corpus.csv   what the pages tell of themselves, to be filled in")]
    Clean {
        #[command(flatten)]
        input: InputArgs,
        /// Print annotation records (without annotations of sentences) instead of text
        #[arg(long, conflicts_with = "lines")]
        json: bool,
        /// Print every line of the source with its kind, to check the cleaning by eye
        #[arg(long)]
        lines: bool,
        /// Print a table of metadata as the pages tell it, the form of corpus.csv
        #[arg(long, conflicts_with_all = ["lines", "json"])]
        table: bool,
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
  parallax evaluate frames semeval2023_task3/   train-labels.txt and train-articles/, article F1
  parallax evaluate wording final_labels_SG2.csv   BABE, sentences and their words
  parallax evaluate stance vast_train.csv   VAST; from a zip: unzip -p vast_train.zip | ... stance -
  parallax evaluate stance claim_stance_dataset_v1.csv   IBM, topics as they are and as they are read
  parallax evaluate split en_ewt-ud-dev.conllu
  parallax evaluate quotes polnear/dev    folders with text/ and attributions/
  parallax evaluate clean wcxb/           pages with known articles, HTML and flattened
  parallax evaluate clean pages/ --gold gold_lines.csv   (doc_id,line,kind)
  parallax evaluate gap gap-validation.tsv   pronouns; the names found (open), and told as in GAP
  parallax evaluate actors pages/ --gold gold_actors.csv   (doc_id,line,word,words,form,actor)
  parallax evaluate speakers pages/ --gold speakers.csv    (doc_id,line,quotation,speaker,kind)
  parallax evaluate coverage pages/ --gold coverage.csv    (fact,split,doc_id,status,line,sentence,main)
The measured errors that intervals carry, from sentences the model never saw:
  parallax evaluate tone check.jsonl --errors \"NewsMTSC, check part\" > models/news-en/errors.toml
  parallax evaluate wording final_labels_SG2.csv --errors \"BABE, check part\" > models/discourse/errors.toml")]
    Evaluate {
        /// What to score
        #[arg(value_enum)]
        task: evaluate::Task,
        /// The labelled files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// For `clean`, `actors`, `speakers` and `coverage`: the table to score against
        #[arg(long)]
        gold: Option<PathBuf>,
        /// For `gap`: also fit the weights of the ranking to the files
        #[arg(long)]
        fit: bool,
        /// For `clean` without --gold: pages of which sites
        #[arg(long, value_enum, default_value_t)]
        split: Split,
        /// For `tone` and `wording`: print a section for the model's errors.toml, DATA being what
        /// methods call the labelled data
        #[arg(long, value_name = "DATA")]
        errors: Option<String>,
        #[command(flatten)]
        models: ModelArgs,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Print completions for a shell
    #[command(after_help = "\
Examples:
  parallax completions bash > ~/.local/share/bash-completion/completions/parallax
  parallax completions fish > ~/.config/fish/completions/parallax.fish
  parallax completions zsh > ~/.zfunc/_parallax      with fpath+=~/.zfunc before compinit in ~/.zshrc")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command
    #[command(after_help = "\
Examples:
  parallax man | man -l -
  parallax man analyze | man -l -
  parallax man --out ~/.local/share/man/man1")]
    Man {
        /// A command; without one, the page of the program
        command: Option<String>,
        /// Folder to write all pages into, one a command
        #[arg(long, value_name = "DIR", conflicts_with = "command")]
        out: Option<PathBuf>,
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
struct QuestionArgs {
    /// A sentence that one can be for or against; sentences are judged beside it. May be repeated.
    /// What opposes ("X should be banned") is read as what it opposes, see `propositions` in run.json
    #[arg(long = "proposition", value_name = "TEXT")]
    propositions: Vec<String>,
    /// Frames of your own, in TOML: name, definition, examples. See README
    #[arg(long, value_name = "FILE")]
    codebook: Option<PathBuf>,
}

impl QuestionArgs {
    /// Adds what is asked to the settings.
    fn ask(self, config: &mut Config) -> Result<()> {
        config.propositions.extend(self.propositions);
        if let Some(path) = &self.codebook {
            config.codebook = Some(codebook_file::read(path)?);
        }
        config.check()
    }
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Threads (default: one a core)
    #[arg(long)]
    threads: Option<usize>,
    /// Settings, in TOML; see README
    #[arg(long, value_name = "TOML")]
    config: Option<PathBuf>,
    #[command(flatten)]
    messages: MessageArgs,
}

#[derive(Debug, Args)]
struct MessageArgs {
    /// No progress, no warnings
    #[arg(long)]
    quiet: bool,
    /// Messages and progress on standard error as JSON Lines, for programs
    #[arg(long)]
    json_logs: bool,
}

#[derive(Debug, Args)]
struct ModelArgs {
    /// Folder of the models (default: `models` here, or above the program)
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineOptions,
    /// Checkpoints of your own for entities and tone, in TOML; needs a build with rust-bert. See README
    #[arg(long, value_name = "TOML")]
    user_models: Option<PathBuf>,
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
            quiet: self.run.messages.quiet,
        })
    }
}

impl ModelArgs {
    fn load(&self) -> Result<Models> {
        self.with_own(Models::load(&find_models(self.models.as_deref())?, self.engine)?)
    }

    /// Where users' models are named, those in the place of the shipped ones.
    fn with_own(&self, models: Models) -> Result<Models> {
        if let (Engine::Native, Device::Cuda(_), None) = (self.engine.engine, self.engine.device, &self.user_models) {
            bail!("the native engine runs on the processor: leave --device out, or take --engine rust-bert");
        }
        match &self.user_models {
            Some(path) => Ok(models.with_user_models(UserModels::load(path, self.engine)?)),
            None => Ok(models),
        }
    }

    /// With what reads propositions, where there are some.
    fn load_for(&self, config: &Config) -> Result<Models> {
        if config.propositions.is_empty() { self.load() } else { self.load_with_stance() }
    }

    fn load_with_stance(&self) -> Result<Models> {
        self.with_own(Models::load_with_stance(&find_models(self.models.as_deref())?, self.engine)?)
    }
}

/// Runs the command line and gives the exit code.
#[must_use]
pub fn main() -> u8 {
    // Before parsing: a wrong usage is told in the asked form too.
    messages::speak(std::env::args_os().any(|argument| argument == "--json-logs"));
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
                if messages::are_json() && usage.use_stderr() {
                    messages::error(usage.to_string().trim_start_matches("error: ").trim_end(), &[]);
                } else {
                    let _ = usage.print();
                }
                u8::from(usage.use_stderr())
            }
            None => {
                messages::error(&format!("{error:#}"), &[]);
                1
            }
        },
    }
}

/// Whether some documents failed.
fn run(cli: Result<Cli, clap::Error>) -> Result<bool> {
    match cli?.command {
        Command::Analyze { input, questions, models, out, shared_text, coded, export } => {
            let mut job = input.job()?;
            questions.ask(&mut job.config)?;
            job.config.shared_text = shared_text.unwrap_or(job.config.shared_text);
            analyze(&job, &models, &out, coded.as_deref(), &export)
        }
        Command::Coders { folder, sample, seed } => {
            io::stdout().lock().write_all(coders::sheet(&folder, sample, seed)?.as_bytes())?;
            Ok(false)
        }
        Command::Agree { files, seed } => {
            writeln!(io::stdout().lock(), "{}", coders::agree(&files, seed)?)?;
            Ok(false)
        }
        Command::Verify { folder, sources } => {
            let verdict = verify::verify(&folder, &sources, Config::default().max_bytes)?;
            for failure in &verdict.failures {
                messages::error(&failure.to_string(), &[]);
            }
            let (state, checked) = (verdict.failures.len(), verdict.checked.join("\n  "));
            writeln!(io::stdout().lock(), "checked\n  {checked}\n{state} do not hold")?;
            Ok(state > 0)
        }
        Command::Explain { folder, claim } => {
            write!(io::stdout().lock(), "{}", explain::explain(&folder, &claim)?)?;
            Ok(false)
        }
        Command::Annotate { input, questions, models, out, vectors, export } => {
            let mut job = input.job()?;
            questions.ask(&mut job.config)?;
            let inputs = job.find()?;
            let models = models.load_for(&job.config)?;
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
            drop(sink);
            if let (Some(path), false) = (out, export.is_empty()) {
                let folder = path.parent().map(std::path::Path::to_path_buf).unwrap_or_default();
                note(&export_results(&[path], &export, &folder)?, job.quiet);
            }
            Ok(tell(&tally, job.quiet))
        }
        Command::Export { results, format, out, messages } => {
            let out = match (out, &results[..]) {
                (Some(out), _) => out,
                (None, [only]) if only.is_dir() => only.clone(),
                (None, [only]) => only.parent().map(std::path::Path::to_path_buf).unwrap_or_default(),
                (None, _) => bail!("several results have no folder in common; name one with --out"),
            };
            let written = export_results(&results, &format, &out)?;
            note(&written, messages.quiet);
            for format in format.into_iter().collect::<std::collections::BTreeSet<_>>() {
                let inside =
                    written.files.keys().filter(|name| name.split('/').next() == Some(format.folder())).count();
                let folder = out.join(format.folder());
                let plural = if inside == 1 { "" } else { "s" };
                println!("{}: {inside} file{plural}", folder.display());
            }
            Ok(false)
        }
        Command::Clean { input, json, lines, table } => {
            let job = input.job()?;
            let form = if json {
                stages::CleanForm::Json
            } else if lines {
                stages::CleanForm::Lines
            } else if table {
                stages::CleanForm::Table
            } else {
                stages::CleanForm::Text
            };
            if table {
                println!("{}", stages::TABLE_HEADER);
            }
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
        Command::Evaluate { task, files, gold, fit, split, errors, models, run } => {
            let options = evaluate::Options { gold: gold.as_deref(), fit, split, errors: errors.as_deref() };
            let load = || if task == evaluate::Task::Stance { models.load_with_stance() } else { models.load() };
            let table = evaluate::run(task, &files, options, &run.config()?, load)?;
            println!("{table}");
            Ok(false)
        }
        Command::Completions { shell } => {
            shell::completions(shell, &mut Cli::command(), &mut io::stdout().lock())?;
            Ok(false)
        }
        Command::Man { command, out } => {
            match out {
                Some(folder) => shell::write_manual(Cli::command(), &folder)?,
                None => shell::manual(Cli::command(), command.as_deref(), &mut io::stdout().lock())?,
            }
            Ok(false)
        }
    }
}

/// Says what the user should know of an export.
fn note(written: &Exported, quiet: bool) {
    if !quiet {
        written.notes.iter().for_each(|note| messages::warning(note, &[]));
    }
}

fn analyze(
    job: &Job,
    models: &ModelArgs,
    out: &std::path::Path,
    coded: Option<&std::path::Path>,
    exports: &[Format],
) -> Result<bool> {
    let began = Instant::now();
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64);
    let inputs = job.find()?;
    let coded = coded.map(coders::Coded::read).transpose()?.unwrap_or_default();
    let models = models.load_for(&job.config)?;
    let mut articles = Vec::new();
    let since = Instant::now();
    let mut tally = job.annotate_found(&inputs, &models, |article| {
        articles.push(article);
        Ok(())
    })?;
    let annotating = since.elapsed().as_secs_f64();
    let (coded, unmatched) = coded.matched(&articles);
    if unmatched > 0 {
        tally.warnings.push(format!("{unmatched} coded mentions are not in these pages as they are annotated now"));
    }
    let since = Instant::now();
    let comparison = Comparison::new(&articles, &job.actors, &job.config, &models, coded);
    let chosen = comparison.largest(job.config.report_articles);
    let mut shown = to_be_shown(&comparison, &chosen, &articles);
    let mut files = RunFiles::begin(out, &models.label(), exports)?;
    let progress = Progress::of("stories", Some(comparison.len() as u64), job.quiet);
    // Printed last: who stops reading has all files.
    let mut table = String::new();
    let ready = |mut story: StorySummary| {
        let files = ReadyStory::new(&mut story)?;
        let (words, warning) = (terminal::story(&story), date_warning(&story, &job.config));
        let shown = chosen.contains_key(story.id.as_str()).then_some(story);
        progress.step();
        Ok((files, words, warning, shown))
    };
    job.threads()?.install(|| {
        comparison.for_each(ready, |(story, words, warning, in_report)| {
            files.add_story(story)?;
            table.push_str(&words);
            tally.warnings.extend(warning);
            shown.stories.extend(in_report);
            Ok(())
        })
    })?;
    progress.finish();
    let comparing = since.elapsed().as_secs_f64();
    tally.warnings.extend(shown.left_out.clone());
    tally.warnings.extend(outlet_warning(&articles));
    let clock = Clock { started, seconds: began.elapsed().as_secs_f64(), annotating, comparing };
    files.finish(&articles, &shown, (job, &models, &tally), clock)?;
    let (done, report) = (tally.done, out.join("report.html"));
    let mut stdout = io::stdout().lock();
    stdout.write_all(table.as_bytes())?;
    writeln!(stdout, "\n{done} articles in {:.1} s. Report: {}", clock.seconds, report.display())?;
    Ok(tell(&tally, job.quiet))
}

/// What the report will show, its stories still to be compared.
fn to_be_shown<'a>(
    comparison: &Comparison<'a>,
    chosen: &BTreeMap<&str, &[&'a AnnotatedArticle]>,
    articles: &'a [AnnotatedArticle],
) -> Shown<'a> {
    let ids: BTreeSet<&str> = chosen.values().copied().flatten().map(|one| one.document.doc_id.as_str()).collect();
    let shown: Vec<_> = articles.iter().filter(|one| ids.contains(one.document.doc_id.as_str())).collect();
    let left_out = (shown.len() < articles.len()).then(|| {
        format!(
            "The report shows {} of {} stories, those with the most outlets ({} of {} articles); summary.json and the tables hold all. For others, analyze their pages alone, or raise `report_articles`",
            chosen.len(),
            comparison.len(),
            shown.len(),
            articles.len()
        )
    });
    Shown { stories: Vec::new(), articles: shown, left_out }
}

/// What to do where pages do not say whose they are: outlets are what is compared.
fn outlet_warning(articles: &[AnnotatedArticle]) -> Option<String> {
    let unnamed = articles.iter().filter(|article| article.article.outlet.is_none());
    let ids: Vec<&str> = unnamed.map(|article| article.document.doc_id.as_str()).collect();
    let first = ids.first()?;
    Some(format!(
        "{} of {} articles do not tell their outlet ({first:?}{}); write a table with `parallax clean PAGES --table > PAGES/corpus.csv`, fill in its column `outlet`, and run again",
        ids.len(),
        articles.len(),
        if ids.len() > 1 { ", ..." } else { "" }
    ))
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
        tally.warnings.iter().for_each(|warning| messages::warning(warning, &[]));
    }
    for error in &tally.errors {
        let place = [
            ("source", error.source.as_str().into()),
            ("record", error.record.into()),
            ("doc_id", error.doc_id.clone().into()),
        ];
        messages::error(&error.to_string(), &place);
    }
    let failed = tally.errors.len();
    if failed > 0 {
        let all = failed + tally.done;
        let counts = [("failed", failed.into()), ("documents", all.into())];
        messages::error(&format!("{failed} of {all} documents failed; the others are done"), &counts);
    }
    failed > 0
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
