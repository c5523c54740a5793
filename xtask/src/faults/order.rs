//! Whether everything was durable before it was told: bytes synced after they were written, and names by a sync of the folder that
//! holds them. A crash of the machine loses what was not, and no kill of a process shows that.

use std::collections::BTreeSet;
use std::path::Path;

use super::trace::{Call, calls};

/// What a crash of the machine could still lose.
#[derive(Default)]
struct Unsynced {
    bytes: BTreeSet<String>,
    names: BTreeSet<String>,
}

/// What was told too early in this trace, of work below `folder`. `left` are the paths that a life before left there: its last names may
/// not have been synced when it was killed, and nothing shows which.
pub(super) fn late(trace: &str, folder: &Path, left: &[String]) -> Vec<String> {
    examine(calls(trace), &folder.display().to_string(), left)
}

/// Whether each kind of sync, left out of this trace, would show as something told too early.
pub(super) fn finds_what_is_late(trace: &str, folder: &Path) -> bool {
    let folder = folder.display().to_string();
    let without = |name: &str| !examine(calls(trace).filter(|call| call.name != name), &folder, &[]).is_empty();
    without("fsync") && (without("fdatasync") || !trace.contains("fdatasync("))
}

fn examine<'t>(trace: impl Iterator<Item = Call<'t>>, folder: &str, left: &[String]) -> Vec<String> {
    let mut unsynced = Unsynced {
        names: left.iter().cloned().collect(),
        ..Unsynced::default()
    };
    let mut late = BTreeSet::new();
    for call in trace.filter(|call| !call.failed) {
        // A promise of entries is about the log's own file; a note is about all that it was made from.
        for (word, below) in [("durable", format!("{folder}/log/wal")), ("note", folder.to_owned())] {
            if call.tells(word) {
                late.extend(unsynced.below(&below, folder).map(|path| format!("{path} at `{word}`")));
            }
        }
        unsynced.take(&call, folder);
    }
    late.into_iter().collect()
}

impl Unsynced {
    fn take(&mut self, call: &Call<'_>, folder: &str) {
        let ours = |path: &&str| path.starts_with(folder);
        match call.name {
            "mkdir" | "mkdirat" => self.names.extend(call.path(0).filter(ours).map(str::to_owned)),
            "openat" if call.arguments.contains("O_CREAT") => {
                self.names.extend(call.path(0).filter(ours).map(str::to_owned));
            }
            "write" | "pwrite64" | "ftruncate" => self.bytes.extend(call.described().filter(ours).map(str::to_owned)),
            "fsync" | "fdatasync" => {
                let Some(path) = call.described() else { return };
                self.bytes.remove(path);
                if call.name == "fsync" {
                    self.names.retain(|name| parent(name) != path);
                }
            }
            "rename" | "renameat" | "renameat2" => {
                let (Some(from), Some(to)) = (call.path(0), call.path(1)) else {
                    return;
                };
                self.names.remove(from);
                self.names.insert(to.to_owned());
                if self.bytes.remove(from) {
                    self.bytes.insert(to.to_owned());
                }
            }
            "unlink" | "unlinkat" => {
                let Some(path) = call.path(0) else { return };
                self.names.remove(path);
                self.bytes.remove(path);
            }
            _ => {}
        }
    }

    /// What is unsynced below a path, and of the folders above it up to `folder`. A lock says nothing after a crash, nor does a file
    /// that has no name yet.
    fn below<'u>(&'u self, below: &'u str, folder: &'u str) -> impl Iterator<Item = &'u String> {
        let all = self.bytes.iter().chain(&self.names);
        all.filter(move |path| path.starts_with(below) || below.starts_with(path.as_str()) && path.len() > folder.len())
            .filter(|path| ["/lock", ".tmp", "/tmp-", ".p"].iter().all(|mark| !path.contains(mark)))
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "1 mkdir(\"/f/log\", 0700) = 0\n\
                        1 fsync(3</f>) = 0\n\
                        1 mkdir(\"/f/log/wal\", 0700) = 0\n\
                        1 fsync(3</f/log>) = 0\n\
                        1 openat(AT_FDCWD</>, \"/f/log/wal/0\", O_WRONLY|O_CREAT, 0600) = 4</f/log/wal/0>\n\
                        1 fsync(5</f/log/wal>) = 0\n\
                        1 write(4</f/log/wal/0>, \"x\", 1) = 1\n\
                        1 fdatasync(4</f/log/wal/0>) = 0\n\
                        1 writev(1</t>, [{iov_base=\"durable 1\\n\", iov_len=10}], 2) = 10\n";

    #[test]
    fn every_sync_that_is_left_out_is_found() {
        assert_eq!(late(GOOD, Path::new("/f"), &[]), Vec::<String>::new());
        assert!(finds_what_is_late(GOOD, Path::new("/f")));
        for number in [1, 3, 5, 7] {
            let lines = GOOD.split_inclusive('\n').enumerate().filter(|(at, _)| *at != number);
            let without: String = lines.map(|(_, line)| line).collect();
            assert_eq!(late(&without, Path::new("/f"), &[]).len(), 1, "without line {number}");
        }
    }
}
