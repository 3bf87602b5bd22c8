//! The `parallax` program under another name, which Cargo builds for the tests of this package.

fn main() -> std::process::ExitCode {
    parallax::cli::main().into()
}
