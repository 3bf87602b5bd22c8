//! Files that are written bit by bit and are there only when they are whole.

use crate::input::hexadecimal;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under another name (`NAME.partial`) until it is whole.
#[derive(Debug)]
pub(crate) struct WholeFile {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    bytes: usize,
}

impl WholeFile {
    /// Begins a file; its folder is made where it is missing.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{}: the folder cannot be made; name another with --out", folder.display()))?;
        }
        let file = File::create(partial(path)).with_context(|| cannot_write(path))?;
        Ok(Self { path: path.to_path_buf(), file: BufWriter::new(file), hash: Sha256::new(), bytes: 0 })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).with_context(|| cannot_write(&self.path))?;
        self.hash.update(bytes);
        self.bytes += bytes.len();
        Ok(())
    }

    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    /// Gives the file its name; tells its SHA-256.
    pub(crate) fn finish(mut self) -> Result<String> {
        let whole = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        whole
            .and_then(|()| std::fs::rename(partial(&self.path), &self.path))
            .with_context(|| cannot_write(&self.path))?;
        Ok(hexadecimal(&self.hash.finalize()))
    }

    /// Takes back what was written.
    pub(crate) fn discard(self) -> Result<()> {
        std::fs::remove_file(partial(&self.path)).with_context(|| cannot_write(&self.path))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}
