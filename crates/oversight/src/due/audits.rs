//! What an audit that the authority ordered found: put right, then reported. The authority sets when it must be right; the rulebook
//! sets how soon after that the report is handed in.

use super::Asked;
use crate::duty::{Deadline, Duty, DutyKind, DutyState, Source};
use crate::facts::DoneFacts;
use crate::record_done::answer;

const NAME: &str = "audit_rectified_workdays";

impl Asked<'_> {
    pub(super) fn audit_findings(&self) -> Vec<Duty> {
        let Some(days) = self.parameters.audit_rectified_workdays else {
            return Vec::new();
        };
        let found = self.facts.done.iter().filter(|done| done.to_put_right);
        found.flat_map(|audit| self.findings_of(audit, days)).collect()
    }

    fn findings_of(&self, audit: &DoneFacts, days: u32) -> Vec<Duty> {
        let righted = answer(&self.facts.done, DutyKind::AuditFindings, audit.number);
        let duty = |kind, since, done: Option<&DoneFacts>| Duty {
            kind,
            subject: Some(audit.number.to_string()),
            since,
            due: None,
            state: if done.is_some() { DutyState::Done } else { DutyState::Open },
            source: Source::Parameter(NAME),
            evidence: done.map(|done| (done.on, done.evidence.clone())),
        };
        let mut duties = vec![duty(DutyKind::AuditFindings, audit.on, righted)];
        if let Some(righted) = righted {
            let reported = answer(&self.facts.done, DutyKind::AuditReport, audit.number);
            let due = self.workdays(righted.on, days, NAME, None);
            duties.push(Duty {
                due: Some(Deadline::Day(due)),
                state: self.state(reported.is_some(), due.day),
                ..duty(DutyKind::AuditReport, righted.on, reported)
            });
        }
        duties
    }
}
