//! All rulebooks together: the days of each jurisdiction as one chain, drafts, calendars, approvals.

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::{self, APPROVED};
use crate::folder::{Files, HEADER};
use crate::load::{Problem, RulebookRefused};
use crate::{Approval, Calendars, Case, CaseOutcome, NoRulebook, Rulebook, Tightening};

const CALENDARS: &str = "calendars";
const DRAFT: &str = "draft-";

/// A folder in the form of `rulebooks/`: `approved.toml`, and for each jurisdiction days, drafts and calendars.
#[derive(Debug, Clone)]
pub struct Shelf {
    rulebooks: Vec<Rulebook>,
    drafts: Vec<Tightening>,
    calendars: BTreeMap<String, Calendars>,
    approvals: Vec<Approval>,
}

/// Files by jurisdiction and folder: `cn` → `2025-06-01` → `rulebook.toml` → bytes.
type Folders = BTreeMap<String, BTreeMap<String, BTreeMap<String, Vec<u8>>>>;

impl Shelf {
    /// Reads everything, approved or not; by path, `cn/2025-06-01/rulebook.toml`.
    pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, RulebookRefused> {
        let approvals = match Files(files).optional(APPROVED)? {
            Some(text) => approval::read(text)?,
            None => Vec::new(),
        };
        let mut shelf = Self {
            rulebooks: Vec::new(),
            drafts: Vec::new(),
            calendars: BTreeMap::new(),
            approvals,
        };
        for (jurisdiction, folders) in folders(files) {
            shelf.read_jurisdiction(&jurisdiction, &folders)?;
        }
        Rulebook::check_overlap(&shelf.rulebooks)?;
        Ok(shelf)
    }

    fn read_jurisdiction(
        &mut self,
        jurisdiction: &str,
        folders: &BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    ) -> Result<(), RulebookRefused> {
        let mut before: Option<Rulebook> = None;
        for (name, files) in folders {
            let folder = format!("{jurisdiction}/{name}");
            let refused = |error: RulebookRefused| error.inside(&folder);
            if name == CALENDARS {
                self.calendars
                    .insert(jurisdiction.to_owned(), Calendars::read(files).map_err(refused)?);
            } else if name.starts_with(DRAFT) {
                self.drafts
                    .push(Tightening::draft(files, &folder, before.as_ref()).map_err(refused)?);
            } else {
                let rulebook = Rulebook::read(files, before.as_ref()).map_err(refused)?;
                if rulebook.id() != folder {
                    let problem = Problem::Header(rulebook.id().to_owned());
                    let remedy = "call the folder as the rulebook: jurisdiction, then day";
                    return Err(refused(RulebookRefused::new(HEADER, 1, problem, remedy)));
                }
                self.rulebooks.push(rulebook.clone());
                before = Some(rulebook);
            }
        }
        Ok(())
    }

    /// Refuses a shelf that holds a text nobody approved.
    pub fn check_approved(&self) -> Result<(), RulebookRefused> {
        self.rulebooks
            .iter()
            .map(|rulebook| (rulebook.id(), rulebook.version()))
            .chain(self.drafts.iter().map(|draft| (draft.id(), draft.version())))
            .try_for_each(|(id, version)| self.check_one(id, version))
    }

    pub(crate) fn check_one(&self, id: &str, version: &str) -> Result<(), RulebookRefused> {
        approval::check(&self.approvals, id, version)
    }

    /// The rulebooks in force, oldest first within a jurisdiction. Drafts are never among them.
    pub fn rulebooks(&self) -> &[Rulebook] {
        &self.rulebooks
    }

    /// Drafts that a site may choose to follow beside the law.
    pub fn drafts(&self) -> &[Tightening] {
        &self.drafts
    }

    /// The calendars of a jurisdiction; empty ones when it has none.
    pub fn calendars(&self, jurisdiction: &str) -> Calendars {
        self.calendars.get(jurisdiction).cloned().unwrap_or_default()
    }

    /// Who approved the text `version` of `id`.
    pub fn approval(&self, id: &str, version: &str) -> Option<&Approval> {
        approval::of(&self.approvals, id, version)
    }

    /// The rulebook by id or day: `cn/2025-06-01`, or `2025-06-01` where one jurisdiction has it. The very day, not the one in force then.
    pub fn rulebook(&self, name: &str) -> Option<&Rulebook> {
        let mut found = self
            .rulebooks
            .iter()
            .filter(|rulebook| rulebook.id() == name || rulebook.from_day() == name);
        found.next().filter(|_| found.next().is_none())
    }

    /// The draft by id or name: `cn/draft-2023-08-08` or `draft-2023-08-08`.
    pub fn draft(&self, name: &str) -> Option<&Tightening> {
        self.drafts
            .iter()
            .find(|draft| draft.id() == name || draft.id().rsplit('/').next() == Some(name))
    }

    /// Rules on a case of one of these rulebooks: by its own day where it names one, a draft's by the newest rulebook with the draft.
    pub fn judge(&self, case: &Case) -> Result<CaseOutcome, NoRulebook> {
        let jurisdiction = case.rulebook.split('/').next().unwrap_or_default();
        let of_jurisdiction = || self.rulebooks.iter().filter(|rulebook| rulebook.jurisdiction() == jurisdiction);
        let missing = || NoRulebook::NotYet(case.rulebook.clone());
        if let Some(day) = case.on {
            let rulebooks: Vec<Rulebook> = of_jurisdiction().cloned().collect();
            return Ok(Rulebook::choose(&rulebooks, &day.to_string())?.judge(case));
        }
        if let Some(draft) = self.draft(&case.rulebook) {
            let newest = of_jurisdiction().next_back().ok_or_else(missing)?;
            return Ok(newest.tightened(draft).map_err(|_| missing())?.judge(case));
        }
        Ok(self.rulebook(&case.rulebook).ok_or_else(missing)?.judge(case))
    }

    /// The newest rulebook of each jurisdiction.
    pub fn newest(&self) -> impl Iterator<Item = &Rulebook> {
        let jurisdictions: BTreeSet<&str> = self.rulebooks.iter().map(Rulebook::jurisdiction).collect();
        jurisdictions
            .into_iter()
            .filter_map(|jurisdiction| self.rulebooks.iter().rfind(|rulebook| rulebook.jurisdiction() == jurisdiction))
    }
}

/// A file that is not inside `jurisdiction/folder/` (a README, a script) belongs to no rulebook.
pub(crate) fn folders(files: &BTreeMap<String, Vec<u8>>) -> Folders {
    let mut folders = Folders::new();
    for (path, bytes) in files {
        if let [jurisdiction, folder, inside] = path.splitn(3, '/').collect::<Vec<_>>().as_slice() {
            folders
                .entry((*jurisdiction).to_owned())
                .or_default()
                .entry((*folder).to_owned())
                .or_default()
                .insert((*inside).to_owned(), bytes.clone());
        }
    }
    folders
}
