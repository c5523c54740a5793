//! The register of incidents: opened when somebody knows, graded, reported, told, closed.

use countenance_base::Timestamp;
use countenance_gate_core::journal::RecordKind;
use countenance_persons::{Ctx, outdate_assessments};
use countenance_rules::Parameters;
use countenance_storage::StoreError;
use countenance_trace::{Event, Trace};

use crate::error::{OversightError, words};
use crate::store;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentKind {
    /// Personal information was or may have been leaked, changed or lost.
    Leak,
    /// The service stood still or was attacked.
    Outage,
    /// A weakness that nobody has used yet.
    Flaw,
}

impl IncidentKind {
    pub const ALL: [Self; 3] = [Self::Leak, Self::Outage, Self::Flaw];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Leak => "leak",
            Self::Outage => "outage",
            Self::Flaw => "flaw",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Something that happened. Its words name nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub number: u32,
    pub kind: IncidentKind,
    pub words: String,
    pub known_at: Timestamp,
    /// At most so many people; none while nobody knows.
    pub persons: Option<u32>,
    /// 0 below every grade, 1 middle, 2 high, 3 highest; none before somebody graded it.
    pub grade: Option<u32>,
    /// Critical infrastructure.
    pub critical: bool,
    /// It touches national security or the public interest.
    pub public_interest: bool,
    pub reported_at: Option<Timestamp>,
    pub acknowledgement: Option<String>,
    pub told_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub closing: Option<String>,
}

/// The grade that so many leaked persons have at least; reaching counts.
pub fn grade_of(persons: u32, parameters: &Parameters) -> u32 {
    let reached = parameters.leak_grade_persons.iter().filter(|step| **step <= persons);
    u32::try_from(reached.count()).unwrap_or(u32::MAX)
}

/// The highest grade there is, as a number; the words are the portal's.
const HIGHEST: u32 = 3;
/// From here on an incident counts as major: assessments of before no longer hold.
const MAJOR: u32 = 2;

/// Input of [`open_incident`].
#[derive(Debug, Clone)]
pub struct OpenIncident {
    pub kind: IncidentKind,
    /// What happened, in words that name nobody.
    pub words: String,
    pub known_at: Timestamp,
    pub persons: Option<u32>,
    pub critical: bool,
    pub public_interest: bool,
}

/// Its clocks run from when somebody knew, not from when it is written down.
pub async fn open_incident(tx: &mut Trace, ctx: &Ctx<'_>, input: &OpenIncident) -> Result<u32, OversightError> {
    let words = words(&input.words, 1_000)?;
    if input.known_at > ctx.now {
        return Err(OversightError::Day);
    }
    let number = store::incident::insert(tx, input, &words).await?;
    leave(tx, "incident.opened", number);
    Ok(number)
}

/// By how many people, or higher when somebody says so; never below what the number of people asks for. A major one makes every
/// assessment stale: the face lane rests until each is made again.
pub async fn grade_incident(tx: &mut Trace, ctx: &Ctx<'_>, number: u32, persons: Option<u32>, grade: u32) -> Result<(), OversightError> {
    if grade > HIGHEST {
        return Err(OversightError::Number);
    }
    let known = store::incident::lookup(tx, number).await?.ok_or(OversightError::Unknown)?;
    // An empty field is no answer: what was known stays.
    let persons = persons.or(known.persons);
    let least = persons.map_or(0, |persons| grade_of(persons, ctx.rulebook.parameters()));
    let grade = grade.max(least);
    one(store::incident::grade(tx, number, persons, grade).await?)?;
    leave(tx, "incident.graded", number);
    if grade >= MAJOR && known.grade.is_none_or(|before| before < MAJOR) {
        outdate_assessments(tx, ctx.now).await?;
    }
    Ok(())
}

/// Reported to the authority, with its number.
pub async fn report_incident(tx: &mut Trace, ctx: &Ctx<'_>, number: u32, acknowledgement: &str) -> Result<(), OversightError> {
    let acknowledgement = words(acknowledgement, 80).map_err(|_| OversightError::Acknowledgement)?;
    one(store::incident::report(tx, number, &acknowledgement, ctx.now).await?)?;
    leave(tx, "incident.reported", number);
    Ok(())
}

/// The people concerned were told.
pub async fn tell_incident(tx: &mut Trace, ctx: &Ctx<'_>, number: u32) -> Result<(), OversightError> {
    one(store::incident::tell(tx, number, ctx.now).await?)?;
    leave(tx, "incident.told", number);
    Ok(())
}

/// Closed, with what was learned. One whose duties are open stays open.
pub async fn close_incident(tx: &mut Trace, ctx: &Ctx<'_>, number: u32, closing: &str) -> Result<(), OversightError> {
    let closing = words(closing, 1_000)?;
    let open = crate::duties(tx, ctx).await?;
    let subject = number.to_string();
    let owed = open
        .iter()
        .any(|duty| is_of_incident(duty.kind) && duty.subject.as_ref() == Some(&subject) && duty.state != crate::DutyState::Done);
    if owed {
        return Err(OversightError::State);
    }
    one(store::incident::close(tx, number, &closing, ctx.now).await?)?;
    leave(tx, "incident.closed", number);
    Ok(())
}

const fn is_of_incident(kind: crate::DutyKind) -> bool {
    use crate::DutyKind as Kind;
    matches!(
        kind,
        Kind::IncidentGrade | Kind::IncidentReport | Kind::IncidentTold | Kind::FlawReport
    )
}

const fn one(changed: u64) -> Result<(), OversightError> {
    if changed == 1 { Ok(()) } else { Err(OversightError::State) }
}

fn leave(tx: &mut Trace, code: &str, number: u32) {
    tx.leave(Event::site(RecordKind::Changed, format!("{code} {number}")));
}

/// Every one, the newest first.
pub async fn list_incidents(tx: &mut Trace) -> Result<Vec<Incident>, StoreError> {
    store::incident::list(tx).await
}

pub async fn lookup_incident(tx: &mut Trace, number: u32) -> Result<Option<Incident>, StoreError> {
    store::incident::lookup(tx, number).await
}
