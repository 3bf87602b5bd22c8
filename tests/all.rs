//! The whole program, run as a user runs it.

mod bad_input;
mod browser;
mod command_line;
mod contract;
mod exports;
mod layout;
mod report_ui;
mod sample;
mod seeds;
mod stages;
mod support;
