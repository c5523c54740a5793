//! Looks for byte strings in files, in what a file system keeps of a folder, and in a process's memory.
//!
//! Every search is *positive first*: a caller shows that the pattern is found where it was put, before "found nowhere" counts.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A named string of bytes to look for.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// Where a pattern was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub pattern: &'static str,
    pub place: String,
}

/// Reads in steps of this size, with an overlap of the longest pattern.
const STEP: usize = 4 * 1024 * 1024;

/// Searches all files below `folder`, whole: free slots, preallocated tails and old pages inside a file are bytes like others.
pub fn in_files(folder: &Path, patterns: &[Pattern]) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let mut file = match File::open(&path) {
            Ok(file) => file,
            // A gate at work replaces its key pages; what is gone is not left.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        for name in in_reader(&mut file, u64::MAX, patterns)? {
            found.push(Found {
                pattern: name,
                place: path.display().to_string(),
            });
        }
    }
    Ok(found)
}

/// Searches the readable memory of a process (`/proc/PID/mem`), which must be ours.
pub fn in_process(pid: u32, patterns: &[Pattern]) -> anyhow::Result<Vec<Found>> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).context("no such process")?;
    let mut memory = File::open(format!("/proc/{pid}/mem")).context("its memory cannot be opened")?;
    let mut found = Vec::new();
    let mut regions = 0;
    for line in maps.lines() {
        let Some((from, to)) = readable(line) else { continue };
        if memory.seek(SeekFrom::Start(from)).is_err() {
            continue;
        }
        regions += 1;
        for name in in_reader(&mut memory, to - from, patterns).unwrap_or_default() {
            found.push(Found {
                pattern: name,
                place: format!("memory of {pid}"),
            });
        }
    }
    anyhow::ensure!(regions > 0, "no readable memory in process {pid}: the search would find nothing");
    found.sort();
    found.dedup();
    Ok(found)
}

fn readable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_whitespace();
    let (from, to) = words.next()?.split_once('-')?;
    if !words.next()?.starts_with('r') || line.ends_with("[vvar]") || line.ends_with("[vsyscall]") {
        return None;
    }
    Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
}

fn in_reader(reader: &mut File, length: u64, patterns: &[Pattern]) -> anyhow::Result<Vec<&'static str>> {
    let overlap = patterns.iter().map(|pattern| pattern.bytes.len()).max().unwrap_or(1);
    let mut found = Vec::new();
    let mut window: Vec<u8> = Vec::with_capacity(STEP + overlap);
    let mut left = length;
    loop {
        let want = left.min(STEP as u64);
        let begin = window.len();
        let read = reader.take(want).read_to_end(&mut window)?;
        for pattern in patterns {
            if !found.contains(&pattern.name) && contains(&window, &pattern.bytes) {
                found.push(pattern.name);
            }
        }
        left -= read as u64;
        if read == 0 || left == 0 {
            return Ok(found);
        }
        let keep = window.len().saturating_sub(overlap).max(begin.saturating_sub(overlap));
        window.drain(..keep);
    }
}

fn contains(text: &[u8], pattern: &[u8]) -> bool {
    let Some(first) = pattern.first() else { return false };
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(pattern) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_across_a_step_in_files_and_in_memory() {
        let folder = std::env::temp_dir().join(format!("countenance-search-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let pattern: Vec<u8> = (0..1548u32).map(|at| (at * 37 % 251) as u8).collect();
        let mut text = vec![0; STEP - 700];
        text.extend_from_slice(&pattern);
        text.extend_from_slice(&[0; 5000]);
        std::fs::write(folder.join("a"), &text).unwrap();
        let patterns = [
            Pattern {
                name: "planted",
                bytes: pattern.clone(),
            },
            Pattern {
                name: "absent",
                bytes: vec![0xEE; 700],
            },
        ];
        let found = in_files(&folder, &patterns).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].pattern, "planted");
        let found = in_process(std::process::id(), &patterns[..1]).unwrap();
        assert_eq!(found.len(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
