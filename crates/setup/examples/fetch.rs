//! Fetches everything once: `cargo run -p countenance-setup --example fetch`. For warming a machine's cache before tests.

fn main() -> std::process::ExitCode {
    match countenance_setup::models() {
        Ok(_) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            let (zh, en) = error.remedy();
            writeln!(std::io::stderr(), "{}: {error}\n{zh}\n{en}", error.code()).ok();
            std::process::ExitCode::FAILURE
        }
    }
}
