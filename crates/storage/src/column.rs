//! Typed values in and out of rows.

use countenance_base::{
    AttemptId, ConsentId, CredentialId, DestructionId, DoorId, EnrolmentCodeId, EventId, GateId, GrantId, HoldId, HouseholdId,
    InspectionId, OperatorId, PersonId, PurposeId, SampleId, SiteId, StopId, Timestamp,
};
use sqlx::{Decode, Postgres, Row as _, Sqlite, Type};

use crate::conn::EitherRow;
use crate::{Kind, StoreError};

/// A parameter of a statement. Each kind has its own NULL: `PostgreSQL` wants to know its type.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// Parameters hold names and keys: only their kind is printed.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Integer(_) => "Integer(…)",
            Self::Text(_) => "Text(…)",
            Self::Bytes(_) => "Bytes(…)",
        })
    }
}

/// One row of an answer.
pub struct Row(pub(crate) EitherRow);

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Row(…)")
    }
}

impl Row {
    /// The column as `T`.
    ///
    /// # Errors
    /// There is no such column, it is NULL where `T` is no `Option`, or it holds what `T` cannot be.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        self.get_optional(column)?.ok_or(StoreError::Column { column })
    }

    /// The column as `T`, `None` when it is NULL.
    pub fn get_optional<T: Column>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let raw = match &self.0 {
            EitherRow::Sqlite(row) => row.try_get::<Option<T::Raw>, _>(column)?,
            EitherRow::Postgres(row) => row.try_get::<Option<T::Raw>, _>(column)?,
        };
        let Some(raw) = raw else { return Ok(None) };
        T::from_raw(raw).map(Some).ok_or(StoreError::Column { column })
    }
}

impl Row {
    /// The column at `index` as whatever it holds.
    pub(crate) fn value(&self, index: usize, kind: Kind) -> Result<Value, StoreError> {
        Ok(match kind {
            Kind::Integer => Value::Integer(self.raw(index)?),
            Kind::Text => Value::Text(self.raw(index)?),
            Kind::Bytes => Value::Bytes(self.raw(index)?),
        })
    }

    fn raw<T>(&self, index: usize) -> Result<Option<T>, StoreError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match &self.0 {
            EitherRow::Sqlite(row) => row.try_get(index)?,
            EitherRow::Postgres(row) => row.try_get(index)?,
        })
    }
}

/// A type that a column can hold, on either engine.
pub trait Column: Sized {
    type Raw: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>;

    fn from_raw(raw: Self::Raw) -> Option<Self>;
}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Column for $type {
            type Raw = i64;

            fn from_raw(raw: i64) -> Option<Self> {
                Self::try_from(raw).ok()
            }
        }

        impl From<$type> for Value {
            // What does not fit an i64 is stored as its greatest value: no count or size of ours comes near.
            fn from(number: $type) -> Self {
                Self::Integer(Some(i64::try_from(number).unwrap_or(i64::MAX)))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(number: Option<$type>) -> Self {
                Self::Integer(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX)))
            }
        }
    )+};
}

integers!(i64, u64, u32, u16);

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl Column for $id {
            type Raw = Vec<u8>;

            fn from_raw(raw: Vec<u8>) -> Option<Self> {
                raw.try_into().ok().map(Self::from_bytes)
            }
        }

        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Bytes(Some(id.as_bytes().to_vec()))
            }
        }

        impl From<Option<$id>> for Value {
            fn from(id: Option<$id>) -> Self {
                Self::Bytes(id.map(|id| id.as_bytes().to_vec()))
            }
        }
    )+};
}

ids!(
    SiteId,
    PersonId,
    HouseholdId,
    DoorId,
    PurposeId,
    ConsentId,
    CredentialId,
    GrantId,
    EnrolmentCodeId,
    EventId,
    DestructionId,
    HoldId,
    StopId,
    InspectionId,
    SampleId,
    OperatorId,
    AttemptId
);

impl Column for GateId {
    type Raw = i64;

    fn from_raw(raw: i64) -> Option<Self> {
        u64::try_from(raw).ok().map(Self)
    }
}

impl From<GateId> for Value {
    fn from(gate: GateId) -> Self {
        gate.0.into()
    }
}

impl Column for Timestamp {
    type Raw = i64;

    fn from_raw(raw: i64) -> Option<Self> {
        Some(Self(raw))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        at.0.into()
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(at: Option<Timestamp>) -> Self {
        at.map(|at| at.0).into()
    }
}

impl Column for bool {
    type Raw = i64;

    fn from_raw(raw: i64) -> Option<Self> {
        match raw {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Integer(Some(yes.into()))
    }
}

impl Column for String {
    type Raw = Self;

    fn from_raw(raw: Self) -> Option<Self> {
        Some(raw)
    }
}

impl From<&str> for Value {
    // `PostgreSQL` has no NUL in text; nothing of ours has one either, and what is posted to us with one must fit nothing on both.
    fn from(text: &str) -> Self {
        Self::Text(Some(text.replace('\0', "\u{fffd}")))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Text(None), Self::from)
    }
}

impl Column for Vec<u8> {
    type Raw = Self;

    fn from_raw(raw: Self) -> Option<Self> {
        Some(raw)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl From<Option<&[u8]>> for Value {
    fn from(bytes: Option<&[u8]>) -> Self {
        Self::Bytes(bytes.map(<[u8]>::to_vec))
    }
}

impl<const N: usize> Column for [u8; N] {
    type Raw = Vec<u8>;

    fn from_raw(raw: Vec<u8>) -> Option<Self> {
        raw.try_into().ok()
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<Option<[u8; N]>> for Value {
    fn from(bytes: Option<[u8; N]>) -> Self {
        Self::Bytes(bytes.map(|bytes| bytes.to_vec()))
    }
}
