//! Parallax.
