//! Households and the people in them, as the operator's register knows them.

use countenance_base::{HouseholdId, PersonId, Timestamp};
use countenance_storage::StoreError;
use countenance_trace::Trace;

use crate::{Ctx, store};

/// A person as the operator knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub household: HouseholdId,
    /// What is keyed in at a door, e.g. `12-1803`.
    pub unit: String,
    /// Unit and letter, e.g. `12-1803-A`: what the person signs in with.
    pub login: String,
    /// For the operator's desk and the person's own pages only.
    pub display_name: String,
    pub under_guardian_age: bool,
    /// When the account was opened with a claim code.
    pub claimed_at: Option<Timestamp>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({})", self.id)
    }
}

/// A person to register.
pub struct NewPerson {
    pub display_name: String,
    pub under_guardian_age: bool,
}

impl std::fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPerson(…)")
    }
}

/// Input of [`import_household`]. People get the letters A, B, C … in this order.
#[derive(Debug)]
pub struct ImportHousehold {
    pub unit: String,
    pub people: Vec<NewPerson>,
}

/// Why a household was not registered.
#[derive(Debug, thiserror::Error)]
pub enum ImportHouseholdError {
    #[error("a unit is one to sixteen digits, letters and dashes")]
    UnitForm,
    #[error("this unit is registered already")]
    UnitKnown,
    #[error("a household has one to twenty-six people")]
    People,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportHouseholdError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnitForm => "unit.form",
            Self::UnitKnown => "unit.known",
            Self::People => "unit.people",
            Self::Store(_) => "store.failed",
        }
    }
}

/// Registers a household and its people.
pub async fn import_household(tx: &mut Trace, ctx: &mut Ctx<'_>, input: ImportHousehold) -> Result<Vec<Person>, ImportHouseholdError> {
    let unit = read_unit(&input.unit).ok_or(ImportHouseholdError::UnitForm)?;
    if input.people.is_empty() || input.people.len() > 26 {
        return Err(ImportHouseholdError::People);
    }
    let household = HouseholdId::new(ctx.now, ctx.rng);
    if store::person::insert_household(tx, household, &unit).await? == 0 {
        return Err(ImportHouseholdError::UnitKnown);
    }
    let mut people = Vec::with_capacity(input.people.len());
    for (new, letter) in input.people.into_iter().zip('A'..='Z') {
        let person = Person {
            id: PersonId::new(ctx.now, ctx.rng),
            household,
            unit: unit.clone(),
            login: format!("{unit}-{letter}"),
            display_name: new.display_name,
            under_guardian_age: new.under_guardian_age,
            claimed_at: None,
        };
        store::person::insert(tx, ctx.now, &person).await?;
        people.push(person);
    }
    Ok(people)
}

pub async fn lookup_person(tx: &mut Trace, id: PersonId) -> Result<Option<Person>, StoreError> {
    store::person::lookup(tx, id).await
}

pub async fn lookup_person_by_login(tx: &mut Trace, login: &str) -> Result<Option<Person>, StoreError> {
    match read_unit(login) {
        Some(login) => store::person::lookup_by_login(tx, &login).await,
        None => Ok(None),
    }
}

/// The people of one unit, for the operator's desk.
pub async fn list_household(tx: &mut Trace, unit: &str) -> Result<Vec<Person>, StoreError> {
    match read_unit(unit) {
        Some(unit) => store::person::list_by_unit(tx, &unit).await,
        None => Ok(Vec::new()),
    }
}

/// A unit or login as typed, in upper case; `None` when it can be neither.
pub(crate) fn read_unit(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let known = typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (known && (1..=18).contains(&typed.len())).then(|| typed.to_ascii_uppercase())
}
