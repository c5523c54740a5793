//! `countenance rules explain`: one act, what the rulebook says, and why.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use countenance_base::Locale;
use countenance_rules::{Case, Rulebook, explain_case};

use super::shelves::{Shelves, operator_rules};
use super::{From, locale};

/// Which cases, by which rulebook.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Explain {
    /// A file of cases in the form of a rulebook's `examples/*.toml` with its `[facts]`, or the name of an example, `match-face/lawful`
    pub(super) case: String,
    /// Of a file: only the case of this name
    #[arg(long = "case", value_name = "NAME")]
    pub(super) only: Option<String>,
    /// The rulebook of this day, instead of the one of the act's time (of the newest, for an example)
    #[arg(long)]
    pub(super) day: Option<String>,
    /// A draft that is followed beside the law, `draft-2023-08-08`
    #[arg(long)]
    pub(super) draft: Option<String>,
    /// A folder with an operator's own rules (`*.cedar`), which can only refuse more
    #[arg(long, value_name = "FOLDER")]
    pub(super) operator: Option<PathBuf>,
    #[command(flatten)]
    pub(super) from: From,
    #[arg(long, default_value = "zh", value_parser = locale)]
    pub(super) lang: Locale,
}

impl Explain {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let shelves = Shelves::open(&self.from)?;
        let mut all_as_expected = true;
        for (number, (case, rulebook)) in self.cases(&shelves)?.into_iter().enumerate() {
            let outcome = self.tightened(&shelves, rulebook)?.judge(&case);
            all_as_expected &= outcome.as_expected;
            if number > 0 {
                writeln!(out, "\n────\n")?;
            }
            write!(out, "{}", explain_case(&case, &outcome, self.lang))?;
        }
        Ok(all_as_expected)
    }

    /// Each case with the rulebook that judges it.
    fn cases<'a>(&self, shelves: &'a Shelves) -> anyhow::Result<Vec<(Case, &'a Rulebook)>> {
        let rulebooks = shelves.shelf().rulebooks();
        let of_day = self.day.as_deref().map(|day| Rulebook::choose(rulebooks, day)).transpose()?;
        let path = Path::new(&self.case);
        if !path.exists() {
            let rulebook = of_day.map_or_else(|| shelves.newest(), Ok)?;
            let example = rulebook.cases().iter().find(|case| case.name == self.case && case.on.is_none());
            let example = example.with_context(|| format!("there is no file and no example `{}` in {}", self.case, rulebook.id()))?;
            return Ok(vec![(example.clone(), rulebook)]);
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut cases = Case::read(&file_name, &text).map_err(|error| anyhow::anyhow!("{}:{}: {error}", path.display(), error.line))?;
        if let Some(name) = &self.only {
            cases.retain(|case| case.name == *name || case.name.split_once('/').is_some_and(|(_, own)| own == name));
            ensure!(!cases.is_empty(), "no case `{name}` in {}", path.display());
        }
        cases
            .into_iter()
            .map(|case| {
                // The rulebook of the act's day; the newest for a case that names no time.
                let of_case = || match (case.on, case.at()) {
                    (Some(day), _) => Ok(Rulebook::choose(rulebooks, &day.to_string())?),
                    (None, Some(at)) => Ok(Rulebook::choose(rulebooks, &at.civil_day("UTC"))?),
                    (None, None) => shelves.newest(),
                };
                let rulebook = of_day.map_or_else(of_case, Ok)?;
                Ok((case, rulebook))
            })
            .collect()
    }

    fn tightened(&self, shelves: &Shelves, rulebook: &Rulebook) -> anyhow::Result<Rulebook> {
        let mut rulebook = rulebook.clone();
        if let Some(name) = &self.draft {
            let draft = shelves.shelf().draft(name).with_context(|| shelves.no_such(name))?;
            rulebook = rulebook.tightened(draft)?;
        }
        if let Some(folder) = &self.operator
            && let Some(own) = operator_rules(folder)?
        {
            rulebook = rulebook.tightened(&own)?;
        }
        Ok(rulebook)
    }
}
