//! `countenance rules`: the rulebooks on the command line, in plain words. Needs no site, no database, no network.

mod book;
mod explain;
mod shelves;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use countenance_base::{Clock as _, Locale, SystemClock};
use countenance_rules::{Day, Rulebook, approval_lines, diff, explain_examples, lint};

pub(crate) use shelves::in_force;
use shelves::{Shelves, files};

/// What to do with the rulebooks.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum RulesCommand {
    /// Judge cases and say in plain words what is permitted, what is not, and why
    Explain(explain::Explain),
    /// Load every rulebook and run its examples
    Test {
        #[command(flatten)]
        from: From,
        #[arg(long, default_value = "zh", value_parser = locale)]
        lang: Locale,
    },
    /// Say in plain words what changed from one rulebook to another
    Diff {
        /// A day, `2025-04-01`, or a draft, `draft-2023-08-08`, which is put beside the newest rulebook
        before: String,
        after: String,
        #[command(flatten)]
        from: From,
        #[arg(long, default_value = "zh", value_parser = locale)]
        lang: Locale,
    },
    /// Everything that is wrong with the rulebooks: file, line, what to do
    Lint {
        #[command(flatten)]
        from: From,
    },
    /// Print one rulebook as an HTML page that needs no server, article by article
    Book {
        /// A day, `2025-06-01`, or a draft
        day: String,
        #[command(flatten)]
        from: From,
        #[arg(long, default_value = "zh", value_parser = locale)]
        lang: Locale,
    },
    /// Print the lines by which a text of a rulebook is approved, for `rulebooks/approved.toml`
    Approve {
        /// A day, with every later one that rests on it and is not approved, or a draft
        day: String,
        /// Who read it
        #[arg(long)]
        by: String,
        #[command(flatten)]
        from: From,
    },
}

/// Which rulebooks.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct From {
    /// A folder in the form of `rulebooks/`, instead of what this program was built with
    #[arg(long, value_name = "FOLDER")]
    rulebooks: Option<PathBuf>,
}

fn locale(tag: &str) -> Result<Locale, String> {
    Locale::from_tag(tag).ok_or_else(|| "write `zh` or `en`".to_owned())
}

/// Runs the command and writes its answer to `out`. False when the answer is no: a case was not decided as it expects, or something
/// is wrong with a rulebook.
pub(crate) fn run(command: &RulesCommand, out: &mut dyn Write) -> anyhow::Result<bool> {
    match command {
        RulesCommand::Explain(explain) => explain.run(out),
        RulesCommand::Test { from, lang } => test(from, *lang, out),
        RulesCommand::Diff { before, after, from, lang } => {
            let shelves = Shelves::open(from)?;
            write!(out, "{}", diff(&shelves.named(before)?, &shelves.named(after)?, *lang))?;
            Ok(true)
        }
        RulesCommand::Lint { from } => complain(from, today()?, out),
        RulesCommand::Book { day, from, lang } => {
            let shelves = Shelves::open(from)?;
            let rulebook = shelves.named(day)?;
            let approval = shelves.shelf().approval(rulebook.id(), rulebook.version());
            write!(out, "{}", book::page(&rulebook, approval, *lang, SystemClock.now()).alone()?)?;
            Ok(true)
        }
        RulesCommand::Approve { day, by, from } => approve(&Shelves::open(from)?, day, by, out),
    }
}

fn test(from: &From, locale: Locale, out: &mut dyn Write) -> anyhow::Result<bool> {
    let shelves = Shelves::open(from)?;
    let (text, as_expected) = explain_examples(shelves.shelf(), locale);
    write!(out, "{text}")?;
    if let Err(unapproved) = shelves.shelf().check_approved() {
        writeln!(out, "\n{unapproved}")?;
    }
    Ok(as_expected)
}

fn complain(from: &From, today: Day, out: &mut dyn Write) -> anyhow::Result<bool> {
    let complaints = lint(&files(from)?, today);
    for complaint in &complaints {
        writeln!(out, "{complaint}")?;
    }
    writeln!(out, "{} complaints", complaints.len())?;
    Ok(complaints.is_empty())
}

fn approve(shelves: &Shelves, day: &str, by: &str, out: &mut dyn Write) -> anyhow::Result<bool> {
    let (shelf, on) = (shelves.shelf(), today()?);
    let mut wanted: Vec<(&str, &str)> = Vec::new();
    if let Some(draft) = shelf.draft(day) {
        wanted.push((draft.id(), draft.version()));
    } else {
        let first = shelf.rulebook(day).with_context(|| shelves.no_such(day))?;
        wanted.push((first.id(), first.version()));
        let later = |rulebook: &&Rulebook| rulebook.jurisdiction() == first.jurisdiction() && rulebook.from_day() > first.from_day();
        let later = shelf.rulebooks().iter().filter(later);
        wanted.extend(
            later
                .map(|rulebook| (rulebook.id(), rulebook.version()))
                .filter(|(id, version)| shelf.approval(id, version).is_none()),
        );
    }
    for (id, version) in wanted {
        writeln!(out, "{}", approval_lines(id, version, by, on))?;
    }
    Ok(true)
}

fn today() -> anyhow::Result<Day> {
    Day::parse(&SystemClock.now().civil_day("UTC")).context("the clock stands outside every calendar")
}
