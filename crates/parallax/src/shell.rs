//! What shells and `man` want to know of the program, made from the command line's own description.

use anyhow::{Context, Result, bail};
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::Write;
use std::path::Path;

/// Writes the completions for a shell.
pub(crate) fn completions(shell: Shell, program: &mut Command, out: &mut dyn Write) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, program, "parallax", &mut script);
    Ok(out.write_all(&script)?)
}

/// Writes the manual page of the program, or of one command.
pub(crate) fn manual(program: Command, command: Option<&str>, out: &mut dyn Write) -> Result<()> {
    let pages = pages(program);
    let wanted = command.map_or_else(|| "parallax".to_owned(), |name| format!("parallax-{name}"));
    let Some((_, page)) = pages.into_iter().find(|(name, _)| *name == wanted) else {
        bail!("there is no command {:?}; `parallax help` lists them", command.unwrap_or_default());
    };
    Ok(out.write_all(&rendered(page)?)?)
}

/// Writes all manual pages into a folder: `parallax.1`, `parallax-analyze.1`, ...
pub(crate) fn write_manual(program: Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{}: cannot be made", folder.display()))?;
    for (name, page) in pages(program) {
        let path = folder.join(format!("{name}.1"));
        std::fs::write(&path, rendered(page)?).with_context(|| format!("{}: cannot be written", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// The program and its commands under the names of their pages.
fn pages(mut program: Command) -> Vec<(String, Command)> {
    program.build();
    let commands = program.get_subcommands().filter(|command| command.get_name() != "help");
    let mut pages: Vec<(String, Command)> = commands
        .map(|command| {
            let name = format!("parallax-{}", command.get_name());
            (name.clone(), command.clone().display_name(name))
        })
        .collect();
    pages.insert(0, ("parallax".to_owned(), program));
    pages
}

fn rendered(page: Command) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    Man::new(page).date("").render(&mut text)?;
    Ok(text)
}
