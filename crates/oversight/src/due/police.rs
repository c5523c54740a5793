//! What is filed with the police: the graded system, and public video. Their days are the calendar's, and the one on which they begin
//! does not count.

use countenance_rules::Day;

use super::{Asked, plainly};
use crate::duty::{Duty, DutyKind, DutyState, Source};
use crate::facts::PublicVideo;

impl Asked<'_> {
    pub(super) fn police(&self) -> Vec<Duty> {
        [self.level_filing(), self.video_filing()].into_iter().flatten().collect()
    }

    fn level_filing(&self) -> Option<Duty> {
        let since = self.facts.uses.first.filter(|_| self.facts.uses.active)?;
        let due = since.plus(self.parameters.level_filing_days);
        Some(self.once(DutyKind::LevelFiling, since, due, "level_filing_days", None))
    }

    /// Nothing where nobody says that such a system runs. A filing of before it ran is another system's.
    fn video_filing(&self) -> Option<Duty> {
        let name = "video_filing_days";
        let PublicVideo::Since(since) = self.facts.video else { return None };
        let days = self.parameters.video_filing_days?;
        let first = self.parameters.sources.get(name).map(|source| source.effective);
        let due = match (first.filter(|first| since < *first), self.parameters.video_filing_legacy_days) {
            (Some(first), Some(days)) => first.plus(days),
            _ => since.plus(days),
        };
        Some(self.once(DutyKind::VideoFiling, since, due, name, Some(since)))
    }

    /// Done with what was written down last, not before `from`.
    fn once(&self, kind: DutyKind, since: Day, due: Option<Day>, parameter: &'static str, from: Option<Day>) -> Duty {
        let filed = self.last(kind).filter(|(on, _)| from.is_none_or(|from| *on >= from));
        Duty {
            kind,
            subject: None,
            since,
            due: due.map(plainly),
            state: match due {
                Some(due) => self.state(filed.is_some(), due),
                None if filed.is_some() => DutyState::Done,
                None => DutyState::Open,
            },
            source: Source::Parameter(parameter),
            evidence: filed,
        }
    }
}
