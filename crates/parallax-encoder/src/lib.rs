//! WordPiece tokens in, hidden states out: a BERT encoder in pure Rust on ndarray, or rust-bert behind the same seam.
