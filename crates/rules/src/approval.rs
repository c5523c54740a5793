//! Which texts of rulebooks somebody has approved, by hash. A rulebook that anybody could change unseen would be no law.

use countenance_base::Locale;
use serde::Deserialize;

use crate::load::{Problem, RulebookRefused, toml_file};
use crate::{Day, Rulebook};

pub(crate) const APPROVED: &str = "approved.toml";

/// Somebody's word for one text of one rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// E.g. `cn/2025-06-01`.
    pub rulebook: String,
    /// [`Rulebook::version`] of the approved text.
    pub hash: String,
    /// Who approved it.
    pub by: String,
    pub on: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    approved: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rulebook: String,
    hash: String,
    by: String,
    on: toml::value::Datetime,
}

pub(crate) fn read(text: &str) -> Result<Vec<Approval>, RulebookRefused> {
    let written: Written = toml_file(APPROVED, text)?;
    let refuse = |word: &str, remedy: &str| {
        let line = crate::load::line_of(text, word);
        RulebookRefused::new(APPROVED, line, Problem::Header(word.to_owned()), remedy)
    };
    let approval = |entry: Entry| {
        if entry.by.trim().is_empty() {
            return Err(refuse("by =", "name who approved it"));
        }
        let day = entry.on.to_string();
        Ok(Approval {
            on: Day::parse(&day).ok_or_else(|| refuse(&day, "write a day as 2025-06-01, without quotes"))?,
            rulebook: entry.rulebook,
            hash: entry.hash,
            by: entry.by,
        })
    };
    written.approved.into_iter().map(approval).collect()
}

/// The approval of exactly this text of the rulebook or tightening `id`.
pub(crate) fn of<'a>(approvals: &'a [Approval], id: &str, version: &str) -> Option<&'a Approval> {
    approvals
        .iter()
        .find(|approval| approval.rulebook == id && approval.hash == version)
}

pub(crate) fn check(approvals: &[Approval], id: &str, version: &str) -> Result<(), RulebookRefused> {
    if of(approvals, id, version).is_some() {
        return Ok(());
    }
    let day = id.rsplit('/').next().unwrap_or(id);
    let remedy = format!(
        "read what changed (`countenance rules diff`), then add what `countenance rules approve {day} --by NAME` prints to rulebooks/{APPROVED}"
    );
    let problem = Problem::NotApproved {
        id: id.to_owned(),
        hash: version.to_owned(),
    };
    Err(RulebookRefused::new(APPROVED, 1, problem, remedy))
}

/// What to add to `approved.toml`, so that this text may be used.
pub fn approval_lines(id: &str, version: &str, by: &str, on: Day) -> String {
    // A name goes into a TOML string; what would end the string is left out.
    let by: String = by
        .chars()
        .filter(|char| !char.is_control() && *char != '"' && *char != '\\')
        .collect();
    format!(
        "[[approved]]\nrulebook = \"{id}\"\nhash = \"{version}\"\nby = \"{}\"\non = {on}\n",
        by.trim()
    )
}

impl Rulebook {
    /// Who approved this text, in words; or that nobody has.
    pub fn approval_words(&self, approval: Option<&Approval>, locale: Locale) -> String {
        match (approval, locale) {
            (Some(approval), Locale::Zh) => format!("{}于{}批准", approval.by, approval.on),
            (Some(approval), Locale::En) => format!("approved by {} on {}", approval.by, approval.on),
            (None, Locale::Zh) => "尚未批准".to_owned(),
            (None, Locale::En) => "not approved".to_owned(),
        }
    }
}
