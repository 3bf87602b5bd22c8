//! Any bytes as text: its sentences are all of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parallax_fuzz::check_split(bytes));
