//! The whole program, run as a user runs it.

mod bad_input;
mod command_line;
mod contract;
mod exports;
mod layout;
mod sample;
mod seeds;
mod stages;
mod support;
