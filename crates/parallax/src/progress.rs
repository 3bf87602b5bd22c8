//! How far a run is, on standard error: a bar with rate and time left where that is a terminal, JSON
//! Lines where they are asked for.

use crate::messages;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Counts what is finished.
pub(crate) struct Progress {
    bar: ProgressBar,
    what: &'static str,
    total: Option<u64>,
    quiet: bool,
    began: Instant,
    /// When the last line of JSON was written.
    said: Mutex<Instant>,
}

/// Time between two lines of JSON.
const PAUSE: Duration = Duration::from_secs(1);

impl Progress {
    pub(crate) fn start(total: Option<u64>, quiet: bool) -> Self {
        Self::of("articles", total, quiet)
    }

    /// Counts something other than articles, by its name.
    pub(crate) fn of(what: &'static str, total: Option<u64>, quiet: bool) -> Self {
        let hidden = quiet || messages::are_json();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(total, target);
        let shape = match total {
            Some(_) => "{elapsed} [{bar:30}] {pos}/{len} {msg}, {per_sec}, {eta} left",
            None => "{elapsed} {spinner} {pos} {msg}, {per_sec}",
        };
        bar.set_style(ProgressStyle::with_template(shape).expect("the template is well-formed"));
        bar.set_message(what);
        let began = Instant::now();
        Self { bar, what, total, quiet, began, said: Mutex::new(began) }
    }

    pub(crate) fn step(&self) {
        self.bar.inc(1);
        let Ok(mut said) = self.said.lock() else { return };
        if said.elapsed() >= PAUSE {
            *said = Instant::now();
            self.say();
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
        self.say();
    }

    fn say(&self) {
        if !self.quiet {
            messages::progress(self.what, self.bar.position(), self.total, self.began.elapsed().as_secs_f64());
        }
    }
}
