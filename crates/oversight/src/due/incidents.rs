//! What an incident asks for, by the hour.

use std::time::Duration;

use countenance_base::Timestamp;

use super::{Asked, day_of};
use crate::duty::{Deadline, Duty, DutyKind, DutyState, Evidence, Source};
use crate::incident::{Incident, IncidentKind};

impl Asked<'_> {
    pub(super) fn incidents(&self) -> Vec<Duty> {
        self.facts.incidents.iter().flat_map(|incident| self.incident(incident)).collect()
    }

    fn incident(&self, incident: &Incident) -> Vec<Duty> {
        [
            self.grade(incident),
            self.report(incident),
            self.flaw(incident),
            self.told(incident),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn grade(&self, incident: &Incident) -> Option<Duty> {
        if self.parameters.leak_grade_persons.is_empty() || incident.grade.is_some() {
            return None;
        }
        self.duty(
            incident,
            DutyKind::IncidentGrade,
            None,
            Source::Parameter("leak_grade_persons"),
            None,
        )
    }

    fn report(&self, incident: &Incident) -> Option<Duty> {
        incident.grade.filter(|grade| *grade > 0)?;
        let (hours, name) = if incident.critical {
            (self.parameters.incident_report_critical_hours?, "incident_report_critical_hours")
        } else {
            (self.parameters.incident_report_hours?, "incident_report_hours")
        };
        self.duty(
            incident,
            DutyKind::IncidentReport,
            Some(hours),
            Source::Parameter(name),
            incident.reported_at,
        )
    }

    fn flaw(&self, incident: &Incident) -> Option<Duty> {
        if incident.kind != IncidentKind::Flaw || !incident.public_interest {
            return None;
        }
        let hours = self.parameters.flaw_report_hours?;
        self.duty(
            incident,
            DutyKind::FlawReport,
            Some(hours),
            Source::Parameter("flaw_report_hours"),
            incident.reported_at,
        )
    }

    fn told(&self, incident: &Incident) -> Option<Duty> {
        (incident.kind == IncidentKind::Leak)
            .then(|| self.duty(incident, DutyKind::IncidentTold, None, Source::Words, incident.told_at))
            .flatten()
    }

    fn duty(&self, incident: &Incident, kind: DutyKind, hours: Option<u32>, source: Source, done: Option<Timestamp>) -> Option<Duty> {
        let due = hours.map(|hours| incident.known_at.plus(Duration::from_hours(u64::from(hours))));
        let evidence = done.and_then(|at| day_of(at, self.zone)).map(|on| {
            let number = incident.acknowledgement.clone().filter(|_| kind != DutyKind::IncidentTold);
            (on, number.map_or(Evidence::Register, Evidence::Acknowledgement))
        });
        Some(Duty {
            kind,
            subject: Some(incident.number.to_string()),
            since: day_of(incident.known_at, self.zone)?,
            due: due.map(Deadline::Time),
            state: match (done, due) {
                (Some(_), _) => DutyState::Done,
                (None, Some(due)) if self.now > due => DutyState::Overdue,
                (None, _) => DutyState::Open,
            },
            source,
            evidence,
        })
    }
}
