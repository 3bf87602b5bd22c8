//! The whole program, run as a user runs it.

mod bad_input;
mod browser;
mod contract;
mod layout;
mod report_ui;
mod sample;
mod seeds;
mod stages;
mod support;
