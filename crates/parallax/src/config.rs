//! Settings: one TOML file, unknown keys refused; options of the command line win over it.

use anyhow::{Context, Result, bail};
use parallax_clean::CleanOptions;
use parallax_compare::{CoverageOptions, GroupingOptions, SharingOptions, SummaryOptions};
use parallax_stance::Codebook;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// All settings of a run, with their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Threads; 0 takes as many as there are cores.
    pub threads: usize,
    /// Largest page, in bytes.
    pub max_bytes: usize,
    /// Deepest nesting of HTML.
    pub max_nesting: usize,
    /// Actors of a story that get figures of their own.
    pub main_actors: usize,
    /// Fewest paragraphs (or, of an outlet, articles) for a mean tone to be shown.
    pub minimum_clusters: usize,
    /// Whether intervals carry the classifiers' measured errors.
    pub classifier_error: bool,
    /// Draws of the bootstrap.
    pub bootstrap_draws: usize,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Least share of the shorter article's words that stand in another one for the two to be
    /// shown as sharing text, 0 to 1.
    pub least_shared: f64,
    /// What sentences are read beside, for or against: a sentence each.
    pub propositions: Vec<String>,
    /// Most sentences of an article that are read beside a proposition: those nearest to it.
    pub stance_sentences: usize,
    /// Least cosine of a sentence's vector to the proposition's for it to be read beside it.
    pub stance_likeness: f64,
    /// Frames of the user's own.
    pub codebook: Option<Codebook>,
    /// Days between the first and last article of a story above which a warning is given.
    pub story_days: i32,
    /// Articles from which on those without a story in the metadata are grouped by content; fewer
    /// are one story.
    pub group_from: usize,
    /// Least likeness of two articles, 0 to 1, that are on one event, where the metadata name no story.
    pub least_story: f64,
    /// Least likeness, 0 to 1, at which a sentence is taken to tell a fact.
    pub least_told: f64,
    /// Likeness, 0 to 1, below which it is taken not to tell it; between the two it is not known.
    pub least_near: f64,
    /// Facts of a story that are listed.
    pub most_facts: usize,
    /// Whether text that an article shares with an earlier one counts in its figures.
    pub shared_text: SharedTextUse,
    /// Articles that `report.html` holds at most, whole stories of them; the other files hold all.
    pub report_articles: usize,
}

/// What the figures of an article make of the text that an earlier article of the story has too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum SharedTextUse {
    /// It counts in every article that has it; `n_shared` beside each figure's n says how much of it there is
    #[default]
    Count,
    /// It counts in the earlier article only: the figures of the other hold what it adds. Where the days of
    /// publication do not tell which is earlier, it counts in neither. Facts, renderings of quotations and
    /// headlines are read in whole articles all the same
    LeaveOut,
}

impl Default for Config {
    fn default() -> Self {
        let (clean, summary) = (CleanOptions::default(), SummaryOptions::default());
        let grouping = GroupingOptions::default();
        Self {
            threads: 0,
            max_bytes: clean.max_bytes,
            max_nesting: clean.max_nesting,
            main_actors: summary.main_actors,
            minimum_clusters: summary.minimum_clusters,
            classifier_error: true,
            bootstrap_draws: summary.bootstrap_draws,
            seed: summary.seed,
            least_shared: summary.sharing.least_share,
            propositions: Vec::new(),
            stance_sentences: 40,
            stance_likeness: 0.2,
            codebook: None,
            story_days: grouping.days,
            group_from: 12,
            least_story: grouping.likeness,
            least_told: summary.coverage.told,
            least_near: summary.coverage.near,
            most_facts: summary.coverage.most_facts,
            shared_text: SharedTextUse::default(),
            report_articles: 200,
        }
    }
}

impl Config {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// Where the file cannot be read, or has a key or value that is not a setting.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: the config cannot be read"))?;
        let config: Self = toml::from_str(&text).with_context(|| format!("{shown}: not a config of Parallax"))?;
        config.check().with_context(|| format!("{shown}"))?;
        Ok(config)
    }

    /// Refuses values that nothing can be done with, wherever they came from.
    ///
    /// # Errors
    /// Names the value and says what to do.
    pub fn check(&self) -> Result<()> {
        if let Some(number) = self.propositions.iter().position(|text| text.trim().is_empty()) {
            bail!("proposition {} is empty: write a sentence that one can be for or against", number + 1);
        }
        let twice = |(number, text): &(usize, &String)| self.propositions[..*number].contains(text);
        if let Some((_, text)) = self.propositions.iter().enumerate().find(twice) {
            bail!("the proposition {text:?} is there twice: name it once");
        }
        if !(-1.0..=1.0).contains(&self.stance_likeness) {
            bail!("stance_likeness is {}: it must be a cosine, -1 to 1", self.stance_likeness);
        }
        self.codebook.as_ref().map_or(Ok(()), Codebook::check).context("the codebook cannot be used")
    }

    /// The cleaner's part.
    pub(crate) fn clean(&self) -> CleanOptions {
        CleanOptions { max_bytes: self.max_bytes, max_nesting: self.max_nesting }
    }

    /// When articles are on one event.
    pub(crate) fn grouping(&self) -> GroupingOptions {
        GroupingOptions { likeness: self.least_story, days: self.story_days, fewest: self.group_from }
    }

    /// The comparison's part.
    pub(crate) fn summary(&self, model: &str) -> SummaryOptions {
        SummaryOptions {
            main_actors: self.main_actors,
            minimum_clusters: self.minimum_clusters,
            bootstrap_draws: self.bootstrap_draws,
            seed: self.seed,
            sharing: SharingOptions {
                least_share: self.least_shared,
                leave_out: self.shared_text == SharedTextUse::LeaveOut,
                ..SharingOptions::default()
            },
            coverage: CoverageOptions {
                told: self.least_told,
                near: self.least_near,
                most_facts: self.most_facts,
                ..CoverageOptions::default()
            },
            model: model.to_owned(),
            ..SummaryOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "threads = 1\ncolour = 3\n").unwrap();
        let error = format!("{:#}", Config::read(file.path()).unwrap_err());
        assert!(error.contains("colour") && error.contains("minimum_clusters"), "{error}");
    }

    #[test]
    fn what_nothing_can_be_done_with_is_refused() {
        let check = |toml: &str, message: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), toml).unwrap();
            let error = format!("{:#}", Config::read(file.path()).unwrap_err());
            assert!(error.contains(message), "{error}");
        };
        check("propositions = [\"Go.\", \" \"]", "proposition 2 is empty");
        check("propositions = [\"Go.\", \"Go.\"]", "\"Go.\" is there twice");
        check("stance_likeness = 2.0", "it must be a cosine");
        check("[codebook]\nname = \"own\"\nframe = []", "the codebook has no frames");
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let read: Config = toml::from_str("threads = 1").unwrap();
        assert_eq!(read, Config { threads: 1, ..Config::default() });
    }
}
