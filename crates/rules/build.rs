//! Lists the files of `rulebooks/` for `include_bytes!`, by path inside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .ok_or(io::ErrorKind::NotFound)?;
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    let root = crate_folder.join("../../rulebooks");
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    files.sort();
    let mut list = String::from("pub(super) const FILES: &[(&str, &[u8])] = &[\n");
    for file in files.iter().filter(|file| is_law(file)) {
        let inside = file
            .strip_prefix(&root)
            .map_err(io::Error::other)?
            .to_string_lossy()
            .replace('\\', "/");
        let full = file.canonicalize()?.to_string_lossy().into_owned();
        writeln!(list, "({inside:?}, include_bytes!({full:?})),").map_err(io::Error::other)?;
    }
    list.push_str("];\n");
    fs::write(out.join("embedded.rs"), list)
}

/// Scripts and notes for authors stay outside.
fn is_law(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ["toml", "cedar", "cedarschema"].iter().any(|known| ending == *known))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    // Cargo watches a folder only for its own entries, so each is named.
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
