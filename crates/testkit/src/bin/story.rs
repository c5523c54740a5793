//! `story tell` runs the story (with `--database URL`: two servers on one empty `PostgreSQL` database), `story browse` runs it in Chromium, `story hold` leaves the estate up for a person.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use countenance_testkit::{by_hand, journey, story};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["tell"] => in_a_folder(|folder| async move { story::tell(&folder, None).await }),
        ["tell", "--database", url] => in_a_folder(|folder| async move { story::tell(&folder, Some(url)).await }),
        ["browse"] => in_a_folder(|folder| async move { journey::browse(&folder).await }),
        ["hold"] => in_a_folder(|folder| async move { by_hand::hold(&folder).await }),
        ["leak", folder] => leak(Path::new(folder)),
        _ => Err(anyhow::anyhow!("usage: story tell [--database URL] | browse | hold")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(std::io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Makes a folder for everything, and removes it and what lies beside it whatever happened, unless the run failed and
/// `STORY_KEEP` is set.
fn in_a_folder<F: Future<Output = anyhow::Result<()>>>(work: impl FnOnce(PathBuf) -> F) -> anyhow::Result<()> {
    let parent = std::env::temp_dir().join(format!("countenance-{}", std::process::id()));
    std::fs::create_dir_all(&parent)?;
    let result = tokio::runtime::Runtime::new()?.block_on(work(parent.join("estate")));
    if result.is_err() && std::env::var_os("STORY_KEEP").is_some() {
        bail!("{:#}\nkept {}", result.err().context("failed")?, parent.display());
    }
    std::fs::remove_dir_all(&parent).with_context(|| format!("cannot remove {}", parent.display()))?;
    result
}

/// The test gate that writes a plain template on purpose: bytes from standard input into a file and into memory, until killed.
fn leak(folder: &Path) -> anyhow::Result<()> {
    let mut length = [0; 4];
    std::io::stdin().read_exact(&mut length)?;
    let mut plain = vec![0; usize::try_from(u32::from_be_bytes(length))?];
    std::io::stdin().read_exact(&mut plain)?;
    std::fs::write(folder.join("plain-on-purpose"), &plain)?;
    writeln!(std::io::stdout(), "ready")?;
    // Ends when the story closes the pipe or kills it; the bytes stay in memory until then.
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest)?;
    bail!("{} bytes were kept", plain.len())
}
