//! Any bytes as a page: the article accounts for all of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parallax_fuzz::check_clean(bytes));
