//! Lists the files of `rulebooks/` for `include_bytes!`: jurisdiction, then day, then the rulebook's own paths.

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
    let mut list = String::from("pub(super) const FILES: &[(&str, &str, &[u8])] = &[\n");
    for file in &files {
        let inside = file
            .strip_prefix(&root)
            .map_err(io::Error::other)?
            .to_string_lossy()
            .replace('\\', "/");
        // A file that is not inside `jurisdiction/day/` (a README) belongs to no rulebook.
        if let [jurisdiction, day, path] = inside.splitn(3, '/').collect::<Vec<_>>().as_slice() {
            let full = file.canonicalize()?.to_string_lossy().into_owned();
            writeln!(list, "({:?}, {path:?}, include_bytes!({full:?})),", format!("{jurisdiction}/{day}")).map_err(io::Error::other)?;
        }
    }
    list.push_str("];\n");
    fs::write(out.join("embedded.rs"), list)
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
