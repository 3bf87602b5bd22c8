//! The whole program, run as a user runs it.

mod bad_input;
mod contract;
mod layout;
mod sample;
mod seeds;
mod stages;
mod support;
