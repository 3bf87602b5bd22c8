//! A progress bar on standard error, only where that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Counts finished documents.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn start(total: Option<u64>, quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(total, target);
        let shape = match total {
            Some(_) => "{elapsed} [{bar:30}] {pos}/{len} articles, {per_sec}, {eta} left",
            None => "{elapsed} {spinner} {pos} articles, {per_sec}",
        };
        bar.set_style(ProgressStyle::with_template(shape).expect("the template is well-formed"));
        Self { bar }
    }

    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
