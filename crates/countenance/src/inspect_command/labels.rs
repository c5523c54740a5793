//! `countenance inspect labels`.

use std::fs::File;
use std::io::{Read as _, Write};
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use countenance_base::Locale;
use countenance_inspect::labels::{BYTES_MAX, List, inspect, record, refusal, tell};

use super::locale;

/// Which file.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Labels {
    /// What the other system exported; it is read, and nothing of it is kept or printed but places and words of our own list
    file: PathBuf,
    #[arg(long, default_value = "zh", value_parser = locale)]
    lang: Locale,
    /// Write the answer as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Labels {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let list = List::embedded()?;
        let opened = || format!("cannot read {}", self.file.display());
        let mut bytes = Vec::new();
        File::open(&self.file)
            .with_context(opened)?
            .take(BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .with_context(opened)?;
        let name = self.file.file_stem().unwrap_or_default().to_string_lossy();
        let inspected = inspect(&name, &bytes, &list).map_err(|refused| anyhow!(refusal(refused, self.lang)))?;
        if let Some(json) = &self.json {
            let text = serde_json::to_string_pretty(&record(&inspected, &list))?;
            std::fs::write(json, text + "\n").with_context(|| format!("cannot write {}", json.display()))?;
        }
        write!(out, "{}", tell(&inspected, &list, self.lang))?;
        Ok(inspected.findings.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(folder: &std::path::Path, name: &str, text: &str) -> anyhow::Result<(String, bool)> {
        let file = folder.join(name);
        std::fs::write(&file, text)?;
        let command = Labels {
            file,
            lang: Locale::En,
            json: Some(folder.join("answer.json")),
        };
        let mut out = Vec::new();
        let nothing_found = command.run(&mut out)?;
        Ok((String::from_utf8(out)?, nothing_found))
    }

    #[test]
    fn what_is_found_is_said_and_written_and_answered_with_no() {
        let folder = tempfile::tempdir().unwrap();
        let (text, nothing_found) = asked(folder.path(), "events.csv", "姓名,tag\n王小明,VIP\n").unwrap();
        assert!(
            !nothing_found && text.contains("column 2 “tag”: values say “vip”; 1 rows (row 2)"),
            "{text}"
        );
        let answer: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.path().join("answer.json")).unwrap()).unwrap();
        assert_eq!(answer["findings"][0]["label"], "label.vip");
        assert!(!text.contains("王小明") && !answer.to_string().contains("王小明"));
    }

    #[test]
    fn a_clean_export_is_answered_with_yes_and_what_cannot_be_read_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let (text, nothing_found) = asked(folder.path(), "events.csv", "time,door\n2026-01-01,3\n").unwrap();
        assert!(nothing_found && text.contains("not the same as no label"), "{text}");
        let refused = asked(folder.path(), "events.json", "{\"a\": ").unwrap_err().to_string();
        assert!(
            refused.contains("Export it again") && refused.contains("[labels.json]"),
            "{refused}"
        );
    }
}
