//! A loaded rulebook: the law of one day, for pages and for the engine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cedar_policy::{PolicySet, RestrictedExpression, Schema};
use countenance_base::Text;

use crate::assemble::{self, Rules};
use crate::examples::CaseFacts;
use crate::load::{Problem, RulebookRefused};
use crate::notice::NoticeText;
use crate::quick::Quick;
use crate::{Act, Case, Day, Instrument, Notice, NoticeRefused, NoticeValues, Parameters, PolicyText};

/// The law of one jurisdiction as consolidated on one day. Cheap to clone.
#[derive(Clone)]
pub struct Rulebook {
    pub(crate) id: String,
    pub(crate) jurisdiction: String,
    pub(crate) from: String,
    pub(crate) after: Option<String>,
    pub(crate) title: Text,
    pub(crate) version: String,
    pub(crate) parameters: Parameters,
    /// `context.parameters` of a typed request.
    pub(crate) lists: RestrictedExpression,
    pub(crate) quick: Arc<Quick>,
    pub(crate) instruments: BTreeMap<String, Instrument>,
    pub(crate) texts: Arc<[PolicyText]>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) notices: BTreeMap<String, NoticeText>,
    pub(crate) cases: Arc<[Case]>,
    pub(crate) facts: BTreeMap<String, CaseFacts>,
    pub(crate) sets: Arc<BTreeMap<Act, PolicySet>>,
    pub(crate) schema: Arc<Schema>,
}

impl fmt::Debug for Rulebook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The compiled policies would fill pages.
        write!(f, "Rulebook({})", self.id)
    }
}

/// No rulebook can judge an act of that day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRulebook {
    #[error("no rulebook was in force on {0}")]
    NotYet(String),
    #[error("the day `{0}` is not in the form 2025-06-01")]
    NotADay(String),
    #[error("two rulebooks begin on {0}")]
    Overlap(String),
}

impl Rulebook {
    /// Reads a rulebook from the files of its folder, by path inside the folder (`policies/10-purpose.cedar`), and the rulebook
    /// on which it builds.
    pub fn read(files: &BTreeMap<String, Vec<u8>>, before: Option<&Self>) -> Result<Self, RulebookRefused> {
        assemble::rulebook(files, before)
    }

    /// Refuses rulebooks of which two would judge the same day in the same jurisdiction.
    pub fn check_overlap(rulebooks: &[Self]) -> Result<(), RulebookRefused> {
        for (at, one) in rulebooks.iter().enumerate() {
            if rulebooks
                .iter()
                .skip(at + 1)
                .any(|other| one.jurisdiction == other.jurisdiction && one.from == other.from)
            {
                let problem = Problem::Overlap {
                    jurisdiction: one.jurisdiction.clone(),
                    from: one.from.clone(),
                };
                let remedy = "keep one of them, or give each its own day";
                return Err(RulebookRefused::new("rulebook.toml", 1, problem, remedy));
            }
        }
        Ok(())
    }

    /// The rulebook that judges an act of `day` (`2026-11-23`, the site's civil day): the latest that had begun.
    /// All of `rulebooks` are of the site's jurisdiction.
    pub fn choose<'a>(rulebooks: &'a [Self], day: &str) -> Result<&'a Self, NoRulebook> {
        if Day::parse(day).is_none() {
            return Err(NoRulebook::NotADay(day.to_owned()));
        }
        let begun = || rulebooks.iter().filter(|rulebook| rulebook.from.as_str() <= day);
        let latest = begun()
            .max_by(|one, other| one.from.cmp(&other.from))
            .ok_or_else(|| NoRulebook::NotYet(day.to_owned()))?;
        if begun().filter(|rulebook| rulebook.from == latest.from).count() > 1 {
            return Err(NoRulebook::Overlap(latest.from.clone()));
        }
        Ok(latest)
    }

    /// E.g. `cn/2025-06-01`, and with ` + ` what tightens it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn jurisdiction(&self) -> &str {
        &self.jurisdiction
    }

    /// First day, `2025-06-01`.
    pub fn from_day(&self) -> &str {
        &self.from
    }

    /// The day of the rulebook on which it builds.
    pub fn after_day(&self) -> Option<&str> {
        self.after.as_deref()
    }

    pub const fn title(&self) -> &Text {
        &self.title
    }

    /// SHA-256 over all its files and those of the rulebooks before it, hexadecimal.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Every policy in the order of the rulebook, for pages that show the rules.
    pub fn policies(&self) -> &[PolicyText] {
        &self.texts
    }

    /// The rule `id`, for pages that cite it outside a ruling.
    pub fn policy(&self, id: &str) -> Option<&PolicyText> {
        self.texts.iter().find(|policy| policy.id == id)
    }

    /// The instruments in force that day, by their Chinese names.
    pub const fn instruments(&self) -> &BTreeMap<String, Instrument> {
        &self.instruments
    }

    /// The cases of `examples/`, of this folder and those before it.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Versions of the notices.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        self.notices.keys().map(String::as_str)
    }

    /// The notice `version` (e.g. `face-at-door-1`) with this site's values.
    pub fn notice(&self, version: &str, values: &NoticeValues) -> Result<Notice, NoticeRefused> {
        let notice = self
            .notices
            .get(version)
            .ok_or_else(|| NoticeRefused::NoSuchNotice(version.to_owned()))?;
        notice.render(values, &self.parameters)
    }
}
