//! Whose a row is, row by row.

use std::collections::{BTreeMap, BTreeSet};

use countenance_base::{DestructionId, PersonId, SiteId};
use countenance_storage::{Table, Tx, Value};
use countenance_trace::Owner;

use super::error::BackupError;
use super::map::Whose;

/// Rows in one go.
pub(crate) const PAGE: u32 = 512;

type Id = [u8; 16];

/// Who owns what in one snapshot.
#[derive(Debug)]
pub(crate) struct Owners {
    site: SiteId,
    pub(crate) people: BTreeSet<PersonId>,
    households: BTreeMap<Id, Vec<PersonId>>,
    consents: BTreeMap<Id, PersonId>,
    /// Those that go on and are about no single person.
    destructions: BTreeSet<DestructionId>,
}

impl Owners {
    /// Reads who there is.
    pub(crate) async fn read(tx: &mut Tx, site: SiteId) -> Result<Self, BackupError> {
        let mut owners = Self {
            site,
            people: BTreeSet::new(),
            households: BTreeMap::new(),
            consents: BTreeMap::new(),
            destructions: BTreeSet::new(),
        };
        let persons = Table::of(tx, "persons").await?;
        each_row(tx, &persons, |row| {
            let (Some(person), Some(household)) = (id_in(&persons, row, "id"), id_in(&persons, row, "household_id")) else {
                return;
            };
            let person = PersonId::from_bytes(person);
            owners.people.insert(person);
            owners.households.entry(household).or_default().push(person);
        })
        .await?;
        let consents = Table::of(tx, "consents").await?;
        each_row(tx, &consents, |row| {
            if let (Some(consent), Some(person)) = (id_in(&consents, row, "id"), id_in(&consents, row, "person_id")) {
                owners.consents.insert(consent, PersonId::from_bytes(person));
            }
        })
        .await?;
        let destructions = Table::of(tx, "destructions").await?;
        each_row(tx, &destructions, |row| {
            if let Owner::Destruction(id) = owners.of_destruction(&destructions, row) {
                owners.destructions.insert(id);
            }
        })
        .await?;
        Ok(owners)
    }

    /// Everybody who needs a key.
    pub(crate) fn all(&self) -> impl Iterator<Item = Owner> {
        let people = self.people.iter().copied().map(Owner::Person);
        let destructions = self.destructions.iter().copied().map(Owner::Destruction);
        [Owner::Site(self.site)].into_iter().chain(people).chain(destructions)
    }

    /// Whose this row is. Of a household everybody's who lives there; nobody's when its person is registered no more.
    pub(crate) fn of(&self, whose: Whose, table: &Table, row: &[Value]) -> Vec<Owner> {
        let registered = |person: PersonId| self.people.contains(&person).then_some(Owner::Person(person));
        match whose {
            Whose::Site => vec![Owner::Site(self.site)],
            Whose::Person(column) => match id_in(table, row, column) {
                Some(person) => registered(PersonId::from_bytes(person)).into_iter().collect(),
                None => vec![Owner::Site(self.site)],
            },
            Whose::Consent(column) => {
                let person = id_in(table, row, column).and_then(|consent| self.consents.get(&consent).copied());
                person.and_then(registered).into_iter().collect()
            }
            Whose::Household => {
                let people = id_in(table, row, "id").and_then(|household| self.households.get(&household));
                people.into_iter().flatten().copied().map(Owner::Person).collect()
            }
            Whose::Destruction => match self.of_destruction(table, row) {
                Owner::Person(person) => registered(person).into_iter().collect(),
                owner @ (Owner::Site(_) | Owner::Destruction(_)) => vec![owner],
            },
            Whose::Nobody => Vec::new(),
        }
    }

    fn of_destruction(&self, table: &Table, row: &[Value]) -> Owner {
        let value = |column| table.column(column).and_then(|at| row.get(at));
        let goes_on = matches!(value("destroyed_at"), Some(Value::Integer(None)));
        match (id_in(table, row, "person_id"), id_in(table, row, "id")) {
            (Some(person), _) => Owner::Person(PersonId::from_bytes(person)),
            (None, Some(id)) if goes_on => Owner::Destruction(DestructionId::from_bytes(id)),
            (None, _) => Owner::Site(self.site),
        }
    }
}

/// The id in this column; `None` where it is empty.
pub(crate) fn id_in(table: &Table, row: &[Value], column: &str) -> Option<Id> {
    match row.get(table.column(column)?)? {
        Value::Bytes(Some(bytes)) => bytes.as_slice().try_into().ok(),
        Value::Bytes(None) | Value::Integer(_) | Value::Text(_) => None,
    }
}

async fn each_row(tx: &mut Tx, table: &Table, mut each: impl FnMut(&[Value])) -> Result<(), BackupError> {
    let mut last: Option<Vec<Value>> = None;
    loop {
        let mut page = table.read(tx, last.as_deref(), PAGE).await?;
        for row in &page {
            each(row);
        }
        last = page.pop();
        if last.is_none() {
            return Ok(());
        }
    }
}
