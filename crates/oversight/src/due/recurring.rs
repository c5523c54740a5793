//! What comes again: audits, yearly assessments, contracts that end.

use std::time::Duration;

use countenance_rules::Day;

use super::{Asked, OPEN_BEFORE_DAYS, day_of, plainly, years_later};
use crate::duty::{Duty, DutyKind, DutyState, Evidence, Source};
use crate::facts::{AssessedFacts, SupplierFacts};

impl Asked<'_> {
    pub(super) fn recurring(&self) -> Vec<Duty> {
        let mut duties: Vec<Duty> = [self.audit(), self.minors_audit(), self.level_assessment()]
            .into_iter()
            .flatten()
            .collect();
        duties.extend(self.facts.assessments.iter().filter_map(|assessed| self.assessment(assessed)));
        duties
    }

    /// More than the number counts.
    fn audit(&self) -> Option<Duty> {
        let since = self.reached(self.parameters.audit_threshold_persons?.saturating_add(1))?;
        Some(self.every(
            DutyKind::Audit,
            since,
            self.parameters.audit_interval_years?,
            "audit_interval_years",
        ))
    }

    fn level_assessment(&self) -> Option<Duty> {
        let since = self.facts.uses.first.filter(|_| self.facts.uses.active)?;
        let years = self.parameters.level3_assessment_years;
        Some(self.every(DutyKind::LevelAssessment, since, years, "level3_assessment_years"))
    }

    /// So many years after it was done last, or after it began to be owed.
    fn every(&self, kind: DutyKind, since: Day, years: u32, parameter: &'static str) -> Duty {
        let last = self.last(kind);
        let since = last.as_ref().map_or(since, |(on, _)| *on);
        let due = years_later(since, years);
        Duty {
            kind,
            subject: None,
            since,
            due: Some(plainly(due)),
            state: self.comes_again(last.is_some(), due),
            source: Source::Parameter(parameter),
            evidence: last,
        }
    }

    pub(super) fn last(&self, kind: DutyKind) -> Option<(Day, Evidence)> {
        let done = self.facts.done.iter().filter(|done| done.kind == kind).max_by_key(|done| done.on)?;
        Some((done.on, done.evidence.clone()))
    }

    /// What was done is open again shortly before its next day.
    fn comes_again(&self, done: bool, due: Day) -> DutyState {
        self.state(done && due.since(self.today) > OPEN_BEFORE_DAYS, due)
    }

    /// The audit of a year in which children's faces were stored, reported in the next. What was done in that next year counts.
    fn minors_audit(&self) -> Option<Duty> {
        self.parameters.minors_audit_years?;
        let first = |year: i16| {
            let of_year = |count: &&crate::facts::DayCount| count.day.year() == year && count.children > 0;
            self.facts.series.iter().find(of_year).map(|count| count.day)
        };
        let last_year = self.today.year().checked_sub(1)?;
        let this_year = || (self.facts.children > 0).then_some(self.today);
        let since = first(last_year).or_else(|| first(self.today.year())).or_else(this_year)?;
        let next = since.year().checked_add(1)?;
        let due = self
            .parameters
            .minors_report_month
            .zip(self.parameters.minors_report_day)
            .and_then(|(month, day)| Day::parse(&format!("{next:04}-{month:02}-{day:02}")));
        let last = self.last(DutyKind::MinorsAudit).filter(|(on, _)| on.year() >= next);
        Some(Duty {
            kind: DutyKind::MinorsAudit,
            subject: None,
            since,
            due: due.map(plainly),
            state: match due {
                Some(due) => self.state(last.is_some(), due),
                None if last.is_some() => DutyState::Done,
                None => DutyState::Open,
            },
            source: Source::Parameter(if due.is_some() { "minors_report_day" } else { "minors_audit_years" }),
            evidence: last,
        })
    }

    fn assessment(&self, assessed: &AssessedFacts) -> Option<Duty> {
        let holds = Duration::from_hours(u64::from(self.parameters.assessment_max_days) * 24);
        let (since, due) = (
            day_of(assessed.approved, self.zone)?,
            day_of(assessed.approved.plus(holds), self.zone)?,
        );
        Some(Duty {
            kind: DutyKind::Assessment,
            subject: Some(assessed.purpose.clone()),
            since,
            due: Some(plainly(due)),
            state: self.comes_again(true, due),
            source: Source::Parameter("assessment_max_days"),
            evidence: Some((since, Evidence::Document(assessed.hash, String::new()))),
        })
    }

    pub(super) fn contracts(&self) -> Vec<Duty> {
        self.facts.suppliers.iter().filter_map(|supplier| self.contract(supplier)).collect()
    }

    /// Nothing while the contract holds for long.
    fn contract(&self, supplier: &SupplierFacts) -> Option<Duty> {
        let until = supplier.until.filter(|_| supplier.has_contract);
        if supplier.is_bound(self.today) && until.is_none_or(|until| until.since(self.today) > OPEN_BEFORE_DAYS) {
            return None;
        }
        Some(Duty {
            kind: DutyKind::Contract,
            subject: Some(supplier.number.to_string()),
            since: supplier.began,
            due: until.map(plainly),
            state: until.map_or(DutyState::Open, |until| self.state(false, until)),
            source: Source::Rule("site.suppliers_bound"),
            evidence: None,
        })
    }
}
