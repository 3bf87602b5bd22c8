//! Clean text to sentences with exact spans.
