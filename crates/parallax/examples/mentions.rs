//! Who is named most on the pages of the sample corpus: `cargo run -p parallax --example mentions`.

use parallax::{Config, Engine, Job, KnownActors, Models, compare};
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let models = Models::load(&repository.join("models"), Engine::Native)?;
    let config = Config { threads: 2, ..Config::default() };
    let inputs = vec![repository.join("tests/corpus")];
    let job = Job { inputs, metadata: None, clean: true, actors: KnownActors::default(), config, quiet: true };
    let mut articles = Vec::new();
    job.annotate(&models, |article| {
        articles.push(article);
        Ok(())
    })?;
    for actor in compare(&articles, &job.actors, &job.config, &models).iter().flat_map(|story| &story.actors).take(5) {
        println!("{:20} {} mentions", actor.name, actor.mentions_named);
    }
    Ok(())
}
