//! What begins when so many people are stored: filing, officer.

use countenance_rules::Day;

use super::Asked;
use crate::duty::{Deadline, Duty, DutyKind, DutyState, Evidence, Source};

impl Asked<'_> {
    pub(super) fn thresholds(&self) -> Vec<Duty> {
        [
            self.filing(),
            self.filing_change(),
            self.filing_cancel(),
            self.officer(),
            self.officer_report(),
            self.officer_advised(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The first day on which there were as many; it stays, however many there are now.
    pub(super) fn reached(&self, persons: u32) -> Option<Day> {
        let counted = self
            .facts
            .series
            .iter()
            .find(|count| count.persons() >= persons)
            .map(|count| count.day);
        counted.or_else(|| (self.facts.persons >= persons).then_some(self.today))
    }

    /// The same after the last cancellation: who began anew files anew.
    fn reached_again(&self, persons: u32) -> Option<Day> {
        let Some((cancelled, _)) = &self.facts.cancelled else {
            return self.reached(persons);
        };
        let mut later = self.facts.series.iter().filter(|count| count.day > *cancelled);
        let counted = later.find(|count| count.persons() >= persons).map(|count| count.day);
        counted.or_else(|| (self.facts.persons >= persons && self.today > *cancelled).then_some(self.today))
    }

    fn filing(&self) -> Option<Duty> {
        let name = "filing_workdays";
        let since = self.reached_again(self.parameters.filing_threshold_persons?)?;
        let due = self.workdays(since, self.parameters.filing_workdays?, name, self.parameters.filing_legacy_day);
        let filed = self.facts.filed.as_ref();
        Some(Duty {
            kind: DutyKind::Filing,
            subject: None,
            since,
            due: Some(Deadline::Day(due)),
            state: self.state(filed.is_some(), due.day),
            source: Source::Parameter(name),
            evidence: filed.map(|filed| (filed.on, Evidence::Acknowledgement(filed.acknowledgement.clone()))),
        })
    }

    fn filing_change(&self) -> Option<Duty> {
        let name = "filing_change_workdays";
        let since = self.facts.filed.as_ref()?.changed_on?;
        let due = self.workdays(since, self.parameters.filing_change_workdays?, name, None);
        Some(Duty {
            kind: DutyKind::FilingChange,
            subject: None,
            since,
            due: Some(Deadline::Day(due)),
            state: self.state(false, due.day),
            source: Source::Parameter(name),
            evidence: None,
        })
    }

    /// Owed by who is filed and uses no face any more.
    fn filing_cancel(&self) -> Option<Duty> {
        let name = "filing_cancel_workdays";
        let since = self.facts.uses.last_end.filter(|_| !self.facts.uses.active)?;
        let cancelled = self.facts.cancelled.clone().filter(|_| self.facts.filed.is_none());
        if self.facts.filed.is_none() && cancelled.is_none() {
            return None;
        }
        let due = self.workdays(since, self.parameters.filing_cancel_workdays?, name, None);
        Some(Duty {
            kind: DutyKind::FilingCancel,
            subject: None,
            since,
            due: Some(Deadline::Day(due)),
            state: self.state(cancelled.is_some(), due.day),
            source: Source::Parameter(name),
            evidence: cancelled.map(|(on, number)| (on, Evidence::Acknowledgement(number))),
        })
    }

    fn officer(&self) -> Option<Duty> {
        let since = self.reached(self.parameters.officer_threshold_persons?)?;
        Some(self.appointed(DutyKind::Officer, since, "officer_threshold_persons"))
    }

    /// More than the number counts, and whoever must have one is told of that alone.
    fn officer_advised(&self) -> Option<Duty> {
        let since = self.reached(self.parameters.officer_recommended_persons?.saturating_add(1))?;
        let must = self.parameters.officer_threshold_persons.and_then(|persons| self.reached(persons));
        must.is_none()
            .then(|| self.appointed(DutyKind::OfficerAdvised, since, "officer_recommended_persons"))
    }

    fn appointed(&self, kind: DutyKind, since: Day, parameter: &'static str) -> Duty {
        let officer = self.facts.officer.as_ref();
        Duty {
            kind,
            subject: None,
            since,
            due: None,
            state: if officer.is_some() { DutyState::Done } else { DutyState::Open },
            source: Source::Parameter(parameter),
            evidence: officer.map(|officer| (officer.appointed, Evidence::Register)),
        }
    }

    fn officer_report(&self) -> Option<Duty> {
        let name = "officer_report_workdays";
        let since = self.reached(self.parameters.officer_threshold_persons?)?;
        let due = self.workdays(
            since,
            self.parameters.officer_report_workdays?,
            name,
            self.parameters.officer_legacy_day,
        );
        let reported = self.facts.officer.as_ref().and_then(|officer| officer.reported.clone());
        Some(Duty {
            kind: DutyKind::OfficerReport,
            subject: None,
            since,
            due: Some(Deadline::Day(due)),
            state: self.state(reported.is_some(), due.day),
            source: Source::Parameter(name),
            evidence: reported.map(|(on, number)| (on, Evidence::Acknowledgement(number))),
        })
    }
}
