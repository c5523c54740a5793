//! Writes every page's sample as a file, for looking at: `cargo run -p countenance-portal --example samples -- DIR`.

#[path = "../tests/it/samples.rs"]
mod samples;

use std::path::PathBuf;

use countenance_base::Locale;

fn main() -> std::io::Result<()> {
    let Some(dir) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(std::io::Error::other("a directory is wanted"));
    };
    for (locale, word) in [(Locale::Zh, "zh"), (Locale::En, "en")] {
        for (name, html) in samples::all(locale) {
            let file = dir.join(word).join(format!("{name}.html"));
            std::fs::create_dir_all(dir.join(word))?;
            std::fs::write(file, html)?;
        }
    }
    Ok(())
}
