use countenance_base::{DestructionId, PersonId, SiteId};

/// Under whose key a row is sealed in a backup. The backup keyring holds one key for each: a person's ends with the person, that of a
/// destruction when the destruction ended at the server, and the site's never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// What is about nobody.
    Site(SiteId),
    Person(PersonId),
    /// A destruction that goes on and is about no single person.
    Destruction(DestructionId),
}

impl Owner {
    /// The name of the key in the keyring, whose entries are sixteen bytes that never meet: all of them are made as [`PersonId::new`]
    /// makes them.
    pub const fn entry(self) -> PersonId {
        match self {
            Self::Site(site) => PersonId::from_bytes(*site.as_bytes()),
            Self::Person(person) => person,
            Self::Destruction(destruction) => PersonId::from_bytes(*destruction.as_bytes()),
        }
    }
}
