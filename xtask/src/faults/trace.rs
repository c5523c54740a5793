//! Reads what `strace` wrote.

use std::collections::BTreeMap;

/// How often each call was made.
pub(super) type Counts = BTreeMap<String, usize>;

/// One call that was made and came back.
pub(super) struct Call<'t> {
    pub(super) name: &'t str,
    pub(super) arguments: &'t str,
    pub(super) failed: bool,
}

/// The calls of a trace of one thread, in order.
pub(super) fn calls(trace: &str) -> impl Iterator<Item = Call<'_>> {
    trace.lines().filter_map(|line| {
        let line = line.trim_start_matches(|char: char| char.is_ascii_digit() || char == ' ');
        let (name, rest) = line.split_once('(')?;
        let (arguments, result) = rest.rsplit_once(" = ")?;
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            .then_some(Call {
                name,
                arguments: arguments.trim_end().trim_end_matches(')'),
                failed: result.starts_with('-') || result.starts_with('?'),
            })
    })
}

impl Call<'_> {
    /// The number of the paths that are quoted in the arguments.
    pub(super) fn path(&self, number: usize) -> Option<&str> {
        self.arguments.split('"').nth(number * 2 + 1)
    }

    /// The path behind the first argument's descriptor, as `-y` writes it.
    pub(super) fn described(&self) -> Option<&str> {
        let (_, rest) = self.arguments.split_once('<')?;
        Some(rest.split_once('>')?.0)
    }

    /// The word of a promise.
    pub(super) fn tells(&self, word: &str) -> bool {
        self.name == "writev" && self.arguments.contains(&format!("\"{word} "))
    }
}

/// Calls until the work began, and all of them.
pub(super) fn counts(trace: &str) -> (Counts, Counts) {
    let (mut before, mut all) = (Counts::new(), Counts::new());
    for call in calls(trace) {
        if call.tells("begin") {
            before.clone_from(&all);
        }
        *all.entry(call.name.to_owned()).or_default() += 1;
    }
    (before, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_with_their_paths() {
        let trace = "12 openat(AT_FDCWD</x>, \"/a\", O_RDONLY) = 3</a>\n\
                     12 writev(1</t>, [{iov_base=\"begin log\\n\", iov_len=10}], 2) = 10\n\
                     12 rename(\"/a\", \"/b\") = 0\n\
                     12 fsync(3</b>)   = -1 EIO (Input/output error) (INJECTED)\n\
                     12 +++ exited with 0 +++\n";
        let all: Vec<Call<'_>> = calls(trace).collect();
        assert_eq!(
            all.iter().map(|call| call.name).collect::<Vec<_>>(),
            ["openat", "writev", "rename", "fsync"]
        );
        assert_eq!((all[2].path(0), all[2].path(1)), (Some("/a"), Some("/b")));
        assert_eq!((all[3].described(), all[3].failed), (Some("/b"), true));
        let (before, all) = counts(trace);
        assert_eq!((before.len(), all.len()), (1, 4));
    }
}
