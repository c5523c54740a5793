//! `countenance rules`: the rulebook on the command line, in plain words. Needs no site, no database, no network.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context as _, bail, ensure};
use countenance_base::Locale;
use countenance_rules::{Case, Rulebook, embedded, explain_case, explain_examples};

/// What to do with the rulebooks.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum RulesCommand {
    /// Judge the cases of a file and say in plain words what is permitted, what is not, and why
    Explain {
        /// A file of cases in the form of a rulebook's `examples/*.toml`
        case_file: PathBuf,
        /// Only the case of this name
        #[arg(long)]
        case: Option<String>,
        #[arg(long, default_value = "zh", value_parser = locale)]
        lang: Locale,
        /// A rulebook's folder, instead of the embedded ones
        #[arg(long)]
        rulebook: Option<PathBuf>,
    },
    /// Load every rulebook and run its examples
    Test {
        /// A rulebook's folder, instead of the embedded ones
        rulebook: Option<PathBuf>,
        #[arg(long, default_value = "zh", value_parser = locale)]
        lang: Locale,
    },
}

fn locale(tag: &str) -> Result<Locale, String> {
    Locale::from_tag(tag).ok_or_else(|| "write `zh` or `en`".to_owned())
}

/// Runs the command and writes its answer to `out`. False when a case was not decided as it expects.
pub(crate) fn run(command: &RulesCommand, out: &mut dyn Write) -> anyhow::Result<bool> {
    match command {
        RulesCommand::Explain {
            case_file,
            case,
            lang,
            rulebook,
        } => explain(case_file, case.as_deref(), *lang, &load(rulebook.as_deref())?, out),
        RulesCommand::Test { rulebook, lang } => test(*lang, &load(rulebook.as_deref())?, out),
    }
}

fn explain(path: &Path, name: Option<&str>, locale: Locale, rulebooks: &[Rulebook], out: &mut dyn Write) -> anyhow::Result<bool> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut cases = Case::read(&file_name, &text).map_err(|error| anyhow::anyhow!("{}:{}: {error}", path.display(), error.line))?;
    if let Some(name) = name {
        cases.retain(|case| case.name == name || case.name.split_once('/').is_some_and(|(_, own)| own == name));
        ensure!(!cases.is_empty(), "no case `{name}` in {}", path.display());
    }
    let mut all_as_expected = true;
    for (number, case) in cases.iter().enumerate() {
        let outcome = rulebook_of(case, rulebooks)?.judge(case);
        all_as_expected &= outcome.as_expected;
        if number > 0 {
            writeln!(out, "\n────\n")?;
        }
        write!(out, "{}", explain_case(case, &outcome, locale))?;
    }
    Ok(all_as_expected)
}

fn test(locale: Locale, rulebooks: &[Rulebook], out: &mut dyn Write) -> anyhow::Result<bool> {
    let mut all_as_expected = true;
    for rulebook in rulebooks {
        let (text, as_expected) = explain_examples(rulebook, locale);
        all_as_expected &= as_expected;
        write!(out, "{text}")?;
    }
    Ok(all_as_expected)
}

/// The rulebook of the act's day; the newest for a case that names no time.
fn rulebook_of<'a>(case: &Case, rulebooks: &'a [Rulebook]) -> anyhow::Result<&'a Rulebook> {
    match case.at() {
        Some(at) => Ok(Rulebook::choose(rulebooks, &at.civil_day("UTC"))?),
        None => rulebooks.last().context("there is no rulebook"),
    }
}

fn load(folder: Option<&Path>) -> anyhow::Result<Vec<Rulebook>> {
    let Some(folder) = folder else { return Ok(embedded()?) };
    let mut files = BTreeMap::new();
    read_folder(folder, "", &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
    if files.is_empty() {
        bail!("{} is empty; name the folder that holds `rulebook.toml`", folder.display());
    }
    let rulebook = Rulebook::from_files(&files).with_context(|| format!("{} is not a rulebook", folder.display()))?;
    Ok(vec![rulebook])
}

fn read_folder(folder: &Path, inside: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{inside}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(command: &RulesCommand) -> (String, bool) {
        let mut out = Vec::new();
        let as_expected = run(command, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), as_expected)
    }

    fn rulebook_folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks/cn/2025-06-01")
    }

    #[test]
    fn a_folder_and_the_embedded_rulebook_say_the_same() {
        let embedded = said(&RulesCommand::Test {
            rulebook: None,
            lang: Locale::En,
        });
        let folder = said(&RulesCommand::Test {
            rulebook: Some(rulebook_folder()),
            lang: Locale::En,
        });
        assert!(embedded.0.starts_with("cn/2025-06-01: "), "{}", embedded.0);
        assert!(embedded.1);
        assert_eq!(embedded, folder);
    }

    #[test]
    fn a_case_that_decides_otherwise_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let text = fs::read_to_string(rulebook_folder().join("examples/save-door.toml")).unwrap();
        let path = folder.path().join("mine.toml");
        fs::write(
            &path,
            text.replace("\"toilet\"", "\"lobby\"").replace("\"changing_room\"", "\"lobby\""),
        )
        .unwrap();
        let explain = |case: &str| {
            said(&RulesCommand::Explain {
                case_file: path.clone(),
                case: Some(case.to_owned()),
                lang: Locale::En,
                rulebook: None,
            })
        };
        assert!(explain("lawful").1);
        let (text, as_expected) = explain("changing-room");
        assert!(!as_expected);
        assert!(
            text.contains("Not as expected; expected: door.no_camera_in_private_area, door.no_face_in_private_area"),
            "{text}"
        );
    }
}
