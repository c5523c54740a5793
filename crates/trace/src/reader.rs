use countenance_base::{OperatorId, PersonId};

/// Who is behind a transaction that touches rows about persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The person reads what is about them: that is no look at somebody.
    Own(PersonId),
    /// An operator at the desk. Every person whose rows are read gets a leaf.
    Desk(OperatorId),
    /// Who commands the server's machine: the same.
    Console,
    /// An inspector who was let in: the same, and the leaf says that it was an inspector.
    Inspector,
    /// The program for its own work (snapshots, retention, journals), whose results are leaves of their own, or somebody who is still
    /// proving who they are; nothing of what is read is shown to anybody.
    Machine,
}

impl Reader {
    pub(crate) const fn leaves_looks(self) -> bool {
        matches!(self, Self::Desk(_) | Self::Console | Self::Inspector)
    }

    pub(crate) const fn actor(self) -> Option<OperatorId> {
        match self {
            Self::Desk(operator) => Some(operator),
            Self::Own(_) | Self::Console | Self::Inspector | Self::Machine => None,
        }
    }

    /// What the leaf of a look says.
    pub(crate) const fn look(self) -> &'static str {
        match self {
            Self::Inspector => "looked.inspector",
            Self::Own(_) | Self::Desk(_) | Self::Console | Self::Machine => "looked",
        }
    }
}
