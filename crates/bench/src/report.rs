//! BENCH.md: sections between marks, each written anew by its own measurement.

use std::path::Path;

use anyhow::Context as _;

const HEAD: &str = "# Measured\n\n\
    Written by `cargo xtask bench`. Medians of one run on one machine, peers beside ours on the same core; no test is timed.\n\
    What falls short stands here, too.\n";

/// Puts the section in its place in the report.
pub(crate) fn write(path: &Path, section: &str, text: &str) -> anyhow::Result<()> {
    let old = std::fs::read_to_string(path).unwrap_or_else(|_| HEAD.to_owned());
    std::fs::write(path, replaced(&old, section, text)).with_context(|| format!("writing {}", path.display()))?;
    print(text);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the bench's output")]
fn print(text: &str) {
    println!("{text}");
}

fn replaced(old: &str, section: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {section} -->\n"), format!("<!-- /{section} -->\n"));
    let body = format!("{begin}{}\n{end}", text.trim_end());
    match (old.split_once(&begin), old.split_once(&end)) {
        (Some((before, _)), Some((_, after))) => format!("{before}{body}{after}"),
        _ => format!("{}\n\n{body}", old.trim_end()),
    }
}

/// Machine and day, as every section says them.
pub(crate) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let cpuinfo = read("/proc/cpuinfo");
    let model = field(&cpuinfo, "model name");
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let kib: u64 = memory.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let day = countenance_base::Clock::now(&countenance_base::SystemClock).rfc3339();
    let day = day.split('T').next().unwrap_or_default().to_owned();
    format!("{model}, {cores} cores, {} GiB, {day}", kib / 1_048_576)
}

/// What the table says of a number that was to be held.
pub(crate) const fn held(yes: bool) -> &'static str {
    if yes { "held" } else { "**missed**" }
}

/// A table; every row has as many cells as the head.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(head.iter().map(|cell| (*cell).to_owned()).collect());
    text += &line(vec!["---".to_owned(); head.len()]);
    text + &rows.iter().cloned().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_written_anew_and_the_others_stay() {
        let one = replaced(HEAD, "a", "first");
        let two = replaced(&one, "b", "second");
        let three = replaced(&two, "a", "third");
        assert!(three.starts_with(HEAD.trim_end()));
        assert!(!three.contains("first") && three.contains("third") && three.contains("second"));
        assert_eq!(replaced(&three, "a", "third"), three);
    }

    #[test]
    fn a_table_is_markdown() {
        let text = table(&["what", "ms"], &[vec!["a".to_owned(), "1".to_owned()]]);
        assert_eq!(text, "| what | ms |\n| --- | --- |\n| a | 1 |\n");
    }
}
