use countenance_base::{DoorId, PersonId, PurposeId};
use countenance_persons::{Consent, list_consents_of_person, list_consents_of_purpose, list_purposes};
use countenance_storage::StoreError;
use countenance_trace::Trace;

/// What kind of destruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Person,
    Purpose,
    Event,
    Site,
}

impl What {
    const ALL: [Self; 4] = [Self::Person, Self::Purpose, Self::Event, Self::Site];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Purpose => "purpose",
            Self::Event => "event",
            Self::Site => "site",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.word() == word)
    }
}

/// What is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A person moves out or closes the account: everything about them.
    Person(PersonId),
    /// A purpose ends: every template under it.
    Purpose(PurposeId),
    /// An event ends: every template under its purpose, and what happened at its door meanwhile.
    Event(PurposeId),
    /// The site closes: everything about everybody.
    Site,
}

impl Scope {
    pub const fn what(self) -> What {
        match self {
            Self::Person(_) => What::Person,
            Self::Purpose(_) => What::Purpose,
            Self::Event(_) => What::Event,
            Self::Site => What::Site,
        }
    }

    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Purpose(_) | Self::Event(_) | Self::Site => None,
        }
    }

    pub const fn purpose(self) -> Option<PurposeId> {
        match self {
            Self::Purpose(purpose) | Self::Event(purpose) => Some(purpose),
            Self::Person(_) | Self::Site => None,
        }
    }

    /// Every consent under which a gate may hold something.
    pub(crate) async fn consents(self, tx: &mut Trace) -> Result<Vec<Consent>, StoreError> {
        match self {
            Self::Person(person) => list_consents_of_person(tx, person).await,
            Self::Purpose(purpose) | Self::Event(purpose) => list_consents_of_purpose(tx, purpose).await,
            Self::Site => {
                let mut consents = Vec::new();
                for purpose in list_purposes(tx).await? {
                    consents.extend(list_consents_of_purpose(tx, purpose.id).await?);
                }
                Ok(consents)
            }
        }
    }

    /// The door of an event, and when its purpose began.
    pub(crate) async fn event(self, tx: &mut Trace) -> Result<Option<(DoorId, countenance_base::Timestamp)>, StoreError> {
        let Self::Event(purpose) = self else { return Ok(None) };
        let purpose = countenance_persons::lookup_purpose(tx, purpose).await?;
        Ok(purpose.and_then(|purpose| Some((purpose.door.id, purpose.activated_at?))))
    }
}
